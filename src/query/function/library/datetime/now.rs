//! What time it is.

use chrono::Utc;

use crate::error::Result;
use crate::query::function::{Call, Function};
use crate::relation::{Date, MICROS_PER_DAY, Time, TimeTz, Timestamp, Type, Value};

pub(in crate::query::function::library) static NOW: &[Function] = &[
    Function::row("now", &[], Type::TIMESTAMPTZ, transaction),
    Function::row("transaction_timestamp", &[], Type::TIMESTAMPTZ, transaction),
    Function::row("current_timestamp", &[], Type::TIMESTAMPTZ, transaction),
    Function::row(
        "current_timestamp",
        &[Type::INT4],
        Type::TIMESTAMPTZ,
        |call, values| rounded(transaction(call, &[])?, &values[0]),
    ),
    Function::row("localtimestamp", &[], Type::TIMESTAMP, local),
    Function::row(
        "localtimestamp",
        &[Type::INT4],
        Type::TIMESTAMP,
        |call, values| rounded(local(call, &[])?, &values[0]),
    ),
    Function::row("current_date", &[], Type::DATE, |call, _| {
        let days = here(call).div_euclid(MICROS_PER_DAY);
        let days = i32::try_from(days).expect("a timestamp has fewer days");
        Date::from_days(days).map(Value::Date)
    }),
    Function::row("localtime", &[], Type::TIME, local_time),
    Function::row("localtime", &[Type::INT4], Type::TIME, |call, values| {
        rounded(local_time(call, &[])?, &values[0])
    }),
    Function::row("current_time", &[], Type::TIMETZ, current_time),
    Function::row(
        "current_time",
        &[Type::INT4],
        Type::TIMETZ,
        |call, values| rounded(current_time(call, &[])?, &values[0]),
    ),
    Function::row("statement_timestamp", &[], Type::TIMESTAMPTZ, |call, _| {
        Ok(Value::TimestampTz(call.catalog.context.statement_start))
    }),
    Function::row("clock_timestamp", &[], Type::TIMESTAMPTZ, |_, _| {
        Ok(Value::TimestampTz(Utc::now().into()))
    })
    .volatile(),
];

fn transaction(call: &Call<'_>, _: &[Value]) -> Result<Value> {
    Ok(Value::TimestampTz(call.catalog.context.transaction_start))
}

/// The beginning of the transaction in the session's zone (in microseconds since
/// 2000-01-01).
fn here(call: &Call<'_>) -> i64 {
    let context = &call.catalog.context;
    context.transaction_start.local(context.style.zone)
}

fn local(call: &Call<'_>, _: &[Value]) -> Result<Value> {
    Timestamp::from_micros(here(call)).map(Value::Timestamp)
}

fn local_time(call: &Call<'_>, _: &[Value]) -> Result<Value> {
    Time::from_micros(here(call).rem_euclid(MICROS_PER_DAY)).map(Value::Time)
}

fn current_time(call: &Call<'_>, _: &[Value]) -> Result<Value> {
    let context = &call.catalog.context;
    let time = Time::from_micros(here(call).rem_euclid(MICROS_PER_DAY))?;
    let offset = context
        .style
        .zone
        .offset_at(context.transaction_start.micros());
    TimeTz::new(time, offset).map(Value::TimeTz)
}

/// With so many digits of the second, 6 at most.
fn rounded(value: Value, digits: &Value) -> Result<Value> {
    let digits = match digits {
        Value::Int4(digits) => u32::try_from(*digits).unwrap_or(0).min(6),
        _ => 6,
    };
    let part = 10_i64.pow(6 - digits);
    let round = |micros: i64| (micros + part / 2).div_euclid(part) * part;
    Ok(match value {
        Value::TimestampTz(at) => Value::TimestampTz(Timestamp::from_micros(round(at.micros()))?),
        Value::Timestamp(at) => Value::Timestamp(Timestamp::from_micros(round(at.micros()))?),
        Value::Time(time) => Value::Time(Time::from_micros(round(time.micros()))?),
        Value::TimeTz(time) => {
            let rounded = Time::from_micros(round(time.time().micros()))?;
            Value::TimeTz(TimeTz::new(rounded, time.offset())?)
        }
        other => other,
    })
}
