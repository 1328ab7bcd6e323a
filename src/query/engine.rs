//! The engine: one for the process.

use std::sync::Arc;
use std::time::Instant;

use datafusion::common::ParamValues;
use datafusion::common::metadata::ScalarAndMetadata;
use datafusion::execution::memory_pool::GreedyMemoryPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::physical_plan::execute_stream;
use datafusion::prelude::SessionConfig;
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{mpsc, watch};
use tokio_util::task::AbortOnDropHandle;

use super::advisory::{AdvisoryLocks, LockMember};
use super::catalog::Catalog;
use super::context::Context;
use super::error::{carried, translated};
use super::pace::{Pace, paced};
use super::plan::Plan;
use super::{bind, explain, limit, optimize, shared, types};
use crate::error::{Error, ErrorKind, Fault, Result};
use crate::relation::{Relation, Row, Type, Value};
use crate::sql::Query;

/// Rows as they come, in batches. Dropping it ends the query.
pub type RowStream = BoxStream<'static, Result<Vec<Row>>>;

/// How many rows a batch has, at most.
const BATCH_ROWS: usize = 1024;
/// How many batches wait for the client, at most.
const WAITING_BATCHES: usize = 2;
/// The stack of a thread that plans and runs queries (in bytes): trees are walked
/// by recursion. It is only reserved, and used when it is needed.
const STACK_BYTES: usize = 256 << 20;

/// What queries may take.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub struct QueryConfig {
    /// The memory that all running queries may take together, beside their
    /// results (in bytes).
    pub memory: usize,
    /// The threads that plan and run queries; 0 for one a core.
    pub threads: usize,
}

impl Default for QueryConfig {
    fn default() -> Self {
        Self {
            memory: 512 << 20,
            threads: 0,
        }
    }
}

/// Plans and runs queries, on threads of its own.
pub struct Engine {
    state: SessionState,
    relations: Arc<[Arc<dyn Relation>]>,
    locks: Arc<AdvisoryLocks>,
    threads: Threads,
}

/// A runtime that may be dropped anywhere.
struct Threads(Option<Runtime>);

