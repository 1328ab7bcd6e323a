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
//! | `FROM ONLY a` | `FROM a` | no stream has others beneath it |
//! | `TABLE a` | `SELECT * FROM a` | that is what it means |
//! | `'a'` newline `'b'` | `'ab'` | one literal (SQL: literals in parts) |
//! | `a LIKE ANY (b)`, `ALL`, with NOT, ILIKE | `a ~~ ANY (b)` … | LIKE is that operator |
//! | `f(a := 1)` | `f(a => 1)` | another spelling |
//! | `BETWEEN ASYMMETRIC`, `GROUP BY ALL a` | `BETWEEN`, `GROUP BY a` | the default |
//! | `CURRENT_SCHEMA` | `CURRENT_SCHEMA()` | another spelling |
//! | `inet '::1'` | `CAST('::1' AS inet)` | another spelling; sqlparser reads types that it knows |
//! | `INTERVAL (2) '1'` | `CAST('1' AS INTERVAL (2))` | another spelling |
//! | `U&'!0061' UESCAPE '!'`, `U&"\0061"` | `'a'`, `"a"` | another spelling |
//!
//! What sqlparser's tree has no place for becomes a [marked](Mark) name, which no text
//! can hold: the binder knows what it says.
//!
//! | PostgreSQL | read as |
//! | --- | --- |
//! | `f(a, VARIADIC b)` | `f(a, VARIADIC => b)` |
//! | `ROWS FROM (f(a), g(b))` | `ROWS_FROM(f(a), g(b))` |
//! | `(ORDER BY a ROWS … EXCLUDE TIES)` | `(ORDER BY a, EXCLUDE_TIES ROWS …)` |
//! | `f(a) AS (b int)` | `f(a) AS NAMELESS (b int)` |
//! | `a JOIN b USING (c) AS d` | `a JOIN b USING (c, USING_AS.d)` |
//! | `GROUP BY DISTINCT a` | `GROUP BY DISTINCT_SETS, a` |
//!
//! Words that mean something in the queries of other dialects only are names.

use sqlparser::ast::Ident;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, Word};

use super::cursor::{fold, is_keyword};
use super::token::Lexeme;
use super::unicode;
use crate::error::{Error, ErrorKind, Object, Result};
use crate::schema::is_reserved;

/// A word for sqlparser, and which word of the text it stands for.
pub(super) struct Respelt {
    pub(super) token: Token,
    pub(super) index: usize,
    /// Where that stands, in characters from 1.
    pub(super) position: usize,
}

/// A name that stands for what the grammar of sqlparser has no word for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The name of an argument: an array, each element of which is an argument.
    Variadic,
    /// A function in FROM whose arguments are functions: their rows side by side.
    RowsFrom,
    /// The last thing that a window is ordered by: what its frames leave out is the
    /// row itself.
    ExcludeCurrentRow,
    /// The row and its peers.
    ExcludeGroup,
    /// The row's peers.
    ExcludeTies,
    /// The alias of a table that has none but for its columns.
    Nameless,
    /// What qualifies the alias of the columns that USING merges.
    UsingAs,
    /// The first thing that is grouped by: equal sets are one.
    DistinctSets,
    /// The member of a row that is all of them: `(row).*`
    Members,
}

/// No name in a text has such quotes.
const QUOTE: char = '`';

impl Mark {
    const ALL: [Self; 9] = [
        Self::Variadic,
        Self::RowsFrom,
        Self::ExcludeCurrentRow,
        Self::ExcludeGroup,
        Self::ExcludeTies,
        Self::Nameless,
        Self::UsingAs,
        Self::DistinctSets,
        Self::Members,
    ];

