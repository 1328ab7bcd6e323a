//! Rows: the vocabulary of everything that has rows to show.

use std::borrow::Cow;
use std::ops::Deref;
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

/// Rows of an answer, shared with whoever made them: a stream is described once
/// and its rows are handed out as often as they are asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    all: Arc<[Row]>,
    /// The first that was not taken.
    next: usize,
    end: usize,
}

impl Rows {
    /// Takes the first rows out, at most so many.
    pub fn take_first(&mut self, count: usize) -> Self {
        let end = self.next.saturating_add(count).min(self.end);
        let taken = Self {
            all: self.all.clone(),
            next: self.next,
            end,
        };
        self.next = end;
        taken
    }
}

impl Rows {
    /// About how much memory the rows take (in bytes), those that were taken out
    /// included.
    pub fn bytes(&self) -> usize {
        let value = |value: &Value| {
            let text = match value {
                Value::Text(text) => text.len(),
                _ => 0,
            };
            text + size_of::<Value>()
        };
        self.all.iter().flatten().map(value).sum()
    }
}

impl Deref for Rows {
    type Target = [Row];

    fn deref(&self) -> &[Row] {
        &self.all[self.next..self.end]
    }
}

impl From<Arc<[Row]>> for Rows {
    fn from(all: Arc<[Row]>) -> Self {
        Self {
            next: 0,
            end: all.len(),
            all,
        }
    }
}

impl FromIterator<Row> for Rows {
    fn from_iter<I: IntoIterator<Item = Row>>(rows: I) -> Self {
        rows.into_iter().collect::<Arc<[Row]>>().into()
    }
}

impl<'a> IntoIterator for &'a Rows {
    type Item = &'a Row;
    type IntoIter = std::slice::Iter<'a, Row>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_taken_in_order_and_once() {
        let mut rows: Rows = (1..=5).map(|n| vec![Value::Int4(n)]).collect();
        let first = rows.take_first(2);
        assert_eq!(*first, [vec![Value::Int4(1)], vec![Value::Int4(2)]]);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows.take_first(usize::MAX).len(), 3);
        assert!(rows.take_first(1).is_empty());
        assert_eq!(first.len(), 2);
    }
}
