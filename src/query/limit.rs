//! How many rows LIMIT and OFFSET ask for (PostgreSQL manual, 7.6).

use std::sync::LazyLock;

use datafusion::arrow::array::{RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::common::cast::as_int64_array;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, Result as EngineResult, ScalarValue};
use datafusion::execution::context::ExecutionProps;
use datafusion::logical_expr::{
    ColumnarValue, Expr, Limit, LogicalPlan, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl,
    Signature, Volatility, lit,
};
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

/// The clause that a number of rows is told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Clause {
    Limit,
    Offset,
}

impl Clause {
    /// Refuses a negative number of rows.
    ///
    /// # Errors
    /// 2201W and 2201X
    pub(super) fn admit(self, count: i64) -> Result<()> {
        let (clause, flaw) = match self {
            Self::Limit => ("LIMIT", Flaw::RowCount),
            Self::Offset => ("OFFSET", Flaw::RowOffset),
        };
        match count {
            0.. => Ok(()),
            _ => Err(Error::new(
                ErrorKind::InvalidValue(flaw),
                format!("{clause} must not be negative"),
            )),
        }
    }

    /// A number of rows (Int64) that is refused where it is negative.
    pub(super) fn admitted(self, count: Expr) -> Expr {
        ScalarUDF::new_from_impl(Admitted { clause: self }).call(vec![count])
    }
}

/// Answers the number that it is given.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Admitted {
    clause: Clause,
}

static SIGNATURE: LazyLock<Signature> = LazyLock::new(|| Signature::any(1, Volatility::Immutable));

impl ScalarUDFImpl for Admitted {
    fn name(&self) -> &str {
        match self.clause {
            Clause::Limit => "admitted_limit",
            Clause::Offset => "admitted_offset",
        }
    }

    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn return_type(&self, _arguments: &[DataType]) -> EngineResult<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke_with_args(&self, mut call: ScalarFunctionArgs) -> EngineResult<ColumnarValue> {
        let counts = call.args.swap_remove(0);
        let array = counts.to_array(call.number_rows)?;
        for count in as_int64_array(&array)?.iter().flatten() {
            self.clause.admit(count).map_err(carried)?;
        }
        Ok(counts)
    }
}

fn counted(limit: Limit) -> EngineResult<LogicalPlan> {
    let number = |expr: Option<Box<Expr>>, clause: Clause| -> EngineResult<_> {
        let Some(number) = expr.map(|expr| evaluated(&expr)).transpose()?.flatten() else {
            return Ok(None);
        };
        clause.admit(number).map_err(carried)?;
        Ok(Some(Box::new(lit(number))))
    };
    // PostgreSQL looks at OFFSET first.
    let skip = number(limit.skip, Clause::Offset)?;
    let fetch = number(limit.fetch, Clause::Limit)?;
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
