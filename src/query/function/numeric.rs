//! Arithmetic of `numeric`, with the scales that PostgreSQL gives its results
//! (`src/backend/utils/adt/numeric.c`).

use std::cmp::Ordering;

use bigdecimal::num_bigint::{BigInt, Sign};
use bigdecimal::{BigDecimal, RoundingMode, Signed, Zero};

use crate::error::{Error, ErrorKind, Result, Value as Flaw};
use crate::relation::Numeric;

/// A quotient has at least so many significant digits (NUMERIC_MIN_SIG_DIGITS).
pub(in crate::query::function) const SIGNIFICANT_DIGITS: i64 = 16;
/// The most digits after the point that a result is given on its own
/// (NUMERIC_MAX_DISPLAY_SCALE).
pub(in crate::query::function) const MAX_DISPLAY_SCALE: i64 = 1000;
/// The most there can be.
const MAX_SCALE: i64 = 16_383;
/// PostgreSQL's digits are in base 10,000: four decimal ones.
const DIGIT: i64 = 4;

use Numeric::{Infinity, NaN, NegativeInfinity, Number};

/// An integer.
pub(in crate::query::function) fn integer(number: impl Into<BigInt>) -> Numeric {
    Number(BigDecimal::new(number.into(), 0))
}

/// The order of PostgreSQL: NaN is larger than all others and equal to itself.
pub(in crate::query::function) fn compare(one: &Numeric, other: &Numeric) -> Ordering {
    let sort = |numeric: &Numeric| match numeric {
        NegativeInfinity => 0,
        Number(_) => 1,
        Infinity => 2,
        NaN => 3,
    };
    match (one, other) {
        (Number(one), Number(other)) => one.cmp(other),
        _ => sort(one).cmp(&sort(other)),
    }
}

/// -1, 0 or 1; of NaN nothing.
fn sign(numeric: &Numeric) -> Option<i8> {
    match numeric {
        NaN => None,
        Infinity => Some(1),
        NegativeInfinity => Some(-1),
        Number(number) => Some(match number.sign() {
            Sign::Minus => -1,
            Sign::NoSign => 0,
            Sign::Plus => 1,
        }),
    }
}

fn infinity(sign: i8) -> Numeric {
    if sign < 0 { NegativeInfinity } else { Infinity }
}

/// # Errors
/// 22003
pub(in crate::query::function) fn add(one: &Numeric, other: &Numeric) -> Result<Numeric> {
    match (one, other) {
        (Number(one), Number(other)) => Numeric::new(one + other),
        (NaN, _) | (_, NaN) => Ok(NaN),
        (Infinity, NegativeInfinity) | (NegativeInfinity, Infinity) => Ok(NaN),
        (Number(_), special) | (special, _) => Ok(special.clone()),
    }
}

/// # Errors
/// 22003
pub(in crate::query::function) fn subtract(one: &Numeric, other: &Numeric) -> Result<Numeric> {
    add(one, &negate(other))
}

/// # Errors
/// 22003
pub(in crate::query::function) fn multiply(one: &Numeric, other: &Numeric) -> Result<Numeric> {
    if let (Number(one), Number(other)) = (one, other) {
        let product = one * other;
        let scale = product.fractional_digit_count().min(MAX_SCALE);
        return Numeric::new(round(&product, scale));
    }
    Ok(match (sign(one), sign(other)) {
        (None, _) | (_, None) | (Some(0), _) | (_, Some(0)) => NaN,
        (Some(one), Some(other)) => infinity(one * other),
    })
}

/// # Errors
/// 22012, 22003
pub(in crate::query::function) fn divide(one: &Numeric, other: &Numeric) -> Result<Numeric> {
    match (one, other) {
        (NaN, _) | (_, NaN) => Ok(NaN),
        (_, Number(divisor)) if divisor.is_zero() => Err(division_by_zero()),
        (Number(one), Number(other)) => {
            Numeric::new(quotient(one, other, division_scale(one, other)))
        }
        (Number(_), _) => Ok(integer(0)),
        (special, Number(other)) => Ok(infinity(
            sign(special).unwrap_or(1) * if other.is_negative() { -1 } else { 1 },
        )),
        _ => Ok(NaN),
    }
}

