//! The brain: what changed between two schemas, and who can still read what.
//!
//! Pure: tables and laws, no I/O, no clock, no randomness.
//!
//! * [`alter`] applies the actions of an `ALTER STREAM` to a schema.
//! * [`diff`] says what changed, in words and as the stored evolution type.
//! * [`compare`] says whether the readers of each of two schemas can read the
//!   data of the other; [`judge`] asks that for a mode and a history and
//!   answers with a [`Report`], which becomes an error only when somebody
//!   insists ([`Report::into_error`]).
//! * [`Sink`] renders the steps of a [`Plan`] in the SQL of the system that keeps
//!   the data.
//! * [`Adapter`] carries records of one schema over to another, either way.
//!
//! # How data is found
//!
//! Readers find a column in the data by its name. A renamed column keeps its
//! old names as aliases, so its new readers find old data; readers from before
//! the rename know nothing of the new name. Columns of two schemas are
//! therefore paired by their identity, and those left over by their name: a
//! column that was dropped and added again is the same column to whoever reads
//! data. Where a rename and another column share a name, a reader would find
//! the other column's data, so neither direction works ([`Rule::NameReused`]).
//!
//! An alias is for the data of versions from before the rename: a reader knows
//! which version wrote what it reads, and looks for an old name there only. So two
//! versions are compared by the names they have, and a name is free again one
//! version after it was given up. A reader that takes its aliases for any data has
//! to keep to names that no column had; what its versions before the latest had is
//! compared by the transitive modes, and a plain mode promises nothing of them.
//!
//! # The rules
//!
//! A [`Rule`] is a change that somebody cannot read across. Each direction asks
//! one thing: whether whoever reads finds a value it has room for.
//!
//! | change | new readers, old data | old readers, new data | source |
//! | --- | --- | --- | --- |
//! | column added, nullable or with a default | yes | yes | Avro |
//! | column added, neither | no | yes | Avro |
//! | column dropped that was nullable or had a default | yes | yes | Avro |
//! | column dropped that was neither | yes | no | Avro |
//! | column renamed that was nullable or had a default | yes | yes | Avro: aliases |
//! | column renamed that was neither | yes | no | Avro: aliases |
//! | renamed, and another column has one of the names | no | no | as data is found |
//! | column dropped and added again | as a change of it | as a change of it | as data is found |
//! | type widened | yes | no | Avro and Iceberg |
//! | type narrowed | no | yes | Avro and Iceberg |
//! | type changed otherwise | no | no | Avro and Iceberg |
//! | `SET NOT NULL` | no | yes | Avro: unions; Iceberg: required |
//! | `DROP NOT NULL` | yes | no | Avro: unions; Iceberg: optional |
//! | default set, changed or dropped | yes | yes | both versions write the column |
//! | order of columns, or of members of a struct | yes | yes | found by name |
//! | primary key added, changed or dropped | no | no | rows are told apart by it |
//! | indexes and UNIQUE constraints | yes | yes | for sinks only |
//! | member of a struct, wherever the struct is | as a column | as a column | Avro: records |
//! | element of an array, value of a map | as a column that stays | as a column that stays | Avro |
//! | key of a map | its type, as a column's | its type, as a column's | see below |
//!
//! Types, from narrow to wide, are these; of any other two, neither reads the
//! other. The tests have every pair of them as a matrix (`tests/table.rs`).
//!
//! | from | to | source |
//! | --- | --- | --- |
//! | `smallint` | `integer`, `bigint` | Avro and Iceberg, `int` to `long` |
//! | `integer` | `bigint` | Avro and Iceberg, `int` to `long` |
//! | `real` | `double precision` | Avro and Iceberg, `float` to `double` |
//! | `numeric(p,s)` | `numeric(q,s)`, q > p | Iceberg, `decimal` |
//! | `character(n)` | `character(m)`, `varchar(m)`, m ≥ n; `text` | lengths of one `string` |
//! | `varchar(n)` | `varchar(m)`, m > n; `text` | lengths of one `string` |
//! | `time(n)`, `timestamp(n)`, `timestamptz(n)` | more digits of a second | precisions of one type |
//!
//! # Where the sources differ
//!
//! They are the Avro specification ("Schema Resolution"), the Iceberg table
//! specification ("Schema Evolution") and SQL (assignment casts). What reads
//! the data rules, so:
//!
//! * **Presence, defaults, nullability: Avro.** Iceberg has a required column
//!   added only with a default, which is the same for new readers; it does not
//!   speak of old readers, and Avro does.
//! * **Types: what Avro and Iceberg both promise.** Avro also reads integers as
//!   floats and exchanges `string` and `bytes`; Iceberg does not, and large
//!   integers would lose digits. Iceberg reads a `date` as a `timestamp` since
//!   version 3 of its format; Avro does not. Avro wants precision and scale of a
//!   decimal to be the same; the greater precision is Iceberg's, and loses
//!   nothing. A `numeric` without bounds is in neither, so it is nobody's
//!   promotion.
//! * **SQL's casts: never.** They turn values into others (a number into text, a
//!   `timestamp` into a `date`), and a reader does not know that they were
//!   turned. PostgreSQL lets a column's type change so, because it rewrites the
//!   table; nobody rewrites a stream.
//! * **Keys of maps** are read as any other value. Avro's are always strings, and
//!   Iceberg's implementations refuse to alter them; a promotion keeps different
//!   keys different, so here it is one.

mod adapter;
mod alter;
mod assignment;
mod change;
mod comments;
mod compare;
mod diff;
mod difference;
mod identity;
mod pairing;
mod plan;
mod report;
mod rule;
mod sink;
#[cfg(test)]
mod tests;
mod violation;
mod words;

pub use adapter::Adapter;
#[cfg(feature = "arrow")]
pub use adapter::BatchAdapter;
pub(crate) use alter::made_name;
pub use alter::{AlterError, Altered, alter};
pub use change::SchemaChange;
pub use comments::Comments;
pub use compare::{Verdict, compare};
pub use diff::{Diff, diff};
pub use difference::Difference;
use difference::differences;
pub use identity::adopt_identities;
pub use plan::{Plan, Route, RouteAction, RouteStep, Safety, Step, plan, plan_commented};
pub use report::{Report, judge};
pub use rule::Rule;
pub use sink::{Sink, SinkStep};
pub use violation::Violation;
pub(crate) use words::{bounded, shortened};
