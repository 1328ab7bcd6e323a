//! The rows of `information_schema`.

mod source;

pub(super) use source::source;
