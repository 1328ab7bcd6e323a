//! Roots, powers, logarithms and angles.

use std::f64::consts::PI;

use bigdecimal::num_bigint::Sign;

use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::query::function::{Arguments, Call, Function, numeric};
use crate::relation::{Numeric, Type, Value};

pub(in crate::query::function::library) static FLOAT: &[Function] = &[
    Function::row("pi", &[], FLOAT8, |_, _| Ok(Value::Float8(PI))),
    Function::row("random", &[], FLOAT8, |_, _| {
        // 53 random bits, as many as a float has.
        let bits = uuid::Uuid::new_v4().as_u64_pair();
        let bits = (bits.0 ^ bits.1.rotate_left(32)) << 12 >> 12;
        Ok(Value::Float8(bits as f64 / (1_u64 << 52) as f64))
    })
    .volatile(),
    Function::row("sqrt", &[FLOAT8], FLOAT8, |_, values| {
        match values.float(0) {
            number if number < 0.0 => Err(negative_root()),
            number => Ok(Value::Float8(number.sqrt())),
        }
    }),
    Function::row("sqrt", &[Type::NUMERIC], Type::NUMERIC, numeric_sqrt),
    Function::row("cbrt", &[FLOAT8], FLOAT8, |_, values| {
        Ok(Value::Float8(values.float(0).cbrt()))
    }),
    Function::row("exp", &[FLOAT8], FLOAT8, |_, values| {
        let number = values.float(0);
        checked(
            number.exp(),
            number.is_infinite(),
            number == f64::NEG_INFINITY,
        )
    }),
    Function::row("ln", &[FLOAT8], FLOAT8, |_, values| {
        logarithm(values, f64::ln)
    }),
    Function::row("log", &[FLOAT8], FLOAT8, |_, values| {
        logarithm(values, f64::log10)
    }),
    Function::row("log10", &[FLOAT8], FLOAT8, |_, values| {
        logarithm(values, f64::log10)
    }),
    Function::row("power", &[FLOAT8, FLOAT8], FLOAT8, power),
    Function::row("pow", &[FLOAT8, FLOAT8], FLOAT8, power),
    Function::row("degrees", &[FLOAT8], FLOAT8, |_, values| {
        let number = values.float(0);
        checked(number / (PI / 180.0), number.is_infinite(), true)
    }),
    Function::row("radians", &[FLOAT8], FLOAT8, |_, values| {
        Ok(Value::Float8(values.float(0) * (PI / 180.0)))
    }),
    Function::row("sin", &[FLOAT8], FLOAT8, |_, values| {
        of_angle(values, f64::sin)
    }),
    Function::row("cos", &[FLOAT8], FLOAT8, |_, values| {
        of_angle(values, f64::cos)
    }),
    Function::row("tan", &[FLOAT8], FLOAT8, |_, values| {
        of_angle(values, f64::tan)
    }),
    Function::row("cot", &[FLOAT8], FLOAT8, |_, values| {
        of_angle(values, |angle| 1.0 / angle.tan())
    }),
    Function::row("asin", &[FLOAT8], FLOAT8, |_, values| {
        within_one(values, f64::asin)
    }),
    Function::row("acos", &[FLOAT8], FLOAT8, |_, values| {
        within_one(values, f64::acos)
    }),
    Function::row("atan", &[FLOAT8], FLOAT8, |_, values| {
        Ok(Value::Float8(values.float(0).atan()))
    }),
    Function::row("atan2", &[FLOAT8, FLOAT8], FLOAT8, |_, values| {
        Ok(Value::Float8(values.float(0).atan2(values.float(1))))
    }),
    Function::row("sinh", &[FLOAT8], FLOAT8, |_, values| {
        Ok(Value::Float8(values.float(0).sinh()))
    }),
    Function::row("cosh", &[FLOAT8], FLOAT8, |_, values| {
        Ok(Value::Float8(values.float(0).cosh()))
    }),
    Function::row("tanh", &[FLOAT8], FLOAT8, |_, values| {
        Ok(Value::Float8(values.float(0).tanh()))
    }),
    Function::row("asinh", &[FLOAT8], FLOAT8, |_, values| {
        Ok(Value::Float8(values.float(0).asinh()))
    }),
    Function::row("acosh", &[FLOAT8], FLOAT8, |_, values| {
        match values.float(0) {
            number if number < 1.0 => Err(input_range()),
            number => Ok(Value::Float8(number.acosh())),
        }
    }),
    Function::row("atanh", &[FLOAT8], FLOAT8, |_, values| {
        within_one(values, f64::atanh)
    }),
    Function::row("sind", &[FLOAT8], FLOAT8, |_, values| {
        of_angle(values, sine_of_degrees)
    }),
    Function::row("cosd", &[FLOAT8], FLOAT8, |_, values| {
        of_angle(values, |degrees| {
            sine_of_degrees(90.0 - degrees.abs() % 360.0)
        })
    }),
    Function::row("tand", &[FLOAT8], FLOAT8, |_, values| {
        of_angle(values, |degrees| {
            sine_of_degrees(degrees) / sine_of_degrees(90.0 - degrees.abs() % 360.0)
        })
    }),
];

