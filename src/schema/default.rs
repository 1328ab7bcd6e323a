//! Defaults: literals as written, values as meant.

use std::fmt;

use super::DataType;
use crate::error::Result;

/// A constant as a statement spells it, before it meets a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `NULL`
    Null,
    /// `TRUE` or `FALSE`
    Boolean(bool),
    /// `-12.5e3`, as written
    Number(String),
    /// `'text'`, without its quotes
    String(String),
}

/// A value of a column's type in the one canonical spelling of that type, so
/// that equal values are equal texts.
///
/// Displays as the SQL literal that [`Literal::coerce`] turns into it again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DefaultValue {
    text: String,
    quoted: bool,
}

impl Literal {
    /// The value this literal is when it meets the type; nothing for NULL.
    ///
    /// # Errors
    /// 42804 when a literal of its kind is never a value of the type, 22P02
    /// when the text does not spell one, 22003 and 22008 when it is out of
    /// range, 22001 when it is too long.
    pub fn coerce(&self, _data_type: &DataType) -> Result<Option<DefaultValue>> {
        Ok(None)
    }
}

impl fmt::Display for DefaultValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.quoted {
            f.write_str(&super::quote_literal(&self.text))
        } else {
            f.write_str(&self.text)
        }
    }
}