    /// What a name stands for, if it is marked.
    pub fn of(name: &Ident) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        let is_marked = name.quote_style == Some(QUOTE);
        is_marked.then(|| all.find(|mark| mark.word() == name.value))?
    }

    fn word(self) -> &'static str {
        match self {
            Self::Variadic => "VARIADIC",
            Self::RowsFrom => "ROWS FROM",
            Self::ExcludeCurrentRow => "EXCLUDE CURRENT ROW",
            Self::ExcludeGroup => "EXCLUDE GROUP",
            Self::ExcludeTies => "EXCLUDE TIES",
            Self::Nameless => "NAMELESS",
            Self::UsingAs => "USING AS",
            Self::DistinctSets => "DISTINCT SETS",
            Self::Members => "*",
        }
    }

    fn token(self) -> Token {
        Token::Word(Word {
            value: self.word().to_owned(),
            quote_style: Some(QUOTE),
            keyword: Keyword::NoKeyword,
        })
    }
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
            Token::Word(_) if self.is_constant() => Some(self.constant()),
            Token::Word(word) if self.is_unicode_name(word) => {
                return self.unicode_name().map(Some);
            }
            Token::UnicodeStringLiteral(_) if self.is(1, "UESCAPE") => {
                return self.unicode_text().map(Some);
            }
            Token::Word(word) if word.quote_style.is_none() && !self.is_name() => {
                match word.value.to_ascii_uppercase().as_str() {
                    "OPERATOR" => self.operator(),
                    "COLLATE" => return self.collation(),
                    "SEARCH" | "CYCLE" if self.is_before(1, &Token::RParen) => {
                        self.admit_rounds()?;
                        None
                    }
                    "ISNULL" if self.at > 0 && !self.is_sign(1, &Token::LParen) => {
                        Some((vec![keyword("IS"), keyword("NULL")], 1))
                    }
                    "TABLE" if matches!(self.token(1), Token::Word(_)) => {
                        Some((vec![keyword("SELECT"), Token::Mul, keyword("FROM")], 1))
                    }
                    "USING" => self.order().or_else(|| self.merged()),
                    "AS" if self.begins_definitions() => {
                        Some((vec![keyword("AS"), Mark::Nameless.token()], 1))
                    }
                    "ONLY" if self.begins_table() => Some((Vec::new(), 1)),
                    "ASYMMETRIC" if self.follows("BETWEEN") => Some((Vec::new(), 1)),
                    "DISTINCT" if self.groups() => {
                        Some((vec![Mark::DistinctSets.token(), Token::Comma], 1))
                    }
                    "ALL" if self.groups() => Some((Vec::new(), 1)),
                    "CURRENT_SCHEMA" if !self.is_sign(1, &Token::LParen) => {
                        let word = self.token(0).clone();
                        Some((vec![word, Token::LParen, Token::RParen], 1))
                    }
                    "LEADING" | "TRAILING" | "BOTH" if self.is(1, "FROM") => {
                        Some((vec![self.token(0).clone()], 2))
                    }
                    "FOR" => self.lock(),
                    "INTERVAL" => self.interval(),
                    "VARIADIC" if self.begins_argument() => {
                        Some((vec![Mark::Variadic.token(), Token::RArrow], 1))
                    }
                    "ROWS" if self.is(1, "FROM") && self.is_sign(2, &Token::LParen) => {
                        Some((vec![Mark::RowsFrom.token()], 2))
                    }
                    "ROWS" | "RANGE" | "GROUPS" => self.frame(),
                    "EXCLUDE" => self.exclusion().map(|(_, taken)| (Vec::new(), taken)),
                    "NOT" | "LIKE" | "ILIKE" => self.like(),
                    "XMLELEMENT" | "XMLEXISTS" | "XMLFOREST" | "XMLPARSE" | "XMLPI" | "XMLROOT"
                    | "XMLSERIALIZE" | "XMLTABLE" | "XMLCONCAT"
                        if self.is_sign(1, &Token::LParen) =>
                    {
                        return Err(self.no_xml(word));
                    }
                    _ => is_foreign(word.keyword).then(|| (vec![name_of(word)], 1)),
                }
            }
            Token::SingleQuotedString(_) => self.literal(),
            Token::Mul
                if self.is_before(1, &Token::Period) && self.is_before(2, &Token::RParen) =>
            {
                Some((vec![Mark::Members.token()], 1))
            }
            Token::DoubleEq => Some((vec![WRONG], 1)),
            Token::Assignment => Some((vec![Token::RArrow], 1)),
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

    /// Whether this sign stands so many before.
    fn is_before(&self, behind: usize, sign: &Token) -> bool {
        let place = self.at.checked_sub(behind);
        place.is_some_and(|place| self.lexemes[place].token == *sign)
    }

    /// How many words the name of a type takes that stands here, perhaps behind its
    /// schema.
    fn type_words(&self) -> usize {
        let is_qualified =
            self.is_sign(1, &Token::Period) && matches!(self.token(2), Token::Word(_));
        if is_qualified { 3 } else { 1 }
    }

    /// Whether the name of a type stands before a literal, and sqlparser does not know
    /// it as such.
    fn is_constant(&self) -> bool {
        let words = self.type_words();
        let is_text = matches!(
            self.token(words),
            Token::SingleQuotedString(_)
                | Token::EscapedStringLiteral(_)
                | Token::UnicodeStringLiteral(_)
                | Token::DollarQuotedString(_)
        );
        let is_type = |token: &Token| match token {
            Token::Word(word) if word.quote_style.is_some() => true,
            Token::Word(word) => match word.keyword {
                Keyword::NoKeyword => !is_reserved(&fold(word)) && !is_keyword(token, "UESCAPE"),
                keyword => words > 1 || TYPES.contains(&keyword),
            },
            _ => false,
        };
        is_text && is_type(self.token(0)) && !matches!(self.before(), Some(Token::Period))
    }

    /// `type 'literal'`
    fn constant(&self) -> Special {
        let words = self.type_words();
        let literal = Rest {
            at: self.at + words,
            ..*self
        };
        let (text, taken) = literal
            .literal()
            .unwrap_or_else(|| (vec![self.token(words).clone()], 1));
        let mut tokens = vec![keyword("CAST"), Token::LParen];
        tokens.extend(text);
        tokens.push(keyword("AS"));
        tokens.extend((0..words).map(|ahead| self.token(ahead).clone()));
        tokens.push(Token::RParen);
        (tokens, words + taken)
    }

    /// `INTERVAL (digits) 'text'`
    fn interval(&self) -> Option<Special> {
        let is_type = self.is_sign(1, &Token::LParen)
            && matches!(self.token(2), Token::Number(..))
            && self.is_sign(3, &Token::RParen)
            && matches!(self.token(4), Token::SingleQuotedString(_));
        is_type.then(|| {
            let mut tokens = vec![keyword("CAST"), Token::LParen, self.token(4).clone()];
            tokens.push(keyword("AS"));
            tokens.extend((0..4).map(|ahead| self.token(ahead).clone()));
            tokens.push(Token::RParen);
            (tokens, 5)
        })
    }

    /// Whether `U&"…"` stands here.
    fn is_unicode_name(&self, word: &Word) -> bool {
        let is_adjacent = |ahead: usize| {
            let pair = self.lexemes.get(self.at + ahead - 1..=self.at + ahead);
            pair.is_some_and(|pair| pair[0].end == pair[1].start)
        };
        word.quote_style.is_none()
            && word.value.eq_ignore_ascii_case("u")
            && self.is_sign(1, &Token::Ampersand)
            && matches!(self.token(2), Token::Word(name) if name.quote_style.is_some())
            && is_adjacent(1)
            && is_adjacent(2)
    }

    /// # Errors
    /// 42601
    fn unicode_name(&self) -> Result<Special> {
        let Token::Word(name) = self.token(2) else {
            return Ok((vec![WRONG], 1));
        };
        let (escape, taken) = self.escape(3)?;
        let name = Word {
            value: self.unescaped(&name.value, escape, 2)?,
            ..name.clone()
        };
        Ok((vec![Token::Word(name)], taken))
    }

    /// `U&'…' UESCAPE '…'`. The tokenizer took it for one that is escaped as usual.
    ///
    /// # Errors
    /// 42601
    fn unicode_text(&self) -> Result<Special> {
        let (escape, taken) = self.escape(1)?;
        let inner = self.written(0, 0);
        let inner = inner.get(3..inner.len() - 1).unwrap_or_default();
        let text = self.unescaped(&inner.replace("''", "'"), escape, 0)?;
        Ok((vec![Token::SingleQuotedString(text)], taken))
    }

    /// The character that escapes, said from this word on or not, and how many words
    /// there are up to it.
    fn escape(&self, ahead: usize) -> Result<(char, usize)> {
        match self.token(ahead + 1) {
            Token::SingleQuotedString(named) if self.is(ahead, "UESCAPE") => {
                let position = self.lexemes[self.at + ahead + 1].position;
                let escape = unicode::escape(named).map_err(|error| error.at(position))?;
                Ok((escape, ahead + 2))
            }
            _ => Ok((unicode::ESCAPE, ahead)),
        }
    }

    fn unescaped(&self, text: &str, escape: char, last: usize) -> Result<String> {
        let position = self.lexemes[self.at].position;
        unicode::unescaped(text, escape, self.written(0, last)).map_err(|error| error.at(position))
    }

    /// Some words as they are in the text.
    fn written(&self, first: usize, last: usize) -> &str {
        let lexeme = |ahead: usize| &self.lexemes[self.at + ahead];
        &self.text[lexeme(first).start..lexeme(last).end]
    }

    /// What makes XML, and has a grammar of its own.
    fn no_xml(&self, word: &Word) -> Error {
        let hint = "Values of type xml are kept as they are written: cast them to text.";
        Error::unsupported(word.value.to_lowercase(), hint).at(self.lexemes[self.at].position)
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

    /// Refuses `SEARCH DEPTH FIRST BY …` and `CYCLE … SET …` behind a query of WITH
    /// (0A000).
    fn admit_rounds(&self) -> Result<()> {
        let is_search = self.is(2, "FIRST") && self.is(3, "BY");
        let is_cycle = self.is(0, "CYCLE")
            && matches!(self.token(1), Token::Word(_))
            && (self.is(2, "SET") || self.is_sign(2, &Token::Comma));
        match is_search || is_cycle {
            true => {
                let clause = if is_cycle { "CYCLE" } else { "SEARCH" };
                let error = Error::unsupported(
                    format_args!("{clause} in WITH RECURSIVE"),
                    "Collect the path in an array, and order by it or look for a row in it.",
                );
                Err(error.at(self.lexemes[self.at].position))
            }
            false => Ok(()),
        }
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

    fn before(&self) -> Option<&Token> {
        let before = self.at.checked_sub(1)?;
        Some(&self.lexemes[before].token)
    }

    fn follows(&self, word: &str) -> bool {
        self.before().is_some_and(|before| is_keyword(before, word))
    }

    /// Whether `GROUP BY` is before.
    fn groups(&self) -> bool {
        let group = self.at.checked_sub(2).map(|at| &self.lexemes[at].token);
        self.follows("BY") && group.is_some_and(|group| is_keyword(group, "GROUP"))
    }

    /// `) AS (name type`: the columns of what has no columns of its own. In WITH there
    /// is a query between such parentheses.
    fn begins_definitions(&self) -> bool {
        let is_query = [
            "SELECT", "VALUES", "WITH", "TABLE", "INSERT", "UPDATE", "DELETE",
        ]
        .iter()
        .any(|word| self.is(2, word));
        self.before() == Some(&Token::RParen)
            && self.is_sign(1, &Token::LParen)
            && matches!(
                (self.token(2), self.token(3)),
                (Token::Word(_), Token::Word(_))
            )
            && !is_query
    }

    /// `USING (a, b) AS name`
    fn merged(&self) -> Option<Special> {
        if !self.is_sign(1, &Token::LParen) {
            return None;
        }
        let rest = &self.lexemes[self.at..];
        let end = rest
            .iter()
            .position(|lexeme| lexeme.token == Token::RParen)?;
        if !self.is(end + 1, "AS") {
            return None;
        }
        let Token::Word(_) = self.token(end + 2) else {
            return None;
        };
        let mut tokens: Vec<Token> = rest[..end]
            .iter()
            .map(|lexeme| lexeme.token.clone())
            .collect();
        let alias = [Token::Comma, Mark::UsingAs.token(), Token::Period];
        tokens.extend(alias);
        tokens.extend([self.token(end + 2).clone(), Token::RParen]);
        Some((tokens, end + 3))
    }

    /// Whether a table is next: as a name `ONLY` would have to be in quotes.
    fn begins_table(&self) -> bool {
        let is_after = match self.before() {
            Some(Token::Comma | Token::LParen) => true,
            _ => self.follows("FROM") || self.follows("JOIN"),
        };
        is_after && matches!(self.token(1), Token::Word(_) | Token::LParen)
    }

    fn begins_argument(&self) -> bool {
        matches!(self.before(), Some(Token::LParen | Token::Comma))
    }

    /// `[NOT] {LIKE | ILIKE} {ANY | ALL | SOME} (`
    fn like(&self) -> Option<Special> {
        let not = usize::from(self.is(0, "NOT"));
        let is_quantified = ["ANY", "ALL", "SOME"]
            .iter()
            .any(|word| self.is(not + 1, word));
        if !is_quantified || !self.is_sign(not + 2, &Token::LParen) {
            return None;
        }
        let operator = match (self.is(not, "LIKE"), self.is(not, "ILIKE"), not) {
            (true, _, 0) => Token::DoubleTilde,
            (true, _, _) => Token::ExclamationMarkDoubleTilde,
            (_, true, 0) => Token::DoubleTildeAsterisk,
            (_, true, _) => Token::ExclamationMarkDoubleTildeAsterisk,
            _ => return None,
        };
        Some((vec![operator], not + 1))
    }

    /// `EXCLUDE {CURRENT ROW | GROUP | TIES | NO OTHERS} )`, and how many words it has
    fn exclusion(&self) -> Option<(Option<Mark>, usize)> {
        let (mark, taken) = match () {
            () if self.is(1, "CURRENT") && self.is(2, "ROW") => (Some(Mark::ExcludeCurrentRow), 3),
            () if self.is(1, "NO") && self.is(2, "OTHERS") => (None, 3),
            () if self.is(1, "GROUP") => (Some(Mark::ExcludeGroup), 2),
            () if self.is(1, "TIES") => (Some(Mark::ExcludeTies), 2),
            () => return None,
        };
        self.is_sign(taken, &Token::RParen).then_some((mark, taken))
    }

    /// The unit of a window's frame, if that leaves rows out.
    fn frame(&self) -> Option<Special> {
        let mut depth = 0_usize;
        let ahead = self.lexemes[self.at..].iter().position(|lexeme| {
            match &lexeme.token {
                Token::LParen => depth += 1,
                Token::RParen if depth == 0 => return true,
                Token::RParen => depth -= 1,
                token => return depth == 0 && is_keyword(token, "EXCLUDE"),
            }
            false
        })?;
        let at = self.at + ahead;
        let (mark, _) = Rest { at, ..*self }.exclusion()?;
        let mark = mark?.token();
        let unit = self.token(0).clone();
        Some(match self.is_ordered() {
            true => (vec![Token::Comma, mark, unit], 1),
            false => (vec![keyword("ORDER"), keyword("BY"), mark, unit], 1),
        })
    }

    /// Whether ORDER stands before, within the same parentheses.
    fn is_ordered(&self) -> bool {
        let mut depth = 0_usize;
        for lexeme in self.lexemes[..self.at].iter().rev() {
            match &lexeme.token {
                Token::RParen => depth += 1,
                Token::LParen if depth == 0 => return false,
                Token::LParen => depth -= 1,
                token if depth == 0 && is_keyword(token, "ORDER") => return true,
                _ => {}
            }
        }
        false
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

/// Types whose names are words for sqlparser, but not those of types.
const TYPES: &[Keyword] = &[Keyword::NAME];

/// What sqlparser reads nowhere: it stumbles over it, if it comes so far.
const WRONG: Token = Token::Char('\0');

fn keyword(word: &str) -> Token {
    Token::make_keyword(word)
}

/// Whether a word is one in queries of other dialects, and a name in PostgreSQL's.
fn is_foreign(word: Keyword) -> bool {
    matches!(
        word,
        Keyword::TOP
            | Keyword::QUALIFY
            | Keyword::PREWHERE
            | Keyword::CLUSTER
            | Keyword::DISTRIBUTE
            | Keyword::SORT
            | Keyword::CONNECT
            | Keyword::MINUS
            | Keyword::SEMI
            | Keyword::ANTI
            | Keyword::ASOF
            | Keyword::APPLY
            | Keyword::GLOBAL
            | Keyword::PIVOT
            | Keyword::UNPIVOT
            | Keyword::MATCH_RECOGNIZE
            | Keyword::FINAL
            | Keyword::SAMPLE
            | Keyword::SETTINGS
            | Keyword::DIV
            | Keyword::XOR
            | Keyword::RLIKE
            | Keyword::REGEXP
            | Keyword::TRY_CAST
            | Keyword::SAFE_CAST
            | Keyword::TRY_CONVERT
            | Keyword::STRUCT
            | Keyword::EXCLUDE
            | Keyword::REPLACE
            | Keyword::RENAME
    )
}

fn name_of(word: &Word) -> Token {
    Token::Word(Word {
        keyword: Keyword::NoKeyword,
        ..word.clone()
    })
}
