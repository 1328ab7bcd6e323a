//! Which column of one schema is which of another.

use std::collections::HashMap;

use crate::schema::{Field, FieldId, Name, Schema};

/// A schema whose columns are found at once.
pub(super) struct Lookup<'a> {
    pub(super) schema: &'a Schema,
    by_id: HashMap<FieldId, &'a Field>,
    by_name: HashMap<&'a str, &'a Field>,
}

/// What became of one column.
pub(super) enum Pair<'a> {
    /// Only the new schema has it.
    Added(&'a Field),
    /// Only the old schema has it.
    Dropped(&'a Field),
    /// Both have it: the old one, the new one.
    Kept(&'a Field, &'a Field),
}

impl<'a> Lookup<'a> {
    pub(super) fn new(schema: &'a Schema) -> Self {
        let fields = || schema.fields.iter();
        Self {
            schema,
            by_id: fields().map(|field| (field.id, field)).collect(),
            by_name: fields().map(|field| (field.name.as_str(), field)).collect(),
        }
    }

    pub(super) fn has_name(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// The column of this schema that a column of the other one is: by
    /// identity, and by name when neither has its like by identity.
    fn counterpart(&self, field: &Field, other: &Self) -> Option<&'a Field> {
        self.by_id.get(&field.id).copied().or_else(|| {
            let named = self.by_name.get(field.name.as_str()).copied()?;
            (!other.by_id.contains_key(&named.id)).then_some(named)
        })
    }
}

/// Every column of both schemas, once: those of the new one in its order, then
/// what was dropped.
pub(super) fn pairs<'a>(old: &Lookup<'a>, new: &Lookup<'a>) -> impl Iterator<Item = Pair<'a>> {
    let kept = new
        .schema
        .fields
        .iter()
        .map(|field| match old.counterpart(field, new) {
            Some(before) => Pair::Kept(before, field),
            None => Pair::Added(field),
        });
    let dropped = old
        .schema
        .fields
        .iter()
        .filter(|field| new.counterpart(field, old).is_none())
        .map(Pair::Dropped);
    kept.chain(dropped)
}

/// Whether two lists of columns, one of each schema, are the same columns in
/// the same order, whatever their names are.
pub(super) fn same_columns(
    old: &Lookup<'_>,
    old_columns: &[Name],
    new: &Lookup<'_>,
    new_columns: &[Name],
) -> bool {
    old_columns.len() == new_columns.len()
        && old_columns.iter().zip(new_columns).all(|(before, after)| {
            let counterpart = new
                .by_name
                .get(after.as_str())
                .and_then(|field| old.counterpart(field, new));
            counterpart.is_some_and(|field| field.name == *before)
        })
}
