//! `SHOW CREATE STREAM`: the statements that make a stream with the same
//! schema.

use crate::registry::Known;
use crate::schema::ColumnSpec;
use crate::sql::{
    CreateIndex, CreateStream, Location, ObjectRef, OptionValue, OptionWord, Spelling,
};

/// The statements, each ending in a semicolon: the stream, and a declaration for
/// each of its indexes.
pub(super) fn statements(known: &Known) -> String {
    let mut text = format!("{:#};", create(known));
    for index in &known.version.schema.indexes {
        let index = CreateIndex {
            unique: index.unique,
            if_not_exists: false,
            name: Some(index.name.clone()),
            stream: name(known),
            columns: index
                .columns
                .iter()
                .map(|column| (column.clone(), Location::default()))
                .collect(),
        };
        text.push_str(&format!("\n{index};"));
    }
    text
}

fn create(known: &Known) -> CreateStream {
    let schema = &known.version.schema;
    let columns = known.columns().map(|(field, comment)| {
        let column = ColumnSpec {
            name: field.name.clone(),
            data_type: field.data_type.clone(),
            not_null: !field.nullable,
            default: field
                .default
                .as_ref()
                .map(crate::schema::DefaultValue::literal),
            comment: comment.map(ToOwned::to_owned),
        };
        (column, Location::default())
    });
    let unique = schema
        .constraints
        .iter()
        .map(|constraint| (Some(constraint.name.clone()), constraint.columns.clone()));
    CreateStream {
        spelling: Spelling::Stream,
        if_not_exists: false,
        name: name(known),
        columns: columns.collect(),
        primary_key: schema.primary_key.clone(),
        unique: unique.collect(),
        options: options(known),
    }
}

fn name(known: &Known) -> ObjectRef {
    let name = &known.stream.name;
    ObjectRef {
        namespace: Some(name.namespace.clone()),
        name: name.name.clone(),
        location: Location::default(),
    }
}

fn options(known: &Known) -> Vec<OptionWord> {
    let word = |key: &str, value| OptionWord {
        key: key.to_owned(),
        value,
        location: Location::default(),
    };
    let mut words: Vec<_> = known
        .stream
        .options
        .iter()
        .map(|(key, value)| {
            let value = match value {
                serde_json::Value::String(text) => OptionValue::Text(text.clone()),
                serde_json::Value::Bool(value) => OptionValue::Boolean(*value),
                number => OptionValue::Number(number.to_string()),
            };
            word(key, value)
        })
        .collect();
    if let Some(mode) = known.stream.mode {
        words.push(word(
            "compatibility",
            OptionValue::Text(mode.as_str().to_owned()),
        ));
    }
    if let Some(comment) = &known.stream.comment {
        words.push(word("comment", OptionValue::Text(comment.clone())));
    }
    words
}
