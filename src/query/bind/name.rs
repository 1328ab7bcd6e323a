//! Names in a query.

use sqlparser::ast::{DataType, Ident, ObjectName};

use crate::error::{Error, ErrorKind, Result};

/// A name as PostgreSQL reads it: in lower case unless it is quoted.
pub(super) fn folded(name: &Ident) -> String {
    match name.quote_style {
        Some(_) => name.value.clone(),
        None => name.value.to_ascii_lowercase(),
    }
}

/// The parts of a name: a schema, if there is one, and the name in it. A database
/// before them is left out, since there is one only.
///
/// # Errors
/// 42601 for a name of too many parts.
pub(super) fn qualified(name: &ObjectName) -> Result<(Option<String>, String)> {
    let parts = name.0.iter().map(|part| part.as_ident().map(folded));
    let improper = || {
        Error::new(
            ErrorKind::Syntax,
            format!("improper qualified name (too many dotted names): {name}"),
        )
    };
    let mut parts = parts.collect::<Option<Vec<_>>>().ok_or_else(improper)?;
    let last = parts.pop().ok_or_else(improper)?;
    let schema = parts.pop();
    match parts.len() {
        0 | 1 => Ok((schema, last)),
        _ => Err(improper()),
    }
}

/// What a column is called that is a cast to this type: the type's name in
/// `pg_type`, `int4` for `integer`.
pub(super) fn type_word(data_type: &DataType) -> String {
    let text = data_type.to_string().to_ascii_lowercase();
    let head = text.split(['(', '[']).next().unwrap_or_default().trim();
    let word = match head {
        "int" | "integer" => "int4",
        "bigint" => "int8",
        "smallint" => "int2",
        "boolean" => "bool",
        "real" => "float4",
        "float" | "double precision" | "double" => "float8",
        "decimal" | "dec" => "numeric",
        "character varying" | "char varying" => "varchar",
        "character" | "char" => "bpchar",
        "timestamp" if text.ends_with("with time zone") && !text.ends_with("without time zone") => {
            "timestamptz"
        }
        "timestamp with time zone" => "timestamptz",
        "timestamp without time zone" => "timestamp",
        "time" if text.ends_with("with time zone") && !text.ends_with("without time zone") => {
            "timetz"
        }
        "time with time zone" => "timetz",
        "time without time zone" => "time",
        "bit varying" => "varbit",
        other => other.rsplit('.').next().unwrap_or(other),
    };
    word.trim_matches('"').to_owned()
}
