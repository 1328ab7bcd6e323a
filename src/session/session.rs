//! The conversation itself: texts, prepared statements and portals.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;

use super::budget::{Budget, SessionConfig, Share};
use super::notification::Listening;
use super::portal::Portal;
use super::prepared::{Arguments, Prepared};
use super::query::{LockMark, Planned};
use super::transaction::{Transaction, aborted};
use super::{Outcome, ReadConsistency, Settings, Style};
use crate::error::Result;
use crate::registry::{Registry, Seat, Submission};
use crate::relation::Timestamp;
use crate::sql::{self, Statement};

/// The most texts whose statements a session remembers, and the longest of
/// them in bytes: tools repeat a few short ones.
const REMEMBERED_TEXTS: usize = 64;
const REMEMBERED_BYTES: usize = 512;

/// What a change of an open transaction takes beside its text and the definitions
/// it makes, about (in bytes).
const CHANGE_BYTES: usize = 1 << 10;

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
    /// What it may keep.
    pub limits: SessionConfig,
    /// The process id that others know it by, as the sender of notifications and the
    /// answer of `pg_backend_pid()`.
    pub process_id: i32,
    /// Both ends of the connection; nothing if it has no addresses.
    pub addresses: Option<Addresses>,
    /// The other sessions of the server, if there are any.
    pub peers: Option<Arc<dyn Peers>>,
}

/// The ends of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The client's.
    pub client: SocketAddr,
    /// The one that the client reached the server at.
    pub server: SocketAddr,
}

/// The sessions of a server, by their process ids (PostgreSQL manual, 9.27.2).
pub trait Peers: fmt::Debug + Send + Sync {
    /// How many there can be.
    fn most(&self) -> usize;

    /// Asks for the statement of a session to stop; false when there is no such session.
    fn cancel(&self, process_id: i32) -> bool;

    /// Ends a session; false when there is none.
    fn terminate(&self, process_id: i32) -> bool;
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

/// The statements of a text.
pub(super) type Statements = Arc<[Arc<Statement>]>;

/// What every statement asks of the settings, kept beside them.
#[derive(Default)]
pub(super) struct Frequent {
    /// The namespaces of `search_path`.
    pub(super) search_path: Vec<String>,
    pub(super) style: Style,
    /// Whether a read asks the store first how far it has come.
    pub(super) is_strict: bool,
    statement_timeout: Option<Duration>,
    idle_in_transaction_timeout: Option<Duration>,
    idle_timeout: Option<Duration>,
}

impl Frequent {
    fn of(settings: &Settings) -> Self {
        Self {
            search_path: settings.search_path(),
            style: settings.style(),
            is_strict: settings.read_consistency() == ReadConsistency::Strict,
            statement_timeout: settings.statement_timeout(),
            idle_in_transaction_timeout: settings.idle_in_transaction_session_timeout(),
            idle_timeout: settings.idle_session_timeout(),
        }
    }
}

/// One client's conversation with a registry.
pub struct Session {
    pub(super) registry: Arc<Registry>,
    _seat: Seat,
    #[cfg(feature = "query")]
    pub(super) engine: Option<super::query::Engaged>,
    pub(super) user: String,
    pub(super) database: Arc<str>,
    pub(super) settings: Settings,
    pub(super) frequent: Frequent,
    pub(super) transaction: Transaction,
    pub(super) submission: Submission,
    pub(super) process_id: i32,
    pub(super) addresses: Option<Addresses>,
    pub(super) peers: Option<Arc<dyn Peers>>,
    pub(super) listening: Listening,
    pub(super) budget: Budget,
    /// The part of the settings.
    pub(super) kept_settings: Option<Share>,
    /// The text that is being run, and which of its statements comes next.
    script: Statements,
    next: usize,
    /// The length of the text (in bytes).
    length: usize,
    settled: bool,
    pub(super) prepared: HashMap<String, Prepared>,
    pub(super) portals: HashMap<String, Portal>,
    /// Portals are numbered in the order in which they were bound.
    pub(super) next_portal: u64,
    /// When the transaction began, once somebody asked.
    pub(super) transaction_start: Option<Timestamp>,
    /// The query that was planned last and its plan, as long as nothing moves that a
    /// query can see.
    pub(super) fresh: Option<(Arc<Statement>, Planned)>,
    /// Queries that ran and may have set something.
    pub(super) talks: Vec<Planned>,
    texts: HashMap<String, Statements>,
}

impl Session {
    /// Begins a conversation.
    ///
    /// # Errors
    /// 42704 and 22023 for settings that are none or take no such value.
    pub fn new(registry: Arc<Registry>, options: SessionOptions) -> Result<Self> {
        let startup = options
            .settings
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let mut settings = Settings::new(&options.user, startup)?;
        if let Some(peers) = &options.peers {
            settings.tell_max_connections(peers.most());
        }
        if let Some(addresses) = &options.addresses {
            settings.tell_port(addresses.server.port());
        }
        super::dispatch::refuse_unoffered(&settings)?;
        Ok(Self {
            _seat: registry.metrics().session(),
            registry,
            #[cfg(feature = "query")]
            engine: None,
            user: options.user,
            database: options.database.into(),
            frequent: Frequent::of(&settings),
            settings,
            transaction: Transaction::None,
            budget: Budget::new(options.limits),
            kept_settings: None,
            submission: Submission::default(),
            process_id: options.process_id,
            addresses: options.addresses,
            peers: options.peers,
            listening: Listening::default(),
            script: Statements::default(),
            next: 0,
            length: 0,
            settled: false,
            prepared: HashMap::new(),
            portals: HashMap::new(),
            next_portal: 0,
            transaction_start: None,
            fresh: None,
            talks: Vec::new(),
            texts: HashMap::new(),
        })
    }

