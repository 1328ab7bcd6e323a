//! Capturing the changes of any SQLite tables.

use rusqlite::{Connection, TransactionBehavior};

use super::Config;
use crate::error::{Error, ErrorKind, Object, Result};

/// The log, how far everybody has come in it, and from where on it is complete.
const LOG: &str = include_str!("../../sql/sqlite/change_log.sql");

/// A row that is gone before anybody has seen it: everybody misses it, and refreshes.
const MISSED: &str = include_str!("../../sql/sqlite/missed.sql");

/// Columns in one bracket: an expression may be 1,000 deep.
const COLUMNS: usize = 60;

/// Which tables are captured, and how: for an application that runs Astha over tables
/// of its own.
///
/// The triggers use only functions that every SQLite since 3.38 has, so that another
/// program's write with an older library does not fail. A row of a table `t` arrives
/// with its columns as JSON. What JSON has no word for is an object with one key: a BLOB
/// is `{"$blob": "hexadecimal"}`, or NULL without [`Config::enable_blobs`], an infinite
/// number `{"$real": "Infinity"}` or `{"$real": "-Infinity"}`. Generated columns are not
/// captured. `INSERT OR REPLACE` tells nothing of the row it replaces, unless its
/// connection has `PRAGMA recursive_triggers` on.
#[derive(Clone, Debug)]
pub struct Capture {
    tables: Vec<String>,
    blobs: bool,
    subseconds: bool,
}

/// A trigger as it should be.
struct Trigger {
    name: String,
    table: String,
    sql: String,
}

/// A trigger as it is.
struct Stored {
    rowid: i64,
    name: String,
    table: String,
    sql: String,
}

impl Capture {
    /// Captures these tables.
    pub fn of<T: Into<String>>(tables: impl IntoIterator<Item = T>) -> Self {
        let capture = Self {
            tables: tables.into_iter().map(Into::into).collect(),
            blobs: false,
            subseconds: false,
        };
        capture.configured(&Config::default())
    }

    /// Captures them with these settings: [`Config::enable_blobs`] and
    /// [`Config::subsecond_time`].
    #[must_use]
    pub fn configured(mut self, config: &Config) -> Self {
        self.blobs = config.enable_blobs;
        self.subseconds = config.subsecond_time;
        self
    }

