//! Functions on strings (PostgreSQL manual, 9.4).

use std::collections::HashMap;

use crate::error::{Error, ErrorKind, Limit, Result, Value as Fault};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Array, Type, Value};

pub(super) static STRINGS: &[Function] = &[
    Function::row("length", &[TEXT], INT4, length),
    Function::row("char_length", &[TEXT], INT4, length),
    Function::row("character_length", &[TEXT], INT4, length),
    Function::row("octet_length", &[TEXT], INT4, |_, values| {
        Ok(count(values.text(0).len()))
    }),
    Function::row("bit_length", &[TEXT], INT4, |_, values| {
        Ok(count(values.text(0).len() * 8))
    }),
    Function::row("lower", &[TEXT], TEXT, |_, values| {
        Ok(mapped(values.text(0), lower))
    }),
    Function::row("upper", &[TEXT], TEXT, |_, values| {
        Ok(mapped(values.text(0), upper))
    }),
    Function::row("initcap", &[TEXT], TEXT, initcap),
    Function::row("substring", &[TEXT, INT4], TEXT, substring),
    Function::row("substring", &[TEXT, INT4, INT4], TEXT, substring),
    Function::row("substr", &[TEXT, INT4], TEXT, substring),
    Function::row("substr", &[TEXT, INT4, INT4], TEXT, substring),
    Function::row("overlay", &[TEXT, TEXT, INT4], TEXT, overlay),
    Function::row("overlay", &[TEXT, TEXT, INT4, INT4], TEXT, overlay),
    Function::row("position", &[TEXT, TEXT], INT4, position),
    Function::row("strpos", &[TEXT, TEXT], INT4, position),
    Function::row("replace", &[TEXT, TEXT, TEXT], TEXT, replace),
    Function::row("translate", &[TEXT, TEXT, TEXT], TEXT, translate),
    Function::row("btrim", &[TEXT], TEXT, |_, values| {
        Ok(Value::text(values.text(0).trim_matches(' ')))
    }),
    Function::row("btrim", &[TEXT, TEXT], TEXT, |_, values| {
        let is_cut = |c| values.text(1).contains(c);
        Ok(Value::text(values.text(0).trim_matches(is_cut)))
    }),
    Function::row("ltrim", &[TEXT], TEXT, |_, values| {
        Ok(Value::text(values.text(0).trim_start_matches(' ')))
    }),
    Function::row("ltrim", &[TEXT, TEXT], TEXT, |_, values| {
        let is_cut = |c| values.text(1).contains(c);
        Ok(Value::text(values.text(0).trim_start_matches(is_cut)))
    }),
    Function::row("rtrim", &[TEXT], TEXT, |_, values| {
        Ok(Value::text(values.text(0).trim_end_matches(' ')))
    }),
    Function::row("rtrim", &[TEXT, TEXT], TEXT, |_, values| {
        let is_cut = |c| values.text(1).contains(c);
        Ok(Value::text(values.text(0).trim_end_matches(is_cut)))
    }),
    Function::row("lpad", &[TEXT, INT4], TEXT, lpad),
    Function::row("lpad", &[TEXT, INT4, TEXT], TEXT, lpad),
    Function::row("rpad", &[TEXT, INT4], TEXT, rpad),
    Function::row("rpad", &[TEXT, INT4, TEXT], TEXT, rpad),
    Function::row("left", &[TEXT, INT4], TEXT, |_, values| {
        let text = values.text(0);
        Ok(Value::text(&text[..offset(text, values.int4(1))]))
    }),
    Function::row("right", &[TEXT, INT4], TEXT, |_, values| {
        let (text, count) = (values.text(0), values.int4(1));
        // All but the first `-count`, or the last `count`.
        let start = match count {
            0 => text.len(),
            i32::MIN => 0,
            count => offset(text, -count),
        };
        Ok(Value::text(&text[start..]))
    }),
    Function::row("repeat", &[TEXT, INT4], TEXT, repeat),
    Function::row("reverse", &[TEXT], TEXT, |_, values| {
        let reversed: String = values.text(0).chars().rev().collect();
        Ok(Value::text(reversed))
    }),
    Function::row("split_part", &[TEXT, TEXT, INT4], TEXT, split_part),
    Function::row("concat", &[Type::ANY], TEXT, |call, values| {
        call.admit_text(values.iter().map(Value::bytes).sum())?;
        let texts = call.texts(values);
        Ok(Value::text(texts.into_iter().flatten().collect::<String>()))
    })
    .variadic()
    .lenient(),
    Function::row("concat_ws", &[TEXT, Type::ANY], TEXT, concat_ws)
        .variadic()
        .lenient(),
    Function::row("ascii", &[TEXT], INT4, |_, values| {
        let first = values.text(0).chars().next();
        Ok(Value::Int4(first.map_or(0, |c| c as i32)))
    }),
    Function::row("chr", &[INT4], TEXT, chr),
    Function::row("to_hex", &[INT4], TEXT, |_, values| {
        Ok(Value::text(format!("{:x}", values.int4(0))))
    }),
    Function::row("to_hex", &[Type::INT8], TEXT, |_, values| {
        Ok(Value::text(format!("{:x}", values.int(0))))
    }),
    Function::row("starts_with", &[TEXT, TEXT], Type::BOOL, |_, values| {
        Ok(Value::Bool(values.text(0).starts_with(values.text(1))))
    }),
    Function::row("string_to_array", &[TEXT, TEXT], Type::TEXT_ARRAY, to_array).lenient(),
    Function::row(
        "string_to_array",
        &[TEXT, TEXT, TEXT],
        Type::TEXT_ARRAY,
        to_array,
    )
    .lenient(),
    Function::set("string_to_table", &[TEXT, TEXT], TEXT, to_set).lenient(),
    Function::set("string_to_table", &[TEXT, TEXT, TEXT], TEXT, to_set).lenient(),
    Function::row("normalize", &[TEXT], TEXT, normalize),
    Function::row("normalize", &[TEXT, TEXT], TEXT, normalize),
    Function::row("is_normalized", &[TEXT], Type::BOOL, is_normalized),
    Function::row("is_normalized", &[TEXT, TEXT], Type::BOOL, is_normalized),
];

