//! Functions about what there is none of here: sizes, counters, sequences,
//! triggers, partitions.

use crate::error::{Definition, Error, ErrorKind, Result};
use crate::query::catalog::cell::*;
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Type, Value};

const BOOL: Type = Type::BOOL;
const INT8: Type = Type::INT8;
const OID: Type = Type::OID;
const REGCLASS: Type = Type::REGCLASS;
const TEXT: Type = Type::TEXT;

/// NULL, for there is no such object.
macro_rules! null {
    ($name:literal, [$($of:expr),*], $returns:expr) => {
        Function::row($name, &[$($of),*], $returns, |_, _| Ok(NULL))
    };
}

/// Nothing was counted.
macro_rules! zero {
    ($name:literal, [$($of:expr),*]) => {
        Function::row($name, &[$($of),*], INT8, |_, _| Ok(int8(0)))
    };
}

/// The size of a table or index that is there: it holds no data.
macro_rules! size {
    ($name:literal, [$($of:expr),*]) => {
        Function::row($name, &[$($of),*], INT8, |call, values| {
            let there = call.catalog.relation_of(values.oid(0))?;
            Ok(there.map_or(NULL, |_| int8(0)))
        })
    };
}

macro_rules! sequence {
    ($name:literal, [$($of:expr),*]) => {
        Function::row($name, &[$($of),*], INT8, |call, values| no_sequence(call, values.oid(0)))
            .volatile()
    };
}

pub(in crate::query) static NONE: &[Function] = &[
    size!("pg_indexes_size", [REGCLASS]),
    size!("pg_relation_size", [REGCLASS]),
    size!("pg_relation_size", [REGCLASS, TEXT]),
    size!("pg_table_size", [REGCLASS]),
    size!("pg_total_relation_size", [REGCLASS]),
    zero!("pg_database_size", [Type::NAME]),
    zero!("pg_database_size", [OID]),
    zero!("pg_tablespace_size", [Type::NAME]),
    zero!("pg_tablespace_size", [OID]),
    zero!("pg_stat_get_blocks_fetched", [OID]),
    zero!("pg_stat_get_blocks_hit", [OID]),
    zero!("pg_stat_get_dead_tuples", [OID]),
    zero!("pg_stat_get_live_tuples", [OID]),
    zero!("pg_stat_get_mod_since_analyze", [OID]),
    zero!("pg_stat_get_numscans", [OID]),
    zero!("pg_stat_get_tuples_deleted", [OID]),
    zero!("pg_stat_get_tuples_fetched", [OID]),
    zero!("pg_stat_get_tuples_hot_updated", [OID]),
    zero!("pg_stat_get_tuples_inserted", [OID]),
    zero!("pg_stat_get_tuples_returned", [OID]),
    zero!("pg_stat_get_tuples_updated", [OID]),
    null!("pg_stat_get_last_analyze_time", [OID], Type::TIMESTAMPTZ),
    null!(
        "pg_stat_get_last_autoanalyze_time",
        [OID],
        Type::TIMESTAMPTZ
    ),
    null!("pg_stat_get_last_autovacuum_time", [OID], Type::TIMESTAMPTZ),
    null!("pg_stat_get_last_vacuum_time", [OID], Type::TIMESTAMPTZ),
    sequence!("currval", [REGCLASS]),
    sequence!("nextval", [REGCLASS]),
    sequence!("pg_sequence_last_value", [REGCLASS]),
    sequence!("setval", [REGCLASS, INT8]),
    sequence!("setval", [REGCLASS, INT8, BOOL]),
    null!("pg_get_partition_constraintdef", [OID], TEXT),
    null!("pg_get_partkeydef", [OID], TEXT),
    null!("pg_get_ruledef", [OID], TEXT),
    null!("pg_get_ruledef", [OID, BOOL], TEXT),
    null!("pg_get_statisticsobjdef", [OID], TEXT),
    null!("pg_get_statisticsobjdef_columns", [OID], TEXT),
    null!("pg_get_triggerdef", [OID], TEXT),
    null!("pg_get_triggerdef", [OID, BOOL], TEXT),
    // What the system's own views are made of is not told.
    null!("pg_get_viewdef", [OID], TEXT),
    null!("pg_get_viewdef", [OID, BOOL], TEXT),
    null!("pg_get_viewdef", [OID, Type::INT4], TEXT),
    null!("pg_get_viewdef", [TEXT], TEXT),
    null!("pg_get_viewdef", [TEXT, BOOL], TEXT),
    // Nothing is recovered.
    null!("pg_is_wal_replay_paused", [], BOOL),
    null!("pg_last_wal_receive_lsn", [], Type::PG_LSN),
    null!("pg_last_wal_replay_lsn", [], Type::PG_LSN),
    null!("pg_last_xact_replay_timestamp", [], Type::TIMESTAMPTZ),
    null!("pg_relation_filenode", [REGCLASS], OID),
    null!("pg_relation_filepath", [REGCLASS], TEXT),
    Function::row("pg_relation_is_publishable", &[REGCLASS], BOOL, |_, _| {
        Ok(NO)
    }),
    // The options of foreign tables, of which there are none.
    Function::set(
        "pg_options_to_table",
        &[Type::TEXT_ARRAY],
        Type::RECORD,
        |_, values| Ok(values.array(0).values.iter().map(option).collect()),
    )
    .with_columns(&[("option_name", TEXT), ("option_value", TEXT)]),
    // The default one has no place of its own.
    Function::row("pg_tablespace_location", &[OID], TEXT, |_, _| Ok(text(""))),
];

/// `name=value`
fn option(written: &Value) -> Value {
    let written = match written {
        Value::Text(written) => written,
        _ => "",
    };
    let (name, value) = match written.split_once('=') {
        Some((name, value)) => (name, text(value)),
        None => (written, NULL),
    };
    Value::Record([(TEXT, text(name)), (TEXT, value)].into())
}

fn no_sequence(call: &Call<'_>, relation: u32) -> Result<Value> {
    let name = call.catalog.relation_of(relation)?;
    let name = name.map_or_else(|| relation.to_string(), |(_, name)| name);
    Err(Error::new(
        ErrorKind::InvalidDefinition(Definition::ObjectType),
        format!("\"{name}\" is not a sequence"),
    ))
}
