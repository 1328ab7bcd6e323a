//! Functions on arrays (PostgreSQL manual, 9.19).

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Limit, Result, Value as Fault};
use crate::query::function::order::compare;
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Array, Dimension, Kind, Type, Value};

pub(super) static ARRAYS: &[Function] = &[
    Function::row("array_length", &[ANYARRAY, INT4], INT4, |_, values| {
        Ok(dimension(values).map_or(Value::Null, |dimension| Value::Int4(dimension.length)))
    }),
    Function::row("array_lower", &[ANYARRAY, INT4], INT4, |_, values| {
        Ok(dimension(values).map_or(Value::Null, |dimension| Value::Int4(dimension.lower)))
    }),
    Function::row("array_upper", &[ANYARRAY, INT4], INT4, |_, values| {
        Ok(dimension(values).map_or(Value::Null, |dimension| Value::Int4(upper(dimension))))
    }),
    Function::row("array_ndims", &[ANYARRAY], INT4, |_, values| {
        Ok(match values.array(0).dimensions.len() {
            0 => Value::Null,
            count => Value::Int4(count as i32),
        })
    }),
    Function::row("array_dims", &[ANYARRAY], Type::TEXT, |_, values| {
        let dimensions = &values.array(0).dimensions;
        let bounds = dimensions
            .iter()
            .map(|bounds| format!("[{}:{}]", bounds.lower, upper(*bounds)));
        Ok(match dimensions.is_empty() {
            true => Value::Null,
            false => Value::text(bounds.collect::<String>()),
        })
    }),
    Function::row("cardinality", &[ANYARRAY], INT4, |_, values| {
        Ok(count(values.array(0).values.len()))
    }),
    Function::row("array_append", &[ARRAY, ELEMENT], ARRAY, |call, values| {
        with_element(call, &values[0], &values[1], false)
    })
    .lenient(),
    Function::row("array_prepend", &[ELEMENT, ARRAY], ARRAY, |call, values| {
        with_element(call, &values[1], &values[0], true)
    })
    .lenient(),
    Function::row("array_cat", &[ARRAY, ARRAY], ARRAY, |_, values| cat(values)).lenient(),
    Function::row("array_position", &[ARRAY, ELEMENT], INT4, position).lenient(),
    Function::row("array_position", &[ARRAY, ELEMENT, INT4], INT4, position).lenient(),
    Function::row(
        "array_positions",
        &[ARRAY, ELEMENT],
        Type::INT4_ARRAY,
        |_, values| {
            Ok(match searched(values)? {
                None => Value::Null,
                Some(found) => list(&INT4, found.into_iter().map(Value::Int4).collect()),
            })
        },
    )
    .lenient(),
    Function::row("array_remove", &[ARRAY, ELEMENT], ARRAY, |_, values| {
        remove(values)
    })
    .lenient(),
    Function::row(
        "array_replace",
        &[ARRAY, ELEMENT, ELEMENT],
        ARRAY,
        |_, values| replace(values),
    )
    .lenient(),
    Function::row(
        "array_fill",
        &[Type::ANYELEMENT, Type::INT4_ARRAY],
        ANYARRAY,
        fill,
    )
    .lenient(),
    Function::row(
        "array_fill",
        &[Type::ANYELEMENT, Type::INT4_ARRAY, Type::INT4_ARRAY],
        ANYARRAY,
        fill,
    )
    .lenient(),
    Function::row("trim_array", &[ANYARRAY, INT4], ANYARRAY, |_, values| {
        trim(values)
    }),
    Function::row(
        "array_to_string",
        &[ANYARRAY, Type::TEXT],
        Type::TEXT,
        to_string,
    ),
    Function::row(
        "array_to_string",
        &[ANYARRAY, Type::TEXT, Type::TEXT],
        Type::TEXT,
        to_string,
    )
    .lenient(),
];

const INT4: Type = Type::INT4;
const ANYARRAY: Type = Type::ANYARRAY;
const ARRAY: Type = Type::ANYCOMPATIBLEARRAY;
const ELEMENT: Type = Type::ANYCOMPATIBLE;

/// The most elements of an array.
const MAX_ELEMENTS: usize = 134_217_727;

fn count(count: usize) -> Value {
    Value::Int4(i32::try_from(count).unwrap_or(i32::MAX))
}

/// An array of one dimension.
pub(super) fn list(element: &Type, values: Vec<Value>) -> Value {
    Value::Array(Array::list(element.clone(), values).into())
}

fn upper(dimension: Dimension) -> i32 {
    dimension.lower.wrapping_add(dimension.length - 1)
}

/// The dimension that the second argument numbers, from 1.
fn dimension(values: &[Value]) -> Option<Dimension> {
    let number = usize::try_from(values.int4(1)).ok()?.checked_sub(1)?;
    values.array(0).dimensions.get(number).copied()
}

