//! A component with a memory of its own, which no cut reaches: it must never know
//! anything that the store has lost.

use std::collections::BTreeMap;

use async_trait::async_trait;
use parking_lot::Mutex;
use rekha::astha::{Component, Data, Event, Health, Refresh, RowData, Subscriber, Unit};
use rekha::error::Result;
use rekha::position::Position;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::Value;

use super::{Verdict, ensure};

pub(super) const NAME: &str = "follower";

const TABLES: &[&str] = &["databases", "tables", "table_columns", "table_metadata"];

/// Makes the tables anew out of what it is told.
#[derive(Default)]
pub(super) struct Follower(Mutex<Told>);

#[derive(Default)]
struct Told {
    rows: Rows,
    events: BTreeMap<Position, Event>,
    has_begun: bool,
    /// The first thing that must not be.
    violation: Option<String>,
}

/// Rows by table and id.
type Rows = BTreeMap<(String, i64), RowData>;

impl Follower {
    /// It knows as much as the tables say and is told all that comes then.
    pub(super) fn begin(&self, file: &Connection) {
        let mut told = self.0.lock();
        if !told.has_begun {
            told.rows = rows(file);
            told.has_begun = true;
        }
    }

    /// What it was told makes the tables, and the tables make what it was told.
    pub(super) fn compare(&self, file: &Connection) -> Verdict {
        let told = self.0.lock();
        if let Some(violation) = &told.violation {
            return Err(violation.clone());
        }
        let stored = rows(file);
        let differing = |(key, row): &(_, _)| told.rows.get(*key) != Some(*row);
        let untold = stored.iter().find(differing);
        ensure(untold.is_none(), || {
            let known = untold.map(|(key, _)| told.rows.get(key));
            format!("it was not told of {untold:?}, and knows {known:?}")
        })?;
        let invented = told.rows.keys().find(|key| !stored.contains_key(key));
        ensure(invented.is_none(), || {
            format!("it was told of {invented:?}")
        })
    }
}

impl Told {
    fn hear(&mut self, event: &Event) -> Verdict {
        let position = event.position;
        if let Some(known) = self.events.get(&position) {
            return ensure(known == event, || {
                format!("{position} was {known:?} and became {event:?}")
            });
        }
        let last = self.events.keys().next_back().copied();
        ensure(last.is_none_or(|last| last < position), || {
            format!("{position} was told after {last:?}")
        })?;
        self.events.insert(position, event.clone());
        let id = event.data.row()["id"].as_i64().expect("a row has an id");
        let key = (event.table.clone(), id);
        let (before, after) = match &event.data {
            Data::Insert(new) => (None, Some(new)),
            Data::Update { old, new } => (Some(old), Some(new)),
            Data::Delete(old) => (Some(old), None),
        };
        let known = self.rows.get(&key);
        ensure(known == before, || {
            format!("{position} says that {before:?} was there, and it was {known:?}")
        })?;
        match after {
            Some(row) => self.rows.insert(key, row.clone()),
            None => self.rows.remove(&key),
        };
        Ok(())
    }
}

#[async_trait]
impl Subscriber for Follower {
    fn component(&self) -> Component {
        Component {
            name: NAME,
            version: "1.0.0",
            tables: TABLES,
        }
    }

    async fn on_event(&self, unit: &Unit) -> Result<()> {
        let mut told = self.0.lock();
        for event in &unit.events {
            if let Err(violation) = told.hear(event) {
                told.violation.get_or_insert(violation);
            }
        }
        Ok(())
    }

    async fn on_health(&self) -> Health {
        Health::Healthy
    }

    async fn on_refresh(&self, reason: Refresh, through: Position) -> Result<()> {
        let violation = format!("events up to {through} are lost: {reason:?}");
        self.0.lock().violation.get_or_insert(violation);
        Ok(())
    }
}

/// The rows of all tables as events have them.
fn rows(file: &Connection) -> Rows {
    let mut rows = Rows::new();
    for table in TABLES {
        let mut statement = file.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns: Vec<_> = statement
            .column_names()
            .into_iter()
            .map(str::to_owned)
            .collect();
        let mut stored = statement.query([]).unwrap();
        while let Some(row) = stored.next().unwrap() {
            let value = |(nth, column): (usize, &String)| {
                let value = match row.get_ref(nth).unwrap() {
                    ValueRef::Null => Value::Null,
                    ValueRef::Integer(number) => number.into(),
                    ValueRef::Real(number) => number.into(),
                    ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
                    ValueRef::Blob(bytes) => panic!("{table}.{column} is {bytes:?}"),
                };
                (column.clone(), value)
            };
            let row: RowData = columns.iter().enumerate().map(value).collect();
            let id = row["id"].as_i64().expect("a row has an id");
            rows.insert(((*table).to_owned(), id), row);
        }
    }
    rows
}
