//! Templates of dates and times.

/// A part of a template.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// A character that stands for itself.
    Character(char),
    /// A character in quotes, or behind a backslash.
    Quoted(char),
    /// A field of a date or time.
    Field(Field),
}

/// A field and how it is spelled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) kind: Kind,
    pub(super) case: Case,
    /// The template's name for it.
    pub(super) name: &'static str,
    /// `FM`: no blanks and zeros to fill it up.
    pub(super) is_bare: bool,
    /// `TH` or `th` behind it.
    pub(super) ordinal: Option<Case>,
}

/// In which case the template's name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Upper,
    Capital,
    Lower,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `AD`, `BC`, and with points
    Era {
        has_points: bool,
    },
    /// `AM`, `PM`, and with points
    HalfOfDay {
        has_points: bool,
    },
    Century,
    DayName,
    DayAbbreviation,
    DayOfYear,
    IsoDayOfYear,
    Day,
    DayOfWeek,
    IsoDayOfWeek,
    /// So many digits of the second's fraction.
    Fraction(u32),
    /// `FX`
    Exact,
    Hour24,
    Hour12,
    IsoWeek,
    IsoYear(u32),
    Julian,
    Minute,
    Month,
    MonthName,
    MonthAbbreviation,
    Milliseconds,
    Offset,
    Quarter,
    RomanMonth,
    SecondOfDay,
    Second,
    ZoneHour,
    ZoneMinute,
    Zone,
    Microseconds,
    Week,
    WeekOfMonth,
    YearWithComma,
    /// So many digits of the year.
    Year(u32),
}

/// The fields, longer names before their beginnings. Of the names of months and
/// days there is a capital form.
const FIELDS: &[(&str, &str, Kind)] = &[
    ("A.D.", "a.d.", Kind::Era { has_points: true }),
    ("A.M.", "a.m.", Kind::HalfOfDay { has_points: true }),
    ("AD", "ad", Kind::Era { has_points: false }),
    ("AM", "am", Kind::HalfOfDay { has_points: false }),
    ("B.C.", "b.c.", Kind::Era { has_points: true }),
    ("BC", "bc", Kind::Era { has_points: false }),
    ("CC", "cc", Kind::Century),
    ("DAY", "day", Kind::DayName),
    ("DDD", "ddd", Kind::DayOfYear),
    ("DD", "dd", Kind::Day),
    ("DY", "dy", Kind::DayAbbreviation),
    ("D", "d", Kind::DayOfWeek),
    ("FF1", "ff1", Kind::Fraction(1)),
    ("FF2", "ff2", Kind::Fraction(2)),
    ("FF3", "ff3", Kind::Fraction(3)),
    ("FF4", "ff4", Kind::Fraction(4)),
    ("FF5", "ff5", Kind::Fraction(5)),
    ("FF6", "ff6", Kind::Fraction(6)),
    ("FX", "fx", Kind::Exact),
    ("HH24", "hh24", Kind::Hour24),
    ("HH12", "hh12", Kind::Hour12),
    ("HH", "hh", Kind::Hour12),
    ("IDDD", "iddd", Kind::IsoDayOfYear),
    ("ID", "id", Kind::IsoDayOfWeek),
    ("IW", "iw", Kind::IsoWeek),
    ("IYYY", "iyyy", Kind::IsoYear(4)),
    ("IYY", "iyy", Kind::IsoYear(3)),
    ("IY", "iy", Kind::IsoYear(2)),
    ("I", "i", Kind::IsoYear(1)),
    ("J", "j", Kind::Julian),
    ("MI", "mi", Kind::Minute),
    ("MM", "mm", Kind::Month),
    ("MONTH", "month", Kind::MonthName),
    ("MON", "mon", Kind::MonthAbbreviation),
    ("MS", "ms", Kind::Milliseconds),
    ("OF", "of", Kind::Offset),
    ("P.M.", "p.m.", Kind::HalfOfDay { has_points: true }),
    ("PM", "pm", Kind::HalfOfDay { has_points: false }),
    ("Q", "q", Kind::Quarter),
    ("RM", "rm", Kind::RomanMonth),
    ("SSSSS", "sssss", Kind::SecondOfDay),
    ("SSSS", "ssss", Kind::SecondOfDay),
    ("SS", "ss", Kind::Second),
    ("TZH", "tzh", Kind::ZoneHour),
    ("TZM", "tzm", Kind::ZoneMinute),
    ("TZ", "tz", Kind::Zone),
    ("US", "us", Kind::Microseconds),
    ("WW", "ww", Kind::Week),
    ("W", "w", Kind::WeekOfMonth),
    ("Y,YYY", "y,yyy", Kind::YearWithComma),
    ("YYYY", "yyyy", Kind::Year(4)),
    ("YYY", "yyy", Kind::Year(3)),
    ("YY", "yy", Kind::Year(2)),
    ("Y", "y", Kind::Year(1)),
];

