//! What sqlparser cannot read, in words that it can.
//!
//! | PostgreSQL | read as | why that is the same |
//! | --- | --- | --- |
//! | `a OPERATOR(pg_catalog.~) b` | `a ~ b` | there are no other operators (of the precedence of `OPERATOR` nothing is kept) |
//! | `a COLLATE "C"` | `a` | text is compared by its bytes, and only such collations are known |
//! | `a ISNULL` | `a IS NULL` | another spelling |
//! | `ORDER BY a USING <` | `ORDER BY a ASC` | another spelling |
//! | `TRIM(LEADING FROM a)` | `TRIM(LEADING a)` | another spelling |
//! | `FOR NO KEY UPDATE`, `FOR KEY SHARE` | `FOR UPDATE`, `FOR SHARE` | nothing is locked |
//! | `FOR READ ONLY` | nothing | the default |
//! | `TABLE a` | `SELECT * FROM a` | that is what it means |
//! | `'a'` newline `'b'` | `'ab'` | one literal (SQL: literals in parts) |

use sqlparser::tokenizer::Token;

use super::cursor::{fold, is_keyword};
use super::token::Lexeme;
use crate::error::{Error, ErrorKind, Object, Result};

/// A word for sqlparser, and which word of the text it stands for.
pub(super) struct Respelt {
    pub(super) token: Token,
    pub(super) index: usize,
    /// Where that stands, in characters from 1.
    pub(super) position: usize,
}

/// The collations whose order is that of the bytes.
const COLLATIONS: [&str; 4] = ["default", "C", "POSIX", "ucs_basic"];

/// Spells the words of a statement so that sqlparser reads them.
///
/// # Errors
/// 42704 for an unknown collation.
pub(super) fn respell(text: &str, lexemes: &[Lexeme]) -> Result<Vec<Respelt>> {
    let mut out = Vec::with_capacity(lexemes.len());
    let mut at = 0;
    while at < lexemes.len() {
        let rest = Rest { text, lexemes, at };
        let (tokens, taken) = match rest.special()? {
            Some(special) => special,
            None => (vec![lexemes[at].token.clone()], 1),
        };
        let position = lexemes[at].position;
        out.extend(tokens.into_iter().map(|token| Respelt {
            token,
            index: at,
            position,
        }));
        at += taken;
    }
    Ok(out)
}

/// The words from a place on.
struct Rest<'a> {
    text: &'a str,
    lexemes: &'a [Lexeme],
    at: usize,
}

/// What stands for how many words.
type Special = (Vec<Token>, usize);

