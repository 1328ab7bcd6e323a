//! Functions on JSON (PostgreSQL manual, 9.16).

mod build;
mod edit;
mod populate;
mod read;

pub(super) use build::BUILD;
pub(super) use edit::EDIT;
pub(super) use populate::POPULATE;
pub(super) use read::READ;
