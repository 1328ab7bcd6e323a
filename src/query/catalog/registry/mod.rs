//! The stored rows: the schema `registry`, and what is stored of the ledger.

mod source;

pub(super) use source::{request, rows, source};
