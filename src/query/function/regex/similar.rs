//! The patterns of SIMILAR TO.

use crate::error::{Error, ErrorKind, Result, Value as Fault};

/// A pattern of SIMILAR TO as a regular expression: PostgreSQL's
/// `similar_to_escape`. `escape` is a character, or nothing for none. What is
/// between two escaped double quotes is the group that SUBSTRING answers.
///
/// # Errors
/// 22025 for an escape of more than one character, 2200C for a third separator.
pub(in crate::query) fn similar_to_regex(pattern: &str, escape: &str) -> Result<String> {
    let mut characters = escape.chars();
    let escape = characters.next();
    if characters.next().is_some() {
        return Err(Error::new(
            ErrorKind::InvalidValue(Fault::Escape),
            "invalid escape string",
        )
        .with_hint("Escape string must be empty or one character."));
    }
    let mut regex = String::from("^(?:");
    let (mut is_escaped, mut in_bracket, mut separators) = (false, false, 0);
    for c in pattern.chars() {
        if is_escaped {
            is_escaped = false;
            if c == '"' && !in_bracket {
                regex.push_str(match separators {
                    0 => "){1,1}?(",
                    1 => "){1,1}(?:",
                    _ => return Err(too_many_separators()),
                });
                separators += 1;
            } else {
                regex.extend(['\\', c]);
            }
            continue;
        }
        match c {
            c if Some(c) == escape => is_escaped = true,
            c if in_bracket => {
                in_bracket = c != ']';
                regex.push_str(if c == '\\' { "\\\\" } else { "" });
                if c != '\\' {
                    regex.push(c);
                }
            }
            '[' => {
                in_bracket = true;
                regex.push('[');
            }
            '%' => regex.push_str(".*"),
            '_' => regex.push('.'),
            '(' => regex.push_str("(?:"),
            '\\' | '.' | '^' | '$' => regex.extend(['\\', c]),
            c => regex.push(c),
        }
    }
    regex.push_str(")$");
    Ok(regex)
}

fn too_many_separators() -> Error {
    Error::new(
        ErrorKind::InvalidValue(Fault::EscapeUse),
        "SQL regular expression may not contain more than two escape-double-quote separators",
    )
}
