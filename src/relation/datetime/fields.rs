//! What the words of a date and time mean. (PostgreSQL manual, B.1, step 3 to 8,
//! and where it is silent `DecodeDateTime` in PostgreSQL's `datetime.c`.)

use std::str::FromStr;

use super::calendar::{Day, EPOCH_JULIAN_DAY, MICROS_PER_DAY, MICROS_PER_SECOND, days_in_month};
use super::token::{Token, tokens};
use super::{Timestamp, Zone};
use crate::relation::{DateOrder, Reading};

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It does not spell one.
    Syntax,
    /// A field is out of range.
    Range,
    /// A month or day is out of range: perhaps the order is another.
    Order,
    /// The offset from UTC is out of range.
    Displacement,
    /// There is no zone of this name.
    Zone(String),
}

/// What numbers that stand alone are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Years, months and days first.
    Date,
    /// The time of day: `0405`.
    Time,
}

/// What a text says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fields {
    /// A moment that has a name: `infinity`, `epoch`, `now`.
    pub(super) moment: Option<Timestamp>,
    /// Days since 2000-01-01.
    pub(super) days: Option<i64>,
    /// Microseconds since midnight.
    pub(super) time: Option<i64>,
    pub(super) zone: Option<Zone>,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: &[&str] = &[
    "sun",
    "sunday",
    "mon",
    "monday",
    "tue",
    "tues",
    "tuesday",
    "wed",
    "weds",
    "wednesday",
    "thu",
    "thur",
    "thurs",
    "thursday",
    "fri",
    "friday",
    "sat",
    "saturday",
];

/// Abbreviations of zones that PostgreSQL knows by default, in minutes east of
/// UTC: those in use in Europe, America, Australia and a few more.
const ABBREVIATIONS: &[(&str, i32)] = &[
    ("z", 0),
    ("zulu", 0),
    ("utc", 0),
    ("ut", 0),
    ("gmt", 0),
    ("wet", 0),
    ("west", 60),
    ("bst", 60),
    ("cet", 60),
    ("met", 60),
    ("cest", 120),
    ("mest", 120),
    ("eet", 120),
    ("ist", 120),
    ("sast", 120),
    ("eest", 180),
    ("idt", 180),
    ("msk", 180),
    ("msd", 240),
    ("pkt", 300),
    ("awst", 480),
    ("hkt", 480),
    ("sgt", 480),
    ("jst", 540),
    ("kst", 540),
    ("acst", 570),
    ("aest", 600),
    ("acdt", 630),
    ("aedt", 660),
    ("nzst", 720),
    ("nzdt", 780),
    ("ndt", -150),
    ("nst", -210),
    ("adt", -180),
    ("art", -180),
    ("brt", -180),
    ("ast", -240),
    ("edt", -240),
    ("est", -300),
    ("cdt", -300),
    ("cst", -360),
    ("mdt", -360),
    ("mst", -420),
    ("pdt", -420),
    ("pst", -480),
    ("akdt", -480),
    ("akst", -540),
    ("hst", -600),
];

/// Words that stand for something, beside months, days of the week and zones.
const WORDS: &[&str] = &[
    "now",
    "today",
    "tomorrow",
    "yesterday",
    "epoch",
    "infinity",
    "allballs",
    "am",
    "pm",
    "ad",
    "bc",
    "at",
    "on",
    "t",
    "j",
    "jd",
    "julian",
];

/// What a number or a date after a word is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prefix {
    /// `t`
    Time,
    /// `j`
    JulianDay,
}

struct Decoder<'a> {
    reading: &'a Reading,
    wanted: Wanted,
    fields: Fields,
    year: Option<i64>,
    /// The year was written with two digits at most.
    is_short_year: bool,
    month: Option<i64>,
    is_named_month: bool,
    day: Option<i64>,
    day_of_year: Option<i64>,
    has_weekday: bool,
    is_pm: Option<bool>,
    is_bc: Option<bool>,
    prefix: Option<Prefix>,
}

