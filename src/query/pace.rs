//! Rows that are made when they are asked for.
//!
//! PostgreSQL computes a row of a cursor when it is fetched: what takes its time in a
//! later row, changes something there or fails is not noticed before. The engine computes
//! batches of rows, and some ahead. So where rows are asked for a few at a time it waits
//! until more of them are wanted, and the columns of the answer are computed for no more
//! rows than are. What is beneath them, filters,
//! joins, sorts and the arms of a UNION, works on whole batches as ever.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::arrow::array::RecordBatch;
use datafusion::common::Result;
use datafusion::common::tree_node::Transformed;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::common::spawn_buffered;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::limit::GlobalLimitExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::unnest::UnnestExec;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::{StreamExt, stream};
use tokio::sync::watch;

use super::guard;
use super::node::only_input;

/// How many batches are read before they are asked for.
const READ_AHEAD: usize = 1;

/// How many rows of a query are wanted, and how many there are.
#[derive(Debug)]
pub(super) struct Pace {
    /// How many are wanted since the beginning.
    wanted: watch::Receiver<usize>,
    made: AtomicUsize,
}

impl Pace {
    pub(super) fn new(wanted: watch::Receiver<usize>) -> Arc<Self> {
        Arc::new(Self {
            wanted,
            made: AtomicUsize::new(0),
        })
    }

    /// Waits until more rows are wanted than there are.
    pub(super) async fn wait(&self) {
        let made = self.made.load(Ordering::Relaxed);
        // Who asks no more takes what there is.
        let _ = self.wanted.clone().wait_for(|wanted| *wanted > made).await;
    }

    /// So many more rows are there.
    pub(super) fn made(&self, rows: usize) {
        self.made.fetch_add(rows, Ordering::Relaxed);
    }

    /// How many rows are to be computed now.
    fn rows(&self) -> usize {
        let made = self.made.load(Ordering::Relaxed);
        self.wanted.borrow().saturating_sub(made).max(1)
    }
}

/// The plan with the columns of its answer computed for as many rows as are wanted, if
/// functions are called for them: nothing else is noticed.
///
/// # Errors
/// None that the engine's own plans make.
pub(super) fn paced(
    plan: Arc<dyn ExecutionPlan>,
    pace: &Arc<Pace>,
) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    let projection = plan.downcast_ref::<ProjectionExec>();
    let passes_on = projection.is_some()
        || plan.is::<CooperativeExec>()
        || plan.is::<GlobalLimitExec>()
        || plan.is::<UnnestExec>();
    if !passes_on {
        return Ok(Transformed::no(plan));
    }
    let input = only_input(plan.children().into_iter().cloned().collect())?;
    let mut input = paced(input, pace)?;
    let calls = |projection: &ProjectionExec| {
        let mut columns = projection.expr().iter();
        columns.any(|column| guard::calls(&column.expr))
    };
    if projection.is_some_and(calls) {
        input = Transformed::yes(Arc::new(PacedExec {
            is_first: !input.transformed,
            input: input.data,
            pace: pace.clone(),
        }));
    }
    match input.transformed {
        true => Ok(Transformed::yes(plan.with_new_children(vec![input.data])?)),
        false => Ok(Transformed::no(plan)),
    }
}

/// The rows of a plan in batches of as many as are wanted.
#[derive(Debug)]
struct PacedExec {
    input: Arc<dyn ExecutionPlan>,
    pace: Arc<Pace>,
    /// Whether what is beneath does not wait.
    is_first: bool,
}

impl DisplayAs for PacedExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl ExecutionPlan for PacedExec {
    fn name(&self) -> &str {
        "PacedExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
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
            pace: self.pace.clone(),
            is_first: self.is_first,
        }))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, context)?;
        // The catalogs are read when the query is run, and not when rows are asked for.
        let input = match self.is_first {
            true => spawn_buffered(input, READ_AHEAD),
            false => input,
        };
        let left = RecordBatch::new_empty(self.schema());
        let state = (input, left, self.pace.clone());
        let batches = stream::try_unfold(state, |(mut input, mut left, pace)| async move {
            while left.num_rows() == 0 {
                match input.next().await.transpose()? {
                    Some(batch) => left = batch,
                    None => return Ok(None),
                }
            }
            let rows = pace.rows().min(left.num_rows());
            let first = left.slice(0, rows);
            left = left.slice(rows, left.num_rows() - rows);
            Ok(Some((first, (input, left, pace))))
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(
            self.schema(),
            batches,
        )))
    }
}
