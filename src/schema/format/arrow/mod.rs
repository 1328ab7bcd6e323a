//! Schemas as Apache Arrow has them (Arrow Columnar Format 1.5, "Logical
//! Types" and "Canonical Extension Types"), and values as its arrays.
//!
//! | type | Arrow type | also read from |
//! | --- | --- | --- |
//! | `boolean` | Boolean | |
//! | `smallint` | Int16 | Int8, UInt8 |
//! | `integer` | Int32 | UInt16 |
//! | `bigint` | Int64 | UInt32 |
//! | `real` | Float32 | Float16 |
//! | `double precision` | Float64 | |
//! | `numeric(p,s)` of up to 38 digits | Decimal128 | Decimal32, Decimal64 |
//! | of up to 76 digits | Decimal256 | UInt64 is `numeric(20,0)` |
//! | of more, or without bounds | Utf8 | |
//! | `text`, `varchar`, `char` | Utf8 | LargeUtf8, Utf8View |
//! | `bytea` | Binary | LargeBinary, BinaryView, FixedSizeBinary |
//! | `date` | Date32 | Date64 |
//! | `time` | Time64(µs) | Time32, Time64(ns): (s) is `time(0)`, (ms) `time(3)` |
//! | `timestamp` | Timestamp(µs) | other units, likewise |
//! | `timestamptz` | Timestamp(µs, UTC) | other units, likewise, and zones |
//! | `interval` | Interval(MonthDayNano) | other intervals, Duration |
//! | `uuid` | FixedSizeBinary(16), `arrow.uuid` | |
//! | `json`, `jsonb` | Utf8, `arrow.json` | LargeUtf8, Utf8View, `arrow.json` |
//! | `array` | List | LargeList, FixedSizeList, ListView, LargeListView |
//! | `map` | Map | |
//! | `struct` | Struct | |
//!
//! Dictionary and RunEndEncoded are read as the type of their values; Null and
//! Union are refused (0A000). Decimals of Arrow have no negative scale here: a
//! `numeric(3,-2)` is a Decimal128(5, 0). A text of Arrow is the canonical one
//! of the type; `infinity` is the last day or microsecond
//! that Arrow counts, `-infinity` the first, as PostgreSQL stores them.
//!
//! What Arrow has no word for is in the metadata: of a field, its identity
//! ([`ARROW_FIELD_ID_KEY`]), its default ([`ARROW_DEFAULT_KEY`]) and its type where the Arrow
//! type is that of another one too ([`ARROW_TYPE_KEY`]); of the schema, its keys
//! ([`ARROW_KEYS_KEY`]).

mod data_type;
mod field;
mod schema;
#[cfg(test)]
mod tests;

pub(in crate::schema) use data_type::arrow_entries;
pub use field::{ARROW_DEFAULT_KEY, ARROW_FIELD_ID_KEY, ARROW_TYPE_KEY};
pub use schema::ARROW_KEYS_KEY;
