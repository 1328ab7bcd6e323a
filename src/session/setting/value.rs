//! Values: read as PostgreSQL reads them, shown as PostgreSQL shows them.

use std::borrow::Cow;

use super::{date_style, encoding, name_list, time_zone};
use crate::error::{self, Error, ErrorKind, Result};

/// What a setting takes.
#[derive(Debug)]
pub(super) enum Kind {
    /// `on`, `off` and their other spellings
    Bool,
    /// A Boolean that must be on.
    AlwaysOn,
    /// One of the words, in any case; the aliases are not named to the user.
    Enum {
        words: &'static [&'static str],
        aliases: &'static [(&'static str, &'static str)],
    },
    /// A whole number from `min` to `max`.
    Integer { unit: Unit, min: i32, max: i32 },
    /// A number from `min` to `max`.
    Real { min: f64, max: f64 },
    /// Any text.
    Text,
    /// A text that is cut to the length of a name of PostgreSQL.
    Label,
    /// The session's own user, and nobody else.
    User,
    /// The session's own user, or `none`.
    Role,
    /// A list of namespaces.
    SearchPath,
    /// How dates are written.
    DateStyle,
    /// A name or an offset.
    TimeZone,
    /// A character set.
    Encoding,
}

/// What an integer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    None,
    Milliseconds,
    Seconds,
    Kilobytes,
    /// Of 8 kB.
    Pages,
}

/// The value of a setting, in its one spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Bool(bool),
    Integer(i32),
    Text(Cow<'static, str>),
}

/// As in PostgreSQL, which keeps it where a name fits.
const LABEL_BYTES: usize = 63;

/// In milliseconds, largest first.
const TIME_UNITS: [(&str, f64); 6] = [
    ("d", 86_400_000.0),
    ("h", 3_600_000.0),
    ("min", 60_000.0),
    ("s", 1_000.0),
    ("ms", 1.0),
    ("us", 0.001),
];

/// In kilobytes, largest first.
const MEMORY_UNITS: [(&str, f64); 5] = [
    ("TB", 1_073_741_824.0),
    ("GB", 1_048_576.0),
    ("MB", 1_024.0),
    ("kB", 1.0),
    ("B", 1.0 / 1_024.0),
];

impl Unit {
    /// As it is written behind a number.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Milliseconds => Some("ms"),
            Self::Seconds => Some("s"),
            Self::Kilobytes => Some("kB"),
            Self::Pages => Some("8kB"),
        }
    }

    /// What may be written behind a number, largest first, and how many of the first
    /// unit below one of these is.
    fn words(self) -> (&'static [(&'static str, f64)], f64) {
        match self {
            Self::None => (&[], 1.0),
            Self::Milliseconds => (&TIME_UNITS, 1.0),
            Self::Seconds => (&TIME_UNITS, 1_000.0),
            Self::Kilobytes => (&MEMORY_UNITS, 1.0),
            Self::Pages => (&MEMORY_UNITS, 8.0),
        }
    }

    /// How many of this unit a number with a word behind it is.
    fn factor(self, word: &str) -> Option<f64> {
        let (words, one) = self.words();
        match word {
            "" => Some(1.0),
            word => {
                let (_, factor) = words.iter().find(|(unit, _)| *unit == word)?;
                Some(factor / one)
            }
        }
    }

    /// The words there are.
    fn hint(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Milliseconds | Self::Seconds => Some(
                "Valid units for this parameter are \"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\".",
            ),
            Self::Kilobytes | Self::Pages => Some(
                "Valid units for this parameter are \"B\", \"kB\", \"MB\", \"GB\", and \"TB\".",
            ),
        }
    }

    /// A number with the largest unit that leaves it whole.
    fn show(self, number: i32) -> String {
        let (words, one) = self.words();
        if number <= 0 {
            return number.to_string();
        }
        let whole = f64::from(number) * one;
        words
            .iter()
            .find(|(_, factor)| whole % factor == 0.0)
            .map_or_else(
                || number.to_string(),
                |(unit, factor)| format!("{}{unit}", whole / factor),
            )
    }
}

impl Kind {
    /// Reads a value for the setting `name`, which is worth `current` now, in a
    /// session of `user`.
    ///
    /// # Errors
    /// 22023 for a value that the setting does not take, 0A000 for one that
    /// PostgreSQL would take and Rekha does not.
    pub(super) fn read(
        &self,
        name: &str,
        text: &str,
        current: &Value,
        user: &Value,
    ) -> Result<Value> {
        match self {
            Self::Bool => read_bool(name, text).map(Value::Bool),
            Self::AlwaysOn => match read_bool(name, text)? {
                true => Ok(Value::Bool(true)),
                false => Err(Error::new(
                    ErrorKind::Unsupported,
                    format!("parameter \"{name}\" cannot be turned off"),
                )
                .with_hint("Write a string with backslash escapes as E'…'.")),
            },
            Self::Enum { words, aliases } => {
                let is = |word: &&str| word.eq_ignore_ascii_case(text);
                let alias = || {
                    aliases
                        .iter()
                        .find(|(alias, _)| is(alias))
                        .map(|(_, word)| *word)
                };
                words
                    .iter()
                    .copied()
                    .find(is)
                    .or_else(alias)
                    .map(Value::text)
                    .ok_or_else(|| {
                        invalid(name, text)
                            .with_hint(format!("Available values: {}.", words.join(", ")))
                    })
            }
            Self::Integer { unit, min, max } => {
                read_integer(name, text, *unit, *min, *max).map(Value::Integer)
            }
            Self::Real { min, max } => read_real(name, text, *min, *max).map(Value::Text),
            Self::Text => Ok(Value::owned(text)),
            Self::Label => Ok(Value::owned(cut(text, LABEL_BYTES))),
            Self::Role if text.eq_ignore_ascii_case("none") => Ok(Value::text("none")),
            Self::User | Self::Role => match user {
                Value::Text(name) if name == text => Ok(user.clone()),
                _ => Err(refused(format!("role \"{text}\" does not exist"))
                    .with_hint("A session keeps the user it connected as.")),
            },
            Self::SearchPath => match name_list::split(text) {
                Some(_) => Ok(Value::owned(text)),
                None => Err(invalid(name, text).with_detail("List syntax is invalid.")),
            },
            Self::DateStyle => date_style::read(name, text, &current.show(self)).map(Value::text),
            Self::TimeZone => time_zone::read(name, text).map(|zone| Value::Text(zone.into())),
            Self::Encoding => encoding::read(name, text).map(Value::text),
        }
    }
}

