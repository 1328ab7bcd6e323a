//! The rows that a sub-query is answered for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, Result, not_impl_err};
use datafusion::logical_expr::expr::Sort as SortExpr;
use datafusion::logical_expr::{
    Distinct, Expr, Join, JoinType, LogicalPlan, Operator, Projection, Sort, binary_expr, when,
};

use super::apply::filtered;
use crate::query::guard;
use crate::query::names::Names;

/// The rows that a sub-query is answered for, and which of their columns it means
/// when it mentions one of the outer query.
pub(super) struct Domain {
    /// The rows.
    pub(super) rows: Arc<LogicalPlan>,
    /// Where the columns of the outer query are in the rows.
    columns: Columns,
    /// A plan with the same tuples of these columns, to make a set of them. It
    /// stays what it was when the rows are joined with others on the way down.
    origin: (Arc<LogicalPlan>, Columns),
    /// What is true of the rows of the origin that are asked for, one looked at after
    /// the other.
    asked: Vec<Expr>,
    /// Whether the rows have these columns only, and each tuple once.
    pub(super) is_set: bool,
}

/// The columns of the outer query, by name, and where they are.
type Columns = BTreeMap<String, Column>;

impl Domain {
    /// All rows of the outer query.
    pub(super) fn new(outer: LogicalPlan) -> Self {
        let columns = outer.schema().columns().into_iter();
        let columns: Columns = columns
            .map(|column| (column.name.clone(), column))
            .collect();
        let rows = Arc::new(outer);
        Self {
            origin: (rows.clone(), columns.clone()),
            rows,
            columns,
            asked: Vec::new(),
            is_set: false,
        }
    }

    /// The same rows, of which a set has only those that these are true of.
    pub(super) fn asked(self, asked: Vec<Expr>) -> Self {
        Self { asked, ..self }
    }

    /// The same tuples in rows that also have other columns.
    pub(super) fn within(&self, rows: LogicalPlan) -> Self {
        Self {
            rows: Arc::new(rows),
            columns: self.columns.clone(),
            origin: self.origin.clone(),
            asked: self.asked.clone(),
            is_set: false,
        }
    }

    /// The set of the tuples that a plan mentions, as columns of their own.
    ///
    /// # Errors
    /// When the outer query is not the same each time it is evaluated: then the
    /// tuples are not those that it answers with.
    pub(super) fn set(&self, names: &Names, sub: &LogicalPlan) -> Result<Self> {
        let mentioned = self.mentioned_by(sub)?;
        self.set_of(names, |column| mentioned.contains(column))
    }

