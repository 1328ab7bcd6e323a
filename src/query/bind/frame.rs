//! What a query is made of while its expressions are bound.

use std::collections::{HashMap, HashSet};

use datafusion::logical_expr::{Expr, LogicalPlan};
use sqlparser::ast;

use super::scope::Scope;
use crate::error::{Definition, Error, ErrorKind, Result};

/// The part of a query that an expression stands in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Clause {
    #[default]
    From,
    /// A sub-query in FROM that is made from what stands before it.
    Lateral,
    On,
    Where,
    GroupBy,
    Having,
    Select,
    OrderBy,
    Window,
    Limit,
    Values,
    /// The arguments of an aggregate.
    Aggregate,
    Filter,
}

impl Clause {
    /// As messages name it.
    fn name(self) -> &'static str {
        match self {
            Self::From => "functions in FROM",
            Self::Lateral => "FROM clause of their own query level",
            Self::On => "JOIN conditions",
            Self::Where => "WHERE",
            Self::GroupBy => "GROUP BY",
            Self::Having => "HAVING",
            Self::Select => "the SELECT list",
            Self::OrderBy => "ORDER BY",
            Self::Window => "window definitions",
            Self::Limit => "LIMIT",
            Self::Values => "VALUES",
            Self::Aggregate => "aggregate function calls",
            Self::Filter => "FILTER",
        }
    }

    /// Whether it is computed from the groups of rows, if there are any.
    fn is_after_groups(self) -> bool {
        matches!(
            self,
            Self::Having | Self::Select | Self::OrderBy | Self::Window
        )
    }
}

/// A sub-query of an expression: its columns stand beside the rows of a query.
pub(super) struct Pending {
    pub(super) plan: LogicalPlan,
    /// The rows that it is asked for, as [`Frame::asked`] was.
    pub(super) asked: Vec<Expr>,
}

/// A query while it is bound.
#[derive(Default)]
pub(super) struct Frame {
    pub(super) scope: Scope,
    pub(super) clause: Clause,
    /// Sub-queries whose values are needed before rows are grouped.
    pub(super) before: Vec<Pending>,
    /// Sub-queries whose values are needed after that.
    pub(super) after: Vec<Pending>,
    /// What is true of the rows that the expression that is being bound is asked for:
    /// conditions, each looked at where those before it are true.
    pub(super) asked: Vec<Expr>,
    /// The construct that is being bound and has no sets in it: CASE, COALESCE.
    pub(super) construct: Option<&'static str>,
    /// Whether it is a part of UNION or the like.
    pub(super) is_arm: bool,
    /// Whether its FROM reads the rows of a recursion's last round.
    pub(super) reads_round: bool,
    pub(super) aggregates: Vec<(Expr, String)>,
    /// What GROUPING asks of, and the column of its answer.
    pub(super) groupings: Vec<(Vec<Expr>, String)>,
    pub(super) windows: Vec<(Expr, String)>,
    /// Sets, each level over the ones before.
    pub(super) sets: Vec<Vec<(Expr, String)>>,
    /// The windows that WINDOW names.
    pub(super) named_windows: HashMap<String, ast::WindowSpec>,
}

impl Frame {
    /// A query over this scope.
    pub(super) fn over(scope: Scope) -> Self {
        Self {
            scope,
            ..Self::default()
        }
    }

    /// A sub-query of the expression that is being bound: its columns stand beside
    /// the rows that the expression is computed from.
    pub(super) fn pend(&mut self, plan: LogicalPlan) {
        let asked = self.asked.clone();
        let sub = Pending { plan, asked };
        match self.clause.is_after_groups() {
            true => self.after.push(sub),
            false => self.before.push(sub),
        }
    }

    /// The sub-queries of the SELECT list that rows are grouped by are needed before they
    /// are.
    pub(super) fn advance_subqueries(&mut self, keys: &[Expr]) {
        let used = columns(keys);
        let is_key = |sub: &mut Pending| {
            let fields = sub.plan.schema().fields();
            fields.iter().any(|field| used.contains(field.name()))
        };
        self.before.extend(self.after.extract_if(.., is_key));
    }

    /// Takes the sets that rows are grouped by, and those that they are made of.
    pub(super) fn take_sets(&mut self, keys: &[Expr]) -> Vec<Vec<(Expr, String)>> {
        let mut used = columns(keys);
        let levels = self.sets.iter_mut().rev().map(|level| {
            let taken: Vec<_> = level
                .extract_if(.., |(_, column)| used.contains(column))
                .collect();
            used.extend(columns(taken.iter().map(|(list, _)| list)));
            taken
        });
        let mut levels: Vec<_> = levels.collect();
        levels.reverse();
        levels
    }

