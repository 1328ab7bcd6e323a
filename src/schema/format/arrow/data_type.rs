//! Types: which Arrow type one has, and which one an Arrow type is.

use std::sync::Arc;

use arrow_schema::extension::EXTENSION_TYPE_NAME_KEY;
use arrow_schema::{
    DECIMAL128_MAX_PRECISION, DECIMAL256_MAX_PRECISION, DataType as ArrowType, Field as ArrowField,
    Fields, IntervalUnit, TimeUnit,
};

use super::field::part_from_arrow;
use crate::error::{Error, Result};
use crate::schema::shape::too_deep;
use crate::schema::{DataType, ELEMENT, Field, FieldPath, KEY, MAX_DEPTH, VALUE};

/// Arrow's names of what the dialect has types for ("Canonical Extension Types").
pub(super) const UUID: &str = "arrow.uuid";
pub(super) const JSON: &str = "arrow.json";

/// The bytes of a UUID.
const UUID_BYTES: i32 = 16;

/// The zone of a point in time.
const UTC: &str = "UTC";

impl DataType {
    /// The Arrow type that columns of this type have. What it does not say,
    /// the metadata of the field does: see [`Field::to_arrow`].
    pub fn to_arrow(&self) -> ArrowType {
        match self {
            Self::Boolean => ArrowType::Boolean,
            Self::SmallInt => ArrowType::Int16,
            Self::Integer => ArrowType::Int32,
            Self::BigInt => ArrowType::Int64,
            Self::Real => ArrowType::Float32,
            Self::Double => ArrowType::Float64,
            Self::Numeric(bounds) => bounds.and_then(decimal).unwrap_or(ArrowType::Utf8),
            Self::Text | Self::Varchar(_) | Self::Char(_) | Self::Json | Self::Jsonb => {
                ArrowType::Utf8
            }
            Self::Bytea => ArrowType::Binary,
            Self::Date => ArrowType::Date32,
            Self::Time(_) => ArrowType::Time64(TimeUnit::Microsecond),
            Self::Timestamp(_) => ArrowType::Timestamp(TimeUnit::Microsecond, None),
            Self::TimestampTz(_) => ArrowType::Timestamp(TimeUnit::Microsecond, Some(UTC.into())),
            Self::Interval => ArrowType::Interval(IntervalUnit::MonthDayNano),
            Self::Uuid => ArrowType::FixedSizeBinary(UUID_BYTES),
            Self::Array(element) => ArrowType::List(Arc::new(element.to_arrow())),
            Self::Map(entry) => {
                let entries = arrow_entries(entry.iter().map(Field::to_arrow).collect());
                ArrowType::Map(Arc::new(entries), false)
            }
            Self::Struct(members) => {
                ArrowType::Struct(members.iter().map(Field::to_arrow).collect())
            }
        }
    }

    /// Whether columns of this Arrow type have values of the type, in the layout
    /// of [`DataType::to_arrow`] or in another one.
    pub(crate) fn is_in_arrow(&self, arrow: &ArrowType) -> bool {
        let mapped = of_type(&"".into(), arrow, None, 0);
        mapped.is_ok_and(|mapped| mapped.to_arrow() == self.to_arrow())
    }

    /// Arrow's name of the type where it has one beside the Arrow type.
    pub(super) fn arrow_extension(&self) -> Option<&'static str> {
        match self {
            Self::Uuid => Some(UUID),
            Self::Json | Self::Jsonb => Some(JSON),
            _ => None,
        }
    }
}

/// What the Arrow type of a map is a list of: its key and its value.
pub(in crate::schema) fn arrow_entries(entry: Fields) -> ArrowField {
    ArrowField::new("entries", ArrowType::Struct(entry), false)
}

/// The decimal type that has room for every number of this precision and
/// scale; nothing when Arrow has none.
fn decimal((precision, scale): (u16, i16)) -> Option<ArrowType> {
    let (precision, scale) = (i32::from(precision), i32::from(scale));
    // Digits before the point that are always 0, or after it, are counted too.
    let digits = precision.max(scale).max(precision - scale);
    let (digits, scale) = (u8::try_from(digits).ok()?, i8::try_from(scale.max(0)).ok()?);
    if digits <= DECIMAL128_MAX_PRECISION {
        return Some(ArrowType::Decimal128(digits, scale));
    }
    (digits <= DECIMAL256_MAX_PRECISION).then_some(ArrowType::Decimal256(digits, scale))
}

