//! An operator over its operands.

use crate::error::Result;
use crate::query::catalog::Catalog;
use crate::query::function::call::{apply, coerced};
use crate::query::function::table::operators;
use crate::query::typed::Typed;
use crate::query::types::resolve_operator;

/// `left symbol right`
///
/// # Errors
/// 42883 and 42725 when there is not the one operator.
pub(in crate::query) fn binary(
    symbol: &str,
    left: Typed,
    right: Typed,
    catalog: &Catalog,
) -> Result<Typed> {
    let (one, other) = (&left.data_type, &right.data_type);
    let symbol = canonical(symbol);
    let resolved = resolve_operator(symbol, operators(symbol), Some(one), Some(other))?;
    apply(resolved, vec![left, right], catalog)
}

/// The left one of two operands as the operator takes it.
///
/// # Errors
/// As [`binary`].
pub(in crate::query) fn left_operand(
    symbol: &str,
    left: Typed,
    right: &Typed,
    catalog: &Catalog,
) -> Result<Typed> {
    let (one, other) = (&left.data_type, &right.data_type);
    let resolved = resolve_operator(symbol, operators(symbol), Some(one), Some(other))?;
    let mut taken = coerced(&resolved, vec![left], catalog)?;
    Ok(taken.swap_remove(0))
}

/// `symbol operand`
///
/// # Errors
/// As [`binary`].
pub(in crate::query) fn unary(symbol: &str, operand: Typed, catalog: &Catalog) -> Result<Typed> {
    let of = &operand.data_type;
    let resolved = resolve_operator(symbol, operators(symbol), None, Some(of))?;
    apply(resolved, vec![operand], catalog)
}

/// `!=` is only another spelling.
fn canonical(symbol: &str) -> &str {
    match symbol {
        "!=" => "<>",
        symbol => symbol,
    }
}
