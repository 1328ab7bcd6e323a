//! Columns and keys, as `CREATE STREAM` and `ALTER STREAM … ADD` declare them.

use std::collections::HashSet;

use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed, Stop, is_keyword, unsupported_at};
use super::data_type::data_type;
use super::literal::constant;
use super::statement::Location;
use crate::error::{Definition, Error, ErrorKind, Object};
use crate::schema::{ColumnSpec, FieldPath, Literal, MAX_DEPTH, Name, too_deep};

/// A column and what its declaration says beyond it.
pub(super) struct Column {
    /// The column.
    pub(super) spec: ColumnSpec,
    /// Where its name stood.
    pub(super) location: Location,
    /// Where `PRIMARY KEY` stood.
    pub(super) primary_key: Option<Location>,
    /// `[CONSTRAINT name] UNIQUE`
    pub(super) unique: Option<Option<Name>>,
}

/// A key over several columns.
pub(super) enum Key {
    /// `[CONSTRAINT name] PRIMARY KEY (columns)`
    Primary(Vec<Name>, Location),
    /// `[CONSTRAINT name] UNIQUE (columns)`
    Unique(Option<Name>, Vec<Name>, Location),
}

/// Reads the name of a column of the stream itself.
///
/// # Errors
/// 42601 when there is none; 0A000 for a way into a nested column.
pub(super) fn column_name(cursor: &mut Cursor<'_>) -> Parsed<(Name, Location)> {
    let (name, location) = cursor.name("a column name")?;
    if cursor.token() == &Token::Period {
        return unsupported_at(
            location,
            "a part of a nested column here",
            "Name a column of the stream itself.",
        );
    }
    Ok((name, location))
}

/// Reads the way to a column or a part of a nested one: `address.zip`.
///
/// # Errors
/// 42601 when there is none, 54001 for one that is longer than types nest deep.
pub(super) fn field_path(cursor: &mut Cursor<'_>) -> Parsed<(FieldPath, Location)> {
    let (column, location) = cursor.name("a column name")?;
    let mut path = FieldPath::from(column);
    while cursor.accept_sign(&Token::Period) {
        path = path.child(cursor.name("a name")?.0);
        if path.names().len() > MAX_DEPTH + 1 {
            return Err(too_deep().at(location.0).into());
        }
    }
    Ok((path, location))
}

/// Reads `column type [constraint …]`. `stream` is for messages.
///
/// # Errors
/// 42601 for what breaks the grammar or contradicts itself, 42704 for an
/// unknown type.
pub(super) fn column(cursor: &mut Cursor<'_>, stream: &Name) -> Parsed<Column> {
    let (name, location) = column_name(cursor)?;
    declaration(cursor, stream, name, location)
}

/// Reads what follows a column's name: `type [constraint …]`.
///
/// # Errors
/// Those of [`column`].
pub(super) fn declaration(
    cursor: &mut Cursor<'_>,
    stream: &Name,
    name: Name,
    location: Location,
) -> Parsed<Column> {
    let data_type = data_type(cursor)?;
    let mut column = Column {
        spec: ColumnSpec {
            name,
            data_type,
            not_null: false,
            default: None,
            comment: None,
        },
        location,
        primary_key: None,
        unique: None,
    };
    let mut said = Said::default();
    while !cursor.is_at_end() {
        if !constraint(cursor, stream, &mut column, &mut said)? {
            break;
        }
    }
    Ok(column)
}

/// What the declaration of one column has said so far.
#[derive(Default)]
struct Said {
    null: bool,
    default: bool,
}

/// Reads one constraint of a column. False when none is next.
fn constraint(
    cursor: &mut Cursor<'_>,
    stream: &Name,
    column: &mut Column,
    said: &mut Said,
) -> Parsed<bool> {
    let name = constraint_name(cursor)?;
    let location = cursor.location();
    let spec = &mut column.spec;
    if cursor.accept_all(&["NOT", "NULL"]) {
        spec.not_null = true;
    } else if cursor.accept("NULL") {
        said.null = true;
    } else if cursor.accept("DEFAULT") {
        let default = constant(cursor)?;
        if std::mem::replace(&mut said.default, true) {
            return Err(contradiction(
                "multiple default values specified",
                spec,
                stream,
                location,
            ));
        }
        spec.default = (default != Literal::Null).then_some(default);
    } else if cursor.accept_all(&["PRIMARY", "KEY"]) {
        if column.primary_key.is_some() {
            return Err(several_primary_keys(stream, location).into());
        }
        column.primary_key = Some(location);
        spec.not_null = true;
    } else if cursor.accept("UNIQUE") {
        column.unique = Some(name);
    } else if cursor.accept("COMMENT") {
        let comment = cursor.expect_string()?;
        if spec.comment.is_some() {
            return Err(contradiction(
                "multiple comments specified",
                spec,
                stream,
                location,
            ));
        }
        spec.comment = Some(comment);
    } else if name.is_some() {
        return foreign(cursor);
    } else {
        return foreign_or_none(cursor);
    }
    if said.null && spec.not_null {
        let what = "conflicting NULL/NOT NULL declarations";
        return Err(contradiction(what, spec, stream, location));
    }
    Ok(true)
}

