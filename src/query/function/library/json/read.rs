//! What is in a JSON text.

use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::query::function::json::{Document, Sort};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Type, Value};

pub(in crate::query::function::library) static READ: &[Function] = &[
    Function::row("json_typeof", &[JSON], TEXT, sort),
    Function::row("jsonb_typeof", &[JSONB], TEXT, sort),
    Function::row("json_array_length", &[JSON], Type::INT4, length),
    Function::row("jsonb_array_length", &[JSONB], Type::INT4, length),
    Function::row("json_extract_path", &[JSON, TEXT], JSON, path).variadic(),
    Function::row("jsonb_extract_path", &[JSONB, TEXT], JSONB, path).variadic(),
    Function::row("json_extract_path_text", &[JSON, TEXT], TEXT, path_text).variadic(),
    Function::row("jsonb_extract_path_text", &[JSONB, TEXT], TEXT, path_text).variadic(),
    Function::set("json_object_keys", &[JSON], TEXT, |_, values| {
        keys("json_object_keys", values)
    }),
    Function::set("jsonb_object_keys", &[JSONB], TEXT, |_, values| {
        keys("jsonb_object_keys", values)
    }),
    Function::set("json_each", &[JSON], Type::RECORD, |_, values| {
        each(members(values)?, |value| Ok((JSON, plain(value))))
    })
    .with_columns(&[("key", TEXT), ("value", JSON)]),
    Function::set("jsonb_each", &[JSONB], Type::RECORD, |_, values| {
        each(members_b("jsonb_each", values)?, |value| {
            Ok((JSONB, binary(value)))
        })
    })
    .with_columns(&[("key", TEXT), ("value", JSONB)]),
    Function::set("json_each_text", &[JSON], Type::RECORD, |_, values| {
        each(members(values)?, |value| Ok((TEXT, text(value)?)))
    })
    .with_columns(&[("key", TEXT), ("value", TEXT)]),
    Function::set("jsonb_each_text", &[JSONB], Type::RECORD, |_, values| {
        each(members_b("jsonb_each_text", values)?, |value| {
            Ok((TEXT, text(value)?))
        })
    })
    .with_columns(&[("key", TEXT), ("value", TEXT)]),
    Function::set("json_array_elements", &[JSON], JSON, |_, values| {
        let elements = elements("json_array_elements", values)?;
        Ok(elements.into_iter().map(plain).collect())
    })
    .with_columns(&[("value", JSON)]),
    Function::set("jsonb_array_elements", &[JSONB], JSONB, |_, values| {
        Ok(elements_b(values)?.into_iter().map(binary).collect())
    })
    .with_columns(&[("value", JSONB)]),
    Function::set("json_array_elements_text", &[JSON], TEXT, |_, values| {
        let elements = elements("json_array_elements_text", values)?;
        elements.into_iter().map(text).collect()
    })
    .with_columns(&[("value", TEXT)]),
    Function::set("jsonb_array_elements_text", &[JSONB], TEXT, |_, values| {
        elements_b(values)?.into_iter().map(text).collect()
    })
    .with_columns(&[("value", TEXT)]),
];

const JSON: Type = Type::JSON;
const JSONB: Type = Type::JSONB;
const TEXT: Type = Type::TEXT;

fn plain(document: Document<'_>) -> Value {
    Value::text(document.spelled())
}

fn binary(document: Document<'_>) -> Value {
    Value::Jsonb(document.spelled().into())
}

fn text(document: Document<'_>) -> Result<Value> {
    document.text().map(Value::optional_text)
}

fn refused(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidValue(Fault::Parameter), message)
}

fn sort(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    Ok(Value::text(Document::new(values.text(0)).sort().name()))
}

fn length(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let document = Document::new(values.text(0));
    match document.sort() {
        Sort::Array => {
            let length = document.elements().len();
            Ok(Value::Int4(i32::try_from(length).unwrap_or(i32::MAX)))
        }
        Sort::Object => Err(refused("cannot get array length of a non-array")),
        _ => Err(refused("cannot get array length of a scalar")),
    }
}

/// What is at the end of the path that the other arguments are.
fn at_path(values: &[Value]) -> Result<Option<Document<'_>>> {
    let mut found = Some(Document::new(values.text(0)));
    for at in 1..values.len() {
        found = match found {
            Some(document) => document.get(values.text(at))?,
            None => None,
        };
    }
    Ok(found)
}

fn path(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let found = at_path(values)?;
    Ok(match (found, call.returns) {
        (None, _) => Value::Null,
        (Some(document), &Type::JSONB) => binary(document),
        (Some(document), _) => plain(document),
    })
}

fn path_text(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    at_path(values)?.map_or(Ok(Value::Null), text)
}

fn keys(name: &str, values: &[Value]) -> Result<Vec<Value>> {
    let document = Document::new(values.text(0));
    match document.sort() {
        Sort::Object => {
            let members = document.members()?.into_iter();
            Ok(members.map(|(key, _)| Value::text(key)).collect())
        }
        Sort::Array => Err(refused(format!("cannot call {name} on an array"))),
        _ => Err(refused(format!("cannot call {name} on a scalar"))),
    }
}

type Members<'a> = Vec<(String, Document<'a>)>;

fn members(values: &[Value]) -> Result<Members<'_>> {
    let document = Document::new(values.text(0));
    match document.sort() {
        Sort::Object => document.members(),
        Sort::Array => Err(refused("cannot deconstruct an array as an object")),
        _ => Err(refused("cannot deconstruct a scalar")),
    }
}

fn members_b<'a>(name: &str, values: &'a [Value]) -> Result<Members<'a>> {
    let document = Document::new(values.text(0));
    match document.sort() {
        Sort::Object => document.members(),
        _ => Err(refused(format!("cannot call {name} on a non-object"))),
    }
}

fn each<'a>(
    members: Members<'a>,
    shown: impl Fn(Document<'a>) -> Result<(Type, Value)>,
) -> Result<Vec<Value>> {
    members
        .into_iter()
        .map(|(key, value)| {
            Ok(Value::Record(
                [(TEXT, Value::text(key)), shown(value)?].into(),
            ))
        })
        .collect()
}

fn elements<'a>(name: &str, values: &'a [Value]) -> Result<Vec<Document<'a>>> {
    let document = Document::new(values.text(0));
    match document.sort() {
        Sort::Array => Ok(document.elements()),
        Sort::Object => Err(refused(format!("cannot call {name} on a non-array"))),
        _ => Err(refused(format!("cannot call {name} on a scalar"))),
    }
}

fn elements_b(values: &[Value]) -> Result<Vec<Document<'_>>> {
    let document = Document::new(values.text(0));
    match document.sort() {
        Sort::Array => Ok(document.elements()),
        Sort::Object => Err(refused("cannot extract elements from an object")),
        _ => Err(refused("cannot extract elements from a scalar")),
    }
}
