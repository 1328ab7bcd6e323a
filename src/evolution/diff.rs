//! What changed between two schemas.

use std::fmt;

use super::compare::key;
use super::pairing::{Lookup, Pair, pairs, same_columns};
use crate::schema::{DataType, DefaultValue, Field, Name, Schema};

/// One change. Displays as a person would say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaChange {
    /// A column is new.
    AddColumn(Name),
    /// A column is gone.
    DropColumn(Name),
    /// A column has another name.
    RenameColumn {
        /// Before.
        from: Name,
        /// After.
        to: Name,
    },
    /// A column has another type.
    ChangeType {
        /// The column, by its new name.
        column: Name,
        /// Before.
        from: DataType,
        /// After.
        to: DataType,
    },
    /// A column became NOT NULL.
    SetNotNull(Name),
    /// A column became nullable.
    DropNotNull(Name),
    /// A column has another default, or none any more.
    ChangeDefault {
        /// The column, by its new name.
        column: Name,
        /// Before.
        from: Option<DefaultValue>,
        /// After.
        to: Option<DefaultValue>,
    },
    /// The primary key has other columns, or another order of them.
    ChangePrimaryKey {
        /// Before; empty for none.
        from: Vec<Name>,
        /// After; empty for none.
        to: Vec<Name>,
    },
    /// An index is new, or has other columns.
    AddIndex(Name),
    /// An index is gone, or has other columns.
    DropIndex(Name),
    /// A UNIQUE constraint is new, or has other columns.
    AddUnique(Name),
    /// A UNIQUE constraint is gone, or has other columns.
    DropUnique(Name),
}

/// Everything that changed between two schemas.
///
/// Empty exactly when they have the same fingerprint: the order and the
/// identities of columns are no change. Displays as the changes in words,
/// joined by `; `.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// The changes: columns in the new order, dropped ones, the key, indexes,
    /// constraints.
    pub changes: Vec<SchemaChange>,
}

/// The stored words for kinds of change, in the order they are joined.
const EVOLUTIONS: [&str; 6] = [
    "add_column",
    "drop_column",
    "modify_column",
    "rename_column",
    "add_index",
    "drop_index",
];

/// Says what changed from one schema to another.
pub fn diff(old: &Schema, new: &Schema) -> Diff {
    // Two columns that differ in nothing but their names can change places
    // and leave the same schema.
    if old.fingerprint() == new.fingerprint() {
        return Diff::default();
    }
    let (old, new) = (Lookup::new(old), Lookup::new(new));
    let mut changes = Vec::new();
    for pair in pairs(&old, &new) {
        match pair {
            Pair::Added(field) => changes.push(SchemaChange::AddColumn(field.name.clone())),
            Pair::Dropped(field) => changes.push(SchemaChange::DropColumn(field.name.clone())),
            Pair::Kept(before, after) => diff_field(before, after, &mut changes),
        }
    }
    let (from, to) = (&old.schema.primary_key, &new.schema.primary_key);
    if !same_columns(&old, from, &new, to) {
        changes.push(SchemaChange::ChangePrimaryKey {
            from: from.clone(),
            to: to.clone(),
        });
    }
    diff_indexes(&old, &new, &mut changes);
    diff_constraints(&old, &new, &mut changes);
    Diff { changes }
}

impl Diff {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The evolution type that is stored with a version: the kinds of change,
    /// each once, joined by `+`: `add_column+rename_column`.
    pub fn evolution(&self) -> String {
        EVOLUTIONS
            .into_iter()
            .filter(|word| {
                self.changes
                    .iter()
                    .any(|change| change.evolution() == *word)
            })
            .collect::<Vec<_>>()
            .join("+")
    }

    /// The changes in words: `added column "discount"; renamed column "a" to "b"`.
    pub fn describe(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, change) in self.changes.iter().enumerate() {
            let separator = if position == 0 { "" } else { "; " };
            write!(f, "{separator}{change}")?;
        }
        Ok(())
    }
}

impl SchemaChange {
    /// The stored word for this kind of change.
    pub const fn evolution(&self) -> &'static str {
        match self {
            Self::AddColumn(_) => "add_column",
            Self::DropColumn(_) => "drop_column",
            Self::RenameColumn { .. } => "rename_column",
            Self::ChangeType { .. }
            | Self::SetNotNull(_)
            | Self::DropNotNull(_)
            | Self::ChangeDefault { .. }
            | Self::ChangePrimaryKey { .. } => "modify_column",
            Self::AddIndex(_) | Self::AddUnique(_) => "add_index",
            Self::DropIndex(_) | Self::DropUnique(_) => "drop_index",
        }
    }
}

