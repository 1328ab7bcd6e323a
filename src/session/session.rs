//! The conversation itself: texts, prepared statements and portals.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::budget::{Budget, SessionConfig, Share};
use super::columns::columns;
use super::transaction::{Transaction, aborted};
use super::{Column, Notice, Outcome, Rows, Settings};
use crate::error::{Error, ErrorKind, Object, Result};
use crate::registry::{Registry, Submission};
use crate::sql::{self, Statement};

/// The most texts whose statements a session remembers, and the longest of
/// them in bytes: tools repeat a few short ones.
const REMEMBERED_TEXTS: usize = 64;
const REMEMBERED_BYTES: usize = 512;

/// What a change of an open transaction takes beside its text, about (in bytes):
/// a version of a stream.
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
    pub rows: Rows,
    /// The command tag when the portal has run to its end (`SHOW`, …; the empty
    /// text for an empty statement); nothing when it is suspended.
    pub tag: Option<&'static str>,
}

/// A statement that was parsed.
#[derive(Clone)]
struct Prepared {
    /// Nothing for an empty text.
    statement: Option<Arc<Statement>>,
    /// In bytes.
    length: usize,
    _share: Arc<Share>,
}

/// A prepared statement that was bound.
struct Portal {
    prepared: Prepared,
    state: PortalState,
    _share: Share,
    /// The part of the rows, once it is suspended.
    rows: Option<Share>,
}

enum PortalState {
    Bound,
    /// It ran; rows are left to hand out, perhaps none.
    Running(Rows, &'static str),
    Done,
}

/// The statements of a text.
type Statements = Arc<[Arc<Statement>]>;

/// What every statement asks of the settings, kept beside them.
#[derive(Default)]
pub(super) struct Frequent {
    /// The namespaces of `search_path`.
    pub(super) search_path: Vec<String>,
    statement_timeout: Option<Duration>,
    idle_in_transaction_timeout: Option<Duration>,
}

impl Frequent {
    fn of(settings: &Settings) -> Self {
        Self {
            search_path: settings.search_path(),
            statement_timeout: settings.statement_timeout(),
            idle_in_transaction_timeout: settings.idle_in_transaction_session_timeout(),
        }
    }
}

/// One client's conversation with a registry.
pub struct Session {
    pub(super) registry: Arc<Registry>,
    pub(super) user: String,
    pub(super) settings: Settings,
    pub(super) frequent: Frequent,
    pub(super) transaction: Transaction,
    pub(super) submission: Submission,
    pub(super) budget: Budget,
    /// The parts of the transaction's changes and of the settings.
    changes: Option<Share>,
    pub(super) kept_settings: Option<Share>,
    /// The text that is being run, and which of its statements comes next.
    script: Statements,
    next: usize,
    /// The length of the text (in bytes).
    length: usize,
    settled: bool,
    prepared: HashMap<String, Prepared>,
    portals: HashMap<String, Portal>,
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
        let settings = Settings::new(&options.user, startup)?;
        super::dispatch::refuse_unoffered(&settings)?;
        Ok(Self {
            registry,
            user: options.user,
            frequent: Frequent::of(&settings),
            settings,
            transaction: Transaction::None,
            budget: Budget::new(options.limits),
            changes: None,
            kept_settings: None,
            submission: Submission::default(),
            script: Statements::default(),
            next: 0,
            length: 0,
            settled: false,
            prepared: HashMap::new(),
            portals: HashMap::new(),
            texts: HashMap::new(),
        })
    }

    // ---- both protocols ----

