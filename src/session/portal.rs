//! Portals: bound statements that hand out their rows in parts. The cursors of SQL
//! are portals, too.

use std::sync::Arc;

use chrono::Utc;
use futures::stream::{self, StreamExt};
use tokio::sync::{Mutex, watch};

use super::budget::Share;
use super::dispatch::done;
use super::outcome::Count;
use super::prepared::{Arguments, Prepared};
use super::query::Planned;
use super::source::{Fetched, Scroll, SharedSource, Source, go, take};
use super::transaction::{Transaction, needs_block};
use super::{Column, Form, Outcome, Rows, Session, Value};
use crate::error::{Error, ErrorKind, Object, Result, TransactionState};
use crate::relation::Timestamp;
use crate::sql::{Copy, CopySource, Declare, Fetch, Query, Statement};

/// A statement that was bound.
pub(super) struct Portal {
    pub(super) prepared: Prepared,
    /// The values of its parameters.
    pub(super) values: Arc<[Value]>,
    pub(super) state: PortalState,
    /// The query that runs for it.
    pub(super) query: Option<Planned>,
    /// Portals that were bound later have higher ones.
    pub(super) number: u64,
    /// `WITH HOLD`: it outlives its transaction.
    pub(super) is_holdable: bool,
    /// The transaction that made it is over.
    pub(super) is_held: bool,
    /// `BINARY`
    pub(super) is_binary: bool,
    scroll: Scroll,
    pub(super) opened_at: Timestamp,
    pub(super) _share: Share,
    /// The part of the rows, once it is suspended.
    pub(super) rows: Option<Share>,
}

