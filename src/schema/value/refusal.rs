//! What the types say to a text they cannot take.

use crate::error::{Definition, Error, ErrorKind, Value};
use crate::schema::DataType;

/// How many characters of a value a message repeats.
const SHOWN: usize = 100;

/// The text does not spell a value of the type (22P02, 22007 for dates and times).
pub(super) fn syntax(data_type: &DataType, text: &str) -> Error {
    let value = match data_type {
        DataType::Date
        | DataType::Time(_)
        | DataType::Timestamp(_)
        | DataType::TimestampTz(_)
        | DataType::Interval => Value::Datetime,
        _ => Value::Text,
    };
    Error::new(
        ErrorKind::InvalidValue(value),
        format!(
            "invalid input syntax for type {}: \"{}\"",
            data_type.base_name(),
            shown(text)
        ),
    )
}

/// The number is too large or too small for the type (22003).
pub(super) fn number_range(data_type: &DataType, text: &str) -> Error {
    Error::new(
        ErrorKind::InvalidValue(Value::NumericRange),
        format!(
            "value \"{}\" is out of range for type {}",
            shown(text),
            data_type.base_name()
        ),
    )
}

/// A field of the date or time is out of range (22008).
pub(super) fn datetime_range(text: &str) -> Error {
    Error::new(
        ErrorKind::InvalidValue(Value::DatetimeRange),
        format!("date/time field value out of range: \"{}\"", shown(text)),
    )
}

/// A literal of this kind is never a value of the type (42804).
pub(super) fn mismatch(what: &str, data_type: &DataType) -> Error {
    Error::new(
        ErrorKind::InvalidDefinition(Definition::TypeMismatch),
        format!("{what} is not a value of type {data_type}"),
    )
}

/// The beginning of a text, for a message.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
