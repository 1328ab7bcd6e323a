//! Capturing the changes of any SQLite tables.

use std::fmt::Write as _;

use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Error, ErrorKind, Object, Result};

/// The log, how far everybody has come in it, and from where on it is complete.
const LOG: &str = include_str!("../../sql/sqlite/change_log.sql");

/// Columns in one call of `json_object`: older builds take 127 arguments.
const COLUMNS: usize = 60;

/// Which tables are captured, and how: for an application that runs Astha over tables
/// of its own.
///
/// The triggers use only functions that every SQLite since 3.38 has, so that another
/// program's write with an older library does not fail. A row of a table `t` arrives
/// with its columns as JSON; a BLOB is `{"$blob": "hexadecimal"}`, or NULL without
/// [`Capture::blobs`]. `INSERT OR REPLACE` tells nothing of the row it replaces, unless
/// its connection has `PRAGMA recursive_triggers` on.
#[derive(Clone, Debug)]
pub struct Capture {
    tables: Vec<String>,
    blobs: bool,
}

impl Capture {
    /// Captures these tables.
    pub fn of<T: Into<String>>(tables: impl IntoIterator<Item = T>) -> Self {
        Self {
            tables: tables.into_iter().map(Into::into).collect(),
            blobs: false,
        }
    }

    /// Whether the bytes of BLOBs are captured. They are not.
    #[must_use]
    pub fn blobs(mut self, are_captured: bool) -> Self {
        self.blobs = are_captured;
        self
    }

    /// Makes the log and the triggers where they are missing, and puts right what
    /// differs: after ALTER TABLE the old triggers stay and miss the new column, and
    /// after RENAME the old name. Call it at every start and after each migration.
    ///
    /// # Errors
    /// 42P01 when a table is not there, and those of the file.
    pub fn install(&self, connection: &mut Connection) -> Result<()> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
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
            for operation in ["INSERT", "UPDATE", "DELETE"] {
                wanted.push(self.trigger(table, &columns, operation));
            }
        }
        for (name, sql) in stored(&transaction)? {
            match wanted
                .iter()
                .position(|(known, text)| (known, text) == (&name, &sql))
            {
                Some(place) => drop(wanted.swap_remove(place)),
                None => transaction.execute_batch(&format!("DROP TRIGGER {}", quoted(&name)))?,
            }
        }
        for (_, sql) in wanted {
            transaction.execute_batch(&sql)?;
        }
        Ok(transaction.commit()?)
    }

    /// A trigger's name and text.
    fn trigger(&self, table: &str, columns: &[String], operation: &str) -> (String, String) {
        let name = format!("{table}__capture_{}", operation.to_ascii_lowercase());
        let image = |row: &str| self.image(row, columns);
        let (before, after) = match operation {
            "INSERT" => ("NULL".to_owned(), image("NEW")),
            "UPDATE" => (image("OLD"), image("NEW")),
            _ => (image("OLD"), "NULL".to_owned()),
        };
        let sql = format!(
            "CREATE TRIGGER {} AFTER {operation} ON {} BEGIN
    INSERT INTO __cdc_log (timestamp, tablename, operation, before, after)
    VALUES (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), {}, '{operation}',
        {before},
        {after});
END",
            quoted(&name),
            quoted(table),
            literal(table),
        );
        (name, sql)
    }

    /// A row as JSON. `json_patch` would drop NULLs, so parts are put together as text.
    fn image(&self, row: &str, columns: &[String]) -> String {
        let mut image = String::new();
        for (nth, part) in columns.chunks(COLUMNS).enumerate() {
            let fields = part.iter().map(|column| {
                let value = format!("{row}.{}", quoted(column));
                let blob = match self.blobs {
                    true => format!("'{{\"$blob\":\"' || hex({value}) || '\"}}'"),
                    false => "'null'".to_owned(),
                };
                format!(
                    "{}, json(CASE typeof({value}) WHEN 'blob' THEN {blob} ELSE json_quote({value}) END)",
                    literal(column)
                )
            });
            let fields: Vec<_> = fields.collect();
            let object = format!("json_object({})", fields.join(", "));
            // Writing to a text does not fail.
            let _ = match nth {
                0 => write!(image, "{object}"),
                // {a} and {b} are {a,b}.
                _ => {
                    image = format!(
                        "substr({image}, 1, length({image}) - 1) || ',' || substr({object}, 2)"
                    );
                    Ok(())
                }
            };
        }
        image
    }
}

