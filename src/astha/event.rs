//! What a subscriber is told.

use std::collections::HashSet;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorKind, Fault, Result};
use crate::position::Position;

/// A row as the log holds it: column names and JSON values. SQLite's integers,
/// reals and texts arrive as JSON numbers and texts (TRUE is 1).
pub type RowData = serde_json::Map<String, serde_json::Value>;

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// It is new.
    Insert,
    /// It is another.
    Update,
    /// It is gone.
    Delete,
}

impl Operation {
    /// As the log has it: `INSERT`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

impl FromStr for Operation {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "INSERT" => Ok(Self::Insert),
            "UPDATE" => Ok(Self::Update),
            "DELETE" => Ok(Self::Delete),
            _ => Err(malformed(format!("\"{text}\" is no operation"))),
        }
    }
}

/// The rows of an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Data<T> {
    /// The new row.
    Insert(T),
    /// The row before and after.
    Update {
        /// As it was.
        old: T,
        /// As it is.
        new: T,
    },
    /// The row as it was.
    Delete(T),
}

impl<T> Data<T> {
    /// What happened.
    pub fn operation(&self) -> Operation {
        match self {
            Self::Insert(_) => Operation::Insert,
            Self::Update { .. } => Operation::Update,
            Self::Delete(_) => Operation::Delete,
        }
    }

    /// The row as it is, or as it was when it is gone.
    pub fn row(&self) -> &T {
        match self {
            Self::Insert(row) | Self::Update { new: row, .. } | Self::Delete(row) => row,
        }
    }

    /// All rows of the event, the old one first.
    pub fn rows(&self) -> impl Iterator<Item = &T> {
        let (first, second) = match self {
            Self::Insert(row) | Self::Delete(row) => (row, None),
            Self::Update { old, new } => (old, Some(new)),
        };
        std::iter::once(first).chain(second)
    }

    fn try_map<U>(self, map: impl Fn(T) -> Result<U>) -> Result<Data<U>> {
        Ok(match self {
            Self::Insert(row) => Data::Insert(map(row)?),
            Self::Update { old, new } => Data::Update {
                old: map(old)?,
                new: map(new)?,
            },
            Self::Delete(row) => Data::Delete(map(row)?),
        })
    }
}

/// One changed row of one table.
#[derive(Clone, Debug, PartialEq)]
pub struct Event<T = RowData> {
    /// The table.
    pub table: String,
    /// The rows.
    pub data: Data<T>,
    /// When the row was changed.
    pub timestamp: DateTime<Utc>,
    /// When the change was logged.
    pub created_at: DateTime<Utc>,
    /// Its place in the log, and its identity there.
    pub position: Position,
}

impl<T> Event<T> {
    /// What happened.
    pub fn operation(&self) -> Operation {
        self.data.operation()
    }
}

impl Event {
    /// About how much memory it takes (in bytes).
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.data.rows().map(row_bytes).sum::<usize>()
    }

    /// The event with its rows as a type of the subscriber's, by column name.
    ///
    /// # Errors
    /// XX001 when a row has not the columns of the type.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<Event<T>> {
        let decode = |row: RowData| {
            serde_json::from_value(row.into()).map_err(|error| {
                malformed("a row has not the columns of its table".to_owned()).with_source(error)
            })
        };
        Ok(Event {
            table: self.table.clone(),
            data: self.data.clone().try_map(decode)?,
            timestamp: self.timestamp,
            created_at: self.created_at,
            position: self.position,
        })
    }
}

/// The events of one commit, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// The state the commit made: that of its last row.
    pub position: Position,
    /// Whether its writer said where it ends, as the registry's own does; otherwise it
    /// is another program's.
    pub own: bool,
    /// The events of the tables the subscriber asked for. They were decoded once,
    /// for all subscribers.
    pub events: Vec<Arc<Event>>,
}

impl Unit {
    /// The unit as somebody sees it who is told of these tables only and knows what
    /// came up to a position; nothing when there is nothing for it. (Another program's
    /// unit is as long as the log was when it was read, so that two may overlap.)
    pub(super) fn of_tables(
        self: &Arc<Self>,
        tables: &HashSet<String>,
        after: Position,
    ) -> Option<Arc<Self>> {
        let is_asked =
            |event: &&Arc<Event>| event.position > after && tables.contains(&event.table);
        let asked = self.events.iter().filter(is_asked).count();
        if asked == 0 {
            return None;
        }
        if asked == self.events.len() {
            return Some(self.clone());
        }
        Some(Arc::new(Self {
            events: self.events.iter().filter(is_asked).cloned().collect(),
            ..**self
        }))
    }

    /// About how much memory it takes (in bytes).
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.events.iter().map(|event| event.bytes()).sum::<usize>()
    }
}

/// A field takes a place in a tree, a name, and a value with what it holds.
fn row_bytes(row: &RowData) -> usize {
    let fields = row.iter();
    fields
        .map(|(name, value)| name.len() + 120 + value_bytes(value))
        .sum()
}

fn value_bytes(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::String(text) => text.len(),
        serde_json::Value::Array(values) => {
            let values = values.iter();
            values.map(|it| size_of_val(it) + value_bytes(it)).sum()
        }
        serde_json::Value::Object(fields) => row_bytes(fields),
        _ => 0,
    }
}

/// A row of the log that cannot be understood (XX001).
pub(super) fn malformed(what: String) -> Error {
    Error::new(
        ErrorKind::Internal(Fault::Data),
        "a row of the change log cannot be understood",
    )
    .with_detail(format!("{what}."))
}
