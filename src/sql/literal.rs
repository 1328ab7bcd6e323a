//! Constants, as they are written.

use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed, fold, unsupported_at};
use super::data_type::{accept_name, data_type, is_field};
use super::statement::Location;
use crate::schema::{Literal, is_reserved};

/// Reads the constant of a `DEFAULT`.
///
/// Parentheses around it and casts behind it are read and dropped: a default
/// is made a value of its column's type anyway.
///
/// # Errors
/// 42601 when there is none, 42704 for an unknown type.
pub(super) fn constant(cursor: &mut Cursor<'_>) -> Parsed<Literal> {
    let location = cursor.location();
    let mut open = 0_usize;
    while cursor.accept_sign(&Token::LParen) {
        open += 1;
    }
    let literal = bare(cursor, location)?;
    loop {
        if cursor.accept_sign(&Token::DoubleColon) {
            data_type(cursor)?;
        } else if open > 0 && cursor.accept_sign(&Token::RParen) {
            open -= 1;
        } else {
            break;
        }
    }
    if is_operator(cursor.token()) {
        return expression(location);
    }
    if open > 0 {
        return Err(cursor.unexpected("\")\"").into());
    }
    Ok(literal)
}

/// Reads a constant without parentheses and casts.
fn bare(cursor: &mut Cursor<'_>, location: Location) -> Parsed<Literal> {
    if let Some(text) = cursor.string()? {
        return Ok(Literal::String(text));
    }
    if let Some(number) = cursor.number() {
        return Ok(Literal::Number(number));
    }
    if cursor.accept("NULL") {
        return Ok(Literal::Null);
    }
    if cursor.accept("TRUE") {
        return Ok(Literal::Boolean(true));
    }
    if cursor.accept("FALSE") {
        return Ok(Literal::Boolean(false));
    }
    match cursor.token() {
        Token::Word(word) if begins_expression(&fold(word)) => match typed(cursor)? {
            Some(literal) => Ok(literal),
            None => expression(location),
        },
        Token::Minus | Token::Plus if matches!(cursor.second(), Token::LParen | Token::Word(_)) => {
            expression(location)
        }
        _ => Err(cursor.unexpected("a constant").into()),
    }
}

/// Reads `DATE '2024-01-01'`. Nothing when it is something else.
fn typed(cursor: &mut Cursor<'_>) -> Parsed<Option<Literal>> {
    let mark = cursor.mark();
    if accept_name(cursor)
        && let Some(text) = cursor.string()?
        && !is_field(cursor)
    {
        let behind = cursor.mark();
        cursor.reset(mark);
        data_type(cursor)?;
        cursor.reset(behind);
        return Ok(Some(Literal::String(text)));
    }
    cursor.reset(mark);
    Ok(None)
}

fn begins_expression(word: &str) -> bool {
    !is_reserved(word)
        || word.starts_with("current_")
        || matches!(
            word,
            "array" | "case" | "cast" | "localtime" | "localtimestamp" | "session_user" | "user"
        )
}

fn is_operator(token: &Token) -> bool {
    matches!(
        token,
        Token::Plus
            | Token::Minus
            | Token::Mul
            | Token::Div
            | Token::Mod
            | Token::Caret
            | Token::StringConcat
            | Token::Eq
            | Token::Neq
            | Token::Lt
            | Token::Gt
            | Token::LtEq
            | Token::GtEq
            | Token::Arrow
            | Token::LongArrow
            | Token::LBracket
    )
}

fn expression<T>(location: Location) -> Parsed<T> {
    unsupported_at(
        location,
        "a default that is an expression",
        "A default must be a constant: a number, a string in single quotes, TRUE, FALSE or NULL.",
    )
}
