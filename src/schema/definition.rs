//! The JSON form of a schema, as it is stored.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Constraint, DataType, Field, FieldId, Index, Literal, Name, ObjectId, Schema};
use crate::error::{Error, ErrorKind, Fault, Result};

/// A stored schema. Its keys are the contract with other programs that read
/// the store.
#[derive(Serialize, Deserialize)]
struct StoredSchema {
    columns: Vec<StoredColumn>,
    #[serde(default)]
    primary_keys: Vec<Name>,
    #[serde(default)]
    indexes: Vec<StoredIndex>,
    #[serde(default)]
    constraints: Vec<StoredConstraint>,
}

#[derive(Serialize, Deserialize)]
struct StoredColumn {
    id: FieldId,
    name: Name,
    #[serde(rename = "type")]
    data_type: String,
    nullable: bool,
    /// The SQL literal.
    default: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredIndex {
    id: ObjectId,
    name: Name,
    columns: Vec<Name>,
    unique: bool,
}

#[derive(Serialize, Deserialize)]
struct StoredConstraint {
    id: ObjectId,
    name: Name,
    #[serde(rename = "type")]
    kind: ConstraintKind,
    columns: Vec<Name>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ConstraintKind {
    Unique,
}

impl Schema {
    /// The JSON form, from which [`Schema::from_json`] makes the same schema:
    ///
    /// ```json
    /// {"columns": [{"id": 1, "name": "amount", "type": "numeric(10,2)", "nullable": false, "default": "0.00"}],
    ///  "primary_keys": ["order_id"],
    ///  "indexes": [{"id": 7, "name": "i", "columns": ["a"], "unique": false}],
    ///  "constraints": [{"id": 8, "name": "u", "type": "unique", "columns": ["a"]}]}
    /// ```
    ///
    /// A default is the SQL literal, or null.
    pub fn to_json(&self) -> Value {
        let stored = StoredSchema {
            columns: self.fields.iter().map(StoredColumn::from).collect(),
            primary_keys: self.primary_key.clone(),
            indexes: self.indexes.iter().map(StoredIndex::from).collect(),
            constraints: self
                .constraints
                .iter()
                .map(StoredConstraint::from)
                .collect(),
        };
        let mut json = serde_json::to_value(stored)
            .expect("strings, numbers, booleans and lists of them are always JSON");
        json.sort_all_objects();
        json
    }

    /// The schema of this JSON form.
    ///
    /// # Errors
    /// XX001 when it is none, naming what is wrong.
    pub fn from_json(json: &Value) -> Result<Self> {
        let stored = StoredSchema::deserialize(json).map_err(|error| damaged(error.to_string()))?;
        let fields: Result<Vec<Field>> = stored.columns.into_iter().map(Field::try_from).collect();
        let schema = Self {
            fields: fields?,
            primary_key: stored.primary_keys,
            indexes: stored.indexes.into_iter().map(Index::from).collect(),
            constraints: stored
                .constraints
                .into_iter()
                .map(Constraint::from)
                .collect(),
        };
        schema
            .validate()
            .map_err(|error| damaged(error.to_string()))?;
        Ok(schema)
    }
}

fn damaged(what: String) -> Error {
    Error::new(
        ErrorKind::Internal(Fault::Data),
        "stored schema definition is damaged",
    )
    .with_detail(format!("The reader says: {what}."))
}

impl From<&Field> for StoredColumn {
    fn from(field: &Field) -> Self {
        Self {
            id: field.id,
            name: field.name.clone(),
            data_type: field.data_type.to_string(),
            nullable: field.nullable,
            default: field.default.as_ref().map(ToString::to_string),
        }
    }
}

impl TryFrom<StoredColumn> for Field {
    type Error = Error;

