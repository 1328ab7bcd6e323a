//! The relations that a query can name, and what is told about them.
//!
//! ```text
//!  pg_catalog            PostgreSQL 15's catalogs and views
//!  information_schema    the standard's
//!  rekha                 streams, their history, and how the server is
//!  registry              the stored rows of the registry
//!  cartridge_warp        the ledger of pipelines
//!  a namespace           its streams, without rows
//! ```
//!
//! All catalogs tell of the same thing, a [`table`]: a [`stream`], or a relation of
//! the [`system`]'s own, which is told by the catalogs too. What rows a relation has
//! is said in one place a schema, as a [`source`]: PostgreSQL's own, which never
//! change, stand in files as COPY writes them; the others are made, a table after
//! the other, of those that are [`wanted`]: a filter on an OID, a name or a schema
//! does not read all streams.
//!
//! Every relation of PostgreSQL 15 is there with its columns, with rows or without.
//! Where Rekha has nothing of the kind (triggers, sequences, tablespaces), there are
//! none. A struct, a map and an array of them are told as `jsonb`, as a PostgreSQL
//! sink keeps them. The session's user is the one role, and owns everything.

mod catalog;
mod cell;
mod copy_text;
pub(super) mod functions;
mod identifiers;
mod information_schema;
mod lookup;
mod objects;
mod oid;
mod own;
mod pattern;
mod pg_catalog;
mod registry;
mod rekha;
mod schemas;
mod source;
mod stream;
mod system;
mod table;
#[cfg(test)]
mod tests;
mod type_catalog;
mod type_text;
mod wanted;

pub(super) use catalog::Catalog;
pub(super) use pattern::{of_like, of_regex};
