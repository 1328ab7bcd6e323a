//! The words of a text, each with its place.

use sqlparser::tokenizer::{Location as Corner, Token, TokenWithSpan, Tokenizer};

use super::dialect::Postgres;
use crate::error::{Error, ErrorKind, Limit, Result, Value};

/// The most tokens one text may have.
///
/// A token takes about 100 bytes however short it is, blanks included, so a
/// text of single characters grows a hundredfold. This keeps one text below
/// some 200 MB while it is read, and is far above what schemas need: the
/// longest lists of streams that people load are a thousand times shorter.
const MAX_TOKENS: usize = 2_000_000;

/// How much of the text an error message shows, in characters.
const SHOWN: usize = 100;

/// A token that is not blank, and where it stands.
#[derive(Debug)]
pub(super) struct Lexeme {
    /// What it is.
    pub(super) token: Token,
    /// Where it begins, in bytes.
    pub(super) start: usize,
    /// Where it ends, in bytes.
    pub(super) end: usize,
    /// Where it begins, in characters from 1.
    pub(super) position: usize,
}

/// Splits a text into its words. The last one is always [`Token::EOF`].
///
/// # Errors
/// 22021 for a NUL, 54001 when there may be more than [`MAX_TOKENS`], 42601
/// when a string, a quoted name or a comment does not end, for a quoted name without
/// letters and for a number with letters behind it.
pub(super) fn tokenize(text: &str) -> Result<Vec<Lexeme>> {
    check_encoding(text)?;
    check_complexity(text)?;
    let mut tokens = Vec::with_capacity(16);
    let outcome =
        Tokenizer::new(&Postgres::of_words(0), text).tokenize_with_location_into_buf(&mut tokens);
    let mut place = Place::start(text);
    let mut lexemes: Vec<Lexeme> = tokens
        .into_iter()
        .filter_map(|token| place.take(token))
        .collect();
    lexemes.dedup_by(join);
    match outcome {
        Ok(()) => {
            check_words(text, &lexemes)?;
            lexemes.push(Lexeme {
                token: Token::EOF,
                start: text.len(),
                end: text.len(),
                position: place.position,
            });
            Ok(lexemes)
        }
        Err(_) => Err(broken(&text[place.byte..]).at(place.position)),
    }
}

/// Joins `<<=` and `>>=`, each of which the tokenizer takes for two signs.
fn join(next: &mut Lexeme, last: &mut Lexeme) -> bool {
    let sign = match (&last.token, &next.token) {
        _ if last.end != next.start => return false,
        (Token::ShiftLeft, Token::Eq) => "<<=",
        (Token::ShiftRight, Token::Eq) => ">>=",
        _ => return false,
    };
    last.token = Token::CustomBinaryOperator(sign.to_owned());
    last.end = next.end;
    true
}

/// The beginning of a text that an error message shows.
pub(super) fn excerpt(text: &str) -> &str {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// Follows the tokenizer through the text: it counts lines and columns, we
/// need bytes and characters. Each character is passed once.
struct Place<'a> {
    rest: std::str::Chars<'a>,
    corner: Corner,
    byte: usize,
    position: usize,
}

impl<'a> Place<'a> {
    fn start(text: &'a str) -> Self {
        Self {
            rest: text.chars(),
            corner: Corner::new(1, 1),
            byte: 0,
            position: 1,
        }
    }

    /// Moves past the token. Nothing when it is blank.
    fn take(&mut self, token: TokenWithSpan) -> Option<Lexeme> {
        let (start, position) = (self.byte, self.position);
        while self.corner < token.span.end
            && let Some(c) = self.rest.next()
        {
            self.byte += c.len_utf8();
            self.position += 1;
            if c == '\n' {
                self.corner = Corner::new(self.corner.line + 1, 1);
            } else {
                self.corner.column += 1;
            }
        }
        (!matches!(token.token, Token::Whitespace(_))).then_some(Lexeme {
            token: token.token,
            start,
            end: self.byte,
            position,
        })
    }
}

/// What sqlparser reads as words, and PostgreSQL does not: a number with letters
/// behind it, a quoted name without letters.
fn check_words(text: &str, lexemes: &[Lexeme]) -> Result<()> {
    for (at, lexeme) in lexemes.iter().enumerate() {
        let written = &text[lexeme.start..lexeme.end];
        let what = match &lexeme.token {
            Token::Word(word) if word.quote_style.is_some() && word.value.is_empty() => {
                "zero-length delimited identifier"
            }
            Token::Number(..) | Token::HexStringLiteral(_)
                if written.starts_with(|c: char| c.is_ascii_digit() || c == '.') =>
            {
                let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
                let is_number =
                    |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
                let follows = lexemes.get(at + 1).is_some_and(|next| {
                    next.start == lexeme.end
                        && matches!(&next.token, Token::Word(word) if word.quote_style.is_none())
                });
                if !follows && written.chars().all(is_number) {
                    continue;
                }
                let rest = &text[lexeme.end..];
                let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                let junk = &text[lexeme.start..lexeme.end + end];
                return Err(near("trailing junk after numeric literal", junk).at(lexeme.position));
            }
            _ => continue,
        };
        return Err(near(what, written).at(lexeme.position));
    }
    Ok(())
}

