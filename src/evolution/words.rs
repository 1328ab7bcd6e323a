//! Lists and long texts in words.

use std::fmt::{self, Write};

use crate::schema::{Name, quote_ident};

/// How much of a text is said within a sentence (in characters): a default or a
/// type may be of any size.
const READABLE: usize = 200;

/// How much of a text is told in a cell of its own (in characters).
const BOUNDED: usize = 1_024;

/// A text as it is said in a sentence: as it is, or its beginning and `…`.
pub(crate) fn shortened(text: impl fmt::Display) -> String {
    cut(&text, READABLE)
}

/// A text as it is told on its own: as it is, or up to 1 KiB and `…`.
pub(crate) fn bounded(text: impl fmt::Display) -> String {
    cut(&text, BOUNDED)
}

/// At most so many characters of a text, the last of them `…` if any are left. The
/// rest is not even made.
fn cut(text: &dyn fmt::Display, characters: usize) -> String {
    let mut kept = Cut {
        text: String::new(),
        left: characters,
    };
    if write!(kept, "{text}").is_err() {
        kept.text.pop();
        kept.text.push('…');
    }
    kept.text
}

/// What has no room for more is full, and an error says so.
struct Cut {
    text: String,
    left: usize,
}

impl Write for Cut {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        match text.char_indices().nth(self.left) {
            Some((end, _)) => {
                self.text.push_str(&text[..end]);
                self.left = 0;
                Err(fmt::Error)
            }
            None => {
                self.text.push_str(text);
                self.left -= text.chars().count();
                Ok(())
            }
        }
    }
}

/// `(a, b)`, or `none`.
pub(super) fn columns(names: &[Name]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let names: Vec<String> = names.iter().map(|name| quote_ident(name)).collect();
    format!("({})", names.join(", "))
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn enumerated(words: &[String]) -> String {
    match words {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        _ => words.concat(),
    }
}

/// Ascending numbers, three and more in a row as a range: `1, 2, 5 to 9 and 12`.
pub(super) fn ranges(numbers: &[u32]) -> String {
    let mut words: Vec<String> = Vec::new();
    for run in numbers.chunk_by(|number, next| number + 1 == *next) {
        match run {
            [first, _, .., last] => words.push(format!("{first} to {last}")),
            few => words.extend(few.iter().map(ToString::to_string)),
        }
    }
    enumerated(&words)
}

/// The first of these texts that together are at most so many bytes, and how
/// many are left. The rest is not even made.
pub(super) fn within(
    bytes: usize,
    mut texts: impl ExactSizeIterator<Item = String>,
) -> (Vec<String>, usize) {
    let (mut kept, mut length) = (Vec::new(), 0);
    while let Some(text) = texts.next() {
        length += text.len() + 1;
        if length > bytes {
            return (kept, texts.len() + 1);
        }
        kept.push(text);
    }
    (kept, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_a_row_are_ranges() {
        for (numbers, words) in [
            (&[][..], ""),
            (&[7], "7"),
            (&[1, 2], "1 and 2"),
            (&[1, 2, 5], "1, 2 and 5"),
            (&[1, 2, 3], "1 to 3"),
            (&[1, 2, 3, 4, 6, 8, 9, 10], "1 to 4, 6 and 8 to 10"),
        ] {
            assert_eq!(ranges(numbers), words);
        }
    }

    #[test]
    fn a_long_text_ends_with_an_ellipsis() {
        for (text, characters, kept) in [
            ("", 3, ""),
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("žluť", 4, "žluť"),
            ("žluťoučký", 4, "žlu…"),
        ] {
            assert_eq!(cut(&text, characters), kept);
        }
        // In parts, as displays are written.
        let parts = format_args!("{}{}", "ab", "cd").to_string();
        assert_eq!(cut(&format_args!("{}{}", "ab", "cd"), 4), parts);
        assert_eq!(cut(&format_args!("{}{}", "ab", "cde"), 4), "abc…");
        assert_eq!(shortened("x".repeat(1_000)).chars().count(), READABLE);
        assert_eq!(bounded("x".repeat(2_000)).chars().count(), BOUNDED);
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let texts = || ["one", "two", "three"].map(str::to_owned).into_iter();
        for (bytes, kept, left) in [(14, 3, 0), (13, 2, 1), (8, 2, 1), (7, 1, 2), (0, 0, 3)] {
            let (texts, rest) = within(bytes, texts());
            assert_eq!((texts.len(), rest), (kept, left), "{bytes}");
        }
    }
}
