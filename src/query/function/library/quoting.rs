//! Texts that become part of a statement: quoting, `format`, and back
//! (PostgreSQL manual, 9.4 and 9.4.1).

use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Array, Type, Value};
use crate::schema;

pub(super) static QUOTING: &[Function] = &[
    Function::row("quote_ident", &[TEXT], TEXT, |_, values| {
        Ok(Value::text(quote_ident(values.text(0))))
    }),
    Function::row("quote_literal", &[TEXT], TEXT, |_, values| {
        Ok(Value::text(quote_literal(values.text(0))))
    }),
    Function::row("quote_literal", &[Type::ANYELEMENT], TEXT, quote_any),
    Function::row("quote_nullable", &[TEXT], TEXT, |_, values| {
        Ok(Value::text(match values.is_null(0) {
            true => "NULL".to_owned(),
            false => quote_literal(values.text(0)),
        }))
    })
    .lenient(),
    Function::row(
        "quote_nullable",
        &[Type::ANYELEMENT],
        TEXT,
        |call, values| match values.is_null(0) {
            true => Ok(Value::text("NULL")),
            false => quote_any(call, values),
        },
    )
    .lenient(),
    Function::row("format", &[TEXT], TEXT, format).lenient(),
    Function::row("format", &[TEXT, Type::ANY], TEXT, format)
        .variadic()
        .lenient(),
    Function::row("parse_ident", &[TEXT], Type::TEXT_ARRAY, |_, values| {
        parse_ident(values.text(0), true)
    }),
    Function::row(
        "parse_ident",
        &[TEXT, Type::BOOL],
        Type::TEXT_ARRAY,
        |_, values| parse_ident(values.text(0), values.bool(1)),
    )
    .named(&["str", "strict"], &["true"]),
    Function::row("unistr", &[TEXT], TEXT, |_, values| {
        unistr(values.text(0)).map(Value::text)
    }),
];

const TEXT: Type = Type::TEXT;

/// Words that name columns, but not functions or types, unless they are quoted
/// (PostgreSQL manual, appendix C), and words that do not name columns.
const OTHER_KEYWORDS: &[&str] = &[
    "between",
    "bigint",
    "bit",
    "boolean",
    "char",
    "character",
    "coalesce",
    "dec",
    "decimal",
    "exists",
    "extract",
    "float",
    "greatest",
    "grouping",
    "inout",
    "int",
    "integer",
    "interval",
    "least",
    "national",
    "nchar",
    "none",
    "normalize",
    "nullif",
    "numeric",
    "out",
    "overlay",
    "position",
    "precision",
    "real",
    "row",
    "setof",
    "smallint",
    "substring",
    "time",
    "timestamp",
    "treat",
    "trim",
    "values",
    "varchar",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
];

/// A name as it is written in a statement. PostgreSQL's function quotes more words
/// than it has to.
pub(in crate::query) fn quote_ident(name: &str) -> String {
    match OTHER_KEYWORDS.contains(&name) {
        true => format!("\"{name}\""),
        false => schema::quote_ident(name),
    }
}

/// A text as it is written in a statement, whatever `standard_conforming_strings`
/// says.
pub(in crate::query) fn quote_literal(text: &str) -> String {
    match text.contains('\\') {
        true => format!("E{}", schema::quote_literal(&text.replace('\\', "\\\\"))),
        false => schema::quote_literal(text),
    }
}

fn quote_any(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let text = call.text(&values[0]).unwrap_or_default();
    Ok(Value::text(quote_literal(&text)))
}

fn refused(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidValue(Fault::Parameter), message)
}

/// A place of a `format`: `%[position][flags][width]type`.
struct Place {
    position: Option<usize>,
    is_left: bool,
    width: Option<Width>,
}

enum Width {
    /// So many characters; a negative number makes it [`Place::is_left`].
    Characters(i64),
    /// Of the next argument, or of this one.
    Argument(Option<usize>),
}