/// What is wrong with a word (42601).
pub(super) fn near(what: &str, word: &str) -> Error {
    Error::new(
        ErrorKind::Syntax,
        format!("{what} at or near \"{}\"", excerpt(word)),
    )
}

fn check_encoding(text: &str) -> Result<()> {
    match text.bytes().position(|byte| byte == 0) {
        None => Ok(()),
        Some(byte) => Err(nul().at(text[..byte].chars().count() + 1)),
    }
}

/// The error for a NUL, which PostgreSQL's text cannot hold.
pub(super) fn nul() -> Error {
    Error::new(
        ErrorKind::InvalidValue(Value::Encoding),
        "invalid byte sequence for encoding \"UTF8\": 0x00",
    )
}

fn check_complexity(text: &str) -> Result<()> {
    if text.len() <= MAX_TOKENS || at_most_tokens(text) <= MAX_TOKENS {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::LimitExceeded(Limit::StatementComplexity),
        "statement is too complex",
    )
    .with_detail(format!(
        "A text may have about {MAX_TOKENS} words, signs and blanks."
    ))
    .with_hint("Send the statements in several messages."))
}

/// A number that the text's tokens do not exceed: a token begins at a sign or
/// a blank, or where letters and digits begin or meet.
fn at_most_tokens(text: &str) -> usize {
    let mut last = 0;
    let mut count = 0;
    for byte in text.bytes() {
        let class = match byte {
            b'0'..=b'9' => 1,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => 2,
            _ => 0,
        };
        count += usize::from(class == 0 || class != last);
        last = class;
    }
    count
}

/// The error for the token that the tokenizer could not finish, in
/// PostgreSQL's words. `rest` is the text from where it begins.
fn broken(rest: &str) -> Error {
    let mut first = rest.chars();
    let what = match (first.next(), first.next()) {
        (Some('/'), _) => "unterminated /* comment",
        (Some('"'), _) => "unterminated quoted identifier",
        (Some('$'), _) => "unterminated dollar-quoted string",
        (Some('b' | 'B'), Some('\'')) => "unterminated bit string literal",
        (Some('x' | 'X'), Some('\'')) => "unterminated hexadecimal string literal",
        (Some('e' | 'E'), Some('\'')) if ends(&rest[2..], true) => "invalid escape string",
        (Some('u' | 'U'), Some('&')) if ends(&rest[3..], false) => "invalid Unicode escape",
        (Some('\'' | 'e' | 'E' | 'n' | 'N' | 'u' | 'U'), _) => "unterminated quoted string",
        _ => {
            let word = rest.split(char::is_whitespace).next().unwrap_or(rest);
            return near("syntax error", word);
        }
    };
    near(what, rest)
}

/// Whether the inside of a string has its end in this text.
fn ends(inside: &str, backslash_escapes: bool) -> bool {
    let mut bytes = inside.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\'' => return true,
            b'\\' if backslash_escapes => {
                bytes.next();
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn places_count_bytes_and_characters() {
        let text = "é 'a\nb'\n -- ž\r\n\tx;";
        let found: Vec<_> = tokenize(text)
            .expect("whole tokens")
            .iter()
            .map(|word| (text[word.start..word.end].to_owned(), word.position))
            .collect();
        let wanted = [("é", 1), ("'a\nb'", 3), ("x", 17), (";", 18), ("", 19)];
        assert_eq!(found, wanted.map(|(word, at)| (word.to_owned(), at)));
    }

    #[test]
    fn too_many_tokens_are_refused_before_they_are_made() {
        let error = tokenize(&";".repeat(MAX_TOKENS + 1)).expect_err("too many");
        assert_eq!(error.sqlstate(), "54001");
        assert!(tokenize(&format!("'{}'", "x".repeat(MAX_TOKENS))).is_ok());
    }

    proptest! {
        #[test]
        fn the_estimate_is_never_too_low(text in "[a-zA-Z0-9_$é .,'L\"\n(-]{0,60}|([0-9]L){0,9}|.{0,60}") {
            let mut tokens = Vec::new();
            let _ = Tokenizer::new(&Postgres::of_words(0), &text)
                .tokenize_with_location_into_buf(&mut tokens);
            prop_assert!(tokens.len() <= at_most_tokens(&text));
        }

        #[test]
        fn words_stand_where_they_are_said_to(text in ".{0,40}") {
            for word in tokenize(&text).unwrap_or_default() {
                prop_assert_eq!(text[..word.start].chars().count() + 1, word.position);
            }
        }
    }
}
