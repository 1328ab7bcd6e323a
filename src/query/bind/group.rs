//! GROUP BY and aggregates (PostgreSQL manual, 7.2.3 and 7.2.4).

use datafusion::common::ScalarValue;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlan, lit};
use sqlparser::ast;

use super::binder::Binder;
use super::frame::Frame;
use super::order::{admit_order, by_number};
use super::scope::{Field, Scope};
use super::select::Output;
use crate::error::{Definition, Error, ErrorKind, Limit, Result};
use crate::query::error::{carried, translated};
use crate::query::typed::Typed;
use crate::query::{build, function, names, types};
use crate::relation::Type;
use crate::sql::Mark;

/// The most grouping sets that ROLLUP and CUBE may make.
const MAX_SETS: usize = 4096;

/// The most bits that GROUPING has.
const MAX_GROUPING: usize = 31;

/// What rows are grouped by: nothing without GROUP BY, one set of expressions in
/// most queries, more with GROUPING SETS, ROLLUP and CUBE.
pub(super) struct Groups {
    sets: Vec<Vec<Typed>>,
    is_there: bool,
}

impl Groups {
    /// What rows are grouped by.
    pub(super) fn keys(&self) -> Vec<Expr> {
        let keys = self.sets.iter().flatten();
        keys.map(|typed| typed.expr.clone()).collect()
    }
}

/// A plan of groups, and what is left of the expressions over its rows.
pub(super) struct Grouped {
    pub(super) plan: LogicalPlan,
    /// The expressions that rows were grouped by, and their columns.
    keys: Vec<(Expr, String)>,
}

/// Whether a query is one of groups.
pub(super) fn is_grouped(frame: &Frame, groups: &Groups, has_having: bool) -> bool {
    groups.is_there || has_having || !frame.aggregates.is_empty() || !frame.groupings.is_empty()
}

