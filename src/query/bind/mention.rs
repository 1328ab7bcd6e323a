//! How often a query names what a WITH has defined.

use std::convert::Infallible;
use std::ops::ControlFlow;

use sqlparser::ast::{Cte, ObjectName, Query, SetExpr, Visit, Visitor};

use super::name::{folded, qualified};

/// Whether a query names a relation so, other than one that a WITH in it has defined.
pub(super) fn mentions(query: &Query, name: &str) -> bool {
    times(query, name, 0) > 0
}

/// How often a query names one of its WITH.
pub(super) fn uses(query: &Query, table: &Cte) -> usize {
    let name = folded(&table.alias.name);
    times(query, &name, 1).saturating_sub(times(&table.query, &name, 0))
}

fn times(query: &Query, name: &str, meant: usize) -> usize {
    let mut count = Count {
        name,
        meant,
        defined: 0,
        times: 0,
    };
    let ControlFlow::Continue(()) = query.visit(&mut count);
    count.times
}

struct Count<'a> {
    name: &'a str,
    /// The definition that is meant: how many there are around.
    meant: usize,
    /// How many of the queries that we are in define the name.
    defined: usize,
    times: usize,
}

impl Count<'_> {
    fn defines(&self, query: &Query) -> bool {
        let tables = query.with.iter().flat_map(|with| &with.cte_tables);
        tables
            .map(|table| folded(&table.alias.name))
            .any(|name| name == self.name)
    }

    fn count(&mut self, times: usize) -> ControlFlow<Infallible> {
        if self.defined == self.meant {
            self.times += times;
        }
        ControlFlow::Continue(())
    }

    /// How often there is `TABLE name`, which is no table of a FROM clause.
    fn tables(&self, body: &SetExpr) -> usize {
        match body {
            SetExpr::Table(table) => usize::from(
                table.schema_name.is_none() && table.table_name.as_deref() == Some(self.name),
            ),
            SetExpr::SetOperation { left, right, .. } => self.tables(left) + self.tables(right),
            _ => 0,
        }
    }
}

impl Visitor for Count<'_> {
    type Break = Infallible;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Infallible> {
        self.defined += usize::from(self.defines(query));
        self.count(self.tables(&query.body))
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<Infallible> {
        self.defined -= usize::from(self.defines(query));
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<Infallible> {
        let is_named = matches!(qualified(relation), Ok((None, name)) if name == self.name);
        self.count(usize::from(is_named))
    }
}
