//! One step of a plan.

use super::Safety;
use super::older;
use crate::evolution::compare::Verdict;
use crate::evolution::{Difference, SchemaChange, Violation};
use crate::schema::{Alteration, FieldPath, Mode};

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is changed. It names a column by its way as it is when the step is
    /// done: after the step, or before it where the column is dropped.
    pub change: SchemaChange,
    /// What that does to those who read.
    pub safety: Safety,
    /// Why, in words: both directions, and the older versions that forbid it.
    pub why: String,
}

impl Step {
    /// The step that makes a difference, with what versions before the latest
    /// have against it.
    pub(super) fn new(mode: Mode, difference: Difference, against: &[&Violation]) -> Self {
        let safety = Safety::of(mode, &difference);
        let forbidden = Safety::of_violations(against);
        let change = difference.change.clone();
        let why = Verdict::of(vec![difference]).reason() + &older::said(against);
        Self {
            change,
            safety: safety.max(forbidden),
            why,
        }
    }

    /// The step as an action of an `ALTER STREAM`.
    pub fn alteration(&self) -> Alteration {
        match &self.change {
            SchemaChange::AddColumn { column, field } => Alteration::AddColumn {
                parent: column.parent(),
                column: field.into(),
                if_not_exists: false,
            },
            SchemaChange::DropColumn { column, .. } => Alteration::DropColumn {
                column: column.clone(),
                if_exists: false,
                cascade: false,
            },
            SchemaChange::RenameColumn { column, from } => Alteration::RenameColumn {
                column: FieldPath::within(column.parent().as_ref(), from),
                to: column.leaf().clone(),
            },
            SchemaChange::ChangeType { column, to, .. } => Alteration::SetType {
                column: column.clone(),
                data_type: to.clone(),
            },
            SchemaChange::SetNotNull(column) => Alteration::SetNotNull {
                column: column.clone(),
            },
            SchemaChange::DropNotNull(column) => Alteration::DropNotNull {
                column: column.clone(),
            },
            SchemaChange::ChangeDefault { column, to, .. } => match to {
                Some(default) => Alteration::SetDefault {
                    column: column.clone(),
                    default: default.literal(),
                },
                None => Alteration::DropDefault {
                    column: column.clone(),
                },
            },
            SchemaChange::ChangePrimaryKey { to, .. } if to.is_empty() => {
                Alteration::DropPrimaryKey
            }
            SchemaChange::ChangePrimaryKey { to, .. } => Alteration::AddPrimaryKey {
                columns: to.clone(),
            },
            SchemaChange::AddIndex(index) => Alteration::AddIndex {
                name: Some(index.name.clone()),
                columns: index.columns.clone(),
                unique: index.unique,
            },
            SchemaChange::DropIndex(index) => Alteration::DropIndex {
                name: index.name.clone(),
            },
            SchemaChange::AddUnique(unique) => Alteration::AddUnique {
                name: Some(unique.name.clone()),
                columns: unique.columns.clone(),
            },
            SchemaChange::DropUnique(unique) => Alteration::DropConstraint {
                name: unique.name.clone(),
            },
        }
    }
}
