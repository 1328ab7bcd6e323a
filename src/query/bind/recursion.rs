//! Where a recursive query may name itself (PostgreSQL manual, 7.8.2, and
//! `checkWellFormedRecursion`).

use std::ops::ControlFlow;

use sqlparser::ast::{
    Join, JoinConstraint, JoinOperator, ObjectName, Query, Select, SetExpr, SetOperator,
    SetQuantifier, TableFactor, TableWithJoins, Visit, Visitor,
};

use super::binder::Binder;
use super::name::{folded, qualified};
use crate::error::{Definition, Error, ErrorKind, Result};

impl Binder<'_> {
    /// Admits a recursive query of this name that is made of these two: only the second
    /// names it, once, and where a round's rows can be added one by one.
    ///
    /// # Errors
    /// 42P19
    pub(super) fn admit_references(
        &self,
        name: &str,
        query: &Query,
        [first, second]: [&SetExpr; 2],
    ) -> Result<()> {
        let mut walk = References {
            binder: self,
            name,
            place: Some("its non-recursive term"),
            found: 0,
        };
        walk.body(first)?;
        walk.place = None;
        walk.body(second)?;
        walk.place = Some("a subquery");
        let tables = query.with.iter().flat_map(|with| &with.cte_tables);
        for table in tables {
            walk.query(&table.query)?;
        }
        Ok(())
    }
}

struct References<'a> {
    binder: &'a Binder<'a>,
    name: &'a str,
    /// What we are in, if the query may not be named there.
    place: Option<&'static str>,
    /// How often it was named.
    found: usize,
}

impl References<'_> {
    /// Walks in a place where the query may not be named.
    fn within(
        &mut self,
        place: Option<&'static str>,
        walk: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let outside = self.place;
        self.place = outside.or(place);
        let walked = walk(self);
        self.place = outside;
        walked
    }

    fn query(&mut self, query: &Query) -> Result<()> {
        let tables = query.with.iter().flat_map(|with| &with.cte_tables);
        let mut names = tables.clone().map(|table| folded(&table.alias.name));
        if names.any(|name| name == self.name) {
            return Ok(());
        }
        for table in tables {
            self.query(&table.query)?;
        }
        self.body(&query.body)?;
        self.expressions(&query.order_by)?;
        self.expressions(&query.limit_clause)
    }

    fn body(&mut self, body: &SetExpr) -> Result<()> {
        match body {
            SetExpr::Select(select) => self.select(select),
            SetExpr::Query(query) => self.query(query),
            SetExpr::SetOperation {
                op,
                set_quantifier,
                left,
                right,
            } => {
                let is_all = *set_quantifier == SetQuantifier::All;
                let (one, other) = match op {
                    SetOperator::Union => (None, None),
                    SetOperator::Intersect => {
                        let place = is_all.then_some("INTERSECT");
                        (place, place)
                    }
                    SetOperator::Except | SetOperator::Minus => {
                        (is_all.then_some("EXCEPT"), Some("EXCEPT"))
                    }
                };
                self.within(one, |walk| walk.body(left))?;
                self.within(other, |walk| walk.body(right))
            }
            SetExpr::Table(table) => {
                let name = table.table_name.as_deref().unwrap_or_default();
                match table.schema_name.is_none() && name == self.name {
                    true => self.reference(None),
                    false => Ok(()),
                }
            }
            other => self.expressions(other),
        }
    }

    fn select(&mut self, select: &Select) -> Result<()> {
        for item in &select.from {
            self.joined(item, &item.joins)?;
        }
        self.expressions(&select.distinct)?;
        self.expressions(&select.projection)?;
        self.expressions(&select.selection)?;
        self.expressions(&select.group_by)?;
        self.expressions(&select.having)?;
        self.expressions(&select.named_window)
    }

    /// A table with the first of its joins.
    fn joined(&mut self, item: &TableWithJoins, joins: &[Join]) -> Result<()> {
        let Some((last, before)) = joins.split_last() else {
            return self.factor(&item.relation);
        };
        use JoinOperator as J;
        let (constraint, left, right) = match &last.join_operator {
            J::Join(on) | J::Inner(on) | J::CrossJoin(on) => (Some(on), false, false),
            J::Left(on) | J::LeftOuter(on) => (Some(on), false, true),
            J::Right(on) | J::RightOuter(on) => (Some(on), true, false),
            J::FullOuter(on) => (Some(on), true, true),
            _ => (None, false, false),
        };
        let outer = |is_outer: bool| is_outer.then_some("an outer join");
        self.within(outer(left), |walk| walk.joined(item, before))?;
        self.within(outer(right), |walk| walk.factor(&last.relation))?;
        match constraint {
            Some(JoinConstraint::On(condition)) => self.expressions(condition),
            _ => Ok(()),
        }
    }

    fn factor(&mut self, factor: &TableFactor) -> Result<()> {
        match factor {
            TableFactor::Table {
                name, args: None, ..
            } => match qualified(name) {
                Ok((None, plain)) if plain == self.name => self.reference(Some(name)),
                _ => Ok(()),
            },
            TableFactor::Derived { subquery, .. } => self.query(subquery),
            TableFactor::NestedJoin {
                table_with_joins: item,
                ..
            } => self.joined(item, &item.joins),
            other => self.expressions(other),
        }
    }

    /// The sub-queries of expressions.
    fn expressions<T: Visit>(&mut self, part: &T) -> Result<()> {
        self.within(Some("a subquery"), |walk| {
            let mut queries = Queries { walk, depth: 0 };
            match part.visit(&mut queries) {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(error) => Err(error),
            }
        })
    }

    fn reference(&mut self, at: Option<&ObjectName>) -> Result<()> {
        self.found += 1;
        let place = match self.place {
            Some(place) => format!("within {place}"),
            None if self.found > 1 => "more than once".to_owned(),
            None => return Ok(()),
        };
        let error = Error::new(
            ErrorKind::InvalidDefinition(Definition::Recursion),
            format!(
                "recursive reference to query \"{}\" must not appear {place}",
                self.name
            ),
        );
        Err(match at {
            Some(name) => self.binder.at(error, name),
            None => error,
        })
    }
}

/// Walks the outermost queries of what is visited.
struct Queries<'a, 'b> {
    walk: &'a mut References<'b>,
    depth: usize,
}

impl Visitor for Queries<'_, '_> {
    type Break = Error;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Error> {
        self.depth += 1;
        match self.depth {
            1 => match self.walk.query(query) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => ControlFlow::Break(error),
            },
            _ => ControlFlow::Continue(()),
        }
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<Error> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }
}
