//! Sub-queries that speak of the rows around them, as joins.

use std::sync::Arc;

use datafusion::common::{JoinType, Result};
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, Filter, LogicalPlan, Projection};

use super::domain::{Domain, columns};
use super::join::{conjuncts, join};
use super::row_wise::is_row_wise;
use crate::query::names::Names;

/// `outer` joined with what `sub` answers for each of its rows. `sub` mentions
/// columns of `outer` as [`Expr::OuterReferenceColumn`]; those of queries further out
/// stay as they are. The result has the columns of `outer`, then those of `sub`.
///
/// [`JoinType::Inner`] is a lateral join; with [`JoinType::Left`] a row without an
/// answer is there with NULLs. The condition is over both. Columns have names as
/// [`Names`] gives them and no qualifiers.
///
/// # Errors
/// [`NotImplemented`](datafusion::common::DataFusionError::NotImplemented) for
/// grouping sets and operators that are no query, and where `outer` is not the same
/// each time it is evaluated.
pub(in crate::query) fn apply(
    names: &Names,
    outer: LogicalPlan,
    sub: LogicalPlan,
    kind: JoinType,
    condition: Option<Expr>,
) -> Result<LogicalPlan> {
    Apply { names }.joined(&Domain::new(outer), &sub, kind, conjuncts(condition))
}

/// `outer`, and beside each of its rows the one row that `sub` answers for it. That is
/// asked for only where these conditions are true, each looked at where those before
/// it are: `sub` may fail elsewhere.
///
/// # Errors
/// As [`apply`].
pub(in crate::query) fn beside(
    names: &Names,
    outer: LogicalPlan,
    asked: Vec<Expr>,
    sub: LogicalPlan,
) -> Result<LogicalPlan> {
    let domain = Domain::new(outer).asked(asked);
    Apply { names }.joined(&domain, &sub, JoinType::Left, Vec::new())
}

/// How applies become joins.
pub(super) struct Apply<'a> {
    pub(super) names: &'a Names,
}

impl Apply<'_> {
    /// The rows of a domain joined with what a sub-query answers for each of them.
    pub(super) fn joined(
        &self,
        domain: &Domain,
        sub: &LogicalPlan,
        kind: JoinType,
        conditions: Vec<Expr>,
    ) -> Result<LogicalPlan> {
        if !domain.is_mentioned_by(sub)? {
            return crossed(domain.rows.clone(), sub, kind, conditions);
        }
        let keeps_all = kind == JoinType::Inner || (conditions.is_empty() && answers_one_row(sub));
        if keeps_all && is_row_wise(sub) {
            let answers = self.answers(domain, sub)?;
            return filtered(answers, conditions);
        }
        let set = domain.set(self.names, sub)?;
        let answers = self.answers(&set, sub)?;
        let mut visible = domain.own();
        visible.extend(columns(sub));
        let mut all = domain.same(&set);
        all.extend(conditions);
        let joined = join(domain.rows.clone(), Arc::new(answers), kind, all)?;
        projected(visible, joined)
    }

    /// Every row of a domain with every row that a sub-query answers for it: the
    /// columns of the domain's rows, then those of the sub-query.
    pub(super) fn answers(&self, domain: &Domain, sub: &LogicalPlan) -> Result<LogicalPlan> {
        if !domain.is_mentioned_by(sub)? {
            crossed(domain.rows.clone(), sub, JoinType::Inner, Vec::new())
        } else if is_row_wise(sub) {
            self.row_wise(domain, sub)
        } else if domain.is_set {
            self.for_each(domain, sub)
        } else {
            self.joined(domain, sub, JoinType::Inner, Vec::new())
        }
    }
}

/// Rows joined with a plan that does not speak of them.
fn crossed(
    rows: Arc<LogicalPlan>,
    plan: &LogicalPlan,
    kind: JoinType,
    conditions: Vec<Expr>,
) -> Result<LogicalPlan> {
    if is_bare_row(plan) && kind == JoinType::Inner {
        return filtered(Arc::unwrap_or_clone(rows), conditions);
    }
    let keeps_all = kind == JoinType::Inner || (kind == JoinType::Left && answers_one_row(plan));
    if is_bare_row(&rows) && conditions.is_empty() && keeps_all {
        return Ok(plan.clone());
    }
    join(rows, Arc::new(plan.clone()), kind, conditions)
}

/// Whether a plan is the row of a query without FROM, which adds nothing to others.
fn is_bare_row(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::EmptyRelation(empty) => {
            empty.produce_one_row && empty.schema.fields().is_empty()
        }
        _ => false,
    }
}

/// The rows that meet all conditions.
pub(super) fn filtered(rows: LogicalPlan, conditions: Vec<Expr>) -> Result<LogicalPlan> {
    match conjunction(conditions) {
        Some(all) => Filter::try_new(all, Arc::new(rows)).map(LogicalPlan::Filter),
        None => Ok(rows),
    }
}

/// These expressions over rows.
pub(super) fn projected(exprs: Vec<Expr>, rows: LogicalPlan) -> Result<LogicalPlan> {
    Projection::try_new(exprs, Arc::new(rows)).map(LogicalPlan::Projection)
}

/// Whether a plan has exactly one row, whatever there is beneath it.
fn answers_one_row(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Projection(projection) => answers_one_row(&projection.input),
        LogicalPlan::Aggregate(aggregate) => aggregate.group_expr.is_empty(),
        LogicalPlan::EmptyRelation(empty) => empty.produce_one_row,
        _ => false,
    }
}
