//! Plans, run as the engine runs them.

use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::common::Result;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::{ExecutionPlan, collect};
use datafusion::prelude::SessionConfig;

use super::query::Row;
use crate::query::optimize;

/// As the engine is set up.
fn state() -> SessionState {
    SessionStateBuilder::new()
        .with_config(SessionConfig::new().with_target_partitions(1))
        .with_default_features()
        .with_analyzer_rules(Vec::new())
        .with_optimizer_rules(optimize::rules())
        .with_physical_optimizer_rules(optimize::physical_rules())
        .build()
}

/// The plan that is run.
pub(super) fn physical(plan: &LogicalPlan) -> Result<Arc<dyn ExecutionPlan>> {
    let state = state();
    let plan = state.optimize(plan)?;
    let planner = state.query_planner().clone();
    wait(planner.create_physical_plan(&plan, &state))
}

/// The rows of a plan whose columns are all numbers.
pub(super) fn answered(plan: &LogicalPlan) -> Result<Vec<Row>> {
    let batches = wait(collect(physical(plan)?, state().task_ctx()))?;
    let mut rows = Vec::new();
    for batch in batches {
        for row in 0..batch.num_rows() {
            let value = |column: &Arc<dyn Array>| {
                let column = column.as_primitive::<Int64Type>();
                column.is_valid(row).then(|| column.value(row))
            };
            rows.push(batch.columns().iter().map(value).collect());
        }
    }
    Ok(rows)
}

fn wait<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let threads = tokio::runtime::Builder::new_current_thread().build()?;
    threads.block_on(future)
}
