//! The fingerprint of a schema.

use std::fmt;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::{DataType, DefaultValue, Field, Name, Schema};

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
///  [field, …],                            columns by name
///  [name, …],                             the primary key, in its order
///  [[name, [column, …], unique], …],      indexes by name
///  [[name, [column, …]], …]]              UNIQUE constraints by name
///
/// field = [name, type, nullable, default text or null]
/// type = "integer"                         without parts: what it displays
///      | ["struct", [field, …]]            its parts by name;
///      | ["array", [field]]                those of arrays and maps are called
///      | ["map", [field, field]]           element, key and value
/// ```
///
/// Identities and the order of columns, and of the fields of a struct, are not
/// in it: what reads and writes data does not see them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Schema {
    /// The hash that two schemas share when they are the same to whoever
    /// reads and writes data.
    pub fn fingerprint(&self) -> Fingerprint {
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
        let form = (
            FORM,
            Fields(&self.fields),
            &self.primary_key,
            indexes,
            constraints,
        );
        let canonical =
            serde_json::to_vec(&form).expect("strings, booleans and lists of them are always JSON");
        Fingerprint(Sha256::digest(canonical).into())
    }
}

/// Fields in the canonical form.
struct Fields<'a>(&'a [Field]);

/// A type in the canonical form.
struct Type<'a>(&'a DataType);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields: Vec<&Field> = self.0.iter().collect();
        fields.sort_unstable_by_key(|field| &field.name);
        serializer.collect_seq(fields.into_iter().map(|field| {
            let default = field.default.as_ref().map(DefaultValue::text);
            (&field.name, Type(&field.data_type), field.nullable, default)
        }))
    }
}

impl Serialize for Type<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            nested @ (DataType::Array(_) | DataType::Map(_) | DataType::Struct(_)) => {
                (nested.base_name(), Fields(nested.children())).serialize(serializer)
            }
            plain => serializer.collect_str(plain),
        }
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
    use crate::schema::{ColumnSpec, FieldId, Literal, sample};

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
    fn stored_hashes_of_nested_types_stay_valid() {
        let nested = ColumnSpec {
            name: "n".to_owned(),
            data_type: "struct<z int[], a map<text, date not null> not null, \"]\" int default 5>"
                .parse()
                .expect("a type"),
            not_null: false,
            default: None,
            comment: None,
        };
        let schema = Schema::new(&[nested], &[]).expect("a schema");
        // sha256sum of
        // ["rekha-schema-1",[["n",["struct",[["]","integer",true,"5"],["a",["map",[["key","text",false,null],["value","date",false,null]]],false,null],["z",["array",[["element","integer",true,null]]],true,null]]],true,null]],[],[],[]]
        assert_eq!(
            schema.fingerprint().to_string(),
            "79e9a7faa1c081837a4769cd863b21169ce36068dc14e1f684678c370e30ff75"
        );
    }

    #[test]
    fn every_part_of_a_type_counts() {
        let of = |text: &str| {
            let mut schema = orders();
            schema.fields[0].data_type = text.parse().expect(text);
            schema.fingerprint()
        };
        let types = [
            "struct<a int, b int>",
            "struct<a int>",
            "struct<a int, b int not null>",
            "struct<a int, b int default 5>",
            "struct<a int, b bigint>",
            "struct<a int, c int>",
            "struct<a struct<b int>>",
            "struct<\"a integer, b\" int>",
            "int[]",
            "array<int not null>",
            "int[][]",
            "struct<element int>",
            "map<int, int>",
            "map<int, int not null>",
            "struct<key int not null, value int>",
        ];
        let hashes: std::collections::HashSet<_> = types.iter().map(|text| of(text)).collect();
        assert_eq!(hashes.len(), types.len());
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
            sample::reverse(&mut other.fields);
            other.fields.iter_mut().for_each(Field::forget_identities);
            other.assign_identities(FieldId(100)).expect("identities");
            for index in &mut other.indexes {
                index.id.0 += 1;
            }
            prop_assert_eq!(other.fingerprint(), schema.fingerprint());
        }
    }
}
