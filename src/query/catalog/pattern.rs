//! What a pattern says of all texts that it fits: they are one text, or they begin
//! in one way. A filter that is a pattern can be pushed down so.

use crate::relation::{Test, Value};

/// What a regular expression says, if it is bound to the beginning: `^(orders)$` is
/// one text, `^(ord.*)$` a beginning. This is how psql asks for names.
pub(in crate::query) fn of_regex(pattern: &str) -> Option<Test> {
    let rest = pattern.strip_prefix('^')?;
    let (rest, end) = match rest.strip_prefix('(') {
        Some(group) => (group, ")$"),
        None => (rest, "$"),
    };
    if rest.contains('|') {
        return None;
    }
    let mut text = String::new();
    let mut letters = rest.chars();
    loop {
        let behind = letters.as_str();
        match letters.next() {
            None => return begins(text),
            Some('\\') => match letters.next() {
                // Before a letter or digit it is a class or a reference.
                Some(sign) if !sign.is_alphanumeric() => text.push(sign),
                _ => return begins(text),
            },
            Some('*' | '+' | '?' | '{') => {
                // The last letter is repeated, or not there at all.
                text.pop();
                return begins(text);
            }
            Some('.' | '[' | '(' | '^') => return begins(text),
            Some('$' | ')') if behind == end => return Some(Test::In(vec![Value::text(text)])),
            Some('$' | ')') => return begins(text),
            Some(letter) => text.push(letter),
        }
    }
}

/// What a pattern of LIKE says; nothing escapes without an escape character.
pub(in crate::query) fn of_like(pattern: &str, escape: Option<char>) -> Option<Test> {
    let mut text = String::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            letter if Some(letter) == escape => text.push(letters.next()?),
            '%' | '_' => return begins(text),
            letter => text.push(letter),
        }
    }
    Some(Test::In(vec![Value::text(text)]))
}

fn begins(text: String) -> Option<Test> {
    (!text.is_empty()).then_some(Test::Prefix(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Option<Test> {
        Some(Test::In(vec![Value::text(text)]))
    }

    fn prefix(text: &str) -> Option<Test> {
        Some(Test::Prefix(text.to_owned()))
    }

    #[test]
    fn a_regex_says_how_texts_begin() {
        for (pattern, expected) in [
            ("^(orders)$", one("orders")),
            ("^orders$", one("orders")),
            ("^(a\\.b\\$)$", one("a.b$")),
            ("^(ord.*)$", prefix("ord")),
            ("^(ords*)$", prefix("ord")),
            ("^(ord?)$", prefix("or")),
            ("^pg_", prefix("pg_")),
            ("^(ord\\d)$", prefix("ord")),
            ("^(a|b)$", None),
            ("^(a)(b)$", prefix("a")),
            ("^(.*)$", None),
            ("orders", None),
            ("^a*b$", None),
            ("", None),
        ] {
            assert_eq!(of_regex(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn like_says_how_texts_begin() {
        for (pattern, escape, expected) in [
            ("orders", Some('\\'), one("orders")),
            ("ord%", Some('\\'), prefix("ord")),
            ("o_d", Some('\\'), prefix("o")),
            ("pg\\_%", Some('\\'), prefix("pg_")),
            ("pg!_x", Some('!'), one("pg_x")),
            ("a\\", None, one("a\\")),
            ("%", None, None),
            ("a!", Some('!'), None),
        ] {
            assert_eq!(of_like(pattern, escape), expected, "{pattern}");
        }
    }
}
