//! `CREATE`, `DROP` and `COMMENT ON`.

use std::collections::HashSet;

use sqlparser::tokenizer::Token;

use super::column::{Column, Key, column, column_name, key, several_primary_keys};
use super::cursor::{Cursor, Parsed, unsupported_at};
use super::option::options;
use super::statement::{
    Absent, CommentTarget, CopyStream, CreateIndex, CreateStream, DropStreams, Elements, Existing,
    Location, ObjectRef, OptionWord, Spelling, Statement,
};
use super::unsupported;
use crate::error::{Error, ErrorKind, Object};
use crate::schema::Name;

/// Reads `STREAM` or `TABLE`. Nothing when it is neither.
pub(super) fn spelling(cursor: &mut Cursor<'_>) -> Option<Spelling> {
    if cursor.accept("STREAM") {
        Some(Spelling::Stream)
    } else if cursor.accept("TABLE") {
        Some(Spelling::Table)
    } else {
        None
    }
}

/// `CREATE {[OR REPLACE] {STREAM | TABLE} | SCHEMA | [UNIQUE] INDEX} …`
pub(super) fn create(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    let mark = cursor.mark();
    let or_replace = cursor.accept_all(&["OR", "REPLACE"]);
    if let Some(spelling) = spelling(cursor) {
        return create_stream(cursor, spelling, or_replace);
    }
    cursor.reset(mark);
    if cursor.accept("SCHEMA") {
        create_namespace(cursor)
    } else if cursor.accept("INDEX") {
        create_index(cursor, false)
    } else if cursor.accept("UNIQUE") {
        cursor.expect("INDEX")?;
        create_index(cursor, true)
    } else {
        unsupported::object(cursor, "CREATE")
    }
}

/// `[IF NOT EXISTS] name {(columns and keys) | LIKE source} [WITH (options)]`
fn create_stream(
    cursor: &mut Cursor<'_>,
    spelling: Spelling,
    or_replace: bool,
) -> Parsed<Statement> {
    let if_not_exists = !or_replace && cursor.accept_all(&["IF", "NOT", "EXISTS"]);
    let existing = match (or_replace, if_not_exists) {
        (true, _) => Existing::Replaced,
        (_, true) => Existing::Kept,
        _ => Existing::Refused,
    };
    let name = cursor.object("a stream name")?;
    if !or_replace && let Some(source) = like(cursor)? {
        foreign_clause(cursor)?;
        return Ok(Statement::CopyStream(Box::new(CopyStream {
            spelling,
            if_not_exists,
            name,
            source,
            options: with(cursor)?,
        })));
    }
    let mut stream = CreateStream {
        spelling,
        existing,
        name,
        elements: Elements::default(),
        options: Vec::new(),
    };
    let has_columns = cursor.token() == &Token::LParen;
    if has_columns {
        stream.elements = elements(cursor, &stream.name.name)?;
    }
    foreign_clause(cursor)?;
    stream.options = with(cursor)?;
    if !has_columns {
        return Err(cursor.unexpected("the columns in parentheses").into());
    }
    Ok(Statement::CreateStream(Box::new(stream)))
}

/// `[WITH (options)]`
fn with(cursor: &mut Cursor<'_>) -> Parsed<Vec<OptionWord>> {
    if !cursor.accept("WITH") {
        return Ok(Vec::new());
    }
    let options = options(cursor)?;
    foreign_clause(cursor)?;
    Ok(options)
}

/// `LIKE source` or, as PostgreSQL says the same, `(LIKE source INCLUDING ALL)`,
/// if one of them is next.
fn like(cursor: &mut Cursor<'_>) -> Parsed<Option<ObjectRef>> {
    if cursor.accept("LIKE") {
        return Ok(Some(cursor.object("a stream name")?));
    }
    let (mark, location) = (cursor.mark(), cursor.location());
    if !cursor.accept_sign(&Token::LParen) || !cursor.accept("LIKE") {
        cursor.reset(mark);
        return Ok(None);
    }
    let source = cursor.object("a stream name")?;
    if !cursor.accept_all(&["INCLUDING", "ALL"]) || !cursor.accept_sign(&Token::RParen) {
        return unsupported_at(location, LIKE, LIKE_HINT);
    }
    Ok(Some(source))
}

