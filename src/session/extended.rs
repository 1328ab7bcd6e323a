//! The extended query: prepared statements and portals.

use std::sync::Arc;

use chrono::Utc;

use super::columns::columns;
use super::portal::PortalState;
use super::prepared::{Arguments, Candidate, Prepared};
use super::session::changes;
use super::transaction::{Transaction, aborted};
use super::{Column, Outcome, Parameter, Session, Type};
use crate::error::{Error, ErrorKind, Object, Result};
use crate::relation::{Reading, Timestamp};
use crate::sql::Statement;

/// What a prepared statement or portal answers, told before it runs.
#[derive(Clone, Debug)]
pub struct Description {
    /// Type OIDs of the parameters.
    pub parameters: Arc<[u32]>,
    /// The result's columns; nothing when the statement answers no rows.
    pub columns: Option<Arc<[Column]>>,
}

impl Session {
    /// Parse: keeps the one statement of the text under the name. A query is planned
    /// for it; `parameter_types` are the OIDs of its parameters' types, 0 where the
    /// query shall tell.
    ///
    /// # Errors
    /// 42601 for two statements, 42P05 for a name that is taken, 0A000 for a
    /// statement that is not offered, 25P02 in a transaction that failed; what is
    /// wrong with the query.
    pub async fn prepare(&mut self, name: &str, sql: &str, parameter_types: &[u32]) -> Result<()> {
        let prepared = self.try_prepare(name, sql, parameter_types).await;
        prepared.inspect_err(|_| self.fail())
    }

    async fn try_prepare(&mut self, name: &str, sql: &str, parameter_types: &[u32]) -> Result<()> {
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
        // Types of parameters that the statement does not have are no error:
        // PostgreSQL only counts the values at Bind.
        let parameters = match statement.as_deref().and_then(Statement::query) {
            Some(_) => {
                let types = parameter_types.iter().copied();
                types.map(parameter_type).collect::<Result<_>>()?
            }
            None => Vec::new(),
        };
        let candidate = Candidate {
            statement,
            text: sql,
            parameters,
            from_sql: false,
        };
        // Boxed: most statements are no queries.
        Box::pin(self.add_prepared(name, candidate)).await
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

    /// Bind: makes a portal of a statement, with values for its parameters.
    ///
    /// # Errors
    /// 26000 when there is no such statement, 42P03 for a portal's name that is
    /// taken, 08P01 for too many or too few parameters, 25P02 in a transaction that
    /// failed; what is wrong with a value.
    pub async fn bind(
        &mut self,
        portal: &str,
        statement: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<()> {
        let bound = self.try_bind(portal, statement, parameters).await;
        bound.inspect_err(|_| self.fail())
    }

    async fn try_bind(
        &mut self,
        portal: &str,
        statement: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<()> {
        let prepared = self.must_get_prepared(statement)?.clone();
        let (said, wanted) = (parameters.len(), prepared.parameters.len());
        if said != wanted {
            return Err(Error::new(
                ErrorKind::Protocol(crate::error::Protocol::Violation),
                format!(
                    "bind message supplies {said} parameters, but prepared statement \"{statement}\" requires {wanted}"
                ),
            ));
        }
        if let Some(statement) = &prepared.statement {
            self.refuse_aborted(statement)?;
        }
        let mut values = Vec::with_capacity(wanted);
        if wanted > 0 {
            let now = Timestamp::from(Utc::now());
            let reading = Reading {
                style: self.frequent.style,
                now: *self.transaction_start.get_or_insert(now),
            };
            for (index, (parameter, of)) in parameters.iter().zip(&*prepared.parameters).enumerate()
            {
                values.push(match parameter.object_name(of)? {
                    Some(name) => Box::pin(self.named_object(name, of)).await?,
                    None => parameter.value(index + 1, of, &reading)?,
                });
            }
        }
        self.add_portal(portal, prepared, values).map(|_| ())
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
    /// [`Session::sync`]. A portal that hands out just as many rows as were asked for
    /// is suspended, even when none is left: the next Execute finds that out.
    ///
    /// # Errors
    /// 34000 when there is no such portal, 55000 when it has run to its end,
    /// 25P02 in a transaction that failed; what went wrong in the statement.
    pub async fn execute_portal(
        &mut self,
        name: &str,
        max_rows: usize,
        alone: bool,
    ) -> Result<Outcome> {
        let mut notices = Vec::new();
        let started = self.start_portal(name).inspect_err(|_| self.fail())?;
        if let Some((statement, length)) = started {
            if matches!(*statement, Statement::Query(_)) {
                let started = match self.keep(&statement, length) {
                    Ok(()) => Box::pin(self.start_query(name)).await,
                    Err(error) => Err(error),
                };
                started.inspect_err(|_| self.fail())?;
            } else {
                if !alone && matches!(self.transaction, Transaction::None) && changes(&statement) {
                    self.begin_implicit();
                }
                let portal = self.must_get_portal(name)?;
                let (types, values) = (portal.prepared.parameters.clone(), portal.values.clone());
                let arguments = Arguments {
                    types: &types,
                    values: &values,
                };
                let mut outcome = self.guarded(&statement, arguments, length).await?;
                // COMMIT and the like close all portals, this one too.
                if !outcome.has_rows() || outcome.copy.is_some() {
                    return Ok(outcome);
                }
                notices = std::mem::take(&mut outcome.notices);
                self.keep_answer(name, outcome);
            }
        }
        let outcome = self.hand_out(name, max_rows);
        let outcome = outcome.inspect_err(|_| self.fail())?;
        Ok(Outcome { notices, ..outcome })
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
                Ok(Some((statement, portal.prepared.text.len())))
            }
            _ => Ok(None),
        }
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
        let statement = prepared.statement.as_deref();
        let columns = match statement {
            None => None,
            Some(Statement::Query(_)) => prepared.columns.clone(),
            Some(Statement::Execute(execute)) => {
                self.must_get_prepared(&execute.name)?.columns.clone()
            }
            Some(Statement::Fetch(fetch)) if !fetch.is_move => {
                let portal = self.portals.get(&fetch.cursor);
                portal.and_then(|portal| portal.prepared.columns.clone())
            }
            Some(statement) => {
                let columns = columns(statement, &self.settings)?;
                Some(columns).filter(|columns| !columns.is_empty())
            }
        };
        if matches!(self.transaction, Transaction::Failed(_)) && columns.is_some() {
            return Err(aborted());
        }
        Ok(Description {
            parameters: prepared.parameters.iter().map(Type::oid).collect(),
            columns,
        })
    }
}

/// The type that the client gives a parameter.
///
/// # Errors
/// 42704 for an OID that is no type's.
fn parameter_type(oid: u32) -> Result<Option<Type>> {
    // PostgreSQL's "unknown" is what a literal is before anybody knows better.
    if oid == 0 || oid == Type::UNKNOWN.oid() {
        return Ok(None);
    }
    let found = Type::from_oid(oid);
    found.map(Some).ok_or_else(|| {
        Error::new(
            ErrorKind::NotFound(Object::Type),
            format!("type with OID {oid} does not exist"),
        )
    })
}
