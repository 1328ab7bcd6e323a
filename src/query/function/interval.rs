//! Arithmetic of intervals (PostgreSQL manual, 9.9).

use super::numeric::division_by_zero;
use crate::error::{Error, ErrorKind, Result, Value as Flaw};
use crate::relation::Interval;

const DAYS_PER_MONTH: f64 = 30.0;
const SECONDS_PER_DAY: f64 = 86_400.0;
const MICROS_PER_SECOND: f64 = 1e6;

/// Part by part.
///
/// # Errors
/// 22008
pub(in crate::query::function) fn added(one: Interval, other: Interval) -> Result<Interval> {
    let sum = || {
        Some(Interval {
            months: one.months.checked_add(other.months)?,
            days: one.days.checked_add(other.days)?,
            micros: one.micros.checked_add(other.micros)?,
        })
    };
    sum().ok_or_else(out_of_range)
}

/// Part by part.
///
/// # Errors
/// 22008
pub(in crate::query::function) fn subtracted(one: Interval, other: Interval) -> Result<Interval> {
    let difference = || {
        Some(Interval {
            months: one.months.checked_sub(other.months)?,
            days: one.days.checked_sub(other.days)?,
            micros: one.micros.checked_sub(other.micros)?,
        })
    };
    difference().ok_or_else(out_of_range)
}

/// Part by part.
///
/// # Errors
/// 22008
pub(in crate::query::function) fn negated(interval: Interval) -> Result<Interval> {
    subtracted(Interval::default(), interval)
}

/// What is left of months goes to the days, what is left of days to the time
/// (`interval_mul`).
///
/// # Errors
/// 22008
pub(in crate::query::function) fn multiplied(interval: Interval, by: f64) -> Result<Interval> {
    scaled(interval, |part| part * by)
}

/// As [`multiplied`] (`interval_div`).
///
/// # Errors
/// 22012, 22008
pub(in crate::query::function) fn divided(interval: Interval, by: f64) -> Result<Interval> {
    match by == 0.0 {
        true => Err(division_by_zero()),
        false => scaled(interval, |part| part / by),
    }
}

fn scaled(interval: Interval, scale: impl Fn(f64) -> f64) -> Result<Interval> {
    let (months, days) = (scale(interval.months.into()), scale(interval.days.into()));
    let whole_months = whole(months)?;
    let mut whole_days = whole(days)?;
    let days_left = rounded((months - f64::from(whole_months)) * DAYS_PER_MONTH);
    let part_of_days = days - f64::from(whole_days) + days_left - days_left.trunc();
    let mut seconds = rounded(part_of_days * SECONDS_PER_DAY);
    if seconds.abs() >= SECONDS_PER_DAY {
        let more = (seconds / SECONDS_PER_DAY).trunc();
        whole_days = whole_days
            .checked_add(more as i32)
            .ok_or_else(out_of_range)?;
        seconds -= more * SECONDS_PER_DAY;
    }
    let micros = scale(interval.micros as f64) + seconds * MICROS_PER_SECOND;
    let micros = micros.round_ties_even();
    if micros.is_nan() || micros.abs() >= i64::MAX as f64 {
        return Err(out_of_range());
    }
    Ok(Interval {
        months: whole_months,
        days: whole_days
            .checked_add(days_left as i32)
            .ok_or_else(out_of_range)?,
        micros: micros as i64,
    })
}

/// Without what is behind the point.
fn whole(number: f64) -> Result<i32> {
    if number.is_nan() || number.abs() > f64::from(i32::MAX) {
        return Err(out_of_range());
    }
    Ok(number as i32)
}

/// To a millionth.
fn rounded(number: f64) -> f64 {
    (number * MICROS_PER_SECOND).round_ties_even() / MICROS_PER_SECOND
}

fn out_of_range() -> Error {
    Error::new(
        ErrorKind::InvalidValue(Flaw::DatetimeRange),
        "interval out of range",
    )
}
