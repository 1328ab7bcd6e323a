//! Values to text.

use std::fmt::{self, Write};

use super::{array, float, record, spelling};
use crate::relation::{ByteaOutput, Style, Value, interval};

impl Value {
    /// Writes the value as PostgreSQL writes it as text. NULL has no text:
    /// nothing is written.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut impl Write, style: &Style) -> fmt::Result {
        match self {
            Self::Null | Self::Void => Ok(()),
            Self::Bool(value) => out.write_char(if *value { 't' } else { 'f' }),
            Self::Char(0) => Ok(()),
            Self::Char(byte @ ..0x80) => out.write_char(char::from(*byte)),
            Self::Char(byte) => write!(out, "\\{byte:03o}"),
            Self::Int2(value) => write!(out, "{value}"),
            Self::Int4(value) => write!(out, "{value}"),
            Self::Int8(value) => write!(out, "{value}"),
            Self::Float4(value) => float::write4(*value, out, style.float_digits),
            Self::Float8(value) => float::write_float(*value, out, style.float_digits),
            Self::Numeric(value) => write!(out, "{value}"),
            Self::Money(hundredths) => spelling::write_money(*hundredths, out),
            Self::Xid8(value) => write!(out, "{value}"),
            Self::Lsn(position) => {
                write!(
                    out,
                    "{:X}/{:X}",
                    position >> 32,
                    position & u64::from(u32::MAX)
                )
            }
            Self::Tid { block, place } => write!(out, "({block},{place})"),
            Self::Network(network) => network.write(out),
            Self::Mac(octets) => spelling::write_mac(octets, out),
            Self::Mac8(octets) => spelling::write_mac(octets, out),
            Self::Geometry(geometry) => geometry.write(out, style.float_digits),
            Self::Text(text)
            | Self::Bits(text)
            | Self::Jsonb(text)
            | Self::Reg { name: text, .. } => out.write_str(text),
            Self::Bytea(bytes) => write_bytes(bytes, out, style.bytea),
            Self::Date(date) => date.write(out),
            Self::Time(time) => time.write(out),
            Self::TimeTz(time) => time.write(out),
            Self::Timestamp(at) => at.write(out),
            Self::TimestampTz(at) => at.write_in(out, style.zone),
            Self::Interval(value) => interval::write(*value, out, style.interval),
            Self::Uuid(uuid) => write!(out, "{}", uuid.hyphenated()),
            Self::Oid(oid) => write!(out, "{oid}"),
            Self::Array(value) => array::write(value, out, style),
            Self::Vector(value) => array::write_vector(value, out, style),
            Self::Record(fields) => record::write(fields, out, style),
        }
    }

    /// The value as PostgreSQL writes it as text; nothing for NULL.
    pub fn to_text(&self, style: &Style) -> Option<String> {
        let mut text = String::new();
        self.write_text(&mut text, style)
            .expect("a string takes what is written");
        (*self != Self::Null).then_some(text)
    }
}

fn write_bytes(bytes: &[u8], out: &mut impl Write, output: ByteaOutput) -> fmt::Result {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |digit: u8| char::from(DIGITS[usize::from(digit)]);
    if output == ByteaOutput::Hex {
        out.write_str("\\x")?;
        for byte in bytes {
            out.write_char(digit(byte >> 4))?;
            out.write_char(digit(byte & 15))?;
        }
        return Ok(());
    }
    for byte in bytes {
        match byte {
            b'\\' => out.write_str("\\\\")?,
            0x20..=0x7e => out.write_char(char::from(*byte))?,
            _ => write!(out, "\\{byte:03o}")?,
        }
    }
    Ok(())
}
