//! What a text says of a date and time, read by a template. The rules of which
//! characters are skipped are those of `DCH_from_char` in PostgreSQL's
//! `formatting.c`.

use super::template::{DAYS, Field, Kind, MONTHS, Part, ROMAN_MONTHS, parts};
use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::relation::{Day, MICROS_PER_DAY, MICROS_PER_SECOND, days_in_month};

/// The fields that were found; 0 where none was.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    year: i64,
    /// How many digits of the year the template asks for.
    year_digits: u32,
    is_bc: bool,
    century: i64,
    month: i64,
    week: i64,
    week_of_month: i64,
    day: i64,
    day_of_year: i64,
    weekday: i64,
    julian: i64,
    hour: i64,
    is_12_hours: bool,
    is_pm: bool,
    minute: i64,
    second: i64,
    second_of_day: i64,
    micros: i64,
    /// Seconds east of UTC.
    zone: Option<(i64, i64, i64)>,
    /// Whether the date is one of ISO weeks.
    is_iso: Option<bool>,
}

/// What the fields come to.
pub(super) struct Found {
    /// Days since 2000-01-01.
    pub(super) days: i64,
    /// Microseconds since midnight.
    pub(super) time: i64,
    /// Seconds east of UTC.
    pub(super) offset: Option<i32>,
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidValue(Fault::Datetime), message)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t'..='\r')
}

fn is_separator(c: char) -> bool {
    c.is_ascii_punctuation()
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
    parts: &'a [Part],
    is_exact: bool,
    fields: Fields,
}

impl Fields {
    /// Reads a text.
    ///
    /// # Errors
    /// 22007 for what does not go with the template.
    pub(super) fn read(text: &str, template: &str) -> Result<Self> {
        let parts = parts(template);
        let mut reader = Reader {
            text,
            rest: text,
            parts: &parts,
            is_exact: false,
            fields: Self::default(),
        };
        // Characters that were skipped beside those that the template names.
        let mut skipped = 0;
        for (at, part) in parts.iter().enumerate() {
            if reader.rest.is_empty() {
                break;
            }
            let is_field = matches!(part, Part::Field(_));
            if !reader.is_exact && (is_field || at == 0) {
                let after = reader.rest.trim_start_matches(is_space);
                skipped += reader.rest.chars().count() - after.chars().count();
                reader.rest = after;
            }
            match part {
                Part::Character(c) if is_space(*c) || is_separator(*c) => {
                    if reader.is_exact
                        || reader.rest.starts_with(|c| is_space(c) || is_separator(c))
                    {
                        reader.skip(1);
                    } else {
                        skipped = skipped.saturating_sub(1);
                    }
                }
                Part::Character(_) | Part::Quoted(_) => match skipped {
                    1.. if !reader.is_exact => skipped -= 1,
                    _ => reader.skip(1),
                },
                Part::Field(field) => {
                    reader.field(*field, at, skipped)?;
                    skipped = 0;
                    let after = reader.rest.trim_start_matches(is_space);
                    if !reader.is_exact {
                        skipped += reader.rest.len() - after.len();
                        reader.rest = after;
                    }
                }
            }
        }
        Ok(reader.fields)
    }
}

