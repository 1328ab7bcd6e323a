//! A query as a whole: WITH, its body, the order and the number of its rows
//! (PostgreSQL manual, 7.8 and SELECT).

use std::sync::Arc;

use datafusion::arrow::datatypes::{Field as ArrowField, Schema};
use datafusion::catalog::cte_worktable::CteWorkTable;
use datafusion::common::Column;
use datafusion::common::tree_node::TreeNode;
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::expr::Sort;
use datafusion::logical_expr::{Expr, LogicalPlan, RecursiveQuery, TableScan};
use datafusion::sql::TableReference;
use sqlparser::ast;

use super::binder::Binder;
use super::mention::{mentions, uses};
use super::name::folded;
use super::order;
use super::scope::Field;
use super::subquery::Common;
use crate::error::{Definition, Error, ErrorKind, Result};
use crate::query::error::translated;
use crate::query::types::{self, Coercion};
use crate::query::{apply, build, names, shared};
use crate::relation::{Type, type_name};

/// What a query answers.
#[derive(Clone)]
pub(super) struct Answer {
    /// A plan that has the columns, and perhaps others that it is ordered by.
    pub(super) plan: LogicalPlan,
    /// The columns.
    pub(super) fields: Vec<Field>,
    /// The order of the rows.
    pub(super) order: Vec<Sort>,
    /// Whether the plan has its rows in that order.
    pub(super) is_sorted: bool,
}

impl Answer {
    /// Rows in no order.
    pub(super) fn unordered(plan: LogicalPlan, fields: Vec<Field>) -> Self {
        Self {
            plan,
            fields,
            order: Vec::new(),
            is_sorted: false,
        }
    }

    /// The plan with its rows in order.
    pub(super) fn sorted(self) -> LogicalPlan {
        match self.is_sorted {
            true => self.plan,
            false => build::sort(self.plan, self.order),
        }
    }

    /// The same with a type for every column: a text, where nothing else told.
    pub(super) fn resolved(self, binder: &Binder<'_>) -> Result<Self> {
        let types = self.fields.iter().map(|field| match &field.data_type {
            &Type::UNKNOWN => Type::TEXT,
            known => known.clone(),
        });
        let types: Vec<Type> = types.collect();
        self.cast(&types, binder)
    }

    /// The same with these types for the columns that are parameters of which nothing was
    /// known.
    pub(super) fn settled(self, to: &[Type], binder: &mut Binder<'_>) -> Result<Self> {
        let LogicalPlan::Projection(projection) = &self.plan else {
            return Ok(self);
        };
        let mut columns: Vec<(Expr, String)> = Vec::with_capacity(projection.expr.len());
        for (expr, own) in projection.expr.iter().zip(projection.schema.fields()) {
            columns.push((expr.clone().unalias(), own.name().clone()));
        }
        let mut fields = self.fields.clone();
        let mut is_settled = false;
        for (field, to) in fields.iter_mut().zip(to) {
            let own = columns.iter_mut().find(|(_, name)| *name == field.column);
            let (Some((Expr::Placeholder(parameter), _)), &Type::UNKNOWN) =
                (&own, &field.data_type)
            else {
                continue;
            };
            let typed = binder.catalog.parameters.named(&parameter.id)?;
            let typed = binder.coerce(typed, to)?;
            field.column = binder.column(to);
            field.data_type = to.clone();
            if let Some(own) = own {
                *own = (typed.expr, field.column.clone());
            }
            is_settled = true;
        }
        if !is_settled {
            return Ok(self);
        }
        let input = projection.input.as_ref().clone();
        Ok(Self {
            plan: build::project(input, columns).map_err(translated)?,
            fields,
            ..self
        })
    }

