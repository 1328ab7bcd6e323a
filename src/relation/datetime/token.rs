//! The words of a date and time. (PostgreSQL manual, B.1, step 1 and 2.)

/// A word, in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `2024-02-29`, `29.2.2024`, `29-Feb-2024`, `europe/amsterdam`: numbers and
    /// letters with signs between them.
    Date(&'a str),
    /// `12:34:56.789`
    Time(&'a str),
    /// `1999`, `20240229`, `040506.789`
    Number(&'a str),
    /// `+02`, `-3:30`
    Offset(&'a str),
    /// `feb`, `pm`, `est`
    Word(&'a str),
    /// `-infinity`, without blanks after the sign
    Signed(char, &'a str),
}

/// More words are no date.
const MAX_TOKENS: usize = 25;

/// The words of a text that is in lower case; nothing for a text with letters
/// that stand in no date. `is_word` knows the words that letters and digits may
/// follow at once: `t040506`, `j2451187`.
pub(super) fn tokens(text: &str, is_word: impl Fn(&str) -> bool) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.bytes().next() {
        let (token, after) = match first {
            b' ' | b'\t'..=b'\r' => {
                rest = &rest[1..];
                continue;
            }
            b'0'..=b'9' => numeric(rest),
            b'.' => {
                let end = 1 + run(&rest[1..], |b| b.is_ascii_digit());
                let (number, after) = rest.split_at(end);
                (Token::Number(number), after)
            }
            b'a'..=b'z' => word(rest, &is_word),
            b'+' | b'-' => signed(rest)?,
            b if b.is_ascii_punctuation() => {
                rest = &rest[1..];
                continue;
            }
            _ => return None,
        };
        tokens.push(token);
        if tokens.len() > MAX_TOKENS {
            return None;
        }
        rest = after;
    }
    Some(tokens)
}

fn run(text: &str, belongs: impl Fn(u8) -> bool) -> usize {
    text.bytes().position(|b| !belongs(b)).unwrap_or(text.len())
}

fn numeric(text: &str) -> (Token<'_>, &str) {
    let digits = |text: &str| run(text, |b| b.is_ascii_digit());
    let first = digits(text);
    let after = &text[first..];
    match after.bytes().next() {
        Some(b':') => {
            let end = run(text, |b| b.is_ascii_digit() || matches!(b, b':' | b'.'));
            (Token::Time(&text[..end]), &text[end..])
        }
        Some(sign @ (b'-' | b'/' | b'.')) => {
            let second = digits(&after[1..]);
            let end = first + 1 + second;
            let more = text[end..].bytes().next() == Some(sign);
            if second > 0 && !more {
                let (head, tail) = text.split_at(end);
                let token = match sign {
                    b'.' => Token::Number(head),
                    _ => Token::Date(head),
                };
                return (token, tail);
            }
            let belongs = |b: u8| match second {
                0 => b.is_ascii_alphanumeric() || b == sign,
                _ => b.is_ascii_digit() || b == sign,
            };
            let end = end + run(&text[end..], belongs);
            (Token::Date(&text[..end]), &text[end..])
        }
        _ => (Token::Number(&text[..first]), after),
    }
}

fn word<'a>(text: &'a str, is_word: impl Fn(&str) -> bool) -> (Token<'a>, &'a str) {
    let letters = run(text, |b| b.is_ascii_alphabetic());
    let (head, after) = text.split_at(letters);
    let goes_on = match after.bytes().next() {
        Some(b'-' | b'/' | b'.') => true,
        Some(b'+' | b'0'..=b'9') => !is_word(head),
        _ => false,
    };
    if !goes_on {
        return (Token::Word(head), after);
    }
    let belongs = |b: u8| b.is_ascii_alphanumeric() || b"+-/_.:".contains(&b);
    let (head, after) = text.split_at(run(text, belongs));
    (Token::Date(head), after)
}

fn signed(text: &str) -> Option<(Token<'_>, &str)> {
    let sign = char::from(text.bytes().next()?);
    let unsigned = text[1..].trim_start();
    match unsigned.bytes().next()? {
        b'0'..=b'9' => {
            let end = run(unsigned, |b| b.is_ascii_digit() || b":.-".contains(&b));
            // The sign and the digits are one word when no blank is between them.
            if unsigned.len() + 1 != text.len() {
                return None;
            }
            Some((Token::Offset(&text[..=end]), &unsigned[end..]))
        }
        b'a'..=b'z' => {
            let end = run(unsigned, |b| b.is_ascii_alphabetic());
            Some((Token::Signed(sign, &unsigned[..end]), &unsigned[end..]))
        }
        _ => None,
    }
}