/// The error for a declaration that disagrees with itself.
fn contradiction(what: &str, column: &ColumnSpec, stream: &Name, location: Location) -> Stop {
    let message = format!(
        "{what} for column \"{}\" of stream \"{stream}\"",
        column.name
    );
    Error::new(ErrorKind::Syntax, message).at(location.0).into()
}

fn foreign(cursor: &mut Cursor<'_>) -> Parsed<bool> {
    match foreign_or_none(cursor)? {
        true => Ok(true),
        false => Err(cursor.unexpected("a constraint").into()),
    }
}

/// Stops at a constraint that PostgreSQL has and we have not.
fn foreign_or_none(cursor: &mut Cursor<'_>) -> Parsed<bool> {
    const CONSTRAINTS: [(&str, &str, &str); 6] = [
        ("CHECK", "a CHECK constraint", NO_CHECK),
        ("REFERENCES", "a foreign key", NO_REFERENCE),
        (
            "GENERATED",
            "a generated column",
            "Declare the column without GENERATED: whoever writes the data fills it.",
        ),
        (
            "COLLATE",
            "a collation",
            "Leave COLLATE out: a schema does not say how text is sorted.",
        ),
        ("STORAGE", "a storage mode", NO_STORAGE),
        ("COMPRESSION", "a compression method", NO_STORAGE),
    ];
    for (word, what, hint) in CONSTRAINTS {
        if cursor.is(word) {
            return cursor.unsupported(what, hint);
        }
    }
    Ok(false)
}

const NO_CHECK: &str = "Leave CHECK out: a schema says types, NOT NULL, PRIMARY KEY and UNIQUE.";
const NO_REFERENCE: &str = "Leave the reference out: streams do not depend on each other.";
const NO_STORAGE: &str = "Leave it out: the registry stores schemas, not rows.";

/// Reads `[CONSTRAINT name] {PRIMARY KEY | UNIQUE} (columns)`. Nothing when a
/// column is next.
///
/// # Errors
/// 42601, and 42701 for a column that is there twice.
pub(super) fn key(cursor: &mut Cursor<'_>) -> Parsed<Option<Key>> {
    let place = cursor.location();
    let name = constraint_name(cursor)?;
    if cursor.accept_all(&["PRIMARY", "KEY"]) {
        let columns = key_columns(cursor, "primary key")?;
        return Ok(Some(Key::Primary(columns, place)));
    }
    if cursor.accept("UNIQUE") {
        let columns = key_columns(cursor, "unique")?;
        return Ok(Some(Key::Unique(name, columns, place)));
    }
    if cursor.is("CHECK") {
        return cursor.unsupported("a CHECK constraint", NO_CHECK);
    }
    if cursor.is("FOREIGN") {
        return cursor.unsupported("a foreign key", NO_REFERENCE);
    }
    if cursor.is("EXCLUDE")
        && (cursor.second() == &Token::LParen || is_keyword(cursor.second(), "USING"))
    {
        return cursor.unsupported(
            "an exclusion constraint",
            "A schema has PRIMARY KEY and UNIQUE.",
        );
    }
    match name {
        Some(_) => Err(cursor.unexpected("PRIMARY KEY or UNIQUE").into()),
        None => Ok(None),
    }
}

fn constraint_name(cursor: &mut Cursor<'_>) -> Parsed<Option<Name>> {
    if !cursor.accept("CONSTRAINT") {
        return Ok(None);
    }
    Ok(Some(cursor.name("a constraint name")?.0))
}

/// Reads `(column, …)`, each column once.
fn key_columns(cursor: &mut Cursor<'_>, kind: &str) -> Parsed<Vec<Name>> {
    if cursor.is("NULLS") {
        return cursor.unsupported(
            "UNIQUE NULLS NOT DISTINCT",
            "Leave NULLS [NOT] DISTINCT out, or declare the columns NOT NULL.",
        );
    }
    cursor.expect_sign(&Token::LParen)?;
    let columns = cursor.list(column_name)?;
    cursor.expect_sign(&Token::RParen)?;
    let mut seen = HashSet::new();
    for (name, location) in &columns {
        if !seen.insert(name) {
            return Err(Error::new(
                ErrorKind::AlreadyExists(Object::Column),
                format!("column \"{name}\" appears twice in {kind} constraint"),
            )
            .at(location.0)
            .into());
        }
    }
    Ok(columns.into_iter().map(|(name, _)| name).collect())
}

/// The error for a second primary key.
pub(super) fn several_primary_keys(stream: &Name, location: Location) -> Error {
    Error::new(
        ErrorKind::InvalidDefinition(Definition::Stream),
        format!("multiple primary keys for stream \"{stream}\" are not allowed"),
    )
    .at(location.0)
}