impl Fields {
    /// Reads a text.
    pub(super) fn read(text: &str, wanted: Wanted, reading: &Reading) -> Result<Self, Flaw> {
        let lower = text.to_ascii_lowercase();
        let tokens = tokens(&lower, is_word).ok_or(Flaw::Syntax)?;
        let mut decoder = Decoder {
            reading,
            wanted,
            fields: Self::default(),
            year: None,
            is_short_year: false,
            month: None,
            is_named_month: false,
            day: None,
            day_of_year: None,
            has_weekday: false,
            is_pm: None,
            is_bc: None,
            prefix: None,
        };
        for (index, token) in tokens.iter().enumerate() {
            decoder.token(*token, tokens.get(index + 1))?;
        }
        decoder.finish()
    }
}

fn is_word(word: &str) -> bool {
    WORDS.contains(&word) || WEEKDAYS.contains(&word) || month(word).is_some()
}

/// The zone that an abbreviation, in lower case, means.
pub(super) fn abbreviation(word: &str) -> Option<Zone> {
    let (_, minutes) = ABBREVIATIONS.iter().find(|(name, _)| *name == word)?;
    Some(Zone::Fixed(minutes * 60))
}

/// A month by its name, its first three letters, or `sept`.
fn month(word: &str) -> Option<i64> {
    let is =
        |name: &&str| word == *name || word == &name[..3] || word == "sept" && *name == "september";
    let index = MONTHS.iter().position(is)?;
    Some(index as i64 + 1)
}

/// Puts a value where none is.
fn put<T>(place: &mut Option<T>, value: T) -> Result<(), Flaw> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Flaw::Syntax),
    }
}

fn number(digits: &str) -> Result<i64, Flaw> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Flaw::Syntax);
    }
    digits
        .parse::<i32>()
        .map(i64::from)
        .map_err(|_| Flaw::Range)
}

/// A part of a second: the digits after the point, in microseconds.
fn fraction(digits: &str) -> Result<i64, Flaw> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Flaw::Syntax);
    }
    let fraction: f64 = format!("0.{digits}0").parse().map_err(|_| Flaw::Syntax)?;
    Ok((fraction * MICROS_PER_SECOND as f64).round_ties_even() as i64)
}

