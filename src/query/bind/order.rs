//! ORDER BY, LIMIT and DISTINCT (PostgreSQL manual, 7.3.3, 7.5 and 7.6).

use datafusion::common::ScalarValue;
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::logical_expr::expr::Sort;
use datafusion::logical_expr::{Expr, LogicalPlan, lit};
use sqlparser::ast;

use super::binder::Binder;
use super::frame::{Clause, Frame, Pending};
use super::name::folded;
use super::query::Answer;
use super::scope::Field;
use crate::error::{Definition, Error, ErrorKind, Object, Result};
use crate::query::error::translated;
use crate::query::types::{self, Coercion};
use crate::query::{build, limit as rows, names};
use crate::relation::{self, Type};

/// The items of an ORDER BY.
pub(super) fn items(order: Option<&ast::OrderBy>) -> Result<&[ast::OrderByExpr]> {
    match order.map(|order| &order.kind) {
        None => Ok(&[]),
        Some(ast::OrderByKind::Expressions(items)) => Ok(items),
        Some(ast::OrderByKind::All(_)) => Err(Error::new(
            ErrorKind::Syntax,
            "syntax error at or near \"ALL\"",
        )),
    }
}

/// LIMIT and OFFSET.
pub(super) fn bounds(query: &ast::Query) -> (Option<&ast::Expr>, Option<&ast::Expr>) {
    match &query.limit_clause {
        None => (None, None),
        Some(ast::LimitClause::LimitOffset { limit, offset, .. }) => {
            (limit.as_ref(), offset.as_ref().map(|offset| &offset.value))
        }
        Some(ast::LimitClause::OffsetCommaLimit { offset, limit }) => (Some(limit), Some(offset)),
    }
}

/// The output column that an item of ORDER BY, GROUP BY or DISTINCT ON means by its
/// number: a place from 0.
///
/// # Errors
/// 42P10 when there is none, 42601 for a constant that is no number.
pub(super) fn by_number(expr: &ast::Expr, count: usize, clause: &str) -> Result<Option<usize>> {
    let ast::Expr::Value(value) = expr else {
        return Ok(None);
    };
    match &value.value {
        ast::Value::Number(digits, _) => {
            let number: usize = digits.parse().map_err(|_| {
                Error::new(
                    ErrorKind::Syntax,
                    format!("non-integer constant in {clause}"),
                )
            })?;
            match number {
                number if (1..=count).contains(&number) => Ok(Some(number - 1)),
                _ => Err(Error::new(
                    ErrorKind::InvalidDefinition(Definition::ColumnReference),
                    format!("{clause} position {number} is not in select list"),
                )),
            }
        }
        ast::Value::Placeholder(_) => Ok(None),
        _ => Err(Error::new(
            ErrorKind::Syntax,
            format!("non-integer constant in {clause}"),
        )),
    }
}

/// The output column that an item means by its name, if one and only one has it.
///
/// # Errors
/// 42702 when more have it.
pub(super) fn by_name<'a>(
    expr: &ast::Expr,
    outputs: impl Iterator<Item = &'a str>,
    clause: &str,
) -> Result<Option<usize>> {
    let ast::Expr::Identifier(name) = expr else {
        return Ok(None);
    };
    let name = folded(name);
    let mut found = outputs.enumerate().filter(|(_, output)| *output == name);
    let first = found.next();
    match found.next() {
        Some(_) => Err(Error::new(
            ErrorKind::InvalidDefinition(Definition::AmbiguousColumn),
            format!("{clause} \"{name}\" is ambiguous"),
        )),
        None => Ok(first.map(|(place, _)| place)),
    }
}