/// Stops at a clause of `CREATE STREAM` that is understood, but not offered.
fn foreign_clause(cursor: &mut Cursor<'_>) -> Parsed<()> {
    const CLAUSES: [(&str, &str, &str); 8] = [
        ("LIKE", LIKE_REPLACE, LIKE_REPLACE_HINT),
        (
            "AS",
            "CREATE STREAM … AS SELECT",
            "Name the columns: CREATE STREAM name (column type, …).",
        ),
        ("PARTITION", "PARTITION BY", NO_STORAGE),
        ("TABLESPACE", "TABLESPACE", NO_STORAGE),
        ("USING", "USING an access method", NO_STORAGE),
        ("ON", "ON COMMIT", NO_STORAGE),
        (
            "INHERITS",
            "INHERITS",
            "Name all columns: a stream does not inherit from another one.",
        ),
        (
            "OF",
            "CREATE STREAM … OF",
            "Name the columns: CREATE STREAM name (column type, …).",
        ),
    ];
    for (word, what, hint) in CLAUSES {
        if cursor.is(word) {
            return cursor.unsupported(what, hint);
        }
    }
    Ok(())
}

const LIKE: &str = "LIKE for a part of a stream";
const LIKE_HINT: &str =
    "Use CREATE STREAM name LIKE source: it copies all of the columns, keys and indexes.";
const LIKE_REPLACE: &str = "CREATE OR REPLACE STREAM … LIKE";
const LIKE_REPLACE_HINT: &str = "SHOW CREATE STREAM answers the columns of the other stream.";
const NO_STORAGE: &str = "Leave it out: the registry stores schemas, not rows.";

/// Reads `(columns and keys)`. `stream` is for messages.
///
/// # Errors
/// Those of [`column`] and [`key`], 42701 for a column that is there twice,
/// 42P16 for a second primary key.
pub(super) fn elements(cursor: &mut Cursor<'_>, stream: &Name) -> Parsed<Elements> {
    let mut elements = Elements::default();
    cursor.expect_sign(&Token::LParen)?;
    if cursor.accept_sign(&Token::RParen) {
        return Ok(elements);
    }
    let mut seen = HashSet::new();
    cursor.list(|cursor| {
        if cursor.is("LIKE") {
            return cursor.unsupported(LIKE, LIKE_HINT);
        }
        match key(cursor)? {
            Some(Key::Primary(columns, location)) => {
                primary_key(&mut elements, stream, columns, location)
            }
            Some(Key::Unique(name, columns, _)) => {
                elements.unique.push((name, columns));
                Ok(())
            }
            None => {
                let column = column(cursor, stream)?;
                if !seen.insert(column.spec.name.clone()) {
                    return Err(Error::new(
                        ErrorKind::AlreadyExists(Object::Column),
                        format!("column \"{}\" specified more than once", column.spec.name),
                    )
                    .at(column.location.0)
                    .into());
                }
                add_column(&mut elements, stream, column)
            }
        }
    })?;
    cursor.expect_sign(&Token::RParen)?;
    let key: HashSet<_> = elements.primary_key.iter().collect();
    for (column, _) in &mut elements.columns {
        column.not_null |= key.contains(&column.name);
    }
    Ok(elements)
}

fn add_column(elements: &mut Elements, stream: &Name, column: Column) -> Parsed<()> {
    let name = column.spec.name.clone();
    elements.columns.push((column.spec, column.location));
    if let Some(constraint) = column.unique {
        elements.unique.push((constraint, vec![name.clone()]));
    }
    match column.primary_key {
        Some(location) => primary_key(elements, stream, vec![name], location),
        None => Ok(()),
    }
}

fn primary_key(
    elements: &mut Elements,
    stream: &Name,
    columns: Vec<Name>,
    location: Location,
) -> Parsed<()> {
    if !elements.primary_key.is_empty() {
        return Err(several_primary_keys(stream, location).into());
    }
    elements.primary_key = columns;
    Ok(())
}

