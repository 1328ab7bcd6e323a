//! The rows of the schema `rekha`.

mod pipeline;
mod server;
mod source;
mod stream;

pub(super) use source::source;
