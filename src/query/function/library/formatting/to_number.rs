//! `to_number`. The rules of which characters count are those of
//! `NUM_numpart_from_char` in PostgreSQL's `formatting.c`.

use bigdecimal::BigDecimal;

use super::numeral::{Part, SignPlace, Template};
use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::query::function::{Arguments, Function};
use crate::relation::{Numeric, Type, Value};

pub(in crate::query::function::library) static TO_NUMBER: &[Function] = &[Function::row(
    "to_number",
    &[Type::TEXT, Type::TEXT],
    Type::NUMERIC,
    |_, values| {
        let template = Template::read(values.text(1))?;
        if template.is_roman {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "\"RN\" not supported for input",
            ));
        }
        if template.has_exponent {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "\"EEEE\" not supported for input",
            ));
        }
        Reader::new(&template, values.text(0)).read()
    },
)];

struct Reader<'a> {
    template: &'a Template,
    rest: &'a str,
    sign: Option<char>,
    digits: String,
    /// Digits behind the point, once it was read.
    behind: Option<usize>,
}

impl<'a> Reader<'a> {
    fn new(template: &'a Template, text: &'a str) -> Self {
        Self {
            template,
            rest: text,
            sign: None,
            digits: String::new(),
            behind: None,
        }
    }

    fn first(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn skip(&mut self) {
        let mut chars = self.rest.chars();
        chars.next();
        self.rest = chars.as_str();
    }

    /// Skips so many characters, but none that can belong to a number.
    fn skip_others(&mut self, count: usize) {
        for _ in 0..count {
            match self.first() {
                Some(c) if !matches!(c, '0'..='9' | '.' | ',' | '+' | '-') => self.skip(),
                _ => return,
            }
        }
    }

    fn read(mut self) -> Result<Value> {
        for part in &self.template.parts {
            let Some(c) = self.first() else {
                break;
            };
            match part {
                Part::Nine | Part::Zero | Part::Point => self.place(*part),
                Part::Group if c == ',' => self.skip(),
                Part::Minus if c == '-' => self.take_sign(),
                Part::Plus if c == '+' => self.take_sign(),
                Part::PlusMinus if matches!(c, '+' | '-') => self.take_sign(),
                Part::Minus | Part::Plus | Part::PlusMinus => self.skip_others(1),
                Part::Currency | Part::Character(_) => self.skip_others(1),
                Part::Ordinal { .. } => self.skip_others(2),
                _ => (),
            }
        }
        let spelled = format!(
            "{}{}",
            self.sign.unwrap_or(' '),
            self.digits.trim_end_matches('.')
        );
        match spelled.parse::<Numeric>() {
            Ok(Numeric::Number(number)) => {
                let shift = BigDecimal::from_bigint(1.into(), self.template.shift as i64);
                Ok(Value::Numeric(Numeric::new(number * shift)?.into()))
            }
            _ => Err(Error::new(
                ErrorKind::InvalidValue(Fault::Text),
                format!("invalid input syntax for type numeric: \"{spelled}\""),
            )),
        }
    }

    fn take_sign(&mut self) {
        self.sign = self.first();
        self.skip();
    }

    /// Reads what stands at a `9`, a `0` or a point, and a sign beside it.
    fn place(&mut self, part: Part) {
        if self.first() == Some(' ') {
            self.skip();
        }
        let has_digits = self.digits.contains(|c: char| c.is_ascii_digit());
        if self.sign.is_none() && !has_digits && part != Part::Point {
            match self.first() {
                Some('+' | '-') => self.take_sign(),
                Some('<') if self.template.has_brackets => {
                    self.sign = Some('-');
                    self.skip();
                }
                _ => (),
            }
        }
        let mut is_read = false;
        match self.first() {
            Some(digit @ '0'..='9') => {
                if self.behind == Some(self.template.behind) {
                    return;
                }
                self.digits.push(digit);
                self.behind = self.behind.map(|count| count + 1);
                self.skip();
                is_read = true;
            }
            Some('.') if self.template.has_point && self.behind.is_none() => {
                self.digits.push('.');
                self.behind = Some(0);
                self.skip();
                is_read = true;
            }
            _ => (),
        }
        let has_digits = self.digits.contains(|c: char| c.is_ascii_digit());
        let template = self.template;
        if self.sign.is_some() || !has_digits || !matches!(self.first(), Some('+' | '-')) {
            return;
        }
        let is_last = !self.rest[1..].starts_with(|c: char| c.is_ascii_digit());
        let is_asked = matches!(template.sign, Some(SignPlace::Before | SignPlace::Behind));
        let is_unasked = template.sign.is_none() && !template.has_plus && !template.has_minus;
        if is_asked && is_read && is_last || is_unasked && !is_read {
            self.take_sign();
        }
    }
}
