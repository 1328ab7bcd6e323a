//! Sub-queries in expressions (PostgreSQL manual, 4.2.11 and 9.23), and WITH.

use datafusion::logical_expr::LogicalPlan;
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
    /// Whether it is the rows of a recursion's last round.
    pub(super) is_round: bool,
}

/// Which rows of a sub-query a comparison has to be true of.
#[derive(Clone, Copy)]
pub(super) enum Rows {
    Any,
    All,
    /// There is one at most.
    One,
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
        let found = self.compare_subquery(expr, "=", query, Rows::Any)?;
        Ok(boolean(negate(found.expr, negated)))
    }

    /// Whether a comparison with the rows of a query is true.
    pub(super) fn compare_subquery(
        &mut self,
        left: &ast::Expr,
        symbol: &str,
        query: &ast::Query,
        rows: Rows,
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
        let mut pairs = Vec::with_capacity(left.len());
        for (left, field) in left.into_iter().zip(&answer.fields) {
            pairs.push((self.seen_inside(left)?, field.typed()));
        }
        let each = match <[_; 1]>::try_from(pairs) {
            Ok([(left, right)]) => operator::binary(symbol, left, right, &self.catalog)?,
            Err(pairs) => self.compare_pairs(symbol, &pairs)?,
        };
        let each = self.boolean(each, "ANY or ALL")?;
        let over = match rows {
            Rows::Any => boolean(function::any_true(each, &self.catalog)),
            Rows::All => boolean(function::all_true(each, &self.catalog)),
            Rows::One => function::single_value(boolean(each), &self.catalog),
        };
        self.beside(answer.plan, over)
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
