//! `ALTER STREAM` and `ALTER SCHEMA`.

use sqlparser::tokenizer::Token;

use super::column::{Key, declaration, field_path, key};
use super::cursor::{Cursor, Parsed, unsupported_at};
use super::data_type::data_type;
use super::definition::{cascade, spelling};
use super::literal::constant;
use super::option::{keys, options};
use super::statement::{AlterAction, AlterStream, Location, Spelling, Statement};
use super::unsupported;
use crate::schema::{Alteration, DataType, FieldPath, Name};

/// `ALTER {STREAM | TABLE | SCHEMA} …`
pub(super) fn alter(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if let Some(spelling) = spelling(cursor) {
        alter_stream(cursor, spelling)
    } else if cursor.accept("SCHEMA") {
        alter_namespace(cursor)
    } else {
        unsupported::object(cursor, "ALTER")
    }
}

/// `name {SET (options) | RESET (keys)}`
fn alter_namespace(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    let (name, location) = cursor.name("a schema name")?;
    if cursor.accept("SET") {
        return Ok(Statement::SetNamespace {
            name,
            location,
            options: options(cursor)?,
        });
    }
    if cursor.accept("RESET") {
        return Ok(Statement::ResetNamespace {
            name,
            location,
            keys: keys(cursor)?,
        });
    }
    for (words, what) in [
        (["RENAME", "TO"], "ALTER SCHEMA … RENAME TO"),
        (["OWNER", "TO"], "ALTER SCHEMA … OWNER TO"),
    ] {
        if cursor.is_all(&words) {
            return cursor.unsupported(
                what,
                "Of a schema only the options change: ALTER SCHEMA name SET (option = value).",
            );
        }
    }
    Err(cursor.unexpected("SET or RESET").into())
}

/// `[IF EXISTS] [ONLY] name action [, …]`: no stream has others beneath it.
fn alter_stream(cursor: &mut Cursor<'_>, spelling: Spelling) -> Parsed<Statement> {
    let if_exists = cursor.accept_all(&["IF", "EXISTS"]);
    cursor.accept("ONLY");
    let name = cursor.object("a stream name")?;
    if cursor.accept_all(&["RENAME", "TO"]) {
        let (to, location) = cursor.name("a stream name")?;
        let actions = vec![AlterAction::RenameTo(to, location)];
        return Ok(Statement::AlterStream(Box::new(AlterStream {
            spelling,
            if_exists,
            name,
            actions,
        })));
    }
    let mut actions = Vec::new();
    cursor.list(|cursor| action(cursor, &name.name, &mut actions))?;
    Ok(Statement::AlterStream(Box::new(AlterStream {
        spelling,
        if_exists,
        name,
        actions,
    })))
}

fn action(cursor: &mut Cursor<'_>, stream: &Name, actions: &mut Vec<AlterAction>) -> Parsed<()> {
    if cursor.accept("ADD") {
        return add(cursor, stream, actions);
    }
    let action = if cursor.accept("DROP") {
        drop(cursor)?
    } else if cursor.accept("ALTER") {
        alter_column(cursor)?
    } else if cursor.accept("RENAME") {
        rename(cursor)?
    } else if cursor.is_all(&["SET", "SCHEMA"]) {
        return cursor.unsupported(
            "ALTER STREAM … SET SCHEMA",
            "A stream stays in its schema: use CREATE STREAM in the other one.",
        );
    } else if cursor.accept("SET") {
        AlterAction::Set(options(cursor)?)
    } else if cursor.accept("RESET") {
        AlterAction::Reset(keys(cursor)?)
    } else {
        return foreign(cursor);
    };
    actions.push(action);
    Ok(())
}

/// Stops at an action that PostgreSQL has and we have not.
fn foreign<T>(cursor: &Cursor<'_>) -> Parsed<T> {
    const ACTIONS: [&str; 11] = [
        "ATTACH", "CLUSTER", "DETACH", "DISABLE", "ENABLE", "FORCE", "INHERIT", "NO", "OWNER",
        "REPLICA", "VALIDATE",
    ];
    match ACTIONS.iter().find(|action| cursor.is(action)) {
        Some(action) => cursor.unsupported(
            format!("ALTER STREAM … {action}"),
            "ALTER STREAM has ADD, DROP, RENAME, ALTER COLUMN, SET and RESET.",
        ),
        None => Err(cursor
            .unexpected("ADD, DROP, RENAME, ALTER, SET or RESET")
            .into()),
    }
}

