//! `SHOW`, `DESCRIBE`, `ASSERT SCHEMA` and `EXPLAIN`.

use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed, unsupported_at};
use super::definition::{elements, spelling};
use super::statement::{AssertedSchema, Existing, Location, Statement, VersionNumber};
use super::{parser, setting};
use crate::schema::Name;

/// `DESCRIBE [STREAM | TABLE] name [VERSION n]`
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
    Ok(Statement::Describe(name, version(cursor)?))
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
        return Ok(Statement::ShowCreateStream(name, version(cursor)?));
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

/// `{VERSIONS | COMPATIBILITY} FOR name` or `DIFF FOR name [FROM n] [TO m]`
fn show_schema(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if cursor.accept("DIFF") {
        cursor.expect("FOR")?;
        return Ok(Statement::ShowDiff {
            stream: cursor.object("a stream name")?,
            from: numbered(cursor, "FROM")?,
            to: numbered(cursor, "TO")?,
        });
    }
    let statement = if cursor.accept("VERSIONS") {
        Statement::ShowVersions
    } else if cursor.accept("COMPATIBILITY") {
        Statement::ShowCompatibility
    } else {
        return Err(cursor.unexpected("VERSIONS, COMPATIBILITY or DIFF").into());
    };
    cursor.expect("FOR")?;
    Ok(statement(cursor.object("a stream name")?))
}

/// `SCHEMA FOR name {VERSION n | (columns and keys)}`
pub(super) fn assert(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    cursor.expect("SCHEMA")?;
    cursor.expect("FOR")?;
    let stream = cursor.object("a stream name")?;
    let asserted = match version(cursor)? {
        Some(version) => AssertedSchema::Version(version),
        None if cursor.token() == &Token::LParen => {
            AssertedSchema::Elements(elements(cursor, &stream.name)?)
        }
        None => {
            let expected = "VERSION or the columns in parentheses";
            return Err(cursor.unexpected(expected).into());
        }
    };
    Ok(Statement::AssertSchema(stream, Box::new(asserted)))
}

/// `[(SINK word)] {ALTER STREAM … | CREATE OR REPLACE STREAM …}`
pub(super) fn explain(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    let sink = sink(cursor)?;
    // Statements do not nest, so neither does reading them.
    if cursor.is("EXPLAIN") {
        return Err(cursor.unexpected("the statement to explain").into());
    }
    let location = cursor.location();
    let statement = parser::grammar(cursor)?;
    let is_change = match &statement {
        Statement::AlterStream(_) => true,
        Statement::CreateStream(create) => create.existing == Existing::Replaced,
        _ => false,
    };
    if !is_change {
        return unsupported_at(location, "EXPLAIN of this statement", EXPLAIN);
    }
    let statement = Box::new(statement);
    Ok(Statement::Explain { sink, statement })
}

const EXPLAIN: &str = "Use EXPLAIN ALTER STREAM … or EXPLAIN CREATE OR REPLACE STREAM …, with (SINK name) between for its statements.";

/// `[(SINK word)]`
fn sink(cursor: &mut Cursor<'_>) -> Parsed<Option<(Name, Location)>> {
    let location = cursor.location();
    if cursor.is("ANALYZE") || cursor.is("VERBOSE") {
        return unsupported_at(location, "an option of EXPLAIN", EXPLAIN);
    }
    if !cursor.accept_sign(&Token::LParen) {
        return Ok(None);
    }
    if !cursor.accept("SINK") {
        return unsupported_at(location, "an option of EXPLAIN", EXPLAIN);
    }
    let sink = cursor.name("a kind of sink")?;
    if cursor.token() == &Token::Comma {
        return unsupported_at(location, "an option of EXPLAIN", EXPLAIN);
    }
    cursor.expect_sign(&Token::RParen)?;
    Ok(Some(sink))
}

/// `[VERSION n]`
fn version(cursor: &mut Cursor<'_>) -> Parsed<Option<VersionNumber>> {
    numbered(cursor, "VERSION")
}

/// The keyword and the number of a version, if the keyword is next.
fn numbered(cursor: &mut Cursor<'_>, keyword: &str) -> Parsed<Option<VersionNumber>> {
    if !cursor.accept(keyword) {
        return Ok(None);
    }
    let (mark, location) = (cursor.mark(), cursor.location());
    match cursor.number().and_then(|number| number.parse().ok()) {
        Some(number) => Ok(Some((number, location))),
        None => {
            cursor.reset(mark);
            Err(cursor.unexpected("the number of a version").into())
        }
    }
}
