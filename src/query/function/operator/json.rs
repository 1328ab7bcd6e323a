//! `json` and `jsonb` (PostgreSQL manual, 9.16). A text is looked at one level at a
//! time, and what is found in it stays as it was written.

use std::collections::BTreeMap;
use std::str::FromStr;

use bigdecimal::BigDecimal;
use serde_json::value::RawValue;

use crate::error::{Error, ErrorKind, Result, Value as Flaw};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Array, Reading, Type, Value};

const JSON: Type = Type::JSON;
const JSONB: Type = Type::JSONB;
const TEXT: Type = Type::TEXT;
const TEXTS: Type = Type::TEXT_ARRAY;
const INT4: Type = Type::INT4;
const BOOL: Type = Type::BOOL;

pub(super) static TABLE: &[Function] = &[
    Function::row("->", &[JSON, TEXT], JSON, |_, values| {
        same(values, by_key(values))
    }),
    Function::row("->", &[JSONB, TEXT], JSONB, |_, values| {
        same(values, by_key(values))
    }),
    Function::row("->", &[JSON, INT4], JSON, |_, values| {
        same(values, by_place(values))
    }),
    Function::row("->", &[JSONB, INT4], JSONB, |_, values| {
        same(values, by_place(values))
    }),
    Function::row("->>", &[JSON, TEXT], TEXT, |_, values| text(by_key(values))),
    Function::row("->>", &[JSONB, TEXT], TEXT, |_, values| {
        text(by_key(values))
    }),
    Function::row("->>", &[JSON, INT4], TEXT, |_, values| {
        text(by_place(values))
    }),
    Function::row("->>", &[JSONB, INT4], TEXT, |_, values| {
        text(by_place(values))
    }),
    Function::row("#>", &[JSON, TEXTS], JSON, |_, values| {
        same(values, by_path(values))
    }),
    Function::row("#>", &[JSONB, TEXTS], JSONB, |_, values| {
        same(values, by_path(values))
    }),
    Function::row("#>>", &[JSON, TEXTS], TEXT, |_, values| {
        text(by_path(values))
    }),
    Function::row("#>>", &[JSONB, TEXTS], TEXT, |_, values| {
        text(by_path(values))
    }),
    Function::row("@>", &[JSONB, JSONB], BOOL, |_, values| {
        Ok(Value::Bool(contains(values.text(0), values.text(1), true)))
    }),
    Function::row("<@", &[JSONB, JSONB], BOOL, |_, values| {
        Ok(Value::Bool(contains(values.text(1), values.text(0), true)))
    }),
    Function::row("?", &[JSONB, TEXT], BOOL, |_, values| {
        Ok(Value::Bool(has(values.text(0), values.text(1))))
    }),
    Function::row("?|", &[JSONB, TEXTS], BOOL, |_, values| {
        let mut names = names(values.array(1));
        Ok(Value::Bool(names.any(|name| has(values.text(0), name))))
    }),
    Function::row("?&", &[JSONB, TEXTS], BOOL, |_, values| {
        let mut names = names(values.array(1));
        Ok(Value::Bool(names.all(|name| has(values.text(0), name))))
    }),
    Function::row("||", &[JSONB, JSONB], JSONB, |call, values| {
        jsonb(call, &joined(values.text(0), values.text(1)))
    }),
    Function::row("-", &[JSONB, TEXT], JSONB, |call, values| {
        let without = without_names(values.text(0), &[values.text(1)])?;
        jsonb(call, &without)
    }),
    Function::row("-", &[JSONB, TEXTS], JSONB, |call, values| {
        let names: Vec<&str> = names(values.array(1)).collect();
        jsonb(call, &without_names(values.text(0), &names)?)
    }),
    Function::row("-", &[JSONB, INT4], JSONB, |call, values| {
        jsonb(call, &without_place(values.text(0), values.int4(1))?)
    }),
    Function::row("#-", &[JSONB, TEXTS], JSONB, |call, values| {
        let path: Vec<Option<&str>> = steps(values.array(1)).collect();
        if is_scalar(values.text(0)) {
            return Err(refused("cannot delete path in scalar"));
        }
        jsonb(call, &without_path(values.text(0), &path, 1)?)
    }),
];

