//! Powers and logarithms of `numeric`. How many digits there are is decided as
//! PostgreSQL's `numeric.c` decides it.

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, RoundingMode, Signed, Zero};

use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::query::function::numeric::{division_by_zero, quotient, to_float};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Numeric, Type, Value};

pub(in crate::query::function::library) static TRANSCENDENTAL: &[Function] = &[
    Function::row("exp", &[NUMERIC], NUMERIC, |call, values| {
        call.catalog.stop.check()?;
        Ok(answer(match values.numeric(0) {
            Numeric::Number(number) => exp_scaled(number)?,
            Numeric::NegativeInfinity => Numeric::Number(BigDecimal::zero()),
            other => other.clone(),
        }))
    }),
    Function::row("ln", &[NUMERIC], NUMERIC, |call, values| {
        call.catalog.stop.check()?;
        Ok(answer(match positive(values.numeric(0))? {
            Some(number) => {
                let scale = SIGNIFICANT - ln_weight(number);
                let scale = scale
                    .max(number.fractional_digit_count())
                    .clamp(0, MAX_SCALE);
                Numeric::new(ln(number, scale))?
            }
            None => values.numeric(0).clone(),
        }))
    }),
    Function::row("log", &[NUMERIC], NUMERIC, |call, values| {
        call.catalog.stop.check()?;
        log(&Numeric::Number(BigDecimal::from(10)), values.numeric(0)).map(answer)
    }),
    Function::row("log10", &[NUMERIC], NUMERIC, |call, values| {
        call.catalog.stop.check()?;
        log(&Numeric::Number(BigDecimal::from(10)), values.numeric(0)).map(answer)
    }),
    Function::row("log", &[NUMERIC, NUMERIC], NUMERIC, |call, values| {
        call.catalog.stop.check()?;
        log(values.numeric(0), values.numeric(1)).map(answer)
    }),
    Function::row("power", &[NUMERIC, NUMERIC], NUMERIC, power),
    Function::row("pow", &[NUMERIC, NUMERIC], NUMERIC, power),
];

const NUMERIC: Type = Type::NUMERIC;

/// The significant digits that there are at least.
const SIGNIFICANT: i64 = 16;

/// The most decimal places of an answer.
const MAX_SCALE: i64 = 1_000;

/// Digits beyond those that are shown.
const GUARD: i64 = 12;

/// From here on the exponents of e are refused, or their powers are 0 (`exp_var`).
const MAX_EXPONENT: f64 = 6_000.0;

/// Larger logarithms are of what is beyond every `numeric`.
const MAX_LOGARITHM: f64 = 302_000.0;

/// Numbers of more digits before the point, or zeros behind it, are divided by a
/// power of ten before their logarithm is looked for.
const MAX_WEIGHT: i64 = 20;

fn answer(numeric: Numeric) -> Value {
    Value::Numeric(numeric.into())
}

fn overflow() -> Error {
    Error::new(
        ErrorKind::InvalidValue(Fault::NumericRange),
        "value overflows numeric format",
    )
}

fn float(number: &BigDecimal) -> f64 {
    to_float(&Numeric::Number(number.clone()))
}

fn one() -> BigDecimal {
    BigDecimal::from(1)
}

fn rounded(number: &BigDecimal, scale: i64) -> BigDecimal {
    number.with_scale_round(scale, RoundingMode::HalfUp)
}

/// How many digits a number has before the point; negative for zeros behind it.
fn weight(number: &BigDecimal) -> i64 {
    let digits = i64::try_from(number.digits()).unwrap_or(i64::MAX);
    digits - number.fractional_digit_count()
}

/// The natural logarithm as a float, also of numbers that are no floats.
fn float_ln(number: &BigDecimal) -> f64 {
    let exponent = weight(number);
    let mantissa = number * BigDecimal::from_bigint(BigInt::from(1), exponent);
    float(&mantissa).ln() + exponent as f64 * std::f64::consts::LN_10
}

/// About the power of ten of the logarithm of a number.
fn ln_weight(number: &BigDecimal) -> i64 {
    let distance = number - one();
    if distance.is_zero() {
        return 0;
    }
    let is_near = float(&distance).abs() <= 0.1;
    let weight = match is_near {
        true => float_ln(&distance.abs()) / std::f64::consts::LN_10,
        false => return float_ln(number).abs().log10() as i64,
    };
    // The logarithm of 1 + x is about x.
    weight.floor() as i64
}

/// e to this power, with so many decimal places.
fn exp(number: &BigDecimal, scale: i64) -> BigDecimal {
    let weight = (float(number) / std::f64::consts::LN_10) as i64;
    let halvings = float(number).abs().max(1.0).log2() as i64 + 8;
    // Every squaring costs a digit, and the digits before the point count.
    let places = (scale + weight.max(0) * 2 + halvings + GUARD).max(GUARD);
    let divisor = BigDecimal::from(BigInt::from(1) << halvings);
    let small = quotient(number, &divisor, places);
    let (mut sum, mut term, mut count) = (one(), one(), 0_i64);
    while !term.is_zero() {
        count += 1;
        term = quotient(
            &(&term * &small).with_scale(places),
            &BigDecimal::from(count),
            places,
        );
        sum += &term;
    }
    for _ in 0..halvings {
        sum = rounded(&(&sum * &sum), places);
    }
    rounded(&sum, scale)
}

