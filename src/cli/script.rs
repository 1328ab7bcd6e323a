//! Where the statements of a script end.

/// Cuts a script after each semicolon that ends a statement: not in quotes,
/// comments, dollar quotes or parentheses. The parts together are the script;
/// the last one may be blank.
pub(super) fn split(script: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut begin = 0;
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(c) = script[at..].chars().next() {
        at += match c {
            '\'' if escapes(&script[begin..at]) => quoted(&script[at..], '\'', true),
            '\'' | '"' => quoted(&script[at..], c, false),
            '$' if !ends_in_word(&script[begin..at]) => dollar_quoted(&script[at..]),
            '-' if script[at..].starts_with("--") => until(&script[at..], 0, "\n"),
            '/' if script[at..].starts_with("/*") => comment(&script[at..]),
            _ => c.len_utf8(),
        };
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ';' if depth == 0 => {
                parts.push(&script[begin..at]);
                begin = at;
            }
            _ => {}
        }
    }
    if begin < script.len() {
        parts.push(&script[begin..]);
    }
    parts
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

fn ends_in_word(text: &str) -> bool {
    text.ends_with(is_word)
}

/// The quote that follows begins an `E'…'`.
fn escapes(text: &str) -> bool {
    text.strip_suffix(['e', 'E'])
        .is_some_and(|before| !ends_in_word(before))
}

/// The length of a quoted text. A doubled quote looks like two quoted texts in
/// a row, which is as good.
fn quoted(text: &str, quote: char, backslashes: bool) -> usize {
    let mut characters = text.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        if c == quote {
            if backslashes && text[at + 1..].starts_with(quote) {
                characters.next();
            } else {
                return at + 1;
            }
        } else if backslashes && c == '\\' {
            characters.next();
        }
    }
    text.len()
}

/// The length of `$tag$ … $tag$`, or of the dollar that begins none.
fn dollar_quoted(text: &str) -> usize {
    let Some(end) = text[1..].find('$') else {
        return 1;
    };
    let tag = &text[1..=end];
    if tag.starts_with(|c: char| c.is_ascii_digit()) || !tag.chars().all(is_word) {
        return 1;
    }
    let opening = &text[..end + 2];
    until(text, opening.len(), opening)
}

/// The length of a comment; comments nest.
fn comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// The length of the text up to and with the end mark, which is looked for
/// after `from`.
fn until(text: &str, from: usize, mark: &str) -> usize {
    text[from..]
        .find(mark)
        .map_or(text.len(), |at| from + at + mark.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_statement_ends_at_a_semicolon_of_its_own() {
        for parts in [
            &[][..],
            &["a"],
            &["a;"],
            &["a;", " b ;", "\n"],
            &[";", ";"],
            &["a ';' b;", "c"],
            &["a 'it''s; ';", "c"],
            &["a '\\';", " b'"],
            &["a E'\\';' ;", " b"],
            &["a e'it'';s';", " b"],
            &["name'\\';", " b"],
            &["a \";\" b;", "c"],
            &["-- a; b\nc;", " d"],
            &["a -- b; c"],
            &["/* a; /* b; */ c; */ d;", "e"],
            &["/* open; "],
            &["$$ a; $$;", " b"],
            &["$x$ a; $$ b; $x$;", " c"],
            &["$1;", " $2"],
            &["a$b;", "c$d"],
            &["$x$ open; "],
            &["(a; b);", " c"],
            &["a);", " b"],
            &["'open; "],
            &["žluť ';🐴';", "ý"],
        ] {
            assert_eq!(split(&parts.concat()), parts);
        }
    }

    proptest! {
        #[test]
        fn the_parts_together_are_the_script(script in "([a-e$'\"; \\\\()*/\n-]|\\$\\$|--|/\\*|🐴){0,60}") {
            prop_assert_eq!(split(&script).concat(), script);
        }

        #[test]
        fn every_part_but_the_last_ends_in_a_semicolon(script in ".{0,60}") {
            let parts = split(&script);
            for part in parts.iter().rev().skip(1) {
                prop_assert!(part.ends_with(';'));
            }
        }
    }
}
