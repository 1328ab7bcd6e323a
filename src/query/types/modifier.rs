//! What a type's modifier makes of its values: `numeric(10,2)`, `varchar(20)`.
//!
//! A modifier is a number as PostgreSQL has it (`pg_attribute.atttypmod`), -1 for
//! none.

use std::sync::Arc;

use bigdecimal::num_bigint::Sign;
use bigdecimal::{BigDecimal, RoundingMode};

use super::category::{base, element_of};
use super::coercion::Coercion;
use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::relation::{Array, Interval, Numeric, Time, TimeTz, Timestamp, Type, Value, type_name};

/// What PostgreSQL adds to the modifiers of texts and numbers.
const HEADER: i32 = 4;

/// The fields of an interval, as bits of its modifier.
pub(super) const YEAR: i32 = 1 << 2;
pub(super) const MONTH: i32 = 1 << 1;
pub(super) const DAY: i32 = 1 << 3;
pub(super) const HOUR: i32 = 1 << 10;
pub(super) const MINUTE: i32 = 1 << 11;
pub(super) const SECOND: i32 = 1 << 12;
/// All fields.
pub(super) const ALL_FIELDS: i32 = 0x7fff;
/// All digits of a second.
const ALL_DIGITS: i32 = 0xffff;
/// The most digits of a second.
pub(super) const MAX_DIGITS: u32 = 6;

const MICROS_PER_MINUTE: i64 = 60_000_000;
const MICROS_PER_HOUR: i64 = 60 * MICROS_PER_MINUTE;

/// The modifier of a text of at most so many characters.
pub(super) fn of_length(length: i32) -> i32 {
    length + HEADER
}

/// The modifier of a number of so many digits.
pub(super) fn of_digits(precision: i32, scale: i32) -> i32 {
    (precision << 16 | scale & 0x7ff) + HEADER
}

/// The modifier of an interval of these fields.
pub(super) fn of_fields(fields: i32, digits: Option<i32>) -> i32 {
    fields << 16 | digits.unwrap_or(ALL_DIGITS)
}

/// The fields that an interval of this modifier has.
pub(super) fn fields(modifier: i32) -> i32 {
    match modifier {
        ..0 => ALL_FIELDS,
        _ => modifier >> 16 & ALL_FIELDS,
    }
}

/// A number without a unit counts the last field: `INTERVAL '1' DAY`.
pub(super) fn with_unit(text: &Arc<str>, modifier: i32) -> Arc<str> {
    let is_number = text.trim().parse::<f64>().is_ok_and(f64::is_finite);
    let unit = match fields(modifier) {
        ALL_FIELDS => return text.clone(),
        _ if !is_number => return text.clone(),
        fields if fields & SECOND != 0 => "seconds",
        fields if fields & MINUTE != 0 => "minutes",
        fields if fields & HOUR != 0 => "hours",
        DAY => "days",
        YEAR => "years",
        _ => "months",
    };
    format!("{text} {unit}").into()
}

/// The value as one of the type with this modifier: rounded, filled up with blanks
/// or, if it is asked for, cut.
///
/// # Errors
/// 22003 for a number with too many digits, 22001 for a text that is too long.
pub(super) fn fit(value: Value, of: &Type, modifier: i32, how: Coercion) -> Result<Value> {
    let of = base(of);
    if modifier < 0 {
        return Ok(value);
    }
    if let (Value::Array(array), Some(element)) = (&value, element_of(of)) {
        let values = array.values.iter();
        let values = values.map(|value| fit(value.clone(), element, modifier, how));
        return Ok(Value::Array(Arc::new(Array {
            element: array.element.clone(),
            dimensions: array.dimensions.clone(),
            values: values.collect::<Result<_>>()?,
        })));
    }
    Ok(match (value, of) {
        (Value::Numeric(numeric), &Type::NUMERIC) => {
            Value::Numeric(Arc::new(fit_numeric(&numeric, modifier)?))
        }
        (Value::Text(text), &Type::VARCHAR) => Value::Text(cut(text, modifier - HEADER, of, how)?),
        (Value::Text(text), &Type::BPCHAR) => {
            let length = usize::try_from(modifier - HEADER).unwrap_or(0);
            let text = cut(text, modifier - HEADER, of, how)?;
            match length.saturating_sub(text.chars().count()) {
                0 => Value::Text(text),
                missing => Value::text(format!("{text}{}", " ".repeat(missing))),
            }
        }
        (Value::Bits(bits), &Type::BIT) => {
            let length = usize::try_from(modifier).unwrap_or(0);
            match bits.len() == length {
                true => Value::Bits(bits),
                false if how == Coercion::Explicit => {
                    let kept = &bits[..length.min(bits.len())];
                    Value::Bits((kept.to_owned() + &"0".repeat(length - kept.len())).into())
                }
                false => {
                    let found = bits.len();
                    let message = "bit string length";
                    return Err(too_long(format!(
                        "{message} {found} does not match type bit({length})"
                    )));
                }
            }
        }
        (Value::Bits(bits), &Type::VARBIT) => {
            let length = usize::try_from(modifier).unwrap_or(0);
            match bits.len() <= length {
                true => Value::Bits(bits),
                false if how == Coercion::Explicit => Value::Bits(bits[..length].into()),
                false => {
                    let message = "bit string too long for type bit varying";
                    return Err(too_long(format!("{message}({length})")));
                }
            }
        }
        (Value::Time(time), &Type::TIME) => {
            Value::Time(Time::from_micros(rounded(time.micros(), modifier))?)
        }
        (Value::TimeTz(time), &Type::TIMETZ) => {
            let micros = rounded(time.time().micros(), modifier);
            Value::TimeTz(TimeTz::new(Time::from_micros(micros)?, time.offset())?)
        }
        (Value::Timestamp(at), &Type::TIMESTAMP) => Value::Timestamp(fit_moment(at, modifier)?),
        (Value::TimestampTz(at), &Type::TIMESTAMPTZ) => {
            Value::TimestampTz(fit_moment(at, modifier)?)
        }
        (Value::Interval(interval), &Type::INTERVAL) => {
            Value::Interval(fit_interval(interval, modifier))
        }
        (value, _) => value,
    })
}