/// `[IF NOT EXISTS] name`
fn create_namespace(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    let if_not_exists = cursor.accept_all(&["IF", "NOT", "EXISTS"]);
    let owner = |cursor: &Cursor<'_>| match cursor.is("AUTHORIZATION") {
        true => cursor.unsupported(
            "CREATE SCHEMA … AUTHORIZATION",
            "Use CREATE SCHEMA name: schemas have no owners.",
        ),
        false => Ok(()),
    };
    owner(cursor)?;
    let (name, location) = cursor.name("a schema name")?;
    owner(cursor)?;
    if ["CREATE", "GRANT"].iter().any(|word| cursor.is(word)) {
        return cursor.unsupported(
            "CREATE SCHEMA with elements",
            "End CREATE SCHEMA with a semicolon and create the streams in statements of their own.",
        );
    }
    if cursor.is("WITH") {
        return cursor.unsupported(
            "CREATE SCHEMA … WITH",
            "Use ALTER SCHEMA name SET (option = value) after CREATE SCHEMA.",
        );
    }
    Ok(Statement::CreateNamespace {
        if_not_exists,
        name,
        location,
    })
}

/// `[[IF NOT EXISTS] name] ON [ONLY] stream [USING btree] (column [ASC], …)`
fn create_index(cursor: &mut Cursor<'_>, unique: bool) -> Parsed<Statement> {
    no_concurrently(cursor)?;
    let if_not_exists = cursor.accept_all(&["IF", "NOT", "EXISTS"]);
    let name = if cursor.is("ON") && !if_not_exists {
        None
    } else {
        Some(cursor.name("an index name")?.0)
    };
    cursor.expect("ON")?;
    cursor.accept("ONLY");
    let stream = cursor.object("a stream name")?;
    if cursor.accept("USING") && !cursor.accept("btree") {
        return cursor.unsupported("an index method", INDEX_HINT);
    }
    cursor.expect_sign(&Token::LParen)?;
    let columns = cursor.list(indexed_column)?;
    cursor.expect_sign(&Token::RParen)?;
    for word in ["WHERE", "INCLUDE", "WITH", "TABLESPACE", "NULLS"] {
        if cursor.is(word) {
            return cursor.unsupported(format!("CREATE INDEX … {word}"), INDEX_HINT);
        }
    }
    Ok(Statement::CreateIndex(Box::new(CreateIndex {
        unique,
        if_not_exists,
        name,
        stream,
        columns,
    })))
}

const INDEX_HINT: &str = "An index names columns: CREATE INDEX name ON stream (column, …).";

fn indexed_column(cursor: &mut Cursor<'_>) -> Parsed<(String, Location)> {
    if cursor.token() == &Token::LParen || cursor.second() == &Token::LParen {
        return cursor.unsupported("an index over an expression", INDEX_HINT);
    }
    let column = column_name(cursor)?;
    cursor.accept("ASC");
    for word in ["DESC", "NULLS", "COLLATE"] {
        if cursor.is(word) {
            return cursor.unsupported(format!("{word} in an index"), INDEX_HINT);
        }
    }
    Ok(column)
}

fn no_concurrently(cursor: &Cursor<'_>) -> Parsed<()> {
    match cursor.is("CONCURRENTLY") {
        true => cursor.unsupported(
            "CONCURRENTLY",
            "Leave it out: an index is declared, nothing is built.",
        ),
        false => Ok(()),
    }
}