/// `{[COLUMN] [IF NOT EXISTS] column | PRIMARY KEY (…) | [CONSTRAINT name] UNIQUE (…)}`
fn add(cursor: &mut Cursor<'_>, stream: &Name, actions: &mut Vec<AlterAction>) -> Parsed<()> {
    let mut push = |alteration, location| actions.push(AlterAction::Shape(alteration, location));
    if !cursor.accept("COLUMN") {
        match key(cursor)? {
            Some(Key::Primary(columns, location)) => {
                push(Alteration::AddPrimaryKey { columns }, location);
                return Ok(());
            }
            Some(Key::Unique(name, columns, location)) => {
                push(Alteration::AddUnique { name, columns }, location);
                return Ok(());
            }
            None => {}
        }
    }
    let if_not_exists = cursor.accept_all(&["IF", "NOT", "EXISTS"]);
    let (path, location) = field_path(cursor)?;
    let (parent, name) = (path.parent(), path.leaf().clone());
    let column = declaration(cursor, stream, name.clone(), location)?;
    if let Some(parent) = &parent
        && (column.primary_key.is_some() || column.unique.is_some())
    {
        return unsupported_at(
            location,
            format!("a key of a part of column \"{parent}\""),
            "Keys are made of columns of the stream itself.",
        );
    }
    if if_not_exists && (column.primary_key.is_some() || column.unique.is_some()) {
        return unsupported_at(
            location,
            "ADD COLUMN IF NOT EXISTS with a key",
            "Add the key by an action of its own: ADD PRIMARY KEY (column) or ADD UNIQUE (column).",
        );
    }
    push(
        Alteration::AddColumn {
            parent,
            column: column.spec,
            if_not_exists,
        },
        location,
    );
    if let Some(location) = column.primary_key {
        let columns = vec![name.clone()];
        push(Alteration::AddPrimaryKey { columns }, location);
    }
    if let Some(constraint) = column.unique {
        push(
            Alteration::AddUnique {
                name: constraint,
                columns: vec![name],
            },
            location,
        );
    }
    Ok(())
}

/// `{[COLUMN] [IF EXISTS] column | PRIMARY KEY | CONSTRAINT name} [CASCADE | RESTRICT]`
fn drop(cursor: &mut Cursor<'_>) -> Parsed<AlterAction> {
    let place = cursor.location();
    if cursor.accept_all(&["PRIMARY", "KEY"]) {
        cascade(cursor);
        return Ok(AlterAction::Shape(Alteration::DropPrimaryKey, place));
    }
    if cursor.accept("CONSTRAINT") {
        if cursor.is_all(&["IF", "EXISTS"]) {
            return cursor.unsupported(
                "DROP CONSTRAINT IF EXISTS",
                "Leave IF EXISTS out; SHOW CREATE STREAM tells the constraints.",
            );
        }
        let (name, location) = cursor.name("a constraint name")?;
        // Nothing depends on a constraint, so both words mean the same.
        cascade(cursor);
        let alteration = Alteration::DropConstraint { name };
        return Ok(AlterAction::Shape(alteration, location));
    }
    cursor.accept("COLUMN");
    let if_exists = cursor.accept_all(&["IF", "EXISTS"]);
    let (column, location) = field_path(cursor)?;
    let alteration = Alteration::DropColumn {
        column,
        if_exists,
        cascade: cascade(cursor),
    };
    Ok(AlterAction::Shape(alteration, location))
}

/// `[COLUMN] column TO name`
fn rename(cursor: &mut Cursor<'_>) -> Parsed<AlterAction> {
    if cursor.is("CONSTRAINT") {
        return cursor.unsupported(
            "RENAME CONSTRAINT",
            "Use DROP CONSTRAINT and ADD CONSTRAINT in one ALTER STREAM.",
        );
    }
    if cursor.is("TO") {
        return Err(cursor
            .unexpected("a column name")
            .with_hint("RENAME TO is the only action of its statement.")
            .into());
    }
    cursor.accept("COLUMN");
    let (column, location) = field_path(cursor)?;
    cursor.expect("TO")?;
    let (to, place) = field_path(cursor)?;
    if !to.is_column() && to.parent() != column.parent() {
        return unsupported_at(
            place,
            "moving a column into or out of another one",
            "Use ADD COLUMN in the new place, copy the data, and DROP COLUMN in the old one.",
        );
    }
    let to = to.leaf().clone();
    let alteration = Alteration::RenameColumn { column, to };
    Ok(AlterAction::Shape(alteration, location))
}

