//! `BEGIN`, `COMMIT`, `ROLLBACK`, savepoints, and the modes of a transaction.

use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed};
use super::statement::{IsolationLevel, Statement, TransactionModes};
use super::unsupported::{LOCKS, TWO_PHASE};
use crate::schema::Name;

/// `BEGIN [WORK | TRANSACTION] [modes]`
pub(super) fn begin(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    work(cursor);
    Ok(Statement::Begin {
        start: false,
        modes: optional_modes(cursor)?,
    })
}

/// `START TRANSACTION [modes]`
pub(super) fn start(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    cursor.expect("TRANSACTION")?;
    Ok(Statement::Begin {
        start: true,
        modes: optional_modes(cursor)?,
    })
}

/// `{COMMIT | END} [WORK | TRANSACTION] [AND [NO] CHAIN]`
pub(super) fn commit(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if cursor.is("PREPARED") {
        return cursor.unsupported("COMMIT PREPARED", TWO_PHASE);
    }
    work(cursor);
    Ok(Statement::Commit {
        chain: chain(cursor)?,
    })
}

/// `ROLLBACK [WORK | TRANSACTION] {[AND [NO] CHAIN] | TO [SAVEPOINT] name}`
pub(super) fn rollback(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if cursor.is("PREPARED") {
        return cursor.unsupported("ROLLBACK PREPARED", TWO_PHASE);
    }
    work(cursor);
    if cursor.accept("TO") {
        return Ok(Statement::RollbackTo(after_savepoint(cursor)?));
    }
    Ok(Statement::Rollback {
        chain: chain(cursor)?,
    })
}

/// `ABORT [WORK | TRANSACTION] [AND [NO] CHAIN]`
pub(super) fn abort(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    work(cursor);
    Ok(Statement::Rollback {
        chain: chain(cursor)?,
    })
}

/// `SAVEPOINT name`
pub(super) fn savepoint(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    Ok(Statement::Savepoint(savepoint_name(cursor)?))
}

/// `RELEASE [SAVEPOINT] name`
pub(super) fn release(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    Ok(Statement::Release(after_savepoint(cursor)?))
}

/// Reads `[SAVEPOINT] name`: the word alone is a name.
fn after_savepoint(cursor: &mut Cursor<'_>) -> Parsed<Name> {
    if matches!(cursor.second(), Token::Word(_)) {
        cursor.accept("SAVEPOINT");
    }
    savepoint_name(cursor)
}

fn savepoint_name(cursor: &mut Cursor<'_>) -> Parsed<Name> {
    Ok(cursor.name("the name of a savepoint")?.0)
}

/// `LOCK [TABLE] [ONLY] stream [*], … IN ACCESS SHARE MODE [NOWAIT]`; no mode is
/// `ACCESS EXCLUSIVE`.
pub(super) fn lock(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    cursor.accept("TABLE");
    let streams = cursor.list(|cursor| {
        cursor.accept("ONLY");
        let stream = cursor.object("a stream")?;
        cursor.accept_sign(&Token::Mul);
        Ok(stream)
    })?;
    if !cursor.accept_all(&["IN", "ACCESS", "SHARE", "MODE"]) {
        return cursor.unsupported("LOCK in a mode but ACCESS SHARE", LOCKS);
    }
    cursor.accept("NOWAIT");
    Ok(Statement::Lock(streams))
}

fn work(cursor: &mut Cursor<'_>) {
    if !cursor.accept("WORK") {
        cursor.accept("TRANSACTION");
    }
}

/// Reads `[AND [NO] CHAIN]`: whether it chains.
fn chain(cursor: &mut Cursor<'_>) -> Parsed<bool> {
    if !cursor.accept("AND") {
        return Ok(false);
    }
    let no = cursor.accept("NO");
    cursor.expect("CHAIN")?;
    Ok(!no)
}

fn optional_modes(cursor: &mut Cursor<'_>) -> Parsed<TransactionModes> {
    match cursor.is_at_end() {
        true => Ok(TransactionModes::default()),
        false => modes(cursor),
    }
}

/// Reads modes, with commas or blanks between them; the last of a kind counts.
///
/// # Errors
/// 42601 when there is none.
pub(super) fn modes(cursor: &mut Cursor<'_>) -> Parsed<TransactionModes> {
    let mut modes = TransactionModes::default();
    loop {
        if cursor.accept_all(&["ISOLATION", "LEVEL"]) {
            modes.isolation = Some(isolation(cursor)?);
        } else if cursor.accept_all(&["READ", "ONLY"]) {
            modes.read_only = Some(true);
        } else if cursor.accept_all(&["READ", "WRITE"]) {
            modes.read_only = Some(false);
        } else if cursor.accept("DEFERRABLE") {
            modes.deferrable = Some(true);
        } else if cursor.accept_all(&["NOT", "DEFERRABLE"]) {
            modes.deferrable = Some(false);
        } else {
            return Err(cursor
                .unexpected("ISOLATION LEVEL, READ ONLY, READ WRITE or [NOT] DEFERRABLE")
                .into());
        }
        if !cursor.accept_sign(&Token::Comma) && cursor.is_at_end() {
            return Ok(modes);
        }
    }
}

fn isolation(cursor: &mut Cursor<'_>) -> Parsed<IsolationLevel> {
    if cursor.accept("SERIALIZABLE") {
        Ok(IsolationLevel::Serializable)
    } else if cursor.accept_all(&["REPEATABLE", "READ"]) {
        Ok(IsolationLevel::RepeatableRead)
    } else if cursor.accept_all(&["READ", "COMMITTED"]) {
        Ok(IsolationLevel::ReadCommitted)
    } else if cursor.accept_all(&["READ", "UNCOMMITTED"]) {
        Ok(IsolationLevel::ReadUncommitted)
    } else {
        Err(cursor
            .unexpected("SERIALIZABLE, REPEATABLE READ, READ COMMITTED or READ UNCOMMITTED")
            .into())
    }
}
