//! Constants.

use datafusion::logical_expr::Expr;
use sqlparser::ast;

use super::binder::Binder;
use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::query::typed::Typed;
use crate::query::types::{self, Coercion};
use crate::relation::{Type, Value};

impl Binder<'_> {
    /// A constant (PostgreSQL manual, 4.1.2). A text has no type of its own.
    pub(super) fn literal(&self, value: &ast::Value) -> Result<Typed> {
        use ast::Value as V;
        match value {
            V::Number(digits, _) => self.number(digits),
            V::SingleQuotedString(text)
            | V::EscapedStringLiteral(text)
            | V::UnicodeStringLiteral(text)
            | V::NationalStringLiteral(text) => Ok(Typed::unknown(Some(text.clone()))),
            V::DollarQuotedString(text) => Ok(Typed::unknown(Some(text.value.clone()))),
            V::SingleQuotedByteStringLiteral(bits) => self.bits(bits.clone()),
            V::HexStringLiteral(digits) => self.bits(bits_of(digits)?),
            V::Boolean(value) => constant(&Value::Bool(*value), Type::BOOL),
            V::Null => Ok(Typed::unknown(None)),
            V::Placeholder(name) => self.catalog.parameters.named(name),
            _ => Err(Error::unsupported(
                format_args!("a constant such as {value}"),
                "Write it as a text with a cast: '…'::bytea.",
            )),
        }
    }

    /// Bits: `B'101'`, and those of hexadecimal digits.
    fn bits(&self, bits: String) -> Result<Typed> {
        let length = i32::try_from(bits.len()).unwrap_or(i32::MAX);
        let text = Typed::unknown(Some(bits));
        types::cast(text, &Type::BIT, length, Coercion::Explicit, &self.catalog)
    }

    /// A number is an `integer`, a `bigint` if it is too large for that, and a
    /// `numeric` otherwise.
    fn number(&self, digits: &str) -> Result<Typed> {
        let plain = digits.replace('_', "");
        if let Ok(small) = plain.parse::<i32>() {
            return constant(&Value::Int4(small), Type::INT4);
        }
        if let Ok(large) = plain.parse::<i64>() {
            return constant(&Value::Int8(large), Type::INT8);
        }
        let text = Typed::unknown(Some(plain));
        types::cast(text, &Type::NUMERIC, -1, Coercion::Explicit, &self.catalog)
    }
}

/// Four bits for each hexadecimal digit.
///
/// # Errors
/// 22P02
fn bits_of(digits: &str) -> Result<String> {
    let bits = digits.chars().map(|digit| {
        let value = digit.to_digit(16).ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidValue(Fault::Text),
                format!("\"{digit}\" is not a valid hexadecimal digit"),
            )
        })?;
        Ok(format!("{value:04b}"))
    });
    bits.collect()
}

/// A constant of this type.
///
/// # Errors
/// 0A000 for values that have no carrier.
pub(super) fn constant(value: &Value, of: Type) -> Result<Typed> {
    let scalar = types::scalar(value, &of)?;
    Ok(Typed::new(Expr::Literal(scalar, None), of))
}
