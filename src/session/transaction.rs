//! The transaction of a session.
//!
//! As in PostgreSQL: a statement of its own commits by itself; statements that
//! came in one text, or between two Syncs, are one *implicit* transaction;
//! BEGIN makes an explicit one of either. A failed statement fails the explicit
//! transaction it is in, and undoes the implicit one. A transaction that failed
//! ends, or goes back to a savepoint. (PostgreSQL manual, "Multiple Statements
//! in a Simple Query" and "Pipelining".)
//!
//! The transaction is a draft in this process's memory: however long the client
//! takes, nothing of the store is held.

use std::sync::LazyLock;

use super::budget::Share;
use super::notification::Pending;
use super::savepoint::Savepoint;
use crate::error::{Error, ErrorKind, Result, TransactionState};
use crate::registry::Draft;
use crate::sql::TransactionModes;

/// Where the session stands.
#[derive(Debug, Default)]
pub(super) enum Transaction {
    /// Each statement commits by itself.
    #[default]
    None,
    /// Commits at the end of the text or pipeline.
    Implicit(Box<Block>),
    /// Commits at COMMIT.
    Explicit(Box<Block>),
    /// Only ROLLBACK, ROLLBACK TO, or a COMMIT that is a rollback, helps.
    Failed(Box<Block>),
}

/// What a transaction has done.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// Its changes so far; none once it has failed.
    pub(super) draft: Draft,
    /// What the changes take of the session's budget.
    pub(super) changes: Option<Share>,
    /// What it wants to hear and say.
    pub(super) pending: Pending,
    /// States to go back to, the latest last.
    pub(super) savepoints: Vec<Savepoint>,
    /// Something was asked of the registry: modes are not open any more, not even
    /// after ROLLBACK TO.
    pub(super) has_asked: bool,
}

impl Transaction {
    /// The transaction, while changes can be added to it.
    pub(super) fn open_mut(&mut self) -> Option<&mut Block> {
        match self {
            Self::Implicit(block) | Self::Explicit(block) => Some(block),
            Self::None | Self::Failed(_) => None,
        }
    }

    /// The transaction, failed or not.
    pub(super) fn block(&self) -> Option<&Block> {
        match self {
            Self::Implicit(block) | Self::Explicit(block) | Self::Failed(block) => Some(block),
            Self::None => None,
        }
    }

    /// The changes so far, to look through.
    pub(super) fn draft(&self) -> &Draft {
        static NOTHING: LazyLock<Draft> = LazyLock::new(Draft::default);
        self.block().map_or(&NOTHING, |block| &block.draft)
    }

    /// Whether a client would say that it is in a transaction.
    pub(super) fn is_block(&self) -> bool {
        matches!(self, Self::Explicit(_) | Self::Failed(_))
    }

    /// Takes the changes out and ends the transaction.
    pub(super) fn take(&mut self) -> Draft {
        match std::mem::take(self) {
            Self::Implicit(block) | Self::Explicit(block) => block.draft,
            Self::None | Self::Failed(_) => Draft::default(),
        }
    }
}

impl Block {
    /// Forgets all changes, but for those that savepoints hold.
    pub(super) fn fail(&mut self) {
        self.draft = Draft::default();
        let kept = self.savepoints.last().map(|last| last.pending);
        self.pending.go_back(kept.unwrap_or_default());
        self.give_back();
    }

    /// Undoes what was done after a savepoint; it stays, those after it go.
    pub(super) fn go_back(&mut self, index: usize) {
        self.savepoints.truncate(index + 1);
        self.draft = self.savepoints[index].draft.clone();
        self.pending.go_back(self.savepoints[index].pending);
        self.give_back();
    }

    /// Gives the part of the changes back that came after the last savepoint.
    fn give_back(&mut self) {
        let kept = self.savepoints.last().map_or(0, |last| last.changes);
        self.changes = self.changes.take().and_then(|share| share.cut(kept));
    }

    /// Whether the transaction may take these modes now, when it has `modes`.
    ///
    /// # Errors
    /// 25001, as PostgreSQL, after the first query and in a savepoint.
    pub(super) fn admit(&self, modes: TransactionModes, said: TransactionModes) -> Result<()> {
        let (asked, nested) = (self.has_asked, !self.savepoints.is_empty());
        let levels = said.isolation.is_some() && said.isolation != modes.isolation;
        let writes = said.read_only == Some(false) && modes.read_only == Some(true);
        let defers = said.deferrable.is_some();
        #[rustfmt::skip]
        let rules = [
            (levels && asked, "SET TRANSACTION ISOLATION LEVEL must be called before any query"),
            (levels && nested, "SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction"),
            (writes && nested, "cannot set transaction read-write mode inside a read-only transaction"),
            (writes && asked, "transaction read-write mode must be set before any query"),
            (defers && nested, "SET TRANSACTION [NOT] DEFERRABLE cannot be called within a subtransaction"),
            (defers && asked, "SET TRANSACTION [NOT] DEFERRABLE must be called before any query"),
        ];
        match rules.iter().find(|(is_broken, _)| *is_broken) {
            Some((_, message)) => Err(state(TransactionState::Active, *message)),
            None => Ok(()),
        }
    }
}

/// The transaction has failed (25P02).
pub(super) fn aborted() -> Error {
    state(
        TransactionState::Aborted,
        "current transaction is aborted, commands ignored until end of transaction block",
    )
}

/// The transaction only reads (25006).
pub(super) fn read_only(tag: &str) -> Error {
    state(
        TransactionState::ReadOnly,
        format!("cannot execute {tag} in a read-only transaction"),
    )
}

/// The statement needs to be alone (25001).
pub(super) fn must_be_alone(tag: &str) -> Error {
    state(
        TransactionState::Active,
        format!("{tag} cannot run inside a transaction block"),
    )
}

/// The statement needs a transaction (25P01).
pub(super) fn needs_block(tag: &str) -> Error {
    state(
        TransactionState::Missing,
        format!("{tag} can only be used in transaction blocks"),
    )
}

fn state(state: TransactionState, message: impl Into<String>) -> Error {
    Error::new(ErrorKind::TransactionState(state), message)
}