/// `[COLUMN] column {[SET DATA] TYPE … | SET DEFAULT … | DROP DEFAULT | {SET | DROP} NOT NULL}`
fn alter_column(cursor: &mut Cursor<'_>) -> Parsed<AlterAction> {
    if cursor.is("CONSTRAINT") {
        return cursor.unsupported(
            "ALTER CONSTRAINT",
            "Use DROP CONSTRAINT and ADD CONSTRAINT in one ALTER STREAM.",
        );
    }
    cursor.accept("COLUMN");
    let (column, location) = field_path(cursor)?;
    let alteration = if cursor.accept("TYPE") || cursor.accept_all(&["SET", "DATA", "TYPE"]) {
        set_type(cursor, column)?
    } else if cursor.accept_all(&["SET", "DEFAULT"]) {
        let default = constant(cursor)?;
        Alteration::SetDefault { column, default }
    } else if cursor.accept_all(&["DROP", "DEFAULT"]) {
        Alteration::DropDefault { column }
    } else if cursor.accept_all(&["SET", "NOT", "NULL"]) {
        Alteration::SetNotNull { column }
    } else if cursor.accept_all(&["DROP", "NOT", "NULL"]) {
        Alteration::DropNotNull { column }
    } else {
        return foreign_change(cursor);
    };
    Ok(AlterAction::Shape(alteration, location))
}

fn set_type(cursor: &mut Cursor<'_>, column: FieldPath) -> Parsed<Alteration> {
    let data_type = data_type(cursor)?;
    if cursor.is("USING") {
        let start = cursor.mark();
        cursor.accept("USING");
        if !is_cast(cursor, &column, &data_type) {
            cursor.reset(start);
            return cursor.unsupported(
                "ALTER COLUMN … TYPE … USING with more than a cast of the column",
                "Leave USING out: there are no rows to convert.",
            );
        }
    }
    if cursor.is("COLLATE") {
        return cursor.unsupported(
            "a collation",
            "Leave COLLATE out: a schema does not say how text is sorted.",
        );
    }
    Ok(Alteration::SetType { column, data_type })
}

/// Reads the column, or its cast to the type, in any parentheses: what is meant
/// without USING too. False for anything else.
fn is_cast(cursor: &mut Cursor<'_>, column: &FieldPath, to: &DataType) -> bool {
    let is_type = |cursor: &mut Cursor<'_>| matches!(data_type(cursor), Ok(found) if found == *to);
    let mut open = 0_usize;
    while cursor.accept_sign(&Token::LParen) {
        open += 1;
    }
    let is_call = cursor.accept("CAST");
    if is_call && !cursor.accept_sign(&Token::LParen) {
        return false;
    }
    if !matches!(field_path(cursor), Ok((path, _)) if path == *column) {
        return false;
    }
    if is_call && !(cursor.accept("AS") && is_type(cursor) && cursor.accept_sign(&Token::RParen)) {
        return false;
    }
    loop {
        if open > 0 && cursor.accept_sign(&Token::RParen) {
            open -= 1;
        } else if cursor.accept_sign(&Token::DoubleColon) {
            if !is_type(cursor) {
                return false;
            }
        } else {
            let is_done = cursor.is_at_end() || matches!(cursor.token(), Token::Comma);
            return open == 0 && is_done;
        }
    }
}

/// Stops at a change of a column that PostgreSQL has and we have not.
fn foreign_change<T>(cursor: &mut Cursor<'_>) -> Parsed<T> {
    const CHANGES: [(&str, &[&str]); 4] = [
        (
            "SET",
            &[
                "STATISTICS",
                "STORAGE",
                "COMPRESSION",
                "GENERATED",
                "EXPRESSION",
            ],
        ),
        ("DROP", &["IDENTITY", "EXPRESSION"]),
        ("ADD", &["GENERATED"]),
        ("RESTART", &[]),
    ];
    let place: Location = cursor.location();
    for (verb, objects) in CHANGES {
        if !cursor.accept(verb) {
            continue;
        }
        if objects.is_empty() || objects.iter().any(|object| cursor.is(object)) {
            return unsupported_at(
                place,
                format!("ALTER COLUMN … {verb}"),
                "ALTER COLUMN has TYPE, SET DEFAULT, DROP DEFAULT, SET NOT NULL and DROP NOT NULL.",
            );
        }
        return Err(cursor.unexpected("DEFAULT or NOT NULL").into());
    }
    Err(cursor.unexpected("TYPE, SET DATA TYPE, SET or DROP").into())
}