    /// The set of all tuples, as columns of their own.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub(super) fn copy(&self, names: &Names) -> Result<Self> {
        self.set_of(names, |_| true)
    }

    fn set_of(&self, names: &Names, is_needed: impl Fn(&str) -> bool) -> Result<Self> {
        let (origin, mut columns) = self.origin.clone();
        let asked = self.asked.iter().flat_map(Expr::column_refs);
        let asked: BTreeSet<&str> = asked.map(|column| column.name.as_str()).collect();
        columns.retain(|column, _| is_needed(column) || asked.contains(column.as_str()));
        let (mut origin, mut here) = descended(origin, columns);
        if !self.asked.is_empty() {
            let asked = self.asked.iter().map(|condition| within(condition, &here));
            let asked = guard::in_turn(asked.collect::<Result<_>>()?);
            origin = Arc::new(filtered(Arc::unwrap_or_clone(origin), vec![asked])?);
            here.retain(|column, _| is_needed(column));
        }
        if origin.exists(|node| Ok(is_volatile(node)))? {
            return not_impl_err!("a sub-query over rows that change with each evaluation");
        }
        let mut columns = Columns::new();
        let mut tuple = Vec::new();
        for (outer, column) in here {
            let name = names.fresh();
            tuple.push(Expr::Column(column).alias(&name));
            columns.insert(outer, Column::new_unqualified(name));
        }
        let tuples = LogicalPlan::Projection(Projection::try_new(tuple, origin)?);
        let rows = Arc::new(LogicalPlan::Distinct(Distinct::All(Arc::new(tuples))));
        Ok(Self {
            origin: (rows.clone(), columns.clone()),
            rows,
            columns,
            asked: Vec::new(),
            is_set: true,
        })
    }

    /// That the tuple of a row here is the one of a row of a set made of these rows.
    pub(super) fn same(&self, set: &Self) -> Vec<Expr> {
        let pairs = set.columns.iter();
        pairs
            .map(|(outer, there)| same(self.columns[outer].clone(), there.clone()))
            .collect()
    }

    /// That the tuple of a row is the one that the sub-query is answered for, as a
    /// condition within the sub-query. The row has it first.
    pub(super) fn same_outside(&self, row: &DFSchema) -> Vec<Expr> {
        let there = row.columns().into_iter().zip(row.fields());
        let pairs = self.columns.keys().zip(there);
        let pairs = pairs.map(|(outer, (there, field))| {
            let outer = Column::new_unqualified(outer);
            let outer = Expr::OuterReferenceColumn(field.clone(), outer);
            binary_expr(outer, Operator::IsNotDistinctFrom, Expr::Column(there))
        });
        pairs.collect()
    }

    /// The tuple of whichever of two copies is there, as the one here.
    pub(super) fn either(&self, one: &Self, other: &Self) -> Result<Vec<Expr>> {
        let columns = self.columns.iter().map(|(outer, column)| {
            let one = Expr::Column(one.columns[outer].clone());
            let other = Expr::Column(other.columns[outer].clone());
            let either = when(one.clone().is_null(), other).otherwise(one)?;
            Ok(either.alias(&column.name))
        });
        columns.collect()
    }

    /// The columns of the rows, as expressions over them.
    pub(super) fn own(&self) -> Vec<Expr> {
        columns(&self.rows)
    }

    /// The columns of the rows, then these expressions, in which columns of the
    /// outer query are found here.
    pub(super) fn beside(&self, exprs: &[Expr]) -> Result<Vec<Expr>> {
        let mut all = self.own();
        for expr in exprs {
            all.push(self.named(expr)?);
        }
        Ok(all)
    }

    /// An expression in which columns of the outer query are found here, under the
    /// name that it had.
    pub(super) fn named(&self, expr: &Expr) -> Result<Expr> {
        let name = expr.schema_name().to_string();
        let found = self.found(expr)?;
        Ok(if found.schema_name().to_string() == name {
            found
        } else {
            found.alias(name)
        })
    }

    /// An expression in which columns of the outer query are found here.
    pub(super) fn found(&self, expr: &Expr) -> Result<Expr> {
        let found = expr.clone().transform(|expr| {
            let here = match &expr {
                Expr::OuterReferenceColumn(_, column) => self.columns.get(&column.name),
                _ => None,
            };
            Ok(match here {
                Some(column) => Transformed::yes(Expr::Column(column.clone())),
                None => Transformed::no(expr),
            })
        });
        Ok(found?.data)
    }

    /// The same of several.
    pub(super) fn found_all(&self, exprs: &[Expr]) -> Result<Vec<Expr>> {
        exprs.iter().map(|expr| self.found(expr)).collect()
    }

    /// The same of an order.
    pub(super) fn order(&self, order: &[SortExpr]) -> Result<Vec<SortExpr>> {
        let found = order
            .iter()
            .map(|key| Ok(key.with_expr(self.found(&key.expr)?)));
        found.collect()
    }

    /// Whether an expression mentions a column of the outer query.
    pub(super) fn is_mentioned_in(&self, expr: &Expr) -> Result<bool> {
        expr.exists(|expr| {
            Ok(match expr {
                Expr::OuterReferenceColumn(_, column) => self.columns.contains_key(&column.name),
                _ => false,
            })
        })
    }

    /// Whether a plan mentions a column of the outer query.
    pub(super) fn is_mentioned_by(&self, plan: &LogicalPlan) -> Result<bool> {
        Ok(!self.mentioned_by(plan)?.is_empty())
    }

    fn mentioned_by(&self, plan: &LogicalPlan) -> Result<BTreeSet<String>> {
        let mut mentioned = BTreeSet::new();
        plan.apply(|node| {
            node.apply_expressions(|expr| {
                expr.apply(|expr| {
                    if let Expr::OuterReferenceColumn(_, column) = expr
                        && self.columns.contains_key(&column.name)
                    {
                        mentioned.insert(column.name.clone());
                    }
                    Ok(TreeNodeRecursion::Continue)
                })
            })
        })?;
        Ok(mentioned)
    }
}

