//! Operators that look at many rows at once, for each tuple of a domain.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{JoinType, Result, not_impl_err};
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::expr::Sort as SortExpr;
use datafusion::logical_expr::{
    Aggregate, Distinct, Expr, ExprFunctionExt, Join, Limit, LogicalPlan, Projection, Sort, Window,
    cast, lit,
};

use super::apply::{Apply, filtered, projected};
use super::domain::{Domain, columns};
use super::join::{conditions, join};
use crate::query::names::column;

impl Apply<'_> {
    /// What an operator that is not row-wise answers for each tuple of a set, as
    /// [`Self::answers`] says.
    pub(super) fn for_each(&self, set: &Domain, sub: &LogicalPlan) -> Result<LogicalPlan> {
        match sub {
            LogicalPlan::Aggregate(aggregate) => {
                if let [Expr::GroupingSet(_), ..] = aggregate.group_expr.as_slice() {
                    return not_impl_err!("correlated grouping sets");
                }
                let input = Arc::new(self.answers(set, &aggregate.input)?);
                let groups = set.beside(&aggregate.group_expr)?;
                let aggregates = aggregate.aggr_expr.iter().map(|expr| set.named(expr));
                let aggregates = aggregates.collect::<Result<_>>()?;
                Aggregate::try_new(input, groups, aggregates).map(LogicalPlan::Aggregate)
            }
            LogicalPlan::Window(window) => {
                let input = Arc::new(self.answers(set, &window.input)?);
                let windows = window.window_expr.iter();
                let windows = windows.map(|expr| partitioned(set, expr));
                let windows = windows.collect::<Result<_>>()?;
                Window::try_new(windows, input).map(LogicalPlan::Window)
            }
            LogicalPlan::Distinct(Distinct::All(input)) => {
                let input = Arc::new(self.answers(set, input)?);
                Ok(LogicalPlan::Distinct(Distinct::All(input)))
            }
            LogicalPlan::Distinct(Distinct::On(distinct)) => {
                let order = distinct.sort_expr.as_deref().unwrap_or_default();
                let numbered = Numbered {
                    input: &distinct.input,
                    by: &distinct.on_expr,
                    order,
                    skip: None,
                    fetch: Some(lit(1_i64)),
                };
                let first = self.numbered(set, &numbered)?;
                projected(set.beside(&distinct.select_expr)?, first)
            }
            LogicalPlan::Limit(limit) => self.limit(set, limit),
            LogicalPlan::Sort(sort) => {
                let numbered = Numbered {
                    input: &sort.input,
                    by: &[],
                    order: &sort.expr,
                    skip: None,
                    fetch: sort.fetch.map(|fetch| lit(fetch as i64)),
                };
                self.numbered(set, &numbered)
            }
            LogicalPlan::Join(join) if join.join_type == JoinType::Full => {
                self.full_join(set, join)
            }
            LogicalPlan::RecursiveQuery(recursion) => self.recursion(set, recursion),
            other => not_impl_err!("a correlated {}", other.display()),
        }
    }

    /// LIMIT: the order beneath it is what it counts by.
    fn limit(&self, set: &Domain, limit: &Limit) -> Result<LogicalPlan> {
        let beneath = |input: &Arc<LogicalPlan>| {
            Arc::new(LogicalPlan::Limit(Limit {
                input: input.clone(),
                ..limit.clone()
            }))
        };
        let numbered = |input, order| {
            let numbered = Numbered {
                input,
                by: &[],
                order,
                skip: limit.skip.as_deref().cloned(),
                fetch: limit.fetch.as_deref().cloned(),
            };
            self.numbered(set, &numbered)
        };
        match limit.input.as_ref() {
            LogicalPlan::Projection(projection) => {
                let limited = beneath(&projection.input);
                let projection = Projection::try_new(projection.expr.clone(), limited)?;
                self.answers(set, &LogicalPlan::Projection(projection))
            }
            LogicalPlan::Sort(Sort {
                expr,
                input,
                fetch: None,
            }) => numbered(input.as_ref(), expr.as_slice()),
            input => numbered(input, &[]),
        }
    }

    /// Some rows of each tuple, which are found by their numbers.
    fn numbered(&self, set: &Domain, sub: &Numbered<'_>) -> Result<LogicalPlan> {
        let input = self.answers(set, sub.input)?;
        let visible = columns(&input);
        let mut partition = set.own();
        partition.extend(set.found_all(sub.by)?);
        let name = self.names.fresh();
        let number = row_number()
            .partition_by(partition)
            .order_by(set.order(sub.order)?)
            .build()?;
        let numbered = Window::try_new(vec![number.alias(&name)], Arc::new(input))?;
        let mut number = cast(column(&name), DataType::Int64);
        let mut conditions = Vec::new();
        if let Some(skip) = &sub.skip {
            number = number - coalesce(vec![set.found(skip)?, lit(0_i64)]);
            conditions.push(number.clone().gt(lit(0_i64)));
        }
        if let Some(fetch) = &sub.fetch {
            let fetch = set.found(fetch)?;
            conditions.push(fetch.clone().is_null().or(number.lt_eq(fetch)));
        }
        let rows = filtered(LogicalPlan::Window(numbered), conditions)?;
        projected(visible, rows)
    }

    /// FULL JOIN: both sides for each tuple, which is then the one of either side.
    fn full_join(&self, set: &Domain, sub: &Join) -> Result<LogicalPlan> {
        let (one, other) = (set.copy(self.names)?, set.copy(self.names)?);
        let left = Arc::new(self.answers(&one, &sub.left)?);
        let right = Arc::new(self.answers(&other, &sub.right)?);
        let mut all = one.same(&other);
        all.extend(one.found_all(&conditions(sub))?);
        let mut visible = set.either(&one, &other)?;
        visible.extend(columns(&sub.left));
        visible.extend(columns(&sub.right));
        projected(visible, join(left, right, JoinType::Full, all)?)
    }
}

/// The rows from one number to another, for each value of some expressions.
struct Numbered<'a> {
    input: &'a LogicalPlan,
    by: &'a [Expr],
    order: &'a [SortExpr],
    /// How many rows are left out at first; none for none or NULL.
    skip: Option<Expr>,
    /// How many rows there are at most; all for none or NULL.
    fetch: Option<Expr>,
}

/// A window function that looks at the rows of one tuple.
fn partitioned(set: &Domain, expr: &Expr) -> Result<Expr> {
    let name = expr.schema_name().to_string();
    match set.found(&expr.clone().unalias())? {
        Expr::WindowFunction(mut window) => {
            window.params.partition_by.extend(set.own());
            Ok(Expr::WindowFunction(window).alias(name))
        }
        other => not_impl_err!("{other} as a window function"),
    }
}
