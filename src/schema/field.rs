//! The parts of a schema.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{DataType, DefaultValue, Name};

/// The identity of a field within its stream: given once, kept through
/// renames, never given again. Counts from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FieldId(pub u32);

impl FieldId {
    /// That of a field in a type that is part of no schema yet.
    pub const UNASSIGNED: Self = Self(0);
}

/// The identity of a namespace, stream, index or constraint in one store:
/// from one sequence, never given again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectId(pub i64);

/// A column, or a part of a nested one, as the readers and writers of data see it.
///
/// Displays what it is beside its name: `integer not null default 5`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// Its identity through renames.
    pub id: FieldId,
    /// Its name, unique among its siblings.
    pub name: Name,
    /// Its type.
    pub data_type: DataType,
    /// Whether NULL is a value of it.
    pub nullable: bool,
    /// What a reader takes when the data has no such field.
    pub default: Option<DefaultValue>,
}

impl Field {
    /// Whether a reader can do without the field in the data: it takes the
    /// default, or NULL.
    pub fn is_optional(&self) -> bool {
        self.nullable || self.default.is_some()
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.data_type.fmt(f)?;
        if !self.nullable {
            f.write_str(" not null")?;
        }
        match &self.default {
            Some(default) => write!(f, " default {default}"),
            None => Ok(()),
        }
    }
}

/// An index that sinks should build; nothing is built here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its identity.
    pub id: ObjectId,
    /// Its name, unique in the namespace.
    pub name: Name,
    /// Names of the columns, in order.
    pub columns: Vec<Name>,
    /// Whether two rows may agree in the columns.
    pub unique: bool,
}

/// A UNIQUE constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint {
    /// Its identity.
    pub id: ObjectId,
    /// Its name, unique in the stream.
    pub name: Name,
    /// Names of the columns, in order.
    pub columns: Vec<Name>,
}
