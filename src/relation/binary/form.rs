//! Which types have a binary format.

use postgres_types::Kind;

use crate::error::{Error, ErrorKind, Object, Result};
use crate::relation::{Type, type_name};

/// Whether values of the type are written and read in binary format here. As in
/// PostgreSQL there is none for `aclitem`; nor is there one for ranges, for what text
/// search uses, and for what only PostgreSQL's own tables have.
pub(super) fn has_binary(of: &Type) -> bool {
    match of.kind() {
        Kind::Array(element) => return has_binary(element),
        Kind::Domain(base) => return has_binary(base),
        Kind::Composite(fields) => return fields.iter().all(|field| has_binary(field.type_())),
        Kind::Range(_) | Kind::Multirange(_) => return false,
        _ => {}
    }
    !matches!(
        *of,
        Type::ACLITEM
            | Type::JSONPATH
            | Type::TS_VECTOR
            | Type::TSQUERY
            | Type::GTS_VECTOR
            | Type::TXID_SNAPSHOT
            | Type::PG_SNAPSHOT
            | Type::PG_NDISTINCT
            | Type::PG_DEPENDENCIES
            | Type::PG_MCV_LIST
            | Type::PG_BRIN_BLOOM_SUMMARY
            | Type::PG_BRIN_MINMAX_MULTI_SUMMARY
    )
}

/// Checks that values of the type can be written in binary format.
///
/// # Errors
/// 42883 when there is none.
pub fn check_binary(of: &Type) -> Result<()> {
    match has_binary(of) {
        true => Ok(()),
        false => Err(no_binary("output", of)),
    }
}

/// There is no function that reads or writes it (42883).
pub(super) fn no_binary(direction: &str, of: &Type) -> Error {
    let of = match of.kind() {
        Kind::Array(element) => element,
        _ => of,
    };
    Error::new(
        ErrorKind::NotFound(Object::Function),
        format!(
            "no binary {direction} function available for type {}",
            type_name(of)
        ),
    )
}
