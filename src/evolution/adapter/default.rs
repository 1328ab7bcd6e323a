//! What becomes of a default when its type changes.

use super::resolution::Conversion;
use crate::error::{Definition, Error, ErrorKind, Result};
use crate::evolution::assignment::{is_assignable, is_text};
use crate::schema::{DataType, DefaultValue, Literal};

/// The default of a field that gets another type: a value with parts is
/// carried over as those of records are, any other is read as it is written,
/// where PostgreSQL would assign it: what a text means is another thing in a type
/// to which it is not assigned.
///
/// # Errors
/// 42804 when values of the one type are not assigned to the other. What [`Adapter::adapt`](super::Adapter::adapt) and
/// [`Literal::coerce`](crate::schema::Literal::coerce) say when it is no value
/// of that type.
pub(in crate::evolution) fn carry_default(
    default: &DefaultValue,
    from: &DataType,
    to: &DataType,
) -> Result<Option<DefaultValue>> {
    if !from.is_nested() || !to.is_nested() {
        if !is_assignable(from, to) {
            return Err(Error::new(
                ErrorKind::InvalidDefinition(Definition::TypeMismatch),
                format!("a value of type {from} is not assigned to type {to}"),
            ));
        }
        let literal = match is_text(to) {
            true => Literal::String(default.text().to_owned()),
            false => default.literal(),
        };
        return literal.coerce(to);
    }
    let mut value = from.json_of_text(default.text())?;
    Conversion::new(from, to).carry(&mut value)?;
    Ok(Some(DefaultValue::of_json(&value)))
}
