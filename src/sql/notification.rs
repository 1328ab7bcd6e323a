//! `LISTEN`, `NOTIFY` and `UNLISTEN`.

use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed, fold};
use super::statement::Statement;
use crate::error::Result;
use crate::schema::{MAX_NAME_BYTES, Name, check_name, is_reserved};

/// How long the name of a channel may be (in bytes): it may be named after a stream and
/// its namespace.
pub const MAX_CHANNEL_BYTES: usize = 3 * MAX_NAME_BYTES;

/// `LISTEN channel`
pub(super) fn listen(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    Ok(Statement::Listen(channel(cursor)?))
}

/// `NOTIFY channel [, 'payload']`
pub(super) fn notify(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    let channel = channel(cursor)?;
    let payload = match cursor.accept_sign(&Token::Comma) {
        true => cursor.expect_string()?,
        false => String::new(),
    };
    Ok(Statement::Notify { channel, payload })
}

/// `UNLISTEN {channel | *}`
pub(super) fn unlisten(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if cursor.accept_sign(&Token::Mul) {
        return Ok(Statement::Unlisten(None));
    }
    Ok(Statement::Unlisten(Some(channel(cursor)?)))
}

/// Reads the name of a channel: any name, and a longer one.
fn channel(cursor: &mut Cursor<'_>) -> Result<Name> {
    let is_name = |word: &str| !is_reserved(&word.to_ascii_lowercase());
    let name = match cursor.token() {
        Token::Word(word) if word.quote_style.is_some() || is_name(&word.value) => fold(word),
        _ => return Err(cursor.unexpected("the name of a channel")),
    };
    if name.is_empty() || name.len() > MAX_CHANNEL_BYTES {
        check_name(&name).map_err(|error| error.at(cursor.location().0))?;
    }
    cursor.advance();
    Ok(name)
}
