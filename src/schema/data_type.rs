//! The types a column can have.

use std::fmt;

/// The type of a column.
///
/// Displays as PostgreSQL's `format_type` spells it, which the dialect also
/// reads: `numeric(10,2)`, `timestamp without time zone`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DataType {
    /// True or false.
    Boolean,
    /// A 16-bit integer.
    SmallInt,
    /// A 32-bit integer.
    Integer,
    /// A 64-bit integer.
    BigInt,
    /// A 32-bit IEEE 754 number.
    Real,
    /// A 64-bit IEEE 754 number.
    Double,
    /// An exact decimal number: of any size, or with a precision (digits in
    /// all, 1 to 1000) and a scale (digits after the point).
    Numeric(Option<(u16, i16)>),
    /// Text of any length.
    Text,
    /// Text of at most this many characters; of any length without a bound.
    Varchar(Option<u32>),
    /// Text of exactly this many characters, padded with blanks.
    Char(u32),
    /// Bytes.
    Bytea,
    /// A day of the calendar.
    Date,
    /// A time of day, with this many digits of a second (0 to 6).
    Time(Option<u8>),
    /// A date and time of day, with this many digits of a second (0 to 6).
    Timestamp(Option<u8>),
    /// A point in time, with this many digits of a second (0 to 6).
    TimestampTz(Option<u8>),
    /// A span of months, days and microseconds.
    Interval,
    /// A UUID.
    Uuid,
    /// JSON, kept as it was written.
    Json,
    /// JSON, kept as its meaning.
    Jsonb,
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with_precision =
            |f: &mut fmt::Formatter<'_>, name: &str, p: &Option<u8>, tail: &str| match p {
                Some(p) => write!(f, "{name}({p}){tail}"),
                None => write!(f, "{name}{tail}"),
            };
        match self {
            Self::Boolean => f.write_str("boolean"),
            Self::SmallInt => f.write_str("smallint"),
            Self::Integer => f.write_str("integer"),
            Self::BigInt => f.write_str("bigint"),
            Self::Real => f.write_str("real"),
            Self::Double => f.write_str("double precision"),
            Self::Numeric(None) => f.write_str("numeric"),
            Self::Numeric(Some((precision, scale))) => write!(f, "numeric({precision},{scale})"),
            Self::Text => f.write_str("text"),
            Self::Varchar(None) => f.write_str("character varying"),
            Self::Varchar(Some(length)) => write!(f, "character varying({length})"),
            Self::Char(length) => write!(f, "character({length})"),
            Self::Bytea => f.write_str("bytea"),
            Self::Date => f.write_str("date"),
            Self::Time(p) => with_precision(f, "time", p, " without time zone"),
            Self::Timestamp(p) => with_precision(f, "timestamp", p, " without time zone"),
            Self::TimestampTz(p) => with_precision(f, "timestamp", p, " with time zone"),
            Self::Interval => f.write_str("interval"),
            Self::Uuid => f.write_str("uuid"),
            Self::Json => f.write_str("json"),
            Self::Jsonb => f.write_str("jsonb"),
        }
    }
}
