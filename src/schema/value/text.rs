//! Texts, bytes and what is spelled in quotes but is neither number nor time.

use serde::de::IgnoredAny;
use serde_json::Value as Json;

use super::{number, refusal};
use crate::error::{Error, ErrorKind, Result, Value};
use crate::schema::DataType;

/// A boolean, as [`read_boolean`] reads it.
pub(super) fn boolean(text: &str) -> Result<bool> {
    read_boolean(text).ok_or_else(|| refusal::syntax(&DataType::Boolean, text))
}

/// A boolean in any of PostgreSQL's spellings: a unique beginning of `true`,
/// `false`, `yes`, `no`, `on`, `off`, or `1`, `0`.
pub(crate) fn read_boolean(text: &str) -> Option<bool> {
    const SPELLINGS: [(&str, usize, bool); 8] = [
        ("true", 1, true),
        ("false", 1, false),
        ("yes", 1, true),
        ("no", 1, false),
        ("on", 2, true),
        ("off", 2, false),
        ("1", 1, true),
        ("0", 1, false),
    ];
    let word = text.trim().to_ascii_lowercase();
    SPELLINGS
        .into_iter()
        .find(|(full, shortest, _)| word.len() >= *shortest && full.starts_with(&word))
        .map(|(_, _, value)| value)
}

/// Text of at most `length` characters; blanks beyond them are cut, as SQL asks.
pub(super) fn varchar(text: &str, length: u32) -> Result<String> {
    bounded(text, length, &DataType::Varchar(Some(length)))
}

/// Text of `length` characters, without the blanks it is padded with.
pub(super) fn char(text: &str, length: u32) -> Result<String> {
    bounded(text.trim_end_matches(' '), length, &DataType::Char(length))
}

/// Bytes, in either of PostgreSQL's input formats (PostgreSQL manual, 8.4).
pub(super) fn bytea(text: &str) -> Result<String> {
    let bytes = read_bytes(text).ok_or_else(|| refusal::syntax(&DataType::Bytea, text))?;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("\\x{hex}"))
}

/// Bytes, in hex after `\x` or with escapes.
pub(crate) fn read_bytes(text: &str) -> Option<Vec<u8>> {
    match text.strip_prefix("\\x") {
        Some(hex) => hex_bytes(hex),
        None => escaped_bytes(text),
    }
}

/// A UUID, with or without hyphens and braces.
pub(super) fn uuid(text: &str) -> Result<String> {
    let invalid = || refusal::syntax(&DataType::Uuid, text);
    // The library also reads `urn:uuid:…`, which PostgreSQL does not.
    if text.starts_with("urn") {
        return Err(invalid());
    }
    uuid::Uuid::try_parse(text)
        .map(|uuid| uuid.hyphenated().to_string())
        .map_err(|error| invalid().with_source(error))
}

/// JSON that records can hold, kept as it was written.
pub(super) fn json(text: &str) -> Result<String> {
    let value: Json =
        serde_json::from_str(text).map_err(|error| json_error(text, &DataType::Json, error))?;
    refuse_null(&value)?;
    Ok(text.to_owned())
}

/// JSON, compact, with its keys in order.
pub(super) fn jsonb(text: &str) -> Result<String> {
    let mut value = exact_json(text, &DataType::Jsonb)?;
    refuse_null(&value)?;
    value.sort_all_objects();
    Ok(value.to_string())
}

/// In records JSON's `null` is NULL, so no value is spelt so (0A000).
fn refuse_null(value: &Json) -> Result<()> {
    match value {
        Json::Null => Err(Error::unsupported(
            "a constant that is JSON's null",
            "Write NULL: records cannot tell one from the other.",
        )),
        _ => Ok(()),
    }
}

/// The value of a text that is JSON. PostgreSQL's `jsonb` holds any number;
/// those the JSON library cannot hold exactly are refused (22003), so that no
/// default is another one than was written.
pub(super) fn exact_json(text: &str, data_type: &DataType) -> Result<Json> {
    let value = serde_json::from_str(text).map_err(|error| json_error(text, data_type, error))?;
    match json_numbers(text).find(|number| !number::is_exact_in_json(number)) {
        Some(number) => Err(refusal::number_range(data_type, number)),
        None => Ok(value),
    }
}

/// The numbers of a text that is JSON: the runs of their characters outside
/// of strings.
fn json_numbers(text: &str) -> impl Iterator<Item = &str> {
    let (mut in_string, mut escaped) = (false, false);
    text.split(move |c: char| {
        if in_string {
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            return true;
        }
        in_string = c == '"';
        !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E')
    })
    .filter(|run| run.contains(|c: char| c.is_ascii_digit()))
}

/// The text is no JSON (22P02), or JSON that no record can hold: a number too
/// large, lists too deep (22003).
fn json_error(text: &str, data_type: &DataType, error: serde_json::Error) -> Error {
    let refusal = match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => refusal::number_range(data_type, text),
        Err(_) => refusal::syntax(data_type, text),
    };
    refusal.with_detail(format!("The JSON reader says: {error}."))
}

fn bounded(text: &str, length: u32, data_type: &DataType) -> Result<String> {
    let Some((end, _)) = text.char_indices().nth(length as usize) else {
        return Ok(text.to_owned());
    };
    let (kept, excess) = text.split_at(end);
    if excess.trim_end_matches(' ').is_empty() {
        return Ok(kept.to_owned());
    }
    Err(Error::new(
        ErrorKind::InvalidValue(Value::TooLong),
        format!("value too long for type {data_type}"),
    ))
}

/// Pairs of hex digits; blanks may stand between the pairs.
fn hex_bytes(hex: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(hex.len() / 2);
    for run in hex.split_ascii_whitespace() {
        let digits: Option<Vec<u32>> = run.chars().map(|c| c.to_digit(16)).collect();
        for pair in digits?.chunks(2) {
            let [high, low] = pair else { return None };
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        }
    }
    Some(bytes)
}

/// `\\` is a backslash, `\ooo` a byte in octal, anything else itself.
fn escaped_bytes(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let byte;
        (byte, rest) = match (first, tail) {
            (b'\\', [b'\\', tail @ ..]) => (b'\\', tail),
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', tail @ ..]) => {
                ((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'), tail)
            }
            (b'\\', _) => return None,
            (byte, tail) => (*byte, tail),
        };
        bytes.push(byte);
    }
    Some(bytes)
}
