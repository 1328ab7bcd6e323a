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
//! | type | PostgreSQL 15 | Iceberg, as Spark SQL spells it |
//! | --- | --- | --- |
//! | `boolean` | `boolean` | `BOOLEAN` |
//! | `smallint`, `integer` | the same | `INT`, since nothing is smaller |
//! | `bigint` | `bigint` | `BIGINT` |
//! | `real`, `double precision` | the same | `FLOAT`, `DOUBLE` |
//! | `numeric(p,s)` | the same | `DECIMAL(p,s)`; refused beyond 38 digits, for a negative scale and one beyond the precision |
//! | `numeric` | `numeric` | refused: it has no bounds |
//! | `text`, `varchar(n)`, `char(n)` | the same | `STRING`, of any length |
//! | `bytea` | `bytea` | `BINARY` |
//! | `date` | `date` | `DATE` |
//! | `timestamp(p)`, `timestamptz(p)` | the same | `TIMESTAMP_NTZ`, `TIMESTAMP`, of microseconds |
//! | `uuid`, `time(p)` | the same | `STRING`: Iceberg has such types, but Spark SQL cannot name them |
//! | `interval`, `json`, `jsonb` | the same | `STRING` |
//! | array of scalars | the native array, `integer[]` | `ARRAY<…>` |
//! | any other array, `map`, `struct` | `jsonb` | `ARRAY<…>`, `MAP<…>`, `STRUCT<…>` |
//!
//! What a `STRING` stands for is written in its canonical text, as a default
//! is. What the sinks cannot say, they do not check: in PostgreSQL that the
//! elements of an array are never NULL, and everything within a `jsonb` column;
//! in Iceberg that elements and values of maps are never NULL, lengths,
//! indexes, constraints and defaults. The primary key is there the identifier
//! fields, which nobody enforces.
//!
//! # What Iceberg cannot
//!
//! Make an optional column required, add one that is required, or change a type
//! otherwise than `int` to `long`, `float` to `double` and a decimal to one of
//! more digits and the same scale (Iceberg's specification, "Schema Evolution").
//! A column with a default is added as optional, and an `UPDATE` writes the
//! default into the rows that are there, since version 2 of the format has no
//! defaults.
//!
//! # Within `jsonb`
//!
//! A struct is an object, a map an object whose keys are texts, an array an
//! array, and everything else what `to_jsonb` makes of it: numbers (`numeric`
//! too) and booleans are themselves, timestamps are in the form of ISO 8601
//! (`2024-02-29T12:00:00`, with an offset for `timestamptz`), other values are
//! their text. Defaults are written so too. A change of a part leaves the type
//! of the column as it is; where the values differ (a renamed member, a default
//! for an added one, another type) an `UPDATE` rewrites them, and the default
//! of the column follows its parts.

mod iceberg;
mod migration;
mod postgresql;
mod refusal;
#[cfg(test)]
mod sample;
mod sink;

use migration::{Hop, Migration};
use refusal::Refusal;
pub use sink::{Sink, SinkStep};
