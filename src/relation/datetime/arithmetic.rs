//! Times and intervals, added and subtracted (PostgreSQL manual, 9.9).

use super::calendar::{Day, MICROS_PER_DAY, MICROS_PER_SECOND, days_in_month};
use super::datetime::out_of_range;
use super::{Date, Time, TimeTz, Timestamp, Zone};
use crate::error::{Error, ErrorKind, Result, Value};
use crate::relation::Interval;

impl Timestamp {
    /// A local time so much later: the months first, the day being the last one of
    /// a month that is shorter, then the days, then the time. An infinity stays.
    ///
    /// # Errors
    /// 22008 outside of PostgreSQL's range.
    pub fn plus(self, interval: Interval) -> Result<Self> {
        self.plus_in(interval, Zone::Utc)
    }

    /// The same of a moment: months and days are those of the zone.
    ///
    /// # Errors
    /// 22008 outside of PostgreSQL's range.
    pub fn plus_in(self, interval: Interval, zone: Zone) -> Result<Self> {
        if !self.is_finite() {
            return Ok(self);
        }
        let mut moment = self;
        for (months, days) in [(interval.months, 0), (0, interval.days)] {
            if months != 0 || days != 0 {
                moment = moment
                    .local_in(zone)?
                    .plus_days(months, days)?
                    .moment_in(zone)?;
            }
        }
        let micros = moment.micros().checked_add(interval.micros);
        finite(micros.ok_or_else(|| out_of_range("timestamp"))?)
    }

    /// The local time in a zone (in microseconds since 2000-01-01), beyond the range
    /// of timestamps if need be.
    pub(crate) fn local(self, zone: Zone) -> i64 {
        let offset = i64::from(zone.offset_at(self.micros())) * MICROS_PER_SECOND;
        self.micros().saturating_add(offset)
    }

    fn plus_days(self, months: i32, days: i32) -> Result<Self> {
        let (date, time) = (
            self.micros().div_euclid(MICROS_PER_DAY),
            self.micros().rem_euclid(MICROS_PER_DAY),
        );
        let mut day = Day::of(date);
        let month = day.month - 1 + i64::from(months);
        day.year += month.div_euclid(12);
        day.month = month.rem_euclid(12) + 1;
        day.day = day.day.min(days_in_month(day.year, day.month));
        let micros = (day.days() + i64::from(days))
            .checked_mul(MICROS_PER_DAY)
            .and_then(|micros| micros.checked_add(time));
        finite(micros.ok_or_else(|| out_of_range("timestamp"))?)
    }

    /// The local time in a zone at this moment.
    ///
    /// # Errors
    /// 22008 outside of PostgreSQL's range.
    pub fn local_in(self, zone: Zone) -> Result<Self> {
        match self.is_finite() {
            true => finite(self.local(zone)),
            false => Ok(self),
        }
    }

    /// The moment at which this is the local time in a zone; the second of two.
    ///
    /// # Errors
    /// 22008 outside of PostgreSQL's range.
    pub fn moment_in(self, zone: Zone) -> Result<Self> {
        if !self.is_finite() {
            return Ok(self);
        }
        let offset = i64::from(zone.offset_of_local(self.micros())) * MICROS_PER_SECOND;
        let micros = self.micros().checked_sub(offset);
        finite(micros.ok_or_else(|| out_of_range("timestamp"))?)
    }

    /// How much later it is than another, in days of 24 hours and time.
    ///
    /// # Errors
    /// 22008 for an infinity.
    pub fn since(self, other: Self) -> Result<Interval> {
        let micros = self.micros().checked_sub(other.micros());
        match micros {
            _ if !self.is_finite() || !other.is_finite() => Err(Error::new(
                ErrorKind::InvalidValue(Value::DatetimeRange),
                "cannot subtract infinite timestamps",
            )),
            Some(micros) => Ok(Interval {
                months: 0,
                days: (micros / MICROS_PER_DAY) as i32,
                micros: micros % MICROS_PER_DAY,
            }),
            None => Err(out_of_range("interval")),
        }
    }
}

fn finite(micros: i64) -> Result<Timestamp> {
    match Timestamp::from_micros(micros)? {
        moment if moment.is_finite() => Ok(moment),
        _ => Err(out_of_range("timestamp")),
    }
}

impl Date {
    /// The date so many days later. An infinity stays.
    ///
    /// # Errors
    /// 22008 outside of PostgreSQL's range.
    pub fn plus_days(self, days: i32) -> Result<Self> {
        if !self.is_finite() {
            return Ok(self);
        }
        let days = self.days().checked_add(days);
        match Self::from_days(days.ok_or_else(|| out_of_range("date"))?)? {
            date if date.is_finite() => Ok(date),
            _ => Err(out_of_range("date")),
        }
    }

    /// How many days it is later than another.
    ///
    /// # Errors
    /// 22008 for an infinity.
    pub fn since(self, other: Self) -> Result<i32> {
        if !self.is_finite() || !other.is_finite() {
            return Err(Error::new(
                ErrorKind::InvalidValue(Value::DatetimeRange),
                "cannot subtract infinite dates",
            ));
        }
        Ok(self.days().wrapping_sub(other.days()))
    }

    /// This time of that day.
    ///
    /// # Errors
    /// 22008 outside of the range of timestamps.
    pub fn at(self, time: Time) -> Result<Timestamp> {
        match self {
            Self::INFINITY => Ok(Timestamp::INFINITY),
            Self::NEGATIVE_INFINITY => Ok(Timestamp::NEGATIVE_INFINITY),
            date => {
                let micros = i64::from(date.days()).checked_mul(MICROS_PER_DAY);
                let micros = micros.and_then(|micros| micros.checked_add(time.micros()));
                micros
                    .and_then(|micros| finite(micros).ok())
                    .ok_or_else(|| {
                        Error::new(
                            ErrorKind::InvalidValue(Value::DatetimeRange),
                            "date out of range for timestamp",
                        )
                    })
            }
        }
    }
}

impl Time {
    /// The time so many microseconds later, around midnight.
    #[must_use]
    pub fn plus(self, micros: i64) -> Self {
        let sum = i128::from(self.micros()) + i128::from(micros);
        let of_day = sum.rem_euclid(i128::from(MICROS_PER_DAY));
        Self::from_micros(of_day as i64).expect("the rest is within a day")
    }
}

impl TimeTz {
    /// The time so many microseconds later, around midnight.
    #[must_use]
    pub fn plus(self, micros: i64) -> Self {
        Self::new(self.time().plus(micros), self.offset()).expect("the offset was one before")
    }

    /// This time of that day.
    ///
    /// # Errors
    /// 22008 outside of the range of timestamps.
    pub fn of(self, date: Date) -> Result<Timestamp> {
        let local = date.at(self.time())?;
        local.plus(Interval {
            micros: -i64::from(self.offset()) * MICROS_PER_SECOND,
            ..Interval::default()
        })
    }
}
