//! What a step does to those who read.

use std::fmt;

use crate::evolution::{Difference, Violation};
use crate::schema::{Direction, Mode};

/// What a step does to those who read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// Everybody reads everything.
    Safe,
    /// One direction is lost, and the mode does not ask for it.
    Risky,
    /// A direction is lost that the mode asks for.
    Dangerous,
    /// Both directions are lost: nobody reads across it, so it is breaking in
    /// every mode, also in one that asks for less or for nothing.
    Incompatible,
}

impl Safety {
    /// What a difference does under a mode. What the mode asks for counts where
    /// one direction is lost; where both are, it does not.
    pub(super) fn of(mode: Mode, difference: &Difference) -> Self {
        match (difference.backward(), difference.forward()) {
            (true, true) => Self::Safe,
            (false, false) => Self::Incompatible,
            (false, true) if mode.requires(Direction::Backward) => Self::Dangerous,
            (true, false) if mode.requires(Direction::Forward) => Self::Dangerous,
            _ => Self::Risky,
        }
    }

    /// What it is that versions have against a change: each of them is of a
    /// direction that the mode asks for.
    pub(super) fn of_violations(violations: &[&Violation]) -> Self {
        let is_lost = |keeps: fn(&Violation) -> bool| !violations.iter().all(|one| keeps(one));
        match (is_lost(Violation::backward), is_lost(Violation::forward)) {
            (false, false) => Self::Safe,
            (true, true) => Self::Incompatible,
            _ => Self::Dangerous,
        }
    }

    /// The word SQL shows: safe, risky or breaking.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Risky => "risky",
            Self::Dangerous | Self::Incompatible => "breaking",
        }
    }
}

impl fmt::Display for Safety {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Safe => "safe",
            Self::Risky => "risky",
            Self::Dangerous => "dangerous",
            Self::Incompatible => "incompatible",
        })
    }
}
