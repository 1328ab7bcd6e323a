//! `date_trunc` and `date_bin`.

use super::unit::{Unit, unsupported};
use super::zone::named;
use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::query::function::{Arguments, Function};
use crate::relation::{
    Day, Interval, MICROS_PER_DAY, MICROS_PER_SECOND, Timestamp, Type, Value, Zone,
};

pub(in crate::query::function::library) static TRUNCATE: &[Function] = &[
    Function::row(
        "date_trunc",
        &[Type::TEXT, Type::TIMESTAMPTZ],
        Type::TIMESTAMPTZ,
        |call, values| {
            let zone = call.catalog.context.style.zone;
            date_trunc(values, &Type::TIMESTAMPTZ, zone).map(Value::TimestampTz)
        },
    ),
    Function::row(
        "date_trunc",
        &[Type::TEXT, Type::TIMESTAMPTZ, Type::TEXT],
        Type::TIMESTAMPTZ,
        |_, values| {
            let zone = named(values.text(2))?;
            date_trunc(values, &Type::TIMESTAMPTZ, zone).map(Value::TimestampTz)
        },
    ),
    Function::row(
        "date_trunc",
        &[Type::TEXT, Type::TIMESTAMP],
        Type::TIMESTAMP,
        |_, values| date_trunc(values, &Type::TIMESTAMP, Zone::Utc).map(Value::Timestamp),
    ),
    Function::row(
        "date_trunc",
        &[Type::TEXT, Type::INTERVAL],
        Type::INTERVAL,
        |_, values| trunc_interval(values).map(Value::Interval),
    ),
    Function::row(
        "date_bin",
        &[Type::INTERVAL, Type::TIMESTAMP, Type::TIMESTAMP],
        Type::TIMESTAMP,
        |_, values| date_bin(values).map(Value::Timestamp),
    ),
    Function::row(
        "date_bin",
        &[Type::INTERVAL, Type::TIMESTAMPTZ, Type::TIMESTAMPTZ],
        Type::TIMESTAMPTZ,
        |_, values| date_bin(values).map(Value::TimestampTz),
    ),
];

fn date_trunc(values: &[Value], of: &Type, zone: Zone) -> Result<Timestamp> {
    let (name, moment) = (values.text(0), values.timestamp(1));
    let unit = Unit::read(name, of)?;
    let local = moment.local(zone);
    let day = Day::of(local.div_euclid(MICROS_PER_DAY));
    let part = match unit {
        Unit::Microseconds => Some(1),
        Unit::Milliseconds => Some(1_000),
        Unit::Second => Some(MICROS_PER_SECOND),
        Unit::Minute => Some(60 * MICROS_PER_SECOND),
        Unit::Hour => Some(3_600 * MICROS_PER_SECOND),
        _ => None,
    };
    if let Some(part) = part {
        return match moment.is_finite() {
            // The offset stays: an hour that is there twice is not mixed up.
            true => Timestamp::from_micros(moment.micros() - local.rem_euclid(part)),
            false => Ok(moment),
        };
    }
    let years = |count: i64, first: i64| first + (day.year - first).div_euclid(count) * count;
    let (year, month) = match unit {
        Unit::Millennium => (years(1_000, 1), 1),
        Unit::Century => (years(100, 1), 1),
        Unit::Decade => (years(10, 0), 1),
        Unit::Year => (day.year, 1),
        Unit::Quarter => (day.year, (day.month - 1) / 3 * 3 + 1),
        Unit::Month | Unit::Week | Unit::Day => (day.year, day.month),
        _ => return Err(unsupported(name, of)),
    };
    if !moment.is_finite() {
        return Ok(moment);
    }
    let days = match unit {
        Unit::Day => day.days(),
        Unit::Week => day.days() - (iso_weekday(day.days()) - 1),
        _ => Day {
            year,
            month,
            day: 1,
        }
        .days(),
    };
    Timestamp::from_micros(days * MICROS_PER_DAY)?.moment_in(zone)
}

/// The day of the week, Monday being 1 and Sunday 7, of a number of days since
/// 2000-01-01.
pub(super) fn iso_weekday(days: i64) -> i64 {
    // The first one was a Saturday.
    (days + 5).rem_euclid(7) + 1
}

fn trunc_interval(values: &[Value]) -> Result<Interval> {
    let (name, interval) = (values.text(0), values.interval(1));
    let Interval {
        months,
        days,
        micros,
    } = interval;
    let in_months = |count: i32| Interval {
        months: months - months % count,
        ..Interval::default()
    };
    let in_time = |part: i64| Interval {
        micros: micros - micros % part,
        ..interval
    };
    Ok(match Unit::read(name, &Type::INTERVAL)? {
        Unit::Millennium => in_months(12_000),
        Unit::Century => in_months(1_200),
        Unit::Decade => in_months(120),
        Unit::Year => in_months(12),
        Unit::Quarter => in_months(3),
        Unit::Month => in_months(1),
        Unit::Day => Interval {
            months,
            days,
            micros: 0,
        },
        Unit::Hour => in_time(3_600 * MICROS_PER_SECOND),
        Unit::Minute => in_time(60 * MICROS_PER_SECOND),
        Unit::Second => in_time(MICROS_PER_SECOND),
        Unit::Milliseconds => in_time(1_000),
        Unit::Microseconds => interval,
        Unit::Week => {
            return Err(unsupported(name, &Type::INTERVAL)
                .with_detail("Months usually have fractional weeks."));
        }
        _ => return Err(unsupported(name, &Type::INTERVAL)),
    })
}

/// The beginning of the bin that a moment is in, when bins are counted from an
/// origin.
fn date_bin(values: &[Value]) -> Result<Timestamp> {
    let (stride, moment, origin) = (values.interval(0), values.timestamp(1), values.timestamp(2));
    let range = |message: &str| Error::new(ErrorKind::InvalidValue(Fault::DatetimeRange), message);
    if !moment.is_finite() {
        return Ok(moment);
    }
    if !origin.is_finite() {
        return Err(range("origin out of range"));
    }
    if stride.months != 0 {
        return Err(Error::new(
            ErrorKind::Unsupported,
            "timestamps cannot be binned into intervals containing months or years",
        ));
    }
    let micros = i64::from(stride.days)
        .checked_mul(MICROS_PER_DAY)
        .and_then(|days| days.checked_add(stride.micros))
        .ok_or_else(|| range("interval out of range"))?;
    if micros <= 0 {
        return Err(range("stride must be greater than zero"));
    }
    let since = moment.micros().checked_sub(origin.micros());
    let since = since.ok_or_else(|| range("interval out of range"))?;
    Timestamp::from_micros(moment.micros() - since.rem_euclid(micros))
}
