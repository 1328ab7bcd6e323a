//! Expressions with PostgreSQL's types.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::Expr;

use crate::relation::{Origin, Type};

/// An expression, the type of its values and what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    /// The expression, over the carrier of its type.
    pub(super) expr: Expr,
    /// The type. [`Type::UNKNOWN`] is a literal that has none yet: a text.
    pub(super) data_type: Type,
    /// The type's modifier (`atttypmod`), -1 for none.
    pub(super) modifier: i32,
    /// The column of a table that it is, if it is just that.
    pub(super) origin: Option<Origin>,
}

impl Typed {
    /// An expression of this type, without a modifier.
    pub(super) fn new(expr: Expr, data_type: Type) -> Self {
        Self {
            expr,
            data_type,
            modifier: -1,
            origin: None,
        }
    }

    /// A constant that has no type yet: a text, or NULL.
    pub(super) fn unknown(text: Option<String>) -> Self {
        let expr = Expr::Literal(ScalarValue::Utf8(text), None);
        Self::new(expr, Type::UNKNOWN)
    }

    /// The same of a type with this modifier.
    pub(super) fn with_modifier(mut self, modifier: i32) -> Self {
        self.modifier = modifier;
        self
    }

    /// Whether it is a literal without a type, or NULL, or a parameter of which
    /// nothing is known yet.
    pub(super) fn is_unknown(&self) -> bool {
        self.data_type == Type::UNKNOWN
    }
}
