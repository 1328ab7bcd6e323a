//! Differences in an order in which each can be made after the ones before.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::evolution::adapter::carry_default;
use crate::evolution::{Difference, Rule, SchemaChange};
use crate::schema::{
    DataType, DefaultValue, Field, FieldPath, Literal, Name, Schema, next_name, walk,
};

/// Puts the differences of two schemas in the order that the module promises.
/// What cannot be made at once becomes several.
pub(super) fn in_order(
    from: &Schema,
    to: &Schema,
    differences: Vec<Difference>,
) -> Vec<Difference> {
    let parted = parted(&differences);
    let mut phases = Phases::default();
    for difference in differences {
        phases.put(difference);
    }
    let (mut going, coming) = take_parted(&parted, &mut phases.defaults);
    let mut ordered = phases.going;
    let names = Names { from, to };
    for ((depth, parent), level) in phases.levels {
        let above = going.extract_if(.., |(column, _)| column.names().len() < depth);
        ordered.extend(above.map(|(_, difference)| difference));
        level.put_in_order(parent.as_ref(), &names, &mut ordered);
    }
    ordered.extend(going.into_iter().map(|(_, difference)| difference));
    change_types(to, phases.types, phases.defaults, &mut ordered);
    ordered.extend(phases.nullability);
    ordered.extend(coming);
    ordered.extend(phases.coming);
    ordered
}

/// Differences by when they are made.
#[derive(Default)]
struct Phases {
    /// Indexes, constraints and a key that go.
    going: Vec<Difference>,
    /// The columns, and the members of each struct; outer ones before inner ones.
    levels: BTreeMap<(usize, Option<FieldPath>), Level>,
    types: Vec<Difference>,
    defaults: Vec<Difference>,
    nullability: Vec<Difference>,
    /// A key, constraints and indexes that come.
    coming: Vec<Difference>,
}

impl Phases {
    fn put(&mut self, difference: Difference) {
        match &difference.change {
            SchemaChange::DropIndex(_) | SchemaChange::DropUnique(_) => self.going.push(difference),
            SchemaChange::AddIndex(_) | SchemaChange::AddUnique(_) => self.coming.push(difference),
            SchemaChange::ChangePrimaryKey { from, to } => {
                let (from, to) = (from.clone(), to.clone());
                self.change_key(&from, &to, difference.rule);
            }
            SchemaChange::DropColumn { column, .. } => {
                self.level(column.clone()).drops.push(difference);
            }
            SchemaChange::RenameColumn { column, .. } => {
                self.level(column.clone()).renames.push(difference);
            }
            SchemaChange::AddColumn { column, .. } => {
                self.level(column.clone()).adds.push(difference);
            }
            SchemaChange::ChangeType { .. } => self.types.push(difference),
            SchemaChange::ChangeDefault { .. } => self.defaults.push(difference),
            SchemaChange::SetNotNull(_) | SchemaChange::DropNotNull(_) => {
                self.nullability.push(difference);
            }
        }
    }

    /// The level that a column or member is in.
    fn level(&mut self, column: FieldPath) -> &mut Level {
        let at = (column.names().len(), column.parent());
        self.levels.entry(at).or_default()
    }

    /// One key goes before its columns may, the other comes when they are there.
    fn change_key(&mut self, from: &[Name], to: &[Name], rule: Option<Rule>) {
        let change = |from: &[Name], to: &[Name]| {
            let (from, to) = (from.to_vec(), to.to_vec());
            let change = SchemaChange::ChangePrimaryKey { from, to };
            Difference { change, rule }
        };
        if !from.is_empty() {
            self.going.push(change(from, &[]));
        }
        if !to.is_empty() {
            // The key comes first of what comes: a sink may need it for the rest.
            self.coming.insert(0, change(&[], to));
        }
    }
}

/// What becomes of the columns, or of the members of one struct.
#[derive(Default)]
struct Level {
    drops: Vec<Difference>,
    renames: Vec<Difference>,
    adds: Vec<Difference>,
}

impl Level {
    fn put_in_order(
        mut self,
        parent: Option<&FieldPath>,
        names: &Names<'_>,
        ordered: &mut Vec<Difference>,
    ) {
        // A stream, and a struct, is never without a column. An added name is
        // never one that is dropped: that would be the same column.
        let is_replaced = self.adds.len() == names.after(parent).len();
        let last = match is_replaced {
            true => self.drops.pop(),
            false => None,
        };
        let mut adds = self.adds.into_iter();
        ordered.extend(self.drops);
        if let Some(last) = last {
            ordered.extend(adds.next());
            ordered.push(last);
        }
        rename(self.renames, names, ordered);
        ordered.extend(adds);
    }
}

/// Where the names are that one may not invent.
struct Names<'a> {
    from: &'a Schema,
    to: &'a Schema,
}

impl Names<'_> {
    /// The columns, or the members of a struct, when all is done.
    fn after(&self, parent: Option<&FieldPath>) -> &[Field] {
        match parent {
            Some(parent) => self
                .to
                .field_at(parent)
                .map_or(&[], |field| field.data_type.children()),
            None => &self.to.fields,
        }
    }

    /// A name like this one that nothing has before or after.
    fn invent(&self, like: &str) -> Name {
        let taken: HashSet<&str> = walk(&self.from.fields)
            .chain(walk(&self.to.fields))
            .map(|(field, _)| field.name.as_str())
            .collect();
        next_name(like, |name| taken.contains(name))
    }
}