/// # Errors
/// 22012, 22003
pub(in crate::query::function) fn remainder(one: &Numeric, other: &Numeric) -> Result<Numeric> {
    match (one, other) {
        (NaN, _) | (_, NaN) => Ok(NaN),
        (_, Number(divisor)) if divisor.is_zero() => Err(division_by_zero()),
        (Number(one), Number(other)) => {
            let scale = one
                .fractional_digit_count()
                .max(other.fractional_digit_count());
            let (one, other) = (one.with_scale(scale), other.with_scale(scale));
            let rest = one.into_bigint_and_scale().0 % other.into_bigint_and_scale().0;
            Numeric::new(BigDecimal::new(rest, scale))
        }
        (Number(_), _) => Ok(one.clone()),
        _ => Ok(NaN),
    }
}

/// The number with the other sign.
pub(in crate::query::function) fn negate(numeric: &Numeric) -> Numeric {
    match numeric {
        Number(number) => Number(-number),
        Infinity => NegativeInfinity,
        NegativeInfinity => Infinity,
        NaN => NaN,
    }
}

/// The number without its sign.
pub(in crate::query::function) fn absolute(numeric: &Numeric) -> Numeric {
    match numeric {
        Number(number) => Number(number.abs()),
        NegativeInfinity => Infinity,
        other => other.clone(),
    }
}

/// The number with this scale; halves go away from zero.
pub(in crate::query::function) fn round(number: &BigDecimal, scale: i64) -> BigDecimal {
    number.with_scale_round(scale, RoundingMode::HalfUp)
}

/// The quotient with this scale; halves go away from zero. The divisor is not 0.
pub(in crate::query::function) fn quotient(
    one: &BigDecimal,
    other: &BigDecimal,
    scale: i64,
) -> BigDecimal {
    let (dividend, from) = one.as_bigint_and_scale();
    let (divisor, by) = other.as_bigint_and_scale();
    // One digit more than is wanted, and a last one that is not 0 if there is more.
    let shift = scale + 1 - from + by;
    let power = |exponent: i64| BigInt::from(10).pow(exponent.unsigned_abs() as u32);
    let (dividend, divisor) = match shift {
        0.. => (dividend.as_ref() * power(shift), divisor.into_owned()),
        _ => (dividend.into_owned(), divisor.as_ref() * power(shift)),
    };
    round(&BigDecimal::new(dividend / divisor, scale + 1), scale)
}

/// The square root with this scale; halves go up. The number is not negative.
pub(in crate::query::function) fn square_root(number: &BigDecimal, scale: i64) -> BigDecimal {
    // One digit more than is wanted.
    let digits = number.with_scale(2 * (scale + 1)).into_bigint_and_scale().0;
    round(&BigDecimal::new(digits.sqrt(), scale + 1), scale)
}

/// The scale of a quotient (`select_div_scale`).
pub(in crate::query::function) fn division_scale(one: &BigDecimal, other: &BigDecimal) -> i64 {
    let ((weight, first), (other_weight, other_first)) = (leading(one), leading(other));
    let mut weight = weight - other_weight;
    if first <= other_first {
        weight -= 1;
    }
    (SIGNIFICANT_DIGITS - weight * DIGIT)
        .max(one.fractional_digit_count())
        .max(other.fractional_digit_count())
        .clamp(0, MAX_DISPLAY_SCALE)
}

/// The power and the value of the first digit in base 10,000.
pub(in crate::query::function) fn leading(number: &BigDecimal) -> (i64, u32) {
    if number.is_zero() {
        return (0, 0);
    }
    let (coefficient, scale) = number.as_bigint_and_scale();
    let digits = coefficient.magnitude().to_string();
    let exponent = digits.len() as i64 - scale - 1;
    let weight = exponent.div_euclid(DIGIT);
    let count = exponent.rem_euclid(DIGIT) as usize + 1;
    let first = digits.bytes().chain(std::iter::repeat(b'0')).take(count);
    let first = first.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    (weight, first)
}

/// The nearest float.
pub(in crate::query::function) fn to_float(numeric: &Numeric) -> f64 {
    match numeric {
        Number(number) => number
            .to_scientific_notation()
            .parse()
            .expect("a number in scientific notation is a float"),
        NaN => f64::NAN,
        Infinity => f64::INFINITY,
        NegativeInfinity => f64::NEG_INFINITY,
    }
}

/// 22012
pub(in crate::query::function) fn division_by_zero() -> Error {
    Error::new(
        ErrorKind::InvalidValue(Flaw::DivisionByZero),
        "division by zero",
    )
}
