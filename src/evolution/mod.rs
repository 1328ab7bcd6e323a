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
//! # The rules
//!
//! Presence, defaults and nullability follow Avro's schema resolution, types
//! the promotions that Avro and Iceberg have in common (`promotes`, in
//! `rule.rs`):
//!
//! | change | new readers, old data | old readers, new data |
//! | --- | --- | --- |
//! | column added, nullable or with a default | yes | yes |
//! | column added, neither | no | yes |
//! | column dropped that was nullable or had a default | yes | yes |
//! | column dropped that was neither | yes | no |
//! | column renamed that was nullable or had a default | yes | yes |
//! | column renamed that was neither | yes | no |
//! | type widened | yes | no |
//! | type narrowed | no | yes |
//! | type changed otherwise | no | no |
//! | `SET NOT NULL` | no | yes |
//! | `DROP NOT NULL` | yes | no |
//! | default set or dropped | yes | yes |
//! | primary key changed | no | no |
//! | indexes and constraints changed | yes | yes |

mod adapter;
mod alter;
mod change;
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

#[cfg(feature = "arrow")]
pub use adapter::BatchAdapter;
pub use adapter::{Adapter, Conversion, Part, Resolution, Resolved, Source};
pub(crate) use alter::made_name;
pub use alter::{AlterError, Altered, alter};
pub use change::SchemaChange;
pub use compare::{Verdict, compare};
pub use diff::{Diff, diff};
pub use difference::Difference;
use difference::differences;
pub use identity::adopt_identities;
pub use plan::{Plan, Safety, Step, plan};
pub use report::{Report, judge};
pub use rule::Rule;
pub use sink::{Sink, SinkStep};
pub use violation::Violation;
