//! The command line: what `rekha` is told, and the commands that are clients
//! of a server.
//!
//! `rekha sql` speaks the PostgreSQL protocol as any client would. Results go to
//! standard output: a table on a terminal, CSV otherwise, JSON (one array of
//! objects a result, one line each, every value a text or null) when asked.
//! Notices and errors go to standard error as psql words them. The exit code is
//! 0, 1 after an error in a statement, or 2 when there is no connection.
//!
//! `-c` is sent as one string, so its statements are one transaction; the
//! statements of a file run one by one. Both end at the first error.

mod arguments;
mod message;
mod output;
mod script;
mod sql;

pub use arguments::{Arguments, Command, SqlArguments};
pub use output::Format;
pub use sql::run;
