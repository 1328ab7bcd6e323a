//! Astha (Sanskrit *āsthā*, "trust"): change data capture.
//!
//! **Every committed change of a monitored table reaches every component that is told
//! of that table at least once, in commit order, all rows of one commit together, and
//! nothing is dropped silently.** A change that was rolled back reaches nobody.
//!
//! ```text
//!  writer's transaction          this module
//!  ┌────────────────────┐   ┌──────────────────────────────────────────────────┐
//!  │ INSERT / UPDATE /  │   │ LogReader ─▶ Tail ─units─┬─▶ Worker ─▶ Subscriber │
//!  │ DELETE ─trigger─▶  │──▶│ reads and decodes once   └─▶ Worker ─▶ Subscriber │
//!  │ __cdc_log, marker  │   │     ▲                          │                  │
//!  └────────────────────┘   │     └──── Offsets, prune ◀─────┘                  │
//!                           └──────────────────────────────────────────────────┘
//! ```
//!
//! * Triggers write the log in the transaction of whoever changes a table, this
//!   program or another. The registry's own commits end with a marker row, and
//!   are one [`Unit`], as those of an application are that uses [`in_unit`]; rows
//!   without one are another program's and, as far as they were read together, one
//!   unit too.
//! * The newest units are decoded once and held until all components have taken them, as
//!   many as [`Config::max_memory`] allows. Each component has a worker that takes them
//!   at its own pace; one that is further behind reads the log for itself. So one that
//!   is slow holds back nobody, least of all a writer. (Only units that take megabytes
//!   are told to one component at a time.)
//! * After a unit was taken the worker's offset moves; the durable offset and the
//!   pruning of rows that every live component has seen are one job of the database's
//!   writer, and ride along with the next commit.
//! * Workers are woken by this process's commits, without a delay, and poll for
//!   other programs'.
//!
//! # What happens when
//!
//! | | |
//! | --- | --- |
//! | the process dies between commit, read, delivery, offset and prune | the durable offset says how far it was: units after it come again, so a component must be idempotent |
//! | a component answers an error, panics, or takes longer than [`Config::delivery_deadline`] | the unit comes again after a growing delay, before anything after it |
//! | it fails [`Config::breaker_failures`] times in a row, or does not say how it is | its breaker opens: it is left alone for [`Config::breaker_cooldown`], told to refresh, and goes on at its own offset; one more failure opens it again |
//! | it refuses a unit [`Config::max_delivery_attempts`] times, or says that the unit makes no sense (XX001) | the unit's events are dead letters ([`DeadLetters`]), with everything needed to deliver them again ([`Astha::replay`]); it is told to refresh and goes on |
//! | dead letters cannot be kept | nothing goes on for that component until they can |
//! | a row of the log cannot be understood | it is a dead letter; who is told of its table refreshes instead of the unit it is in; others get the unit |
//! | a unit is larger than half of the memory bound | it is told as a refresh |
//! | a component was away for longer than [`Config::max_absence`] | it holds the log back no longer; when it comes back it refreshes and goes on from there |
//! | rows of the log were deleted by hand | those who miss them refresh |
//! | its counter was set back, or its horizon deleted | positions go on from the highest ever seen, and everybody refreshes |
//! | a capturing trigger is missing, or is not what it should be | it is put right at the next start; what was written meanwhile may not be in the log, so that everybody refreshes |
//! | the log cannot be read (the store is gone, or busy) | it is opened again and again, with a growing delay |
//!
//! Astha knows neither the registry nor its components: they meet in the
//! database and in the [`Subscriber`] trait. It runs over any SQLite file that
//! has the log's tables.

mod astha;
mod breaker;
mod capture;
mod config;
mod dead_letter;
mod event;
mod letter_table;
mod log;
mod offsets;
mod statistics;
mod status;
mod subscriber;
mod tail;
#[cfg(test)]
mod tests;
mod worker;

pub use astha::{Astha, SchedulerStatistics};
pub use breaker::Circuit;
pub use capture::Capture;
pub use config::Config;
pub use dead_letter::DeadLetters;
pub use event::{Data, Event, Operation, RowData, Unit};
pub use log::{LogState, in_unit};
pub use statistics::{Counts, Statistics};
pub use status::{ComponentInfo, Status};
pub use subscriber::{Component, Health, Refresh, Subscriber};
