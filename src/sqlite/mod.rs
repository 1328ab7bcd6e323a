//! One SQLite file: one writer thread, a pool of readers.
//!
//! SQLite has one writer at a time and wants its connections on threads. This
//! leaf is the only place that opens connections. Others hand it closures:
//!
//! * [`Database::write`] runs a closure in a savepoint of its own on the writer
//!   thread. Closures that wait at the same time share one transaction and so
//!   one fsync (**group commit**); each sees what the earlier ones did and
//!   fails alone. The answer comes after COMMIT: with `synchronous = FULL` what
//!   was acknowledged survives a power cut. If COMMIT itself fails, all of the
//!   group fail.
//! * [`Database::write_later`] is for housekeeping: it rides along with the next
//!   group, or goes alone after [`LATER`].
//! * [`Database::read`] runs a closure in one read transaction on a pooled
//!   connection. In WAL mode readers never wait for the writer.
//!
//! The queue is bounded: writers wait for a place in it before anything is
//! promised to them. Checkpoints run on the writer thread between groups, so
//! that no commit pays for one that could have waited.
//!
//! When the file fails: a reader that met an I/O error or damage is closed, and the
//! next read opens another. The writer keeps its connection: SQLite rolls back what
//! failed, and each transaction looks at the file anew. A file that was replaced or
//! removed is neither read nor written (58030), since connections would be to one file
//! or to another by when they were opened; put back, it is used again.

mod connection;
mod database;
mod error;
mod file;
mod queue;
mod writer;

pub use connection::Reader;
pub use database::{Database, Options};
pub use queue::LATER;
