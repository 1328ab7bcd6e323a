//! What the columns of a result are called and hold.

use std::borrow::Cow;

use super::Type;

/// A column of a result: a field of the protocol's RowDescription
/// (PostgreSQL manual, 55.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its type.
    pub column_type: Type,
    /// The type's modifier (`atttypmod`): for `numeric(10,2)` what says 10 and
    /// 2; -1 for none.
    pub modifier: i32,
    /// The column of a table that it is, if it is one.
    pub origin: Option<Origin>,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The table's OID.
    pub table: u32,
    /// The column's number in it, from 1.
    pub column: i16,
}

impl Column {
    /// A column of this name and type.
    pub const fn new(name: &'static str, column_type: Type) -> Self {
        Self::named(Cow::Borrowed(name), column_type)
    }

    /// A column of this name, which may be made at run time, and type.
    pub const fn named(name: Cow<'static, str>, column_type: Type) -> Self {
        Self {
            name,
            column_type,
            modifier: -1,
            origin: None,
        }
    }
}
