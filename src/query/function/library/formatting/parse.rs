//! `to_date` and `to_timestamp` by a template.

use super::fields::Fields;
use crate::query::function::{Arguments, Function};
use crate::relation::{Date, MICROS_PER_DAY, Timestamp, Type, Value, Zone};

pub(in crate::query::function::library) static PARSE: &[Function] = &[
    Function::row(
        "to_date",
        &[Type::TEXT, Type::TEXT],
        Type::DATE,
        |_, values| {
            let found = Fields::read(values.text(0), values.text(1))?.moment(values.text(0))?;
            Date::from_days(i32::try_from(found.days).unwrap_or(i32::MAX)).map(Value::Date)
        },
    ),
    Function::row(
        "to_timestamp",
        &[Type::TEXT, Type::TEXT],
        Type::TIMESTAMPTZ,
        |call, values| {
            let found = Fields::read(values.text(0), values.text(1))?.moment(values.text(0))?;
            let zone = match found.offset {
                Some(offset) => Zone::Fixed(offset),
                None => call.catalog.context.style.zone,
            };
            let local = found
                .days
                .saturating_mul(MICROS_PER_DAY)
                .saturating_add(found.time);
            let local = Timestamp::from_micros(local)?;
            local.moment_in(zone).map(Value::TimestampTz)
        },
    ),
];
