//! How a server is set up.
//!
//! A [`Config`] is made of three layers, each winning over the one before it: a
//! TOML file, the environment, the command line. Every key can be said in each:
//!
//! | file | environment | command line |
//! | --- | --- | --- |
//! | `listen = "127.0.0.1:7432"` | `REKHA_LISTEN` | `--listen` |
//! | `[cache]` `size = 1000` | `REKHA_CACHE__SIZE` | |
//!
//! (Two underscores step into a section; only the common keys have a flag.)
//! Times are texts with a unit: `"300s"`, `"100ms"`, `"5min"`. `REKHA_LOG`,
//! `REKHA_LOG_FORMAT` and `REKHA_COMPATIBILITY` are short, as their flags are;
//! the variables that users of the older registry know are read under their own
//! names (`VELO_SCHEMA_CACHE_TTL`, a plain number being seconds), and `REKHA_*`
//! wins over them.
//!
//! A key that is not there or a value that makes no sense stops the start, with
//! the key, where it was said, and what would do.

mod config;
mod layer;
mod section;
#[cfg(test)]
mod tests;

pub use config::{Config, Flags};
pub use section::{
    DiscoveryConfig, LogConfig, LogFormat, RegistryConfig, ShutdownConfig, StoreUrl,
};
