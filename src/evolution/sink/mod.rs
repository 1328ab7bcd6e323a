//! A plan in the SQL of the system that keeps the data.
//!
//! A [`Sink`] says what a table of a schema is there ([`Sink::create_table`])
//! and what every step of a plan takes ([`Sink::render`]): statements, in
//! order, and a caution for whoever runs them. What a sink cannot do is an
//! error (0A000) that names the way out; nothing is skipped without a word.
//! Rendering is text only: nobody connects to anything here.
//!
//! # Types
//!
//! | type | PostgreSQL 15 |
//! | --- | --- |
//! | scalars | the same type |
//! | array of scalars | the native array, `integer[]` |
//! | any other array, `map`, `struct` | `jsonb` |
//!
//! What the sinks cannot say, they do not check: in PostgreSQL that the elements
//! of an array are never NULL, and everything within a `jsonb` column.
//!
//! # Within `jsonb`
//!
//! A struct is an object, a map an object whose keys are texts, an array an
//! array, and everything else what `to_jsonb` makes of it: numbers and booleans
//! are themselves, other values are their text. A change of a part leaves the
//! column as it is; where the values differ (a renamed member, a default for an
//! added one, another type) an `UPDATE` rewrites them.

mod migration;
mod postgresql;
mod refusal;
mod sink;

use migration::{Hop, Migration};
use refusal::Refusal;
pub use sink::{Sink, SinkStep};
