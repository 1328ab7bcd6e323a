//! Values as JSON: what `to_json` answers.

use std::fmt::Write;

use crate::relation::{Array, Kind, Numeric, Style, Type, Value};

/// A text as a JSON string.
pub(in crate::query) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..' ' => {
                write!(out, "\\u{:04x}", u32::from(c)).expect("a string takes what is written");
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Writes a value of a type as JSON. `separator` is what parts the elements of the
/// outermost array, or the members of the outermost row.
pub(in crate::query) fn write_json(
    value: &Value,
    of: &Type,
    style: &Style,
    separator: &str,
    out: &mut String,
) {
    let text = || value.to_text(style).unwrap_or_default();
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int2(_) | Value::Int4(_) | Value::Int8(_) => out.push_str(&text()),
        Value::Float4(value) if value.is_finite() => out.push_str(&text()),
        Value::Float8(value) if value.is_finite() => out.push_str(&text()),
        Value::Numeric(value) if matches!(**value, Numeric::Number(_)) => out.push_str(&text()),
        Value::Jsonb(text) => out.push_str(text),
        Value::Text(text) if *of == Type::JSON => out.push_str(text),
        Value::Timestamp(_) => out.push_str(&quoted(&text().replacen(' ', "T", 1))),
        Value::TimestampTz(_) => out.push_str(&quoted(&moment(&text()))),
        Value::Array(array) | Value::Vector(array) => {
            let mut values = array.values.iter();
            write_dimension(array, 0, &mut values, style, separator, out);
        }
        Value::Record(fields) => {
            let names: Vec<&str> = match of.kind() {
                Kind::Composite(names) => names.iter().map(|field| field.name()).collect(),
                _ => Vec::new(),
            };
            out.push('{');
            for (index, (of, value)) in fields.iter().enumerate() {
                out.push_str(if index > 0 { separator } else { "" });
                match names.get(index) {
                    Some(name) => out.push_str(&quoted(name)),
                    None => {
                        write!(out, "\"f{}\"", index + 1).expect("a string takes what is written");
                    }
                }
                out.push(':');
                write_json(value, of, style, ",", out);
            }
            out.push('}');
        }
        _ => out.push_str(&quoted(&text())),
    }
}

/// A moment in ISO 8601: with a `T`, and the minutes of its offset.
fn moment(text: &str) -> String {
    let (text, era) = match text.strip_suffix(" BC") {
        Some(text) => (text, " BC"),
        None => (text, ""),
    };
    let Some((date, time)) = text.split_once(' ') else {
        return text.to_owned();
    };
    let offset = time.find(['+', '-']).map_or("", |at| &time[at..]);
    let minutes = if offset.len() == 3 { ":00" } else { "" };
    format!("{date}T{time}{minutes}{era}")
}

fn write_dimension<'a>(
    array: &Array,
    depth: usize,
    values: &mut impl Iterator<Item = &'a Value>,
    style: &Style,
    separator: &str,
    out: &mut String,
) {
    out.push('[');
    let length = array
        .dimensions
        .get(depth)
        .map_or(0, |bounds| bounds.length);
    for index in 0..length {
        out.push_str(if index > 0 { separator } else { "" });
        if depth + 1 < array.dimensions.len() {
            write_dimension(array, depth + 1, values, style, ",", out);
        } else if let Some(value) = values.next() {
            write_json(value, &array.element, style, ",", out);
        }
    }
    out.push(']');
}
