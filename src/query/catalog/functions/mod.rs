//! Functions about the session and about what there is (PostgreSQL manual, 9.26
//! and 9.27).

mod comment;
mod definition;
mod lookup;
mod none;
mod privilege;
mod procedure;
mod session;
#[cfg(test)]
mod tests;
mod visibility;

pub(in crate::query) use comment::COMMENTS;
pub(in crate::query) use definition::DEFINITIONS;
pub(in crate::query) use lookup::LOOKUPS;
pub(in crate::query) use none::NONE;
pub(in crate::query) use privilege::PRIVILEGES;
pub(in crate::query) use procedure::PROCEDURES;
pub(in crate::query) use session::SESSION;
pub(in crate::query) use visibility::VISIBILITY;