impl Binder<'_> {
    /// `GROUPING (…)`: a bit for each that the row is not grouped by
    /// (PostgreSQL manual, 9.21).
    pub(super) fn grouping(&mut self, members: Vec<Typed>) -> Result<Typed> {
        self.frame().admit_grouping()?;
        if members.len() > MAX_GROUPING {
            return Err(Error::new(
                ErrorKind::LimitExceeded(Limit::Arguments),
                "GROUPING must have fewer than 32 arguments",
            ));
        }
        let column = self.column(&Type::INT4);
        let members = members.into_iter().map(|member| member.expr).collect();
        self.frame().groupings.push((members, column.clone()));
        Ok(Typed::new(names::column(&column), Type::INT4))
    }

    pub(super) fn group_by(
        &mut self,
        by: &ast::GroupByExpr,
        items: &[ast::SelectItem],
        outputs: &[Output],
    ) -> Result<Groups> {
        let ast::GroupByExpr::Expressions(exprs, modifiers) = by else {
            return Err(Error::new(
                ErrorKind::Syntax,
                "syntax error at or near \"ALL\"",
            ));
        };
        if let Some(modifier) = modifiers.first() {
            return Err(Error::unsupported(
                format_args!("GROUP BY … {modifier}"),
                "Use ROLLUP (…), CUBE (…) or GROUPING SETS (…).",
            ));
        }
        let (is_distinct, exprs) = match exprs.split_first() {
            Some((ast::Expr::Identifier(name), rest))
                if Mark::of(name) == Some(Mark::DistinctSets) =>
            {
                (true, rest)
            }
            _ => (false, exprs.as_slice()),
        };
        let mut sets: Vec<Vec<Typed>> = vec![Vec::new()];
        for expr in exprs {
            let choices = self.choices(expr, items, outputs)?;
            if sets.len().saturating_mul(choices.len()) > MAX_SETS {
                return Err(Error::new(
                    ErrorKind::LimitExceeded(Limit::Program),
                    format!("too many grouping sets present (maximum {MAX_SETS})"),
                ));
            }
            let crossed = sets.iter().flat_map(|set| {
                choices.iter().map(move |choice| {
                    let both = set.iter().chain(choice).cloned();
                    both.collect::<Vec<_>>()
                })
            });
            sets = crossed.collect();
        }
        if is_distinct {
            let mut known: Vec<Vec<Typed>> = Vec::with_capacity(sets.len());
            for set in sets {
                if known.iter().all(|other| !is_same_set(other, &set)) {
                    known.push(set);
                }
            }
            sets = known;
        }
        Ok(Groups {
            sets,
            is_there: !exprs.is_empty(),
        })
    }

    /// What one item of GROUP BY can be grouped by.
    fn choices(
        &mut self,
        expr: &ast::Expr,
        items: &[ast::SelectItem],
        outputs: &[Output],
    ) -> Result<Vec<Vec<Typed>>> {
        let lists = match expr {
            ast::Expr::GroupingSets(lists) => {
                let lists = lists
                    .iter()
                    .map(|list| self.group_list(list, items, outputs));
                return lists.collect();
            }
            ast::Expr::Rollup(lists) | ast::Expr::Cube(lists) => {
                let lists = lists
                    .iter()
                    .map(|list| self.group_list(list, items, outputs));
                lists.collect::<Result<Vec<_>>>()?
            }
            ast::Expr::Tuple(members) => {
                return Ok(vec![self.group_list(members, items, outputs)?]);
            }
            other => return Ok(vec![vec![self.group_item(other, items, outputs)?]]),
        };
        if let ast::Expr::Rollup(_) = expr {
            let prefixes = (0..=lists.len()).rev().map(|count| lists[..count].concat());
            return Ok(prefixes.collect());
        }
        if lists.len() >= MAX_SETS.ilog2() as usize {
            return Err(Error::new(
                ErrorKind::LimitExceeded(Limit::Program),
                "CUBE is limited to 12 elements",
            ));
        }
        let subsets = (0..1_usize << lists.len()).rev().map(|chosen| {
            let members = lists.iter().enumerate().rev();
            let members = members.filter(|(bit, _)| chosen >> bit & 1 == 1);
            members.rev().flat_map(|(_, list)| list.clone()).collect()
        });
        Ok(subsets.collect())
    }

    fn group_list(
        &mut self,
        list: &[ast::Expr],
        items: &[ast::SelectItem],
        outputs: &[Output],
    ) -> Result<Vec<Typed>> {
        list.iter()
            .map(|expr| self.group_item(expr, items, outputs))
            .collect()
    }

    /// A column of the tables, an output column by number or name, or an expression.
    fn group_item(
        &mut self,
        expr: &ast::Expr,
        items: &[ast::SelectItem],
        outputs: &[Output],
    ) -> Result<Typed> {
        let typed = match by_number(expr, outputs.len(), "GROUP BY")? {
            Some(place) => outputs[place].typed.clone(),
            None => match self.output_of_name(expr, items, outputs)? {
                Some(typed) => typed,
                None => self.expression(expr)?,
            },
        };
        admit_order(&typed.data_type)?;
        match typed.is_unknown() {
            true => self.coerce(typed, &Type::TEXT),
            false => Ok(typed),
        }
    }

    /// An output column of this name, if no table has such a column.
    fn output_of_name(
        &mut self,
        expr: &ast::Expr,
        items: &[ast::SelectItem],
        outputs: &[Output],
    ) -> Result<Option<Typed>> {
        let ast::Expr::Identifier(name) = expr else {
            return Ok(None);
        };
        let name = super::name::folded(name);
        if items.is_empty() || self.frame().scope.column(&name)?.is_some() {
            return Ok(None);
        }
        let found = outputs.iter().find(|output| output.name == name);
        Ok(found.map(|output| output.typed.clone()))
    }

    /// Groups the rows of a plan.
    pub(super) fn grouped(
        &mut self,
        plan: LogicalPlan,
        frame: &Frame,
        groups: Groups,
    ) -> Result<Grouped> {
        let mut keys: Vec<(Expr, String)> = Vec::new();
        let mut computed = Vec::new();
        let mut compared = Vec::new();
        let mut grouping: Vec<Expr> = Vec::new();
        let mut aggregates: Vec<Expr> = Vec::new();
        for typed in groups.sets.iter().flatten() {
            if keys.iter().any(|(expr, _)| *expr == typed.expr) {
                continue;
            }
            let column = match &typed.expr {
                Expr::Column(column) => column.name.clone(),
                expr => {
                    let column = self.column(&typed.data_type);
                    computed.push((expr.clone(), column.clone()));
                    column
                }
            };
            let value = names::column(&column);
            let key = types::key(value.clone(), &typed.data_type);
            grouping.push(match key == value {
                true => value,
                // Rows with equal keys are one group, and the first of them shows.
                false => {
                    let compare = self.names.fresh();
                    compared.push((key, compare.clone()));
                    let first = Typed::new(value, typed.data_type.clone());
                    let first = function::first(first, &self.catalog);
                    aggregates.push(first.expr.alias(column.as_str()));
                    names::column(&compare)
                }
            });
            keys.push((typed.expr.clone(), column));
        }
        for field in dependents(&frame.scope, &keys) {
            let first = function::first(field.typed(), &self.catalog);
            aggregates.push(first.expr.alias(field.column.as_str()));
        }
        let own = frame.aggregates.iter();
        aggregates.extend(own.map(|(expr, column)| expr.clone().alias(column.as_str())));
        let plan = build::extend(plan, computed).map_err(translated)?;
        let plan = build::extend(plan, compared).map_err(translated)?;
        let plan = match groups.sets.as_slice() {
            [_] => {
                // Without anything to compute there is still one group: it needs a column.
                if grouping.is_empty() && aggregates.is_empty() {
                    let column = self.names.fresh();
                    aggregates.push(build::count(None).alias(column));
                }
                let here = vec![true; keys.len()];
                let bits = bits(&frame.groupings, &keys, &here)?;
                let plan = build::aggregate(plan, grouping, aggregates).map_err(translated)?;
                build::extend(plan, bits).map_err(translated)?
            }
            sets => {
                let has = |set: &[Typed], (expr, _): &(Expr, String)| {
                    set.iter().any(|typed| typed.expr == *expr)
                };
                let sets = sets.iter().map(|set| {
                    let here = keys.iter().map(|key| has(set, key)).collect::<Vec<_>>();
                    let bits = bits(&frame.groupings, &keys, &here)?;
                    one_set(&plan, (&keys, &grouping, &here), &aggregates, bits)
                });
                build::union(sets.collect::<Result<_>>()?).map_err(translated)?
            }
        };
        Ok(Grouped { plan, keys })
    }
}

