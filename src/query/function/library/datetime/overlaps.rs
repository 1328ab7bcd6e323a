//! `overlaps`: whether two spans of time have something in common.

use crate::error::Result;
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Interval, MICROS_PER_DAY, Type, Value};

/// What the ends of a span are.
macro_rules! overlaps {
    ($($of:expr, $first:expr, $second:expr;)*) => {
        &[$(Function::row(
            "overlaps",
            &[$of, $first, $of, $second],
            Type::BOOL,
            overlaps,
        )
        .lenient()),*]
    };
}

pub(in crate::query::function::library) static OVERLAPS: &[Function] = overlaps![
    Type::TIMESTAMP, Type::TIMESTAMP, Type::TIMESTAMP;
    Type::TIMESTAMP, Type::INTERVAL, Type::TIMESTAMP;
    Type::TIMESTAMP, Type::TIMESTAMP, Type::INTERVAL;
    Type::TIMESTAMP, Type::INTERVAL, Type::INTERVAL;
    Type::TIMESTAMPTZ, Type::TIMESTAMPTZ, Type::TIMESTAMPTZ;
    Type::TIMESTAMPTZ, Type::INTERVAL, Type::TIMESTAMPTZ;
    Type::TIMESTAMPTZ, Type::TIMESTAMPTZ, Type::INTERVAL;
    Type::TIMESTAMPTZ, Type::INTERVAL, Type::INTERVAL;
    Type::TIME, Type::TIME, Type::TIME;
    Type::TIME, Type::INTERVAL, Type::TIME;
    Type::TIME, Type::TIME, Type::INTERVAL;
    Type::TIME, Type::INTERVAL, Type::INTERVAL;
    Type::TIMETZ, Type::TIMETZ, Type::TIMETZ;
];

fn overlaps(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let (first, second) = (span(call, &values[..2])?, span(call, &values[2..])?);
    let answer = match (first, second) {
        (Some(first), Some(second)) => has_common(first, second),
        _ => None,
    };
    Ok(answer.map_or(Value::Null, Value::Bool))
}

/// The two ends in order, the later one perhaps not known; nothing when neither is.
type Span = (i128, Option<i128>);

fn span(call: &Call<'_>, ends: &[Value]) -> Result<Option<Span>> {
    let start = instant(&ends[0]);
    let end = match (&ends[0], &ends[1]) {
        (Value::Null, Value::Interval(_)) => None,
        (_, Value::Interval(length)) => Some(later(call, &ends[0], *length)?),
        (_, end) => instant(end),
    };
    Ok(match (start, end) {
        (Some(start), Some(end)) => Some((start.min(end), Some(start.max(end)))),
        (Some(one), None) | (None, Some(one)) => Some((one, None)),
        (None, None) => None,
    })
}

/// A number that is in the order of the values.
fn instant(value: &Value) -> Option<i128> {
    match value {
        Value::Time(time) => Some(time.micros().into()),
        Value::TimeTz(time) => {
            let utc = i128::from(time.time().micros()) - i128::from(time.offset()) * 1_000_000;
            Some((utc << 32) + i128::from(-time.offset()))
        }
        Value::Timestamp(at) | Value::TimestampTz(at) => Some(at.micros().into()),
        _ => None,
    }
}

fn later(call: &Call<'_>, start: &Value, length: Interval) -> Result<i128> {
    Ok(match start {
        Value::Time(time) => (time.micros() + length.micros)
            .rem_euclid(MICROS_PER_DAY)
            .into(),
        Value::TimestampTz(_) => {
            let zone = call.catalog.context.style.zone;
            let start = std::slice::from_ref(start).timestamp(0);
            start.plus_in(length, zone)?.micros().into()
        }
        start => {
            let start = std::slice::from_ref(start).timestamp(0);
            start.plus(length)?.micros().into()
        }
    })
}

/// An end belongs to its span only when the span is nothing else. What is not
/// known makes NULL unless the answer is known without it.
fn has_common(first: Span, second: Span) -> Option<bool> {
    let (earlier, later) = match first.0 <= second.0 {
        true => (first, second),
        false => (second, first),
    };
    if first.0 == second.0 {
        return first.1.and(second.1).map(|_| true);
    }
    if later.0 < earlier.1? {
        return Some(true);
    }
    later.1.map(|_| false)
}
