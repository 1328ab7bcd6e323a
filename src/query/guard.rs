//! What may fail is computed only for the rows that it is asked for.
//!
//! PostgreSQL computes `a AND b` from the left, and `b` only where `a` is not false;
//! of the conditions of WHERE and ON it computes the cheaper ones first. So
//! `x <> 0 AND 1 / x > 2` never divides by zero. The engine computes most conditions
//! for all rows, in whatever order: where nothing can fail nobody can tell. Where
//! something can, it is put behind CASE, which the engine does compute row by row.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{
    BinaryExpr, Case, ColumnarValue, Expr, LogicalPlan, Operator, ScalarFunctionArgs, ScalarUDF,
    ScalarUDFImpl, Signature, Volatility, lit,
};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};

use super::build;

/// Conditions of more parts than these are computed as the engine likes: they would
/// stand in the plan twice.
const MAX_PARTS: usize = 1_000;

/// Functions of the engine and of plans that answer for all values.
const TOTAL: &[&str] = &[
    "coalesce",
    "get_field",
    "make_array",
    "named_struct",
    "sort_key",
];

/// That all of these are true of a row, each looked at only where those before it
/// are. As the condition of a filter it stays above all that is beneath, and beneath
/// all that is above.
pub(super) fn in_turn(conditions: Vec<Expr>) -> Expr {
    ScalarUDF::new_from_impl(InTurn).call(vec![build::balanced(conditions, Expr::and)])
}

/// A value that is computed where a condition is true; elsewhere it may be NULL.
pub(super) fn only_where(condition: &Expr, value: Expr) -> Expr {
    match may_fail(&value) {
        true => {
            let branch = (Box::new(condition.clone()), Box::new(value));
            Expr::Case(Case::new(Some(Box::new(lit(true))), vec![branch], None))
        }
        false => value,
    }
}

/// A plan whose conditions are computed in PostgreSQL's order. It is one that is not
/// made better any more: the engine takes such a CASE for an AND again.
///
/// # Errors
/// None that the engine's own plans make.
pub(super) fn guarded(plan: LogicalPlan) -> Result<LogicalPlan> {
    let guarded = plan.transform_up(|node| match node {
        LogicalPlan::Filter(_) | LogicalPlan::Join(_) => node.map_expressions(of_rows),
        LogicalPlan::Projection(_)
        | LogicalPlan::Aggregate(_)
        | LogicalPlan::Window(_)
        | LogicalPlan::Sort(_) => {
            let names = NamePreserver::new(&node);
            node.map_expressions(|expr| {
                let name = names.save(&expr);
                Ok(of_values(expr)?.update_data(|expr| name.restore(expr)))
            })
        }
        other => Ok(Transformed::no(other)),
    });
    guarded.data()
}

/// A condition that rows have to meet: to be false or NULL is the same.
fn of_rows(condition: Expr) -> Result<Transformed<Expr>> {
    if !may_fail(&condition) {
        return Ok(Transformed::no(condition));
    }
    let conditions = match is_in_turn(&condition) {
        true => build::links(argument(condition), Operator::And),
        false => {
            let mut conditions = build::links(condition, Operator::And);
            conditions.sort_by_key(cost);
            conditions
        }
    };
    let conditions = conditions.into_iter();
    let conditions = conditions.map(|condition| of_values(condition).data());
    let mut steps = steps(conditions.collect::<Result<_>>()?);
    let last = steps.pop().map(conjunction);
    let branches = steps.into_iter().map(|step| {
        let is_not_met = Expr::IsNotTrue(Box::new(conjunction(step)));
        (Box::new(is_not_met), Box::new(lit(false)))
    });
    Ok(Transformed::yes(case(branches.collect(), last)))
}

/// An expression whose value matters.
fn of_values(expr: Expr) -> Result<Transformed<Expr>> {
    if !may_fail(&expr) {
        return Ok(Transformed::no(expr));
    }
    expr.transform_down(|expr| match expr {
        Expr::BinaryExpr(BinaryExpr {
            op: op @ (Operator::And | Operator::Or),
            ..
        }) => {
            let chain = chained(build::links(expr, op), op)?;
            Ok(Transformed::new(chain, true, TreeNodeRecursion::Jump))
        }
        other => Ok(Transformed::no(other)),
    })
}

