//! Rows (PostgreSQL manual, 8.16.6).

use std::fmt::{self, Write};

use postgres_types::Field;

use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::relation::numeric::is_space;
use crate::relation::{Reading, Style, Type, Value};

/// `(1,,"a b")`: NULL is nothing, the empty text `""`.
pub(super) fn write(fields: &[(Type, Value)], out: &mut impl Write, style: &Style) -> fmt::Result {
    out.write_char('(')?;
    let mut text = String::new();
    for (index, (_, value)) in fields.iter().enumerate() {
        if index > 0 {
            out.write_char(',')?;
        }
        if *value == Value::Null {
            continue;
        }
        text.clear();
        value.write_text(&mut text, style)?;
        write_field(&text, out)?;
    }
    out.write_char(')')
}

fn write_field(text: &str, out: &mut impl Write) -> fmt::Result {
    let is_special = |c| matches!(c, '"' | '\\' | '(' | ')' | ',') || is_space(c);
    if !text.is_empty() && !text.contains(is_special) {
        return out.write_str(text);
    }
    out.write_char('"')?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.write_char(c)?;
        }
        out.write_char(c)?;
    }
    out.write_char('"')
}

/// Reads a row of a composite type.
pub(super) fn read(text: &str, fields: &[Field], reading: &Reading) -> Result<Value> {
    let malformed = |detail: &str| {
        Error::new(
            ErrorKind::InvalidValue(Fault::Text),
            format!("malformed record literal: \"{text}\""),
        )
        .with_detail(detail)
    };
    let inside = text
        .trim_start_matches(is_space)
        .strip_prefix('(')
        .ok_or_else(|| malformed("Missing left parenthesis."))?;
    let mut rest = inside.chars();
    let mut values = Vec::with_capacity(fields.len());
    let mut ended = fields.is_empty() && rest.next() == Some(')');
    for field in fields {
        if ended {
            return Err(malformed("Too few columns."));
        }
        let (mut value, mut is_null, mut in_quotes) = (String::new(), true, false);
        loop {
            let c = rest
                .next()
                .ok_or_else(|| malformed("Unexpected end of input."))?;
            match c {
                ',' | ')' if !in_quotes => {
                    ended = c == ')';
                    break;
                }
                '\\' => {
                    let escaped = rest.next();
                    value.push(escaped.ok_or_else(|| malformed("Unexpected end of input."))?);
                    is_null = false;
                }
                '"' if in_quotes && rest.as_str().starts_with('"') => {
                    rest.next();
                    value.push('"');
                }
                '"' => (in_quotes, is_null) = (!in_quotes, false),
                c => {
                    value.push(c);
                    is_null = false;
                }
            }
        }
        let value = match is_null {
            true => Value::Null,
            false => Value::from_text(&value, field.type_(), reading)?,
        };
        values.push((field.type_().clone(), value));
    }
    if !ended {
        return Err(malformed("Too many columns."));
    }
    if !rest.as_str().trim_matches(is_space).is_empty() {
        return Err(malformed("Junk after right parenthesis."));
    }
    Ok(Value::Record(values.into()))
}