    /// The same with these types for its columns.
    pub(super) fn cast(self, to: &[Type], binder: &Binder<'_>) -> Result<Self> {
        let changes = |(field, to): (&Field, &Type)| field.data_type != *to;
        if !self.fields.iter().zip(to).any(changes) {
            return Ok(self);
        }
        let mut columns = build::columns_of(&self.plan);
        let mut fields = self.fields;
        for (field, to) in fields.iter_mut().zip(to) {
            if field.data_type == *to {
                continue;
            }
            let fresh = binder.names.fresh();
            let cast = types::cast(field.typed(), to, -1, Coercion::Implicit, &binder.catalog)?;
            columns.push((cast.expr, fresh.clone()));
            *field = Field {
                column: fresh,
                data_type: to.clone(),
                modifier: -1,
                origin: None,
                name: std::mem::take(&mut field.name),
            };
        }
        Ok(Self {
            plan: build::project(self.plan, columns).map_err(translated)?,
            fields,
            order: self.order,
            is_sorted: self.is_sorted,
        })
    }

    /// A plan of just the columns, under new names: the answer may be used again.
    pub(super) fn renamed(&self, binder: &mut Binder<'_>) -> Result<(LogicalPlan, Vec<Field>)> {
        let mut columns = Vec::with_capacity(self.fields.len());
        let mut fields = Vec::with_capacity(self.fields.len());
        for field in &self.fields {
            let column = binder.column(&field.data_type);
            columns.push((names::column(&field.column), column.clone()));
            fields.push(Field {
                column,
                ..field.clone()
            });
        }
        let plan = build::project(self.clone().sorted(), columns).map_err(translated)?;
        Ok((plan, fields))
    }
}

