//! What the nodes of plans that can be run have in common.

use std::sync::Arc;

use datafusion::common::{Result, internal_err};
use datafusion::physical_plan::ExecutionPlan;

/// The one plan whose rows a node of a plan that can be run passes on.
///
/// # Errors
/// XX000 when there is another number of them.
pub(super) fn only_input(children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
    match <[_; 1]>::try_from(children) {
        Ok([input]) => Ok(input),
        Err(children) => internal_err!("rows come from one plan, not from {}", children.len()),
    }
}
