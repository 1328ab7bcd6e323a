//! The library of PostgreSQL's functions: one table a family (PostgreSQL manual,
//! chapter 9).
//!
//! A function answers what PostgreSQL 15 answers, errors included. Where several
//! types have one form of values (`text`, `varchar`, `name`) there is one row, of
//! `text`: the binder coerces.

mod bytea;
mod patterns;
mod quoting;
mod strings;
#[cfg(test)]
mod tests;

use super::Function;

pub(in crate::query) use quoting::{quote_ident, quote_literal};

/// All of it.
pub(in crate::query) static LIBRARY: &[&[Function]] = &[
    bytea::BYTES,
    patterns::PATTERNS,
    quoting::QUOTING,
    strings::STRINGS,
];
