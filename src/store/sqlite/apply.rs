//! Applies a [`Change`] in the savepoint of its own that the writer gives it.

use std::ops::Range;

use rusqlite::{Connection, params};

use super::{codec, columns, foreign, load};
use crate::error::{Error, ErrorKind, Result};
use crate::position::Position;
use crate::schema::ObjectId;
use crate::store::{Change, Namespace, Requirement, Stream, Update, Version};

/// The rows since the first are one commit of the registry's.
const END_UNIT: &str = include_str!("../../../sql/sqlite/end_unit.sql");

/// Checks the requirements, does the updates, ends the unit in the log; without
/// updates there is no unit.
///
/// # Errors
/// 40001 when a requirement does not hold.
pub(super) fn apply(connection: &Connection, change: &Change) -> Result<Position> {
    let before = codec::position(connection)?;
    for requirement in &change.requirements {
        require(connection, requirement)?;
    }
    if change.updates.is_empty() {
        return Ok(before);
    }
    for update in &change.updates {
        self::update(connection, update).map_err(collision)?;
    }
    connection
        .prepare_cached(END_UNIT)?
        .execute([before.0 + 1])?;
    Ok(Position(connection.last_insert_rowid()))
}

/// Takes `count` ids out of the one sequence. The counters of the two tables
/// are moved too, so that a row another program inserts gets an id of its own.
pub(super) fn reserve_ids(connection: &Connection, count: u32) -> Result<Range<i64>> {
    let first: i64 = connection.query_row(
        "SELECT max((SELECT next_id FROM __object_ids),
                    (SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name IN ('databases', 'tables')))",
        [],
        |row| row.get(0),
    )?;
    let end = first + i64::from(count);
    connection.execute("UPDATE __object_ids SET next_id = ?1", [end])?;
    for table in ["databases", "tables"] {
        let moved = connection.execute(
            "UPDATE sqlite_sequence SET seq = ?2 WHERE name = ?1",
            params![table, end - 1],
        )?;
        if moved == 0 {
            connection.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)",
                params![table, end - 1],
            )?;
        }
    }
    Ok(first..end)
}

fn require(connection: &Connection, requirement: &Requirement) -> Result<()> {
    let exists = |sql: &str, params: &[&dyn rusqlite::ToSql]| -> Result<bool> {
        Ok(connection.prepare_cached(sql)?.exists(params)?)
    };
    let unmoved = |kind: &str, id: ObjectId, position: Position| {
        exists(
            "SELECT 1 WHERE coalesce((SELECT position FROM __positions WHERE kind = ?1 AND id = ?2), 0) <= ?3",
            &[&kind, &id.0, &position.0],
        )
    };
    if let Requirement::Stream(id, _) = requirement
        && foreign::is_unadopted(connection, *id)?
    {
        return Err(foreign::unadopted(*id));
    }
    let (holds, what) = match requirement {
        Requirement::Stream(id, position) | Requirement::Rows(id, position) => (
            exists("SELECT 1 FROM tables WHERE id = ?1", &[&id.0])?
                && unmoved("stream", *id, *position)?,
            "A stream it read or changed",
        ),
        Requirement::NoStream(namespace, name) => (
            !exists(
                "SELECT 1 FROM tables t WHERE database_id = ?1 AND name = ?2 AND EXISTS
                    (SELECT 1 FROM cartridge_warp__schema_registry v WHERE v.table_id = t.id)",
                &[&namespace.0, name],
            )?,
            "A stream's name it wanted",
        ),
        Requirement::Namespace(id, position) => (
            exists("SELECT 1 FROM databases WHERE id = ?1", &[&id.0])?
                && unmoved("namespace", *id, *position)?,
            "A namespace it read or changed",
        ),
        Requirement::NoNamespace(name) => (
            !exists("SELECT 1 FROM databases WHERE name = ?1", &[name])?,
            "A namespace's name it wanted",
        ),
        Requirement::LastVersion(name, number) => (
            load::last_version(connection, name)? == *number,
            "The history of a stream's name it wanted",
        ),
    };
    if holds { Ok(()) } else { Err(conflict(what)) }
}

fn conflict(what: &str) -> Error {
    Error::new(
        ErrorKind::Conflict,
        "could not serialize access due to concurrent update",
    )
    .with_detail(format!(
        "{what} was changed by somebody else in the meantime."
    ))
    .with_hint("Run the transaction again.")
}

/// A unique key that somebody else took in the meantime is a conflict too.
fn collision(error: Error) -> Error {
    let sqlite = std::error::Error::source(&error)
        .and_then(|source| source.downcast_ref::<rusqlite::Error>());
    match sqlite.and_then(rusqlite::Error::sqlite_error_code) {
        Some(rusqlite::ErrorCode::ConstraintViolation) => {
            conflict("A name or version number it needs").with_source(error)
        }
        _ => error,
    }
}

