//! Intervals: months, days and microseconds, which do not convert into each
//! other (PostgreSQL manual, 8.5.4).

use std::fmt;
use std::fmt::Write;

use super::refusal;
use crate::error::Result;
use crate::schema::DataType;

/// An interval in PostgreSQL's style `postgres`, from any of its three input
/// forms: `1 year 2 mons -3 days 04:05:06.789`, the same with `@` and `ago`,
/// and ISO 8601's `P1Y2M-3DT4H5M6.789S`.
pub(super) fn interval(text: &str) -> Result<String> {
    read(text)
        .map(|interval| interval.to_string())
        .map_err(|flaw| match flaw {
            Flaw::Syntax => refusal::syntax(&DataType::Interval, text).with_hint(
                "Write intervals like '1 year 2 mons 3 days 04:05:06' or 'P1Y2M3DT4H5M6S'.",
            ),
            Flaw::Range => refusal::datetime_range(text),
        })
}

/// The parts of an interval, from any of its input forms. Nothing is rounded.
pub(super) fn read(text: &str) -> Result<Interval, Flaw> {
    match Interval::read(text)? {
        (interval, true) => Ok(interval),
        (_, false) => Err(Flaw::Range),
    }
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IntervalFlaw {
    /// It does not spell an interval.
    Syntax,
    /// A part is larger, or finer, than intervals hold.
    Range,
}

use IntervalFlaw as Flaw;

/// What a unit of the text counts, and how many of it.
#[derive(Clone, Copy)]
enum Unit {
    Months(i128),
    Days(i128),
    Micros(i128),
}

const MICROS_PER_SECOND: i128 = 1_000_000;
const MICROS_PER_DAY: i128 = 86_400 * MICROS_PER_SECOND;

/// What PostgreSQL takes for the days of a part of a month.
const DAYS_PER_MONTH: i128 = 30;

/// Amounts are counted in such parts, so that fractions add up exactly.
const ONE: i128 = 1_000_000_000_000_000_000;
const FRACTION_DIGITS: usize = 18;

/// Longer numbers are beyond every part's range.
const MAX_DIGITS: usize = 19;

const UNITS: &[(&[&str], Unit)] = &[
    (
        &["microsecond", "microseconds", "us", "usec", "usecs"],
        Unit::Micros(1),
    ),
    (
        &["millisecond", "milliseconds", "ms", "msec", "msecs"],
        Unit::Micros(1_000),
    ),
    (
        &["second", "seconds", "sec", "secs", "s"],
        Unit::Micros(MICROS_PER_SECOND),
    ),
    (
        &["minute", "minutes", "min", "mins", "m"],
        Unit::Micros(60 * MICROS_PER_SECOND),
    ),
    (
        &["hour", "hours", "hr", "hrs", "h"],
        Unit::Micros(3_600 * MICROS_PER_SECOND),
    ),
    (&["day", "days", "d"], Unit::Days(1)),
    (&["week", "weeks", "w"], Unit::Days(7)),
    (&["month", "months", "mon", "mons"], Unit::Months(1)),
    (&["year", "years", "yr", "yrs", "y"], Unit::Months(12)),
    (&["decade", "decades", "dec", "decs"], Unit::Months(120)),
    (&["century", "centuries", "cent", "c"], Unit::Months(1_200)),
    (
        &["millennium", "millennia", "mil", "mils"],
        Unit::Months(12_000),
    ),
];

/// An `interval`. Displays in PostgreSQL's style `postgres`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Interval {
    /// Months, years included.
    pub months: i32,
    /// Days, weeks included.
    pub days: i32,
    /// Microseconds, hours included.
    pub micros: i64,
}

impl Interval {
    /// Reads an interval in any of PostgreSQL's three forms, and says whether it
    /// is what was written: parts of a microsecond are rounded, and parts of a
    /// year are rounded to months.
    pub(crate) fn read(text: &str) -> Result<(Self, bool), IntervalFlaw> {
        let trimmed = text.trim();
        match trimmed.strip_prefix(['P', 'p']) {
            Some(rest) => read_iso(rest),
            None => read_verbose(trimmed),
        }
    }
}

/// The parts while they are added up, each in parts of [`ONE`].
#[derive(Default)]
struct Sum {
    months: i128,
    days: i128,
    micros: i128,
    /// Something was rounded.
    is_rounded: bool,
}

