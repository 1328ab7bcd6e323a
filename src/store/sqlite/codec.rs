//! Values as the tables hold them.

use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};
use rusqlite::Connection;

use crate::error::{Error, ErrorKind, Fault, Result};
use crate::position::Position;
use crate::schema::{Fingerprint, Mode};
use crate::store::OptionMap;

/// The option that is not kept among the others.
const MODE: &str = "compatibility";

/// The state the connection's transaction sees.
pub(super) fn position(connection: &Connection) -> Result<Position> {
    let mut statement =
        connection.prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = '__cdc_log'")?;
    let position = statement
        .query_map([], |row| row.get(0))?
        .next()
        .transpose()?;
    Ok(Position(position.unwrap_or(0)))
}

/// RFC 3339, UTC, microseconds.
pub(super) fn time_to_text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Reads a time as we, SQLite's own functions or other programs' ISO 8601 write
/// it; without a zone it is UTC.
pub(super) fn time_from_text(text: &str) -> Result<DateTime<Utc>> {
    let without_zone = |format| NaiveDateTime::parse_from_str(text, format);
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.to_utc())
        .or_else(|_| without_zone("%Y-%m-%d %H:%M:%S%.f").map(|time| time.and_utc()))
        .or_else(|_| without_zone("%Y-%m-%dT%H:%M:%S%.f").map(|time| time.and_utc()))
        .map_err(|error| damaged(format!("\"{text}\" is not a time")).with_source(error))
}

/// Options and mode as one JSON object; nothing when there are none.
pub(super) fn options_to_text(options: &OptionMap, mode: Option<Mode>) -> Option<String> {
    let mut all = options.clone();
    if let Some(mode) = mode {
        all.insert(MODE.to_owned(), mode.as_str().into());
    }
    (!all.is_empty()).then(|| serde_json::Value::from_iter(all).to_string())
}

/// What [`options_to_text`] wrote. Another program may have written it: what
/// is no mode is no mode.
pub(super) fn options_from_text(text: Option<&str>) -> Result<(OptionMap, Option<Mode>)> {
    let Some(text) = text else {
        return Ok((OptionMap::new(), None));
    };
    let mut options: OptionMap = serde_json::from_str(text)
        .map_err(|error| damaged("the properties are not a JSON object").with_source(error))?;
    let mode = options
        .remove(MODE)
        .and_then(|mode| mode.as_str().and_then(|mode| mode.parse().ok()));
    Ok((options, mode))
}

/// Reads 64 hex digits.
pub(super) fn fingerprint_from_text(text: &str) -> Result<Fingerprint> {
    let mut bytes = [0; 32];
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return Err(damaged("a schema hash has not 64 digits"));
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).unwrap_or_default();
        *byte = u8::from_str_radix(pair, 16)
            .map_err(|error| damaged("a schema hash is not hexadecimal").with_source(error))?;
    }
    Ok(Fingerprint(bytes))
}

/// What is stored makes no sense (XX001).
pub(super) fn damaged(what: impl Into<String>) -> Error {
    Error::new(
        ErrorKind::Internal(Fault::Data),
        "the store holds something that makes no sense",
    )
    .with_detail(format!("{}.", what.into()))
}
