//! The words of a type, one after another.

use crate::error::{Error, ErrorKind, Result, Value};
use crate::schema::{Name, check_name, is_reserved};

/// How much of the text an error message shows, in characters.
const SHOWN: usize = 100;

/// What stands next in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A word without quotes.
    Word(&'a str),
    /// A name in double quotes, with them.
    Quoted(&'a str),
    /// A string in single quotes, with them.
    Text(&'a str),
    /// Digits and what clings to them.
    Number(&'a str),
    /// Anything else.
    Sign(char),
    /// Nothing: the text has ended, or a quote or a comment in it does not.
    End,
}

/// Reads the words of a text from the left to the right, blanks and comments
/// left out.
#[derive(Clone, Copy)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    token: Token<'a>,
    /// Where the token begins and ends, in bytes.
    start: usize,
    end: usize,
    /// Where the one before it ends.
    read: usize,
}

impl<'a> Scanner<'a> {
    /// Stands before the first word.
    pub(super) fn new(text: &'a str) -> Self {
        let mut scanner = Self {
            text,
            token: Token::End,
            start: 0,
            end: 0,
            read: 0,
        };
        scanner.advance();
        scanner
    }

    /// The next token.
    pub(super) fn token(&self) -> Token<'a> {
        self.token
    }

    /// Where the next token begins, in bytes.
    pub(super) fn place(&self) -> usize {
        self.start
    }

    /// Where the last token that was read ends, in bytes.
    pub(super) fn read(&self) -> usize {
        self.read
    }

    /// Moves past the next token.
    pub(super) fn advance(&mut self) {
        self.read = self.end;
        self.start = self.end + blank(&self.text[self.end..]);
        let rest = &self.text[self.start..];
        self.token = first(rest);
        self.end = self.start + length(self.token, rest);
    }

    /// Whether the next word is this keyword; a quoted word never is.
    pub(super) fn is(&self, keyword: &str) -> bool {
        matches!(self.token, Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// Moves past the keyword, if it is next.
    pub(super) fn accept(&mut self, keyword: &str) -> bool {
        let found = self.is(keyword);
        if found {
            self.advance();
        }
        found
    }

    /// Moves past the keywords, if they are next.
    pub(super) fn accept_all(&mut self, keywords: &[&str]) -> bool {
        let mut ahead = *self;
        let found = keywords.iter().all(|keyword| ahead.accept(keyword));
        if found {
            *self = ahead;
        }
        found
    }

    /// Moves past the sign, if it is next.
    pub(super) fn accept_sign(&mut self, sign: char) -> bool {
        let found = self.token == Token::Sign(sign);
        if found {
            self.advance();
        }
        found
    }

    /// Moves past the sign.
    ///
    /// # Errors
    /// 42601 when it is not next.
    pub(super) fn expect_sign(&mut self, sign: char) -> Result<()> {
        match self.accept_sign(sign) {
            true => Ok(()),
            false => Err(self.unexpected(&format!("\"{sign}\""))),
        }
    }

    /// Reads a name: a quoted word as it is, another one folded to lower case.
    ///
    /// # Errors
    /// 42601 when there is none (or a reserved word), 42622 when it is too
    /// long, 22021 for a NUL in it.
    pub(super) fn name(&mut self, what: &str) -> Result<Name> {
        let name = match self.token {
            Token::Quoted(quoted) => quoted[1..quoted.len() - 1].replace("\"\"", "\""),
            Token::Word(word) => word.to_ascii_lowercase(),
            _ => return Err(self.unexpected(what)),
        };
        if matches!(self.token, Token::Word(_)) && is_reserved(&name) {
            return Err(self.unexpected(what));
        }
        check_name(&name).map_err(|error| self.point(error, self.start))?;
        if name.contains('\0') {
            return Err(self.nul());
        }
        self.advance();
        Ok(name)
    }

    /// The error, pointing at the place in the text.
    pub(super) fn point(&self, error: Error, place: usize) -> Error {
        error.at(self.text[..place].chars().count() + 1)
    }

    /// The error for the next token, with what should have been there.
    pub(super) fn unexpected(&self, expected: &str) -> Error {
        let rest = &self.text[self.start..self.end];
        let message = match rest.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("syntax error at or near \"{}\"", &rest[..end]),
            None if rest.is_empty() => "syntax error at end of input".to_owned(),
            None => format!("syntax error at or near \"{rest}\""),
        };
        let error =
            Error::new(ErrorKind::Syntax, message).with_detail(format!("Expected {expected}."));
        self.point(error, self.start)
    }

    /// The error for a NUL in the next token, which PostgreSQL's text cannot hold.
    pub(super) fn nul(&self) -> Error {
        let error = Error::new(
            ErrorKind::InvalidValue(Value::Encoding),
            "invalid byte sequence for encoding \"UTF8\": 0x00",
        );
        self.point(error, self.start)
    }
}

/// How many bytes of blanks and comments the text begins with.
fn blank(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let length = match rest.as_bytes() {
            [b'-', b'-', ..] => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            [b'/', b'*', ..] => comment(rest),
            _ => return text.len() - rest.len(),
        };
        rest = &rest[length..];
    }
}

/// The length of the comment that the text begins with; comments nest.
fn comment(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut end, mut open) = (0, 0_usize);
    while end < bytes.len() {
        let step = match &bytes[end..] {
            [b'/', b'*', ..] => {
                open += 1;
                2
            }
            [b'*', b'/', ..] => {
                open -= 1;
                2
            }
            _ => 1,
        };
        end += step;
        if open == 0 {
            break;
        }
    }
    end
}

