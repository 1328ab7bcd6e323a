//! Joins by conditions in which NULL may be equal to NULL.

use std::sync::Arc;

use datafusion::common::{JoinConstraint, JoinType, NullEquality, Result};
use datafusion::logical_expr::utils::{
    can_hash, conjunction, find_valid_equijoin_key_pair, split_conjunction_owned,
};
use datafusion::logical_expr::{
    BinaryExpr, Expr, ExprSchemable, Join, LogicalPlan, Operator, binary_expr,
};

/// Joins two plans by the conjunction of these conditions over both. Those of the
/// form `l = r` and `l IS NOT DISTINCT FROM r` become keys.
pub(super) fn join(
    left: Arc<LogicalPlan>,
    right: Arc<LogicalPlan>,
    kind: JoinType,
    conditions: Vec<Expr>,
) -> Result<LogicalPlan> {
    let mut equal = Vec::new();
    let mut same = Vec::new();
    let mut rest = Vec::new();
    for condition in conditions {
        match key(&condition, &left, &right)? {
            Some((Operator::Eq, pair)) => equal.push(pair),
            Some((_, pair)) => same.push(pair),
            None => rest.push(condition),
        }
    }
    // A join has one notion of equality for all its keys. Where NULL is equal to
    // NULL, keys that are not meant so are also not NULL.
    let null_equality = if same.is_empty() {
        NullEquality::NullEqualsNothing
    } else {
        rest.extend(equal.iter().map(|(_, right)| right.clone().is_not_null()));
        NullEquality::NullEqualsNull
    };
    same.append(&mut equal);
    let joined = Join::try_new(
        left,
        right,
        same,
        conjunction(rest),
        kind,
        JoinConstraint::On,
        null_equality,
        false,
    )?;
    Ok(LogicalPlan::Join(joined))
}

/// The conditions of a join, so that [`join`] makes the same of them.
pub(super) fn conditions(join: &Join) -> Vec<Expr> {
    let operator = match join.null_equality {
        NullEquality::NullEqualsNothing => Operator::Eq,
        NullEquality::NullEqualsNull => Operator::IsNotDistinctFrom,
    };
    let keys = join.on.iter();
    let keys = keys.map(|(left, right)| binary_expr(left.clone(), operator, right.clone()));
    keys.chain(conjuncts(join.filter.clone())).collect()
}

/// The conditions that a condition is a conjunction of; none of none.
pub(super) fn conjuncts(condition: Option<Expr>) -> Vec<Expr> {
    condition.map(split_conjunction_owned).unwrap_or_default()
}

/// The operator of a condition and what it compares, left and right, if a hash join
/// can do it.
fn key(
    condition: &Expr,
    left: &LogicalPlan,
    right: &LogicalPlan,
) -> Result<Option<(Operator, (Expr, Expr))>> {
    let Expr::BinaryExpr(BinaryExpr {
        left: one,
        op: op @ (Operator::Eq | Operator::IsNotDistinctFrom),
        right: other,
    }) = condition
    else {
        return Ok(None);
    };
    let (left, right) = (left.schema(), right.schema());
    let Some(pair) = find_valid_equijoin_key_pair(one, other, left, right)? else {
        return Ok(None);
    };
    let is_hashable = can_hash(&pair.0.get_type(left)?);
    Ok(is_hashable.then_some((*op, pair)))
}
