//! Which field of one schema is which of another.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::schema::{Field, FieldId, Name};

/// Columns, or members of one struct, that are found at once.
pub(super) struct Siblings<'a> {
    fields: &'a [Field],
    by_id: HashMap<FieldId, &'a Field, RandomState>,
    by_name: HashMap<&'a str, &'a Field, RandomState>,
}

/// What became of one field.
pub(super) enum Pair<'a> {
    /// Only the new schema has it.
    Added(&'a Field),
    /// Only the old schema has it.
    Dropped(&'a Field),
    /// Both have it: the old one, the new one.
    Kept(&'a Field, &'a Field),
}

impl<'a> Siblings<'a> {
    pub(super) fn new(fields: &'a [Field]) -> Self {
        Self {
            fields,
            by_id: fields.iter().map(|field| (field.id, field)).collect(),
            by_name: fields
                .iter()
                .map(|field| (field.name.as_str(), field))
                .collect(),
        }
    }

    pub(super) fn has_name(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    pub(super) fn named(&self, name: &str) -> Option<&'a Field> {
        self.by_name.get(name).copied()
    }

    /// The field of these that a field of the others is: by identity, and by
    /// name when neither has its like by identity.
    pub(super) fn counterpart(&self, field: &Field, others: &Siblings<'_>) -> Option<&'a Field> {
        self.by_id.get(&field.id).copied().or_else(|| {
            let named = self.by_name.get(field.name.as_str()).copied()?;
            (!others.by_id.contains_key(&named.id)).then_some(named)
        })
    }

    /// Every field of these old ones and the new ones, once: the new ones in
    /// their order, then what was dropped.
    pub(super) fn pairs(&self, new: &Siblings<'a>) -> impl Iterator<Item = Pair<'a>> {
        let kept = new
            .fields
            .iter()
            .map(|field| match self.counterpart(field, new) {
                Some(before) => Pair::Kept(before, field),
                None => Pair::Added(field),
            });
        let dropped = self
            .fields
            .iter()
            .filter(|field| new.counterpart(field, self).is_none())
            .map(Pair::Dropped);
        kept.chain(dropped)
    }
}

/// Whether two lists of columns, one of each schema, are the same columns in
/// the same order, whatever their names are.
pub(super) fn same_columns(
    old: &Siblings<'_>,
    old_columns: &[Name],
    new: &Siblings<'_>,
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
