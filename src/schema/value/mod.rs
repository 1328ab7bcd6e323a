//! Defaults: literals as written, values as meant.
//!
//! A [`Literal`] is a constant as a statement spells it. [`Literal::coerce`]
//! makes it a [`DefaultValue`] of a column's type, in the one canonical
//! spelling of that type, so that equal values are equal texts:
//!
//! | type | canonical text |
//! | --- | --- |
//! | integers | decimal digits: `007` is `7`, `5.0` is `5` |
//! | `numeric(p,s)` | exactly `s` digits after the point: `0.0` is `0.00` |
//! | `numeric` | no trailing zeros, no exponent |
//! | `real`, `double precision` | the shortest that reads back |
//! | `boolean` | `true`, `false` |
//! | `character(n)` | without its trailing blanks |
//! | `bytea` | `\x` and lower hex digits |
//! | dates and times | ISO 8601 with a blank, no trailing zeros; points in time in UTC |
//! | `interval` | PostgreSQL's style `postgres`: `1 year 2 mons -3 days +04:05:06.789` |
//! | `uuid` | lower case with hyphens |
//! | `json` | as written |
//! | `jsonb` | compact, keys sorted |
//! | `struct`, `array`, `map` | the value's JSON form, compact, keys sorted: `{1,2}` is `[1,2]` |
//!
//! A default is a value of its column's type and not something to be cast to
//! it: nothing is rounded, cut or guessed. A bare number is never text, and a
//! quoted one is a number, as in PostgreSQL.
//!
//! # Values in records
//!
//! A record is JSON. Its values have one canonical form too, which says the
//! same as the text above ([`Schema::read_record`](super::Schema::read_record)):
//!
//! | type | read from | canonical form |
//! | --- | --- | --- |
//! | `boolean` | `true`, `false` | the same |
//! | integers | a number without a fraction | digits |
//! | `real`, `double precision` | a number, `"NaN"`, `"Infinity"`, `"-Infinity"` | a floating-point number, or the word |
//! | `numeric` | a string; a number of at most 15 digits | a string, which keeps all digits |
//! | `json`, `jsonb` | anything but `null`, which is NULL | the same |
//! | `array` | a list | a list |
//! | `map` | an object; its keys are texts of the key's type | an object with canonical keys |
//! | `struct` | an object; a field that is absent takes its default, or NULL | an object with every field |
//! | all others | a string | the canonical text |

mod array;
#[cfg(feature = "arrow")]
mod arrow;
mod datetime;
mod interval;
mod json;
mod literal;
mod number;
mod refusal;
#[cfg(test)]
mod tests;
mod text;

pub use interval::Interval;
pub(crate) use interval::IntervalFlaw;
pub use literal::{DefaultValue, Literal};
pub(crate) use number::is_number;
pub(crate) use text::{read_boolean, read_bytes};
#[cfg(feature = "arrow")]
pub(crate) use {arrow::RowError, json::no_such_field};
