//! Another program changes the file: the projection (`tables`,
//! `table_columns`) is its door, and what it did becomes a version.

use rusqlite::Connection;

use crate::support::{Client, Rekha, Row, eventually};

/// The id of `public.orders`, as another program finds it.
const ORDERS: &str = "(SELECT t.id FROM tables t JOIN databases d ON d.id = t.database_id \
                       WHERE d.name = 'public' AND t.name = 'orders')";

async fn with_orders() -> (Rekha, Client, Connection) {
    let rekha = Rekha::start();
    let client = rekha.connect().await;
    client
        .rows(
            "CREATE STREAM orders (
                 order_id BIGINT PRIMARY KEY,
                 customer_id INTEGER NOT NULL,
                 note TEXT
             )",
        )
        .await;
    client.rows("DESCRIBE STREAM orders").await;
    let outside = rekha.store().open_outside();
    (rekha, client, outside)
}

#[tokio::test]
async fn an_updated_column_becomes_a_version() {
    let (_rekha, client, outside) = with_orders().await;
    let sql = format!(
        "UPDATE table_columns SET is_nullable = 1
         WHERE table_id = {ORDERS} AND column_name = 'customer_id'"
    );
    assert_eq!(outside.execute(&sql, []).unwrap(), 1);

    let version = external_version(&client, "orders", 2).await;
    assert_eq!(version[1].as_deref(), Some("modify_column"));
    let columns = client.rows("DESCRIBE STREAM orders").await;
    assert_eq!(columns[1][..3], texts(&["customer_id", "integer", "t"]));
}

#[tokio::test]
async fn an_inserted_column_becomes_a_version() {
    let (_rekha, client, outside) = with_orders().await;
    outside
        .execute(&copy_column("note", "remark", 4), [])
        .unwrap();

    let version = external_version(&client, "orders", 2).await;
    assert_eq!(version[1].as_deref(), Some("add_column"));
    let columns = client.rows("DESCRIBE STREAM orders").await;
    assert_eq!(columns[3][..3], texts(&["remark", "text", "t"]));
}

