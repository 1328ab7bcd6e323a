//! Floats.

use std::fmt::{self, Write};

use crate::error::{Error, ErrorKind, Result, Value};
use crate::relation::numeric::is_space;
use crate::relation::style::FloatDigits;
use crate::relation::{Type, refusal, type_name};

/// A decimal: digits without a point and the power of ten of the first.
struct Decimal {
    is_negative: bool,
    digits: String,
    exponent: i32,
}

/// What differs between the two types.
struct Kind {
    /// Digits that are always exact.
    exact: u8,
    /// Digits that always read back.
    most: usize,
    /// Bits of the mantissa, with the hidden one.
    bits: u32,
}

const FLOAT4: Kind = Kind {
    exact: 6,
    most: 9,
    bits: 24,
};
const FLOAT8: Kind = Kind {
    exact: 15,
    most: 17,
    bits: 53,
};

/// As `float4out`.
pub(super) fn write4(value: f32, out: &mut impl Write, digits: FloatDigits) -> fmt::Result {
    let scientific = |precision: Option<usize>| match precision {
        Some(digits) => format!("{value:.*e}", digits - 1),
        None => format!("{value:e}"),
    };
    write(
        &FLOAT4,
        value.into(),
        scientific,
        |text| text.parse::<f32>().is_ok_and(|read| read == value),
        out,
        digits,
    )
}

/// As `float8out`.
pub(in crate::relation) fn write_float(
    value: f64,
    out: &mut impl Write,
    digits: FloatDigits,
) -> fmt::Result {
    let scientific = |precision: Option<usize>| match precision {
        Some(digits) => format!("{value:.*e}", digits - 1),
        None => format!("{value:e}"),
    };
    write(
        &FLOAT8,
        value,
        scientific,
        |text| text.parse::<f64>().is_ok_and(|read| read == value),
        out,
        digits,
    )
}

/// `scientific` spells the value with so many digits, or with as few as read
/// back; `reads_back` says whether a spelling does.
fn write(
    kind: &Kind,
    value: f64,
    scientific: impl Fn(Option<usize>) -> String,
    reads_back: impl Fn(&str) -> bool,
    out: &mut impl Write,
    digits: FloatDigits,
) -> fmt::Result {
    if value.is_nan() {
        return out.write_str("NaN");
    }
    if value.is_infinite() {
        return out.write_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
    match digits {
        FloatDigits::Fewer(fewer) => {
            let precision = kind.exact.saturating_sub(fewer).max(1);
            let decimal = Decimal::read(&scientific(Some(precision.into())));
            decimal.write(out, i32::from(precision))
        }
        FloatDigits::Shortest => {
            let mut decimal = Decimal::read(&scientific(None));
            let shortest = decimal.digits.len();
            // Of two that are as near PostgreSQL takes the even one, and none
            // that a reader would have to round to even.
            for digits in shortest..=kind.most {
                let exact = scientific(Some(digits));
                if reads_back(&exact) {
                    decimal = Decimal::read(&exact);
                }
                if !decimal.is_halfway(kind.bits) {
                    break;
                }
            }
            decimal.write(out, kind.exact.into())
        }
    }
}

impl Decimal {
    /// Reads `-1.25e-7`.
    fn read(scientific: &str) -> Self {
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
        let mut digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
        while digits.len() > 1 && digits.ends_with('0') {
            digits.pop();
        }
        Self {
            is_negative: mantissa.starts_with('-'),
            digits,
            exponent: exponent
                .parse()
                .expect("the exponent of a float is an integer"),
        }
    }

    /// With an exponent when it is below -4, or as large as `limit`.
    fn write(&self, out: &mut impl Write, limit: i32) -> fmt::Result {
        let Self {
            digits, exponent, ..
        } = self;
        if self.is_negative {
            out.write_char('-')?;
        }
        let count = digits.len() as i32;
        if *exponent < -4 || *exponent >= limit {
            let (first, rest) = digits.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            let sign = if *exponent < 0 { '-' } else { '+' };
            write!(out, "{first}{point}{rest}e{sign}{:02}", exponent.abs())
        } else if *exponent < 0 {
            let zeros = usize::from(exponent.unsigned_abs() as u16) - 1;
            write!(out, "0.{:0<zeros$}{digits}", "")
        } else if *exponent + 1 >= count {
            let width = usize::from(exponent.unsigned_abs() as u16) + 1;
            write!(out, "{digits:0<width$}")
        } else {
            let (whole, fraction) = digits.split_at(*exponent as usize + 1);
            write!(out, "{whole}.{fraction}")
        }
    }

    /// Whether it lies exactly in the middle between two floats: it has one bit
    /// more than they have.
    fn is_halfway(&self, bits: u32) -> bool {
        let Ok(digits) = self.digits.parse::<u128>() else {
            return false;
        };
        let tens = self.exponent + 1 - self.digits.len() as i32;
        // A power of 10 is one of 5, and bits at the end that do not count.
        let Some(fives) = 5_u128.checked_pow(tens.unsigned_abs()) else {
            return false;
        };
        let number = match tens {
            0.. => digits.checked_mul(fives),
            _ => (digits % fives == 0).then(|| digits / fives),
        };
        number.is_some_and(|number| {
            number != 0 && u128::BITS - number.leading_zeros() - number.trailing_zeros() == bits + 1
        })
    }
}

/// A `float8`.
///
/// # Errors
/// 22P02, and 22003 for a number that is lost.
pub(in crate::relation) fn read_float(text: &str) -> Result<f64> {
    let is_lost = |value: &f64| is_lost(text, *value == 0.0, value.is_finite());
    read(text, &Type::FLOAT8, is_lost)
}

/// A number as C's `strtod` reads it, which must not become zero or infinite.
pub(super) fn read<T>(text: &str, of: &Type, is_lost: impl Fn(&T) -> bool) -> Result<T>
where
    T: std::str::FromStr,
{
    let word = text.trim_matches(is_space);
    let number: T = word.parse().map_err(|_| refusal::syntax(of, text))?;
    let is_number = word.starts_with(|c: char| matches!(c, '0'..='9' | '.' | '+' | '-'))
        && word.contains(|c: char| c.is_ascii_digit());
    if is_number && is_lost(&number) {
        return Err(Error::new(
            ErrorKind::InvalidValue(Value::NumericRange),
            format!("\"{word}\" is out of range for type {}", type_name(of)),
        ));
    }
    Ok(number)
}

/// Whether a number that was written is not what was meant: a zero with other
/// digits, or an infinity.
pub(super) fn is_lost(text: &str, is_zero: bool, is_finite: bool) -> bool {
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    !is_finite || is_zero && mantissa.contains(|c: char| matches!(c, '1'..='9'))
}
