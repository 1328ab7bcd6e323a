//! `to_char` of numbers. The rules of which blank, zero and sign is shown are
//! those of `NUM_processor` in PostgreSQL's `formatting.c`.

use bigdecimal::{BigDecimal, RoundingMode, Signed, Zero};

use super::numeral::{Part, SignPlace, Template};
use super::template::{Case, ordinal};
use crate::error::Result;
use crate::query::function::{Arguments, Function};
use crate::relation::{Numeric, Type, Value};

pub(in crate::query::function::library) static NUMBERS: &[Function] = &[
    Function::row(
        "to_char",
        &[Type::INT4, Type::TEXT],
        Type::TEXT,
        |_, values| of_integer(values),
    ),
    Function::row(
        "to_char",
        &[Type::INT8, Type::TEXT],
        Type::TEXT,
        |_, values| of_integer(values),
    ),
    Function::row(
        "to_char",
        &[Type::NUMERIC, Type::TEXT],
        Type::TEXT,
        |_, values| to_char(values.numeric(0), Template::read(values.text(1))?),
    ),
    Function::row(
        "to_char",
        &[Type::FLOAT4, Type::TEXT],
        Type::TEXT,
        |_, values| of_float(values, 6),
    ),
    Function::row(
        "to_char",
        &[Type::FLOAT8, Type::TEXT],
        Type::TEXT,
        |_, values| of_float(values, 15),
    ),
];

fn of_integer(values: &[Value]) -> Result<Value> {
    let number = Numeric::Number(BigDecimal::from(values.int(0)));
    to_char(&number, Template::read(values.text(1))?)
}

/// A float, of which no more digits are shown than it has.
fn of_float(values: &[Value], digits: usize) -> Result<Value> {
    let (number, mut template) = (values.float(0), Template::read(values.text(1))?);
    let numeric = match number {
        number if number.is_nan() => Numeric::NaN,
        f64::INFINITY => Numeric::Infinity,
        f64::NEG_INFINITY => Numeric::NegativeInfinity,
        number => {
            let before = format!("{:.0}", number.abs()).len();
            template.behind = template.behind.min(digits.saturating_sub(before));
            format!("{number:e}").parse()?
        }
    };
    to_char(&numeric, template)
}

fn to_char(number: &Numeric, template: Template) -> Result<Value> {
    if template.is_roman {
        return Ok(Value::text(Shown::roman(number, template)));
    }
    if template.has_exponent {
        return Ok(Value::text(scientific(number, template.behind)));
    }
    Ok(Value::text(Shown::new(number, template).written()))
}

/// A number as it is being written.
struct Shown {
    template: Template,
    is_negative: bool,
    /// The digits with their point.
    digits: Vec<char>,
    /// The digit that comes next.
    next: usize,
    /// The place of the last digit that is not a zero at the end, for `FM`.
    last_relevant: Option<usize>,
    /// How many blanks or zeros stand before the digits.
    leading: usize,
    /// How many places were written.
    places: usize,
    has_sign: bool,
    is_in_number: bool,
    out: String,
}

impl Shown {
    fn new(number: &Numeric, mut template: Template) -> Self {
        let (is_negative, mut digits) = match number {
            Numeric::Number(number) => {
                let shifted = match template.shift {
                    0 => number.clone(),
                    shift => number * BigDecimal::from_bigint(1.into(), -(shift as i64)),
                };
                let rounded =
                    shifted.with_scale_round(template.behind as i64, RoundingMode::HalfUp);
                (rounded.is_negative(), rounded.abs().to_plain_string())
            }
            Numeric::NegativeInfinity => (true, "Infinity".to_owned()),
            other => (false, other.to_string()),
        };
        template.before += template.shift;
        let whole = digits.find('.').unwrap_or(digits.len());
        let leading = template.before.saturating_sub(whole);
        if whole > template.before {
            let hashes = |count: usize| "#".repeat(count);
            digits = format!("{}.{}", hashes(template.before), hashes(template.behind));
        }
        let mut shown = Self {
            is_negative,
            digits: digits.chars().collect(),
            next: 0,
            last_relevant: None,
            leading,
            places: 0,
            has_sign: false,
            is_in_number: false,
            out: String::new(),
            template,
        };
        shown.prepare();
        shown
    }

