//! The place in the text up to which the grammar has read.

use sqlparser::tokenizer::{Token, Word};

use super::statement::{Location, ObjectRef};
use super::token::{Lexeme, excerpt, nul};
use crate::error::{Error, ErrorKind, Result};
use crate::schema::{Name, check_name, is_reserved};

/// Why a statement could not be read to its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// It is wrong.
    Wrong(Error),
    /// It is understood, but not offered.
    Unsupported {
        /// What it is.
        what: String,
        /// What works instead.
        hint: String,
        /// Where it stood.
        location: Location,
    },
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Wrong(error)
    }
}

impl Stop {
    /// The error that it is to who cannot go on without.
    pub(super) fn into_error(self) -> Error {
        match self {
            Self::Wrong(error) => error,
            Self::Unsupported {
                what,
                hint,
                location,
            } => Error::unsupported(&what, hint).at(location.0),
        }
    }
}

/// What the grammar makes of a part of a statement.
pub(super) type Parsed<T> = Result<T, Stop>;

/// Reads words from the left to the right.
///
/// No method goes past the end of the current statement (its semicolon or the
/// end of the text) but [`Cursor::next_statement`].
pub(super) struct Cursor<'a> {
    text: &'a str,
    lexemes: &'a [Lexeme],
    next: usize,
}

impl<'a> Cursor<'a> {
    /// Stands before the first word. `lexemes` ends with [`Token::EOF`].
    pub(super) fn new(text: &'a str, lexemes: &'a [Lexeme]) -> Self {
        Self {
            text,
            lexemes,
            next: 0,
        }
    }

    /// Moves to the first word of the next statement that is not empty.
    pub(super) fn next_statement(&mut self) -> bool {
        while self.token() == &Token::SemiColon {
            self.next += 1;
        }
        self.token() != &Token::EOF
    }

