//! Rekha: a schema registry you talk to in SQL.

#[cfg(feature = "server")]
pub mod cli;
#[cfg(feature = "server")]
pub mod config;
pub mod error;
pub mod schema;
#[cfg(feature = "server")]
pub mod server;
pub mod session;
pub mod sql;
