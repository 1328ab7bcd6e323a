//! Prepared statements: those of the protocol and of `PREPARE` are the same.

use std::sync::Arc;

use chrono::Utc;

use super::budget::Share;
use super::dispatch::done;
use super::dispatch::no_parameter;
use super::query::Planned;
use super::source::{Scroll, Source};
use super::{Column, Outcome, Session, Type, Value};
use crate::error::{Error, ErrorKind, Object, Result};
use crate::relation::{Timestamp, type_name};
use crate::sql::{Execute, Prepare, Query, Statement};

/// How many bytes a query's tree takes for a byte of its text, about.
const TREE_BYTES: usize = 16;

/// A statement that was parsed.
#[derive(Clone)]
pub(super) struct Prepared {
    /// Nothing for an empty text.
    pub(super) statement: Option<Arc<Statement>>,
    /// The text that it was made of.
    pub(super) text: Arc<str>,
    /// The types of its parameters.
    pub(super) parameters: Arc<[Type]>,
    /// The columns of its answer, if it is a query.
    pub(super) columns: Option<Arc<[Column]>>,
    pub(super) prepared_at: Timestamp,
    /// Whether it was PREPARE that made it.
    pub(super) from_sql: bool,
    _share: Arc<Share>,
}

/// The values of a statement's parameters and their types.
#[derive(Clone, Copy, Default)]
pub(super) struct Arguments<'a> {
    pub(super) types: &'a [Type],
    pub(super) values: &'a [Value],
}

/// A statement that is to be prepared.
pub(super) struct Candidate<'a> {
    pub(super) statement: Option<Arc<Statement>>,
    pub(super) text: &'a str,
    pub(super) parameters: Vec<Option<Type>>,
    pub(super) from_sql: bool,
}

impl Session {
    /// Plans a statement, if it is a query, and keeps it under the name.
    pub(super) async fn add_prepared(
        &mut self,
        name: &str,
        candidate: Candidate<'_>,
    ) -> Result<()> {
        if !name.is_empty() && self.prepared.contains_key(name) {
            return Err(Error::new(
                ErrorKind::AlreadyExists(Object::PreparedStatement),
                format!("prepared statement \"{name}\" already exists"),
            ));
        }
        self.budget
            .admit(self.prepared.len(), "prepared statements")?;
        let text = candidate.text;
        let planned = match candidate.statement.as_deref().and_then(Statement::query) {
            Some(query) => Some(self.plan(query, &candidate.parameters).await?),
            None => None,
        };
        let answered = match candidate.statement.as_deref() {
            Some(Statement::Query(_)) => planned.as_ref(),
            _ => None,
        };
        let factor = if planned.is_some() { TREE_BYTES } else { 1 };
        let share = self.budget.take(name.len() + text.len() * factor)?;
        let parameters = planned.as_ref().map(Planned::parameters);
        let prepared = Prepared {
            parameters: parameters.cloned().unwrap_or_default(),
            columns: answered.map(|planned| planned.columns().clone()),
            statement: candidate.statement.clone(),
            text: text.into(),
            prepared_at: Utc::now().into(),
            from_sql: candidate.from_sql,
            _share: Arc::new(share),
        };
        self.prepared.insert(name.to_owned(), prepared);
        self.fresh = candidate.statement.zip(planned);
        Ok(())
    }

    /// A query that was planned, as if it had been prepared.
    ///
    /// # Errors
    /// 53200 when there is no room for it.
    pub(super) fn as_prepared(
        &self,
        query: &Query,
        text: &str,
        planned: &Planned,
    ) -> Result<Prepared> {
        Ok(Prepared {
            statement: Some(Arc::new(Statement::Query(query.clone()))),
            text: text.into(),
            parameters: planned.parameters().clone(),
            columns: Some(planned.columns().clone()),
            prepared_at: Utc::now().into(),
            from_sql: true,
            _share: Arc::new(self.budget.take(text.len() * TREE_BYTES)?),
        })
    }

