//! Dead letters beside the log, for a pipeline that has no other place for them.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::dead_letter::DeadLetters;
use crate::dead_letter::DeadLetter;
use crate::error::{Error, ErrorKind, Fault, Result};
use crate::position::Position;
use crate::sqlite::Database;

const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS __cdc_dead_letters (
        id          TEXT    NOT NULL PRIMARY KEY,
        component   TEXT    NOT NULL,
        position    INTEGER NOT NULL,
        tablename   TEXT    NOT NULL,
        operation   TEXT    NOT NULL,
        record      TEXT    NOT NULL,
        timestamp   TEXT,
        failure     TEXT    NOT NULL,
        attempts    INTEGER NOT NULL,
        error       TEXT    NOT NULL,
        resolved_at TEXT
    ) STRICT";

/// The table `__cdc_dead_letters` of the log's file; made when it is needed.
pub(super) struct LetterTable(pub(super) Arc<Database>);

#[async_trait]
impl DeadLetters for LetterTable {
    async fn keep(&self, letters: Vec<DeadLetter>) -> Result<()> {
        self.0
            .write(move |connection| {
                connection.execute_batch(TABLE)?;
                letters
                    .iter()
                    .try_for_each(|letter| put(connection, letter))
            })
            .await
    }

    async fn pending(&self, id: Uuid) -> Result<Option<DeadLetter>> {
        self.0
            .read(move |connection| {
                if !connection.table_exists(None, "__cdc_dead_letters")? {
                    return Ok(None);
                }
                let letter = connection
                    .prepare_cached(
                        "SELECT id, component, position, tablename, operation, record,
                                timestamp, failure, attempts, error
                         FROM __cdc_dead_letters WHERE id = ?1 AND resolved_at IS NULL",
                    )?
                    .query_row([id.to_string()], |row| Ok(letter(row)))
                    .optional()?;
                letter.transpose()
            })
            .await
    }

    async fn resolve(&self, id: Uuid) -> Result<()> {
        self.0
            .write(move |connection| {
                connection.execute(
                    "UPDATE __cdc_dead_letters SET resolved_at = ?2 WHERE id = ?1",
                    [id.to_string(), text(Utc::now())],
                )?;
                Ok(())
            })
            .await
    }
}

fn put(connection: &Connection, letter: &DeadLetter) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO __cdc_dead_letters
                (id, component, position, tablename, operation, record, timestamp, failure,
                 attempts, error)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (id) DO UPDATE SET
                attempts = attempts + excluded.attempts, error = excluded.error,
                resolved_at = NULL",
        )?
        .execute(params![
            letter.id.to_string(),
            letter.component,
            letter.position.0,
            letter.table,
            letter.operation,
            letter.record.to_string(),
            letter.timestamp.map(text),
            letter.failure.as_str(),
            letter.attempts,
            letter.error,
        ])?;
    Ok(())
}

fn letter(row: &Row<'_>) -> Result<DeadLetter> {
    let broken = |column: &str| {
        let message = format!("the {column} of a dead letter cannot be understood");
        Error::new(ErrorKind::Internal(Fault::Data), message)
    };
    let id: String = row.get(0)?;
    let record: String = row.get(5)?;
    let timestamp: Option<String> = row.get(6)?;
    let timestamp = timestamp.map(|text| DateTime::parse_from_rfc3339(&text));
    let failure: String = row.get(7)?;
    Ok(DeadLetter {
        id: id.parse().map_err(|_| broken("id"))?,
        component: row.get(1)?,
        position: Position(row.get(2)?),
        table: row.get(3)?,
        operation: row.get(4)?,
        record: serde_json::from_str(&record).map_err(|_| broken("record"))?,
        timestamp: timestamp
            .transpose()
            .map_err(|_| broken("timestamp"))?
            .map(|time| time.to_utc()),
        failure: failure.parse()?,
        attempts: row.get(8)?,
        error: row.get(9)?,
    })
}

fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}
