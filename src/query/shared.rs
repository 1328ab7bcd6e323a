//! What WITH has named, run once however often the query names it.
//!
//! A plan is a tree, in which a query that is named twice would stand twice and be
//! run twice. So the names stand for a table instead. In the plan it is a [`Shared`]
//! that holds the query; [`runs`] puts one of its own in its place for each execution:
//! its rows are computed when somebody first asks for them, and kept until it ends.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use datafusion::arrow::array::{RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::catalog::cte_worktable::CteWorkTable;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::runtime::SpawnedTask;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DataFusionError, ParamValues, Result};
use datafusion::datasource::{TableType, provider_as_source, source_as_provider};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, LogicalPlan, TableScan};
use datafusion::physical_plan::metrics::MetricsSet;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, execute_stream,
};
use datafusion::sql::TableReference;
use futures::future::{BoxFuture, FutureExt, Shared as SharedFuture};
use futures::{TryStreamExt, stream};
use tokio::sync::OnceCell;

use super::build;
use super::error::{again, carried, translated};
use super::names::Names;
use super::node::only_input;
use super::scan::streamed;
use crate::error::Error;

/// The rows of a query that has this name, under the names of its columns.
///
/// # Errors
/// None that a plan with columns of their own names can make.
pub(super) fn shared(names: &Names, name: &str, plan: LogicalPlan) -> Result<LogicalPlan> {
    let columns: Vec<String> = plan
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    let fields = plan.schema().fields().iter();
    let fields = fields.map(|field| Field::new(field.name(), field.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let source = provider_as_source(Shared::new(name.into(), plan, schema));
    let reference = TableReference::bare(names.fresh());
    let scan = TableScan::try_new(reference.clone(), source, None, Vec::new(), None)?;
    let columns = columns.into_iter().map(|name| {
        let column = Column::new(Some(reference.clone()), name.clone());
        (Expr::Column(column), name)
    });
    build::project(LogicalPlan::TableScan(scan), columns.collect::<Vec<_>>())
}

/// Whether a query answers the same wherever it is named: it speaks neither of a
/// query further out nor of the rows of a recursion around it.
pub(super) fn is_shareable(plan: &LogicalPlan) -> Result<bool> {
    let mut recursions = Vec::new();
    let mut rounds = Vec::new();
    plan.apply(|node| {
        match node {
            LogicalPlan::RecursiveQuery(recursion) => recursions.push(recursion.name.clone()),
            LogicalPlan::TableScan(scan) => {
                let source = source_as_provider(&scan.source)?;
                if source.downcast_ref::<CteWorkTable>().is_some() {
                    rounds.push(scan.table_name.table().to_owned());
                }
            }
            _ => {}
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    let is_whole = rounds.iter().all(|round| recursions.contains(round));
    Ok(is_whole && plan.all_out_ref_exprs().is_empty())
}

/// A plan for one execution, with these values for its parameters. It and what it
/// shares are made better by `optimize`.
///
/// # Errors
/// For parameters without a value, and those of `optimize`.
pub(super) fn runs(
    plan: LogicalPlan,
    values: &ParamValues,
    optimize: impl Fn(LogicalPlan) -> Result<LogicalPlan>,
) -> Result<LogicalPlan> {
    Runs {
        values,
        optimize,
        known: HashMap::new(),
    }
    .of(plan)
}

struct Runs<'a, F> {
    values: &'a ParamValues,
    optimize: F,
    /// By the addresses of what is shared.
    known: HashMap<*const (), Arc<Shared>>,
}

impl<F: Fn(LogicalPlan) -> Result<LogicalPlan>> Runs<'_, F> {
    fn of(&mut self, plan: LogicalPlan) -> Result<LogicalPlan> {
        let plan = plan.replace_params_with_values(self.values)?;
        let plan = plan.transform_up(|node| {
            let LogicalPlan::TableScan(mut scan) = node else {
                return Ok(Transformed::no(node));
            };
            let source = source_as_provider(&scan.source)?;
            let Some(shared) = source.downcast_ref::<Shared>() else {
                return Ok(Transformed::no(LogicalPlan::TableScan(scan)));
            };
            let address = Arc::as_ptr(&source).cast();
            let run = match self.known.get(&address) {
                Some(run) => run.clone(),
                None => {
                    let plan = self.of(shared.plan.clone())?;
                    let run = Shared::new(shared.name.clone(), plan, shared.schema.clone());
                    self.known.insert(address, run.clone());
                    run
                }
            };
            scan.source = provider_as_source(run);
            Ok(Transformed::yes(LogicalPlan::TableScan(scan)))
        })?;
        (self.optimize)(plan.data)
    }
}

/// A query that is to be run once, when somebody first asks for its rows.
#[derive(Debug)]
struct Shared {
    name: Arc<str>,
    plan: LogicalPlan,
    schema: SchemaRef,
    physical: OnceCell<Arc<dyn ExecutionPlan>>,
    rows: Arc<OnceLock<Rows>>,
}

impl Shared {
    fn new(name: Arc<str>, plan: LogicalPlan, schema: SchemaRef) -> Arc<Self> {
        Arc::new(Self {
            name,
            plan,
            schema,
            physical: OnceCell::new(),
            rows: Arc::default(),
        })
    }
}

/// The rows, when they are there.
type Rows = SharedFuture<BoxFuture<'static, std::result::Result<Arc<Kept>, Arc<Error>>>>;

/// Rows, and the memory that they take.
#[derive(Debug)]
struct Kept {
    batches: Vec<RecordBatch>,
    _memory: MemoryReservation,
}

#[async_trait]
impl TableProvider for Shared {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let physical = self
            .physical
            .get_or_try_init(|| state.create_physical_plan(&self.plan))
            .await?;
        let schema = match projection {
            Some(places) => Arc::new(self.schema.project(places)?),
            None => self.schema.clone(),
        };
        let part = Part {
            name: self.name.clone(),
            query: physical.clone(),
            rows: self.rows.clone(),
            places: match projection {
                Some(places) => places.clone(),
                None => (0..self.schema.fields().len()).collect(),
            },
            schema,
        };
        Ok(Arc::new(SharedExec {
            scan: streamed(part, limit)?,
            name: self.name.clone(),
            query: physical.clone(),
        }))
    }
}

/// The rows of a shared query, and what they come from.
#[derive(Debug)]
struct SharedExec {
    scan: Arc<dyn ExecutionPlan>,
    name: Arc<str>,
    query: Arc<dyn ExecutionPlan>,
}

/// The name of the shared query whose rows a node reads, and how it is run; nothing for
/// other nodes.
pub(super) fn query_of(node: &Arc<dyn ExecutionPlan>) -> Option<(&str, &Arc<dyn ExecutionPlan>)> {
    let shared = node.downcast_ref::<SharedExec>()?;
    Some((&shared.name, &shared.query))
}

impl DisplayAs for SharedExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedExec: {}", self.name)
    }
}