impl Rest<'_> {
    fn special(&self) -> Result<Option<Special>> {
        let found = match self.token(0) {
            Token::Word(word) if word.quote_style.is_none() && !self.is_name() => {
                match word.value.to_ascii_uppercase().as_str() {
                    "OPERATOR" => self.operator(),
                    "COLLATE" => return self.collation(),
                    "ISNULL" if self.at > 0 && !self.is_sign(1, &Token::LParen) => {
                        Some((vec![keyword("IS"), keyword("NULL")], 1))
                    }
                    "TABLE" if matches!(self.token(1), Token::Word(_)) => {
                        Some((vec![keyword("SELECT"), Token::Mul, keyword("FROM")], 1))
                    }
                    "USING" => self.order(),
                    "LEADING" | "TRAILING" | "BOTH" if self.is(1, "FROM") => {
                        Some((vec![self.token(0).clone()], 2))
                    }
                    "FOR" => self.lock(),
                    _ => None,
                }
            }
            Token::SingleQuotedString(_) => self.literal(),
            Token::DoubleEq => Some((vec![WRONG], 1)),
            _ => None,
        };
        Ok(found)
    }

    /// Whether the word is a name whatever it says.
    fn is_name(&self) -> bool {
        self.at > 0
            && matches!(&self.lexemes[self.at - 1].token, token
                if *token == Token::Period || is_keyword(token, "AS"))
    }

    fn token(&self, ahead: usize) -> &Token {
        let lexeme = self.lexemes.get(self.at + ahead);
        lexeme.map_or(&Token::EOF, |lexeme| &lexeme.token)
    }

    fn is(&self, ahead: usize, word: &str) -> bool {
        is_keyword(self.token(ahead), word)
    }

    fn is_sign(&self, ahead: usize, sign: &Token) -> bool {
        self.token(ahead) == sign
    }

    /// `OPERATOR ( [pg_catalog .] sign )`
    fn operator(&self) -> Option<Special> {
        let qualified = self.is(2, "pg_catalog") && self.is_sign(3, &Token::Period);
        let sign = if qualified { 4 } else { 2 };
        let is_call = self.is_sign(1, &Token::LParen) && self.is_sign(sign + 1, &Token::RParen);
        is_call.then(|| (vec![self.token(sign).clone()], sign + 2))
    }

    /// `COLLATE [pg_catalog .] name`
    fn collation(&self) -> Result<Option<Special>> {
        let qualified = self.is_sign(2, &Token::Period);
        let last = if qualified { 3 } else { 1 };
        let Token::Word(word) = self.token(last) else {
            return Ok(None);
        };
        let name = fold(word);
        let is_ours = !qualified
            || matches!(self.token(1), Token::Word(schema) if fold(schema) == "pg_catalog");
        if is_ours && COLLATIONS.contains(&name.as_str()) {
            return Ok(Some((Vec::new(), last + 1)));
        }
        let message = format!("collation \"{name}\" for encoding \"UTF8\" does not exist");
        let position = self.lexemes[self.at].position;
        Err(Error::new(ErrorKind::NotFound(Object::Other), message).at(position))
    }

    /// `USING <` of an ORDER BY
    fn order(&self) -> Option<Special> {
        let (operator, taken) = match self.is(1, "OPERATOR") {
            true => {
                let inner = Rest {
                    at: self.at + 1,
                    ..*self
                };
                let (mut tokens, taken) = inner.operator()?;
                (tokens.pop()?, taken)
            }
            false => (self.token(1).clone(), 1),
        };
        match operator {
            Token::Lt => Some((vec![keyword("ASC")], taken + 1)),
            Token::Gt => Some((vec![keyword("DESC")], taken + 1)),
            _ => None,
        }
    }

    /// `FOR {NO KEY UPDATE | KEY SHARE | READ ONLY}`
    fn lock(&self) -> Option<Special> {
        let is_all = |words: &[&str]| (1..).zip(words).all(|(ahead, word)| self.is(ahead, word));
        if is_all(&["NO", "KEY", "UPDATE"]) {
            Some((vec![keyword("FOR"), keyword("UPDATE")], 4))
        } else if is_all(&["KEY", "SHARE"]) {
            Some((vec![keyword("FOR"), keyword("SHARE")], 3))
        } else if is_all(&["READ", "ONLY"]) {
            Some((Vec::new(), 3))
        } else {
            None
        }
    }

    /// A literal in parts, on lines of their own. sqlparser would take a second
    /// literal for a name.
    fn literal(&self) -> Option<Special> {
        let before = self.at.checked_sub(1).map(|at| &self.lexemes[at].token);
        if before.is_some_and(|token| {
            is_keyword(token, "AS") || matches!(token, Token::SingleQuotedString(_))
        }) {
            return Some((vec![WRONG], 1));
        }
        let mut whole = String::new();
        let mut taken = 0;
        while let Token::SingleQuotedString(part) = self.token(taken) {
            if taken > 0 {
                let (before, this) = (&self.lexemes[self.at + taken - 1], self.at + taken);
                let between = &self.text[before.end..self.lexemes[this].start];
                if !between.contains('\n') {
                    break;
                }
            }
            whole.push_str(part);
            taken += 1;
        }
        (taken > 1).then(|| (vec![Token::SingleQuotedString(whole)], taken))
    }
}

/// What sqlparser reads nowhere: it stumbles over it, if it comes so far.
const WRONG: Token = Token::Char('\0');

fn keyword(word: &str) -> Token {
    Token::make_keyword(word)
}
