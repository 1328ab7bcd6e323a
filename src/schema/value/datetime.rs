//! Dates, times of day and points in time, in ISO 8601's forms.
//!
//! PostgreSQL reads many more spellings, some of which depend on the session
//! (`01/02/03`, `tomorrow`, a missing offset). A default must mean the same to
//! everybody, so these are refused, and a point in time without an offset is
//! in UTC.

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike};

use super::refusal;
use crate::error::{Error, Result};
use crate::schema::DataType;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 24 * 60 * 60 * MICROS_PER_SECOND;

/// The most digits of a second, which is also what a type without a
/// precision has.
const MAX_PRECISION: u8 = 6;

/// The largest offset from UTC, in seconds; PostgreSQL's bound.
const MAX_OFFSET: i64 = 16 * 60 * 60;

/// A date: `2024-02-29`.
pub(super) fn date(text: &str) -> Result<String> {
    if let Some(infinity) = infinity(text) {
        return Ok(infinity.to_owned());
    }
    read_date(text.trim())
        .map(spell_date)
        .map_err(|flaw| flaw.into_error(&DataType::Date, text))
}

/// A time of day: `12:34:56.789`.
pub(super) fn time(text: &str, precision: Option<u8>) -> Result<String> {
    read_time(text.trim(), precision)
        .map(spell_time)
        .map_err(|flaw| flaw.into_error(&DataType::Time(precision), text))
}

/// A date and time of day: `2024-02-29 12:34:56.789`.
pub(super) fn timestamp(text: &str, precision: Option<u8>) -> Result<String> {
    if let Some(infinity) = infinity(text) {
        return Ok(infinity.to_owned());
    }
    let read = || match read_timestamp(text.trim(), precision)? {
        (local, None) => spell_timestamp(local),
        // PostgreSQL ignores the offset, so that the value means another
        // moment than the one that was written.
        (_, Some(_)) => Err(Flaw::Syntax),
    };
    read().map_err(|flaw| flaw.into_error(&DataType::Timestamp(precision), text))
}

/// A point in time, in UTC: `2024-02-29 12:34:56.789+00`.
pub(super) fn timestamptz(text: &str, precision: Option<u8>) -> Result<String> {
    if let Some(infinity) = infinity(text) {
        return Ok(infinity.to_owned());
    }
    let read = || {
        let (local, offset) = read_timestamp(text.trim(), precision)?;
        let utc = local
            .checked_sub_signed(TimeDelta::seconds(offset.unwrap_or(0)))
            .ok_or(Flaw::Range)?;
        Ok(format!("{}+00", spell_timestamp(utc)?))
    };
    read().map_err(|flaw: Flaw| flaw.into_error(&DataType::TimestampTz(precision), text))
}

/// What is wrong with a text.
pub(super) enum Flaw {
    /// It does not spell one.
    Syntax,
    /// A field is out of range.
    Range,
    /// It has more than this many digits of a second.
    Precision(u8),
}

impl Flaw {
    fn into_error(self, data_type: &DataType, text: &str) -> Error {
        match self {
            Self::Syntax => refusal::syntax(data_type, text).with_hint(match data_type {
                DataType::Date => "Write dates like '2024-02-29'.",
                DataType::Time(_) => "Write times of day like '12:34:56.789'.",
                DataType::Timestamp(_) => {
                    "Write timestamps like '2024-02-29 12:34:56.789', without an offset."
                }
                _ => "Write points in time like '2024-02-29 12:34:56.789+00'.",
            }),
            Self::Range => refusal::datetime_range(text),
            Self::Precision(digits) => refusal::datetime_range(text).with_detail(format!(
                "The type {data_type} holds {digits} digits of a second, and values are not rounded."
            )),
        }
    }
}

pub(super) fn infinity(text: &str) -> Option<&'static str> {
    match text.trim().to_ascii_lowercase().as_str() {
        "infinity" => Some("infinity"),
        "-infinity" => Some("-infinity"),
        _ => None,
    }
}

/// A field of so many digits.
fn field(text: &str, digits: std::ops::RangeInclusive<usize>) -> Result<u32, Flaw> {
    if !digits.contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Flaw::Syntax);
    }
    text.parse().map_err(|_| Flaw::Syntax)
}