fn update(connection: &Connection, update: &Update) -> Result<()> {
    match update {
        Update::PutNamespace(namespace) => put_namespace(connection, namespace),
        Update::DropNamespace(id) => {
            clear(
                connection,
                foreign::leftovers(connection, *id, None, ObjectId(0))?,
            )?;
            connection
                .prepare_cached("DELETE FROM databases WHERE id = ?1")?
                .execute([id.0])?;
            Ok(())
        }
        Update::PutStream(stream, version) => put_stream(connection, stream, version),
        Update::AddVersion(version) => add_version(connection, version),
        Update::RenameHistory(id, name) => {
            connection
                .prepare_cached(
                    "UPDATE cartridge_warp__schema_registry SET schema_name = ?2, table_name = ?3 WHERE table_id = ?1",
                )?
                .execute(params![id.0, name.namespace, name.name])?;
            Ok(())
        }
        Update::DropStream(id) => drop_stream(connection, *id),
    }
}

fn put_namespace(connection: &Connection, namespace: &Namespace) -> Result<()> {
    let properties = codec::options_to_text(&Default::default(), namespace.mode);
    connection
        .prepare_cached(
            "INSERT INTO databases (id, name, properties) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, properties = excluded.properties,
                updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
        )?
        .execute(params![namespace.id.0, namespace.name, properties])?;
    Ok(())
}

fn put_stream(connection: &Connection, stream: &Stream, version: &Version) -> Result<()> {
    let name = Some(stream.name.name.as_str());
    let others = foreign::leftovers(connection, stream.namespace_id, name, stream.id)?;
    clear(connection, others)?;
    let updated_at = codec::time_to_text(stream.updated_at);
    let known = connection
        .prepare_cached("UPDATE tables SET name = ?2, description = ?3, updated_at = ?4, deleted_at = NULL WHERE id = ?1")?
        .execute(params![stream.id.0, stream.name.name, stream.comment, updated_at])?;
    if known == 0 {
        connection
            .prepare_cached(
                "INSERT INTO tables (id, database_id, name, description, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                stream.id.0,
                stream.namespace_id.0,
                stream.name.name,
                stream.comment,
                codec::time_to_text(stream.created_at),
                updated_at
            ])?;
        count_tables(connection, stream.namespace_id)?;
    }
    columns::put(connection, stream, &version.schema, &updated_at)?;
    put_metadata(connection, stream, version, &updated_at)
}

fn put_metadata(
    connection: &Connection,
    stream: &Stream,
    version: &Version,
    updated_at: &str,
) -> Result<()> {
    let schema = version.schema.to_json().to_string();
    let properties = codec::options_to_text(&stream.options, stream.mode);
    let format = stream
        .options
        .get("format")
        .and_then(|format| format.as_str());
    // The inner SELECT makes it a difference: nothing is written, and nothing
    // logged, when all is as it was.
    connection
        .prepare_cached(
            "INSERT INTO table_metadata
                (table_id, schema_version, schema, format, properties, last_column_id, last_modified, created_at, updated_at)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?7
             WHERE NOT EXISTS (SELECT 1 FROM table_metadata WHERE table_id = ?1
                AND (schema_version, schema, last_column_id) = (?2, ?3, ?6) AND format IS ?4 AND properties IS ?5)
             ON CONFLICT (table_id) DO UPDATE SET
                schema_version = excluded.schema_version, schema = excluded.schema,
                format = excluded.format, properties = excluded.properties,
                last_column_id = excluded.last_column_id,
                last_modified = excluded.last_modified, updated_at = excluded.updated_at",
        )?
        .execute(params![
            stream.id.0,
            version.number,
            schema,
            format,
            properties,
            stream.last_field_id.0,
            updated_at
        ])?;
    Ok(())
}

fn add_version(connection: &Connection, version: &Version) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO cartridge_warp__schema_registry
                (id, schema_name, table_name, version, schema_definition, schema_hash, evolution_type,
                 previous_version, compatibility_status, compatibility_mode, registered_at, registered_by, table_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            uuid::Uuid::new_v4().to_string(),
            version.name.namespace,
            version.name.name,
            version.number,
            version.schema.to_json().to_string(),
            version.fingerprint.to_string(),
            version.evolution.0,
            version.previous,
            version.status.as_str(),
            version.mode.as_str(),
            codec::time_to_text(version.registered_at),
            version.registered_by,
            version.stream.0
        ])?;
    Ok(())
}

/// Removes rows that are no streams.
fn clear(connection: &Connection, leftovers: Vec<ObjectId>) -> Result<()> {
    for id in leftovers {
        tracing::warn!(
            table = id.0,
            "rows that another program left and that are no stream are removed"
        );
        drop_stream(connection, id)?;
    }
    Ok(())
}

fn drop_stream(connection: &Connection, id: ObjectId) -> Result<()> {
    let namespace: i64 = connection
        .prepare_cached("SELECT database_id FROM tables WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))?;
    // The children go first and by name: each is an event of its own.
    for sql in [
        "DELETE FROM table_columns WHERE table_id = ?1",
        "DELETE FROM table_metadata WHERE table_id = ?1",
        "DELETE FROM tables WHERE id = ?1",
    ] {
        connection.prepare_cached(sql)?.execute([id.0])?;
    }
    count_tables(connection, ObjectId(namespace))
}

/// Counted, not added up: other programs insert and delete too.
fn count_tables(connection: &Connection, namespace: ObjectId) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE databases SET table_count = (SELECT count(*) FROM tables WHERE database_id = ?1)
             WHERE id = ?1",
        )?
        .execute([namespace.0])?;
    Ok(())
}
