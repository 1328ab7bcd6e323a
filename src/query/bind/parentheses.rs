//! A query in parentheses with clauses around it.
//!
//! PostgreSQL's grammar reads `(SELECT a FROM t) ORDER BY a + 1 LIMIT 2` as the query
//! without its parentheses: the clauses are its own, and each can be there once.

use std::borrow::Cow;

use sqlparser::ast::{self, Spanned};

use super::binder::Binder;
use super::order::{bounds, items};
use crate::error::{Error, ErrorKind, Result};

impl Binder<'_> {
    /// The query with the clauses that stand within the parentheses of its body as its
    /// own.
    ///
    /// # Errors
    /// 42601 for a clause that is there twice.
    pub(super) fn opened<'q>(&self, query: &'q ast::Query) -> Result<Cow<'q, ast::Query>> {
        let mut inner = match query.body.as_ref() {
            ast::SetExpr::Query(inner) if !is_plain(query) => inner.as_ref(),
            _ => return Ok(Cow::Borrowed(query)),
        };
        while let (true, ast::SetExpr::Query(next)) = (is_plain(inner), inner.body.as_ref()) {
            inner = next;
        }
        let inner = self.opened(inner)?.into_owned();
        let own = (items(query.order_by.as_ref())?.first(), &inner.order_by);
        if let (Some(item), Some(_)) = own {
            return Err(self.twice("ORDER BY", &item.expr));
        }
        let (limit, offset) = bounds(query);
        let (inner_limit, inner_offset) = bounds(&inner);
        if let (Some(offset), Some(_)) = (offset, inner_offset) {
            return Err(self.twice("OFFSET", offset));
        }
        let quantity = |query: &'q ast::Query| query.fetch.as_ref()?.quantity.as_ref();
        let has_limit = limit.is_some() || query.fetch.is_some();
        if has_limit && (inner_limit.is_some() || inner.fetch.is_some()) {
            return Err(match limit.or(quantity(query)) {
                Some(limit) => self.twice("LIMIT", limit),
                None => self.twice("LIMIT", query),
            });
        }
        if let (Some(with), Some(_)) = (&inner.with, &query.with) {
            return Err(self.twice("WITH", with));
        }
        let number = |expr: Option<&ast::Expr>| expr.cloned();
        let rows = ast::OffsetRows::None;
        let offset = number(offset.or(inner_offset)).map(|value| ast::Offset { value, rows });
        let limit_clause = ast::LimitClause::LimitOffset {
            limit: number(limit.or(inner_limit)),
            offset,
            limit_by: Vec::new(),
        };
        Ok(Cow::Owned(ast::Query {
            with: query.with.clone().or(inner.with),
            order_by: query.order_by.clone().or(inner.order_by),
            limit_clause: Some(limit_clause),
            fetch: query.fetch.clone().or(inner.fetch),
            ..inner
        }))
    }

    fn twice(&self, clause: &str, part: &impl Spanned) -> Error {
        let message = format!("multiple {clause} clauses not allowed");
        self.at(Error::new(ErrorKind::Syntax, message), part)
    }
}

/// Whether a query is nothing but its body.
pub(super) fn is_plain(query: &ast::Query) -> bool {
    query.with.is_none()
        && query.order_by.is_none()
        && query.limit_clause.is_none()
        && query.fetch.is_none()
}
