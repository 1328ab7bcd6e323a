//! Loads: each inside one read transaction of the caller's.

use std::sync::Arc;

use rusqlite::{Connection, Row, params};

use super::codec::{damaged, fingerprint_from_text, options_from_text, time_from_text};
use crate::error::{ErrorKind, Fault, Result};
use crate::schema::{FieldId, Mode, ObjectId, Schema, StreamName};
use crate::store::{
    CompatibilityStatus, Evolution, Listing, Namespace, Stream, StreamColumn, Version,
};

/// Columns of [`stream_row`].
const STREAM: &str = "
    SELECT t.id, t.database_id, d.name, t.name, t.description, t.created_at, t.updated_at,
           m.properties, m.last_column_id
    FROM tables t
    JOIN databases d ON d.id = t.database_id
    LEFT JOIN table_metadata m ON m.table_id = t.id";

/// Columns of [`version_row`].
const VERSION: &str = "
    SELECT table_id, version, previous_version, schema_definition, schema_hash, evolution_type,
           compatibility_status, compatibility_mode, registered_by, registered_at,
           schema_name, table_name
    FROM cartridge_warp__schema_registry";

pub(super) fn namespace(connection: &Connection, name: &str) -> Result<Option<Namespace>> {
    let mut statement =
        connection.prepare_cached("SELECT id, name, properties FROM databases WHERE name = ?1")?;
    let mut rows = statement.query([name])?;
    rows.next()?.map(namespace_row).transpose()
}

/// All namespaces, by name.
pub(super) fn namespaces(connection: &Connection) -> Result<Vec<Namespace>> {
    let mut statement =
        connection.prepare_cached("SELECT id, name, properties FROM databases ORDER BY name")?;
    let mut rows = statement.query([])?;
    let mut namespaces = Vec::new();
    while let Some(row) = rows.next()? {
        namespaces.push(namespace_row(row)?);
    }
    Ok(namespaces)
}

fn namespace_row(row: &Row<'_>) -> Result<Namespace> {
    let mode = mode_of(
        row.get_ref(2)?
            .as_str_or_null()
            .map_err(rusqlite::Error::from)?,
    )?;
    Ok(Namespace {
        id: ObjectId(row.get(0)?),
        name: row.get(1)?,
        mode,
    })
}

fn mode_of(properties: Option<&str>) -> Result<Option<Mode>> {
    Ok(options_from_text(properties)?.1)
}

