//! The fingerprint of a schema.

use std::fmt;

use sha2::{Digest, Sha256};

use super::{Name, Schema};

/// Names the canonical form; another form would be another word, so that old
/// hashes are never mistaken for new ones.
const FORM: &str = "rekha-schema-1";

/// SHA-256 over the canonical form of a schema. Displays as 64 hex digits.
///
/// The canonical form is compact JSON, so that no two schemas share it by
/// running together:
///
/// ```text
/// ["rekha-schema-1",
///  [[name, type, nullable, default text or null], …],   columns by name
///  [name, …],                                           the primary key, in its order
///  [[name, [column, …], unique], …],                    indexes by name
///  [[name, [column, …]], …]]                            UNIQUE constraints by name
/// ```
///
/// Identities and the order of columns are not in it: what reads and writes
/// data does not see them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Schema {
    /// The hash that two schemas share when they are the same to whoever
    /// reads and writes data.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut columns: Vec<(&Name, String, bool, Option<&str>)> = self
            .fields
            .iter()
            .map(|field| {
                let default = field.default.as_ref().map(|default| default.text());
                (
                    &field.name,
                    field.data_type.to_string(),
                    field.nullable,
                    default,
                )
            })
            .collect();
        columns.sort_unstable();
        let mut indexes: Vec<(&Name, &[Name], bool)> = self
            .indexes
            .iter()
            .map(|index| (&index.name, index.columns.as_slice(), index.unique))
            .collect();
        indexes.sort_unstable();
        let mut constraints: Vec<(&Name, &[Name])> = self
            .constraints
            .iter()
            .map(|constraint| (&constraint.name, constraint.columns.as_slice()))
            .collect();
        constraints.sort_unstable();
        let form = (FORM, columns, &self.primary_key, indexes, constraints);
        let canonical =
            serde_json::to_vec(&form).expect("strings, booleans and lists of them are always JSON");
        Fingerprint(Sha256::digest(canonical).into())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::schema::{ColumnSpec, DataType, Literal, sample};

    fn orders() -> Schema {
        let column = |name: &str, data_type, default: Option<&str>| ColumnSpec {
            name: name.to_owned(),
            data_type,
            not_null: false,
            default: default.map(|number| Literal::Number(number.to_owned())),
            comment: None,
        };
        Schema::new(
            &[
                column("order_id", DataType::BigInt, None),
                column("discount", DataType::Numeric(Some((5, 2))), Some("0.0")),
            ],
            &["order_id".to_owned()],
        )
        .expect("a schema")
    }

    #[test]
    fn stored_hashes_stay_valid() {
        // sha256sum of ["rekha-schema-1",[["discount","numeric(5,2)",true,"0.00"],["order_id","bigint",false,null]],["order_id"],[],[]]
        assert_eq!(
            orders().fingerprint().to_string(),
            "527c627b2dcc985a9c4e63a53653a3f55bfb3ae90c8b3f6c72d43a760ceaad29"
        );
    }

    #[test]
    fn every_part_counts() {
        let changes: &[fn(&mut Schema)] = &[
            |schema| schema.fields[1].name = "rebate".to_owned(),
            |schema| schema.fields[1].data_type = DataType::Numeric(Some((6, 2))),
            |schema| schema.fields[1].nullable = false,
            |schema| schema.fields[1].default = None,
            |schema| schema.primary_key = Vec::new(),
            |schema| schema.primary_key.push("discount".to_owned()),
            |schema| schema.fields.truncate(1),
        ];
        for (position, change) in changes.iter().enumerate() {
            let mut changed = orders();
            change(&mut changed);
            assert_ne!(
                changed.fingerprint(),
                orders().fingerprint(),
                "change {position}"
            );
        }
    }

    proptest! {
        #[test]
        fn order_and_identity_do_not_count(schema in sample::schema()) {
            let mut other = schema.clone();
            other.fields.reverse();
            for (field, id) in other.fields.iter_mut().zip(100..) {
                field.id.0 = id;
            }
            for index in &mut other.indexes {
                index.id.0 += 1;
            }
            prop_assert_eq!(other.fingerprint(), schema.fingerprint());
        }
    }
}
