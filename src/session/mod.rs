//! One client's conversation.
//!
//! A [`Session`] takes SQL and answers [`Outcome`]s. It owns what a
//! conversation needs: settings, the transaction, prepared statements, portals
//! and the rows that a portal has not handed out yet. It knows nothing of
//! bytes: the wire keeps formats and encodings, an embedding application needs
//! neither.

mod answer;
mod budget;
mod call;
mod columns;
mod create;
mod dispatch;
mod explain;
mod extended;
#[cfg(test)]
mod law;
mod notification;
mod operation;
mod outcome;
mod portal;
mod prepared;
#[cfg_attr(not(feature = "query"), path = "no_query.rs")]
mod query;
mod resolve;
mod savepoint;
mod session;
mod setting;
mod source;
mod transaction;

pub use crate::notice::{Notice, Severity};
pub use crate::registry::{Notification, Submission};
pub use crate::relation::{Column, Form, Parameter, Row, Rows, Style, Type, Value};
pub use crate::sql::CopyFormat;
pub use budget::SessionConfig;
pub use extended::Description;
pub use outcome::{Count, Outcome, RowStream};
pub use session::{Addresses, Peers, Session, SessionOptions, TransactionStatus};
pub use setting::{MetadataUpdates, ReadConsistency, Settings};
