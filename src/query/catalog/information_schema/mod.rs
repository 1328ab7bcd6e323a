//! The rows of `information_schema` (PostgreSQL manual, chapter 37).

mod column;
mod constraint;
mod place;
mod privilege;
mod role;
mod routine;
mod source;
mod table;

pub(super) use place::Measures;
pub(super) use source::source;
