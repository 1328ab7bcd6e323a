//! What lies between two moments, and intervals by themselves.

use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Day, Interval, MICROS_PER_DAY, Type, Value, Zone, days_in_month};

pub(in crate::query::function::library) static AGE: &[Function] = &[
    Function::row(
        "age",
        &[Type::TIMESTAMP, Type::TIMESTAMP],
        Type::INTERVAL,
        |_, values| between(values, Zone::Utc),
    ),
    Function::row(
        "age",
        &[Type::TIMESTAMPTZ, Type::TIMESTAMPTZ],
        Type::INTERVAL,
        |call, values| between(values, call.catalog.context.style.zone),
    ),
    Function::row("age", &[Type::TIMESTAMP], Type::INTERVAL, |call, values| {
        age(today(call), values.timestamp(0).micros())
    }),
    Function::row(
        "age",
        &[Type::TIMESTAMPTZ],
        Type::INTERVAL,
        |call, values| {
            let zone = call.catalog.context.style.zone;
            age(today(call), values.timestamp(0).local(zone))
        },
    ),
    Function::row(
        "justify_days",
        &[Type::INTERVAL],
        Type::INTERVAL,
        |_, values| {
            let mut interval = values.interval(0);
            days_to_months(&mut interval)?;
            one_sign_of_days(&mut interval);
            Ok(Value::Interval(interval))
        },
    ),
    Function::row(
        "justify_hours",
        &[Type::INTERVAL],
        Type::INTERVAL,
        |_, values| {
            let mut interval = values.interval(0);
            time_to_days(&mut interval)?;
            one_sign_of_time(&mut interval);
            Ok(Value::Interval(interval))
        },
    ),
    Function::row(
        "justify_interval",
        &[Type::INTERVAL],
        Type::INTERVAL,
        |_, values| justify_interval(values.interval(0)).map(Value::Interval),
    ),
    Function::row("isfinite", &[Type::DATE], Type::BOOL, |_, values| {
        Ok(Value::Bool(values.date(0).is_finite()))
    }),
    Function::row("isfinite", &[Type::TIMESTAMP], Type::BOOL, |_, values| {
        Ok(Value::Bool(values.timestamp(0).is_finite()))
    }),
    Function::row("isfinite", &[Type::TIMESTAMPTZ], Type::BOOL, |_, values| {
        Ok(Value::Bool(values.timestamp(0).is_finite()))
    }),
    Function::row("isfinite", &[Type::INTERVAL], Type::BOOL, |_, _| {
        Ok(Value::Bool(true))
    }),
];

fn between(values: &[Value], zone: Zone) -> Result<Value> {
    let (one, other) = (values.timestamp(0), values.timestamp(1));
    age(one.local(zone), other.local(zone))
}

/// Midnight of the day on which the transaction began.
fn today(call: &Call<'_>) -> i64 {
    let context = &call.catalog.context;
    let local = context.transaction_start.local(context.style.zone);
    local - local.rem_euclid(MICROS_PER_DAY)
}

/// From `since` to `moment` in years, months and days as they are counted on a
/// calendar, beginning with the earlier one.
fn age(moment: i64, since: i64) -> Result<Value> {
    let sign = if moment < since { -1 } else { 1 };
    let day = |micros: i64| Day::of(micros.div_euclid(MICROS_PER_DAY));
    let (to, from) = (day(moment), day(since));
    let mut micros = sign * (moment.rem_euclid(MICROS_PER_DAY) - since.rem_euclid(MICROS_PER_DAY));
    let mut days = sign * (to.day - from.day);
    let mut months = sign * ((to.year - from.year) * 12 + to.month - from.month);
    if micros < 0 {
        micros += MICROS_PER_DAY;
        days -= 1;
    }
    while days < 0 {
        let earlier = if sign < 0 { to } else { from };
        days += days_in_month(earlier.year, earlier.month);
        months -= 1;
    }
    let range = |_| out_of_range();
    Ok(Value::Interval(Interval {
        months: i32::try_from(sign * months).map_err(range)?,
        days: i32::try_from(sign * days).map_err(range)?,
        micros: sign * micros,
    }))
}

fn out_of_range() -> Error {
    Error::new(
        ErrorKind::InvalidValue(Fault::DatetimeRange),
        "interval out of range",
    )
}

const DAYS_PER_MONTH: i32 = 30;

fn days_to_months(interval: &mut Interval) -> Result<()> {
    let months = interval.days / DAYS_PER_MONTH;
    interval.days -= months * DAYS_PER_MONTH;
    interval.months = interval
        .months
        .checked_add(months)
        .ok_or_else(out_of_range)?;
    Ok(())
}

fn time_to_days(interval: &mut Interval) -> Result<()> {
    let days = interval.micros / MICROS_PER_DAY;
    interval.micros -= days * MICROS_PER_DAY;
    let days = i32::try_from(days).map_err(|_| out_of_range())?;
    interval.days = interval.days.checked_add(days).ok_or_else(out_of_range)?;
    Ok(())
}

fn one_sign_of_days(interval: &mut Interval) {
    let Interval { months, days, .. } = interval;
    if *months > 0 && *days < 0 {
        (*days, *months) = (*days + DAYS_PER_MONTH, *months - 1);
    } else if *months < 0 && *days > 0 {
        (*days, *months) = (*days - DAYS_PER_MONTH, *months + 1);
    }
}

fn one_sign_of_time(interval: &mut Interval) {
    let Interval { days, micros, .. } = interval;
    if *days > 0 && *micros < 0 {
        (*micros, *days) = (*micros + MICROS_PER_DAY, *days - 1);
    } else if *days < 0 && *micros > 0 {
        (*micros, *days) = (*micros - MICROS_PER_DAY, *days + 1);
    }
}

fn justify_interval(mut interval: Interval) -> Result<Interval> {
    // Days that would overflow give up their months first.
    if (interval.days > 0) == (interval.micros > 0) {
        days_to_months(&mut interval)?;
    }
    time_to_days(&mut interval)?;
    days_to_months(&mut interval)?;
    let Interval {
        months,
        days,
        micros,
    } = interval;
    if months > 0 && (days < 0 || days == 0 && micros < 0) {
        interval.days += DAYS_PER_MONTH;
        interval.months -= 1;
    } else if months < 0 && (days > 0 || days == 0 && micros > 0) {
        interval.days -= DAYS_PER_MONTH;
        interval.months += 1;
    }
    one_sign_of_time(&mut interval);
    Ok(interval)
}
