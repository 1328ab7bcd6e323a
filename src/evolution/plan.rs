//! What a change of schema takes, step by step.

use std::fmt;

use super::{Difference, Report, SchemaChange, differences, judge};
use crate::schema::{Direction, Mode, Schema};

/// What a step does to those who read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// Everybody reads everything.
    Safe,
    /// One direction is lost, and the mode does not ask for it.
    Risky,
    /// A direction is lost that the mode asks for.
    Dangerous,
    /// Both directions are lost.
    Incompatible,
}

/// One step of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is changed.
    pub change: SchemaChange,
    /// What that does to those who read.
    pub safety: Safety,
    /// Why, in words.
    pub why: String,
}

/// The way from one schema to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The mode it is judged by.
    pub mode: Mode,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// What the mode has against it.
    pub report: Report,
}

/// Plans the way from the latest of the versions (oldest first) to a new schema.
pub fn plan(mode: Mode, new: &Schema, history: &[(u32, &Schema)]) -> Plan {
    let nothing = Schema::default();
    let latest = history.last().map_or(&nothing, |(_, latest)| latest);
    let step = |difference: Difference| Step {
        safety: safety(mode, &difference),
        why: String::new(),
        change: difference.change,
    };
    Plan {
        mode,
        steps: differences(latest, new).into_iter().map(step).collect(),
        report: judge(mode, new, history),
    }
}

impl Safety {
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

fn safety(mode: Mode, difference: &Difference) -> Safety {
    match (difference.backward(), difference.forward()) {
        (true, true) => Safety::Safe,
        (false, false) => Safety::Incompatible,
        (false, true) if mode.requires(Direction::Backward) => Safety::Dangerous,
        (true, false) if mode.requires(Direction::Forward) => Safety::Dangerous,
        _ => Safety::Risky,
    }
}
