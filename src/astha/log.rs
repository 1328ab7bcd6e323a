//! The change log and the offsets of those who read it.

use std::sync::Arc;

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use rusqlite::{Connection, params};

use super::event::{Data, Event, Operation, RowData, Unit, malformed};
use super::subscriber::Refresh;
use crate::error::Result;
use crate::position::Position;
use crate::sqlite::{Database, Reader};

/// The table name of the row that ends a commit of the registry's.
const COMMIT: &str = "__commit";

/// Whoever has not renewed its lease for so long no longer holds the log back.
const LEASE: Duration = Duration::seconds(60);

/// The instance of a component's durable offset for the store.
const DURABLE: &str = "";

/// What the log holds after a position.
#[derive(Debug)]
pub(super) enum Batch {
    /// Whole units, and how far they go. Empty when there is nothing.
    Units(Vec<Unit>, Position),
    /// Something that is no events: look at the source, then go on from here.
    Refresh(Refresh, Position),
    /// The log ends before the position: another program set its counter back.
    SetBack,
}

/// The log of one database, as one subscriber reads it.
pub(super) struct ChangeLog {
    database: Arc<Database>,
    reader: Reader,
    component: &'static str,
    instance: String,
    tables: &'static [&'static str],
}

/// Bounds of one batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Rows after which a batch ends with the unit.
    pub(super) rows: usize,
    /// Bytes that a batch may hold before a unit counts as too large.
    pub(super) bytes: usize,
}

impl ChangeLog {
    pub(super) fn open(
        database: &Arc<Database>,
        component: &'static str,
        tables: &'static [&'static str],
    ) -> Result<Self> {
        Ok(Self {
            database: database.clone(),
            reader: database.reader()?,
            component,
            instance: uuid::Uuid::new_v4().to_string(),
            tables,
        })
    }

    /// Takes a lease and answers where to begin: at the component's durable
    /// offset, or now when it has none yet.
    pub(super) async fn begin(&self) -> Result<Position> {
        let (component, instance) = (self.component, self.instance.clone());
        self.database
            .write(move |connection| {
                let durable = offset(connection, component, DURABLE)?;
                let position = durable.map_or_else(|| end(connection), Ok)?;
                for instance in [DURABLE, &instance] {
                    put_offset(connection, component, instance, position)?;
                }
                Ok(position)
            })
            .await
    }

    /// Gives the lease back, so that nobody waits for it to run out.
    pub(super) async fn end(&self, position: Position) -> Result<()> {
        let (component, instance) = (self.component, self.instance.clone());
        self.database
            .write(move |connection| {
                put_offset(connection, component, DURABLE, position)?;
                connection.execute(
                    "DELETE FROM __cdc_offsets WHERE component = ?1 AND instance = ?2",
                    [component, &instance],
                )?;
                prune(connection)
            })
            .await
    }

    /// Moves the offsets, durably, with the next commit or soon; and prunes.
    pub(super) fn advance(&self, position: Position) {
        let (component, instance) = (self.component, self.instance.clone());
        self.database.write_later(move |connection| {
            for instance in [DURABLE, &instance] {
                put_offset(connection, component, instance, position)?;
            }
            prune(connection)
        });
    }

    /// Lets the counter of positions go on from the highest that was ever seen:
    /// a position is never given twice.
    pub(super) async fn restore(&self, position: Position) -> Result<()> {
        self.database
            .write(move |connection| {
                let highest: i64 = connection.query_row(
                    "SELECT max(?1, (SELECT pruned_through FROM __cdc_horizon),
                        coalesce((SELECT max(id) FROM __cdc_log), 0),
                        coalesce((SELECT max(position) FROM __cdc_offsets), 0))",
                    [position.0],
                    |row| row.get(0),
                )?;
                connection.execute("DELETE FROM sqlite_sequence WHERE name = '__cdc_log'", [])?;
                connection.execute(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES ('__cdc_log', ?1)",
                    [highest],
                )?;
                Ok(())
            })
            .await
    }

    /// Whether anybody has written since the last call.
    pub(super) fn data_version(&self) -> Result<i64> {
        self.reader.data_version()
    }

    /// The next whole units after a position.
    pub(super) async fn read(&self, after: Position, bounds: Bounds) -> Result<Batch> {
        let tables = self.tables;
        self.reader
            .read(move |connection| batch(connection, after, bounds, tables))
            .await
    }
}

/// Removes every offset of a component, and what only it had not seen.
pub(super) async fn forget(database: &Database, component: &str) -> Result<()> {
    let component = component.to_owned();
    database
        .write(move |connection| {
            connection.execute(
                "DELETE FROM __cdc_offsets WHERE component = ?1",
                [component],
            )?;
            prune(connection)
        })
        .await
}

/// A unit that has not ended yet.
struct Open {
    first: Position,
    events: Vec<Event>,
}

