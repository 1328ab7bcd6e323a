//! What is said of a stream and its columns.

use std::collections::HashMap;

use crate::schema::{Field, FieldId};

/// What people said of a stream and its columns. It is no part of a schema and
/// makes no version, but a table in a sink has it, and a column that comes in the
/// place of another takes it over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comments {
    /// Of the stream.
    pub stream: Option<String>,
    /// Of columns, by their identity in the schema that a plan leads to.
    pub columns: HashMap<FieldId, String>,
}

impl Comments {
    /// What is said of a column.
    pub fn of(&self, column: &Field) -> Option<&str> {
        self.columns.get(&column.id).map(String::as_str)
    }
}
