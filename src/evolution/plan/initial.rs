//! A value to begin with.

use crate::schema::{DataType, DefaultValue, Literal};

/// Values to begin with, of any type that has one of them.
const VALUES: [&str; 8] = [
    "0",
    "false",
    "''",
    "'{}'",
    "'[]'",
    "'1970-01-01'",
    "'00:00:00'",
    "'00000000-0000-0000-0000-000000000000'",
];

/// A default for a column of the type, until somebody chooses another one.
pub(super) fn initial_value(data_type: &DataType) -> Option<DefaultValue> {
    VALUES.iter().find_map(|text| {
        let literal: Literal = text.parse().ok()?;
        literal.coerce(data_type).ok()?
    })
}
