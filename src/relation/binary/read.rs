//! Bytes to values.

use std::sync::Arc;

use postgres_types::{Field, Kind};
use uuid::Uuid;

use super::form::{has_binary, no_binary};
use super::reader::Reader;
use super::write::JSONB_VERSION;
use crate::error::{Definition, Error, ErrorKind, Limit, Result};
use crate::relation::geometry::is_geometric;
use crate::relation::text::{json, too_many_dimensions, too_many_elements, widened};
use crate::relation::value::MAX_DIMENSIONS;
use crate::relation::{
    Array, Date, Dimension, Form, Geometry, Interval, Network, Numeric, Reading, Time, TimeTz,
    Timestamp, Type, Value, is_reg, refusal, type_name, utf8,
};

/// The most elements an array has: PostgreSQL's bound.
const MAX_ELEMENTS: i64 = 134_217_727;

/// A parameter as a Bind brings it.
#[derive(Clone, Copy, Debug)]
pub struct Parameter<'a> {
    /// The format of its bytes.
    pub form: Form,
    /// Its bytes; nothing for NULL.
    pub bytes: Option<&'a [u8]>,
}

impl<'a> Parameter<'a> {
    /// The text of a value that names objects by their OIDs ([`is_reg`]), or of an
    /// array of such: whoever knows the objects is to read it. Nothing for any other.
    ///
    /// # Errors
    /// 22021 for a text that is not UTF-8.
    pub fn object_name(&self, of: &Type) -> Result<Option<&'a str>> {
        let element = match of.kind() {
            Kind::Array(element) => element,
            _ => of,
        };
        match (self.form, self.bytes) {
            (Form::Text, Some(bytes)) if is_reg(element) => utf8(bytes).map(Some),
            _ => Ok(None),
        }
    }

    /// The value, when the statement takes the type at this place (counted from
    /// 1).
    ///
    /// # Errors
    /// Those of [`Value::from_text`] and [`Value::from_binary`]; 22021 for a text
    /// that is not UTF-8.
    pub fn value(&self, place: usize, of: &Type, reading: &Reading) -> Result<Value> {
        let Some(bytes) = self.bytes else {
            return Ok(Value::Null);
        };
        match self.form {
            Form::Text => Value::from_text(utf8(bytes)?, of, reading),
            Form::Binary => Value::whole(bytes, of, || {
                format!("incorrect binary data format in bind parameter {place}")
            }),
        }
    }
}

impl Value {
    /// Reads PostgreSQL's binary format of the type.
    ///
    /// # Errors
    /// 08P01 when the bytes end too soon, 22P03 when there are too many or they
    /// are not what the format asks for, 22008 and 22009 for dates and times out
    /// of range, 22021 for a text that is not UTF-8, 22P02 for one that is not
    /// JSON, 42804 for elements and fields of another type, 54000 for an array
    /// that is too large, 42883 for a type that has no binary format here.
    pub fn from_binary(bytes: &[u8], of: &Type) -> Result<Self> {
        Self::whole(bytes, of, || "incorrect binary data format".to_owned())
    }

    /// Reads bytes of which nothing may be left.
    fn whole(bytes: &[u8], of: &Type, left: impl FnOnce() -> String) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        let value = read(&mut reader, of)?;
        if reader.is_empty() {
            Ok(value)
        } else {
            Err(refusal::binary(left()))
        }
    }
}

