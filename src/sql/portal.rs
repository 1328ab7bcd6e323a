//! `DECLARE`, `FETCH`, `MOVE` and `CLOSE`: the cursors of SQL, which are portals.

use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed};
use super::query::Query;
use super::select;
use super::statement::Statement;
use crate::schema::Name;

/// `DECLARE name … CURSOR … FOR query`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declare {
    /// The name.
    pub name: Name,
    /// `BINARY`: rows come in binary format.
    pub is_binary: bool,
    /// `SCROLL` or `NO SCROLL`
    pub scroll: Option<bool>,
    /// `WITH HOLD`: it outlives its transaction.
    pub is_holdable: bool,
    /// The query.
    pub query: Query,
}

/// `FETCH` or `MOVE`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// `MOVE`: the rows are not wanted.
    pub is_move: bool,
    /// Where to, and how far.
    pub direction: Direction,
    /// The cursor.
    pub cursor: Name,
}

/// Where a cursor goes. Counts may be negative, which is the other way round, and
/// 0, which is the row where it stands. `None` is ALL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The next so many rows.
    Forward(Option<i64>),
    /// So many rows before, the last of them first.
    Backward(Option<i64>),
    /// The row of this number, from 1; from the end when negative.
    Absolute(i64),
    /// The row so many rows further on.
    Relative(i64),
}

/// `name [BINARY] [ASENSITIVE | INSENSITIVE] [[NO] SCROLL] CURSOR [{WITH | WITHOUT} HOLD] FOR query`
pub(super) fn declare(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    let (name, _) = cursor.name("the name of a cursor")?;
    let (mut is_binary, mut scroll) = (false, None);
    while !cursor.accept("CURSOR") {
        if cursor.accept("BINARY") {
            is_binary = true;
        } else if scroll.is_none() && cursor.accept("SCROLL") {
            scroll = Some(true);
        } else if scroll.is_none() && cursor.accept_all(&["NO", "SCROLL"]) {
            scroll = Some(false);
        } else if !cursor.accept("INSENSITIVE") && !cursor.accept("ASENSITIVE") {
            return Err(cursor.unexpected("CURSOR").into());
        }
    }
    let is_holdable = cursor.accept_all(&["WITH", "HOLD"]);
    if !is_holdable {
        cursor.accept_all(&["WITHOUT", "HOLD"]);
    }
    cursor.expect("FOR")?;
    let query = select::query(cursor)?;
    Ok(Statement::Declare(Box::new(Declare {
        name,
        is_binary,
        scroll,
        is_holdable,
        query,
    })))
}

/// `[direction] [FROM | IN] name` behind `FETCH`
pub(super) fn fetch(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    fetch_or_move(cursor, false)
}

/// `[direction] [FROM | IN] name` behind `MOVE`
pub(super) fn move_to(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    fetch_or_move(cursor, true)
}

fn fetch_or_move(cursor: &mut Cursor<'_>, is_move: bool) -> Parsed<Statement> {
    // A cursor may be called "next": the last word is always its name.
    let is_alone = matches!(cursor.second(), Token::EOF | Token::SemiColon);
    let direction = match is_alone {
        true => Direction::Forward(Some(1)),
        false => direction(cursor)?,
    };
    if !cursor.accept("FROM") {
        cursor.accept("IN");
    }
    let (name, _) = cursor.name("the name of a cursor")?;
    Ok(Statement::Fetch(Fetch {
        is_move,
        direction,
        cursor: name,
    }))
}

fn direction(cursor: &mut Cursor<'_>) -> Parsed<Direction> {
    const SINGLE: [(&str, Direction); 5] = [
        ("NEXT", Direction::Forward(Some(1))),
        ("PRIOR", Direction::Backward(Some(1))),
        ("FIRST", Direction::Absolute(1)),
        ("LAST", Direction::Absolute(-1)),
        ("ALL", Direction::Forward(None)),
    ];
    if let Some((_, direction)) = SINGLE.iter().find(|(word, _)| cursor.accept(word)) {
        return Ok(*direction);
    }
    if cursor.accept("ABSOLUTE") {
        return Ok(Direction::Absolute(expect_count(cursor)?));
    }
    if cursor.accept("RELATIVE") {
        return Ok(Direction::Relative(expect_count(cursor)?));
    }
    if cursor.accept("FORWARD") {
        return Ok(Direction::Forward(extent(cursor)?));
    }
    if cursor.accept("BACKWARD") {
        return Ok(Direction::Backward(extent(cursor)?));
    }
    Ok(Direction::Forward(Some(count(cursor)?.unwrap_or(1))))
}

/// `[count | ALL]`
fn extent(cursor: &mut Cursor<'_>) -> Parsed<Option<i64>> {
    if cursor.accept("ALL") {
        return Ok(None);
    }
    Ok(Some(count(cursor)?.unwrap_or(1)))
}

fn expect_count(cursor: &mut Cursor<'_>) -> Parsed<i64> {
    match count(cursor)? {
        Some(count) => Ok(count),
        None => Err(cursor.unexpected("a number").into()),
    }
}

/// A number of rows, if there is one: of four bytes, as in PostgreSQL.
fn count(cursor: &mut Cursor<'_>) -> Parsed<Option<i64>> {
    let mark = cursor.mark();
    let Some(number) = cursor.number() else {
        return Ok(None);
    };
    match number.parse::<i32>() {
        Ok(count) => Ok(Some(count.into())),
        Err(_) => {
            cursor.reset(mark);
            Err(cursor.unexpected("a whole number of four bytes").into())
        }
    }
}

/// `{name | ALL}`
pub(super) fn close(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if cursor.accept("ALL") {
        return Ok(Statement::CloseAll);
    }
    let (name, _) = cursor.name("the name of a cursor or ALL")?;
    Ok(Statement::Close(name))
}
