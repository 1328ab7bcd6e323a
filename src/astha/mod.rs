//! Astha (Sanskrit *āsthā*, "trust"): change data capture.
//!
//! **Every committed change of a monitored table reaches every subscriber of
//! that table at least once, in commit order, all rows of one commit together,
//! and nothing is dropped silently.** A change that was rolled back reaches
//! nobody.
//!
//! ```text
//!  writer's transaction          this module
//!  ┌────────────────────┐   ┌─────────────────────────────────────────────┐
//!  │ INSERT / UPDATE /  │   │ ChangeLog ──units──▶ worker ──▶ Subscriber  │
//!  │ DELETE ─trigger─▶  │──▶│ reads by position    one a component        │
//!  │ __cdc_log, marker  │   │     ▲                      │                │
//!  └────────────────────┘   │     └── offset, prune ◀────┘                │
//!                           └─────────────────────────────────────────────┘
//! ```
//!
//! * Triggers write the log in the transaction of whoever changes a table, this
//!   program or another. The registry's own commits end with a marker row, and
//!   are one [`Unit`]; rows without one are another program's and, as far as
//!   they were read together, one unit too.
//! * A worker reads the log after its offset, decodes, delivers one unit at a
//!   time, and then moves its offset; the durable offset and the pruning of rows
//!   that every live subscriber has seen are housekeeping of the database's
//!   writer, and ride along with the next commit. A crash in between delivers
//!   again, so a subscriber must be idempotent.
//! * It is woken by this process's commits and polls for other programs'.
//! * A subscriber that fails is tried again with a growing delay, for as long as
//!   it takes: its units wait in the log, other subscribers go on.
//! * A subscriber whose units are gone (it was away for longer than the log is
//!   kept), or which would get a unit larger than the memory bound or one that
//!   cannot be decoded, is told to refresh from the source instead, and goes on
//!   from there.
//!
//! Astha knows neither the registry nor its components: they meet in the
//! database and in the [`Subscriber`] trait. It runs over any SQLite file that
//! has the log's tables.

mod astha;
mod breaker;
mod config;
mod dead_letter;
mod event;
mod letter_table;
mod log;
mod offsets;
mod statistics;
mod subscriber;
mod tail;
#[cfg(test)]
mod tests;
mod worker;

pub use astha::{Astha, SchedulerStatistics};
pub use breaker::Circuit;
pub use config::Config;
pub use dead_letter::{DeadLetter, DeadLetters, Failure};
pub use event::{Data, Event, Operation, RowData, Unit};
pub use log::LogState;
pub use statistics::{Counts, Statistics};
pub use subscriber::{Component, Health, Refresh, Subscriber};
pub use worker::{ComponentInfo, Status};