    /// Refuses an aggregate where there can be none (42803).
    pub(super) fn admit_aggregate(&self) -> Result<()> {
        match self.clause {
            Clause::Aggregate | Clause::Filter => Err(Error::new(
                ErrorKind::InvalidDefinition(Definition::Grouping),
                "aggregate function calls cannot be nested",
            )),
            clause if clause.is_after_groups() => Ok(()),
            clause => Err(Error::new(
                ErrorKind::InvalidDefinition(Definition::Grouping),
                format!("aggregate functions are not allowed in {}", clause.name()),
            )),
        }
    }

    /// Refuses GROUPING where it cannot be (42803).
    pub(super) fn admit_grouping(&self) -> Result<()> {
        match self.clause {
            clause if clause.is_after_groups() => Ok(()),
            clause => Err(Error::new(
                ErrorKind::InvalidDefinition(Definition::Grouping),
                format!("grouping operations are not allowed in {}", clause.name()),
            )),
        }
    }

    /// Refuses a window function where there can be none (42P20).
    pub(super) fn admit_window(&self) -> Result<()> {
        match self.clause {
            Clause::Select | Clause::OrderBy => Ok(()),
            Clause::Window => Err(Error::new(
                ErrorKind::InvalidDefinition(Definition::Windowing),
                "window function calls cannot be nested",
            )),
            clause => Err(Error::new(
                ErrorKind::InvalidDefinition(Definition::Windowing),
                match clause {
                    Clause::Aggregate => {
                        "aggregate function calls cannot contain window function calls".to_owned()
                    }
                    _ => format!("window functions are not allowed in {}", clause.name()),
                },
            )),
        }
    }

    /// Refuses a set where there can be none (0A000).
    pub(super) fn admit_set(&self) -> Result<()> {
        const WAY_OUT: &str =
            "You might be able to move the set-returning function into a LATERAL FROM item.";
        let refused = |message: String| Err(Error::new(ErrorKind::Unsupported, message));
        let error = match (self.clause, self.construct) {
            (Clause::Select | Clause::OrderBy | Clause::From, None) => return Ok(()),
            (Clause::Select | Clause::OrderBy | Clause::From, Some(construct)) => {
                format!("set-returning functions are not allowed in {construct}")
            }
            (Clause::Aggregate, _) => {
                "aggregate function calls cannot contain set-returning function calls".to_owned()
            }
            (clause @ (Clause::GroupBy | Clause::Window), _) => {
                return Err(Error::unsupported(
                    format_args!("a set-returning function in {}", clause.name()),
                    "Call it in FROM, as LATERAL if it needs columns of other tables.",
                ));
            }
            (clause, _) => {
                return refused(format!(
                    "set-returning functions are not allowed in {}",
                    clause.name()
                ));
            }
        };
        refused(error).map_err(|error: Error| error.with_hint(WAY_OUT))
    }

    /// The column of an aggregate; the same one for the same aggregate.
    pub(super) fn aggregate(&mut self, expr: Expr, fresh: impl FnOnce() -> String) -> String {
        shared(&mut self.aggregates, expr, fresh)
    }

    /// The column of a window function; the same one for the same function.
    pub(super) fn window(&mut self, expr: Expr, fresh: impl FnOnce() -> String) -> String {
        shared(&mut self.windows, expr, fresh)
    }

    /// Adds a set of elements, after the ones that its list is made of.
    pub(super) fn set(&mut self, list: Expr, column: String) {
        let used = list.column_refs();
        let is_used = |level: &Vec<(Expr, String)>| {
            level
                .iter()
                .any(|(_, own)| used.iter().any(|column| column.name == *own))
        };
        let level = self.sets.iter().rposition(is_used).map_or(0, |at| at + 1);
        if level == self.sets.len() {
            self.sets.push(Vec::new());
        }
        self.sets[level].push((list, column));
    }
}

fn shared(known: &mut Vec<(Expr, String)>, expr: Expr, fresh: impl FnOnce() -> String) -> String {
    if let Some((_, column)) = known.iter().find(|(own, _)| *own == expr) {
        return column.clone();
    }
    let column = fresh();
    known.push((expr, column.clone()));
    column
}

/// The names of the columns in expressions.
fn columns<'a>(exprs: impl IntoIterator<Item = &'a Expr>) -> HashSet<String> {
    let names = exprs.into_iter().flat_map(Expr::column_refs);
    names.map(|column| column.name.clone()).collect()
}
