//! Values to bytes.

use bytes::{BufMut, BytesMut};

use crate::relation::{Array, Type, Value};

/// The version of the format of `jsonb`.
pub(super) const JSONB_VERSION: u8 = 1;

impl Value {
    /// Writes the value in PostgreSQL's binary format of its type, which must have one
    /// ([`check_binary`](crate::relation::check_binary)). NULL has no bytes: nothing is written.
    pub fn write_binary(&self, out: &mut BytesMut) {
        match self {
            Self::Null | Self::Void => (),
            Self::Bool(value) => out.put_u8(u8::from(*value)),
            Self::Char(byte) => out.put_u8(*byte),
            Self::Int2(value) => out.put_i16(*value),
            Self::Int4(value) => out.put_i32(*value),
            Self::Int8(value) => out.put_i64(*value),
            Self::Float4(value) => out.put_f32(*value),
            Self::Float8(value) => out.put_f64(*value),
            Self::Numeric(value) => value.write_binary(out),
            Self::Text(text) => out.put_slice(text.as_bytes()),
            Self::Money(hundredths) => out.put_i64(*hundredths),
            Self::Xid8(number) | Self::Lsn(number) => out.put_u64(*number),
            Self::Tid { block, place } => {
                out.put_u32(*block);
                out.put_u16(*place);
            }
            Self::Network(network) => network.write_binary(out),
            Self::Mac(octets) => out.put_slice(octets),
            Self::Mac8(octets) => out.put_slice(octets),
            Self::Geometry(geometry) => geometry.write_binary(out),
            Self::Bits(bits) => write_bits(bits, out),
            Self::Bytea(bytes) => out.put_slice(bytes),
            Self::Date(date) => out.put_i32(date.days()),
            Self::Time(time) => out.put_i64(time.micros()),
            Self::TimeTz(time) => {
                out.put_i64(time.time().micros());
                // West is positive.
                out.put_i32(-time.offset());
            }
            Self::Timestamp(at) | Self::TimestampTz(at) => out.put_i64(at.micros()),
            Self::Interval(interval) => {
                out.put_i64(interval.micros);
                out.put_i32(interval.days);
                out.put_i32(interval.months);
            }
            Self::Uuid(uuid) => out.put_slice(uuid.as_bytes()),
            Self::Jsonb(text) => {
                out.put_u8(JSONB_VERSION);
                out.put_slice(text.as_bytes());
            }
            Self::Oid(oid) | Self::Reg { oid, .. } => out.put_u32(*oid),
            Self::Array(array) | Self::Vector(array) => write_array(array, out),
            Self::Record(fields) => write_record(fields, out),
        }
    }

    /// Writes the length of the binary format before it; -1 for NULL.
    fn write_sized(&self, out: &mut BytesMut) {
        if *self == Self::Null {
            out.put_i32(-1);
            return;
        }
        let start = out.len();
        out.put_i32(0);
        self.write_binary(out);
        let length = i32::try_from(out.len() - start - 4).expect("a value is shorter than 2 GiB");
        out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }
}

/// How many there are, then eight in a byte.
fn write_bits(bits: &str, out: &mut BytesMut) {
    out.put_i32(i32::try_from(bits.len()).expect("there are fewer bits than 2^31"));
    for eight in bits.as_bytes().chunks(8) {
        let places = (0..8).rev().zip(eight);
        out.put_u8(places.fold(0, |byte, (place, bit)| byte | (bit & 1) << place));
    }
}

fn write_array(array: &Array, out: &mut BytesMut) {
    let dimensions = i32::try_from(array.dimensions.len()).expect("there are six at most");
    out.put_i32(dimensions);
    out.put_i32(i32::from(array.values.contains(&Value::Null)));
    out.put_u32(array.element.oid());
    for dimension in &array.dimensions {
        out.put_i32(dimension.length);
        out.put_i32(dimension.lower);
    }
    for value in &array.values {
        value.write_sized(out);
    }
}

fn write_record(fields: &[(Type, Value)], out: &mut BytesMut) {
    out.put_i32(i32::try_from(fields.len()).expect("a row has fewer than 65,536 columns"));
    for (field, value) in fields {
        out.put_u32(field.oid());
        value.write_sized(out);
    }
}