/// The members of an object; of those with one name the last.
fn members(json: &str) -> Option<BTreeMap<String, &RawValue>> {
    json.trim_start()
        .starts_with('{')
        .then(|| serde_json::from_str(json).unwrap_or_default())
}

/// The elements of an array.
fn elements(json: &str) -> Option<Vec<&RawValue>> {
    json.trim_start()
        .starts_with('[')
        .then(|| serde_json::from_str(json).unwrap_or_default())
}

/// The text of a string.
fn string(json: &str) -> Option<String> {
    json.trim_start()
        .starts_with('"')
        .then(|| serde_json::from_str(json).unwrap_or_default())
}

fn is_scalar(json: &str) -> bool {
    !json.trim_start().starts_with(['{', '['])
}

fn by_key(values: &[Value]) -> Option<&str> {
    member(values.text(0), values.text(1))
}

/// A scalar of `jsonb` counts for an array of one element.
fn by_place(values: &[Value]) -> Option<&str> {
    match (&values[0], values.int4(1)) {
        (Value::Jsonb(scalar), 0 | -1) if is_scalar(scalar) => Some(scalar),
        (_, place) => element(values.text(0), place),
    }
}

fn member<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    Some(members(json)?.get(name)?.get())
}

/// The element at a place from 0; from the end for a negative one.
fn element(json: &str, place: i32) -> Option<&str> {
    let elements = elements(json)?;
    Some(elements.get(nth(elements.len(), place)?)?.get())
}

/// A place among so many, from the end if it is negative.
fn nth(count: usize, place: i32) -> Option<usize> {
    let from_end = || count.checked_sub(usize::try_from(place.unsigned_abs()).ok()?);
    usize::try_from(place).ok().or_else(from_end)
}

fn by_path(values: &[Value]) -> Option<&str> {
    steps(values.array(1)).try_fold(values.text(0), |json, step| {
        member(json, step?).or_else(|| element(json, step?.trim().parse().ok()?))
    })
}

/// The texts of a path.
fn steps(path: &Array) -> impl Iterator<Item = Option<&str>> {
    path.values.iter().map(|step| match step {
        Value::Text(step) => Some(&**step),
        _ => None,
    })
}

fn names(array: &Array) -> impl Iterator<Item = &str> {
    steps(array).flatten()
}

/// What was found, of the type that it was found in.
fn same(values: &[Value], found: Option<&str>) -> Result<Value> {
    Ok(match (&values[0], found) {
        (_, None) => Value::Null,
        (Value::Jsonb(_), Some(found)) => Value::Jsonb(found.into()),
        (_, Some(found)) => Value::text(found),
    })
}

/// What was found, as a text: a string without its quotes, null as NULL.
fn text(found: Option<&str>) -> Result<Value> {
    Ok(match found {
        None | Some("null") => Value::Null,
        Some(found) => string(found).map_or_else(|| Value::text(found), Value::text),
    })
}

/// Whether all of `part` is in `whole`, level by level. On the highest level an
/// array contains a scalar that is one of its elements.
fn contains(whole: &str, part: &str, is_top: bool) -> bool {
    if let (Some(whole), Some(part)) = (members(whole), members(part)) {
        return part.iter().all(|(name, part)| {
            let value = whole.get(name);
            value.is_some_and(|whole| contains(whole.get(), part.get(), false))
        });
    }
    if let Some(whole) = elements(whole) {
        let has = |part: &str| whole.iter().any(|whole| contains(whole.get(), part, false));
        return match elements(part) {
            Some(part) => part.iter().all(|part| has(part.get())),
            None => {
                is_top
                    && is_scalar(part)
                    && whole.iter().any(|whole| is_same_scalar(whole.get(), part))
            }
        };
    }
    is_same_scalar(whole, part)
}

fn is_same_scalar(one: &str, other: &str) -> bool {
    let number = |json: &str| BigDecimal::from_str(json).ok();
    is_scalar(one)
        && is_scalar(other)
        && (one == other
            || match (number(one), number(other)) {
                (Some(one), Some(other)) => one == other,
                _ => false,
            })
}

