//! From the text of an expression to one of the engine: as much as the cases need.

use datafusion::arrow::compute::SortOptions;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Expr, SortExpr, WindowFrame, lit};
use sqlparser::ast;

use super::table::Table;
use crate::error::Result;
use crate::query::catalog::Catalog;
use crate::query::function::{Kind, aggregate, call, kind_of, operator, window, within_group};
use crate::query::names::column;
use crate::query::typed::Typed;
use crate::query::types::{Coercion, cast, key, named, scalar};
use crate::relation::{Type, Value};

pub(super) struct Binder<'a> {
    pub(super) table: &'a Table,
    pub(super) catalog: &'a Catalog,
}

impl Binder<'_> {
    pub(super) fn bind(&self, expr: &ast::Expr) -> Result<Typed> {
        use ast::Expr as E;
        let catalog = self.catalog;
        match expr {
            E::Value(value) => literal(&value.value),
            E::Nested(inner) => self.bind(inner),
            E::Identifier(name) => {
                let mut columns = self.table.columns.iter();
                let (name, of) = columns.find(|(other, _)| *other == name.value).unwrap();
                Ok(Typed::new(column(name), of.clone()))
            }
            E::TypedString(typed) => {
                let value = literal(&typed.value.value)?;
                self.cast(value, &typed.data_type)
            }
            E::Interval(interval) => {
                let value = self.bind(&interval.value)?;
                cast(value, &Type::INTERVAL, -1, Coercion::Explicit, catalog)
            }
            E::Cast {
                expr, data_type, ..
            } => self.cast(self.bind(expr)?, data_type),
            E::BinaryOp { left, op, right } => operator::binary(
                &op.to_string(),
                self.bind(left)?,
                self.bind(right)?,
                catalog,
            ),
            E::UnaryOp { op, expr } => operator::unary(&op.to_string(), self.bind(expr)?, catalog),
            E::IsDistinctFrom(left, right) => {
                operator::is_distinct(self.bind(left)?, self.bind(right)?, false, catalog)
            }
            E::IsNotDistinctFrom(left, right) => {
                operator::is_distinct(self.bind(left)?, self.bind(right)?, true, catalog)
            }
            E::InList {
                expr,
                list,
                negated,
            } => {
                let list = list
                    .iter()
                    .map(|item| self.bind(item))
                    .collect::<Result<_>>()?;
                operator::in_list(self.bind(expr)?, list, *negated, catalog)
            }
            E::AnyOp {
                left,
                compare_op,
                right,
                ..
            } => {
                let (left, right) = (self.bind(left)?, self.bind(right)?);
                operator::any_all(left, &compare_op.to_string(), right, false, catalog)
            }
            E::AllOp {
                left,
                compare_op,
                right,
            } => {
                let (left, right) = (self.bind(left)?, self.bind(right)?);
                operator::any_all(left, &compare_op.to_string(), right, true, catalog)
            }
            E::Like {
                negated,
                expr,
                pattern,
                escape_char,
                ..
            } => self.like(expr, pattern, escape_char.as_ref(), false, *negated),
            E::ILike {
                negated,
                expr,
                pattern,
                escape_char,
                ..
            } => self.like(expr, pattern, escape_char.as_ref(), true, *negated),
            E::Function(function) => self.function(function),
            other => panic!("{other}"),
        }
    }

    fn cast(&self, typed: Typed, to: &ast::DataType) -> Result<Typed> {
        let (to, modifier) = named(to, self.catalog)?;
        cast(typed, &to, modifier, Coercion::Explicit, self.catalog)
    }

    fn like(
        &self,
        value: &ast::Expr,
        pattern: &ast::Expr,
        escape: Option<&ast::ValueWithSpan>,
        case_insensitive: bool,
        negated: bool,
    ) -> Result<Typed> {
        let escape = escape.map(|escape| literal(&escape.value)).transpose()?;
        let (value, pattern) = (self.bind(value)?, self.bind(pattern)?);
        operator::like(
            value,
            pattern,
            escape,
            case_insensitive,
            negated,
            self.catalog,
        )
    }

    fn function(&self, function: &ast::Function) -> Result<Typed> {
        let name = function.name.to_string();
        let mut arguments = Vec::new();
        let mut order_by = Vec::new();
        let mut distinct = false;
        if let ast::FunctionArguments::List(list) = &function.args {
            for argument in &list.args {
                match argument {
                    ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(expr)) => {
                        arguments.push(self.bind(expr)?);
                    }
                    ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Wildcard) => {}
                    other => panic!("{other}"),
                }
            }
            distinct = list.duplicate_treatment == Some(ast::DuplicateTreatment::Distinct);
            for clause in &list.clauses {
                if let ast::FunctionArgumentClause::OrderBy(keys) = clause {
                    order_by = self.sorted(keys)?;
                }
            }
        }
        let filter = function.filter.as_ref();
        let filter = filter.map(|filter| self.bind(filter)).transpose()?;
        let filter = filter.map(|filter| filter.expr);
        if let Some(ast::WindowType::WindowSpec(over)) = &function.over {
            let partition_by = over.partition_by.iter();
            let partition_by = partition_by.map(|expr| Ok(key_of(self.bind(expr)?)));
            let partition_by = partition_by.collect::<Result<_>>()?;
            let order_by = self.sorted(&over.order_by)?;
            let frame = match over.window_frame.clone() {
                Some(frame) => frame.try_into().unwrap(),
                None => WindowFrame::new((!order_by.is_empty()).then_some(false)),
            };
            let catalog = self.catalog;
            return window(
                &name,
                arguments,
                partition_by,
                order_by,
                frame,
                filter,
                catalog,
            );
        }
        if !function.within_group.is_empty() {
            let ordered = function.within_group.iter();
            let ordered = ordered.map(|key| Ok((self.bind(&key.expr)?, options(key))));
            let ordered = ordered.collect::<Result<_>>()?;
            return within_group(&name, arguments, ordered, filter, self.catalog);
        }
        match kind_of(&name) {
            Some(Kind::Aggregate) => {
                aggregate(&name, arguments, distinct, order_by, filter, self.catalog)
            }
            _ if distinct => aggregate(&name, arguments, true, order_by, filter, self.catalog),
            _ => call(&name, arguments, self.catalog).map(|called| called.typed),
        }
    }

    fn sorted(&self, keys: &[ast::OrderByExpr]) -> Result<Vec<SortExpr>> {
        let keys = keys.iter().map(|sort| {
            let (key, options) = (key_of(self.bind(&sort.expr)?), options(sort));
            Ok(SortExpr::new(key, !options.descending, options.nulls_first))
        });
        keys.collect()
    }
}

