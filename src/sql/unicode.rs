//! `U&'…'` and `U&"…"` (PostgreSQL manual, 4.1.2.3).

use super::token::near;
use crate::error::{Error, ErrorKind, Result};

/// What escapes a character unless UESCAPE says otherwise.
pub(super) const ESCAPE: char = '\\';

/// The character that UESCAPE names.
///
/// # Errors
/// 42601 for what is none, or would be taken for something else.
pub(super) fn escape(named: &str) -> Result<char> {
    let mut characters = named.chars();
    match (characters.next(), characters.next()) {
        (Some(escape), None)
            if !escape.is_ascii_hexdigit()
                && !escape.is_ascii_whitespace()
                && !matches!(escape, '+' | '\'' | '"') =>
        {
            Ok(escape)
        }
        _ => Err(near(
            "invalid Unicode escape character",
            &format!("'{named}'"),
        )),
    }
}

/// The text with its escapes resolved: four hexadecimal digits behind the character, or
/// six behind it and a plus, or the character twice. `written` is what the message
/// shows.
///
/// # Errors
/// 42601 for an escape that names no character.
pub(super) fn unescaped(text: &str, escape: char, written: &str) -> Result<String> {
    let refused = || near("invalid Unicode escape", written);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // The first half of a pair that is one character.
    let mut high = None;
    while let Some(first) = rest.chars().next() {
        rest = &rest[first.len_utf8()..];
        if first != escape || rest.starts_with(escape) {
            if high.is_some() {
                return Err(refused());
            }
            rest = match first == escape {
                true => &rest[escape.len_utf8()..],
                false => rest,
            };
            out.push(first);
            continue;
        }
        let (digits, length) = match rest.strip_prefix('+') {
            Some(digits) => (digits, 6),
            None => (rest, 4),
        };
        let digits = digits.get(..length).ok_or_else(refused)?;
        let is_hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let code = u32::from_str_radix(digits, 16).ok();
        let code = code.filter(|_| is_hexadecimal).ok_or_else(refused)?;
        rest = &rest[rest.len().min(length + usize::from(length == 6))..];
        match (high.take(), code) {
            (None, 0xd800..0xdc00) => high = Some(code),
            (Some(high), 0xdc00..0xe000) => {
                let code = 0x1_0000 + ((high - 0xd800) << 10) + (code - 0xdc00);
                out.push(char::from_u32(code).ok_or_else(refused)?);
            }
            (Some(_), _) => return Err(refused()),
            (None, 0) => {
                return Err(Error::new(
                    ErrorKind::Syntax,
                    "invalid Unicode escape value",
                ));
            }
            (None, _) => out.push(char::from_u32(code).ok_or_else(refused)?),
        }
    }
    match high {
        None => Ok(out),
        Some(_) => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_name_characters() {
        for (text, escape, expected) in [
            ("d\\0061t\\+000061", ESCAPE, Some("data")),
            ("\\d83d\\de00\\\\", ESCAPE, Some("😀\\")),
            ("!0441\\", '!', Some("с\\")),
            ("\\00", ESCAPE, None),
            ("\\+0061", ESCAPE, None),
            ("\\d83dx", ESCAPE, None),
            ("\\d83d", ESCAPE, None),
            ("\\0000", ESCAPE, None),
        ] {
            assert_eq!(
                unescaped(text, escape, text).ok().as_deref(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn not_every_character_escapes() {
        assert_eq!(escape("!").ok(), Some('!'));
        for named in ["", "ab", "+", "'", "a", " "] {
            assert!(escape(named).is_err(), "{named:?}");
        }
    }
}
