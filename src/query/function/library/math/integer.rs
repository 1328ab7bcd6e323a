//! Functions on whole numbers, and on what divides them.

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, RoundingMode, Signed, Zero};

use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::query::function::numeric::{self, division_by_zero};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Numeric, Type, Value, type_name};

pub(in crate::query::function::library) static INTEGER: &[Function] = &[
    Function::row("mod", &[INT2, INT2], INT2, remainder),
    Function::row("mod", &[INT4, INT4], INT4, remainder),
    Function::row("mod", &[INT8, INT8], INT8, remainder),
    Function::row("mod", &[NUMERIC, NUMERIC], NUMERIC, |_, values| {
        let rest = numeric::remainder(values.numeric(0), values.numeric(1))?;
        Ok(Value::Numeric(rest.into()))
    }),
    Function::row("div", &[NUMERIC, NUMERIC], NUMERIC, div),
    Function::row("gcd", &[INT4, INT4], INT4, |call, values| {
        of_type(call.returns, gcd(values.int(0), values.int(1)))
    }),
    Function::row("gcd", &[INT8, INT8], INT8, |call, values| {
        of_type(call.returns, gcd(values.int(0), values.int(1)))
    }),
    Function::row("lcm", &[INT4, INT4], INT4, |call, values| {
        of_type(call.returns, lcm(values.int(0), values.int(1)))
    }),
    Function::row("lcm", &[INT8, INT8], INT8, |call, values| {
        of_type(call.returns, lcm(values.int(0), values.int(1)))
    }),
    Function::row("factorial", &[INT8], NUMERIC, factorial),
    Function::row(
        "width_bucket",
        &[FLOAT8, FLOAT8, FLOAT8, INT4],
        INT4,
        |_, values| {
            let (operand, low, high) = (values.float(0), values.float(1), values.float(2));
            if operand.is_nan() || low.is_nan() || high.is_nan() {
                return Err(bucket(
                    "operand, lower bound, and upper bound cannot be NaN",
                ));
            }
            if !low.is_finite() || !high.is_finite() {
                return Err(bucket("lower and upper bounds must be finite"));
            }
            let part = (operand - low) / (high - low);
            buckets(
                values.int4(3),
                low == high,
                part < 0.0,
                part >= 1.0,
                |count| (part * f64::from(count)) as i32,
            )
        },
    ),
    Function::row(
        "width_bucket",
        &[NUMERIC, NUMERIC, NUMERIC, INT4],
        INT4,
        width_bucket,
    ),
];

const INT2: Type = Type::INT2;
const INT4: Type = Type::INT4;
const INT8: Type = Type::INT8;
const FLOAT8: Type = Type::FLOAT8;
const NUMERIC: Type = Type::NUMERIC;

/// The number is beyond the type (22003).
pub(super) fn out_of_range(of: &Type) -> Error {
    Error::new(
        ErrorKind::InvalidValue(Fault::NumericRange),
        format!("{} out of range", type_name(of)),
    )
}

/// An integer of a type.
pub(super) fn of_type(of: &Type, number: i128) -> Result<Value> {
    let range = |_| out_of_range(of);
    Ok(match *of {
        Type::INT2 => Value::Int2(i16::try_from(number).map_err(range)?),
        Type::INT4 => Value::Int4(i32::try_from(number).map_err(range)?),
        _ => Value::Int8(i64::try_from(number).map_err(range)?),
    })
}

fn remainder(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let (dividend, divisor) = (values.int(0), values.int(1));
    if divisor == 0 {
        return Err(division_by_zero());
    }
    of_type(call.returns, i128::from(dividend) % i128::from(divisor))
}

fn gcd(one: i64, other: i64) -> i128 {
    let (mut one, mut other) = (i128::from(one).abs(), i128::from(other).abs());
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

fn lcm(one: i64, other: i64) -> i128 {
    match gcd(one, other) {
        0 => 0,
        divisor => (i128::from(one) / divisor * i128::from(other)).abs(),
    }
}

/// The quotient, cut to a whole number.
fn div(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let quotient = match (values.numeric(0), values.numeric(1)) {
        (Numeric::Number(dividend), Numeric::Number(divisor)) if !divisor.is_zero() => {
            let (one, other) = (
                dividend.fractional_digit_count(),
                divisor.fractional_digit_count(),
            );
            let scale = one.max(other);
            let whole = |number: &BigDecimal| number.with_scale(scale).into_bigint_and_scale().0;
            numeric::integer(whole(dividend) / whole(divisor))
        }
        (one, other) => numeric::divide(one, other)?,
    };
    Ok(Value::Numeric(quotient.into()))
}

fn factorial(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let number = values.int(0);
    if number < 0 {
        return Err(Error::new(
            ErrorKind::InvalidValue(Fault::NumericRange),
            "factorial of a negative number is undefined",
        ));
    }
    if number > 32_177 {
        return Err(Error::new(
            ErrorKind::InvalidValue(Fault::NumericRange),
            "value overflows numeric format",
        ));
    }
    let product = (2..=number).fold(BigInt::from(1), |product, factor| product * factor);
    Ok(Value::Numeric(
        Numeric::new(BigDecimal::from_bigint(product, 0))?.into(),
    ))
}

fn bucket(message: &str) -> Error {
    Error::new(ErrorKind::InvalidValue(Fault::WidthBucket), message)
}

/// The number of a bucket: 0 before the first, one more than there are behind the
/// last.
fn buckets(
    count: i32,
    is_nowhere: bool,
    is_before: bool,
    is_behind: bool,
    index: impl FnOnce(i32) -> i32,
) -> Result<Value> {
    if count <= 0 {
        return Err(bucket("count must be greater than zero"));
    }
    if is_nowhere {
        return Err(bucket("lower bound cannot equal upper bound"));
    }
    Ok(Value::Int4(match (is_before, is_behind) {
        (true, _) => 0,
        (_, true) => count.checked_add(1).ok_or_else(|| out_of_range(&INT4))?,
        _ => index(count) + 1,
    }))
}

fn width_bucket(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let bound = |at: usize| match values.numeric(at) {
        Numeric::Number(number) => Ok(number),
        Numeric::NaN => Err(bucket(
            "operand, lower bound, and upper bound cannot be NaN",
        )),
        _ => Err(bucket("lower and upper bounds must be finite")),
    };
    let (low, high) = (bound(1)?, bound(2)?);
    let (mut is_before, mut is_behind) = (false, false);
    let mut index = 0;
    match values.numeric(0) {
        Numeric::Number(operand) if low != high => {
            let (distance, width) = (operand - low, high - low);
            let part = &distance * BigDecimal::from(values.int4(3));
            is_before = !distance.is_zero() && distance.is_positive() != width.is_positive();
            is_behind = !is_before && distance.abs() >= width.abs();
            if !is_before && !is_behind {
                let whole = (part / width).with_scale_round(0, RoundingMode::Down);
                index = whole.to_plain_string().parse().unwrap_or(i32::MAX - 1);
            }
        }
        Numeric::Number(_) => (),
        Numeric::NaN => return bound(0).map(|_| Value::Null),
        infinity => {
            is_behind = (*infinity == Numeric::Infinity) == (high > low);
            is_before = !is_behind;
        }
    }
    buckets(values.int4(3), low == high, is_before, is_behind, |_| index)
}
