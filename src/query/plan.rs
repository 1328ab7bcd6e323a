//! A query that is ready to be run.

use std::sync::Arc;

use datafusion::logical_expr::LogicalPlan;

use super::catalog::Catalog;
use crate::relation::{Column, Type};
use crate::sql::Explanation;

/// A query that was understood: what it answers and what it needs. It belongs to
/// the context that it was planned in.
#[derive(Clone)]
pub struct Plan {
    /// The columns of the answer.
    pub columns: Arc<[Column]>,
    /// The types of the parameters `$1`, `$2`, …
    pub parameters: Arc<[Type]>,
    pub(super) logical: Arc<LogicalPlan>,
    pub(super) catalog: Catalog,
    /// How it is told how the query is answered, if that is asked.
    pub(super) explanation: Option<Explanation>,
}

impl Plan {
    /// Whether it tells how a query is answered, and not its rows.
    pub fn is_explanation(&self) -> bool {
        self.explanation.is_some()
    }
}
