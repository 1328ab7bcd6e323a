//! `client_encoding`.

use super::value::invalid;
use crate::error::{Error, ErrorKind, Result};

/// The other encodings PostgreSQL knows (PostgreSQL manual, 24.3.1), letters
/// and digits only: they are understood, and refused.
const OTHERS: &[&str] = &[
    "big5",
    "euccn",
    "eucjp",
    "eucjis2004",
    "euckr",
    "euctw",
    "gb18030",
    "gbk",
    "iso88591",
    "iso88592",
    "iso88593",
    "iso88594",
    "iso88595",
    "iso88596",
    "iso88597",
    "iso88598",
    "iso88599",
    "iso885910",
    "iso885913",
    "iso885914",
    "iso885915",
    "iso885916",
    "johab",
    "koi8",
    "koi8r",
    "koi8u",
    "latin1",
    "latin2",
    "latin3",
    "latin4",
    "latin5",
    "latin6",
    "latin7",
    "latin8",
    "latin9",
    "latin10",
    "muleinternal",
    "shiftjis",
    "shiftjis2004",
    "sjis",
    "uhc",
    "win",
    "win866",
    "win874",
    "win1250",
    "win1251",
    "win1252",
    "win1253",
    "win1254",
    "win1255",
    "win1256",
    "win1257",
    "win1258",
    "windows1250",
    "windows1251",
    "windows1252",
    "windows1253",
    "windows1254",
    "windows1255",
    "windows1256",
    "windows1257",
    "windows1258",
];

/// Reads an encoding's name.
///
/// `SQL_ASCII` asks for no conversion, which is what UTF-8 gets; an interactive
/// psql asks for it at start-up when the locale is C.
///
/// # Errors
/// 22023 for a name PostgreSQL does not know, 0A000 for another encoding.
pub(super) fn read(name: &str, text: &str) -> Result<&'static str> {
    let letters: String = text
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    match letters.as_str() {
        "utf8" | "unicode" => Ok("UTF8"),
        "sqlascii" => Ok("SQL_ASCII"),
        other if OTHERS.contains(&other) => {
            let encoding = text.to_ascii_uppercase();
            Err(Error::new(
                ErrorKind::Unsupported,
                format!("invalid value for parameter \"{name}\": \"{text}\""),
            )
            .with_detail(format!("Conversion between {encoding} and UTF8 is not supported."))
            .with_hint("Use UTF8; for psql and other clients that use libpq, set the environment variable PGCLIENTENCODING to UTF8."))
        }
        _ => Err(invalid(name, text)),
    }
}
