//! `TimeZone`: the names of the IANA database, and offsets.

use chrono_tz::Tz;

use super::value::invalid;
use crate::error::Result;

/// PostgreSQL takes offsets of up to a week.
const HOURS: std::ops::Range<u32> = 0..168;

/// Reads a zone and spells it as PostgreSQL does.
///
/// A name is known in any case; a number is hours east of Greenwich. `+02:00`
/// and `UTC+2` are POSIX: hours **west** of Greenwich, as in PostgreSQL.
///
/// # Errors
/// 22023 for anything else.
pub(super) fn read(name: &str, text: &str) -> Result<String> {
    if let Ok(hours) = text.trim().parse::<f64>() {
        return hours_east(hours).ok_or_else(|| {
            invalid(name, text).with_detail("UTC timezone offset is out of range.")
        });
    }
    if let Ok(zone) = Tz::from_str_insensitive(text) {
        return Ok(zone.name().to_owned());
    }
    if is_posix(text) {
        return Ok(text.to_owned());
    }
    Err(invalid(name, text))
}

/// `-8` is `<-08>+08`: a zone called -08, eight hours west of Greenwich.
fn hours_east(hours: f64) -> Option<String> {
    let minutes = (hours.abs() * 60.0).round();
    if !(f64::from(HOURS.start)..f64::from(HOURS.end * 60)).contains(&minutes) {
        return None;
    }
    let (east, west) = if hours < 0.0 { ('-', '+') } else { ('+', '-') };
    let (hours, minutes) = ((minutes / 60.0).trunc(), minutes % 60.0);
    Some(match minutes {
        0.0 => format!("<{east}{hours:02}>{west}{hours:02}"),
        _ => format!("<{east}{hours:02}:{minutes:02}>{west}{hours:02}:{minutes:02}"),
    })
}

/// `[name]±hours[:minutes]`, the name being letters or anything in `<>`.
fn is_posix(text: &str) -> bool {
    let offset = match text.strip_prefix('<') {
        Some(quoted) => match quoted.split_once('>') {
            Some((_, offset)) => offset,
            None => return false,
        },
        None => text.trim_start_matches(|c: char| c.is_ascii_alphabetic()),
    };
    let Some(digits) = offset.strip_prefix(['+', '-']) else {
        return false;
    };
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    let number = |text: &str| match text.len() {
        1..=3 if text.bytes().all(|b| b.is_ascii_digit()) => text.parse::<u32>().ok(),
        _ => None,
    };
    number(hours).is_some_and(|hours| HOURS.contains(&hours))
        && number(minutes).is_some_and(|minutes| minutes < 60)
}
