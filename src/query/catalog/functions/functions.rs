//! All of them, but those about privileges.

use super::{
    acl, advisory, comment, definition, lookup, none, procedure, session, standard, visibility,
};
use crate::query::function::Function;

pub(in crate::query) static CATALOG: &[&[Function]] = &[
    acl::PRIVILEGE_LISTS,
    advisory::ADVISORY,
    comment::COMMENTS,
    definition::DEFINITIONS,
    lookup::LOOKUPS,
    none::NONE,
    procedure::PROCEDURES,
    session::SESSION,
    standard::STANDARD,
    visibility::VISIBILITY,
];
