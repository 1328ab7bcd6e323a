//! Dates, times and intervals (PostgreSQL manual, 9.9).

use crate::error::Result;
use crate::query::function::interval::{added, divided, multiplied, negated, subtracted};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Interval, Time, Timestamp, Type, Value};

const DATE: Type = Type::DATE;
const TIME: Type = Type::TIME;
const TIMETZ: Type = Type::TIMETZ;
const TIMESTAMP: Type = Type::TIMESTAMP;
const TIMESTAMPTZ: Type = Type::TIMESTAMPTZ;
const INTERVAL: Type = Type::INTERVAL;
const INT4: Type = Type::INT4;
const FLOAT8: Type = Type::FLOAT8;

pub(super) static TABLE: &[Function] = &[
    // Days.
    Function::row("+", &[DATE, INT4], DATE, |_, values| {
        values.date(0).plus_days(values.int4(1)).map(Value::Date)
    }),
    Function::row("+", &[INT4, DATE], DATE, |_, values| {
        values.date(1).plus_days(values.int4(0)).map(Value::Date)
    }),
    Function::row("-", &[DATE, INT4], DATE, |_, values| {
        let days = values.int4(1).saturating_neg();
        values.date(0).plus_days(days).map(Value::Date)
    }),
    Function::row("-", &[DATE, DATE], INT4, |_, values| {
        values.date(0).since(values.date(1)).map(Value::Int4)
    }),
    // Dates with times of day.
    Function::row("+", &[DATE, TIME], TIMESTAMP, |_, values| {
        values.date(0).at(values.time(1)).map(Value::Timestamp)
    }),
    Function::row("+", &[TIME, DATE], TIMESTAMP, |_, values| {
        values.date(1).at(values.time(0)).map(Value::Timestamp)
    }),
    Function::row("+", &[DATE, TIMETZ], TIMESTAMPTZ, |_, values| {
        values.timetz(1).of(values.date(0)).map(Value::TimestampTz)
    }),
    Function::row("+", &[TIMETZ, DATE], TIMESTAMPTZ, |_, values| {
        values.timetz(0).of(values.date(1)).map(Value::TimestampTz)
    }),
    // Dates and moments with intervals.
    Function::row("+", &[DATE, INTERVAL], TIMESTAMP, |_, values| {
        midnight(values, 0)?
            .plus(values.interval(1))
            .map(Value::Timestamp)
    }),
    Function::row("+", &[INTERVAL, DATE], TIMESTAMP, |_, values| {
        midnight(values, 1)?
            .plus(values.interval(0))
            .map(Value::Timestamp)
    }),
    Function::row("-", &[DATE, INTERVAL], TIMESTAMP, |_, values| {
        let back = negated(values.interval(1))?;
        midnight(values, 0)?.plus(back).map(Value::Timestamp)
    }),
    Function::row("+", &[TIMESTAMP, INTERVAL], TIMESTAMP, |_, values| {
        values
            .timestamp(0)
            .plus(values.interval(1))
            .map(Value::Timestamp)
    }),
    Function::row("+", &[INTERVAL, TIMESTAMP], TIMESTAMP, |_, values| {
        values
            .timestamp(1)
            .plus(values.interval(0))
            .map(Value::Timestamp)
    }),
    Function::row("-", &[TIMESTAMP, INTERVAL], TIMESTAMP, |_, values| {
        let back = negated(values.interval(1))?;
        values.timestamp(0).plus(back).map(Value::Timestamp)
    }),
    Function::row(
        "+",
        &[TIMESTAMPTZ, INTERVAL],
        TIMESTAMPTZ,
        |call, values| moved(call, values.timestamp(0), values.interval(1)),
    ),
    Function::row(
        "+",
        &[INTERVAL, TIMESTAMPTZ],
        TIMESTAMPTZ,
        |call, values| moved(call, values.timestamp(1), values.interval(0)),
    ),
    Function::row(
        "-",
        &[TIMESTAMPTZ, INTERVAL],
        TIMESTAMPTZ,
        |call, values| moved(call, values.timestamp(0), negated(values.interval(1))?),
    ),
    Function::row("-", &[TIMESTAMP, TIMESTAMP], INTERVAL, |_, values| {
        values
            .timestamp(0)
            .since(values.timestamp(1))
            .map(Value::Interval)
    }),
    Function::row("-", &[TIMESTAMPTZ, TIMESTAMPTZ], INTERVAL, |_, values| {
        values
            .timestamp(0)
            .since(values.timestamp(1))
            .map(Value::Interval)
    }),
    // Times of day with intervals, of which only the time counts.
    Function::row("+", &[TIME, INTERVAL], TIME, |_, values| {
        Ok(Value::Time(values.time(0).plus(values.interval(1).micros)))
    }),
    Function::row("+", &[INTERVAL, TIME], TIME, |_, values| {
        Ok(Value::Time(values.time(1).plus(values.interval(0).micros)))
    }),
    Function::row("-", &[TIME, INTERVAL], TIME, |_, values| {
        let back = values.interval(1).micros.saturating_neg();
        Ok(Value::Time(values.time(0).plus(back)))
    }),
    Function::row("-", &[TIME, TIME], INTERVAL, |_, values| {
        Ok(Value::Interval(Interval {
            micros: values.time(0).micros() - values.time(1).micros(),
            ..Interval::default()
        }))
    }),
    Function::row("+", &[TIMETZ, INTERVAL], TIMETZ, |_, values| {
        Ok(Value::TimeTz(
            values.timetz(0).plus(values.interval(1).micros),
        ))
    }),
    Function::row("+", &[INTERVAL, TIMETZ], TIMETZ, |_, values| {
        Ok(Value::TimeTz(
            values.timetz(1).plus(values.interval(0).micros),
        ))
    }),
    Function::row("-", &[TIMETZ, INTERVAL], TIMETZ, |_, values| {
        let back = values.interval(1).micros.saturating_neg();
        Ok(Value::TimeTz(values.timetz(0).plus(back)))
    }),
    // Intervals.
    Function::row("+", &[INTERVAL, INTERVAL], INTERVAL, |_, values| {
        added(values.interval(0), values.interval(1)).map(Value::Interval)
    }),
    Function::row("-", &[INTERVAL, INTERVAL], INTERVAL, |_, values| {
        subtracted(values.interval(0), values.interval(1)).map(Value::Interval)
    }),
    Function::row("-", &[INTERVAL], INTERVAL, |_, values| {
        negated(values.interval(0)).map(Value::Interval)
    }),
    Function::row("*", &[INTERVAL, FLOAT8], INTERVAL, |_, values| {
        multiplied(values.interval(0), values.float(1)).map(Value::Interval)
    }),
    Function::row("*", &[FLOAT8, INTERVAL], INTERVAL, |_, values| {
        multiplied(values.interval(1), values.float(0)).map(Value::Interval)
    }),
    Function::row("/", &[INTERVAL, FLOAT8], INTERVAL, |_, values| {
        divided(values.interval(0), values.float(1)).map(Value::Interval)
    }),
];

/// The beginning of a date.
fn midnight(values: &[Value], at: usize) -> Result<Timestamp> {
    values.date(at).at(Time::from_micros(0)?)
}

/// A moment so much later, by the session's clocks.
fn moved(call: &Call<'_>, moment: Timestamp, by: Interval) -> Result<Value> {
    let zone = call.catalog.context.style.zone;
    moment.plus_in(by, zone).map(Value::TimestampTz)
}
