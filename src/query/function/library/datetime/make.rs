//! Dates, times and intervals of numbers.

use super::zone::named;
use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{
    Date, Day, Interval, MICROS_PER_DAY, MICROS_PER_SECOND, Time, Timestamp, Type, Value, Zone,
    days_in_month,
};

pub(in crate::query::function::library) static MAKE: &[Function] = &[
    Function::row("make_date", &[INT4, INT4, INT4], Type::DATE, |_, values| {
        let days = date(values)?;
        Date::from_days(i32::try_from(days).unwrap_or(i32::MAX))
            .ok()
            .filter(|date| date.is_finite())
            .map(Value::Date)
            .ok_or_else(|| range(format!("date out of range: {}", spelled(values))))
    })
    .named(&["year", "month", "day"], &[]),
    Function::row(
        "make_time",
        &[INT4, INT4, FLOAT8],
        Type::TIME,
        |_, values| Time::from_micros(time(values)?).map(Value::Time),
    )
    .named(&["hour", "min", "sec"], &[]),
    Function::row(
        "make_timestamp",
        &[INT4, INT4, INT4, INT4, INT4, FLOAT8],
        Type::TIMESTAMP,
        |_, values| moment(values, Zone::Utc).map(Value::Timestamp),
    )
    .named(&MOMENT, &[]),
    Function::row(
        "make_timestamptz",
        &[INT4, INT4, INT4, INT4, INT4, FLOAT8],
        Type::TIMESTAMPTZ,
        |call, values| moment(values, call.catalog.context.style.zone).map(Value::TimestampTz),
    )
    .named(&MOMENT, &[]),
    Function::row(
        "make_timestamptz",
        &[INT4, INT4, INT4, INT4, INT4, FLOAT8, Type::TEXT],
        Type::TIMESTAMPTZ,
        |_, values| moment(values, zone(values.text(6))?).map(Value::TimestampTz),
    )
    .named(
        &["year", "month", "mday", "hour", "min", "sec", "timezone"],
        &[],
    ),
    Function::row("make_interval", &[], Type::INTERVAL, make_interval),
    Function::row("make_interval", &[INT4], Type::INTERVAL, make_interval),
    Function::row("make_interval", &[INT4; 2], Type::INTERVAL, make_interval),
    Function::row("make_interval", &[INT4; 3], Type::INTERVAL, make_interval),
    Function::row("make_interval", &[INT4; 4], Type::INTERVAL, make_interval),
    Function::row("make_interval", &[INT4; 5], Type::INTERVAL, make_interval),
    Function::row("make_interval", &[INT4; 6], Type::INTERVAL, make_interval),
    Function::row(
        "make_interval",
        &[INT4, INT4, INT4, INT4, INT4, INT4, FLOAT8],
        Type::INTERVAL,
        make_interval,
    )
    .named(
        &["years", "months", "weeks", "days", "hours", "mins", "secs"],
        &["0"; 7],
    ),
    Function::row("to_timestamp", &[FLOAT8], Type::TIMESTAMPTZ, |_, values| {
        of_epoch(values.float(0)).map(Value::TimestampTz)
    }),
];

/// The parts of a moment, as its makers call them.
const MOMENT: [&str; 6] = ["year", "month", "mday", "hour", "min", "sec"];

const INT4: Type = Type::INT4;
const FLOAT8: Type = Type::FLOAT8;

fn range(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidValue(Fault::DatetimeRange), message)
}

fn spelled(values: &[Value]) -> String {
    let (year, month, day) = (values.int(0), values.int(1), values.int(2));
    format!("{year}-{month:02}-{day:02}")
}

/// The days since 2000-01-01 of a year, which is negative before the year 1, a
/// month and a day.
fn date(values: &[Value]) -> Result<i64> {
    let (year, month, day) = (values.int(0), values.int(1), values.int(2));
    let astronomical = if year < 0 { year + 1 } else { year };
    let is_there = year != 0
        && (1..=12).contains(&month)
        && (1..=days_in_month(astronomical, month)).contains(&day);
    if !is_there {
        return Err(range(format!(
            "date field value out of range: {}",
            spelled(values)
        )));
    }
    Ok(Day {
        year: astronomical,
        month,
        day,
    }
    .days())
}

