//! `json` and `jsonb` (PostgreSQL manual, 9.16). A text is looked at one level at a
//! time, and what is found in it stays as it was written.

use std::collections::BTreeMap;
use std::str::FromStr;

use bigdecimal::BigDecimal;

use crate::error::{Error, ErrorKind, Result, Value as Flaw};
use crate::query::function::json::{Document, Sort};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Array, Type, Value};

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
        Ok(Value::Bool(contains(
            document(values, 0),
            document(values, 1),
            true,
        )))
    }),
    Function::row("<@", &[JSONB, JSONB], BOOL, |_, values| {
        Ok(Value::Bool(contains(
            document(values, 1),
            document(values, 0),
            true,
        )))
    }),
    Function::row("?", &[JSONB, TEXT], BOOL, |_, values| {
        Ok(Value::Bool(has(document(values, 0), values.text(1))))
    }),
    Function::row("?|", &[JSONB, TEXTS], BOOL, |_, values| {
        let mut names = names(values.array(1));
        Ok(Value::Bool(
            names.any(|name| has(document(values, 0), name)),
        ))
    }),
    Function::row("?&", &[JSONB, TEXTS], BOOL, |_, values| {
        let mut names = names(values.array(1));
        Ok(Value::Bool(
            names.all(|name| has(document(values, 0), name)),
        ))
    }),
    Function::row("||", &[JSONB, JSONB], JSONB, |call, values| {
        jsonb(call, &joined(document(values, 0), document(values, 1)))
    }),
    Function::row("-", &[JSONB, TEXT], JSONB, |call, values| {
        let without = without_names(document(values, 0), &[values.text(1)])?;
        jsonb(call, &without)
    }),
    Function::row("-", &[JSONB, TEXTS], JSONB, |call, values| {
        let names: Vec<&str> = names(values.array(1)).collect();
        jsonb(call, &without_names(document(values, 0), &names)?)
    }),
    Function::row("-", &[JSONB, INT4], JSONB, |call, values| {
        jsonb(call, &without_place(document(values, 0), values.int4(1))?)
    }),
    Function::row("#-", &[JSONB, TEXTS], JSONB, |call, values| {
        let path: Vec<Option<&str>> = steps(values.array(1)).collect();
        if is_scalar(document(values, 0)) {
            return Err(refused("cannot delete path in scalar"));
        }
        jsonb(call, &without_path(document(values, 0), &path, 1)?)
    }),
];

/// The members of an object; of those with one name the last.
fn members(json: Document<'_>) -> Option<BTreeMap<String, Document<'_>>> {
    // What is in a `jsonb` can be told, and no member is found by what cannot.
    (json.sort() == Sort::Object).then(|| json.members().unwrap_or_default().into_iter().collect())
}

fn elements(json: Document<'_>) -> Option<Vec<Document<'_>>> {
    (json.sort() == Sort::Array).then(|| json.elements())
}

fn is_scalar(json: Document<'_>) -> bool {
    !matches!(json.sort(), Sort::Object | Sort::Array)
}

fn document(values: &[Value], at: usize) -> Document<'_> {
    Document::new(values.text(at))
}

fn by_key(values: &[Value]) -> Result<Option<Document<'_>>> {
    let json = document(values, 0);
    match json.sort() {
        Sort::Object => json.get(values.text(1)),
        _ => Ok(None),
    }
}

/// A scalar of `jsonb` counts for an array of one element.
fn by_place(values: &[Value]) -> Result<Option<Document<'_>>> {
    let json = document(values, 0);
    Ok(match (&values[0], values.int4(1)) {
        (Value::Jsonb(_), 0 | -1) if is_scalar(json) => Some(json),
        (_, place) => json.element(place.into()),
    })
}