    /// The plan of a prepared query, for the session as it is now.
    ///
    /// # Errors
    /// What is wrong with the query by now; 0A000 when it would answer other columns.
    pub(super) async fn planned(&mut self, prepared: &Prepared, query: &Query) -> Result<Planned> {
        // Taken: what stops one run of a plan would stop another.
        if let (Some((fresh, planned)), Some(statement)) = (self.fresh.take(), &prepared.statement)
            && Arc::ptr_eq(&fresh, statement)
            && *planned.parameters() == prepared.parameters
        {
            return Ok(planned);
        }
        let parameters: Vec<_> = prepared.parameters.iter().cloned().map(Some).collect();
        let planned = self.plan(query, &parameters).await;
        // The places are those of the text it was made of.
        let planned = planned.map_err(Error::nowhere)?;
        let is_same = |old: &Arc<[Column]>| {
            let new = planned.columns();
            old.len() == new.len()
                && old.iter().zip(new.iter()).all(|(old, new)| {
                    (&old.name, &old.column_type, old.modifier)
                        == (&new.name, &new.column_type, new.modifier)
                })
        };
        if !prepared.columns.as_ref().is_none_or(is_same) {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "cached plan must not change result type",
            ));
        }
        Ok(planned)
    }

    /// A query that takes no parameters.
    ///
    /// # Errors
    /// 42P02 when it has some.
    pub(super) async fn plan_alone(&mut self, query: &Query) -> Result<Planned> {
        self.plan_with(query, Arguments::default()).await
    }

    /// A query that takes these parameters, or fewer.
    ///
    /// # Errors
    /// 42P02 when it has more.
    pub(super) async fn plan_with(
        &mut self,
        query: &Query,
        arguments: Arguments<'_>,
    ) -> Result<Planned> {
        let types: Vec<_> = arguments.types.iter().cloned().map(Some).collect();
        let planned = self.plan(query, &types).await?;
        match planned.parameters().len() <= types.len() {
            true => Ok(planned),
            false => Err(no_parameter(types.len() + 1)),
        }
    }

    /// `PREPARE`
    pub(super) async fn prepare_statement(&mut self, prepare: &Prepare) -> Result<Outcome> {
        let parameters = match &prepare.types {
            Some(types) => {
                let planned = self.plan_alone(types).await?;
                let types = planned.columns().iter();
                types
                    .map(|column| Some(column.column_type.clone()))
                    .collect()
            }
            None => Vec::new(),
        };
        let statement = Statement::Prepare(Box::new(prepare.clone())).to_string();
        let candidate = Candidate {
            statement: Some(Arc::new(Statement::Query(prepare.query.clone()))),
            text: &statement,
            parameters,
            from_sql: true,
        };
        self.add_prepared(&prepare.name, candidate).await?;
        Ok(done("PREPARE"))
    }

    /// `EXECUTE`
    pub(super) async fn execute_statement(&mut self, execute: &Execute) -> Result<Outcome> {
        let prepared = self.must_get_prepared(&execute.name)?.clone();
        let Some(Statement::Query(query)) = prepared.statement.as_deref() else {
            return Err(Error::unsupported(
                "EXECUTE of a statement that is no query",
                "Send the statement itself.",
            ));
        };
        let values = self.arguments(execute, &prepared).await?;
        let planned = self.planned(&prepared, query).await?;
        self.answer_query(&planned, &values)
    }

    /// The values of an EXECUTE, which are expressions without names.
    async fn arguments(&mut self, execute: &Execute, prepared: &Prepared) -> Result<Vec<Value>> {
        let said = execute.arguments.as_ref().map_or(0, Query::width);
        let wanted = prepared.parameters.len();
        if said != wanted {
            return Err(Error::new(
                ErrorKind::Syntax,
                format!(
                    "wrong number of parameters for prepared statement \"{}\"",
                    execute.name
                ),
            )
            .with_detail(format!("Expected {wanted} parameters but got {said}.")));
        }
        let Some(arguments) = &execute.arguments else {
            return Ok(Vec::new());
        };
        let types: Vec<_> = prepared.parameters.iter().map(type_name).collect();
        let planned = self.plan_alone(&arguments.cast(&types)?).await?;
        let stream = self.run(&planned, &[], None)?;
        let mut source = Source::new(stream, Scroll::No, self.budget.clone());
        let row = source.next(1).await?.pop();
        Ok(row.unwrap_or_default())
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

    pub(super) fn must_get_prepared(&self, name: &str) -> Result<&Prepared> {
        self.prepared.get(name).ok_or_else(|| no_statement(name))
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