fn format(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    if values.is_null(0) {
        return Ok(Value::Null);
    }
    let mut rest = values.text(0);
    let mut out = String::new();
    // The argument that was taken last; the format is the one before the first.
    let mut last = 0;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let (place, after) = read_place(after)?;
        let mut kinds = after.chars();
        let kind = kinds.next().ok_or_else(unterminated)?;
        rest = kinds.as_str();
        if !matches!(kind, 's' | 'I' | 'L') {
            return Err(
                refused(format!("unrecognized format() type specifier \"{kind}\""))
                    .with_hint("For a single \"%\" use \"%%\"."),
            );
        }
        let mut take = |position: Option<usize>| {
            last = position.unwrap_or(last + 1);
            values
                .get(last)
                .ok_or_else(|| refused("too few arguments for format()"))
        };
        let width = match place.width {
            None => 0,
            Some(Width::Characters(width)) => width,
            Some(Width::Argument(position)) => match take(position)? {
                Value::Null => 0,
                Value::Int4(width) => i64::from(*width),
                other => {
                    let text = call.text(other).unwrap_or_default();
                    Value::from_text(&text, &Type::INT4, &call.reading()).map(
                        |width| match width {
                            Value::Int4(width) => i64::from(width),
                            _ => 0,
                        },
                    )?
                }
            },
        };
        let text = call.text(take(place.position)?);
        let text = match (kind, text) {
            ('s', text) => text.unwrap_or_default(),
            ('I', Some(name)) => quote_ident(&name),
            ('I', None) => {
                return Err(Error::new(
                    ErrorKind::InvalidValue(Fault::Null),
                    "null values cannot be formatted as an SQL identifier",
                ));
            }
            (_, Some(text)) => quote_literal(&text),
            (_, None) => "NULL".to_owned(),
        };
        let missing = usize::try_from(width.unsigned_abs())
            .unwrap_or(usize::MAX)
            .saturating_sub(text.chars().count());
        call.admit_text((out.len() + text.len()).saturating_add(missing))?;
        let is_left = place.is_left || width < 0;
        out.push_str(if is_left { &text } else { "" });
        out.extend(std::iter::repeat_n(' ', missing));
        out.push_str(if is_left { "" } else { &text });
    }
    out.push_str(rest);
    Ok(Value::text(out))
}

fn unterminated() -> Error {
    refused("unterminated format() type specifier").with_hint("For a single \"%\" use \"%%\".")
}

/// What stands between `%` and the letter.
fn read_place(text: &str) -> Result<(Place, &str)> {
    let mut place = Place {
        position: None,
        is_left: false,
        width: None,
    };
    let (first, mut rest) = read_number(text)?;
    if let Some(number) = first {
        match rest.strip_prefix('$') {
            Some(after) => {
                place.position = Some(argument(number)?);
                rest = after;
            }
            None => {
                place.width = Some(Width::Characters(number));
                return Ok((place, rest));
            }
        }
    }
    while let Some(after) = rest.strip_prefix('-') {
        (place.is_left, rest) = (true, after);
    }
    if let Some(after) = rest.strip_prefix('*') {
        let (number, after) = read_number(after)?;
        rest = after;
        place.width = Some(Width::Argument(match number {
            None => None,
            Some(number) => {
                rest = rest
                    .strip_prefix('$')
                    .ok_or_else(|| refused("width argument position must be ended by \"$\""))?;
                Some(argument(number)?)
            }
        }));
    } else if let (Some(number), after) = read_number(rest)? {
        (place.width, rest) = (Some(Width::Characters(number)), after);
    }
    Ok((place, rest))
}

fn read_number(text: &str) -> Result<(Option<i64>, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() {
        return Ok((None, rest));
    }
    if rest.is_empty() {
        return Err(unterminated());
    }
    match digits.parse::<i32>() {
        Ok(number) => Ok((Some(number.into()), rest)),
        Err(_) => Err(Error::new(
            ErrorKind::InvalidValue(Fault::NumericRange),
            "number is out of range",
        )),
    }
}

