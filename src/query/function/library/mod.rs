//! The library of PostgreSQL's functions: one table a family (PostgreSQL manual,
//! chapter 9).
//!
//! A function answers what PostgreSQL 15 answers, errors included. Where two types
//! have one value form (`text`, `varchar`, `name`) there is one row, of `text`: the
//! binder coerces.

mod bytea;

pub(in crate::query) use bytea::BYTEA;