/// The capital forms.
const CAPITALS: &[(&str, Kind)] = &[
    ("Day", Kind::DayName),
    ("Dy", Kind::DayAbbreviation),
    ("Month", Kind::MonthName),
    ("Mon", Kind::MonthAbbreviation),
];

/// Takes a template apart.
pub(super) fn parts(template: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = template;
    let mut is_bare = false;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = prefix(rest, "FM", "fm") {
            (rest, is_bare) = (after, true);
            continue;
        }
        if let Some(after) = prefix(rest, "TM", "tm") {
            rest = after;
            continue;
        }
        if let Some((mut field, after)) = field(rest) {
            field.is_bare = is_bare;
            is_bare = false;
            rest = after;
            for (ordinal, case) in [("TH", Case::Upper), ("th", Case::Lower)] {
                if let Some(after) = rest.strip_prefix(ordinal) {
                    (field.ordinal, rest) = (Some(case), after);
                    break;
                }
            }
            parts.push(Part::Field(field));
            continue;
        }
        is_bare = false;
        rest = &rest[c.len_utf8()..];
        match c {
            '"' => {
                let mut is_escaped = false;
                for c in rest.chars() {
                    rest = &rest[c.len_utf8()..];
                    match c {
                        '"' if !is_escaped => break,
                        '\\' if !is_escaped => is_escaped = true,
                        c => {
                            parts.push(Part::Quoted(c));
                            is_escaped = false;
                        }
                    }
                }
            }
            // Outside of quotes a backslash is for a quote only.
            '\\' if rest.starts_with('"') => {
                parts.push(Part::Character('"'));
                rest = &rest[1..];
            }
            c => parts.push(Part::Character(c)),
        }
    }
    parts
}

fn prefix<'a>(text: &'a str, upper: &str, lower: &str) -> Option<&'a str> {
    text.strip_prefix(upper)
        .or_else(|| text.strip_prefix(lower))
}

fn field(text: &str) -> Option<(Field, &str)> {
    let made = |kind, case, name| Field {
        kind,
        case,
        name,
        is_bare: false,
        ordinal: None,
    };
    for (name, kind) in CAPITALS {
        if let Some(after) = text.strip_prefix(name) {
            return Some((made(*kind, Case::Capital, *name), after));
        }
    }
    FIELDS.iter().find_map(|(upper, lower, kind)| {
        match (text.strip_prefix(upper), text.strip_prefix(lower)) {
            (Some(after), _) => Some((made(*kind, Case::Upper, *upper), after)),
            (_, Some(after)) => Some((made(*kind, Case::Lower, *lower), after)),
            _ => None,
        }
    })
}

impl Case {
    /// A capital text in this case.
    pub(super) fn apply(self, capital: &str) -> String {
        match self {
            Self::Upper => capital.to_ascii_uppercase(),
            Self::Capital => capital.to_owned(),
            Self::Lower => capital.to_ascii_lowercase(),
        }
    }
}

/// The ending of an ordinal number: `st`, `nd`, `rd`, `th`.
pub(super) fn ordinal(digits: &str, case: Case) -> String {
    let digits = digits.trim_end().as_bytes();
    let (last, before) = (
        digits.last().copied(),
        digits.len().checked_sub(2).map(|at| digits[at]),
    );
    let ending = match last {
        _ if before == Some(b'1') => "th",
        Some(b'1') => "st",
        Some(b'2') => "nd",
        Some(b'3') => "rd",
        _ => "th",
    };
    case.apply(ending)
}

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

pub(super) const ROMAN_MONTHS: [&str; 12] = [
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII",
];
