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

/// How many positions are pruned in one go: other writers do not wait for longer.
const PRUNED_AT_ONCE: i64 = 4_096;

/// The offsets of one component in this process.
pub(super) struct Offsets {
    database: Arc<Database>,
    statistics: Arc<Statistics>,
    component: &'static str,
    instance: String,
    max_absence: TimeDelta,
    /// The lease was given back: what waits to be written must not take it again.
    ended: Arc<AtomicBool>,
    /// The log holds more rows that nobody needs.
    leaves_rows: Arc<AtomicBool>,
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
            leaves_rows: Arc::default(),
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
                prune(connection, max_absence, &statistics).map(drop)
            })
            .await
    }

    /// Moves the offsets, durably, with the next commit or soon; and prunes.
    pub(super) fn advance(&self, position: Position) {
        let (component, instance) = (self.component, self.instance.clone());
        let (statistics, max_absence) = (self.statistics.clone(), self.max_absence);
        let (ended, leaves_rows) = (self.ended.clone(), self.leaves_rows.clone());
        self.database.write_later(move |connection| {
            if ended.load(Ordering::Acquire) {
                return Ok(());
            }
            for instance in [DURABLE, &instance] {
                put_offset(connection, component, instance, position)?;
            }
            crate::failpoint::at("astha::prune");
            let leaves = prune(connection, max_absence, &statistics)?;
            leaves_rows.store(leaves, Ordering::Relaxed);
            Ok(())
        });
    }

    /// Whether the log held more rows that nobody needs than were removed.
    pub(super) fn leaves_rows(&self) -> bool {
        self.leaves_rows.load(Ordering::Relaxed)
    }

    /// Lets the counter of positions go on behind the highest that was ever seen.
    /// Whatever was given a number for the second time is known to nobody: everybody
    /// refreshes.
    pub(super) async fn restore(&self, position: Position) -> Result<()> {
        self.database
            .write(move |connection| {
                let is_unknown = connection.execute(
                    "INSERT OR IGNORE INTO __cdc_horizon (id, pruned_through) VALUES (1, 0)",
                    [],
                )? > 0;
                let (highest, is_right): (i64, bool) = connection.query_row(
                    "SELECT highest, highest <= (SELECT max(seq) FROM sqlite_sequence WHERE name = '__cdc_log')
                        AND NOT EXISTS (SELECT 1 FROM __cdc_log WHERE id <= pruned_through)
                     FROM (SELECT pruned_through,
                        max(?1, pruned_through, coalesce((SELECT max(id) FROM __cdc_log), 0),
                            coalesce((SELECT max(position) FROM __cdc_offsets), 0)) AS highest
                        FROM __cdc_horizon)",
                    [position.0],
                    |row| Ok((row.get(0)?, row.get::<_, Option<bool>>(1)?.unwrap_or(false))),
                )?;
                if is_right && !is_unknown {
                    // Another component was faster.
                    return Ok(());
                }
                let next = [highest + 1];
                connection.execute("UPDATE __cdc_horizon SET pruned_through = ?1", next)?;
                connection.execute("DELETE FROM __cdc_log", [])?;
                connection.execute("DELETE FROM sqlite_sequence WHERE name = '__cdc_log'", [])?;
                connection.execute(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES ('__cdc_log', ?1)",
                    next,
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
        let max_absence = TimeDelta::from_std(max_absence).unwrap_or(TimeDelta::MAX);
        loop {
            let (component, statistics) = (component.to_owned(), statistics.clone());
            let leaves_rows = database.write(move |connection| {
                connection.execute(
                    "DELETE FROM __cdc_offsets WHERE component = ?1",
                    [component],
                )?;
                prune(connection, max_absence, &statistics)
            });
            if !leaves_rows.await? {
                return Ok(());
            }
        }
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

/// Deletes rows that every live component has seen, the oldest first, and leases that
/// ran out; answers whether there are more. A durable offset counts for as long as its
/// component may come back, and at least for a lease.
fn prune(connection: &Connection, max_absence: TimeDelta, statistics: &Statistics) -> Result<bool> {
    let begun = Instant::now();
    let now = Utc::now();
    connection
        .prepare_cached(
            // One of the future is of a clock that was set back.
            "DELETE FROM __cdc_offsets
             WHERE instance <> ?1 AND renewed_at NOT BETWEEN ?2 AND ?3",
        )?
        .execute([DURABLE, &text(now - LEASE), &text(now + LEASE)])?;
    let since = now.checked_sub_signed(max_absence.max(LEASE));
    let (seen, oldest): (Option<i64>, Option<i64>) = connection
        .prepare_cached(
            "SELECT (SELECT min(position) FROM __cdc_offsets WHERE renewed_at >= ?1),
                (SELECT min(id) FROM __cdc_log)",
        )?
        .query_row([text(since.unwrap_or_default())], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let (Some(seen), Some(oldest)) = (seen, oldest) else {
        return Ok(false);
    };
    if seen < oldest {
        return Ok(false);
    }
    let through = seen.min(oldest.saturating_add(PRUNED_AT_ONCE - 1));
    // First: rows that are deleted above it are missed by somebody.
    connection
        .prepare_cached("UPDATE __cdc_horizon SET pruned_through = max(pruned_through, ?1)")?
        .execute([through])?;
    let deleted = connection
        .prepare_cached("DELETE FROM __cdc_log WHERE id <= ?1")?
        .execute([through])?;
    statistics.cleaned(deleted, begun.elapsed());
    Ok(through < seen)
}

fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}