impl Binder<'_> {
    pub(super) fn query(&mut self, query: &ast::Query) -> Result<Answer> {
        let query = self.opened(query)?;
        let query = query.as_ref();
        // FOR UPDATE locks rows that somebody may change: there are none.
        let known = self.common.len();
        self.with(query)?;
        let items = order::items(query.order_by.as_ref())?;
        let answer = self.body(&query.body, items)?;
        let answer = self.limited(answer, query);
        self.common.truncate(known);
        answer
    }

    /// The body of a query, in an order.
    pub(super) fn body(
        &mut self,
        body: &ast::SetExpr,
        order: &[ast::OrderByExpr],
    ) -> Result<Answer> {
        match body {
            ast::SetExpr::Select(select) => self.select(select, order),
            ast::SetExpr::Query(query) if order.is_empty() => {
                self.deeper(|binder| binder.query(query))
            }
            other => {
                let mut answer = self.deeper(|binder| binder.rows_of(other))?;
                if !order.is_empty() {
                    answer.order = self.order_of_outputs(&answer.fields, order)?;
                    answer.is_sorted = false;
                }
                Ok(answer)
            }
        }
    }

    /// A body that is no SELECT.
    fn rows_of(&mut self, body: &ast::SetExpr) -> Result<Answer> {
        match body {
            ast::SetExpr::Select(select) => self.select(select, &[]),
            ast::SetExpr::Query(query) => self.query(query),
            ast::SetExpr::SetOperation {
                op,
                set_quantifier,
                left,
                right,
            } => self.set_operation(*op, *set_quantifier, left, right),
            ast::SetExpr::Values(values) => self.values(values),
            ast::SetExpr::Table(table) => {
                let name = table.table_name.as_deref().unwrap_or_default();
                let schema = table.schema_name.as_deref();
                let (plan, scope) = self.relation(schema, name, None)?;
                Ok(Answer::unordered(plan, scope.columns))
            }
            ast::SetExpr::Insert(_)
            | ast::SetExpr::Update(_)
            | ast::SetExpr::Delete(_)
            | ast::SetExpr::Merge(_) => Err(Error::unsupported(
                "a statement that changes data within a query",
                "Rekha keeps schemas, not rows: change them with ALTER STREAM.",
            )),
        }
    }

    // ---- WITH ----

    fn with(&mut self, query: &ast::Query) -> Result<()> {
        let Some(with) = &query.with else {
            return Ok(());
        };
        let tables = match with.recursive {
            true => self.in_order(&with.cte_tables)?,
            false => with.cte_tables.iter().collect(),
        };
        for table in tables {
            let mut common = match with.recursive {
                true => self.recursive(table)?,
                false => self.common(table)?,
            };
            if runs_once(query, table, &common.plan)? {
                common.plan =
                    shared::shared(&self.names, &common.name, common.plan).map_err(translated)?;
            }
            self.common.push(common);
        }
        Ok(())
    }

    /// The queries of WITH RECURSIVE, each after those that it names.
    ///
    /// # Errors
    /// 0A000 for some that name each other.
    fn in_order<'q>(&self, tables: &'q [ast::Cte]) -> Result<Vec<&'q ast::Cte>> {
        let mut left: Vec<&ast::Cte> = tables.iter().collect();
        let mut ordered = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let needs = |table: &ast::Cte, other: &ast::Cte| {
                !std::ptr::eq(table, other) && mentions(&table.query, &folded(&other.alias.name))
            };
            let is_ready = |table: &&ast::Cte| !left.iter().any(|other| needs(table, other));
            let Some(next) = left.iter().position(is_ready) else {
                let error = Error::new(
                    ErrorKind::Unsupported,
                    "mutual recursion between WITH items is not implemented",
                );
                let named = ast::ObjectName::from(vec![left[0].alias.name.clone()]);
                return Err(self.at(error, &named));
            };
            ordered.push(left.remove(next));
        }
        Ok(ordered)
    }

    fn common(&mut self, table: &ast::Cte) -> Result<Common> {
        let answer = self.subquery(&table.query)?;
        let (plan, fields) = answer.renamed(self)?;
        Ok(Common {
            name: folded(&table.alias.name),
            plan,
            fields: aliased(fields, &table.alias)?,
            is_round: false,
        })
    }

    /// `WITH RECURSIVE t AS (… UNION [ALL] …)`, where the second query is over the
    /// rows that it made before; a query that does not name itself is as it is without
    /// the word.
    ///
    /// # Errors
    /// 42P19 for a query of another form, 0A000 for one with an order or a number of
    /// rows.
    fn recursive(&mut self, table: &ast::Cte) -> Result<Common> {
        let name = folded(&table.alias.name);
        if !mentions(&table.query, &name) {
            return self.common(table);
        }
        let ast::SetExpr::SetOperation {
            op: ast::SetOperator::Union,
            set_quantifier,
            left,
            right,
        } = table.query.body.as_ref()
        else {
            let error = Error::new(
                ErrorKind::InvalidDefinition(Definition::Recursion),
                format!(
                    "recursive query \"{name}\" does not have the form non-recursive-term UNION [ALL] recursive-term"
                ),
            );
            let named = ast::ObjectName::from(vec![table.alias.name.clone()]);
            return Err(self.at(error, &named));
        };
        self.admit_references(&name, &table.query, [left, right])?;
        self.admit_recursion(&table.query)?;
        let outside = self.common.len();
        self.with(&table.query)?;
        let first = self.body(left, &[])?.resolved(self)?;
        let (first, fields) = first.renamed(self)?;
        let fields = aliased(fields, &table.alias)?;
        // What the second query sees under the name: the rows of the round before.
        let work = self.names.fresh();
        let seen = self.work_table(&work, &fields)?;
        self.common.push(Common {
            name: name.clone(),
            plan: seen,
            fields: fields.clone(),
            is_round: true,
        });
        let second = self.body(right, &[]);
        self.common.truncate(outside);
        let second = second?;
        if second.fields.len() != fields.len() {
            return Err(super::set_operation::other_columns("UNION"));
        }
        let types: Vec<Type> = fields.iter().map(|field| field.data_type.clone()).collect();
        let known = |field: &Field| field.data_type != Type::UNKNOWN;
        for (nth, (own, to)) in (1..).zip(second.fields.iter().zip(&types)) {
            if known(own)
                && own.data_type != *to
                && !types::can_cast(&own.data_type, to, Coercion::Implicit)
            {
                return Err(Error::new(
                    ErrorKind::InvalidDefinition(Definition::TypeMismatch),
                    format!(
                        "recursive query \"{name}\" column {nth} has type {} in non-recursive term but type {} overall",
                        type_name(to),
                        type_name(&own.data_type),
                    ),
                )
                .with_hint("Cast the output of the non-recursive term to the correct type."));
            }
        }
        let second = second.cast(&types, self)?;
        let columns = second.fields.iter().zip(&fields);
        let columns =
            columns.map(|(own, field)| (names::column(&own.column), field.column.clone()));
        let second =
            build::project(second.plan, columns.collect::<Vec<_>>()).map_err(translated)?;
        let is_distinct = !matches!(set_quantifier, ast::SetQuantifier::All);
        let plan = RecursiveQuery::try_new(work, Arc::new(first), Arc::new(second), is_distinct)
            .map_err(translated)?;
        Ok(Common {
            name,
            plan: LogicalPlan::RecursiveQuery(plan),
            fields,
            is_round: false,
        })
    }

    /// Refuses what the rounds of a recursion cannot have as a whole (0A000).
    fn admit_recursion(&self, query: &ast::Query) -> Result<()> {
        let refused = |clause: &str| {
            Error::new(
                ErrorKind::Unsupported,
                format!("{clause} in a recursive query is not implemented"),
            )
        };
        if let Some(item) = order::items(query.order_by.as_ref())?.first() {
            return Err(self.at(refused("ORDER BY"), &item.expr));
        }
        let (limit, offset) = order::bounds(query);
        if let Some(offset) = offset {
            return Err(self.at(refused("OFFSET"), offset));
        }
        if let Some(limit) = limit {
            return Err(self.at(refused("LIMIT"), limit));
        }
        if let Some(fetch) = &query.fetch {
            let error = refused("LIMIT");
            return Err(match &fetch.quantity {
                Some(quantity) => self.at(error, quantity),
                None => error,
            });
        }
        match query.locks.is_empty() {
            true => Ok(()),
            false => Err(refused("FOR UPDATE/SHARE")),
        }
    }

    fn work_table(&mut self, name: &str, fields: &[Field]) -> Result<LogicalPlan> {
        let columns = fields
            .iter()
            .map(|field| ArrowField::new(&field.column, types::carrier(&field.data_type), true));
        let schema = Arc::new(Schema::new(columns.collect::<Vec<_>>()));
        let table = Arc::new(CteWorkTable::new(name, schema));
        let reference = TableReference::bare(name);
        let scan = TableScan::try_new(
            reference.clone(),
            provider_as_source(table),
            None,
            Vec::new(),
            None,
        )
        .map_err(translated)?;
        let columns = fields.iter().map(|field| {
            let column = Column::new(Some(reference.clone()), field.column.clone());
            (Expr::Column(column), field.column.clone())
        });
        let columns: Vec<_> = columns.collect();
        build::project(LogicalPlan::TableScan(scan), columns).map_err(translated)
    }
}

