//! How far types nest, and what their parts may be.

use std::slice;

use super::{DataType, Field};
use crate::error::{Error, ErrorKind, Limit, Result};

/// The most levels of types within each other: `integer[]` has one.
pub const MAX_DEPTH: usize = 32;

/// The most fields a schema can have: its columns and all of their parts.
pub const MAX_FIELDS: usize = 20_000;

/// These fields and all of their parts, each before its parts, with the
/// number of fields that each is within.
pub(crate) fn walk(fields: &[Field]) -> impl Iterator<Item = (&Field, usize)> {
    let mut open: Vec<slice::Iter<'_, Field>> = vec![fields.iter()];
    std::iter::from_fn(move || {
        loop {
            match open.last_mut()?.next() {
                Some(field) => {
                    let level = open.len() - 1;
                    open.push(field.data_type.children().iter());
                    return Some((field, level));
                }
                None => open.truncate(open.len() - 1),
            }
        }
    })
}

/// Checks that the fields of a schema and their parts are not too many
/// (54011) and not too deep (54001).
pub(crate) fn check_size(fields: &[Field]) -> Result<()> {
    for (count, (_, level)) in walk(fields).enumerate() {
        if count == MAX_FIELDS {
            return Err(too_many_fields());
        }
        if level > MAX_DEPTH {
            return Err(too_deep());
        }
    }
    Ok(())
}

/// Checks that values of the type can be the keys of a map (0A000).
pub(crate) fn check_key(key: &DataType) -> Result<()> {
    if key.is_nested() || matches!(key, DataType::Json | DataType::Jsonb) {
        return Err(Error::unsupported(
            format!("a map with keys of type {}", key.base_name()),
            "Use keys of a type without parts: text, integer, uuid, date.",
        ));
    }
    Ok(())
}

/// The error for a default of a part that every value has or has not (0A000).
pub(crate) fn no_default(part: &str) -> Error {
    Error::unsupported(
        format!("a default of the {part} of a type"),
        "Only columns and the fields of structs have defaults.",
    )
}

/// The error for a type that nests too deep (54001).
pub(crate) fn too_deep() -> Error {
    Error::new(
        ErrorKind::LimitExceeded(Limit::StatementComplexity),
        "type is nested too deeply",
    )
    .with_detail(format!("Types nest at most {MAX_DEPTH} levels deep."))
}

/// The error for a schema with too many fields (54011).
pub(crate) fn too_many_fields() -> Error {
    Error::new(
        ErrorKind::LimitExceeded(Limit::Columns),
        format!("streams can have at most {MAX_FIELDS} fields"),
    )
    .with_detail("Columns are counted with all of their parts.")
}