pub(super) enum PortalState {
    Bound,
    /// It ran; rows are left to hand out, perhaps none.
    Ran(Rows, &'static str, Arc<[Column]>),
    /// Its query runs.
    Runs(SharedSource, Arc<[Column]>, &'static str),
    Done,
}

impl Portal {
    pub(super) fn is_scrollable(&self) -> bool {
        match &self.state {
            PortalState::Runs(source, ..) => {
                source.try_lock().is_ok_and(|source| source.is_scrollable())
            }
            _ => self.scroll != Scroll::No,
        }
    }
}

impl Session {
    /// Makes a portal.
    ///
    /// # Errors
    /// 42P03 for a name that is taken, 54000 and 53200 for one too many.
    pub(super) fn add_portal(
        &mut self,
        name: &str,
        prepared: Prepared,
        values: Vec<Value>,
    ) -> Result<&mut Portal> {
        if !name.is_empty() && self.portals.contains_key(name) {
            return Err(Error::new(
                ErrorKind::AlreadyExists(Object::Portal),
                format!("cursor \"{name}\" already exists"),
            ));
        }
        self.portals.remove(name);
        self.budget.admit(self.portals.len(), "portals")?;
        let bytes: usize = values.iter().map(Value::bytes).sum();
        let portal = Portal {
            prepared,
            values: values.into(),
            state: PortalState::Bound,
            query: None,
            number: self.next_portal,
            is_holdable: false,
            is_held: false,
            is_binary: false,
            scroll: Scroll::No,
            opened_at: Utc::now().into(),
            _share: self.budget.take(name.len() + bytes)?,
            rows: None,
        };
        self.next_portal += 1;
        Ok(self
            .portals
            .entry(name.to_owned())
            .insert_entry(portal)
            .into_mut())
    }

    pub(super) fn must_get_portal(&self, name: &str) -> Result<&Portal> {
        self.portals.get(name).ok_or_else(|| no_portal(name))
    }

    /// Plans and runs a query as a statement of its own.
    pub(super) async fn answer_alone(&mut self, query: &Query) -> Result<Outcome> {
        let planned = self.plan_alone(query).await?;
        self.answer_query(&planned, &[])
    }

    /// Runs a query as a statement of its own.
    pub(super) fn answer_query(&mut self, planned: &Planned, values: &[Value]) -> Result<Outcome> {
        let rest = self.run(planned, values, None)?;
        Ok(Outcome {
            columns: planned.columns().clone(),
            rest: Some(rest),
            tag: planned.tag(),
            count: Count::Rows,
            ..Outcome::default()
        })
    }

    /// Begins to run the query of a portal.
    pub(super) async fn start_query(&mut self, name: &str) -> Result<()> {
        let portal = self.must_get_portal(name)?;
        let (prepared, values) = (portal.prepared.clone(), portal.values.clone());
        let scroll = portal.scroll;
        let Some(Statement::Query(query)) = prepared.statement.as_deref() else {
            return Err(Error::internal("a portal without a query was to run one"));
        };
        let planned = self.planned(&prepared, query).await?;
        let (wanted, told) = watch::channel(0);
        let stream = self.run(&planned, &values, Some(told))?;
        let source = Source::new(stream, scroll, self.budget.clone()).telling(wanted);
        let columns = planned.columns().clone();
        if let Some(portal) = self.portals.get_mut(name) {
            portal.state = PortalState::Runs(Arc::new(Mutex::new(source)), columns, planned.tag());
            portal.query = Some(planned);
        }
        Ok(())
    }

    /// Keeps the answer of a portal's statement, to be handed out in parts.
    pub(super) fn keep_answer(&mut self, name: &str, outcome: Outcome) {
        let budget = self.budget.clone();
        let Some(portal) = self.portals.get_mut(name) else {
            return;
        };
        portal.state = match outcome.count {
            Count::Rows => {
                let made = stream::iter([Ok(outcome.rows.to_vec())]);
                let rest = outcome.rest.unwrap_or_else(|| stream::empty().boxed());
                let source = Source::new(made.chain(rest).boxed(), Scroll::No, budget);
                PortalState::Runs(Arc::new(Mutex::new(source)), outcome.columns, outcome.tag)
            }
            _ => PortalState::Ran(outcome.rows, outcome.tag, outcome.columns),
        };
    }

    /// The next rows of a portal, at most so many; 0 is all.
    pub(super) fn hand_out(&mut self, name: &str, max_rows: usize) -> Result<Outcome> {
        let limit = if max_rows == 0 { usize::MAX } else { max_rows };
        let style = self.frequent.style;
        let portal = self.portals.get_mut(name).ok_or_else(|| no_portal(name))?;
        let outcome = Outcome {
            style,
            ..Outcome::default()
        };
        match &mut portal.state {
            // The empty statement.
            PortalState::Bound => Ok(outcome),
            PortalState::Runs(source, columns, tag) => Ok(Outcome {
                columns: columns.clone(),
                rest: Some(take(source.clone(), limit)),
                tag,
                count: Count::Rows,
                ..outcome
            }),
            PortalState::Ran(left, tag, columns) => {
                let outcome = Outcome {
                    columns: columns.clone(),
                    rows: left.take_first(limit),
                    tag,
                    ..outcome
                };
                if left.is_empty() {
                    *left = Rows::default();
                    portal.rows = None;
                } else if portal.rows.is_none() {
                    match self.budget.take(left.bytes()) {
                        Ok(share) => portal.rows = Some(share),
                        // The rows that were taken are lost: a savepoint from before
                        // would go on behind them.
                        Err(error) => {
                            portal.state = PortalState::Done;
                            return Err(error);
                        }
                    }
                }
                Ok(outcome)
            }
            PortalState::Done => Err(Error::new(
                ErrorKind::TransactionState(TransactionState::PortalDone),
                format!("portal \"{name}\" cannot be run"),
            )),
        }
    }

    /// `DECLARE`
    pub(super) async fn declare(
        &mut self,
        declare: &Declare,
        arguments: Arguments<'_>,
    ) -> Result<Outcome> {
        if !declare.is_holdable && !self.is_in_block() {
            return Err(needs_block("DECLARE CURSOR"));
        }
        let planned = self.plan_with(&declare.query, arguments).await?;
        let statement = Statement::Declare(Box::new(declare.clone())).to_string();
        let prepared = self.as_prepared(&declare.query, &statement, &planned)?;
        let (wanted, told) = watch::channel(0);
        let stream = self.run(&planned, arguments.values, Some(told))?;
        let scroll = match declare.scroll {
            Some(true) => Scroll::Yes,
            Some(false) => Scroll::No,
            None => Scroll::Perhaps,
        };
        let source = Source::new(stream, scroll, self.budget.clone()).telling(wanted);
        let portal = self.add_portal(&declare.name, prepared, Vec::new())?;
        portal.is_holdable = declare.is_holdable;
        portal.is_binary = declare.is_binary;
        portal.scroll = scroll;
        let columns = planned.columns().clone();
        portal.state = PortalState::Runs(Arc::new(Mutex::new(source)), columns, "SELECT");
        portal.query = Some(planned);
        if matches!(self.transaction, Transaction::None) {
            self.hold_portals().await?;
        }
        Ok(done("DECLARE CURSOR"))
    }

    /// `FETCH` and `MOVE`
    pub(super) async fn fetch(&mut self, fetch: &Fetch) -> Result<Outcome> {
        let no_cursor = || {
            Error::new(
                ErrorKind::NotFound(Object::Portal),
                format!("cursor \"{}\" does not exist", fetch.cursor),
            )
        };
        let is_fresh = |portal: &Portal| matches!(portal.state, PortalState::Bound);
        let portal = self.portals.get(&fetch.cursor).ok_or_else(no_cursor)?;
        if is_fresh(portal)
            && matches!(
                portal.prepared.statement.as_deref(),
                Some(Statement::Query(_))
            )
        {
            self.start_query(&fetch.cursor).await?;
        }
        let portal = self.portals.get(&fetch.cursor).ok_or_else(no_cursor)?;
        let PortalState::Runs(source, columns, _) = &portal.state else {
            return Err(Error::unsupported(
                "FETCH from a portal that is no query",
                "Use the row limit of the protocol's Execute.",
            ));
        };
        let (source, columns, is_binary) = (source.clone(), columns.clone(), portal.is_binary);
        let fetched = go(&source, fetch.direction).await?;
        if fetch.is_move {
            let moved = match fetched {
                Fetched::Rows(rows) => rows.len(),
                Fetched::Next(count) => {
                    let mut moved = 0;
                    let mut source = source.lock().await;
                    while moved < count {
                        match source.next(count - moved).await?.len() {
                            0 => break,
                            more => moved += more,
                        }
                    }
                    moved
                }
            };
            return Ok(Outcome {
                count: Count::Of(moved),
                ..done("MOVE")
            });
        }
        let (rows, rest) = match fetched {
            Fetched::Rows(rows) => (rows.into_iter().collect(), None),
            Fetched::Next(count) => (Rows::default(), Some(take(source, count))),
        };
        Ok(Outcome {
            columns,
            rows,
            rest,
            count: Count::Rows,
            form: if is_binary { Form::Binary } else { Form::Text },
            ..done("FETCH")
        })
    }

    /// `CLOSE`
    pub(super) fn close_cursor(&mut self, name: &str) -> Result<Outcome> {
        match self.portals.remove(name) {
            Some(_) => Ok(done("CLOSE CURSOR")),
            None => Err(Error::new(
                ErrorKind::NotFound(Object::Portal),
                format!("cursor \"{name}\" does not exist"),
            )),
        }
    }

    /// `CLOSE ALL`: portals go, but for the one that runs.
    pub(super) fn close_all(&mut self) {
        self.portals.clear();
    }

    /// `COPY … TO STDOUT`
    pub(super) async fn copy(&mut self, copy: &Copy) -> Result<Outcome> {
        let planned = self.plan_alone(&copy.source.query()?).await;
        let planned = match copy.source {
            CopySource::Query(_) => planned?,
            // Its query is not what the client wrote.
            CopySource::Relation(..) => planned.map_err(Error::nowhere)?,
        };
        Ok(Outcome {
            tag: "COPY",
            copy: Some(copy.format.clone()),
            ..self.answer_query(&planned, &[])?
        })
    }

    /// Reads the cursors that outlive the transaction to their end.
    ///
    /// # Errors
    /// What goes wrong in their queries; 53200 when they are too much.
    pub(super) async fn hold_portals(&mut self) -> Result<()> {
        let holdable = |portal: &&mut Portal| portal.is_holdable && !portal.is_held;
        for portal in self.portals.values_mut().filter(holdable) {
            if let PortalState::Runs(source, ..) = &portal.state {
                source.lock().await.hold().await?;
            }
            portal.is_held = true;
        }
        Ok(())
    }

    /// Drops the portals of a transaction that is over.
    pub(super) fn drop_portals(&mut self) {
        self.portals.retain(|_, portal| portal.is_held);
    }
}

pub(super) fn no_portal(name: &str) -> Error {
    Error::new(
        ErrorKind::NotFound(Object::Portal),
        format!("portal \"{name}\" does not exist"),
    )
}