/// The microseconds since midnight of an hour, a minute and a second.
fn time(values: &[Value]) -> Result<i64> {
    let (hour, minute, second) = (values.int(0), values.int(1), values.float(2));
    let micros = (second * MICROS_PER_SECOND as f64).round_ties_even();
    let is_there =
        (0..=24).contains(&hour) && (0..60).contains(&minute) && (0.0..=60.0).contains(&second);
    let micros = (hour * 3_600 + minute * 60) * MICROS_PER_SECOND + micros as i64;
    if is_there && micros <= MICROS_PER_DAY {
        return Ok(micros);
    }
    let second = match second {
        second if second.is_nan() => "NaN".to_owned(),
        second if second.fract() == 0.0 => format!("{second:02}"),
        second => second.to_string(),
    };
    Err(range(format!(
        "time field value out of range: {hour}:{minute:02}:{second}"
    )))
}

fn moment(values: &[Value], zone: Zone) -> Result<Timestamp> {
    let (days, time) = (date(values)?, time(&values[3..])?);
    let local = days
        .checked_mul(MICROS_PER_DAY)
        .and_then(|micros| micros.checked_add(time))
        .ok_or_else(|| range("timestamp out of range"))?;
    Timestamp::from_micros(local)?.moment_in(zone)
}

/// A zone by its name, or an offset **east** of UTC.
fn zone(name: &str) -> Result<Zone> {
    let refused = |message: String| Error::new(ErrorKind::InvalidValue(Fault::Parameter), message);
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(refused(format!(
            "invalid input syntax for type numeric time zone: \"{name}\""
        ))
        .with_hint("Numeric time zones must have \"-\" or \"+\" as first character."));
    }
    match named(name)? {
        Zone::Fixed(west) if name.starts_with(['+', '-']) => Ok(Zone::Fixed(-west)),
        zone => Ok(zone),
    }
}

fn make_interval(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let part = |at: usize| values.get(at).map_or(0, |_| values.int(at));
    let seconds = values.get(6).map_or(0.0, |_| values.float(6));
    if !seconds.is_finite() {
        return Err(range("interval out of range"));
    }
    let micros = (seconds * MICROS_PER_SECOND as f64).round_ties_even() as i64;
    // As PostgreSQL 15: what does not fit wraps around.
    Ok(Value::Interval(Interval {
        months: (part(0) * 12 + part(1)) as i32,
        days: (part(2) * 7 + part(3)) as i32,
        micros: (part(4) * 3_600 + part(5) * 60)
            .wrapping_mul(MICROS_PER_SECOND)
            .wrapping_add(micros),
    }))
}

/// Seconds between 1970-01-01 and 2000-01-01.
const EPOCH: f64 = 946_684_800.0;

/// The moment so many seconds after 1970-01-01.
fn of_epoch(seconds: f64) -> Result<Timestamp> {
    if seconds.is_nan() {
        return Err(range("timestamp cannot be NaN"));
    }
    if seconds.is_infinite() {
        return Ok(match seconds > 0.0 {
            true => Timestamp::INFINITY,
            false => Timestamp::NEGATIVE_INFINITY,
        });
    }
    let beyond = || {
        let mut text = String::new();
        let style = crate::relation::Style {
            float_digits: crate::relation::FloatDigits::Fewer(9),
            ..Default::default()
        };
        Value::Float8(seconds)
            .write_text(&mut text, &style)
            .expect("a string takes what is written");
        range(format!("timestamp out of range: \"{text}\""))
    };
    let micros = ((seconds - EPOCH) * MICROS_PER_SECOND as f64).round_ties_even();
    if micros.abs() >= i64::MAX as f64 {
        return Err(beyond());
    }
    let moment = Timestamp::from_micros(micros as i64).map_err(|_| beyond())?;
    if moment.is_finite() {
        Ok(moment)
    } else {
        Err(beyond())
    }
}
