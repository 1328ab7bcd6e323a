//! Text to values.

use std::sync::Arc;

use postgres_types::Kind;
use uuid::Uuid;

use super::{array, float, json, record, spelling};
use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::relation::geometry::is_geometric;
use crate::relation::numeric::is_space;
use crate::relation::{
    Date, Geometry, Interval, IntervalStyle, Network, Numeric, Reading, Time, TimeTz, Timestamp,
    Type, Value, is_reg, refusal, type_name,
};
use crate::schema;

/// Longer names are cut (in bytes).
const NAME_BYTES: usize = 63;

impl Value {
    /// Reads a text as PostgreSQL reads it for the type. A type that has no
    /// value of its own keeps the text.
    ///
    /// # Errors
    /// 22P02 and for dates and times 22007 when the text does not spell a value
    /// of the type; 22003, 22008, 22009 and 22015 when it is out of range; 22P05
    /// for a `\u0000` in a `jsonb`; 54000 for an array that is too large; 0A000
    /// for the name of an object, for a row of no declared type and for a type whose
    /// values are not known here.
    pub fn from_text(text: &str, of: &Type, reading: &Reading) -> Result<Self> {
        Ok(match *of {
            Type::BOOL => {
                Self::Bool(schema::read_boolean(text).ok_or_else(|| refusal::syntax(of, text))?)
            }
            Type::INT2 => Self::Int2(integer(text, of)?),
            Type::INT4 => Self::Int4(integer(text, of)?),
            Type::INT8 => Self::Int8(integer(text, of)?),
            Type::OID | Type::XID | Type::CID => Self::Oid(oid(text, of)?),
            Type::FLOAT4 => {
                let is_lost = |value: &f32| float::is_lost(text, *value == 0.0, value.is_finite());
                Self::Float4(float::read(text, of, is_lost)?)
            }
            Type::FLOAT8 => Self::Float8(float::read_float(text)?),
            Type::NUMERIC => Self::Numeric(Arc::new(text.parse::<Numeric>()?)),
            Type::CHAR => Self::Char(char(text)),
            Type::NAME => Self::text(cut(text, NAME_BYTES)),
            Type::BYTEA => Self::Bytea(bytes(text)?.into()),
            Type::DATE => Self::Date(Date::read(text, reading)?),
            Type::TIME => Self::Time(Time::read(text, reading)?),
            Type::TIMETZ => Self::TimeTz(TimeTz::read(text, reading)?),
            Type::TIMESTAMP => Self::Timestamp(Timestamp::read(text, reading)?),
            Type::TIMESTAMPTZ => Self::TimestampTz(Timestamp::read_tz(text, reading)?),
            Type::INTERVAL => Self::Interval(interval(text, reading.style.interval)?),
            Type::UUID => Self::Uuid(uuid(text).ok_or_else(|| refusal::syntax(of, text))?),
            Type::MONEY => Self::Money(spelling::money(text)?),
            Type::XID8 => Self::Xid8(spelling::unsigned(text)),
            Type::PG_LSN => {
                Self::Lsn(spelling::lsn(text).ok_or_else(|| refusal::syntax(of, text))?)
            }
            Type::TID => {
                let (block, place) =
                    spelling::tid(text).ok_or_else(|| refusal::syntax(of, text))?;
                Self::Tid { block, place }
            }
            Type::INET | Type::CIDR => Self::Network(Network::read(text, of)?),
            Type::MACADDR => Self::Mac(spelling::mac(text)?),
            Type::MACADDR8 => {
                Self::Mac8(spelling::mac8(text).ok_or_else(|| refusal::syntax(of, text))?)
            }
            Type::BIT | Type::VARBIT => Self::Bits(spelling::bits(text)?.into()),
            Type::JSON => {
                json::check(text)?;
                Self::text(text)
            }
            Type::JSONB => Self::Jsonb(json::normal(text)?.into()),
            Type::VOID => Self::Void,
            Type::INT2_VECTOR => array::read_vector(text, &Type::INT2, reading)?,
            Type::OID_VECTOR => array::read_vector(text, &Type::OID, reading)?,
            Type::RECORD => {
                return Err(Error::new(
                    ErrorKind::Unsupported,
                    "input of anonymous composite types is not implemented",
                ));
            }
            Type::TS_VECTOR | Type::TSQUERY | Type::JSONPATH => return Err(unread(of)),
            _ if is_reg(of) => reg(text, of)?,
            _ if is_geometric(of) => Self::Geometry(Arc::new(Geometry::read(text, of)?)),
            _ => match of.kind() {
                Kind::Array(element) => array::read(text, element, reading)?,
                Kind::Composite(fields) => record::read(text, fields, reading)?,
                Kind::Domain(base) => Self::from_text(text, base, reading)?,
                Kind::Range(_) | Kind::Multirange(_) => return Err(unread(of)),
                Kind::Enum(labels) if !labels.iter().any(|label| label == text) => {
                    return Err(Error::new(
                        ErrorKind::InvalidValue(Fault::Text),
                        format!("invalid input value for enum {}: \"{text}\"", type_name(of)),
                    ));
                }
                _ => Self::text(text),
            },
        })
    }
}