/// A condition over the rows of the outer query, where its columns are here.
fn within(condition: &Expr, here: &Columns) -> Result<Expr> {
    let within = condition.clone().transform(|expr| {
        let found = match &expr {
            Expr::Column(column) => here.get(&column.name),
            _ => None,
        };
        Ok(match found {
            Some(column) => Transformed::yes(Expr::Column(column.clone())),
            None => Transformed::no(expr),
        })
    });
    within.data()
}

/// The columns of a plan, as expressions over it.
pub(super) fn columns(plan: &LogicalPlan) -> Vec<Expr> {
    let columns = plan.schema().columns().into_iter();
    columns.map(Expr::Column).collect()
}

/// That two columns are equal or both NULL.
fn same(left: Column, right: Column) -> Expr {
    let (left, right) = (Expr::Column(left), Expr::Column(right));
    binary_expr(left, Operator::IsNotDistinctFrom, right)
}

/// The plan beneath that has the same set of tuples in these columns. A sub-query
/// after another one is so not answered for what the first one answers.
fn descended(plan: Arc<LogicalPlan>, columns: Columns) -> (Arc<LogicalPlan>, Columns) {
    let has_all = |plan: &LogicalPlan| {
        let mut columns = columns.values();
        columns.all(|column| plan.schema().has_column(column))
    };
    match plan.as_ref() {
        LogicalPlan::Projection(projection) => match moved(&columns, projection) {
            Some(columns) => descended(projection.input.clone(), columns),
            None => (plan, columns),
        },
        LogicalPlan::Sort(Sort {
            input, fetch: None, ..
        })
        | LogicalPlan::Distinct(Distinct::All(input)) => descended(input.clone(), columns),
        LogicalPlan::Window(window) if has_all(&window.input) => {
            descended(window.input.clone(), columns)
        }
        LogicalPlan::Join(Join {
            left: kept,
            join_type: JoinType::Left,
            ..
        })
        | LogicalPlan::Join(Join {
            right: kept,
            join_type: JoinType::Right,
            ..
        }) if has_all(kept) => descended(kept.clone(), columns),
        _ => (plan, columns),
    }
}

/// Where columns are beneath a projection, if it leaves all of them as they are.
fn moved(columns: &Columns, projection: &Projection) -> Option<Columns> {
    let beneath = |column: &Column| {
        let index = projection.schema.maybe_index_of_column(column)?;
        match projection.expr[index].clone().unalias() {
            Expr::Column(column) => Some(column),
            _ => None,
        }
    };
    let moved = columns
        .iter()
        .map(|(outer, column)| Some((outer.clone(), beneath(column)?)));
    moved.collect()
}

/// Whether a node of a plan computes something that is another each time.
pub(in crate::query) fn is_volatile(node: &LogicalPlan) -> bool {
    let mut volatile = false;
    let visited = node.apply_expressions(|expr| {
        volatile |= expr.is_volatile();
        Ok(TreeNodeRecursion::Continue)
    });
    visited.is_err() || volatile
}