/// Whether it is an object with a member of this name, or has this string among its
/// elements, or is it.
fn has(json: &str, name: &str) -> bool {
    if let Some(members) = members(json) {
        return members.contains_key(name);
    }
    match elements(json) {
        Some(elements) => elements.iter().any(|element| is_string(element, name)),
        None => string(json).as_deref() == Some(name),
    }
}

fn is_string(json: &RawValue, text: &str) -> bool {
    string(json.get()).as_deref() == Some(text)
}

/// Two objects as one, or all elements; what is no array is one element.
fn joined(one: &str, other: &str) -> String {
    if let (Some(mut all), Some(more)) = (members(one), members(other)) {
        all.extend(more);
        return object(&all);
    }
    let parts = |json: &str| match elements(json) {
        Some(elements) => elements
            .iter()
            .map(|element| element.get().to_owned())
            .collect(),
        None => vec![json.to_owned()],
    };
    let all = [parts(one), parts(other)].concat();
    format!("[{}]", all.join(", "))
}

fn without_names(json: &str, names: &[&str]) -> Result<String> {
    if let Some(mut members) = members(json) {
        members.retain(|name, _| !names.contains(&name.as_str()));
        return Ok(object(&members));
    }
    match elements(json) {
        Some(mut elements) => {
            elements.retain(|element| !names.iter().any(|name| is_string(element, name)));
            Ok(array(&elements))
        }
        None => Err(refused("cannot delete from scalar")),
    }
}

fn without_place(json: &str, place: i32) -> Result<String> {
    match elements(json) {
        Some(mut elements) => {
            if let Some(nth) = nth(elements.len(), place).filter(|nth| *nth < elements.len()) {
                elements.remove(nth);
            }
            Ok(array(&elements))
        }
        None if is_scalar(json) => Err(refused("cannot delete from scalar")),
        None => Err(refused("cannot delete from object using integer index")),
    }
}

/// Without what is at the end of a path; `position` is that of its first step.
fn without_path(json: &str, path: &[Option<&str>], position: usize) -> Result<String> {
    let Some((step, rest)) = path.split_first() else {
        return Ok(json.to_owned());
    };
    let step = step.ok_or_else(|| {
        let message = format!("path element at position {position} is null");
        Error::new(ErrorKind::InvalidValue(Flaw::Null), message)
    })?;
    if let Some(mut members) = members(json) {
        let Some(old) = members.remove(step).filter(|_| !rest.is_empty()) else {
            return Ok(object(&members));
        };
        let new = raw(without_path(old.get(), rest, position + 1)?)?;
        members.insert(step.to_owned(), &new);
        return Ok(object(&members));
    }
    let Some(mut elements) = elements(json) else {
        return Ok(json.to_owned());
    };
    let place = step.trim().parse().map_err(|_| {
        let message = format!("path element at position {position} is not an integer: \"{step}\"");
        Error::new(ErrorKind::InvalidValue(Flaw::Text), message)
    })?;
    let Some(nth) = nth(elements.len(), place).filter(|nth| *nth < elements.len()) else {
        return Ok(json.to_owned());
    };
    if rest.is_empty() {
        elements.remove(nth);
        return Ok(array(&elements));
    }
    let new = raw(without_path(elements[nth].get(), rest, position + 1)?)?;
    elements[nth] = &new;
    Ok(array(&elements))
}

fn raw(json: String) -> Result<Box<RawValue>> {
    RawValue::from_string(json)
        .map_err(|error| Error::internal("a part of a jsonb is none").with_source(error))
}

fn object(members: &BTreeMap<String, &RawValue>) -> String {
    serde_json::to_string(members).expect("texts and JSON are written without fail")
}

fn array(elements: &[&RawValue]) -> String {
    serde_json::to_string(elements).expect("texts and JSON are written without fail")
}

/// In its one spelling.
fn jsonb(call: &Call<'_>, text: &str) -> Result<Value> {
    let context = &call.catalog.context;
    let reading = Reading {
        style: context.style,
        now: context.transaction_start,
    };
    Value::from_text(text, &Type::JSONB, &reading)
}

fn refused(message: &str) -> Error {
    Error::new(ErrorKind::InvalidValue(Flaw::Parameter), message)
}
