//! Window functions (PostgreSQL manual, 4.2.8).

use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::Expr;
use sqlparser::ast;

use super::binder::Binder;
use super::frame::Clause;
use super::name::folded;
use super::order::admit_order;
use crate::error::{Definition, Error, ErrorKind, Object, Result};
use crate::query::error::translated;
use crate::query::function::{self, Distance, Edge, Exclusion, Frame, Units, Window, operator};
use crate::query::guard;
use crate::query::names;
use crate::query::typed::Typed;
use crate::query::types::{self, Coercion};
use crate::relation::{Type, type_name};
use crate::sql::Mark;

/// What rows are ordered by, and whether downwards.
type Ordered = (Typed, bool);

impl Binder<'_> {
    pub(super) fn window_call(
        &mut self,
        name: &str,
        arguments: Vec<Typed>,
        filter: Option<&ast::Expr>,
        over: &ast::WindowType,
    ) -> Result<Typed> {
        let (spec, exclusion) = match over {
            ast::WindowType::WindowSpec(spec) => self.inherited(spec)?,
            ast::WindowType::NamedWindow(name) => excluding(self.named_window(name)?),
        };
        let typed = self.in_clause(Clause::Window, |binder| {
            let filter = match filter {
                Some(condition) => {
                    let condition = binder.expression(condition)?;
                    Some(binder.boolean(condition, "FILTER")?)
                }
                None => None,
            };
            let arguments = arguments.into_iter().map(|argument| match &filter {
                Some(condition) => Typed {
                    expr: guard::only_where(condition, argument.expr),
                    ..argument
                },
                None => argument,
            });
            let arguments = arguments.collect();
            let mut partition_by = Vec::with_capacity(spec.partition_by.len());
            for by in &spec.partition_by {
                let typed = binder.expression(by)?;
                admit_order(&typed.data_type)?;
                partition_by.push(types::key(typed.expr, &typed.data_type));
            }
            let mut ordered: Vec<Ordered> = Vec::with_capacity(spec.order_by.len());
            let mut order_by = Vec::with_capacity(spec.order_by.len());
            for by in &spec.order_by {
                let typed = binder.expression(&by.expr)?;
                order_by.push(binder.sort_key(typed.clone(), &by.options)?);
                ordered.push((typed, !by.options.asc.unwrap_or(true)));
            }
            let frame = match &spec.window_frame {
                Some(frame) => binder.window_frame(frame, &ordered)?,
                None => Frame::default(),
            };
            let window = Window {
                partition_by,
                order_by,
                frame: Frame { exclusion, ..frame },
            };
            function::window(name, arguments, window, filter, &binder.catalog)
        })?;
        // The engine's functions have types of their own: a cast may stand around one.
        let modifier = typed.modifier;
        let over = typed.expr.transform_down(|expr| match expr {
            Expr::WindowFunction(_) => {
                let fresh = self.names.fresh();
                let column = self.frame().window(expr, || fresh);
                Ok(Transformed::new(
                    names::column(&column),
                    true,
                    TreeNodeRecursion::Jump,
                ))
            }
            other => Ok(Transformed::no(other)),
        });
        let over = over.map_err(translated)?.data;
        Ok(Typed::new(over, typed.data_type).with_modifier(modifier))
    }

    fn named_window(&mut self, name: &ast::Ident) -> Result<ast::WindowSpec> {
        let name = folded(name);
        let known = self.frame().named_windows.get(&name).cloned();
        known.ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound(Object::Other),
                format!("window \"{name}\" does not exist"),
            )
        })
    }

    /// A window that goes on from a named one, and what its frames leave out.
    fn inherited(&mut self, spec: &ast::WindowSpec) -> Result<(ast::WindowSpec, Exclusion)> {
        let (spec, exclusion) = excluding(spec.clone());
        let Some(name) = &spec.window_name else {
            return Ok((spec, exclusion));
        };
        let mut base = self.named_window(name)?;
        if !spec.partition_by.is_empty() {
            return Err(wrong(format!(
                "cannot override PARTITION BY clause of window \"{name}\""
            )));
        }
        if !spec.order_by.is_empty() && !base.order_by.is_empty() {
            return Err(wrong(format!(
                "cannot override ORDER BY clause of window \"{name}\""
            )));
        }
        if base.window_frame.is_some() {
            let error = wrong(format!(
                "cannot copy window \"{name}\" because it has a frame clause"
            ));
            return Err(
                match spec.order_by.is_empty() && spec.window_frame.is_none() {
                    true => error.with_hint("Omit the parentheses in this OVER clause."),
                    false => error,
                },
            );
        }
        if !spec.order_by.is_empty() {
            base.order_by = spec.order_by;
        }
        base.window_frame = spec.window_frame;
        Ok((base, exclusion))
    }

    fn window_frame(&mut self, frame: &ast::WindowFrame, ordered: &[Ordered]) -> Result<Frame> {
        use ast::WindowFrameBound as B;
        let units = match frame.units {
            ast::WindowFrameUnits::Rows => Units::Rows,
            ast::WindowFrameUnits::Range => Units::Range,
            ast::WindowFrameUnits::Groups => Units::Groups,
        };
        match (&frame.start_bound, &frame.end_bound) {
            (B::Following(None), _) => {
                return Err(wrong("frame start cannot be UNBOUNDED FOLLOWING"));
            }
            (_, Some(B::Preceding(None))) => {
                return Err(wrong("frame end cannot be UNBOUNDED PRECEDING"));
            }
            (B::Following(Some(_)), None) => {
                return Err(wrong(
                    "frame starting from following row cannot end with current row",
                ));
            }
            (B::CurrentRow, Some(B::Preceding(_))) => {
                return Err(wrong(
                    "frame starting from current row cannot have preceding rows",
                ));
            }
            (B::Following(_), Some(B::Preceding(_) | B::CurrentRow)) => {
                return Err(wrong(
                    "frame starting from following row cannot have preceding rows",
                ));
            }
            _ => {}
        }
        if units == Units::Groups && ordered.is_empty() {
            return Err(wrong("GROUPS mode requires an ORDER BY clause"));
        }
        let end = frame.end_bound.as_ref().unwrap_or(&B::CurrentRow);
        Ok(Frame {
            units,
            start: self.edge(units, &frame.start_bound, ordered, false)?,
            end: self.edge(units, end, ordered, true)?,
            exclusion: Exclusion::NoOthers,
        })
    }

    fn edge(
        &mut self,
        units: Units,
        bound: &ast::WindowFrameBound,
        ordered: &[Ordered],
        is_end: bool,
    ) -> Result<(Edge, Option<Distance>)> {
        let (edge, distance) = match bound {
            ast::WindowFrameBound::CurrentRow => return Ok((Edge::CurrentRow, None)),
            ast::WindowFrameBound::Preceding(None) | ast::WindowFrameBound::Following(None) => {
                return Ok((Edge::Unbounded, None));
            }
            ast::WindowFrameBound::Preceding(Some(distance)) => (Edge::Preceding, distance),
            ast::WindowFrameBound::Following(Some(distance)) => (Edge::Following, distance),
        };
        // sqlparser takes a text for an interval.
        let distance = match distance.as_ref() {
            ast::Expr::Interval(interval) if interval.leading_field.is_none() => &interval.value,
            _ => distance,
        };
        let typed = self.expression(distance)?;
        if !typed.expr.column_refs().is_empty() {
            let word = match units {
                Units::Rows => "ROWS",
                Units::Range => "RANGE",
                Units::Groups => "GROUPS",
            };
            return Err(Error::new(
                ErrorKind::InvalidDefinition(Definition::ColumnReference),
                format!("argument of {word} must not contain variables"),
            ));
        }
        let distance = match (units, ordered) {
            (Units::Range, [ordered]) => self
                .range(typed, ordered, edge, is_end)
                .map_err(|error| self.at(error, distance.as_ref()))?,
            (Units::Range, _) => {
                return Err(wrong(
                    "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column",
                ));
            }
            _ => {
                let count = self.assigned(typed, &Type::INT8)?;
                let is_known = matches!(
                    &count.expr,
                    Expr::Literal(datafusion::common::ScalarValue::Int64(Some(0..)), _)
                );
                let count = match is_known {
                    true => count,
                    false => function::distance(count, is_end, units, &self.catalog)?,
                };
                Distance::Count(count.expr)
            }
        };
        Ok((edge, Some(distance)))
    }

    /// A distance between values (`in_range` in PostgreSQL): what can have one is
    /// compared in a type in which nothing overflows.
    fn range(
        &self,
        distance: Typed,
        (of, is_descending): &Ordered,
        edge: Edge,
        is_end: bool,
    ) -> Result<Distance> {
        let (by, compared): (&[Type], Type) = match of.data_type {
            Type::INT2 | Type::INT4 | Type::INT8 => {
                (&[Type::INT8, Type::INT4, Type::INT2], Type::NUMERIC)
            }
            Type::NUMERIC => (
                &[Type::NUMERIC, Type::INT8, Type::INT4, Type::INT2],
                Type::NUMERIC,
            ),
            Type::FLOAT4 | Type::FLOAT8 => (
                &[
                    Type::FLOAT8,
                    Type::FLOAT4,
                    Type::NUMERIC,
                    Type::INT8,
                    Type::INT4,
                    Type::INT2,
                ],
                Type::FLOAT8,
            ),
            Type::DATE | Type::TIMESTAMP => (&[Type::INTERVAL], Type::TIMESTAMP),
            Type::TIMESTAMPTZ => (&[Type::INTERVAL], Type::TIMESTAMPTZ),
            Type::TIME | Type::INTERVAL => (&[Type::INTERVAL], Type::INTERVAL),
            _ => {
                return Err(Error::new(
                    ErrorKind::Unsupported,
                    format!(
                        "RANGE with offset PRECEDING/FOLLOWING is not supported for column type {}",
                        type_name(&of.data_type)
                    ),
                ));
            }
        };
        let distance = match distance.is_unknown() {
            // It is one of the values, or of what is between them.
            true => {
                let own = by.iter().find(|by| **by == of.data_type);
                self.coerce(distance, own.unwrap_or(&by[0]))?
            }
            false => distance,
        };
        if !by.contains(&distance.data_type) {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!(
                    "RANGE with offset PRECEDING/FOLLOWING is not supported for column type {} and offset type {}",
                    type_name(&of.data_type),
                    type_name(&distance.data_type)
                ),
            )
            .with_hint("Cast the offset value to an appropriate type."));
        }
        let between = match compared {
            Type::TIMESTAMP | Type::TIMESTAMPTZ => Type::INTERVAL,
            ref of => of.clone(),
        };
        let distance = self.coerce(distance, &between)?;
        let distance = function::distance(distance, is_end, Units::Range, &self.catalog)?;
        let of_row = self.coerce(of.clone(), &compared)?;
        let sign = match (edge == Edge::Preceding) == *is_descending {
            true => "+",
            false => "-",
        };
        let at_edge = operator::binary(sign, of_row.clone(), distance, &self.catalog)?;
        Ok(Distance::Value {
            of_row: types::key(of_row.expr, &compared),
            at_edge: types::key(at_edge.expr, &compared),
        })
    }

    fn assigned(&self, typed: Typed, to: &Type) -> Result<Typed> {
        types::cast(typed, to, -1, Coercion::Assignment, &self.catalog)
    }
}

/// A window without the mark that says what its frames leave out.
fn excluding(mut spec: ast::WindowSpec) -> (ast::WindowSpec, Exclusion) {
    let mark = match spec.order_by.last().map(|by| &by.expr) {
        Some(ast::Expr::Identifier(name)) => Mark::of(name),
        _ => None,
    };
    let exclusion = match mark {
        Some(Mark::ExcludeCurrentRow) => Exclusion::CurrentRow,
        Some(Mark::ExcludeGroup) => Exclusion::Group,
        Some(Mark::ExcludeTies) => Exclusion::Ties,
        _ => return (spec, Exclusion::NoOthers),
    };
    spec.order_by.pop();
    (spec, exclusion)
}

fn wrong(message: impl Into<String>) -> Error {
    Error::new(
        ErrorKind::InvalidDefinition(Definition::Windowing),
        message.into(),
    )
}
