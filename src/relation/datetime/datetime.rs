//! The values.

use chrono::{DateTime, Utc};

use super::calendar::{EPOCH_DAYS, EPOCH_JULIAN_DAY, MICROS_PER_DAY};
use crate::error::{Error, ErrorKind, Result, Value};

/// A `date`: days since 2000-01-01, or an infinity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

/// A `time`: microseconds since midnight, up to 24:00:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

/// A `timetz`: a time of day at an offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeTz {
    time: Time,
    offset: i32,
}

/// A `timestamp` or `timestamptz`: microseconds since 2000-01-01 00:00:00,
/// local or UTC, or an infinity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// 4713-11-24 BC, the Julian day 0, and the day after 5874897-12-31.
const DATES: std::ops::Range<i64> = -EPOCH_JULIAN_DAY..2_145_031_949;

/// From the same day up to the year 294277.
const MOMENTS: std::ops::Range<i64> = -EPOCH_JULIAN_DAY * MICROS_PER_DAY..9_223_371_331_200_000_000;

/// The largest offset from UTC, exclusive (in seconds).
pub(super) const OFFSET_LIMIT: i32 = 16 * 3_600;

impl Date {
    /// Later than every other date.
    pub const INFINITY: Self = Self(i32::MAX);
    /// Earlier than every other date.
    pub const NEGATIVE_INFINITY: Self = Self(i32::MIN);

    /// The date so many days after 2000-01-01.
    ///
    /// # Errors
    /// 22008 outside of PostgreSQL's range.
    pub fn from_days(days: i32) -> Result<Self> {
        let date = Self(days);
        if date.is_finite() && !DATES.contains(&i64::from(days)) {
            return Err(out_of_range("date"));
        }
        Ok(date)
    }

    /// Days since 2000-01-01; the largest and the smallest number for the
    /// infinities.
    pub const fn days(self) -> i32 {
        self.0
    }

    /// False for the infinities.
    pub fn is_finite(self) -> bool {
        self != Self::INFINITY && self != Self::NEGATIVE_INFINITY
    }
}

impl Time {
    /// The time of day so many microseconds after midnight.
    ///
    /// # Errors
    /// 22008 when there is none.
    pub fn from_micros(micros: i64) -> Result<Self> {
        if (0..=MICROS_PER_DAY).contains(&micros) {
            Ok(Self(micros))
        } else {
            Err(out_of_range("time"))
        }
    }

    /// Microseconds since midnight.
    pub const fn micros(self) -> i64 {
        self.0
    }
}

impl TimeTz {
    /// The time of day, so many seconds east of UTC.
    ///
    /// # Errors
    /// 22009 for an offset of 16 hours or more.
    pub fn new(time: Time, offset: i32) -> Result<Self> {
        if offset <= -OFFSET_LIMIT || offset >= OFFSET_LIMIT {
            return Err(Error::new(
                ErrorKind::InvalidValue(Value::Displacement),
                "time zone displacement out of range",
            ));
        }
        Ok(Self { time, offset })
    }

    /// The time of day there.
    pub const fn time(self) -> Time {
        self.time
    }

    /// Seconds east of UTC.
    pub const fn offset(self) -> i32 {
        self.offset
    }
}

impl Timestamp {
    /// Later than every other moment.
    pub const INFINITY: Self = Self(i64::MAX);
    /// Earlier than every other moment.
    pub const NEGATIVE_INFINITY: Self = Self(i64::MIN);

    /// The moment so many microseconds after 2000-01-01 00:00:00.
    ///
    /// # Errors
    /// 22008 outside of PostgreSQL's range.
    pub fn from_micros(micros: i64) -> Result<Self> {
        let moment = Self(micros);
        if moment.is_finite() && !MOMENTS.contains(&micros) {
            return Err(out_of_range("timestamp"));
        }
        Ok(moment)
    }

    /// 1970-01-01 00:00:00.
    pub(super) const UNIX_EPOCH: Self = Self(-EPOCH_DAYS * MICROS_PER_DAY);

    /// Microseconds since 2000-01-01 00:00:00; the largest and the smallest
    /// number for the infinities.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// False for the infinities.
    pub fn is_finite(self) -> bool {
        self != Self::INFINITY && self != Self::NEGATIVE_INFINITY
    }
}

/// A moment of the library's. What is earlier than PostgreSQL's moments is
/// minus infinity.
impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Self {
        let micros = at.timestamp_micros() - EPOCH_DAYS * MICROS_PER_DAY;
        Self::from_micros(micros).unwrap_or(Self::NEGATIVE_INFINITY)
    }
}

pub(super) fn out_of_range(what: &str) -> Error {
    Error::new(
        ErrorKind::InvalidValue(Value::DatetimeRange),
        format!("{what} out of range"),
    )
}
