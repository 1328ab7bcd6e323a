//! `SHOW`, `DESCRIBE`, `ASSERT SCHEMA` and `EXPLAIN`.

use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed, unsupported_at};
use super::definition::{elements, spelling};
use super::query::{Explanation, ExplanationFormat};
use super::statement::{AssertedSchema, Existing, Location, Statement, VersionNumber};
use super::{parser, select, setting};
use crate::error::{Error, ErrorKind};
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

/// `[(SINK word)] {ALTER STREAM … | CREATE OR REPLACE STREAM …}`, or options and a
/// query.
pub(super) fn explain(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    let (mark, of_options) = (cursor.mark(), cursor.location());
    let options = options(cursor)?;
    // Statements do not nest, so neither does reading them.
    if cursor.is("EXPLAIN") {
        return Err(cursor.unexpected("the statement to explain").into());
    }
    let location = cursor.location();
    if select::begins(cursor) && options.sink.is_none() {
        let mut query = select::query(cursor)?;
        query.text = format!("EXPLAIN {}", cursor.since(mark)).into();
        query.explanation = Some(options.explanation);
        return Ok(Statement::Query(query));
    }
    let statement = parser::grammar(cursor)?;
    let is_change = match &statement {
        Statement::AlterStream(_) => true,
        Statement::CreateStream(create) => create.existing == Existing::Replaced,
        _ => false,
    };
    if !is_change {
        return unsupported_at(location, "EXPLAIN of this statement", EXPLAIN);
    }
    if options.is_for_queries {
        return unsupported_at(of_options, "an option of EXPLAIN", EXPLAIN);
    }
    let statement = Box::new(statement);
    Ok(Statement::Explain {
        sink: options.sink,
        statement,
    })
}

const EXPLAIN: &str = "Use EXPLAIN SELECT …, EXPLAIN ALTER STREAM … or EXPLAIN CREATE OR REPLACE STREAM …, with (SINK name) between for the statements of a change.";

/// What stands between EXPLAIN and its statement.
#[derive(Default)]
struct Options {
    /// `SINK word`
    sink: Option<(Name, Location)>,
    explanation: Explanation,
    /// Whether there are options that only queries have.
    is_for_queries: bool,
}

/// The options that say what more is told of a plan: nothing is known of it.
const DETAILS: [&str; 6] = ["VERBOSE", "COSTS", "SETTINGS", "BUFFERS", "WAL", "TIMING"];

/// `[ANALYZE] [VERBOSE]` or `(option [value], …)`
fn options(cursor: &mut Cursor<'_>) -> Parsed<Options> {
    let mut options = Options::default();
    // A query may begin with a parenthesis too.
    let is_list = cursor.token() == &Token::LParen
        && matches!(cursor.second(), Token::Word(word) if !is_query(&word.value));
    if !is_list {
        options.explanation.is_analyzed = cursor.accept("ANALYZE") || cursor.accept("ANALYSE");
        options.is_for_queries = options.explanation.is_analyzed;
        options.is_for_queries |= cursor.accept("VERBOSE");
        options.explanation.has_summary = options.explanation.is_analyzed;
        return Ok(options);
    }
    cursor.expect_sign(&Token::LParen)?;
    let mut summary = None;
    loop {
        let location = cursor.location();
        let is_sink = cursor.accept("SINK");
        options.is_for_queries |= !is_sink;
        if is_sink {
            options.sink = Some(cursor.name("a kind of sink")?);
        } else if cursor.accept("ANALYZE") || cursor.accept("ANALYSE") {
            options.explanation.is_analyzed = switch(cursor)?;
        } else if cursor.accept("SUMMARY") {
            summary = Some(switch(cursor)?);
        } else if cursor.accept("FORMAT") {
            options.explanation.format = format(cursor)?;
        } else if DETAILS.iter().any(|word| cursor.accept(word)) {
            switch(cursor)?;
        } else {
            let (name, _) = cursor.label("an option of EXPLAIN")?;
            let message = format!("unrecognized EXPLAIN option \"{name}\"");
            return Err(Error::new(ErrorKind::Syntax, message).at(location.0).into());
        }
        if !cursor.accept_sign(&Token::Comma) {
            break;
        }
    }
    cursor.expect_sign(&Token::RParen)?;
    options.explanation.has_summary = summary.unwrap_or(options.explanation.is_analyzed);
    Ok(options)
}

fn is_query(word: &str) -> bool {
    let words = ["SELECT", "VALUES", "WITH", "TABLE"];
    words.iter().any(|query| query.eq_ignore_ascii_case(word))
}

/// `[TRUE | ON | FALSE | OFF | 1 | 0]`
fn switch(cursor: &mut Cursor<'_>) -> Parsed<bool> {
    if ["TRUE", "ON"].iter().any(|word| cursor.accept(word)) {
        return Ok(true);
    }
    if ["FALSE", "OFF"].iter().any(|word| cursor.accept(word)) {
        return Ok(false);
    }
    match cursor.number().as_deref() {
        None | Some("1") => Ok(true),
        Some("0") => Ok(false),
        Some(_) => Err(cursor.unexpected("TRUE or FALSE").into()),
    }
}

/// `TEXT | JSON`
fn format(cursor: &mut Cursor<'_>) -> Parsed<ExplanationFormat> {
    let location = cursor.location();
    if cursor.accept("TEXT") {
        return Ok(ExplanationFormat::Text);
    }
    if cursor.accept("JSON") {
        return Ok(ExplanationFormat::Json);
    }
    cursor.label("TEXT or JSON")?;
    unsupported_at(location, "this format of EXPLAIN", "Use TEXT or JSON.")
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
