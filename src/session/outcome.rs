//! What a statement answers.

use std::sync::Arc;

use chrono::{DateTime, Utc};

/// The type of a result column: a PostgreSQL type on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// `bool`
    Bool,
    /// `int4`
    Int4,
    /// `int8`
    Int8,
    /// `text`
    Text,
    /// `timestamptz`
    TimestampTz,
}

/// A column of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub column_type: ColumnType,
}

/// A value of a result.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// NULL, of any type
    Null,
    /// A `bool`
    Bool(bool),
    /// An `int4`
    Int4(i32),
    /// An `int8`
    Int8(i64),
    /// A `text`
    Text(Arc<str>),
    /// A `timestamptz`
    TimestampTz(DateTime<Utc>),
}

/// A row of a result: one value a column.
pub type Row = Vec<Value>;

/// How much a [`Notice`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// NOTICE
    Notice,
    /// WARNING
    Warning,
}

/// Something the client should know that is no error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How much it matters.
    pub severity: Severity,
    /// Its SQLSTATE: `00000`, `25P01`, `42P07` …
    pub sqlstate: &'static str,
    /// In one line, PostgreSQL's style.
    pub message: String,
    /// More, in full sentences.
    pub detail: Option<String>,
    /// What to do, in full sentences.
    pub hint: Option<String>,
}

/// The answer to one statement.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The columns; empty for a statement that answers no rows.
    pub columns: Arc<[Column]>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The command tag: `CREATE STREAM`, `SHOW`.
    pub tag: &'static str,
    /// What the client should know.
    pub notices: Vec<Notice>,
}
