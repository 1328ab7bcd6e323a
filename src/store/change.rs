//! A commit as data.

use super::{Namespace, Stream, Version};
use crate::position::Position;
use crate::schema::{Name, ObjectId, StreamName};

/// Something that must still be so when a [`Change`] is applied.
///
/// Every row whose value went into the decision is named, by its identity and
/// the position at which it was read, or by its absence.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Requirement {
    /// The stream is there, and is as it was at the position: its rows, options
    /// and mode.
    Stream(ObjectId, Position),
    /// There is no stream of this name in the namespace.
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

/// One thing a [`Change`] does.
#[derive(Clone, Debug)]
pub enum Update {
    /// Makes the namespace, or makes it this.
    PutNamespace(Namespace),
    /// Drops the namespace. A conflict when streams live in it then.
    DropNamespace(ObjectId),
    /// Makes the stream, or makes it this: `tables`, `table_columns` and
    /// `table_metadata`, as a difference.
    PutStream(Box<Stream>, std::sync::Arc<Version>),
    /// Adds the version to the history.
    AddVersion(std::sync::Arc<Version>),
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