    /// Makes the log and the triggers where they are missing, and puts right what
    /// differs: after ALTER TABLE the old triggers stay and miss the new column, and
    /// after RENAME the old name. Call it at every start and after each migration.
    ///
    /// What was written meanwhile may be missing in the log: when a trigger had to be
    /// put right, all components refresh. `ALTER TABLE … DROP COLUMN` fails as long as a
    /// trigger reads the column: capture no tables first (`Capture::of::<&str>([])`).
    ///
    /// # Errors
    /// 42P01 when a table is not there, and those of the file.
    pub fn install(&self, connection: &mut Connection) -> Result<()> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let is_new = !transaction.table_exists(None, "__cdc_log")?;
        transaction.execute_batch(LOG)?;
        let mut wanted = Vec::new();
        for table in &self.tables {
            let columns = columns(&transaction, table)?;
            if columns.is_empty() {
                return Err(Error::new(
                    ErrorKind::NotFound(Object::Stream),
                    format!("table \"{table}\" does not exist"),
                ));
            }
            let operations = ["INSERT", "UPDATE", "DELETE"].iter();
            wanted.extend(operations.map(|operation| self.trigger(table, &columns, operation)));
        }
        let all = stored(&transaction)?;
        for there in all.iter().filter(|there| is_ours(&there.name)) {
            match wanted.iter().position(|it| is_right(it, there, &all)) {
                Some(place) => drop(wanted.swap_remove(place)),
                None => {
                    transaction.execute_batch(&format!("DROP TRIGGER {}", quoted(&there.name)))?
                }
            }
        }
        for trigger in &wanted {
            transaction.execute_batch(&trigger.sql)?;
        }
        if !is_new && !wanted.is_empty() {
            transaction.execute_batch(MISSED)?;
        }
        Ok(transaction.commit()?)
    }

    fn trigger(&self, table: &str, columns: &[String], operation: &str) -> Trigger {
        let name = format!("{table}__capture_{}", operation.to_ascii_lowercase());
        let image = |row: &str| self.image(row, columns);
        let (before, after) = match operation {
            "INSERT" => ("NULL".to_owned(), image("NEW")),
            "UPDATE" => (image("OLD"), image("NEW")),
            _ => (image("OLD"), "NULL".to_owned()),
        };
        let seconds = if self.subseconds { "%f" } else { "%S" };
        let sql = format!(
            "CREATE TRIGGER {} AFTER {operation} ON {} BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (strftime('%Y-%m-%dT%H:%M:{seconds}Z', 'now'), {}, '{operation}',
        {before},
        {after});
END",
            quoted(&name),
            quoted(table),
            literal(table),
        );
        Trigger {
            name,
            table: table.to_owned(),
            sql,
        }
    }

    /// A row as JSON, put together as text: `json_object` takes 63 columns in older
    /// builds and no BLOB, and `json_patch` drops NULLs.
    fn image(&self, row: &str, columns: &[String]) -> String {
        let fields = columns.iter().enumerate().map(|(nth, column)| {
            let comma = if nth == 0 { "" } else { "," };
            let key = serde_json::Value::from(column.as_str());
            let value = self.value(&format!("{row}.{}", quoted(column)));
            format!("{} || {value}", literal(&format!("{comma}{key}:")))
        });
        let fields: Vec<_> = fields.collect();
        let brackets = fields.chunks(COLUMNS);
        let brackets: Vec<_> = brackets
            .map(|fields| format!("({})", fields.join(" || ")))
            .collect();
        format!("'{{' || {} || '}}'", brackets.join(" || "))
    }

    /// A value as JSON. `json_quote` would keep 15 digits of a number, write an infinite
    /// one as no JSON has it, and take a text for an object that a function for JSON has
    /// just made: SQLite remembers that until the text is put together anew.
    fn value(&self, value: &str) -> String {
        let blob = match self.blobs {
            true => format!("'{{\"$blob\":\"' || hex({value}) || '\"}}'"),
            false => "'null'".to_owned(),
        };
        format!(
            "CASE typeof({value}) \
             WHEN 'real' THEN CASE {value} \
             WHEN 9e999 THEN '{{\"$real\":\"Infinity\"}}' \
             WHEN -9e999 THEN '{{\"$real\":\"-Infinity\"}}' \
             ELSE printf('%!.17g', {value}) END \
             WHEN 'blob' THEN {blob} \
             WHEN 'text' THEN json_quote({value} || '') \
             ELSE json_quote({value}) END"
        )
    }
}

fn is_ours(trigger: &str) -> bool {
    let operation = trigger.rsplit_once("__capture_").map(|(_, rest)| rest);
    matches!(operation, Some("insert" | "update" | "delete"))
}

/// Whether a trigger is what it should be, and before those of the application: SQLite
/// runs the newest first, and what an application's trigger changes again is to be
/// logged after what it answers.
fn is_right(wanted: &Trigger, there: &Stored, all: &[Stored]) -> bool {
    let is_later = |other: &Stored| {
        !is_ours(&other.name)
            && other.rowid > there.rowid
            && other.table.eq_ignore_ascii_case(&wanted.table)
    };
    (&wanted.name, &wanted.sql) == (&there.name, &there.sql) && !all.iter().any(is_later)
}

/// The columns of a table that have values of their own, in order.
fn columns(connection: &Connection, table: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// The triggers there are.
fn stored(connection: &Connection) -> Result<Vec<Stored>> {
    let mut statement = connection
        .prepare("SELECT rowid, name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")?;
    let triggers = statement.query_map([], |row| {
        Ok(Stored {
            rowid: row.get(0)?,
            name: row.get(1)?,
            table: row.get(2)?,
            sql: row.get(3)?,
        })
    })?;
    Ok(triggers.collect::<Result<_, _>>()?)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
