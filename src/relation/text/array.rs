//! Arrays (PostgreSQL manual, 8.15.2 and 8.15.6).

use std::fmt::{self, Write};
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Limit, Result, Value as Fault};
use crate::relation::numeric::is_space;
use crate::relation::value::MAX_DIMENSIONS;
use crate::relation::{Array, Dimension, Reading, Style, Type, Value};

/// `{1,NULL,"a b"}`; with `[2:4]=` before it when an index does not begin at 1.
pub(super) fn write(array: &Array, out: &mut impl Write, style: &Style) -> fmt::Result {
    let dimensions = &array.dimensions;
    if array.values.is_empty() {
        return out.write_str("{}");
    }
    if dimensions.iter().any(|dimension| dimension.lower != 1) {
        for Dimension { length, lower } in dimensions {
            write!(out, "[{lower}:{}]", lower.wrapping_add(length - 1))?;
        }
        out.write_char('=')?;
    }
    let mut text = String::new();
    write_dimension(dimensions, &array.values, out, style, &mut text)
}

fn write_dimension(
    dimensions: &[Dimension],
    values: &[Value],
    out: &mut impl Write,
    style: &Style,
    text: &mut String,
) -> fmt::Result {
    out.write_char('{')?;
    let inner = dimensions.get(1..).unwrap_or_default();
    let part = inner
        .iter()
        .map(|dimension| dimension.length as usize)
        .product::<usize>()
        .max(1);
    for (index, values) in values.chunks(part).enumerate() {
        if index > 0 {
            out.write_char(',')?;
        }
        match values {
            _ if !inner.is_empty() => write_dimension(inner, values, out, style, text)?,
            [Value::Null] => out.write_str("NULL")?,
            values => {
                text.clear();
                values
                    .iter()
                    .try_for_each(|value| value.write_text(text, style))?;
                write_element(text, out)?;
            }
        }
    }
    out.write_char('}')
}

fn write_element(text: &str, out: &mut impl Write) -> fmt::Result {
    let is_special = |c| matches!(c, '"' | '\\' | '{' | '}' | ',') || is_space(c);
    if !text.is_empty() && !text.eq_ignore_ascii_case("null") && !text.contains(is_special) {
        return out.write_str(text);
    }
    out.write_char('"')?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.write_char('\\')?;
        }
        out.write_char(c)?;
    }
    out.write_char('"')
}

/// `1 2 3`
pub(super) fn write_vector(array: &Array, out: &mut impl Write, style: &Style) -> fmt::Result {
    for (index, value) in array.values.iter().enumerate() {
        if index > 0 {
            out.write_char(' ')?;
        }
        value.write_text(out, style)?;
    }
    Ok(())
}

/// Reads an `int2vector` or `oidvector`.
pub(super) fn read_vector(text: &str, element: &Type, reading: &Reading) -> Result<Value> {
    let words = text.split(is_space).filter(|word| !word.is_empty());
    let values: Result<_> = words
        .map(|word| Value::from_text(word, element, reading))
        .collect();
    Ok(Value::Vector(Arc::new(Array::vector(
        element.clone(),
        values?,
    ))))
}

/// Reads an array.
pub(super) fn read(text: &str, element: &Type, reading: &Reading) -> Result<Value> {
    let mut reader = Reader {
        text,
        rest: text.trim_start_matches(is_space),
        element,
        reading,
        lengths: Vec::new(),
        values: Vec::new(),
    };
    let bounds = reader.bounds()?;
    let depth = reader
        .rest
        .chars()
        .filter(|c| !is_space(*c))
        .take_while(|c| *c == '{')
        .count();
    match depth {
        0 if bounds.is_empty() => {
            return Err(
                reader.malformed("Array value must start with \"{\" or dimension information.")
            );
        }
        0 => return Err(reader.malformed("Array contents must start with \"{\".")),
        _ if depth > MAX_DIMENSIONS => return Err(too_many_dimensions(depth)),
        _ => (),
    }
    reader.lengths = vec![None; depth];
    reader.dimension(0)?;
    if !reader.rest.trim_matches(is_space).is_empty() {
        return Err(reader.malformed("Junk after closing right brace."));
    }
    let lengths: Vec<i32> = reader
        .lengths
        .iter()
        .map(|length| length.unwrap_or(0))
        .collect();
    if !bounds.is_empty() {
        if bounds.len() != depth {
            return Err(reader.malformed("Specified array dimensions do not match array contents."));
        }
        let differs = |(bound, length): (&Dimension, &i32)| bound.length != *length;
        if bounds.iter().zip(&lengths).any(differs) {
            return Err(reader.malformed("Specified array dimensions do not match array contents."));
        }
    }
    let dimension = |(index, length): (usize, &i32)| Dimension {
        length: *length,
        lower: bounds.get(index).map_or(1, |bound| bound.lower),
    };
    let dimensions = match reader.values.len() {
        0 => Vec::new(),
        _ => lengths.iter().enumerate().map(dimension).collect(),
    };
    Ok(Value::Array(Arc::new(Array {
        element: element.clone(),
        dimensions,
        values: reader.values,
    })))
}

/// The text has more dimensions than arrays have.
pub(in crate::relation) fn too_many_dimensions(dimensions: usize) -> Error {
    Error::new(
        ErrorKind::LimitExceeded(Limit::Program),
        format!(
            "number of array dimensions ({dimensions}) exceeds the maximum allowed ({MAX_DIMENSIONS})"
        ),
    )
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
    element: &'a Type,
    reading: &'a Reading,
    /// Of each dimension, once the first array of it has been read.
    lengths: Vec<Option<i32>>,
    values: Vec<Value>,
}

