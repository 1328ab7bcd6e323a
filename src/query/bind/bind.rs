//! The whole of a query.

use crate::error::{Error, Result};
use crate::query::catalog::Catalog;
use crate::query::plan::Plan;
use crate::relation::Type;
use crate::sql::Query;

/// Understands a query.
pub(in crate::query) fn bind(
    _query: &Query,
    _catalog: Catalog,
    _parameters: &[Option<Type>],
) -> Result<Plan> {
    Err(Error::unsupported("SELECT", "Ask with SHOW or DESCRIBE."))
}
