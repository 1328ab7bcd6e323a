//! A JSON text that is known to be one.

use crate::error::{Error, ErrorKind, Result, Value as Fault};

/// The sorts of JSON values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::query) enum Sort {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `"…"`
    String,
    /// A number
    Number,
    /// `true` and `false`
    Boolean,
    /// `null`
    Null,
}

impl Sort {
    /// As `json_typeof` calls it.
    pub(in crate::query) const fn name(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Array => "array",
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Null => "null",
        }
    }
}

/// A value within a JSON text, without blanks around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::query) struct Document<'a>(&'a str);

impl<'a> Document<'a> {
    /// The whole of a text, which was checked when it became a value.
    pub(in crate::query) fn new(text: &'a str) -> Self {
        Self(text.trim_matches(is_space))
    }

    /// As it is spelled.
    pub(in crate::query) const fn spelled(self) -> &'a str {
        self.0
    }

    pub(in crate::query) fn sort(self) -> Sort {
        match self.0.bytes().next() {
            Some(b'{') => Sort::Object,
            Some(b'[') => Sort::Array,
            Some(b'"') => Sort::String,
            Some(b't' | b'f') => Sort::Boolean,
            Some(b'n') => Sort::Null,
            _ => Sort::Number,
        }
    }

    /// As `->>` answers it: a string without quotes and escapes, nothing for
    /// `null`, everything else as it is spelled.
    ///
    /// # Errors
    /// 22P05 for a string with a `\u0000`.
    pub(in crate::query) fn text(self) -> Result<Option<String>> {
        match self.sort() {
            Sort::Null => Ok(None),
            Sort::String => self.string().map(Some),
            _ => Ok(Some(self.0.to_owned())),
        }
    }

    fn string(self) -> Result<String> {
        let text: String = serde_json::from_str(self.0).expect("it is a JSON string");
        if text.contains('\0') {
            return Err(Error::new(
                ErrorKind::InvalidValue(Fault::Untranslatable),
                "unsupported Unicode escape sequence",
            )
            .with_detail("\\u0000 cannot be converted to text."));
        }
        Ok(text)
    }

    /// The members of an object, as they are written; a key may be there twice.
    ///
    /// # Errors
    /// 22P05 for a key with a `\u0000`.
    pub(in crate::query) fn members(self) -> Result<Vec<(String, Document<'a>)>> {
        let mut members = Vec::new();
        for part in self.parts() {
            let end = string_end(part);
            let (key, rest) = part.split_at(end);
            let value = rest.trim_start_matches(is_space).strip_prefix(':');
            let value = value.expect("a colon is behind a key");
            members.push((Document(key).string()?, Document::new(value)));
        }
        Ok(members)
    }

    /// The elements of an array.
    pub(in crate::query) fn elements(self) -> Vec<Document<'a>> {
        self.parts().into_iter().map(Document).collect()
    }

    /// The member of this key, the last one if there are two; of an array the
    /// element of this number, counted from 0, or from its end if it is negative.
    ///
    /// # Errors
    /// As [`Document::members`].
    pub(in crate::query) fn get(self, key: &str) -> Result<Option<Document<'a>>> {
        Ok(match self.sort() {
            Sort::Object => {
                let members = self.members()?.into_iter().rev();
                members
                    .into_iter()
                    .find(|(name, _)| name == key)
                    .map(|(_, value)| value)
            }
            Sort::Array => key.parse().ok().and_then(|number| self.element(number)),
            _ => None,
        })
    }

    /// The element of this number, counted from 0, or from the end of the array if
    /// it is negative.
    pub(in crate::query) fn element(self, number: i64) -> Option<Document<'a>> {
        if self.sort() != Sort::Array {
            return None;
        }
        let elements = self.elements();
        let count = i64::try_from(elements.len()).unwrap_or(i64::MAX);
        let place = if number < 0 { number + count } else { number };
        usize::try_from(place)
            .ok()
            .and_then(|place| elements.get(place).copied())
    }

    /// What is between the commas of an object or an array, without blanks.
    fn parts(self) -> Vec<&'a str> {
        let inside = match self.sort() {
            Sort::Object | Sort::Array => self.0[1..self.0.len() - 1].trim_matches(is_space),
            _ => "",
        };
        let mut parts = Vec::new();
        let (mut depth, mut start, mut at) = (0, 0, 0);
        while at < inside.len() {
            match inside.as_bytes()[at] {
                b'"' => at += string_end(&inside[at..]) - 1,
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                b',' if depth == 0 => {
                    parts.push(inside[start..at].trim_matches(is_space));
                    start = at + 1;
                }
                _ => (),
            }
            at += 1;
        }
        if !inside.is_empty() {
            parts.push(inside[start..].trim_matches(is_space));
        }
        parts
    }
}

/// Where the string ends that the text begins with.
fn string_end(text: &str) -> usize {
    let mut is_escaped = false;
    let closing = text.bytes().enumerate().skip(1).find(|(_, byte)| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    });
    closing.map_or(text.len(), |(at, _)| at + 1)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}
