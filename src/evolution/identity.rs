//! Identities for a schema that has none of its own.

use std::collections::HashMap;

use crate::schema::{FieldId, Schema};

/// Gives the columns of a schema that was made elsewhere (registered as a
/// whole, or read from another program's rows) the identities their names have
/// in the latest version, and new ones to those it has not. Returns the schema
/// and the last identity that was ever given.
pub fn adopt_identities(
    mut schema: Schema,
    latest: &Schema,
    last_field_id: FieldId,
) -> (Schema, FieldId) {
    let known: HashMap<&str, FieldId> = latest
        .fields
        .iter()
        .map(|field| (field.name.as_str(), field.id))
        .collect();
    let mut last = latest
        .fields
        .iter()
        .map(|field| field.id)
        .fold(last_field_id, FieldId::max);
    for field in &mut schema.fields {
        field.id = known.get(field.name.as_str()).copied().unwrap_or_else(|| {
            last = FieldId(last.0 + 1);
            last
        });
    }
    (schema, last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evolution::diff;
    use crate::schema::sample;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_name_keeps_its_identity(old in sample::schema(), new in sample::schema()) {
            let (adopted, last) = adopt_identities(new.clone(), &old, FieldId(100));
            prop_assert_eq!(adopted.fingerprint(), new.fingerprint());
            for field in &adopted.fields {
                match old.field(&field.name) {
                    Some(before) => prop_assert_eq!(before.id, field.id),
                    None => prop_assert!(field.id > FieldId(100) && field.id <= last),
                }
            }
            prop_assert!(!diff(&old, &adopted).evolution().contains("rename_column"));
        }
    }
}
