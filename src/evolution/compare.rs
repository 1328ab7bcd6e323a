//! Whether the readers of two schemas can read each other's data.

use super::difference::{Difference, differences};
use super::violation::{Violation, yes_or_no};
use crate::schema::{Direction, Mode, Schema};

/// How many reasons a line names before it counts the rest.
const REASONS: usize = 3;

/// What the readers of two schemas can make of each other's data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The changes across which not everybody can read.
    pub violations: Vec<Violation>,
}

/// Compares two schemas in both directions.
pub fn compare(old: &Schema, new: &Schema) -> Verdict {
    Verdict::of(differences(old, new))
}

impl Verdict {
    /// What these changes do to readers.
    pub(super) fn of(differences: Vec<Difference>) -> Self {
        let violation = |Difference { change, rule }| {
            Some(Violation {
                version: None,
                change,
                rule: rule?,
            })
        };
        Self {
            violations: differences.into_iter().filter_map(violation).collect(),
        }
    }

    /// Whether new readers read old data.
    pub fn backward(&self) -> bool {
        self.works(Direction::Backward)
    }

    /// Whether old readers read new data.
    pub fn forward(&self) -> bool {
        self.works(Direction::Forward)
    }

    /// Whether every direction works that the mode asks for.
    pub fn allows(&self, mode: Mode) -> bool {
        self.violations
            .iter()
            .all(|violation| violation.is_allowed_by(mode))
    }

    /// Both directions spelt out in one line: `new readers read old data: yes;
    /// old readers read new data: no, because column "x" was …`.
    pub fn reason(&self) -> String {
        format!(
            "new readers read old data: {}; old readers read new data: {}",
            self.answer(Direction::Backward),
            self.answer(Direction::Forward),
        )
    }

    fn works(&self, direction: Direction) -> bool {
        self.violations
            .iter()
            .all(|violation| violation.keeps(direction))
    }

    fn answer(&self, direction: Direction) -> String {
        let reasons: Vec<String> = self
            .violations
            .iter()
            .filter(|violation| !violation.keeps(direction))
            .map(|violation| format!("{} was {}", violation.change.subject(), violation.deed()))
            .collect();
        match reasons.len() {
            0 => yes_or_no(true).to_owned(),
            1 | 2 => format!("no, because {}", reasons.join(" and ")),
            REASONS => format!(
                "no, because {}, and {}",
                reasons[..REASONS - 1].join(", "),
                reasons[REASONS - 1]
            ),
            count => format!(
                "no, because {} and {} more",
                reasons[..REASONS].join(", "),
                count - REASONS
            ),
        }
    }
}