    // ---- both protocols ----

    /// What ReadyForQuery tells.
    pub fn transaction_status(&self) -> TransactionStatus {
        match self.transaction {
            Transaction::None | Transaction::Implicit(_) => TransactionStatus::Idle,
            Transaction::Explicit(_) => TransactionStatus::Active,
            Transaction::Failed(_) => TransactionStatus::Failed,
        }
    }

    /// Settings that the protocol reports (`ParameterStatus`) and that have
    /// changed since the last call; all of them at the first.
    pub fn take_reported_settings(&mut self) -> Vec<(&'static str, String)> {
        self.settings.take_reported()
    }

    /// `statement_timeout`, if there is one; the wire races statements with it.
    pub fn statement_timeout(&self) -> Option<Duration> {
        self.frequent.statement_timeout
    }

    /// `idle_in_transaction_session_timeout`, if there is one.
    pub fn idle_in_transaction_timeout(&self) -> Option<Duration> {
        self.frequent.idle_in_transaction_timeout
    }

    /// `idle_session_timeout`, if there is one.
    pub fn idle_timeout(&self) -> Option<Duration> {
        self.frequent.idle_timeout
    }

    /// Says when a running statement can no longer be cancelled: its change is
    /// submitted, and only the answer says how it ended.
    pub fn submission(&self) -> Submission {
        self.submission.clone()
    }

    /// Whether the statement that was answered last, or what came before it in
    /// its text, has been committed: its answer is true whatever happens while
    /// it is sent.
    pub fn is_settled(&self) -> bool {
        self.settled
    }

    /// Tells the session that a statement ended with an error outside of its
    /// own calls (a cancel, a time-out, a panic): the transaction fails.
    pub fn fail(&mut self) {
        self.disregard();
        self.end_script();
        match std::mem::take(&mut self.transaction) {
            Transaction::None => self.end_locks(LockMark::default()),
            Transaction::Implicit(_) => self.roll_back(),
            Transaction::Explicit(mut block) | Transaction::Failed(mut block) => {
                block.fail();
                // As in PostgreSQL, settings go back now, not when the client says so.
                match block.savepoints.last() {
                    Some(savepoint) => self.settings.go_back(&savepoint.settings),
                    None => self.settings.fail(),
                }
                let locks = block.savepoints.last().map(|savepoint| savepoint.locks);
                self.end_locks(locks.unwrap_or_default());
                self.transaction = Transaction::Failed(block);
                self.settings_moved();
            }
        }
    }

