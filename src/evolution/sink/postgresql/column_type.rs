//! How a type is kept in PostgreSQL.

use crate::schema::DataType;

/// Whether values of the type have a type of PostgreSQL of their own; the
/// others are kept as `jsonb`.
///
/// An array of arrays is none: PostgreSQL's are rectangles, and `integer[][]`
/// is the same type as `integer[]`.
pub(super) fn is_native(data_type: &DataType) -> bool {
    match data_type {
        DataType::Array(element) => !element.data_type.is_nested(),
        other => !other.is_nested(),
    }
}

/// The type of a column for values of the type.
pub(super) fn column_type(data_type: &DataType) -> String {
    match data_type {
        DataType::Array(element) if is_native(data_type) => format!("{}[]", element.data_type),
        native if is_native(native) => native.to_string(),
        _ => DataType::Jsonb.to_string(),
    }
}
