//! The order in which rows come that nobody has put in an order.
//!
//! No standard promises one, but people see it: the rows of a query with sub-queries,
//! or with an outer join, come as those of its first table do. In PostgreSQL the side
//! that is kept is read row by row, and the other one is looked up. The engine does the
//! opposite, and tells the rows without a partner last.

use std::fmt;
use std::sync::Arc;

use datafusion::common::tree_node::Transformed;
use datafusion::common::{JoinType, Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalSortExpr};
use datafusion::physical_plan::joins::HashJoinExec;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties,
};

use super::node::only_input;

/// Lets a hash join that keeps one side read that side row by row. It is for plans
/// whose orders nobody looks at any more.
pub(super) fn kept_sides(
    node: Arc<dyn ExecutionPlan>,
) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    let Some(join) = node.downcast_ref::<HashJoinExec>() else {
        return Ok(Transformed::no(node));
    };
    let (left, right) = (join.left().clone(), join.right().clone());
    let (kind, mode) = (*join.join_type(), *join.partition_mode());
    let told = node.properties().clone();
    let joined = match kind {
        JoinType::Left => {
            let joined = node.with_new_children(vec![as_they_come(left), right])?;
            match joined.downcast_ref::<HashJoinExec>() {
                Some(joined) => joined.swap_inputs(mode)?,
                None => return internal_err!("a join with other sides is no join"),
            }
        }
        JoinType::Right => node.with_new_children(vec![left, as_they_come(right)])?,
        _ => return Ok(Transformed::no(node)),
    };
    // Above, nobody is to take the rows for ordered.
    Ok(Transformed::yes(Arc::new(Told {
        input: joined,
        properties: told,
    })))
}

/// Rows of which is told that they are in an order: a join keeps the order of rows only
/// if there is one.
fn as_they_come(input: Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan> {
    let schema = input.schema();
    let is_ordered = input.output_ordering().is_some();
    let (false, Some(first)) = (is_ordered, schema.fields().first()) else {
        return input;
    };
    let first = PhysicalSortExpr::new_default(Arc::new(Column::new(first.name(), 0)));
    let order = EquivalenceProperties::new_with_orderings(schema.clone(), [[first]]);
    let properties = PlanProperties::clone(input.properties()).with_eq_properties(order);
    Arc::new(Told {
        input,
        properties: Arc::new(properties),
    })
}

/// The rows of a plan, of which something else is told than the plan does.
#[derive(Debug)]
struct Told {
    input: Arc<dyn ExecutionPlan>,
    properties: Arc<PlanProperties>,
}

impl DisplayAs for Told {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl ExecutionPlan for Told {
    fn name(&self) -> &str {
        "ToldExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(Self {
            input: only_input(children)?,
            properties: self.properties.clone(),
        }))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        self.input.execute(partition, context)
    }
}