/// Whether what WITH names is run on its own, and once: when it is named more than
/// once or would answer something else each time, unless it is told otherwise.
fn runs_once(query: &ast::Query, table: &ast::Cte, plan: &LogicalPlan) -> Result<bool> {
    let is_wanted = match table.materialized {
        Some(ast::CteAsMaterialized::Materialized) => true,
        Some(ast::CteAsMaterialized::NotMaterialized) => false,
        None => uses(query, table) > 1,
    };
    let is_wanted = match is_wanted {
        true => true,
        false => plan
            .exists(|node| Ok(apply::is_volatile(node)))
            .map_err(translated)?,
    };
    Ok(is_wanted && shared::is_shareable(plan).map_err(translated)?)
}

/// Columns with the names that an alias gives them.
///
/// # Errors
/// 42P10 for more names than columns.
pub(super) fn aliased(mut fields: Vec<Field>, alias: &ast::TableAlias) -> Result<Vec<Field>> {
    if alias.columns.len() > fields.len() {
        return Err(Error::new(
            ErrorKind::InvalidDefinition(Definition::ColumnReference),
            format!(
                "table \"{}\" has {} columns available but {} columns specified",
                folded(&alias.name),
                fields.len(),
                alias.columns.len()
            ),
        ));
    }
    for (field, column) in fields.iter_mut().zip(&alias.columns) {
        field.name = folded(&column.name);
    }
    Ok(fields)
}