impl Reader<'_> {
    fn skip(&mut self, count: usize) {
        let mut chars = self.rest.chars();
        chars.by_ref().take(count).for_each(drop);
        self.rest = chars.as_str();
    }

    /// Whether the number of a field ends by itself: no digit can follow it.
    fn ends_by_itself(&self, field: Field, at: usize) -> bool {
        if field.is_bare || field.ordinal.is_some() {
            return true;
        }
        match self.parts.get(at + 1) {
            None => true,
            Some(Part::Field(next)) => !is_numeric(next.kind),
            Some(Part::Character(c) | Part::Quoted(c)) => !c.is_ascii_digit(),
        }
    }

    /// Reads an integer, of so many characters if nothing else ends it, and says
    /// how many there were.
    fn integer(&mut self, field: Field, at: usize, length: usize) -> Result<(i64, usize)> {
        self.rest = self.rest.trim_start_matches(is_space);
        let shown: String = self.rest.chars().take(length).collect();
        let flaw = || invalid(format!("invalid value \"{shown}\" for \"{}\"", field.name));
        let hint = "If your source string is not fixed-width, try using the \"FM\" modifier.";
        let by_itself = self.ends_by_itself(field, at);
        let within = if by_itself { self.rest } else { shown.as_str() };
        if !by_itself && shown.chars().count() < length {
            return Err(invalid(format!(
                "source string too short for \"{}\" formatting field",
                field.name
            ))
            .with_detail(format!(
                "Field requires {length} characters, but only {} remain.",
                shown.chars().count()
            ))
            .with_hint(hint));
        }
        let unsigned = within.strip_prefix(['-', '+']).unwrap_or(within);
        let digits = unsigned.len()
            - unsigned
                .trim_start_matches(|c: char| c.is_ascii_digit())
                .len();
        if digits == 0 {
            return Err(flaw().with_detail("Value must be an integer."));
        }
        let end = within.len() - unsigned.len() + digits;
        if !by_itself && end < length {
            return Err(flaw()
                .with_detail(format!(
                    "Field requires {length} characters, but only {end} could be parsed."
                ))
                .with_hint(hint));
        }
        let number = within[..end].parse::<i32>().map_err(|_| {
            Error::new(
                ErrorKind::InvalidValue(Fault::DatetimeRange),
                format!(
                    "value for \"{}\" in source string is out of range",
                    field.name
                ),
            )
            .with_detail("Value must be in the range -2147483648 to 2147483647.")
        })?;
        self.rest = &self.rest[end..];
        if field.ordinal.is_some() {
            self.skip(2);
        }
        Ok((number.into(), end))
    }

    /// Finds which of some words comes next.
    fn word(&mut self, field: Field, words: &[&str]) -> Result<usize> {
        let is_next = |word: &str| {
            let start = self.rest.get(..word.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(word))
        };
        let found = words
            .iter()
            .enumerate()
            .filter(|(_, word)| is_next(word))
            .max_by_key(|(_, word)| word.len());
        let Some((index, word)) = found else {
            let shown = self.rest.split(is_space).next().unwrap_or(self.rest);
            return Err(
                invalid(format!("invalid value \"{shown}\" for \"{}\"", field.name)).with_detail(
                    "The given value did not match any of the allowed values for this field.",
                ),
            );
        };
        self.rest = &self.rest[word.len()..];
        Ok(index)
    }

    /// One kind of date only: ISO weeks or months.
    fn convention(&mut self, is_iso: bool) -> Result<()> {
        match self.fields.is_iso.replace(is_iso) {
            Some(before) if before != is_iso => Err(invalid(
                "invalid combination of date conventions",
            )
            .with_hint(
                "Do not mix Gregorian and ISO week date conventions in a formatting template.",
            )),
            _ => Ok(()),
        }
    }

    fn field(&mut self, field: Field, at: usize, skipped: usize) -> Result<()> {
        match field.kind {
            Kind::IsoDayOfYear | Kind::IsoDayOfWeek | Kind::IsoWeek | Kind::IsoYear(_) => {
                self.convention(true)?;
            }
            Kind::Century | Kind::DayOfYear | Kind::Day | Kind::DayOfWeek | Kind::Month => {
                self.convention(false)?;
            }
            Kind::MonthName | Kind::MonthAbbreviation | Kind::RomanMonth => {
                self.convention(false)?;
            }
            Kind::Week | Kind::WeekOfMonth | Kind::Year(_) | Kind::YearWithComma => {
                self.convention(false)?;
            }
            _ => (),
        }
        let abbreviations = |names: &[&'static str]| -> Vec<&'static str> {
            names.iter().map(|name| &name[..3]).collect()
        };
        match field.kind {
            Kind::Exact => self.is_exact = true,
            Kind::Era { has_points } => {
                let words = if has_points {
                    ["A.D.", "B.C."]
                } else {
                    ["AD", "BC"]
                };
                self.fields.is_bc = self.word(field, &words)? == 1;
            }
            Kind::HalfOfDay { has_points } => {
                let words = if has_points {
                    ["A.M.", "P.M."]
                } else {
                    ["AM", "PM"]
                };
                self.fields.is_pm = self.word(field, &words)? == 1;
                self.fields.is_12_hours = true;
            }
            Kind::MonthName => {
                let month = self.word(field, &MONTHS)? as i64 + 1;
                put(&mut self.fields.month, month, field)?;
            }
            Kind::MonthAbbreviation => {
                let month = self.word(field, &abbreviations(&MONTHS))? as i64 + 1;
                put(&mut self.fields.month, month, field)?;
            }
            Kind::RomanMonth => {
                let month = self.word(field, &ROMAN_MONTHS)? as i64 + 1;
                put(&mut self.fields.month, month, field)?;
            }
            Kind::DayName => {
                let day = self.word(field, &DAYS)? as i64 + 1;
                put(&mut self.fields.weekday, day, field)?;
            }
            Kind::DayAbbreviation => {
                let day = self.word(field, &abbreviations(&DAYS))? as i64 + 1;
                put(&mut self.fields.weekday, day, field)?;
            }
            Kind::Zone | Kind::Offset => {
                return Err(Error::new(
                    ErrorKind::Unsupported,
                    format!(
                        "formatting field \"{}\" is only supported in to_char",
                        field.name
                    ),
                ));
            }
            Kind::ZoneHour => {
                let before = self.text[..self.text.len() - self.rest.len()]
                    .chars()
                    .last();
                let sign = match self.rest.chars().next() {
                    Some(sign @ ('+' | '-' | ' ')) => {
                        self.rest = &self.rest[1..];
                        sign
                    }
                    _ if skipped > 0 => before.unwrap_or('+'),
                    _ => '+',
                };
                let (hours, _) = self.integer(field, at, 2)?;
                self.fields.zone = Some((if sign == '-' { -1 } else { 1 }, hours, 0));
            }
            Kind::ZoneMinute => {
                let (minutes, _) = self.integer(field, at, 2)?;
                let (sign, hours, _) = self.fields.zone.unwrap_or((1, 0, 0));
                self.fields.zone = Some((sign, hours, minutes));
            }
            Kind::YearWithComma => self.year_with_comma(field)?,
            kind => {
                let (number, length) = self.integer(field, at, width(kind, field.name))?;
                self.number(field, number, length)?;
            }
        }
        Ok(())
    }

    fn number(&mut self, field: Field, number: i64, length: usize) -> Result<()> {
        let fields = &mut self.fields;
        let fraction = |most: u32| number * 10_i64.pow(most.saturating_sub(length as u32));
        match field.kind {
            Kind::Hour12 => {
                fields.is_12_hours = true;
                put(&mut fields.hour, number, field)
            }
            Kind::Hour24 => put(&mut fields.hour, number, field),
            Kind::Minute => put(&mut fields.minute, number, field),
            Kind::Second => put(&mut fields.second, number, field),
            Kind::SecondOfDay => put(&mut fields.second_of_day, number, field),
            Kind::Milliseconds => put(&mut fields.micros, fraction(3) * 1_000, field),
            Kind::Microseconds | Kind::Fraction(_) => put(&mut fields.micros, fraction(6), field),
            Kind::Month => put(&mut fields.month, number, field),
            Kind::Day => put(&mut fields.day, number, field),
            Kind::DayOfYear | Kind::IsoDayOfYear => put(&mut fields.day_of_year, number, field),
            Kind::DayOfWeek => put(&mut fields.weekday, number, field),
            // Sunday is the first day of the week here, too.
            Kind::IsoDayOfWeek => put(&mut fields.weekday, number % 7 + 1, field),
            Kind::Week | Kind::IsoWeek => put(&mut fields.week, number, field),
            Kind::WeekOfMonth => put(&mut fields.week_of_month, number, field),
            Kind::Century => put(&mut fields.century, number, field),
            Kind::Julian => put(&mut fields.julian, number, field),
            Kind::Year(digits) | Kind::IsoYear(digits) => {
                fields.year_digits = digits;
                let year = match length < 4 && digits < 4 {
                    true => full_year(number),
                    false => number,
                };
                put(&mut fields.year, year, field)
            }
            _ => Ok(()),
        }
    }

    fn year_with_comma(&mut self, field: Field) -> Result<()> {
        let flaw = || invalid("invalid input string for \"Y,YYY\"");
        let (thousands, rest) = self.rest.split_once(',').ok_or_else(flaw)?;
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len())
            .min(3);
        let (digits, after) = rest.split_at(end);
        let number = |text: &str| text.parse::<i32>().map(i64::from).map_err(|_| flaw());
        let year = number(thousands)? * 1_000 + number(digits)?;
        self.rest = after;
        self.fields.year_digits = 4;
        put(&mut self.fields.year, year, field)
    }
}

