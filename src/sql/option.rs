//! `WITH (key = value, …)` and its likes.

use std::collections::HashSet;

use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed, fold};
use super::statement::{Location, OptionValue, OptionWord};
use crate::error::{Error, ErrorKind, Value};
use crate::schema::check_name;

/// Reads `(key = value, …)`.
///
/// # Errors
/// 42601, and 22023 for a key that is there twice.
pub(super) fn options(cursor: &mut Cursor<'_>) -> Parsed<Vec<OptionWord>> {
    cursor.expect_sign(&Token::LParen)?;
    let options = cursor.list(option)?;
    cursor.expect_sign(&Token::RParen)?;
    let mut seen = HashSet::new();
    for option in &options {
        if !seen.insert(&option.key) {
            return Err(Error::new(
                ErrorKind::InvalidValue(Value::Parameter),
                format!("parameter \"{}\" specified more than once", option.key),
            )
            .at(option.location.0)
            .into());
        }
    }
    Ok(options)
}

/// Reads `(key, …)`.
///
/// # Errors
/// 42601.
pub(super) fn keys(cursor: &mut Cursor<'_>) -> Parsed<Vec<(String, Location)>> {
    cursor.expect_sign(&Token::LParen)?;
    let keys = cursor.list(key)?;
    cursor.expect_sign(&Token::RParen)?;
    Ok(keys)
}

fn option(cursor: &mut Cursor<'_>) -> Parsed<OptionWord> {
    let (key, location) = key(cursor)?;
    let value = if cursor.accept_sign(&Token::Eq) {
        value(cursor)?
    } else {
        // As in PostgreSQL, the mere key turns an option on.
        OptionValue::Boolean(true)
    };
    Ok(OptionWord {
        key,
        value,
        location,
    })
}

/// Reads a key: words with dots between them, or a string.
fn key(cursor: &mut Cursor<'_>) -> Parsed<(String, Location)> {
    let location = cursor.location();
    let key = match cursor.string()? {
        Some(key) => key,
        None => {
            let (mut key, _) = cursor.label("an option")?;
            while cursor.accept_sign(&Token::Period) {
                let (part, _) = cursor.label("an option")?;
                key.push('.');
                key.push_str(&part);
            }
            key
        }
    };
    check_name(&key).map_err(|error| error.at(location.0))?;
    Ok((key, location))
}

fn value(cursor: &mut Cursor<'_>) -> Parsed<OptionValue> {
    if let Some(text) = cursor.string()? {
        return Ok(OptionValue::Text(text));
    }
    if let Some(number) = cursor.number() {
        return Ok(OptionValue::Number(number));
    }
    if cursor.accept("TRUE") {
        return Ok(OptionValue::Boolean(true));
    }
    if cursor.accept("FALSE") {
        return Ok(OptionValue::Boolean(false));
    }
    match cursor.token() {
        Token::Word(_) if cursor.is("NULL") => Err(cursor
            .unexpected("a value")
            .with_hint("An option goes away with RESET (option).")
            .into()),
        Token::Word(word) => {
            let text = fold(word);
            cursor.advance();
            Ok(OptionValue::Text(text))
        }
        _ => Err(cursor.unexpected("a value").into()),
    }
}
