//! What another program left in the rows of a stream and no version says yet.

use rusqlite::{Connection, params};

use super::{load, projection};
use crate::error::{Error, ErrorKind, Fault, Result};
use crate::schema::ObjectId;
use crate::store::{Projection, Unadopted};

/// The version `v` is the last one of its name, and its stream is gone without an end
/// under any name.
const UNCLOSED: &str = "NOT EXISTS (SELECT 1 FROM tables t WHERE t.id = v.table_id)
    AND NOT EXISTS (SELECT 1 FROM cartridge_warp__schema_registry d
        WHERE d.table_id = v.table_id AND d.evolution_type = 'drop')
    AND NOT EXISTS (SELECT 1 FROM cartridge_warp__schema_registry l
        WHERE l.schema_name = v.schema_name AND l.table_name = v.table_name AND l.version > v.version)";

/// Whether another program changed the schema, the name or the life of a stream
/// since its last version. Cheap when the registry itself was the last to
/// write.
pub(super) fn is_unadopted(connection: &Connection, id: ObjectId) -> Result<bool> {
    if !is_last_writer(connection, id)? {
        return Ok(false);
    }
    let Some(latest) = load::latest_version(connection, id)? else {
        return Ok(false);
    };
    Ok(adoptable(connection, id)?.is_some_and(|there| {
        there.deleted
            || there.stream.name != latest.name
            || there.schema.fingerprint() != latest.schema.fingerprint()
    }))
}

/// The streams that another program ended, then those that it may have made or
/// changed, whether or not the log says so.
pub(super) fn all_unadopted(connection: &Connection) -> Result<Vec<ObjectId>> {
    // The ids are all in an index: only the versions of streams that are gone are read.
    let mut statement = connection.prepare_cached(&format!(
        "SELECT v.table_id
         FROM (SELECT DISTINCT table_id FROM cartridge_warp__schema_registry
               WHERE table_id IS NOT NULL) gone
         JOIN cartridge_warp__schema_registry v ON v.table_id = gone.table_id
         WHERE {UNCLOSED} ORDER BY v.table_id"
    ))?;
    let ids = statement.query_map([], |row| Ok(ObjectId(row.get(0)?)))?;
    let mut ids: Vec<_> = ids.collect::<rusqlite::Result<_>>()?;
    for id in load::stream_ids(connection)? {
        if may_differ(connection, id)? {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// The stream that had a name and is gone, if its history has no end yet.
fn unclosed(connection: &Connection, namespace: ObjectId, name: &str) -> Result<Option<ObjectId>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT v.table_id FROM databases d
         JOIN cartridge_warp__schema_registry v ON v.schema_name = d.name AND v.table_name = ?2
         WHERE d.id = ?1 AND v.table_id IS NOT NULL AND {UNCLOSED}"
    ))?;
    let mut rows = statement.query(params![namespace.0, name])?;
    Ok(rows
        .next()?
        .map(|row| row.get(0))
        .transpose()?
        .map(ObjectId))
}

/// Whether the rows of a stream say something else than its last version. Rows that
/// make no sense do.
fn may_differ(connection: &Connection, id: ObjectId) -> Result<bool> {
    let differs = || -> Result<bool> {
        let (there, latest) = (
            projection::projection(connection, id)?,
            load::latest_version(connection, id)?,
        );
        Ok(match (there, latest) {
            (Some(there), Some(latest)) => {
                there.deleted || there.stream.name != latest.name || there.schema != *latest.schema
            }
            (there, _) => there.is_some(),
        })
    };
    match differs() {
        Err(error) if error.kind() == ErrorKind::Internal(Fault::Data) => Ok(true),
        differs => differs,
    }
}

/// The rows of `tables` in a namespace, of one name if one is named, that no
/// version has ever described and that are no stream: they may go. All but one.
///
/// # Errors
/// 40001 with [`Unadopted`] when one of them is a stream that only waits for its
/// first version, or when the one that had the name is gone and has no end in the
/// history.
pub(super) fn leftovers(
    connection: &Connection,
    namespace: ObjectId,
    name: Option<&str>,
    but: ObjectId,
) -> Result<Vec<ObjectId>> {
    const UNREGISTERED: &str = "SELECT id FROM tables WHERE database_id = ?1 AND NOT EXISTS
        (SELECT 1 FROM cartridge_warp__schema_registry v WHERE v.table_id = tables.id)";
    if let Some(name) = name
        && let Some(gone) = unclosed(connection, namespace, name)?
    {
        return Err(unadopted(gone));
    }
    let read = |row: &rusqlite::Row<'_>| Ok(ObjectId(row.get(0)?));
    let ids: rusqlite::Result<Vec<ObjectId>> = match name {
        Some(name) => connection
            .prepare_cached(&format!("{UNREGISTERED} AND name = ?2"))?
            .query_map(params![namespace.0, name], read)?
            .collect(),
        None => connection
            .prepare_cached(UNREGISTERED)?
            .query_map([namespace.0], read)?
            .collect(),
    };
    let mut ids = ids?;
    ids.retain(|id| *id != but);
    for id in &ids {
        if adoptable(connection, *id)?.is_some_and(|there| !there.deleted) {
            return Err(unadopted(*id));
        }
    }
    Ok(ids)
}

/// The change must wait until another program's is a version (40001).
pub(super) fn unadopted(id: ObjectId) -> Error {
    Error::new(
        ErrorKind::Conflict,
        "could not serialize access due to concurrent update",
    )
    .with_detail("Another program changed a stream it read or changed.")
    .with_hint("Run the transaction again.")
    .with_source(Unadopted(id))
}

/// Whether the last change of a stream's rows was another program's and is still
/// in the log. What has gone from there has been seen, and adopted.
fn is_last_writer(connection: &Connection, id: ObjectId) -> Result<bool> {
    // The first marker after a row of the registry's own begins at or before it.
    let mut statement = connection.prepare_cached(
        "SELECT 1 FROM __positions p JOIN __cdc_log l ON l.id = p.position
         WHERE p.kind = 'stream' AND p.id = ?1 AND p.position < coalesce(
            (SELECT CASE WHEN json_valid(m.after) THEN json_extract(m.after, '$.first') END
             FROM __cdc_log m WHERE m.id > p.position AND m.tablename = '__commit' ORDER BY m.id LIMIT 1),
            p.position + 1)",
    )?;
    Ok(statement.exists([id.0])?)
}

/// The rows, if they are a schema or the end of one. What is neither cannot be
/// adopted, now or later, and holds nobody up.
fn adoptable(connection: &Connection, id: ObjectId) -> Result<Option<Projection>> {
    match projection::projection(connection, id) {
        Err(error) if error.kind() == ErrorKind::Internal(Fault::Data) => Ok(None),
        there => Ok(there?.filter(|there| {
            there.deleted || (!there.schema.fields.is_empty() && there.schema.validate().is_ok())
        })),
    }
}
