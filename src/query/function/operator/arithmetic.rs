//! Numbers (PostgreSQL manual, 9.3).

use crate::error::{Error, ErrorKind, Result, Value as Flaw};
use crate::query::function::library::{float_power, power};
use crate::query::function::numeric::{self, division_by_zero};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Numeric, Type, Value, type_name};

/// The rows of an operator over every two integers: the answer is of the larger type.
macro_rules! integers {
    ($symbol:literal, $body:expr) => {
        &[
            Function::row($symbol, &[Type::INT2, Type::INT2], Type::INT2, $body),
            Function::row($symbol, &[Type::INT2, Type::INT4], Type::INT4, $body),
            Function::row($symbol, &[Type::INT2, Type::INT8], Type::INT8, $body),
            Function::row($symbol, &[Type::INT4, Type::INT2], Type::INT4, $body),
            Function::row($symbol, &[Type::INT4, Type::INT4], Type::INT4, $body),
            Function::row($symbol, &[Type::INT4, Type::INT8], Type::INT8, $body),
            Function::row($symbol, &[Type::INT8, Type::INT2], Type::INT8, $body),
            Function::row($symbol, &[Type::INT8, Type::INT4], Type::INT8, $body),
            Function::row($symbol, &[Type::INT8, Type::INT8], Type::INT8, $body),
        ]
    };
}

/// The rows of an operator over every two floats.
macro_rules! floats {
    ($symbol:literal, $body:expr) => {
        &[
            Function::row($symbol, &[Type::FLOAT4, Type::FLOAT4], Type::FLOAT4, $body),
            Function::row($symbol, &[Type::FLOAT4, Type::FLOAT8], Type::FLOAT8, $body),
            Function::row($symbol, &[Type::FLOAT8, Type::FLOAT4], Type::FLOAT8, $body),
            Function::row($symbol, &[Type::FLOAT8, Type::FLOAT8], Type::FLOAT8, $body),
        ]
    };
}

pub(super) static TABLES: &[&[Function]] = &[
    integers!("+", |call, values| whole(
        call.returns,
        wide(values, 0) + wide(values, 1)
    )),
    integers!("-", |call, values| whole(
        call.returns,
        wide(values, 0) - wide(values, 1)
    )),
    integers!("*", |call, values| whole(
        call.returns,
        wide(values, 0) * wide(values, 1)
    )),
    integers!("/", |call, values| match values.int(1) {
        0 => Err(division_by_zero()),
        _ => whole(call.returns, wide(values, 0) / wide(values, 1)),
    }),
    floats!("+", |call, values| sum(
        call,
        values.float(0),
        values.float(1)
    )),
    floats!("-", |call, values| sum(
        call,
        values.float(0),
        -values.float(1)
    )),
    floats!("*", |call, values| product(
        call,
        values.float(0),
        values.float(1)
    )),
    floats!("/", |call, values| ratio(
        call,
        values.float(0),
        values.float(1)
    )),
    NUMERICS,
    SAME_INTEGERS,
    SHIFTS,
    UNARY,
    &[
        Function::row(
            "^",
            &[Type::FLOAT8, Type::FLOAT8],
            Type::FLOAT8,
            float_power,
        ),
        Function::row("^", TWO_NUMERICS, Type::NUMERIC, power),
        Function::row(
            "|/",
            &[Type::FLOAT8],
            Type::FLOAT8,
            |_, values| match values.float(0) {
                ..0.0 => Err(no_power("cannot take square root of a negative number")),
                number => Ok(Value::Float8(number.sqrt())),
            },
        ),
        Function::row("||/", &[Type::FLOAT8], Type::FLOAT8, |_, values| {
            Ok(Value::Float8(values.float(0).cbrt()))
        }),
    ],
];

static NUMERICS: &[Function] = &[
    Function::row("+", TWO_NUMERICS, Type::NUMERIC, |_, values| {
        decimal(numeric::add(values.numeric(0), values.numeric(1)))
    }),
    Function::row("-", TWO_NUMERICS, Type::NUMERIC, |_, values| {
        decimal(numeric::subtract(values.numeric(0), values.numeric(1)))
    }),
    Function::row("*", TWO_NUMERICS, Type::NUMERIC, |_, values| {
        decimal(numeric::multiply(values.numeric(0), values.numeric(1)))
    }),
    Function::row("/", TWO_NUMERICS, Type::NUMERIC, |_, values| {
        decimal(numeric::divide(values.numeric(0), values.numeric(1)))
    }),
    Function::row("%", TWO_NUMERICS, Type::NUMERIC, |_, values| {
        decimal(numeric::remainder(values.numeric(0), values.numeric(1)))
    }),
];