    /// What ReadyForQuery tells.
    pub fn transaction_status(&self) -> TransactionStatus {
        match self.transaction {
            Transaction::None | Transaction::Implicit(_) => TransactionStatus::Idle,
            Transaction::Explicit(_) => TransactionStatus::Active,
            Transaction::Failed => TransactionStatus::Failed,
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
        self.end_script();
        if self.transaction.is_block() {
            self.transaction = Transaction::Failed;
            self.changes = None;
        } else if matches!(self.transaction, Transaction::Implicit(_)) {
            self.roll_back();
        }
    }

    /// Runs a text of any number of statements and answers each.
    ///
    /// # Errors
    /// The first error; what the text had changed before is rolled back.
    pub async fn execute(&mut self, sql: &str) -> Result<Vec<Outcome>> {
        let count = self.begin_script(sql)?;
        let mut outcomes = Vec::with_capacity(count);
        while let Some(outcome) = self.step().await? {
            outcomes.push(outcome);
        }
        Ok(outcomes)
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
        let is_last = self.next == self.script.len();
        // A COMMIT within the text ended its transaction: the rest is another.
        if !is_last && matches!(self.transaction, Transaction::None) {
            self.begin_implicit();
        }
        let is_shared = matches!(self.transaction, Transaction::Implicit(_));
        let length = self.length / self.script.len();
        let outcome = self.guarded(&statement, length).await?;
        // The last statement is answered after the commit it is part of.
        if is_last {
            self.end_implicit().await?;
        }
        self.settled = matches!(self.transaction, Transaction::None)
            && (is_shared || changes(&statement) || ends_transaction(&statement));
        Ok(Some(outcome))
    }

    fn end_script(&mut self) {
        self.script = Statements::default();
        self.next = 0;
    }

    // ---- extended query ----

    /// Parse: keeps the one statement of the text under the name.
    ///
    /// # Errors
    /// 42601 for two statements, 42P05 for a name that is taken, 0A000 for a
    /// statement that is not offered, 25P02 in a transaction that failed.
    pub fn prepare(&mut self, name: &str, sql: &str, parameter_types: &[u32]) -> Result<()> {
        self.try_prepare(name, sql, parameter_types)
            .inspect_err(|_| self.fail())
    }

    fn try_prepare(&mut self, name: &str, sql: &str, parameter_types: &[u32]) -> Result<()> {
        // The unnamed statement goes first, even if nothing takes its place.
        if name.is_empty() {
            self.prepared.remove("");
        }
        let statements = self.parse(sql)?;
        let statement = statements.first().cloned();
        if statements.len() > 1 {
            return Err(Error::new(
                ErrorKind::Syntax,
                "cannot insert multiple commands into a prepared statement",
            ));
        }
        if let Some(statement) = &statement {
            self.refuse_aborted(statement)?;
            super::dispatch::refuse_unsupported(statement)?;
        }
        if !name.is_empty() && self.prepared.contains_key(name) {
            return Err(Error::new(
                ErrorKind::AlreadyExists(Object::PreparedStatement),
                format!("prepared statement \"{name}\" already exists"),
            ));
        }
        self.budget
            .admit(self.prepared.len(), "prepared statements")?;
        let share = self.budget.take(name.len() + sql.len())?;
        // Types of parameters that the statement does not have are no error:
        // PostgreSQL only counts the values at Bind.
        let _ = parameter_types;
        let prepared = Prepared {
            statement,
            length: sql.len(),
            _share: Arc::new(share),
        };
        self.prepared.insert(name.to_owned(), prepared);
        Ok(())
    }

    /// Describe of a statement.
    ///
    /// # Errors
    /// 26000 when there is none of the name, 42704 for `SHOW` of a setting that
    /// is none, 25P02 for rows in a transaction that failed.
    pub fn describe_statement(&mut self, name: &str) -> Result<Description> {
        self.must_get_prepared(name)
            .and_then(|prepared| self.describe(prepared))
            .inspect_err(|_| self.fail())
    }

    /// Bind: makes a portal of a statement. `parameters` is how many values
    /// came; no statement takes any yet.
    ///
    /// # Errors
    /// 26000 when there is no such statement, 42P03 for a portal's name that is
    /// taken, 08P01 for parameters, 25P02 in a transaction that failed.
    pub fn bind(&mut self, portal: &str, statement: &str, parameters: usize) -> Result<()> {
        self.try_bind(portal, statement, parameters)
            .inspect_err(|_| self.fail())
    }

    fn try_bind(&mut self, portal: &str, statement: &str, parameters: usize) -> Result<()> {
        let prepared = self.must_get_prepared(statement)?.clone();
        if parameters > 0 {
            return Err(Error::new(
                ErrorKind::Protocol(crate::error::Protocol::Violation),
                format!(
                    "bind message supplies {parameters} parameters, but prepared statement \"{statement}\" requires 0"
                ),
            ));
        }
        if let Some(statement) = &prepared.statement {
            self.refuse_aborted(statement)?;
        }
        if !portal.is_empty() && self.portals.contains_key(portal) {
            return Err(Error::new(
                ErrorKind::AlreadyExists(Object::Portal),
                format!("cursor \"{portal}\" already exists"),
            ));
        }
        self.portals.remove(portal);
        self.budget.admit(self.portals.len(), "portals")?;
        let bound = Portal {
            prepared,
            state: PortalState::Bound,
            _share: self.budget.take(portal.len())?,
            rows: None,
        };
        self.portals.insert(portal.to_owned(), bound);
        Ok(())
    }

    /// Whether there are portals.
    pub fn has_portals(&self) -> bool {
        !self.portals.is_empty()
    }

    /// Describe of a portal.
    ///
    /// # Errors
    /// 34000 when there is none of the name; otherwise those of
    /// [`Session::describe_statement`].
    pub fn describe_portal(&mut self, name: &str) -> Result<Description> {
        self.must_get_portal(name)
            .and_then(|portal| self.describe(&portal.prepared))
            .inspect_err(|_| self.fail())
    }

    /// Execute: runs the portal, or goes on with it; at most `max_rows` rows, 0
    /// is all. `alone` says that the client's Sync follows at once, so that the
    /// statement is a transaction of its own; otherwise its changes commit at
    /// [`Session::sync`].
    ///
    /// # Errors
    /// 34000 when there is no such portal, 55000 when it has run to its end,
    /// 25P02 in a transaction that failed; what went wrong in the statement.
    pub async fn execute_portal(
        &mut self,
        name: &str,
        max_rows: usize,
        alone: bool,
    ) -> Result<Execution> {
        let mut notices = Vec::new();
        let started = self.start_portal(name).inspect_err(|_| self.fail())?;
        if let Some((statement, length)) = started {
            if !alone && matches!(self.transaction, Transaction::None) && changes(&statement) {
                self.begin_implicit();
            }
            let outcome = self.guarded(&statement, length).await?;
            notices = outcome.notices;
            // COMMIT and the like close all portals, this one too.
            if outcome.columns.is_empty() {
                return Ok(Execution {
                    notices,
                    rows: Rows::default(),
                    tag: Some(outcome.tag),
                });
            }
            if let Some(portal) = self.portals.get_mut(name) {
                portal.state = PortalState::Running(outcome.rows, outcome.tag);
            }
        }
        let (rows, tag) = self.fetch(name, max_rows).inspect_err(|_| self.fail())?;
        Ok(Execution { notices, rows, tag })
    }

    /// The statement to run for the portal's first rows, and the length of its
    /// text; nothing when it has run, or is empty.
    fn start_portal(&mut self, name: &str) -> Result<Option<(Arc<Statement>, usize)>> {
        let portal = self.must_get_portal(name)?;
        let Some(statement) = portal.prepared.statement.clone() else {
            return Ok(None);
        };
        self.refuse_aborted(&statement)?;
        match self.portals.get_mut(name) {
            Some(portal) if matches!(portal.state, PortalState::Bound) => {
                portal.state = PortalState::Done;
                Ok(Some((statement, portal.prepared.length)))
            }
            _ => Ok(None),
        }
    }

    /// The next rows of a portal, and its tag when these are the last.
    fn fetch(&mut self, name: &str, max_rows: usize) -> Result<(Rows, Option<&'static str>)> {
        let portal = self.portals.get_mut(name).ok_or_else(|| no_portal(name))?;
        let (left, tag) = match &mut portal.state {
            PortalState::Running(left, tag) => (left, *tag),
            // The empty statement.
            PortalState::Bound => return Ok((Rows::default(), Some(""))),
            PortalState::Done => {
                return Err(Error::new(
                    ErrorKind::Spent(Object::Portal),
                    format!("portal \"{name}\" cannot be run"),
                ));
            }
        };
        let limit = if max_rows == 0 { usize::MAX } else { max_rows };
        let rows = left.take_first(limit);
        // A portal that gave exactly as many rows as were asked for is suspended,
        // even when none is left: the next Execute finds that out.
        let tag = (rows.len() < limit).then_some(tag);
        if left.is_empty() {
            *left = Rows::default();
            portal.rows = None;
        } else if portal.rows.is_none() {
            portal.rows = Some(self.budget.take(left.bytes())?);
        }
        Ok((rows, tag))
    }

    /// Close of a statement; no error when there is none.
    pub fn close_statement(&mut self, name: &str) {
        self.prepared.remove(name);
    }

    /// Close of a portal; no error when there is none.
    pub fn close_portal(&mut self, name: &str) {
        self.portals.remove(name);
    }

    /// Sync: commits the implicit transaction of the pipeline, and drops portals
    /// outside a transaction.
    ///
    /// # Errors
    /// 40001 when a stream it changed was changed by others in the meantime:
    /// nothing was changed.
    pub async fn sync(&mut self) -> Result<()> {
        let outcome = self.end_implicit().await;
        if matches!(self.transaction, Transaction::None) {
            self.portals.clear();
        }
        outcome
    }

    // ---- within the session ----

    /// Runs a statement; an error fails the transaction it is in. `length` is
    /// that of its text.
    async fn guarded(&mut self, statement: &Arc<Statement>, length: usize) -> Result<Outcome> {
        let admitted = self.refuse_aborted(statement);
        let outcome = match admitted.and_then(|()| self.keep_change(statement, length)) {
            Ok(()) => self.dispatch(statement).await,
            Err(error) => Err(error),
        };
        let mut outcome = outcome.inspect_err(|_| self.fail())?;
        outcome
            .notices
            .retain(|notice| self.settings.admits(notice.severity));
        Ok(outcome)
    }

    /// What is changed in a transaction is kept until its end.
    fn keep_change(&mut self, statement: &Statement, length: usize) -> Result<()> {
        if changes(statement) && self.transaction.draft_mut().is_some() {
            self.budget.add(&mut self.changes, length + CHANGE_BYTES)?;
        }
        Ok(())
    }

    fn parse(&mut self, sql: &str) -> Result<Statements> {
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

    fn describe(&self, prepared: &Prepared) -> Result<Description> {
        let columns = match &prepared.statement {
            Some(statement) => columns(statement, &self.settings)?,
            None => Arc::from([]),
        };
        if matches!(self.transaction, Transaction::Failed) && !columns.is_empty() {
            return Err(aborted());
        }
        Ok(Description {
            parameters: Arc::from([]),
            columns,
        })
    }

    fn must_get_prepared(&self, name: &str) -> Result<&Prepared> {
        self.prepared.get(name).ok_or_else(|| no_statement(name))
    }

    fn must_get_portal(&self, name: &str) -> Result<&Portal> {
        self.portals.get(name).ok_or_else(|| no_portal(name))
    }

    /// In a transaction that failed only its end is heard.
    fn refuse_aborted(&self, statement: &Statement) -> Result<()> {
        if matches!(self.transaction, Transaction::Failed) && !ends_transaction(statement) {
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
        let draft = self.transaction.take();
        self.changes = None;
        self.portals.clear();
        match self.registry.commit_marked(draft, &self.submission).await {
            Ok(_) => {
                self.settings.commit();
                self.settings_moved();
                Ok(())
            }
            Err(error) => {
                self.roll_back();
                Err(error)
            }
        }
    }

    /// Ends the transaction as if it had never been.
    pub(super) fn roll_back(&mut self) {
        self.transaction = Transaction::None;
        self.changes = None;
        self.portals.clear();
        self.settings.rollback();
        self.settings_moved();
    }

    /// Settings have changed: so has what is kept beside them.
    pub(super) fn settings_moved(&mut self) {
        self.frequent = Frequent::of(&self.settings);
    }

    /// `DEALLOCATE`: one prepared statement, or all.
    pub(super) fn deallocate(&mut self, name: Option<&str>) -> Result<()> {
        match name {
            None => self.prepared.clear(),
            Some(name) => {
                self.prepared
                    .remove(name)
                    .ok_or_else(|| no_statement(name))?;
            }
        }
        Ok(())
    }

    /// `CLOSE ALL`: portals go, but for the one that runs.
    pub(super) fn close_all(&mut self) {
        self.portals.clear();
    }
}

/// Whether a statement leaves something behind that an error later in its
/// pipeline must undo.
fn changes(statement: &Statement) -> bool {
    !matches!(
        statement,
        Statement::ShowStreams { .. }
            | Statement::ShowVersions(_)
            | Statement::ShowCompatibility(_)
            | Statement::ShowCreateStream(_)
            | Statement::Describe(_)
            | Statement::Show { .. }
            | Statement::ShowAll
            | Statement::Begin { .. }
            | Statement::Commit { .. }
            | Statement::Rollback { .. }
            | Statement::Discard(_)
            | Statement::Deallocate(_)
            | Statement::CloseAll
            | Statement::UnlistenAll
    )
}

fn ends_transaction(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::Commit { .. } | Statement::Rollback { .. }
    )
}

fn no_statement(name: &str) -> Error {
    let message = if name.is_empty() {
        "unnamed prepared statement does not exist".to_owned()
    } else {
        format!("prepared statement \"{name}\" does not exist")
    };
    Error::new(ErrorKind::NotFound(Object::PreparedStatement), message)
}

fn no_portal(name: &str) -> Error {
    Error::new(
        ErrorKind::NotFound(Object::Portal),
        format!("portal \"{name}\" does not exist"),
    )
}
