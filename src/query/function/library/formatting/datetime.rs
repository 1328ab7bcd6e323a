//! `to_char` of moments and intervals.

use super::template::{Case, DAYS, Field, Kind, MONTHS, Part, ROMAN_MONTHS, ordinal, parts};
use super::zone::abbreviation;
use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::query::function::{Arguments, Function};
use crate::relation::{Day, MICROS_PER_DAY, MICROS_PER_SECOND, Timestamp, Type, Value, Zone};

pub(in crate::query::function::library) static DATETIMES: &[Function] = &[
    Function::row(
        "to_char",
        &[Type::TIMESTAMP, Type::TEXT],
        Type::TEXT,
        |_, values| Ok(of_moment(values, Zone::Utc, None)),
    ),
    Function::row(
        "to_char",
        &[Type::TIMESTAMPTZ, Type::TEXT],
        Type::TEXT,
        |call, values| {
            let zone = call.catalog.context.style.zone;
            Ok(of_moment(values, zone, Some(zone)))
        },
    ),
    Function::row(
        "to_char",
        &[Type::INTERVAL, Type::TEXT],
        Type::TEXT,
        |_, values| of_interval(values),
    ),
    Function::row("timeofday", &[], Type::TEXT, |call, _| {
        let zone = call.catalog.context.style.zone;
        let now = Timestamp::from(chrono::Utc::now());
        let moment = Moment::of(now, zone, Some(zone));
        Ok(Value::text(
            moment.written("Dy Mon DD HH24:MI:SS.US YYYY TZ"),
        ))
    })
    .volatile(),
];

/// What a template shows, cut into its parts.
struct Moment {
    year: i64,
    month: i64,
    day: i64,
    /// Days since 2000-01-01; nothing for an interval.
    date: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    micros: i64,
    /// Seconds east of UTC, and what the zone is called.
    offset: i64,
    zone: String,
}

fn of_moment(values: &[Value], zone: Zone, shown: Option<Zone>) -> Value {
    let moment = values.timestamp(0);
    if !moment.is_finite() || values.text(1).is_empty() {
        return Value::Null;
    }
    Value::text(Moment::of(moment, zone, shown).written(values.text(1)))
}

fn of_interval(values: &[Value]) -> Result<Value> {
    let (interval, template) = (values.interval(0), values.text(1));
    if template.is_empty() {
        return Ok(Value::Null);
    }
    let seconds = interval.micros / MICROS_PER_SECOND;
    let moment = Moment {
        year: (interval.months / 12).into(),
        month: (interval.months % 12).into(),
        day: interval.days.into(),
        date: None,
        hour: seconds / 3_600,
        minute: seconds / 60 % 60,
        second: seconds % 60,
        micros: interval.micros % MICROS_PER_SECOND,
        offset: 0,
        zone: String::new(),
    };
    let needs_date = |part: &Part| match part {
        Part::Field(field) => matches!(
            field.kind,
            Kind::Era { .. }
                | Kind::DayName
                | Kind::DayAbbreviation
                | Kind::DayOfWeek
                | Kind::IsoDayOfWeek
                | Kind::MonthName
                | Kind::MonthAbbreviation
                | Kind::Offset
                | Kind::Zone
                | Kind::ZoneHour
                | Kind::ZoneMinute
        ),
        _ => false,
    };
    if parts(template).iter().any(needs_date) {
        return Err(Error::new(
            ErrorKind::InvalidValue(Fault::Datetime),
            "invalid format specification for an interval value",
        )
        .with_hint("Intervals are not tied to specific calendar dates."));
    }
    Ok(Value::text(moment.written(template)))
}

impl Moment {
    fn of(moment: Timestamp, zone: Zone, shown: Option<Zone>) -> Self {
        let local = moment.local(zone);
        let (date, time) = (
            local.div_euclid(MICROS_PER_DAY),
            local.rem_euclid(MICROS_PER_DAY),
        );
        let Day { year, month, day } = Day::of(date);
        let seconds = time / MICROS_PER_SECOND;
        Self {
            year,
            month,
            day,
            date: Some(date),
            hour: seconds / 3_600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            micros: time % MICROS_PER_SECOND,
            offset: zone.offset_at(moment.micros()).into(),
            zone: shown.map_or(String::new(), |zone| abbreviation(zone, moment)),
        }
    }

    fn written(&self, template: &str) -> String {
        let mut out = String::new();
        for part in parts(template) {
            match part {
                Part::Character(c) | Part::Quoted(c) => out.push(c),
                Part::Field(field) => {
                    let text = self.field(field);
                    out.push_str(&text);
                    if let (Some(case), true) = (field.ordinal, is_number(field.kind)) {
                        out.push_str(&ordinal(&text, case));
                    }
                }
            }
        }
        out
    }

    /// The year as it is counted before and after the year 1.
    fn shown_year(&self, year: i64) -> i64 {
        match self.date {
            Some(_) if year <= 0 => 1 - year,
            _ => year,
        }
    }

