//! What versions before the latest have against a change.

use std::collections::{HashMap, HashSet};

use crate::evolution::compare::Verdict;
use crate::evolution::words::ranges;
use crate::evolution::{Difference, Report, Rule, SchemaChange, Violation, compare};
use crate::schema::{FieldId, FieldPath, Name, Schema};

/// The violations against versions before the latest that the latest does not
/// have already, by the column that is to blame; nothing for the primary key.
#[derive(Default)]
pub(super) struct Older {
    by_column: HashMap<Option<FieldPath>, Vec<Violation>>,
    /// Dropped columns may have had another name then.
    by_dropped: HashMap<FieldId, Vec<Violation>>,
}

impl Older {
    /// Sorts the violations of a report by the changes (from the latest
    /// version) that bring them.
    pub(super) fn new(
        report: &Report,
        latest: &Schema,
        history: &[(u32, &Schema)],
        changes: &[Difference],
    ) -> Self {
        let Some(((_, _), earlier)) = history.split_last() else {
            return Self::default();
        };
        let mut older = Self::default();
        let changed: HashSet<&FieldPath> = changes
            .iter()
            .filter_map(|difference| difference.change.column())
            .collect();
        let ways = Ways::new(changes);
        for (version, schema) in earlier {
            let mut new = report
                .violations
                .iter()
                .filter(|violation| violation.versions.contains(version))
                .peekable();
            if new.peek().is_none() {
                continue;
            }
            let known: HashSet<(Option<FieldPath>, Rule)> = compare(schema, latest)
                .violations
                .into_iter()
                .map(|violation| (violation.column().cloned(), violation.rule))
                .collect();
            let is_new = |violation: &&Violation| {
                let before = violation.column().map(|column| ways.before(column));
                !known.contains(&(before, violation.rule))
            };
            for violation in new.filter(is_new) {
                let versions = vec![*version];
                older.put(
                    &Violation {
                        versions,
                        ..violation.clone()
                    },
                    &changed,
                );
            }
        }
        older
    }

    fn put(&mut self, violation: &Violation, changed: &HashSet<&FieldPath>) {
        if let SchemaChange::DropColumn { field, .. } = &violation.change {
            let dropped = self.by_dropped.entry(field.id).or_default();
            dropped.push(violation.clone());
        }
        // A change of a column is to blame for what became of its parts.
        let mut column = violation.column().cloned();
        while let Some(path) = &column
            && !changed.contains(path)
        {
            column = path.parent();
        }
        let blamed = self.by_column.entry(column).or_default();
        blamed.push(violation.clone());
    }

    /// What older versions have against a change.
    pub(super) fn against(&self, change: &SchemaChange) -> Vec<&Violation> {
        let column = change.column().cloned();
        let is_about_key = matches!(change, SchemaChange::ChangePrimaryKey { .. });
        let mut found: Vec<&Violation> = Vec::new();
        if column.is_some() || is_about_key {
            found.extend(self.by_column.get(&column).into_iter().flatten());
        }
        if let SchemaChange::DropColumn { field, .. } = change {
            let dropped = self.by_dropped.get(&field.id).into_iter().flatten();
            for violation in dropped {
                if !found.contains(&violation) {
                    found.push(violation);
                }
            }
        }
        found
    }
}

/// What they say, for the end of a sentence: `; against version 1, new readers …`.
pub(super) fn said(violations: &[&Violation]) -> String {
    let mut said: Vec<(String, Vec<u32>)> = Vec::new();
    for violation in violations {
        let reason = Verdict {
            violations: vec![(*violation).clone()],
        }
        .reason();
        match said.iter_mut().find(|(other, _)| *other == reason) {
            Some((_, versions)) => versions.extend(&violation.versions),
            None => said.push((reason, violation.versions.clone())),
        }
    }
    said.into_iter()
        .map(|(reason, versions)| {
            let s = if versions.len() == 1 { "" } else { "s" };
            format!("; against version{s} {}: {reason}", ranges(&versions))
        })
        .collect()
}

/// The way a column had before the changes.
struct Ways {
    renamed: HashMap<FieldPath, Name>,
}

impl Ways {
    fn new(changes: &[Difference]) -> Self {
        let renamed = changes.iter().filter_map(|difference| {
            let SchemaChange::RenameColumn { column, from } = &difference.change else {
                return None;
            };
            Some((column.clone(), from.clone()))
        });
        Self {
            renamed: renamed.collect(),
        }
    }

    fn before(&self, column: &FieldPath) -> FieldPath {
        let name = self.renamed.get(column).unwrap_or_else(|| column.leaf());
        let parent = column.parent().map(|parent| self.before(&parent));
        FieldPath::within(parent.as_ref(), name)
    }
}
