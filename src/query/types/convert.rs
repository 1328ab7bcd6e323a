//! A value of one type as a value of another.

use std::sync::Arc;

use bigdecimal::{BigDecimal, RoundingMode};

use super::category::{base, element_of, is_vector};
use super::value::Names;
use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::query::catalog::Catalog;
use crate::relation::{
    Array, Date, FloatDigits, Interval, Kind, Network, Numeric, Reading, Style, Time, Timestamp,
    Type, Value, is_reg, type_name,
};

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Casts values, in the light of a session. Remembers the names of objects that it
/// asked for.
pub(super) struct Converter<'a> {
    catalog: &'a Catalog,
    names: Names<'a>,
    reading: Reading,
}

impl<'a> Converter<'a> {
    pub(super) fn new(catalog: &'a Catalog) -> Self {
        Self {
            catalog,
            names: Names::new(catalog),
            reading: Reading {
                style: catalog.context.style,
                now: catalog.context.transaction_start,
            },
        }
    }

    /// What a value of the type `from` is as one of the type `to`; a cast must be
    /// allowed between them. Where there is no other way the one's text is read as
    /// the other.
    ///
    /// # Errors
    /// 22003, 22P02 and the like; 42P01 and the like for a name of nothing.
    pub(super) fn convert(&mut self, value: Value, from: &Type, to: &Type) -> Result<Value> {
        let (from, to) = (base(from), base(to));
        if from == to || value == Value::Null {
            return Ok(value);
        }
        if let (Value::Array(array) | Value::Vector(array), Some(element), false) =
            (&value, element_of(to), is_vector(to))
        {
            let values = array.values.iter();
            let values = values.map(|value| self.convert(value.clone(), &array.element, element));
            let values: Vec<Value> = values.collect::<Result<_>>()?;
            return Ok(Value::Array(Arc::new(Array {
                element: element.clone(),
                dimensions: array.dimensions.clone(),
                values,
            })));
        }
        // Names of objects are looked up one by one.
        if let (Value::Text(text), Kind::Array(element)) = (&value, to.kind())
            && is_reg(element)
        {
            let texts = Value::from_text(text, &Type::TEXT_ARRAY, &self.reading)?;
            return self.convert(texts, &Type::TEXT_ARRAY, to);
        }
        if let (Value::Record(record), Kind::Composite(fields)) = (&value, to.kind()) {
            let fields = record.iter().zip(fields).map(|((from, value), field)| {
                let value = self.convert(value.clone(), from, field.type_())?;
                Ok((field.type_().clone(), value))
            });
            return Ok(Value::Record(fields.collect::<Result<_>>()?));
        }
        if let (Value::Jsonb(json), true) = (&value, is_scalar(to)) {
            return self.convert_json(json, to);
        }
        Ok(match (&value, to) {
            (Value::Int4(number), &Type::BOOL) => Value::Bool(*number != 0),
            (Value::Bool(flag), &Type::TEXT | &Type::VARCHAR | &Type::BPCHAR) => {
                Value::text(if *flag { "true" } else { "false" })
            }
            // The blanks at the end of a `character` mean nothing.
            (Value::Text(text), &Type::TEXT | &Type::VARCHAR | &Type::NAME)
                if *from == Type::BPCHAR =>
            {
                let text = text.trim_end_matches(' ');
                Value::from_text(text, to, &self.reading)?
            }
            (Value::Text(_) | Value::Char(_), _) if is_reg(to) => {
                let text = value.to_text(&self.reading.style).unwrap_or_default();
                self.object(&text, to)?
            }
            (Value::Bits(bits), &Type::INT4 | &Type::INT8) => {
                integer(number_of_bits(bits, to)?, to)?
            }
            (Value::Bits(_), &Type::BIT | &Type::VARBIT) => value,
            (Value::Network(network), &Type::INET | &Type::CIDR) => {
                let network = Network::new(network.address(), network.bits(), to);
                network.map_or(Value::Null, Value::Network)
            }
            (Value::Network(network), &Type::TEXT | &Type::VARCHAR | &Type::BPCHAR) => {
                Value::text(network.with_prefix())
            }
            (Value::Mac([a, b, c, d, e, f]), &Type::MACADDR8) => {
                Value::Mac8([*a, *b, *c, 0xff, 0xfe, *d, *e, *f])
            }
            (Value::Mac8(octets), &Type::MACADDR) => Value::Mac(shortened(*octets)?),
            (Value::Xid8(number), &Type::XID) => Value::Oid(*number as u32),
            (Value::Money(hundredths), &Type::NUMERIC) => {
                let number = BigDecimal::new((*hundredths).into(), 2);
                Value::Numeric(Arc::new(Numeric::new(number)?))
            }
            (_, &Type::MONEY) if !matches!(value, Value::Text(_)) => {
                Value::Money(hundredths(&value)?)
            }
            (Value::Int4(number), &Type::CHAR) => match i8::try_from(*number) {
                Ok(number) => Value::Char(number.cast_unsigned()),
                Err(_) => return Err(out_of_range(to)),
            },
            (Value::Text(_), &Type::INT2 | &Type::INT4 | &Type::INT8) => {
                self.through_text(value, from, to)?
            }
            (_, &Type::INT2 | &Type::INT4 | &Type::INT8) => integer(whole(&value, to)?, to)?,
            (_, to) if is_reg(to) => Value::Reg {
                oid: oid(&value)?,
                name: "".into(),
            },
            (Value::Int2(_) | Value::Int4(_) | Value::Int8(_) | Value::Reg { .. }, &Type::OID) => {
                Value::Oid(oid(&value)?)
            }
            (Value::Int2(number), &Type::FLOAT4) => Value::Float4(f32::from(*number)),
            (Value::Int4(number), &Type::FLOAT4) => Value::Float4(*number as f32),
            (Value::Int8(number), &Type::FLOAT4) => Value::Float4(*number as f32),
            (Value::Float8(number), &Type::FLOAT4) => Value::Float4(narrowed(*number)?),
            (Value::Int2(number), &Type::FLOAT8) => Value::Float8(f64::from(*number)),
            (Value::Int4(number), &Type::FLOAT8) => Value::Float8(f64::from(*number)),
            (Value::Int8(number), &Type::FLOAT8) => Value::Float8(*number as f64),
            (Value::Float4(number), &Type::FLOAT8) => Value::Float8(f64::from(*number)),
            // As many digits as a float is sure of.
            (Value::Float4(_) | Value::Float8(_), &Type::NUMERIC) => {
                let style = Style {
                    float_digits: FloatDigits::Fewer(0),
                    ..Style::default()
                };
                let text = value.to_text(&style).unwrap_or_default();
                Value::Numeric(Arc::new(text.parse()?))
            }
            (Value::Interval(interval), &Type::TIME) => Value::Time(Time::from_micros(
                interval.micros.rem_euclid(MICROS_PER_DAY),
            )?),
            (Value::Time(time), &Type::INTERVAL) => Value::Interval(Interval {
                months: 0,
                days: 0,
                micros: time.micros(),
            }),
            (Value::Date(date), &Type::TIMESTAMP) => Value::Timestamp(midnight(*date)?),
            (Value::Timestamp(at), &Type::DATE) if at.is_finite() => {
                let days = at.micros().div_euclid(MICROS_PER_DAY);
                Value::Date(Date::from_days(days as i32)?)
            }
            (Value::Timestamp(at), &Type::TIME) if at.is_finite() => {
                Value::Time(Time::from_micros(at.micros().rem_euclid(MICROS_PER_DAY))?)
            }
            // There is no time of day in eternity.
            (Value::Timestamp(at) | Value::TimestampTz(at), &Type::TIME | &Type::TIMETZ)
                if !at.is_finite() =>
            {
                Value::Null
            }
            _ => self.through_text(value, from, to)?,
        })
    }