/// `DROP {STREAM | TABLE | SCHEMA | INDEX} [IF EXISTS] name [, …] [CASCADE | RESTRICT]`,
/// `DROP {VIEW | SEQUENCE | …} IF EXISTS name [, …] [CASCADE | RESTRICT]`
pub(super) fn drop(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if let Some(spelling) = spelling(cursor) {
        let if_exists = cursor.accept_all(&["IF", "EXISTS"]);
        return Ok(Statement::DropStreams(DropStreams {
            spelling,
            if_exists,
            names: cursor.list(|cursor| Ok(cursor.object("a stream name")?))?,
            cascade: cascade(cursor),
        }));
    }
    if cursor.accept("SCHEMA") {
        let if_exists = cursor.accept_all(&["IF", "EXISTS"]);
        return Ok(Statement::DropNamespaces {
            if_exists,
            names: cursor.list(|cursor| Ok(cursor.name("a schema name")?))?,
            cascade: cascade(cursor),
        });
    }
    if cursor.accept("INDEX") {
        no_concurrently(cursor)?;
        let if_exists = cursor.accept_all(&["IF", "EXISTS"]);
        let names = cursor.list(|cursor| Ok(cursor.object("an index name")?))?;
        // Nothing depends on an index, so both words mean the same.
        cascade(cursor);
        return Ok(Statement::DropIndexes { if_exists, names });
    }
    if let Some(sort) = absent(cursor) {
        let names = cursor.list(|cursor| Ok(cursor.object("a name")?))?;
        // Nothing depends on what is not there.
        cascade(cursor);
        return Ok(Statement::DropAbsent { sort, names });
    }
    unsupported::object(cursor, "DROP")
}

/// Reads `VIEW IF EXISTS` and the like; nothing when it is something else.
fn absent(cursor: &mut Cursor<'_>) -> Option<Absent> {
    const SORTS: [(&[&str], Absent); 6] = [
        (&["DOMAIN"], Absent::Domain),
        (&["FOREIGN", "TABLE"], Absent::ForeignTable),
        (&["MATERIALIZED", "VIEW"], Absent::MaterializedView),
        (&["SEQUENCE"], Absent::Sequence),
        (&["TYPE"], Absent::Type),
        (&["VIEW"], Absent::View),
    ];
    let found = SORTS.into_iter().find(|(words, _)| {
        let words = [words, &["IF", "EXISTS"][..]].concat();
        cursor.accept_all(&words)
    });
    found.map(|(_, sort)| sort)
}

/// Reads `[CASCADE | RESTRICT]`: whether it is CASCADE.
pub(super) fn cascade(cursor: &mut Cursor<'_>) -> bool {
    let cascade = cursor.accept("CASCADE");
    if !cascade {
        cursor.accept("RESTRICT");
    }
    cascade
}

/// `COMMENT ON {STREAM name | TABLE name | COLUMN stream.column} IS {'text' | NULL}`
pub(super) fn comment(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    cursor.expect("ON")?;
    let target = if let Some(spelling) = spelling(cursor) {
        CommentTarget::Stream(spelling, cursor.object("a stream name")?)
    } else if cursor.accept("COLUMN") {
        commented_column(cursor)?
    } else {
        return unsupported::object(cursor, "COMMENT ON");
    };
    cursor.expect("IS")?;
    let text = if cursor.accept("NULL") {
        None
    } else {
        let text = cursor.string()?;
        let text = text.ok_or_else(|| cursor.unexpected("a string in single quotes or NULL"))?;
        Some(text).filter(|text| !text.is_empty())
    };
    Ok(Statement::Comment { target, text })
}

/// `[namespace.]stream.column`
fn commented_column(cursor: &mut Cursor<'_>) -> Parsed<CommentTarget> {
    let (first, location) = cursor.name("a stream name")?;
    let mut parts = vec![(first, location)];
    while cursor.accept_sign(&Token::Period) {
        parts.push(cursor.label("a column name")?);
    }
    let mut parts = parts.into_iter();
    let target = match [parts.next(), parts.next(), parts.next(), parts.next()] {
        [Some(stream), Some(column), None, _] => (None, stream, column),
        [Some(namespace), Some(stream), Some(column), None] => (Some(namespace.0), stream, column),
        [_, None, ..] => {
            return Err(
                Error::new(ErrorKind::Syntax, "column name must be qualified")
                    .with_hint("Write COMMENT ON COLUMN stream.column IS 'text'.")
                    .at(location.0)
                    .into(),
            );
        }
        _ => {
            return unsupported_at(
                location,
                "a path into a nested column",
                "Name a column of the stream itself.",
            );
        }
    };
    let (namespace, (stream, _), (column, column_location)) = target;
    let stream = ObjectRef {
        namespace,
        name: stream,
        location,
    };
    Ok(CommentTarget::Column(stream, column, column_location))
}
