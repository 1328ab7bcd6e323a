//! Dates and times as text, in ISO style.

use std::fmt::{self, Write};

use super::calendar::{Day, MICROS_PER_DAY, MICROS_PER_SECOND};
use super::{Date, Time, TimeTz, Timestamp, Zone};

impl Date {
    /// `2024-02-29`, `0044-03-15 BC`, `infinity`.
    pub(in crate::relation) fn write(self, out: &mut impl Write) -> fmt::Result {
        match self {
            Self::INFINITY => out.write_str("infinity"),
            Self::NEGATIVE_INFINITY => out.write_str("-infinity"),
            _ => {
                let day = Day::of(self.days().into());
                write_day(out, day)?;
                out.write_str(era(day))
            }
        }
    }
}

impl Time {
    /// `12:34:56.789`
    pub(in crate::relation) fn write(self, out: &mut impl Write) -> fmt::Result {
        let (seconds, micros) = (
            self.micros() / MICROS_PER_SECOND,
            self.micros() % MICROS_PER_SECOND,
        );
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        write!(out, "{hour:02}:{minute:02}:{second:02}")?;
        write_fraction(out, micros)
    }
}

impl TimeTz {
    /// `12:34:56.789+02`
    pub(in crate::relation) fn write(self, out: &mut impl Write) -> fmt::Result {
        self.time().write(out)?;
        write_offset(out, self.offset())
    }
}

impl Timestamp {
    /// `2024-02-29 12:34:56.789`
    pub(in crate::relation) fn write(self, out: &mut impl Write) -> fmt::Result {
        self.write_at(out, None)
    }

    /// `2024-02-29 12:34:56.789+01`: the local time of the zone and its offset.
    pub(in crate::relation) fn write_in(self, out: &mut impl Write, zone: Zone) -> fmt::Result {
        self.write_at(out, Some(zone.offset_at(self.micros())))
    }

    fn write_at(self, out: &mut impl Write, offset: Option<i32>) -> fmt::Result {
        match self {
            Self::INFINITY => return out.write_str("infinity"),
            Self::NEGATIVE_INFINITY => return out.write_str("-infinity"),
            _ => (),
        }
        // The zone may lead out of what the type holds, never out of the number.
        let local = self.micros() + i64::from(offset.unwrap_or(0)) * MICROS_PER_SECOND;
        let day = Day::of(local.div_euclid(MICROS_PER_DAY));
        write_day(out, day)?;
        out.write_char(' ')?;
        let time = Time::from_micros(local.rem_euclid(MICROS_PER_DAY));
        time.expect("a remainder of a day is within it")
            .write(out)?;
        if let Some(offset) = offset {
            write_offset(out, offset)?;
        }
        out.write_str(era(day))
    }
}

fn write_day(out: &mut impl Write, day: Day) -> fmt::Result {
    let Day { year, month, day } = day;
    let year = if year > 0 { year } else { 1 - year };
    write!(out, "{year:04}-{month:02}-{day:02}")
}

fn era(day: Day) -> &'static str {
    if day.year > 0 { "" } else { " BC" }
}

/// A part of a second, without trailing zeros.
pub(in crate::relation) fn write_fraction(out: &mut impl Write, micros: i64) -> fmt::Result {
    if micros == 0 {
        return Ok(());
    }
    let (mut fraction, mut digits) = (micros, 6);
    while fraction % 10 == 0 {
        fraction /= 10;
        digits -= 1;
    }
    write!(out, ".{fraction:0digits$}")
}

/// `+02`, `-03:30`, `+00:19:32`.
fn write_offset(out: &mut impl Write, offset: i32) -> fmt::Result {
    let sign = if offset < 0 { '-' } else { '+' };
    let seconds = offset.unsigned_abs();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    write!(out, "{sign}{hours:02}")?;
    if minutes != 0 || seconds != 0 {
        write!(out, ":{minutes:02}")?;
    }
    if seconds != 0 {
        write!(out, ":{seconds:02}")?;
    }
    Ok(())
}
