//! Arrays and their parts (PostgreSQL manual, 8.15).

use datafusion::logical_expr::lit;
use sqlparser::ast::{self, AccessExpr};

use super::binder::Binder;
use super::name::folded;
use super::row::member;
use crate::error::{Definition, Error, ErrorKind, Result};
use crate::query::function::{self, operator};
use crate::query::typed::Typed;
use crate::query::types::{self, Coercion, base, can_cast};
use crate::relation::{Type, type_name};
use crate::sql::Mark;

impl Binder<'_> {
    pub(super) fn access(&mut self, root: &ast::Expr, chain: &[AccessExpr]) -> Result<Typed> {
        // What stands before the first subscript is one name: `table.column[1]`.
        let dots = chain.iter().map_while(|access| match access {
            AccessExpr::Dot(ast::Expr::Identifier(name)) => Some(folded(name)),
            _ => None,
        });
        let (mut reached, chain) = match root {
            ast::Expr::Identifier(first) => {
                let names: Vec<String> = std::iter::once(folded(first)).chain(dots).collect();
                (self.column_named(&names)?, &chain[names.len() - 1..])
            }
            root => (self.expression(root)?, chain),
        };
        let is_subscript = |access: &AccessExpr| matches!(access, AccessExpr::Subscript(_));
        // Subscripts that follow each other are those of the dimensions of one array.
        for accesses in chain.chunk_by(|one, next| is_subscript(one) && is_subscript(next)) {
            reached = match accesses {
                [AccessExpr::Dot(ast::Expr::Identifier(name))]
                    if Mark::of(name) == Some(Mark::Members) =>
                {
                    return Err(Error::new(
                        ErrorKind::Unsupported,
                        "row expansion via \"*\" is not supported here",
                    ));
                }
                [AccessExpr::Dot(ast::Expr::Identifier(name))] => member(reached, &folded(name))?,
                [AccessExpr::Dot(other)] => {
                    return Err(Error::new(
                        ErrorKind::Syntax,
                        format!("syntax error at or near \"{other}\""),
                    ));
                }
                subscripts if *base(&reached.data_type) == Type::JSONB => {
                    self.json_part(reached, subscripts)?
                }
                subscripts => self.part(reached, subscripts)?,
            };
        }
        Ok(reached)
    }

    /// `document['key'][0]` (PostgreSQL manual, 8.14.5): what `#>` finds.
    fn json_part(&mut self, document: Typed, subscripts: &[AccessExpr]) -> Result<Typed> {
        let mismatch = |message: String| {
            Error::new(
                ErrorKind::InvalidDefinition(Definition::TypeMismatch),
                message,
            )
        };
        let mut path = Vec::with_capacity(subscripts.len());
        for access in subscripts {
            let AccessExpr::Subscript(ast::Subscript::Index { index }) = access else {
                return Err(mismatch(
                    "jsonb subscript does not support slices".to_owned(),
                ));
            };
            let index = self.expression(index)?;
            let of = index.data_type.clone();
            let becomes = |to: &Type| can_cast(&of, to, Coercion::Implicit);
            if of != Type::UNKNOWN && !becomes(&Type::INT4) && !becomes(&Type::TEXT) {
                return Err(mismatch(format!(
                    "subscript type {} is not supported",
                    type_name(&of)
                ))
                .with_hint("jsonb subscript must be coercible to either integer or text."));
            }
            path.push(types::cast(
                index,
                &Type::TEXT,
                -1,
                Coercion::Explicit,
                &self.catalog,
            )?);
        }
        let path = function::array(path, &Type::TEXT, &self.catalog)?;
        operator::binary("#>", document, path, &self.catalog)
    }

    /// With a slice among the subscripts, an index is one from 1 on.
    fn part(&mut self, array: Typed, subscripts: &[AccessExpr]) -> Result<Typed> {
        let of = &array.data_type;
        let is_array = types::element_of(base(of)).is_some();
        if !is_array && !matches!(*of, Type::UNKNOWN | Type::NAME) {
            return Err(Error::new(
                ErrorKind::InvalidDefinition(Definition::TypeMismatch),
                format!(
                    "cannot subscript type {} because it does not support subscripting",
                    type_name(of)
                ),
            ));
        }
        let mut indices = vec![array.clone()];
        let mut bounds = vec![array];
        for access in subscripts {
            match access {
                AccessExpr::Subscript(ast::Subscript::Index { index }) => {
                    let index = self.index(index)?;
                    indices.push(index.clone());
                    let one = Typed::new(lit(1), Type::INT4);
                    bounds.extend([one, self.coerce(index, &Type::INT4)?]);
                }
                AccessExpr::Subscript(ast::Subscript::Slice {
                    lower_bound,
                    upper_bound,
                    ..
                }) => {
                    bounds.push(self.bound_of_slice(lower_bound.as_ref())?);
                    bounds.push(self.bound_of_slice(upper_bound.as_ref())?);
                }
                AccessExpr::Dot(_) => unreachable!("only subscripts are given"),
            }
        }
        match indices.len() > subscripts.len() {
            true => self.call(function::ELEMENT, indices),
            false => self.call(function::SLICE, bounds),
        }
    }

    /// A subscript is assigned to an `int4` (PostgreSQL manual, 8.15.3).
    fn index(&mut self, index: &ast::Expr) -> Result<Typed> {
        let index = self.expression(index)?;
        let is_longer = matches!(index.data_type, Type::INT8 | Type::NUMERIC);
        match is_longer {
            true => types::cast(index, &Type::INT4, -1, Coercion::Assignment, &self.catalog),
            false => Ok(index),
        }
    }

    fn bound_of_slice(&mut self, bound: Option<&ast::Expr>) -> Result<Typed> {
        let bound = bound.map(|bound| self.expression(bound)).transpose()?;
        self.coerce(bound.unwrap_or_else(|| Typed::unknown(None)), &Type::INT4)
    }

    pub(super) fn array(&mut self, elements: &[ast::Expr], of: Option<&Type>) -> Result<Typed> {
        if elements.is_empty() && of.is_none() {
            return Err(Error::new(
                ErrorKind::InvalidDefinition(Definition::IndeterminateType),
                "cannot determine type of empty array",
            )
            .with_hint("Explicitly cast to the desired type, for example ARRAY[]::integer[]."));
        }
        let elements = elements.iter().map(|element| match element {
            ast::Expr::Array(nested) => self.array(&nested.elem, of),
            element => self.expression(element),
        });
        let elements = elements.collect::<Result<Vec<_>>>()?;
        let (elements, element) = match of {
            Some(of) => {
                // What is an array within an array has elements of the same type.
                let nested = elements
                    .iter()
                    .find(|element| types::element_of(&element.data_type).is_some());
                let of = nested
                    .and_then(|_| types::array_of(of))
                    .unwrap_or(of.clone());
                let cast =
                    |element| types::cast(element, &of, -1, Coercion::Explicit, &self.catalog);
                let elements = elements.into_iter().map(cast);
                (elements.collect::<Result<Vec<_>>>()?, of)
            }
            None => self.of_one_type("ARRAY", elements)?,
        };
        function::array(elements, &element, &self.catalog)
    }
}
