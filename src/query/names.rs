//! Names of columns within a plan.

use std::cell::Cell;

use datafusion::common::Column;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, ScalarUDFImpl};

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

/// How many parts of a call are in its name.
const NAMED_PARTS: usize = 24;

/// What the engine calls a column that is this call, where it has no other name. The
/// engine asks for that at every level of an expression, so that whole texts would cost
/// the square of its depth: of a long one only the first parts are told, and which
/// function it is.
pub(super) fn of_call<F: ScalarUDFImpl>(function: &F, arguments: &[Expr]) -> String {
    let mut name = format!("{}(", function.name());
    let mut parts = 0;
    for argument in arguments {
        let told = argument.apply(|part| {
            parts += 1;
            if parts > NAMED_PARTS {
                return Ok(TreeNodeRecursion::Stop);
            }
            match part {
                Expr::Column(column) => name.push_str(&column.name),
                Expr::Literal(value, _) => name.push_str(&value.to_string()),
                Expr::ScalarFunction(call) => name.push_str(call.name()),
                other => name.push_str(other.variant_name()),
            }
            name.push(' ');
            Ok(TreeNodeRecursion::Continue)
        });
        told.expect("naming a part does not fail");
        name.push(',');
    }
    if parts > NAMED_PARTS {
        let place = std::ptr::from_ref(function).addr();
        name.push_str(&format!("… {place:x}"));
    }
    name.push(')');
    name
}

/// The column of this name, of the plan that an expression stands over.
pub(super) fn column(name: &str) -> Expr {
    Expr::Column(Column::new_unqualified(name))
}
