//! `PREPARE`, `EXECUTE` and `DEALLOCATE`.

use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed};
use super::query::Query;
use super::select;
use super::statement::Statement;
use super::unsupported::{TWO_PHASE, is_write};
use crate::schema::Name;

/// `PREPARE name [(types)] AS query`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepare {
    /// The name.
    pub name: Name,
    /// The types of the first parameters, as a query for a NULL of each.
    pub types: Option<Query>,
    /// The query.
    pub query: Query,
}

/// `EXECUTE name [(expressions)]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execute {
    /// The name.
    pub name: Name,
    /// The values of the parameters, as a query for one row.
    pub arguments: Option<Query>,
}

/// `name [(types)] AS query`
pub(super) fn prepare(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if cursor.is("TRANSACTION") && matches!(cursor.second(), Token::SingleQuotedString(_)) {
        return cursor.unsupported("PREPARE TRANSACTION", TWO_PHASE);
    }
    let (name, _) = cursor.name("the name of a prepared statement")?;
    let types = match cursor.accept_sign(&Token::LParen) {
        true => {
            let types = select::data_types(cursor)?;
            cursor.expect_sign(&Token::RParen)?;
            Some(types)
        }
        false => None,
    };
    cursor.expect("AS")?;
    if let Some(what) = is_write(cursor) {
        return select::write(cursor, what);
    }
    let query = select::query(cursor)?;
    Ok(Statement::Prepare(Box::new(Prepare { name, types, query })))
}

/// `name [(expressions)]`
pub(super) fn execute(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    let (name, _) = cursor.name("the name of a prepared statement")?;
    let arguments = match cursor.accept_sign(&Token::LParen) {
        true => {
            let arguments = select::expressions(cursor)?;
            cursor.expect_sign(&Token::RParen)?;
            Some(arguments)
        }
        false => None,
    };
    Ok(Statement::Execute(Box::new(Execute { name, arguments })))
}

/// `[PREPARE] {name | ALL}`
pub(super) fn deallocate(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if matches!(cursor.second(), Token::Word(_)) {
        cursor.accept("PREPARE");
    }
    if cursor.accept("ALL") {
        return Ok(Statement::Deallocate(None));
    }
    let (name, _) = cursor.name("the name of a prepared statement or ALL")?;
    Ok(Statement::Deallocate(Some(name)))
}