fn read(reader: &mut Reader<'_>, of: &Type) -> Result<Value> {
    Ok(match *of {
        Type::BOOL => Value::Bool(reader.u8()? != 0),
        Type::INT2 => Value::Int2(reader.i16()?),
        Type::INT4 => Value::Int4(reader.i32()?),
        Type::INT8 => Value::Int8(reader.i64()?),
        Type::OID | Type::XID | Type::CID => Value::Oid(reader.u32()?),
        Type::FLOAT4 => Value::Float4(reader.f32()?),
        Type::FLOAT8 => Value::Float8(reader.f64()?),
        Type::NUMERIC => Value::Numeric(Arc::new(Numeric::read_binary(reader)?)),
        Type::CHAR => Value::Char(reader.u8()?),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::XML => {
            Value::text(utf8(reader.rest())?)
        }
        Type::JSON => {
            let text = utf8(reader.rest())?;
            json::check(text)?;
            Value::text(text)
        }
        Type::JSONB => match reader.u8()? {
            JSONB_VERSION => Value::Jsonb(json::normal(utf8(reader.rest())?)?.into()),
            version => {
                return Err(Error::internal(format!(
                    "unsupported jsonb version number {version}"
                )));
            }
        },
        Type::BYTEA => Value::Bytea(reader.rest().into()),
        Type::DATE => Value::Date(Date::from_days(reader.i32()?)?),
        Type::TIME => Value::Time(Time::from_micros(reader.i64()?)?),
        Type::TIMETZ => {
            let time = Time::from_micros(reader.i64()?)?;
            // West is positive.
            Value::TimeTz(TimeTz::new(time, reader.i32()?.saturating_neg())?)
        }
        Type::TIMESTAMP => Value::Timestamp(Timestamp::from_micros(reader.i64()?)?),
        Type::TIMESTAMPTZ => Value::TimestampTz(Timestamp::from_micros(reader.i64()?)?),
        Type::INTERVAL => {
            let (micros, days, months) = (reader.i64()?, reader.i32()?, reader.i32()?);
            Value::Interval(Interval {
                months,
                days,
                micros,
            })
        }
        Type::UUID => Value::Uuid(Uuid::from_slice(reader.take(16)?).expect("a UUID has 16 bytes")),
        Type::MONEY => Value::Money(reader.i64()?),
        Type::XID8 => Value::Xid8(reader.u64()?),
        Type::PG_LSN => Value::Lsn(reader.u64()?),
        Type::TID => Value::Tid {
            block: reader.u32()?,
            place: reader.u16()?,
        },
        Type::INET | Type::CIDR => Value::Network(Network::read_binary(reader, of)?),
        Type::MACADDR => Value::Mac(octets(reader)?),
        Type::MACADDR8 if reader.len() == 6 => Value::Mac8(widened(octets(reader)?)),
        Type::MACADDR8 => Value::Mac8(octets(reader)?),
        Type::BIT | Type::VARBIT => Value::Bits(bits(reader)?.into()),
        Type::VOID => Value::Void,
        Type::INT2_VECTOR | Type::OID_VECTOR => vector(reader, of)?,
        _ if is_reg(of) => {
            let oid = reader.u32()?;
            let name = if oid == 0 {
                "-".to_owned()
            } else {
                oid.to_string()
            };
            Value::Reg {
                oid,
                name: name.into(),
            }
        }
        _ => match of.kind() {
            Kind::Array(element) => Value::Array(Arc::new(array(reader, element)?)),
            Kind::Composite(fields) => record(reader, fields)?,
            Kind::Domain(base) => read(reader, base)?,
            Kind::Enum(_) => Value::text(utf8(reader.rest())?),
            _ if is_geometric(of) => Value::Geometry(Arc::new(Geometry::read_binary(reader, of)?)),
            _ if has_binary(of) => Value::text(utf8(reader.rest())?),
            _ => return Err(no_binary("input", of)),
        },
    })
}

fn octets<const N: usize>(reader: &mut Reader<'_>) -> Result<[u8; N]> {
    let mut octets = [0; N];
    for octet in &mut octets {
        *octet = reader.u8()?;
    }
    Ok(octets)
}

/// How many there are, then eight in a byte.
fn bits(reader: &mut Reader<'_>) -> Result<String> {
    let count = usize::try_from(reader.i32()?)
        .map_err(|_| refusal::binary("invalid length in external bit string"))?;
    let bytes = reader.take(count.div_ceil(8))?;
    let bit = |place: usize| bytes[place / 8] >> (7 - place % 8) & 1 == 1;
    let bits = (0..count).map(|place| if bit(place) { '1' } else { '0' });
    Ok(bits.collect())
}