/// The subscripts of the dimension that the second argument numbers.
pub(super) fn subscripts(values: &[Value]) -> Subscripts {
    match dimension(values) {
        Some(dimension) if dimension.length > 0 => dimension.lower..=upper(dimension),
        _ => RangeInclusive::new(1, 0),
    }
}

type Subscripts = RangeInclusive<i32>;

/// Whether two elements are the same: NULLs are.
fn is_same(one: &Value, other: &Value) -> bool {
    compare(one, other).is_eq()
}

fn too_many() -> Error {
    Error::new(
        ErrorKind::LimitExceeded(Limit::Program),
        format!("array size exceeds the maximum allowed ({MAX_ELEMENTS})"),
    )
}

fn subscript(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidValue(Fault::Subscript), message)
}

/// The array with an element more, at its end or its beginning.
fn with_element(call: &Call<'_>, array: &Value, element: &Value, is_first: bool) -> Result<Value> {
    if *array == Value::Null {
        let of = match call.returns.kind() {
            Kind::Array(of) => of.clone(),
            _ => Type::TEXT,
        };
        return Ok(list(&of, vec![element.clone()]));
    }
    let array = std::slice::from_ref(array).array(0);
    let lower = match array.dimensions[..] {
        [] => 1,
        [dimension] => dimension.lower,
        _ => {
            return Err(Error::new(
                ErrorKind::InvalidValue(Fault::Unfit),
                "argument must be empty or one-dimensional array",
            ));
        }
    };
    if array.values.len() >= MAX_ELEMENTS {
        return Err(too_many());
    }
    let mut values = array.values.clone();
    let at = if is_first { 0 } else { values.len() };
    values.insert(at, element.clone());
    let length = values.len() as i32;
    if lower.checked_add(length).is_none() {
        return Err(Error::new(
            ErrorKind::InvalidValue(Fault::NumericRange),
            "integer out of range",
        ));
    }
    Ok(Value::Array(Arc::new(Array {
        element: array.element.clone(),
        dimensions: vec![Dimension { length, lower }],
        values,
    })))
}

fn cat(values: &[Value]) -> Result<Value> {
    if values.is_null(0) {
        return Ok(values[1].clone());
    }
    if values.is_null(1) {
        return Ok(values[0].clone());
    }
    let (one, other) = (values.array(0), values.array(1));
    if other.values.is_empty() {
        return Ok(values[0].clone());
    }
    if one.values.is_empty() {
        return Ok(values[1].clone());
    }
    let incompatible =
        |detail: String| subscript("cannot concatenate incompatible arrays").with_detail(detail);
    let lengths = |dimensions: &[Dimension]| -> Vec<i32> {
        dimensions
            .iter()
            .map(|dimension| dimension.length)
            .collect()
    };
    let (depth, other_depth) = (one.dimensions.len(), other.dimensions.len());
    // Arrays of one depth are put behind each other, and an array is an element of
    // one that is a dimension deeper.
    let (outer, added, inner) = match depth.abs_diff(other_depth) {
        0 => (
            one,
            other.dimensions[0].length,
            lengths(&one.dimensions[1..]) == lengths(&other.dimensions[1..]),
        ),
        1 if depth > other_depth => (
            one,
            1,
            lengths(&one.dimensions[1..]) == lengths(&other.dimensions),
        ),
        1 => (
            other,
            1,
            lengths(&other.dimensions[1..]) == lengths(&one.dimensions),
        ),
        _ => {
            return Err(incompatible(format!(
                "Arrays of {depth} and {other_depth} dimensions are not compatible for concatenation."
            )));
        }
    };
    if !inner {
        let what = match depth == other_depth {
            true => "element dimensions",
            false => "dimensions",
        };
        return Err(incompatible(format!(
            "Arrays with differing {what} are not compatible for concatenation."
        )));
    }
    if one.values.len() + other.values.len() > MAX_ELEMENTS {
        return Err(too_many());
    }
    let mut dimensions = outer.dimensions.clone();
    dimensions[0].length += added;
    Ok(Value::Array(Arc::new(Array {
        element: one.element.clone(),
        dimensions,
        values: one.values.iter().chain(&other.values).cloned().collect(),
    })))
}

/// The subscripts at which the array has the second argument; nothing for NULL.
fn searched(values: &[Value]) -> Result<Option<Vec<i32>>> {
    if values.is_null(0) {
        return Ok(None);
    }
    let array = values.array(0);
    if array.dimensions.len() > 1 {
        return Err(Error::new(
            ErrorKind::Unsupported,
            "searching for elements in multidimensional arrays is not supported",
        ));
    }
    let lower = array.dimensions.first().map_or(1, |bounds| bounds.lower);
    let found = (lower..).zip(&array.values);
    let found = found.filter(|(_, value)| is_same(value, &values[1]));
    Ok(Some(found.map(|(at, _)| at).collect()))
}

