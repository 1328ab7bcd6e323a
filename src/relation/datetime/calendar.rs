//! Days and the calendar.

/// Microseconds of a second.
pub(crate) const MICROS_PER_SECOND: i64 = 1_000_000;
/// Microseconds of a day.
pub(crate) const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// 2000-01-01, where PostgreSQL begins to count, in days since 1970-01-01.
pub(super) const EPOCH_DAYS: i64 = 10_957;

/// The Julian day of 2000-01-01.
pub(super) const EPOCH_JULIAN_DAY: i64 = 2_451_545;

/// A day of the Gregorian calendar. The year before 1 is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
}

impl Day {
    /// Of a number of days since 2000-01-01. (The algorithm is Howard Hinnant's
    /// `civil_from_days`: years begin in March, so that leap days end them.)
    pub(crate) fn of(days: i64) -> Self {
        let days = days + EPOCH_DAYS + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        Self {
            year: year + era * 400 + i64::from(month <= 2),
            month,
            day,
        }
    }

    /// Days since 2000-01-01.
    pub(crate) fn days(self) -> i64 {
        let year = if self.month <= 2 {
            self.year - 1
        } else {
            self.year
        };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let month = (self.month + 9) % 12;
        let of_year = (153 * month + 2) / 5 + self.day - 1;
        let of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
        era * 146_097 + of_era - 719_468 - EPOCH_DAYS
    }
}

pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// How many days a month has.
pub(crate) fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_has_one_number() {
        let mut day = Day {
            year: -4800,
            month: 3,
            day: 1,
        };
        let mut days = day.days();
        while day.year < 2500 {
            assert_eq!(Day::of(days), day);
            assert_eq!(day.days(), days);
            days += 1;
            day.day += 1;
            if day.day > days_in_month(day.year, day.month) {
                day = Day {
                    day: 1,
                    month: day.month + 1,
                    ..day
                };
            }
            if day.month > 12 {
                day = Day {
                    month: 1,
                    year: day.year + 1,
                    ..day
                };
            }
        }
    }

    #[test]
    fn days_are_counted_from_the_year_2000() {
        for (year, month, day, days) in [
            (2000, 1, 1, 0),
            (1970, 1, 1, -EPOCH_DAYS),
            (-4713, 11, 24, -EPOCH_JULIAN_DAY),
            (2024, 2, 29, 8825),
        ] {
            assert_eq!(Day { year, month, day }.days(), days);
        }
    }
}
