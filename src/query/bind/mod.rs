//! From the tree of a query to a plan: what PostgreSQL calls parse analysis.
//!
//! A [`Binder`](binder::Binder) walks the tree once. Every SELECT has a *frame*:
//! the scope of its FROM clause, and what its expressions asked for on the way:
//! sub-queries, aggregates, window functions, sets. An expression over any of these
//! speaks of a column that the frame then puts beneath it, in the order in which
//! PostgreSQL computes them:
//!
//! ```text
//!  FROM ─▶ WHERE ─▶ GROUP BY, aggregates ─▶ sub-queries ─▶ HAVING
//!       ─▶ windows ─▶ sets ─▶ SELECT list ─▶ DISTINCT ─▶ ORDER BY ─▶ LIMIT
//! ```
//!
//! A column of a frame further out is an outer reference; the sub-query that has
//! one is applied to the rows of that frame.

mod aggregate;
mod array;
mod binder;
mod call;
mod column;
mod condition;
mod expression;
mod frame;
mod from;
mod group;
mod join;
mod literal;
mod mention;
mod name;
mod order;
mod output;
mod parentheses;
mod query;
mod recursion;
mod row;
mod scope;
mod select;
mod set_operation;
mod subquery;
mod window;

pub(super) use binder::bind;
