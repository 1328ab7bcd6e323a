//! `pg_sleep` and the like (PostgreSQL manual, 9.9.5).

use std::time::Duration;

use crate::error::Result;
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Interval, MICROS_PER_SECOND, Timestamp, Type, Value};

pub(super) static SLEEP: &[Function] = &[
    Function::row("pg_sleep", &[Type::FLOAT8], Type::VOID, |call, values| {
        sleep(call, values.float(0))
    })
    .volatile(),
    Function::row(
        "pg_sleep_for",
        &[Type::INTERVAL],
        Type::VOID,
        |call, values| {
            let now = Timestamp::from(chrono::Utc::now());
            sleep_from(call, now, values.interval(0))
        },
    )
    .volatile(),
    Function::row(
        "pg_sleep_until",
        &[Type::TIMESTAMPTZ],
        Type::VOID,
        |call, values| {
            let now = Timestamp::from(chrono::Utc::now());
            let until = values.timestamp(0);
            let micros = until.micros().saturating_sub(now.micros());
            sleep(call, micros as f64 / MICROS_PER_SECOND as f64)
        },
    )
    .volatile(),
];

/// A query must not sleep longer than this at once (in seconds): about 31 years.
const MAX_SECONDS: f64 = 1e9;

fn sleep(call: &Call<'_>, seconds: f64) -> Result<Value> {
    // What is over, or no number, is no time to wait for.
    let seconds = match seconds.is_nan() {
        true => 0.0,
        false => seconds.clamp(0.0, MAX_SECONDS),
    };
    call.catalog.sleep(Duration::from_secs_f64(seconds))?;
    Ok(Value::Void)
}

fn sleep_from(call: &Call<'_>, now: Timestamp, length: Interval) -> Result<Value> {
    let zone = call.catalog.context.style.zone;
    let until = now.plus_in(length, zone)?;
    let micros = until.micros().saturating_sub(now.micros());
    sleep(call, micros as f64 / MICROS_PER_SECOND as f64)
}