/// Puts a number where none is, or the same.
fn put(place: &mut i64, number: i64, field: Field) -> Result<()> {
    match std::mem::replace(place, number) {
        before if before != 0 && before != number => Err(invalid(format!(
            "conflicting values for \"{}\" field in formatting string",
            field.name
        ))
        .with_detail("This value contradicts a previous setting for the same field type.")),
        _ => Ok(()),
    }
}

/// A year of fewer digits is the one that is next to 2020.
fn full_year(year: i64) -> i64 {
    match year {
        ..70 => year + 2_000,
        70..100 => year + 1_900,
        100..520 => year + 2_000,
        520..1_000 => year + 1_000,
        _ => year,
    }
}

fn is_numeric(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::Era { .. }
            | Kind::HalfOfDay { .. }
            | Kind::MonthName
            | Kind::MonthAbbreviation
            | Kind::DayName
            | Kind::DayAbbreviation
            | Kind::RomanMonth
            | Kind::Zone
            | Kind::ZoneHour
            | Kind::Offset
            | Kind::Exact
    )
}

/// How many characters a number has that does not end by itself.
fn width(kind: Kind, name: &str) -> usize {
    match kind {
        Kind::Hour12 | Kind::Hour24 => 2,
        Kind::Fraction(digits) => digits as usize,
        Kind::Microseconds => 6,
        Kind::Milliseconds | Kind::DayOfYear | Kind::IsoDayOfYear => 3,
        Kind::IsoDayOfWeek => 1,
        _ => name.len(),
    }
}

