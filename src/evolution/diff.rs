//! What changed between two schemas.

use std::fmt;

use super::difference::{Difference, differences};
use super::words::within;
use crate::schema::Schema;

/// Everything that changed between two schemas.
///
/// Empty only when they have the same fingerprint: the order of columns is no
/// change. It is not empty when columns that are alike have changed places: the
/// fingerprint is the same, and whoever finds data by name reads another column.
/// Displays as the changes in words, joined by `; `.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// The changes: columns in the new order with their parts, dropped ones, the
    /// key, indexes, constraints.
    pub differences: Vec<Difference>,
}

/// The most bytes of changes that a description names before it counts the rest.
const MAX_WORDS: usize = 16 * 1024;

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
    Diff {
        differences: differences(old, new),
    }
}

impl Diff {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }

    /// The evolution type that is stored with a version: the kinds of change,
    /// each once, joined by `+`: `add_column+rename_column`.
    pub fn evolution(&self) -> String {
        EVOLUTIONS
            .into_iter()
            .filter(|word| {
                self.differences
                    .iter()
                    .any(|difference| difference.change.evolution() == *word)
            })
            .collect::<Vec<_>>()
            .join("+")
    }

    /// The changes in words: `added column "discount"; renamed column "a" to "b"`.
    /// Up to 16 KiB, then `7 more`.
    pub fn describe(&self) -> String {
        let changes = self
            .differences
            .iter()
            .map(|found| found.change.to_string());
        let (mut changes, more) = within(MAX_WORDS, changes);
        if more > 0 {
            changes.push(format!("{more} more"));
        }
        changes.join("; ")
    }
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, difference) in self.differences.iter().enumerate() {
            let separator = if position == 0 { "" } else { "; " };
            write!(f, "{separator}{}", difference.change)?;
        }
        Ok(())
    }
}
