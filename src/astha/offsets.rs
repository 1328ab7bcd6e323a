//! How far each component has come, and which rows of the log are still needed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use rusqlite::{Connection, params};

use super::log::end;
use super::statistics::Statistics;
use crate::error::Result;
use crate::position::Position;
use crate::sqlite::Database;

/// Whoever has not renewed its lease for so long no longer holds the log back.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// The instance of a component's durable offset for the store.
const DURABLE: &str = "";

/// The offsets of one component in this process.
pub(super) struct Offsets {
    database: Arc<Database>,
    statistics: Arc<Statistics>,
    component: &'static str,
    instance: String,
    max_absence: TimeDelta,
    /// The lease was given back: what waits to be written must not take it again.
    ended: Arc<AtomicBool>,
}

impl Offsets {
    pub(super) fn new(
        database: &Arc<Database>,
        statistics: &Arc<Statistics>,
        component: &'static str,
        max_absence: Duration,
    ) -> Self {
        Self {
            database: database.clone(),
            statistics: statistics.clone(),
            component,
            instance: uuid::Uuid::new_v4().to_string(),
            max_absence: TimeDelta::from_std(max_absence).unwrap_or(TimeDelta::MAX),
            ended: Arc::default(),
        }
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
        self.ended.store(true, Ordering::Release);
        let (component, instance) = (self.component, self.instance.clone());
        let (statistics, max_absence) = (self.statistics.clone(), self.max_absence);
        self.database
            .write(move |connection| {
                put_offset(connection, component, DURABLE, position)?;
                connection.execute(
                    "DELETE FROM __cdc_offsets WHERE component = ?1 AND instance = ?2",
                    [component, &instance],
                )?;
                prune(connection, max_absence, &statistics)
            })
            .await
    }

    /// Moves the offsets, durably, with the next commit or soon; and prunes.
    pub(super) fn advance(&self, position: Position) {
        let (component, instance) = (self.component, self.instance.clone());
        let (statistics, max_absence) = (self.statistics.clone(), self.max_absence);
        let ended = self.ended.clone();
        self.database.write_later(move |connection| {
            if ended.load(Ordering::Acquire) {
                return Ok(());
            }
            for instance in [DURABLE, &instance] {
                put_offset(connection, component, instance, position)?;
            }
            crate::failpoint::at("astha::prune");
            prune(connection, max_absence, &statistics)
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

    /// Removes every offset of a component, and what only it had not seen.
    pub(super) async fn forget(
        database: &Database,
        statistics: &Arc<Statistics>,
        component: &str,
        max_absence: Duration,
    ) -> Result<()> {
        let (component, statistics) = (component.to_owned(), statistics.clone());
        let max_absence = TimeDelta::from_std(max_absence).unwrap_or(TimeDelta::MAX);
        database
            .write(move |connection| {
                connection.execute(
                    "DELETE FROM __cdc_offsets WHERE component = ?1",
                    [component],
                )?;
                prune(connection, max_absence, &statistics)
            })
            .await
    }
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

/// Deletes the rows that every live component has seen, and leases that ran out. A
/// durable offset counts for as long as its component may come back.
fn prune(connection: &Connection, max_absence: TimeDelta, statistics: &Statistics) -> Result<()> {
    let begun = Instant::now();
    let now = Utc::now();
    connection
        .prepare_cached("DELETE FROM __cdc_offsets WHERE instance <> ?1 AND renewed_at < ?2")?
        .execute([DURABLE, &text(now - LEASE)])?;
    let since = now.checked_sub_signed(max_absence).unwrap_or_default();
    let seen: Option<i64> = connection
        .prepare_cached("SELECT min(position) FROM __cdc_offsets WHERE renewed_at >= ?1")?
        .query_row([text(since)], |row| row.get(0))?;
    let Some(seen) = seen else { return Ok(()) };
    // First: rows that are deleted above it are missed by somebody.
    connection
        .prepare_cached(
            "UPDATE __cdc_horizon SET pruned_through = ?1
             WHERE pruned_through < ?1 AND EXISTS (SELECT 1 FROM __cdc_log WHERE id <= ?1)",
        )?
        .execute([seen])?;
    let deleted = connection
        .prepare_cached("DELETE FROM __cdc_log WHERE id <= ?1")?
        .execute([seen])?;
    if deleted > 0 {
        statistics.cleaned(deleted, begun.elapsed());
    }
    Ok(())
}

fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}
