//! Queries: what SELECT and the like ask for.

use std::sync::Arc;

use sqlparser::ast;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use crate::error::{Error, ErrorKind, Result};

/// A query: its text and what it means.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// The text.
    pub text: Arc<str>,
    /// Its tree.
    pub tree: Arc<ast::Query>,
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// 42601 for what is none.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |error: sqlparser::parser::ParserError| {
            Error::new(ErrorKind::Syntax, "syntax error").with_source(error)
        };
        let mut parser = Parser::new(&PostgreSqlDialect {})
            .try_with_sql(text)
            .map_err(wrong)?;
        let tree = parser.parse_query().map_err(wrong)?;
        Ok(Self {
            text: text.into(),
            tree: tree.into(),
        })
    }
}