    fn field(&self, field: Field) -> String {
        let number = |number: i64, width: usize| {
            let width = if field.is_bare { 0 } else { width };
            let sign = if number < 0 { "-" } else { "" };
            format!("{sign}{:0width$}", number.abs())
        };
        let name = |name: &str, width: usize| {
            let width = if field.is_bare { 0 } else { width };
            format!("{:width$}", field.case.apply(name))
        };
        let fraction = |digits: u32| {
            let width = digits as usize;
            format!("{:0width$}", self.micros.abs() / 10_i64.pow(6 - digits))
        };
        let date = self.date.unwrap_or(0);
        let weekday = (date + 6).rem_euclid(7);
        let iso_weekday = if weekday == 0 { 7 } else { weekday };
        let first = |year| {
            Day {
                year,
                month: 1,
                day: 1,
            }
            .days()
        };
        let day_of_year = match self.date {
            Some(date) => date - first(self.year) + 1,
            None => self.year * 360 + self.month * 30 + self.day,
        };
        let thursday = date + 4 - iso_weekday;
        let iso_year = Day::of(thursday).year;
        let iso_week = (thursday - first(iso_year)) / 7 + 1;
        match field.kind {
            Kind::Era { has_points } => {
                let era = if self.year <= 0 { "BC" } else { "AD" };
                with_points(&field.case.apply(era), has_points)
            }
            Kind::HalfOfDay { has_points } => {
                let is_pm = self.hour.rem_euclid(24) >= 12;
                let half = field.case.apply(if is_pm { "PM" } else { "AM" });
                with_points(&half, has_points)
            }
            Kind::Hour12 => number(
                match self.hour % 12 {
                    0 => 12,
                    hour => hour,
                },
                2,
            ),
            Kind::Hour24 => number(self.hour, 2),
            Kind::Minute => number(self.minute, 2),
            Kind::Second => number(self.second, 2),
            Kind::Milliseconds => fraction(3),
            Kind::Microseconds => fraction(6),
            Kind::Fraction(digits) => fraction(digits),
            Kind::SecondOfDay => (self.hour * 3_600 + self.minute * 60 + self.second).to_string(),
            Kind::Zone => match field.case {
                Case::Lower => self.zone.to_ascii_lowercase(),
                _ => self.zone.clone(),
            },
            Kind::ZoneHour => {
                let sign = if self.offset < 0 { '-' } else { '+' };
                format!("{sign}{:02}", self.offset.abs() / 3_600)
            }
            Kind::ZoneMinute => format!("{:02}", self.offset.abs() % 3_600 / 60),
            Kind::Offset => {
                let sign = if self.offset < 0 { '-' } else { '+' };
                let hours = number(self.offset.abs() / 3_600, 2);
                match self.offset.abs() % 3_600 / 60 {
                    0 => format!("{sign}{hours}"),
                    minutes => format!("{sign}{hours}:{minutes:02}"),
                }
            }
            Kind::MonthName => name(self.month_name(), 9),
            Kind::MonthAbbreviation => name(&self.month_name()[..3], 0),
            Kind::Month => number(self.month, 2),
            Kind::DayName => name(DAYS[weekday as usize], 9),
            Kind::DayAbbreviation => name(&DAYS[weekday as usize][..3], 0),
            // The sign of a day counts as one of its places.
            Kind::DayOfYear => number(day_of_year, if day_of_year < 0 { 2 } else { 3 }),
            Kind::IsoDayOfYear => number((iso_week - 1) * 7 + iso_weekday, 3),
            Kind::Day => number(self.day, if self.day < 0 { 1 } else { 2 }),
            Kind::DayOfWeek => number(weekday + 1, 0),
            Kind::IsoDayOfWeek => number(iso_weekday, 0),
            Kind::Week => number((day_of_year - 1) / 7 + 1, 2),
            Kind::IsoWeek => number(iso_week, 2),
            Kind::WeekOfMonth => number((self.day - 1) / 7 + 1, 0),
            Kind::Quarter => match self.month {
                0 => String::new(),
                month => number((month - 1) / 3 + 1, 0),
            },
            Kind::Century => {
                let century = match (self.date, self.year) {
                    (None, year) => year / 100,
                    (_, year @ 1..) => (year - 1) / 100 + 1,
                    (_, year) => year / 100 - 1,
                };
                number(century, 2)
            }
            Kind::YearWithComma => {
                let year = self.shown_year(self.year);
                format!("{},{:03}", year / 1_000, year % 1_000)
            }
            Kind::Year(digits) => {
                let year = self.shown_year(self.year);
                number(cut(year, digits), digits as usize)
            }
            Kind::IsoYear(digits) => {
                let year = self.shown_year(iso_year);
                number(cut(year, digits), digits as usize)
            }
            Kind::RomanMonth => match self.month {
                0 => String::new(),
                month => name(ROMAN_MONTHS[(month - 1).rem_euclid(12) as usize], 4),
            },
            Kind::Julian => number(date + 2_451_545, 0),
            Kind::Exact => String::new(),
        }
    }

    fn month_name(&self) -> &'static str {
        MONTHS[(self.month - 1).rem_euclid(12) as usize]
    }
}

/// The last digits of a year; four are all.
fn cut(year: i64, digits: u32) -> i64 {
    if digits < 4 {
        year % 10_i64.pow(digits)
    } else {
        year
    }
}

fn with_points(word: &str, has_points: bool) -> String {
    match has_points {
        true => word.chars().flat_map(|c| [c, '.']).collect(),
        false => word.to_owned(),
    }
}

/// What an ordinal ending can stand behind.
fn is_number(kind: Kind) -> bool {
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
            | Kind::ZoneMinute
            | Kind::Offset
            | Kind::Exact
    )
}