fn key_of(typed: Typed) -> Expr {
    key(typed.expr, &typed.data_type)
}

fn options(key: &ast::OrderByExpr) -> SortOptions {
    let descending = key.options.asc == Some(false);
    SortOptions::new(descending, key.options.nulls_first.unwrap_or(descending))
}

fn literal(value: &ast::Value) -> Result<Typed> {
    let of_type = |value: Value, of: Type| Ok(Typed::new(lit(scalar(&value, &of)?), of));
    match value {
        ast::Value::Number(digits, _) => match digits.parse::<i64>() {
            Ok(number) => match i32::try_from(number) {
                Ok(number) => of_type(Value::Int4(number), Type::INT4),
                Err(_) => of_type(Value::Int8(number), Type::INT8),
            },
            Err(_) => {
                let number = digits.parse()?;
                of_type(Value::Numeric(std::sync::Arc::new(number)), Type::NUMERIC)
            }
        },
        ast::Value::SingleQuotedString(text) => Ok(Typed::new(lit(text.as_str()), Type::UNKNOWN)),
        ast::Value::EscapedStringLiteral(text) => Ok(Typed::new(lit(text.as_str()), Type::UNKNOWN)),
        ast::Value::Boolean(value) => of_type(Value::Bool(*value), Type::BOOL),
        ast::Value::Null => Ok(Typed::new(lit(ScalarValue::Utf8(None)), Type::UNKNOWN)),
        other => panic!("{other}"),
    }
}
