//! Functions that answer sets (PostgreSQL manual, 9.25).

use bigdecimal::{BigDecimal, Signed, Zero};

use super::arrays::subscripts;
use crate::error::{Error, ErrorKind, Limit, Result, Value as Fault};
use crate::query::function::order::span;
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Numeric, Timestamp, Type, Value, Zone};

pub(super) static SETS: &[Function] = &[
    Function::set("generate_series", &[INT4, INT4], INT4, |call, values| {
        integers(call, values, |number| Value::Int4(number as i32))
    }),
    Function::set("generate_series", &[INT4; 3], INT4, |call, values| {
        integers(call, values, |number| Value::Int4(number as i32))
    }),
    Function::set("generate_series", &[INT8, INT8], INT8, |call, values| {
        integers(call, values, Value::Int8)
    }),
    Function::set("generate_series", &[INT8; 3], INT8, |call, values| {
        integers(call, values, Value::Int8)
    }),
    Function::set("generate_series", &[NUMERIC, NUMERIC], NUMERIC, numerics),
    Function::set("generate_series", &[NUMERIC; 3], NUMERIC, numerics),
    Function::set(
        "generate_series",
        &[Type::TIMESTAMP, Type::TIMESTAMP, Type::INTERVAL],
        Type::TIMESTAMP,
        |call, values| moments(call, values, Zone::Utc, Value::Timestamp),
    ),
    Function::set(
        "generate_series",
        &[Type::TIMESTAMPTZ, Type::TIMESTAMPTZ, Type::INTERVAL],
        Type::TIMESTAMPTZ,
        |call, values| {
            moments(
                call,
                values,
                call.catalog.context.style.zone,
                Value::TimestampTz,
            )
        },
    ),
    Function::set(
        "generate_subscripts",
        &[Type::ANYARRAY, INT4],
        INT4,
        |_, values| Ok(subscripts(values).map(Value::Int4).collect()),
    ),
    Function::set(
        "generate_subscripts",
        &[Type::ANYARRAY, INT4, Type::BOOL],
        INT4,
        |_, values| {
            let subscripts = subscripts(values).map(Value::Int4);
            Ok(match values.bool(2) {
                true => subscripts.rev().collect(),
                false => subscripts.collect(),
            })
        },
    ),
    Function::set(
        "unnest",
        &[Type::ANYARRAY],
        Type::ANYELEMENT,
        |_, values| Ok(values.array(0).values.clone()),
    ),
    Function::set(
        "_pg_expandarray",
        &[Type::ANYARRAY],
        Type::RECORD,
        |_, values| {
            let array = values.array(0);
            let numbers = (1..).map(Value::Int4);
            let pairs = array.values.iter().zip(numbers).map(|(value, number)| {
                Value::Record([(array.element.clone(), value.clone()), (INT4, number)].into())
            });
            Ok(pairs.collect())
        },
    )
    .with_columns(&[("x", Type::ANYELEMENT), ("n", Type::INT4)]),
];

const INT4: Type = Type::INT4;
const INT8: Type = Type::INT8;
const NUMERIC: Type = Type::NUMERIC;

/// A set is made as a whole; one of more values than this is refused.
const MAX_VALUES: usize = 10_000_000;

/// How many values are made before it is asked whether they are wanted, and whether
/// there is room for them.
const UNASKED_VALUES: usize = 1 << 12;

fn push(call: &Call<'_>, set: &mut Vec<Value>, value: Value) -> Result<()> {
    if set.len().is_multiple_of(UNASKED_VALUES) {
        call.catalog.stop.check()?;
        call.admit(set.len() * size_of::<Value>())?;
    }
    if set.len() >= MAX_VALUES {
        return Err(
            Error::new(ErrorKind::LimitExceeded(Limit::Memory), "out of memory")
                .with_detail(format!("A set has more than {MAX_VALUES} values."))
                .with_hint("Ask for fewer at a time."),
        );
    }
    set.push(value);
    Ok(())
}

fn refused(message: &str) -> Error {
    Error::new(ErrorKind::InvalidValue(Fault::Parameter), message)
}

fn no_step() -> Error {
    refused("step size cannot equal zero")
}

fn integers(call: &Call<'_>, values: &[Value], make: fn(i64) -> Value) -> Result<Vec<Value>> {
    let (start, end) = (values.int(0), values.int(1));
    let step = values.get(2).map_or(1, |_| values.int(2));
    if step == 0 {
        return Err(no_step());
    }
    let mut set = Vec::new();
    let mut next = Some(start);
    while let Some(number) = next
        && if step > 0 {
            number <= end
        } else {
            number >= end
        }
    {
        push(call, &mut set, make(number))?;
        next = number.checked_add(step);
    }
    Ok(set)
}

fn numerics(call: &Call<'_>, values: &[Value]) -> Result<Vec<Value>> {
    let number = |at: usize, what: &str| match values.numeric(at) {
        Numeric::Number(number) => Ok(number.clone()),
        Numeric::NaN => Err(refused(&format!("{what} cannot be NaN"))),
        _ => Err(refused(&format!("{what} cannot be infinity"))),
    };
    let (mut next, end) = (number(0, "start value")?, number(1, "stop value")?);
    let step = match values.get(2) {
        Some(_) => number(2, "step size")?,
        None => BigDecimal::from(1),
    };
    if step.is_zero() {
        return Err(no_step());
    }
    let mut set = Vec::new();
    while if step.is_positive() {
        next <= end
    } else {
        next >= end
    } {
        push(
            call,
            &mut set,
            Value::Numeric(Numeric::new(next.clone())?.into()),
        )?;
        next += &step;
    }
    Ok(set)
}

fn moments(
    call: &Call<'_>,
    values: &[Value],
    zone: Zone,
    make: fn(Timestamp) -> Value,
) -> Result<Vec<Value>> {
    let (start, end, step) = (values.timestamp(0), values.timestamp(1), values.interval(2));
    let length = span(step);
    if length == 0 {
        return Err(no_step());
    }
    let mut set = Vec::new();
    let mut moment = start;
    while if length > 0 {
        moment <= end
    } else {
        moment >= end
    } {
        push(call, &mut set, make(moment))?;
        moment = moment.plus_in(step, zone)?;
    }
    Ok(set)
}
