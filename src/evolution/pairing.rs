//! Which field of one schema is which of another.

use std::cell::OnceCell;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::schema::{Field, FieldId, Name};

/// Columns, or members of one struct, that are found at once. How is made when it
/// is asked for: nearly all fields stand where they stood.
pub(super) struct Siblings<'a> {
    fields: &'a [Field],
    by_id: OnceCell<HashMap<FieldId, &'a Field, RandomState>>,
    /// Where the field of a name stands.
    by_name: OnceCell<HashMap<&'a str, usize, RandomState>>,
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
            by_id: OnceCell::new(),
            by_name: OnceCell::new(),
        }
    }

    fn by_id(&self) -> &HashMap<FieldId, &'a Field, RandomState> {
        self.by_id.get_or_init(|| {
            let fields = self.fields.iter();
            fields
                .filter(|field| field.id != FieldId::UNASSIGNED)
                .map(|field| (field.id, field))
                .collect()
        })
    }

    fn place(&self, name: &str) -> Option<usize> {
        let by_name = self.by_name.get_or_init(|| {
            let names = self.fields.iter().map(|field| field.name.as_str());
            names.zip(0..).collect()
        });
        by_name.get(name).copied()
    }

    pub(super) fn has_name(&self, name: &str) -> bool {
        self.place(name).is_some()
    }

    pub(super) fn named(&self, name: &str) -> Option<&'a Field> {
        self.place(name).map(|place| &self.fields[place])
    }

    /// The field of these that a field of the others is: by identity, and by
    /// name when neither has its like by identity. A field without an identity
    /// is like no other.
    pub(super) fn counterpart(&self, field: &Field, others: &Siblings<'_>) -> Option<&'a Field> {
        self.by_id().get(&field.id).copied().or_else(|| {
            let named = self.named(&field.name)?;
            (!others.by_id().contains_key(&named.id)).then_some(named)
        })
    }

    /// [`Siblings::counterpart`] of the field at a place, found at once when it is
    /// the one of the same place.
    fn counterpart_at(
        &self,
        place: usize,
        field: &Field,
        others: &Siblings<'_>,
    ) -> Option<&'a Field> {
        let is_same = |own: &&Field| own.id == field.id && own.id != FieldId::UNASSIGNED;
        let there = self.fields.get(place).filter(is_same);
        there.or_else(|| self.counterpart(field, others))
    }

    /// Every field of these old ones and the new ones, once: the new ones in
    /// their order, then what was dropped.
    pub(super) fn pairs(&self, new: &Siblings<'a>) -> impl Iterator<Item = Pair<'a>> {
        let kept = new.fields.iter().enumerate().map(|(place, field)| {
            match self.counterpart_at(place, field, new) {
                Some(before) => Pair::Kept(before, field),
                None => Pair::Added(field),
            }
        });
        let dropped = self
            .fields
            .iter()
            .enumerate()
            .filter(|(place, field)| new.counterpart_at(*place, field, self).is_none())
            .map(|(_, field)| Pair::Dropped(field));
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
            let place = new.place(after);
            let counterpart =
                place.and_then(|place| old.counterpart_at(place, &new.fields[place], new));
            counterpart.is_some_and(|field| field.name == *before)
        })
}
