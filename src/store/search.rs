//! Which streams are looked for.

use crate::schema::{Name, ObjectId};

/// What is known of streams that are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// Nothing: all there are.
    All,
    /// They are in one of these namespaces.
    Namespaces(Vec<ObjectId>),
    /// They have one of these names, or have an index or constraint of it.
    Named(Vec<Name>),
    /// Their name begins so, or that of an index or constraint of theirs.
    Prefixed(String),
    /// They are one of these, or have an index or constraint that is.
    Objects(Vec<ObjectId>),
}
