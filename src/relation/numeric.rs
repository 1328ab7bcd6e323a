//! `numeric`: decimal numbers of any precision.

use std::fmt;
use std::str::FromStr;

use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::{BigInt, Sign};
use bytes::{BufMut, BytesMut};

use super::Type;
use super::binary::Reader;
use super::refusal;
use crate::error::{Error, ErrorKind, Result, Value};

/// A `numeric` (PostgreSQL manual, 8.1.2). Equal numbers with different scales
/// are different values: `1.0` is not written as `1.00`.
#[derive(Clone, Debug)]
pub enum Numeric {
    /// A number with its scale: as many digits after the point as are shown, 0
    /// to 16383.
    Number(BigDecimal),
    /// Not a number.
    NaN,
    /// Larger than every number.
    Infinity,
    /// Smaller than every number.
    NegativeInfinity,
}

/// Digits of the binary format are in base 10,000: four decimal ones.
const DIGIT: i64 = 4;

/// The largest number of them that stand before the point.
const MAX_WEIGHT: i64 = 32_768;

/// The most decimal digits after the point.
const MAX_SCALE: i64 = 16_383;

/// The signs of the binary format.
const POSITIVE: u16 = 0x0000;
const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xc000;
const INFINITY: u16 = 0xd000;
const NEGATIVE_INFINITY: u16 = 0xf000;

impl Numeric {
    /// A number with its scale.
    ///
    /// # Errors
    /// 22003 when it has more than 131072 digits before the point or 16383 after.
    pub fn new(number: BigDecimal) -> Result<Self> {
        let number = match number.fractional_digit_count() {
            ..0 => number.with_scale(0),
            _ => number,
        };
        let scale = number.fractional_digit_count();
        let digits = i64::try_from(number.digits()).unwrap_or(i64::MAX);
        let is_zero = number.sign() == Sign::NoSign;
        if scale > MAX_SCALE || !is_zero && digits - scale > MAX_WEIGHT * DIGIT {
            return Err(overflow());
        }
        Ok(Self::Number(number))
    }

    /// About how much memory its digits take (in bytes).
    pub(super) fn bytes(&self) -> usize {
        let digits = match self {
            Self::Number(number) => number.digits(),
            _ => 0,
        };
        usize::try_from(digits / 2).unwrap_or(usize::MAX) + size_of::<Self>()
    }

    pub(super) fn write_binary(&self, out: &mut BytesMut) {
        let special = match self {
            Self::Number(number) => return write_number(number, out),
            Self::NaN => NAN,
            Self::Infinity => INFINITY,
            Self::NegativeInfinity => NEGATIVE_INFINITY,
        };
        // PostgreSQL gives the infinities a scale, of which nothing is seen.
        let scale = if special == NAN { 0 } else { 0x20 };
        for word in [0, 0, special, scale] {
            out.put_u16(word);
        }
    }

    /// Reads the binary format.
    pub(super) fn read_binary(reader: &mut Reader<'_>) -> Result<Self> {
        let flaw = |what| refusal::binary(format!("invalid {what} in external \"numeric\" value"));
        let digits = reader.u16()?;
        let weight = i64::from(reader.i16()?);
        let sign = reader.u16()?;
        let scale = i64::from(reader.u16()?);
        let is_negative = match sign {
            POSITIVE => false,
            NEGATIVE => true,
            NAN => return Ok(Self::NaN),
            INFINITY => return Ok(Self::Infinity),
            NEGATIVE_INFINITY => return Ok(Self::NegativeInfinity),
            _ => return Err(flaw("sign")),
        };
        if scale > MAX_SCALE {
            return Err(flaw("scale"));
        }
        let mut hundreds = Vec::with_capacity(usize::from(digits) * 2);
        for _ in 0..digits {
            match reader.u16()? {
                digit @ 0..10_000 => hundreds.extend([(digit / 100) as u8, (digit % 100) as u8]),
                _ => return Err(flaw("digit")),
            }
        }
        let sign = if is_negative { Sign::Minus } else { Sign::Plus };
        let coefficient = BigInt::from_radix_be(sign, &hundreds, 100).unwrap_or(BigInt::ZERO);
        let exponent = DIGIT * (weight + 1 - i64::from(digits));
        // Digits behind the scale are dropped.
        Self::new(BigDecimal::new(coefficient, -exponent).with_scale(scale))
    }
}

