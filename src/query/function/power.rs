//! Powers of `numeric`, as exact as PostgreSQL tells them (`numeric_power`).

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, One, Signed, ToPrimitive, Zero};

use super::numeric::{
    MAX_DISPLAY_SCALE, SIGNIFICANT_DIGITS, absolute, compare, integer, quotient, round,
};
use super::operator::{no_power, out_of_range};
use crate::error::{Error, Result};
use crate::relation::Numeric;

use Numeric::{Infinity, NaN, NegativeInfinity, Number};

/// Powers with more digits than these are beyond every `numeric`.
const MAX_DIGITS: f64 = 131_072.0;

/// Digits that a calculation has beyond those of its result.
const GUARD: i64 = 12;

/// `base` to the power of `exponent`.
///
/// # Errors
/// 2201F, 22003
pub(in crate::query::function) fn power(base: &Numeric, exponent: &Numeric) -> Result<Numeric> {
    let zero = integer(0);
    let is = |numeric: &Numeric, other: i32| compare(numeric, &integer(other)).is_eq();
    match (base, exponent) {
        (NaN, _) if is(exponent, 0) => return Ok(integer(1)),
        (_, NaN) if is(base, 1) => return Ok(integer(1)),
        (NaN, _) | (_, NaN) => return Ok(NaN),
        _ => {}
    }
    let is_negative = compare(base, &zero).is_lt();
    if is(base, 0) && compare(exponent, &zero).is_lt() {
        return Err(no_power("zero raised to a negative power is undefined"));
    }
    if is_negative && !is_integral(exponent) {
        return Err(no_power(
            "a negative number raised to a non-integer power yields a complex result",
        ));
    }
    let is_rising = compare(exponent, &zero).is_gt();
    match (base, exponent) {
        (Number(base), Number(exponent)) => finite(base, exponent),
        (Number(_), _) => Ok(match compare(&absolute(base), &integer(1)) {
            std::cmp::Ordering::Equal => integer(1),
            order if order.is_gt() == is_rising => Infinity,
            _ => zero,
        }),
        _ if is(exponent, 0) => Ok(integer(1)),
        _ if !is_rising => Ok(zero),
        (NegativeInfinity, Number(exponent)) if is_odd(exponent) => Ok(NegativeInfinity),
        _ => Ok(Infinity),
    }
}

fn is_integral(numeric: &Numeric) -> bool {
    match numeric {
        Number(number) => number.is_integer(),
        _ => true,
    }
}

fn is_odd(number: &BigDecimal) -> bool {
    let whole = number.with_scale(0).into_bigint_and_scale().0;
    whole.bit(0)
}

fn overflow() -> Error {
    out_of_range("value overflows numeric format")
}

fn finite(base: &BigDecimal, exponent: &BigDecimal) -> Result<Numeric> {
    let scales = base
        .fractional_digit_count()
        .max(exponent.fractional_digit_count());
    // As many significant digits as a float would have, and no fewer than there were.
    let scale = |digits: f64| {
        (SIGNIFICANT_DIGITS - digits as i64)
            .max(scales)
            .clamp(0, MAX_DISPLAY_SCALE)
    };
    if let Some(times) = whole(exponent) {
        if base.is_zero() && times != 0 {
            return Ok(Number(BigDecimal::new(BigInt::ZERO, scale(0.0))));
        }
        let digits = f64::from(times) * logarithm_estimate(base);
        if digits > MAX_DIGITS {
            return Err(overflow());
        }
        if digits + 1.0 < -(MAX_DISPLAY_SCALE as f64) {
            return Ok(Number(BigDecimal::new(BigInt::ZERO, MAX_DISPLAY_SCALE)));
        }
        return Numeric::new(integral(base, times, scale(digits), digits));
    }
    if base.is_zero() {
        return Ok(Number(BigDecimal::new(BigInt::ZERO, SIGNIFICANT_DIGITS)));
    }
    let estimate = exponent.to_f64().unwrap_or(f64::INFINITY) * logarithm_estimate(base);
    if estimate > MAX_DIGITS {
        return Err(overflow());
    }
    if estimate < -MAX_DIGITS {
        return Ok(Number(BigDecimal::new(BigInt::ZERO, MAX_DISPLAY_SCALE)));
    }
    let scale = scale(estimate);
    let places = scale + estimate.abs() as i64 + GUARD;
    // Whatever is lost of the logarithm counts as often as the exponent says.
    let exponent_digits = (exponent.digits() as i64 - exponent.fractional_digit_count()).max(0);
    let log = natural_logarithm(base, places + exponent_digits);
    Numeric::new(round(&exponential(&(log * exponent), places), scale))
}

