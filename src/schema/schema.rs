//! A schema: what readers and writers of a stream's data meet.

use std::fmt;

use super::{Constraint, Field, FieldId, Index, Name};

/// The most columns a schema can have.
pub const MAX_COLUMNS: usize = 5_000;

/// The columns, keys, indexes and constraints of one version of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// The columns, in the order of the version.
    pub fields: Vec<Field>,
    /// Names of the primary key's columns, in order; empty without a key.
    pub primary_key: Vec<Name>,
    /// Declared indexes.
    pub indexes: Vec<Index>,
    /// UNIQUE constraints.
    pub constraints: Vec<Constraint>,
}

impl Schema {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field of this identity.
    pub fn field_by_id(&self, id: FieldId) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// Whether the column is part of the primary key.
    pub fn is_key(&self, name: &str) -> bool {
        self.primary_key.iter().any(|column| column == name)
    }
}

/// SHA-256 over the canonical form of a schema. Displays as 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}
