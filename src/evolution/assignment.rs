//! What PostgreSQL turns into what: its catalog `pg_cast`, and casts through the
//! text of a value.
//!
//! An assignment cast is made where a value meets a column of another type: when
//! a row is written, when a column's type changes, and for the default that the
//! column keeps then (PostgreSQL manual, "CREATE CAST" and "ALTER TABLE").

use crate::schema::DataType;

/// When PostgreSQL turns values of one type into values of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cast {
    /// When a value is assigned, and so when a column's type changes.
    Assignment,
    /// When a cast is written.
    Explicit,
}

/// The cast between two types without parts; nothing when there is none.
pub(super) fn scalar_cast(from: &DataType, to: &DataType) -> Option<Cast> {
    use DataType::*;
    match (from, to) {
        (from, to) if from.base_name() == to.base_name() => Some(Cast::Assignment),
        (_, to) if is_text(to) => Some(Cast::Assignment),
        (from, _) if is_text(from) => Some(Cast::Explicit),
        (from, to) if is_number(from) && is_number(to) => Some(Cast::Assignment),
        (Date, Timestamp(_) | TimestampTz(_))
        | (Timestamp(_), Date | Time(_) | TimestampTz(_))
        | (TimestampTz(_), Date | Time(_) | Timestamp(_))
        | (Time(_), Interval)
        | (Interval, Time(_))
        | (Json, Jsonb)
        | (Jsonb, Json) => Some(Cast::Assignment),
        (Integer, Boolean) | (Boolean, Integer) | (Jsonb, Boolean) => Some(Cast::Explicit),
        (Jsonb, to) if is_number(to) => Some(Cast::Explicit),
        _ => None,
    }
}

/// Whether a value of one type is assigned to a column of the other as it is.
/// What PostgreSQL has no type for (structs, maps, arrays of them) is JSON there.
pub(super) fn is_assignable(from: &DataType, to: &DataType) -> bool {
    use DataType::{Array, Json, Jsonb};
    let is_json = |data_type: &DataType| match data_type {
        Array(element) => element.data_type.is_nested(),
        other => other.is_nested() || matches!(other, Json | Jsonb),
    };
    match (from, to) {
        (_, to) if is_text(to) => true,
        (from, to) if is_json(from) || is_json(to) => is_json(from) && is_json(to),
        (Array(from), Array(to)) => is_assignable(&from.data_type, &to.data_type),
        (from, to) if from.is_nested() || to.is_nested() => false,
        (from, to) => scalar_cast(from, to) == Some(Cast::Assignment),
    }
}

/// Whether it is a type of texts.
pub(super) fn is_text(data_type: &DataType) -> bool {
    use DataType::{Char, Text, Varchar};
    matches!(data_type, Text | Varchar(_) | Char(_))
}

/// Whether it is a type of numbers.
pub(super) fn is_number(data_type: &DataType) -> bool {
    use DataType::*;
    matches!(
        data_type,
        SmallInt | Integer | BigInt | Real | Double | Numeric(_)
    )
}