/// A chain of AND or of OR.
fn chained(conditions: Vec<Expr>, operator: Operator) -> Result<Expr> {
    let conditions = conditions.into_iter();
    let conditions = conditions.map(|condition| of_values(condition).data());
    let conditions = conditions.collect::<Result<Vec<_>>>()?;
    let join = match operator {
        Operator::And => Expr::and,
        _ => Expr::or,
    };
    let whole = build::balanced(conditions.clone(), join);
    let mut steps = steps(conditions);
    steps.pop();
    let is_volatile = steps.iter().flatten().any(Expr::is_volatile);
    if steps.is_empty() || is_volatile || parts(&whole) > MAX_PARTS {
        return Ok(whole);
    }
    let branches = steps.into_iter().map(|step| {
        let step = Box::new(build::balanced(step, join));
        let (is_known, value) = match operator {
            Operator::And => (Expr::IsFalse(step), false),
            _ => (Expr::IsTrue(step), true),
        };
        (Box::new(is_known), Box::new(lit(value)))
    });
    Ok(case(branches.collect(), Some(whole)))
}

/// Conditions that are computed together: only the first of each step may fail.
fn steps(conditions: Vec<Expr>) -> Vec<Vec<Expr>> {
    let mut steps: Vec<Vec<Expr>> = Vec::new();
    for condition in conditions {
        match steps.last_mut() {
            Some(step) if !may_fail(&condition) => step.push(condition),
            _ => steps.push(vec![condition]),
        }
    }
    steps
}

fn case(branches: Vec<(Box<Expr>, Box<Expr>)>, otherwise: Option<Expr>) -> Expr {
    let otherwise = otherwise.unwrap_or_else(|| lit(true));
    match branches.is_empty() {
        true => otherwise,
        false => Expr::Case(Case::new(None, branches, Some(Box::new(otherwise)))),
    }
}

fn conjunction(conditions: Vec<Expr>) -> Expr {
    build::balanced(conditions, Expr::and)
}

/// Whether computing an expression may end a query.
fn may_fail(expr: &Expr) -> bool {
    let may_fail = expr.exists(|part| {
        Ok(match part {
            Expr::ScalarFunction(call) => !TOTAL.contains(&call.name()),
            _ => false,
        })
    });
    may_fail.unwrap_or(true)
}

/// Whether functions are called to compute an expression: only these fail, take their time
/// and change something.
pub(super) fn calls(expr: &Arc<dyn PhysicalExpr>) -> bool {
    let calls = expr.exists(|part| {
        let call = part.downcast_ref::<ScalarFunctionExpr>();
        Ok(call.is_some_and(|call| !TOTAL.contains(&call.name())))
    });
    calls.unwrap_or(true)
}

/// What a condition costs, as PostgreSQL counts: each call and each operator the same
/// (in halves of that).
fn cost(condition: &Expr) -> usize {
    let mut cost = 0;
    let counted = condition.apply(|part| {
        cost += match part {
            Expr::ScalarFunction(call) if !TOTAL.contains(&call.name()) => 2,
            Expr::BinaryExpr(binary) if !matches!(binary.op, Operator::And | Operator::Or) => 2,
            Expr::InList(list) => list.list.len(),
            _ => 0,
        };
        Ok(TreeNodeRecursion::Continue)
    });
    counted.map_or(usize::MAX, |_| cost)
}

fn parts(expr: &Expr) -> usize {
    let mut parts = 0;
    let counted = expr.apply(|_| {
        parts += 1;
        Ok(TreeNodeRecursion::Continue)
    });
    counted.map_or(usize::MAX, |_| parts)
}

/// Whether a condition is what [`in_turn`] makes.
pub(super) fn is_in_turn(condition: &Expr) -> bool {
    match condition {
        Expr::ScalarFunction(call) => call.func.inner().is::<InTurn>(),
        _ => false,
    }
}

/// The one argument of a call.
fn argument(call: Expr) -> Expr {
    match call {
        Expr::ScalarFunction(mut call) => call.args.swap_remove(0),
        other => other,
    }
}

/// Marks conditions that stay where they are, in their order. It answers what it is given.
#[derive(Debug, PartialEq, Eq, Hash)]
struct InTurn;

static SIGNATURE: LazyLock<Signature> = LazyLock::new(|| Signature::any(1, Volatility::Immutable));

impl ScalarUDFImpl for InTurn {
    fn name(&self) -> &str {
        "in_turn"
    }

    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, mut call: ScalarFunctionArgs) -> Result<ColumnarValue> {
        Ok(call.args.swap_remove(0))
    }
}
