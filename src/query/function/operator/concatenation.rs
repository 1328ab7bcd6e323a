//! `||`

use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result, Value as Flaw};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Array, Dimension, Type, Value};

pub(super) static TABLE: &[Function] = &[
    Function::row("||", &[Type::TEXT, Type::TEXT], Type::TEXT, texts),
    Function::row("||", &[Type::TEXT, Type::ANYNONARRAY], Type::TEXT, texts),
    Function::row("||", &[Type::ANYNONARRAY, Type::TEXT], Type::TEXT, texts),
    Function::row(
        "||",
        &[Type::BYTEA, Type::BYTEA],
        Type::BYTEA,
        |call, values| {
            call.admit_text(values.bytes(0).len() + values.bytes(1).len())?;
            Ok(Value::Bytea(
                [values.bytes(0), values.bytes(1)].concat().into(),
            ))
        },
    ),
    Function::row(
        "||",
        &[Type::VARBIT, Type::VARBIT],
        Type::VARBIT,
        |call, values| {
            let bits = texts(call, values)?;
            Ok(Value::Bits(std::slice::from_ref(&bits).text(0).into()))
        },
    ),
    Function::row(
        "||",
        &[Type::ANYCOMPATIBLEARRAY, Type::ANYCOMPATIBLEARRAY],
        Type::ANYCOMPATIBLEARRAY,
        |_, values| joined(&values[0], &values[1]),
    )
    .lenient(),
    Function::row(
        "||",
        &[Type::ANYCOMPATIBLEARRAY, Type::ANYCOMPATIBLE],
        Type::ANYCOMPATIBLEARRAY,
        |call, values| joined(&values[0], &list_of(&call.arguments[1], &values[1])),
    )
    .lenient(),
    Function::row(
        "||",
        &[Type::ANYCOMPATIBLE, Type::ANYCOMPATIBLEARRAY],
        Type::ANYCOMPATIBLEARRAY,
        |call, values| joined(&list_of(&call.arguments[0], &values[0]), &values[1]),
    )
    .lenient(),
];

/// What has another type is written as its text.
fn texts(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    call.admit_text(values.iter().map(length).sum())?;
    let style = &call.catalog.context.style;
    let mut text = String::new();
    for value in values {
        match value {
            Value::Text(part) => text.push_str(part),
            // As a cast writes it, and not as it is shown.
            Value::Bool(truth) => text.push_str(if *truth { "true" } else { "false" }),
            Value::Network(network) => text.push_str(&network.with_prefix()),
            other => text.push_str(&other.to_text(style).unwrap_or_default()),
        }
    }
    Ok(Value::text(text))
}

/// How long the text of a value is, if it is long (in bytes).
fn length(value: &Value) -> usize {
    match value {
        Value::Text(text) | Value::Bits(text) | Value::Jsonb(text) => text.len(),
        other => other.bytes(),
    }
}

fn list_of(element: &Type, value: &Value) -> Value {
    Value::Array(Array::list(element.clone(), vec![value.clone()]).into())
}

/// One array after the other; NULL counts for an array without elements
/// (`array_cat`).
///
/// # Errors
/// 2202E for arrays that do not fit together.
fn joined(one: &Value, other: &Value) -> Result<Value> {
    let (first, second) = match (one, other) {
        (Value::Null, rest) | (rest, Value::Null) => return Ok(rest.clone()),
        (Value::Array(one) | Value::Vector(one), Value::Array(other) | Value::Vector(other)) => {
            (one, other)
        }
        _ => unreachable!("arrays were asked for"),
    };
    if first.values.is_empty() {
        return Ok(Value::Array(Arc::clone(second)));
    }
    if second.values.is_empty() {
        return Ok(Value::Array(Arc::clone(first)));
    }
    let dimensions = joined_dimensions(&first.dimensions, &second.dimensions)?;
    let values = first.values.iter().chain(&second.values);
    Ok(Value::Array(Arc::new(Array {
        element: first.element.clone(),
        dimensions,
        values: values.cloned().collect(),
    })))
}

fn joined_dimensions(one: &[Dimension], other: &[Dimension]) -> Result<Vec<Dimension>> {
    let lengths = |dimensions: &[Dimension]| -> Vec<i32> {
        dimensions
            .iter()
            .map(|dimension| dimension.length)
            .collect()
    };
    let (lower, more) = (one[0].lower, one.len().cmp(&other.len()));
    let (mut dimensions, added) = match more {
        _ if lengths(&one[1..]) == lengths(&other[1..]) => (one.to_vec(), other[0].length),
        std::cmp::Ordering::Greater if lengths(&one[1..]) == lengths(other) => (one.to_vec(), 1),
        std::cmp::Ordering::Less if lengths(&other[1..]) == lengths(one) => (other.to_vec(), 1),
        _ => {
            return Err(Error::new(
                ErrorKind::InvalidValue(Flaw::Subscript),
                "cannot concatenate incompatible arrays",
            ));
        }
    };
    if more.is_ge() {
        dimensions[0].lower = lower;
    }
    dimensions[0].length = dimensions[0].length.saturating_add(added);
    Ok(dimensions)
}