    /// The next token.
    pub(super) fn token(&self) -> &'a Token {
        &self.lexeme(0).token
    }

    /// The token after the next one.
    pub(super) fn second(&self) -> &'a Token {
        &self.lexeme(1).token
    }

    /// Where the next token stands.
    pub(super) fn location(&self) -> Location {
        Location(Some(self.lexeme(0).position))
    }

    /// Whether the statement ends here.
    pub(super) fn is_at_end(&self) -> bool {
        matches!(self.token(), Token::SemiColon | Token::EOF)
    }

    /// The place, to come back to with [`Cursor::reset`].
    pub(super) fn mark(&self) -> usize {
        self.next
    }

    /// Goes back to a place.
    pub(super) fn reset(&mut self, mark: usize) {
        self.next = mark;
    }

    /// Moves past the next token.
    pub(super) fn advance(&mut self) {
        if !self.is_at_end() {
            self.next += 1;
        }
    }

    /// Moves to the end of the statement and answers its text from the mark on.
    pub(super) fn skip_statement(&mut self, mark: usize) -> &'a str {
        while !self.is_at_end() {
            self.next += 1;
        }
        self.since(mark)
    }

    /// The whole text.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// The words up to the end of the statement, for a grammar of its own.
    pub(super) fn lexemes(&self) -> &'a [Lexeme] {
        let rest = &self.lexemes[self.next..];
        let is_end = |lexeme: &Lexeme| matches!(lexeme.token, Token::SemiColon | Token::EOF);
        &rest[..rest.iter().position(is_end).unwrap_or(rest.len())]
    }

    /// Moves past so many of [`Cursor::lexemes`].
    pub(super) fn pass(&mut self, count: usize) {
        for _ in 0..count {
            self.advance();
        }
    }

    /// The text from the mark to the last word that was read.
    pub(super) fn since(&self, mark: usize) -> &'a str {
        let last = &self.lexemes[self.next.saturating_sub(1).max(mark)];
        &self.text[self.lexemes[mark].start..last.end]
    }

    /// The text from the next token on, for a grammar of its own.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.lexeme(0).start..]
    }

    /// Moves past so many bytes of [`Cursor::rest`].
    ///
    /// # Errors
    /// 42601 when they end within a token.
    pub(super) fn skip(&mut self, bytes: usize) -> Result<()> {
        let end = self.lexeme(0).start + bytes;
        while !self.is_at_end() && self.lexeme(0).end <= end {
            self.next += 1;
        }
        let lexeme = self.lexeme(0);
        if lexeme.start >= end {
            return Ok(());
        }
        let (read, left) = self.text[lexeme.start..lexeme.end].split_at(end - lexeme.start);
        let message = format!("syntax error at or near \"{}\"", excerpt(left));
        Err(Error::new(ErrorKind::Syntax, message).at(lexeme.position + read.chars().count()))
    }

    /// The error of a grammar that read [`Cursor::rest`], pointing into the
    /// whole text.
    pub(super) fn shift(&self, error: Error) -> Error {
        let position = error.position().map(|position| {
            let before = self.lexeme(0).position - 1;
            before + position
        });
        error.at(position)
    }

    /// Whether the next word is this keyword.
    pub(super) fn is(&self, keyword: &str) -> bool {
        is_keyword(self.token(), keyword)
    }

    /// Whether the next words are these keywords.
    pub(super) fn is_all(&self, keywords: &[&str]) -> bool {
        keywords
            .iter()
            .enumerate()
            .all(|(n, keyword)| is_keyword(&self.lexeme(n).token, keyword))
    }

    /// Moves past the keyword, if it is next.
    pub(super) fn accept(&mut self, keyword: &str) -> bool {
        self.accept_all(&[keyword])
    }

    /// Moves past the keywords, if they are next.
    pub(super) fn accept_all(&mut self, keywords: &[&str]) -> bool {
        let found = self.is_all(keywords);
        if found {
            self.next += keywords.len();
        }
        found
    }

    /// Moves past the sign, if it is next.
    pub(super) fn accept_sign(&mut self, sign: &Token) -> bool {
        let found = self.token() == sign;
        if found {
            self.next += 1;
        }
        found
    }

    /// Moves past the keyword.
    ///
    /// # Errors
    /// 42601 when it is not next.
    pub(super) fn expect(&mut self, keyword: &str) -> Result<()> {
        match self.accept(keyword) {
            true => Ok(()),
            false => Err(self.unexpected(keyword)),
        }
    }

    /// Moves past the sign.
    ///
    /// # Errors
    /// 42601 when it is not next.
    pub(super) fn expect_sign(&mut self, sign: &Token) -> Result<()> {
        match self.accept_sign(sign) {
            true => Ok(()),
            false => Err(self.unexpected(&format!("\"{sign}\""))),
        }
    }

    /// Checks that the statement ends here.
    ///
    /// # Errors
    /// 42601 when it does not.
    pub(super) fn expect_end(&self) -> Result<()> {
        match self.is_at_end() {
            true => Ok(()),
            false => Err(self.unexpected("the end of the statement")),
        }
    }

    /// Reads a name: a quoted word as it is, another one folded to lower case.
    ///
    /// # Errors
    /// 42601 when there is none (or a reserved word), 42622 when it is too long.
    pub(super) fn name(&mut self, what: &str) -> Result<(Name, Location)> {
        match self.token() {
            Token::Word(word) if word.quote_style.is_some() => self.label(what),
            Token::Word(word) if !is_reserved(&word.value.to_ascii_lowercase()) => self.label(what),
            _ => Err(self.unexpected(what)),
        }
    }

    /// Reads a name where every word can be one: after a dot.
    ///
    /// # Errors
    /// 42601 when there is none, 42622 when it is too long.
    pub(super) fn label(&mut self, what: &str) -> Result<(Name, Location)> {
        let Token::Word(word) = self.token() else {
            return Err(self.unexpected(what));
        };
        let location = self.location();
        let name = fold(word);
        check_name(&name).map_err(|error| error.at(location.0))?;
        self.next += 1;
        Ok((name, location))
    }

    /// Reads `name` or `namespace.name`.
    ///
    /// # Errors
    /// As [`Cursor::name`]; 0A000 when it has more parts.
    pub(super) fn object(&mut self, what: &str) -> Result<ObjectRef> {
        let (first, location) = self.name(what)?;
        if !self.accept_sign(&Token::Period) {
            return Ok(ObjectRef {
                namespace: None,
                name: first,
                location,
            });
        }
        let (second, _) = self.label(what)?;
        if self.accept_sign(&Token::Period) {
            let (third, _) = self.label(what)?;
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!(
                    "cross-database references are not implemented: \"{first}.{second}.{third}\""
                ),
            )
            .with_hint("Names have one or two parts: name or schema.name.")
            .at(location.0));
        }
        Ok(ObjectRef {
            namespace: Some(first),
            name: second,
            location,
        })
    }

    /// Reads a string, however it is quoted. Nothing when there is none.
    ///
    /// # Errors
    /// 22021 when an escape in it is a NUL.
    pub(super) fn string(&mut self) -> Result<Option<String>> {
        let text = match self.token() {
            Token::SingleQuotedString(text)
            | Token::EscapedStringLiteral(text)
            | Token::UnicodeStringLiteral(text)
            | Token::NationalStringLiteral(text) => text,
            Token::DollarQuotedString(dollar) => &dollar.value,
            _ => return Ok(None),
        };
        if text.contains('\0') {
            return Err(nul().at(self.location().0));
        }
        self.next += 1;
        Ok(Some(text.clone()))
    }

    /// Reads a string.
    ///
    /// # Errors
    /// 42601 when there is none, 22021 when an escape in it is a NUL.
    pub(super) fn expect_string(&mut self) -> Result<String> {
        self.string()?
            .ok_or_else(|| self.unexpected("a string in single quotes"))
    }

    /// Reads a number with its sign; a plus is dropped. Nothing when there is none.
    pub(super) fn number(&mut self) -> Option<String> {
        let mark = self.mark();
        let minus = self.accept_sign(&Token::Minus);
        if !minus {
            self.accept_sign(&Token::Plus);
        }
        match self.token() {
            // The flag is a suffix L and the underscores are newer than the
            // PostgreSQL we follow.
            Token::Number(digits, false) if !digits.contains('_') => {
                self.next += 1;
                Some(format!("{}{digits}", if minus { "-" } else { "" }))
            }
            _ => {
                self.reset(mark);
                None
            }
        }
    }

    /// Reads one thing after another, with commas between them.
    ///
    /// # Errors
    /// Those of the reader.
    pub(super) fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        let mut list = vec![read(self)?];
        while self.accept_sign(&Token::Comma) {
            list.push(read(self)?);
        }
        Ok(list)
    }

    /// The error for the next word, with what should have been there.
    pub(super) fn unexpected(&self, expected: &str) -> Error {
        self.wrong().with_detail(format!("Expected {expected}."))
    }

    /// The error for the next word.
    pub(super) fn wrong(&self) -> Error {
        let lexeme = self.lexeme(0);
        let message = match lexeme.token {
            Token::EOF => "syntax error at end of input".to_owned(),
            _ => format!(
                "syntax error at or near \"{}\"",
                excerpt(&self.text[lexeme.start..lexeme.end])
            ),
        };
        Error::new(ErrorKind::Syntax, message).at(lexeme.position)
    }

    /// Stops at the next word: it is understood, but not offered.
    pub(super) fn unsupported<T>(&self, what: impl Into<String>, hint: &str) -> Parsed<T> {
        unsupported_at(self.location(), what, hint)
    }

    fn lexeme(&self, ahead: usize) -> &'a Lexeme {
        &self.lexemes[(self.next + ahead).min(self.lexemes.len() - 1)]
    }
}

/// Stops at a word that was read: it is understood, but not offered.
pub(super) fn unsupported_at<T>(
    location: Location,
    what: impl Into<String>,
    hint: &str,
) -> Parsed<T> {
    Err(Stop::Unsupported {
        what: what.into(),
        hint: hint.to_owned(),
        location,
    })
}

/// The name a word is: as it is when quoted, in lower case otherwise (ASCII
/// only, as PostgreSQL folds in UTF-8).
pub(super) fn fold(word: &Word) -> String {
    match word.quote_style {
        Some(_) => word.value.clone(),
        None => word.value.to_ascii_lowercase(),
    }
}

/// Whether a token is this keyword: a quoted word never is.
pub(super) fn is_keyword(token: &Token, keyword: &str) -> bool {
    matches!(token, Token::Word(word)
        if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(keyword))
}
