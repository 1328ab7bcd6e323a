//! A change across which not everybody can read.

use std::borrow::Cow;
use std::fmt;

use super::change::SchemaChange;
use super::rule::{Rule, alternatives};
use super::words::{columns, ranges, shortened};
use crate::schema::{DataType, Direction, FieldPath, Mode};

/// One change across which not everybody can read. Displays as the line of a
/// report: what was changed, the rule, both directions and the versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The earlier versions that were compared, ascending; empty between two
    /// schemas that are no versions.
    pub versions: Vec<u32>,
    /// What was changed, since the first of the versions.
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
    pub fn deed(&self) -> Cow<'static, str> {
        let renamed = |tail: &str| Cow::from(format!("renamed from \"{}\"{tail}", self.old_name()));
        match self.rule {
            Rule::AddedRequired => "added as NOT NULL without a default".into(),
            Rule::DroppedRequired => "dropped while NOT NULL without a default".into(),
            Rule::Renamed => renamed(" while NOT NULL without a default"),
            Rule::NameReused => renamed(", and another column has one of the two names"),
            Rule::Widened => self.turned("widened"),
            Rule::Narrowed => self.turned("narrowed"),
            Rule::Retyped => self.turned("changed"),
            Rule::SetNotNull => "made NOT NULL".into(),
            Rule::DroppedNotNull => "made nullable".into(),
            Rule::PrimaryKey => self.turned("changed"),
        }
    }

    /// The way that a renamed column had; empty for other changes.
    fn old_name(&self) -> String {
        let old = self.change.old_column();
        old.map_or_else(String::new, |old| old.to_string())
    }

    fn turned(&self, verb: &'static str) -> Cow<'static, str> {
        match &self.change {
            SchemaChange::ChangeType { from, to, .. } => {
                format!("{verb} from {} to {}", shortened(from), shortened(to)).into()
            }
            SchemaChange::ChangePrimaryKey { from, to } => {
                format!("{verb} from {} to {}", columns(from), columns(to)).into()
            }
            _ => verb.into(),
        }
    }

    /// Why a direction does not work, in words that follow `because`; nothing
    /// when it does.
    pub fn cause(&self, direction: Direction) -> Option<Cow<'static, str>> {
        if self.keeps(direction) {
            return None;
        }
        let types = |verb: &str| match (&self.change, direction) {
            (SchemaChange::ChangeType { from, to, .. }, Direction::Backward) => {
                format!("{} {verb} {}", shortened(to), shortened(from))
            }
            (SchemaChange::ChangeType { from, to, .. }, Direction::Forward) => {
                format!("{} {verb} {}", shortened(from), shortened(to))
            }
            _ => String::new(),
        };
        Some(match self.rule {
            Rule::AddedRequired => "old data has no value for it".into(),
            Rule::DroppedRequired => "new data has no value for it".into(),
            Rule::Renamed => "new data has no value of the old name".into(),
            Rule::NameReused => "another column's data is found by its name".into(),
            Rule::Widened | Rule::Narrowed => types("has no room for every").into(),
            Rule::Retyped => types("does not read").into(),
            Rule::SetNotNull => "old data may have NULLs".into(),
            Rule::DroppedNotNull => "new data may have NULLs".into(),
            Rule::PrimaryKey => "rows are told apart by other columns".into(),
        })
    }

    /// The versions in words: `version 3`, `versions 1, 2 and 5`, `versions 1 to
    /// 7 and 9`; nothing when there are none.
    pub fn against(&self) -> Option<String> {
        match self.versions.as_slice() {
            [] => None,
            [version] => Some(format!("version {version}")),
            versions => Some(format!("versions {}", ranges(versions))),
        }
    }

    /// What the mode would allow instead, in a sentence. It mends this violation;
    /// others of the same column may ask for more.
    pub fn allowed(&self, mode: Mode) -> String {
        let column = self.change.subject();
        let readers = || {
            let versions = self.against();
            versions.map_or_else(
                || "old readers".to_owned(),
                |versions| format!("readers of {versions}"),
            )
        };
        // Who reads the latest version only can be given a default first.
        let is_last_asked = !mode.is_transitive();
        match self.rule {
            Rule::AddedRequired => format!("Add a default to {column}, or let it be nullable."),
            Rule::DroppedRequired if is_last_asked => {
                format!("Give {column} a default first, and drop it in a later version.")
            }
            Rule::DroppedRequired => format!("Keep {column}: {} need it.", readers()),
            Rule::Renamed if is_last_asked => format!(
                "Give column \"{}\" a default first, and rename it in a later version.",
                self.old_name()
            ),
            Rule::Renamed => format!(
                "Keep the name \"{}\": {} need it.",
                self.old_name(),
                readers()
            ),
            Rule::NameReused => {
                let after = self.column().map(ToString::to_string).unwrap_or_default();
                format!(
                    "Leave the names \"{}\" and \"{after}\" to the columns that had them: use a name that no column had.",
                    self.old_name()
                )
            }
            Rule::Widened | Rule::Narrowed | Rule::Retyped => self.allowed_types(mode),
            Rule::SetNotNull => format!("Keep {column} nullable."),
            Rule::DroppedNotNull => format!("Keep {column} NOT NULL."),
            Rule::PrimaryKey => match &self.change {
                SchemaChange::ChangePrimaryKey { from, .. } if from.is_empty() => {
                    "Leave the stream without a primary key, or create another stream.".to_owned()
                }
                _ => "Keep the primary key, or create another stream.".to_owned(),
            },
        }
    }

    fn allowed_types(&self, mode: Mode) -> String {
        let SchemaChange::ChangeType { column, from, to } = &self.change else {
            return String::new();
        };
        let others = match self.rule {
            Rule::Retyped => alternatives(from, to, mode),
            _ => Vec::new(),
        };
        let others: Vec<String> = others.iter().map(DataType::to_string).collect();
        let others = match others.is_empty() {
            true => String::new(),
            false => format!(", use {},", others.join(" or ")),
        };
        format!(
            "Keep type {} of column \"{column}\"{others} or add another column for values of type {}.",
            shortened(from),
            shortened(to)
        )
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (subject, deed) = (self.change.subject(), self.deed());
        write!(f, "{subject}: {deed} ({})", self.rule)?;
        for direction in [Direction::Backward, Direction::Forward] {
            write!(f, "; {direction}: ")?;
            match self.cause(direction) {
                None => f.write_str("yes")?,
                Some(cause) => write!(f, "no, because {cause}")?,
            }
        }
        match self.against() {
            Some(versions) => write!(f, " (against {versions})"),
            None => Ok(()),
        }
    }
}