fn argument(number: i64) -> Result<usize> {
    match usize::try_from(number) {
        Ok(number @ 1..) => Ok(number),
        _ => Err(refused(
            "format specifies argument 0, but arguments are numbered from 1",
        )),
    }
}

/// The parts of a qualified name.
fn parse_ident(text: &str, is_strict: bool) -> Result<Value> {
    let invalid = || refused(format!("string is not a valid identifier: \"{text}\""));
    let is_space = |c: char| matches!(c, ' ' | '\t'..='\r');
    let is_start = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
    let mut parts = Vec::new();
    let mut rest = text.trim_start_matches(is_space);
    let mut is_after_dot = false;
    loop {
        let part;
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut end = None;
            let mut from = 0;
            while let Some(at) = quoted[from..].find('"') {
                let at = from + at;
                if quoted[at + 1..].starts_with('"') {
                    from = at + 2;
                } else {
                    end = Some(at);
                    break;
                }
            }
            let end =
                end.ok_or_else(|| invalid().with_detail("String has unclosed double quotes."))?;
            if end == 0 {
                return Err(invalid().with_detail("Quoted identifier must not be empty."));
            }
            part = quoted[..end].replace("\"\"", "\"");
            rest = &quoted[end + 1..];
        } else if rest.starts_with(is_start) {
            let goes_on = |c: char| is_start(c) || c.is_ascii_digit() || c == '$';
            let end = rest.find(|c| !goes_on(c)).unwrap_or(rest.len());
            part = rest[..end].to_ascii_lowercase();
            rest = &rest[end..];
        } else if is_after_dot {
            return Err(invalid().with_detail("No valid identifier after \".\"."));
        } else if rest.starts_with('.') {
            return Err(invalid().with_detail("No valid identifier before \".\"."));
        } else {
            return Err(invalid());
        }
        parts.push(Value::text(part));
        rest = rest.trim_start_matches(is_space);
        match rest.strip_prefix('.') {
            Some(after) => {
                rest = after.trim_start_matches(is_space);
                is_after_dot = true;
            }
            None if rest.is_empty() || !is_strict => break,
            None => return Err(invalid()),
        }
    }
    Ok(Value::Array(Array::list(TEXT, parts).into()))
}

/// A text without its escapes: `\0061`, `\+000061`, `\u0061`, `\U00000061`, `\\`.
fn unistr(text: &str) -> Result<String> {
    let syntax = |message: &str| Error::new(ErrorKind::Syntax, message);
    let mut out = String::new();
    let mut rest = text;
    // The first half of a character in UTF-16.
    let mut high: Option<u32> = None;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let pair = || syntax("invalid Unicode surrogate pair");
        if high.is_some() && !before.is_empty() {
            return Err(pair());
        }
        if let Some(after) = after.strip_prefix('\\') {
            if high.is_some() {
                return Err(pair());
            }
            out.push('\\');
            rest = after;
            continue;
        }
        let (skipped, digits) = match after.as_bytes().first() {
            Some(b'u') => (1, 4),
            Some(b'+') => (1, 6),
            Some(b'U') => (1, 8),
            _ => (0, 4),
        };
        let number = after
            .get(skipped..skipped + digits)
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .ok_or_else(|| {
                syntax("invalid Unicode escape").with_hint(
                    "Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.",
                )
            })?;
        rest = &after[skipped + digits..];
        let number = match (high.take(), number) {
            (Some(high), 0xdc00..0xe000) => 0x1_0000 + ((high & 0x3ff) << 10) + (number & 0x3ff),
            (Some(_), _) | (None, 0xdc00..0xe000) => return Err(pair()),
            (None, 0xd800..0xdc00) => {
                high = Some(number);
                continue;
            }
            (None, number) => number,
        };
        match char::from_u32(number) {
            Some(c) if c != '\0' => out.push(c),
            _ => return Err(syntax("invalid Unicode code point")),
        }
    }
    if high.is_some() {
        return Err(syntax("invalid Unicode surrogate pair"));
    }
    out.push_str(rest);
    Ok(out)
}
