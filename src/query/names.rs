//! Names of columns within a plan.

use std::cell::Cell;

use datafusion::common::Column;
use datafusion::logical_expr::Expr;

/// Gives every column of a plan a name that no other has. Plans are joined with
/// themselves, moved and copied; with such names nothing is ever ambiguous and no
/// qualifier is needed.
#[derive(Debug, Default)]
pub(super) struct Names(Cell<u32>);

impl Names {
    /// A name that was not given before: `c1`, `c2`, …
    pub(super) fn fresh(&self) -> String {
        let number = self.0.get() + 1;
        self.0.set(number);
        format!("c{number}")
    }
}

/// The column of this name, of the plan that an expression stands over.
pub(super) fn column(name: &str) -> Expr {
    Expr::Column(Column::new_unqualified(name))
}
