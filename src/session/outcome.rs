//! What a statement answers.

use std::sync::Arc;

use crate::notice::Notice;
use crate::relation::{Column, Rows, Style};

/// The answer to one statement.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The columns; empty for a statement that answers no rows.
    pub columns: Arc<[Column]>,
    /// The rows.
    pub rows: Rows,
    /// The command tag: `CREATE STREAM`, `SHOW`.
    pub tag: &'static str,
    /// How the rows are written as text: the settings when they were made.
    pub style: Style,
    /// What the client should know.
    pub notices: Vec<Notice>,
}