const TWO_NUMERICS: &[Type] = &[Type::NUMERIC, Type::NUMERIC];
const TWO_INT2: &[Type] = &[Type::INT2, Type::INT2];
const TWO_INT4: &[Type] = &[Type::INT4, Type::INT4];
const TWO_INT8: &[Type] = &[Type::INT8, Type::INT8];

/// Operators over two integers of one type.
static SAME_INTEGERS: &[Function] = &[
    Function::row("%", TWO_INT2, Type::INT2, modulo),
    Function::row("%", TWO_INT4, Type::INT4, modulo),
    Function::row("%", TWO_INT8, Type::INT8, modulo),
    Function::row("&", TWO_INT2, Type::INT2, and),
    Function::row("&", TWO_INT4, Type::INT4, and),
    Function::row("&", TWO_INT8, Type::INT8, and),
    Function::row("|", TWO_INT2, Type::INT2, or),
    Function::row("|", TWO_INT4, Type::INT4, or),
    Function::row("|", TWO_INT8, Type::INT8, or),
    Function::row("#", TWO_INT2, Type::INT2, exclusive_or),
    Function::row("#", TWO_INT4, Type::INT4, exclusive_or),
    Function::row("#", TWO_INT8, Type::INT8, exclusive_or),
];

/// As the machine shifts: by the last bits of the second operand.
static SHIFTS: &[Function] = &[
    Function::row("<<", &[Type::INT2, Type::INT4], Type::INT2, |_, values| {
        let shifted = (values.int(0) as i32).wrapping_shl(values.int4(1) as u32);
        Ok(Value::Int2(shifted as i16))
    }),
    Function::row("<<", &[Type::INT4, Type::INT4], Type::INT4, |_, values| {
        Ok(Value::Int4(
            values.int4(0).wrapping_shl(values.int4(1) as u32),
        ))
    }),
    Function::row("<<", &[Type::INT8, Type::INT4], Type::INT8, |_, values| {
        Ok(Value::Int8(
            values.int(0).wrapping_shl(values.int4(1) as u32),
        ))
    }),
    Function::row(">>", &[Type::INT2, Type::INT4], Type::INT2, |_, values| {
        let shifted = (values.int(0) as i32).wrapping_shr(values.int4(1) as u32);
        Ok(Value::Int2(shifted as i16))
    }),
    Function::row(">>", &[Type::INT4, Type::INT4], Type::INT4, |_, values| {
        Ok(Value::Int4(
            values.int4(0).wrapping_shr(values.int4(1) as u32),
        ))
    }),
    Function::row(">>", &[Type::INT8, Type::INT4], Type::INT8, |_, values| {
        Ok(Value::Int8(
            values.int(0).wrapping_shr(values.int4(1) as u32),
        ))
    }),
];

/// Operators before a number.
static UNARY: &[Function] = &[
    Function::row("+", &[Type::INT2], Type::INT2, itself),
    Function::row("+", &[Type::INT4], Type::INT4, itself),
    Function::row("+", &[Type::INT8], Type::INT8, itself),
    Function::row("+", &[Type::FLOAT4], Type::FLOAT4, itself),
    Function::row("+", &[Type::FLOAT8], Type::FLOAT8, itself),
    Function::row("+", &[Type::NUMERIC], Type::NUMERIC, itself),
    Function::row("-", &[Type::INT2], Type::INT2, negative),
    Function::row("-", &[Type::INT4], Type::INT4, negative),
    Function::row("-", &[Type::INT8], Type::INT8, negative),
    Function::row("-", &[Type::FLOAT4], Type::FLOAT4, negative),
    Function::row("-", &[Type::FLOAT8], Type::FLOAT8, negative),
    Function::row("-", &[Type::NUMERIC], Type::NUMERIC, negative),
    Function::row("@", &[Type::INT2], Type::INT2, absolute),
    Function::row("@", &[Type::INT4], Type::INT4, absolute),
    Function::row("@", &[Type::INT8], Type::INT8, absolute),
    Function::row("@", &[Type::FLOAT4], Type::FLOAT4, absolute),
    Function::row("@", &[Type::FLOAT8], Type::FLOAT8, absolute),
    Function::row("@", &[Type::NUMERIC], Type::NUMERIC, absolute),
    Function::row("~", &[Type::INT2], Type::INT2, inverse),
    Function::row("~", &[Type::INT4], Type::INT4, inverse),
    Function::row("~", &[Type::INT8], Type::INT8, inverse),
];