const FLOAT8: Type = Type::FLOAT8;

fn range(message: &str) -> Error {
    Error::new(ErrorKind::InvalidValue(Fault::NumericRange), message)
}

fn input_range() -> Error {
    range("input is out of range")
}

fn negative_root() -> Error {
    Error::new(
        ErrorKind::InvalidValue(Fault::Power),
        "cannot take square root of a negative number",
    )
}

/// What was computed, unless it is infinite, or zero, where it should not be.
fn checked(number: f64, may_be_infinite: bool, may_be_zero: bool) -> Result<Value> {
    if number.is_infinite() && !may_be_infinite {
        return Err(range("value out of range: overflow"));
    }
    if number == 0.0 && !may_be_zero {
        return Err(range("value out of range: underflow"));
    }
    Ok(Value::Float8(number))
}

fn logarithm(values: &[Value], log: fn(f64) -> f64) -> Result<Value> {
    let refused = |message| {
        Err(Error::new(
            ErrorKind::InvalidValue(Fault::Logarithm),
            message,
        ))
    };
    match values.float(0) {
        0.0 => refused("cannot take logarithm of zero"),
        number if number < 0.0 => refused("cannot take logarithm of a negative number"),
        number => Ok(Value::Float8(log(number))),
    }
}

/// `power` and `^`.
pub(in crate::query::function) fn power(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let (base, exponent) = (values.float(0), values.float(1));
    let refused = |message| Err(Error::new(ErrorKind::InvalidValue(Fault::Power), message));
    if base == 0.0 && exponent < 0.0 {
        return refused("zero raised to a negative power is undefined");
    }
    if base < 0.0 && base.is_finite() && exponent.is_finite() && exponent.fract() != 0.0 {
        return refused("a negative number raised to a non-integer power yields a complex result");
    }
    let is_infinite = base.is_infinite() || exponent.is_infinite();
    checked(base.powf(exponent), is_infinite, is_infinite || base == 0.0)
}

fn of_angle(values: &[Value], function: fn(f64) -> f64) -> Result<Value> {
    match values.float(0) {
        angle if angle.is_infinite() => Err(input_range()),
        angle => Ok(Value::Float8(function(angle))),
    }
}

fn within_one(values: &[Value], function: fn(f64) -> f64) -> Result<Value> {
    match values.float(0) {
        number if number.abs() > 1.0 => Err(input_range()),
        number => Ok(Value::Float8(function(number))),
    }
}

/// Exact where the sine is: at 0, 30 and 90 degrees, and what is like them.
fn sine_of_degrees(degrees: f64) -> f64 {
    let whole = degrees % 360.0;
    let (sign, positive) = (whole.signum(), whole.abs());
    let (sign, half) = match positive > 180.0 {
        true => (-sign, positive - 180.0),
        false => (sign, positive),
    };
    let first = if half > 90.0 { 180.0 - half } else { half };
    let sine = match first {
        0.0 => 0.0,
        30.0 => 0.5,
        90.0 => 1.0,
        first if first < 30.0 => first.to_radians().sin(),
        first => (90.0 - first).to_radians().cos(),
    };
    if sine == 0.0 { 0.0 } else { sign * sine }
}

/// A root with at least 16 significant digits.
fn numeric_sqrt(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let number = match values.numeric(0) {
        Numeric::NegativeInfinity => return Err(negative_root()),
        Numeric::Number(number) if number.sign() == Sign::Minus => return Err(negative_root()),
        Numeric::Number(number) => number,
        _ => return Ok(values[0].clone()),
    };
    let places = number.fractional_digit_count();
    let (weight, _) = numeric::leading(number);
    let root_weight = (weight + 1) * 4 / 2 - 1;
    let scale = (16 - root_weight).max(places).clamp(0, 1_000);
    let root = numeric::square_root(number, scale);
    Ok(Value::Numeric(Numeric::new(root)?.into()))
}