    fn through_text(&mut self, value: Value, from: &Type, to: &Type) -> Result<Value> {
        let value = self.names.named_value(value, from)?;
        let text = value.to_text(&self.reading.style).unwrap_or_default();
        Value::from_text(&text, to, &self.reading)
    }

    /// A number or a truth value of JSON.
    fn convert_json(&mut self, json: &str, to: &Type) -> Result<Value> {
        let (what, is_number) = match json.bytes().next() {
            Some(b'"') => ("string", false),
            Some(b'{') => ("object", false),
            Some(b'[') => ("array", false),
            Some(b't' | b'f') => ("boolean", false),
            Some(b'n') => ("null", false),
            _ => ("numeric", true),
        };
        match *to {
            Type::BOOL if what == "boolean" => Ok(Value::Bool(json == "true")),
            Type::BOOL => Err(uncastable_json(what, to)),
            _ if is_number => {
                let number = Value::Numeric(Arc::new(json.parse()?));
                self.convert(number, &Type::NUMERIC, to)
            }
            _ => Err(uncastable_json(what, to)),
        }
    }

    /// An object by its name, or by its OID in digits.
    fn object(&self, text: &str, of: &Type) -> Result<Value> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let oid = match text {
            "-" => Some(0),
            _ if is_number => match Value::from_text(text, &Type::OID, &self.reading)? {
                Value::Oid(oid) => Some(oid),
                _ => None,
            },
            _ => self.catalog.oid_of(text, of)?,
        };
        match oid {
            Some(oid) => Ok(Value::Reg {
                oid,
                name: "".into(),
            }),
            None => Err(self.catalog.missing(text, of)),
        }
    }
}