/// An integer of this type.
///
/// # Errors
/// 22003
pub(in crate::query::function) fn whole(of: &Type, number: i128) -> Result<Value> {
    let value = match *of {
        Type::INT2 => i16::try_from(number).map(Value::Int2),
        Type::INT4 => i32::try_from(number).map(Value::Int4),
        _ => i64::try_from(number).map(Value::Int8),
    };
    value.map_err(|_| out_of_range(format!("{} out of range", type_name(of))))
}

fn wide(values: &[Value], at: usize) -> i128 {
    values.int(at).into()
}

fn decimal(numeric: Result<Numeric>) -> Result<Value> {
    numeric.map(|numeric| Value::Numeric(numeric.into()))
}

fn modulo(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    match values.int(1) {
        0 => Err(division_by_zero()),
        _ => whole(call.returns, wide(values, 0) % wide(values, 1)),
    }
}

fn and(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    whole(call.returns, (values.int(0) & values.int(1)).into())
}

fn or(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    whole(call.returns, (values.int(0) | values.int(1)).into())
}

fn exclusive_or(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    whole(call.returns, (values.int(0) ^ values.int(1)).into())
}

fn inverse(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    whole(call.returns, (!values.int(0)).into())
}

fn itself(_call: &Call<'_>, values: &[Value]) -> Result<Value> {
    Ok(values[0].clone())
}

fn negative(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    match &values[0] {
        Value::Float4(number) => Ok(Value::Float4(-number)),
        Value::Float8(number) => Ok(Value::Float8(-number)),
        Value::Numeric(number) => decimal(Ok(numeric::negate(number))),
        _ => whole(call.returns, -wide(values, 0)),
    }
}

fn absolute(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    match &values[0] {
        Value::Float4(number) => Ok(Value::Float4(number.abs())),
        Value::Float8(number) => Ok(Value::Float8(number.abs())),
        Value::Numeric(number) => decimal(Ok(numeric::absolute(number))),
        _ => whole(call.returns, wide(values, 0).abs()),
    }
}

/// A float of the type of the answer; of a narrow one it is rounded here, which is
/// as exact as if it had been narrow all the time.
fn float(call: &Call<'_>, number: f64) -> (Value, f64) {
    match *call.returns {
        Type::FLOAT4 => (Value::Float4(number as f32), f64::from(number as f32)),
        _ => (Value::Float8(number), number),
    }
}

fn sum(call: &Call<'_>, one: f64, other: f64) -> Result<Value> {
    let (value, sum) = float(call, one + other);
    if sum.is_infinite() && one.is_finite() && other.is_finite() {
        return Err(overflow());
    }
    Ok(value)
}

fn product(call: &Call<'_>, one: f64, other: f64) -> Result<Value> {
    let (value, product) = float(call, one * other);
    if product.is_infinite() && one.is_finite() && other.is_finite() {
        return Err(overflow());
    }
    if product == 0.0 && one != 0.0 && other != 0.0 {
        return Err(underflow());
    }
    Ok(value)
}

fn ratio(call: &Call<'_>, one: f64, other: f64) -> Result<Value> {
    if other == 0.0 && !one.is_nan() {
        return Err(division_by_zero());
    }
    let (value, ratio) = float(call, one / other);
    if ratio.is_infinite() && one.is_finite() {
        return Err(overflow());
    }
    if ratio == 0.0 && one != 0.0 && other.is_finite() {
        return Err(underflow());
    }
    Ok(value)
}

/// 2201F
fn no_power(message: &str) -> Error {
    Error::new(ErrorKind::InvalidValue(Flaw::Power), message)
}

/// 22003
pub(in crate::query::function) fn overflow() -> Error {
    out_of_range("value out of range: overflow")
}

/// 22003
fn underflow() -> Error {
    out_of_range("value out of range: underflow")
}

/// 22003
fn out_of_range(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidValue(Flaw::NumericRange), message)
}