fn vector(reader: &mut Reader<'_>, of: &Type) -> Result<Value> {
    let element = if *of == Type::OID_VECTOR {
        Type::OID
    } else {
        Type::INT2
    };
    let array = array(reader, &element)?;
    let is_plain = array
        .dimensions
        .iter()
        .all(|dimension| dimension.lower == 0);
    if array.dimensions.len() != 1 || !is_plain || array.values.contains(&Value::Null) {
        return Err(refusal::binary(format!("invalid {} data", type_name(of))));
    }
    Ok(Value::Vector(Arc::new(Array::vector(
        element,
        array.values,
    ))))
}

fn array(reader: &mut Reader<'_>, element: &Type) -> Result<Array> {
    let count = reader.i32()?;
    let depth = usize::try_from(count)
        .map_err(|_| refusal::binary(format!("invalid number of dimensions: {count}")))?;
    if depth > MAX_DIMENSIONS {
        return Err(too_many_dimensions(depth));
    }
    match reader.i32()? {
        0 | 1 => (),
        _ => return Err(refusal::binary("invalid array flags")),
    }
    expect_type(reader.u32()?, element, "array element type", "")?;
    let mut dimensions = Vec::with_capacity(depth);
    let mut elements = 1_i64;
    for _ in 0..depth {
        let (length, lower) = (reader.i32()?, reader.i32()?);
        elements = elements.saturating_mul(length.into());
        if length < 0 || elements > MAX_ELEMENTS {
            return Err(too_many_elements());
        }
        // The index behind the last has to be a number too.
        if lower.checked_add(length).is_none() {
            return Err(Error::new(
                ErrorKind::LimitExceeded(Limit::Program),
                format!("array lower bound is too large: {lower}"),
            ));
        }
        dimensions.push(Dimension { length, lower });
    }
    if depth == 0 || elements == 0 {
        return Ok(Array {
            element: element.clone(),
            dimensions: Vec::new(),
            values: Vec::new(),
        });
    }
    // Every element takes the bytes of its length: the count alone makes no room.
    if elements as usize > reader.len() / 4 {
        return Err(refusal::too_short());
    }
    let mut values = Vec::with_capacity(elements as usize);
    for number in 1..=elements {
        values.push(match reader.value()? {
            None => Value::Null,
            Some(bytes) => Value::whole(bytes, element, || {
                format!("improper binary format in array element {number}")
            })?,
        });
    }
    Ok(Array {
        element: element.clone(),
        dimensions,
        values,
    })
}

fn record(reader: &mut Reader<'_>, fields: &[Field]) -> Result<Value> {
    let count = reader.i32()?;
    if usize::try_from(count) != Ok(fields.len()) {
        return Err(mismatch(format!(
            "wrong number of columns: {count}, expected {}",
            fields.len()
        )));
    }
    let mut values = Vec::with_capacity(fields.len());
    for (number, field) in (1..).zip(fields) {
        let of = field.type_();
        expect_type(
            reader.u32()?,
            of,
            "type",
            &format!(" in record column {number}"),
        )?;
        let value = match reader.value()? {
            None => Value::Null,
            Some(bytes) => Value::whole(bytes, of, || {
                format!("improper binary format in record column {number}")
            })?,
        };
        values.push((of.clone(), value));
    }
    Ok(Value::Record(values.into()))
}

fn expect_type(oid: u32, of: &Type, what: &str, place: &str) -> Result<()> {
    if oid == of.oid() {
        return Ok(());
    }
    let name = Type::from_oid(oid);
    let name = name.as_ref().map_or("???".into(), type_name);
    Err(mismatch(format!(
        "binary data has {what} {oid} ({name}) instead of expected {} ({}){place}",
        of.oid(),
        type_name(of)
    )))
}

fn mismatch(message: String) -> Error {
    Error::new(
        ErrorKind::InvalidDefinition(Definition::TypeMismatch),
        message,
    )
}