/// The natural logarithm with so many decimal places, by Halley's method: each step
/// makes three times the digits right.
fn ln(number: &BigDecimal, scale: i64) -> BigDecimal {
    let places = scale + GUARD;
    let tens = weight(number);
    if tens.abs() > MAX_WEIGHT {
        let mantissa = number * BigDecimal::from_bigint(BigInt::from(1), tens);
        let digits = u64::try_from(places + GUARD).unwrap_or(1);
        let mantissa = ln(&mantissa.with_prec(digits), places);
        let tens = ln(&BigDecimal::from(10), places) * BigDecimal::from(tens);
        return rounded(&(mantissa + tens), scale);
    }
    let start = format!("{:e}", float_ln(number));
    let mut guess: BigDecimal = start.parse().unwrap_or_default();
    guess = rounded(&guess, places);
    // Twelve digits are right at the beginning.
    let mut right = 12;
    loop {
        // The power is needed to as many significant digits as the logarithm has.
        let weight = (float(&guess) / std::f64::consts::LN_10) as i64;
        let power = exp(&guess, (places - weight).max(0) + GUARD);
        let step = quotient(
            &((number - &power) * BigDecimal::from(2)),
            &(number + &power),
            places,
        );
        guess += step;
        right *= 3;
        if right > places + 6 {
            return rounded(&guess, scale);
        }
    }
}

fn exp_scaled(number: &BigDecimal) -> Result<Numeric> {
    let value = float(number);
    if value >= MAX_EXPONENT {
        return Err(overflow());
    }
    let scale = SIGNIFICANT - (value * std::f64::consts::LOG10_E).clamp(-2_000.0, 2_000.0) as i64;
    let scale = scale
        .max(number.fractional_digit_count())
        .clamp(0, MAX_SCALE);
    if value <= -MAX_EXPONENT {
        return Numeric::new(BigDecimal::from_bigint(BigInt::ZERO, scale));
    }
    Numeric::new(exp(number, scale))
}

/// A number that has a logarithm; nothing for infinity and what is no number.
fn positive(numeric: &Numeric) -> Result<Option<&BigDecimal>> {
    let refused = |message| {
        Err(Error::new(
            ErrorKind::InvalidValue(Fault::Logarithm),
            message,
        ))
    };
    match numeric {
        Numeric::Number(number) if number.is_zero() => refused("cannot take logarithm of zero"),
        Numeric::Number(number) if number.is_negative() => {
            refused("cannot take logarithm of a negative number")
        }
        Numeric::Number(number) => Ok(Some(number)),
        Numeric::NegativeInfinity => refused("cannot take logarithm of a negative number"),
        Numeric::NaN | Numeric::Infinity => Ok(None),
    }
}

fn log(base: &Numeric, number: &Numeric) -> Result<Numeric> {
    if *base == Numeric::NaN || *number == Numeric::NaN {
        return Ok(Numeric::NaN);
    }
    let (base, number) = match (positive(base)?, positive(number)?) {
        (Some(base), Some(number)) => (base, number),
        (None, Some(_)) => return Ok(Numeric::Number(BigDecimal::zero())),
        (Some(_), None) => return Ok(Numeric::Infinity),
        (None, None) => return Ok(Numeric::NaN),
    };
    let (base_weight, weight) = (ln_weight(base), ln_weight(number));
    let scale = SIGNIFICANT - (weight - base_weight);
    let scale = scale
        .max(base.fractional_digit_count())
        .max(number.fractional_digit_count())
        .clamp(0, MAX_SCALE);
    let places = |weight: i64| (scale + (weight - base_weight).max(0) - weight + 8).max(0);
    let divisor = ln(base, places(base_weight) + base_weight.abs());
    if divisor.is_zero() {
        return Err(division_by_zero());
    }
    let dividend = ln(number, places(weight) + weight.abs());
    Numeric::new(quotient(&dividend, &divisor, scale))
}