const TEXT: Type = Type::TEXT;
const INT4: Type = Type::INT4;

fn count(count: usize) -> Value {
    Value::Int4(i32::try_from(count).unwrap_or(i32::MAX))
}

fn length(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    Ok(count(values.text(0).chars().count()))
}

/// Character by character: the length stays.
fn mapped(text: &str, map: fn(char) -> char) -> Value {
    Value::text(text.chars().map(map).collect::<String>())
}

fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

fn upper(c: char) -> char {
    let mut mapped = c.to_uppercase();
    mapped
        .next()
        .filter(|_| mapped.next().is_none())
        .unwrap_or(c)
}

fn initcap(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let mut in_word = false;
    let capital = values.text(0).chars().map(|c| {
        let mapped = if in_word { lower(c) } else { upper(c) };
        in_word = c.is_alphanumeric();
        mapped
    });
    Ok(Value::text(capital.collect::<String>()))
}

/// Where the character of this number begins, from 0; a negative number counts
/// from the end. What is outside is the end that is nearer.
fn offset(text: &str, number: i32) -> usize {
    let magnitude = usize::try_from(number.unsigned_abs()).unwrap_or(usize::MAX);
    if number >= 0 {
        let at = text.char_indices().nth(magnitude);
        at.map_or(text.len(), |(at, _)| at)
    } else {
        let at = text.char_indices().nth_back(magnitude - 1);
        at.map_or(0, |(at, _)| at)
    }
}

fn negative_length() -> Error {
    Error::new(
        ErrorKind::InvalidValue(Fault::Substring),
        "negative substring length not allowed",
    )
}

