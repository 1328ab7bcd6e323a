//! A table between two schemas.

use super::Refusal;
use crate::evolution::pairing::Siblings;
use crate::schema::{DataType, Field, FieldPath, KEY, Name, Schema, StreamName};

/// A table on its way from one schema to another.
pub(super) struct Migration<'a> {
    /// Its name in the sink.
    pub(super) table: &'a StreamName,
    /// The schema it gets.
    pub(super) to: &'a Schema,
    old: Siblings<'a>,
    new: Siblings<'a>,
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
    pub(super) fn new(table: &'a StreamName, from: &'a Schema, to: &'a Schema) -> Self {
        Self {
            table,
            to,
            old: Siblings::new(&from.fields),
            new: Siblings::new(&to.fields),
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

    /// The way down from a column to a part of it, as a step names it. The part
    /// need not be there afterwards, what it is a part of must.
    pub(super) fn hops<'p>(&self, path: &'p FieldPath) -> Result<Vec<Hop<'p>>, Refusal> {
        hops(self.column(path.column()), path).ok_or_else(|| {
            Refusal::new(
                format!("a change of the unknown column \"{path}\""),
                "Render the steps of a plan with the plan's own schemas.",
            )
        })
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
