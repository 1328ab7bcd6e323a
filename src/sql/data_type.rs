//! Types, as they are written.

use super::cursor::{Cursor, Parsed};
use crate::schema::DataType;

/// Reads a type.
///
/// # Errors
/// Those of [`DataType`]'s `FromStr`: its grammar is that of stored
/// definitions too.
pub(super) fn data_type(cursor: &mut Cursor<'_>) -> Parsed<DataType> {
    let (data_type, end) =
        DataType::parse_prefix(cursor.rest()).map_err(|error| cursor.shift(error))?;
    cursor.skip(end)?;
    Ok(data_type)
}

/// Moves past the name of a type without parts, known or not, if one is next.
pub(super) fn accept_name(cursor: &mut Cursor<'_>) -> bool {
    DataType::name_end(cursor.rest()).is_some_and(|end| cursor.skip(end).is_ok())
}

/// Whether a field of an interval is next.
pub(super) fn is_field(cursor: &Cursor<'_>) -> bool {
    ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"]
        .iter()
        .any(|word| cursor.is(word))
}
