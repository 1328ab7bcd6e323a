//! Texts that are like a pattern (PostgreSQL manual, 9.7).

use super::operator::binary;
use crate::error::{Error, ErrorKind, Result, Value as Flaw};
use crate::query::catalog::Catalog;
use crate::query::function::call::apply;
use crate::query::function::regex::{Options, Regex};
use crate::query::function::{Arguments, Call, Function};
use crate::query::typed::Typed;
use crate::query::types::Resolved;
use crate::relation::{Type, Value};

const TEXTS: &[Type] = &[Type::TEXT, Type::TEXT];
const NAME: &[Type] = &[Type::NAME, Type::TEXT];
const BPCHAR: &[Type] = &[Type::BPCHAR, Type::TEXT];
const BYTES: &[Type] = &[Type::BYTEA, Type::BYTEA];

/// The rows of an operator between a text and a pattern.
macro_rules! texts {
    ($symbol:literal, $body:expr) => {
        &[
            Function::row($symbol, TEXTS, Type::BOOL, $body),
            Function::row($symbol, NAME, Type::BOOL, $body),
            Function::row($symbol, BPCHAR, Type::BOOL, $body),
        ]
    };
}

pub(super) static TABLES: &[&[Function]] = &[
    texts!("~~", |_, values| liked(values, false, true)),
    texts!("!~~", |_, values| liked(values, false, false)),
    texts!("~~*", |_, values| liked(values, true, true)),
    texts!("!~~*", |_, values| liked(values, true, false)),
    texts!("~", |_, values| matched(values, false, true)),
    texts!("!~", |_, values| matched(values, false, false)),
    texts!("~*", |_, values| matched(values, true, true)),
    texts!("!~*", |_, values| matched(values, true, false)),
    texts!("^@", |_, values| {
        Ok(Value::Bool(values.text(0).starts_with(values.text(1))))
    }),
    &[
        Function::row("~~", BYTES, Type::BOOL, |_, values| {
            is_like(values.bytes(0), values.bytes(1)).map(Value::Bool)
        }),
        Function::row("!~~", BYTES, Type::BOOL, |_, values| {
            is_like(values.bytes(0), values.bytes(1)).map(|is_like| Value::Bool(!is_like))
        }),
    ],
];

/// Makes a pattern with the escape of its own one with a backslash.
static LIKE_ESCAPE: Function = Function::row("like_escape", TEXTS, Type::TEXT, like_escape);

/// `value [NOT] LIKE pattern [ESCAPE escape]`, or ILIKE.
///
/// # Errors
/// 42883 for what is no text; when it runs 22025.
pub(in crate::query) fn like(
    value: Typed,
    pattern: Typed,
    escape: Option<Typed>,
    case_insensitive: bool,
    negated: bool,
    catalog: &Catalog,
) -> Result<Typed> {
    let pattern = match escape {
        None => pattern,
        Some(escape) => {
            let escaping = Resolved {
                function: &LIKE_ESCAPE,
                parameters: TEXTS.to_vec(),
                returns: Type::TEXT,
                is_spread: false,
            };
            apply(escaping, vec![pattern, escape], catalog)?
        }
    };
    let symbol = match (negated, case_insensitive) {
        (false, false) => "~~",
        (true, false) => "!~~",
        (false, true) => "~~*",
        (true, true) => "!~~*",
    };
    binary(symbol, value, pattern, catalog)
}

fn liked(values: &[Value], ignores_case: bool, wanted: bool) -> Result<Value> {
    let characters = |text: &str| -> Vec<char> {
        match ignores_case {
            true => text.to_lowercase().chars().collect(),
            false => text.chars().collect(),
        }
    };
    let is_like = is_like(&characters(values.text(0)), &characters(values.text(1)))?;
    Ok(Value::Bool(is_like == wanted))
}

fn matched(values: &[Value], ignores_case: bool, wanted: bool) -> Result<Value> {
    let options = Options {
        ignores_case,
        ..Options::default()
    };
    let regex = Regex::new(values.text(1), options)?;
    Ok(Value::Bool(regex.is_match(values.text(0))? == wanted))
}

/// What patterns are of: characters, or bytes.
trait Letter: PartialEq + Copy {
    const MANY: Self;
    const ONE: Self;
    const ESCAPE: Self;
}

impl Letter for char {
    const MANY: Self = '%';
    const ONE: Self = '_';
    const ESCAPE: Self = '\\';
}

impl Letter for u8 {
    const MANY: Self = b'%';
    const ONE: Self = b'_';
    const ESCAPE: Self = b'\\';
}

/// Whether all of the text is as the pattern says: `%` stands for any text, `_` for
/// any letter, and what follows a backslash for itself.
///
/// # Errors
/// 22025 for a pattern that ends with a backslash, if that is reached.
fn is_like<T: Letter>(text: &[T], pattern: &[T]) -> Result<bool> {
    let (mut at, mut place) = (0, 0);
    // Where to go on if the text is not as it should be: the last `%` takes one more.
    let mut last = None;
    while at < text.len() {
        let step = match pattern.get(place) {
            Some(&letter) if letter == T::MANY => {
                place += 1;
                last = Some((at, place));
                continue;
            }
            Some(&letter) if letter == T::ONE => Some(1),
            Some(&letter) if letter == T::ESCAPE => match pattern.get(place + 1) {
                Some(&escaped) => (escaped == text[at]).then_some(2),
                None => {
                    return Err(Error::new(
                        ErrorKind::InvalidValue(Flaw::Escape),
                        "LIKE pattern must not end with escape character",
                    ));
                }
            },
            Some(&letter) => (letter == text[at]).then_some(1),
            None => None,
        };
        match (step, last) {
            (Some(step), _) => {
                at += 1;
                place += step;
            }
            (None, Some((taken, after))) => {
                at = taken + 1;
                place = after;
                last = Some((at, after));
            }
            (None, None) => return Ok(false),
        }
    }
    Ok(pattern[place..].iter().all(|letter| *letter == T::MANY))
}

fn like_escape(_call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let mut letters = values.text(1).chars();
    let (escape, more) = (letters.next(), letters.next());
    if more.is_some() {
        return Err(Error::new(
            ErrorKind::InvalidValue(Flaw::Escape),
            "invalid escape string",
        )
        .with_hint("Escape string must be empty or one character."));
    }
    let mut pattern = String::new();
    let mut is_escaped = false;
    for letter in values.text(0).chars() {
        if Some(letter) == escape && !is_escaped {
            pattern.push('\\');
            is_escaped = true;
            continue;
        }
        if letter == '\\' && !is_escaped {
            pattern.push('\\');
        }
        pattern.push(letter);
        is_escaped = false;
    }
    Ok(Value::text(pattern))
}
