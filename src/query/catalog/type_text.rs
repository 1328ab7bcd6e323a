//! Names of types in texts.

use super::identifiers::identifiers;
use super::schemas;
use super::type_catalog::{self, TypeEntry};

/// Names that SQL has for types, and what PostgreSQL calls them.
const PHRASES: &[(&str, &str)] = &[
    ("bigint", "int8"),
    ("bit varying", "varbit"),
    ("boolean", "bool"),
    ("char", "bpchar"),
    ("char varying", "varchar"),
    ("character", "bpchar"),
    ("character varying", "varchar"),
    ("dec", "numeric"),
    ("decimal", "numeric"),
    ("double precision", "float8"),
    ("float", "float8"),
    ("int", "int4"),
    ("integer", "int4"),
    ("national character", "bpchar"),
    ("national character varying", "varchar"),
    ("real", "float4"),
    ("smallint", "int2"),
    ("time with time zone", "timetz"),
    ("time without time zone", "time"),
    ("timestamp with time zone", "timestamptz"),
    ("timestamp without time zone", "timestamp"),
];

/// The OID of the type that a text names, with or without a size and brackets:
/// `numeric(10,2)`, `timestamp(3) with time zone`, `pg_catalog.int4[]`.
pub(super) fn named(text: &str) -> Option<u32> {
    let mut name = text.trim();
    let mut is_array = false;
    while let Some(rest) = name.strip_suffix(']') {
        let (before, size) = rest.rsplit_once('[')?;
        if !size.trim().bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        is_array = true;
        name = before.trim_end();
    }
    // A size says nothing about which type it is.
    let sized = match (name.contains('"'), name.split_once('(')) {
        (false, Some((before, rest))) => {
            let (_, after) = rest.split_once(')')?;
            format!("{before}{after}")
        }
        _ => name.to_owned(),
    };
    let entry = phrase(&sized).or_else(|| qualified(&sized))?;
    match (is_array, entry.element) {
        (false, _) | (true, Some(_)) => Some(entry.oid),
        (true, None) => Some(entry.array).filter(|array| *array != 0),
    }
}

fn phrase(text: &str) -> Option<&'static TypeEntry> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let text = words.join(" ");
    let (_, name) = PHRASES.iter().find(|(phrase, _)| *phrase == text)?;
    type_catalog::of_name(schemas::PG_CATALOG.oid, name)
}

fn qualified(text: &str) -> Option<&'static TypeEntry> {
    match identifiers(text).ok()?.as_slice() {
        [name] => type_catalog::of_name(schemas::PG_CATALOG.oid, name),
        [schema, name] => type_catalog::of_name(schemas::of_name(schema)?.oid, name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_found_however_they_are_spelled() {
        for (text, oid) in [
            ("int", Some(23)),
            ("INTEGER", Some(23)),
            ("int4", Some(23)),
            ("pg_catalog.int4", Some(23)),
            ("int[]", Some(1007)),
            ("_int4", Some(1007)),
            ("int[3][]", Some(1007)),
            ("numeric(10,2)", Some(1700)),
            ("timestamp(3)  with time zone", Some(1184)),
            ("timestamp", Some(1114)),
            ("\"char\"", Some(18)),
            ("char", Some(1042)),
            ("regclass", Some(2205)),
            ("information_schema.sql_identifier", Some(13_226)),
            ("nosuch", None),
            ("a.int4", None),
            ("int[", None),
        ] {
            assert_eq!(named(text), oid, "{text}");
        }
    }
}
