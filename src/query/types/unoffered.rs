//! What PostgreSQL has and there is not here: who asks for it made no mistake.

use crate::error::Error;
use crate::relation::{Kind, Type};

/// Functions with a common subject, and what to do without them.
struct Family {
    /// How their names begin.
    prefixes: &'static [&'static str],
    /// Names that say nothing of the subject.
    names: &'static [&'static str],
    hint: &'static str,
}

const JSON_PATHS: Family = Family {
    prefixes: &["jsonb_path_"],
    names: &[],
    hint: "Use the operators ->, ->> and #>, subscripts, or jsonb_array_elements().",
};

const TEXT_SEARCH: Family = Family {
    prefixes: &["ts_", "tsvector_", "tsquery_"],
    names: &[
        "array_to_tsvector",
        "get_current_ts_config",
        "json_to_tsvector",
        "jsonb_to_tsvector",
        "numnode",
        "phraseto_tsquery",
        "plainto_tsquery",
        "querytree",
        "setweight",
        "strip",
        "to_tsquery",
        "to_tsvector",
        "websearch_to_tsquery",
    ],
    hint: "Use LIKE, a regular expression or position().",
};

const XML: Family = Family {
    prefixes: &[
        "xml",
        "xpath",
        "cursor_to_xml",
        "database_to_xml",
        "query_to_xml",
        "schema_to_xml",
        "table_to_xml",
    ],
    names: &[],
    hint: "Values of type xml are kept as they are written: cast them to text.",
};

const RANGES: Family = Family {
    prefixes: &["range_"],
    names: &[
        "datemultirange",
        "daterange",
        "int4multirange",
        "int4range",
        "int8multirange",
        "int8range",
        "isempty",
        "lower_inc",
        "lower_inf",
        "multirange",
        "nummultirange",
        "numrange",
        "tsmultirange",
        "tsrange",
        "tstzmultirange",
        "tstzrange",
        "upper_inc",
        "upper_inf",
    ],
    hint: "Compare with both bounds, or use OVERLAPS.",
};

/// The refusal of a function of such a name (0A000), if PostgreSQL has one. `call` is
/// what it was called with.
pub(super) fn function(name: &str, call: &str) -> Option<Error> {
    let families = [JSON_PATHS, TEXT_SEARCH, XML, RANGES];
    let mut families = families.into_iter();
    let family = families.find(|family| {
        let begins = |prefix: &&str| name.starts_with(prefix);
        family.names.contains(&name) || family.prefixes.iter().any(begins)
    })?;
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
        assert!(function("no_such", "no_such()").is_none());
        assert!(operator("+", &[Type::TEXT, Type::POINT], "+").is_none());
    }
}