/// The lowest bits of a whole number: what `44::bit(10)` is.
pub(super) fn bits(number: i64, modifier: i32) -> Value {
    let length = usize::try_from(modifier.max(1)).unwrap_or(1);
    let sign = if number < 0 { '1' } else { '0' };
    let text = format!("{number:064b}");
    let missing = length.saturating_sub(text.len());
    let filled: String = std::iter::repeat_n(sign, missing).collect();
    Value::Bits((filled + &text[text.len().saturating_sub(length)..]).into())
}

fn too_long(message: String) -> Error {
    Error::new(ErrorKind::InvalidValue(Fault::TooLong), message)
}

fn fit_numeric(numeric: &Numeric, modifier: i32) -> Result<Numeric> {
    let precision = (modifier - HEADER) >> 16 & 0xffff;
    // Eleven bits with a sign.
    let scale = (((modifier - HEADER) & 0x7ff) ^ 1024) - 1024;
    let overflow = |detail: String| {
        Error::new(
            ErrorKind::InvalidValue(Fault::NumericRange),
            "numeric field overflow",
        )
        .with_detail(format!(
            "A field with precision {precision}, scale {scale} {detail}."
        ))
    };
    match numeric {
        Numeric::NaN => Ok(Numeric::NaN),
        Numeric::Infinity | Numeric::NegativeInfinity => {
            Err(overflow("cannot hold an infinite value".to_owned()))
        }
        Numeric::Number(number) => {
            let number = number.with_scale_round(i64::from(scale), RoundingMode::HalfUp);
            let whole = precision - scale;
            if digits_before_point(&number) > i64::from(whole) {
                let limit = match whole {
                    0 => "1".to_owned(),
                    _ => format!("10^{whole}"),
                };
                return Err(overflow(format!(
                    "must round to an absolute value less than {limit}"
                )));
            }
            Numeric::new(number)
        }
    }
}

/// How many digits a number has before the point; negative for zeros behind it.
fn digits_before_point(number: &BigDecimal) -> i64 {
    match number.sign() {
        Sign::NoSign => i64::MIN,
        _ => {
            let digits = i64::try_from(number.digits()).unwrap_or(i64::MAX);
            digits - number.fractional_digit_count()
        }
    }
}

/// At most so many characters. What is cut off unasked may be blanks only.
fn cut(text: Arc<str>, length: i32, of: &Type, how: Coercion) -> Result<Arc<str>> {
    let length = usize::try_from(length).unwrap_or(0);
    let Some((end, _)) = text.char_indices().nth(length) else {
        return Ok(text);
    };
    if how != Coercion::Explicit && text[end..].contains(|c| c != ' ') {
        let message = format!("value too long for type {}({length})", type_name(of));
        return Err(too_long(message));
    }
    Ok(text[..end].into())
}

/// Microseconds in so many digits of a second, half a digit away from zero.
fn rounded(micros: i64, digits: i32) -> i64 {
    let digits = u32::try_from(digits).unwrap_or(MAX_DIGITS).min(MAX_DIGITS);
    let unit = 10_i64.pow(MAX_DIGITS - digits);
    let half = if micros < 0 { -unit / 2 } else { unit / 2 };
    micros.saturating_add(half) / unit * unit
}

fn fit_moment(at: Timestamp, digits: i32) -> Result<Timestamp> {
    match at.is_finite() {
        true => Timestamp::from_micros(rounded(at.micros(), digits)),
        false => Ok(at),
    }
}

/// Drops what is finer than the last field.
fn fit_interval(interval: Interval, modifier: i32) -> Interval {
    let Interval {
        mut months,
        mut days,
        mut micros,
    } = interval;
    let last = |unit: i64| micros / unit * unit;
    match fields(modifier) {
        YEAR => (months, days, micros) = (months / 12 * 12, 0, 0),
        fields if fields & !(YEAR | MONTH) == 0 => (days, micros) = (0, 0),
        DAY => micros = 0,
        fields if fields & (MINUTE | SECOND) == 0 => micros = last(MICROS_PER_HOUR),
        fields if fields & SECOND == 0 => micros = last(MICROS_PER_MINUTE),
        _ => {}
    }
    match modifier & ALL_DIGITS {
        ALL_DIGITS => {}
        digits => micros = rounded(micros, digits),
    }
    Interval {
        months,
        days,
        micros,
    }
}