    fn prepare(&mut self) {
        let template = &mut self.template;
        if template.has_plus || template.has_minus {
            self.has_sign = template.has_minus || !template.has_plus;
        } else {
            if !self.is_negative && template.is_bare {
                template.has_brackets = false;
            }
            self.has_sign = !self.is_negative && template.is_bare && template.sign.is_none();
            let is_at_end = template.before == template.before_sign;
            if template.sign == Some(SignPlace::Before) && is_at_end {
                template.sign = Some(SignPlace::Behind);
            }
        }
        if template.is_bare && template.has_point {
            let from = template
                .zero_end
                .saturating_sub(self.leading)
                .min(self.digits.len());
            let point = self.digits[from..].iter().position(|c| *c == '.');
            // What is searched for the point begins where a zero is asked for.
            self.last_relevant = point.map(|point| {
                let point = from + point;
                let behind = self.digits[point + 1..].iter().rposition(|c| *c != '0');
                behind.map_or(point, |at| point + 1 + at)
            });
        }
    }

    /// The leading zero of `0.1`, which is not shown where no `0` asks for it.
    fn is_silent_zero(&self) -> bool {
        self.template.zero_start.is_none()
            && self.next == 0
            && self.digits.first() == Some(&'0')
            && self.template.behind != 0
    }

    fn ends_at_point(&self) -> bool {
        self.last_relevant
            .is_some_and(|last| self.digits[last] == '.')
    }

    fn written(mut self) -> String {
        let parts = self.template.parts.clone();
        let is_bare = self.template.is_bare;
        for part in parts {
            match part {
                Part::Nine | Part::Zero | Part::Point => self.place(part),
                Part::Group if self.is_in_number => self.out.push(','),
                Part::Group if !is_bare => self.out.push(' '),
                Part::Currency => self.out.push(' '),
                Part::Minus if self.is_negative => self.out.push('-'),
                Part::Plus if !self.is_negative => self.out.push('+'),
                Part::Minus | Part::Plus if !is_bare => self.out.push(' '),
                Part::PlusMinus => self.out.push(if self.is_negative { '-' } else { '+' }),
                Part::Ordinal { is_lower } => {
                    let is_whole = !self.template.has_point && self.digits[0] != '#';
                    if is_whole && !self.is_negative {
                        let case = if is_lower { Case::Lower } else { Case::Upper };
                        let digits: String = self.digits.iter().collect();
                        self.out.push_str(&ordinal(&digits, case));
                    }
                }
                Part::Character(c) => self.out.push(c),
                _ => (),
            }
        }
        self.out
    }

    /// Writes what stands at a `9`, a `0` or a point.
    fn place(&mut self, part: Part) {
        self.is_in_number = false;
        let zero_start = self.template.zero_start;
        let is_in_digits = self.places >= self.leading || zero_start == Some(self.places);
        if !self.has_sign && is_in_digits && (!self.is_silent_zero() || self.ends_at_point()) {
            self.sign_before();
        }
        let starts_later = zero_start.is_none_or(|start| start > self.places);
        if self.places < self.leading && starts_later {
            self.blank();
        } else if self.places < self.leading {
            self.out.push('0');
            self.is_in_number = true;
        } else {
            self.digit(part);
        }
        self.sign_behind();
        self.places += 1;
    }

    fn blank(&mut self) {
        if !self.template.is_bare {
            self.out.push(' ');
        }
    }

    fn sign_before(&mut self) {
        match (self.template.sign, self.template.has_brackets) {
            (Some(SignPlace::Before), _) => {
                self.out.push(if self.is_negative { '-' } else { '+' });
            }
            (Some(SignPlace::Behind), _) => return,
            (None, true) => self.out.push(if self.is_negative { '<' } else { ' ' }),
            (None, false) if self.is_negative => self.out.push('-'),
            (None, false) => self.blank(),
        }
        self.has_sign = true;
    }

