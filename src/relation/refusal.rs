//! What the types say to a text or bytes they cannot take, in PostgreSQL's words.

use super::{Type, type_name};
use crate::error::{Error, ErrorKind, Protocol, Result, Value};

/// The text does not spell a value of the type (22P02).
pub(super) fn syntax(of: &Type, text: &str) -> Error {
    Error::new(
        ErrorKind::InvalidValue(Value::Text),
        format!(
            "invalid input syntax for type {}: \"{text}\"",
            type_name(of)
        ),
    )
}

/// The same of a type whose values are too long to be told.
pub(super) fn syntax_of(of: &Type) -> Error {
    Error::new(
        ErrorKind::InvalidValue(Value::Text),
        format!("invalid input syntax for type {}", type_name(of)),
    )
}

/// The number is too large or too small for the type (22003).
pub(super) fn number_range(of: &Type, text: &str) -> Error {
    Error::new(
        ErrorKind::InvalidValue(Value::NumericRange),
        format!(
            "value \"{text}\" is out of range for type {}",
            type_name(of)
        ),
    )
}

/// The bytes are not what the type's binary format asks for (22P03).
pub(super) fn binary(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidValue(Value::Binary), message)
}

/// The bytes end too soon (08P01).
pub(super) fn too_short() -> Error {
    Error::new(
        ErrorKind::Protocol(Protocol::Violation),
        "insufficient data left in message",
    )
}

/// There are no bytes where there should be one (08P01).
pub(super) fn nothing_left() -> Error {
    Error::new(
        ErrorKind::Protocol(Protocol::Violation),
        "no data left in message",
    )
}

/// A text in UTF-8, the only encoding there is.
///
/// # Errors
/// 22021 with the first bytes that are none, as PostgreSQL writes it; a NUL is
/// never part of a text.
pub fn utf8(bytes: &[u8]) -> Result<&str> {
    let bad = match std::str::from_utf8(bytes) {
        Ok(text) => match text.find('\0') {
            None => return Ok(text),
            Some(nul) => &bytes[nul..=nul],
        },
        Err(error) => {
            let (start, length) = (error.valid_up_to(), error.error_len());
            &bytes[start..length.map_or(bytes.len(), |length| start + length)]
        }
    };
    let bad: Vec<String> = bad.iter().map(|byte| format!("0x{byte:02x}")).collect();
    Err(Error::new(
        ErrorKind::InvalidValue(Value::Encoding),
        format!(
            "invalid byte sequence for encoding \"UTF8\": {}",
            bad.join(" ")
        ),
    ))
}
