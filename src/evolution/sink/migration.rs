//! A table between two schemas.

use std::collections::HashMap;

use super::Refusal;
use crate::evolution::pairing::Siblings;
use crate::evolution::{Comments, Plan, SchemaChange};
use crate::schema::{DataType, Field, FieldPath, KEY, Name, Schema, StreamName};

/// A table on its way from one schema to another.
pub(super) struct Migration<'a> {
    /// Its name in the sink.
    pub(super) table: &'a StreamName,
    /// The schema it gets.
    pub(super) to: &'a Schema,
    /// What is said of it and its columns then.
    pub(super) comments: &'a Comments,
    old: Siblings<'a>,
    new: Siblings<'a>,
    /// The columns whose type, parts or default change.
    shaped: HashMap<&'a str, Shaped>,
}

/// Which steps shape a column, by their places.
#[derive(Default)]
struct Shaped {
    /// The last that changes its type or a part of it.
    last: Option<usize>,
    /// The first that changes its default.
    default: Option<usize>,
}

/// One step down from a field to a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hop<'a> {
    /// To the member of a struct.
    Member(&'a str),
    /// To the elements of an array.
    Element,
    /// To the keys of a map.
    Key,
    /// To the values of a map.
    Value,
}

impl<'a> Migration<'a> {
    pub(super) fn new(table: &'a StreamName, plan: &'a Plan) -> Self {
        let mut shaped: HashMap<&str, Shaped> = HashMap::new();
        for (place, step) in plan.steps.iter().enumerate() {
            let Some(path) = step.change.column() else {
                continue;
            };
            match &step.change {
                SchemaChange::ChangeDefault { .. } if path.is_column() => {
                    let column = shaped.entry(path.column()).or_default();
                    column.default.get_or_insert(place);
                }
                SchemaChange::AddColumn { .. }
                | SchemaChange::DropColumn { .. }
                | SchemaChange::RenameColumn { .. }
                    if path.is_column() => {}
                SchemaChange::AddColumn { .. }
                | SchemaChange::DropColumn { .. }
                | SchemaChange::RenameColumn { .. }
                | SchemaChange::ChangeType { .. } => {
                    shaped.entry(path.column()).or_default().last = Some(place);
                }
                _ => {}
            }
        }
        Self {
            table,
            to: &plan.to,
            comments: &plan.comments,
            old: Siblings::new(&plan.from.fields),
            new: Siblings::new(&plan.to.fields),
            shaped,
        }
    }

    /// The column of the new schema of this name.
    pub(super) fn column(&self, name: &str) -> Option<&'a Field> {
        self.new.named(name)
    }

    /// What the column of the new schema of this name was before.
    pub(super) fn before(&self, name: &str) -> Option<&'a Field> {
        self.old.counterpart(self.new.named(name)?, &self.new)
    }

    /// Whether the column has a default when this step begins.
    pub(super) fn has_default(&self, column: &str, place: usize) -> bool {
        let changed = self.shaped.get(column).and_then(|shaped| shaped.default);
        let is_changed = changed.is_some_and(|changed| changed < place);
        let before = self.before(column);
        !is_changed && before.is_some_and(|field| field.default.is_some())
    }

    /// The column before and after, when this step is the last that changes its
    /// type or a part of it, and it keeps a default that follows these changes:
    /// no step changes it for its own sake.
    pub(super) fn carries_default(
        &self,
        column: &str,
        place: usize,
    ) -> Option<(&'a Field, &'a Field)> {
        let shaped = self.shaped.get(column)?;
        let is_carried = shaped.last == Some(place) && shaped.default.is_none();
        is_carried
            .then(|| self.before(column).zip(self.column(column)))
            .flatten()
    }

    /// The way down from a column to a part of it, as a step names it. The part
    /// need not be there afterwards, what it is a part of must.
    pub(super) fn hops<'p>(&self, path: &'p FieldPath) -> Result<Vec<Hop<'p>>, Refusal> {
        hops(self.column(path.column()), path).ok_or_else(|| Refusal::unknown_column(path))
    }
}

fn hops<'p>(column: Option<&Field>, path: &'p FieldPath) -> Option<Vec<Hop<'p>>> {
    let mut data_type = column.map(|column| &column.data_type);
    let hop = |name: &'p Name| {
        let (hop, part) = match data_type? {
            DataType::Struct(members) => (
                Hop::Member(name),
                members.iter().find(|member| member.name == *name),
            ),
            DataType::Array(element) => (Hop::Element, Some(element.as_ref())),
            DataType::Map(entry) if name == KEY => (Hop::Key, Some(&entry[0])),
            DataType::Map(entry) => (Hop::Value, Some(&entry[1])),
            _ => return None,
        };
        data_type = part.map(|part| &part.data_type);
        Some(hop)
    };
    path.names()[1..].iter().map(hop).collect()
}
