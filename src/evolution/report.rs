//! Whether a mode lets a change pass, and what to tell whoever made it.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use super::change::SchemaChange;
use super::compare::compare;
use super::rule::Rule;
use super::violation::Violation;
use super::words::within;
use crate::error::{Demand, Error, ErrorKind};
use crate::schema::{FieldPath, Mode, Schema};

/// The most bytes of a detail, and of a hint. What is left is counted.
const MAX_BYTES: usize = 256 * 1024;

/// What a mode has against a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The mode.
    pub mode: Mode,
    /// What it does not allow: each once, with all versions it stands against;
    /// those of the earliest version first, by column.
    pub violations: Vec<Violation>,
}

/// Judges a new schema against the versions the mode names: the latest one,
/// or all of them. The history is given oldest first; with an empty one there
/// is nobody to be incompatible with.
pub fn judge(mode: Mode, new: &Schema, history: &[(u32, &Schema)]) -> Report {
    let compared = match mode {
        Mode::None => &[],
        _ if mode.is_transitive() => history,
        _ => &history[history.len().saturating_sub(1)..],
    };
    let mut found = Found::default();
    for (version, old) in compared {
        for violation in compare(old, new).violations {
            if !violation.is_allowed_by(mode) {
                found.add(violation, *version);
            }
        }
    }
    Report {
        mode,
        violations: found.violations,
    }
}

/// Violations, those that differ in nothing but the version as one.
#[derive(Default)]
struct Found {
    violations: Vec<Violation>,
    of_columns: HashMap<FieldPath, Vec<usize>, RandomState>,
    of_key: Vec<usize>,
}

impl Found {
    fn add(&mut self, violation: Violation, version: u32) {
        // Spelling a violation takes time; nearly always they are told apart, or
        // found the same, without.
        let is_same = |place: &&usize| {
            let known = &self.violations[**place];
            known.rule == violation.rule
                && (known.change == violation.change || known.deed() == violation.deed())
        };
        let places = match violation.column() {
            Some(column) => self.of_columns.get(column),
            None => Some(&self.of_key),
        };
        if let Some(place) = places.into_iter().flatten().find(is_same) {
            self.violations[*place].versions.push(version);
            return;
        }
        let places = match violation.column() {
            Some(column) => self.of_columns.entry(column.clone()).or_default(),
            None => &mut self.of_key,
        };
        places.push(self.violations.len());
        let versions = vec![version];
        self.violations.push(Violation {
            versions,
            ..violation
        });
    }
}

impl Report {
    /// Whether the mode lets the change pass.
    pub fn is_compatible(&self) -> bool {
        self.violations.is_empty()
    }

    /// Every violation, a line each. Up to 256 KiB, then `and 7 more`.
    pub fn detail(&self) -> String {
        lines(self.violations.iter().map(ToString::to_string))
    }

    /// Every way out, a line each, as [`Report::detail`] bounded. Where a column
    /// had several types that do not do, the way out is that of the latest one; where
    /// some versions have a column nullable and others have it not at all, that of
    /// the former.
    pub fn hint(&self) -> String {
        let mut latest: HashMap<&FieldPath, &Violation> = HashMap::new();
        for retyped in self.violations.iter().filter(|found| is_of_type(found)) {
            let column = retyped.column().expect("a type is a column's");
            let known = latest.entry(column).or_insert(retyped);
            if known.versions.last() < retyped.versions.last() {
                *known = retyped;
            }
        }
        let not_null: HashSet<_> = self
            .violations
            .iter()
            .filter(|found| found.rule == Rule::SetNotNull)
            .filter_map(Violation::column)
            .collect();
        let is_told = |violation: &&Violation| {
            // A default helps who has no such column, but who has it without a value
            // is not helped: what helps both is told for the latter.
            let is_added = violation.rule == Rule::AddedRequired;
            if is_added && violation.column().is_some_and(|own| not_null.contains(own)) {
                return false;
            }
            let latest = violation.column().and_then(|column| latest.get(column));
            !is_of_type(violation) || latest.is_some_and(|latest| latest == violation)
        };
        let mut seen = HashSet::new();
        let ways_out: Vec<String> = self
            .violations
            .iter()
            .filter(is_told)
            .map(|violation| violation.allowed(self.mode))
            .filter(|way_out| seen.insert(way_out.clone()))
            .collect();
        lines(ways_out.into_iter())
    }

    /// The refusal (23514) of a report with violations, with the mode as the
    /// constraint.
    pub fn into_error(self, stream: &str) -> Error {
        Error::new(
            ErrorKind::Incompatible(Demand::Mode),
            format!(
                "change of stream \"{stream}\" violates compatibility mode \"{}\"",
                self.mode
            ),
        )
        .with_constraint(self.mode.as_str())
        .with_detail(self.detail())
        .with_hint(self.hint())
    }
}

fn is_of_type(violation: &Violation) -> bool {
    matches!(violation.change, SchemaChange::ChangeType { .. })
}

fn lines(lines: impl ExactSizeIterator<Item = String>) -> String {
    let (mut lines, more) = within(MAX_BYTES, lines);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines.join("\n")
}