impl Value {
    /// A text of the program.
    pub(super) const fn text(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// A text of the client.
    pub(super) fn owned(text: &str) -> Self {
        Self::Text(Cow::Owned(text.to_owned()))
    }

    /// As `SHOW` shows it.
    pub(super) fn show(&self, kind: &Kind) -> Cow<'_, str> {
        match self {
            Self::Bool(true) => "on".into(),
            Self::Bool(false) => "off".into(),
            Self::Integer(number) => match kind {
                Kind::Integer { unit, .. } => unit.show(*number).into(),
                _ => number.to_string().into(),
            },
            Self::Text(text) => text.as_ref().into(),
        }
    }
}

/// As many whole characters as there is room for.
fn cut(text: &str, bytes: usize) -> &str {
    let end = text.char_indices().map(|(start, c)| start + c.len_utf8());
    &text[..end.take_while(|end| *end <= bytes).last().unwrap_or(0)]
}

/// 22023: the setting does not take this value.
pub(super) fn invalid(name: &str, text: &str) -> Error {
    refused(format!(
        "invalid value for parameter \"{name}\": \"{text}\""
    ))
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::InvalidValue(error::Value::Parameter), message)
}

fn read_bool(name: &str, text: &str) -> Result<bool> {
    let text = text.to_ascii_lowercase();
    let abbreviates = |word: &str, least: usize| text.len() >= least && word.starts_with(&text);
    if text == "1" || abbreviates("true", 1) || abbreviates("yes", 1) || abbreviates("on", 2) {
        Ok(true)
    } else if text == "0"
        || abbreviates("false", 1)
        || abbreviates("no", 1)
        || abbreviates("off", 2)
    {
        Ok(false)
    } else {
        Err(refused(format!(
            "parameter \"{name}\" requires a Boolean value"
        )))
    }
}

fn read_integer(name: &str, text: &str, unit: Unit, min: i32, max: i32) -> Result<i32> {
    let (number, rest) = split_number(text.trim()).ok_or_else(|| invalid(name, text))?;
    let factor = unit.factor(rest).ok_or_else(|| {
        let error = invalid(name, text);
        match unit.hint() {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    })?;
    let number = (number * factor).round_ties_even();
    if !(f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number) {
        return Err(invalid(name, text).with_hint("Value exceeds integer range."));
    }
    // Whole and in range, as was just made sure.
    let number = number as i32;
    if !(min..=max).contains(&number) {
        let unit = unit.name().map(|unit| format!(" {unit}"));
        let unit = unit.unwrap_or_default();
        return Err(refused(format!(
            "{number}{unit} is outside the valid range for parameter \"{name}\" ({min} .. {max})"
        )));
    }
    Ok(number)
}

/// As PostgreSQL writes the bound of a range.
pub(super) fn spelled(bound: f64) -> String {
    match bound {
        f64::MAX => "1.79769e+308".to_owned(),
        bound => bound.to_string(),
    }
}

fn read_real(name: &str, text: &str, min: f64, max: f64) -> Result<Cow<'static, str>> {
    let number = match split_number(text.trim()) {
        Some((number, "")) if number.is_finite() => number,
        _ => return Err(invalid(name, text)),
    };
    if !(min..=max).contains(&number) {
        return Err(refused(format!(
            "{number} is outside the valid range for parameter \"{name}\" ({min} .. {})",
            spelled(max)
        )));
    }
    Ok(number.to_string().into())
}

/// A number (`7`, `-1.5`, `1e3`, `0x10`) and the word after it.
fn split_number(text: &str) -> Option<(f64, &str)> {
    if let Some(hexadecimal) = text.strip_prefix("0x") {
        let end = end_of(hexadecimal, |b| b.is_ascii_hexdigit());
        let number = u32::from_str_radix(&hexadecimal[..end], 16).ok()?;
        return Some((number.into(), hexadecimal[end..].trim_start()));
    }
    let sign = usize::from(text.starts_with(['+', '-']));
    let mut end = sign + end_of(&text[sign..], |b| b.is_ascii_digit() || b == b'.');
    if let Some(exponent) = text[end..].strip_prefix(['e', 'E']) {
        let sign = usize::from(exponent.starts_with(['+', '-']));
        let digits = end_of(&exponent[sign..], |b| b.is_ascii_digit());
        if digits > 0 {
            end += 1 + sign + digits;
        }
    }
    Some((text[..end].parse().ok()?, text[end..].trim_start()))
}

fn end_of(text: &str, belongs: impl Fn(u8) -> bool) -> usize {
    text.bytes().position(|b| !belongs(b)).unwrap_or(text.len())
}
