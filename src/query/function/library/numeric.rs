//! What the families need of `numeric`.

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, RoundingMode, Zero};

use crate::relation::Numeric;

/// The significant digits that a quotient has at least.
const SIGNIFICANT: i64 = 16;

/// Digits are counted in fours, as PostgreSQL keeps them.
const DIGIT: i64 = 4;

/// The power of ten thousand that the first digit of a number stands at, and that
/// digit.
fn leading(number: &BigDecimal) -> (i64, BigInt) {
    if number.is_zero() {
        return (0, BigInt::ZERO);
    }
    let digits = i64::try_from(number.digits()).unwrap_or(i64::MAX);
    let weight = (digits - number.fractional_digit_count() - 1).div_euclid(DIGIT);
    let first = number
        .abs()
        .with_scale_round(-weight * DIGIT, RoundingMode::Down);
    (weight, first.into_bigint_and_scale().0)
}

/// The decimal places that PostgreSQL gives to a quotient (`select_div_scale`).
pub(super) fn quotient_scale(dividend: &BigDecimal, divisor: &BigDecimal) -> i64 {
    let ((weight, first), (divisor_weight, divisor_first)) = (leading(dividend), leading(divisor));
    let mut quotient_weight = weight - divisor_weight;
    if first <= divisor_first {
        quotient_weight -= 1;
    }
    (SIGNIFICANT - quotient_weight * DIGIT)
        .max(dividend.fractional_digit_count())
        .max(divisor.fractional_digit_count())
        .clamp(0, 1_000)
}

/// A quotient as `numeric` has it.
pub(super) fn divide(dividend: &BigDecimal, divisor: &BigDecimal) -> BigDecimal {
    divide_to(dividend, divisor, quotient_scale(dividend, divisor))
}

/// A quotient with so many decimal places, rounded half away from zero.
pub(super) fn divide_to(dividend: &BigDecimal, divisor: &BigDecimal, scale: i64) -> BigDecimal {
    // One digit more tells which side of the half it is on, the rest of the
    // division whether there is anything behind it.
    let (dividend, divisor_scale) = (
        dividend.with_scale(scale + 1 + divisor.fractional_digit_count().max(0)),
        divisor.fractional_digit_count(),
    );
    let (number, number_scale) = dividend.into_bigint_and_scale();
    let (by, _) = divisor.as_bigint_and_scale();
    let quotient = number / by.as_ref();
    BigDecimal::new(quotient, number_scale - divisor_scale)
        .with_scale_round(scale, RoundingMode::HalfUp)
}

/// The nearest float.
pub(super) fn to_float(numeric: &Numeric) -> f64 {
    match numeric {
        Numeric::Number(number) => number
            .to_scientific_notation()
            .parse()
            .unwrap_or(f64::INFINITY),
        Numeric::NaN => f64::NAN,
        Numeric::Infinity => f64::INFINITY,
        Numeric::NegativeInfinity => f64::NEG_INFINITY,
    }
}
