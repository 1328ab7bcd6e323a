//! Rows as values (PostgreSQL manual, 4.2.13, 8.16 and 9.24.5).

use std::sync::Arc;

use datafusion::arrow::array::StructArray;
use datafusion::common::ScalarValue;
use datafusion::functions::core::expr_fn::{get_field, named_struct};
use datafusion::logical_expr::{Expr, lit};
use sqlparser::ast;

use super::binder::{Binder, is_word};
use super::expression::{boolean, unnested};
use crate::error::{Definition, Error, ErrorKind, Object, Result};
use crate::query::function::operator;
use crate::query::typed::Typed;
use crate::relation::{Kind, Type, record_type, type_name};

impl Binder<'_> {
    /// `(a, b) < (c, d)` (PostgreSQL manual, 9.24.5).
    pub(super) fn compare_rows(
        &mut self,
        left: &[&ast::Expr],
        symbol: &str,
        right: &[&ast::Expr],
    ) -> Result<Typed> {
        if left.len() != right.len() {
            return Err(Error::new(
                ErrorKind::Syntax,
                "unequal number of entries in row expressions",
            ));
        }
        let mut pairs = Vec::with_capacity(left.len());
        for (left, right) in left.iter().zip(right) {
            pairs.push((self.expression(left)?, self.expression(right)?));
        }
        self.compare_pairs(symbol, &pairs)
    }

    /// The same of members that are bound.
    pub(super) fn compare_pairs(&self, symbol: &str, pairs: &[(Typed, Typed)]) -> Result<Typed> {
        let compared = |symbol: &str, (left, right): &(Typed, Typed)| {
            operator::binary(symbol, left.clone(), right.clone(), &self.catalog)
        };
        let all_equal = |pairs: &[(Typed, Typed)]| -> Result<Expr> {
            let mut equal = lit(true);
            for pair in pairs {
                equal = equal.and(compared("=", pair)?.expr);
            }
            Ok(equal)
        };
        match symbol {
            "=" => Ok(boolean(all_equal(pairs)?)),
            "<>" => Ok(boolean(Expr::Not(Box::new(all_equal(pairs)?)))),
            "<" | "<=" | ">" | ">=" => {
                let strict = &symbol[..1];
                let mut found: Option<Expr> = None;
                for (nth, pair) in pairs.iter().enumerate().rev() {
                    let here = match (nth + 1 == pairs.len(), &found) {
                        (true, _) => compared(symbol, pair)?.expr,
                        (false, Some(rest)) => {
                            compared(strict, pair)?
                                .expr
                                .or(compared("=", pair)?.expr.and(rest.clone()))
                        }
                        (false, None) => compared(strict, pair)?.expr,
                    };
                    found = Some(here);
                }
                Ok(boolean(found.unwrap_or_else(|| lit(true))))
            }
            _ => Err(Error::unsupported(
                format_args!("the operator {symbol} between rows"),
                "Compare the columns one by one.",
            )),
        }
    }

    /// A row is NULL if all its members are, and is not if none of them is
    /// (PostgreSQL manual, 9.2).
    pub(super) fn is_null(&mut self, inner: &ast::Expr, test: fn(Expr) -> Expr) -> Result<Typed> {
        let typed = self.expression(inner)?;
        let Kind::Composite(fields) = typed.data_type.kind() else {
            return Ok(boolean(test(self.known(typed)?)));
        };
        let members =
            (1..=fields.len()).map(|nth| get_field(typed.expr.clone(), format!("f{nth}")));
        let all = members.map(test).reduce(Expr::and);
        Ok(boolean(all.unwrap_or_else(|| test(typed.expr))))
    }

    pub(super) fn row(&mut self, members: &[ast::Expr]) -> Result<Typed> {
        let members = members.iter().map(|member| self.expression(member));
        let members = members.collect::<Result<Vec<_>>>()?;
        self.row_of(members)
    }

    /// A row of these members; a literal without a type is a `text`.
    pub(super) fn row_of(&mut self, members: Vec<Typed>) -> Result<Typed> {
        let mut fields = Vec::with_capacity(members.len());
        for (nth, member) in members.into_iter().enumerate() {
            let member = match member.is_unknown() {
                true => self.coerce(member, &Type::TEXT)?,
                false => member,
            };
            fields.push((format!("f{}", nth + 1), member));
        }
        Ok(record(fields))
    }
}

/// A row of these members.
pub(super) fn record(members: Vec<(String, Typed)>) -> Typed {
    let of = record_type(
        members
            .iter()
            .map(|(name, member)| (name.clone(), member.data_type.clone())),
    );
    if members.is_empty() {
        let empty = StructArray::new_empty_fields(1, None);
        let empty = ScalarValue::Struct(Arc::new(empty));
        return Typed::new(Expr::Literal(empty, None), of);
    }
    let named = members
        .into_iter()
        .zip(1..)
        .flat_map(|((_, member), nth)| [lit(format!("f{nth}")), member.expr]);
    Typed::new(named_struct(named.collect()), of)
}

/// A member of a row.
///
/// # Errors
/// 42703 when it has none of this name, 42809 for what is no row.
pub(super) fn member(of: Typed, name: &str) -> Result<Typed> {
    let Kind::Composite(fields) = of.data_type.kind() else {
        return Err(Error::new(
            ErrorKind::InvalidDefinition(Definition::ObjectType),
            format!(
                "column notation .{name} applied to type {}, which is not a composite type",
                type_name(&of.data_type)
            ),
        ));
    };
    let mut fields = fields.iter().enumerate();
    let Some((place, field)) = fields.find(|(_, field)| field.name() == name) else {
        return Err(Error::new(
            ErrorKind::NotFound(Object::Column),
            format!("column \"{name}\" not found in data type record"),
        ));
    };
    Ok(member_at(&of, place, field.type_()))
}

/// The member of a row at a place from 0, which is of this type.
pub(super) fn member_at(row: &Typed, place: usize, of: &Type) -> Typed {
    let expr = get_field(row.expr.clone(), format!("f{}", place + 1));
    Typed::new(expr, of.clone())
}

/// The members of a row constructor: `(a, b)` or `ROW(a, b)`.
pub(super) fn members(expr: &ast::Expr) -> Option<Vec<&ast::Expr>> {
    match unnested(expr) {
        ast::Expr::Tuple(members) => Some(members.iter().collect()),
        ast::Expr::Function(call) => {
            let [ast::ObjectNamePart::Identifier(name)] = &call.name.0[..] else {
                return None;
            };
            match &call.args {
                ast::FunctionArguments::List(list) if is_word(name, "row") => {
                    list.args.iter().map(plain).collect()
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// An argument that is one expression.
fn plain(argument: &ast::FunctionArg) -> Option<&ast::Expr> {
    match argument {
        ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}
