//! `extract` and `date_part`: the parts of dates, times and intervals. The one
//! answers a `numeric`, the other the same as a `float8`.

use bigdecimal::BigDecimal;

use super::truncate::iso_weekday;
use super::unit::{Unit, unsupported};
use crate::error::Result;
use crate::query::function::numeric;
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{
    Date, Day, Interval, MICROS_PER_DAY, MICROS_PER_SECOND, Numeric, Timestamp, Type, Value, Zone,
};

pub(in crate::query::function::library) static EXTRACT: &[Function] = &[
    Function::row("extract", &[Type::TEXT, Type::DATE], Type::NUMERIC, extract),
    Function::row("extract", &[Type::TEXT, Type::TIME], Type::NUMERIC, extract),
    Function::row(
        "extract",
        &[Type::TEXT, Type::TIMETZ],
        Type::NUMERIC,
        extract,
    ),
    Function::row(
        "extract",
        &[Type::TEXT, Type::TIMESTAMP],
        Type::NUMERIC,
        extract,
    ),
    Function::row(
        "extract",
        &[Type::TEXT, Type::TIMESTAMPTZ],
        Type::NUMERIC,
        extract,
    ),
    Function::row(
        "extract",
        &[Type::TEXT, Type::INTERVAL],
        Type::NUMERIC,
        extract,
    ),
    Function::row(
        "date_part",
        &[Type::TEXT, Type::DATE],
        Type::FLOAT8,
        |call, values| {
            let moment = Value::Timestamp(midnight(values.date(1))?);
            date_part(call, &[values[0].clone(), moment])
        },
    ),
    Function::row(
        "date_part",
        &[Type::TEXT, Type::TIME],
        Type::FLOAT8,
        date_part,
    ),
    Function::row(
        "date_part",
        &[Type::TEXT, Type::TIMETZ],
        Type::FLOAT8,
        date_part,
    ),
    Function::row(
        "date_part",
        &[Type::TEXT, Type::TIMESTAMP],
        Type::FLOAT8,
        date_part,
    ),
    Function::row(
        "date_part",
        &[Type::TEXT, Type::TIMESTAMPTZ],
        Type::FLOAT8,
        date_part,
    ),
    Function::row(
        "date_part",
        &[Type::TEXT, Type::INTERVAL],
        Type::FLOAT8,
        date_part,
    ),
];

/// Seconds between 1970-01-01 and 2000-01-01.
const EPOCH: i128 = 946_684_800;

/// The Julian day of 2000-01-01.
const EPOCH_JULIAN_DAY: i64 = 2_451_545;

const HOUR: i64 = 3_600 * MICROS_PER_SECOND;
const MINUTE: i64 = 60 * MICROS_PER_SECOND;

/// An integer, or a number with decimal places.
enum Part {
    Integer(i64),
    /// So many millionths, shown with so many decimal places.
    Micros(i128, i64),
    Other(Numeric),
    Null,
}

fn extract(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let numeric = match part(call, values)? {
        Part::Null => return Ok(Value::Null),
        Part::Integer(number) => Numeric::new(BigDecimal::from(number))?,
        Part::Micros(micros, scale) => {
            let micros = BigDecimal::from_bigint(micros.into(), 6);
            Numeric::new(micros.with_scale(scale))?
        }
        Part::Other(numeric) => numeric,
    };
    Ok(Value::Numeric(numeric.into()))
}

fn date_part(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    Ok(match part(call, values)? {
        Part::Null => Value::Null,
        Part::Integer(number) => Value::Float8(number as f64),
        Part::Micros(micros, scale) => {
            let unit = 10_i128.pow(6 - u32::try_from(scale).unwrap_or(0).min(6));
            Value::Float8((micros / unit) as f64 / 10_f64.powi(scale as i32))
        }
        Part::Other(numeric) => Value::Float8(numeric::to_float(&numeric)),
    })
}

fn part(call: &Call<'_>, values: &[Value]) -> Result<Part> {
    let (name, of) = (values.text(0), &call.arguments[1]);
    let of = match values[1] {
        Value::Timestamp(_) => &Type::TIMESTAMP,
        _ => of,
    };
    let unit = Unit::read(name, of)?;
    let found = match &values[1] {
        Value::Date(_) if of_time(unit, 0).is_some() || is_zone(unit) => None,
        Value::Date(date) => match unit {
            Unit::Julian if date.is_finite() => {
                Some(Part::Integer(i64::from(date.days()) + EPOCH_JULIAN_DAY))
            }
            Unit::Epoch if date.is_finite() => Some(Part::Integer(
                i64::from(date.days()) * 86_400 + EPOCH as i64,
            )),
            unit => of_moment(unit, midnight(*date)?, Zone::Utc),
        },
        Value::Time(time) => match unit {
            Unit::Epoch => Some(Part::Micros(time.micros().into(), 6)),
            unit => of_time(unit, time.micros()),
        },
        Value::TimeTz(time) => match unit {
            Unit::Epoch => {
                let offset = i128::from(time.offset()) * i128::from(MICROS_PER_SECOND);
                Some(Part::Micros(i128::from(time.time().micros()) - offset, 6))
            }
            unit if is_zone(unit) => Some(of_offset(unit, time.offset())),
            unit => of_time(unit, time.time().micros()),
        },
        Value::Timestamp(_) if is_zone(unit) => None,
        Value::Timestamp(at) => of_moment(unit, *at, Zone::Utc),
        Value::TimestampTz(at) => of_moment(unit, *at, call.catalog.context.style.zone),
        _ => of_interval(unit, values.interval(1)),
    };
    found.ok_or_else(|| unsupported(name, of))
}