fn is_same_set(one: &[Typed], other: &[Typed]) -> bool {
    let within = |one: &[Typed], other: &[Typed]| {
        one.iter()
            .all(|typed| other.iter().any(|known| known.expr == typed.expr))
    };
    within(one, other) && within(other, one)
}

/// The groups of one of several grouping sets: the keys that are not in it are
/// NULL.
fn one_set(
    plan: &LogicalPlan,
    (keys, grouping, here): (&[(Expr, String)], &[Expr], &[bool]),
    aggregates: &[Expr],
    bits: Vec<(Expr, String)>,
) -> Result<LogicalPlan> {
    let by = grouping.iter().zip(here).filter(|(_, here)| **here);
    let by: Vec<Expr> = by.map(|(key, _)| key.clone()).collect();
    let mut computed = aggregates.to_vec();
    if by.is_empty() && computed.is_empty() {
        computed.push(build::count(None).alias("rows"));
    }
    let groups = build::aggregate(plan.clone(), by, computed).map_err(translated)?;
    let of_keys = keys.iter().zip(here).map(|((_, column), here)| match here {
        true => Ok((names::column(column), column.clone())),
        false => {
            let field = plan.schema().field_with_unqualified_name(column)?;
            let null = ScalarValue::try_from(field.data_type())?;
            Ok((Expr::Literal(null, None), column.clone()))
        }
    });
    let of_keys = of_keys
        .collect::<datafusion::common::Result<Vec<_>>>()
        .map_err(translated)?;
    let is_key = |name: &String| keys.iter().any(|(_, column)| column == name);
    let names = aggregates.iter().map(|expr| expr.schema_name().to_string());
    let values = names.filter(|name| !is_key(name));
    let values = values.map(|name| (names::column(&name), name));
    let columns = of_keys.into_iter().chain(values).chain(bits);
    build::project(groups, columns).map_err(translated)
}

