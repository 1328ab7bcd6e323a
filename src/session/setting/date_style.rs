//! `DateStyle`: how dates are written, and the order in which they are read.

use super::name_list;
use super::value::invalid;
use crate::error::{Error, ErrorKind, Result};

/// Reads a style in the light of the current one, which gives the order when
/// the text has none.
///
/// # Errors
/// 22023 for words PostgreSQL does not know or that contradict each other,
/// 0A000 for a style other than ISO.
pub(super) fn read(name: &str, text: &str, current: &str) -> Result<&'static str> {
    let words = name_list::split(text)
        .ok_or_else(|| invalid(name, text).with_detail("List syntax is invalid."))?;
    let mut style = None;
    let mut order = None;
    let mut otherwise = match current {
        "ISO, DMY" => "ISO, DMY",
        "ISO, YMD" => "ISO, YMD",
        _ => "ISO, MDY",
    };
    let mut conflict = false;
    for word in words {
        let (place, value) = match word.to_ascii_lowercase().as_str() {
            "iso" => (&mut style, "ISO"),
            "sql" => (&mut style, "SQL"),
            "german" => (&mut style, "German"),
            word if word.starts_with("postgres") => (&mut style, "Postgres"),
            "ymd" => (&mut order, "ISO, YMD"),
            word if word == "dmy" || word.starts_with("euro") => (&mut order, "ISO, DMY"),
            word if matches!(word, "mdy" | "us") || word.starts_with("noneuro") => {
                (&mut order, "ISO, MDY")
            }
            "default" => {
                otherwise = "ISO, MDY";
                continue;
            }
            _ => {
                return Err(
                    invalid(name, text).with_detail(format!("Unrecognized key word: \"{word}\"."))
                );
            }
        };
        conflict |= place.is_some_and(|before| before != value);
        *place = Some(value);
    }
    if conflict {
        return Err(invalid(name, text).with_detail("Conflicting \"datestyle\" specifications."));
    }
    match style {
        None | Some("ISO") => Ok(order.unwrap_or(otherwise)),
        Some(other) => Err(Error::new(
            ErrorKind::Unsupported,
            format!("date style \"{other}\" is not supported"),
        )
        .with_hint("Dates are always written in ISO style; SET DateStyle = 'ISO' and, for the order in which they are read, MDY, DMY or YMD.")),
    }
}
