//! The JSON form of a schema, as it is stored.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Constraint, DataType, ELEMENT, Field, FieldId, FieldPath, Index, KEY, Literal, Name, ObjectId,
    Schema, VALUE,
};
use crate::error::{Error, ErrorKind, Fault, Result};

/// A stored schema without its columns. Its keys are the contract with other
/// programs that read the store.
#[derive(Deserialize)]
struct StoredKeys {
    #[serde(default)]
    primary_keys: Vec<Name>,
    #[serde(default)]
    indexes: Vec<StoredIndex>,
    #[serde(default)]
    constraints: Vec<StoredConstraint>,
}

/// A column or a part of one, without its type.
#[derive(Deserialize)]
struct StoredField {
    id: FieldId,
    name: Name,
    nullable: bool,
    /// The SQL literal.
    default: Option<String>,
}

#[derive(Deserialize)]
struct StoredIndex {
    id: ObjectId,
    name: Name,
    columns: Vec<Name>,
    unique: bool,
}

#[derive(Deserialize)]
struct StoredConstraint {
    id: ObjectId,
    name: Name,
    #[serde(rename = "type")]
    kind: ConstraintKind,
    columns: Vec<Name>,
}

#[derive(Deserialize)]
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
    /// A default is the SQL literal, or null. The type of a column with parts is
    /// an object, like in Iceberg's specification, with columns for parts:
    ///
    /// ```json
    /// {"type": "struct", "fields": [column, …]}
    /// {"type": "array", "element": column}
    /// {"type": "map", "key": column, "value": column}
    /// ```
    pub fn to_json(&self) -> Value {
        let mut json = self.keys_to_json();
        json["columns"] = self.fields.iter().map(column_to_json).collect();
        json.sort_all_objects();
        json
    }

    /// What the JSON form says beside the columns.
    pub(super) fn keys_to_json(&self) -> Value {
        let indexes = self.indexes.iter().map(|index| {
            json!({
                "id": index.id,
                "name": index.name,
                "columns": index.columns,
                "unique": index.unique,
            })
        });
        let constraints = self.constraints.iter().map(|constraint| {
            json!({
                "id": constraint.id,
                "name": constraint.name,
                "type": "unique",
                "columns": constraint.columns,
            })
        });
        object([
            ("constraints", constraints.collect()),
            ("indexes", indexes.collect()),
            ("primary_keys", self.primary_key.clone().into()),
        ])
    }

    /// The schema of this JSON form.
    ///
    /// # Errors
    /// XX001 when it is none, naming what is wrong.
    pub fn from_json(json: &Value) -> Result<Self> {
        let mut schema = Self::default();
        schema
            .set_keys_from_json(json)
            .map_err(|error| damaged(error.to_string()))?;
        let columns = json.get("columns").and_then(Value::as_array);
        let columns = columns.ok_or_else(|| damaged("missing field `columns`".to_owned()))?;
        schema.fields = fields_from_json(None, columns)?;
        schema
            .validate()
            .map_err(|error| damaged(error.to_string()))?;
        Ok(schema)
    }

    /// Takes the keys, indexes and constraints of the JSON form, unchecked.
    pub(super) fn set_keys_from_json(&mut self, json: &Value) -> serde_json::Result<()> {
        let stored = StoredKeys::deserialize(json)?;
        self.primary_key = stored.primary_keys;
        self.indexes = stored.indexes.into_iter().map(Index::from).collect();
        self.constraints = stored
            .constraints
            .into_iter()
            .map(Constraint::from)
            .collect();
        Ok(())
    }
}

fn damaged(what: String) -> Error {
    Error::new(
        ErrorKind::Internal(Fault::Data),
        "stored schema definition is damaged",
    )
    .with_detail(format!("The reader says: {what}."))
}

fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let entries = entries.map(|(key, value)| (key.to_owned(), value));
    Value::Object(entries.into_iter().collect())
}

fn column_to_json(field: &Field) -> Value {
    object([
        ("id", field.id.0.into()),
        ("name", field.name.clone().into()),
        ("type", type_to_json(&field.data_type)),
        ("nullable", field.nullable.into()),
        (
            "default",
            field.default.as_ref().map(ToString::to_string).into(),
        ),
    ])
}