/// The object that a text names as a value of the type: a `regclass` or the like, or
/// an array of them.
///
/// # Errors
/// 42P01 and the like for a name of nothing, 22P02 for a text that is no array.
pub(in crate::query) fn named_object(text: &str, of: &Type, catalog: &Catalog) -> Result<Value> {
    Converter::new(catalog).convert(Value::text(text), &Type::TEXT, of)
}

/// What a `jsonb` becomes by its value and not by its text.
fn is_scalar(of: &Type) -> bool {
    let is_integer = matches!(*of, Type::INT2 | Type::INT4 | Type::INT8);
    is_integer
        || matches!(
            *of,
            Type::BOOL | Type::FLOAT4 | Type::FLOAT8 | Type::NUMERIC
        )
}

fn uncastable_json(what: &str, to: &Type) -> Error {
    Error::new(
        ErrorKind::InvalidValue(Fault::Parameter),
        format!("cannot cast jsonb {what} to type {}", type_name(to)),
    )
}

/// The number is none of the type (22003).
fn out_of_range(of: &Type) -> Error {
    Error::new(
        ErrorKind::InvalidValue(Fault::NumericRange),
        format!("{} out of range", type_name(of)),
    )
}

/// A whole number as a value of an integer type.
fn integer(number: i64, of: &Type) -> Result<Value> {
    let value = match *of {
        Type::INT2 => i16::try_from(number).ok().map(Value::Int2),
        Type::INT4 => i32::try_from(number).ok().map(Value::Int4),
        _ => Some(Value::Int8(number)),
    };
    value.ok_or_else(|| out_of_range(of))
}

/// The whole number next to a value: of two, a `numeric` takes the one further
/// from zero and a float the even one.
fn whole(value: &Value, to: &Type) -> Result<i64> {
    Ok(match value {
        Value::Bool(flag) => i64::from(*flag),
        Value::Char(byte) => i64::from(byte.cast_signed()),
        Value::Int2(number) => i64::from(*number),
        Value::Int4(number) => i64::from(*number),
        Value::Int8(number) => *number,
        Value::Float4(number) => whole_float(f64::from(*number), to)?,
        Value::Float8(number) => whole_float(*number, to)?,
        Value::Numeric(numeric) => match &**numeric {
            Numeric::Number(number) => {
                let rounded = number.with_scale_round(0, RoundingMode::HalfUp);
                let (rounded, _) = rounded.into_bigint_and_exponent();
                i64::try_from(rounded).map_err(|_| out_of_range(to))?
            }
            special => {
                let what = match special {
                    Numeric::NaN => "NaN",
                    _ => "infinity",
                };
                return Err(Error::new(
                    ErrorKind::Unsupported,
                    format!("cannot convert {what} to {}", type_name(to)),
                ));
            }
        },
        // The same bits.
        Value::Oid(oid) | Value::Reg { oid, .. } if *to == Type::INT4 => {
            i64::from(oid.cast_signed())
        }
        Value::Oid(oid) | Value::Reg { oid, .. } => i64::from(*oid),
        _ => return Err(uncastable(value, to)),
    })
}