/// Renames each after the one that frees its name. Where they go round in a
/// circle, the first of them waits under another name.
fn rename(renames: Vec<Difference>, names: &Names<'_>, ordered: &mut Vec<Difference>) {
    let renamed = |difference: &Difference| match &difference.change {
        SchemaChange::RenameColumn { column, from } => Some((column.clone(), from.clone())),
        _ => None,
    };
    let ways: Vec<(FieldPath, Name)> = renames.iter().filter_map(renamed).collect();
    let by_old_name: HashMap<&Name, usize> = ways
        .iter()
        .enumerate()
        .map(|(index, (_, from))| (from, index))
        .collect();
    let mut waiting: Vec<Option<Difference>> = renames.into_iter().map(Some).collect();
    for first in 0..ways.len() {
        let mut chain = Vec::new();
        let mut next = Some(first);
        while let Some(index) = next {
            let Some(difference) = waiting[index].take() else {
                break;
            };
            chain.push(difference);
            next = by_old_name.get(ways[index].0.leaf()).copied();
        }
        let is_circle = next == Some(first) && chain.len() > 1;
        if !is_circle {
            ordered.extend(chain.into_iter().rev());
            continue;
        }
        let (column, from) = &ways[first];
        let between = names.invent(from);
        let rule = chain[0].rule;
        let change = |column: FieldPath, from: &Name| SchemaChange::RenameColumn {
            column,
            from: from.clone(),
        };
        let aside = FieldPath::within(column.parent().as_ref(), &between);
        ordered.push(Difference {
            change: change(aside, from),
            rule,
        });
        ordered.extend(chain.drain(1..).rev());
        ordered.push(Difference {
            change: change(column.clone(), &between),
            rule,
        });
    }
}

/// A default that another one comes in place of, while parts of its type
/// change, goes before they do, and the other comes after. Takes them out:
/// what goes, with its column, and what comes.
fn take_parted(
    parted: &HashSet<FieldPath>,
    defaults: &mut Vec<Difference>,
) -> (Vec<(FieldPath, Difference)>, Vec<Difference>) {
    let (mut going, mut coming) = (Vec::new(), Vec::new());
    defaults.retain(|difference| match &difference.change {
        SchemaChange::ChangeDefault { column, from, to } if parted.contains(column) => {
            let change = |from: Option<&DefaultValue>, to: Option<&DefaultValue>| Difference {
                change: SchemaChange::ChangeDefault {
                    column: column.clone(),
                    from: from.cloned(),
                    to: to.cloned(),
                },
                rule: None,
            };
            if from.is_some() {
                going.push((column.clone(), change(from.as_ref(), None)));
            }
            coming.extend(to.is_some().then(|| change(None, to.as_ref())));
            false
        }
        _ => true,
    });
    (going, coming)
}

/// The fields of which parts change.
fn parted(differences: &[Difference]) -> HashSet<FieldPath> {
    let mut parted = HashSet::new();
    for difference in differences {
        let mut above = difference.change.column().and_then(FieldPath::parent);
        while let Some(path) = above {
            above = path.parent();
            if !parted.insert(path) {
                break;
            }
        }
    }
    parted
}

/// Changes types, then defaults. A default that is no value of the new type
/// goes before it, and the new one comes after.
fn change_types(
    to: &Schema,
    types: Vec<Difference>,
    defaults: Vec<Difference>,
    ordered: &mut Vec<Difference>,
) {
    let columns: HashMap<&str, &Field> = to
        .fields
        .iter()
        .map(|field| (field.name.as_str(), field))
        .collect();
    let field_at = |path: &FieldPath| {
        let mut names = path.names().iter();
        let column = *columns.get(names.next()?.as_str())?;
        names.try_fold(column, |field, name| {
            let mut parts = field.data_type.children().iter();
            parts.find(|part| part.name == *name)
        })
    };
    let mut by_column: HashMap<FieldPath, Difference> = HashMap::new();
    let mut order = Vec::new();
    for difference in defaults {
        if let SchemaChange::ChangeDefault { column, .. } = &difference.change {
            order.push(column.clone());
            by_column.insert(column.clone(), difference);
        }
    }
    for difference in types {
        let SchemaChange::ChangeType {
            column,
            from,
            to: data_type,
        } = &difference.change
        else {
            continue;
        };
        let (before, after) = match by_column.get(column).map(|default| &default.change) {
            Some(SchemaChange::ChangeDefault { from, to, .. }) => (from.clone(), to.clone()),
            // The same text, quoted or bare by its type.
            _ => {
                let after = field_at(column).and_then(|field| field.default.clone());
                let before = after.as_ref().and_then(|default| spelt(default, from));
                (before, after)
            }
        };
        let is_carried = before
            .as_ref()
            .is_none_or(|default| carry_default(default, from, data_type).is_ok());
        if is_carried {
            ordered.push(difference);
            continue;
        }
        by_column.remove(column);
        let change = |from, to| Difference {
            change: SchemaChange::ChangeDefault {
                column: column.clone(),
                from,
                to,
            },
            rule: None,
        };
        let gone = change(before, None);
        let set = after.map(|after| change(None, Some(after)));
        ordered.push(gone);
        ordered.push(difference.clone());
        ordered.extend(set);
    }
    ordered.extend(order.iter().filter_map(|column| by_column.remove(column)));
}

/// A default of this text as it is spelt for another type.
fn spelt(default: &DefaultValue, data_type: &DataType) -> Option<DefaultValue> {
    let text = Literal::String(default.text().to_owned());
    text.coerce(data_type).ok().flatten()
}
