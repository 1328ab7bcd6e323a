//! JSON that is changed.

use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::query::function::json::{Document, Sort, quoted};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Type, Value};

pub(in crate::query::function::library) static EDIT: &[Function] = &[
    Function::row(
        "json_strip_nulls",
        &[Type::JSON],
        Type::JSON,
        |_, values| {
            let mut out = String::new();
            strip(Document::new(values.text(0)), &mut out)?;
            Ok(Value::text(out))
        },
    ),
    Function::row("jsonb_strip_nulls", &[JSONB], JSONB, |call, values| {
        let mut out = String::new();
        strip(Document::new(values.text(0)), &mut out)?;
        binary(call, &out)
    }),
    Function::row(
        "jsonb_set",
        &[JSONB, TEXTS, JSONB],
        JSONB,
        |call, values| set(call, values, Edit::Set { creates: true }),
    ),
    Function::row(
        "jsonb_set",
        &[JSONB, TEXTS, JSONB, Type::BOOL],
        JSONB,
        |call, values| {
            let creates = values.bool(3);
            set(call, values, Edit::Set { creates })
        },
    )
    .named(
        &["jsonb_in", "path", "replacement", "create_if_missing"],
        &["true"],
    ),
    Function::row(
        "jsonb_insert",
        &[JSONB, TEXTS, JSONB],
        JSONB,
        |call, values| set(call, values, Edit::Insert { is_after: false }),
    ),
    Function::row(
        "jsonb_insert",
        &[JSONB, TEXTS, JSONB, Type::BOOL],
        JSONB,
        |call, values| {
            let is_after = values.bool(3);
            set(call, values, Edit::Insert { is_after })
        },
    )
    .named(
        &["jsonb_in", "path", "replacement", "insert_after"],
        &["false"],
    ),
    Function::row("jsonb_pretty", &[JSONB], Type::TEXT, |_, values| {
        let mut out = String::new();
        pretty(Document::new(values.text(0)), 0, &mut out)?;
        Ok(Value::text(out))
    }),
];

const JSONB: Type = Type::JSONB;
const TEXTS: Type = Type::TEXT_ARRAY;

/// A JSON text as a `jsonb`.
fn binary(call: &Call<'_>, json: &str) -> Result<Value> {
    Value::from_text(json, &JSONB, &call.reading())
}

/// Writes members or elements, between their signs.
fn write_parts(open: char, close: char, parts: &[String], out: &mut String) {
    out.push(open);
    out.push_str(&parts.join(","));
    out.push(close);
}

/// Writes the value without the members that are `null`, anywhere within it.
fn strip(document: Document<'_>, out: &mut String) -> Result<()> {
    let stripped = |document| {
        let mut out = String::new();
        strip(document, &mut out).map(|()| out)
    };
    match document.sort() {
        Sort::Object => {
            let mut parts = Vec::new();
            for (key, value) in document.members()? {
                if value.sort() != Sort::Null {
                    parts.push(format!("{}:{}", quoted(&key), stripped(value)?));
                }
            }
            write_parts('{', '}', &parts, out);
        }
        Sort::Array => {
            let elements = document.elements().into_iter();
            let parts: Vec<String> = elements.map(stripped).collect::<Result<_>>()?;
            write_parts('[', ']', &parts, out);
        }
        _ => out.push_str(document.spelled()),
    }
    Ok(())
}

fn pretty(document: Document<'_>, depth: usize, out: &mut String) -> Result<()> {
    let line = |depth: usize, out: &mut String| {
        out.push('\n');
        out.extend(std::iter::repeat_n("    ", depth));
    };
    match document.sort() {
        Sort::Object => {
            out.push('{');
            for (index, (key, value)) in document.members()?.into_iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                line(depth + 1, out);
                out.push_str(&quoted(&key));
                out.push_str(": ");
                pretty(value, depth + 1, out)?;
            }
            line(depth, out);
            out.push('}');
        }
        Sort::Array => {
            out.push('[');
            for (index, value) in document.elements().into_iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                line(depth + 1, out);
                pretty(value, depth + 1, out)?;
            }
            line(depth, out);
            out.push(']');
        }
        _ => out.push_str(document.spelled()),
    }
    Ok(())
}

/// What happens at the end of a path.
#[derive(Clone, Copy)]
enum Edit {
    /// The value is put there, also where nothing is if it `creates`.
    Set { creates: bool },
    /// The value is put before the element, or after it; nothing is replaced.
    Insert { is_after: bool },
}

fn refused(message: &str) -> Error {
    Error::new(ErrorKind::InvalidValue(Fault::Parameter), message)
}

