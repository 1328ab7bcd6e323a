//! The durable truth.
//!
//! [`Store`] is what a registry needs of a database: loads, and one way to
//! write. **A commit is data**: a [`Change`] holds requirements and updates,
//! is built by the caller and applied in one transaction, or refused with a
//! conflict (40001) when a requirement no longer holds. No transaction, not even
//! a read, stays open between two calls.
//!
//! Every state has a [`Position`](crate::position::Position): a commit answers
//! the position it made, every load the position it read at ([`Loaded`]).
//!
//! What a schema is and was stands in its versions (`schema_registry`); the
//! tables `tables`, `table_columns` and `table_metadata` are the projection of
//! the latest version that other programs read, written in the same commit as a
//! difference. They may also write it: [`Projection`] is what they left there.

mod change;
mod record;
mod rows;
mod search;
mod sqlite;
mod store;

pub use change::{Change, Requirement, Unadopted, Update};
pub use record::{
    CompatibilityStatus, Evolution, Listing, Namespace, OptionMap, Projection, Stream,
    StreamColumn, Version,
};
pub use rows::{Cell, RowPage, RowRequest, RowTest};
pub use search::Search;
pub use sqlite::SqliteStore;
pub use store::{Loaded, Store};
