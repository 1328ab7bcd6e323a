//! `json`, which is kept as it was written, and `jsonb`, which has one spelling
//! (PostgreSQL manual, 8.14).

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::de::IgnoredAny;

use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::relation::{Numeric, Type, refusal};

/// Makes sure that the text is JSON.
pub(in crate::relation) fn check(text: &str) -> Result<()> {
    serde_json::from_str::<IgnoredAny>(text)
        .map(|_| ())
        .map_err(|error| {
            refusal::syntax_of(&Type::JSON).with_detail(format!("The JSON reader says: {error}."))
        })
}

/// The one spelling of a `jsonb`: keys by length and then by their bytes, the
/// last of equal ones, a blank after `:` and `,`, numbers as `numeric`.
pub(in crate::relation) fn normal(text: &str) -> Result<String> {
    check(text)?;
    let mut reader = Reader { rest: text };
    let mut out = String::with_capacity(text.len());
    reader.value(&mut out)?;
    Ok(out)
}

/// What is left of a text that is known to be JSON, and not too deep.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn first(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_start();
        self.rest.bytes().next()
    }

    /// Takes this sign if it comes next.
    fn take(&mut self, sign: u8) -> bool {
        let is_there = self.first() == Some(sign);
        if is_there {
            self.rest = &self.rest[1..];
        }
        is_there
    }

    fn value(&mut self, out: &mut String) -> Result<()> {
        match self.first() {
            Some(b'{') => self.object(out),
            Some(b'[') => self.array(out),
            Some(b'"') => {
                write_string(&self.string()?, out);
                Ok(())
            }
            _ => {
                let end = self
                    .rest
                    .find(|c: char| matches!(c, ',' | ']' | '}') || c.is_whitespace());
                let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
                self.rest = rest;
                match word {
                    "true" | "false" | "null" => out.push_str(word),
                    number => {
                        let number: Numeric = number.parse()?;
                        write!(out, "{number}").expect("a string takes what is written");
                    }
                }
                Ok(())
            }
        }
    }

    fn object(&mut self, out: &mut String) -> Result<()> {
        self.take(b'{');
        let mut members = BTreeMap::new();
        while !self.take(b'}') {
            self.first();
            let key = self.string()?;
            self.take(b':');
            let mut value = String::new();
            self.value(&mut value)?;
            members.insert((key.len(), key), value);
            self.take(b',');
        }
        out.push('{');
        for (index, ((_, key), value)) in members.iter().enumerate() {
            out.push_str(if index > 0 { ", " } else { "" });
            write_string(key, out);
            out.push_str(": ");
            out.push_str(value);
        }
        out.push('}');
        Ok(())
    }

    fn array(&mut self, out: &mut String) -> Result<()> {
        self.take(b'[');
        out.push('[');
        let mut is_first = true;
        while !self.take(b']') {
            out.push_str(if is_first { "" } else { ", " });
            is_first = false;
            self.value(out)?;
            self.take(b',');
        }
        out.push(']');
        Ok(())
    }

    /// A string without its quotes and escapes.
    fn string(&mut self) -> Result<String> {
        let mut is_escaped = false;
        let end = self.rest[1..].find(|c| {
            let is_end = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            is_end
        });
        let (spelled, rest) = self.rest.split_at(end.unwrap_or(0) + 2);
        self.rest = rest;
        // What was checked before is the grammar, which knows nothing of surrogates.
        let text: String = serde_json::from_str(spelled).map_err(|error| {
            Error::new(
                ErrorKind::InvalidValue(Fault::Text),
                "invalid input syntax for type json",
            )
            .with_detail("Unicode low surrogate must follow a high surrogate.")
            .with_source(error)
        })?;
        if text.contains('\0') {
            return Err(Error::new(
                ErrorKind::InvalidValue(Fault::Untranslatable),
                "unsupported Unicode escape sequence",
            )
            .with_detail("\\u0000 cannot be converted to text."));
        }
        Ok(text)
    }
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..' ' => {
                write!(out, "\\u{:04x}", u32::from(c)).expect("a string takes what is written")
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
