//! Types, as they are written.

use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed};
use crate::schema::DataType;

/// Reads a type.
///
/// # Errors
/// 42601 when there is none, 42704 when it is unknown, those of
/// [`DataType`]'s `FromStr` otherwise.
pub(super) fn data_type(cursor: &mut Cursor<'_>) -> Parsed<DataType> {
    let location = cursor.location();
    let data_type = spelling(cursor)?.parse::<DataType>();
    Ok(data_type.map_err(|error| error.at(location.0))?)
}

/// Reads the words of a type: `numeric(10,2)`, `timestamp(3) with time zone`,
/// in lower case and with single blanks.
///
/// # Errors
/// 42601 when they are no type's.
pub(super) fn spelling(cursor: &mut Cursor<'_>) -> Parsed<String> {
    if is_nested(cursor) {
        return nested(cursor);
    }
    // A dump names the catalog of the types that everybody has.
    if cursor.is("pg_catalog") && cursor.second() == &Token::Period {
        cursor.advance();
        cursor.advance();
    }
    // MySQL's name of a type, and a reserved word of PostgreSQL's.
    let mut text = match cursor.accept("BINARY") {
        true => "binary".to_owned(),
        false => cursor.name("a type")?.0,
    };
    let second: &[&str] = match text.as_str() {
        "double" => &["PRECISION"],
        "character" | "char" | "nchar" | "bit" => &["VARYING"],
        "national" => &["CHARACTER", "CHAR"],
        _ => &[],
    };
    for word in second {
        append(cursor, word, &mut text);
    }
    if text.starts_with("national ") {
        append(cursor, "VARYING", &mut text);
    }
    modifiers(cursor, &mut text)?;
    if text.starts_with("time") {
        for words in [["WITH", "TIME", "ZONE"], ["WITHOUT", "TIME", "ZONE"]] {
            if cursor.accept_all(&words) {
                for word in words {
                    text.push(' ');
                    text.push_str(&word.to_ascii_lowercase());
                }
            }
        }
    }
    if text.starts_with("interval") && is_field(cursor) {
        return cursor.unsupported(
            "a field of an interval",
            "Use INTERVAL, which has all fields.",
        );
    }
    if cursor.token() == &Token::LBracket || cursor.is("ARRAY") {
        return nested(cursor);
    }
    Ok(text)
}

/// Whether a field of an interval is next.
pub(super) fn is_field(cursor: &Cursor<'_>) -> bool {
    ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"]
        .iter()
        .any(|word| cursor.is(word))
}

fn is_nested(cursor: &Cursor<'_>) -> bool {
    ["STRUCT", "MAP", "ARRAY", "ROW", "SETOF"]
        .iter()
        .any(|word| cursor.is(word))
}

fn nested<T>(cursor: &Cursor<'_>) -> Parsed<T> {
    cursor.unsupported(
        "a nested type",
        "Use JSONB for a value that has parts, or a column for each part.",
    )
}

fn append(cursor: &mut Cursor<'_>, word: &str, text: &mut String) {
    if cursor.accept(word) {
        text.push(' ');
        text.push_str(&word.to_ascii_lowercase());
    }
}

fn modifiers(cursor: &mut Cursor<'_>, text: &mut String) -> Parsed<()> {
    if !cursor.accept_sign(&Token::LParen) {
        return Ok(());
    }
    let numbers = cursor.list(|cursor| {
        let mark = cursor.mark();
        match cursor.number() {
            Some(number) if number.bytes().all(|b| b.is_ascii_digit() || b == b'-') => Ok(number),
            _ => {
                cursor.reset(mark);
                Err(cursor.unexpected("a whole number").into())
            }
        }
    })?;
    cursor.expect_sign(&Token::RParen)?;
    text.push('(');
    text.push_str(&numbers.join(","));
    text.push(')');
    Ok(())
}