/// The characters from `start`, counted from 1, which may lie before the first;
/// `length` is counted from there.
fn part(text: &str, start: i64, length: Option<i64>) -> Result<&str> {
    if length.is_some_and(|length| length < 0) {
        return Err(negative_length());
    }
    let number = |place: i64| i32::try_from(place.max(0)).unwrap_or(i32::MAX);
    let from = offset(text, number(start - 1));
    let rest = &text[from..];
    let end = match length {
        Some(length) => offset(rest, number(length + (start - 1).min(0))),
        None => rest.len(),
    };
    Ok(&rest[..end])
}

fn substring(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let length = values.get(2).map(|_| values.int(2));
    part(values.text(0), values.int(1), length).map(Value::text)
}

fn overlay(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let (text, new, start) = (values.text(0), values.text(1), values.int(2));
    let length = match values.get(3) {
        Some(_) => values.int(3),
        None => i64::try_from(new.chars().count()).unwrap_or(i64::MAX),
    };
    if start <= 0 {
        return Err(negative_length());
    }
    call.admit_text(text.len() + new.len())?;
    let before = part(text, 1, Some(start - 1))?;
    let after = part(text, start.saturating_add(length), None)?;
    Ok(Value::text([before, new, after].concat()))
}

fn position(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let text = values.text(0);
    let found = text.find(values.text(1));
    Ok(count(found.map_or(0, |at| text[..at].chars().count() + 1)))
}

fn replace(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let (text, from, to) = (values.text(0), values.text(1), values.text(2));
    if from.is_empty() {
        return Ok(values[0].clone());
    }
    let bytes = match to.len().saturating_sub(from.len()) {
        0 => 0,
        more => text.len() + text.matches(from).count().saturating_mul(more),
    };
    call.admit_text(bytes)?;
    Ok(Value::text(text.replace(from, to)))
}

fn translate(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let mut to = values.text(2).chars();
    let mut map = HashMap::new();
    for from in values.text(1).chars() {
        let to = to.next();
        map.entry(from).or_insert(to);
    }
    let translated = values
        .text(0)
        .chars()
        .filter_map(|c| map.get(&c).copied().unwrap_or(Some(c)));
    Ok(Value::text(translated.collect::<String>()))
}

/// What stands beside a text to make it as long as is asked, and how much of the
/// text there is room for.
fn padding<'a>(call: &Call<'_>, values: &'a [Value]) -> Result<(String, &'a str)> {
    let (text, length) = (values.text(0), values.int4(1).max(0));
    let fill = values.get(2).map_or(" ", |_| values.text(2));
    let wanted = usize::try_from(length).expect("it is not negative");
    // A character has four bytes at most, and PostgreSQL takes all to have them.
    call.admit_text(wanted.saturating_mul(4))?;
    let text = &text[..offset(text, length)];
    let missing = wanted - text.chars().count();
    Ok((fill.chars().cycle().take(missing).collect(), text))
}

fn lpad(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let (padding, text) = padding(call, values)?;
    Ok(Value::text(padding + text))
}

fn rpad(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let (padding, text) = padding(call, values)?;
    Ok(Value::text(text.to_owned() + &padding))
}

fn repeat(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let (text, times) = (values.text(0), values.int4(1).max(0));
    let times = usize::try_from(times).expect("it is not negative");
    let bytes = text.len().saturating_mul(times);
    call.admit_text(bytes)?;
    Ok(Value::text(text.repeat(times)))
}

fn split_part(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let (text, delimiter, field) = (values.text(0), values.text(1), values.int4(2));
    let index = usize::try_from(field.unsigned_abs()).unwrap_or(usize::MAX);
    if index == 0 {
        return Err(Error::new(
            ErrorKind::InvalidValue(Fault::Parameter),
            "field position must not be zero",
        ));
    }
    let found = match (delimiter.is_empty(), field) {
        (true, 1 | -1) => Some(text),
        (true, _) => None,
        (false, 1..) => text.split(delimiter).nth(index - 1),
        (false, _) => text.rsplit(delimiter).nth(index - 1),
    };
    Ok(Value::text(found.unwrap_or_default()))
}

