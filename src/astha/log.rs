//! The change log: rows as units of events.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params};

use super::event::{Data, Event, Operation, RowData, Unit, malformed};
use super::subscriber::Refresh;
use crate::error::{Error, ErrorKind, Fault, Result};
use crate::position::Position;
use crate::sqlite::{Database, Reader};

/// The table name of the row that ends a commit of the registry's.
const COMMIT: &str = "__commit";

const END_UNIT: &str = include_str!("../../sql/sqlite/end_unit.sql");

/// What the log holds after a position.
#[derive(Debug)]
pub(super) enum Batch {
    /// Whole units, and how far they go. Empty when there is nothing.
    Units(Vec<Arc<Unit>>, Position),
    /// Something that is no events: look at the source, then go on from here.
    Refresh(Refresh, Position),
    /// A row that cannot be understood: the unit it is in goes to here.
    Malformed(Malformed, Position),
    /// Another program set the log's counter back: the log ends before the position, or
    /// numbers that had been given were given again. Or nobody knows any more what was
    /// pruned.
    SetBack,
}

/// What is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogState {
    /// The position of the newest state.
    pub end: Position,
    /// Rows that somebody still needs, markers among them (about: those that were
    /// deleted from between count).
    pub depth: u64,
}

/// A row that cannot be understood, as it stands in the log.
#[derive(Debug)]
pub(super) struct Malformed {
    pub(super) position: Position,
    pub(super) table: String,
    pub(super) operation: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    pub(super) error: String,
}

/// Bounds of one batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Rows after which a batch ends with the unit.
    pub(super) rows: usize,
    /// Bytes that the events of a batch may take before a unit counts as too large.
    pub(super) bytes: usize,
}

/// What is in the log of a database.
pub(super) fn state(connection: &Connection) -> Result<LogState> {
    // Not counted: that would read the whole log.
    let depth: i64 = connection.query_row(
        "SELECT coalesce((SELECT max(id) FROM __cdc_log) - (SELECT min(id) FROM __cdc_log) + 1, 0)",
        [],
        |row| row.get(0),
    )?;
    Ok(LogState {
        end: end(connection)?,
        depth: u64::try_from(depth).unwrap_or(0),
    })
}

/// Makes changes that are one unit: without this, changes are one with whatever is
/// read together with them. The connection is in a transaction, as in
/// [`Database::write`]. Not for a registry's tables, whose registry does it.
///
/// # Errors
/// Those of the changes, and of the file.
pub fn in_unit<T>(
    connection: &Connection,
    changes: impl FnOnce(&Connection) -> Result<T>,
) -> Result<T> {
    let before = end(connection)?;
    let changed = changes(connection)?;
    if end(connection)? > before {
        connection
            .prepare_cached(END_UNIT)?
            .execute([before.0 + 1])?;
    }
    Ok(changed)
}

/// Reads the log of one database.
pub(super) struct LogReader {
    database: Arc<Database>,
    reader: Mutex<Arc<Reader>>,
}

impl LogReader {
    pub(super) fn open(database: &Arc<Database>) -> Result<Self> {
        Ok(Self {
            database: database.clone(),
            reader: Mutex::new(Arc::new(database.reader()?)),
        })
    }

    /// The next whole units after a position: their events of these tables.
    pub(super) async fn read(
        &self,
        after: Position,
        bounds: Bounds,
        tables: Arc<HashSet<String>>,
    ) -> Result<Batch> {
        let reader = self.reader.lock().clone();
        let read = reader
            .read(move |connection| batch(connection, after, bounds, &tables))
            .await;
        if let Err(error) = &read {
            self.reopen_after(error);
        }
        read
    }

    /// The position of the newest state.
    pub(super) async fn end(&self) -> Result<Position> {
        let reader = self.reader.lock().clone();
        reader.read(end).await
    }

    /// Changes when anybody has written since the last call.
    pub(super) fn data_version(&self) -> Result<i64> {
        let version = self.reader.lock().data_version();
        if let Err(error) = &version {
            self.reopen_after(error);
        }
        version
    }

