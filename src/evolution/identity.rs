//! Identities for a schema that has none of its own.

use std::collections::HashMap;

use crate::error::Result;
use crate::schema::{Field, FieldId, Schema};

/// Gives the columns of a schema that was made elsewhere (registered as a
/// whole, or read from another program's rows) and their parts the identities
/// their names have in the latest version, and new ones to those it has not.
/// Returns the schema and the last identity that was ever given.
///
/// # Errors
/// 54000 when there are no more identities.
pub fn adopt_identities(
    mut schema: Schema,
    latest: &Schema,
    last_field_id: FieldId,
) -> Result<(Schema, FieldId)> {
    let known: HashMap<&str, &Field> = latest
        .fields
        .iter()
        .map(|field| (field.name.as_str(), field))
        .collect();
    for field in &mut schema.fields {
        match known.get(field.name.as_str()) {
            Some(before) => field.take_identities(before),
            None => field.forget_identities(),
        }
    }
    let last = schema.assign_identities(latest.last_field_id().max(last_field_id))?;
    Ok((schema, last))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::evolution::diff;
    use crate::schema::{sample, walk};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_name_keeps_its_identity(old in sample::schema(), new in sample::schema()) {
            let given = old.last_field_id().0.max(100);
            let (adopted, last) =
                adopt_identities(new.clone(), &old, FieldId(100)).expect("identities");
            prop_assert_eq!(adopted.fingerprint(), new.fingerprint());
            prop_assert!(adopted.validate().is_ok());
            for field in &adopted.fields {
                match old.field(&field.name) {
                    Some(before) => prop_assert_eq!(before.id, field.id),
                    None => prop_assert!(field.id.0 > given && field.id <= last),
                }
            }
            let before: HashSet<_> = walk(&old.fields).map(|(field, _)| field.id).collect();
            for (field, _) in walk(&adopted.fields) {
                prop_assert!(before.contains(&field.id) || field.id.0 > given);
            }
            let (again, same) = adopt_identities(new, &adopted, last).expect("identities");
            prop_assert_eq!((again, same), (adopted.clone(), last));
            prop_assert!(!diff(&old, &adopted).evolution().contains("rename_column"));
        }
    }
}
