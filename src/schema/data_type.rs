//! The types a column can have.

use std::fmt;
use std::slice;

use super::{Field, FieldId, Name, quote_ident};

/// The name of an array's only child.
pub const ELEMENT: &str = "element";
/// The names of a map's two children.
pub const KEY: &str = "key";
/// The names of a map's two children.
pub const VALUE: &str = "value";

/// The type of a column.
///
/// Displays as PostgreSQL's `format_type` spells it, which the dialect also
/// reads: `numeric(10,2)`, `timestamp without time zone`, `integer[]`; nested
/// types as `struct<a integer not null default 5, b text>`, `map<text, date>`
/// and, for elements that are never NULL, `array<integer not null>`.
///
/// Nested types hold [`Field`]s, so that a member of a struct, the element of
/// an array and the key and value of a map are named, found, compared and
/// identified like columns (as in Iceberg's specification, "Nested Types").
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
    /// A list of values of one type: the field [`ELEMENT`], without a default.
    Array(Box<Field>),
    /// Values by key: the fields [`KEY`], never nullable, and [`VALUE`], both
    /// without defaults.
    Map(Box<[Field; 2]>),
    /// Named members, at least one.
    Struct(Vec<Field>),
}

impl DataType {
    /// An array of elements of this type.
    pub fn array(element: Self, nullable: bool) -> Self {
        Self::Array(Box::new(child(ELEMENT, element, nullable)))
    }

    /// A map from keys to values of these types.
    pub fn map(key: Self, value: Self, nullable: bool) -> Self {
        Self::Map(Box::new([
            child(KEY, key, false),
            child(VALUE, value, nullable),
        ]))
    }

    /// The fields a nested type consists of; none of any other type.
    pub fn children(&self) -> &[Field] {
        match self {
            Self::Array(element) => slice::from_ref(element),
            Self::Map(entry) => entry.as_slice(),
            Self::Struct(members) => members,
            _ => &[],
        }
    }

    /// The fields a nested type consists of, to be changed.
    pub(crate) fn children_mut(&mut self) -> &mut [Field] {
        match self {
            Self::Array(element) => slice::from_mut(element),
            Self::Map(entry) => entry.as_mut_slice(),
            Self::Struct(members) => members,
            _ => &mut [],
        }
    }

    /// Whether the type consists of others.
    pub fn is_nested(&self) -> bool {
        !self.children().is_empty()
    }

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
            Self::Array(_) => "array",
            Self::Map(_) => "map",
            Self::Struct(_) => "struct",
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
            Self::Array(element) if element.nullable => write!(f, "{}[]", element.data_type),
            Self::Array(element) => write!(f, "array<{}>", element),
            Self::Map(entry) => write!(f, "map<{}, {}>", entry[0].data_type, entry[1]),
            Self::Struct(members) => {
                f.write_str("struct<")?;
                for (position, member) in members.iter().enumerate() {
                    let separator = if position == 0 { "" } else { ", " };
                    write!(f, "{separator}{} {}", quote_ident(&member.name), member)?;
                }
                f.write_str(">")
            }
            plain => f.write_str(plain.base_name()),
        }
    }
}

fn child(name: &str, data_type: DataType, nullable: bool) -> Field {
    Field {
        id: FieldId::UNASSIGNED,
        name: Name::from(name),
        data_type,
        nullable,
        default: None,
    }
}