    /// The file may be there again under another connection.
    fn reopen_after(&self, error: &Error) {
        if error.kind() == ErrorKind::Internal(Fault::Data) {
            return;
        }
        match self.database.reader() {
            Ok(reader) => *self.reader.lock() = Arc::new(reader),
            Err(error) => tracing::error!(%error, "the change log cannot be opened again yet"),
        }
    }
}

/// A unit that has not ended yet.
struct Open {
    first: Position,
    events: Vec<Arc<Event>>,
}

fn batch(
    connection: &Connection,
    after: Position,
    bounds: Bounds,
    tables: &HashSet<String>,
) -> Result<Batch> {
    let (pruned, oldest): (Option<i64>, Option<i64>) = connection
        .prepare_cached(
            "SELECT (SELECT pruned_through FROM __cdc_horizon), (SELECT min(id) FROM __cdc_log)",
        )?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some(pruned) = pruned else {
        return Ok(Batch::SetBack);
    };
    let end_now = end(connection)?;
    if after > end_now || oldest.is_some_and(|oldest| oldest <= pruned) {
        return Ok(Batch::SetBack);
    }
    if after.0 < pruned {
        return Ok(Batch::Refresh(Refresh::Gone, end_now));
    }
    crate::failpoint::at("astha::read");
    let mut statement = connection.prepare_cached(
        "SELECT id, timestamp, tablename, operation, before, after, created_at
         FROM __cdc_log WHERE id > ?1 ORDER BY id",
    )?;
    let mut rows = statement.query([after.0])?;

    let mut units = Vec::new();
    let mut open: Option<Open> = None;
    let (mut through, mut read, mut bytes) = (after, 0_usize, 0_usize);
    while let Some(row) = rows.next()? {
        let position = Position(row.get(0)?);
        read += 1;
        let table = match row.get_ref(2)?.as_str() {
            Ok(table) => table,
            Err(_) if !units.is_empty() => return Ok(Batch::Units(units, through)),
            Err(error) => {
                let error =
                    malformed("the name of a table is no text".to_owned()).with_source(error);
                return Ok(refresh(row, &error, unit_end(connection, position)?));
            }
        };
        if table == COMMIT {
            let first = match marker(row, position) {
                Ok(first) => first,
                // What came before is delivered; the broken row is met again.
                Err(_) if !units.is_empty() => return Ok(Batch::Units(units, through)),
                Err(error) => return Ok(refresh(row, &error, position)),
            };
            close(&mut units, open.take(), first, position);
            through = position;
            // A batch ends only where a unit does.
            if read >= bounds.rows || bytes >= bounds.bytes {
                return Ok(Batch::Units(units, through));
            }
            continue;
        }
        let unit = open.get_or_insert_with(|| Open {
            first: position,
            events: Vec::new(),
        });
        if tables.contains(table) {
            match event(row, table.to_owned(), position) {
                Ok(event) => {
                    bytes += event.bytes();
                    unit.events.push(Arc::new(event));
                }
                Err(_) if !units.is_empty() => return Ok(Batch::Units(units, through)),
                Err(error) => {
                    return Ok(refresh(row, &error, unit_end(connection, position)?));
                }
            }
        }
        if bytes > bounds.bytes {
            // The rest is one unit that does not fit. Units before it go first.
            return match units.is_empty() {
                false => Ok(Batch::Units(units, through)),
                true => Ok(Batch::Refresh(
                    Refresh::TooLarge,
                    unit_end(connection, position)?,
                )),
            };
        }
    }
    // What no marker ends is another program's: one unit as far as it was read.
    if let Some(open) = open {
        through = end(connection)?;
        units.push(Arc::new(Unit {
            position: through,
            own: false,
            events: open.events,
        }));
    }
    Ok(Batch::Units(units, through))
}

