//! Functions on regular expressions (PostgreSQL manual, 9.7.2 and 9.7.3).

use std::rc::Rc;

use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::query::function::regex::{Groups, Options, Regex, similar_to_regex};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Array, Type, Value};

pub(super) static PATTERNS: &[Function] = &[
    Function::row("substring", &[TEXT, TEXT], TEXT, |_, values| {
        let regex = Regex::new(values.text(1), Options::default())?;
        first_group(&regex, values.text(0))
    }),
    Function::row("substring", &[TEXT, TEXT, TEXT], TEXT, |_, values| {
        let pattern = similar_to_regex(values.text(1), values.text(2))?;
        let regex = Regex::new(&pattern, Options::default())?;
        first_group(&regex, values.text(0))
    }),
    Function::row("similar_to_escape", &[TEXT], TEXT, |_, values| {
        similar_to_regex(values.text(0), "\\").map(Value::text)
    }),
    Function::row("similar_to_escape", &[TEXT, TEXT], TEXT, |_, values| {
        similar_to_regex(values.text(0), values.text(1)).map(Value::text)
    }),
    Function::row("regexp_like", &[TEXT, TEXT], Type::BOOL, like),
    Function::row("regexp_like", &[TEXT, TEXT, TEXT], Type::BOOL, like),
    Function::row("regexp_match", &[TEXT, TEXT], TEXTS, matched),
    Function::row("regexp_match", &[TEXT, TEXT, TEXT], TEXTS, matched),
    Function::set("regexp_matches", &[TEXT, TEXT], TEXTS, matches),
    Function::set("regexp_matches", &[TEXT, TEXT, TEXT], TEXTS, matches),
    Function::row("regexp_replace", &[TEXT, TEXT, TEXT], TEXT, replace),
    Function::row("regexp_replace", &[TEXT, TEXT, TEXT, TEXT], TEXT, replace),
    Function::row(
        "regexp_replace",
        &[TEXT, TEXT, TEXT, INT4],
        TEXT,
        replace_nth,
    ),
    Function::row(
        "regexp_replace",
        &[TEXT, TEXT, TEXT, INT4, INT4],
        TEXT,
        replace_nth,
    ),
    Function::row(
        "regexp_replace",
        &[TEXT, TEXT, TEXT, INT4, INT4, TEXT],
        TEXT,
        replace_nth,
    ),
    Function::row("regexp_split_to_array", &[TEXT, TEXT], TEXTS, split_array),
    Function::row(
        "regexp_split_to_array",
        &[TEXT, TEXT, TEXT],
        TEXTS,
        split_array,
    ),
    Function::set(
        "regexp_split_to_table",
        &[TEXT, TEXT],
        TEXT,
        |call, values| split(call, "regexp_split_to_table()", values),
    ),
    Function::set(
        "regexp_split_to_table",
        &[TEXT, TEXT, TEXT],
        TEXT,
        |call, values| split(call, "regexp_split_to_table()", values),
    ),
    Function::row("regexp_count", &[TEXT, TEXT], INT4, count),
    Function::row("regexp_count", &[TEXT, TEXT, INT4], INT4, count),
    Function::row("regexp_count", &[TEXT, TEXT, INT4, TEXT], INT4, count),
    Function::row("regexp_instr", &[TEXT, TEXT], INT4, instr),
    Function::row("regexp_instr", &[TEXT, TEXT, INT4], INT4, instr),
    Function::row("regexp_instr", &[TEXT, TEXT, INT4, INT4], INT4, instr),
    Function::row("regexp_instr", &[TEXT, TEXT, INT4, INT4, INT4], INT4, instr),
    Function::row(
        "regexp_instr",
        &[TEXT, TEXT, INT4, INT4, INT4, TEXT],
        INT4,
        instr,
    ),
    Function::row(
        "regexp_instr",
        &[TEXT, TEXT, INT4, INT4, INT4, TEXT, INT4],
        INT4,
        instr,
    ),
    Function::row("regexp_substr", &[TEXT, TEXT], TEXT, substr),
    Function::row("regexp_substr", &[TEXT, TEXT, INT4], TEXT, substr),
    Function::row("regexp_substr", &[TEXT, TEXT, INT4, INT4], TEXT, substr),
    Function::row(
        "regexp_substr",
        &[TEXT, TEXT, INT4, INT4, TEXT],
        TEXT,
        substr,
    ),
    Function::row(
        "regexp_substr",
        &[TEXT, TEXT, INT4, INT4, TEXT, INT4],
        TEXT,
        substr,
    ),
];

const TEXT: Type = Type::TEXT;
const TEXTS: Type = Type::TEXT_ARRAY;
const INT4: Type = Type::INT4;