pub(super) fn read_date(text: &str) -> Result<NaiveDate, Flaw> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return Err(Flaw::Syntax);
    };
    let (year, month, day) = (
        field(year, 4..=6)?,
        field(month, 1..=2)?,
        field(day, 1..=2)?,
    );
    i32::try_from(year)
        .ok()
        .filter(|year| *year > 0)
        .and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
        .ok_or(Flaw::Range)
}

/// Microseconds since midnight. `24:00:00` is the end of the day.
pub(super) fn read_time(text: &str, precision: Option<u8>) -> Result<i64, Flaw> {
    let parts: Vec<&str> = text.split(':').collect();
    let (hour, minute, second) = match parts[..] {
        [hour, minute] => (hour, minute, "00"),
        [hour, minute, second] => (hour, minute, second),
        _ => return Err(Flaw::Syntax),
    };
    let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
    let (hour, minute, second) = (
        field(hour, 1..=2)?,
        field(minute, 2..=2)?,
        field(second, 2..=2)?,
    );
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Flaw::Syntax);
    }
    let fraction = fraction.trim_end_matches('0');
    let digits = precision.unwrap_or(MAX_PRECISION);
    if fraction.len() > usize::from(digits) {
        return Err(Flaw::Precision(digits));
    }
    let micros: u32 = format!("{fraction:0<6}")
        .parse()
        .map_err(|_| Flaw::Syntax)?;
    let seconds = i64::from(hour * 3600 + minute * 60 + second);
    let total = seconds * MICROS_PER_SECOND + i64::from(micros);
    if hour > 24 || minute > 59 || second > 59 || total > MICROS_PER_DAY {
        return Err(Flaw::Range);
    }
    Ok(total)
}

/// The local time and the offset from UTC in seconds, when there is one.
pub(super) fn read_timestamp(
    text: &str,
    precision: Option<u8>,
) -> Result<(NaiveDateTime, Option<i64>), Flaw> {
    let (date, rest) = text.split_once([' ', 'T', 't']).unwrap_or((text, "00:00"));
    let rest = rest.trim_start();
    let end = rest
        .find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.')
        .unwrap_or(rest.len());
    let (time, offset) = rest.split_at(end);
    let micros = read_time(time, precision)?;
    let local = read_date(date)?
        .and_time(chrono::NaiveTime::MIN)
        .checked_add_signed(TimeDelta::microseconds(micros))
        .ok_or(Flaw::Range)?;
    Ok((local, read_offset(offset.trim())?))
}

/// `Z`, `UTC`, `+02`, `-0330`, `+05:30`.
fn read_offset(text: &str) -> Result<Option<i64>, Flaw> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.eq_ignore_ascii_case("z") || text.eq_ignore_ascii_case("utc") {
        return Ok(Some(0));
    }
    let (sign, digits) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(digits), _) => (1, digits),
        (_, Some(digits)) => (-1, digits),
        _ => return Err(Flaw::Syntax),
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if digits.len() == 4 && digits.is_ascii() => digits.split_at(2),
        None => (digits, "00"),
    };
    let (hours, minutes) = (field(hours, 1..=2)?, field(minutes, 2..=2)?);
    let seconds = i64::from(hours * 3600 + minutes * 60);
    if minutes > 59 || seconds >= MAX_OFFSET {
        return Err(Flaw::Range);
    }
    Ok(Some(sign * seconds))
}

fn spell_date(date: NaiveDate) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

fn spell_time(micros: i64) -> String {
    let seconds = micros / MICROS_PER_SECOND;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = format!(".{:06}", micros % MICROS_PER_SECOND);
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    format!("{hour:02}:{minute:02}:{second:02}{fraction}")
}

/// Years before 1 have no spelling here: an offset may lead there.
fn spell_timestamp(at: NaiveDateTime) -> Result<String, Flaw> {
    if at.year() < 1 {
        return Err(Flaw::Range);
    }
    let seconds = i64::from(at.num_seconds_from_midnight());
    let micros = seconds * MICROS_PER_SECOND + i64::from(at.nanosecond() / 1000);
    Ok(format!("{} {}", spell_date(at.date()), spell_time(micros)))
}
