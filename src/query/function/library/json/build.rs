//! JSON of values.

use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::query::function::json::{quoted, write_json};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Type, Value};

pub(in crate::query::function::library) static BUILD: &[Function] = &[
    Function::row("to_json", &[Type::ANYELEMENT], JSON, |call, values| {
        Ok(json(call, values, ","))
    }),
    Function::row("to_jsonb", &[Type::ANYELEMENT], JSONB, |call, values| {
        binary(call, json(call, values, ","))
    }),
    Function::row("array_to_json", &[Type::ANYARRAY], JSON, |call, values| {
        Ok(json(call, values, ","))
    }),
    Function::row("array_to_json", &[Type::ANYARRAY, Type::BOOL], JSON, pretty),
    Function::row("row_to_json", &[Type::RECORD], JSON, |call, values| {
        Ok(json(call, values, ","))
    }),
    Function::row("row_to_json", &[Type::RECORD, Type::BOOL], JSON, pretty),
    Function::row("json_build_array", &[], JSON, array),
    Function::row("json_build_array", &[Type::ANY], JSON, array)
        .variadic()
        .lenient(),
    Function::row("jsonb_build_array", &[], JSONB, array_b),
    Function::row("jsonb_build_array", &[Type::ANY], JSONB, array_b)
        .variadic()
        .lenient(),
    Function::row("json_build_object", &[], JSON, object),
    Function::row("json_build_object", &[Type::ANY], JSON, object)
        .variadic()
        .lenient(),
    Function::row("jsonb_build_object", &[], JSONB, object_b),
    Function::row("jsonb_build_object", &[Type::ANY], JSONB, object_b)
        .variadic()
        .lenient(),
    Function::row("json_object", &[TEXTS], JSON, |_, values| of_pairs(values)),
    Function::row("json_object", &[TEXTS, TEXTS], JSON, |_, values| {
        of_columns(values)
    }),
    Function::row("jsonb_object", &[TEXTS], JSONB, |call, values| {
        binary(call, of_pairs(values)?)
    }),
    Function::row("jsonb_object", &[TEXTS, TEXTS], JSONB, |call, values| {
        binary(call, of_columns(values)?)
    }),
];

const JSON: Type = Type::JSON;
const JSONB: Type = Type::JSONB;
const TEXTS: Type = Type::TEXT_ARRAY;

fn refused(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidValue(Fault::Parameter), message)
}

/// The first argument as JSON.
fn json(call: &Call<'_>, values: &[Value], separator: &str) -> Value {
    let mut out = String::new();
    let style = &call.catalog.context.style;
    write_json(&values[0], &call.arguments[0], style, separator, &mut out);
    Value::text(out)
}

/// The same JSON as a `jsonb`.
fn binary(call: &Call<'_>, json: Value) -> Result<Value> {
    Value::from_text(std::slice::from_ref(&json).text(0), &JSONB, &call.reading())
}

fn pretty(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let separator = if values.bool(1) { ",\n " } else { "," };
    Ok(json(call, values, separator))
}

fn array(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let mut out = String::from("[");
    for (index, (value, of)) in values.iter().zip(call.arguments).enumerate() {
        out.push_str(if index > 0 { ", " } else { "" });
        write_json(value, of, &call.catalog.context.style, ",", &mut out);
    }
    out.push(']');
    Ok(Value::text(out))
}

fn array_b(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    binary(call, array(call, values)?)
}

fn object(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    members("json_build_object", call, values)
}

fn object_b(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    binary(call, members("jsonb_build_object", call, values)?)
}

/// An object of keys and values in turn.
fn members(name: &str, call: &Call<'_>, values: &[Value]) -> Result<Value> {
    if values.len() % 2 == 1 {
        return Err(
            refused("argument list must have even number of elements").with_hint(format!(
                "The arguments of {name}() must consist of alternating keys and values."
            )),
        );
    }
    let style = &call.catalog.context.style;
    let mut out = String::from("{");
    for (index, pair) in values.chunks_exact(2).enumerate() {
        let number = 2 * index + 1;
        out.push_str(if index > 0 { ", " } else { "" });
        let of = &call.arguments[2 * index];
        let key = match &pair[0] {
            Value::Null if name == "json_build_object" => {
                return Err(refused(format!("argument {number} cannot be null"))
                    .with_hint("Object keys should be text."));
            }
            Value::Null => {
                return Err(refused(format!("argument {number}: key must not be null")));
            }
            Value::Array(_) | Value::Vector(_) | Value::Record(_) | Value::Jsonb(_) => {
                return Err(not_scalar());
            }
            Value::Text(_) if *of == Type::JSON => return Err(not_scalar()),
            Value::Bool(value) => value.to_string(),
            key => key.to_text(style).unwrap_or_default(),
        };
        out.push_str(&quoted(&key));
        out.push_str(" : ");
        write_json(
            &pair[1],
            &call.arguments[2 * index + 1],
            style,
            ",",
            &mut out,
        );
    }
    out.push('}');
    Ok(Value::text(out))
}

fn not_scalar() -> Error {
    refused("key value must be scalar, not array, composite, or json")
}

fn subscript(message: &str) -> Error {
    Error::new(ErrorKind::InvalidValue(Fault::Subscript), message)
}

/// An object of texts: keys and values in turn, or in two columns.
fn of_pairs(values: &[Value]) -> Result<Value> {
    let array = values.array(0);
    match array.dimensions[..] {
        [] => (),
        [bounds] if bounds.length % 2 == 0 => (),
        [_] => return Err(subscript("array must have even number of elements")),
        [_, bounds] if bounds.length == 2 => (),
        [_, _] => return Err(subscript("array must have two columns")),
        _ => return Err(subscript("wrong number of array subscripts")),
    }
    let pairs = array.values.chunks_exact(2);
    object_of_texts(pairs.map(|pair| (&pair[0], &pair[1])))
}

/// An object of an array of keys and one of values.
fn of_columns(values: &[Value]) -> Result<Value> {
    let (keys, values) = (values.array(0), values.array(1));
    if keys.dimensions.len() > 1 || values.dimensions.len() > 1 {
        return Err(subscript("wrong number of array subscripts"));
    }
    if keys.values.len() != values.values.len() {
        return Err(subscript("mismatched array dimensions"));
    }
    object_of_texts(keys.values.iter().zip(&values.values))
}

fn object_of_texts<'a>(pairs: impl Iterator<Item = (&'a Value, &'a Value)>) -> Result<Value> {
    let text = |value: &Value| match value {
        Value::Null => None,
        value => Some(quoted(std::slice::from_ref(value).text(0))),
    };
    let mut members = Vec::new();
    for (key, value) in pairs {
        let key = text(key).ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidValue(Fault::Null),
                "null value not allowed for object key",
            )
        })?;
        let value = text(value).unwrap_or_else(|| "null".to_owned());
        members.push(format!("{key} : {value}"));
    }
    Ok(Value::text(format!("{{{}}}", members.join(", "))))
}