/// How many matches are replaced before it is asked whether they are wanted, and
/// whether there is room for the text.
const UNASKED_MATCHES: usize = 1 << 10;

fn refused(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidValue(Fault::Parameter), message)
}

/// The expression of the second argument, with the flags at a place, if there are
/// any. `g` is not for the function of this name.
fn regex(values: &[Value], flags: usize, name: Option<&str>) -> Result<(Rc<Regex>, Options)> {
    let options = match values.get(flags) {
        Some(_) => Options::read(values.text(flags))?,
        None => Options::default(),
    };
    if let (true, Some(name)) = (options.is_global, name) {
        let error = refused(format!("{name} does not support the \"global\" option"));
        return Err(match name {
            "regexp_match()" => error.with_hint("Use the regexp_matches function instead."),
            _ => error,
        });
    }
    let once = Options {
        is_global: false,
        ..options
    };
    Ok((Regex::new(values.text(1), once)?, options))
}

fn group(text: &str, groups: &Groups, number: usize) -> Value {
    let place = groups.get(number).cloned().flatten();
    place.map_or(Value::Null, |place| Value::text(&text[place]))
}

/// The first group of the first match, or the match when there is no group.
fn first_group(regex: &Regex, text: &str) -> Result<Value> {
    Ok(match regex.find(text, 0)? {
        Some(groups) => group(text, &groups, usize::from(groups.len() > 1)),
        None => Value::Null,
    })
}

fn like(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let (regex, _) = regex(values, 2, Some("regexp_like()"))?;
    regex.is_match(values.text(0)).map(Value::Bool)
}

/// The groups of a match, or the match when there are none.
fn groups(text: &str, groups: &Groups) -> Value {
    let first = usize::from(groups.len() > 1);
    let texts = (first..groups.len()).map(|number| group(text, groups, number));
    Value::Array(Array::list(TEXT, texts.collect()).into())
}

fn matched(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let (regex, _) = regex(values, 2, Some("regexp_match()"))?;
    let text = values.text(0);
    let found = regex.find(text, 0)?;
    Ok(found.map_or(Value::Null, |found| groups(text, &found)))
}

fn matches(call: &Call<'_>, values: &[Value]) -> Result<Vec<Value>> {
    let (regex, options) = regex(values, 2, None)?;
    let text = values.text(0);
    let found = match options.is_global {
        true => regex.find_all(call, text, 0)?,
        false => regex.find(text, 0)?.into_iter().collect(),
    };
    Ok(found.iter().map(|found| groups(text, found)).collect())
}

fn replace(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    if values.len() > 3 && values.text(3).starts_with(|c: char| c.is_ascii_digit()) {
        let flag = &values.text(3)[..1];
        return Err(
            refused(format!("invalid regular expression option: \"{flag}\"")).with_hint(
                "If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly.",
            ),
        );
    }
    let (regex, options) = regex(values, 3, None)?;
    let nth = if options.is_global { 0 } else { 1 };
    replaced(call, &regex, values, 0, nth)
}

fn replace_nth(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let start = start(values, 3)?;
    let nth = match values.get(4) {
        Some(_) => not_negative(values, 4, "n")?,
        None => 1,
    };
    let (regex, options) = regex(values, 5, None)?;
    // Without a number all are replaced only if `g` says so.
    let nth = if options.is_global && values.len() < 5 {
        0
    } else {
        nth
    };
    replaced(call, &regex, values, start, nth)
}

/// The text with its `nth` match replaced, or with all of them for 0.
fn replaced(
    call: &Call<'_>,
    regex: &Regex,
    values: &[Value],
    from: usize,
    nth: usize,
) -> Result<Value> {
    let (text, replacement) = (values.text(0), values.text(2));
    let found = match nth {
        1 => regex.find(text, from)?.into_iter().collect(),
        _ => regex.find_all(call, text, from)?,
    };
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (number, groups) in (1_usize..).zip(&found) {
        if nth != 0 && nth != number {
            continue;
        }
        let whole = groups[0].clone().expect("a match has a place");
        out.push_str(&text[done..whole.start]);
        expand(replacement, text, groups, &mut out);
        if number.is_multiple_of(UNASKED_MATCHES) {
            call.go_on(out.len())?;
        }
        done = whole.end;
    }
    out.push_str(&text[done..]);
    Ok(Value::text(out))
}

