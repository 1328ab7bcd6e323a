//! An expression and its matches.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use fancy_regex::{Regex as Engine, RegexBuilder};

use super::translate::translate;
use crate::error::{Error, ErrorKind, Limit, Result, Value as Fault};
use crate::query::function::Call;

/// How many expressions a thread keeps ready, as PostgreSQL does.
const KEPT: usize = 32;

/// How many matches are found before it is asked whether they are wanted, and whether
/// there is room for them.
const UNASKED_MATCHES: usize = 1 << 10;

/// How an expression is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::query) struct Options {
    /// `g`: all matches and not the first only. It is for the function to heed.
    pub(in crate::query) is_global: bool,
    /// `i`: upper and lower case are the same.
    pub(in crate::query) ignores_case: bool,
    /// `q`: a text, in which nothing has a meaning.
    pub(in crate::query) is_literal: bool,
    /// `x`: blanks and comments do not count.
    pub(in crate::query) is_expanded: bool,
    /// `n`, `p`: `.` and `[^…]` do not match the end of a line.
    pub(in crate::query) dot_stops: bool,
    /// `n`, `w`: `^` and `$` match at lines.
    pub(in crate::query) is_by_line: bool,
}

impl Options {
    /// The letters of an argument `flags`.
    ///
    /// # Errors
    /// 22023 for a letter that is none.
    pub(in crate::query) fn read(flags: &str) -> Result<Self> {
        let mut options = Self::default();
        for flag in flags.chars() {
            if flag == 'g' {
                options.is_global = true;
            } else if !options.set(flag) {
                return Err(Error::new(
                    ErrorKind::InvalidValue(Fault::Parameter),
                    format!("invalid regular expression option: \"{flag}\""),
                ));
            }
        }
        Ok(options)
    }

    /// Heeds a letter; false for what is none.
    pub(super) fn set(&mut self, flag: char) -> bool {
        match flag {
            'b' | 'e' | 't' => (),
            'c' => self.ignores_case = false,
            'i' => self.ignores_case = true,
            'm' | 'n' => (self.dot_stops, self.is_by_line) = (true, true),
            'p' => (self.dot_stops, self.is_by_line) = (true, false),
            'q' => self.is_literal = true,
            's' => (self.dot_stops, self.is_by_line) = (false, false),
            'w' => (self.dot_stops, self.is_by_line) = (false, true),
            'x' => self.is_expanded = true,
            _ => return false,
        }
        true
    }
}

/// A regular expression, ready to be looked for.
pub(in crate::query) struct Regex {
    first: Engine,
    /// Finds the longest of several alternatives, where that is another one.
    longest: Option<Engine>,
}

/// Where a match and each of its groups is (in bytes).
pub(in crate::query) type Groups = Vec<Option<Range<usize>>>;

thread_local! {
    static CACHE: RefCell<Vec<(String, Options, Rc<Regex>)>> = const { RefCell::new(Vec::new()) };
}

impl Regex {
    /// The expression; one that was asked for lately is at hand.
    ///
    /// # Errors
    /// 2201B for what is none.
    pub(in crate::query) fn new(pattern: &str, options: Options) -> Result<Rc<Self>> {
        let kept = CACHE.with_borrow_mut(|cache| {
            let is = |(text, with, _): &(String, Options, _)| text == pattern && *with == options;
            let found = cache.iter().position(is)?;
            cache[..=found].rotate_right(1);
            Some(cache[0].2.clone())
        });
        if let Some(kept) = kept {
            return Ok(kept);
        }
        let made = Rc::new(Self::compile(pattern, options)?);
        CACHE.with_borrow_mut(|cache| {
            cache.truncate(KEPT - 1);
            cache.insert(0, (pattern.to_owned(), options, made.clone()));
        });
        Ok(made)
    }

    fn compile(pattern: &str, options: Options) -> Result<Self> {
        let translated = translate(pattern, options)?;
        let build = |longest| {
            RegexBuilder::new(&translated.pattern)
                .leftmost_longest(longest)
                .build()
                .map_err(|error| refused("quantifier operand invalid").with_source(error))
        };
        Ok(Self {
            first: build(false)?,
            longest: translated.has_choice.then(|| build(true)).transpose()?,
        })
    }

    /// Whether there is a match.
    ///
    /// # Errors
    /// 54001 when it takes too many steps to tell.
    pub(in crate::query) fn is_match(&self, text: &str) -> Result<bool> {
        self.first.is_match(text).map_err(too_complex)
    }

    /// The first match that begins at this byte or behind it.
    ///
    /// # Errors
    /// 54001 when it takes too many steps to find it.
    pub(in crate::query) fn find(&self, text: &str, from: usize) -> Result<Option<Groups>> {
        let engine = self.longest.as_ref().unwrap_or(&self.first);
        let found = engine.captures_from_pos(text, from).map_err(too_complex)?;
        Ok(found.map(|groups| {
            groups
                .iter()
                .map(|group| group.map(|group| group.start()..group.end()))
                .collect()
        }))
    }

    /// All matches, one behind the other; behind an empty one the next character
    /// is tried.
    ///
    /// # Errors
    /// As [`Regex::find`]; 57014 when nobody waits for them any more, 54000 and 53200
    /// when there are too many.
    pub(in crate::query) fn find_all(
        &self,
        call: &Call<'_>,
        text: &str,
        from: usize,
    ) -> Result<Vec<Groups>> {
        let mut all: Vec<Groups> = Vec::new();
        let mut at = Some(from);
        while let Some(start) = at
            && let Some(groups) = self.find(text, start)?
        {
            let whole = groups[0].clone().expect("a match has a place");
            at = match whole.is_empty() {
                false => Some(whole.end),
                true => text[whole.end..]
                    .chars()
                    .next()
                    .map(|c| whole.end + c.len_utf8()),
            };
            if all.len().is_multiple_of(UNASKED_MATCHES) {
                call.go_on(all.len() * (size_of_val(&groups) + size_of_val(&groups[..])))?;
            }
            all.push(groups);
        }
        Ok(all)
    }
}

/// What PostgreSQL says of an expression that is none (2201B).
pub(super) fn refused(why: &str) -> Error {
    Error::new(
        ErrorKind::InvalidValue(Fault::RegularExpression),
        format!("invalid regular expression: {why}"),
    )
}

fn too_complex(error: fancy_regex::Error) -> Error {
    Error::new(
        ErrorKind::LimitExceeded(Limit::StatementComplexity),
        "regular expression failed: regular expression is too complex",
    )
    .with_source(error)
}
