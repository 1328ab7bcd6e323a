//! What a query sees of the session it is asked in.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::advisory::Locker;
use crate::error::Result;
use crate::registry::{Draft, Registry};
use crate::relation::{Style, Timestamp, Type};

/// Where and when a query is asked.
#[derive(Clone)]
pub struct Context {
    /// The registry whose streams are seen.
    pub registry: Arc<Registry>,
    /// The transaction's own changes to it.
    pub draft: Draft,
    /// The user.
    pub user: Arc<str>,
    /// The database that the client named.
    pub database: Arc<str>,
    /// The namespaces of `search_path`, without the implicit `pg_catalog`.
    pub search_path: Arc<[String]>,
    /// How values are read and written.
    pub style: Style,
    /// When the transaction began: `now()`.
    pub transaction_start: Timestamp,
    /// When the statement began: `statement_timestamp()`.
    pub statement_start: Timestamp,
    /// The process id that the client was told at start-up.
    pub process: i32,
    /// The client's address, if it has one.
    pub client: Option<SocketAddr>,
    /// The address at which the client reached the server.
    pub server: Option<SocketAddr>,
    /// What takes advisory locks for the session.
    pub locker: Locker,
    /// How long a lock is waited for, if not for ever.
    pub lock_timeout: Option<Duration>,
    /// The rest of the conversation.
    pub conversation: Arc<dyn Conversation>,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("user", &self.user)
            .field("database", &self.database)
            .field("search_path", &self.search_path)
            .finish_non_exhaustive()
    }
}

/// What a query can ask of the session, and what it can change there.
pub trait Conversation: Send + Sync {
    /// The value of a setting, as SHOW has it.
    fn setting(&self, name: &str) -> Option<String>;

    /// All settings, for `pg_settings`.
    fn settings(&self) -> Vec<Setting>;

    /// Changes a setting (`set_config`) and answers its value. The rest of the
    /// query is told the new one; what the setting is about has it after the query.
    ///
    /// # Errors
    /// 42704 and 22023, as SET.
    fn set(&self, name: &str, value: &str, is_local: bool) -> Result<String>;

    /// Says something on a channel (`pg_notify`), for the commit of the transaction.
    ///
    /// # Errors
    /// 22023 for a channel that is none and for a payload that is too long; 53200.
    fn notify(&self, channel: &str, payload: &str) -> Result<()>;

    /// Asks for the statement of a session to stop (`pg_cancel_backend`); false when
    /// there is no such session.
    fn cancel(&self, process_id: i32) -> bool;

    /// Ends a session (`pg_terminate_backend`); false when there is none.
    fn terminate(&self, process_id: i32) -> bool;

    /// The channels that the session listens to, for `pg_listening_channels`.
    fn channels(&self) -> Vec<String>;

    /// The prepared statements, for `pg_prepared_statements`.
    fn prepared_statements(&self) -> Vec<PreparedStatement>;

    /// The cursors that are open, for `pg_cursors`.
    fn cursors(&self) -> Vec<Cursor>;
}

/// A row of `pg_settings` (PostgreSQL manual, 54.24).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its value, in its unit.
    pub value: String,
    /// The unit of a number: `ms`, `kB`.
    pub unit: Option<String>,
    /// The group it belongs to.
    pub category: String,
    /// What it is for.
    pub description: String,
    /// When it can be set: `user`, `internal`.
    pub context: String,
    /// Its type: `bool`, `enum`, `integer`, `real`, `string`.
    pub kind: String,
    /// Where the value comes from: `default`, `session`.
    pub source: String,
    /// The smallest number it can be.
    pub minimum: Option<String>,
    /// The largest.
    pub maximum: Option<String>,
    /// The values it can have.
    pub values: Option<Vec<String>>,
    /// Its value at start-up.
    pub boot: Option<String>,
    /// Its value after RESET.
    pub reset: Option<String>,
}

/// A row of `pg_prepared_statements` (PostgreSQL manual, 54.15).
#[derive(Clone, Debug, PartialEq)]
pub struct PreparedStatement {
    /// Its name.
    pub name: String,
    /// The text it was made of.
    pub statement: String,
    /// When it was made.
    pub prepared_at: Timestamp,
    /// The types of its parameters.
    pub parameters: Vec<Type>,
    /// The types of its columns; empty when it answers no rows.
    pub columns: Vec<Type>,
    /// Whether it was made by PREPARE and not by the protocol.
    pub from_sql: bool,
}

/// A row of `pg_cursors` (PostgreSQL manual, 54.6).
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {
    /// Its name.
    pub name: String,
    /// The text of its query.
    pub statement: String,
    /// WITH HOLD
    pub is_holdable: bool,
    /// BINARY
    pub is_binary: bool,
    /// SCROLL
    pub is_scrollable: bool,
    /// When it was opened.
    pub created_at: Timestamp,
}