impl Binder<'_> {
    /// The order of an answer whose columns are all that can be ordered by: those
    /// of UNION and VALUES.
    pub(super) fn order_of_outputs(
        &self,
        fields: &[Field],
        order: &[ast::OrderByExpr],
    ) -> Result<Vec<Sort>> {
        let mut keys = Vec::with_capacity(order.len());
        for by in order {
            let names = fields.iter().map(|field| field.name.as_str());
            let place = match by_number(&by.expr, fields.len(), "ORDER BY")? {
                Some(place) => Some(place),
                None => by_name(&by.expr, names, "ORDER BY")?,
            };
            let Some(place) = place else {
                return Err(Error::unsupported(
                    "an expression in ORDER BY of UNION/INTERSECT/EXCEPT or VALUES",
                    "Use the name or number of an output column, or put the query in FROM.",
                ));
            };
            keys.push(self.sort_key(fields[place].typed(), &by.options)?);
        }
        Ok(keys)
    }

    /// LIMIT, OFFSET and FETCH FIRST.
    pub(super) fn limited(&mut self, answer: Answer, query: &ast::Query) -> Result<Answer> {
        let (limit, offset) = bounds(query);
        let has_ties = query.fetch.as_ref().is_some_and(|fetch| fetch.with_ties);
        if query.fetch.as_ref().is_some_and(|fetch| fetch.percent) {
            return Err(Error::new(
                ErrorKind::Syntax,
                "syntax error at or near \"PERCENT\"",
            ));
        }
        if has_ties && answer.order.is_empty() {
            return Err(Error::new(
                ErrorKind::Syntax,
                "WITH TIES cannot be specified without ORDER BY clause",
            ));
        }
        let one = ast::Expr::value(ast::Value::Number("1".to_owned(), false));
        let fetch = query.fetch.as_ref();
        let fetch = fetch.map(|fetch| fetch.quantity.as_ref().unwrap_or(&one));
        let (fetch, mut pending) = self.row_count(limit.or(fetch), rows::Clause::Limit)?;
        let (skip, more) = self.row_count(offset, rows::Clause::Offset)?;
        pending.extend(more);
        if !pending.is_empty() {
            if has_ties {
                return Err(Error::unsupported(
                    "a sub-query in FETCH FIRST … WITH TIES",
                    "Give the number, or a parameter.",
                ));
            }
            return self.numbered(answer, skip, fetch, pending);
        }
        if fetch.is_none() && skip.is_none() {
            return Ok(answer);
        }
        if let (true, Some(fetch)) = (has_ties, &fetch) {
            return self.with_ties(answer, skip, fetch.clone());
        }
        Ok(Answer {
            plan: build::limit(answer.clone().sorted(), skip, fetch),
            is_sorted: true,
            ..answer
        })
    }

    /// So many rows, and those that are equal to the last of them in the order.
    fn with_ties(&mut self, answer: Answer, skip: Option<Expr>, fetch: Expr) -> Result<Answer> {
        let (number, rank) = (self.names.fresh(), self.names.fresh());
        let order = answer.order.clone();
        let counted = vec![
            (build::row_number(Vec::new(), order.clone()), number.clone()),
            (build::rank(order), rank.clone()),
        ];
        let plan = build::window(answer.plan.clone(), counted).map_err(translated)?;
        let count = |name: &str| {
            let of = datafusion::arrow::datatypes::DataType::Int64;
            datafusion::logical_expr::cast(names::column(name), of)
        };
        let skip = skip.unwrap_or_else(|| lit(0_i64));
        let stays = count(&number).gt(skip.clone());
        let stays = stays.and(count(&rank).lt_eq(skip + fetch));
        Ok(Answer {
            plan: build::filter(plan, stays).map_err(translated)?,
            ..answer
        })
    }

    /// So many rows, where sub-queries tell how many.
    fn numbered(
        &mut self,
        answer: Answer,
        skip: Option<Expr>,
        fetch: Option<Expr>,
        pending: Vec<Pending>,
    ) -> Result<Answer> {
        let order = match answer.is_sorted {
            true => Vec::new(),
            false => answer.order.clone(),
        };
        let number = self.names.fresh();
        let numbered = vec![(build::row_number(Vec::new(), order), number.clone())];
        let plan = build::window(answer.plan, numbered).map_err(translated)?;
        let plan = self.attach(plan, pending)?;
        let of = datafusion::arrow::datatypes::DataType::Int64;
        let mut number = datafusion::logical_expr::cast(names::column(&number), of);
        let mut stays = lit(true);
        if let Some(skip) = skip {
            let skip = rows::Clause::Offset.admitted(skip);
            number = number - coalesce(vec![skip, lit(0_i64)]);
            stays = number.clone().gt(lit(0_i64));
        }
        if let Some(fetch) = fetch {
            let fetch = rows::Clause::Limit.admitted(fetch);
            stays = stays.and(fetch.clone().is_null().or(number.lt_eq(fetch)));
        }
        Ok(Answer {
            plan: build::filter(plan, stays).map_err(translated)?,
            ..answer
        })
    }

    /// A number of rows, and the sub-queries that it needs.
    fn row_count(
        &mut self,
        count: Option<&ast::Expr>,
        clause: rows::Clause,
    ) -> Result<(Option<Expr>, Vec<Pending>)> {
        let Some(count) = count.filter(|count| !is_all(count)) else {
            return Ok((None, Vec::new()));
        };
        self.frames.push(Frame::default());
        let bound = self.in_clause(Clause::Limit, |binder| binder.expression(count));
        let frame = self.frames.pop().unwrap_or_default();
        let bound = types::cast(bound?, &Type::INT8, -1, Coercion::Assignment, &self.catalog)?;
        let count = match &bound.expr {
            Expr::Literal(ScalarValue::Int64(None), _) => None,
            Expr::Literal(ScalarValue::Int64(Some(count)), _) => {
                clause.admit(*count)?;
                Some(bound.expr)
            }
            _ => Some(bound.expr),
        };
        Ok((count, frame.before))
    }

    /// The first row, in this order, of those that are equal in these columns.
    pub(super) fn first_of_each(
        &mut self,
        plan: LogicalPlan,
        keys: &[Field],
        order: Vec<Sort>,
    ) -> Result<LogicalPlan> {
        let partition = self.keys(keys)?;
        let number = self.names.fresh();
        let numbered = vec![(build::row_number(partition, order), number.clone())];
        let plan = build::window(plan, numbered).map_err(translated)?;
        build::filter(plan, names::column(&number).eq(lit(1_u64))).map_err(translated)
    }

    /// What rows are compared by.
    ///
    /// # Errors
    /// 42883 for a type without equality.
    pub(super) fn keys(&self, fields: &[Field]) -> Result<Vec<Expr>> {
        let key = |field: &Field| {
            admit_order(&field.data_type)?;
            Ok(types::key(names::column(&field.column), &field.data_type))
        };
        fields.iter().map(key).collect()
    }
}

/// LIMIT ALL and LIMIT NULL are none.
fn is_all(count: &ast::Expr) -> bool {
    match count {
        ast::Expr::Identifier(name) => super::binder::is_word(name, "all"),
        ast::Expr::Value(value) => value.value == ast::Value::Null,
        _ => false,
    }
}

/// Refuses types whose values cannot be compared (42883).
pub(super) fn admit_order(of: &Type) -> Result<()> {
    match types::has_order(of) || *of == Type::UNKNOWN {
        true => Ok(()),
        false => Err(Error::new(
            ErrorKind::NotFound(Object::Function),
            format!(
                "could not identify an ordering operator for type {}",
                relation::type_name(of)
            ),
        )
        .with_hint("Use an explicit ordering operator or modify the query.")),
    }
}

/// 42P10
pub(super) fn not_selected(clause: &str) -> Error {
    Error::new(
        ErrorKind::InvalidDefinition(Definition::ColumnReference),
        format!("for SELECT DISTINCT, {clause} expressions must appear in select list"),
    )
}