/// A type whose values are not known here.
fn unread(of: &Type) -> Error {
    Error::unsupported(
        format!("a value of type {}", type_name(of)),
        "Write it as a text.",
    )
}

/// Decimal digits with a sign, between blanks.
fn integer<T: TryFrom<i64>>(text: &str, of: &Type) -> Result<T> {
    let word = text.trim_matches(is_space);
    let digits = word.strip_prefix(['-', '+']).unwrap_or(word);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(refusal::syntax(of, text));
    }
    word.parse::<i64>()
        .ok()
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| refusal::number_range(of, text))
}

/// An OID may be written as the `int4` of the same bits.
fn oid(text: &str, of: &Type) -> Result<u32> {
    let number: i64 = integer(text, of)?;
    u32::try_from(number)
        .ok()
        .or_else(|| i32::try_from(number).ok().map(|number| number as u32))
        .ok_or_else(|| refusal::number_range(of, text))
}

/// An object by its number; names are not known here.
fn reg(text: &str, of: &Type) -> Result<Value> {
    let oid = match text {
        "-" => 0,
        _ => integer::<u32>(text, &Type::OID).map_err(|_| {
            Error::unsupported(
                format!("\"{text}\" as a {}", type_name(of)),
                "Give the object's OID.",
            )
        })?,
    };
    let name = if oid == 0 { "-" } else { text };
    Ok(Value::Reg {
        oid,
        name: name.into(),
    })
}

/// The first byte, or the one that is written in octal digits; 0 for none.
fn char(text: &str) -> u8 {
    let octal = text.strip_prefix('\\').filter(|digits| digits.len() == 3);
    octal
        .and_then(|digits| u8::from_str_radix(digits, 8).ok())
        .or_else(|| text.bytes().next())
        .unwrap_or(0)
}

/// As many whole characters as there is room for.
fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn bytes(text: &str) -> Result<Vec<u8>> {
    if let Some(bytes) = schema::read_bytes(text) {
        return Ok(bytes);
    }
    let Some(hex) = text.strip_prefix("\\x") else {
        return Err(refusal::syntax_of(&Type::BYTEA));
    };
    let is_bad = |c: &char| !c.is_ascii_hexdigit() && !is_space(*c);
    let message = match hex.chars().find(is_bad) {
        Some(digit) => format!("invalid hexadecimal digit: \"{digit}\""),
        None => "invalid hexadecimal data: odd number of digits".to_owned(),
    };
    Err(Error::new(
        ErrorKind::InvalidValue(Fault::Parameter),
        message,
    ))
}

fn interval(text: &str, style: IntervalStyle) -> Result<Interval> {
    use crate::schema::IntervalFlaw as Flaw;
    match Interval::read(text) {
        Ok((interval, _)) => Ok(match style {
            IntervalStyle::SqlStandard if has_one_sign(text) => Interval {
                months: interval.months.saturating_abs().saturating_neg(),
                days: interval.days.saturating_abs().saturating_neg(),
                micros: interval.micros.saturating_abs().saturating_neg(),
            },
            _ => interval,
        }),
        Err(Flaw::Syntax) => Err(Error::new(
            ErrorKind::InvalidValue(Fault::Datetime),
            format!("invalid input syntax for type interval: \"{text}\""),
        )),
        Err(Flaw::Range) => Err(Error::new(
            ErrorKind::InvalidValue(Fault::IntervalRange),
            format!("interval field value out of range: \"{text}\""),
        )),
    }
}

/// Whether a minus at the beginning is the only sign: in the SQL standard's style
/// it is that of all parts.
fn has_one_sign(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace();
    words.next().is_some_and(|word| word.starts_with('-'))
        && !words.any(|word| word.starts_with(['-', '+']))
}

/// 32 hex digits, with hyphens after any four of them, perhaps in braces.
fn uuid(text: &str) -> Option<Uuid> {
    let inside = match text.strip_prefix('{') {
        Some(rest) => rest.strip_suffix('}')?,
        None => text,
    };
    let mut bytes = [0; 16];
    let mut rest = inside.as_bytes();
    for (index, byte) in bytes.iter_mut().enumerate() {
        let digit = |b: &u8| {
            char::from(*b)
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        };
        let [high, low, after @ ..] = rest else {
            return None;
        };
        *byte = digit(high)? * 16 + digit(low)?;
        rest = match after {
            [b'-', after @ ..] if index % 2 == 1 && index < 15 => after,
            after => after,
        };
    }
    rest.is_empty().then(|| Uuid::from_bytes(bytes))
}
