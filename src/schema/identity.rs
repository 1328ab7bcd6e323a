//! The identities of fields: kept by name, given in order, never given again.

use std::collections::HashMap;
use std::mem::discriminant;

use super::shape::walk;
use super::{DataType, Field, FieldId, Schema};
use crate::error::{Error, ErrorKind, Limit, Result};

impl Schema {
    /// The highest identity among the columns and their parts.
    pub fn last_field_id(&self) -> FieldId {
        walk(&self.fields)
            .map(|(field, _)| field.id)
            .max()
            .unwrap_or(FieldId::UNASSIGNED)
    }

    /// Gives an identity after `last` to every field that has none: columns in
    /// their order, then their parts, as in Iceberg. Returns the last identity
    /// ever given.
    ///
    /// # Errors
    /// 54000 when there are no more.
    pub(crate) fn assign_identities(&mut self, last: FieldId) -> Result<FieldId> {
        assign_identities(&mut self.fields, last)
    }
}

impl Field {
    /// As [`Schema::assign_identities`], for a field and its parts.
    pub(crate) fn assign_identities(&mut self, last: FieldId) -> Result<FieldId> {
        assign_identities(std::slice::from_mut(self), last)
    }

    /// Is the field that `old` was, and its parts are those of the same name.
    pub(crate) fn take_identities(&mut self, old: &Self) {
        self.id = old.id;
        self.data_type.take_identities(&old.data_type);
    }

    /// Is a field, of parts, that never was before.
    pub(crate) fn forget_identities(&mut self) {
        self.id = FieldId::UNASSIGNED;
        self.data_type.forget_identities();
    }
}

impl DataType {
    /// Gives the parts the identities that parts of the same name have in the
    /// type this one comes from, and takes them from all others.
    pub(crate) fn take_identities(&mut self, old: &Self) {
        if discriminant(self) != discriminant(old) {
            return self.forget_identities();
        }
        let known: HashMap<&str, &Field> = old
            .children()
            .iter()
            .map(|field| (field.name.as_str(), field))
            .collect();
        for field in self.children_mut() {
            match known.get(field.name.as_str()) {
                Some(before) => field.take_identities(before),
                None => field.forget_identities(),
            }
        }
    }

    /// Makes all parts fields that never were before.
    pub(crate) fn forget_identities(&mut self) {
        self.children_mut()
            .iter_mut()
            .for_each(Field::forget_identities);
    }
}

fn assign_identities(fields: &mut [Field], mut last: FieldId) -> Result<FieldId> {
    for field in fields.iter_mut() {
        if field.id == FieldId::UNASSIGNED {
            let next = last.0.checked_add(1).ok_or_else(none_left)?;
            last = FieldId(next);
            field.id = last;
        }
    }
    fields.iter_mut().try_fold(last, |last, field| {
        assign_identities(field.data_type.children_mut(), last)
    })
}

fn none_left() -> Error {
    Error::new(
        ErrorKind::LimitExceeded(Limit::Program),
        "stream has had too many columns",
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::schema::sample;

    fn data_type(text: &str) -> DataType {
        text.parse().expect(text)
    }

    fn ids(schema: &Schema) -> Vec<u32> {
        walk(&schema.fields).map(|(field, _)| field.id.0).collect()
    }

    #[test]
    fn columns_come_first_then_their_parts() {
        let mut schema = Schema::default();
        for (name, text) in [
            ("a", "struct<x array<int>, y int>"),
            ("b", "int"),
            ("c", "map<text, struct<z int>>"),
        ] {
            schema.fields.push(Field {
                id: FieldId::UNASSIGNED,
                name: name.to_owned(),
                data_type: data_type(text),
                nullable: true,
                default: None,
            });
        }
        let last = schema.assign_identities(FieldId(10)).expect("identities");
        // a, x, element, y; b; c, key, value, z
        assert_eq!(ids(&schema), [11, 14, 16, 15, 12, 13, 17, 18, 19]);
        assert_eq!((last, schema.last_field_id()), (FieldId(19), FieldId(19)));
        schema.fields[1].id = FieldId::UNASSIGNED;
        let none = schema.assign_identities(FieldId(u32::MAX));
        assert_eq!(none.expect_err("none left").sqlstate(), "54000");
    }

    #[test]
    fn parts_keep_their_identity_by_name_and_kind() {
        let mut old = data_type("struct<a int, b struct<c int, element int>, d int[]>");
        let mut field = Field {
            id: FieldId::UNASSIGNED,
            name: "s".to_owned(),
            data_type: old.clone(),
            nullable: true,
            default: None,
        };
        field.assign_identities(FieldId(0)).expect("identities");
        old = field.data_type;
        for (text, kept) in [
            ("struct<d int[], b struct<c text>>", &[4, 7, 3, 5][..]),
            ("struct<a int[], b int[]>", &[2, 0, 3, 0]),
            ("struct<x int, d struct<element int>>", &[0, 4, 0]),
            ("map<text, int>", &[0, 0]),
            ("int", &[]),
        ] {
            let mut new = data_type(text);
            new.take_identities(&old);
            let ids: Vec<u32> = walk(new.children()).map(|(field, _)| field.id.0).collect();
            assert_eq!(ids, kept, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_identity_is_given_twice(mut schema in sample::schema(), last in 0..100u32) {
            let before = schema.last_field_id();
            schema.fields.iter_mut().step_by(2).for_each(Field::forget_identities);
            let last = schema.assign_identities(before.max(FieldId(last))).expect("identities");
            let ids = ids(&schema);
            let distinct: std::collections::HashSet<_> = ids.iter().collect();
            prop_assert_eq!(distinct.len(), ids.len());
            prop_assert!(!ids.contains(&0) && schema.last_field_id() <= last);
            prop_assert!(schema.validate().is_ok());
        }
    }
}