impl Reader<'_> {
    fn malformed(&self, detail: &str) -> Error {
        Error::new(
            ErrorKind::InvalidValue(Fault::Text),
            format!("malformed array literal: \"{}\"", self.text),
        )
        .with_detail(detail)
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches(is_space);
    }

    fn take(&mut self, c: char) -> bool {
        let after = self.rest.strip_prefix(c);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// `[2:4][3]=`
    fn bounds(&mut self) -> Result<Vec<Dimension>> {
        let mut bounds = Vec::new();
        while self.take('[') {
            let (inside, after) = self
                .rest
                .split_once(']')
                .ok_or_else(|| self.malformed("Missing \"]\" after array dimensions."))?;
            let (lower, upper) = inside.split_once(':').unwrap_or(("1", inside));
            let number = |text: &str| {
                text.trim_matches(is_space).parse::<i32>().map_err(|_| {
                    self.malformed("\"[\" must introduce explicitly-specified array dimensions.")
                })
            };
            let (lower, upper) = (number(lower)?, number(upper)?);
            if upper < lower {
                return Err(Error::new(
                    ErrorKind::InvalidValue(Fault::Subscript),
                    "upper bound cannot be less than lower bound",
                ));
            }
            let length = upper
                .checked_sub(lower)
                .and_then(|length| length.checked_add(1));
            let length = length.ok_or_else(too_many_elements)?;
            bounds.push(Dimension { length, lower });
            if bounds.len() > MAX_DIMENSIONS {
                return Err(too_many_dimensions(bounds.len()));
            }
            self.rest = after;
            self.skip_space();
        }
        if !bounds.is_empty() && !self.take('=') {
            return Err(self.malformed("Missing \"=\" after array dimensions."));
        }
        self.skip_space();
        Ok(bounds)
    }

    /// Reads one array of a dimension, from its brace to its brace.
    fn dimension(&mut self, depth: usize) -> Result<()> {
        self.take('{');
        let is_innermost = depth + 1 == self.lengths.len();
        let mut count = 0;
        self.skip_space();
        if self.take('}') {
            if self.lengths.len() > 1 {
                return Err(self.malformed("Unexpected \"}\" character."));
            }
        } else {
            loop {
                self.skip_space();
                match (self.rest.chars().next(), is_innermost) {
                    (Some('{'), false) => self.dimension(depth + 1)?,
                    (Some('{'), true) => return Err(self.malformed("Unexpected \"{\" character.")),
                    (None, _) => return Err(self.malformed("Unexpected end of input.")),
                    (Some(_), false) => return Err(self.malformed("Unexpected array element.")),
                    (Some(_), true) => self.element()?,
                }
                count += 1;
                self.skip_space();
                if self.take('}') {
                    break;
                }
                if !self.take(',') {
                    return Err(match self.rest.chars().next() {
                        None => self.malformed("Unexpected end of input."),
                        Some(_) => self.malformed("Unexpected array element."),
                    });
                }
            }
        }
        match self.lengths[depth].replace(count) {
            Some(before) if before != count => Err(self.malformed(
                "Multidimensional arrays must have sub-arrays with matching dimensions.",
            )),
            _ => Ok(()),
        }
    }

    fn element(&mut self) -> Result<()> {
        let mut text = String::new();
        // How much of it is not blanks at its end that count only in quotes.
        let mut solid = 0;
        let (mut is_literal, mut quotes) = (false, 0);
        let mut chars = self.rest.char_indices();
        let end = loop {
            let Some((index, c)) = chars.next() else {
                return Err(self.malformed("Unexpected end of input."));
            };
            let in_quotes = quotes == 1;
            match c {
                '"' if in_quotes || quotes == 0 && solid == 0 && !is_literal => {
                    (quotes, is_literal, solid) = (quotes + 1, true, text.len());
                }
                ',' | '}' if !in_quotes => break index,
                '{' if !in_quotes => return Err(self.malformed("Unexpected \"{\" character.")),
                c if quotes == 2 && is_space(c) => (),
                _ if quotes == 2 => return Err(self.malformed("Unexpected array element.")),
                '"' => return Err(self.malformed("Unexpected array element.")),
                '\\' => {
                    let Some((_, escaped)) = chars.next() else {
                        return Err(self.malformed("Unexpected end of input."));
                    };
                    text.push(escaped);
                    (solid, is_literal) = (text.len(), true);
                }
                c => {
                    text.push(c);
                    if in_quotes || !is_space(c) {
                        solid = text.len();
                    }
                }
            }
        };
        text.truncate(solid);
        self.rest = &self.rest[end..];
        if text.is_empty() && !is_literal {
            let found = if self.rest.starts_with('}') { '}' } else { ',' };
            return Err(self.malformed(&format!("Unexpected \"{found}\" character.")));
        }
        let value = if !is_literal && text.eq_ignore_ascii_case("null") {
            Value::Null
        } else {
            Value::from_text(&text, self.element, self.reading)?
        };
        self.values.push(value);
        Ok(())
    }
}

/// The array has more elements than fit into memory.
pub(in crate::relation) fn too_many_elements() -> Error {
    Error::new(
        ErrorKind::LimitExceeded(Limit::Program),
        "array size exceeds the maximum allowed (134217727)",
    )
}