/// Writes a replacement: `\1` is a group, `\&` the match, `\\` a backslash.
fn expand(replacement: &str, text: &str, groups: &Groups, out: &mut String) {
    let mut rest = replacement;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let number = match after.chars().next() {
            Some(digit @ '1'..='9') => digit.to_digit(10),
            Some('&') => Some(0),
            Some('\\') => {
                out.push('\\');
                rest = &after[1..];
                continue;
            }
            _ => None,
        };
        rest = match number {
            Some(number) => {
                let place = groups.get(number as usize).cloned().flatten();
                out.push_str(place.map_or("", |place| &text[place]));
                &after[1..]
            }
            None => {
                out.push('\\');
                after
            }
        };
    }
    out.push_str(rest);
}

/// The parts between matches. An empty match at either end, or right behind
/// another one, parts nothing.
fn split(call: &Call<'_>, name: &str, values: &[Value]) -> Result<Vec<Value>> {
    let (regex, _) = regex(values, 2, Some(name))?;
    let text = values.text(0);
    let mut parts = Vec::new();
    let mut done = 0;
    for groups in regex.find_all(call, text, 0)? {
        let whole = groups[0].clone().expect("a match has a place");
        if whole.is_empty() && (whole.end == done || whole.end == text.len()) {
            continue;
        }
        parts.push(Value::text(&text[done..whole.start]));
        done = whole.end;
    }
    parts.push(Value::text(&text[done..]));
    Ok(parts)
}

fn split_array(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let parts = split(call, "regexp_split_to_array()", values)?;
    Ok(Value::Array(Array::list(TEXT, parts).into()))
}

fn invalid(name: &str, value: i32) -> Error {
    refused(format!("invalid value for parameter \"{name}\": {value}"))
}

/// Where to begin (in bytes), from an argument that counts characters from 1.
fn start(values: &[Value], at: usize) -> Result<usize> {
    if values.len() <= at {
        return Ok(0);
    }
    let (text, start) = (values.text(0), values.int4(at));
    let skipped = usize::try_from(i64::from(start) - 1).map_err(|_| invalid("start", start))?;
    let place = text.char_indices().nth(skipped);
    Ok(place.map_or(
        text.len() + usize::from(skipped > text.chars().count()),
        |(at, _)| at,
    ))
}

fn not_negative(values: &[Value], at: usize, name: &str) -> Result<usize> {
    let number = values.int4(at);
    usize::try_from(number).map_err(|_| invalid(name, number))
}

/// All matches from a place on, which may lie behind the text.
fn all_from(call: &Call<'_>, regex: &Regex, text: &str, from: usize) -> Result<Vec<Groups>> {
    match from > text.len() {
        true => Ok(Vec::new()),
        false => regex.find_all(call, text, from),
    }
}

fn count(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let start = start(values, 2)?;
    let (regex, _) = regex(values, 3, Some("regexp_count()"))?;
    let found = all_from(call, &regex, values.text(0), start)?;
    Ok(Value::Int4(i32::try_from(found.len()).unwrap_or(i32::MAX)))
}

/// The place of the `n`th match, or of one of its groups.
fn place(
    call: &Call<'_>,
    regex: &Regex,
    values: &[Value],
    start: usize,
    nth: usize,
    group: usize,
) -> Result<Option<std::ops::Range<usize>>> {
    let found = all_from(call, regex, values.text(0), start)?;
    let groups = found.get(nth - 1);
    Ok(groups.and_then(|groups| groups.get(group).cloned().flatten()))
}

fn nth(values: &[Value], at: usize) -> Result<usize> {
    match values.get(at) {
        None => Ok(1),
        Some(_) => match not_negative(values, at, "n")? {
            0 => Err(invalid("n", 0)),
            nth => Ok(nth),
        },
    }
}

fn instr(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let (start, nth) = (start(values, 2)?, nth(values, 3)?);
    let is_end = match values.get(4).map(|_| values.int4(4)) {
        None | Some(0) => false,
        Some(1) => true,
        Some(other) => return Err(invalid("endoption", other)),
    };
    let group = match values.get(6) {
        Some(_) => not_negative(values, 6, "subexpr")?,
        None => 0,
    };
    let (regex, _) = regex(values, 5, Some("regexp_instr()"))?;
    let found = place(call, &regex, values, start, nth, group)?;
    let at = found.map(|place| if is_end { place.end } else { place.start });
    let text = values.text(0);
    let number = at.map_or(0, |at| text[..at].chars().count() + 1);
    Ok(Value::Int4(i32::try_from(number).unwrap_or(i32::MAX)))
}

fn substr(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let (start, nth) = (start(values, 2)?, nth(values, 3)?);
    let group = match values.get(5) {
        Some(_) => not_negative(values, 5, "subexpr")?,
        None => 0,
    };
    let (regex, _) = regex(values, 4, Some("regexp_substr()"))?;
    let found = place(call, &regex, values, start, nth, group)?;
    Ok(found.map_or(Value::Null, |place| Value::text(&values.text(0)[place])))
}
