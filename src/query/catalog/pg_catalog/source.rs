//! Which relation of `pg_catalog` has which rows.

use super::{constraint, description, relation, role, session, statistics, summary};
use crate::query::catalog::source::Source;
use crate::query::catalog::wanted::Key;
use crate::query::catalog::{objects, type_catalog};

/// Where the rows of a relation of `pg_catalog` come from. What is not here has
/// none.
pub(in crate::query::catalog) fn source(name: &str) -> Source {
    use Key::{Name, Object, SchemaName, SchemaOid};
    macro_rules! fixed {
        ($file:literal) => {
            Source::Fixed(include_str!(concat!("../postgresql/", $file, ".tsv")))
        };
    }
    macro_rules! tables {
        ($rows:path, $keys:expr) => {
            tables!($rows, $keys, "")
        };
        ($rows:path, $keys:expr, $fixed:expr) => {
            Source::Tables {
                keys: &$keys,
                rows: $rows,
                fixed: $fixed,
            }
        };
    }
    match name {
        "pg_attrdef" => tables!(relation::pg_attrdef, [(1, Object)]),
        "pg_attribute" => tables!(relation::pg_attribute, [(0, Object)]),
        "pg_class" => tables!(relation::pg_class, [(0, Object), (1, Name), (2, SchemaOid)]),
        "pg_constraint" => tables!(
            constraint::pg_constraint,
            [
                (0, Object),
                (1, Name),
                (2, SchemaOid),
                (7, Object),
                (9, Object)
            ]
        ),
        "pg_depend" => tables!(constraint::pg_depend, []),
        "pg_description" => tables!(
            description::pg_description,
            [(0, Object)],
            description::DESCRIPTIONS.as_str()
        ),
        "pg_index" => tables!(relation::pg_index, [(0, Object), (1, Object)]),
        "pg_indexes" => tables!(summary::pg_indexes, [(0, SchemaName), (1, Name), (2, Name)]),
        "pg_tables" => tables!(summary::pg_tables, [(0, SchemaName), (1, Name)]),
        "pg_views" => tables!(summary::pg_views, [(0, SchemaName), (1, Name)]),
        "pg_stat_all_tables" | "pg_statio_all_tables" | "pg_stat_xact_all_tables" => tables!(
            statistics::all_tables,
            [(0, Object), (1, SchemaName), (2, Name)]
        ),
        "pg_stat_user_tables" | "pg_statio_user_tables" | "pg_stat_xact_user_tables" => tables!(
            statistics::user_tables,
            [(0, Object), (1, SchemaName), (2, Name)]
        ),
        "pg_stat_sys_tables" | "pg_statio_sys_tables" | "pg_stat_xact_sys_tables" => tables!(
            statistics::sys_tables,
            [(0, Object), (1, SchemaName), (2, Name)]
        ),
        "pg_stat_all_indexes" | "pg_statio_all_indexes" => tables!(
            statistics::all_indexes,
            [
                (0, Object),
                (1, Object),
                (2, SchemaName),
                (3, Name),
                (4, Name)
            ]
        ),
        "pg_stat_user_indexes" | "pg_statio_user_indexes" => tables!(
            statistics::user_indexes,
            [
                (0, Object),
                (1, Object),
                (2, SchemaName),
                (3, Name),
                (4, Name)
            ]
        ),
        "pg_stat_sys_indexes" | "pg_statio_sys_indexes" => tables!(
            statistics::sys_indexes,
            [
                (0, Object),
                (1, Object),
                (2, SchemaName),
                (3, Name),
                (4, Name)
            ]
        ),

        "pg_namespace" => Source::Namespaces(description::pg_namespace),

        "pg_authid" => Source::Session(role::pg_authid),
        "pg_cursors" => Source::Session(session::pg_cursors),
        "pg_database" => Source::Session(description::pg_database),
        "pg_locks" => Source::Session(session::pg_locks),
        "pg_prepared_statements" => Source::Session(session::pg_prepared_statements),
        "pg_roles" => Source::Session(role::pg_roles),
        "pg_settings" => Source::Session(session::pg_settings),
        "pg_shadow" | "pg_user" => Source::Session(role::pg_user),
        "pg_stat_activity" => Source::Session(session::pg_stat_activity),
        "pg_stat_database" => Source::Session(statistics::pg_stat_database),
        "pg_stat_gssapi" => Source::Session(session::pg_stat_gssapi),
        "pg_stat_ssl" => Source::Session(session::pg_stat_ssl),
        "pg_timezone_names" => Source::Session(session::pg_timezone_names),

        "pg_aggregate" => fixed!("pg_aggregate"),
        "pg_am" => fixed!("pg_am"),
        "pg_amop" => fixed!("pg_amop"),
        "pg_amproc" => fixed!("pg_amproc"),
        "pg_cast" => fixed!("pg_cast"),
        "pg_collation" => Source::Fixed(objects::COLLATIONS),
        "pg_conversion" => fixed!("pg_conversion"),
        "pg_language" => fixed!("pg_language"),
        "pg_opclass" => Source::Fixed(relation::CLASSES),
        "pg_operator" => Source::Fixed(objects::OPERATORS),
        "pg_opfamily" => fixed!("pg_opfamily"),
        "pg_proc" => Source::Fixed(objects::PROCS),
        "pg_range" => fixed!("pg_range"),
        "pg_tablespace" => fixed!("pg_tablespace"),
        "pg_timezone_abbrevs" => Source::Fixed(session::ABBREVIATIONS),
        "pg_ts_config" => Source::Fixed(objects::CONFIGURATIONS),
        "pg_ts_config_map" => fixed!("pg_ts_config_map"),
        "pg_ts_dict" => Source::Fixed(objects::DICTIONARIES),
        "pg_ts_parser" => fixed!("pg_ts_parser"),
        "pg_ts_template" => fixed!("pg_ts_template"),
        "pg_type" => tables!(
            relation::pg_type,
            [(0, Object), (1, Name), (2, SchemaOid), (11, Object)],
            type_catalog::FILE
        ),
        _ => Source::None,
    }
}
