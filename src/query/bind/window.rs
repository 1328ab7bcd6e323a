//! Window functions (PostgreSQL manual, 4.2.8).

use datafusion::common::ScalarValue;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, WindowFrame, WindowFrameBound, WindowFrameUnits};
use sqlparser::ast;

use super::binder::Binder;
use super::frame::Clause;
use super::name::folded;
use super::order::admit_order;
use crate::error::{Definition, Error, ErrorKind, Object, Result, Value as Wrong};
use crate::query::error::translated;
use crate::query::function;
use crate::query::names;
use crate::query::typed::Typed;
use crate::query::types::{self, Coercion};
use crate::relation::Type;

impl Binder<'_> {
    pub(super) fn window_call(
        &mut self,
        name: &str,
        arguments: Vec<Typed>,
        filter: Option<&ast::Expr>,
        over: &ast::WindowType,
    ) -> Result<Typed> {
        let spec = match over {
            ast::WindowType::WindowSpec(spec) => self.inherited(spec)?,
            ast::WindowType::NamedWindow(name) => self.named_window(name)?,
        };
        let typed = self.in_clause(Clause::Window, |binder| {
            let filter = match filter {
                Some(condition) => {
                    let condition = binder.expression(condition)?;
                    Some(binder.boolean(condition, "FILTER")?)
                }
                None => None,
            };
            let mut partition = Vec::with_capacity(spec.partition_by.len());
            for by in &spec.partition_by {
                let typed = binder.expression(by)?;
                admit_order(&typed.data_type)?;
                partition.push(types::key(typed.expr, &typed.data_type));
            }
            let order = binder.sort_keys(&spec.order_by)?;
            let frame = binder.window_frame(spec.window_frame.as_ref(), !order.is_empty())?;
            function::window(
                name,
                arguments,
                partition,
                order,
                frame,
                filter,
                &binder.catalog,
            )
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

    /// A window that goes on from a named one.
    fn inherited(&mut self, spec: &ast::WindowSpec) -> Result<ast::WindowSpec> {
        let Some(name) = &spec.window_name else {
            return Ok(spec.clone());
        };
        let mut base = self.named_window(name)?;
        if !spec.partition_by.is_empty() {
            return Err(Error::new(
                ErrorKind::InvalidDefinition(Definition::Windowing),
                format!("cannot override PARTITION BY clause of window \"{name}\""),
            ));
        }
        if !spec.order_by.is_empty() {
            base.order_by.clone_from(&spec.order_by);
        }
        base.window_frame.clone_from(&spec.window_frame);
        Ok(base)
    }

    fn window_frame(
        &mut self,
        frame: Option<&ast::WindowFrame>,
        is_ordered: bool,
    ) -> Result<WindowFrame> {
        let Some(frame) = frame else {
            return Ok(WindowFrame::new(is_ordered.then_some(false)));
        };
        let units = match frame.units {
            ast::WindowFrameUnits::Rows => WindowFrameUnits::Rows,
            ast::WindowFrameUnits::Range => WindowFrameUnits::Range,
            ast::WindowFrameUnits::Groups => WindowFrameUnits::Groups,
        };
        let start = self.frame_bound(units, &frame.start_bound)?;
        let end = match &frame.end_bound {
            Some(bound) => self.frame_bound(units, bound)?,
            None => WindowFrameBound::CurrentRow,
        };
        Ok(WindowFrame::new_bounds(units, start, end))
    }

    fn frame_bound(
        &mut self,
        units: WindowFrameUnits,
        bound: &ast::WindowFrameBound,
    ) -> Result<WindowFrameBound> {
        let mut offset = |offset: &Option<Box<ast::Expr>>| -> Result<ScalarValue> {
            let Some(offset) = offset else {
                return Ok(ScalarValue::UInt64(None));
            };
            if units == WindowFrameUnits::Range {
                return Err(Error::unsupported(
                    "RANGE with a distance",
                    "Count rows or groups: ROWS or GROUPS.",
                ));
            }
            let typed = self.expression(offset)?;
            let typed = types::cast(typed, &Type::INT8, -1, Coercion::Assignment, &self.catalog)?;
            match typed.expr {
                Expr::Literal(ScalarValue::Int64(Some(rows)), _) if rows >= 0 => {
                    Ok(ScalarValue::UInt64(Some(rows.unsigned_abs())))
                }
                Expr::Literal(ScalarValue::Int64(Some(_)), _) => Err(Error::new(
                    ErrorKind::InvalidValue(Wrong::Frame),
                    "frame starting offset must not be negative",
                )),
                Expr::Literal(..) => Err(Error::new(
                    ErrorKind::InvalidValue(Wrong::Null),
                    "frame starting offset must not be null",
                )),
                _ => Err(Error::unsupported(
                    "a window frame whose size is no constant",
                    "Write the number of rows.",
                )),
            }
        };
        Ok(match bound {
            ast::WindowFrameBound::CurrentRow => WindowFrameBound::CurrentRow,
            ast::WindowFrameBound::Preceding(rows) => WindowFrameBound::Preceding(offset(rows)?),
            ast::WindowFrameBound::Following(rows) => WindowFrameBound::Following(offset(rows)?),
        })
    }
}