impl Sum {
    fn add(&mut self, amount: i128, unit: Unit) -> Result<(), Flaw> {
        let (part, factor) = match unit {
            Unit::Months(factor) => (&mut self.months, factor),
            Unit::Days(factor) => (&mut self.days, factor),
            Unit::Micros(factor) => (&mut self.micros, factor),
        };
        let mut amount = amount.checked_mul(factor).ok_or(Flaw::Range)?;
        if matches!(unit, Unit::Months(2..)) {
            let months = rounded(amount);
            self.is_rounded |= months * ONE != amount;
            amount = months * ONE;
        }
        *part = part.checked_add(amount).ok_or(Flaw::Range)?;
        Ok(())
    }

    /// Parts of a month become days, parts of a day become time.
    fn finish(mut self, negate: bool) -> Result<(Interval, bool), Flaw> {
        let carry = |from: &mut i128, to: &mut i128, factor: i128| {
            let fraction = *from % ONE;
            *from -= fraction;
            *to = to.checked_add(fraction * factor)?;
            Some(())
        };
        carry(&mut self.months, &mut self.days, DAYS_PER_MONTH).ok_or(Flaw::Range)?;
        carry(&mut self.days, &mut self.micros, MICROS_PER_DAY).ok_or(Flaw::Range)?;
        let is_exact = !self.is_rounded && self.micros % ONE == 0;
        let sign = if negate { -1 } else { 1 };
        let interval = Interval {
            months: i32::try_from(sign * self.months / ONE).map_err(|_| Flaw::Range)?,
            days: i32::try_from(sign * self.days / ONE).map_err(|_| Flaw::Range)?,
            micros: i64::try_from(sign * rounded(self.micros)).map_err(|_| Flaw::Range)?,
        };
        Ok((interval, is_exact))
    }
}

/// The next whole number, of two the even one.
fn rounded(amount: i128) -> i128 {
    let (whole, part) = (amount.div_euclid(ONE), amount.rem_euclid(ONE));
    let is_up = part * 2 > ONE || part * 2 == ONE && whole % 2 != 0;
    whole + i128::from(is_up)
}

/// A signed decimal number at the beginning of the text, in parts of [`ONE`],
/// and what follows it.
fn amount(text: &str) -> Result<(i128, &str), Flaw> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = unsigned
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(unsigned.len());
    let (number, rest) = unsigned.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return Err(Flaw::Syntax);
    }
    let fraction = fraction.trim_end_matches('0');
    if whole.len() > MAX_DIGITS || fraction.len() > FRACTION_DIGITS {
        return Err(Flaw::Range);
    }
    let digits = format!("{whole}{fraction:0<FRACTION_DIGITS$}");
    let value: i128 = digits.parse().map_err(|_| Flaw::Syntax)?;
    Ok((sign * value, rest))
}

fn read_verbose(text: &str) -> Result<(Interval, bool), Flaw> {
    let lower = text.to_ascii_lowercase();
    let mut rest = lower.strip_prefix('@').unwrap_or(&lower).trim();
    let negate = match rest.strip_suffix("ago") {
        Some(before) => {
            rest = before.trim_end();
            true
        }
        None => false,
    };
    if rest.is_empty() {
        return Err(Flaw::Syntax);
    }
    let mut sum = Sum::default();
    while !rest.is_empty() {
        let word = rest.split_ascii_whitespace().next().unwrap_or(rest);
        if word.contains(':') {
            sum.add(clock(word)?, Unit::Micros(MICROS_PER_SECOND))?;
            rest = rest[word.len()..].trim_start();
            continue;
        }
        if let Some(months) = year_month(word) {
            sum.add(months, Unit::Months(1))?;
            rest = rest[word.len()..].trim_start();
            continue;
        }
        let (value, after) = amount(rest)?;
        let after = after.trim_start();
        let end = after
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(after.len());
        let (name, after) = after.split_at(end);
        let unit = match name {
            // A bare number counts seconds, and can only come last; before a
            // time of day it counts days.
            "" if after.is_empty() => Unit::Micros(MICROS_PER_SECOND),
            "" if is_clock(after) => Unit::Days(1),
            name => named_unit(name).ok_or(Flaw::Syntax)?,
        };
        sum.add(value, unit)?;
        rest = after.trim_start();
    }
    sum.finish(negate)
}

fn is_clock(text: &str) -> bool {
    let word = text.split_ascii_whitespace().next().unwrap_or(text);
    word.contains(':')
}

