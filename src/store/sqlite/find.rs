//! Finds streams by what is known of them.

use rusqlite::{Connection, Params, params};

use super::load;
use crate::error::Result;
use crate::schema::ObjectId;
use crate::store::Search;

/// The identities of the rows of `tables` that are looked for, in order. Every way
/// but that to all of them is one of an index: a namespace after the other, and in
/// it by name.
pub(super) fn find(connection: &Connection, search: &Search) -> Result<Vec<ObjectId>> {
    match search {
        Search::All => load::stream_ids(connection),
        Search::Namespaces(ids) => found(
            connection,
            "SELECT t.id FROM json_each(?1) n CROSS JOIN tables t ON t.database_id = n.value
             ORDER BY 1",
            [numbers(ids)],
        ),
        Search::Named(names) => found(
            connection,
            "SELECT t.id FROM databases d CROSS JOIN json_each(?1) n
             CROSS JOIN tables t ON t.database_id = d.id AND t.name = n.value
             UNION
             SELECT i.table_id FROM databases d CROSS JOIN json_each(?1) n
             CROSS JOIN table_indexes i ON i.database_id = d.id AND i.name = n.value
             ORDER BY 1",
            [serde_json::Value::from(names.as_slice()).to_string()],
        ),
        Search::Prefixed(prefix) => {
            // The last of all characters is behind every name that begins so.
            let end = format!("{prefix}{}", char::MAX);
            found(
                connection,
                "SELECT t.id FROM databases d
                 CROSS JOIN tables t ON t.database_id = d.id AND t.name BETWEEN ?1 AND ?2
                 UNION
                 SELECT i.table_id FROM databases d
                 CROSS JOIN table_indexes i ON i.database_id = d.id AND i.name BETWEEN ?1 AND ?2
                 ORDER BY 1",
                params![prefix, end],
            )
        }
        Search::Objects(ids) => found(
            connection,
            "SELECT t.id FROM json_each(?1) n CROSS JOIN tables t ON t.id = n.value
             UNION
             SELECT i.table_id FROM json_each(?1) n CROSS JOIN table_indexes i ON i.id = n.value
             ORDER BY 1",
            [numbers(ids)],
        ),
    }
}

fn numbers(ids: &[ObjectId]) -> String {
    let ids: serde_json::Value = ids.iter().map(|id| id.0).collect();
    ids.to_string()
}

fn found(connection: &Connection, sql: &str, params: impl Params) -> Result<Vec<ObjectId>> {
    let mut statement = connection.prepare_cached(sql)?;
    let ids = statement.query_map(params, |row| Ok(ObjectId(row.get(0)?)))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}
