//! Which relation of `information_schema` has which rows.

use crate::query::catalog::source::Source;

/// Where the rows of a relation of `information_schema` come from. What is not
/// here has none.
pub(in crate::query::catalog) fn source(name: &str) -> Source {
    macro_rules! fixed {
        ($file:literal) => {
            Source::Fixed(include_str!(concat!("../postgresql/", $file, ".tsv")))
        };
    }
    match name {
        "sql_features" => fixed!("sql_features"),
        "sql_implementation_info" => fixed!("sql_implementation_info"),
        "sql_parts" => fixed!("sql_parts"),
        "sql_sizing" => fixed!("sql_sizing"),
        _ => Source::None,
    }
}