/// The columns of a table that have values of their own, in order.
fn columns(connection: &Connection, table: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// The capturing triggers there are.
fn stored(connection: &Connection) -> Result<Vec<(String, String)>> {
    let mut statement = connection.prepare(
        "SELECT name, sql FROM sqlite_master
         WHERE type = 'trigger' AND name GLOB '*__capture_[iud]*'",
    )?;
    let triggers = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(triggers.collect::<Result<_, _>>()?)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn connection(tables: &str) -> Connection {
        let connection = Connection::open_in_memory().expect("opens");
        connection.execute_batch(tables).expect("are made");
        connection
    }

    /// The images that were logged since the last call.
    fn logged(connection: &Connection) -> Vec<(String, String, Value, Value)> {
        let mut statement = connection
            .prepare("DELETE FROM __cdc_log RETURNING tablename, operation, before, after")
            .expect("prepares");
        let image = |text: Option<String>| {
            text.map_or(Value::Null, |text| {
                serde_json::from_str(&text).expect("JSON")
            })
        };
        let rows = statement.query_map([], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                image(row.get(2)?),
                image(row.get(3)?),
            ))
        });
        let rows = rows.expect("reads").map(|row| row.expect("a row"));
        rows.collect()
    }

    fn row(operation: &str, before: Value, after: Value) -> (String, String, Value, Value) {
        ("t".to_owned(), operation.to_owned(), before, after)
    }

    #[test]
    fn values_of_every_kind_arrive() {
        let mut connection = connection("CREATE TABLE t (id INTEGER PRIMARY KEY, \"a b\", c)");
        let capture = Capture::of(["t"]).blobs(true);
        capture.install(&mut connection).expect("installs");
        connection
            .execute_batch(
                "INSERT INTO t VALUES (1, 'it''s \"x\"', NULL), (2, 1.5, x'00ff');
                 UPDATE t SET c = '{}' WHERE id = 1;
                 DELETE FROM t WHERE id = 2;",
            )
            .expect("is written");
        let first = json!({"id": 1, "a b": "it's \"x\"", "c": null});
        let second = json!({"id": 2, "a b": 1.5, "c": {"$blob": "00FF"}});
        let changed = json!({"id": 1, "a b": "it's \"x\"", "c": "{}"});
        assert_eq!(
            logged(&connection),
            [
                row("INSERT", Value::Null, first.clone()),
                row("INSERT", Value::Null, second.clone()),
                row("UPDATE", first, changed),
                row("DELETE", second, Value::Null),
            ]
        );
    }

    #[test]
    fn a_wide_table_arrives_whole() {
        let names: Vec<String> = (0..200).map(|nth| format!("c{nth}")).collect();
        let table = format!("CREATE TABLE t ({})", names.join(", "));
        let mut connection = connection(&table);
        let capture = Capture::of(["t"]);
        capture.install(&mut connection).expect("installs");
        connection
            .execute_batch("INSERT INTO t (c0, c61, c199) VALUES (1, 2, x'01')")
            .expect("is written");
        let (.., after) = logged(&connection).remove(0);
        let after = after.as_object().expect("an object");
        assert_eq!(after.len(), 200);
        assert_eq!((&after["c0"], &after["c61"]), (&json!(1), &json!(2)));
        assert_eq!(
            (&after["c60"], &after["c199"]),
            (&Value::Null, &Value::Null)
        );
    }

    #[test]
    fn triggers_follow_the_tables() {
        let mut connection = connection("CREATE TABLE t (a); CREATE TABLE u (a)");
        let install = |connection: &mut Connection, tables: &[&str]| {
            Capture::of(tables.iter().copied()).install(connection)
        };
        install(&mut connection, &["t", "u"]).expect("installs");
        connection
            .execute_batch("ALTER TABLE t ADD COLUMN b; ALTER TABLE u RENAME TO v")
            .expect("changes");
        install(&mut connection, &["t", "v"]).expect("installs");
        install(&mut connection, &["t", "v"]).expect("installs again");
        connection
            .execute_batch("INSERT INTO t VALUES (1, 2); INSERT INTO v VALUES (3)")
            .expect("is written");
        let told = logged(&connection);
        assert_eq!(told[0].3, json!({"a": 1, "b": 2}));
        assert_eq!((told[1].0.as_str(), told.len()), ("v", 2));
        // A table that is no longer captured says nothing.
        install(&mut connection, &["t"]).expect("installs");
        connection
            .execute_batch("DELETE FROM v")
            .expect("is written");
        assert!(logged(&connection).is_empty());
        let error = install(&mut connection, &["nosuch"]).expect_err("is not there");
        assert_eq!(error.sqlstate(), "42P01");
    }
}