/// The stream of a name with its latest version.
pub(super) fn stream_by_name(
    connection: &Connection,
    name: &StreamName,
) -> Result<Option<(Stream, Arc<Version>)>> {
    let sql = format!("{STREAM} WHERE d.name = ?1 AND t.name = ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([&name.namespace, &name.name])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    registered(connection, stream_row(row)?)
}

/// The stream of an identity with its latest version.
pub(super) fn stream_by_id(
    connection: &Connection,
    id: ObjectId,
) -> Result<Option<(Stream, Arc<Version>)>> {
    let Some(stream) = bare_stream(connection, id)? else {
        return Ok(None);
    };
    registered(connection, stream)
}

/// The stream's own row, without versions and columns.
pub(super) fn bare_stream(connection: &Connection, id: ObjectId) -> Result<Option<Stream>> {
    let mut statement = connection.prepare_cached(&format!("{STREAM} WHERE t.id = ?1"))?;
    let mut rows = statement.query([id.0])?;
    rows.next()?.map(stream_row).transpose()
}

fn stream_row(row: &Row<'_>) -> Result<Stream> {
    let (options, mode) = options_from_text(
        row.get_ref(7)?
            .as_str_or_null()
            .map_err(rusqlite::Error::from)?,
    )?;
    Ok(Stream {
        id: ObjectId(row.get(0)?),
        namespace_id: ObjectId(row.get(1)?),
        name: StreamName::new(row.get::<_, String>(2)?, row.get::<_, String>(3)?),
        version: 0,
        mode,
        options,
        comment: row.get(4)?,
        columns: Vec::new(),
        last_field_id: FieldId(row.get::<_, Option<u32>>(8)?.unwrap_or(0)),
        created_at: time_from_text(&row.get::<_, String>(5)?)?,
        updated_at: time_from_text(&row.get::<_, String>(6)?)?,
    })
}

/// Completes a stream with its latest version and today's columns; nothing for
/// rows of another program that no version describes yet.
fn registered(
    connection: &Connection,
    mut stream: Stream,
) -> Result<Option<(Stream, Arc<Version>)>> {
    let Some(version) = latest_version(connection, stream.id)? else {
        return Ok(None);
    };
    stream.version = version.number;
    stream.columns = today(connection, stream.id, &version.schema)?;
    stream.last_field_id = stream.last_field_id.max(version.schema.last_field_id());
    Ok(Some((stream, Arc::new(version))))
}

/// The version's columns in today's order with today's comments: those that
/// `table_columns` knows as it orders them, then any others.
fn today(connection: &Connection, id: ObjectId, schema: &Schema) -> Result<Vec<StreamColumn>> {
    let mut statement = connection.prepare_cached(
        "SELECT field_id, description FROM table_columns
         WHERE table_id = ?1 AND field_id IS NOT NULL ORDER BY ordinal_position, id",
    )?;
    let known: std::collections::HashSet<_> = schema.fields.iter().map(|field| field.id).collect();
    let mut rows = statement.query([id.0])?;
    let mut columns = Vec::with_capacity(schema.fields.len());
    let mut seen = std::collections::HashSet::with_capacity(schema.fields.len());
    while let Some(row) = rows.next()? {
        let field = FieldId(row.get(0)?);
        if known.contains(&field) && seen.insert(field) {
            columns.push(StreamColumn {
                field,
                comment: row.get(1)?,
            });
        }
    }
    let unseen = schema
        .fields
        .iter()
        .filter(|field| !seen.contains(&field.id));
    columns.extend(unseen.map(|field| StreamColumn {
        field: field.id,
        comment: None,
    }));
    Ok(columns)
}

pub(super) fn latest_version(connection: &Connection, id: ObjectId) -> Result<Option<Version>> {
    let sql = format!("{VERSION} WHERE table_id = ?1 ORDER BY version DESC LIMIT 1");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([id.0])?;
    rows.next()?.map(version_row).transpose()
}

pub(super) fn version(
    connection: &Connection,
    id: ObjectId,
    number: u32,
) -> Result<Option<Version>> {
    let mut statement =
        connection.prepare_cached(&format!("{VERSION} WHERE table_id = ?1 AND version = ?2"))?;
    let mut rows = statement.query(params![id.0, number])?;
    rows.next()?.map(version_row).transpose()
}

pub(super) fn versions(connection: &Connection, id: ObjectId) -> Result<Vec<Arc<Version>>> {
    let sql = format!("{VERSION} WHERE table_id = ?1 ORDER BY version");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([id.0])?;
    let mut versions = Vec::new();
    while let Some(row) = rows.next()? {
        versions.push(Arc::new(version_row(row)?));
    }
    Ok(versions)
}

fn version_row(row: &Row<'_>) -> Result<Version> {
    let definition: serde_json::Value =
        serde_json::from_str(row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?)
            .map_err(|error| damaged("a schema definition is not JSON").with_source(error))?;
    let mode = row.get::<_, Option<String>>(7)?;
    Ok(Version {
        stream: ObjectId(row.get(0)?),
        name: StreamName::new(row.get::<_, String>(10)?, row.get::<_, String>(11)?),
        number: row.get(1)?,
        previous: row.get(2)?,
        schema: Arc::new(Schema::from_json(&definition)?),
        fingerprint: fingerprint_from_text(&row.get::<_, String>(4)?)?,
        evolution: Evolution(row.get::<_, Option<String>>(5)?.unwrap_or_default()),
        status: CompatibilityStatus::parse(&row.get::<_, String>(6)?),
        mode: mode
            .and_then(|mode| mode.parse().ok())
            .unwrap_or(Mode::None),
        registered_by: row.get::<_, Option<String>>(8)?.unwrap_or_default(),
        registered_at: time_from_text(&row.get::<_, String>(9)?)?,
    })
}

pub(super) fn last_version(connection: &Connection, name: &StreamName) -> Result<u32> {
    let mut statement = connection.prepare_cached(
        "SELECT coalesce(max(version), 0) FROM cartridge_warp__schema_registry
         WHERE schema_name = ?1 AND table_name = ?2",
    )?;
    Ok(statement.query_row([&name.namespace, &name.name], |row| row.get(0))?)
}

pub(super) fn list(connection: &Connection, namespace: Option<&str>) -> Result<Vec<Listing>> {
    // The number of columns is the version's, not the projection's, which another
    // program may have changed a moment ago.
    let mut statement = connection.prepare_cached(
        "SELECT t.id, d.name, t.name, v.version, m.properties, d.properties,
                json_array_length(v.schema_definition, '$.columns'), t.updated_at
         FROM databases d
         JOIN tables t ON t.database_id = d.id
         JOIN cartridge_warp__schema_registry v ON v.table_id = t.id AND v.version =
              (SELECT max(l.version) FROM cartridge_warp__schema_registry l WHERE l.table_id = t.id)
         LEFT JOIN table_metadata m ON m.table_id = t.id
         WHERE d.name = coalesce(?1, d.name)
         ORDER BY d.name, t.name",
    )?;
    let mut rows = statement.query([namespace])?;
    let mut streams = Vec::new();
    while let Some(row) = rows.next()? {
        match listing_row(row) {
            Ok(listing) => streams.push(listing),
            // One row that another program spoiled does not hide all others.
            Err(error) if error.kind() == ErrorKind::Internal(Fault::Data) => {
                tracing::error!(stream = ?row.get_ref(0), %error, detail = error.detail(), "a stream that makes no sense is left out of the list");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(streams)
}

fn listing_row(row: &Row<'_>) -> Result<Listing> {
    let text = |column| -> Result<Option<String>> { Ok(row.get(column)?) };
    let (mut options, mode) = options_from_text(text(4)?.as_deref())?;
    let datasource = options.remove("datasource");
    Ok(Listing {
        id: ObjectId(row.get(0)?),
        name: StreamName::new(row.get::<_, String>(1)?, row.get::<_, String>(2)?),
        version: row.get(3)?,
        mode,
        namespace_mode: mode_of(text(5)?.as_deref())?,
        columns: row.get::<_, Option<u32>>(6)?.unwrap_or(0),
        datasource: datasource.and_then(|value| value.as_str().map(ToOwned::to_owned)),
        updated_at: time_from_text(&row.get::<_, String>(7)?)?,
    })
}

pub(super) fn index_owner(
    connection: &Connection,
    namespace: &str,
    index: &str,
) -> Result<Option<ObjectId>> {
    let mut statement = connection.prepare_cached(
        "SELECT i.table_id FROM table_indexes i JOIN databases d ON d.id = i.database_id
         WHERE d.name = ?1 AND i.name = ?2",
    )?;
    let mut rows = statement.query([namespace, index])?;
    Ok(rows
        .next()?
        .map(|row| row.get(0))
        .transpose()?
        .map(ObjectId))
}

pub(super) fn stream_ids(connection: &Connection) -> Result<Vec<ObjectId>> {
    let mut statement = connection.prepare_cached("SELECT id FROM tables ORDER BY id")?;
    let ids = statement.query_map([], |row| Ok(ObjectId(row.get(0)?)))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}
