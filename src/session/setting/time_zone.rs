//! `TimeZone`: the names of the IANA database, and offsets.

use super::value::invalid;
use crate::error::Result;
use crate::relation::Zone;

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
    match text.parse() {
        Ok(Zone::Utc) => Ok("UTC".to_owned()),
        Ok(Zone::Named(zone)) => Ok(zone.name().to_owned()),
        Ok(Zone::Fixed(_)) => Ok(text.to_owned()),
        Err(()) => Err(invalid(name, text)),
    }
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
