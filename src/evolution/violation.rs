//! A change across which not everybody can read.

use std::fmt;

use super::change::SchemaChange;
use super::rule::Rule;
use crate::schema::{Direction, FieldPath, Mode, Name, quote_ident};

/// One change across which not everybody can read. Displays as the line of a
/// report: what was changed, and both directions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The earlier version that was compared; nothing between two schemas
    /// that are no versions.
    pub version: Option<u32>,
    /// What was changed.
    pub change: SchemaChange,
    /// The rule it runs into.
    pub rule: Rule,
}

impl Violation {
    /// The column, by its way in the new schema if it is there; nothing for
    /// the primary key.
    pub fn column(&self) -> Option<&FieldPath> {
        self.change.column()
    }

    /// Whether new readers still read old data.
    pub fn backward(&self) -> bool {
        self.rule.directions().0
    }

    /// Whether old readers still read new data.
    pub fn forward(&self) -> bool {
        self.rule.directions().1
    }

    /// Whether the direction still works.
    pub fn keeps(&self, direction: Direction) -> bool {
        match direction {
            Direction::Backward => self.backward(),
            Direction::Forward => self.forward(),
        }
    }

    /// Whether the mode lets the change pass. It says nothing of which
    /// versions the mode looks at.
    pub fn is_allowed_by(&self, mode: Mode) -> bool {
        [Direction::Backward, Direction::Forward]
            .into_iter()
            .all(|direction| self.keeps(direction) || !mode.requires(direction))
    }

    /// What was done, in words that follow `was`: `narrowed from bigint to
    /// integer`.
    pub fn deed(&self) -> String {
        let renamed = || {
            format!(
                "renamed from \"{}\"",
                self.change.before().unwrap_or_default()
            )
        };
        let retyped = |verb: &str| match &self.change {
            SchemaChange::ChangeType { from, to, .. } => format!("{verb} from {from} to {to}"),
            _ => verb.to_owned(),
        };
        match self.rule {
            Rule::AddedRequired => "added as NOT NULL without a default".to_owned(),
            Rule::DroppedRequired => "dropped while NOT NULL without a default".to_owned(),
            Rule::Renamed => renamed() + " while NOT NULL without a default",
            Rule::NameReused => renamed() + ", and another column has one of the two names",
            Rule::Widened => retyped("widened"),
            Rule::Narrowed => retyped("narrowed"),
            Rule::Retyped => retyped("changed"),
            Rule::SetNotNull => "made NOT NULL".to_owned(),
            Rule::DroppedNotNull => "made nullable".to_owned(),
            Rule::PrimaryKey => match &self.change {
                SchemaChange::ChangePrimaryKey { from, to } => {
                    format!("changed from {} to {}", columns(from), columns(to))
                }
                _ => "changed".to_owned(),
            },
        }
    }

    /// What would be allowed, in a sentence.
    pub fn allowed(&self) -> String {
        let column = self.change.subject();
        let before = || self.change.before().unwrap_or_default();
        let keep_type = || {
            let (from, to) = (before(), self.change.after().unwrap_or_default());
            format!("Keep type {from} of {column}, or add another column of type {to}")
        };
        match self.rule {
            Rule::AddedRequired => format!("Give {column} a default, or let it be nullable."),
            Rule::DroppedRequired => format!(
                "Keep {column}: only what is nullable or has a default in the earlier version can be dropped."
            ),
            Rule::NameReused => format!(
                "Rename column \"{}\" to a name that no column had, and leave its old name unused.",
                before()
            ),
            Rule::Renamed => format!(
                "Keep the name \"{}\": only what is nullable or has a default in the earlier version can be renamed.",
                before()
            ),
            Rule::Widened | Rule::Narrowed => keep_type() + ".",
            Rule::Retyped => keep_type() + ": neither type reads the other.",
            Rule::SetNotNull => format!("Leave {column} nullable."),
            Rule::DroppedNotNull => format!("Leave {column} NOT NULL."),
            Rule::PrimaryKey => "Keep the primary key, or create another stream.".to_owned(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}; new readers read old data: {}; old readers read new data: {}",
            self.change.subject(),
            self.deed(),
            yes_or_no(self.backward()),
            yes_or_no(self.forward()),
        )?;
        match self.version {
            Some(version) => write!(f, " (against version {version})"),
            None => Ok(()),
        }
    }
}

pub(super) fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// `(a, b)`, or `none`.
pub(super) fn columns(names: &[Name]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let names: Vec<String> = names.iter().map(|name| quote_ident(name)).collect();
    format!("({})", names.join(", "))
}
