//! `SHOW` and `DESCRIBE`.

use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed, unsupported_at};
use super::definition::spelling;
use super::setting;
use super::statement::Statement;

/// `DESCRIBE [STREAM | TABLE] name`
pub(super) fn describe(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    let location = cursor.location();
    if cursor.string()?.is_some() {
        return unsupported_at(
            location,
            "DESCRIBE of a source",
            "Use CREATE STREAM to write the schema down, then DESCRIBE STREAM name.",
        );
    }
    // A stream may be called "stream", so the word alone is a name.
    if matches!(cursor.second(), Token::Word(_)) || !cursor.is("STREAM") {
        spelling(cursor);
    }
    let name = cursor.object("a stream name")?;
    no_version(cursor)?;
    Ok(Statement::Describe(name))
}

/// `SHOW {SCHEMAS | STREAMS | TABLES | SCHEMA … | CREATE STREAM … | setting}`
pub(super) fn show(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if ["STREAMS", "SCHEMAS", "TABLES"]
        .iter()
        .any(|word| cursor.accept(word))
    {
        return show_streams(cursor);
    }
    if cursor.accept("SCHEMA") {
        return show_schema(cursor);
    }
    if cursor.accept("CREATE") {
        if spelling(cursor).is_none() {
            return Err(cursor.unexpected("STREAM").into());
        }
        let name = cursor.object("a stream name")?;
        no_version(cursor)?;
        return Ok(Statement::ShowCreateStream(name));
    }
    setting::show(cursor)
}

/// `[{FROM | IN} namespace] [LIKE 'pattern']`
fn show_streams(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    let namespace = match cursor.accept("FROM") || cursor.accept("IN") {
        true => Some(cursor.name("a schema name")?),
        false => None,
    };
    let like = match cursor.accept("LIKE") {
        true => Some(cursor.expect_string()?),
        false => None,
    };
    if namespace.is_none() && like.is_none() && !cursor.is_at_end() {
        return Err(cursor.unexpected("FROM, IN or LIKE").into());
    }
    Ok(Statement::ShowStreams { namespace, like })
}

/// `{VERSIONS | COMPATIBILITY} FOR name`
fn show_schema(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if cursor.is("DIFF") {
        return cursor.unsupported(
            "SHOW SCHEMA DIFF",
            "Use SHOW SCHEMA VERSIONS FOR name: it tells what each version changed.",
        );
    }
    let statement = if cursor.accept("VERSIONS") {
        Statement::ShowVersions
    } else if cursor.accept("COMPATIBILITY") {
        Statement::ShowCompatibility
    } else {
        return Err(cursor.unexpected("VERSIONS or COMPATIBILITY").into());
    };
    cursor.expect("FOR")?;
    Ok(statement(cursor.object("a stream name")?))
}

fn no_version(cursor: &Cursor<'_>) -> Parsed<()> {
    if cursor.is("VERSION") {
        return cursor.unsupported(
            "VERSION n",
            "Leave it out for the latest version; SHOW SCHEMA VERSIONS FOR name tells what each version changed.",
        );
    }
    Ok(())
}
