//! What `types` is about to offer.

use datafusion::logical_expr::Expr;

use crate::error::{Error, Result};
use crate::query::catalog::Catalog;
use crate::query::function::Function;
use crate::query::typed::Typed;
use crate::relation::Type;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coercion {
    Implicit,
}

pub(super) struct Resolved {
    pub(super) function: &'static Function,
    pub(super) parameters: Vec<Type>,
    pub(super) returns: Type,
}

pub(super) fn resolve(
    _name: &str,
    _candidates: &[&'static Function],
    _arguments: &[Type],
) -> Result<Resolved> {
    Err(Error::internal("not yet"))
}

pub(super) fn resolve_operator(
    _symbol: &str,
    _candidates: &[&'static Function],
    _left: Option<&Type>,
    _right: Option<&Type>,
) -> Result<Resolved> {
    Err(Error::internal("not yet"))
}

pub(super) fn cast(
    _typed: Typed,
    _to: &Type,
    _modifier: i32,
    _coercion: Coercion,
    _catalog: &Catalog,
) -> Result<Typed> {
    Err(Error::internal("not yet"))
}

pub(super) fn key(expr: Expr, _of: &Type) -> Expr {
    expr
}
