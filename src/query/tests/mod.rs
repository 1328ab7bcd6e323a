//! Queries and what they answer, as PostgreSQL 15 does.

mod bench;
mod cases;
mod expressions;

pub(super) use bench::Silent;
