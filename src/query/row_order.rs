//! The order in which rows come that nobody has put in an order.
//!
//! No standard promises one, but people see it, and some clients take what they see for
//! promised. PostgreSQL reads one side of a join row by row, and looks up the other one:
//! the rows come as those of the side that leads do, and the partners of one row as they
//! come on their side. Which side leads:
//!
//! * Of an outer join, the side that is kept.
//! * Of an inner join, the side that refers to the other by its key: the columns of
//!   `pg_attribute` stay in their order, whether they are joined to their `pg_class` or to
//!   their `pg_type`, and whichever is named first.
//! * Of an inner join in which neither side does, or both do: the first one.
//!
//! The engine would let the second one lead, or the larger one, and tells the rows of an
//! outer join that have no partner last.

use std::fmt;
use std::sync::Arc;

use datafusion::common::tree_node::Transformed;
use datafusion::common::{JoinType, Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExprRef, PhysicalSortExpr};
use datafusion::physical_plan::joins::HashJoinExec;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties,
};

use super::lookup::passed_on;
use super::node::only_input;
use super::scan::RelationExec;

/// Lets the side of an inner join lead that has to.
pub(super) fn led_joins(
    node: Arc<dyn ExecutionPlan>,
) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    let Some(join) = node.downcast_ref::<HashJoinExec>() else {
        return Ok(Transformed::no(node));
    };
    // The engine reads the right side row by row.
    let [left, right] = sides(join);
    if *join.join_type() != JoinType::Inner || (left.is_by_key() && !right.is_by_key()) {
        return Ok(Transformed::no(node));
    }
    let swapped = join.swap_inputs(*join.partition_mode())?;
    Ok(Transformed::yes(swapped))
}

/// A side of a join.
struct Side {
    keys: Vec<Vec<usize>>,
    /// The columns that it is joined by.
    on: Vec<usize>,
}

impl Side {
    /// Whether there is one row at most for each of the other side.
    fn is_by_key(&self) -> bool {
        let is_on = |key: &Vec<usize>| key.iter().all(|column| self.on.contains(column));
        self.keys.iter().any(is_on)
    }
}

fn sides(join: &HashJoinExec) -> [Side; 2] {
    let place = |expr: &PhysicalExprRef| Some(expr.downcast_ref::<Column>()?.index());
    let (left, right) = (join.on().iter(), join.on().iter());
    [
        Side {
            keys: keys(join.left()),
            on: left.filter_map(|(left, _)| place(left)).collect(),
        },
        Side {
            keys: keys(join.right()),
            on: right.filter_map(|(_, right)| place(right)).collect(),
        },
    ]
}

/// The sets of columns that tell the rows of a plan apart, each by their places, as far as
/// the keys of relations say it. Not of rows in an order of their own: these lead.
fn keys(plan: &Arc<dyn ExecutionPlan>) -> Vec<Vec<usize>> {
    if let Some(relation) = plan.downcast_ref::<RelationExec>() {
        return relation.key().into_iter().collect();
    }
    let (inner, places) = match plan.downcast_ref::<HashJoinExec>() {
        Some(join) => keys_of_join(join),
        None => {
            let columns = 0..plan.schema().fields().len();
            let inner = columns.map(|column| passed_on(plan, column));
            let inner: Vec<_> = inner.collect();
            let Some((input, _)) = inner.iter().flatten().next() else {
                return Vec::new();
            };
            let places = inner.iter().map(|inner| Some(inner.as_ref()?.1));
            (keys(input), places.collect())
        }
    };
    let place_of = |column: &usize| places.iter().position(|place| *place == Some(*column));
    let keys = inner.iter();
    let keys = keys.filter_map(|key| key.iter().map(place_of).collect());
    keys.collect()
}

/// The keys of the rows that a join makes, and what it answers of their columns. A row of
/// a side stays one row where it has one partner at most.
fn keys_of_join(join: &HashJoinExec) -> (Vec<Vec<usize>>, Vec<Option<usize>>) {
    let [left, right] = sides(join);
    let (left_goes, right_goes) = match join.join_type() {
        JoinType::Inner => (true, true),
        JoinType::Left => (true, false),
        JoinType::Right => (false, true),
        _ => (false, false),
    };
    let width = join.left().schema().fields().len();
    let mut keys = Vec::new();
    if left_goes && right.is_by_key() {
        keys.extend(left.keys.clone());
    }
    if right_goes && left.is_by_key() {
        let shifted = |key: &Vec<usize>| key.iter().map(|column| column + width).collect();
        keys.extend(right.keys.iter().map(shifted));
    }
    let places = match &join.projection {
        Some(places) => places.iter().copied().map(Some).collect(),
        None => (0..join.schema().fields().len()).map(Some).collect(),
    };
    (keys, places)
}

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
