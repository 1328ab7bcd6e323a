//! What a sink cannot do.

use std::fmt;

use crate::error::Error;
use crate::schema::FieldPath;

/// Something that a sink cannot do, and what it can instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// What, to be followed by "is not supported".
    pub(super) what: String,
    /// The way out, as a sentence.
    pub(super) way_out: String,
}

impl Refusal {
    pub(super) fn new(what: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            way_out: way_out.into(),
        }
    }

    /// A step about a column that is not there.
    pub(super) fn unknown_column(path: &FieldPath) -> Self {
        Self::new(
            format!("a change of the unknown column \"{path}\""),
            "Render the steps of a plan with the plan's own schemas.",
        )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Not supported: {}. {}", self.what, self.way_out)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::unsupported(refusal.what, refusal.way_out)
    }
}
