//! Dates and times from text.

use super::calendar::{MICROS_PER_DAY, MICROS_PER_SECOND};
use super::fields::{Fields, Flaw, Wanted};
use super::{Date, Time, TimeTz, Timestamp};
use crate::error::{Error, ErrorKind, Result, Value};
use crate::relation::Reading;

impl Date {
    /// Reads a date; a time of day beside it is dropped.
    pub(in crate::relation) fn read(text: &str, reading: &Reading) -> Result<Self> {
        let fields = fields(text, Wanted::Date, reading, "date")?;
        let days = match (fields.moment, fields.days) {
            (Some(Timestamp::INFINITY), _) => return Ok(Self::INFINITY),
            (Some(Timestamp::NEGATIVE_INFINITY), _) => return Ok(Self::NEGATIVE_INFINITY),
            (Some(Timestamp::UNIX_EPOCH), _) => {
                Timestamp::UNIX_EPOCH.micros().div_euclid(MICROS_PER_DAY)
            }
            (Some(now), _) => now.local(reading.style.zone).div_euclid(MICROS_PER_DAY),
            (None, Some(days)) => days,
            (None, None) => return Err(Flaw::Syntax.into_error(text, "date")),
        };
        i32::try_from(days)
            .ok()
            .and_then(|days| Self::from_days(days).ok())
            .filter(|date| date.is_finite())
            .ok_or_else(|| beyond("date", text))
    }
}

impl Time {
    /// Reads a time of day; a date and an offset beside it are dropped.
    pub(in crate::relation) fn read(text: &str, reading: &Reading) -> Result<Self> {
        local_time(text, reading, "time").map(|(time, _)| time)
    }
}

impl TimeTz {
    /// Reads a time of day. Without an offset it is in the session's zone as it
    /// is now.
    pub(in crate::relation) fn read(text: &str, reading: &Reading) -> Result<Self> {
        let (time, fields) = local_time(text, reading, "time with time zone")?;
        let zone = fields.zone.unwrap_or(reading.style.zone);
        let offset = match fields.days {
            Some(days) => zone.offset_of_local(days * MICROS_PER_DAY + time.micros()),
            None => zone.offset_at(reading.now.micros()),
        };
        Self::new(time, offset)
    }
}

impl Timestamp {
    /// Reads a local time; an offset beside it is dropped.
    pub(in crate::relation) fn read(text: &str, reading: &Reading) -> Result<Self> {
        let fields = fields(text, Wanted::Date, reading, "timestamp")?;
        match fields.moment {
            Some(now) if now == reading.now => Self::from_micros(now.local(reading.style.zone)),
            Some(moment) => Ok(moment),
            None => Self::from_micros(fields.local(text, "timestamp")?),
        }
        .map_err(|_| beyond("timestamp", text))
    }

    /// Reads a moment. Without an offset it is a local time of the session's
    /// zone.
    pub(in crate::relation) fn read_tz(text: &str, reading: &Reading) -> Result<Self> {
        let fields = fields(text, Wanted::Date, reading, "timestamp with time zone")?;
        if let Some(moment) = fields.moment {
            return Ok(moment);
        }
        let local = fields.local(text, "timestamp with time zone")?;
        let zone = fields.zone.unwrap_or(reading.style.zone);
        let utc = local - i64::from(zone.offset_of_local(local)) * MICROS_PER_SECOND;
        Self::from_micros(utc).map_err(|_| beyond("timestamp", text))
    }
}

impl Fields {
    /// Microseconds since 2000-01-01.
    fn local(&self, text: &str, of: &str) -> Result<i64> {
        let days = self.days.ok_or_else(|| Flaw::Syntax.into_error(text, of))?;
        days.checked_mul(MICROS_PER_DAY)
            .and_then(|micros| micros.checked_add(self.time.unwrap_or(0)))
            // Further than a type holds, whatever the offset.
            .filter(|micros| micros.abs() < i64::MAX - MICROS_PER_DAY)
            .ok_or_else(|| beyond("timestamp", text))
    }
}

fn fields(text: &str, wanted: Wanted, reading: &Reading, of: &str) -> Result<Fields> {
    Fields::read(text, wanted, reading).map_err(|flaw| flaw.into_error(text, of))
}

fn local_time(text: &str, reading: &Reading, of: &str) -> Result<(Time, Fields)> {
    let fields = fields(text, Wanted::Time, reading, of)?;
    let micros = match (fields.moment, fields.time) {
        (Some(now), _) if now == reading.now => {
            now.local(reading.style.zone).rem_euclid(MICROS_PER_DAY)
        }
        (None, Some(time)) => time,
        _ => return Err(Flaw::Syntax.into_error(text, of)),
    };
    Ok((Time::from_micros(micros)?, fields))
}

impl Flaw {
    fn into_error(self, text: &str, of: &str) -> Error {
        let range = || {
            Error::new(
                ErrorKind::InvalidValue(Value::DatetimeRange),
                format!("date/time field value out of range: \"{text}\""),
            )
        };
        match self {
            Self::Syntax => Error::new(
                ErrorKind::InvalidValue(Value::Datetime),
                format!("invalid input syntax for type {of}: \"{text}\""),
            ),
            Self::Range => range(),
            Self::Order => range().with_hint("Perhaps you need a different \"datestyle\" setting."),
            Self::Zone(name) => Error::new(
                ErrorKind::InvalidValue(Value::Parameter),
                format!("time zone \"{name}\" not recognized"),
            ),
            Self::Displacement => Error::new(
                ErrorKind::InvalidValue(Value::Displacement),
                format!("time zone displacement out of range: \"{text}\""),
            ),
        }
    }
}

/// 22008: the date is one, but not of the type.
fn beyond(what: &str, text: &str) -> Error {
    Error::new(
        ErrorKind::InvalidValue(Value::DatetimeRange),
        format!("{what} out of range: \"{text}\""),
    )
}
