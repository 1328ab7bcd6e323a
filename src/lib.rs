//! Rekha: a schema registry you talk to in SQL.

pub mod error;
pub mod schema;
pub mod session;
pub mod sql;
#[cfg(feature = "server")]
pub mod wire;
