//! What a query tells of its parameters.

use std::sync::Arc;

use datafusion::arrow::datatypes::Field;
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::expr::Placeholder;
use parking_lot::Mutex;

use super::typed::Typed;
use super::types;
use crate::error::{Definition, Error, ErrorKind, Object, Result};
use crate::relation::Type;

/// The most parameters that a statement can have: the protocol counts them in two
/// bytes.
const MAX_PARAMETERS: usize = 65_535;

/// The types of a query's parameters, as far as they are known. A parameter of
/// which nothing is known takes the type of what it meets first, as in PostgreSQL.
#[derive(Debug, Default)]
pub(super) struct Parameters(Mutex<Vec<Option<Type>>>);

impl Parameters {
    /// The types that the client gives.
    pub(super) fn give(&self, types: &[Option<Type>]) {
        let known = types
            .iter()
            .map(|of| of.clone().filter(|of| *of != Type::UNKNOWN));
        *self.0.lock() = known.collect();
    }

    /// The parameter that a query calls so: `$1`.
    ///
    /// # Errors
    /// 42P02 for one that there cannot be.
    pub(super) fn named(&self, name: &str) -> Result<Typed> {
        let number = name
            .strip_prefix('$')
            .and_then(|digits| digits.parse().ok());
        let Some(number @ 1..=MAX_PARAMETERS) = number else {
            return Err(Error::new(
                ErrorKind::NotFound(Object::Parameter),
                format!("there is no parameter {name}"),
            ));
        };
        let mut types = self.0.lock();
        if types.len() < number {
            types.resize(number, None);
        }
        Ok(match types[number - 1].clone() {
            Some(of) => typed(name, of),
            None => typed(name, Type::UNKNOWN),
        })
    }

    /// The expression with this type, if it is a parameter of which nothing was
    /// known.
    pub(super) fn settle(&self, expr: &Expr, of: &Type) -> Option<Typed> {
        let Expr::Placeholder(placeholder) = expr else {
            return None;
        };
        let number: usize = placeholder.id.strip_prefix('$')?.parse().ok()?;
        let mut types = self.0.lock();
        let known = types.get_mut(number - 1)?;
        match known {
            Some(_) => None,
            None => {
                *known = Some(of.clone());
                Some(typed(&placeholder.id, of.clone()))
            }
        }
    }

    /// The types.
    ///
    /// # Errors
    /// 42P18 for a parameter that nothing was told of.
    pub(super) fn types(&self) -> Result<Vec<Type>> {
        let types = self.0.lock();
        let known = types.iter().zip(1..).map(|(of, number)| {
            of.clone().ok_or_else(|| {
                Error::new(
                    ErrorKind::InvalidDefinition(Definition::IndeterminateType),
                    format!("could not determine data type of parameter ${number}"),
                )
            })
        });
        known.collect()
    }
}

fn typed(name: &str, of: Type) -> Typed {
    let field = Field::new(name, types::carrier(&of), true);
    let placeholder = Placeholder::new_with_field(name.to_owned(), Some(Arc::new(field)));
    Typed::new(Expr::Placeholder(placeholder), of)
}
