//! Time zones.

use std::str::FromStr;

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;

use super::calendar::{Day, EPOCH_DAYS, MICROS_PER_DAY, is_leap};
use super::fields::abbreviation;

/// A time zone: `TimeZone`, or what a text names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// UTC, without asking the rules.
    #[default]
    Utc,
    /// A zone of the IANA database.
    Named(Tz),
    /// So many seconds east of UTC, always.
    Fixed(i32),
}

/// From this year on the zones' rules are taken to repeat; the tables of the
/// library end with the century.
const REPEATING_FROM: i64 = 2060;

/// After so many years the days of the week and the leap days are the same,
/// within one century.
const CYCLE: i64 = 28;

/// PostgreSQL takes offsets of up to a week (in hours).
const HOURS: std::ops::Range<i32> = 0..168;

impl Zone {
    /// Seconds east of UTC at a moment (in microseconds since 2000-01-01 UTC).
    pub(crate) fn offset_at(self, micros: i64) -> i32 {
        match self {
            Self::Utc => 0,
            Self::Fixed(offset) => offset,
            Self::Named(zone) => {
                let moment = library_moment(micros).naive_utc();
                zone.offset_from_utc_datetime(&moment)
                    .fix()
                    .local_minus_utc()
            }
        }
    }

    /// Seconds east of UTC at a local time. Where the clocks go back, the second
    /// of the two moments; where they go forward, as if they had not.
    pub(crate) fn offset_of_local(self, micros: i64) -> i32 {
        let Self::Named(zone) = self else {
            return self.offset_at(micros);
        };
        let local = library_moment(micros).naive_utc();
        match zone.offset_from_local_datetime(&local).latest() {
            Some(offset) => offset.fix().local_minus_utc(),
            None => self.offset_at(micros - MICROS_PER_DAY),
        }
    }
}

impl Zone {
    /// The zone that an abbreviation (`EST`), a name or an offset means; nothing
    /// when there is none.
    pub(crate) fn named(text: &str) -> Option<Self> {
        abbreviation(&text.to_ascii_lowercase()).or_else(|| text.parse().ok())
    }
}

/// A name of the IANA database in any case, or POSIX's `[name]±hours[:minutes]`,
/// the name being letters or anything in `<>`: hours **west** of Greenwich, as in
/// PostgreSQL.
impl FromStr for Zone {
    /// There is no such zone.
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match Tz::from_str_insensitive(text) {
            Ok(Tz::UTC) => Ok(Self::Utc),
            Ok(zone) => Ok(Self::Named(zone)),
            Err(_) => posix(text).map(Self::Fixed).ok_or(()),
        }
    }
}

fn posix(text: &str) -> Option<i32> {
    let offset = match text.strip_prefix('<') {
        Some(quoted) => quoted.split_once('>')?.1,
        None => text.trim_start_matches(|c: char| c.is_ascii_alphabetic()),
    };
    let (sign, digits) = match (offset.strip_prefix('+'), offset.strip_prefix('-')) {
        (Some(digits), _) => (-1, digits),
        (_, Some(digits)) => (1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    let number = |text: &str| match text.len() {
        1..=3 if text.bytes().all(|b| b.is_ascii_digit()) => text.parse::<i32>().ok(),
        _ => None,
    };
    let hours = number(hours).filter(|hours| HOURS.contains(hours))?;
    let minutes = number(minutes).filter(|minutes| *minutes < 60)?;
    Some(sign * (hours * 3_600 + minutes * 60))
}

/// The moment as the library has it, in a year that it knows.
fn library_moment(micros: i64) -> DateTime<chrono::Utc> {
    let day = micros.div_euclid(MICROS_PER_DAY);
    let day = day - past_the_rules(Day::of(day).year);
    let micros = (day + EPOCH_DAYS) * MICROS_PER_DAY + micros.rem_euclid(MICROS_PER_DAY);
    DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::<chrono::Utc>::MIN_UTC)
}

/// How many days to go back to a year with the same calendar that the library
/// has rules for.
fn past_the_rules(year: i64) -> i64 {
    let new_year = |year| {
        Day {
            year,
            month: 1,
            day: 1,
        }
        .days()
    };
    if year < REPEATING_FROM + CYCLE {
        return 0;
    }
    (REPEATING_FROM..REPEATING_FROM + CYCLE)
        .find(|like| is_leap(*like) == is_leap(year) && (new_year(year) - new_year(*like)) % 7 == 0)
        .map_or(0, |like| new_year(year) - new_year(like))
}
