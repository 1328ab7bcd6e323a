//! From a text to its statements.

use super::cursor::{Cursor, Parsed, Stop};
use super::statement::Statement;
use super::token::tokenize;
use super::{
    alteration, call, copy, definition, inspection, notification, portal, prepared, select,
    setting, transaction, unsupported,
};
use crate::error::Result;

/// Reads the statements of a text, separated by semicolons; empty ones vanish.
///
/// Types and queries recurse on the text, each to a bound of its own, so no text
/// is too deep.
///
/// # Errors
/// 42601 where the text breaks the grammar, with the position of the first
/// word that does; 42622, 42701, 42704, 42P16, 22021, 22023 and 0A000 where a
/// statement cannot mean anything whatever the registry holds; 54001 for a
/// text with more than two million tokens and for a query that is nested too deeply.
pub fn parse(text: &str) -> Result<Vec<Statement>> {
    let lexemes = tokenize(text)?;
    let mut cursor = Cursor::new(text, &lexemes);
    let mut statements = Vec::new();
    while cursor.next_statement() {
        statements.push(statement(&mut cursor)?);
    }
    Ok(statements)
}

type Grammar = fn(&mut Cursor<'_>) -> Parsed<Statement>;

/// What follows which first word.
const GRAMMARS: [(&str, Grammar); 33] = [
    ("DESCRIBE", inspection::describe),
    ("DESC", inspection::describe),
    ("SHOW", inspection::show),
    ("ASSERT", inspection::assert),
    ("EXPLAIN", inspection::explain),
    ("CREATE", definition::create),
    ("ALTER", alteration::alter),
    ("DROP", definition::drop),
    ("COMMENT", definition::comment),
    ("BEGIN", transaction::begin),
    ("START", transaction::start),
    ("COMMIT", transaction::commit),
    ("END", transaction::commit),
    ("ROLLBACK", transaction::rollback),
    ("ABORT", transaction::abort),
    ("SAVEPOINT", transaction::savepoint),
    ("RELEASE", transaction::release),
    ("SET", setting::set),
    ("RESET", setting::reset),
    ("DISCARD", setting::discard),
    ("PREPARE", prepared::prepare),
    ("EXECUTE", prepared::execute),
    ("DEALLOCATE", prepared::deallocate),
    ("DECLARE", portal::declare),
    ("FETCH", portal::fetch),
    ("MOVE", portal::move_to),
    ("CLOSE", portal::close),
    ("COPY", copy::copy),
    ("CALL", call::call),
    ("LOCK", transaction::lock),
    ("LISTEN", notification::listen),
    ("NOTIFY", notification::notify),
    ("UNLISTEN", notification::unlisten),
];

fn statement(cursor: &mut Cursor<'_>) -> Result<Statement> {
    let mark = cursor.mark();
    let read = grammar(cursor).and_then(|statement| {
        cursor.expect_end()?;
        Ok(statement)
    });
    match read {
        Ok(statement) => Ok(statement),
        Err(Stop::Wrong(error)) => Err(error),
        Err(Stop::Unsupported {
            what,
            hint,
            location,
        }) => Ok(Statement::Unsupported {
            what,
            hint,
            text: cursor.skip_statement(mark).to_owned(),
            location,
        }),
    }
}

/// One statement, without its end.
pub(super) fn grammar(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    // A query is read from its first word on.
    if select::begins(cursor) {
        return select::select(cursor);
    }
    for (word, grammar) in GRAMMARS {
        if cursor.accept(word) {
            return grammar(cursor);
        }
    }
    unsupported::statement(cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_statements_vanish() {
        for text in ["", " ", ";", " ; -- a comment\n;/* and /* another */ */"] {
            assert_eq!(parse(text).expect(text), []);
        }
        assert_eq!(parse(";;COMMIT;;ROLLBACK").expect("two").len(), 2);
    }
}
