//! What PostgreSQL has and there is not here: who asks for it made no mistake.

use crate::error::Error;
use crate::relation::{Kind, Type};

/// Functions with a common subject, and what to do without them.
struct Family {
    names: &'static [&'static str],
    hint: &'static str,
}

#[rustfmt::skip]
const JSON_PATHS: Family = Family {
    names: &[
        "jsonb_path_exists", "jsonb_path_exists_tz", "jsonb_path_match", "jsonb_path_match_tz",
        "jsonb_path_query", "jsonb_path_query_array", "jsonb_path_query_array_tz",
        "jsonb_path_query_first", "jsonb_path_query_first_tz", "jsonb_path_query_tz",
    ],
    hint: "Use the operators ->, ->> and #>, subscripts, or jsonb_array_elements().",
};

#[rustfmt::skip]
const TEXT_SEARCH: Family = Family {
    names: &[
        "array_to_tsvector", "get_current_ts_config", "json_to_tsvector", "jsonb_to_tsvector",
        "numnode", "phraseto_tsquery", "plainto_tsquery", "querytree", "setweight", "strip",
        "to_tsquery", "to_tsvector", "ts_debug", "ts_delete", "ts_filter", "ts_headline",
        "ts_lexize", "ts_parse", "ts_rank", "ts_rank_cd", "ts_rewrite", "ts_stat",
        "ts_token_type", "tsquery_phrase", "tsvector_to_array", "websearch_to_tsquery",
    ],
    hint: "Use LIKE, a regular expression or position().",
};

#[rustfmt::skip]
const XML: Family = Family {
    names: &[
        "cursor_to_xml", "cursor_to_xmlschema", "database_to_xml",
        "database_to_xml_and_xmlschema", "database_to_xmlschema", "query_to_xml",
        "query_to_xml_and_xmlschema", "query_to_xmlschema", "schema_to_xml",
        "schema_to_xml_and_xmlschema", "schema_to_xmlschema", "table_to_xml",
        "table_to_xml_and_xmlschema", "table_to_xmlschema", "xml_is_well_formed",
        "xml_is_well_formed_content", "xml_is_well_formed_document", "xmlagg", "xmlcomment",
        "xmlvalidate", "xpath", "xpath_exists",
    ],
    hint: "Values of type xml are kept as they are written: cast them to text.",
};

#[rustfmt::skip]
const RANGES: Family = Family {
    names: &[
        "datemultirange", "daterange", "int4multirange", "int4range", "int8multirange",
        "int8range", "isempty", "lower_inc", "lower_inf", "multirange", "nummultirange",
        "numrange", "range_agg", "range_intersect_agg", "range_merge", "tsmultirange", "tsrange",
        "tstzmultirange", "tstzrange", "upper_inc", "upper_inf",
    ],
    hint: "Compare with both bounds, or use OVERLAPS.",
};

#[rustfmt::skip]
const FILES: Family = Family {
    names: &[
        "pg_current_logfile", "pg_ls_archive_statusdir", "pg_ls_dir", "pg_ls_logdir",
        "pg_ls_logicalmapdir", "pg_ls_logicalsnapdir", "pg_ls_replslotdir", "pg_ls_tmpdir",
        "pg_ls_waldir", "pg_read_binary_file", "pg_read_file", "pg_stat_file",
    ],
    hint: "The files of the server are not shown.",
};

#[rustfmt::skip]
const REPLICATION: Family = Family {
    names: &[
        "pg_backup_start", "pg_backup_stop", "pg_copy_logical_replication_slot",
        "pg_copy_physical_replication_slot", "pg_create_logical_replication_slot",
        "pg_create_physical_replication_slot", "pg_create_restore_point",
        "pg_current_wal_flush_lsn", "pg_current_wal_insert_lsn", "pg_current_wal_lsn",
        "pg_drop_replication_slot", "pg_logical_emit_message", "pg_logical_slot_get_binary_changes",
        "pg_logical_slot_get_changes", "pg_logical_slot_peek_binary_changes",
        "pg_logical_slot_peek_changes", "pg_replication_slot_advance", "pg_switch_wal",
        "pg_walfile_name", "pg_walfile_name_offset",
    ],
    hint: "There is no write-ahead log: LISTEN schema_changes tells of every change.",
};

#[rustfmt::skip]
const SNAPSHOTS: Family = Family {
    names: &["pg_current_snapshot", "pg_export_snapshot", "txid_current_snapshot"],
    hint: "Ask all queries in one session: a transaction sees its own changes and the latest of others.",
};

/// The refusal of a function of such a name (0A000), if PostgreSQL has one. `call` is
/// what it was called with.
pub(super) fn function(name: &str, call: &str) -> Option<Error> {
    let mut families = [
        JSON_PATHS,
        TEXT_SEARCH,
        XML,
        RANGES,
        FILES,
        REPLICATION,
        SNAPSHOTS,
    ]
    .into_iter();
    let family = families.find(|family| family.names.contains(&name))?;
    Some(Error::unsupported(
        format_args!("function {call}"),
        family.hint,
    ))
}

/// The refusal of an operator between such operands (0A000), if PostgreSQL has one.
pub(super) fn operator(symbol: &str, operands: &[Type], call: &str) -> Option<Error> {
    let is_search = |of: &Type| matches!(*of, Type::TS_VECTOR | Type::TSQUERY);
    let is_range = |of: &Type| matches!(of.kind(), Kind::Range(_) | Kind::Multirange(_));
    let family = match symbol {
        "@?" | "@@" if operands.contains(&Type::JSONB) => JSON_PATHS,
        "@@" | "@@@" => TEXT_SEARCH,
        _ if operands.iter().any(is_search) => TEXT_SEARCH,
        _ if operands.iter().any(is_range) => RANGES,
        _ => return None,
    };
    Some(Error::unsupported(
        format_args!("operator {call}"),
        family.hint,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_postgresql_has_is_no_mistake() {
        let refused = |error: Option<Error>| error.map(|error| error.sqlstate().to_owned());
        let unsupported = Some("0A000".to_owned());
        for name in [
            "jsonb_path_query",
            "to_tsvector",
            "ts_rank",
            "xpath",
            "int4range",
            "xmlagg",
            "pg_ls_waldir",
            "pg_export_snapshot",
            "pg_current_wal_lsn",
        ] {
            assert_eq!(refused(function(name, name)), unsupported, "{name}");
        }
        for (symbol, operands) in [
            ("@?", [Type::JSONB, Type::UNKNOWN]),
            ("@@", [Type::TS_VECTOR, Type::TSQUERY]),
            ("<@", [Type::INT4, Type::INT4_RANGE]),
        ] {
            assert_eq!(
                refused(operator(symbol, &operands, symbol)),
                unsupported,
                "{symbol}"
            );
        }
        assert!(function("ts_no_such", "ts_no_such()").is_none());
        assert!(operator("+", &[Type::TEXT, Type::POINT], "+").is_none());
    }
}
