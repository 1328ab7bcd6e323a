//! Rows of a catalog that are looked up by what they are joined with.
//!
//! `pg_class c JOIN pg_attribute a ON a.attrelid = c.oid` of one table is to read the
//! columns of that table, not those of all. So who reads a relation that can be asked
//! for some values of a column waits for the first rows of the other side of the join,
//! and asks for the values that are in them: an index scan beneath a nested loop. When
//! the other side has more rows than a few, everything is read as before.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::common::tree_node::Transformed;
use datafusion::common::{JoinType, NullEquality, Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::joins::HashJoinExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::{StreamExt, stream};
use parking_lot::Mutex;

use super::node::only_input;
use super::scan::RelationExec;

/// How many rows of the other side are waited for.
const FEW: usize = 256;

/// Lets a relation on one side of a join be asked for what is on the other side. Not
/// where its rows show without a partner.
pub(super) fn lookups(node: Arc<dyn ExecutionPlan>) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    let Some(join) = node.downcast_ref::<HashJoinExec>() else {
        return Ok(Transformed::no(node));
    };
    let (left_goes, right_goes) = match join.join_type() {
        JoinType::Inner => (true, true),
        JoinType::Left | JoinType::LeftSemi => (false, true),
        JoinType::Right | JoinType::RightSemi => (true, false),
        _ => (false, false),
    };
    // There NULL is a key too.
    if join.null_equality() == NullEquality::NullEqualsNull {
        return Ok(Transformed::no(node));
    }
    let sides = [join.left().clone(), join.right().clone()];
    for (left, right) in join.on() {
        for (goes, at, key, by) in [(right_goes, 1, right, left), (left_goes, 0, left, right)] {
            let (true, Some(key)) = (goes, key.downcast_ref::<Column>()) else {
                continue;
            };
            let ahead = Arc::new(Ahead {
                key: by.clone(),
                run: Mutex::default(),
            });
            let Some(asked) = asked(&sides[at], key.index(), &ahead)? else {
                continue;
            };
            let other = Arc::new(AheadExec {
                input: sides[1 - at].clone(),
                ahead,
            });
            let sides: Vec<Arc<dyn ExecutionPlan>> = match at {
                0 => vec![asked, other],
                _ => vec![other, asked],
            };
            return Ok(Transformed::yes(node.clone().with_new_children(sides)?));
        }
    }
    Ok(Transformed::no(node))
}

/// The plan with the relation that this column comes from asked for what is ahead, if
/// it can be.
fn asked(
    plan: &Arc<dyn ExecutionPlan>,
    column: usize,
    ahead: &Arc<Ahead>,
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(relation) = plan.downcast_ref::<RelationExec>() {
        return relation.asked(column, ahead);
    }
    let Some((input, column)) = passed_on(plan, column) else {
        return Ok(None);
    };
    match asked(input, column, ahead)? {
        Some(input) => Ok(Some(plan.clone().with_new_children(vec![input])?)),
        None => Ok(None),
    }
}

/// What a column of a node that passes rows on, one for one and in their order or not
/// at all, is beneath it: the node that is read, and the column's place there.
pub(super) fn passed_on(
    plan: &Arc<dyn ExecutionPlan>,
    column: usize,
) -> Option<(&Arc<dyn ExecutionPlan>, usize)> {
    if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        let inner = projection.expr()[column].expr.downcast_ref::<Column>()?;
        Some((projection.input(), inner.index()))
    } else if let Some(filter) = plan.downcast_ref::<FilterExec>() {
        let places = filter.projection().as_ref();
        let inner = places.map_or(column, |places| places[column]);
        Some((filter.input(), inner))
    } else if let Some(polite) = plan.downcast_ref::<CooperativeExec>() {
        Some((polite.input(), column))
    } else {
        let ahead = plan.downcast_ref::<AheadExec>()?;
        Some((&ahead.input, column))
    }
}

/// The first rows of the other side of a join.
#[derive(Debug)]
pub(super) struct Ahead {
    /// What the relation is joined by.
    key: Arc<dyn PhysicalExpr>,
    /// What runs now.
    run: Mutex<Option<Arc<tokio::sync::Mutex<Run>>>>,
}

impl Ahead {
    /// The keys of all rows, if they are few. The rows are kept for who reads them.
    pub(super) async fn keys(&self) -> Result<Option<Vec<ArrayRef>>> {
        let Some(run) = self.run.lock().clone() else {
            return internal_err!("one side of a join is read and the other is not");
        };
        let mut run = run.lock().await;
        while !run.is_done && run.rows <= FEW {
            if let Some(batch) = run.pull(&self.key).await? {
                run.kept.push_back(batch);
            }
        }
        Ok((run.rows <= FEW).then(|| run.keys.clone()))
    }
}

struct Run {
    stream: SendableRecordBatchStream,
    is_done: bool,
    rows: usize,
    /// Those of all rows that have come, while they are few.
    keys: Vec<ArrayRef>,
    kept: VecDeque<RecordBatch>,
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl Run {
    async fn pull(&mut self, key: &Arc<dyn PhysicalExpr>) -> Result<Option<RecordBatch>> {
        let Some(batch) = self.stream.next().await.transpose()? else {
            self.is_done = true;
            return Ok(None);
        };
        self.rows = self.rows.saturating_add(batch.num_rows());
        match self.rows <= FEW {
            true => {
                let keys = key.evaluate(&batch)?.into_array(batch.num_rows())?;
                self.keys.push(keys);
            }
            false => self.keys.clear(),
        }
        Ok(Some(batch))
    }

    async fn next(&mut self, key: &Arc<dyn PhysicalExpr>) -> Result<Option<RecordBatch>> {
        match self.kept.pop_front() {
            Some(batch) => Ok(Some(batch)),
            None if self.is_done => Ok(None),
            None => self.pull(key).await,
        }
    }
}

/// The other side of the join.
#[derive(Debug)]
struct AheadExec {
    input: Arc<dyn ExecutionPlan>,
    ahead: Arc<Ahead>,
}

impl DisplayAs for AheadExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl ExecutionPlan for AheadExec {
    fn name(&self) -> &str {
        "AheadExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
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
            ahead: self.ahead.clone(),
        }))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let run = Arc::new(tokio::sync::Mutex::new(Run {
            stream: self.input.execute(partition, context)?,
            is_done: false,
            rows: 0,
            keys: Vec::new(),
            kept: VecDeque::new(),
        }));
        *self.ahead.run.lock() = Some(run.clone());
        let key = self.ahead.key.clone();
        let batches = stream::try_unfold((run, key), |(run, key)| async move {
            let next = run.lock().await.next(&key).await?;
            Ok(next.map(|batch| (batch, (run, key))))
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(
            self.schema(),
            batches,
        )))
    }
}
