//! Operators that work row by row, for the rows of a domain.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::{DFSchema, JoinType, Result, not_impl_err};
use datafusion::logical_expr::expr::{AggregateFunction, Case};
use datafusion::logical_expr::{
    Aggregate, Expr, Join, LogicalPlan, Sort, Union, Unnest, Values, lit, when,
};

use super::apply::{Apply, filtered, projected};
use super::domain::{Domain, columns};
use super::join::{conditions, conjuncts, join};
use crate::query::build;
use crate::query::names::column;

/// Whether an operator answers for each row of a domain alone, so that rows that are
/// there twice get their answers twice. An aggregate without GROUP BY does: it has
/// one row for each.
pub(super) fn is_row_wise(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Projection(_)
        | LogicalPlan::Filter(_)
        | LogicalPlan::Union(_)
        | LogicalPlan::Unnest(_)
        | LogicalPlan::Values(_) => true,
        LogicalPlan::Sort(sort) => sort.fetch.is_none(),
        LogicalPlan::Join(join) => join.join_type != JoinType::Full,
        LogicalPlan::Aggregate(aggregate) => aggregate.group_expr.is_empty(),
        _ => false,
    }
}

impl Apply<'_> {
    /// What a row-wise operator answers, as [`Self::answers`] says.
    pub(super) fn row_wise(&self, domain: &Domain, sub: &LogicalPlan) -> Result<LogicalPlan> {
        match sub {
            LogicalPlan::Projection(projection) => {
                let input = self.answers(domain, &projection.input)?;
                projected(domain.beside(&projection.expr)?, input)
            }
            LogicalPlan::Filter(filter) => {
                let predicate = domain.found(&filter.predicate)?;
                let conditions = conjuncts(Some(predicate));
                if domain.is_mentioned_by(&filter.input)? {
                    filtered(self.answers(domain, &filter.input)?, conditions)
                } else {
                    let (rows, input) = (domain.rows.clone(), filter.input.clone());
                    join(rows, input, JoinType::Inner, conditions)
                }
            }
            LogicalPlan::Union(union) => {
                let inputs = union.inputs.iter();
                let inputs = inputs.map(|input| Ok(Arc::new(self.answers(domain, input)?)));
                Union::try_new(inputs.collect::<Result<_>>()?).map(LogicalPlan::Union)
            }
            LogicalPlan::Unnest(unnest) => {
                let input = Arc::new(self.answers(domain, &unnest.input)?);
                let (lists, options) = (unnest.exec_columns.clone(), unnest.options.clone());
                Unnest::try_new(input, lists, options).map(LogicalPlan::Unnest)
            }
            LogicalPlan::Values(values) => self.values(domain, values),
            LogicalPlan::Sort(sort) => Ok(LogicalPlan::Sort(Sort {
                expr: domain.order(&sort.expr)?,
                input: Arc::new(self.answers(domain, &sort.input)?),
                fetch: None,
            })),
            LogicalPlan::Join(join) => self.join(domain, join),
            LogicalPlan::Aggregate(aggregate) => self.one_row(domain, sub, aggregate),
            other => not_impl_err!("a correlated {}", other.display()),
        }
    }

    /// VALUES: the rows of the domain beside the numbers of the list's rows, and for
    /// each number its row.
    fn values(&self, domain: &Domain, values: &Values) -> Result<LogicalPlan> {
        let number = self.names.fresh();
        let field = Field::new(&number, DataType::Int64, true);
        let schema = DFSchema::from_unqualified_fields(vec![field].into(), Default::default())?;
        let numbers = LogicalPlan::Values(Values {
            schema: Arc::new(schema),
            values: (0..values.values.len() as i64)
                .map(|n| vec![lit(n)])
                .collect(),
        });
        let rows = join(
            domain.rows.clone(),
            Arc::new(numbers),
            JoinType::Inner,
            Vec::new(),
        )?;
        let mut exprs = domain.own();
        for (index, field) in values.schema.fields().iter().enumerate() {
            let mut cases = Vec::new();
            for (row, n) in values.values.iter().zip(0_i64..) {
                cases.push((Box::new(lit(n)), Box::new(domain.found(&row[index])?)));
            }
            let case = Case::new(Some(Box::new(column(&number))), cases, None);
            exprs.push(Expr::Case(case).alias(field.name()));
        }
        projected(exprs, rows)
    }

    /// A join of two sides. The domain goes to the side that mentions it, and from
    /// there, within its rows, to the other one.
    fn join(&self, domain: &Domain, sub: &Join) -> Result<LogicalPlan> {
        let (left, right) = (&sub.left, &sub.right);
        let is_right = domain.is_mentioned_by(right)?;
        let all = conditions(sub);
        match sub.join_type {
            JoinType::Inner if is_right && !domain.is_mentioned_by(left)? => {
                let right = self.answers(domain, right)?;
                let mut visible = domain.own();
                visible.extend(columns(left));
                visible.extend(columns(&sub.right));
                let all = domain.found_all(&all)?;
                let joined = join(left.clone(), Arc::new(right), JoinType::Inner, all)?;
                projected(visible, joined)
            }
            JoinType::Inner if !is_right && !domain.is_mentioned_by(left)? => {
                // Only the condition mentions it: the two sides come first.
                let mut own = Vec::new();
                let mut mentioning = Vec::new();
                for condition in &all {
                    if domain.is_mentioned_in(condition)? {
                        mentioning.push(domain.found(condition)?);
                    } else {
                        own.push(condition.clone());
                    }
                }
                let sides = join(left.clone(), right.clone(), JoinType::Inner, own)?;
                let (rows, sides) = (domain.rows.clone(), Arc::new(sides));
                join(rows, sides, JoinType::Inner, mentioning)
            }
            kind @ (JoinType::Inner | JoinType::Left) => {
                let left = self.answers(domain, left)?;
                let all = domain.found_all(&all)?;
                self.joined(&domain.within(left), right, kind, all)
            }
            JoinType::Right => {
                let swapped = join(right.clone(), left.clone(), JoinType::Left, all)?;
                let mut visible = domain.own();
                visible.extend(columns(left));
                visible.extend(columns(right));
                projected(visible, self.answers(domain, &swapped)?)
            }
            kind @ (JoinType::LeftSemi | JoinType::LeftAnti) if !sub.null_aware => {
                let left = Arc::new(self.answers(domain, left)?);
                let mut all = domain.found_all(&all)?;
                if !is_right {
                    return join(left, right.clone(), kind, all);
                }
                let set = domain.set(self.names, right)?;
                all.extend(domain.same(&set));
                let right = self.answers(&set, right)?;
                join(left, Arc::new(right), kind, all)
            }
            kind => not_impl_err!("a correlated {kind} join"),
        }
    }

    /// An aggregate without GROUP BY: the groups that there are, and for the rows
    /// without any what the aggregates are over no rows.
    fn one_row(
        &self,
        domain: &Domain,
        sub: &LogicalPlan,
        aggregate: &Aggregate,
    ) -> Result<LogicalPlan> {
        let set = domain.set(self.names, sub)?;
        let input = Arc::new(self.answers(&set, &aggregate.input)?);
        let mut visible = domain.own();
        // A group's value may be NULL; that there was a group is known by its rows.
        let there = self.names.fresh();
        let mut aggregates = vec![build::count(None).alias(&there)];
        for (expr, field) in aggregate.aggr_expr.iter().zip(aggregate.schema.fields()) {
            let name = self.names.fresh();
            let value = column(&name);
            let default = match expr.clone().unalias() {
                Expr::AggregateFunction(AggregateFunction { func, .. }) => {
                    func.default_value(field.data_type())?
                }
                other => return not_impl_err!("{other} as an aggregate"),
            };
            let value = if default.is_null() {
                value
            } else {
                when(column(&there).is_null(), lit(default)).otherwise(value)?
            };
            visible.push(value.alias(field.name()));
            aggregates.push(set.found(&expr.clone().unalias())?.alias(name));
        }
        let groups = Aggregate::try_new(input, set.own(), aggregates)?;
        let groups = Arc::new(LogicalPlan::Aggregate(groups));
        let rows = domain.rows.clone();
        let joined = join(rows, groups, JoinType::Left, domain.same(&set))?;
        projected(visible, joined)
    }
}