/// Digits in base 10,000 without zeros at either end, and the power of the first.
fn write_number(number: &BigDecimal, out: &mut BytesMut) {
    let (coefficient, scale) = number.as_bigint_and_scale();
    let missing = (DIGIT - scale % DIGIT) % DIGIT;
    let aligned = coefficient.as_ref() * BigInt::from(10_u32.pow(missing as u32));
    let (sign, mut hundreds) = aligned.to_radix_be(100);
    if hundreds.len() % 2 == 1 {
        hundreds.insert(0, 0);
    }
    let mut digits: Vec<u16> = hundreds
        .chunks_exact(2)
        .map(|pair| u16::from(pair[0]) * 100 + u16::from(pair[1]))
        .collect();
    let after_point = (scale + missing) / DIGIT;
    let mut weight = digits.len() as i64 - 1 - after_point;
    while digits.last() == Some(&0) {
        digits.pop();
    }
    if digits.is_empty() {
        weight = 0;
    }
    let sign = match sign {
        Sign::Minus => NEGATIVE,
        _ => POSITIVE,
    };
    out.put_u16(u16::try_from(digits.len()).expect("a numeric has fewer digits"));
    out.put_i16(i16::try_from(weight).expect("a numeric is smaller"));
    out.put_u16(sign);
    out.put_u16(u16::try_from(scale).expect("a numeric has a smaller scale"));
    digits.into_iter().for_each(|digit| out.put_u16(digit));
}

impl PartialEq for Numeric {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => {
                one.as_bigint_and_scale() == other.as_bigint_and_scale()
            }
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

/// With all digits of its scale and without an exponent.
impl fmt::Display for Numeric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.write_plain_string(f),
            Self::NaN => f.write_str("NaN"),
            Self::Infinity => f.write_str("Infinity"),
            Self::NegativeInfinity => f.write_str("-Infinity"),
        }
    }
}

impl FromStr for Numeric {
    type Err = Error;

    /// # Errors
    /// 22P02 when the text is no number, 22003 when it is too large or has too
    /// many digits after the point.
    fn from_str(text: &str) -> Result<Self> {
        let word = text.trim_matches(is_space);
        match word.to_ascii_lowercase().as_str() {
            "nan" => return Ok(Self::NaN),
            "infinity" | "+infinity" | "inf" | "+inf" => return Ok(Self::Infinity),
            "-infinity" | "-inf" => return Ok(Self::NegativeInfinity),
            _ => (),
        }
        let (mantissa, exponent) = word.split_once(['e', 'E']).unwrap_or((word, "0"));
        if !crate::schema::is_number(word) {
            return Err(refusal::syntax(&Type::NUMERIC, text));
        }
        let exponent = exponent.parse::<i64>().map_err(|_| overflow())?;
        let is_zero = !mantissa.contains(|c| matches!(c, '1'..='9'));
        // Judged before anything of the size of the exponent is built.
        if exponent < -MAX_SCALE || !is_zero && exponent > MAX_WEIGHT * DIGIT {
            return Err(overflow());
        }
        if is_zero && exponent > 0 {
            let places = mantissa
                .split_once('.')
                .map_or(0, |(_, after)| after.len() as i64);
            return Self::new(BigDecimal::new(BigInt::ZERO, (places - exponent).max(0)));
        }
        let number = BigDecimal::from_str(word)
            .map_err(|error| refusal::syntax(&Type::NUMERIC, text).with_source(error))?;
        Self::new(number)
    }
}

fn overflow() -> Error {
    Error::new(
        ErrorKind::InvalidValue(Value::NumericRange),
        "value overflows numeric format",
    )
}

/// What C's `isspace` says.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t'..='\r')
}