impl Decoder<'_> {
    fn token(&mut self, token: Token<'_>, next: Option<&Token<'_>>) -> Result<(), Flaw> {
        match token {
            Token::Date(text) => self.date_or_more(text),
            Token::Time(text) => {
                self.prefix = None;
                let time = time(text)?;
                put(&mut self.fields.time, time)
            }
            Token::Offset(text) => put(&mut self.fields.zone, Zone::Fixed(offset(text)?)),
            Token::Number(text) => self.number(text),
            Token::Word(word) => self.word(word, next),
            Token::Signed('-', "infinity") => {
                put(&mut self.fields.moment, Timestamp::NEGATIVE_INFINITY)
            }
            Token::Signed(..) => Err(Flaw::Syntax),
        }
    }

    fn has_date(&self) -> bool {
        let in_month = self.month.is_some() && self.day.is_some();
        self.fields.days.is_some()
            || self.year.is_some() && (in_month || self.day_of_year.is_some())
    }

    fn has_part_of_date(&self) -> bool {
        self.year.is_some() || self.month.is_some() || self.day.is_some() || self.has_date()
    }

    /// A date; behind one a time with an offset, or a zone.
    fn date_or_more(&mut self, text: &str) -> Result<(), Flaw> {
        if self.prefix.is_none() && !self.has_date() {
            return self.date(text);
        }
        if !text.starts_with(|c: char| c.is_ascii_digit()) {
            let zone = Zone::from_str(text).map_err(|()| Flaw::Zone(text.to_owned()))?;
            return put(&mut self.fields.zone, zone);
        }
        let (time, zone) = text.split_at(text.find('-').ok_or(Flaw::Syntax)?);
        self.prefix = None;
        self.joined(time)?;
        put(&mut self.fields.zone, Zone::Fixed(offset(zone)?))
    }

    /// Numbers, and perhaps the name of a month, between signs.
    fn date(&mut self, text: &str) -> Result<(), Flaw> {
        // Only a zone may stand before it.
        let is_late = self.has_weekday || self.is_pm.is_some() || self.is_bc.is_some();
        if is_late || self.fields.time.is_some() {
            return Err(Flaw::Syntax);
        }
        let is_part = |c: char| c.is_ascii_alphanumeric();
        if text.ends_with(|c: char| !is_part(c)) {
            return Err(Flaw::Syntax);
        }
        let parts: Vec<&str> = text.split(|c| !is_part(c)).collect();
        let is_name = |part: &&&str| part.starts_with(|c: char| c.is_ascii_alphabetic());
        for name in parts.iter().filter(is_name) {
            put(&mut self.month, month(name).ok_or(Flaw::Syntax)?)?;
            self.is_named_month = true;
        }
        for part in parts.iter().filter(|part| !is_name(part)) {
            self.part_of_date(part)?;
        }
        if self.has_date() {
            Ok(())
        } else {
            Err(Flaw::Syntax)
        }
    }

    /// A number, which the order of dates makes a year, month or day.
    fn part_of_date(&mut self, digits: &str) -> Result<(), Flaw> {
        let value = number(digits)?;
        let is_long = digits.len() >= 3;
        let order = self.reading.style.date_order;
        if let (Some(_), None, None, 3, 1..=366) =
            (self.year, self.month, self.day, digits.len(), value)
        {
            return put(&mut self.day_of_year, value);
        }
        let had_year = self.year.is_some();
        let place = match (self.year, self.month, self.day) {
            (None, None, None) if is_long || order == DateOrder::Ymd => &mut self.year,
            (None, None, None) if order == DateOrder::Dmy => &mut self.day,
            (None, None, None) => &mut self.month,
            (None, Some(_), None)
                if self.is_named_month && (is_long || order == DateOrder::Ymd) =>
            {
                &mut self.year
            }
            (Some(year), Some(_), None) if self.is_named_month && is_long && self.is_short_year => {
                // `29-feb-2024` where the year comes first: 29 was the day.
                (self.year, self.is_short_year) = (None, false);
                self.day = Some(year);
                &mut self.year
            }
            (_, Some(_), None) => &mut self.day,
            (_, None, _) => &mut self.month,
            (None, Some(_), Some(_)) => &mut self.year,
            (Some(_), Some(_), Some(_)) => return self.joined(digits),
        };
        *place = Some(value);
        if !had_year && self.year.is_some() {
            self.is_short_year = digits.len() <= 2;
        }
        Ok(())
    }

    fn number(&mut self, text: &str) -> Result<(), Flaw> {
        match self.prefix.take() {
            Some(Prefix::Time) => return self.joined(text),
            Some(Prefix::JulianDay) => return self.julian_day(text),
            None if self.wanted == Wanted::Time && !self.has_part_of_date() => {
                return self.joined(text);
            }
            None => (),
        }
        let whole = text.split('.').next().unwrap_or(text);
        let is_partial = !self.has_part_of_date() || self.fields.time.is_none();
        if whole.len() < text.len() && !self.has_part_of_date() {
            self.date(text)
        } else if whole.len() < text.len() && whole.len() > 2 || text.len() >= 6 && is_partial {
            self.joined(text)
        } else {
            self.part_of_date(text)
        }
    }

    /// `20240229`, `240229`, or behind a date `040506.789`, `0405`.
    fn joined(&mut self, text: &str) -> Result<(), Flaw> {
        let (digits, after) = match text.split_once('.') {
            Some((digits, after)) => (digits, Some(after)),
            None => (text, None),
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Flaw::Syntax);
        }
        let length = digits.len();
        let is_date = self.wanted == Wanted::Date && !self.has_date();
        if after.is_none() && is_date {
            if length < 6 {
                return Err(Flaw::Syntax);
            }
            put(&mut self.year, number(&digits[..length - 4])?)?;
            put(&mut self.month, number(&digits[length - 4..length - 2])?)?;
            put(&mut self.day, number(&digits[length - 2..])?)?;
            self.is_short_year = length == 6;
            return Ok(());
        }
        let second = match length {
            6 => number(&digits[4..])?,
            4 => 0,
            _ => return Err(Flaw::Syntax),
        };
        let micros = fraction(after.unwrap_or(""))?;
        let time = clock(
            number(&digits[..2])?,
            number(&digits[2..4])?,
            second,
            micros,
        )?;
        put(&mut self.fields.time, time)
    }

    fn julian_day(&mut self, text: &str) -> Result<(), Flaw> {
        let (day, part) = text.split_once('.').unwrap_or((text, ""));
        put(&mut self.fields.days, number(day)? - EPOCH_JULIAN_DAY)?;
        if !part.is_empty() {
            let part: f64 = format!("0.{part}").parse().map_err(|_| Flaw::Syntax)?;
            put(&mut self.fields.time, (part * MICROS_PER_DAY as f64) as i64)?;
        }
        Ok(())
    }

    fn word(&mut self, word: &str, next: Option<&Token<'_>>) -> Result<(), Flaw> {
        if let Some(zone) = abbreviation(word) {
            return put(&mut self.fields.zone, zone);
        }
        if let Some(month) = month(word) {
            // `29 feb`: 29 was taken for a month.
            if let (Some(day @ 1..=31), false, None) = (self.month, self.is_named_month, self.day) {
                (self.month, self.day) = (None, Some(day));
            }
            self.is_named_month = true;
            return put(&mut self.month, month);
        }
        if WEEKDAYS.contains(&word) {
            return match std::mem::replace(&mut self.has_weekday, true) {
                false => Ok(()),
                true => Err(Flaw::Syntax),
            };
        }
        let now = self.reading.now;
        match word {
            "at" | "on" => Ok(()),
            "am" => put(&mut self.is_pm, false),
            "pm" => put(&mut self.is_pm, true),
            "ad" => put(&mut self.is_bc, false),
            "bc" => put(&mut self.is_bc, true),
            "now" => put(&mut self.fields.moment, now),
            "infinity" => put(&mut self.fields.moment, Timestamp::INFINITY),
            "epoch" => put(&mut self.fields.moment, Timestamp::UNIX_EPOCH),
            "yesterday" => self.today(-1),
            "today" => self.today(0),
            "tomorrow" => self.today(1),
            "allballs" => {
                put(&mut self.fields.time, 0)?;
                put(&mut self.fields.zone, Zone::Utc)
            }
            "t" => {
                let is_time = matches!(
                    next,
                    Some(Token::Number(_) | Token::Time(_) | Token::Date(_))
                );
                self.prefix = Some(Prefix::Time);
                if is_time && self.has_date() {
                    Ok(())
                } else {
                    Err(Flaw::Syntax)
                }
            }
            "j" | "jd" | "julian" => {
                self.prefix = Some(Prefix::JulianDay);
                Ok(())
            }
            zone => match Zone::from_str(zone) {
                Ok(zone) => put(&mut self.fields.zone, zone),
                Err(()) => Err(Flaw::Syntax),
            },
        }
    }

    fn today(&mut self, days: i64) -> Result<(), Flaw> {
        let zone = self.reading.style.zone;
        put(
            &mut self.fields.days,
            self.reading.now.local(zone).div_euclid(MICROS_PER_DAY) + days,
        )
    }

    fn finish(mut self) -> Result<Fields, Flaw> {
        if self.prefix.is_some() {
            return Err(Flaw::Syntax);
        }
        self.meridiem()?;
        if self.has_part_of_date() && self.fields.days.is_none() {
            self.fields.days = Some(self.valid_date()?);
        } else if self.is_bc.is_some() {
            return Err(Flaw::Syntax);
        }
        let fields = self.fields;
        let has_more = fields.days.is_some() || fields.time.is_some() || fields.zone.is_some();
        let has_none = fields.days.is_none() && fields.time.is_none();
        if fields.moment.is_some() == has_more || fields.moment.is_none() && has_none {
            return Err(Flaw::Syntax);
        }
        Ok(fields)
    }

    /// Twelve hours and their half of the day.
    fn meridiem(&mut self) -> Result<(), Flaw> {
        const HOUR: i64 = 3_600 * MICROS_PER_SECOND;
        let (Some(is_pm), Some(time)) = (self.is_pm, &mut self.fields.time) else {
            return Ok(());
        };
        match *time / HOUR {
            13.. => return Err(Flaw::Range),
            12 if !is_pm => *time -= 12 * HOUR,
            0..12 if is_pm => *time += 12 * HOUR,
            _ => (),
        }
        Ok(())
    }

    /// Days since 2000-01-01.
    fn valid_date(&self) -> Result<i64, Flaw> {
        let mut year = self.year.ok_or(Flaw::Syntax)?;
        if self.is_bc == Some(true) {
            if year <= 0 {
                return Err(Flaw::Range);
            }
            year = 1 - year;
        } else if self.is_short_year {
            year += match year {
                0..70 => 2_000,
                70..100 => 1_900,
                _ => 0,
            };
        } else if year <= 0 {
            return Err(Flaw::Range);
        }
        if let Some(of_year) = self.day_of_year {
            let day = Day {
                year,
                month: 1,
                day: of_year,
            };
            let (days, next) = (
                day.days(),
                Day {
                    year: year + 1,
                    month: 1,
                    day: 1,
                }
                .days(),
            );
            return if days < next {
                Ok(days)
            } else {
                Err(Flaw::Range)
            };
        }
        let (Some(month), Some(day)) = (self.month, self.day) else {
            return Err(Flaw::Syntax);
        };
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return Err(Flaw::Order);
        }
        if day > days_in_month(year, month) {
            return Err(Flaw::Range);
        }
        Ok(Day { year, month, day }.days())
    }
}

