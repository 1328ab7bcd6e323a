//! The rows of the schema `rekha`.

mod source;

pub(super) use source::source;