/// The token that the text begins with.
fn first(text: &str) -> Token<'_> {
    let Some(first) = text.chars().next() else {
        return Token::End;
    };
    let until = |ends: &dyn Fn(char) -> bool| &text[..text.find(ends).unwrap_or(text.len())];
    let is_part = |c: char| {
        c.is_alphabetic() || c.is_ascii_digit() || matches!(c, '_' | '$') || !c.is_ascii()
    };
    let second = text[first.len_utf8()..].chars().next();
    match first {
        '"' => quoted(text, b'"').map_or(Token::End, Token::Quoted),
        '\'' => quoted(text, b'\'').map_or(Token::End, Token::Text),
        '0'..='9' => Token::Number(number(text)),
        '.' if second.is_some_and(|c| c.is_ascii_digit()) => Token::Number(number(text)),
        c if is_part(c) && c != '$' => Token::Word(until(&|c| !is_part(c))),
        sign => Token::Sign(sign),
    }
}

/// How much of the text its first token takes.
fn length(token: Token<'_>, rest: &str) -> usize {
    match token {
        Token::Word(text) | Token::Quoted(text) | Token::Text(text) | Token::Number(text) => {
            text.len()
        }
        Token::Sign(sign) => sign.len_utf8(),
        Token::End => rest.len(),
    }
}

/// The quoted part that the text begins with, a doubled quote being one in
/// it. Nothing when it does not end.
fn quoted(text: &str, quote: u8) -> Option<&str> {
    let bytes = text.as_bytes();
    let mut end = 1;
    while end < bytes.len() {
        if bytes[end] != quote {
            end += 1;
        } else if bytes.get(end + 1) == Some(&quote) {
            end += 2;
        } else {
            return Some(&text[..=end]);
        }
    }
    None
}

/// The number that the text begins with, and what clings to it: `1e-5`, `1_000`.
fn number(text: &str) -> &str {
    let mut last = ' ';
    let end = text.find(|c: char| {
        let exponent = matches!(c, '+' | '-') && matches!(last, 'e' | 'E');
        last = c;
        !(exponent || c.is_ascii_alphanumeric() || matches!(c, '.' | '_'))
    });
    &text[..end.unwrap_or(text.len())]
}
