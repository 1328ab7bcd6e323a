//! What a statement answers.

use std::fmt;
use std::sync::Arc;

use futures::stream::BoxStream;

use super::CopyFormat;
use crate::error::Result;
use crate::notice::Notice;
use crate::relation::{Column, Form, Row, Rows, Style};

/// Rows as they come, in batches. Dropping it ends what makes them.
pub type RowStream = BoxStream<'static, Result<Vec<Row>>>;

/// The answer to one statement.
#[derive(Default)]
pub struct Outcome {
    /// The columns; empty for a statement that answers no rows, and for the query
    /// that asks for none.
    pub columns: Arc<[Column]>,
    /// The rows that are there.
    pub rows: Rows,
    /// The rows behind them, as they come. Whoever took them all tells the session
    /// with [`Session::finish`](super::Session::finish).
    pub rest: Option<RowStream>,
    /// The command tag: `CREATE STREAM`, `SHOW`; empty for the empty statement.
    pub tag: &'static str,
    /// The number behind the tag.
    pub count: Count,
    /// How COPY writes the rows, if that is what they are for.
    pub copy: Option<CopyFormat>,
    /// The form of the rows where the protocol asks for none: a cursor may be BINARY.
    pub form: Form,
    /// How the rows are written as text: the settings when they were made.
    pub style: Style,
    /// What the client should know.
    pub notices: Vec<Notice>,
}

/// The number behind a command tag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Count {
    /// There is none.
    #[default]
    Untold,
    /// How many rows were handed out: the statement is one with rows.
    Rows,
    /// This number.
    Of(usize),
}

impl Outcome {
    /// Whether it answers rows, perhaps without columns.
    pub fn has_rows(&self) -> bool {
        !self.columns.is_empty() || self.count == Count::Rows
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome")
            .field("columns", &self.columns)
            .field("rows", &self.rows)
            .field("rest", &self.rest.is_some())
            .field("tag", &self.tag)
            .field("count", &self.count)
            .field("notices", &self.notices)
            .finish_non_exhaustive()
    }
}
