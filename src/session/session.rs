//! The conversation itself.
use std::sync::Arc;
use std::time::Duration;

use super::{Column, Notice, Outcome, Row};
use crate::error::Result;

/// Who the client is and what it asked for at start-up.
#[derive(Clone, Debug, Default)]
pub struct SessionOptions {
    /// The user's name.
    pub user: String,
    /// The database's name: any, it is what `current_database()` answers.
    pub database: String,
    /// Settings of the start-up packet (`application_name`, `DateStyle`, …) and
    /// of its `options` (`-c name=value`), in order.
    pub settings: Vec<(String, String)>,
}

/// The state ReadyForQuery tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionStatus {
    /// No transaction: `I`
    Idle,
    /// In a transaction: `T`
    Active,
    /// In a transaction that failed: `E`
    Failed,
}

/// What a prepared statement or portal answers, told before it runs.
#[derive(Clone, Debug)]
pub struct Description {
    /// Type OIDs of the parameters. (No statement takes any until SELECT does.)
    pub parameters: Arc<[u32]>,
    /// The result's columns; empty when the statement answers no rows.
    pub columns: Arc<[Column]>,
}

/// What one Execute brought.
#[derive(Clone, Debug)]
pub struct Execution {
    /// Notices to send before anything else.
    pub notices: Vec<Notice>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The command tag when the portal has run to its end (`SHOW`, …; the empty
    /// text for an empty statement); nothing when it is suspended.
    pub tag: Option<&'static str>,
}

/// One client's conversation with a registry.
pub struct Session {
    _private: (),
}

impl Session {
    // ---- both protocols ----

    /// What ReadyForQuery tells.
    pub fn transaction_status(&self) -> TransactionStatus {
        unreachable!("skeleton")
    }

    /// Settings that the protocol reports (`ParameterStatus`) and that have
    /// changed since the last call; all of them at the first.
    pub fn take_reported_settings(&mut self) -> Vec<(&'static str, String)> {
        unreachable!("skeleton")
    }

    /// `statement_timeout`, if there is one; the wire races statements with it.
    pub fn statement_timeout(&self) -> Option<Duration> {
        unreachable!("skeleton")
    }

    /// `idle_in_transaction_session_timeout`, if there is one.
    pub fn idle_in_transaction_timeout(&self) -> Option<Duration> {
        unreachable!("skeleton")
    }

    /// Tells the session that a statement ended with this error outside of its
    /// own calls (a cancel, a time-out, a panic): the transaction fails.
    pub fn fail(&mut self) {
        unreachable!("skeleton")
    }

    /// Runs a text of any number of statements and answers each.
    ///
    /// # Errors
    /// The first error; what the text had changed before is rolled back.
    pub async fn execute(&mut self, _sql: &str) -> Result<Vec<Outcome>> {
        unreachable!("skeleton")
    }

    // ---- simple query ----

    /// Parses a text and begins to run it: call [`Session::step`] until it
    /// answers nothing, then [`Session::end_script`]. The answer is the number of statements.
    pub fn begin_script(&mut self, _sql: &str) -> Result<usize> {
        unreachable!("skeleton")
    }

    /// Runs the next statement of the script. Nothing when there is none left.
    /// An error ends the script.
    pub async fn step(&mut self) -> Result<Option<Outcome>> {
        unreachable!("skeleton")
    }

    // ---- extended query ----

    /// Parse: keeps the one statement of the text under the name.
    pub fn prepare(&mut self, _name: &str, _sql: &str, _parameter_types: &[u32]) -> Result<()> {
        unreachable!("skeleton")
    }

    /// Describe of a statement.
    pub fn describe_statement(&self, _name: &str) -> Result<Description> {
        unreachable!("skeleton")
    }

    /// Bind: makes a portal of a statement. No statement takes parameters yet, so
    /// `parameters` (how many values came) must be 0.
    pub fn bind(&mut self, _portal: &str, _statement: &str, _parameters: usize) -> Result<()> {
        unreachable!("skeleton")
    }

    /// Describe of a portal (also used by the wire to check the number of result formats at Bind).
    pub fn describe_portal(&self, _name: &str) -> Result<Description> {
        unreachable!("skeleton")
    }

    /// Execute: runs the portal, or goes on with it; at most `max_rows` rows, 0 is all.
    pub async fn execute_portal(&mut self, _name: &str, _max_rows: usize) -> Result<Execution> {
        unreachable!("skeleton")
    }

    /// Close of a statement; no error when there is none.
    pub fn close_statement(&mut self, _name: &str) {}

    /// Close of a portal; no error when there is none.
    pub fn close_portal(&mut self, _name: &str) {}

    /// Sync: commits the implicit transaction of the pipeline (or rolls it back
    /// after an error), drops portals outside a transaction.
    pub async fn sync(&mut self) -> Result<Vec<Notice>> {
        unreachable!("skeleton")
    }
}
