//! Arrays as PostgreSQL writes them: `{1,2}`, `{{a,b},{"c d",NULL}}`.
//!
//! PostgreSQL manual, section 8.15.2, "Array Value Input".

use super::refusal;
use crate::error::Result;
use crate::schema::DataType;

/// Whether the text is an array in braces; else it is one of JSON.
pub(super) fn is_in_braces(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

/// The elements of an array in braces; nothing for one that is NULL. An
/// element that is an array itself is what stands in its braces, and those.
///
/// # Errors
/// 22P02 for a text that is no such array.
pub(super) fn elements(text: &str, data_type: &DataType) -> Result<Vec<Option<String>>> {
    let split = Elements {
        rest: text.trim(),
        found: Vec::new(),
    };
    split
        .all()
        .map_err(|detail| refusal::syntax(data_type, text).with_detail(detail))
}

/// The elements that were found, and what is not read yet.
struct Elements<'a> {
    rest: &'a str,
    found: Vec<Option<String>>,
}

impl Elements<'_> {
    fn all(mut self) -> Result<Vec<Option<String>>, &'static str> {
        self.accept('{');
        if !self.accept('}') {
            loop {
                let element = self.element()?;
                self.found.push(element);
                if self.accept('}') {
                    break;
                }
                if !self.accept(',') {
                    return Err("An element is followed by a comma or a closing brace.");
                }
            }
        }
        match self.rest.is_empty() {
            true => Ok(self.found),
            false => Err("There is something after the closing brace."),
        }
    }

    /// Takes the character and the blanks around it, if it is next.
    fn accept(&mut self, wanted: char) -> bool {
        match self.rest.trim_start().strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn element(&mut self) -> Result<Option<String>, &'static str> {
        if self.rest.starts_with('{') {
            return self.nested().map(Some);
        }
        let is_quoted = self.rest.starts_with('"');
        let mut chars = self.rest.char_indices().skip(usize::from(is_quoted));
        let mut text = String::new();
        // What a backslash makes part of the text is no blank at its end.
        let mut kept = 0;
        let end = loop {
            match chars.next() {
                None => return Err("The array ends in the middle of an element."),
                Some((_, '\\')) => {
                    let escaped = chars.next();
                    let (_, escaped) =
                        escaped.ok_or("The array ends in the middle of an element.")?;
                    text.push(escaped);
                    kept = text.len();
                }
                Some((at, '"')) if is_quoted => break at + 1,
                Some((at, ',' | '}')) if !is_quoted => break at,
                Some((_, '"' | '{')) if !is_quoted => {
                    return Err(
                        "Quotes and braces within an element are written with a backslash.",
                    );
                }
                Some((_, next)) => text.push(next),
            }
        };
        self.rest = &self.rest[end..];
        if is_quoted {
            return Ok(Some(text));
        }
        text.truncate(kept.max(text.trim_end().len()));
        match text.as_str() {
            "" => Err("An element without characters is written in quotes."),
            null if kept == 0 && null.eq_ignore_ascii_case("null") => Ok(None),
            _ => Ok(Some(text)),
        }
    }

    /// An element in braces.
    fn nested(&mut self) -> Result<String, &'static str> {
        let (mut depth, mut is_quoted, mut is_escaped) = (0_usize, false, false);
        for (at, next) in self.rest.char_indices() {
            match next {
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                '"' => is_quoted = !is_quoted,
                '{' if !is_quoted => depth += 1,
                '}' if !is_quoted => {
                    depth -= 1;
                    if depth == 0 {
                        let (element, rest) = self.rest.split_at(at + 1);
                        self.rest = rest;
                        return Ok(element.to_owned());
                    }
                }
                _ => {}
            }
        }
        Err("A brace is not closed.")
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::{DataType, Literal};

    fn default(data_type: &str, text: &str) -> Result<String, String> {
        let data_type: DataType = data_type.parse().expect(data_type);
        let read = Literal::String(text.to_owned()).coerce(&data_type);
        let read = read.map_err(|error| format!("{} {error}", error.sqlstate()))?;
        Ok(read.expect("a value").text().to_owned())
    }

    #[test]
    fn arrays_in_braces_are_those_of_json() {
        for (data_type, braces, json) in [
            ("integer[]", "{}", "[]"),
            ("integer[]", " { 1 , 02,NULL } ", "[1,2,null]"),
            (
                "text[]",
                r#"{a b ,"", " c ",null,"null"}"#,
                r#"["a b",""," c ",null,"null"]"#,
            ),
            (
                "text[]",
                r#"{a\,b,"c\"d",e\ , \null}"#,
                r#"["a,b","c\"d","e ","null"]"#,
            ),
            ("numeric(4,1)[]", "{1.5,2}", r#"["1.5","2.0"]"#),
            ("integer[][]", "{{1,2},{},{3}}", "[[1,2],[],[3]]"),
            ("text[][]", r#"{{"}","{"},{a}}"#, r#"[["}","{"],["a"]]"#),
            ("boolean[]", "{t,no}", "[true,false]"),
            ("date[]", "{2024-02-29}", r#"["2024-02-29"]"#),
            ("struct<a integer>[]", r#"{"{\"a\": 1}"}"#, r#"[{"a":1}]"#),
        ] {
            assert_eq!(default(data_type, braces).as_deref(), Ok(json), "{braces}");
            assert_eq!(default(data_type, json).as_deref(), Ok(json), "{json}");
        }
    }

    #[test]
    fn what_is_no_array_is_refused() {
        for text in [
            "{", "{1", "{1,", "{1,}", "{,1}", "{1}}", "{1} 2", "{{1}", "{a}", "{1 2}", "{\"1}",
            "{1\\", "{1\"2\"}", "{1,{2}}",
        ] {
            let refused = default("integer[]", text);
            let refused = refused.expect_err(text);
            assert!(
                refused.starts_with("22P02 invalid input syntax for type"),
                "{text}: {refused}"
            );
        }
        assert!(
            default("array<integer not null>", "{1,NULL}")
                .expect_err("null")
                .starts_with("22004")
        );
    }
}
