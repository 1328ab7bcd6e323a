//! Whether the readers of two schemas can read each other's data.

use std::fmt;

use super::pairing::{Lookup, Pair, pairs, same_columns};
use super::rule::Rule;
use crate::schema::{Direction, Field, Mode, Name, Schema, quote_ident};

/// How many reasons a line names before it counts the rest.
const REASONS: usize = 3;

/// One change across which not everybody can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The earlier version that was compared; nothing between two schemas
    /// that are no versions.
    pub version: Option<u32>,
    /// The column, by its name in the new schema if it is there; for
    /// [`Rule::PrimaryKey`] the columns of the new key.
    pub column: Name,
    /// What was done to it, in words that follow `was`: `narrowed from bigint
    /// to integer`.
    pub change: String,
    /// The rule it runs into.
    pub rule: Rule,
    /// Whether new readers still read old data.
    pub backward: bool,
    /// Whether old readers still read new data.
    pub forward: bool,
    /// What would be allowed, in a sentence.
    pub allowed: String,
}

/// What the readers of two schemas can make of each other's data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The changes across which not everybody can read.
    pub violations: Vec<Violation>,
}

/// Compares two schemas in both directions.
pub fn compare(old: &Schema, new: &Schema) -> Verdict {
    compare_lookups(&Lookup::new(old), &Lookup::new(new))
}

pub(super) fn compare_lookups(old: &Lookup<'_>, new: &Lookup<'_>) -> Verdict {
    let mut violations = Vec::new();
    for pair in pairs(old, new) {
        match pair {
            Pair::Added(field) => violations.extend(added(field)),
            Pair::Dropped(field) => violations.extend(dropped(field)),
            Pair::Kept(before, after) => {
                violations.extend(renamed(before, after, old, new));
                violations.extend(retyped(before, after));
                violations.extend(nullability(before, after));
            }
        }
    }
    violations.extend(primary_key(old, new));
    Verdict { violations }
}

impl Violation {
    fn new(rule: Rule, column: impl Into<Name>, change: String, allowed: String) -> Self {
        let (backward, forward) = rule.directions();
        Self {
            version: None,
            column: column.into(),
            change,
            rule,
            backward,
            forward,
            allowed,
        }
    }

    /// Whether the direction still works.
    pub fn keeps(&self, direction: Direction) -> bool {
        match direction {
            Direction::Backward => self.backward,
            Direction::Forward => self.forward,
        }
    }

    /// Whether the mode lets the change pass. It says nothing of which
    /// versions the mode looks at.
    pub fn is_allowed_by(&self, mode: Mode) -> bool {
        [Direction::Backward, Direction::Forward]
            .into_iter()
            .all(|direction| self.keeps(direction) || !mode.requires(direction))
    }

    /// `column "amount"`, or `primary key`.
    fn subject(&self) -> String {
        match self.rule {
            Rule::PrimaryKey => "primary key".to_owned(),
            _ => format!("column \"{}\"", self.column),
        }
    }
}

/// The line of a report: what was changed, and both directions.
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}; new readers read old data: {}; old readers read new data: {}",
            self.subject(),
            self.change,
            yes_or_no(self.backward),
            yes_or_no(self.forward),
        )?;
        match self.version {
            Some(version) => write!(f, " (against version {version})"),
            None => Ok(()),
        }
    }
}

impl Verdict {
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
            .map(|violation| format!("{} was {}", violation.subject(), violation.change))
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

fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn added(field: &Field) -> Option<Violation> {
    (!field.is_optional()).then(|| {
        Violation::new(
            Rule::AddedRequired,
            &field.name,
            "added as NOT NULL without a default".to_owned(),
            format!(
                "Give column \"{}\" a default, or let it be nullable.",
                field.name
            ),
        )
    })
}

fn dropped(field: &Field) -> Option<Violation> {
    (!field.is_optional()).then(|| {
        Violation::new(
            Rule::DroppedRequired,
            &field.name,
            "dropped while NOT NULL without a default".to_owned(),
            format!(
                "Keep column \"{}\": only what is nullable or has a default in the earlier version can be dropped.",
                field.name
            ),
        )
    })
}

fn renamed(
    old: &Field,
    new: &Field,
    old_all: &Lookup<'_>,
    new_all: &Lookup<'_>,
) -> Option<Violation> {
    if old.name == new.name {
        return None;
    }
    let change = format!("renamed from \"{}\"", old.name);
    if old_all.has_name(&new.name) || new_all.has_name(&old.name) {
        return Some(Violation::new(
            Rule::NameReused,
            &new.name,
            format!("{change}, and another column has one of the two names"),
            format!(
                "Rename column \"{}\" to a name that no column had, and leave its old name unused.",
                old.name
            ),
        ));
    }
    (!old.is_optional()).then(|| {
        Violation::new(
            Rule::Renamed,
            &new.name,
            format!("{change} while NOT NULL without a default"),
            format!(
                "Keep the name \"{}\": only what is nullable or has a default in the earlier version can be renamed.",
                old.name
            ),
        )
    })
}

fn retyped(old: &Field, new: &Field) -> Option<Violation> {
    let rule = Rule::of_types(&old.data_type, &new.data_type)?;
    let (name, before, after) = (&new.name, &old.data_type, &new.data_type);
    let (verb, allowed) = match rule {
        Rule::Widened => (
            "widened",
            format!(
                "Keep type {before} of column \"{name}\", or add another column of type {after}."
            ),
        ),
        Rule::Narrowed => (
            "narrowed",
            format!(
                "Keep type {before} of column \"{name}\", or add another column of type {after}."
            ),
        ),
        _ => (
            "changed",
            format!(
                "Keep type {before} of column \"{name}\", or add another column of type {after}: neither type reads the other."
            ),
        ),
    };
    let change = format!("{verb} from {before} to {after}");
    Some(Violation::new(rule, name, change, allowed))
}

fn nullability(old: &Field, new: &Field) -> Option<Violation> {
    let name = &new.name;
    match (old.nullable, new.nullable) {
        (true, false) => Some(Violation::new(
            Rule::SetNotNull,
            name,
            "made NOT NULL".to_owned(),
            format!("Leave column \"{name}\" nullable."),
        )),
        (false, true) => Some(Violation::new(
            Rule::DroppedNotNull,
            name,
            "made nullable".to_owned(),
            format!("Leave column \"{name}\" NOT NULL."),
        )),
        _ => None,
    }
}

fn primary_key(old: &Lookup<'_>, new: &Lookup<'_>) -> Option<Violation> {
    let (before, after) = (&old.schema.primary_key, &new.schema.primary_key);
    (!same_columns(old, before, new, after)).then(|| {
        let names: Vec<String> = after.iter().map(|name| quote_ident(name)).collect();
        Violation::new(
            Rule::PrimaryKey,
            names.join(", "),
            format!("changed from {} to {}", key(before), key(after)),
            "Keep the primary key, or create another stream.".to_owned(),
        )
    })
}

/// `(a, b)`, or `none`.
pub(super) fn key(columns: &[Name]) -> String {
    if columns.is_empty() {
        return "none".to_owned();
    }
    let names: Vec<String> = columns.iter().map(|name| quote_ident(name)).collect();
    format!("({})", names.join(", "))
}