fn set(call: &Call<'_>, values: &[Value], edit: Edit) -> Result<Value> {
    let (document, path) = (Document::new(values.text(0)), values.array(1));
    if path.dimensions.len() > 1 {
        return Err(Error::new(
            ErrorKind::InvalidValue(Fault::Subscript),
            "wrong number of array subscripts",
        ));
    }
    if !matches!(document.sort(), Sort::Object | Sort::Array) {
        return Err(refused("cannot set path in scalar"));
    }
    let is_empty = matches!(document.spelled(), "{}" | "[]");
    let creates = !matches!(edit, Edit::Set { creates: false });
    if path.values.is_empty() || is_empty && !creates {
        return Ok(values[0].clone());
    }
    let edit = PathEdit {
        path: &path.values,
        new: values.text(2),
        edit,
    };
    let mut out = String::new();
    edit.write(document, 0, &mut out)?;
    binary(call, &out)
}

struct PathEdit<'a> {
    path: &'a [Value],
    new: &'a str,
    edit: Edit,
}

impl PathEdit<'_> {
    /// Writes a value that so many parts of the path lead to.
    fn write(&self, document: Document<'_>, level: usize, out: &mut String) -> Result<()> {
        let sort = document.sort();
        if !matches!(sort, Sort::Object | Sort::Array) || level == self.path.len() {
            out.push_str(document.spelled());
            return Ok(());
        }
        if self.path.is_null(level) {
            return Err(Error::new(
                ErrorKind::InvalidValue(Fault::Null),
                format!("path element at position {} is null", level + 1),
            ));
        }
        match sort {
            Sort::Object => self.write_object(document, level, out),
            _ => self.write_array(document, level, out),
        }
    }

    fn inner(&self, document: Document<'_>, level: usize) -> Result<String> {
        let mut out = String::new();
        self.write(document, level + 1, &mut out)?;
        Ok(out)
    }

    fn write_object(&self, document: Document<'_>, level: usize, out: &mut String) -> Result<()> {
        let wanted = self.path.text(level);
        let is_last = level + 1 == self.path.len();
        let mut parts = Vec::new();
        let mut is_there = false;
        for (key, value) in document.members()? {
            let is_it = key == wanted;
            is_there |= is_it;
            let value = match (is_it, is_last, self.edit) {
                (true, true, Edit::Insert { .. }) => {
                    return Err(refused("cannot replace existing key")
                        .with_hint("Try using the function jsonb_set to replace key value."));
                }
                (true, true, Edit::Set { .. }) => self.new.to_owned(),
                (true, false, _) => self.inner(value, level)?,
                (false, ..) => value.spelled().to_owned(),
            };
            parts.push(format!("{}:{value}", quoted(&key)));
        }
        let creates = !matches!(self.edit, Edit::Set { creates: false });
        if !is_there && is_last && creates {
            parts.push(format!("{}:{}", quoted(wanted), self.new));
        }
        write_parts('{', '}', &parts, out);
        Ok(())
    }

    fn write_array(&self, document: Document<'_>, level: usize, out: &mut String) -> Result<()> {
        let number: i64 = self
            .path
            .text(level)
            .parse::<i32>()
            .map(i64::from)
            .map_err(|_| {
                Error::new(
                    ErrorKind::InvalidValue(Fault::Text),
                    format!(
                        "path element at position {} is not an integer: \"{}\"",
                        level + 1,
                        self.path.text(level)
                    ),
                )
            })?;
        let elements = document.elements();
        let count = i64::try_from(elements.len()).unwrap_or(i64::MAX);
        // What is before the first comes to the beginning, what is behind the last
        // to the end.
        let place = if number < 0 { number + count } else { number };
        let is_last = level + 1 == self.path.len();
        let creates = !matches!(self.edit, Edit::Set { creates: false });
        let mut parts = Vec::new();
        if is_last && place < 0 && creates {
            parts.push(self.new.to_owned());
        }
        for (at, element) in (0..).zip(elements) {
            let spelled = element.spelled().to_owned();
            match (at == place, is_last, self.edit) {
                (true, true, Edit::Set { .. }) => parts.push(self.new.to_owned()),
                (true, true, Edit::Insert { is_after: true }) => {
                    parts.extend([spelled, self.new.to_owned()]);
                }
                (true, true, Edit::Insert { is_after: false }) => {
                    parts.extend([self.new.to_owned(), spelled]);
                }
                (true, false, _) => parts.push(self.inner(element, level)?),
                (false, ..) => parts.push(spelled),
            }
        }
        if is_last && place >= count && creates {
            parts.push(self.new.to_owned());
        }
        write_parts('[', ']', &parts, out);
        Ok(())
    }
}
