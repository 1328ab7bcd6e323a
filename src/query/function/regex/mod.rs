//! PostgreSQL's regular expressions (PostgreSQL manual, 9.7.2 and 9.7.3), in the
//! words of the library that runs them.
//!
//! A match is the leftmost one, and the longest of these unless a quantifier wants
//! the shortest. Finding one takes linear time, unless there are back references,
//! or the expression looks around.

mod regex;
mod similar;
mod translate;

pub(in crate::query) use regex::{Groups, Options, Regex};
pub(in crate::query) use similar::similar_to_regex;