/// The SQL standard's `[-]years-months`.
fn year_month(word: &str) -> Option<i128> {
    let (sign, unsigned) = match word.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, word.strip_prefix('+').unwrap_or(word)),
    };
    let (years, months) = unsigned.split_once('-')?;
    let number = |digits: &str| match digits.bytes().all(|b| b.is_ascii_digit()) {
        true => digits.parse::<i32>().ok().map(i128::from),
        false => None,
    };
    let (years, months) = (
        number(years)?,
        number(months).filter(|months| *months < 12)?,
    );
    Some(sign * (years * 12 + months) * ONE)
}

fn named_unit(name: &str) -> Option<Unit> {
    UNITS
        .iter()
        .find(|(names, _)| names.contains(&name))
        .map(|(_, unit)| *unit)
}

/// `[-]hh:mm[:ss[.fraction]]`, in parts of a second.
fn clock(word: &str) -> Result<i128, Flaw> {
    let (sign, unsigned) = match word.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, word.strip_prefix('+').unwrap_or(word)),
    };
    let parts: Vec<&str> = unsigned.split(':').collect();
    let (hours, minutes, seconds) = match parts[..] {
        [hours, minutes] => (hours, minutes, "0"),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return Err(Flaw::Syntax),
    };
    let part = |text: &str, whole: bool| {
        if !text.starts_with(|c: char| c.is_ascii_digit()) || whole && text.contains('.') {
            return Err(Flaw::Syntax);
        }
        match amount(text)? {
            (value, "") => Ok(value),
            _ => Err(Flaw::Syntax),
        }
    };
    let (hours, minutes, seconds) = (
        part(hours, true)?,
        part(minutes, true)?,
        part(seconds, false)?,
    );
    if minutes >= 60 * ONE || seconds >= 60 * ONE {
        return Err(Flaw::Range);
    }
    Ok(sign * (hours * 3_600 + minutes * 60 + seconds))
}

/// ISO 8601 after its `P`, in the format with designators.
fn read_iso(text: &str) -> Result<(Interval, bool), Flaw> {
    let mut sum = Sum::default();
    let (mut rest, mut in_time, mut parts) = (text, false, 0);
    while !rest.is_empty() {
        if let Some(time) = rest.strip_prefix(['T', 't']).filter(|_| !in_time) {
            (rest, in_time) = (time, true);
            continue;
        }
        let (value, after) = amount(rest)?;
        let mut letters = after.chars();
        let unit = match (letters.next().map(|c| c.to_ascii_uppercase()), in_time) {
            (Some('Y'), false) => Unit::Months(12),
            (Some('M'), false) => Unit::Months(1),
            (Some('W'), false) => Unit::Days(7),
            (Some('D'), false) => Unit::Days(1),
            (Some('H'), true) => Unit::Micros(3_600 * MICROS_PER_SECOND),
            (Some('M'), true) => Unit::Micros(60 * MICROS_PER_SECOND),
            (Some('S'), true) => Unit::Micros(MICROS_PER_SECOND),
            _ => return Err(Flaw::Syntax),
        };
        sum.add(value, unit)?;
        parts += 1;
        rest = letters.as_str();
    }
    if parts == 0 {
        return Err(Flaw::Syntax);
    }
    sum.finish(false)
}

/// PostgreSQL's style `postgres`: a part after a negative one spells its sign.
impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        let mut after_negative = false;
        let (years, months) = (self.months / 12, self.months % 12);
        for (value, unit) in [(years, "year"), (months, "mon"), (self.days, "day")] {
            if value != 0 {
                let space = if text.is_empty() { "" } else { " " };
                let sign = if after_negative && value > 0 { "+" } else { "" };
                let plural = if value == 1 { "" } else { "s" };
                write!(text, "{space}{sign}{value} {unit}{plural}")?;
                after_negative = value < 0;
            }
        }
        if self.micros != 0 || text.is_empty() {
            let space = if text.is_empty() { "" } else { " " };
            let sign = match self.micros {
                ..0 => "-",
                _ if after_negative => "+",
                _ => "",
            };
            let micros = self.micros.unsigned_abs();
            let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
            let fraction = format!(".{micros:06}");
            let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
            write!(
                text,
                "{space}{sign}{:02}:{:02}:{:02}{fraction}",
                seconds / 3_600,
                seconds / 60 % 60,
                seconds % 60,
            )?;
        }
        f.write_str(&text)
    }
}
