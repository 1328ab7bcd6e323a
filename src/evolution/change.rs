//! One change between two schemas, in data and in words.

use std::fmt;

use super::words::{columns, shortened};
use crate::schema::{Constraint, DataType, DefaultValue, Field, FieldPath, Index, Name};

/// One change. Displays as a person would say it.
///
/// Columns are named by their way in the new schema; dropped ones by the way
/// that they would have there: where what they were in is now, and the name that
/// they had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaChange {
    /// A column, or a member of a struct, is new.
    AddColumn {
        /// Its place.
        column: FieldPath,
        /// What it is.
        field: Field,
    },
    /// A column, or a member of a struct, is gone.
    DropColumn {
        /// Its place.
        column: FieldPath,
        /// What it was.
        field: Field,
    },
    /// A column, or a member of a struct, has another name.
    RenameColumn {
        /// Its place now.
        column: FieldPath,
        /// Its own name before.
        from: Name,
    },
    /// A column has another type, beyond what happened to its parts.
    ChangeType {
        /// Its place.
        column: FieldPath,
        /// Before.
        from: DataType,
        /// After.
        to: DataType,
    },
    /// A column became NOT NULL.
    SetNotNull(FieldPath),
    /// A column became nullable.
    DropNotNull(FieldPath),
    /// A column has another default, or none any more.
    ChangeDefault {
        /// Its place.
        column: FieldPath,
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
    AddIndex(Index),
    /// An index is gone, or has other columns.
    DropIndex(Index),
    /// A UNIQUE constraint is new, or has other columns.
    AddUnique(Constraint),
    /// A UNIQUE constraint is gone, or has other columns.
    DropUnique(Constraint),
}

impl SchemaChange {
    /// The stored word for this kind of change.
    pub const fn evolution(&self) -> &'static str {
        match self {
            Self::AddColumn { .. } => "add_column",
            Self::DropColumn { .. } => "drop_column",
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

    /// What is done, in the words of an `ALTER STREAM`: `add column`, `change
    /// type`, `set not null`.
    pub const fn action(&self) -> &'static str {
        match self {
            Self::AddColumn { .. } => "add column",
            Self::DropColumn { .. } => "drop column",
            Self::RenameColumn { .. } => "rename column",
            Self::ChangeType { .. } => "change type",
            Self::SetNotNull(_) => "set not null",
            Self::DropNotNull(_) => "drop not null",
            Self::ChangeDefault { to: None, .. } => "drop default",
            Self::ChangeDefault { .. } => "set default",
            Self::ChangePrimaryKey { from, .. } if from.is_empty() => "add primary key",
            Self::ChangePrimaryKey { to, .. } if to.is_empty() => "drop primary key",
            Self::ChangePrimaryKey { .. } => "change primary key",
            Self::AddIndex(_) => "add index",
            Self::DropIndex(_) => "drop index",
            Self::AddUnique(_) => "add unique constraint",
            Self::DropUnique(_) => "drop unique constraint",
        }
    }

    /// The column it is about; nothing for keys, indexes and constraints.
    pub const fn column(&self) -> Option<&FieldPath> {
        match self {
            Self::AddColumn { column, .. }
            | Self::DropColumn { column, .. }
            | Self::RenameColumn { column, .. }
            | Self::ChangeType { column, .. }
            | Self::SetNotNull(column)
            | Self::DropNotNull(column)
            | Self::ChangeDefault { column, .. } => Some(column),
            Self::ChangePrimaryKey { .. }
            | Self::AddIndex(_)
            | Self::DropIndex(_)
            | Self::AddUnique(_)
            | Self::DropUnique(_) => None,
        }
    }

    /// What it is about by its name alone: the column's way, or the name of the
    /// index or constraint; nothing for the primary key.
    pub fn name(&self) -> Option<String> {
        match self {
            Self::AddIndex(index) | Self::DropIndex(index) => Some(index.name.clone()),
            Self::AddUnique(unique) | Self::DropUnique(unique) => Some(unique.name.clone()),
            other => other.column().map(FieldPath::label),
        }
    }

    /// What it is about, in words: `column "a"`, `primary key`, `index "i"`.
    pub fn subject(&self) -> String {
        match self {
            Self::ChangePrimaryKey { .. } => "primary key".to_owned(),
            Self::AddIndex(index) | Self::DropIndex(index) => format!("index \"{}\"", index.name),
            Self::AddUnique(unique) | Self::DropUnique(unique) => {
                format!("constraint \"{}\"", unique.name)
            }
            column => column
                .column()
                .map_or_else(String::new, |column| format!("column \"{column}\"")),
        }
    }