/// `hh:mm[:ss[.fraction]]`, or `mm:ss.fraction`.
fn time(text: &str) -> Result<i64, Flaw> {
    let (text, after) = match text.split_once('.') {
        Some((text, after)) => (text, Some(after)),
        None => (text, None),
    };
    let parts: Vec<&str> = text.split(':').collect();
    let micros = fraction(after.unwrap_or(""))?;
    let (hour, minute, second) = match (&parts[..], after) {
        ([minute, second], Some(_)) => (0, number(minute)?, number(second)?),
        ([hour, minute], None) => (number(hour)?, number(minute)?, 0),
        ([hour, minute, ""], None) => (number(hour)?, number(minute)?, 0),
        ([hour, minute, second], _) => (number(hour)?, number(minute)?, number(second)?),
        _ => return Err(Flaw::Syntax),
    };
    clock(hour, minute, second, micros)
}

/// Microseconds since midnight. A second may be the 60th, and the day may end
/// with its 24th hour.
fn clock(hour: i64, minute: i64, second: i64, micros: i64) -> Result<i64, Flaw> {
    let seconds = hour * 3_600 + minute * 60 + second;
    let time = seconds * MICROS_PER_SECOND + micros;
    if minute > 59 || second > 60 || time > MICROS_PER_DAY {
        return Err(Flaw::Range);
    }
    Ok(time)
}

/// `+02`, `-0330`, `+05:30:15`: seconds east of UTC.
fn offset(text: &str) -> Result<i32, Flaw> {
    let (sign, digits) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(digits), _) => (1, digits),
        (_, Some(digits)) => (-1, digits),
        _ => return Err(Flaw::Syntax),
    };
    let parts: Vec<&str> = digits.split(':').collect();
    let number = |text: &str| {
        number(text).map_err(|flaw| match flaw {
            Flaw::Range => Flaw::Displacement,
            flaw => flaw,
        })
    };
    let (hours, minutes, seconds) = match parts[..] {
        [joined] if joined.len() > 2 => {
            let joined = number(joined)?;
            (joined / 100, joined % 100, 0)
        }
        [hours] => (number(hours)?, 0, 0),
        [hours, minutes] => (number(hours)?, number(minutes)?, 0),
        [hours, minutes, seconds] => (number(hours)?, number(minutes)?, number(seconds)?),
        _ => return Err(Flaw::Syntax),
    };
    if hours > 15 || minutes > 59 || seconds > 59 {
        return Err(Flaw::Displacement);
    }
    let seconds = hours * 3_600 + minutes * 60 + seconds;
    i32::try_from(sign * seconds).map_err(|_| Flaw::Displacement)
}
