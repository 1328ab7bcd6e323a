//! Whether the readers of two schemas can read each other's data.

use super::difference::{Difference, differences};
use super::violation::Violation;
use super::words::{enumerated, within};
use crate::schema::{Direction, Mode, Schema};

/// The most bytes of reasons that an answer names before it counts the rest.
const MAX_REASONS: usize = 16 * 1024;

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
                versions: Vec::new(),
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

    /// Both directions spelt out in one line, with every reason up to 16 KiB:
    /// `new readers read old data: yes; old readers read new data: no, because
    /// column "x" was …`.
    pub fn reason(&self) -> String {
        [Direction::Backward, Direction::Forward]
            .map(|direction| format!("{direction}: {}", self.answer(direction)))
            .join("; ")
    }

    fn works(&self, direction: Direction) -> bool {
        self.violations
            .iter()
            .all(|violation| violation.keeps(direction))
    }

    fn answer(&self, direction: Direction) -> String {
        let lost: Vec<&Violation> = self
            .violations
            .iter()
            .filter(|violation| !violation.keeps(direction))
            .collect();
        if lost.is_empty() {
            return "yes".to_owned();
        }
        let reason = |lost: &&Violation| format!("{} was {}", lost.change.subject(), lost.deed());
        let (mut reasons, more) = within(MAX_REASONS, lost.iter().map(reason));
        if more > 0 {
            reasons.push(format!("{more} more"));
        }
        format!("no, because {}", enumerated(&reasons))
    }
}