fn whole_float(number: f64, to: &Type) -> Result<i64> {
    let rounded = number.round_ties_even();
    // The next float after the largest integer is 2^63.
    let range = i64::MIN as f64..i64::MAX as f64;
    match range.contains(&rounded) {
        true => Ok(rounded as i64),
        false => Err(out_of_range(to)),
    }
}

/// The `float4` next to a number.
fn narrowed(number: f64) -> Result<f32> {
    let narrow = number as f32;
    let lost = match number {
        _ if narrow.is_infinite() && number.is_finite() => "overflow",
        _ if narrow == 0.0 && number != 0.0 => "underflow",
        _ => return Ok(narrow),
    };
    Err(Error::new(
        ErrorKind::InvalidValue(Fault::NumericRange),
        format!("value out of range: {lost}"),
    ))
}

/// When a day begins.
fn midnight(date: Date) -> Result<Timestamp> {
    match date {
        Date::INFINITY => return Ok(Timestamp::INFINITY),
        Date::NEGATIVE_INFINITY => return Ok(Timestamp::NEGATIVE_INFINITY),
        _ => {}
    }
    let micros = i64::from(date.days()).checked_mul(MICROS_PER_DAY);
    let at = micros.and_then(|micros| Timestamp::from_micros(micros).ok());
    at.ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidValue(Fault::DatetimeRange),
            "date out of range for timestamp",
        )
    })
}

/// An amount of money (in hundredths), half a hundredth away from zero.
fn hundredths(amount: &Value) -> Result<i64> {
    let out_of_range = || out_of_range(&Type::INT8);
    match amount {
        Value::Numeric(numeric) => match &**numeric {
            Numeric::Number(number) => {
                let number = Numeric::Number(number * 100);
                whole(&Value::Numeric(Arc::new(number)), &Type::INT8)
            }
            _ => whole(amount, &Type::INT8),
        },
        _ => whole(amount, &Type::INT8)?
            .checked_mul(100)
            .ok_or_else(out_of_range),
    }
}

/// The short address that a long one was made of.
fn shortened(octets: [u8; 8]) -> Result<[u8; 6]> {
    match octets {
        [a, b, c, 0xff, 0xfe, d, e, f] => Ok([a, b, c, d, e, f]),
        _ => Err(Error::new(
            ErrorKind::InvalidValue(Fault::NumericRange),
            "macaddr8 data out of range to convert to macaddr",
        )
        .with_hint(
            "Only addresses that have FF and FE as values in the 4th and 5th bytes from the left, \
             for example xx:xx:xx:ff:fe:xx:xx:xx, are eligible to be converted from macaddr8 to \
             macaddr.",
        )),
    }
}

/// The OID that a number is: an `int4` of the same bits, or an `int8` of the same
/// value.
fn oid(value: &Value) -> Result<u32> {
    Ok(match value {
        Value::Int2(number) => i32::from(*number).cast_unsigned(),
        Value::Int4(number) => number.cast_unsigned(),
        Value::Int8(number) => u32::try_from(*number).map_err(|_| {
            Error::new(
                ErrorKind::InvalidValue(Fault::NumericRange),
                "OID out of range",
            )
        })?,
        Value::Oid(oid) | Value::Reg { oid, .. } => *oid,
        _ => return Err(uncastable(value, &Type::OID)),
    })
}

/// What no cast leads here: a defect of whoever allowed it.
fn uncastable(value: &Value, to: &Type) -> Error {
    Error::internal(format!("{value:?} is cast to {}", type_name(to)))
}

/// The number whose two's complement these bits are.
fn number_of_bits(bits: &str, to: &Type) -> Result<i64> {
    let number = u64::from_str_radix(bits, 2).map_err(|_| out_of_range(to))?;
    match *to {
        Type::INT4 => {
            let number = u32::try_from(number).map_err(|_| out_of_range(to))?;
            Ok(i64::from(number.cast_signed()))
        }
        _ => Ok(number.cast_signed()),
    }
}
