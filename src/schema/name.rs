//! Names and their spelling in SQL.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Definition, Error, ErrorKind, Result};

/// The longest name in bytes.
///
/// PostgreSQL cuts names at 63 bytes. A registry must not: two Kafka topics
/// (up to 249 bytes) or two JSON fields that share their first 63 bytes would
/// silently become one.
pub const MAX_NAME_BYTES: usize = 255;

/// A name that has been folded and checked: not empty, no NUL, at most
/// [`MAX_NAME_BYTES`].
pub type Name = String;

/// Words PostgreSQL reserves, plus those our own grammar needs unquoted.
/// (PostgreSQL manual, appendix C, the column "PostgreSQL: reserved".)
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];

/// Whether a folded word is reserved: a name only when it is quoted.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word).is_ok()
}

/// Spells a name so that it reads back as itself: bare when it can be, in
/// double quotes otherwise (PostgreSQL's `quote_ident`).
pub fn quote_ident(name: &str) -> String {
    let mut bytes = name.bytes();
    let bare = matches!(bytes.next(), Some(b'a'..=b'z' | b'_'))
        && bytes.all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && !is_reserved(name);
    if bare {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// Spells a text as a string literal (PostgreSQL's `quote_literal` under
/// `standard_conforming_strings`).
pub fn quote_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A name that is not taken: the stem with the first of the suffixes that makes
/// one, cut where names end.
pub(crate) fn free_name(
    stem: &str,
    mut suffixes: impl Iterator<Item = String>,
    is_taken: impl Fn(&str) -> bool,
) -> Option<Name> {
    suffixes.find_map(|suffix| {
        let longest = stem.len().min(MAX_NAME_BYTES - suffix.len());
        let end = (0..=longest)
            .rev()
            .find(|end| stem.is_char_boundary(*end))
            .unwrap_or(0);
        let name = format!("{}{suffix}", &stem[..end]);
        (!is_taken(&name)).then_some(name)
    })
}

/// The next name after one that is taken: `amount_2`, `amount_3`.
pub(crate) fn next_name(stem: &str, is_taken: impl Fn(&str) -> bool) -> Name {
    let suffixes = (2u64..).map(|number| format!("_{number}"));
    free_name(stem, suffixes, is_taken).expect("there are more numbers than names")
}

/// Checks a name that was written by a user.
///
/// # Errors
/// 42622 when it is longer than [`MAX_NAME_BYTES`], 42601 when it is empty.
pub(crate) fn check_name(name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Error::new(
            ErrorKind::Syntax,
            "zero-length delimited identifier",
        ));
    }
    if name.len() > MAX_NAME_BYTES {
        return Err(Error::new(
            ErrorKind::InvalidDefinition(Definition::NameTooLong),
            format!("name of {} bytes is too long", name.len()),
        )
        .with_detail(format!(
            "The name begins with \"{}\".",
            name.chars().take(40).collect::<String>()
        ))
        .with_hint(format!("Names have at most {MAX_NAME_BYTES} bytes.")));
    }
    Ok(())
}

/// The full name of a stream.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StreamName {
    /// The namespace it lives in.
    pub namespace: Name,
    /// Its name there.
    pub name: Name,
}

impl StreamName {
    /// The stream `name` in `namespace`.
    pub fn new(namespace: impl Into<Name>, name: impl Into<Name>) -> Self {
        Self {
            namespace: namespace.into(),
            name: name.into(),
        }
    }
}

/// As SQL: each part quoted where it must be.
impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{}",
            quote_ident(&self.namespace),
            quote_ident(&self.name)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_are_sorted_for_the_binary_search() {
        assert!(RESERVED.is_sorted());
    }

    #[test]
    fn a_name_is_quoted_only_when_it_must_be() {
        for (name, spelled) in [
            ("orders", "orders"),
            ("_x1", "_x1"),
            ("Orders", "\"Orders\""),
            ("1st", "\"1st\""),
            ("raw-orders", "\"raw-orders\""),
            ("a\"b", "\"a\"\"b\""),
            ("select", "\"select\""),
            ("žluť", "\"žluť\""),
        ] {
            assert_eq!(quote_ident(name), spelled);
        }
        assert_eq!(quote_literal("it's"), "'it''s'");
        assert_eq!(
            StreamName::new("public", "a.b").to_string(),
            "public.\"a.b\""
        );
    }

    #[test]
    fn names_have_a_length() {
        assert!(check_name("a").is_ok());
        assert_eq!(check_name("").expect_err("empty").sqlstate(), "42601");
        assert!(check_name(&"é".repeat(127)).is_ok());
        assert_eq!(
            check_name(&"é".repeat(128)).expect_err("long").sqlstate(),
            "42622"
        );
    }
}