/// The parts of a type that another program writes are those of the same names
/// in the type before, and the change is seen once.
#[tokio::test]
async fn an_updated_nested_type_becomes_one_version() {
    let (_rekha, client, outside) = with_orders().await;
    let set = |data_type: &str| {
        let sql = format!(
            "UPDATE table_columns SET data_type = ?1
             WHERE table_id = {ORDERS} AND column_name = 'note'"
        );
        assert_eq!(outside.execute(&sql, [data_type]).unwrap(), 1);
    };
    set("STRUCT<a INT, b: LIST<STRUCT<c TEXT>>>");
    external_version(&client, "orders", 2).await;
    client
        .rows("ALTER STREAM orders SET (compatibility = 'NONE'), DROP COLUMN note.a, ADD COLUMN note.d DATE")
        .await;
    set("struct<b array<struct<x int, c text>>, a int>");
    external_version(&client, "orders", 4).await;

    let columns = client.rows("DESCRIBE STREAM orders").await;
    assert_eq!(
        columns[2][1].as_deref(),
        Some("struct<b struct<x integer, c text>[], a integer>")
    );
    let note = |version: i64| -> serde_json::Value {
        let sql = "SELECT json_extract(schema_definition, '$.columns[2].type')
                   FROM cartridge_warp__schema_registry
                   WHERE schema_name = 'public' AND table_name = 'orders' AND version = ?1";
        let text: String = outside.query_row(sql, [version], |row| row.get(0)).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let (before, after) = (note(2), note(4));
    assert_eq!(after["fields"][0]["id"], before["fields"][1]["id"]);
    let c = |note: &serde_json::Value, list: usize, field: usize| {
        note["fields"][list]["type"]["element"]["type"]["fields"][field]["id"].clone()
    };
    assert_eq!(c(&after, 0, 1), c(&before, 1, 0));
    // A field that was dropped and one that was there in between: never again.
    let mut ids = vec![after["fields"][1]["id"].as_u64(), c(&after, 0, 0).as_u64()];
    ids.sort_unstable();
    assert_eq!(ids, [Some(9), Some(10)]);
    assert_eq!(
        client.rows("SHOW SCHEMA VERSIONS FOR orders").await.len(),
        4
    );
}

#[tokio::test]
async fn a_deleted_column_becomes_a_version() {
    let (_rekha, client, outside) = with_orders().await;
    let sql =
        format!("DELETE FROM table_columns WHERE table_id = {ORDERS} AND column_name = 'note'");
    assert_eq!(outside.execute(&sql, []).unwrap(), 1);

    let version = external_version(&client, "orders", 2).await;
    assert_eq!(version[1].as_deref(), Some("drop_column"));
    assert_eq!(client.rows("DESCRIBE STREAM orders").await.len(), 2);
}

/// It has happened, so it is not refused: the mode says what a client may do.
#[tokio::test]
async fn an_incompatible_change_is_adopted_too() {
    let (_rekha, client, outside) = with_orders().await;
    client
        .rows("ALTER STREAM orders SET (compatibility = 'FULL')")
        .await;
    let sql = format!(
        "DELETE FROM table_columns WHERE table_id = {ORDERS} AND column_name = 'customer_id'"
    );
    assert_eq!(outside.execute(&sql, []).unwrap(), 1);

    external_version(&client, "orders", 2).await;
    let verdict = client.rows("SHOW SCHEMA COMPATIBILITY FOR orders").await;
    // version, mode, mode_source, backward, forward, compatible, reason
    assert_eq!(
        verdict[0][..6],
        texts(&["1", "FULL", "stream", "t", "f", "f"])
    );
}

#[tokio::test]
async fn several_changes_of_one_transaction_are_one_version() {
    let (_rekha, client, mut outside) = with_orders().await;
    let transaction = outside.transaction().unwrap();
    transaction
        .execute(&copy_column("note", "left_note", 4), [])
        .unwrap();
    transaction
        .execute(&copy_column("note", "right_note", 5), [])
        .unwrap();
    transaction.commit().unwrap();

    external_version(&client, "orders", 2).await;
    let columns = client.rows("DESCRIBE STREAM orders").await;
    assert_eq!(columns.len(), 5);
    assert_eq!(
        client.rows("SHOW SCHEMA VERSIONS FOR orders").await.len(),
        2
    );
}

#[tokio::test]
async fn a_stream_marked_deleted_is_dropped() {
    let (_rekha, client, outside) = with_orders().await;
    let sql =
        format!("UPDATE tables SET deleted_at = '2024-01-02 03:04:05.678' WHERE id = {ORDERS}");
    assert_eq!(outside.execute(&sql, []).unwrap(), 1);

    eventually("the stream dropped", async || {
        client.try_rows("DESCRIBE STREAM orders").await.err()
    })
    .await;
    // The name is free, and its numbers go on.
    eventually("the name free", async || {
        client
            .try_rows("CREATE STREAM orders (id BIGINT)")
            .await
            .ok()
    })
    .await;
    let versions = client.rows("SHOW SCHEMA VERSIONS FOR orders").await;
    let last = versions.last().unwrap();
    assert_ne!(last[0].as_deref(), Some("1"));
    assert_eq!(last[1].as_deref(), Some("create"));
}

/// Clients go on changing what the other program changed.
#[tokio::test]
async fn a_client_goes_on_from_there() {
    let (_rekha, client, outside) = with_orders().await;
    outside
        .execute(&copy_column("note", "remark", 4), [])
        .unwrap();
    external_version(&client, "orders", 2).await;

    client.rows("ALTER STREAM orders DROP COLUMN remark").await;
    let versions = client.rows("SHOW SCHEMA VERSIONS FOR orders").await;
    assert_eq!(versions.len(), 3);
    assert_eq!(versions[2][1].as_deref(), Some("drop_column"));
    // The same schema again: the same hash.
    assert_eq!(versions[2][3], versions[0][3]);
}

/// One row that makes no sense costs its own stream, nobody else's.
#[tokio::test]
async fn an_odd_row_stops_nothing() {
    let (_rekha, client, outside) = with_orders().await;
    client.rows("CREATE STREAM other (id BIGINT)").await;
    let sql = format!("UPDATE table_metadata SET last_column_id = -1 WHERE table_id = {ORDERS}");
    assert_eq!(outside.execute(&sql, []).unwrap(), 1);
    let error = eventually("the odd row seen", async || {
        client.try_rows("DESCRIBE STREAM orders").await.err()
    })
    .await;
    assert_eq!(error.code().unwrap().code(), "XX001");
    assert!(!client.rows("SHOW STREAMS").await.is_empty());

    // What comes after it is told all the same.
    outside
        .execute(
            "UPDATE table_columns SET data_type = 'text'
             WHERE table_id = (SELECT id FROM tables WHERE name = 'other')",
            [],
        )
        .unwrap();
    external_version(&client, "other", 2).await;

    // Put right, it is back.
    outside
        .execute("UPDATE table_metadata SET last_column_id = 3", [])
        .unwrap();
    eventually("the stream back", async || {
        client.try_rows("DESCRIBE STREAM orders").await.ok()
    })
    .await;
}

#[tokio::test]
async fn a_time_without_a_zone_is_utc() {
    let (_rekha, client, outside) = with_orders().await;
    outside
        .execute(
            "UPDATE tables SET updated_at = '2026-01-01T00:00:00.123456'",
            [],
        )
        .unwrap();
    outside
        .execute(&copy_column("note", "remark", 4), [])
        .unwrap();
    external_version(&client, "orders", 2).await;
}

/// Whoever is faster than the look at the log does not undo what it would have
/// found there.
#[tokio::test]
async fn a_change_that_nobody_has_seen_yet_comes_first() {
    let (_rekha, client, outside) = with_orders().await;
    for round in 0..5 {
        outside
            .execute(
                &copy_column("note", &format!("theirs{round}"), 10 + round),
                [],
            )
            .unwrap();
        client
            .rows(&format!("ALTER STREAM orders ADD COLUMN ours{round} INT"))
            .await;
    }
    let versions = client.rows("SHOW SCHEMA VERSIONS FOR orders").await;
    let external = |row: &Row| row[5].as_deref() == Some("external");
    assert_eq!(versions.len(), 11);
    for pair in versions[1..].chunks(2) {
        assert!(external(&pair[0]) && !external(&pair[1]), "{pair:?}");
    }
    assert_eq!(client.rows("DESCRIBE STREAM orders").await.len(), 13);
}

/// A transaction is told to run again, and may do so at once.
#[tokio::test]
async fn a_transaction_runs_again_after_a_change_that_nobody_has_seen() {
    let (_rekha, client, outside) = with_orders().await;
    outside
        .execute(&copy_column("note", "theirs", 4), [])
        .unwrap();
    let transaction = "BEGIN; ALTER STREAM orders ADD COLUMN ours INT; COMMIT";
    // Unless the change was seen meanwhile.
    if let Err(error) = client.try_rows(transaction).await {
        assert_eq!(error.code().unwrap().code(), "40001");
        client.rows(transaction).await;
    }
    let versions = client.rows("SHOW SCHEMA VERSIONS FOR orders").await;
    assert_eq!(versions.len(), 3);
    assert_eq!(versions[1][5].as_deref(), Some("external"));
}

#[tokio::test]
async fn a_row_of_the_log_that_makes_no_sense_stops_nothing() {
    let (_rekha, client, outside) = with_orders().await;
    outside
        .execute(
            "INSERT INTO __cdc_log (timestamp, tablename, operation, after)
             VALUES ('2024-01-01T00:00:00Z', 'tables', 'INSERT', '{}')",
            [],
        )
        .unwrap();
    outside
        .execute(&copy_column("note", "remark", 4), [])
        .unwrap();
    external_version(&client, "orders", 2).await;
}

/// A pipeline's counters are no schema, and nobody waits for them.
#[tokio::test]
async fn a_counter_is_no_change_of_schema() {
    let (_rekha, client, outside) = with_orders().await;
    outside
        .execute("UPDATE tables SET row_count = row_count + 1", [])
        .unwrap();
    client.rows("ALTER STREAM orders ADD COLUMN a INT").await;
    assert_eq!(
        client.rows("SHOW SCHEMA VERSIONS FOR orders").await.len(),
        2
    );
}

#[tokio::test]
async fn a_renamed_stream_has_its_new_name_and_its_history() {
    let (_rekha, client, outside) = with_orders().await;
    // Now it is known that there is no such stream.
    client.must_fail("DESCRIBE STREAM sales").await;
    rename(&outside, "orders", "sales");
    eventually("the new name", async || {
        client.try_rows("DESCRIBE STREAM sales").await.ok()
    })
    .await;
    client.must_fail("DESCRIBE STREAM orders").await;
    assert_eq!(client.rows("SHOW SCHEMA VERSIONS FOR sales").await.len(), 1);
    client.rows("ALTER STREAM sales ADD COLUMN a INT").await;
}

/// No number is used twice under a name: the numbers go on after the highest.
#[tokio::test]
async fn a_stream_renamed_to_a_name_with_a_history_goes_on_after_it() {
    let (_rekha, client, outside) = with_orders().await;
    client
        .rows("CREATE STREAM sales (id INT); DROP STREAM sales")
        .await;
    rename(&outside, "orders", "sales");
    eventually("the new name", async || {
        client.try_rows("DESCRIBE STREAM sales").await.ok()
    })
    .await;
    client.rows("ALTER STREAM sales ADD COLUMN a INT").await;
    let versions = client.rows("SHOW SCHEMA VERSIONS FOR sales").await;
    let shown: Vec<_> = versions
        .iter()
        .map(|row| (row[0].as_deref().unwrap(), row[1].as_deref().unwrap()))
        .collect();
    assert_eq!(
        shown,
        [("1", "create"), ("3", "rename"), ("4", "add_column")]
    );
    // Both histories have their end, and both names are free.
    client
        .rows("DROP STREAM sales; CREATE STREAM orders (id INT); CREATE STREAM sales (id INT)")
        .await;
}

#[tokio::test]
async fn two_streams_may_change_names() {
    let (_rekha, client, outside) = with_orders().await;
    client.rows("CREATE STREAM sales (id INT)").await;
    outside
        .execute_batch(
            "BEGIN;
             UPDATE tables SET name = 'x' WHERE name = 'orders';
             UPDATE tables SET name = 'orders' WHERE name = 'sales';
             UPDATE tables SET name = 'sales' WHERE name = 'x';
             COMMIT",
        )
        .unwrap();
    for (name, columns) in [("sales", 3), ("orders", 1)] {
        eventually("the other name", async || {
            let described = client.try_rows(&format!("DESCRIBE STREAM {name}")).await;
            described.ok().filter(|rows| rows.len() == columns)
        })
        .await;
        let sql = format!("ALTER STREAM {name} ADD COLUMN a INT");
        eventually("a change", async || client.try_rows(&sql).await.ok()).await;
    }
}

#[tokio::test]
async fn a_renamed_namespace_takes_its_streams_along() {
    let (_rekha, client, outside) = with_orders().await;
    client
        .rows("CREATE SCHEMA before; CREATE STREAM before.events (id INT)")
        .await;
    outside
        .execute(
            "UPDATE databases SET name = 'after' WHERE name = 'before'",
            [],
        )
        .unwrap();
    eventually("the new name", async || {
        client.try_rows("DESCRIBE STREAM after.events").await.ok()
    })
    .await;
    client
        .rows("ALTER STREAM after.events ADD COLUMN a INT")
        .await;
    assert_eq!(
        client
            .rows("SHOW SCHEMA VERSIONS FOR after.events")
            .await
            .len(),
        2
    );
    client.must_fail("DESCRIBE STREAM before.events").await;
}

/// A row without columns is no stream, and in nobody's way.
#[tokio::test]
async fn a_row_that_is_no_stream_makes_room() {
    let (_rekha, client, outside) = with_orders().await;
    client.rows("CREATE SCHEMA haunted").await;
    outside
        .execute_batch("INSERT INTO tables (database_id, name) SELECT id, 'ghost' FROM databases")
        .unwrap();
    client.rows("CREATE STREAM ghost (id INT)").await;
    assert_eq!(client.rows("DESCRIBE STREAM ghost").await.len(), 1);
    client.rows("DROP SCHEMA haunted").await;
    let count: i64 = outside
        .query_row(
            "SELECT table_count FROM databases WHERE name = 'public'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(count, 2);
}

/// One with columns is, as soon as anybody looks.
#[tokio::test]
async fn an_inserted_stream_is_not_overwritten() {
    let (_rekha, client, outside) = with_orders().await;
    outside
        .execute_batch(
            "BEGIN;
             INSERT INTO tables (database_id, name) SELECT id, 'theirs' FROM databases;
             INSERT INTO table_columns (table_id, column_name, data_type, ordinal_position)
                 SELECT id, 'a', 'bigint', 1 FROM tables WHERE name = 'theirs';
             COMMIT",
        )
        .unwrap();
    let error = client.must_fail("CREATE STREAM theirs (id INT)").await;
    assert_eq!(error.code().code(), "42P07");
    let columns = client.rows("DESCRIBE STREAM theirs").await;
    assert_eq!(columns[0][..2], texts(&["a", "bigint"]));
}

/// INSERT OR REPLACE deletes the old row without a trace in the log.
#[tokio::test]
async fn a_replaced_stream_is_dropped() {
    let (_rekha, client, outside) = with_orders().await;
    outside
        .execute_batch(
            "INSERT OR REPLACE INTO tables (database_id, name)
             SELECT database_id, name FROM tables WHERE name = 'orders'",
        )
        .unwrap();
    eventually("the stream dropped", async || {
        client.try_rows("DESCRIBE STREAM orders").await.err()
    })
    .await;
    client.rows("CREATE STREAM orders (id INT)").await;
    let versions = client.rows("SHOW SCHEMA VERSIONS FOR orders").await;
    assert_eq!(versions.last().unwrap()[0].as_deref(), Some("3"));
}

/// With `foreign_keys` off nothing cascades: the columns stay, and are nobody's.
#[tokio::test]
async fn a_stream_deleted_without_its_columns_is_dropped() {
    let (_rekha, client, outside) = with_orders().await;
    outside.pragma_update(None, "foreign_keys", false).unwrap();
    outside
        .execute("DELETE FROM tables WHERE name = 'orders'", [])
        .unwrap();
    eventually("the stream dropped", async || {
        client.try_rows("DESCRIBE STREAM orders").await.err()
    })
    .await;
    client.rows("CREATE STREAM orders (id INT)").await;
    assert_eq!(client.rows("DESCRIBE STREAM orders").await.len(), 1);
    let versions = client.rows("SHOW SCHEMA VERSIONS FOR orders").await;
    assert_eq!(versions.last().unwrap()[0].as_deref(), Some("3"));
}

/// What the log does not say is found when everything is looked at.
#[tokio::test]
async fn a_stream_deleted_without_a_trace_is_dropped() {
    let (_rekha, client, outside) = with_orders().await;
    client.rows("CREATE STREAM other (id INT)").await;
    delete_without_a_trace(&outside);
    eventually("the end of its history", async || {
        client.rows("SHOW STREAMS").await;
        (history(&outside) == ["create", "drop"]).then_some(())
    })
    .await;
    client.must_fail("DESCRIBE STREAM orders").await;
    assert_eq!(client.rows("SHOW SCHEMA VERSIONS FOR other").await.len(), 1);
}

/// Its end comes before another beginning under its name, whoever is faster.
#[tokio::test]
async fn a_name_is_free_once_the_history_of_who_had_it_has_its_end() {
    let (_rekha, client, outside) = with_orders().await;
    for _ in 0..5 {
        delete_without_a_trace(&outside);
        eventually("the name free", async || {
            client.try_rows("CREATE STREAM orders (id INT)").await.ok()
        })
        .await;
    }
    let expected = ["create", "drop"].repeat(6);
    assert_eq!(history(&outside), expected[..11]);
}

/// A change without a trigger is not in the log: whoever puts the trigger right looks at
/// everything.
#[tokio::test]
async fn what_changed_while_a_trigger_was_missing_is_found_at_the_next_start() {
    let (mut rekha, client, outside) = with_orders().await;
    let store = rekha.store().clone();
    drop(client);
    rekha.terminate();
    assert!(rekha.exit().await.success());
    outside
        .execute_batch("DROP TRIGGER table_columns__capture_insert")
        .unwrap();
    outside
        .execute(&copy_column("note", "remark", 4), [])
        .unwrap();

    let rekha = store.start();
    let client = rekha.connect().await;
    external_version(&client, "orders", 2).await;
    outside
        .execute(&copy_column("note", "another", 5), [])
        .unwrap();
    external_version(&client, "orders", 3).await;
}

fn delete_without_a_trace(outside: &Connection) {
    let sql =
        format!("BEGIN; DELETE FROM tables WHERE id = {ORDERS}; DELETE FROM __cdc_log; COMMIT");
    outside.execute_batch(&sql).unwrap();
}

/// The kinds of the versions under the name `orders`.
fn history(outside: &Connection) -> Vec<String> {
    let mut statement = outside
        .prepare(
            "SELECT evolution_type FROM cartridge_warp__schema_registry
             WHERE schema_name = 'public' AND table_name = 'orders' ORDER BY version",
        )
        .unwrap();
    let kinds = statement.query_map([], |row| row.get(0)).unwrap();
    kinds.map(|kind| kind.unwrap()).collect()
}

fn rename(outside: &Connection, from: &str, to: &str) {
    let sql = "UPDATE tables SET name = ?2 WHERE name = ?1";
    assert_eq!(outside.execute(sql, [from, to]).unwrap(), 1);
}

/// A column like another of `orders`, so that nothing is said here about how
/// types are stored.
fn copy_column(from: &str, to: &str, position: u32) -> String {
    format!(
        "INSERT INTO table_columns (table_id, column_name, data_type, is_nullable, is_primary,
             is_unique, ordinal_position, max_length, precision, scale, created_at, updated_at)
         SELECT table_id, '{to}', data_type, is_nullable, is_primary, is_unique, {position},
             max_length, precision, scale, created_at, updated_at
         FROM table_columns WHERE table_id = {ORDERS} AND column_name = '{from}'"
    )
}

/// Waits for the version; it must say that it came from outside.
async fn external_version(client: &Client, stream: &str, version: usize) -> Row {
    let sql = format!("SHOW SCHEMA VERSIONS FOR {stream}");
    let row = eventually(&format!("version {version} of {stream}"), async || {
        client.rows(&sql).await.into_iter().nth(version - 1)
    })
    .await;
    assert_eq!(row[5].as_deref(), Some("external"), "{row:?}");
    // The cache is at that version, or soon will be.
    eventually("the cache at that version", async || {
        let streams = client.rows("SHOW STREAMS").await;
        let shown = streams
            .iter()
            .find(|row| row[1].as_deref() == Some(stream))?;
        (shown[2] == row[0]).then_some(())
    })
    .await;
    row
}

fn texts(values: &[&str]) -> Row {
    values
        .iter()
        .map(|value| Some((*value).to_owned()))
        .collect()
}