impl fmt::Display for SchemaChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddColumn(name) => write!(f, "added column \"{name}\""),
            Self::DropColumn(name) => write!(f, "dropped column \"{name}\""),
            Self::RenameColumn { from, to } => write!(f, "renamed column \"{from}\" to \"{to}\""),
            Self::ChangeType { column, from, to } => {
                write!(f, "changed type of column \"{column}\" from {from} to {to}")
            }
            Self::SetNotNull(name) => write!(f, "made column \"{name}\" NOT NULL"),
            Self::DropNotNull(name) => write!(f, "made column \"{name}\" nullable"),
            Self::ChangeDefault { column, from, to } => match (from, to) {
                (_, None) => write!(f, "dropped default of column \"{column}\""),
                (None, Some(to)) => write!(f, "set default of column \"{column}\" to {to}"),
                (Some(from), Some(to)) => {
                    write!(
                        f,
                        "changed default of column \"{column}\" from {from} to {to}"
                    )
                }
            },
            Self::ChangePrimaryKey { from, to } => match (from.is_empty(), to.is_empty()) {
                (true, _) => write!(f, "added primary key {}", key(to)),
                (_, true) => write!(f, "dropped primary key {}", key(from)),
                _ => write!(f, "changed primary key from {} to {}", key(from), key(to)),
            },
            Self::AddIndex(name) => write!(f, "added index \"{name}\""),
            Self::DropIndex(name) => write!(f, "dropped index \"{name}\""),
            Self::AddUnique(name) => write!(f, "added unique constraint \"{name}\""),
            Self::DropUnique(name) => write!(f, "dropped unique constraint \"{name}\""),
        }
    }
}

fn diff_field(old: &Field, new: &Field, changes: &mut Vec<SchemaChange>) {
    let column = &new.name;
    if old.name != new.name {
        changes.push(SchemaChange::RenameColumn {
            from: old.name.clone(),
            to: column.clone(),
        });
    }
    if old.data_type != new.data_type {
        changes.push(SchemaChange::ChangeType {
            column: column.clone(),
            from: old.data_type.clone(),
            to: new.data_type.clone(),
        });
    }
    match (old.nullable, new.nullable) {
        (true, false) => changes.push(SchemaChange::SetNotNull(column.clone())),
        (false, true) => changes.push(SchemaChange::DropNotNull(column.clone())),
        _ => {}
    }
    // A default is quoted or bare by its type, so the texts are what counts.
    let text = |field: &Field| {
        field
            .default
            .as_ref()
            .map(|default| default.text().to_owned())
    };
    if text(old) != text(new) {
        changes.push(SchemaChange::ChangeDefault {
            column: column.clone(),
            from: old.default.clone(),
            to: new.default.clone(),
        });
    }
}

fn diff_indexes(old: &Lookup<'_>, new: &Lookup<'_>, changes: &mut Vec<SchemaChange>) {
    let (before, after) = (&old.schema.indexes, &new.schema.indexes);
    let is_in_both = |name: &str| {
        let index = before.iter().find(|index| index.name == name);
        let other = after.iter().find(|index| index.name == name);
        index.zip(other).is_some_and(|(index, other)| {
            index.unique == other.unique && same_columns(old, &index.columns, new, &other.columns)
        })
    };
    let names = |indexes: &[crate::schema::Index]| -> Vec<Name> {
        indexes
            .iter()
            .filter(|index| !is_in_both(&index.name))
            .map(|index| index.name.clone())
            .collect()
    };
    changes.extend(names(after).into_iter().map(SchemaChange::AddIndex));
    changes.extend(names(before).into_iter().map(SchemaChange::DropIndex));
}

fn diff_constraints(old: &Lookup<'_>, new: &Lookup<'_>, changes: &mut Vec<SchemaChange>) {
    let (before, after) = (&old.schema.constraints, &new.schema.constraints);
    let is_in_both = |name: &str| {
        let unique = before.iter().find(|unique| unique.name == name);
        let other = after.iter().find(|unique| unique.name == name);
        unique
            .zip(other)
            .is_some_and(|(unique, other)| same_columns(old, &unique.columns, new, &other.columns))
    };
    let names = |constraints: &[crate::schema::Constraint]| -> Vec<Name> {
        constraints
            .iter()
            .filter(|unique| !is_in_both(&unique.name))
            .map(|unique| unique.name.clone())
            .collect()
    };
    changes.extend(names(after).into_iter().map(SchemaChange::AddUnique));
    changes.extend(names(before).into_iter().map(SchemaChange::DropUnique));
}
