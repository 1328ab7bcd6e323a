//! Texts that are like a pattern.

use crate::error::{Error, Result};
use crate::query::catalog::Catalog;
use crate::query::typed::Typed;

/// `value [NOT] LIKE pattern [ESCAPE escape]`, or ILIKE.
///
/// # Errors
/// 42883 for what is no text; when it runs 22025.
pub(in crate::query) fn like(
    _value: Typed,
    _pattern: Typed,
    _escape: Option<Typed>,
    _case_insensitive: bool,
    _negated: bool,
    _catalog: &Catalog,
) -> Result<Typed> {
    Err(Error::internal("not yet"))
}
