//! Comparisons.

use crate::error::{Error, Result};
use crate::query::catalog::Catalog;
use crate::query::typed::Typed;

/// `left IS [NOT] DISTINCT FROM right`; `negated` is with NOT.
///
/// # Errors
/// 42883 when the two cannot be equal.
pub(in crate::query) fn is_distinct(
    _left: Typed,
    _right: Typed,
    _negated: bool,
    _catalog: &Catalog,
) -> Result<Typed> {
    Err(Error::internal("not yet"))
}

/// `left [NOT] IN (list)`
///
/// # Errors
/// 42883 when they cannot be equal, 42804 when they have no common type.
pub(in crate::query) fn in_list(
    _left: Typed,
    _list: Vec<Typed>,
    _negated: bool,
    _catalog: &Catalog,
) -> Result<Typed> {
    Err(Error::internal("not yet"))
}