/// What each GROUPING answers for the groups of these keys.
///
/// # Errors
/// 42803 for what is no key.
fn bits(
    groupings: &[(Vec<Expr>, String)],
    keys: &[(Expr, String)],
    here: &[bool],
) -> Result<Vec<(Expr, String)>> {
    let is_here = |member: &Expr| {
        let place = keys.iter().position(|(key, _)| key == member);
        place.map(|place| here[place]).ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidDefinition(Definition::Grouping),
                "arguments to GROUPING must be grouping expressions of the associated query level",
            )
        })
    };
    let answers = groupings.iter().map(|(members, column)| {
        let bits = members.iter().try_fold(0_i32, |bits, member| {
            Ok::<_, Error>(bits << 1 | i32::from(!is_here(member)?))
        })?;
        Ok((lit(bits), column.clone()))
    });
    answers.collect()
}

/// What depends on the columns that rows are grouped by: all columns of a table
/// whose key they are.
fn dependents<'a>(scope: &'a Scope, keys: &'a [(Expr, String)]) -> impl Iterator<Item = &'a Field> {
    let is_key = |column: &str| keys.iter().any(|(_, own)| own == column);
    let keyed = scope.entries.iter().filter(move |entry| {
        let mut key = entry.key.iter().map(|place| &entry.fields[*place]);
        !entry.key.is_empty() && key.all(|field| is_key(&field.column))
    });
    let fields = keyed.flat_map(|entry| &entry.fields);
    fields.filter(move |field| !is_key(&field.column))
}

impl Grouped {
    /// An expression over rows as one over groups.
    ///
    /// # Errors
    /// 42803 for a column that has no one value in a group.
    pub(super) fn over_groups(&self, expr: Expr, scope: &Scope) -> Result<Expr> {
        let replaced = expr.transform_down(|expr| {
            if let Some((_, column)) = self.keys.iter().find(|(key, _)| *key == expr) {
                let key = names::column(column);
                return Ok(Transformed::new(key, true, TreeNodeRecursion::Jump));
            }
            match &expr {
                Expr::Column(column) if self.is_lost(&column.name, scope) => {
                    Err(carried(ungrouped(
                        scope,
                        &column.name,
                        "must appear in the GROUP BY clause or be used in an aggregate function",
                    )))
                }
                _ => Ok(Transformed::no(expr)),
            }
        });
        Ok(replaced.map_err(translated)?.data)
    }

    /// Whether a column of the rows is none of the groups.
    fn is_lost(&self, column: &str, scope: &Scope) -> bool {
        let is_of_rows = scope.all().any(|field| field.column == column);
        is_of_rows && !self.plan.schema().has_column_with_unqualified_name(column)
    }

    /// Refuses a sub-query over columns that have no one value in a group (42803).
    pub(super) fn admit(&self, sub: &LogicalPlan, scope: &Scope) -> Result<()> {
        for expr in sub.all_out_ref_exprs() {
            if let Expr::OuterReferenceColumn(_, column) = &expr
                && self.is_lost(&column.name, scope)
            {
                let field = scope.all().find(|field| field.column == column.name);
                let name = field.map_or("", |field| field.name.as_str());
                return Err(Error::new(
                    ErrorKind::InvalidDefinition(Definition::Grouping),
                    format!("subquery uses ungrouped column \"{name}\" from outer query"),
                ));
            }
        }
        Ok(())
    }
}

fn ungrouped(scope: &Scope, column: &str, what: &str) -> Error {
    let entry = scope.entries.iter().find_map(|entry| {
        let field = entry.fields.iter().find(|field| field.column == column)?;
        Some(match &entry.name {
            Some(table) => format!("{table}.{}", field.name),
            None => field.name.clone(),
        })
    });
    Error::new(
        ErrorKind::InvalidDefinition(Definition::Grouping),
        format!("column \"{}\" {what}", entry.unwrap_or_default()),
    )
}
