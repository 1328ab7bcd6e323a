//! What has rows to show.

use futures::stream::BoxStream;

use super::{Column, Row, Value};
use crate::error::Result;

/// Rows that any module offers to SELECT, as a table.
pub trait Relation: Send + Sync {
    /// The schema that it is in: `pg_catalog`, `rekha`.
    fn schema(&self) -> &str;

    /// Its name.
    fn name(&self) -> &str;

    /// Its columns, in order.
    fn columns(&self) -> &[Column];

    /// The places of the columns that no two rows have equal values in, and none
    /// NULL; empty when there are none such.
    fn primary_key(&self) -> &[usize] {
        &[]
    }

    /// Whether rows that have some value in the column of this place are found without
    /// reading all.
    fn is_indexed(&self, _column: usize) -> bool {
        false
    }

    /// Whether it never has rows: then nobody asks for them.
    fn is_empty(&self) -> bool {
        false
    }

    /// Its rows, in batches of some hundreds, made as they are asked for.
    ///
    /// # Errors
    /// What keeps it from reading them.
    fn scan(&self, scan: Scan) -> BoxStream<'static, Result<Vec<Row>>>;
}

/// What is asked of a relation. It may answer more rows and other columns' values
/// than are asked for, since who asks checks again; never fewer.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// The columns that are looked at, by place; the values of others may be NULL.
    /// Nothing for all.
    pub columns: Option<Vec<usize>>,
    /// What holds for every row that is looked at.
    pub filters: Vec<Filter>,
    /// The most rows that are looked at; those that the filters leave.
    pub limit: Option<usize>,
}

/// A condition on one column.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// The column, by place.
    pub column: usize,
    /// What its value is.
    pub test: Test,
}

/// What a value can be asked to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// One of these.
    In(Vec<Value>),
    /// A text that begins so.
    Prefix(String),
}

impl Scan {
    /// Whether the column's values are looked at.
    pub fn needs(&self, column: usize) -> bool {
        let columns = self.columns.as_ref();
        columns.is_none_or(|columns| columns.contains(&column))
    }

    /// The values that a column may have, if it is asked for some only.
    pub fn values_of(&self, column: usize) -> Option<&[Value]> {
        self.filters.iter().find_map(|filter| match &filter.test {
            Test::In(values) if filter.column == column => Some(values.as_slice()),
            _ => None,
        })
    }
}