impl Fields {
    /// The moment that the fields are; `text` is told when there is none.
    pub(super) fn moment(&self, text: &str) -> Result<Found> {
        let range = || {
            Error::new(
                ErrorKind::InvalidValue(Fault::DatetimeRange),
                format!("date/time field value out of range: \"{text}\""),
            )
        };
        Ok(Found {
            days: self.days()?.ok_or_else(range)?,
            time: self.time()?.ok_or_else(range)?,
            offset: match self.zone {
                None => None,
                Some((_, 16.., _) | (_, _, 60..)) => return Err(range()),
                Some((sign, hours, minutes)) => {
                    i32::try_from(sign * (hours * 3_600 + minutes * 60)).ok()
                }
            },
        })
    }

    fn time(&self) -> Result<Option<i64>> {
        let (mut hour, mut minute, mut second) = (self.hour, self.minute, self.second);
        if self.second_of_day > 0 {
            hour = self.second_of_day / 3_600;
            minute = self.second_of_day / 60 % 60;
            second = self.second_of_day % 60;
        }
        if self.is_12_hours {
            if !(1..=12).contains(&hour) {
                return Err(
                    invalid(format!("hour \"{hour}\" is invalid for the 12-hour clock"))
                        .with_hint("Use the 24-hour clock, or give an hour between 1 and 12."),
                );
            }
            hour = hour % 12 + if self.is_pm { 12 } else { 0 };
        }
        let is_there = (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..60).contains(&second)
            && (0..MICROS_PER_SECOND).contains(&self.micros);
        let seconds = hour * 3_600 + minute * 60 + second;
        let time = seconds * MICROS_PER_SECOND + self.micros;
        Ok(Some(time).filter(|time| is_there && *time < MICROS_PER_DAY))
    }

    /// The year, 0 being the one before 1.
    fn full_year(&self) -> i64 {
        let of_era = |year: i64| match self.is_bc {
            true => 1 - year,
            false if year < 0 => year + 1,
            false => year,
        };
        match (self.year, self.century) {
            (0, 0) => 0,
            (0, century) if self.is_bc => -century * 100 + 1,
            (0, century) if century < 0 => century * 100 + 1,
            (0, century) => (century - 1) * 100 + 1,
            (year, century) if century != 0 && self.year_digits <= 2 => {
                let of_century = year % 100;
                match of_century {
                    0 => century * 100,
                    _ => (century - 1) * 100 + of_century,
                }
            }
            (year, _) => of_era(year),
        }
    }

    /// Days since 2000-01-01.
    fn days(&self) -> Result<Option<i64>> {
        if self.julian > 0 {
            return Ok(Some(self.julian - 2_451_545));
        }
        let year = self.full_year();
        let first = |year| {
            Day {
                year,
                month: 1,
                day: 1,
            }
            .days()
        };
        if self.is_iso == Some(true) && (self.week > 0 || self.day_of_year > 0) {
            // The week of the 4th of January is the first.
            let fourth = first(year) + 3;
            let monday = fourth - (fourth + 5).rem_euclid(7);
            let weekday = match self.weekday {
                0 => 0,
                weekday => (weekday + 5) % 7,
            };
            return Ok(Some(match self.week {
                0 => monday + self.day_of_year - 1,
                week => monday + (week - 1) * 7 + weekday,
            }));
        }
        let mut day = self.day;
        let mut day_of_year = self.day_of_year;
        if self.week > 0 {
            day_of_year = (self.week - 1) * 7 + 1;
        }
        if self.week_of_month > 0 {
            day = (self.week_of_month - 1) * 7 + 1;
        }
        if day_of_year > 0 && (self.month <= 1 || day <= 1) {
            if self.year == 0 && !self.is_bc {
                return Err(invalid(
                    "cannot calculate day of year without year information",
                ));
            }
            let days = first(year) + day_of_year - 1;
            return Ok(Some(days).filter(|days| *days < first(year + 1)));
        }
        let month = if self.month == 0 { 1 } else { self.month };
        let day = if day == 0 { 1 } else { day };
        let is_there = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        Ok(is_there.then(|| Day { year, month, day }.days()))
    }
}
