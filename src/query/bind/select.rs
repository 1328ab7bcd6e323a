//! SELECT (PostgreSQL manual, 7.2 to 7.5).

use datafusion::logical_expr::expr::Sort;
use datafusion::logical_expr::{Expr, LogicalPlan};
use sqlparser::ast;

use super::binder::Binder;
use super::frame::{Clause, Frame};
use super::name::{folded, qualified};
use super::order::{by_name, by_number, not_selected};
use super::query::Answer;
use super::row::member_at;
use super::scope::{Field, no_entry};
use super::{group, output};
use crate::error::{Definition, Error, ErrorKind, Limit, Result};
use crate::query::error::translated;
use crate::query::typed::Typed;
use crate::query::{build, names};
use crate::relation::{Kind, Type};
use crate::sql::Mark;

/// An output column.
pub(super) struct Output {
    pub(super) name: String,
    pub(super) typed: Typed,
}

/// What the rows of a SELECT are ordered by, before it is computed.
struct OrderItem {
    typed: Typed,
    options: ast::OrderByOptions,
    /// The output column that it is, if it was told by name or number.
    output: Option<usize>,
}

/// How many expressions a list of SELECT can have, as in PostgreSQL.
const MAX_ITEMS: usize = 1_664;

impl Binder<'_> {
    pub(super) fn select(
        &mut self,
        select: &ast::Select,
        order: &[ast::OrderByExpr],
    ) -> Result<Answer> {
        self.select_within(Frame::default(), select, order)
    }

    /// A SELECT that another query stands beside, which tells more of its parameters.
    pub(super) fn select_arm(&mut self, select: &ast::Select) -> Result<Answer> {
        let frame = Frame {
            is_arm: true,
            ..Frame::default()
        };
        self.select_within(frame, select, &[])
    }

    fn select_within(
        &mut self,
        frame: Frame,
        select: &ast::Select,
        order: &[ast::OrderByExpr],
    ) -> Result<Answer> {
        refuse(select)?;
        self.frames.push(frame);
        let answer = self.selected(select, order);
        self.frames.pop();
        answer
    }

    fn selected(&mut self, select: &ast::Select, order: &[ast::OrderByExpr]) -> Result<Answer> {
        let plan = self.from(&select.from)?;
        let plan = match &select.selection {
            Some(condition) => self.filtered(plan, condition)?,
            None => plan,
        };
        for ast::NamedWindowDefinition(name, window) in &select.named_window {
            let spec = match window {
                ast::NamedWindowExpr::WindowSpec(spec) => spec.clone(),
                ast::NamedWindowExpr::NamedWindow(other) => ast::WindowSpec {
                    window_name: Some(other.clone()),
                    partition_by: Vec::new(),
                    order_by: Vec::new(),
                    window_frame: None,
                },
            };
            self.frame().named_windows.insert(folded(name), spec);
        }
        let mut outputs =
            self.in_clause(Clause::Select, |binder| binder.outputs(&select.projection))?;
        let groups = self.in_clause(Clause::GroupBy, |binder| {
            binder.group_by(&select.group_by, &select.projection, &outputs)
        })?;
        self.frame().advance_subqueries(&groups.keys());
        let selected = self.frame().after.len();
        let mut having = self.in_clause(Clause::Having, |binder| match &select.having {
            Some(condition) => {
                let condition = binder.expression(condition)?;
                Ok(Some(binder.boolean(condition, "HAVING")?))
            }
            None => Ok(None),
        })?;
        let mut of_having = self.frame().after.split_off(selected);
        let mut on = self.in_clause(Clause::Select, |binder| {
            binder.distinct_on(select.distinct.as_ref(), &outputs)
        })?;
        let mut order = self.in_clause(Clause::OrderBy, |binder| {
            binder.order_items(order, &outputs)
        })?;

        let mut frame = std::mem::take(self.frame());
        let mut plan = self.attach(plan, std::mem::take(&mut frame.before))?;
        if frame.reads_round && !frame.aggregates.is_empty() {
            return Err(Error::new(
                ErrorKind::InvalidDefinition(Definition::Recursion),
                "aggregate functions are not allowed in a recursive query's recursive term",
            ));
        }
        let is_grouped = group::is_grouped(&frame, &groups, having.is_some());
        if is_grouped {
            let plan_of_keys = expanded(plan, frame.take_sets(&groups.keys()))?;
            let grouped = self.grouped(plan_of_keys, &frame, groups)?;
            let scope = &frame.scope;
            for sub in of_having.iter_mut().chain(&mut frame.after) {
                grouped.admit(&sub.plan, scope)?;
                for condition in &mut sub.asked {
                    *condition = grouped.over_groups(std::mem::take(condition), scope)?;
                }
            }
            let windows = frame.windows.iter_mut().map(|(expr, _)| expr);
            let sets = frame.sets.iter_mut().flatten().map(|(expr, _)| expr);
            let exprs = outputs.iter_mut().map(|output| &mut output.typed.expr);
            let keys = order.iter_mut().map(|item| &mut item.typed.expr);
            let on = on.iter_mut().flatten().map(|typed| &mut typed.expr);
            let all = exprs.chain(&mut having).chain(windows).chain(sets);
            for expr in all.chain(keys).chain(on) {
                *expr = grouped.over_groups(std::mem::take(expr), scope)?;
            }
            plan = grouped.plan;
        }
        plan = self.attach(plan, of_having)?;
        if let Some(condition) = having {
            plan = build::filter(plan, condition).map_err(translated)?;
        }
        plan = self.attach(plan, std::mem::take(&mut frame.after))?;
        if !frame.windows.is_empty() {
            plan = build::window(plan, std::mem::take(&mut frame.windows)).map_err(translated)?;
        }
        plan = expanded(plan, std::mem::take(&mut frame.sets))?;
        self.projected(plan, outputs, on, order, select.distinct.as_ref())
    }

    fn filtered(&mut self, plan: LogicalPlan, condition: &ast::Expr) -> Result<LogicalPlan> {
        let mut conditions = self.in_clause(Clause::Where, |binder| {
            binder.conditions(condition, "WHERE")
        })?;
        let plan = only(plan, conditions.plain())?;
        let pending = std::mem::take(&mut self.frame().before);
        let plan = self.attach(plan, pending)?;
        only(plan, conditions.costly())
    }

    // ---- the list ----

    fn outputs(&mut self, items: &[ast::SelectItem]) -> Result<Vec<Output>> {
        if items.len() > MAX_ITEMS {
            return Err(Error::new(
                ErrorKind::LimitExceeded(Limit::Columns),
                format!("target lists can have at most {MAX_ITEMS} entries"),
            ));
        }
        let mut outputs = Vec::with_capacity(items.len());
        for item in items {
            match item {
                ast::SelectItem::UnnamedExpr(ast::Expr::CompoundFieldAccess {
                    root,
                    access_chain,
                }) if let Some(chain) = all_members(access_chain) => {
                    let row = self.access(root, chain)?;
                    outputs.extend(members_of(row)?);
                }
                ast::SelectItem::UnnamedExpr(expr) => outputs.push(Output {
                    name: output::name(expr),
                    typed: self.output(expr)?,
                }),
                ast::SelectItem::ExprWithAlias { expr, alias } => outputs.push(Output {
                    name: folded(alias),
                    typed: self.output(expr)?,
                }),
                ast::SelectItem::Wildcard(_) => {
                    if self.frame().scope.entries.is_empty() {
                        return Err(Error::new(
                            ErrorKind::Syntax,
                            "SELECT * with no tables specified is not valid",
                        ));
                    }
                    let fields = self.frame().scope.columns.clone();
                    outputs.extend(fields.iter().map(all_of));
                }
                ast::SelectItem::QualifiedWildcard(kind, _) => {
                    outputs.extend(self.qualified_wildcard(kind)?);
                }
                ast::SelectItem::ExprWithAliases { .. } => {
                    return Err(Error::unsupported(
                        "several names for one expression",
                        "Give it one name.",
                    ));
                }
            }
        }
        Ok(outputs)
    }

    /// An output expression; a parameter of which nothing is known, nor will be, is a text.
    fn output(&mut self, expr: &ast::Expr) -> Result<Typed> {
        let typed = self.expression(expr)?;
        let is_unknown = typed.is_unknown() && !self.frame().is_arm;
        match (&typed.expr, is_unknown) {
            (Expr::Placeholder(_), true) => self.coerce(typed, &Type::TEXT),
            _ => Ok(typed),
        }
    }

    fn qualified_wildcard(
        &mut self,
        kind: &ast::SelectItemQualifiedWildcardKind,
    ) -> Result<Vec<Output>> {
        match kind {
            ast::SelectItemQualifiedWildcardKind::ObjectName(name) => {
                let (schema, table) = qualified(name)?;
                let entry = self.frame().scope.entry(schema.as_deref(), &table);
                let entry = entry.ok_or_else(|| no_entry(&table))?;
                Ok(entry.fields.iter().map(all_of).collect())
            }
            ast::SelectItemQualifiedWildcardKind::Expr(expr) => {
                let row = self.expression(expr)?;
                members_of(row)
            }
        }
    }

    // ---- the end of it ----

    fn order_items(
        &mut self,
        order: &[ast::OrderByExpr],
        outputs: &[Output],
    ) -> Result<Vec<OrderItem>> {
        let mut items = Vec::with_capacity(order.len());
        for by in order {
            let place = match by_number(&by.expr, outputs.len(), "ORDER BY")? {
                Some(place) => Some(place),
                None => self.output_named(&by.expr, outputs)?,
            };
            let typed = match place {
                Some(place) => outputs[place].typed.clone(),
                None => self.expression(&by.expr)?,
            };
            items.push(OrderItem {
                typed,
                options: by.options,
                output: place,
            });
        }
        Ok(items)
    }

    /// The output column of this name; if it is just the column of that name there
    /// may be several.
    fn output_named(&self, expr: &ast::Expr, outputs: &[Output]) -> Result<Option<usize>> {
        let ast::Expr::Identifier(name) = expr else {
            return Ok(None);
        };
        let name = folded(name);
        let mut found = outputs
            .iter()
            .enumerate()
            .filter(|(_, output)| output.name == name);
        let Some((place, first)) = found.next() else {
            return Ok(None);
        };
        match found.all(|(_, other)| other.typed.expr == first.typed.expr) {
            true => Ok(Some(place)),
            false => by_name(
                expr,
                outputs.iter().map(|output| output.name.as_str()),
                "ORDER BY",
            ),
        }
    }

    fn distinct_on(
        &mut self,
        distinct: Option<&ast::Distinct>,
        outputs: &[Output],
    ) -> Result<Option<Vec<Typed>>> {
        let Some(ast::Distinct::On(exprs)) = distinct else {
            return Ok(None);
        };
        let mut on = Vec::with_capacity(exprs.len());
        for expr in exprs {
            let place = match by_number(expr, outputs.len(), "DISTINCT ON")? {
                Some(place) => Some(place),
                None => self.output_named(expr, outputs)?,
            };
            on.push(match place {
                Some(place) => outputs[place].typed.clone(),
                None => self.expression(expr)?,
            });
        }
        Ok(Some(on))
    }

    /// The output columns, and beside them what rows are ordered by.
    fn projected(
        &mut self,
        plan: LogicalPlan,
        outputs: Vec<Output>,
        on: Option<Vec<Typed>>,
        order: Vec<OrderItem>,
        distinct: Option<&ast::Distinct>,
    ) -> Result<Answer> {
        let is_distinct = matches!(distinct, Some(ast::Distinct::Distinct));
        let mut columns: Vec<(Expr, String)> = Vec::with_capacity(outputs.len() + order.len());
        let mut fields: Vec<Field> = Vec::with_capacity(outputs.len());
        let exprs: Vec<Expr> = outputs.iter().map(|o| o.typed.expr.clone()).collect();
        for output in outputs {
            let field = self.field(output.name, &output.typed);
            columns.push((output.typed.expr, field.column.clone()));
            fields.push(field);
        }
        let mut keys: Vec<Sort> = Vec::with_capacity(order.len());
        let place_of = |expr: &Expr| exprs.iter().position(|own| own == expr);
        for item in order {
            let place = item.output.or_else(|| place_of(&item.typed.expr));
            let typed = match place {
                Some(place) => fields[place].typed(),
                None if is_distinct => return Err(not_selected("ORDER BY")),
                None => self.hidden(&mut columns, item.typed)?,
            };
            keys.push(self.sort_key(typed, &item.options)?);
        }
        let mut first_of = Vec::new();
        for typed in on.into_iter().flatten() {
            let field = match place_of(&typed.expr) {
                Some(place) => fields[place].clone(),
                None => {
                    let typed = self.hidden(&mut columns, typed)?;
                    let Expr::Column(column) = &typed.expr else {
                        return Err(Error::internal("a hidden column is no column"));
                    };
                    Field {
                        name: String::new(),
                        column: column.name.clone(),
                        data_type: typed.data_type,
                        modifier: -1,
                        origin: None,
                    }
                }
            };
            first_of.push(field);
        }
        let mut plan = build::project(plan, columns).map_err(translated)?;
        if is_distinct {
            plan = self.first_of_each(plan, &fields, Vec::new())?;
        } else if !first_of.is_empty() {
            plan = self.first_of_each(plan, &first_of, keys.clone())?;
        }
        Ok(Answer {
            plan,
            fields,
            order: keys,
            is_sorted: false,
        })
    }

    /// A column beside the output columns.
    fn hidden(&mut self, columns: &mut Vec<(Expr, String)>, typed: Typed) -> Result<Typed> {
        let typed = match typed.is_unknown() {
            true => self.coerce(typed, &Type::TEXT)?,
            false => typed,
        };
        let column = self.column(&typed.data_type);
        columns.push((typed.expr, column.clone()));
        Ok(Typed::new(names::column(&column), typed.data_type))
    }
}

