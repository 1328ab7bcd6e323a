//! Rekha: a schema registry you talk to in SQL.

pub mod astha;
#[cfg(feature = "server")]
pub mod cli;
#[cfg(feature = "server")]
pub mod config;
pub mod error;
pub mod evolution;
pub mod notice;
pub mod position;
pub mod registry;
pub mod schema;
#[cfg(feature = "server")]
pub mod server;
pub mod session;
pub mod sql;
pub mod sqlite;
pub mod store;
pub mod tasks;
#[cfg(feature = "server")]
pub mod wire;
