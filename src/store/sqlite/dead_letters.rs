//! The dead letters of the change pipeline.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::codec::{damaged, time_from_text, time_to_text};
use crate::dead_letter::DeadLetter;
use crate::error::Result;
use crate::position::Position;

/// The namespace of the tables whose changes are followed.
const REGISTRY: &str = "registry";

/// Keeps letters; one that is there already waits again, with the newest error.
pub(super) fn keep(
    connection: &Connection,
    letters: &[DeadLetter],
    now: DateTime<Utc>,
) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO cartridge_warp__dead_letter_queue
            (id, schema_name, table_name, operation_type, record_data, original_timestamp,
             error_count, first_error_at, last_error_at, last_error_message,
             component, event_position, event_operation, failure)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT (id) DO UPDATE SET
            error_count = error_count + excluded.error_count,
            last_error_at = excluded.last_error_at,
            last_error_message = excluded.last_error_message,
            status = 'pending', processed_at = NULL, processed_by = NULL,
            resolution_method = NULL",
    )?;
    for letter in letters {
        // What is no operation is told as the row has it, under a word that there is.
        let operation = match letter.operation.as_str() {
            "INSERT" => "insert",
            "DELETE" => "delete",
            _ => "update",
        };
        statement.execute(params![
            letter.id.to_string(),
            REGISTRY,
            letter.table,
            operation,
            letter.record.to_string(),
            letter.timestamp.map(time_to_text),
            letter.attempts,
            time_to_text(now),
            letter.error,
            letter.component,
            letter.position.0,
            letter.operation,
            letter.failure.as_str(),
        ])?;
    }
    Ok(())
}

/// A letter that waits.
pub(super) fn pending(connection: &Connection, id: Uuid) -> Result<Option<DeadLetter>> {
    connection
        .prepare_cached(
            "SELECT component, event_position, table_name, event_operation, record_data,
                    original_timestamp, failure, error_count, last_error_message
             FROM cartridge_warp__dead_letter_queue
             WHERE id = ?1 AND component IS NOT NULL AND status IN ('pending', 'processing')",
        )?
        .query_row([id.to_string()], |row| Ok(letter(id, row)))
        .optional()?
        .transpose()
}

/// Notes that a letter was delivered after all.
pub(super) fn resolve(connection: &Connection, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE cartridge_warp__dead_letter_queue
             SET status = 'resolved', resolution_method = 'reprocessed',
                 processed_at = ?2, processed_by = component
             WHERE id = ?1",
        )?
        .execute([id.to_string(), time_to_text(now)])?;
    Ok(())
}

fn letter(id: Uuid, row: &Row<'_>) -> Result<DeadLetter> {
    let record: String = row.get(4)?;
    let timestamp: Option<String> = row.get(5)?;
    let record = serde_json::from_str(&record);
    let failure: String = row.get(6)?;
    Ok(DeadLetter {
        id,
        component: row.get(0)?,
        position: Position(row.get(1)?),
        table: row.get(2)?,
        operation: row.get(3)?,
        record: record.map_err(|_| damaged("a dead letter is no JSON"))?,
        timestamp: timestamp.map(|text| time_from_text(&text)).transpose()?,
        failure: failure.parse()?,
        attempts: row.get(7)?,
        error: row.get::<_, Option<String>>(8)?.unwrap_or_default(),
    })
}
