//! `timezone`: AT TIME ZONE.

use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{
    Interval, MICROS_PER_DAY, MICROS_PER_SECOND, Time, TimeTz, Type, Value, Zone,
};

pub(in crate::query::function::library) static ZONE: &[Function] = &[
    Function::row(
        "timezone",
        &[Type::TEXT, Type::TIMESTAMP],
        Type::TIMESTAMPTZ,
        |_, values| to_moment(values, named(values.text(0))?),
    ),
    Function::row(
        "timezone",
        &[Type::TEXT, Type::TIMESTAMPTZ],
        Type::TIMESTAMP,
        |_, values| to_local(values, named(values.text(0))?),
    ),
    Function::row(
        "timezone",
        &[Type::TEXT, Type::TIMETZ],
        Type::TIMETZ,
        |call, values| to_time(call, values, named(values.text(0))?),
    ),
    Function::row(
        "timezone",
        &[Type::INTERVAL, Type::TIMESTAMP],
        Type::TIMESTAMPTZ,
        |call, values| to_moment(values, fixed(call, values)?),
    ),
    Function::row(
        "timezone",
        &[Type::INTERVAL, Type::TIMESTAMPTZ],
        Type::TIMESTAMP,
        |call, values| to_local(values, fixed(call, values)?),
    ),
    Function::row(
        "timezone",
        &[Type::INTERVAL, Type::TIMETZ],
        Type::TIMETZ,
        |call, values| to_time(call, values, fixed(call, values)?),
    ),
];

/// The zone that an argument names.
///
/// # Errors
/// 22023 when there is none.
pub(super) fn named(name: &str) -> Result<Zone> {
    Zone::named(name).ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidValue(Fault::Parameter),
            format!("time zone \"{name}\" not recognized"),
        )
    })
}

/// The zone that is an interval east of UTC.
fn fixed(call: &Call<'_>, values: &[Value]) -> Result<Zone> {
    let Interval {
        months,
        days,
        micros,
    } = values.interval(0);
    if months != 0 || days != 0 {
        let text = call.text(&values[0]).unwrap_or_default();
        return Err(Error::new(
            ErrorKind::InvalidValue(Fault::Parameter),
            format!("interval time zone \"{text}\" must not include months or days"),
        ));
    }
    let seconds = i32::try_from(micros / MICROS_PER_SECOND).unwrap_or(i32::MAX);
    Ok(Zone::Fixed(seconds))
}

fn to_moment(values: &[Value], zone: Zone) -> Result<Value> {
    values.timestamp(1).moment_in(zone).map(Value::TimestampTz)
}

fn to_local(values: &[Value], zone: Zone) -> Result<Value> {
    values.timestamp(1).local_in(zone).map(Value::Timestamp)
}

/// In the zone as it is now.
fn to_time(call: &Call<'_>, values: &[Value], zone: Zone) -> Result<Value> {
    let there = values.timetz(1);
    let now = call.catalog.context.transaction_start;
    let offset = zone.offset_at(now.micros());
    let moved = i64::from(offset - there.offset()) * MICROS_PER_SECOND;
    let time = (there.time().micros() + moved).rem_euclid(MICROS_PER_DAY);
    TimeTz::new(Time::from_micros(time)?, offset).map(Value::TimeTz)
}