    fn try_from(column: StoredColumn) -> Result<Self> {
        let in_column = |error: Error| damaged(format!("column \"{}\": {error}", column.name));
        let data_type: DataType = column.data_type.parse().map_err(in_column)?;
        let default = match &column.default {
            Some(text) => {
                let literal: Literal = text.parse().map_err(in_column)?;
                literal.coerce(&data_type).map_err(in_column)?
            }
            None => None,
        };
        Ok(Self {
            id: column.id,
            name: column.name,
            data_type,
            nullable: column.nullable,
            default,
        })
    }
}

impl From<&Index> for StoredIndex {
    fn from(index: &Index) -> Self {
        Self {
            id: index.id,
            name: index.name.clone(),
            columns: index.columns.clone(),
            unique: index.unique,
        }
    }
}

impl From<StoredIndex> for Index {
    fn from(index: StoredIndex) -> Self {
        Self {
            id: index.id,
            name: index.name,
            columns: index.columns,
            unique: index.unique,
        }
    }
}

impl From<&Constraint> for StoredConstraint {
    fn from(constraint: &Constraint) -> Self {
        Self {
            id: constraint.id,
            name: constraint.name.clone(),
            kind: ConstraintKind::Unique,
            columns: constraint.columns.clone(),
        }
    }
}

impl From<StoredConstraint> for Constraint {
    fn from(constraint: StoredConstraint) -> Self {
        let ConstraintKind::Unique = constraint.kind;
        Self {
            id: constraint.id,
            name: constraint.name,
            columns: constraint.columns,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::schema::sample;

    fn orders() -> Value {
        json!({
            "columns": [
                {"id": 1, "name": "order_id", "type": "bigint", "nullable": false, "default": null},
                {"id": 3, "name": "amount", "type": "numeric(10,2)", "nullable": true, "default": "0.00"},
                {"id": 4, "name": "state", "type": "text", "nullable": false, "default": "'it''s'"},
            ],
            "primary_keys": ["order_id"],
            "indexes": [{"id": 7, "name": "i", "columns": ["state"], "unique": false}],
            "constraints": [{"id": 8, "name": "u", "type": "unique", "columns": ["amount"]}],
        })
    }

    #[test]
    fn the_form_is_the_contract() {
        let schema = Schema::from_json(&orders()).expect("a schema");
        assert_eq!(schema.fields.len(), 3);
        assert_eq!(schema.fields[1].id, FieldId(3));
        assert_eq!(
            schema.fields[2]
                .default
                .as_ref()
                .map(|default| default.text()),
            Some("it's")
        );
        assert_eq!(schema.to_json(), orders());
    }

    #[test]
    fn damage_is_named() {
        for (pointer, value, named) in [
            (
                "/columns/1/type",
                json!("numbr"),
                "column \"amount\": type \"numbr\" does not exist",
            ),
            (
                "/columns/1/default",
                json!("'x'"),
                "invalid input syntax for type numeric: \"x\"",
            ),
            (
                "/columns/1/id",
                json!(1),
                "column \"amount\" has no identity of its own",
            ),
            (
                "/columns/0/nullable",
                json!(true),
                "column \"order_id\" is in a primary key",
            ),
            ("/columns/0", json!({}), "missing field `id`"),
            (
                "/primary_keys/0",
                json!("x"),
                "column \"x\" named in key does not exist",
            ),
            (
                "/indexes/0/columns",
                json!([]),
                "index \"i\" has no columns",
            ),
            (
                "/constraints/0/type",
                json!("check"),
                "unknown variant `check`",
            ),
        ] {
            let mut stored = orders();
            *stored.pointer_mut(pointer).expect(pointer) = value;
            let error = Schema::from_json(&stored).expect_err(pointer);
            assert_eq!(error.sqlstate(), "XX001");
            let detail = error.detail().unwrap_or_default();
            assert!(detail.contains(named), "{detail}");
        }
    }

    proptest! {
        #[test]
        fn a_schema_reads_back_from_its_form(schema in sample::schema()) {
            prop_assert_eq!(Schema::from_json(&schema.to_json()).expect("a schema"), schema);
        }
    }
}