fn by_path(values: &[Value]) -> Result<Option<Document<'_>>> {
    let mut found = document(values, 0);
    for step in steps(values.array(1)) {
        let next = match step {
            Some(step) => found.get(step)?,
            None => None,
        };
        match next {
            Some(next) => found = next,
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}

/// A place among so many, from the end if it is negative.
fn nth(count: usize, place: i32) -> Option<usize> {
    let from_end = || count.checked_sub(usize::try_from(place.unsigned_abs()).ok()?);
    let nth = usize::try_from(place).ok().or_else(from_end)?;
    (nth < count).then_some(nth)
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
fn same(values: &[Value], found: Result<Option<Document<'_>>>) -> Result<Value> {
    Ok(match (&values[0], found?) {
        (_, None) => Value::Null,
        (Value::Jsonb(_), Some(found)) => Value::Jsonb(found.spelled().into()),
        (_, Some(found)) => Value::text(found.spelled()),
    })
}

/// What was found, as a text: a string without its quotes, null as NULL.
fn text(found: Result<Option<Document<'_>>>) -> Result<Value> {
    match found? {
        None => Ok(Value::Null),
        Some(found) => found.text().map(Value::optional_text),
    }
}

/// Whether all of `part` is in `whole`, level by level. On the highest level an
/// array contains a scalar that is one of its elements.
fn contains(whole: Document<'_>, part: Document<'_>, is_top: bool) -> bool {
    if let (Some(whole), Some(part)) = (members(whole), members(part)) {
        return part.iter().all(|(name, part)| {
            let value = whole.get(name);
            value.is_some_and(|whole| contains(*whole, *part, false))
        });
    }
    let Some(whole) = elements(whole) else {
        return is_same_scalar(whole, part);
    };
    let has = |part: Document<'_>| whole.iter().any(|whole| contains(*whole, part, false));
    match elements(part) {
        Some(parts) => parts.into_iter().all(has),
        None => is_top && whole.iter().any(|whole| is_same_scalar(*whole, part)),
    }
}

fn is_same_scalar(one: Document<'_>, other: Document<'_>) -> bool {
    let number = |json: Document<'_>| BigDecimal::from_str(json.spelled()).ok();
    match (one.sort(), other.sort()) {
        (Sort::Number, Sort::Number) => number(one) == number(other),
        (Sort::Object | Sort::Array, _) => false,
        _ => one == other,
    }
}

/// Whether it is an object with a member of this name, or has this string among its
/// elements, or is it.
fn has(json: Document<'_>, name: &str) -> bool {
    if let Some(members) = members(json) {
        return members.contains_key(name);
    }
    match elements(json) {
        Some(elements) => elements.into_iter().any(|element| is_string(element, name)),
        None => is_string(json, name),
    }
}

fn is_string(json: Document<'_>, text: &str) -> bool {
    json.sort() == Sort::String
        && json
            .text()
            .is_ok_and(|found| found.as_deref() == Some(text))
}

/// Two objects as one, or all elements; what is no array is one element.
fn joined(one: Document<'_>, other: Document<'_>) -> String {
    if let (Some(one), Some(other)) = (members(one), members(other)) {
        return object(one.into_iter().chain(other).map(spelled));
    }
    let parts = |json| elements(json).unwrap_or_else(|| vec![json]);
    array(parts(one).into_iter().chain(parts(other)))
}

fn without_names(json: Document<'_>, names: &[&str]) -> Result<String> {
    if let Some(members) = members(json) {
        let kept = members.into_iter();
        let kept = kept.filter(|(name, _)| !names.contains(&name.as_str()));
        return Ok(object(kept.map(spelled)));
    }
    let Some(elements) = elements(json) else {
        return Err(refused("cannot delete from scalar"));
    };
    let is_kept = |element: &Document<'_>| !names.iter().any(|name| is_string(*element, name));
    Ok(array(elements.into_iter().filter(is_kept)))
}

fn without_place(json: Document<'_>, place: i32) -> Result<String> {
    let Some(mut elements) = elements(json) else {
        return Err(refused(match is_scalar(json) {
            true => "cannot delete from scalar",
            false => "cannot delete from object using integer index",
        }));
    };
    if let Some(nth) = nth(elements.len(), place) {
        elements.remove(nth);
    }
    Ok(array(elements.into_iter()))
}

/// Without what is at the end of a path; `position` is that of its first step.
fn without_path(json: Document<'_>, path: &[Option<&str>], position: usize) -> Result<String> {
    let Some((step, rest)) = path.split_first().filter(|_| !is_scalar(json)) else {
        return Ok(json.spelled().to_owned());
    };
    let step = step.ok_or_else(|| {
        let message = format!("path element at position {position} is null");
        Error::new(ErrorKind::InvalidValue(Flaw::Null), message)
    })?;
    let within = |json| without_path(json, rest, position + 1);
    if let Some(members) = members(json) {
        let mut left = Vec::new();
        for (name, json) in members {
            match name == step {
                false => left.push((name, json.spelled().to_owned())),
                true if rest.is_empty() => {}
                true => left.push((name, within(json)?)),
            }
        }
        return Ok(object(left.into_iter()));
    }
    let place = step.trim().parse().map_err(|_| {
        let message = format!("path element at position {position} is not an integer: \"{step}\"");
        Error::new(ErrorKind::InvalidValue(Flaw::Text), message)
    })?;
    let elements = json.elements();
    let place = nth(elements.len(), place);
    let mut left = Vec::new();
    for (nth, json) in elements.into_iter().enumerate() {
        match Some(nth) == place {
            false => left.push(json.spelled().to_owned()),
            true if rest.is_empty() => {}
            true => left.push(within(json)?),
        }
    }
    Ok(format!("[{}]", left.join(",")))
}

fn spelled((name, json): (String, Document<'_>)) -> (String, String) {
    (name, json.spelled().to_owned())
}

/// An object of these members; of those with one name the last counts.
fn object(members: impl Iterator<Item = (String, String)>) -> String {
    let members = members.map(|(name, json)| {
        let name = serde_json::Value::from(name);
        format!("{name}:{json}")
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn array<'a>(elements: impl Iterator<Item = Document<'a>>) -> String {
    let elements: Vec<_> = elements.map(Document::spelled).collect();
    format!("[{}]", elements.join(","))
}

/// In its one spelling.
fn jsonb(call: &Call<'_>, text: &str) -> Result<Value> {
    Value::from_text(text, &JSONB, &call.reading())
}

fn refused(message: &str) -> Error {
    Error::new(ErrorKind::InvalidValue(Flaw::Parameter), message)
}
