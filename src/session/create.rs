//! `SHOW CREATE STREAM`: the statements that make a stream with the same
//! schema.

use crate::registry::{Known, Version};
use crate::schema::{ColumnSpec, Field, Schema};
use crate::sql::{
    CreateIndex, CreateStream, Elements, Existing, Location, ObjectRef, OptionValue, OptionWord,
    Spelling,
};

/// The statements that make the stream as it is.
pub(super) fn statements(known: &Known) -> String {
    let schema = &known.version.schema;
    written(known, schema, elements(schema, known.columns()))
}

/// The statements that make the stream as it was at one of its versions, with
/// today's comments and options.
pub(super) fn statements_of(known: &Known, version: &Version) -> String {
    let schema = &version.schema;
    written(known, schema, elements(schema, known.columns_of(version)))
}

/// The statements, each ending in a semicolon: the stream, and a declaration for
/// each of its indexes.
fn written(known: &Known, schema: &Schema, elements: Elements) -> String {
    let create = CreateStream {
        spelling: Spelling::Stream,
        existing: Existing::Refused,
        name: name(known),
        elements,
        options: options(known),
    };
    let mut text = format!("{create:#};");
    for index in &schema.indexes {
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

fn elements<'a>(
    schema: &Schema,
    columns: impl Iterator<Item = (&'a Field, Option<&'a str>)>,
) -> Elements {
    let columns = columns.map(|(field, comment)| {
        let column = ColumnSpec {
            comment: comment.map(ToOwned::to_owned),
            ..field.into()
        };
        (column, Location::default())
    });
    let unique = schema
        .constraints
        .iter()
        .map(|constraint| (Some(constraint.name.clone()), constraint.columns.clone()));
    Elements {
        columns: columns.collect(),
        primary_key: schema.primary_key.clone(),
        unique: unique.collect(),
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