fn position(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let Some(found) = searched(values)? else {
        return Ok(Value::Null);
    };
    let start = match values.get(2) {
        None => i32::MIN,
        Some(Value::Null) => {
            return Err(Error::new(
                ErrorKind::InvalidValue(Fault::Null),
                "initial position must not be null",
            ));
        }
        Some(_) => values.int4(2),
    };
    let first = found.into_iter().find(|at| *at >= start);
    Ok(first.map_or(Value::Null, Value::Int4))
}

fn remove(values: &[Value]) -> Result<Value> {
    if values.is_null(0) {
        return Ok(Value::Null);
    }
    let array = values.array(0);
    if array.dimensions.len() > 1 {
        return Err(Error::new(
            ErrorKind::Unsupported,
            "removing elements from multidimensional arrays is not supported",
        ));
    }
    let kept = array
        .values
        .iter()
        .filter(|value| !is_same(value, &values[1]));
    let kept: Vec<Value> = kept.cloned().collect();
    if kept.len() == array.values.len() {
        return Ok(values[0].clone());
    }
    let mut shorter = Array::list(array.element.clone(), kept);
    if let (Some(now), Some(before)) = (shorter.dimensions.first_mut(), array.dimensions.first()) {
        now.lower = before.lower;
    }
    Ok(Value::Array(shorter.into()))
}

fn replace(values: &[Value]) -> Result<Value> {
    if values.is_null(0) {
        return Ok(Value::Null);
    }
    let array = values.array(0);
    let replaced = array
        .values
        .iter()
        .map(|value| match is_same(value, &values[1]) {
            true => values[2].clone(),
            false => value.clone(),
        });
    Ok(Value::Array(Arc::new(Array {
        values: replaced.collect(),
        ..(**array).clone()
    })))
}

fn fill(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let null = |what: &str| Error::new(ErrorKind::InvalidValue(Fault::Null), what);
    if values.is_null(1) || values.len() > 2 && values.is_null(2) {
        return Err(null("dimension array or low bound array cannot be null"));
    }
    let numbers = |at: usize| -> Result<Vec<i32>> {
        let array = values.array(at);
        if array.dimensions.len() > 1 {
            return Err(subscript("wrong number of array subscripts")
                .with_detail("Dimension array must be one dimensional."));
        }
        let number = |value: &Value| match value {
            Value::Int4(number) => Ok(*number),
            _ => Err(null("dimension values cannot be null")),
        };
        array.values.iter().map(number).collect()
    };
    let lengths = numbers(1)?;
    let lowers = match values.get(2) {
        Some(_) => numbers(2)?,
        None => vec![1; lengths.len()],
    };
    if lengths.len() > 6 {
        return Err(Error::new(
            ErrorKind::LimitExceeded(Limit::Program),
            format!(
                "number of array dimensions ({}) exceeds the maximum allowed (6)",
                lengths.len()
            ),
        ));
    }
    if lowers.len() != lengths.len() {
        return Err(subscript("wrong number of array subscripts")
            .with_detail("Low bound array has different size than dimensions array."));
    }
    let total = lengths.iter().try_fold(1_usize, |total, length| {
        total.checked_mul(usize::try_from(*length).ok()?)
    });
    let total = total
        .filter(|total| *total <= MAX_ELEMENTS)
        .ok_or_else(too_many)?;
    call.admit(total.saturating_mul(values[0].bytes()))?;
    let of = &call.arguments[0];
    if total == 0 || lengths.is_empty() {
        return Ok(list(of, Vec::new()));
    }
    let dimensions = lengths.into_iter().zip(lowers);
    Ok(Value::Array(Arc::new(Array {
        element: of.clone(),
        dimensions: dimensions
            .map(|(length, lower)| Dimension { length, lower })
            .collect(),
        values: vec![values[0].clone(); total],
    })))
}

fn trim(values: &[Value]) -> Result<Value> {
    let (array, count) = (values.array(0), values.int4(1));
    let length = array.dimensions.first().map_or(0, |bounds| bounds.length);
    if !(0..=length).contains(&count) {
        return Err(subscript(format!(
            "number of elements to trim must be between 0 and {length}"
        )));
    }
    if count == length {
        return Ok(list(&array.element, Vec::new()));
    }
    let part = array.values.len() / length.max(1) as usize;
    let mut dimensions = array.dimensions.clone();
    // What is cut out of an array begins at 1.
    dimensions.iter_mut().for_each(|bounds| bounds.lower = 1);
    dimensions[0].length -= count;
    Ok(Value::Array(Arc::new(Array {
        element: array.element.clone(),
        values: array.values[..part * dimensions[0].length as usize].to_vec(),
        dimensions,
    })))
}

fn to_string(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    if values.is_null(0) || values.is_null(1) {
        return Ok(Value::Null);
    }
    let null = (values.len() > 2 && !values.is_null(2)).then(|| values.text(2));
    let texts = call.texts(&values.array(0).values);
    let texts = texts.into_iter();
    let shown: Vec<String> = texts
        .filter_map(|text| text.or_else(|| null.map(str::to_owned)))
        .collect();
    Ok(Value::text(shown.join(values.text(1))))
}
