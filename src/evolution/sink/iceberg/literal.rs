//! Defaults as Spark SQL writes them (Spark SQL reference, "Literals", and the
//! functions `array`, `map` and `named_struct`).

use serde_json::Value as Json;

use super::column_type::column_type;
use crate::evolution::sink::Refusal;
use crate::schema::{DataType, DefaultValue, FieldPath, KEY, quote_literal};

/// A default of a column, or a part of one, as an expression of its type.
pub(super) fn literal(
    path: &FieldPath,
    default: &DefaultValue,
    data_type: &DataType,
) -> Result<String, Refusal> {
    match data_type.is_nested() {
        false => scalar(path, default.text(), data_type),
        true => {
            let value = data_type.json_of_text(default.text());
            value_of(
                path,
                &value.expect("a default is a value of its type"),
                data_type,
            )
        }
    }
}

/// A canonical value: every part of it is an expression of its own type.
fn value_of(path: &FieldPath, value: &Json, data_type: &DataType) -> Result<String, Refusal> {
    let part = |index: usize, value: &Json| {
        let field = &data_type.children()[index];
        value_of(&path.child(field.name.as_str()), value, &field.data_type)
    };
    let (function, arguments) = match (data_type, value) {
        (_, Json::Null) => {
            return Ok(format!("CAST(NULL AS {})", column_type(path, data_type)?));
        }
        (DataType::Array(_), Json::Array(list)) => {
            let elements = list.iter().map(|element| part(0, element));
            ("array", elements.collect::<Result<Vec<_>, _>>()?)
        }
        (DataType::Map(entry), Json::Object(object)) => {
            let entries = object.iter().map(|(key, value)| {
                let key = scalar(&path.child(KEY), key, &entry[0].data_type)?;
                Ok(format!("{key}, {}", part(1, value)?))
            });
            ("map", entries.collect::<Result<Vec<_>, _>>()?)
        }
        (DataType::Struct(members), Json::Object(object)) => {
            let members = members.iter().enumerate().map(|(index, member)| {
                let value = object.get(&member.name).unwrap_or(&Json::Null);
                Ok(format!("{}, {}", quoted(&member.name), part(index, value)?))
            });
            ("named_struct", members.collect::<Result<Vec<_>, _>>()?)
        }
        (_, value) => return scalar(path, &data_type.text_of_json(value), data_type),
    };
    Ok(match arguments.is_empty() {
        // Nothing in it tells its type.
        true => format!("CAST({function}() AS {})", column_type(path, data_type)?),
        false => format!("{function}({})", arguments.join(", ")),
    })
}

/// A canonical text of a type without parts.
fn scalar(path: &FieldPath, text: &str, data_type: &DataType) -> Result<String, Refusal> {
    let spark_type = column_type(path, data_type)?;
    Ok(match data_type {
        DataType::Boolean | DataType::SmallInt | DataType::Integer => text.to_owned(),
        DataType::Bytea => format!("X'{}'", text.trim_start_matches("\\x")),
        _ if spark_type == "STRING" => quoted(text),
        DataType::Real | DataType::Double => format!("CAST({} AS {spark_type})", quoted(text)),
        _ if text.ends_with(|last: char| last.is_ascii_alphabetic()) => {
            return Err(Refusal::new(
                format!(
                    "the default {} of column \"{path}\" in Iceberg",
                    quote_literal(text)
                ),
                "Dates, times and decimals are finite there: choose a finite default.",
            ));
        }
        DataType::TimestampTz(_) => {
            format!("CAST({} AS {spark_type})", quoted(&format!("{text}:00")))
        }
        _ => format!("CAST({} AS {spark_type})", quoted(text)),
    })
}

/// A text in quotes. Backslashes escape in Spark SQL.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}
