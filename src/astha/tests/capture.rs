//! Triggers as a change log: what the log says of a write, whatever the table, the
//! value and the way of writing.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::astha::{Capture, Config};

/// A row of the log: table, operation, before, after.
type Logged = (String, String, Value, Value);

fn connection(tables: &str) -> Connection {
    let connection = Connection::open_in_memory().expect("opens");
    connection.execute_batch(tables).expect("are made");
    connection
}

/// The tables with their first one, `t`, captured.
fn captured(tables: &str) -> Connection {
    let mut connection = connection(tables);
    Capture::of(["t"])
        .install(&mut connection)
        .expect("installs");
    connection
}

/// Writes, and answers what was logged.
fn write(connection: &Connection, sql: &str) -> Vec<Logged> {
    connection.execute_batch(sql).expect("is written");
    logged(connection)
}

/// What was logged since the last call.
fn logged(connection: &Connection) -> Vec<Logged> {
    let mut statement = connection
        .prepare("SELECT tablename, operation, before, after FROM __cdc_log ORDER BY id")
        .expect("prepares");
    let image = |text: Option<String>| {
        text.map_or(Value::Null, |text| {
            serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text} is no JSON"))
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
    let rows = rows
        .expect("reads")
        .map(|row| row.expect("a row"))
        .collect();
    connection
        .execute("DELETE FROM __cdc_log", [])
        .expect("is emptied");
    rows
}

/// What was logged, in short: `UPDATE t {"id":1}→{"id":2}`.
fn told(rows: &[Logged]) -> Vec<String> {
    let image = |image: &Value| match image {
        Value::Null => String::new(),
        image => image.to_string(),
    };
    rows.iter()
        .map(|(table, operation, before, after)| {
            format!("{operation} {table} {}→{}", image(before), image(after))
        })
        .collect()
}

#[test]
fn every_value_arrives_as_it_is_stored() {
    let blobs = Config {
        enable_blobs: true,
        ..Config::default()
    };
    for (value, expected) in [
        ("NULL", json!(null)),
        // SQLite has no booleans.
        ("TRUE", json!(1)),
        ("9007199254740993", json!(9_007_199_254_740_993_i64)),
        ("9223372036854775807", json!(i64::MAX)),
        ("-9223372036854775808", json!(i64::MIN)),
        ("1.0", json!(1.0)),
        ("0.1 + 0.2", json!(0.1 + 0.2)),
        ("1e300", json!(1e300)),
        ("-2.5e-300", json!(-2.5e-300)),
        ("9e999", json!({"$real": "Infinity"})),
        ("-9e999", json!({"$real": "-Infinity"})),
        // No number is one: SQLite makes it NULL.
        ("9e999 - 9e999", json!(null)),
        ("''", json!("")),
        ("'007'", json!("007")),
        ("'1e3'", json!("1e3")),
        ("'null'", json!("null")),
        ("'{\"a\": 1}'", json!("{\"a\": 1}")),
        ("json('{\"a\": 1}')", json!("{\"a\":1}")),
        ("'it''s \"x\" \\'", json!("it's \"x\" \\")),
        ("'a' || char(0, 9, 10) || 'b'", json!("a\0\t\nb")),
        ("'é💡'", json!("é💡")),
        ("x'00ff'", json!({"$blob": "00FF"})),
        ("x''", json!({"$blob": ""})),
    ] {
        for config in [&blobs, &Config::default()] {
            let mut connection = connection("CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
            let capture = Capture::of(["t"]).configured(config);
            capture.install(&mut connection).expect("installs");
            let rows = write(&connection, &format!("INSERT INTO t VALUES (1, {value})"));
            let expected = match expected.get("$blob") {
                Some(_) if !config.enable_blobs => json!(null),
                _ => expected.clone(),
            };
            assert_eq!(rows[0].3, json!({"id": 1, "v": expected}), "{value}");
        }
    }
}

#[test]
fn a_write_is_logged_with_the_rows_before_and_after() {
    let connection = captured("CREATE TABLE t (id INTEGER PRIMARY KEY, a)");
    let rows = write(
        &connection,
        "INSERT INTO t VALUES (1, 'a'), (2, NULL);
         UPDATE t SET a = 'b' WHERE id = 1;
         UPDATE t SET id = 3 WHERE id = 2;
         DELETE FROM t WHERE id = 3;",
    );
    assert_eq!(
        told(&rows),
        [
            r#"INSERT t →{"a":"a","id":1}"#,
            r#"INSERT t →{"a":null,"id":2}"#,
            r#"UPDATE t {"a":"a","id":1}→{"a":"b","id":1}"#,
            r#"UPDATE t {"a":null,"id":2}→{"a":null,"id":3}"#,
            r#"DELETE t {"a":null,"id":3}→"#,
        ]
    );
}

/// As many as SQLite allows: `json_object` takes 63 of them in older builds, and a text
/// of nested calls would double with every part.
#[test]
fn a_table_of_2000_columns_arrives_whole() {
    let names: Vec<String> = (0..2_000).map(|nth| format!("c{nth}")).collect();
    let connection = captured(&format!("CREATE TABLE t ({})", names.join(", ")));
    let rows = write(
        &connection,
        "INSERT INTO t (c0, c61, c1999) VALUES (1, 'two', 3); UPDATE t SET c1000 = 4",
    );
    let after = rows[1].3.as_object().expect("an object");
    assert_eq!(after.len(), 2_000);
    let values = ["c0", "c61", "c1000", "c1999", "c60"].map(|name| &after[name]);
    assert_eq!(
        values,
        [&json!(1), &json!("two"), &json!(4), &json!(3), &json!(null)]
    );
}

#[test]
fn names_may_be_any() {
    let name = "it's a \"t\" \\ é";
    let quoted = format!("\"{}\"", name.replace('"', "\"\""));
    let mut connection = connection(&format!("CREATE TABLE {quoted} ({quoted}, \"select\")"));
    Capture::of([name])
        .install(&mut connection)
        .expect("installs");
    let rows = write(&connection, &format!("INSERT INTO {quoted} VALUES (1, 2)"));
    assert_eq!(rows[0].0, name);
    assert_eq!(rows[0].3, json!({name: 1, "select": 2}));
}

#[test]
fn a_table_without_rowids_is_captured() {
    let connection = captured("CREATE TABLE t (a TEXT, b INT, PRIMARY KEY (b, a)) WITHOUT ROWID");
    let rows = write(
        &connection,
        "INSERT INTO t VALUES ('x', 1); UPDATE t SET b = 2; DELETE FROM t",
    );
    assert_eq!(
        told(&rows),
        [
            r#"INSERT t →{"a":"x","b":1}"#,
            r#"UPDATE t {"a":"x","b":1}→{"a":"x","b":2}"#,
            r#"DELETE t {"a":"x","b":2}→"#,
        ]
    );
}

#[test]
fn what_is_computed_from_a_row_is_no_part_of_it() {
    let connection = captured(
        "CREATE TABLE t (a, b AS (a + 1), c AS (a + 2) STORED);
         CREATE INDEX i ON t (b)",
    );
    let rows = write(&connection, "INSERT INTO t VALUES (1)");
    assert_eq!(rows[0].3, json!({"a": 1}));
}

/// A row that is replaced leaves no trace, unless the connection wants triggers of
/// triggers; an update on conflict is an update.
#[test]
fn a_conflict_is_logged_as_what_is_done_about_it() {
    for (recursive, sql, expected) in [
        (
            "OFF",
            "INSERT OR REPLACE INTO t VALUES (1, 'b')",
            &["INSERT"][..],
        ),
        (
            "ON",
            "INSERT OR REPLACE INTO t VALUES (1, 'b')",
            &["DELETE", "INSERT"],
        ),
        ("OFF", "REPLACE INTO t VALUES (2, 'a')", &["INSERT"]),
        (
            "OFF",
            "INSERT INTO t VALUES (1, 'b') ON CONFLICT DO UPDATE SET a = excluded.a",
            &["UPDATE"],
        ),
        (
            "OFF",
            "INSERT INTO t VALUES (1, 'b') ON CONFLICT DO NOTHING",
            &[],
        ),
        (
            "OFF",
            "INSERT OR IGNORE INTO t VALUES (1, 'b'), (2, 'b')",
            &["INSERT"],
        ),
        ("OFF", "UPDATE t SET a = a", &["UPDATE"]),
        ("OFF", "UPDATE t SET a = 'b' WHERE id = 9", &[]),
    ] {
        let connection = captured("CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE)");
        write(&connection, "INSERT INTO t VALUES (1, 'a')");
        let sql = format!("PRAGMA recursive_triggers = {recursive}; {sql}");
        let rows = write(&connection, &sql);
        let operations: Vec<_> = rows.iter().map(|row| row.1.as_str()).collect();
        assert_eq!(operations, expected, "{sql}");
    }
}

#[test]
fn cascades_are_logged_children_first_and_only_where_they_happen() {
    let tables = "
        CREATE TABLE t (id INTEGER PRIMARY KEY);
        CREATE TABLE gone (id INTEGER PRIMARY KEY, t REFERENCES t ON DELETE CASCADE);
        CREATE TABLE freed (id INTEGER PRIMARY KEY, t REFERENCES t ON DELETE SET NULL);";
    for (foreign_keys, expected) in [
        (
            "ON",
            &[
                r#"UPDATE freed {"id":3,"t":1}→{"id":3,"t":null}"#,
                r#"DELETE gone {"id":2,"t":1}→"#,
                r#"DELETE t {"id":1}→"#,
            ][..],
        ),
        ("OFF", &[r#"DELETE t {"id":1}→"#]),
    ] {
        let mut connection = connection(tables);
        Capture::of(["t", "gone", "freed"])
            .install(&mut connection)
            .expect("installs");
        write(
            &connection,
            "INSERT INTO t VALUES (1); INSERT INTO gone VALUES (2, 1); INSERT INTO freed VALUES (3, 1)",
        );
        let sql = format!("PRAGMA foreign_keys = {foreign_keys}; DELETE FROM t");
        let mut rows = told(&write(&connection, &sql));
        // Which child is first is not said.
        let children = rows.len() - 1;
        rows[..children].sort_unstable();
        rows[..children].reverse();
        assert_eq!(rows, expected, "foreign_keys = {foreign_keys}");
    }
}

/// A trigger of the application's that changes the row again is logged after what it
/// answers, whichever of them was there first: the last image is the row.
#[test]
fn an_updated_at_trigger_is_a_second_change() {
    const STAMP: &str = "CREATE TRIGGER stamp AFTER UPDATE ON t WHEN NEW.stamp IS OLD.stamp BEGIN
        UPDATE t SET stamp = coalesce(NEW.stamp, 0) + 1 WHERE id = NEW.id; END;";
    for is_first in [true, false] {
        let mut connection = connection("CREATE TABLE t (id INTEGER PRIMARY KEY, a, stamp)");
        let capture = Capture::of(["t"]);
        if is_first {
            connection.execute_batch(STAMP).expect("is made");
        }
        capture.install(&mut connection).expect("installs");
        if !is_first {
            connection.execute_batch(STAMP).expect("is made");
            capture.install(&mut connection).expect("installs");
        }
        for recursive in ["OFF", "ON"] {
            write(
                &connection,
                "DELETE FROM t; INSERT INTO t VALUES (1, 'a', NULL)",
            );
            let sql = format!("PRAGMA recursive_triggers = {recursive}; UPDATE t SET a = 'b'");
            assert_eq!(
                told(&write(&connection, &sql)),
                [
                    r#"UPDATE t {"a":"a","id":1,"stamp":null}→{"a":"b","id":1,"stamp":null}"#,
                    r#"UPDATE t {"a":"b","id":1,"stamp":null}→{"a":"b","id":1,"stamp":1}"#,
                ],
                "the stamp was first: {is_first}; recursive_triggers = {recursive}"
            );
        }
    }
}

#[test]
fn what_is_rolled_back_is_not_logged() {
    let connection = captured("CREATE TABLE t (a PRIMARY KEY)");
    let rows = write(
        &connection,
        "BEGIN; INSERT INTO t VALUES (1); ROLLBACK;
         BEGIN; INSERT INTO t VALUES (2);
         SAVEPOINT s; INSERT INTO t VALUES (3); ROLLBACK TO s;
         INSERT INTO t VALUES (4); RELEASE s; COMMIT;",
    );
    assert_eq!(
        told(&rows),
        [r#"INSERT t →{"a":2}"#, r#"INSERT t →{"a":4}"#]
    );
    // A statement that fails takes its own rows with it, and no others.
    let error =
        connection.execute_batch("BEGIN; INSERT INTO t VALUES (5); INSERT INTO t VALUES (6), (5)");
    error.expect_err("5 is there");
    assert_eq!(
        told(&write(&connection, "COMMIT")),
        [r#"INSERT t →{"a":5}"#]
    );
}

/// The writer's own program goes on as if nobody listened.
#[test]
fn a_writer_does_not_notice() {
    let connection = captured("CREATE TABLE t (id INTEGER PRIMARY KEY, a)");
    write(&connection, "INSERT INTO t VALUES (7, 'a'), (8, 'b')");
    connection
        .execute("INSERT INTO t (a) VALUES ('c')", [])
        .expect("is written");
    assert_eq!(connection.last_insert_rowid(), 9);
    let changed = connection.execute("UPDATE t SET a = 'd'", []);
    assert_eq!(changed.expect("is written"), 3);
    let returned = connection.query_row("DELETE FROM t WHERE id = 9 RETURNING a", [], |row| {
        row.get::<_, String>(0)
    });
    assert_eq!(returned.expect("is deleted"), "d");
}

/// After ALTER TABLE the old triggers stay and say what was: they are compared with what
/// they should be, and put right.
#[test]
fn triggers_follow_the_tables() {
    for (change, table, insert, expected) in [
        (
            "SELECT 1",
            "t",
            "INSERT INTO t VALUES (1)",
            r#"INSERT t →{"a":1}"#,
        ),
        (
            "ALTER TABLE t ADD COLUMN b",
            "t",
            "INSERT INTO t VALUES (1, 2)",
            r#"INSERT t →{"a":1,"b":2}"#,
        ),
        (
            "ALTER TABLE t RENAME COLUMN a TO b",
            "t",
            "INSERT INTO t VALUES (1)",
            r#"INSERT t →{"b":1}"#,
        ),
        (
            "ALTER TABLE t RENAME TO u",
            "u",
            "INSERT INTO u VALUES (1)",
            r#"INSERT u →{"a":1}"#,
        ),
        (
            "DROP TABLE t; CREATE TABLE t (b, c)",
            "t",
            "INSERT INTO t VALUES (1, 2)",
            r#"INSERT t →{"b":1,"c":2}"#,
        ),
        (
            "DROP TRIGGER t__capture_insert",
            "t",
            "INSERT INTO t VALUES (1)",
            r#"INSERT t →{"a":1}"#,
        ),
        (
            "DROP TRIGGER t__capture_insert;
             CREATE TRIGGER t__capture_insert AFTER INSERT ON t BEGIN SELECT 1; END",
            "t",
            "INSERT INTO t VALUES (1)",
            r#"INSERT t →{"a":1}"#,
        ),
    ] {
        let mut connection = captured("CREATE TABLE t (a)");
        connection.execute_batch(change).expect("changes");
        for _ in 0..2 {
            Capture::of([table])
                .install(&mut connection)
                .expect("installs");
        }
        assert_eq!(told(&write(&connection, insert)), [expected], "{change}");
        let left: i64 = connection
            .query_row(
                "SELECT count(*) FROM sqlite_master WHERE name LIKE '%capture%'",
                [],
                |row| row.get(0),
            )
            .expect("is read");
        assert_eq!(left, 3, "{change}");
    }
}

/// A trigger that reads a column keeps it from being dropped; without a table there is
/// nothing to capture.
#[test]
fn a_column_is_dropped_while_nothing_is_captured() {
    let mut connection = captured("CREATE TABLE t (a, b)");
    let drop = "ALTER TABLE t DROP COLUMN b";
    connection
        .execute_batch(drop)
        .expect_err("a trigger reads it");
    Capture::of::<&str>([])
        .install(&mut connection)
        .expect("installs");
    assert!(write(&connection, "INSERT INTO t VALUES (1, 2)").is_empty());
    connection.execute_batch(drop).expect("is dropped");
    let capture = Capture::of(["t"]);
    capture.install(&mut connection).expect("installs");
    assert_eq!(
        told(&write(&connection, "INSERT INTO t VALUES (1)")),
        [r#"INSERT t →{"a":1}"#]
    );
    connection
        .execute_batch("DROP TABLE t")
        .expect("is dropped");
    let error = capture.install(&mut connection).expect_err("is not there");
    assert_eq!(error.sqlstate(), "42P01");
}

#[test]
fn ids_go_on_after_the_log_was_emptied() {
    let connection = captured("CREATE TABLE t (a)");
    let last = || -> i64 {
        connection
            .query_row("SELECT max(id) FROM __cdc_log", [], |row| row.get(0))
            .expect("is read")
    };
    connection
        .execute_batch("INSERT INTO t VALUES (1), (2)")
        .expect("is written");
    let before = last();
    logged(&connection);
    connection
        .execute_batch("INSERT INTO t VALUES (3)")
        .expect("is written");
    assert_eq!(last(), before + 1);
}

#[test]
fn times_have_parts_of_a_second_unless_nobody_wants_them() {
    for (subsecond_time, pattern) in [
        (true, "____-__-__T__:__:__.___Z"),
        (false, "____-__-__T__:__:__Z"),
    ] {
        let config = Config {
            subsecond_time,
            ..Config::default()
        };
        let mut connection = connection("CREATE TABLE t (a)");
        let capture = Capture::of(["t"]).configured(&config);
        capture.install(&mut connection).expect("installs");
        connection
            .execute_batch("INSERT INTO t VALUES (1)")
            .expect("is written");
        let is_like = connection.query_row(
            "SELECT timestamp LIKE ?1 FROM __cdc_log",
            [pattern],
            |row| row.get::<_, bool>(0),
        );
        assert!(is_like.expect("is read"), "{pattern}");
    }
}

/// Another program with an older library may write to the file: a function that it does
/// not have, or that is NULL there, would fail its write.
#[test]
fn triggers_use_only_what_every_sqlite_since_3_38_has() {
    const KNOWN: [&str; 7] = [
        "hex",
        "json_object",
        "json_quote",
        "last_insert_rowid",
        "printf",
        "strftime",
        "typeof",
    ];
    let registry = connection(&registry());
    for (connection, triggers) in [(captured("CREATE TABLE t (a, b)"), 4), (registry, 25)] {
        let mut statement = connection
            .prepare("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
            .expect("prepares");
        let texts = statement.query_map([], |row| row.get::<_, String>(0));
        let texts: Vec<_> = texts
            .expect("reads")
            .map(|text| text.expect("a text"))
            .collect();
        assert_eq!(texts.len(), triggers);
        for text in texts {
            assert!(!text.contains("subsec"), "{text}");
            let code: String = text.split('\'').step_by(2).collect();
            for (end, _) in code.match_indices('(') {
                let word = code[..end].rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                let function = word.into_iter().next().unwrap_or_default();
                assert!(
                    function.is_empty() || KNOWN.contains(&function),
                    "{function} in {text}"
                );
            }
        }
    }
}

/// The registry's tables as they are in a file.
fn registry() -> String {
    [
        include_str!("../../../sql/sqlite/0001_registry.sql"),
        include_str!("../../../sql/sqlite/change_log.sql"),
        include_str!("../../../sql/sqlite/capture.sql"),
    ]
    .concat()
}

/// What `json_object` cannot take or would not keep is in none of the registry's own
/// tables, and nobody can put it there; and no trigger changes a row again.
#[test]
fn the_registrys_tables_hold_what_their_triggers_can_say() {
    let connection = connection(&registry());
    let none: i64 = connection
        .query_row(
            "SELECT count(*) FROM pragma_table_list AS t
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND (NOT t.strict OR EXISTS (
                SELECT 1 FROM pragma_table_info(t.name) WHERE type NOT IN ('INTEGER', 'TEXT')))",
            [],
            |row| row.get(0),
        )
        .expect("is read");
    assert_eq!(none, 0, "tables that are not STRICT, or with other types");
    let blob = connection.execute_batch("INSERT INTO databases (name) VALUES (x'00')");
    blob.expect_err("is no text");
    assert!(logged(&connection).is_empty());

    connection
        .execute_batch("PRAGMA recursive_triggers = ON; INSERT INTO databases (name) VALUES ('a')")
        .expect("is written");
    logged(&connection);
    let rows = write(
        &connection,
        "UPDATE databases SET name = 'b', updated_at = '2026-01-01T00:00:00Z' WHERE name = 'a'",
    );
    assert_eq!(rows.len(), 1, "one row for one change");
    assert_eq!(rows[0].3["updated_at"], "2026-01-01T00:00:00Z");
}

/// Every column of every monitored table is in the images of all three triggers; a text
/// is put together anew, so that it arrives as a text when a function for JSON made it.
#[test]
fn the_registrys_triggers_say_every_column() {
    let connection = connection(&registry());
    for table in [
        "databases",
        "tables",
        "table_columns",
        "table_metadata",
        "table_files",
        "table_statistics",
        "file_statistics",
        "table_snapshots",
    ] {
        let mut statement = connection
            .prepare("SELECT name, type = 'TEXT' FROM pragma_table_info(?1)")
            .expect("prepares");
        let columns = statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)));
        let columns: Vec<(String, bool)> = columns
            .expect("reads")
            .map(|name| name.expect("a name"))
            .collect();
        assert!(columns.len() > 4, "{table}");
        for (operation, rows) in [
            ("insert", &["NEW"][..]),
            ("update", &["OLD", "NEW"]),
            ("delete", &["OLD"]),
        ] {
            let sql: String = connection
                .query_row(
                    "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?1",
                    [format!("{table}__capture_{operation}")],
                    |row| row.get(0),
                )
                .expect("is there");
            let words: Vec<_> = sql.split_ascii_whitespace().collect();
            let sql = words.join(" ");
            for (name, is_text) in &columns {
                let anew = if *is_text { " || ''" } else { "" };
                for row in rows {
                    let field = format!("'{name}', {row}.{name}{anew}");
                    let ends = [",", " )"].map(|end| format!("{field}{end}"));
                    let is_there = ends.iter().any(|field| sql.contains(field));
                    assert!(is_there, "{field} is not in {sql}");
                }
            }
        }
    }
    let rows = write(
        &connection,
        "UPDATE databases SET properties = json_set('{}', '$.a', 1) WHERE name = 'public'",
    );
    assert_eq!(rows[0].3["properties"], "{\"a\":1}");
}
