//! The relations that a query can name: PostgreSQL's catalogs, the information
//! schema, the system relations, and the streams themselves.

mod catalog;

pub(super) use catalog::Catalog;