impl Threads {
    fn handle(&self) -> &Handle {
        let runtime = self.0.as_ref();
        runtime
            .expect("threads are taken when they are dropped")
            .handle()
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Engine {
    /// An engine that also shows these relations.
    ///
    /// # Errors
    /// 58030 when there are no threads to be had.
    pub fn new(config: &QueryConfig, relations: Vec<Arc<dyn Relation>>) -> Result<Self> {
        let mut threads = Builder::new_multi_thread();
        threads
            .thread_name("query")
            .thread_stack_size(STACK_BYTES)
            .enable_all();
        if config.threads > 0 {
            threads.worker_threads(config.threads);
        }
        let threads = threads.build().map_err(|error| {
            Error::new(
                ErrorKind::Internal(Fault::Io),
                "the threads for queries cannot be started",
            )
            .with_source(error)
        })?;
        let environment = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(GreedyMemoryPool::new(config.memory)))
            .build_arc()
            .map_err(translated)?;
        // One partition: a catalog is small, and an aggregate has no partial state. So
        // the streams of a union stay one, also beneath a sort.
        let settings = SessionConfig::new()
            .with_target_partitions(1)
            .with_repartition_sorts(false)
            .with_batch_size(BATCH_ROWS)
            .with_information_schema(false)
            // The engine disagrees with itself on whether some tests can be NULL.
            .set_bool(
                "datafusion.execution.skip_physical_aggregate_schema_check",
                true,
            );
        let state = SessionStateBuilder::new()
            .with_config(settings)
            .with_runtime_env(environment)
            .with_default_features()
            .with_analyzer_rules(Vec::new())
            .with_optimizer_rules(Vec::new())
            .with_physical_optimizer_rules(optimize::physical_rules())
            .build();
        Ok(Self {
            state,
            relations: relations.into(),
            locks: Arc::default(),
            threads: Threads(Some(threads)),
        })
    }

    /// Takes a session in among those that take advisory locks here; the others know it
    /// by this process id.
    pub fn join_locks(&self, process: i32) -> LockMember {
        self.locks.join(process)
    }

    /// The object that a text names as a value of the type, which is `regclass` or the
    /// like or an array of one: what the client binds to a parameter.
    ///
    /// # Errors
    /// 42P01 and the like for a name of nothing, 22P02 for a text that is no array.
    pub async fn named_object(&self, text: &str, of: &Type, context: &Context) -> Result<Value> {
        let catalog = self.catalog(context);
        let (text, of) = (text.to_owned(), of.clone());
        let _wanted = catalog.stop.begin();
        self.on_own_threads(async move { types::named_object(&text, &of, &catalog) })
            .await
    }

    /// Understands a query, as it is asked in this context: what was planned is to
    /// be planned again before it runs in another one. `parameters` are the types that the client gives to
    /// `$1`, `$2`, …; where it gives none, the query tells.
    ///
    /// # Errors
    /// 42P01, 42703, 42883 and the like: what PostgreSQL's parser analysis finds.
    pub async fn plan(
        &self,
        query: &Query,
        context: &Context,
        parameters: &[Option<Type>],
    ) -> Result<Plan> {
        let query = query.clone();
        let catalog = self.catalog(context);
        let parameters = parameters.to_vec();
        let _wanted = catalog.stop.begin();
        self.on_own_threads(async move { bind::bind(&query, catalog, &parameters) })
            .await
    }

    /// Runs a query with these values for its parameters. `wanted` tells how many rows
    /// are wanted since the beginning: there will be few more. Without it all are.
    ///
    /// # Errors
    /// What a value cannot be; what else goes wrong comes in the stream.
    pub fn run(
        &self,
        plan: &Plan,
        values: &[Value],
        wanted: Option<watch::Receiver<usize>>,
    ) -> Result<RowStream> {
        let scalars = values
            .iter()
            .zip(plan.parameters.iter())
            .map(|(value, of)| types::scalar(value, of).map(Into::into))
            .collect::<Result<Vec<_>>>()?;
        let running = plan.catalog.stop.begin();
        let (sender, receiver) = mpsc::channel(WAITING_BATCHES);
        let produced = Produced {
            pace: wanted.map(Pace::new),
            sender: sender.clone(),
        };
        let work = produce(self.state.clone(), plan.clone(), scalars, produced);
        let task = self.threads.handle().spawn(async move {
            if let Err(error) = work.await {
                // Who is gone needs no error.
                let _ = sender.send(Err(error)).await;
            }
        });
        let running = (receiver, AbortOnDropHandle::new(task), running);
        Ok(
            stream::unfold(running, |(mut receiver, task, running)| async move {
                let rows = receiver.recv().await?;
                Some((rows, (receiver, task, running)))
            })
            .boxed(),
        )
    }

    fn catalog(&self, context: &Context) -> Catalog {
        let memory = self.state.runtime_env().memory_pool.clone();
        Catalog::new(Arc::new(context.clone()), self.relations.clone()).within(memory)
    }

    async fn on_own_threads<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        AbortOnDropHandle::new(self.threads.handle().spawn(work))
            .await
            .unwrap_or_else(|error| {
                Err(Error::internal("a thread that worked on a query ended").with_source(error))
            })
    }
}

/// Where the rows of a query go.
struct Produced {
    /// When they are wanted, if not at once.
    pace: Option<Arc<Pace>>,
    sender: mpsc::Sender<Result<Vec<Row>>>,
}

/// Sends the rows of a query as they come.
async fn produce(
    state: SessionState,
    plan: Plan,
    values: Vec<ScalarAndMetadata>,
    Produced { pace, sender }: Produced,
) -> Result<()> {
    let start = Instant::now();
    let logical = plan.logical.as_ref().clone();
    let stop = &plan.catalog.stop;
    let optimize = |plan| {
        let plan = limit::settled(plan).map_err(carried)?;
        optimize::optimize(plan, &state, stop)
    };
    let values = ParamValues::List(values);
    let logical = shared::runs(logical, &values, optimize).map_err(translated)?;
    stop.check()?;
    let planner = state.query_planner().clone();
    let physical = planner
        .create_physical_plan(&logical, &state)
        .await
        .map_err(translated)?;
    if let Some(explanation) = &plan.explanation {
        let planning = start.elapsed();
        let rows = explain::rows(physical, state.task_ctx(), explanation, planning).await?;
        let _ = sender.send(Ok(rows)).await;
        return Ok(());
    }
    let (physical, pace) = match pace {
        Some(pace) => {
            let paced = paced(physical, &pace).map_err(translated)?;
            (paced.data, Some(pace).filter(|_| paced.transformed))
        }
        None => (physical, None),
    };
    let mut batches = execute_stream(physical, state.task_ctx()).map_err(translated)?;
    loop {
        if let Some(pace) = &pace {
            pace.wait().await;
        }
        let Some(batch) = batches.try_next().await.map_err(translated)? else {
            return Ok(());
        };
        if let Some(pace) = &pace {
            pace.made(batch.num_rows());
        }
        let rows = types::rows(&batch, &plan.columns, &plan.catalog)?;
        if sender.send(Ok(rows)).await.is_err() {
            return Ok(());
        }
    }
}
