//! How many rows LIMIT and OFFSET ask for (PostgreSQL manual, 7.6).

use datafusion::arrow::array::{RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::Schema;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, Result as EngineResult, ScalarValue};
use datafusion::execution::context::ExecutionProps;
use datafusion::logical_expr::{Expr, Limit, LogicalPlan, lit};
use datafusion::physical_expr::create_physical_expr;

use super::error::{carried, translated};
use crate::error::{Error, ErrorKind, Result, Value as Flaw};

/// The plan with a number, or nothing, wherever rows are counted by an expression:
/// the engine takes numbers only. The values of parameters are in it already.
///
/// # Errors
/// 2201W for a negative LIMIT, 2201X for a negative OFFSET, and what the
/// expressions end with.
pub(super) fn settled(plan: LogicalPlan) -> Result<LogicalPlan> {
    let settled = plan.transform_up_with_subqueries(|node| match node {
        LogicalPlan::Limit(limit) => counted(limit).map(Transformed::yes),
        other => Ok(Transformed::no(other)),
    });
    settled.map(|settled| settled.data).map_err(translated)
}

/// Refuses a negative number of rows.
///
/// # Errors
/// 2201W
pub(super) fn admit_limit(count: i64) -> Result<()> {
    admit(count, "LIMIT", Flaw::RowCount)
}

/// Refuses a negative number of rows to skip.
///
/// # Errors
/// 2201X
pub(super) fn admit_offset(count: i64) -> Result<()> {
    admit(count, "OFFSET", Flaw::RowOffset)
}

fn admit(count: i64, clause: &str, flaw: Flaw) -> Result<()> {
    match count {
        0.. => Ok(()),
        _ => Err(Error::new(
            ErrorKind::InvalidValue(flaw),
            format!("{clause} must not be negative"),
        )),
    }
}

fn counted(limit: Limit) -> EngineResult<LogicalPlan> {
    let number = |expr: Option<Box<Expr>>, admit: fn(i64) -> Result<()>| -> EngineResult<_> {
        let Some(number) = expr.map(|expr| evaluated(&expr)).transpose()?.flatten() else {
            return Ok(None);
        };
        admit(number).map_err(carried)?;
        Ok(Some(Box::new(lit(number))))
    };
    // PostgreSQL looks at OFFSET first.
    let skip = number(limit.skip, admit_offset)?;
    let fetch = number(limit.fetch, admit_limit)?;
    Ok(match (&skip, &fetch) {
        (None, None) => limit.input.as_ref().clone(),
        _ => LogicalPlan::Limit(Limit {
            skip,
            fetch,
            input: limit.input,
        }),
    })
}

/// The number that an expression without columns is.
fn evaluated(expr: &Expr) -> EngineResult<Option<i64>> {
    let value = match expr {
        Expr::Literal(value, _) => value.clone(),
        _ => {
            let one_row = RecordBatchOptions::new().with_row_count(Some(1));
            let row =
                RecordBatch::try_new_with_options(Schema::empty().into(), Vec::new(), &one_row)?;
            let expr = create_physical_expr(expr, &DFSchema::empty(), &ExecutionProps::new())?;
            ScalarValue::try_from_array(&expr.evaluate(&row)?.into_array(1)?, 0)?
        }
    };
    Ok(match value {
        ScalarValue::Int64(number) => number,
        other => {
            let what = format!("rows are counted by {other:?}");
            return Err(carried(Error::internal(what)));
        }
    })
}
