//! The store in one SQLite file.
//!
//! Migrations and the capture triggers are SQL files of the repository
//! (`sql/sqlite`); [`migrate`] brings a file up to date when it is opened.

mod apply;
mod codec;
mod columns;
mod dead_letters;
mod find;
mod foreign;
mod load;
mod migrate;
mod projection;
mod rows;
mod sqlite_store;

pub use sqlite_store::SqliteStore;
