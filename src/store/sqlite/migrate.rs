//! Brings a file up to date, or refuses it.

use rusqlite::{Connection, TransactionBehavior};
use rusqlite_migration::{M, MigrationDefinitionError, Migrations};

use crate::error::{Error, ErrorKind, Fault, Result};

/// Marks a file as Rekha's (`PRAGMA application_id`): "Rekh" in ASCII.
const APPLICATION_ID: i64 = 0x5265_6b68;

const MIGRATIONS: &[M<'static>] = &[
    M::up(concat!(
        include_str!("../../../sql/sqlite/0001_registry.sql"),
        include_str!("../../../sql/sqlite/change_log.sql"),
    )),
    M::up(include_str!("../../../sql/sqlite/0002_dead_letters.sql")),
];

/// The triggers as they should be, each ending in a line `END;`.
const CAPTURE: &str = include_str!("../../../sql/sqlite/capture.sql");

/// The log; what is there already stays.
const CHANGE_LOG: &str = include_str!("../../../sql/sqlite/change_log.sql");

/// A row of the log that is gone before anybody has seen it.
const MISSED: &str = include_str!("../../../sql/sqlite/missed.sql");

/// A file with tables of somebody else is left alone. Changes nothing.
///
/// # Errors
/// 55000 when the file is not Rekha's.
pub(super) fn refuse_strangers(connection: &Connection) -> Result<()> {
    let id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    let half_made =
        connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))? > 0;
    if id == APPLICATION_ID
        || tables == 0
        || (id == 0 && half_made && is_table(connection, "__cdc_log")?)
    {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Internal(Fault::StoreVersion),
        format!(
            "the store \"{}\" is a SQLite database of another program",
            connection.path().unwrap_or_default()
        ),
    )
    .with_hint("Choose another file with --store."))
}

/// Applies what is missing and puts the triggers right.
///
/// # Errors
/// 55000 when the file was written by a newer Rekha.
pub(super) fn migrate(connection: &mut Connection) -> Result<()> {
    let migrations = Migrations::from_slice(MIGRATIONS);
    let is_new = !is_table(connection, "__cdc_log")?;
    // Another process may be doing the same: whoever comes second finds it done.
    let mut outcome = migrations.to_latest(connection);
    for _ in 0..3 {
        if !matches!(
            outcome,
            Err(rusqlite_migration::Error::RusqliteError { .. })
        ) {
            break;
        }
        outcome = migrations.to_latest(connection);
    }
    outcome.map_err(|error| match error {
        rusqlite_migration::Error::MigrationDefinition(
            MigrationDefinitionError::DatabaseTooFarAhead,
        ) => too_new(connection),
        rusqlite_migration::Error::RusqliteError { err, .. } => {
            Error::from(err).with_detail("Its file could not be brought up to date.")
        }
        error => {
            Error::internal("the store's file cannot be brought up to date").with_source(error)
        }
    })?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    repair_triggers(connection, is_new)
}

fn too_new(connection: &Connection) -> Error {
    let version: i64 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap_or_default();
    Error::new(
        ErrorKind::Internal(Fault::StoreVersion),
        format!(
            "the store \"{}\" has format {version}, this server knows formats up to {}",
            connection.path().unwrap_or_default(),
            MIGRATIONS.len()
        ),
    )
    .with_hint(
        "Start the newer version of Rekha that wrote it, or choose another file with --store.",
    )
}

fn is_table(connection: &Connection, name: &str) -> Result<bool> {
    Ok(connection.table_exists(None, name)?)
}

/// Compares every stored trigger with the wanted one: after an ALTER TABLE the
/// old triggers stay and miss the new column, and a foreign tool may have
/// dropped one. What was written meanwhile may be missing in the log, so that
/// everybody refreshes.
fn repair_triggers(connection: &mut Connection, is_new: bool) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(CHANGE_LOG)?;
    let mut is_missed = false;
    for wanted in wanted_triggers() {
        let stored: Option<String> = transaction
            .prepare_cached("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?1")?
            .query_map([wanted.name], |row| row.get(0))?
            .next()
            .transpose()?;
        if stored.as_deref() == Some(wanted.sql) {
            continue;
        }
        if !is_new {
            tracing::warn!(
                trigger = wanted.name,
                "a capture trigger was missing or differed, and is put right"
            );
            is_missed = true;
        }
        if stored.is_some() {
            transaction.execute_batch(&format!("DROP TRIGGER {}", wanted.name))?;
        }
        transaction.execute_batch(wanted.sql)?;
    }
    if is_missed {
        transaction.execute_batch(MISSED)?;
    }
    transaction.commit()?;
    Ok(())
}

struct Trigger {
    name: &'static str,
    sql: &'static str,
}

fn wanted_triggers() -> impl Iterator<Item = Trigger> {
    CAPTURE.split_inclusive("\nEND;\n").filter_map(|part| {
        let sql = &part[part.find("CREATE TRIGGER ")?..];
        // SQLite stores the text without its semicolon.
        let sql = sql.trim_end().strip_suffix(';')?;
        let name = sql.split_ascii_whitespace().nth(2)?;
        Some(Trigger { name, sql })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory() -> Connection {
        Connection::open_in_memory().expect("opens")
    }

    #[test]
    fn the_migrations_are_valid_and_can_be_repeated() {
        Migrations::from_slice(MIGRATIONS)
            .validate()
            .expect("valid");
        let mut connection = memory();
        migrate(&mut connection).expect("migrates");
        migrate(&mut connection).expect("again");
        assert_eq!(wanted_triggers().count(), 8 * 3);
    }

    #[test]
    fn a_missing_or_altered_trigger_is_put_right() {
        let mut connection = memory();
        migrate(&mut connection).expect("migrates");
        let triggers = |connection: &Connection| -> Vec<String> {
            let mut statement = connection
                .prepare("SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
                .expect("prepares");
            let rows = statement.query_map([], |row| row.get(0)).expect("reads");
            rows.map(|row| row.expect("a text")).collect()
        };
        let wanted = triggers(&connection);
        connection
            .execute_batch(
                "DROP TRIGGER tables__capture_insert; DROP TRIGGER tables__capture_update;
                 CREATE TRIGGER tables__capture_update AFTER UPDATE ON tables BEGIN SELECT 1; END;",
            )
            .expect("breaks them");
        migrate(&mut connection).expect("migrates");
        assert_eq!(triggers(&connection), wanted);
    }

    #[test]
    fn a_newer_file_is_refused() {
        let mut connection = memory();
        migrate(&mut connection).expect("migrates");
        connection
            .pragma_update(None, "user_version", 99)
            .expect("bumps");
        let error = migrate(&mut connection).expect_err("refused");
        assert_eq!(error.sqlstate(), "55000");
        assert_eq!(
            error.message(),
            "the store \"\" has format 99, this server knows formats up to 2"
        );
    }

    #[test]
    fn a_file_of_another_program_is_refused() {
        let connection = memory();
        connection
            .execute_batch("CREATE TABLE t (a)")
            .expect("makes it a stranger's");
        assert_eq!(
            refuse_strangers(&connection)
                .expect_err("refused")
                .sqlstate(),
            "55000"
        );
    }
}