    /// Runs a text of any number of statements and answers each.
    ///
    /// # Errors
    /// The first error; what the text had changed before is rolled back.
    pub async fn execute(&mut self, sql: &str) -> Result<Vec<Outcome>> {
        let count = self.begin_script(sql)?;
        let mut outcomes = Vec::with_capacity(count);
        while let Some(mut outcome) = self.step().await? {
            if let Some(mut rest) = outcome.rest.take() {
                let mut rows = outcome.rows.to_vec();
                while let Some(more) = rest.next().await {
                    rows.extend(more.inspect_err(|_| self.fail())?);
                }
                outcome.rows = rows.into_iter().collect();
                self.finish().await?;
            }
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }

    /// Told when the rows of the last answer were all taken: what its query has set
    /// counts from here on, and what ends with it is committed.
    ///
    /// # Errors
    /// What could not be set; 40001 as [`Session::sync`].
    pub async fn finish(&mut self) -> Result<()> {
        self.take_over().inspect_err(|_| self.fail())?;
        let is_last = !self.script.is_empty() && self.next == self.script.len();
        if is_last && matches!(self.transaction, Transaction::Implicit(_)) {
            self.end_implicit().await?;
            self.settled = true;
        }
        Ok(())
    }

    // ---- simple query ----

    /// Parses a text and begins to run it: call [`Session::step`] until it
    /// answers nothing. The answer is the number of statements.
    ///
    /// # Errors
    /// 42601 and what else is wrong with the text: nothing of it runs.
    pub fn begin_script(&mut self, sql: &str) -> Result<usize> {
        // The unnamed statement and portal are the last text's, whichever way it came.
        self.prepared.remove("");
        self.portals.remove("");
        self.end_script();
        self.length = sql.len();
        self.script = self.parse(sql).inspect_err(|_| self.fail())?;
        if self.script.len() > 1 && matches!(self.transaction, Transaction::None) {
            self.begin_implicit();
        }
        Ok(self.script.len())
    }

    /// Runs the next statement of the script. Nothing when there is none left.
    ///
    /// # Errors
    /// What went wrong; it ends the script.
    pub async fn step(&mut self) -> Result<Option<Outcome>> {
        let Some(statement) = self.script.get(self.next).cloned() else {
            self.end_script();
            // An empty text ends the pipeline before it, as any other does.
            self.sync().await?;
            return Ok(None);
        };
        self.next += 1;
        self.move_on();
        let is_last = self.next == self.script.len();
        // A COMMIT within the text ended its transaction: the rest is another.
        if !is_last && matches!(self.transaction, Transaction::None) {
            self.begin_implicit();
        }
        let is_shared = matches!(self.transaction, Transaction::Implicit(_));
        let length = self.length / self.script.len();
        let outcome = self
            .guarded(&statement, Arguments::default(), length)
            .await?;
        // The last statement is answered after the commit it is part of; one whose
        // rows are still to come can fail until they have.
        let runs = outcome.rest.is_some();
        if is_last && !runs {
            self.end_implicit().await?;
        }
        self.settled = !runs
            && matches!(self.transaction, Transaction::None)
            && (is_shared || changes(&statement) || ends_transaction(&statement));
        Ok(Some(outcome))
    }

    /// Whether a statement is part of something longer: an explicit transaction
    /// or a text of several statements, but not a pipeline.
    pub(super) fn is_in_block(&self) -> bool {
        self.transaction.is_block() || self.script.len() > 1
    }

    fn end_script(&mut self) {
        self.script = Statements::default();
        self.next = 0;
    }

    // ---- extended query ----

    /// Sync: commits the implicit transaction of the pipeline, and drops portals
    /// outside a transaction.
    ///
    /// # Errors
    /// 40001 when a stream it changed was changed by others in the meantime:
    /// nothing was changed.
    pub async fn sync(&mut self) -> Result<()> {
        self.take_over().inspect_err(|_| self.fail())?;
        let outcome = self.end_implicit().await;
        if matches!(self.transaction, Transaction::None) {
            self.drop_portals();
            self.end_locks(LockMark::default());
        }
        self.move_on();
        outcome
    }

    // ---- within the session ----

    /// Runs a statement; an error fails the transaction it is in. `length` is
    /// that of its text.
    pub(super) async fn guarded(
        &mut self,
        statement: &Arc<Statement>,
        arguments: Arguments<'_>,
        length: usize,
    ) -> Result<Outcome> {
        let admitted = self.refuse_aborted(statement);
        let begun = Instant::now();
        let outcome = match admitted.and_then(|()| self.keep(statement, length)) {
            Ok(()) if self.frequent.is_strict && asks(statement) => {
                match self.registry.catch_up().await {
                    Ok(()) => self.dispatch(statement, arguments).await,
                    Err(error) => Err(error),
                }
            }
            Ok(()) => self.dispatch(statement, arguments).await,
            Err(error) => Err(error),
        };
        self.registry.metrics().answered(&outcome, begun.elapsed());
        let mut outcome = outcome.inspect_err(|_| self.fail())?;
        if outcome.rest.is_none() {
            self.take_over().inspect_err(|_| self.fail())?;
        }
        self.fresh = None;
        outcome.style = self.frequent.style;
        outcome
            .notices
            .retain(|notice| self.settings.admits(notice.severity));
        Ok(outcome)
    }

    /// What is done in a transaction is kept until its end.
    pub(super) fn keep(&mut self, statement: &Statement, length: usize) -> Result<()> {
        if let Some(block) = self.transaction.open_mut() {
            block.has_asked |= asks(statement);
            if changes(statement) {
                self.budget.add(&mut block.changes, length + CHANGE_BYTES)?;
            }
        }
        Ok(())
    }

    pub(super) fn parse(&mut self, sql: &str) -> Result<Statements> {
        if let Some(statements) = self.texts.get(sql) {
            return Ok(statements.clone());
        }
        let statements: Statements = sql::parse(sql)?.into_iter().map(Arc::new).collect();
        if sql.len() <= REMEMBERED_BYTES {
            if self.texts.len() >= REMEMBERED_TEXTS {
                self.texts.clear();
            }
            self.texts.insert(sql.to_owned(), statements.clone());
        }
        Ok(statements)
    }

    /// In a transaction that failed only its end and the way back are heard.
    pub(super) fn refuse_aborted(&self, statement: &Statement) -> Result<()> {
        let is_heard =
            || ends_transaction(statement) || matches!(statement, Statement::RollbackTo(_));
        if matches!(self.transaction, Transaction::Failed(_)) && !is_heard() {
            Err(aborted())
        } else {
            Ok(())
        }
    }

    pub(super) fn begin_implicit(&mut self) {
        self.settings.begin();
        self.transaction = Transaction::Implicit(Box::default());
    }

    /// Commits what is implicit; leaves an explicit transaction alone.
    async fn end_implicit(&mut self) -> Result<()> {
        match self.transaction {
            Transaction::Implicit(_) => self.commit().await,
            _ => Ok(()),
        }
    }

    /// Ends the transaction by making its changes everybody's.
    pub(super) async fn commit(&mut self) -> Result<()> {
        let held = self.hold_portals().await;
        held.inspect_err(|_| self.roll_back())?;
        // A cancel finds the transaction as it was, until there is no way back.
        let pending = self
            .transaction
            .open_mut()
            .map(|block| std::mem::take(&mut block.pending));
        let pending = pending.unwrap_or_default();
        let before = match self.tune_in(&pending).await {
            Ok(before) => before,
            Err(error) => {
                self.roll_back();
                return Err(error);
            }
        };
        let draft = self.transaction.take();
        self.drop_portals();
        let says_anything = pending.says_anything();
        let saying = says_anything.then(|| self.registry.notifications().begin());
        match self.registry.commit_marked(draft, &self.submission).await {
            Ok(position) => {
                if let Some(saying) = saying {
                    saying.publish(position, &pending.said());
                }
                self.end_locks(LockMark::default());
                self.settings.commit();
                self.settings_moved();
                Ok(())
            }
            Err(error) => {
                if let Some(before) = before {
                    self.listen_on(before);
                }
                self.roll_back();
                Err(error)
            }
        }
    }

    /// Ends the transaction as if it had never been.
    pub(super) fn roll_back(&mut self) {
        self.transaction = Transaction::None;
        self.drop_portals();
        self.end_locks(LockMark::default());
        self.settings.rollback();
        self.settings_moved();
    }

    /// A statement begins outside a transaction: it sees what is there now.
    fn move_on(&mut self) {
        self.fresh = None;
        if matches!(self.transaction, Transaction::None) {
            self.transaction_start = None;
        }
    }

    /// Settings have changed: so has what is kept beside them.
    pub(super) fn settings_moved(&mut self) {
        self.fresh = None;
        self.frequent = Frequent::of(&self.settings);
    }
}

/// Whether a statement leaves something behind that an error later in its
/// pipeline must undo, or that its commit must check.
pub(super) fn changes(statement: &Statement) -> bool {
    !matches!(
        statement,
        Statement::ShowStreams { .. }
            | Statement::ShowVersions(_)
            | Statement::ShowCompatibility(_)
            | Statement::ShowDiff { .. }
            | Statement::ShowCreateStream(..)
            | Statement::Describe(..)
            | Statement::Explain { .. }
            | Statement::Show { .. }
            | Statement::ShowAll
            | Statement::SetConstraints { .. }
            | Statement::DropAbsent { .. }
            | Statement::Lock(_)
            | Statement::Begin { .. }
            | Statement::Commit { .. }
            | Statement::Rollback { .. }
            | Statement::Savepoint(_)
            | Statement::Release(_)
            | Statement::RollbackTo(_)
            | Statement::Discard(_)
            | Statement::Deallocate(_)
            | Statement::Query(_)
            | Statement::Prepare(_)
            | Statement::Execute(_)
            | Statement::Call(_)
            | Statement::Declare(_)
            | Statement::Fetch(_)
            | Statement::Close(_)
            | Statement::CloseAll
            | Statement::Copy(_)
    )
}

/// Whether a statement asks something of the registry: PostgreSQL takes a
/// snapshot for it.
fn asks(statement: &Statement) -> bool {
    !matches!(
        statement,
        Statement::Begin { .. }
            | Statement::Commit { .. }
            | Statement::Rollback { .. }
            | Statement::Savepoint(_)
            | Statement::Release(_)
            | Statement::RollbackTo(_)
            | Statement::SetTransaction(_)
            | Statement::SetCharacteristics(_)
            | Statement::SetConstraints { .. }
            | Statement::Set { .. }
            | Statement::Reset { .. }
            | Statement::ResetAll
            | Statement::Show { .. }
            | Statement::ShowAll
            | Statement::Listen(_)
            | Statement::Notify { .. }
            | Statement::Unlisten(_)
    )
}

fn ends_transaction(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::Commit { .. } | Statement::Rollback { .. }
    )
}
