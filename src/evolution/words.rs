//! Lists in words.

use crate::schema::{Name, quote_ident};

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
    fn what_does_not_fit_is_counted() {
        let texts = || ["one", "two", "three"].map(str::to_owned).into_iter();
        for (bytes, kept, left) in [(14, 3, 0), (13, 2, 1), (8, 2, 1), (7, 1, 2), (0, 0, 3)] {
            let (texts, rest) = within(bytes, texts());
            assert_eq!((texts.len(), rest), (kept, left), "{bytes}");
        }
    }
}
