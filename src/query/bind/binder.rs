//! The walk through a query.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field as ArrowField};
use datafusion::common::Column as PlanColumn;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::logical_expr::{Expr, LogicalPlan};
use sqlparser::ast::{self, Spanned};

use super::frame::{Frame, Pending};
use super::scope::Field;
use super::subquery::Common;
use crate::error::{Definition, Error, ErrorKind, Limit, Result};
use crate::query::apply;
use crate::query::build;
use crate::query::catalog::Catalog;
use crate::query::error::translated;
use crate::query::explain;
use crate::query::names::Names;
use crate::query::plan::Plan;
use crate::query::typed::Typed;
use crate::query::types::{self, Coercion};
use crate::relation::{Column, Type};
use crate::sql::Query;

/// How deep expressions and sub-queries may stand in each other.
const MAX_DEPTH: usize = 3000;

/// Understands a query, which is asked of this catalog. Where `parameters` has no
/// type the query tells it.
///
/// # Errors
/// What PostgreSQL's parse analysis finds: 42P01, 42703, 42883, 42803, …
pub(in crate::query) fn bind(
    query: &Query,
    catalog: Catalog,
    parameters: &[Option<Type>],
) -> Result<Plan> {
    catalog.parameters.give(parameters);
    let mut binder = Binder::new(catalog, &query.text);
    let answer = binder.query(&query.tree)?.resolved(&binder)?;
    let fields = answer.fields.clone();
    let columns = fields.iter().map(|field| {
        let expr = crate::query::names::column(&field.column);
        (expr, field.column.clone())
    });
    let logical = build::project(answer.sorted(), columns).map_err(translated)?;
    let columns = fields.into_iter().map(|field| Column {
        name: field.name.into(),
        column_type: field.data_type,
        modifier: field.modifier,
        origin: field.origin,
    });
    let columns = match &query.explanation {
        None => columns.collect(),
        Some(explanation) => [explain::column(explanation)].into(),
    };
    Ok(Plan {
        columns,
        explanation: query.explanation,
        parameters: binder.catalog.parameters.types()?.into(),
        logical: Arc::new(logical),
        catalog: binder.catalog,
    })
}

/// What is known on the way through a query.
pub(super) struct Binder<'a> {
    pub(super) catalog: Catalog,
    pub(super) names: Names,
    /// The queries that we are in, the innermost last.
    pub(super) frames: Vec<Frame>,
    /// The levels of the queries whose columns were named on the way, from 0.
    pub(super) named: BTreeSet<usize>,
    /// What WITH has named, the innermost last.
    pub(super) common: Vec<Common>,
    /// The carriers of the columns that were named.
    carriers: HashMap<String, DataType>,
    text: &'a str,
    depth: usize,
}

impl<'a> Binder<'a> {
    fn new(catalog: Catalog, text: &'a str) -> Self {
        Self {
            catalog,
            names: Names::default(),
            frames: Vec::new(),
            named: BTreeSet::new(),
            common: Vec::new(),
            carriers: HashMap::new(),
            text,
            depth: 0,
        }
    }

    /// A name for a column of this type.
    pub(super) fn column(&mut self, of: &Type) -> String {
        let name = self.names.fresh();
        self.carriers.insert(name.clone(), types::carrier(of));
        name
    }

    /// A field of this name for an expression of a plan.
    pub(super) fn field(&mut self, name: String, typed: &Typed) -> Field {
        Field {
            name,
            column: self.column(&typed.data_type),
            data_type: typed.data_type.clone(),
            modifier: typed.modifier,
            origin: typed.origin,
        }
    }

    /// The column of a query further out, as it is spoken of further in.
    pub(super) fn outer(&self, column: &str) -> Expr {
        let carrier = self.carriers.get(column).cloned();
        let carrier = carrier.unwrap_or(DataType::Utf8);
        let field = ArrowField::new(column, carrier, true);
        Expr::OuterReferenceColumn(Arc::new(field), PlanColumn::new_unqualified(column))
    }

    /// An expression of one query as it is spoken of in a sub-query of it.
    pub(super) fn seen_inside(&self, typed: Typed) -> Result<Typed> {
        let expr = typed.expr.transform(|expr| {
            Ok(match expr {
                Expr::Column(column) => Transformed::yes(self.outer(&column.name)),
                other => Transformed::no(other),
            })
        });
        Ok(Typed {
            expr: expr.map_err(translated)?.data,
            ..typed
        })
    }

    /// The innermost query.
    pub(super) fn frame(&mut self) -> &mut Frame {
        self.frames
            .last_mut()
            .expect("an expression stands in a query")
    }

    /// Goes one level deeper.
    ///
    /// # Errors
    /// 54001 when that is too deep; 57014 when nobody waits for the query any more.
    pub(super) fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MAX_DEPTH {
            return Err(Error::new(
                ErrorKind::LimitExceeded(Limit::StatementComplexity),
                "the query is too deep",
            )
            .with_detail(format!(
                "Expressions and sub-queries stand in each other up to {MAX_DEPTH} levels deep."
            )));
        }
        self.catalog.stop.check()?;
        self.depth += 1;
        let done = work(self);
        self.depth -= 1;
        done
    }

    /// Casts what is bound, in a place that does so on its own.
    pub(super) fn coerce(&self, typed: Typed, to: &Type) -> Result<Typed> {
        types::cast(typed, to, -1, Coercion::Implicit, &self.catalog)
    }

    /// An expression that has to be true or false.
    ///
    /// # Errors
    /// 42804
    pub(super) fn boolean(&self, typed: Typed, place: &str) -> Result<Expr> {
        if typed.data_type != Type::BOOL && !typed.is_unknown() {
            return Err(Error::new(
                ErrorKind::InvalidDefinition(Definition::TypeMismatch),
                format!(
                    "argument of {place} must be type boolean, not type {}",
                    crate::relation::type_name(&typed.data_type)
                ),
            ));
        }
        Ok(self.coerce(typed, &Type::BOOL)?.expr)
    }

    /// An error with the place of the part that it is about, if it has none.
    pub(super) fn at(&self, error: Error, part: &impl Spanned) -> Error {
        if error.position().is_some() {
            return error;
        }
        let start = part.span().start;
        error.at(offset(self.text, start.line, start.column))
    }

    /// The answers of sub-queries beside the rows of a plan.
    pub(super) fn attach(
        &self,
        mut plan: LogicalPlan,
        pending: Vec<Pending>,
    ) -> Result<LogicalPlan> {
        let rows = plan.schema().clone();
        for Pending { plan: sub, asked } in pending {
            // What depends on another sub-query would have that computed once more.
            let is_known = |condition: &Expr| {
                let columns = condition.column_refs();
                !condition.is_volatile() && columns.iter().all(|column| rows.has_column(column))
            };
            let asked = asked.into_iter().take_while(is_known).collect();
            plan = apply::beside(&self.names, plan, asked, sub).map_err(translated)?;
        }
        Ok(plan)
    }
}

/// Where a line and a column (both from 1) are in a text: characters from 1;
/// nothing for a part that has no place.
fn offset(text: &str, line: u64, column: u64) -> Option<usize> {
    let before = usize::try_from(line.checked_sub(1)?).ok()?;
    let column = usize::try_from(column).ok().filter(|column| *column > 0)?;
    let lines = text.split_inclusive('\n').take(before);
    Some(lines.map(|line| line.chars().count()).sum::<usize>() + column)
}

/// Whether a name is that of a part of the tree without quotes.
pub(super) fn is_word(name: &ast::Ident, word: &str) -> bool {
    name.quote_style.is_none() && name.value.eq_ignore_ascii_case(word)
}
