//! The library of PostgreSQL's functions: one table a family (PostgreSQL manual,
//! chapter 9).
//!
//! A function answers what PostgreSQL 15 answers, errors included. Where several
//! types have one form of values (`text`, `varchar`, `name`) there is one row, of
//! `text`: the binder coerces.

mod arrays;
mod bytea;
mod datetime;
mod formatting;
mod json;
mod math;
mod misc;
mod network;
mod patterns;
mod quoting;
mod sets;
mod sleep;
mod strings;
use super::Function;

pub(super) use math::{float_power, power};

/// All of it.
pub(in crate::query) static LIBRARY: &[&[Function]] = &[
    arrays::ARRAYS,
    bytea::BYTES,
    datetime::AGE,
    datetime::EXTRACT,
    datetime::MAKE,
    datetime::NOW,
    datetime::OVERLAPS,
    datetime::TRUNCATE,
    datetime::ZONE,
    formatting::DATETIMES,
    formatting::NUMBERS,
    formatting::PARSE,
    formatting::TO_NUMBER,
    json::BUILD,
    json::EDIT,
    json::POPULATE,
    json::READ,
    math::FLOAT,
    math::INTEGER,
    math::ROUNDING,
    math::TRANSCENDENTAL,
    misc::MISC,
    network::NETWORKS,
    patterns::PATTERNS,
    quoting::QUOTING,
    sets::SETS,
    sleep::SLEEP,
    strings::STRINGS,
];
