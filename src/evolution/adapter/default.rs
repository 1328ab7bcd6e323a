//! What becomes of a default when its type changes.

use super::resolution::Conversion;
use crate::error::Result;
use crate::schema::{DataType, DefaultValue};

/// The default of a field that gets another type: a value with parts is
/// carried over as those of records are, any other is read as it is written.
///
/// # Errors
/// What [`Adapter::adapt`](super::Adapter::adapt) and
/// [`Literal::coerce`](crate::schema::Literal::coerce) say when it is no value
/// of that type.
pub(in crate::evolution) fn carry_default(
    default: &DefaultValue,
    from: &DataType,
    to: &DataType,
) -> Result<Option<DefaultValue>> {
    if !from.is_nested() || !to.is_nested() {
        return default.literal().coerce(to);
    }
    let mut value = from.json_of_text(default.text())?;
    Conversion::new(from, to).carry(&mut value)?;
    Ok(Some(DefaultValue::of_json(&value)))
}
