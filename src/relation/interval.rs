//! Intervals as text, in the styles of `IntervalStyle` (PostgreSQL manual,
//! 8.5.5).

use std::fmt::{self, Write};

use super::datetime::write_fraction;
use super::{Interval, IntervalStyle};

/// An interval, cut up; all parts of the time have one sign, years and months
/// too.
#[derive(Clone, Copy)]
struct Parts {
    years: i64,
    months: i64,
    days: i64,
    hours: i64,
    minutes: i64,
    seconds: i64,
    micros: i64,
}

impl Parts {
    fn of(interval: Interval) -> Self {
        let (months, micros) = (i64::from(interval.months), interval.micros);
        let seconds = micros / 1_000_000;
        Self {
            years: months / 12,
            months: months % 12,
            days: interval.days.into(),
            hours: seconds / 3_600,
            minutes: seconds / 60 % 60,
            seconds: seconds % 60,
            micros: micros % 1_000_000,
        }
    }

    fn negated(self) -> Self {
        Self {
            years: -self.years,
            months: -self.months,
            days: -self.days,
            hours: -self.hours,
            minutes: -self.minutes,
            seconds: -self.seconds,
            micros: -self.micros,
        }
    }

    /// `6.789`, with two digits before the point if asked for; without a sign.
    fn write_seconds(&self, out: &mut impl Write, width: usize) -> fmt::Result {
        write!(out, "{:0width$}", self.seconds.abs())?;
        write_fraction(out, self.micros.abs())
    }
}

pub(super) fn write(interval: Interval, out: &mut impl Write, style: IntervalStyle) -> fmt::Result {
    match style {
        IntervalStyle::Postgres => write!(out, "{interval}"),
        IntervalStyle::PostgresVerbose => write_verbose(Parts::of(interval), out),
        IntervalStyle::SqlStandard => write_standard(interval, out),
        IntervalStyle::Iso8601 => write_iso(Parts::of(interval), out),
    }
}

/// `@ 1 year 2 mons -3 days 4 hours 5 mins 6.789 secs ago`. The first part
/// decides whether it is ago.
fn write_verbose(parts: Parts, out: &mut impl Write) -> fmt::Result {
    let Parts {
        years,
        months,
        days,
        hours,
        minutes,
        seconds,
        micros,
    } = parts;
    let whole = [
        (years, "year"),
        (months, "mon"),
        (days, "day"),
        (hours, "hour"),
        (minutes, "min"),
    ];
    let last = if seconds != 0 { seconds } else { micros };
    let first = whole
        .iter()
        .map(|(value, _)| *value)
        .chain([last])
        .find(|value| *value != 0);
    let is_ago = first.is_some_and(|value| value < 0);
    out.write_char('@')?;
    for (value, unit) in whole {
        let value = if is_ago { -value } else { value };
        if value != 0 {
            let plural = if value == 1 { "" } else { "s" };
            write!(out, " {value} {unit}{plural}")?;
        }
    }
    if last != 0 {
        let sign = if (last < 0) == is_ago { "" } else { "-" };
        write!(out, " {sign}")?;
        parts.write_seconds(out, 0)?;
        let plural = if seconds.abs() == 1 && micros == 0 {
            ""
        } else {
            "s"
        };
        write!(out, " sec{plural}")?;
    }
    match first {
        None => out.write_str(" 0"),
        Some(_) if is_ago => out.write_str(" ago"),
        Some(_) => Ok(()),
    }
}

/// The literals of the SQL standard, and with signs for each part what these
/// cannot say.
fn write_standard(interval: Interval, out: &mut impl Write) -> fmt::Result {
    let mut parts = Parts::of(interval);
    let signs = [
        i64::from(interval.months).signum(),
        i64::from(interval.days).signum(),
        interval.micros.signum(),
    ];
    let has_negative = signs.contains(&-1);
    let is_mixed = has_negative && signs.contains(&1);
    if signs == [0; 3] {
        return out.write_char('0');
    }
    if is_mixed || signs[0] != 0 && signs[1..] != [0; 2] {
        let sign = |sign: i64| if sign < 0 { '-' } else { '+' };
        write!(
            out,
            "{}{}-{} {}{} {}{}:{:02}:",
            sign(signs[0]),
            parts.years.abs(),
            parts.months.abs(),
            sign(signs[1]),
            parts.days.abs(),
            sign(signs[2]),
            parts.hours.abs(),
            parts.minutes.abs()
        )?;
        return parts.write_seconds(out, 2);
    }
    if has_negative {
        out.write_char('-')?;
        parts = parts.negated();
    }
    if signs[0] != 0 {
        return write!(out, "{}-{}", parts.years, parts.months);
    }
    if signs[1] != 0 {
        write!(out, "{} ", parts.days)?;
    }
    write!(out, "{}:{:02}:", parts.hours, parts.minutes)?;
    parts.write_seconds(out, 2)
}

/// `P1Y2M-3DT4H5M6.789S`
fn write_iso(parts: Parts, out: &mut impl Write) -> fmt::Result {
    let Parts {
        years,
        months,
        days,
        hours,
        minutes,
        seconds,
        micros,
    } = parts;
    let has_time = [hours, minutes, seconds, micros] != [0; 4];
    if !has_time && [years, months, days] == [0; 3] {
        return out.write_str("PT0S");
    }
    out.write_char('P')?;
    for (value, unit) in [(years, 'Y'), (months, 'M'), (days, 'D')] {
        if value != 0 {
            write!(out, "{value}{unit}")?;
        }
    }
    if !has_time {
        return Ok(());
    }
    out.write_char('T')?;
    for (value, unit) in [(hours, 'H'), (minutes, 'M')] {
        if value != 0 {
            write!(out, "{value}{unit}")?;
        }
    }
    if seconds != 0 || micros != 0 {
        if seconds < 0 || micros < 0 {
            out.write_char('-')?;
        }
        parts.write_seconds(out, 0)?;
        out.write_char('S')?;
    }
    Ok(())
}
