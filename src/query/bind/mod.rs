//! From the tree of a query to a plan.

mod bind;

pub(super) use bind::bind;
