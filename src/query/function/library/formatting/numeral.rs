//! Templates of numbers.

use crate::error::{Error, ErrorKind, Result};

/// A part of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// `9`
    Nine,
    /// `0`
    Zero,
    /// `.` and `D`
    Point,
    /// `,` and `G`
    Group,
    /// `S`
    Sign,
    /// `MI`
    Minus,
    /// `PL`
    Plus,
    /// `SG`
    PlusMinus,
    /// `PR`
    Brackets,
    /// `L`
    Currency,
    /// `RN`, or `rn`
    Roman { is_lower: bool },
    /// `TH`, or `th`
    Ordinal { is_lower: bool },
    /// `V`
    Shift,
    /// `EEEE`
    Exponent,
    /// `B`
    Blank,
    /// `FM`
    Bare,
    /// What stands for itself.
    Character(char),
}

/// Where the sign is that belongs to the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignPlace {
    Before,
    Behind,
}

/// A template and what it says as a whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Template {
    pub(super) parts: Vec<Part>,
    /// Digits before the point.
    pub(super) before: usize,
    /// Digits behind the point.
    pub(super) behind: usize,
    /// By how many digits `V` shifts.
    pub(super) shift: usize,
    /// The number of the digit from which on zeros are shown, and of the last `0`.
    pub(super) zero_start: Option<usize>,
    pub(super) zero_end: usize,
    pub(super) sign: Option<SignPlace>,
    /// Digits before an `S` that has no point before it.
    pub(super) before_sign: usize,
    pub(super) has_point: bool,
    pub(super) has_shift: bool,
    pub(super) has_minus: bool,
    pub(super) has_plus: bool,
    pub(super) has_brackets: bool,
    pub(super) is_bare: bool,
    pub(super) is_blank: bool,
    pub(super) is_roman: bool,
    pub(super) has_exponent: bool,
}

const PARTS: &[(&str, &str, Part)] = &[
    (",", ",", Part::Group),
    (".", ".", Part::Point),
    ("0", "0", Part::Zero),
    ("9", "9", Part::Nine),
    ("B", "b", Part::Blank),
    ("D", "d", Part::Point),
    ("EEEE", "eeee", Part::Exponent),
    ("FM", "fm", Part::Bare),
    ("G", "g", Part::Group),
    ("L", "l", Part::Currency),
    ("MI", "mi", Part::Minus),
    ("PL", "pl", Part::Plus),
    ("PR", "pr", Part::Brackets),
    ("SG", "sg", Part::PlusMinus),
    ("S", "s", Part::Sign),
    ("V", "v", Part::Shift),
];

fn refused(message: &str) -> Error {
    Error::new(ErrorKind::Syntax, message)
}

impl Template {
    /// Takes a template apart.
    ///
    /// # Errors
    /// 42601 for parts that do not go together.
    pub(super) fn read(text: &str) -> Result<Self> {
        let mut template = Self::default();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix('"') {
                rest = after;
                let mut is_escaped = false;
                for c in after.chars() {
                    rest = &rest[c.len_utf8()..];
                    match c {
                        '"' if !is_escaped => break,
                        '\\' if !is_escaped => is_escaped = true,
                        c => {
                            template.parts.push(Part::Character(c));
                            is_escaped = false;
                        }
                    }
                }
                continue;
            }
            let (part, length) = part(rest).unwrap_or((Part::Character(c), c.len_utf8()));
            rest = &rest[length..];
            template.add(part)?;
        }
        Ok(template)
    }

    fn add(&mut self, part: Part) -> Result<()> {
        if self.has_exponent && part != Part::Exponent {
            return Err(refused("\"EEEE\" must be the last pattern used"));
        }
        self.parts.push(part);
        let has_sign = self.sign.is_some();
        match part {
            Part::Nine if self.has_brackets => {
                return Err(refused("\"9\" must be ahead of \"PR\""));
            }
            Part::Nine if self.has_shift => self.shift += 1,
            Part::Nine if self.has_point => self.behind += 1,
            Part::Nine => self.before += 1,
            Part::Zero if self.has_brackets => {
                return Err(refused("\"0\" must be ahead of \"PR\""));
            }
            Part::Zero => {
                if !self.has_point && self.zero_start.is_none() {
                    self.zero_start = Some(self.before);
                }
                match self.has_point {
                    true => self.behind += 1,
                    false => self.before += 1,
                }
                self.zero_end = self.before + self.behind;
            }
            Part::Blank => {
                self.is_blank |= self.before == 0 && self.behind == 0 && self.zero_start.is_none();
            }
            Part::Point if self.has_point => return Err(refused("multiple decimal points")),
            Part::Point if self.has_shift => {
                return Err(refused("cannot use \"V\" and decimal point together"));
            }
            Part::Point => self.has_point = true,
            Part::Bare => self.is_bare = true,
            Part::Sign if has_sign => return Err(refused("cannot use \"S\" twice")),
            Part::Sign if self.has_plus || self.has_minus || self.has_brackets => {
                return Err(refused(
                    "cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together",
                ));
            }
            Part::Sign if self.has_point => self.sign = Some(SignPlace::Behind),
            Part::Sign => {
                self.sign = Some(SignPlace::Before);
                self.before_sign = self.before;
            }
            Part::Minus | Part::Plus | Part::PlusMinus if has_sign => {
                let name = match part {
                    Part::Minus => "MI",
                    Part::Plus => "PL",
                    _ => "SG",
                };
                return Err(refused(&format!(
                    "cannot use \"S\" and \"{name}\" together"
                )));
            }
            Part::Minus => self.has_minus = true,
            Part::Plus => self.has_plus = true,
            Part::PlusMinus => (self.has_minus, self.has_plus) = (true, true),
            Part::Brackets if has_sign || self.has_plus || self.has_minus => {
                return Err(refused(
                    "cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together",
                ));
            }
            Part::Brackets => self.has_brackets = true,
            Part::Roman { .. } => self.is_roman = true,
            Part::Shift if self.has_point => {
                return Err(refused("cannot use \"V\" and decimal point together"));
            }
            Part::Shift => self.has_shift = true,
            Part::Exponent if self.has_exponent => {
                return Err(refused("cannot use \"EEEE\" twice"));
            }
            Part::Exponent => {
                let has_other = self.is_blank || self.is_bare || has_sign || self.has_brackets;
                if has_other || self.has_minus || self.has_plus || self.is_roman || self.has_shift {
                    return Err(
                        refused("\"EEEE\" is incompatible with other formats").with_detail(
                            "\"EEEE\" may only be used together with digit and decimal point patterns.",
                        ),
                    );
                }
                self.has_exponent = true;
            }
            Part::Group | Part::Currency | Part::Ordinal { .. } | Part::Character(_) => (),
        }
        Ok(())
    }
}

fn part(text: &str) -> Option<(Part, usize)> {
    for (upper, lower, roman) in [("RN", "rn", true), ("TH", "th", false)] {
        for (name, is_lower) in [(upper, false), (lower, true)] {
            if text.starts_with(name) {
                let part = match roman {
                    true => Part::Roman { is_lower },
                    false => Part::Ordinal { is_lower },
                };
                return Some((part, name.len()));
            }
        }
    }
    let is = |(upper, lower, _): &&(&str, &str, Part)| {
        text.starts_with(upper) || text.starts_with(lower)
    };
    PARTS
        .iter()
        .find(is)
        .map(|(name, _, part)| (*part, name.len()))
}