fn is_zone(unit: Unit) -> bool {
    matches!(
        unit,
        Unit::Timezone | Unit::TimezoneHour | Unit::TimezoneMinute
    )
}

fn midnight(date: Date) -> Result<Timestamp> {
    match date {
        Date::INFINITY => Ok(Timestamp::INFINITY),
        Date::NEGATIVE_INFINITY => Ok(Timestamp::NEGATIVE_INFINITY),
        date => Timestamp::from_micros(i64::from(date.days()).saturating_mul(MICROS_PER_DAY)),
    }
}

/// A part of a time of day, or of the time of an interval (in microseconds).
fn of_time(unit: Unit, micros: i64) -> Option<Part> {
    let in_minute = i128::from(micros % MINUTE);
    Some(match unit {
        Unit::Microseconds => Part::Integer(micros % MINUTE),
        Unit::Milliseconds => Part::Micros(in_minute * 1_000, 3),
        Unit::Second => Part::Micros(in_minute, 6),
        Unit::Minute => Part::Integer(micros % HOUR / MINUTE),
        Unit::Hour => Part::Integer(micros / HOUR),
        _ => return None,
    })
}

/// A part of an offset from UTC (in seconds).
fn of_offset(unit: Unit, offset: i32) -> Part {
    Part::Integer(i64::from(match unit {
        Unit::TimezoneHour => offset / 3_600,
        Unit::TimezoneMinute => offset % 3_600 / 60,
        _ => offset,
    }))
}

fn of_moment(unit: Unit, moment: Timestamp, zone: Zone) -> Option<Part> {
    if !moment.is_finite() {
        // What goes around has no value there; what goes on is infinite.
        return Some(match unit {
            Unit::Year | Unit::Decade | Unit::Century | Unit::Millennium => infinity(moment),
            Unit::Julian | Unit::IsoYear | Unit::Epoch => infinity(moment),
            _ => Part::Null,
        });
    }
    if is_zone(unit) {
        return Some(of_offset(unit, zone.offset_at(moment.micros())));
    }
    if unit == Unit::Epoch {
        let micros = i128::from(moment.micros()) + EPOCH * i128::from(MICROS_PER_SECOND);
        return Some(Part::Micros(micros, 6));
    }
    let local = moment.local(zone);
    let (days, time) = (
        local.div_euclid(MICROS_PER_DAY),
        local.rem_euclid(MICROS_PER_DAY),
    );
    if unit == Unit::Julian {
        let day = BigDecimal::from(days + EPOCH_JULIAN_DAY);
        let (time, whole) = (BigDecimal::from(time), BigDecimal::from(MICROS_PER_DAY));
        let scale = numeric::division_scale(&time, &whole);
        let part = numeric::quotient(&time, &whole, scale);
        return Numeric::new(day + part).ok().map(Part::Other);
    }
    of_time(unit, time).or_else(|| of_day(unit, days).map(Part::Integer))
}

fn infinity(moment: Timestamp) -> Part {
    Part::Other(match moment {
        Timestamp::INFINITY => Numeric::Infinity,
        _ => Numeric::NegativeInfinity,
    })
}

/// A part of a day (in days since 2000-01-01).
fn of_day(unit: Unit, days: i64) -> Option<i64> {
    let Day { year, month, day } = Day::of(days);
    let first = |year| {
        Day {
            year,
            month: 1,
            day: 1,
        }
        .days()
    };
    // There is no year 0, and no century 0.
    let shown = |year: i64| if year > 0 { year } else { year - 1 };
    let counted = |years: i64| match year {
        1.. => (year + years - 1) / years,
        _ => -((years - year) / years),
    };
    // The week that has the year's first Thursday is its first.
    let thursday = days + 4 - iso_weekday(days);
    let iso_year = Day::of(thursday).year;
    Some(match unit {
        Unit::Day => day,
        Unit::Month => month,
        Unit::Quarter => (month - 1) / 3 + 1,
        Unit::Week => (thursday - first(iso_year)) / 7 + 1,
        Unit::Year => shown(year),
        Unit::Decade => year.div_euclid(10),
        Unit::Century => counted(100),
        Unit::Millennium => counted(1_000),
        Unit::IsoYear => shown(iso_year),
        Unit::DayOfWeek => iso_weekday(days) % 7,
        Unit::IsoDayOfWeek => iso_weekday(days),
        Unit::DayOfYear => days - first(year) + 1,
        _ => return None,
    })
}

fn of_interval(unit: Unit, interval: Interval) -> Option<Part> {
    let Interval {
        months,
        days,
        micros,
    } = interval;
    let years = i64::from(months / 12);
    Some(Part::Integer(match unit {
        Unit::Day => days.into(),
        Unit::Month => (months % 12).into(),
        Unit::Quarter => (months % 12 / 3 + 1).into(),
        Unit::Year => years,
        Unit::Decade => years / 10,
        Unit::Century => years / 100,
        Unit::Millennium => years / 1_000,
        Unit::Epoch => {
            // A year has 365.25 days, and a month 30.
            let quarters =
                i128::from(years) * 1_461 + i128::from(months % 12) * 120 + i128::from(days) * 4;
            let micros = quarters * i128::from(MICROS_PER_DAY / 4) + i128::from(micros);
            return Some(Part::Micros(micros, 6));
        }
        unit => return of_time(unit, micros),
    }))
}