fn concat_ws(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    if values.is_null(0) {
        return Ok(Value::Null);
    }
    let delimiters = values.text(0).len().saturating_mul(values.len());
    call.admit_text(delimiters + values.iter().map(Value::bytes).sum::<usize>())?;
    let texts: Vec<String> = call.texts(&values[1..]).into_iter().flatten().collect();
    Ok(Value::text(texts.join(values.text(0))))
}

fn chr(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let number = values.int4(0);
    let refused = |message: String| Error::new(ErrorKind::LimitExceeded(Limit::Program), message);
    match u32::try_from(number) {
        Err(_) => Err(Error::new(
            ErrorKind::InvalidValue(Fault::Parameter),
            "character number must be positive",
        )),
        Ok(0) => Err(refused("null character not permitted".to_owned())),
        Ok(0x11_0000..) => Err(refused(format!(
            "requested character too large for encoding: {number}"
        ))),
        Ok(number) => char::from_u32(number)
            .map(|c| Value::text(String::from(c)))
            .ok_or_else(|| {
                refused(format!(
                    "requested character not valid for encoding: {number}"
                ))
            }),
    }
}

/// How many parts are made before it is asked whether they are wanted, and whether
/// there is room for them.
const UNASKED_PARTS: usize = 1 << 12;

/// The parts of a text, NULL for those that are spelled like the third argument.
/// Nothing for NULL.
fn split(call: &Call<'_>, values: &[Value]) -> Result<Option<Vec<Value>>> {
    if values.is_null(0) {
        return Ok(None);
    }
    let text = values.text(0);
    let null = (values.len() > 2 && !values.is_null(2)).then(|| values.text(2));
    let part = |part: &str| match null {
        Some(null) if null == part => Value::Null,
        _ => Value::text(part),
    };
    let mut parts = Vec::new();
    let mut push = |text: &str| -> Result<()> {
        if parts.len().is_multiple_of(UNASKED_PARTS) {
            call.go_on(parts.len() * size_of::<Value>() * 2)?;
        }
        parts.push(part(text));
        Ok(())
    };
    match (values.is_null(1), text) {
        (_, "") => {}
        (true, _) => {
            let mut buffer = [0; 4];
            let mut characters = text.chars();
            characters.try_for_each(|c| push(c.encode_utf8(&mut buffer)))?;
        }
        (false, _) if values.text(1).is_empty() => push(text)?,
        (false, _) => text.split(values.text(1)).try_for_each(push)?,
    }
    Ok(Some(parts))
}

fn to_array(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let array = split(call, values)?.map(|parts| Value::Array(Array::list(TEXT, parts).into()));
    Ok(array.unwrap_or(Value::Null))
}

fn to_set(call: &Call<'_>, values: &[Value]) -> Result<Vec<Value>> {
    Ok(split(call, values)?.unwrap_or_default())
}

/// The text in the normal form that the second argument names.
fn normal(values: &[Value]) -> Result<String> {
    use unicode_normalization::UnicodeNormalization;
    let text = values.text(0);
    let form = values.get(1).map_or("NFC", |_| values.text(1));
    Ok(match form.to_ascii_uppercase().as_str() {
        "NFC" => text.nfc().collect(),
        "NFD" => text.nfd().collect(),
        "NFKC" => text.nfkc().collect(),
        "NFKD" => text.nfkd().collect(),
        _ => {
            return Err(Error::new(
                ErrorKind::InvalidValue(Fault::Parameter),
                format!("invalid normalization form: {form}"),
            ));
        }
    })
}

fn normalize(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    normal(values).map(Value::text)
}

fn is_normalized(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    Ok(Value::Bool(normal(values)? == values.text(0)))
}
