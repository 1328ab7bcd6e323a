//! SELECT, VALUES, TABLE, WITH: read by sqlparser, refused in PostgreSQL's words.

use sqlparser::ast::{DataType, Query as Syntax, SelectItem, SetExpr};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location as Corner, Span, Token, TokenWithSpan};

use super::cursor::{Cursor, Parsed, is_keyword, unsupported_at};
use super::dialect::Postgres;
use super::query::{Query, Tree};
use super::respell::{Respelt, respell};
use super::statement::Statement;
use super::token::tokenize;
use super::unsupported::ROWS;
use crate::error::{Error, ErrorKind, Limit, Result};

/// How deep queries, expressions and joins may nest: sqlparser recurses on them.
const MAX_NESTING: usize = 150;

/// How many operators may follow one another without a comma or parenthesis
/// between them: `1 + 1 + …` is a tree as deep as it is long.
const MAX_OPERATORS: usize = 5_000;

/// What a level takes of the stack while it is read (in bytes), at most.
/// Measured: 100 KiB without optimisation.
const READ_BYTES: usize = if cfg!(debug_assertions) {
    112 << 10
} else {
    24 << 10
};

/// What a level takes of the stack while it is dropped (in bytes), at most.
pub(super) const DROP_BYTES: usize = 1 << 10;

/// What other calls take of the stack (in bytes).
const REST_BYTES: usize = 128 << 10;

/// Calls with stack enough for so many levels.
pub(super) fn with_stack<T>(levels: usize, bytes: usize, call: impl FnOnce() -> T) -> T {
    let needed = levels * bytes + REST_BYTES;
    stacker::maybe_grow(needed, needed, call)
}

/// Whether a query begins here.
pub(super) fn begins(cursor: &Cursor<'_>) -> bool {
    cursor.token() == &Token::LParen
        || ["SELECT", "VALUES", "WITH", "TABLE"]
            .iter()
            .any(|word| cursor.is(word))
}

/// A query as a statement.
pub(super) fn select(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    query(cursor).map(Statement::Query)
}

/// A query, up to the word that is not part of it.
///
/// # Errors
/// 42601, 54001; 0A000 for one that would write.
pub(super) fn query(cursor: &mut Cursor<'_>) -> Parsed<Query> {
    let (mark, location) = (cursor.mark(), cursor.location());
    let (tree, words) = read(cursor, |parser| parser.parse_query())?;
    if let Some(what) = writes(&tree) {
        return unsupported_at(location, what, ROWS);
    }
    Ok(Query {
        text: cursor.since(mark).into(),
        tree: Tree::new(*tree, words).into(),
        explanation: None,
    })
}

/// Expressions with commas between them, up to the word that is not part of them.
pub(super) fn expressions(cursor: &mut Cursor<'_>) -> Parsed<Query> {
    let mark = cursor.mark();
    let (row, _) = read(cursor, |parser| {
        parser.parse_comma_separated(Parser::parse_expr)
    })?;
    Ok(Query::of_row(cursor.since(mark), row))
}

/// Types with commas between them, up to the word that is not part of them.
pub(super) fn data_types(cursor: &mut Cursor<'_>) -> Parsed<Query> {
    let mark = cursor.mark();
    let (types, _) = read(cursor, |parser| {
        parser.parse_comma_separated(Parser::parse_data_type)
    })?;
    Ok(Query::of_types(cursor.since(mark), types))
}

/// A type, from its name.
///
/// # Errors
/// 42601 when it is none.
pub(super) fn data_type(name: &str) -> Result<DataType> {
    let lexemes = tokenize(name)?;
    let mut cursor = Cursor::new(name, &lexemes);
    let (of, _) = read(&mut cursor, |parser| parser.parse_data_type())?;
    cursor.expect_end()?;
    Ok(of)
}

/// INSERT, UPDATE, DELETE and MERGE: understood, not offered.
///
/// # Errors
/// 42601 when it is none of them.
pub(super) fn write(cursor: &mut Cursor<'_>, what: &str) -> Parsed<Statement> {
    let location = cursor.location();
    read(cursor, |parser| parser.parse_statement())?;
    cursor.expect_end()?;
    unsupported_at(location, what, ROWS)
}

/// `SELECT items`, which need no table.
pub(super) fn one_row(items: Vec<SelectItem>) -> Syntax {
    let tokens = vec![Token::make_keyword("SELECT"), Token::make_keyword("NULL")];
    let dialect = Postgres::of_words(tokens.len());
    let mut parser = Parser::new(&dialect).with_tokens(tokens);
    let mut query = *parser.parse_query().expect("SELECT NULL is a query");
    if let SetExpr::Select(select) = query.body.as_mut() {
        select.projection = items;
    }
    query
}

