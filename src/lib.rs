//! Rekha (Sanskrit *rekhā*, "outline"): a schema registry you talk to in SQL.
//!
//! The binary speaks the PostgreSQL wire protocol; this library is everything
//! under it, and can be embedded in parts. Three promises, in this order:
//!
//! 1. **Nothing acknowledged is lost, nothing unacknowledged is half there.** A
//!    statement is one atomic commit, a transaction too.
//! 2. **No reader sees a stale schema through the node that changed it**, and
//!    through another node only for a bounded time.
//! 3. **No incompatible change gets in silently.** Every refusal names the field,
//!    the rule and the way out.
//!
//! # The life of a statement
//!
//! ```text
//!  bytes ─▶ wire ─▶ session ─▶ sql          text to a Statement
//!                      │
//!                      ├─ asks ──▶ registry ─▶ cache ─▶ store
//!                      │
//!                      └─ changes ─▶ registry ─▶ evolution    diff, rules, verdict
//!                                        │
//!                                        └─▶ store ─▶ sqlite  one commit, one fsync a group
//! ```
//!
//! [`wire`] cuts bytes into messages and knows nothing else. A
//! [`Session`] holds the conversation: settings, the
//! transaction, prepared statements. [`sql`] turns text into a
//! [`Statement`](sql::Statement) and back. `session` has one exhaustive match
//! from a statement to its answer: what asks is answered from the
//! [`Registry`]'s cache; what changes becomes an
//! [`Operation`](registry::Operation), is judged by [`evolution`], and committed
//! as one [`Change`](store::Change).
//!
//! # The life of a change
//!
//! The store writes the version and the tables that other programs read in one
//! transaction; triggers log every changed row in that same transaction. After
//! COMMIT the node's cache is moved forward, the client is answered, and
//! [`astha`] reads the log and tells every subscriber, in commit order, at least
//! once. The registry's own subscriber, the Schema Manager, keeps the caches of
//! other processes coherent, and turns what another program wrote into the
//! tables into a version.
//!
//! # Invariants
//!
//! * Data flows one way: `wire → session → sql, registry → evolution, store`, with
//!   `astha` beside it. No module imports one to its left.
//! * `schema`, `relation`, `evolution` and `sql` are pure: no I/O, no clock, no randomness, not
//!   even async.
//! * Only `wire` knows pgwire, only `sql` knows sqlparser, only `sqlite` opens
//!   connections to SQLite.
//! * `astha` knows neither the registry nor its components.
//! * A commit is data. No transaction of the store is open while a client thinks.
//! * Every state of the registry has a [`Position`](position::Position); whatever is
//!   cached moves forward by position only.
//! * Every task has a name and an owner ([`tasks`]).
//!
//! # Embedding
//!
//! ```
//! use rekha::registry::Registry;
//! use rekha::session::{Session, SessionOptions};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> rekha::error::Result<()> {
//! # let directory = tempfile::tempdir().expect("a directory");
//! # let path = directory.path().join("rekha.db");
//! let registry = Registry::builder().sqlite(path).build().await?;
//! let mut session = Session::new(registry.clone(), SessionOptions::default())?;
//! session.execute("CREATE STREAM orders (order_id BIGINT PRIMARY KEY)").await?;
//! session.execute("ALTER STREAM orders ADD COLUMN amount DECIMAL(10,2)").await?;
//!
//! let versions = session.execute("SHOW SCHEMA VERSIONS FOR orders").await?;
//! assert_eq!(versions[0].rows.len(), 2);
//! # registry.close(std::time::Duration::from_secs(10)).await;
//! # Ok(())
//! # }
//! ```
//!
//! Without the feature `server` the crate has no network, command line or
//! configuration: only what the example uses. The feature `arrow` is for schemas
//! and record batches of Apache Arrow.

// What only queries look at is there without them too.
#![cfg_attr(not(feature = "query"), allow(dead_code, unused_imports))]

pub mod astha;
#[cfg(feature = "server")]
pub mod cli;
#[cfg(feature = "server")]
pub mod config;
pub mod dead_letter;
pub mod error;
pub mod evolution;
pub mod failpoint;
#[cfg(feature = "server")]
pub mod http;
pub mod notice;
pub mod position;
#[cfg(feature = "query")]
pub mod query;
pub mod registry;
pub mod relation;
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

pub use error::{Error, Result};
pub use registry::Registry;
#[cfg(feature = "server")]
pub use server::Server;
pub use session::Session;
