//! Rows as PostgreSQL's COPY writes them, in the files beside.

use std::borrow::Cow;

use crate::error::Result;
use crate::relation::{Column, Reading, Row, Style, Timestamp, Value};

/// The fields of a line; nothing for NULL (PostgreSQL manual, COPY, "Text
/// Format").
pub(super) fn fields(line: &str) -> impl Iterator<Item = Option<Cow<'_, str>>> {
    line.split('\t').map(|field| match field {
        "\\N" => None,
        field => Some(unescaped(field)),
    })
}

fn unescaped(field: &str) -> Cow<'_, str> {
    if !field.contains('\\') {
        return field.into();
    }
    let mut text = String::with_capacity(field.len());
    let mut letters = field.chars();
    while let Some(letter) = letters.next() {
        text.push(match letter {
            '\\' => match letters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('v') => '\u{b}',
                other => other.unwrap_or('\\'),
            },
            letter => letter,
        });
    }
    text.into()
}

/// The rows of a whole file.
///
/// # Errors
/// What is no value of its column.
pub(super) fn rows(file: &str, columns: &[Column]) -> Result<Vec<Row>> {
    let reading = Reading {
        style: Style::default(),
        now: Timestamp::INFINITY,
    };
    let row = |line| {
        let value = |(field, column): (Option<Cow<'_, str>>, &Column)| match field {
            None => Ok(Value::Null),
            Some(text) => Value::from_text(&text, &column.column_type, &reading),
        };
        fields(line).zip(columns).map(value).collect()
    };
    file.lines().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_copy_writes_them() {
        let read: Vec<_> = fields("a\t\\N\t\tx\\ty\\\\z\\nw").collect();
        let text = |text: &'static str| Some(Cow::Borrowed(text));
        assert_eq!(read, [text("a"), None, text(""), text("x\ty\\z\nw")]);
    }
}
