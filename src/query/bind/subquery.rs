//! Sub-queries in expressions (PostgreSQL manual, 4.2.11 and 9.23), and WITH.

use datafusion::logical_expr::{Expr, LogicalPlan};
use sqlparser::ast;

use super::binder::Binder;
use super::expression::{boolean, negate};
use super::query::Answer;
use super::row::members;
use super::scope::Field;
use crate::error::{Error, ErrorKind, Result};
use crate::query::error::translated;
use crate::query::function::operator;
use crate::query::typed::Typed;
use crate::query::{build, function, names};
use crate::relation::Type;

/// A query that WITH has named.
#[derive(Clone)]
pub(super) struct Common {
    pub(super) name: String,
    pub(super) plan: LogicalPlan,
    pub(super) fields: Vec<Field>,
}

impl Binder<'_> {
    /// A query in parentheses: its one value.
    pub(super) fn scalar_subquery(&mut self, query: &ast::Query) -> Result<Typed> {
        let (answer, [field]) = self.columns_of(query)?;
        let value = function::single_value(field.typed(), &self.catalog);
        let typed = self.beside(answer.plan, value)?;
        Ok(typed.with_modifier(field.modifier))
    }

    pub(super) fn exists(&mut self, query: &ast::Query, negated: bool) -> Result<Typed> {
        let answer = self.subquery(query)?;
        let count = Typed::new(build::count(None), Type::INT8);
        let count = self.beside(answer.plan, count)?;
        let none = datafusion::logical_expr::lit(0_i64);
        Ok(boolean(match negated {
            true => count.expr.eq(none),
            false => count.expr.gt(none),
        }))
    }

    pub(super) fn array_subquery(&mut self, query: &ast::Query) -> Result<Typed> {
        let (answer, [field]) = self.columns_of(query)?;
        let all = function::aggregate(
            "array_agg",
            vec![field.typed()],
            false,
            answer.order,
            None,
            &self.catalog,
        )?;
        let found = self.beside(answer.plan, all)?;
        let none = function::array(Vec::new(), &field.data_type, &self.catalog)?;
        let expr = datafusion::functions::core::expr_fn::coalesce(vec![found.expr, none.expr]);
        Ok(Typed::new(expr, found.data_type))
    }

    pub(super) fn in_subquery(
        &mut self,
        expr: &ast::Expr,
        query: &ast::Query,
        negated: bool,
    ) -> Result<Typed> {
        let found = self.compare_subquery(expr, "=", query, false)?;
        Ok(boolean(negate(found.expr, negated)))
    }

    /// Whether a comparison with any of the rows of a query, or with all, is true.
    pub(super) fn compare_subquery(
        &mut self,
        left: &ast::Expr,
        symbol: &str,
        query: &ast::Query,
        all: bool,
    ) -> Result<Typed> {
        let left = match members(left) {
            Some(members) => members
                .into_iter()
                .map(|member| self.expression(member))
                .collect(),
            None => self.expression(left).map(|left| vec![left]),
        }?;
        let answer = self.subquery(query)?;
        if answer.fields.len() != left.len() {
            return Err(Error::new(
                ErrorKind::Syntax,
                match answer.fields.len() > left.len() {
                    true => "subquery has too many columns",
                    false => "subquery has too few columns",
                },
            ));
        }
        let mut each: Option<Expr> = None;
        for (left, field) in left.into_iter().zip(&answer.fields) {
            let left = self.seen_inside(left)?;
            let compared = operator::binary(symbol, left, field.typed(), &self.catalog)?;
            let compared = self.boolean(compared, "ANY or ALL")?;
            each = Some(match (each, symbol) {
                (None, _) => compared,
                (Some(before), "<>") => before.or(compared),
                (Some(before), "=") => before.and(compared),
                _ => {
                    return Err(Error::unsupported(
                        format_args!("the operator {symbol} between a row and a sub-query"),
                        "Compare the columns one by one.",
                    ));
                }
            });
        }
        let each = each.ok_or_else(|| Error::internal("a row without members was compared"))?;
        let over = match all {
            true => function::all_true(each, &self.catalog),
            false => function::any_true(each, &self.catalog),
        };
        self.beside(answer.plan, boolean(over))
    }

    /// A sub-query's plan.
    pub(super) fn subquery(&mut self, query: &ast::Query) -> Result<Answer> {
        self.deeper(|binder| binder.query(query)?.resolved(binder))
    }

    fn columns_of<const N: usize>(&mut self, query: &ast::Query) -> Result<(Answer, [Field; N])> {
        let answer = self.subquery(query)?;
        let fields = answer
            .fields
            .clone()
            .try_into()
            .map_err(|fields: Vec<Field>| {
                Error::new(
                    ErrorKind::Syntax,
                    match fields.len() {
                        0 => "subquery must return a column",
                        _ => "subquery must return only one column",
                    },
                )
            })?;
        Ok((answer, fields))
    }

    /// The value of an aggregate over the rows of a sub-query, beside each row of
    /// the query we are in.
    fn beside(&mut self, sub: LogicalPlan, aggregate: Typed) -> Result<Typed> {
        let column = self.column(&aggregate.data_type);
        let aggregated = aggregate.expr.alias(column.as_str());
        let plan = build::aggregate(sub, Vec::new(), vec![aggregated]).map_err(translated)?;
        self.frame().pend(plan);
        Ok(Typed::new(names::column(&column), aggregate.data_type))
    }
}
