//! Whether a query names itself, which makes it a recursive one.

use std::ops::ControlFlow;

use sqlparser::ast::{ObjectName, Query, SetExpr, Visit, Visitor};

use super::name::{folded, qualified};

/// Whether a query names a relation so, other than one that a WITH in it has defined.
pub(super) fn mentions(query: &Query, name: &str) -> bool {
    let mut search = Search { name, hidden: 0 };
    query.visit(&mut search).is_break()
}

struct Search<'a> {
    name: &'a str,
    /// How many of the queries that we are in give the name to something else.
    hidden: usize,
}

impl Search<'_> {
    fn hides(&self, query: &Query) -> bool {
        let tables = query.with.iter().flat_map(|with| &with.cte_tables);
        tables
            .map(|table| folded(&table.alias.name))
            .any(|name| name == self.name)
    }

    fn found(&self, is_found: bool) -> ControlFlow<()> {
        match is_found && self.hidden == 0 {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    /// `TABLE name`, which is no table of a FROM clause.
    fn is_table(&self, body: &SetExpr) -> bool {
        match body {
            SetExpr::Table(table) => {
                table.schema_name.is_none() && table.table_name.as_deref() == Some(self.name)
            }
            SetExpr::SetOperation { left, right, .. } => {
                self.is_table(left) || self.is_table(right)
            }
            _ => false,
        }
    }
}

impl Visitor for Search<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.hidden += usize::from(self.hides(query));
        self.found(self.is_table(&query.body))
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.hidden -= usize::from(self.hides(query));
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        let named = qualified(relation);
        self.found(matches!(named, Ok((None, name)) if name == self.name))
    }
}
