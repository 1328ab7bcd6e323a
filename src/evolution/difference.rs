//! The one walk over two schemas: what changed, and the rule each change runs
//! into. Everything else asks it.

use super::adapter::carry_default;
use super::change::SchemaChange;
use super::pairing::{Pair, Siblings, same_columns};
use super::rule::Rule;
use crate::schema::{DataType, DefaultValue, Field, FieldPath, Schema};

/// One change and who can still read across it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The change.
    pub change: SchemaChange,
    /// The rule it runs into; nothing when everybody can read across it.
    pub rule: Option<Rule>,
}

impl Difference {
    /// Whether new readers still read old data.
    pub fn backward(&self) -> bool {
        self.rule.is_none_or(|rule| rule.directions().0)
    }

    /// Whether old readers still read new data.
    pub fn forward(&self) -> bool {
        self.rule.is_none_or(|rule| rule.directions().1)
    }
}

/// Everything that differs: columns in the new order, each followed by its
/// parts, then what was dropped beside it; the key, indexes, constraints.
pub(super) fn differences(old: &Schema, new: &Schema) -> Vec<Difference> {
    let mut walk = Walk::default();
    let (before, after) = (Siblings::new(&old.fields), Siblings::new(&new.fields));
    walk.siblings(None, &before, &after);
    let (from, to) = (&old.primary_key, &new.primary_key);
    if !same_columns(&before, from, &after, to) {
        let (from, to) = (from.clone(), to.clone());
        let change = SchemaChange::ChangePrimaryKey { from, to };
        walk.push(change, Some(Rule::PrimaryKey));
    }
    walk.indexes(old, &before, new, &after);
    walk.constraints(old, &before, new, &after);
    walk.found
}

#[derive(Default)]
struct Walk {
    found: Vec<Difference>,
}

impl Walk {
    fn push(&mut self, change: SchemaChange, rule: Option<Rule>) {
        self.found.push(Difference { change, rule });
    }

    /// Compares the columns, or the members of a struct at `parent`.
    fn siblings<'a>(&mut self, parent: Option<&FieldPath>, old: &Siblings<'a>, new: &Siblings<'a>) {
        let path = |field: &Field| match parent {
            Some(parent) => parent.child(field.name.as_str()),
            None => field.name.as_str().into(),
        };
        for pair in old.pairs(new) {
            match pair {
                Pair::Added(field) => {
                    let rule = (!field.is_optional()).then_some(Rule::AddedRequired);
                    let (column, field) = (path(field), field.clone());
                    self.push(SchemaChange::AddColumn { column, field }, rule);
                }
                Pair::Dropped(field) => {
                    let rule = (!field.is_optional()).then_some(Rule::DroppedRequired);
                    let (column, field) = (path(field), field.clone());
                    self.push(SchemaChange::DropColumn { column, field }, rule);
                }
                Pair::Kept(before, after) => {
                    if before.name != after.name {
                        let is_reused = old.has_name(&after.name) || new.has_name(&before.name);
                        let rule = match is_reused {
                            true => Some(Rule::NameReused),
                            false => (!before.is_optional()).then_some(Rule::Renamed),
                        };
                        let (column, from) = (path(after), before.name.clone());
                        self.push(SchemaChange::RenameColumn { column, from }, rule);
                    }
                    // Nearly all columns stay as they are: their way is not spelt.
                    if before != after {
                        self.kept(&path(after), before, after);
                    }
                }
            }
        }
    }

    /// Compares what a field is beside its name.
    fn kept(&mut self, column: &FieldPath, old: &Field, new: &Field) {
        self.types(column, &old.data_type, &new.data_type);
        let column = || column.clone();
        match (old.nullable, new.nullable) {
            (true, false) => {
                self.push(SchemaChange::SetNotNull(column()), Some(Rule::SetNotNull));
            }
            (false, true) => {
                let change = SchemaChange::DropNotNull(column());
                self.push(change, Some(Rule::DroppedNotNull));
            }
            _ => {}
        }
        if !has_default_of(old, new) {
            let (from, to) = (old.default.clone(), new.default.clone());
            let column = column();
            self.push(SchemaChange::ChangeDefault { column, from, to }, None);
        }
    }

    fn types(&mut self, column: &FieldPath, old: &DataType, new: &DataType) {
        match (old, new) {
            (DataType::Struct(before), DataType::Struct(after)) => {
                let (before, after) = (Siblings::new(before), Siblings::new(after));
                self.siblings(Some(column), &before, &after);
            }
            // The parts of arrays and maps are what they are by their place.
            (DataType::Array(_), DataType::Array(_)) | (DataType::Map(_), DataType::Map(_)) => {
                for (before, after) in old.children().iter().zip(new.children()) {
                    self.kept(&column.child(after.name.as_str()), before, after);
                }
            }
            _ if old != new => {
                let (column, from, to) = (column.clone(), old.clone(), new.clone());
                let rule = Rule::of_types(old, new);
                self.push(SchemaChange::ChangeType { column, from, to }, rule);
            }
            _ => {}
        }
    }

    fn indexes(&mut self, old: &Schema, before: &Siblings<'_>, new: &Schema, after: &Siblings<'_>) {
        let is_in_both = |name: &str| {
            let index = old.indexes.iter().find(|index| index.name == name);
            let other = new.indexes.iter().find(|index| index.name == name);
            index.zip(other).is_some_and(|(index, other)| {
                index.unique == other.unique
                    && same_columns(before, &index.columns, after, &other.columns)
            })
        };
        for index in new.indexes.iter().filter(|index| !is_in_both(&index.name)) {
            self.push(SchemaChange::AddIndex(index.clone()), None);
        }
        for index in old.indexes.iter().filter(|index| !is_in_both(&index.name)) {
            self.push(SchemaChange::DropIndex(index.clone()), None);
        }
    }

    fn constraints(
        &mut self,
        old: &Schema,
        before: &Siblings<'_>,
        new: &Schema,
        after: &Siblings<'_>,
    ) {
        let is_in_both = |name: &str| {
            let unique = old.constraints.iter().find(|unique| unique.name == name);
            let other = new.constraints.iter().find(|unique| unique.name == name);
            unique.zip(other).is_some_and(|(unique, other)| {
                same_columns(before, &unique.columns, after, &other.columns)
            })
        };
        for unique in new
            .constraints
            .iter()
            .filter(|unique| !is_in_both(&unique.name))
        {
            self.push(SchemaChange::AddUnique(unique.clone()), None);
        }
        for unique in old
            .constraints
            .iter()
            .filter(|unique| !is_in_both(&unique.name))
        {
            self.push(SchemaChange::DropUnique(unique.clone()), None);
        }
    }
}

/// Whether a field has the default it had.
fn has_default_of(old: &Field, new: &Field) -> bool {
    match (&old.default, &new.default) {
        (Some(before), Some(after)) if old.data_type.is_nested() && new.data_type.is_nested() => {
            // It follows what becomes of its parts.
            let carried = || carry_default(before, &old.data_type, &new.data_type);
            match old.data_type == new.data_type {
                true => before == after,
                false => carried().is_ok_and(|carried| carried.as_ref() == Some(after)),
            }
        }
        // It is quoted or bare by its type, so the texts are what counts.
        (before, after) => {
            before.as_ref().map(DefaultValue::text) == after.as_ref().map(DefaultValue::text)
        }
    }
}
