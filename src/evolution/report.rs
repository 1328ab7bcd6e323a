//! Whether a mode lets a change pass, and what to tell whoever made it.

use super::compare::compare;
use super::violation::Violation;
use crate::error::{Demand, Error, ErrorKind};
use crate::schema::{Mode, Schema};

/// The most violations a detail names: a screenful.
const MAX_LINES: usize = 50;

/// The most ways out a hint names.
const MAX_HINTS: usize = 5;

/// What a mode has against a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The mode.
    pub mode: Mode,
    /// What it does not allow, by earlier version and column.
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
    let mut violations = Vec::new();
    for (version, old) in compared {
        let verdict = compare(old, new);
        violations.extend(
            verdict
                .violations
                .into_iter()
                .filter(|violation| !violation.is_allowed_by(mode))
                .map(|violation| Violation {
                    version: Some(*version),
                    ..violation
                }),
        );
    }
    Report { mode, violations }
}

impl Report {
    /// Whether the mode lets the change pass.
    pub fn is_compatible(&self) -> bool {
        self.violations.is_empty()
    }

    /// The refusal (23514) of a report with violations: a line for each in the
    /// detail, what would be allowed as the hint, the mode as the constraint.
    pub fn into_error(self, stream: &str) -> Error {
        let mut lines: Vec<String> = self
            .violations
            .iter()
            .take(MAX_LINES)
            .map(ToString::to_string)
            .collect();
        if let more @ 1.. = self.violations.len().saturating_sub(MAX_LINES) {
            lines.push(format!("and {more} more"));
        }
        let mut hints: Vec<String> = Vec::new();
        for violation in &self.violations {
            let allowed = violation.allowed();
            if hints.len() < MAX_HINTS && !hints.contains(&allowed) {
                hints.push(allowed);
            }
        }
        Error::new(
            ErrorKind::Incompatible(Demand::Mode),
            format!(
                "change of stream \"{stream}\" violates compatibility mode \"{}\"",
                self.mode
            ),
        )
        .with_constraint(self.mode.as_str())
        .with_detail(lines.join("\n"))
        .with_hint(hints.join(" "))
    }
}
