//! The query engine of a build that has none.

use std::sync::Arc;

use tokio::sync::watch;

use super::{Column, RowStream, Session, Type, Value};
use crate::error::Result;
use crate::sql::Query;

/// How many locks a transaction has taken: only queries take some.
pub(super) type LockMark = usize;

/// A query that was planned: there is none.
#[derive(Clone)]
pub(super) enum Planned {}

impl Planned {
    pub(super) fn columns(&self) -> &Arc<[Column]> {
        match *self {}
    }

    pub(super) fn tag(&self) -> &'static str {
        match *self {}
    }

    pub(super) fn parameters(&self) -> &Arc<[Type]> {
        match *self {}
    }
}

impl Session {
    /// Refuses a query.
    ///
    /// # Errors
    /// 0A000
    pub(super) async fn plan(&mut self, _: &Query, _: &[Option<Type>]) -> Result<Planned> {
        Err(super::dispatch::no_engine())
    }

    pub(super) async fn named_object(&mut self, _: &str, _: &Type) -> Result<Value> {
        Err(super::dispatch::no_engine())
    }

    pub(super) fn run(
        &mut self,
        planned: &Planned,
        _: &[Value],
        _: Option<watch::Receiver<usize>>,
    ) -> Result<RowStream> {
        match *planned {}
    }

    pub(super) fn disregard(&mut self) {}

    pub(super) fn lock_mark(&self) -> LockMark {
        0
    }

    pub(super) fn end_locks(&self, _: LockMark) {}

    pub(super) fn unlock_all(&self) {}

    pub(super) fn take_over(&mut self) -> Result<()> {
        Ok(())
    }
}
