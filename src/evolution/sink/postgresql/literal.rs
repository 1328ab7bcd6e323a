//! Defaults as PostgreSQL reads them.

use serde_json::Value as Json;

use super::column_type::is_native;
use crate::schema::{DataType, DefaultValue, Field, quote_literal};

/// A default for a column of the type.
pub(super) fn literal(default: &DefaultValue, data_type: &DataType) -> String {
    match data_type {
        DataType::Array(element) if is_native(data_type) => {
            quote_literal(&array(&value(default, data_type), &element.data_type))
        }
        nested if nested.is_nested() => quote_literal(&json(&value(default, nested), nested)),
        _ => default.to_string(),
    }
}

/// A default for a part of a `jsonb` column.
pub(super) fn jsonb_literal(default: &DefaultValue, data_type: &DataType) -> String {
    let text = match data_type {
        DataType::Json | DataType::Jsonb => default.text().to_owned(),
        other => json(&value(default, other), other),
    };
    format!("{}::jsonb", quote_literal(&text))
}

fn value(default: &DefaultValue, data_type: &DataType) -> Json {
    let value = data_type.json_of_text(default.text());
    value.expect("a default is a value of its type")
}

/// An array in braces (PostgreSQL manual, 8.15.2). Every element stands in
/// quotes, so that none is taken for `NULL`.
fn array(elements: &Json, data_type: &DataType) -> String {
    let element = |element: &Json| match (data_type, element) {
        (_, Json::Null) => "NULL".to_owned(),
        (DataType::Json | DataType::Jsonb, json) => in_quotes(&json.to_string()),
        (_, element) => in_quotes(&data_type.text_of_json(element)),
    };
    let elements: Vec<String> = elements
        .as_array()
        .into_iter()
        .flatten()
        .map(element)
        .collect();
    format!("{{{}}}", elements.join(","))
}

fn in_quotes(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A canonical value in the form that `to_jsonb` gives it: a `numeric` is a
/// number, a point in time is in the form of ISO 8601 with a `T`.
fn json(value: &Json, data_type: &DataType) -> String {
    match (data_type, value) {
        (_, Json::Null) => "null".to_owned(),
        (DataType::Struct(members), Json::Object(object)) => in_braces(
            members
                .iter()
                .filter_map(|member| Some((&member.name, object.get(&member.name)?, member))),
        ),
        (DataType::Map(entry), Json::Object(object)) => {
            in_braces(object.iter().map(|(key, value)| (key, value, &entry[1])))
        }
        (DataType::Array(element), Json::Array(list)) => {
            let list = list.iter().map(|value| json(value, &element.data_type));
            format!("[{}]", list.collect::<Vec<_>>().join(","))
        }
        // NaN and the infinities are no numbers of JSON.
        (DataType::Numeric(_), Json::String(number))
            if number.ends_with(|last: char| last.is_ascii_digit()) =>
        {
            number.clone()
        }
        (DataType::Timestamp(_), Json::String(text)) => {
            Json::from(text.replace(' ', "T")).to_string()
        }
        (DataType::TimestampTz(_), Json::String(text)) => {
            let text = text.replace(' ', "T").replace("+00", "+00:00");
            Json::from(text).to_string()
        }
        (_, value) => value.to_string(),
    }
}

fn in_braces<'a>(entries: impl Iterator<Item = (&'a String, &'a Json, &'a Field)>) -> String {
    let entry = |(key, value, field): (&String, &Json, &Field)| {
        let key = Json::from(key.as_str());
        format!("{key}:{}", json(value, &field.data_type))
    };
    format!("{{{}}}", entries.map(entry).collect::<Vec<_>>().join(","))
}
