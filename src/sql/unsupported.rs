//! What PostgreSQL or a later Rekha understands, and what to use instead.

use super::cursor::{Cursor, Parsed, unsupported_at};
use super::select;
use super::statement::Statement;

/// The hint for the statements of two-phase commit.
pub(super) const TWO_PHASE: &str = "Two-phase commit is not offered: use COMMIT or ROLLBACK.";

/// The hint for statements that would write rows.
pub(super) const ROWS: &str =
    "The registry holds schemas, not rows: use CREATE STREAM, ALTER STREAM and DROP STREAM.";
/// The hint for locks of writers.
pub(super) const LOCKS: &str =
    "Leave it out: of two transactions that change one stream, one is told to run again.";
const RIGHTS: &str = "There are no roles and rights yet: leave the statement out.";
const UPKEEP: &str = "There is nothing to maintain by hand: leave the statement out.";
const CODE: &str = "There are no procedures and functions: use the statements of the registry.";

/// First words of statements that are understood, but not offered.
const STATEMENTS: [(&str, &str); 15] = [
    (
        "REFRESH",
        "Use ALTER STREAM to bring the schema up to date.",
    ),
    ("TRUNCATE", ROWS),
    ("GRANT", RIGHTS),
    ("REVOKE", RIGHTS),
    ("REASSIGN", RIGHTS),
    ("SECURITY", RIGHTS),
    ("ANALYZE", UPKEEP),
    ("ANALYSE", UPKEEP),
    ("VACUUM", UPKEEP),
    ("REINDEX", UPKEEP),
    ("CLUSTER", UPKEEP),
    ("CHECKPOINT", UPKEEP),
    ("DO", CODE),
    ("LOAD", CODE),
    ("IMPORT", "Use CREATE STREAM for each table."),
];

/// The statement that would write rows and begins here, if one does.
pub(super) fn is_write(cursor: &Cursor<'_>) -> Option<&'static str> {
    let words = ["INSERT", "UPDATE", "DELETE", "MERGE"];
    words.into_iter().find(|word| cursor.is(word))
}

/// A statement whose first word begins none that is offered.
///
/// # Errors
/// 42601 for a word that begins no statement at all.
pub(super) fn statement(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if let Some(what) = is_write(cursor) {
        return select::write(cursor, what);
    }
    match STATEMENTS.iter().find(|(word, _)| cursor.is(word)) {
        Some((word, hint)) => cursor.unsupported(*word, hint),
        None => Err(cursor.unexpected("the first word of a statement").into()),
    }
}

/// Words before the word of an object, and the words of objects.
const ADJECTIVES: [&str; 17] = [
    "ACCESS",
    "CONSTRAINT",
    "DEFAULT",
    "EVENT",
    "FOREIGN",
    "GLOBAL",
    "LARGE",
    "LOCAL",
    "MATERIALIZED",
    "OR",
    "PROCEDURAL",
    "RECURSIVE",
    "REPLACE",
    "TEMP",
    "TEMPORARY",
    "TRUSTED",
    "UNLOGGED",
];
const OBJECTS: [&str; 40] = [
    "AGGREGATE",
    "CAST",
    "COLLATION",
    "CONVERSION",
    "DATA",
    "DATABASE",
    "DOMAIN",
    "EXTENSION",
    "FUNCTION",
    "GROUP",
    "INDEX",
    "LANGUAGE",
    "METHOD",
    "OBJECT",
    "OPERATOR",
    "OWNED",
    "POLICY",
    "PRIVILEGES",
    "PROCEDURE",
    "PUBLICATION",
    "ROLE",
    "ROUTINE",
    "RULE",
    "SCHEMA",
    "SEQUENCE",
    "SERVER",
    "STATISTICS",
    "STREAM",
    "SUBSCRIPTION",
    "SYSTEM",
    "TABLE",
    "TABLESPACE",
    "TEXT",
    "TRANSFORM",
    "TRIGGER",
    "TYPE",
    "USER",
    "VIEW",
    "SINK",
    "SOURCE",
];

/// `CREATE`, `ALTER`, `DROP` or `COMMENT ON` of a sort of object that is not offered.
///
/// # Errors
/// 42601 when it is no sort of object.
pub(super) fn object<T>(cursor: &mut Cursor<'_>, verb: &str) -> Parsed<T> {
    let location = cursor.location();
    let mut what = verb.to_owned();
    let hint = match verb {
        "COMMENT ON" => "Use COMMENT ON STREAM or COMMENT ON COLUMN.".to_owned(),
        "ALTER" => "Use ALTER STREAM or ALTER SCHEMA.".to_owned(),
        _ => format!("Use {verb} STREAM, {verb} SCHEMA or {verb} INDEX."),
    };
    while let Some(word) = ADJECTIVES.iter().find(|word| cursor.is(word)) {
        what.push(' ');
        what.push_str(word);
        cursor.advance();
    }
    match OBJECTS.iter().find(|word| cursor.is(word)) {
        Some(word) => unsupported_at(location, format!("{what} {word}"), &hint),
        None if what.ends_with("CONSTRAINT") => unsupported_at(location, what, &hint),
        None => Err(cursor.unexpected("a sort of object such as STREAM").into()),
    }
}
