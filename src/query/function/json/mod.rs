//! JSON texts: what is in them, and values as JSON (PostgreSQL manual, 8.14 and
//! 9.16). A `json` keeps its spelling, and so do its parts; a part of a `jsonb` is
//! in the one spelling of `jsonb` because the whole is.

mod document;
mod write;

pub(in crate::query) use document::{Document, Sort};
pub(in crate::query) use write::{quoted, write_json};