    fn digit(&mut self, part: Part) {
        let is_irrelevant =
            self.last_relevant.is_some_and(|last| self.next > last) && part != Part::Zero;
        match self.digits.get(self.next) {
            None => (),
            Some('.') => self.out.push('.'),
            Some(_) if is_irrelevant => (),
            Some(_) if self.is_silent_zero() => match self.template.is_bare {
                false => self.out.push(' '),
                true if self.ends_at_point() => self.out.push('0'),
                true => (),
            },
            Some(digit) => {
                self.out.push(*digit);
                self.is_in_number = true;
            }
        }
        self.next += usize::from(self.next < self.digits.len());
    }

    /// A sign behind the last place.
    fn sign_behind(&mut self) {
        let template = &self.template;
        let mut count = (template.behind + template.before).saturating_sub(1);
        // The place of a sign counts as one where no blank does.
        count += usize::from(!self.counts_sign_place());
        let mut end = count + usize::from(self.leading > 0) + usize::from(template.has_point);
        if self.last_relevant.is_some_and(|last| last == self.next) {
            end = self.places;
        }
        if self.places + 1 != end {
            return;
        }
        if self.has_sign && template.has_brackets {
            self.out.push(if self.is_negative { '>' } else { ' ' });
        } else if template.sign == Some(SignPlace::Behind) {
            self.out.push(if self.is_negative { '-' } else { '+' });
        }
    }

    /// Whether the sign was needless from the beginning, or has a blank's place.
    fn counts_sign_place(&self) -> bool {
        let template = &self.template;
        let needs_none = match template.has_plus || template.has_minus {
            true => template.has_minus || !template.has_plus,
            false => !self.is_negative && template.is_bare && template.sign.is_none(),
        };
        needs_none || self.leading > 0
    }

    /// A number from 1 to 3999 in Roman digits.
    fn roman(number: &Numeric, template: Template) -> String {
        const DIGITS: [(u32, &str); 13] = [
            (1_000, "M"),
            (900, "CM"),
            (500, "D"),
            (400, "CD"),
            (100, "C"),
            (90, "XC"),
            (50, "L"),
            (40, "XL"),
            (10, "X"),
            (9, "IX"),
            (5, "V"),
            (4, "IV"),
            (1, "I"),
        ];
        let rounded = match number {
            Numeric::Number(number) => {
                let rounded = number.with_scale_round(0, RoundingMode::HalfUp);
                rounded.to_plain_string().parse().unwrap_or(0)
            }
            _ => 0,
        };
        let mut roman = String::new();
        match rounded {
            mut rest @ 1..4_000 => {
                for (value, digits) in DIGITS {
                    while rest >= value {
                        roman.push_str(digits);
                        rest -= value;
                    }
                }
            }
            _ => roman = "#".repeat(15),
        }
        let mut out = String::new();
        for part in &template.parts {
            match part {
                Part::Roman { is_lower } => {
                    let spelled = match is_lower {
                        true => roman.to_ascii_lowercase(),
                        false => roman.clone(),
                    };
                    let width = if template.is_bare { 0 } else { 15 };
                    out.push_str(&format!("{spelled:>width$}"));
                }
                Part::Character(c) => out.push(*c),
                _ => (),
            }
        }
        out
    }
}

/// ` 4.86e-04`
fn scientific(number: &Numeric, places: usize) -> String {
    let Numeric::Number(number) = number else {
        return format!(" #.{}", "#".repeat(places + 4));
    };
    let digits = i64::try_from(number.digits()).unwrap_or(i64::MAX);
    let exponent = match number.is_zero() {
        true => 0,
        false => digits - number.fractional_digit_count() - 1,
    };
    let round = |exponent: i64| {
        let mantissa = number * BigDecimal::from_bigint(1.into(), exponent);
        mantissa.with_scale_round(places as i64, RoundingMode::HalfUp)
    };
    // 9.99 may become 10.
    let (mantissa, exponent) = match round(exponent) {
        mantissa if mantissa.abs() >= 10 => (round(exponent + 1), exponent + 1),
        mantissa => (mantissa, exponent),
    };
    let blank = if mantissa.is_negative() { "" } else { " " };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!(
        "{blank}{}e{sign}{:02}",
        mantissa.to_plain_string(),
        exponent.abs()
    )
}
