//! The rows of `pg_catalog` that are not PostgreSQL's own.

mod constraint;
mod definition;
mod description;
mod relation;
mod role;
mod session;
mod source;
mod statistics;
mod summary;

pub(super) use definition::{constraint_definition, index_definition};
pub(super) use description::DESCRIPTIONS;
pub(super) use source::source;
