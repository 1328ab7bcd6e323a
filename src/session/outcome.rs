//! What a statement answers.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::notice::Notice;

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
    pub name: Cow<'static, str>,
    /// Its type.
    pub column_type: ColumnType,
}

impl Column {
    /// A column of this name and type.
    pub const fn new(name: &'static str, column_type: ColumnType) -> Self {
        Self {
            name: Cow::Borrowed(name),
            column_type,
        }
    }
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

impl Value {
    /// A `text`.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(text.as_ref().into())
    }

    /// A `text`, or NULL.
    pub fn optional_text(text: Option<impl AsRef<str>>) -> Self {
        text.map_or(Self::Null, Self::text)
    }

    /// An `int4` of a count; the largest there is for one beyond it.
    pub fn count(count: u32) -> Self {
        Self::Int4(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

/// A row of a result: one value a column.
pub type Row = Vec<Value>;

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