/// The type of an Arrow field by its Arrow type and Arrow's own extensions
/// alone, at this path and within so many other types.
///
/// # Errors
/// 0A000 for Arrow types that have no like, 54001 for those nested deeper than
/// [`MAX_DEPTH`], and what [`Schema::from_arrow`](crate::schema::Schema::from_arrow)
/// says of the metadata of parts.
pub(super) fn mapped_type(path: &FieldPath, field: &ArrowField, level: usize) -> Result<DataType> {
    let extension = field
        .metadata()
        .get(EXTENSION_TYPE_NAME_KEY)
        .map(String::as_str);
    of_type(path, field.data_type(), extension, level)
}

fn of_type(
    path: &FieldPath,
    arrow: &ArrowType,
    extension: Option<&str>,
    level: usize,
) -> Result<DataType> {
    let data_type = match arrow {
        ArrowType::Boolean => DataType::Boolean,
        ArrowType::Int8 | ArrowType::UInt8 | ArrowType::Int16 => DataType::SmallInt,
        ArrowType::UInt16 | ArrowType::Int32 => DataType::Integer,
        ArrowType::UInt32 | ArrowType::Int64 => DataType::BigInt,
        ArrowType::UInt64 => DataType::Numeric(Some((20, 0))),
        ArrowType::Float16 | ArrowType::Float32 => DataType::Real,
        ArrowType::Float64 => DataType::Double,
        ArrowType::Decimal32(precision, scale)
        | ArrowType::Decimal64(precision, scale)
        | ArrowType::Decimal128(precision, scale)
        | ArrowType::Decimal256(precision, scale) => {
            DataType::Numeric(Some((u16::from(*precision), i16::from(*scale))))
        }
        ArrowType::Utf8 | ArrowType::LargeUtf8 | ArrowType::Utf8View => match extension {
            Some(JSON) => DataType::Json,
            _ => DataType::Text,
        },
        ArrowType::FixedSizeBinary(UUID_BYTES) if extension == Some(UUID) => DataType::Uuid,
        ArrowType::Binary
        | ArrowType::LargeBinary
        | ArrowType::BinaryView
        | ArrowType::FixedSizeBinary(_) => DataType::Bytea,
        ArrowType::Date32 | ArrowType::Date64 => DataType::Date,
        ArrowType::Time32(unit) | ArrowType::Time64(unit) => DataType::Time(precision(*unit)),
        ArrowType::Timestamp(unit, None) => DataType::Timestamp(precision(*unit)),
        ArrowType::Timestamp(unit, Some(_)) => DataType::TimestampTz(precision(*unit)),
        ArrowType::Interval(_) | ArrowType::Duration(_) => DataType::Interval,
        ArrowType::Dictionary(_, values) => return of_type(path, values, extension, level),
        ArrowType::RunEndEncoded(_, values) => {
            return of_type(path, values.data_type(), extension, level);
        }
        ArrowType::List(_)
        | ArrowType::LargeList(_)
        | ArrowType::FixedSizeList(_, _)
        | ArrowType::ListView(_)
        | ArrowType::LargeListView(_)
        | ArrowType::Map(_, _)
        | ArrowType::Struct(_) => return nested(path, arrow, level),
        ArrowType::Null | ArrowType::Union(_, _) => return Err(unsupported(path, arrow)),
    };
    Ok(data_type)
}

fn nested(path: &FieldPath, arrow: &ArrowType, level: usize) -> Result<DataType> {
    if level == MAX_DEPTH {
        return Err(too_deep());
    }
    let part = |name: &str, field: &ArrowField| part_from_arrow(path, name, field, level + 1);
    Ok(match arrow {
        ArrowType::List(element)
        | ArrowType::LargeList(element)
        | ArrowType::FixedSizeList(element, _)
        | ArrowType::ListView(element)
        | ArrowType::LargeListView(element) => DataType::Array(Box::new(part(ELEMENT, element)?)),
        ArrowType::Map(entries, _) => match entries.data_type() {
            ArrowType::Struct(fields) if fields.len() == 2 => {
                let mut key = part(KEY, &fields[0])?;
                key.nullable = false;
                DataType::Map(Box::new([key, part(VALUE, &fields[1])?]))
            }
            _ => return Err(unsupported(path, arrow)),
        },
        ArrowType::Struct(members) if !members.is_empty() => {
            let members = members.iter().map(|member| part(member.name(), member));
            DataType::Struct(members.collect::<Result<_>>()?)
        }
        _ => return Err(unsupported(path, arrow)),
    })
}

fn unsupported(path: &FieldPath, arrow: &ArrowType) -> Error {
    Error::unsupported(
        format!("Arrow type {arrow} of column \"{path}\""),
        "Cast the column to a type that the dialect has, or leave it out.",
    )
}

/// Digits of a second; finer units are read as microseconds.
fn precision(unit: TimeUnit) -> Option<u8> {
    match unit {
        TimeUnit::Second => Some(0),
        TimeUnit::Millisecond => Some(3),
        TimeUnit::Microsecond | TimeUnit::Nanosecond => None,
    }
}