impl ExecutionPlan for SharedExec {
    fn name(&self) -> &str {
        "SharedExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.scan.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.scan]
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(Self {
            scan: only_input(children)?,
            name: self.name.clone(),
            query: self.query.clone(),
        }))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        self.scan.metrics()
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        self.scan.execute(partition, context)
    }
}

/// Some columns of the rows.
struct Part {
    name: Arc<str>,
    query: Arc<dyn ExecutionPlan>,
    rows: Arc<OnceLock<Rows>>,
    places: Vec<usize>,
    /// That of the columns.
    schema: SchemaRef,
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl PartitionStream for Part {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let rows = self.rows.get_or_init(|| rows(self.query.clone(), context));
        let (places, schema) = (self.places.clone(), self.schema.clone());
        let batches = rows.clone().map(move |kept| {
            let batches = |kept: Arc<Kept>| {
                let batches = (0..kept.batches.len())
                    .map(move |nth| chosen(&kept.batches[nth], &places, schema.clone()));
                stream::iter(batches)
            };
            kept.map(batches).map_err(|error| carried(again(&error)))
        });
        let batches = stream::once(batches).try_flatten();
        Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), batches))
    }
}

/// Some columns of a batch, under a schema of their own.
fn chosen(batch: &RecordBatch, places: &[usize], schema: SchemaRef) -> Result<RecordBatch> {
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    let columns = places.iter().map(|place| batch.column(*place).clone());
    let columns = columns.collect();
    Ok(RecordBatch::try_new_with_options(
        schema, columns, &options,
    )?)
}

/// Runs a query in a task of its own: who asks for its rows may stop asking while
/// others wait for them.
fn rows(query: Arc<dyn ExecutionPlan>, context: Arc<TaskContext>) -> Rows {
    let task = SpawnedTask::spawn(async move {
        let memory = MemoryConsumer::new("WITH").register(context.memory_pool());
        let mut batches = Vec::new();
        let mut found = execute_stream(query, context)?;
        while let Some(batch) = found.try_next().await? {
            memory.try_grow(batch.get_array_memory_size())?;
            batches.push(batch);
        }
        Ok(Arc::new(Kept {
            batches,
            _memory: memory,
        }))
    });
    let joined = task.join().map(|ended| match ended {
        Ok(rows) => rows.map_err(|error: DataFusionError| Arc::new(translated(error))),
        Err(error) => Err(Arc::new(
            Error::internal("a task that ran a query ended").with_source(error),
        )),
    });
    joined.boxed().shared()
}
