//! The rows of the schema `rekha`.

mod server;
mod source;
mod stream;

pub(super) use source::source;
