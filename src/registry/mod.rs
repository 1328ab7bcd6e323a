//! The library's face: register, evolve, ask.
//!
//! A [`Registry`] decides what may change and keeps what was. Every change is an
//! [`Operation`], data like a statement, and takes the same way:
//!
//! 1. a [`View`] loads what the decision needs: committed state and the
//!    transaction's own [`Draft`] on top;
//! 2. the operation is decided: pure rules of [`evolution`](crate::evolution),
//!    then requirements and updates added to the draft, or an error and no
//!    change;
//! 3. the draft is committed as one [`Change`](crate::store::Change), in a task
//!    of its own: who asked may go away, the commit does not.
//!
//! In autocommit ([`Registry::run`]) changes to one stream wait for each other
//! from load to commit, and a conflict, which then means another process or a
//! transaction, is tried again. A transaction applies operations to one draft
//! ([`Registry::apply`]) and commits it once.
//!
//! Reads are served from a cache that is moved forward by this node's own
//! commits before they are answered, and by Astha's events for everybody
//! else's (the Schema Manager, which also adopts what other programs wrote into
//! the registry's tables).

mod alter;
mod announcement;
mod assertion;
mod builder;
mod cache;
mod consistency;
mod copy;
mod create;
mod dead_letters;
mod draft;
mod drop;
mod evolve;
#[cfg(test)]
mod fixture;
mod hindsight;
mod judgement;
mod known;
mod metrics;
mod names;
mod namespace;
mod notification;
mod operation;
mod options;
mod pipeline;
mod registry;
mod replace;
mod schema_manager;
mod submission;
mod subscription;

pub use assertion::Assertion;
pub use builder::{Builder, StoreLocation};
pub use cache::{CacheConfig, CacheStatistics};
pub use draft::{Draft, Found, View};
pub use evolve::{Evolved, Prospect};
pub use judgement::Judgement;
pub use known::Known;
pub use metrics::{Metrics, Seat};
pub use notification::{Channels, Listener, Notification, Notifications, Saying};
pub use operation::{Applied, At, Operation, StreamAction, StreamSpec};
pub use pipeline::Pipeline;
pub use registry::Registry;
pub(crate) use registry::no_stream;
pub use submission::Submission;
pub use subscription::SchemaChange;

pub use crate::astha::{ComponentInfo, LogState};
pub use crate::store::{Cell, Listing, Namespace, RowPage, RowRequest, RowTest, Search, Version};