/// Ends the open unit at a marker: rows before the marker's first are another
/// program's and a unit of their own.
fn close(units: &mut Vec<Arc<Unit>>, open: Option<Open>, first: Position, marker: Position) {
    let Some(open) = open else { return };
    let (foreign, own): (Vec<_>, Vec<_>) = open
        .events
        .into_iter()
        .partition(|event| event.position < first);
    if open.first < first {
        units.push(Arc::new(Unit {
            position: Position(first.0 - 1),
            own: false,
            events: foreign,
        }));
    }
    units.push(Arc::new(Unit {
        position: marker,
        own: true,
        events: own,
    }));
}

fn refresh(row: &rusqlite::Row<'_>, error: &Error, through: Position) -> Batch {
    let text = |column: usize| match row.get_ref(column) {
        Ok(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
        Ok(ValueRef::Integer(number)) => Some(number.to_string()),
        Ok(ValueRef::Real(number)) => Some(number.to_string()),
        _ => None,
    };
    let detail = error.detail().unwrap_or_else(|| error.message());
    let malformed = Malformed {
        position: Position(row.get(0).unwrap_or_default()),
        table: text(2).unwrap_or_default(),
        operation: text(3).unwrap_or_default(),
        before: text(4),
        after: text(5),
        error: format!("{}: {detail}", error.sqlstate()),
    };
    tracing::error!(
        position = malformed.position.0,
        table = malformed.table,
        error = malformed.error,
        "the change log holds a row that cannot be understood"
    );
    Batch::Malformed(malformed, through)
}

/// The `first` of a marker row.
fn marker(row: &rusqlite::Row<'_>, position: Position) -> Result<Position> {
    let text = row.get_ref(5)?.as_str().map_err(rusqlite::Error::from)?;
    let value: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| malformed("a marker is not JSON".to_owned()).with_source(error))?;
    let first = value["first"]
        .as_i64()
        .ok_or_else(|| malformed("a marker has no first row".to_owned()))?;
    if first > position.0 {
        let what = format!("the first row of a marker, {first}, comes after it");
        return Err(malformed(what));
    }
    Ok(Position(first))
}

fn event(row: &rusqlite::Row<'_>, table: String, position: Position) -> Result<Event> {
    let operation: Operation = row
        .get_ref(3)?
        .as_str()
        .map_err(rusqlite::Error::from)?
        .parse()?;
    let data = |column: usize| -> Result<RowData> {
        let text = row
            .get_ref(column)?
            .as_str_or_null()
            .map_err(rusqlite::Error::from)?;
        let text = text.ok_or_else(|| malformed("a row image is missing".to_owned()))?;
        serde_json::from_str(text).map_err(|error| {
            malformed("a row image is not a JSON object".to_owned()).with_source(error)
        })
    };
    let time = |column: usize| -> Result<DateTime<Utc>> {
        let text = row
            .get_ref(column)?
            .as_str()
            .map_err(rusqlite::Error::from)?;
        let time = DateTime::parse_from_rfc3339(text)
            .map_err(|error| malformed(format!("\"{text}\" is not a time")).with_source(error))?;
        Ok(time.to_utc())
    };
    let data = match operation {
        Operation::Insert => Data::Insert(data(5)?),
        Operation::Update => Data::Update {
            old: data(4)?,
            new: data(5)?,
        },
        Operation::Delete => Data::Delete(data(4)?),
    };
    Ok(Event {
        table,
        data,
        timestamp: time(1)?,
        created_at: time(6)?,
        position,
    })
}

/// The end of the unit a row is in: its marker, or the end of the log.
fn unit_end(connection: &Connection, position: Position) -> Result<Position> {
    let marker: Option<i64> = connection
        .prepare_cached("SELECT min(id) FROM __cdc_log WHERE id > ?1 AND tablename = ?2")?
        .query_row(params![position.0, COMMIT], |row| row.get(0))?;
    marker.map_or_else(|| end(connection), |id| Ok(Position(id)))
}

/// The position of the state the connection's transaction sees.
pub(super) fn end(connection: &Connection) -> Result<Position> {
    let seq: Option<i64> = connection
        .prepare_cached("SELECT max(seq) FROM sqlite_sequence WHERE name = '__cdc_log'")?
        .query_row([], |row| row.get(0))?;
    Ok(Position(seq.unwrap_or(0)))
}
