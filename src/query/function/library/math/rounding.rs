//! Signs, and numbers with fewer digits.

use bigdecimal::{BigDecimal, RoundingMode, Signed, Zero};

use super::integer::of_type;
use crate::error::Result;
use crate::query::function::{Arguments, Call, Function, numeric};
use crate::relation::{Numeric, Type, Value};

pub(in crate::query::function::library) static ROUNDING: &[Function] = &[
    Function::row("abs", &[Type::INT2], Type::INT2, abs),
    Function::row("abs", &[Type::INT4], Type::INT4, abs),
    Function::row("abs", &[Type::INT8], Type::INT8, abs),
    Function::row("abs", &[Type::FLOAT4], Type::FLOAT4, |_, values| {
        Ok(Value::Float4(values.float(0).abs() as f32))
    }),
    Function::row("abs", &[FLOAT8], FLOAT8, |_, values| {
        Ok(Value::Float8(values.float(0).abs()))
    }),
    Function::row("abs", &[NUMERIC], NUMERIC, |_, values| {
        Ok(Value::Numeric(numeric::absolute(values.numeric(0)).into()))
    }),
    Function::row("sign", &[FLOAT8], FLOAT8, |_, values| {
        let number = values.float(0);
        Ok(Value::Float8(match number == 0.0 || number.is_nan() {
            true => number.abs(),
            false => number.signum(),
        }))
    }),
    Function::row("sign", &[NUMERIC], NUMERIC, |_, values| {
        let sign = match values.numeric(0) {
            Numeric::NaN => return Ok(values[0].clone()),
            Numeric::Number(number) if number.is_zero() => 0,
            Numeric::Number(number) if number.is_positive() => 1,
            Numeric::Infinity => 1,
            _ => -1,
        };
        Ok(Value::Numeric(
            Numeric::Number(BigDecimal::from(sign)).into(),
        ))
    }),
    Function::row("ceil", &[FLOAT8], FLOAT8, |_, values| {
        Ok(Value::Float8(values.float(0).ceil()))
    }),
    Function::row("ceil", &[NUMERIC], NUMERIC, |_, values| {
        to_scale(values, 0, RoundingMode::Ceiling)
    }),
    Function::row("ceiling", &[FLOAT8], FLOAT8, |_, values| {
        Ok(Value::Float8(values.float(0).ceil()))
    }),
    Function::row("ceiling", &[NUMERIC], NUMERIC, |_, values| {
        to_scale(values, 0, RoundingMode::Ceiling)
    }),
    Function::row("floor", &[FLOAT8], FLOAT8, |_, values| {
        Ok(Value::Float8(values.float(0).floor()))
    }),
    Function::row("floor", &[NUMERIC], NUMERIC, |_, values| {
        to_scale(values, 0, RoundingMode::Floor)
    }),
    Function::row("round", &[FLOAT8], FLOAT8, |_, values| {
        Ok(Value::Float8(values.float(0).round_ties_even()))
    }),
    Function::row("round", &[NUMERIC], NUMERIC, |_, values| {
        to_scale(values, 0, RoundingMode::HalfUp)
    }),
    Function::row("round", &[NUMERIC, Type::INT4], NUMERIC, |_, values| {
        to_scale(values, values.int(1), RoundingMode::HalfUp)
    }),
    Function::row("trunc", &[FLOAT8], FLOAT8, |_, values| {
        Ok(Value::Float8(values.float(0).trunc()))
    }),
    Function::row("trunc", &[NUMERIC], NUMERIC, |_, values| {
        to_scale(values, 0, RoundingMode::Down)
    }),
    Function::row("trunc", &[NUMERIC, Type::INT4], NUMERIC, |_, values| {
        to_scale(values, values.int(1), RoundingMode::Down)
    }),
    Function::row("scale", &[NUMERIC], Type::INT4, |_, values| {
        Ok(scale_of(values, BigDecimal::fractional_digit_count))
    }),
    Function::row("min_scale", &[NUMERIC], Type::INT4, |_, values| {
        Ok(scale_of(values, |number| {
            number.normalized().fractional_digit_count().max(0)
        }))
    }),
    Function::row("trim_scale", &[NUMERIC], NUMERIC, |_, values| {
        Ok(match values.numeric(0) {
            Numeric::Number(number) => Value::Numeric(Numeric::new(number.normalized())?.into()),
            _ => values[0].clone(),
        })
    }),
];

const FLOAT8: Type = Type::FLOAT8;
const NUMERIC: Type = Type::NUMERIC;

/// The largest number of decimal places that can be asked for.
const MAX_SCALE: i64 = 2_000;

fn abs(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    of_type(call.returns, i128::from(values.int(0)).abs())
}

/// With so many decimal places; with a negative number of them it ends in zeros.
fn to_scale(values: &[Value], scale: i64, mode: RoundingMode) -> Result<Value> {
    let Numeric::Number(number) = values.numeric(0) else {
        return Ok(values[0].clone());
    };
    let scale = scale.clamp(-MAX_SCALE, MAX_SCALE);
    // The library's half up is away from zero.
    let rounded = number.with_scale_round(scale, mode);
    Ok(Value::Numeric(Numeric::new(rounded)?.into()))
}

fn scale_of(values: &[Value], scale: fn(&BigDecimal) -> i64) -> Value {
    match values.numeric(0) {
        Numeric::Number(number) => Value::Int4(i32::try_from(scale(number)).unwrap_or(i32::MAX)),
        _ => Value::Null,
    }
}
