//! Names in texts.

use crate::error::{Error, ErrorKind, Result};

/// The parts of a qualified name, folded: `Public."Orders"` is `public` and
/// `Orders`.
///
/// # Errors
/// 42601 for what is no name.
pub(super) fn identifiers(text: &str) -> Result<Vec<String>> {
    let invalid = || no_name("invalid name syntax".to_owned());
    let mut parts = Vec::new();
    let mut rest = text.trim();
    loop {
        let (part, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_part(quoted).ok_or_else(invalid)?,
            None => {
                let end = rest
                    .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
                    .unwrap_or(rest.len());
                (rest[..end].to_lowercase(), &rest[end..])
            }
        };
        if part.is_empty()
            || part.starts_with(|first: char| first.is_ascii_digit())
                && rest.starts_with(|c: char| c != '"')
        {
            return Err(invalid());
        }
        parts.push(part);
        let after = after.trim_start();
        match after.strip_prefix('.') {
            Some(next) => rest = next.trim_start(),
            None if after.is_empty() => return Ok(parts),
            None => return Err(invalid()),
        }
    }
}

/// What is quoted, and what comes behind the closing quote.
fn quoted_part(text: &str) -> Option<(String, &str)> {
    let mut part = String::new();
    let mut rest = text;
    loop {
        let (before, after) = rest.split_once('"')?;
        part.push_str(before);
        match after.strip_prefix('"') {
            Some(more) => {
                part.push('"');
                rest = more;
            }
            None => return Some((part, after)),
        }
    }
}

/// The error for a text that is no name.
pub(super) fn no_name(message: String) -> Error {
    Error::new(ErrorKind::Syntax, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folded_unless_they_are_quoted() {
        for (text, parts) in [
            ("orders", Some(vec!["orders"])),
            (" Public . Orders ", Some(vec!["public", "orders"])),
            ("\"Public\".\"a\"\"b\"", Some(vec!["Public", "a\"b"])),
            ("\"1\"", Some(vec!["1"])),
            ("", None),
            ("1a", None),
            ("a b", None),
            ("\"a", None),
            ("a.", None),
        ] {
            let read = identifiers(text).ok();
            let expected = parts.map(|parts| parts.into_iter().map(ToOwned::to_owned).collect());
            assert_eq!(read, expected, "{text}");
        }
    }
}
