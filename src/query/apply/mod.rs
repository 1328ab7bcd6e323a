//! Sub-queries that speak of the rows around them, as joins.
//!
//! A sub-query may mention columns of the query around it (it is *correlated*).
//! What that means is an apply: the sub-query is answered anew for every row
//! outside. [`apply()`] makes a plan of plain operators of it, whatever the shape of
//! the sub-query, after Neumann and Kemper, "Unnesting Arbitrary Queries"
//! (BTW 2015):
//!
//! ```text
//!   outer ─▶ apply ◀─ sub(outer)       outer ─▶ join ◀─ sub'
//!                                        │               ▲
//!                                        └─▶ domain ─────┘
//! ```
//!
//! The [`Domain`](domain::Domain) is the rows that the sub-query is answered for. It
//! is pushed down into the sub-query until nothing beneath mentions a column of it,
//! and is joined there. What works row by row (a filter, a projection, a join, a
//! list made rows) takes any rows for a domain, so that nothing is to be joined
//! afterwards. What looks at many rows at once (an aggregate, DISTINCT, a window,
//! LIMIT) does so for each distinct tuple of the columns that are mentioned: it is
//! given the set of these tuples and groups by them, and its answers are joined with
//! the rows again, NULL being equal to NULL.

mod apply;
mod domain;
mod each;
mod join;
mod recursion;
mod row_wise;
#[cfg(test)]
mod tests;

pub(super) use apply::{apply, beside};
pub(super) use domain::is_volatile;
