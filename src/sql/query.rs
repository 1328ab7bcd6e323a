//! Queries: what SELECT and the like ask for.

use std::ops::Deref;
use std::sync::Arc;

use sqlparser::ast::{
    CastKind, DataType, Expr, Query as Syntax, Select, SelectItem, SetExpr, Value,
};

use super::cursor::{Cursor, Stop};
use super::select;
use super::token::tokenize;
use crate::error::Result;

/// A query: its text and what it means.
///
/// The places of the words in the tree (`Location` of sqlparser) are all on line
/// 1; their columns are characters from 1 in the whole text that the client sent.
/// Two queries are equal when their texts are.
#[derive(Clone, Debug)]
pub struct Query {
    /// The text, without what stood before and behind it.
    pub text: Arc<str>,
    /// Its tree.
    pub tree: Arc<Tree>,
    /// With EXPLAIN: what is to be told of how it is answered, instead of its rows.
    pub explanation: Option<Explanation>,
}

/// What EXPLAIN is to tell of a query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// ANALYZE: the query is run, and its rows are counted.
    pub is_analyzed: bool,
    /// SUMMARY: the times are told.
    pub has_summary: bool,
    /// FORMAT
    pub format: ExplanationFormat,
}

/// How EXPLAIN writes a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExplanationFormat {
    /// A line for each step.
    #[default]
    Text,
    /// One document.
    Json,
}

impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Query {}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// 42601 for what is none, 54001 for one that is nested too deeply, 0A000
    /// for one that would write.
    pub fn parse(text: &str) -> Result<Self> {
        let lexemes = tokenize(text)?;
        let mut cursor = Cursor::new(text, &lexemes);
        let query = select::query(&mut cursor).map_err(Stop::into_error)?;
        cursor.expect_end()?;
        Ok(query)
    }

    /// A query of one row, from its expressions.
    pub(super) fn of_row(text: &str, row: Vec<Expr>) -> Self {
        let words = row.len();
        let tree = select::one_row(row.into_iter().map(SelectItem::UnnamedExpr).collect());
        Self {
            text: text.into(),
            tree: Arc::new(Tree::new(tree, words)),
            explanation: None,
        }
    }

    /// The query of a NULL of each type, to be told which types they are.
    pub(super) fn of_types(text: &str, types: Vec<DataType>) -> Self {
        let null = || Expr::Value(Value::Null.into());
        let row = types.into_iter().map(|of| cast(null(), of)).collect();
        Self::of_row(text, row)
    }

    /// How many columns it answers, if it says so itself.
    pub fn width(&self) -> usize {
        match self.tree.body.as_ref() {
            SetExpr::Select(select) => select.projection.len(),
            _ => 0,
        }
    }

    /// The query whose columns are cast to these types, as SQL names them. Columns
    /// without a type, and types without a column, are left alone.
    ///
    /// # Errors
    /// 42601 for what is no type.
    pub fn cast(&self, types: &[impl AsRef<str>]) -> Result<Self> {
        let mut tree = Syntax::clone(&self.tree);
        if let SetExpr::Select(select) = tree.body.as_mut() {
            let Select { projection, .. } = select.as_mut();
            for (item, of) in projection.iter_mut().zip(types) {
                if let SelectItem::UnnamedExpr(expression) = item {
                    let inner = Expr::Nested(Box::new(expression.clone()));
                    *expression = cast(inner, select::data_type(of.as_ref())?);
                }
            }
        }
        Ok(Self {
            text: self.text.clone(),
            tree: Arc::new(Tree::new(tree, self.tree.words)),
            explanation: self.explanation,
        })
    }
}

fn cast(expression: Expr, to: DataType) -> Expr {
    Expr::Cast {
        kind: CastKind::DoubleColon,
        expr: Box::new(expression),
        data_type: to,
        array: false,
        format: None,
    }
}

/// A tree that may be deep: what drops it has stack enough.
#[derive(Debug)]
pub struct Tree {
    /// There until it is dropped.
    query: Option<Box<Syntax>>,
    /// How many words it was made of: it is not deeper.
    words: usize,
}

impl Tree {
    pub(super) fn new(query: Syntax, words: usize) -> Self {
        Self {
            query: Some(Box::new(query)),
            words,
        }
    }
}

impl Deref for Tree {
    type Target = Syntax;

    fn deref(&self) -> &Syntax {
        self.query
            .as_ref()
            .expect("it is there until it is dropped")
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let query = self.query.take();
        select::with_stack(self.words, select::DROP_BYTES, || drop(query));
    }
}
