//! The transaction of a session.
//!
//! As in PostgreSQL: a statement of its own commits by itself; statements that
//! came in one text, or between two Syncs, are one *implicit* transaction;
//! BEGIN makes an explicit one of either. A failed statement fails the explicit
//! transaction it is in, and undoes the implicit one. (PostgreSQL manual,
//! "Multiple Statements in a Simple Query" and "Pipelining".)
//!
//! The transaction is a draft in this process's memory: however long the client
//! takes, nothing of the store is held.

use std::sync::LazyLock;

use crate::error::{Error, ErrorKind, TransactionState};
use crate::registry::Draft;

/// Where the session stands.
#[derive(Debug, Default)]
pub(super) enum Transaction {
    /// Each statement commits by itself.
    #[default]
    None,
    /// Commits at the end of the text or pipeline.
    Implicit(Box<Draft>),
    /// Commits at COMMIT.
    Explicit(Box<Draft>),
    /// Only ROLLBACK, or a COMMIT that is one, helps.
    Failed,
}

impl Transaction {
    /// The changes so far; nothing outside a transaction.
    pub(super) fn draft_mut(&mut self) -> Option<&mut Draft> {
        match self {
            Self::Implicit(draft) | Self::Explicit(draft) => Some(draft),
            Self::None | Self::Failed => None,
        }
    }

    /// The changes so far, to look through.
    pub(super) fn draft(&self) -> &Draft {
        static NOTHING: LazyLock<Draft> = LazyLock::new(Draft::default);
        match self {
            Self::Implicit(draft) | Self::Explicit(draft) => draft,
            Self::None | Self::Failed => &NOTHING,
        }
    }

    /// Whether a client would say that it is in a transaction.
    pub(super) fn is_block(&self) -> bool {
        matches!(self, Self::Explicit(_) | Self::Failed)
    }

    /// Takes the changes out and ends the transaction.
    pub(super) fn take(&mut self) -> Draft {
        match std::mem::take(self) {
            Self::Implicit(draft) | Self::Explicit(draft) => *draft,
            Self::None | Self::Failed => Draft::default(),
        }
    }
}

/// The transaction has failed (25P02).
pub(super) fn aborted() -> Error {
    Error::new(
        ErrorKind::TransactionState(TransactionState::Aborted),
        "current transaction is aborted, commands ignored until end of transaction block",
    )
}

/// The transaction only reads (25006).
pub(super) fn read_only(tag: &str) -> Error {
    Error::new(
        ErrorKind::TransactionState(TransactionState::ReadOnly),
        format!("cannot execute {tag} in a read-only transaction"),
    )
}

/// The statement needs to be alone (25001).
pub(super) fn must_be_alone(tag: &str) -> Error {
    Error::new(
        ErrorKind::TransactionState(TransactionState::Active),
        format!("{tag} cannot run inside a transaction block"),
    )
}

/// The statement needs a transaction (25P01).
pub(super) fn needs_block(tag: &str) -> Error {
    Error::new(
        ErrorKind::TransactionState(TransactionState::Missing),
        format!("{tag} can only be used in transaction blocks"),
    )
}
