//! The extended query: prepared statements and portals.

use std::sync::Arc;

use super::budget::Share;
use super::columns::columns;
use super::session::changes;
use super::transaction::{Transaction, aborted};
use super::{Column, Notice, Parameter, Rows, Session, Style};
use crate::error::{Error, ErrorKind, Object, Result, TransactionState};
use crate::sql::Statement;

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
    /// How they are written as text: the settings when they are handed out.
    pub style: Style,
    /// The command tag when the portal has run to its end (`SHOW`, …; the empty
    /// text for an empty statement); nothing when it is suspended.
    pub tag: Option<&'static str>,
}

/// A statement that was parsed.
#[derive(Clone)]
pub(super) struct Prepared {
    /// Nothing for an empty text.
    statement: Option<Arc<Statement>>,
    /// In bytes.
    length: usize,
    _share: Arc<Share>,
}

/// A prepared statement that was bound.
pub(super) struct Portal {
    prepared: Prepared,
    state: PortalState,
    /// Portals that were bound later have higher ones.
    pub(super) number: u64,
    _share: Share,
    /// The part of the rows, once it is suspended.
    rows: Option<Share>,
}

pub(super) enum PortalState {
    Bound,
    /// It ran; rows are left to hand out, perhaps none.
    Running(Rows, &'static str),
    Done,
}

impl Session {
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

    /// Bind: makes a portal of a statement. No statement takes parameters yet.
    ///
    /// # Errors
    /// 26000 when there is no such statement, 42P03 for a portal's name that is
    /// taken, 08P01 for parameters, 25P02 in a transaction that failed.
    pub fn bind(
        &mut self,
        portal: &str,
        statement: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<()> {
        self.try_bind(portal, statement, parameters.len())
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
            number: self.next_portal,
            _share: self.budget.take(portal.len())?,
            rows: None,
        };
        self.next_portal += 1;
        self.portals.insert(portal.to_owned(), bound);
        Ok(())
    }

    /// How many portals there are.
    pub fn portal_count(&self) -> usize {
        self.portals.len()
    }

    /// Whether there is a portal of the name: CLOSE, DISCARD, ROLLBACK TO and the
    /// transaction's end take portals away.
    pub fn has_portal(&self, name: &str) -> bool {
        self.portals.contains_key(name)
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
                    style: outcome.style,
                    tag: Some(outcome.tag),
                });
            }
            if let Some(portal) = self.portals.get_mut(name) {
                portal.state = PortalState::Running(outcome.rows, outcome.tag);
            }
        }
        let (rows, tag) = self.fetch(name, max_rows).inspect_err(|_| self.fail())?;
        Ok(Execution {
            notices,
            rows,
            style: self.frequent.style,
            tag,
        })
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
                    ErrorKind::TransactionState(TransactionState::PortalDone),
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
            match self.budget.take(left.bytes()) {
                Ok(share) => portal.rows = Some(share),
                // The rows that were taken are lost: a savepoint from before would
                // go on behind them.
                Err(error) => {
                    portal.state = PortalState::Done;
                    return Err(error);
                }
            }
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

    fn describe(&self, prepared: &Prepared) -> Result<Description> {
        let columns = match &prepared.statement {
            Some(statement) => columns(statement, &self.settings)?,
            None => Arc::from([]),
        };
        if matches!(self.transaction, Transaction::Failed(_)) && !columns.is_empty() {
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