/// What a query does that only tables with rows can take.
fn writes(query: &Syntax) -> Option<&'static str> {
    let with = query.with.iter().flat_map(|with| &with.cte_tables);
    let within = with.filter_map(|table| writes(&table.query)).next();
    within.or_else(|| match query.body.as_ref() {
        SetExpr::Insert(_) => Some("INSERT"),
        SetExpr::Update(_) => Some("UPDATE"),
        SetExpr::Delete(_) => Some("DELETE"),
        SetExpr::Merge(_) => Some("MERGE"),
        SetExpr::Select(select) if select.into.is_some() => Some("SELECT … INTO"),
        SetExpr::Query(query) => writes(query),
        _ => None,
    })
}

/// Lets sqlparser read from the cursor on, and moves past what it read. Answers
/// also how many words that was.
pub(super) fn read<T>(
    cursor: &mut Cursor<'_>,
    grammar: impl FnOnce(&mut Parser<'_>) -> Result<T, ParserError>,
) -> Result<(T, usize)> {
    let lexemes = cursor.lexemes();
    let words = respell(cursor.text(), lexemes)?;
    let deep = |index: usize| too_deep(lexemes[index].position);
    if let Some(index) = first_too_many(&words) {
        return Err(deep(index));
    }
    let tokens = words
        .iter()
        .map(|word| TokenWithSpan::new(word.token.clone(), span(word.position)))
        .collect();
    let (result, next) = with_stack(words.len().min(MAX_NESTING), READ_BYTES, || {
        let dialect = Postgres::of_words(words.len());
        let mut parser = Parser::new(&dialect)
            .with_tokens_with_locations(tokens)
            .with_recursion_limit(MAX_NESTING);
        let result = grammar(&mut parser);
        (result, parser.index())
    });
    let place = |next: usize| words.get(next).map_or(lexemes.len(), |word| word.index);
    match result {
        Ok(read) => {
            let count = place(next);
            cursor.pass(count);
            Ok((read, count))
        }
        Err(ParserError::RecursionLimitExceeded) => {
            Err(deep(place(next).min(lexemes.len().saturating_sub(1))))
        }
        Err(ParserError::ParserError(message) | ParserError::TokenizerError(message)) => {
            let index = stumble(&message, &words).map_or(lexemes.len(), |word| word.index);
            cursor.pass(index);
            Err(cursor.wrong())
        }
    }
}

/// The place of a word as sqlparser keeps it.
fn span(position: usize) -> Span {
    let corner = |column: usize| Corner::new(1, column as u64);
    Span::new(corner(position), corner(position + 1))
}

fn too_deep(position: usize) -> Error {
    Error::new(
        ErrorKind::LimitExceeded(Limit::StatementComplexity),
        "stack depth limit exceeded",
    )
    .with_detail(format!(
        "A query may nest to {MAX_NESTING} levels, with {MAX_OPERATORS} operators in a row."
    ))
    .at(position)
}

/// The word that sqlparser stumbled over; nothing for the end.
///
/// Its message ends with `found: word at Line: 1, Column: n`. Where it had looked
/// further already, the place is behind the word, and the word is what counts.
fn stumble<'a>(message: &str, words: &'a [Respelt]) -> Option<&'a Respelt> {
    let (before, place) = message.rsplit_once(" at Line: 1, Column: ")?;
    let column: usize = place.trim().parse().ok()?;
    let index = words.iter().position(|word| word.position == column)?;
    let Some((_, found)) = before.rsplit_once("found: ") else {
        return words.get(index);
    };
    let mut near = words[..=index].iter().rev().take(3);
    let said = near.find(|word| word.token.to_string() == found);
    said.or(words.get(index))
}

/// The first word at which a tree might be deeper than it may be.
fn first_too_many(words: &[Respelt]) -> Option<usize> {
    // Operators in a row, outside and within each parenthesis that is open.
    let mut outer = Vec::new();
    let (mut inside, mut casts, mut prefixes, mut sum) = (0, 0, 0, 0);
    for word in words {
        match &word.token {
            Token::LParen | Token::LBracket => {
                outer.push(inside);
                sum += inside;
                inside = 0;
            }
            Token::RParen | Token::RBracket => {
                inside = outer.pop().unwrap_or(0);
                sum -= inside;
            }
            Token::Comma => inside = 0,
            Token::DoubleColon => casts += 1,
            Token::Word(_) if !is_operator(&word.token) => {}
            Token::Period
            | Token::Number(..)
            | Token::Placeholder(_)
            | Token::SingleQuotedString(_) => {}
            _ => {
                inside += 1;
                casts = 0;
            }
        }
        // Operators before an expression are read by recursion.
        prefixes = match is_keyword(&word.token, "NOT") {
            true => prefixes + 1,
            false => 0,
        };
        if sum + inside + casts > MAX_OPERATORS || prefixes > MAX_NESTING {
            return Some(word.index);
        }
    }
    None
}

fn is_operator(token: &Token) -> bool {
    const WORDS: [&str; 14] = [
        "AND",
        "AT",
        "BETWEEN",
        "EXCEPT",
        "ILIKE",
        "IN",
        "INTERSECT",
        "IS",
        "JOIN",
        "LIKE",
        "NOT",
        "OR",
        "SIMILAR",
        "UNION",
    ];
    WORDS.iter().any(|word| is_keyword(token, word))
}