fn batch(
    connection: &Connection,
    after: Position,
    bounds: Bounds,
    tables: &[&str],
) -> Result<Batch> {
    let pruned: i64 = connection
        .prepare_cached("SELECT pruned_through FROM __cdc_horizon")?
        .query_row([], |row| row.get(0))?;
    let end_now = end(connection)?;
    if after > end_now {
        return Ok(Batch::SetBack);
    }
    if after.0 < pruned {
        return Ok(Batch::Refresh(Refresh::Gone, end_now));
    }
    let mut statement = connection.prepare_cached(
        "SELECT id, timestamp, tablename, operation, before, after, created_at,
                coalesce(length(before), 0) + coalesce(length(after), 0)
         FROM __cdc_log WHERE id > ?1 ORDER BY id",
    )?;
    let mut rows = statement.query([after.0])?;

    let mut units = Vec::new();
    let mut open: Option<Open> = None;
    let (mut through, mut read, mut bytes) = (after, 0_usize, 0_usize);
    while let Some(row) = rows.next()? {
        let position = Position(row.get(0)?);
        read += 1;
        bytes += usize::try_from(row.get::<_, i64>(7)?).unwrap_or(usize::MAX);
        let table = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        if table == COMMIT {
            let first = match marker(row) {
                Ok(first) => first,
                // What came before is delivered; the broken row is met again.
                Err(_) if !units.is_empty() => return Ok(Batch::Units(units, through)),
                Err(error) => return Ok(refresh(&error, position)),
            };
            close(&mut units, open.take(), first, position);
            through = position;
            // A batch ends only where a unit does.
            if read >= bounds.rows || bytes >= bounds.bytes {
                return Ok(Batch::Units(units, through));
            }
            continue;
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
        let unit = open.get_or_insert_with(|| Open {
            first: position,
            events: Vec::new(),
        });
        if tables.contains(&table) {
            match event(row, table.to_owned(), position) {
                Ok(event) => unit.events.push(event),
                Err(_) if !units.is_empty() => return Ok(Batch::Units(units, through)),
                Err(error) => return Ok(refresh(&error, unit_end(connection, position)?)),
            }
        }
    }
    // What no marker ends is another program's: one unit as far as it was read.
    if let Some(open) = open {
        through = end(connection)?;
        units.push(Unit {
            position: through,
            own: false,
            events: open.events,
        });
    }
    Ok(Batch::Units(units, through))
}

/// Ends the open unit at a marker: rows before the marker's first are another
/// program's and a unit of their own.
fn close(units: &mut Vec<Unit>, open: Option<Open>, first: Position, marker: Position) {
    let Some(open) = open else { return };
    let (foreign, own): (Vec<_>, Vec<_>) = open
        .events
        .into_iter()
        .partition(|event| event.position < first);
    if open.first < first {
        units.push(Unit {
            position: Position(first.0 - 1),
            own: false,
            events: foreign,
        });
    }
    units.push(Unit {
        position: marker,
        own: true,
        events: own,
    });
}

fn refresh(error: &crate::error::Error, through: Position) -> Batch {
    tracing::error!(%error, detail = error.detail(), position = through.0, "the change log holds a row that cannot be understood");
    Batch::Refresh(Refresh::Malformed, through)
}

/// The `first` of a marker row.
fn marker(row: &rusqlite::Row<'_>) -> Result<Position> {
    let text = row.get_ref(5)?.as_str().map_err(rusqlite::Error::from)?;
    let value: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| malformed("a marker is not JSON".to_owned()).with_source(error))?;
    value["first"]
        .as_i64()
        .map(Position)
        .ok_or_else(|| malformed("a marker has no first row".to_owned()))
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
fn end(connection: &Connection) -> Result<Position> {
    let seq: Option<i64> = connection
        .prepare_cached("SELECT max(seq) FROM sqlite_sequence WHERE name = '__cdc_log'")?
        .query_row([], |row| row.get(0))?;
    Ok(Position(seq.unwrap_or(0)))
}

fn offset(connection: &Connection, component: &str, instance: &str) -> Result<Option<Position>> {
    let mut statement = connection.prepare_cached(
        "SELECT position FROM __cdc_offsets WHERE component = ?1 AND instance = ?2",
    )?;
    let mut rows = statement.query([component, instance])?;
    Ok(rows
        .next()?
        .map(|row| row.get(0))
        .transpose()?
        .map(Position))
}

/// An offset never goes back: two processes share the durable one.
fn put_offset(
    connection: &Connection,
    component: &str,
    instance: &str,
    position: Position,
) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO __cdc_offsets (component, instance, position, renewed_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (component, instance) DO UPDATE
             SET position = max(position, excluded.position), renewed_at = excluded.renewed_at",
        )?
        .execute(params![component, instance, position.0, text(Utc::now())])?;
    Ok(())
}

/// Deletes the rows that every live subscriber has seen, and leases that ran
/// out.
fn prune(connection: &Connection) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM __cdc_offsets WHERE instance <> ?1 AND renewed_at < ?2")?
        .execute([DURABLE, &text(Utc::now() - LEASE)])?;
    let seen: Option<i64> = connection
        .prepare_cached("SELECT min(position) FROM __cdc_offsets")?
        .query_row([], |row| row.get(0))?;
    let Some(seen) = seen else { return Ok(()) };
    let deleted = connection
        .prepare_cached("DELETE FROM __cdc_log WHERE id <= ?1")?
        .execute([seen])?;
    if deleted > 0 {
        connection
            .prepare_cached("UPDATE __cdc_horizon SET pruned_through = max(pruned_through, ?1)")?
            .execute([seen])?;
    }
    Ok(())
}

fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}
