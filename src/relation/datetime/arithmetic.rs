//! Moments and intervals (PostgreSQL manual, 9.9).

use super::calendar::{Day, MICROS_PER_DAY, MICROS_PER_SECOND, days_in_month};
use super::{Timestamp, Zone};
use crate::error::{Error, ErrorKind, Result, Value};
use crate::relation::Interval;

impl Timestamp {
    /// The local time in a zone (in microseconds since 2000-01-01).
    pub(crate) fn local(self, zone: Zone) -> i64 {
        let offset = i64::from(zone.offset_at(self.micros())) * MICROS_PER_SECOND;
        self.micros().saturating_add(offset)
    }

    /// The moment of a local time of a zone (in microseconds since 2000-01-01).
    ///
    /// # Errors
    /// 22008 outside of PostgreSQL's range.
    pub(crate) fn of_local(local: i64, zone: Zone) -> Result<Self> {
        let offset = i64::from(zone.offset_of_local(local)) * MICROS_PER_SECOND;
        Self::from_micros(local.saturating_sub(offset)).and_then(finite)
    }

    /// The moment an interval later: the months are counted first, then the days,
    /// both in the local time of the zone. The 31st becomes the last of a shorter
    /// month. A `timestamp` is in UTC.
    ///
    /// # Errors
    /// 22008 outside of PostgreSQL's range.
    pub(crate) fn plus(self, interval: Interval, zone: Zone) -> Result<Self> {
        if !self.is_finite() {
            return Ok(self);
        }
        let mut moment = self;
        if interval.months != 0 || interval.days != 0 {
            let local = moment.local(zone);
            let time = local.rem_euclid(MICROS_PER_DAY);
            let date = Day::of(local.div_euclid(MICROS_PER_DAY));
            let month = date.year * 12 + date.month - 1 + i64::from(interval.months);
            let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
            let day = date.day.min(days_in_month(year, month));
            let days = Day { year, month, day }.days() + i64::from(interval.days);
            let local = days
                .checked_mul(MICROS_PER_DAY)
                .and_then(|micros| micros.checked_add(time))
                .ok_or_else(out_of_range)?;
            moment = Self::of_local(local, zone)?;
        }
        let micros = moment.micros().checked_add(interval.micros);
        Self::from_micros(micros.ok_or_else(out_of_range)?).and_then(finite)
    }
}

/// What was counted is no infinity.
fn finite(moment: Timestamp) -> Result<Timestamp> {
    match moment.is_finite() {
        true => Ok(moment),
        false => Err(out_of_range()),
    }
}

fn out_of_range() -> Error {
    Error::new(
        ErrorKind::InvalidValue(Value::DatetimeRange),
        "timestamp out of range",
    )
}
