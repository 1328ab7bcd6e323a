//! What versions before the latest have against a change.

use std::collections::{HashMap, HashSet};

use crate::evolution::compare::Verdict;
use crate::evolution::words::ranges;
use crate::evolution::{Difference, Report, Rule, SchemaChange, Violation, compare};
use crate::schema::{FieldId, FieldPath, Name, Schema};

/// The violations against versions before the latest that the latest does not
/// have already.
#[derive(Default)]
pub(super) struct Older {
    /// Each once, with those versions.
    violations: Vec<Violation>,
    /// Their places, by the column that is to blame; nothing for the primary key.
    by_column: HashMap<Option<FieldPath>, Vec<usize>>,
    /// Dropped columns may have had another name then.
    by_dropped: HashMap<FieldId, Vec<usize>>,
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
        let mut older = Self::default();
        let Some((_, earlier)) = history.split_last() else {
            return older;
        };
        let judged: HashSet<u32> = report
            .violations
            .iter()
            .flat_map(|violation| violation.versions.iter().copied())
            .collect();
        let known: HashMap<u32, HashSet<(Option<FieldPath>, Rule)>> = earlier
            .iter()
            .filter(|(version, _)| judged.contains(version))
            .map(|(version, schema)| (*version, broken(schema, latest)))
            .collect();
        let changed: HashSet<&FieldPath> = changes
            .iter()
            .filter_map(|difference| difference.change.column())
            .collect();
        let ways = Ways::new(changes);
        for violation in &report.violations {
            let before = (ways.before(&violation.change), violation.rule);
            let is_new = |version: &u32| {
                let known = known.get(version);
                known.is_some_and(|known| !known.contains(&before))
            };
            let versions: Vec<u32> = violation.versions.iter().copied().filter(is_new).collect();
            if !versions.is_empty() {
                older.put(violation, versions, &changed);
            }
        }
        older
    }

    fn put(&mut self, violation: &Violation, versions: Vec<u32>, changed: &HashSet<&FieldPath>) {
        let place = self.violations.len();
        if let SchemaChange::DropColumn { field, .. } = &violation.change {
            self.by_dropped.entry(field.id).or_default().push(place);
        }
        // A change of a column is to blame for what became of its parts.
        let mut column = violation.column().cloned();
        while let Some(path) = &column
            && !changed.contains(path)
        {
            column = path.parent();
        }
        self.by_column.entry(column).or_default().push(place);
        self.violations.push(Violation {
            versions,
            ..violation.clone()
        });
    }

    /// What older versions have against a change.
    pub(super) fn against(&self, change: &SchemaChange) -> Vec<&Violation> {
        let column = change.column().cloned();
        let is_about_key = matches!(change, SchemaChange::ChangePrimaryKey { .. });
        let mut places: Vec<usize> = Vec::new();
        if column.is_some() || is_about_key {
            places.extend(self.by_column.get(&column).into_iter().flatten());
        }
        if let SchemaChange::DropColumn { field, .. } = change {
            places.extend(self.by_dropped.get(&field.id).into_iter().flatten());
        }
        places.sort_unstable();
        places.dedup();
        let violations = places.into_iter().map(|place| &self.violations[place]);
        violations.collect()
    }
}

/// Which rules which columns of a schema break against an older one.
fn broken(old: &Schema, new: &Schema) -> HashSet<(Option<FieldPath>, Rule)> {
    let violations = compare(old, new).violations.into_iter();
    violations
        .map(|violation| (violation.column().cloned(), violation.rule))
        .collect()
}

/// What they say, for the end of a sentence: `; against version 1, new readers …`.
pub(super) fn said(violations: &[&Violation]) -> String {
    let mut said: Vec<(String, Vec<u32>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for violation in violations {
        let reason = Verdict {
            violations: vec![(*violation).clone()],
        }
        .reason();
        let place = *places.entry(reason).or_insert_with_key(|reason| {
            said.push((reason.clone(), Vec::new()));
            said.len() - 1
        });
        said[place].1.extend(&violation.versions);
    }
    said.into_iter()
        .map(|(reason, mut versions)| {
            versions.sort_unstable();
            versions.dedup();
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

    /// The way of the column that a change is about.
    fn before(&self, change: &SchemaChange) -> Option<FieldPath> {
        let column = change.column()?;
        Some(match change {
            // It has the name that it had; the new schema may have it for another.
            SchemaChange::DropColumn { .. } => {
                let parent = column.parent().map(|parent| self.way(&parent));
                FieldPath::within(parent.as_ref(), column.leaf())
            }
            _ => self.way(column),
        })
    }

    fn way(&self, column: &FieldPath) -> FieldPath {
        let name = self.renamed.get(column).unwrap_or_else(|| column.leaf());
        let parent = column.parent().map(|parent| self.way(&parent));
        FieldPath::within(parent.as_ref(), name)
    }
}
