//! A commit as data.

use std::fmt;
use std::sync::Arc;

use super::{Namespace, Stream, Version};
use crate::error::Error;
use crate::position::Position;
use crate::schema::{Name, ObjectId, StreamName};

/// Something that must still be so when a [`Change`] is applied.
///
/// Every row whose value went into the decision is named, by its identity and
/// the position at which it was read, or by its absence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Requirement {
    /// The stream is there, and is as it was at the position: its rows, options
    /// and mode. Its latest version says what its rows say; if not, the
    /// conflict is [`Unadopted`].
    Stream(ObjectId, Position),
    /// The stream's rows are as they were at the position, whatever they say: for
    /// whoever makes a version of them.
    Rows(ObjectId, Position),
    /// There is no stream of this name in the namespace. Rows without a version
    /// are none.
    NoStream(ObjectId, Name),
    /// The namespace is there, and its name and options are as they were at the
    /// position.
    Namespace(ObjectId, Position),
    /// There is no namespace of this name.
    NoNamespace(Name),
    /// The highest version number ever used under this name is this one (0:
    /// none).
    LastVersion(StreamName, u32),
}

/// Another program changed the rows of this stream, and no version says so yet:
/// the source of a conflict that goes when the change has been adopted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unadopted(pub ObjectId);

impl Unadopted {
    /// The one that made this error, if one did.
    pub fn of(error: &Error) -> Option<Self> {
        std::error::Error::source(error)?.downcast_ref().copied()
    }
}

impl fmt::Display for Unadopted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "what another program changed in stream {} is no version yet",
            self.0.0
        )
    }
}

impl std::error::Error for Unadopted {}

/// One thing a [`Change`] does.
#[derive(Clone, Debug)]
pub enum Update {
    /// Makes the namespace, or makes it this.
    PutNamespace(Namespace),
    /// Drops the namespace, and rows in it that are no streams. A conflict when
    /// streams live in it then.
    DropNamespace(ObjectId),
    /// Makes the stream, or makes it this: `tables`, `table_columns` and
    /// `table_metadata`, as a difference. Rows of the name that are no stream
    /// make room. Whoever had the name before and is gone must have its end in the
    /// history; if not, the conflict is [`Unadopted`].
    PutStream(Arc<Stream>, Arc<Version>),
    /// Adds the version to the history.
    AddVersion(Arc<Version>),
    /// Gives the whole history of a stream this name.
    RenameHistory(ObjectId, StreamName),
    /// Drops the stream's rows; its history stays.
    DropStream(ObjectId),
}

/// What one statement or one transaction wants: applied as a whole, or refused.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// What must still be so.
    pub requirements: Vec<Requirement>,
    /// What to do, in order.
    pub updates: Vec<Update>,
}
