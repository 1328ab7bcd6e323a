//! Rekha: a schema registry you talk to in SQL.

pub mod error;
pub mod evolution;
pub mod schema;
pub mod session;
pub mod sql;