/// `power` and `^`.
pub(in crate::query::function) fn power(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    call.catalog.stop.check()?;
    let refused = |message| Err(Error::new(ErrorKind::InvalidValue(Fault::Power), message));
    let (base, exponent) = match (values.numeric(0), values.numeric(1)) {
        (Numeric::Number(base), Numeric::Number(exponent)) => (base, exponent),
        (base, exponent) => return Ok(answer(special_power(base, exponent)?)),
    };
    let is_integer = exponent.with_scale_round(0, RoundingMode::Down) == *exponent;
    if base.is_zero() && exponent.is_negative() {
        return refused("zero raised to a negative power is undefined");
    }
    if base.is_negative() && !is_integer {
        return refused("a negative number raised to a non-integer power yields a complex result");
    }
    let integer: Option<i32> = match is_integer {
        true => exponent.with_scale(0).to_plain_string().parse().ok(),
        false => None,
    };
    if let Some(integer) = integer {
        let scale = base.fractional_digit_count().clamp(SIGNIFICANT, MAX_SCALE);
        return Ok(answer(integer_power(base, integer.into(), scale)?));
    }
    if base.is_zero() {
        return Ok(answer(Numeric::Number(BigDecimal::from_bigint(
            BigInt::ZERO,
            SIGNIFICANT,
        ))));
    }
    let value = float_ln(&base.abs()) * float(exponent);
    if value >= MAX_EXPONENT {
        return Err(overflow());
    }
    let scale = SIGNIFICANT - (value * std::f64::consts::LOG10_E) as i64;
    let scale = scale
        .max(base.fractional_digit_count())
        .max(exponent.fractional_digit_count())
        .clamp(0, MAX_SCALE);
    let power = e_to(&base.abs(), exponent, value, scale);
    let is_odd = is_integer && (exponent % BigDecimal::from(2)) != BigDecimal::zero();
    let signed = if base.is_negative() && is_odd {
        -power
    } else {
        power
    };
    Ok(answer(Numeric::new(signed)?))
}

/// A power by its logarithm, `value` being about the exponent of e.
fn e_to(base: &BigDecimal, exponent: &BigDecimal, value: f64, scale: i64) -> BigDecimal {
    if value <= -MAX_EXPONENT {
        return BigDecimal::from_bigint(BigInt::ZERO, scale);
    }
    let digits = (value * std::f64::consts::LOG10_E) as i64;
    // What is wrong in the logarithm is as many times as wrong in the product.
    let size = weight(exponent).max(0);
    let places = (scale + digits.max(0) + size + GUARD).max(GUARD);
    exp(&(ln(base, places) * exponent), scale)
}

fn integer_power(base: &BigDecimal, exponent: i64, scale: i64) -> Result<Numeric> {
    if exponent == 0 {
        return Numeric::new(one().with_scale(scale));
    }
    if base.is_zero() {
        return Numeric::new(BigDecimal::from_bigint(BigInt::ZERO, scale));
    }
    let value = float_ln(&base.abs()) * exponent as f64;
    if value > MAX_LOGARITHM {
        return Err(overflow());
    }
    let shown = (value * std::f64::consts::LOG10_E) as i64 + scale;
    // Not even the first digit is shown.
    if shown < -GUARD {
        return Numeric::new(BigDecimal::from_bigint(BigInt::ZERO, scale));
    }
    // Every multiplication is as wrong as those before it together.
    let digits = shown.max(0) + i64::from(exponent.unsigned_abs().ilog10()) + GUARD;
    let product = multiplied(base, exponent.unsigned_abs(), digits.unsigned_abs());
    Numeric::new(match exponent {
        0.. => rounded(&product, scale),
        _ => quotient(&one(), &product, scale),
    })
}

/// A number so many times with itself, by squares, to so many significant digits.
fn multiplied(base: &BigDecimal, times: u64, digits: u64) -> BigDecimal {
    let (mut product, mut square, mut left) = (one(), base.clone(), times);
    loop {
        if left % 2 == 1 {
            product = (&product * &square).with_prec(digits);
        }
        left /= 2;
        if left == 0 {
            return product;
        }
        square = (&square * &square).with_prec(digits);
    }
}

/// Powers of infinity and of what is no number (POSIX's `pow`).
fn special_power(base: &Numeric, exponent: &Numeric) -> Result<Numeric> {
    let number = |number: i64| Numeric::Number(BigDecimal::from(number));
    let is = |numeric: &Numeric, wanted: i64| match numeric {
        Numeric::Number(number) => *number == wanted,
        _ => false,
    };
    if is(exponent, 0) || is(base, 1) {
        return Ok(number(1));
    }
    if *base == Numeric::NaN || *exponent == Numeric::NaN {
        return Ok(Numeric::NaN);
    }
    if let Numeric::Number(base) = base {
        let grows = *exponent == Numeric::Infinity;
        if base.is_zero() && !grows {
            return Err(Error::new(
                ErrorKind::InvalidValue(Fault::Power),
                "zero raised to a negative power is undefined",
            ));
        }
        return Ok(match base.abs().cmp(&one()) {
            std::cmp::Ordering::Equal => number(1),
            order if (order == std::cmp::Ordering::Greater) == grows => Numeric::Infinity,
            _ => number(0),
        });
    }
    let is_growing = match exponent {
        Numeric::Number(exponent) => exponent.is_positive(),
        exponent => *exponent == Numeric::Infinity,
    };
    if !is_growing {
        return Ok(number(0));
    }
    Ok(match (base, exponent) {
        (Numeric::NegativeInfinity, Numeric::Number(exponent)) => {
            let rest = exponent % BigDecimal::from(2);
            if rest == one() {
                Numeric::NegativeInfinity
            } else if rest.is_zero() {
                Numeric::Infinity
            } else {
                return Err(Error::new(
                    ErrorKind::InvalidValue(Fault::Power),
                    "a negative number raised to a non-integer power yields a complex result",
                ));
            }
        }
        _ => Numeric::Infinity,
    })
}