/// The rows with the elements of their sets.
fn expanded(mut plan: LogicalPlan, sets: Vec<Vec<(Expr, String)>>) -> Result<LogicalPlan> {
    for level in sets {
        if level.is_empty() {
            continue;
        }
        let lists: Vec<String> = level.iter().map(|(_, column)| column.clone()).collect();
        plan = build::extend(plan, level).map_err(translated)?;
        plan = build::unnest(plan, &lists).map_err(translated)?;
    }
    Ok(plan)
}

/// The rows that meet a condition, if there is one.
pub(super) fn only(plan: LogicalPlan, condition: Option<Expr>) -> Result<LogicalPlan> {
    match condition {
        Some(condition) => build::filter(plan, condition).map_err(translated),
        None => Ok(plan),
    }
}

/// What stands before `.*`, if that is the end of it.
fn all_members(chain: &[ast::AccessExpr]) -> Option<&[ast::AccessExpr]> {
    match chain.split_last()? {
        (ast::AccessExpr::Dot(ast::Expr::Identifier(name)), chain)
            if Mark::of(name) == Some(Mark::Members) =>
        {
            Some(chain)
        }
        _ => None,
    }
}

/// The members of a row, each for itself.
///
/// # Errors
/// 42809 for what is no row.
fn members_of(row: Typed) -> Result<Vec<Output>> {
    let Kind::Composite(fields) = row.data_type.kind().clone() else {
        return Err(Error::new(
            ErrorKind::InvalidDefinition(Definition::ObjectType),
            format!(
                "type {} is not composite",
                crate::relation::type_name(&row.data_type)
            ),
        ));
    };
    let members = fields.iter().enumerate().map(|(place, field)| Output {
        name: field.name().to_owned(),
        typed: member_at(&row, place, field.type_()),
    });
    Ok(members.collect())
}

fn all_of(field: &Field) -> Output {
    Output {
        name: field.name.clone(),
        typed: field.typed(),
    }
}

/// What other dialects have in a SELECT and PostgreSQL has not.
fn refuse(select: &ast::Select) -> Result<()> {
    if select.into.is_some() {
        return Err(Error::unsupported(
            "SELECT INTO",
            "Rekha keeps schemas, not rows: make a stream with CREATE STREAM.",
        ));
    }
    let foreign = [("LATERAL VIEW", !select.lateral_views.is_empty())];
    match foreign.iter().find(|(_, is_there)| *is_there) {
        Some((word, _)) => Err(Error::unsupported(
            word,
            "Write what PostgreSQL would take.",
        )),
        None => Ok(()),
    }
}