/// The exponent, if it is an integer that is not too large.
fn whole(exponent: &BigDecimal) -> Option<i32> {
    exponent.is_integer().then(|| exponent.to_i32()).flatten()
}

/// About how many digits a number has before the point: the decimal logarithm.
fn logarithm_estimate(number: &BigDecimal) -> f64 {
    let (coefficient, scale) = number.as_bigint_and_scale();
    let digits = coefficient.magnitude().to_string();
    let first = &digits[..digits.len().min(17)];
    let first: f64 = first.parse().unwrap_or(1.0);
    let dropped = digits.len() as i64 - digits.len().min(17) as i64;
    first.log10() + (dropped - scale) as f64
}

/// By squaring, with as many digits as the result needs.
fn integral(base: &BigDecimal, times: i32, scale: i64, digits: f64) -> BigDecimal {
    let is_inverse = times < 0;
    let places = scale + GUARD + (digits.abs() as i64) * i64::from(is_inverse) * 2;
    let mut result = BigDecimal::one();
    let mut square = base.clone();
    let mut left = times.unsigned_abs();
    // Small numbers are scaled, so that nothing of them is lost.
    let significant = places + digits.abs() as i64 + GUARD;
    while left > 0 {
        if left & 1 == 1 {
            result = shortened(result * &square, significant);
        }
        left >>= 1;
        if left > 0 {
            square = shortened(&square * &square, significant);
        }
    }
    match is_inverse {
        true => quotient(&BigDecimal::one(), &result, scale),
        false => round(&result, scale),
    }
}

/// With no more significant digits than these.
fn shortened(number: BigDecimal, significant: i64) -> BigDecimal {
    let digits = i64::try_from(number.digits()).unwrap_or(i64::MAX);
    let scale = number.fractional_digit_count();
    match digits - significant {
        ..=0 => number,
        more => round(&number, scale - more),
    }
}

/// A number with so many places behind the point, as an integer.
fn fixed(number: &BigDecimal, places: i64) -> BigInt {
    number.with_scale(places).into_bigint_and_scale().0
}

fn power_of_ten(places: i64) -> BigInt {
    BigInt::from(10).pow(u32::try_from(places).unwrap_or(u32::MAX))
}

/// `ln` of a positive number: roots until it is near 1, then
/// `2 · artanh((x - 1) / (x + 1))` as a series.
fn natural_logarithm(number: &BigDecimal, places: i64) -> BigDecimal {
    let size = logarithm_estimate(number).abs() as i64;
    let places_inside = places + GUARD + 2 * size + 10;
    let one = power_of_ten(places_inside);
    let mut value = fixed(number, places_inside);
    let mut doublings = 0;
    let near = &one / BigInt::from(10);
    while (&value - &one).abs() > near {
        value = (value * &one).sqrt();
        doublings += 1;
    }
    let ratio: BigInt = (&value - &one) * &one / (&value + &one);
    let square: BigInt = &ratio * &ratio / &one;
    let (mut term, mut sum, mut nth) = (ratio.clone(), ratio, 1);
    while !term.is_zero() {
        term = term * &square / &one;
        nth += 2;
        sum += &term / BigInt::from(nth);
    }
    let log = sum << (doublings + 1);
    round(&BigDecimal::new(log, places_inside), places)
}

/// `e` to the power of a number: of a small part of it as a series, squared again.
fn exponential(number: &BigDecimal, places: i64) -> BigDecimal {
    let size = number.to_f64().unwrap_or(0.0).abs();
    let halvings = size.max(1.0).log2().ceil() as i64 + 8;
    // What grows needs as many digits more as it has before the point.
    let places_inside = places + GUARD + halvings + (size / std::f64::consts::LN_10) as i64 * 2;
    let one = power_of_ten(places_inside);
    let part = fixed(number, places_inside) >> halvings;
    let (mut term, mut sum, mut nth) = (one.clone(), one.clone(), 0);
    while !term.is_zero() {
        nth += 1;
        term = term * &part / &one / BigInt::from(nth);
        sum += &term;
    }
    for _ in 0..halvings {
        sum = &sum * &sum / &one;
    }
    round(&BigDecimal::new(sum, places_inside), places)
}
