//! Functions about the session and about what there is (PostgreSQL manual, 9.26
//! and 9.27).

mod acl;
mod advisory;
mod comment;
mod definition;
mod functions;
mod lookup;
mod none;
mod privilege;
mod procedure;
mod session;
mod standard;
#[cfg(test)]
mod tests;
mod visibility;

pub(super) use acl::granted;
pub(in crate::query) use functions::CATALOG;
pub(in crate::query) use privilege::PRIVILEGES;
