//! How far types nest, and what their parts may be.

use std::collections::HashSet;
use std::slice;

use super::name::check_name;
use super::{DataType, ELEMENT, Field, FieldPath, KEY, VALUE};
use crate::error::{Definition, Error, ErrorKind, Limit, Object, Result};

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

/// Checks that no two of these fields, the columns or the parts of `parent`,
/// have the same name (42701), and that each can be what it is: see
/// [`check_field`].
///
/// Goes into the types, so their depth must have been checked before.
pub(crate) fn check_siblings(parent: Option<&FieldPath>, fields: &[Field]) -> Result<()> {
    let mut names = HashSet::with_capacity(fields.len());
    for field in fields {
        if !names.insert(&field.name) {
            return Err(named_twice(&FieldPath::within(parent, &field.name)));
        }
        check_field(parent, field)?;
    }
    Ok(())
}

/// Checks a column or a part of `parent`: its name (42601, 42622), its default
/// ([`Literal::coerce`](super::Literal::coerce), 42P16) and its parts: theirs,
/// and 42P16 for a struct without any, for parts of arrays and maps under
/// another name, for a key that can be NULL; 0A000 for [`check_key`] and
/// [`no_default`].
pub(crate) fn check_field(parent: Option<&FieldPath>, field: &Field) -> Result<()> {
    check_name(&field.name)?;
    if let Some(default) = &field.default {
        let coerced = default.literal().coerce(&field.data_type)?;
        if coerced.as_ref() != Some(default) {
            let path = FieldPath::within(parent, &field.name);
            return Err(invalid(format!(
                "default of column \"{path}\" is not in its canonical form"
            )));
        }
    }
    let children = field.data_type.children();
    let names: &[&str] = match &field.data_type {
        DataType::Array(_) => &[ELEMENT],
        DataType::Map(_) => &[KEY, VALUE],
        DataType::Struct(members) if members.is_empty() => {
            let path = FieldPath::within(parent, &field.name);
            return Err(invalid(format!("struct \"{path}\" has no fields")));
        }
        DataType::Struct(_) => {
            return check_siblings(Some(&FieldPath::within(parent, &field.name)), children);
        }
        _ => return Ok(()),
    };
    let path = FieldPath::within(parent, &field.name);
    for (part, name) in children.iter().zip(names) {
        if part.name != *name {
            let path = path.child(part.name.as_str());
            return Err(invalid(format!("\"{path}\" must be called \"{name}\"")));
        }
        if part.default.is_some() {
            return Err(no_default(name));
        }
        if *name == KEY {
            check_key(&part.data_type)?;
            if part.nullable {
                return Err(nullable_key());
            }
        }
        check_field(Some(&path), part)?;
    }
    Ok(())
}

/// Checks that every field has an identity that no other one has (42P16).
pub(crate) fn check_identities(fields: &[Field]) -> Result<()> {
    let mut ids = HashSet::new();
    let mut names: Vec<&str> = Vec::new();
    for (field, level) in walk(fields) {
        names.truncate(level);
        names.push(&field.name);
        if field.id.0 == 0 || !ids.insert(field.id) {
            let column = FieldPath::from(names[0]);
            let path = names[1..]
                .iter()
                .fold(column, |path, name| path.child(*name));
            return Err(invalid(format!(
                "column \"{path}\" has no identity of its own"
            )));
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

/// The error for a key of a map that can be NULL (42P16).
pub(crate) fn nullable_key() -> Error {
    invalid("keys of a map are never null")
}

/// The error for a second column of a name (42701).
pub(crate) fn named_twice(column: &FieldPath) -> Error {
    Error::new(
        ErrorKind::AlreadyExists(Object::Column),
        format!("column \"{column}\" specified more than once"),
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

/// The error for a stream that cannot be (42P16).
pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidDefinition(Definition::Stream), message)
}
