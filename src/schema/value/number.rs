//! Numbers: integers, decimals and floats.

use std::str::FromStr;

use bigdecimal::BigDecimal;

use super::refusal;
use crate::error::{Error, ErrorKind, Result, Value};
use crate::schema::DataType;

/// The most digits PostgreSQL's `numeric` holds before the point
/// (PostgreSQL manual, table 8.2).
const MAX_INTEGER_DIGITS: i64 = 131_072;

/// The most digits it holds after the point.
const MAX_FRACTION_DIGITS: i64 = 16_383;

/// Whether the text is a number as SQL spells one: `-12.5e3`.
pub(crate) fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| {
            let unsigned = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
            !unsigned.is_empty() && digits(unsigned)
        })
}

/// Whether the JSON library keeps the number as it is.
pub(super) fn is_exact_in_json(text: &str) -> bool {
    let kept = serde_json::from_str::<serde_json::Number>(text).map(|number| number.to_string());
    match (decimal(text, &DataType::Jsonb), kept) {
        (Ok(written), Ok(kept)) => {
            decimal(&kept, &DataType::Jsonb).is_ok_and(|kept| kept == written)
        }
        _ => false,
    }
}

/// An integer from a bare number. `5.0` is 5, `5.5` is none (42804).
pub(super) fn integer_from_number(text: &str, data_type: &DataType) -> Result<String> {
    let value = decimal(text, data_type)?;
    if value.fractional_digit_count() > 0 {
        return Err(refusal::mismatch(
            &format!("number {}", refusal::shown(text)),
            data_type,
        ));
    }
    in_range(&value.to_plain_string(), data_type)
        .ok_or_else(|| refusal::number_range(data_type, text))
}

/// An integer from a quoted text: digits with a sign, as PostgreSQL reads it.
pub(super) fn integer_from_string(text: &str, data_type: &DataType) -> Result<String> {
    let trimmed = text.trim();
    let digits = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(refusal::syntax(data_type, text));
    }
    in_range(trimmed, data_type).ok_or_else(|| refusal::number_range(data_type, text))
}

/// A float from a bare number.
pub(super) fn float_from_number(text: &str, data_type: &DataType) -> Result<String> {
    if !is_number(text) {
        return Err(refusal::syntax(data_type, text));
    }
    let shortest = match data_type {
        DataType::Real => shortest_f32(text),
        _ => shortest_f64(text),
    };
    shortest.ok_or_else(|| refusal::number_range(data_type, text))
}

/// A float from a quoted text, which may be `NaN` or `-Infinity`.
pub(super) fn float_from_string(text: &str, data_type: &DataType) -> Result<String> {
    match special(text) {
        Some(special) => Ok(special.to_owned()),
        None => float_from_number(text.trim(), data_type),
    }
}

/// A decimal from a bare number.
pub(super) fn numeric_from_number(text: &str, bounds: Option<(u16, i16)>) -> Result<String> {
    let data_type = DataType::Numeric(bounds);
    let value = decimal(text, &data_type)?;
    let Some((precision, scale)) = bounds else {
        return Ok(value.to_plain_string());
    };
    let (precision, scale) = (i64::from(precision), i64::from(scale));
    // |value| < 10^magnitude, and not less than a tenth of that.
    let (digits, exponent) = value.as_bigint_and_scale();
    let is_zero = digits.as_ref() == &bigdecimal::num_bigint::BigInt::ZERO;
    let magnitude = digit_count(&value) - exponent;
    if !is_zero && magnitude > precision - scale {
        let limit = match precision - scale {
            0 => "1".to_owned(),
            digits => format!("10^{digits}"),
        };
        return Err(overflow(format!(
            "A field with precision {precision}, scale {scale} must have an absolute value less than {limit}."
        )));
    }
    if !is_zero && exponent > scale {
        return Err(overflow(format!(
            "A field with precision {precision}, scale {scale} cannot hold {} exactly, and values are not rounded.",
            refusal::shown(text)
        )));
    }
    Ok(value.with_scale(scale.max(0)).to_plain_string())
}

/// A decimal from a quoted text. `NaN` is a value of every `numeric`,
/// infinity of those without bounds.
pub(super) fn numeric_from_string(text: &str, bounds: Option<(u16, i16)>) -> Result<String> {
    match (special(text), bounds) {
        (Some("NaN"), _) => Ok("NaN".to_owned()),
        (Some(infinity), None) => Ok(infinity.to_owned()),
        (Some(_), Some((precision, scale))) => Err(overflow(format!(
            "A field with precision {precision}, scale {scale} cannot hold an infinite value."
        ))),
        (None, _) => numeric_from_number(text.trim(), bounds),
    }
}

fn overflow(detail: String) -> Error {
    Error::new(
        ErrorKind::InvalidValue(Value::NumericRange),
        "numeric field overflow",
    )
    .with_detail(detail)
}

fn digit_count(value: &BigDecimal) -> i64 {
    i64::try_from(value.digits()).unwrap_or(i64::MAX)
}

/// The number without trailing zeros, at most as large as PostgreSQL's
/// largest. Checked before anything of the size of the exponent is built:
/// `1e1000000000` is eleven bytes of text and a gigabyte of digits.
fn decimal(text: &str, data_type: &DataType) -> Result<BigDecimal> {
    if !is_number(text) {
        return Err(refusal::syntax(data_type, text));
    }
    let too_large = || refusal::number_range(data_type, text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let bound = MAX_INTEGER_DIGITS + MAX_FRACTION_DIGITS;
    let exponent = exponent.parse::<i64>().map_err(|_| too_large())?;
    if exponent.abs() > bound || mantissa.len() as i64 > bound {
        return Err(too_large());
    }
    let value = BigDecimal::from_str(text)
        .map_err(|error| refusal::syntax(data_type, text).with_source(error))?
        .normalized();
    let scale = value.fractional_digit_count();
    if scale > MAX_FRACTION_DIGITS || digit_count(&value) - scale > MAX_INTEGER_DIGITS {
        return Err(too_large());
    }
    Ok(value)
}

fn in_range(digits: &str, data_type: &DataType) -> Option<String> {
    let value = digits.parse::<i64>().ok()?;
    let fits = match data_type {
        DataType::SmallInt => i16::try_from(value).is_ok(),
        DataType::Integer => i32::try_from(value).is_ok(),
        _ => true,
    };
    fits.then(|| value.to_string())
}

pub(super) fn special(text: &str) -> Option<&'static str> {
    match text.trim().to_ascii_lowercase().as_str() {
        "nan" => Some("NaN"),
        "infinity" | "inf" | "+infinity" | "+inf" => Some("Infinity"),
        "-infinity" | "-inf" => Some("-Infinity"),
        _ => None,
    }
}

/// A number that is not zero must not become zero or infinite.
fn is_lost(text: &str, is_zero: bool, is_finite: bool) -> bool {
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    !is_finite || is_zero && mantissa.bytes().any(|b| matches!(b, b'1'..=b'9'))
}

fn shortest_f64(text: &str) -> Option<String> {
    let value: f64 = text.parse().ok()?;
    // Adding zero makes -0 and 0, which are equal, one text.
    (!is_lost(text, value == 0.0, value.is_finite()))
        .then(|| without_point(format!("{:?}", value + 0.0)))
}

fn shortest_f32(text: &str) -> Option<String> {
    let value: f32 = text.parse().ok()?;
    (!is_lost(text, value == 0.0, value.is_finite()))
        .then(|| without_point(format!("{:?}", value + 0.0)))
}

fn without_point(text: String) -> String {
    match text.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None => text,
    }
}