    /// The way that a renamed column had, if its struct had had its name.
    pub(super) fn old_column(&self) -> Option<FieldPath> {
        match self {
            Self::RenameColumn { column, from } => {
                Some(FieldPath::within(column.parent().as_ref(), from))
            }
            _ => None,
        }
    }

    /// What there was before, as SQL; nothing for what is new.
    pub fn before(&self) -> Option<String> {
        match self {
            Self::AddColumn { .. } | Self::AddIndex(_) | Self::AddUnique(_) => None,
            Self::DropColumn { field, .. } => Some(field.to_string()),
            Self::RenameColumn { .. } => self.old_column().as_ref().map(FieldPath::label),
            Self::ChangeType { from, .. } => Some(from.to_string()),
            Self::SetNotNull(_) => Some("nullable".to_owned()),
            Self::DropNotNull(_) => Some("not null".to_owned()),
            Self::ChangeDefault { from, .. } => from.as_ref().map(ToString::to_string),
            Self::ChangePrimaryKey { from, .. } => listed(from),
            Self::DropIndex(index) => listed(&index.columns),
            Self::DropUnique(unique) => listed(&unique.columns),
        }
    }

    /// What there is after, as SQL; nothing for what is gone.
    pub fn after(&self) -> Option<String> {
        match self {
            Self::DropColumn { .. } | Self::DropIndex(_) | Self::DropUnique(_) => None,
            Self::AddColumn { field, .. } => Some(field.to_string()),
            Self::RenameColumn { column, .. } => Some(column.label()),
            Self::ChangeType { to, .. } => Some(to.to_string()),
            Self::SetNotNull(_) => Some("not null".to_owned()),
            Self::DropNotNull(_) => Some("nullable".to_owned()),
            Self::ChangeDefault { to, .. } => to.as_ref().map(ToString::to_string),
            Self::ChangePrimaryKey { to, .. } => listed(to),
            Self::AddIndex(index) => listed(&index.columns),
            Self::AddUnique(unique) => listed(&unique.columns),
        }
    }
}

impl fmt::Display for SchemaChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddColumn { column, .. } => write!(f, "added column \"{column}\""),
            Self::DropColumn { column, .. } => write!(f, "dropped column \"{column}\""),
            Self::RenameColumn { column, from } => {
                let from = FieldPath::within(column.parent().as_ref(), from);
                write!(f, "renamed column \"{from}\" to \"{column}\"")
            }
            Self::ChangeType { column, from, to } => write!(
                f,
                "changed type of column \"{column}\" from {} to {}",
                shortened(from),
                shortened(to)
            ),
            Self::SetNotNull(column) => write!(f, "made column \"{column}\" NOT NULL"),
            Self::DropNotNull(column) => write!(f, "made column \"{column}\" nullable"),
            Self::ChangeDefault { column, from, to } => match (from, to) {
                (_, None) => write!(f, "dropped default of column \"{column}\""),
                (None, Some(to)) => {
                    write!(f, "set default of column \"{column}\" to {}", shortened(to))
                }
                (Some(from), Some(to)) => write!(
                    f,
                    "changed default of column \"{column}\" from {} to {}",
                    shortened(from),
                    shortened(to)
                ),
            },
            Self::ChangePrimaryKey { from, to } => {
                let (before, after) = (columns(from), columns(to));
                match (from.is_empty(), to.is_empty()) {
                    (true, _) => write!(f, "added primary key {after}"),
                    (_, true) => write!(f, "dropped primary key {before}"),
                    _ => write!(f, "changed primary key from {before} to {after}"),
                }
            }
            Self::AddIndex(index) => write!(f, "added index \"{}\"", index.name),
            Self::DropIndex(index) => write!(f, "dropped index \"{}\"", index.name),
            Self::AddUnique(unique) => write!(f, "added unique constraint \"{}\"", unique.name),
            Self::DropUnique(unique) => {
                write!(f, "dropped unique constraint \"{}\"", unique.name)
            }
        }
    }
}

fn listed(names: &[Name]) -> Option<String> {
    (!names.is_empty()).then(|| columns(names))
}
