//! ANY and ALL, and what sub-queries become.

use datafusion::logical_expr::Expr;

use crate::error::{Error, Result};
use crate::query::catalog::Catalog;
use crate::query::typed::Typed;

/// `left symbol ANY (array)`, or ALL.
///
/// # Errors
/// 42883 when there is no such operator, 42809 for what is no array.
pub(in crate::query) fn any_all(
    _left: Typed,
    _symbol: &str,
    _array: Typed,
    _all: bool,
    _catalog: &Catalog,
) -> Result<Typed> {
    Err(Error::internal("not yet"))
}

/// The aggregate that is the value of a sub-query of one row; NULL over none.
///
/// # Errors
/// When it runs over more than one row, 21000.
pub(in crate::query) fn single_value(_of: Typed, _catalog: &Catalog) -> Result<Typed> {
    Err(Error::internal("not yet"))
}

/// The aggregate that is the value of the first row; NULL over none.
pub(in crate::query) fn first(_of: Typed, _catalog: &Catalog) -> Result<Typed> {
    Err(Error::internal("not yet"))
}

/// The aggregate that is true if one is true, else NULL if one is NULL, else false.
pub(in crate::query) fn any_true(_of: Expr, _catalog: &Catalog) -> Expr {
    datafusion::logical_expr::lit(false)
}

/// The aggregate that is false if one is false, else NULL if one is NULL, else true.
pub(in crate::query) fn all_true(_of: Expr, _catalog: &Catalog) -> Expr {
    datafusion::logical_expr::lit(false)
}