fn type_to_json(data_type: &DataType) -> Value {
    match data_type {
        DataType::Struct(fields) => object([
            ("type", data_type.base_name().into()),
            ("fields", fields.iter().map(column_to_json).collect()),
        ]),
        DataType::Array(element) => object([
            ("type", data_type.base_name().into()),
            (ELEMENT, column_to_json(element)),
        ]),
        DataType::Map(entry) => object([
            ("type", data_type.base_name().into()),
            (KEY, column_to_json(&entry[0])),
            (VALUE, column_to_json(&entry[1])),
        ]),
        plain => plain.to_string().into(),
    }
}

/// Reads columns, or the parts of `parent`. Goes as deep as the JSON does, so
/// whoever parsed that has bounded it.
fn fields_from_json(parent: Option<&FieldPath>, columns: &[Value]) -> Result<Vec<Field>> {
    columns
        .iter()
        .map(|column| field_from_json(parent, column))
        .collect()
}

fn field_from_json(parent: Option<&FieldPath>, json: &Value) -> Result<Field> {
    let stored = StoredField::deserialize(json).map_err(|error| match parent {
        Some(parent) => damaged(format!("in column \"{parent}\": {error}")),
        None => damaged(error.to_string()),
    })?;
    let path = match parent {
        Some(parent) => parent.child(stored.name.as_str()),
        None => stored.name.as_str().into(),
    };
    let in_column = |error: Error| damaged(format!("column \"{path}\": {error}"));
    let missing = |key: &str| damaged(format!("column \"{path}\": missing field `{key}`"));
    let data_type = match json.get("type").ok_or_else(|| missing("type"))? {
        Value::String(text) => text.parse().map_err(in_column)?,
        nested => {
            let part = |key: &str| nested.get(key).ok_or_else(|| missing(key));
            let field = |key: &str| field_from_json(Some(&path), part(key)?);
            match part("type")?.as_str() {
                Some("struct") => {
                    let fields = part("fields")?.as_array();
                    let fields = fields.ok_or_else(|| missing("fields"))?;
                    DataType::Struct(fields_from_json(Some(&path), fields)?)
                }
                Some("array") => DataType::Array(Box::new(field(ELEMENT)?)),
                Some("map") => DataType::Map(Box::new([field(KEY)?, field(VALUE)?])),
                _ => return Err(damaged(format!("column \"{path}\" has no type"))),
            }
        }
    };
    let default = match &stored.default {
        Some(text) => {
            let literal: Literal = text.parse().map_err(in_column)?;
            literal.coerce(&data_type).map_err(in_column)?
        }
        None => None,
    };
    Ok(Field {
        id: stored.id,
        name: stored.name,
        data_type,
        nullable: stored.nullable,
        default,
    })
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

    use super::*;
    use crate::schema::{ColumnSpec, MAX_COLUMNS, MAX_DEPTH, MAX_FIELDS, sample};

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

    fn nested() -> Value {
        let part = |id: u32, name: &str, data_type: Value| json!({"id": id, "name": name, "type": data_type, "nullable": false, "default": null});
        let tags = json!({"type": "array", "element": part(5, "element", json!("text"))});
        let points = json!({"type": "map", "key": part(6, "key", json!("integer")), "value": part(7, "value", json!("real"))});
        let fields = [
            part(2, "tags", tags),
            part(3, "points", points),
            part(4, "b.c", json!("date")),
        ];
        json!({
            "columns": [part(1, "s", json!({"type": "struct", "fields": fields}))],
            "primary_keys": [],
            "indexes": [],
            "constraints": [],
        })
    }

    #[test]
    fn the_form_of_nested_types_is_the_contract() {
        let schema = Schema::from_json(&nested()).expect("a schema");
        assert_eq!(
            schema.fields[0].data_type.to_string(),
            "struct<tags array<text not null> not null, points map<integer, real not null> not null, \"b.c\" date not null>"
        );
        assert_eq!(schema.to_json(), nested());
    }

    #[test]
    fn damage_in_parts_is_named_by_path() {
        const FIELDS: &str = "/columns/0/type/fields";
        for (pointer, value, named) in [
            (
                "/0/type/element/type",
                json!("txt"),
                "column \"s.tags.element\": type \"txt\" does not exist",
            ),
            (
                "/0/type/element/id",
                json!(1),
                "column \"s.tags.element\" has no identity of its own",
            ),
            (
                "/0/type/element/name",
                json!("e"),
                "\"s.tags.e\" must be called \"element\"",
            ),
            (
                "/0/type/element",
                json!({}),
                "in column \"s.tags\": missing field `id`",
            ),
            (
                "/0/type/type",
                json!("map"),
                "column \"s.tags\": missing field `key`",
            ),
            (
                "/0/type/type",
                json!("list"),
                "column \"s.tags\" has no type",
            ),
            (
                "/1/type/key/nullable",
                json!(true),
                "keys of a map are never null",
            ),
            (
                "/1/type/key/type",
                json!("json"),
                "a map with keys of type json is not supported",
            ),
            (
                "/1/type/value/default",
                json!("5"),
                "a default of the value of a type is not supported",
            ),
            (
                "/2/default",
                json!("'x'"),
                "column \"s.b.c\": invalid input syntax for type date: \"x\"",
            ),
            (
                "/2/type",
                json!("text[]"),
                "column \"s.b.c.element\" has no identity of its own",
            ),
            (
                "/2/name",
                json!("tags"),
                "column \"s.tags\" specified more than once",
            ),
            ("/2/name", json!(""), "zero-length delimited identifier"),
            ("", json!([]), "struct \"s\" has no fields"),
        ] {
            let mut stored = nested();
            *stored
                .pointer_mut(&format!("{FIELDS}{pointer}"))
                .expect(pointer) = value;
            let error = Schema::from_json(&stored).expect_err(named);
            assert_eq!(error.sqlstate(), "XX001");
            let detail = error.detail().unwrap_or_default();
            assert!(detail.contains(named), "{detail}");
        }
    }

    /// A schema with one column of this type.
    fn of(data_type: &str) -> Schema {
        let column = ColumnSpec {
            name: "a".to_owned(),
            data_type: data_type.parse().expect("a type"),
            not_null: false,
            default: None,
            comment: None,
        };
        Schema::new(&[column], &[]).expect("a schema")
    }

    #[test]
    fn the_deepest_schema_is_stored_as_text() {
        for open in ["array<", "struct<a ", "map<int, "] {
            let text = format!("{}int{}", open.repeat(MAX_DEPTH), ">".repeat(MAX_DEPTH));
            let schema = of(&text);
            let stored = schema.to_json().to_string();
            let json: Value = serde_json::from_str(&stored).expect("not too deep for the reader");
            assert_eq!(Schema::from_json(&json).expect("a schema"), schema);
        }
    }

    #[test]
    fn the_largest_schemas_are_stored() {
        let fields: Vec<_> = (1..MAX_FIELDS)
            .map(|field| format!("f{field} int"))
            .collect();
        let schema = of(&format!("struct<{}>", fields.join(", ")));
        assert_eq!(
            Schema::from_json(&schema.to_json()).expect("a schema"),
            schema
        );
        let mut deeper = schema.to_json();
        let columns = deeper["columns"].as_array_mut().expect("columns");
        columns.push(
            json!({"id": 90_000, "name": "b", "type": "int", "nullable": true, "default": null}),
        );
        let error = Schema::from_json(&deeper).expect_err("too large");
        assert!(
            error
                .detail()
                .is_some_and(|detail| detail.contains("20000 fields"))
        );

        let columns: Vec<_> = (0..MAX_COLUMNS)
            .map(|column| ColumnSpec {
                name: format!("c{column}"),
                data_type: DataType::BigInt,
                not_null: false,
                default: None,
                comment: None,
            })
            .collect();
        let schema = Schema::new(&columns, &[]).expect("a schema");
        assert_eq!(
            Schema::from_json(&schema.to_json()).expect("a schema"),
            schema
        );
    }

    proptest! {
        #[test]
        fn a_schema_reads_back_from_its_form(schema in sample::schema()) {
            prop_assert_eq!(Schema::from_json(&schema.to_json()).expect("a schema"), schema);
        }
    }
}
