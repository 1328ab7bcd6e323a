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

impl DataType {
    /// The name without lengths and precisions: `numeric`, `timestamp`.
    /// Messages about values use it, as PostgreSQL's do.
    pub const fn base_name(&self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::SmallInt => "smallint",
            Self::Integer => "integer",
            Self::BigInt => "bigint",
            Self::Real => "real",
            Self::Double => "double precision",
            Self::Numeric(_) => "numeric",
            Self::Text => "text",
            Self::Varchar(_) => "character varying",
            Self::Char(_) => "character",
            Self::Bytea => "bytea",
            Self::Date => "date",
            Self::Time(_) => "time",
            Self::Timestamp(_) => "timestamp",
            Self::TimestampTz(_) => "timestamp with time zone",
            Self::Interval => "interval",
            Self::Uuid => "uuid",
            Self::Json => "json",
            Self::Jsonb => "jsonb",
        }
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let timed = |f: &mut fmt::Formatter<'_>, name: &str, precision: &Option<u8>, tail: &str| {
            match precision {
                Some(precision) => write!(f, "{name}({precision}) {tail}"),
                None => write!(f, "{name} {tail}"),
            }
        };
        match self {
            Self::Numeric(Some((precision, scale))) => write!(f, "numeric({precision},{scale})"),
            Self::Varchar(Some(length)) => write!(f, "character varying({length})"),
            Self::Char(length) => write!(f, "character({length})"),
            Self::Time(precision) => timed(f, "time", precision, "without time zone"),
            Self::Timestamp(precision) => timed(f, "timestamp", precision, "without time zone"),
            Self::TimestampTz(precision) => timed(f, "timestamp", precision, "with time zone"),
            plain => f.write_str(plain.base_name()),
        }
    }
}
