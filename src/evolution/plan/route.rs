//! The compatible way to what a mode does not allow at once.

use super::Safety;
use crate::evolution::words::{enumerated, within};
use crate::schema::{Alteration, Name, StreamName, quote_ident};

/// The most bytes of one reason. What is left is counted.
const MAX_BYTES: usize = 4 * 1024;

/// The compatible way to what a mode does not allow at once: statements that
/// can be run one after another, each of which the mode lets pass, and what is
/// to be done outside of the registry between them.
///
/// It leads to what was wanted as far as the mode can allow it: a column may have
/// another name, be nullable, or stay beside the one that comes in its place.
/// Where the stream itself can not get there, another stream takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// What is done, in order.
    pub steps: Vec<RouteStep>,
}

/// One step of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteStep {
    /// What is done.
    pub action: RouteAction,
    /// What that does to those who read: safe or risky.
    pub safety: Safety,
    /// What it is for, in sentences.
    pub why: String,
}

/// What is done in one step of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteAction {
    /// The stream is altered; indexes are dropped before the rest and created
    /// after it.
    Alter(Vec<Alteration>),
    /// Another stream takes this one's place: it has the new schema from the
    /// beginning, and what else this one has.
    Create,
    /// The stream goes.
    Drop,
    /// What the step is for is to be done outside of the registry.
    Outside,
}

impl Route {
    /// Whether another stream takes the place of this one.
    pub fn has_successor(&self) -> bool {
        let is_create = |step: &RouteStep| step.action == RouteAction::Create;
        self.steps.iter().any(is_create)
    }
}

impl RouteStep {
    /// What is to be done outside of the registry.
    pub(super) fn outside(why: String) -> Self {
        Self {
            action: RouteAction::Outside,
            safety: Safety::Safe,
            why,
        }
    }
}

impl RouteAction {
    /// The statements that do it, without semicolons; none for what is done
    /// outside, and none for another stream: its name, its options and the
    /// comments on it are the caller's.
    pub fn statements(&self, stream: &StreamName) -> Vec<String> {
        match self {
            Self::Alter(alterations) => alterations
                .chunk_by(|one, next| !is_index(one) && !is_index(next))
                .map(|alterations| alter(stream, alterations))
                .collect(),
            Self::Drop => vec![format!("DROP STREAM {stream}")],
            Self::Create | Self::Outside => Vec::new(),
        }
    }
}

/// Sentences one after another.
pub(super) fn sentences(all: &[String]) -> String {
    let (mut said, more) = within(MAX_BYTES, all.iter().cloned());
    if more > 0 {
        said.push(format!("And {more} more."));
    }
    said.join(" ")
}

/// Things in a row: `"a", "b" and "c"`.
pub(super) fn listed(all: impl ExactSizeIterator<Item = String>) -> String {
    let (mut said, more) = within(MAX_BYTES, all);
    if more > 0 {
        said.push(format!("{more} more"));
    }
    enumerated(&said)
}

/// Whether the action is a statement of its own.
fn is_index(alteration: &Alteration) -> bool {
    matches!(
        alteration,
        Alteration::AddIndex { .. } | Alteration::DropIndex { .. }
    )
}

/// An index by itself, or other actions in one `ALTER STREAM`.
fn alter(stream: &StreamName, alterations: &[Alteration]) -> String {
    match alterations {
        [
            Alteration::AddIndex {
                name,
                columns,
                unique,
            },
        ] => create_index(stream, name.as_ref(), columns, *unique),
        [Alteration::DropIndex { name }] => {
            let index = StreamName::new(stream.namespace.as_str(), name.as_str());
            format!("DROP INDEX {index}")
        }
        actions => {
            let actions: Vec<String> = actions.iter().map(ToString::to_string).collect();
            format!("ALTER STREAM {stream} {}", actions.join(", "))
        }
    }
}

fn create_index(
    stream: &StreamName,
    name: Option<&Name>,
    columns: &[Name],
    unique: bool,
) -> String {
    let unique = if unique { "UNIQUE " } else { "" };
    let name = name.map_or_else(String::new, |name| quote_ident(name) + " ");
    format!("CREATE {unique}INDEX {name}ON {stream} ({})", list(columns))
}

fn list(columns: &[Name]) -> String {
    let names: Vec<String> = columns.iter().map(|name| quote_ident(name)).collect();
    names.join(", ")
}
