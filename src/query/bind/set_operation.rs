//! UNION, INTERSECT, EXCEPT and VALUES (PostgreSQL manual, 7.4 and 7.7).

use datafusion::logical_expr::{Expr, lit};
use sqlparser::ast;

use super::binder::Binder;
use super::frame::{Clause, Frame};
use super::parentheses::is_plain;
use super::query::Answer;
use super::scope::Field;
use crate::error::{Error, ErrorKind, Result};
use crate::query::error::translated;
use crate::query::typed::Typed;
use crate::query::{build, names, types};
use crate::relation::Type;

/// 42601
pub(super) fn other_columns(operator: &str) -> Error {
    Error::new(
        ErrorKind::Syntax,
        format!("each {operator} query must have the same number of columns"),
    )
}

impl Binder<'_> {
    pub(super) fn set_operation(
        &mut self,
        operator: ast::SetOperator,
        quantifier: ast::SetQuantifier,
        left: &ast::SetExpr,
        right: &ast::SetExpr,
    ) -> Result<Answer> {
        let word = match operator {
            ast::SetOperator::Union => "UNION",
            ast::SetOperator::Intersect => "INTERSECT",
            ast::SetOperator::Except | ast::SetOperator::Minus => "EXCEPT",
        };
        let all = match quantifier {
            ast::SetQuantifier::All => true,
            ast::SetQuantifier::None | ast::SetQuantifier::Distinct => false,
            _ => {
                return Err(Error::unsupported(
                    format_args!("{word} {quantifier}"),
                    "Name the columns in the same order in both queries.",
                ));
            }
        };
        let left = self.deeper(|binder| binder.arm(left))?;
        let right = self.deeper(|binder| binder.arm(right))?;
        if left.fields.len() != right.fields.len() {
            return Err(other_columns(word));
        }
        let pairs = left.fields.iter().zip(&right.fields);
        let common = pairs.map(|(left, right)| match left.data_type == right.data_type {
            true if left.data_type != Type::UNKNOWN => Ok(left.data_type.clone()),
            _ => types::common_type(word, &[left.data_type.clone(), right.data_type.clone()]),
        });
        let common = common.collect::<Result<Vec<_>>>()?;
        let left = left.settled(&common, self)?.cast(&common, self)?;
        let right = right.settled(&common, self)?.cast(&common, self)?;
        let fields: Vec<Field> = left
            .fields
            .iter()
            .zip(&right.fields)
            .map(|(left, right)| Field {
                column: self.column(&left.data_type),
                modifier: match left.modifier == right.modifier {
                    true => left.modifier,
                    false => -1,
                },
                origin: None,
                ..left.clone()
            })
            .collect();
        let side = self.names.fresh();
        let is_tagged = operator != ast::SetOperator::Union;
        let arm = |answer: Answer, is_right: bool| {
            let own = answer.fields.clone().into_iter().zip(&fields);
            let plan = answer.sorted();
            let own = own.map(|(own, field)| (names::column(&own.column), field.column.clone()));
            let tag = is_tagged.then(|| (lit(is_right), side.clone()));
            build::project(plan, own.chain(tag).collect::<Vec<_>>()).map_err(translated)
        };
        let plan = build::union(vec![arm(left, false)?, arm(right, true)?]).map_err(translated)?;
        let plan = match (operator, all) {
            (ast::SetOperator::Union, true) => plan,
            (ast::SetOperator::Union, false) => self.first_of_each(plan, &fields, Vec::new())?,
            (operator, all) => {
                // How often a row is on the right, and which of its kind it is on its
                // side, decide whether it stays.
                let equal = self.keys(&fields)?;
                let on_right = names::column(&side);
                let (times, number) = (self.names.fresh(), self.names.fresh());
                let beside = equal.iter().cloned().chain([on_right.clone()]).collect();
                let counted = vec![
                    (build::count_over(equal, on_right.clone()), times.clone()),
                    (build::row_number(beside, Vec::new()), number.clone()),
                ];
                let plan = build::window(plan, counted).map_err(translated)?;
                let number = datafusion::logical_expr::cast(
                    names::column(&number),
                    datafusion::arrow::datatypes::DataType::Int64,
                );
                let (times, on_left) = (names::column(&times), Expr::Not(Box::new(on_right)));
                let stays = match (operator == ast::SetOperator::Intersect, all) {
                    (true, true) => number.lt_eq(times),
                    (false, true) => number.gt(times),
                    (true, false) => number.eq(lit(1_i64)).and(times.gt(lit(0_i64))),
                    (false, false) => number.eq(lit(1_i64)).and(times.eq(lit(0_i64))),
                };
                build::filter(plan, on_left.and(stays)).map_err(translated)?
            }
        };
        Ok(Answer::unordered(plan, fields))
    }

    /// A query beside another: its parameters take the types of the other's columns.
    fn arm(&mut self, body: &ast::SetExpr) -> Result<Answer> {
        match body {
            ast::SetExpr::Select(select) if select.distinct.is_none() => self.select_arm(select),
            ast::SetExpr::Query(query) if is_plain(query) => {
                self.deeper(|binder| binder.arm(&query.body))
            }
            other => self.body(other, &[]),
        }
    }

    pub(super) fn values(&mut self, values: &ast::Values) -> Result<Answer> {
        self.frames.push(Frame {
            clause: Clause::Values,
            ..Frame::default()
        });
        let rows = self.rows(values);
        let frame = self.frames.pop().unwrap_or_default();
        let rows = rows?;
        let width = rows.first().map_or(0, Vec::len);
        if rows.iter().any(|row| row.len() != width) {
            return Err(Error::new(
                ErrorKind::Syntax,
                "VALUES lists must all be the same length",
            ));
        }
        let mut columns = Vec::with_capacity(width);
        let mut fields = Vec::with_capacity(width);
        let mut rows = rows.into_iter().map(Vec::into_iter).collect::<Vec<_>>();
        for nth in 1..=width {
            let column: Vec<Typed> = rows.iter_mut().filter_map(Iterator::next).collect();
            let modifier = column[0].modifier;
            let same = column.iter().all(|member| member.modifier == modifier);
            let (column, of) = match column.iter().all(Typed::is_unknown) {
                true => (column, Type::UNKNOWN),
                false => self.of_one_type("VALUES", column)?,
            };
            let first = Typed::new(lit(true), of).with_modifier(if same { modifier } else { -1 });
            fields.push(self.field(format!("column{nth}"), &first));
            columns.push(column.into_iter());
        }
        let mut made = Vec::with_capacity(rows.len());
        for _ in 0..rows.len() {
            let row = columns.iter_mut().filter_map(Iterator::next);
            made.push(row.map(|member| member.expr).collect::<Vec<Expr>>());
        }
        let plan = match frame.before.is_empty() && made.iter().flatten().all(is_constant) {
            true => {
                let columns = fields.iter();
                let columns = columns.map(|f| (f.column.clone(), types::carrier(&f.data_type)));
                build::values(made, columns).map_err(translated)?
            }
            false => {
                let one = self.attach(build::one_row(), frame.before)?;
                let rows = made.into_iter().map(|row| {
                    let row = row.into_iter().zip(&fields);
                    let row = row.map(|(expr, field)| (expr, field.column.clone()));
                    build::project(one.clone(), row.collect::<Vec<_>>()).map_err(translated)
                });
                let mut rows = rows.collect::<Result<Vec<_>>>()?;
                match rows.len() {
                    1 => rows.swap_remove(0),
                    _ => build::union(rows).map_err(translated)?,
                }
            }
        };
        Ok(Answer::unordered(plan, fields))
    }

    fn rows(&mut self, values: &ast::Values) -> Result<Vec<Vec<Typed>>> {
        let rows = values.rows.iter();
        rows.map(|row| {
            row.content
                .iter()
                .map(|member| self.expression(member))
                .collect()
        })
        .collect()
    }
}

/// Whether an expression needs no row to be computed from.
fn is_constant(expr: &Expr) -> bool {
    expr.column_refs().is_empty() && !expr.contains_outer()
}
