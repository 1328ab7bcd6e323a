//! Rows: the vocabulary of everything that has rows to show, and PostgreSQL's
//! values in them.
//!
//! A leaf. [`Rows`] are rows of [`Value`]s, shared with whoever made them; a
//! [`Column`] says what a place of every row is called and which of
//! PostgreSQL's types it has. A [`Relation`] is what any module offers to SELECT
//! as a table.
//!
//! A value goes out and comes in in two formats (PostgreSQL manual, 55.1.3):
//!
//! | | out | in |
//! | --- | --- | --- |
//! | text | [`Value::write_text`] | [`Value::from_text`] |
//! | binary | [`Value::write_binary`] | [`Value::from_binary`] |
//!
//! What is written is what PostgreSQL 15 writes, byte for byte, and what it
//! reads is read. Text depends on settings of the session, which are a
//! [`Style`]: the time zone, the order of day and month, the style of intervals.
//! Dates are always in ISO style. Binary depends on nothing.
//!
//! Pure: the time of day that `'now'` means is given ([`Reading`]).
//!
//! # What is not here
//!
//! Ranges and what only text search uses have no values: texts are refused (0A000),
//! and so are bytes (42883). Names are not looked up: a
//! `regclass` is read from a number, and [`Parameter::object_name`] tells who can look.
//! XML is not checked.

mod binary;
mod column;
mod datetime;
mod geometry;
mod interval;
mod network;
mod numeric;
mod refusal;
mod relation;
mod rows;
mod style;
#[cfg(test)]
mod tests;
mod text;
mod types;
mod value;

pub use binary::{Parameter, check_binary};
pub use column::{Column, Origin};
pub use datetime::{Date, Time, TimeTz, Timestamp, Zone};
pub(crate) use datetime::{Day, MICROS_PER_DAY, MICROS_PER_SECOND, days_in_month};
pub use geometry::Geometry;
pub use network::Network;
pub use numeric::Numeric;
pub use postgres_types::{Field, Kind, Type};
pub use refusal::utf8;
pub use relation::{Filter, Relation, Scan, Test};
pub use rows::{Form, Row, Rows};
pub use style::{ByteaOutput, DateOrder, FloatDigits, IntervalStyle, Reading, Style};
pub use types::{is_reg, record_type, type_name, type_size};
pub use value::{Array, Dimension, Record, Value};

pub use crate::schema::Interval;
