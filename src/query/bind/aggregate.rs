//! Aggregates, in the query that they are over (PostgreSQL manual, 4.2.7).

use datafusion::arrow::compute::SortOptions;
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::expr::Sort;
use sqlparser::ast;

use super::binder::Binder;
use super::call::{modifiers, placed};
use super::frame::Clause;
use super::order::admit_order;
use crate::error::Result;
use crate::query::typed::Typed;
use crate::query::{function, guard, names};

/// What an aggregate is computed from.
struct Parts {
    arguments: Vec<Typed>,
    is_distinct: bool,
    order: Vec<Sort>,
    /// What WITHIN GROUP orders, and how.
    within: Vec<(Typed, SortOptions)>,
    filter: Option<Expr>,
}

impl Binder<'_> {
    /// The value of an aggregate. It is over the rows of the innermost query whose
    /// columns it names, which need not be the one that it stands in: for a sub-query
    /// it is then one value, as a column of that query is.
    pub(super) fn aggregate_call(
        &mut self,
        name: &str,
        call: &ast::Function,
        list: &ast::FunctionArgumentList,
    ) -> Result<Typed> {
        let own = self.frames.len() - 1;
        let pending = self.frame().before.len();
        let named = std::mem::take(&mut self.named);
        let parts = self.parts(call, list);
        let named_within = std::mem::replace(&mut self.named, named);
        let parts = parts?;
        let level = named_within.range(..=own).next_back().copied();
        let level = level.unwrap_or(own);
        self.named.insert(level);
        if level == own {
            self.frame().admit_aggregate()?;
            return self.computed(name, parts);
        }
        // Its arguments are to be understood where it is computed.
        self.frame().before.truncate(pending);
        let further_in = self.frames.split_off(level + 1);
        let typed = self.aggregate_call(name, call, list);
        self.frames.extend(further_in);
        self.seen_inside(typed?)
    }

    fn parts(&mut self, call: &ast::Function, list: &ast::FunctionArgumentList) -> Result<Parts> {
        let modifiers = modifiers(list)?;
        let filter = match &call.filter {
            Some(condition) => Some(self.in_clause(Clause::Filter, |binder| {
                let condition = binder.expression(condition)?;
                binder.boolean(condition, "FILTER")
            })?),
            None => None,
        };
        let (arguments, order, within) = self.in_clause(Clause::Aggregate, |binder| {
            let of_rows = filter.iter().cloned();
            binder.frame().asked.extend(of_rows.map(Expr::is_true));
            let arguments = placed(binder.given(list)?)?;
            let order = binder.sort_keys(&modifiers.order)?;
            Ok((arguments, order, binder.ordered(&call.within_group)?))
        })?;
        let only = |expr: Expr| match &filter {
            Some(condition) => guard::only_where(condition, expr),
            None => expr,
        };
        let only_typed = |typed: Typed| Typed {
            expr: only(typed.expr),
            ..typed
        };
        let arguments = arguments.into_iter().map(only_typed).collect();
        let within = within.into_iter();
        let within = within.map(|(typed, options)| (only_typed(typed), options));
        let within = within.collect();
        let order = order.into_iter().map(|key| Sort {
            expr: only(key.expr),
            ..key
        });
        let order = order.collect();
        Ok(Parts {
            arguments,
            is_distinct: modifiers.is_distinct,
            order,
            within,
            filter,
        })
    }

    /// An aggregate of the innermost query.
    fn computed(&mut self, name: &str, parts: Parts) -> Result<Typed> {
        let Parts {
            arguments,
            is_distinct,
            order,
            within,
            filter,
        } = parts;
        let typed = match within.is_empty() {
            true => {
                function::aggregate(name, arguments, is_distinct, order, filter, &self.catalog)?
            }
            false => function::within_group(name, arguments, within, filter, &self.catalog)?,
        };
        let fresh = self.column(&typed.data_type);
        let column = self.frame().aggregate(typed.expr, || fresh);
        let value = Typed::new(names::column(&column), typed.data_type);
        Ok(value.with_modifier(typed.modifier))
    }

    /// The values that WITHIN GROUP orders, and how.
    fn ordered(&mut self, within: &[ast::OrderByExpr]) -> Result<Vec<(Typed, SortOptions)>> {
        let keys = within.iter().map(|by| {
            let typed = self.expression(&by.expr)?;
            admit_order(&typed.data_type)?;
            let ascending = by.options.asc.unwrap_or(true);
            let nulls_first = by.options.nulls_first.unwrap_or(!ascending);
            Ok((typed, SortOptions::new(!ascending, nulls_first)))
        });
        keys.collect()
    }
}
