//! Two servers on one file: each has its own cache, the file is the truth.

use crate::support::{Client, Row, Store, eventually};

#[tokio::test]
async fn what_one_changes_the_other_reads() {
    let store = Store::new();
    let (here, there) = (store.start(), store.start());
    let (here, there) = (here.connect().await, there.connect().await);

    here.rows("CREATE STREAM orders (id BIGINT PRIMARY KEY)")
        .await;
    columns_become(&there, "orders", &["id"]).await;

    // Both have the stream in their cache now; each sees the other's change.
    here.rows("ALTER STREAM orders ADD COLUMN here INTEGER")
        .await;
    columns_become(&there, "orders", &["id", "here"]).await;
    there
        .rows("ALTER STREAM orders ADD COLUMN there INTEGER")
        .await;
    columns_become(&here, "orders", &["id", "here", "there"]).await;

    let versions = "SHOW SCHEMA VERSIONS FOR orders";
    assert_eq!(here.rows(versions).await, there.rows(versions).await);
}

/// With `read_consistency = strict` there is nothing to wait for.
#[tokio::test]
async fn a_strict_read_sees_what_the_other_committed() {
    let store = Store::new();
    let (here, there) = (store.start(), store.start());
    let (here, there) = (here.connect().await, there.connect().await);
    there.rows("SET read_consistency = strict").await;
    let error = there.must_fail("DESCRIBE STREAM orders").await;
    assert_eq!(error.code().code(), "42P01");
    here.rows("CREATE STREAM orders (id BIGINT)").await;
    for number in 1..=30 {
        assert_eq!(there.rows("DESCRIBE STREAM orders").await.len(), number);
        here.rows(&format!("ALTER STREAM orders ADD COLUMN c{number} INTEGER"))
            .await;
        let columns = "SELECT count(*) FROM rekha.columns";
        let count = there.rows(columns).await.remove(0);
        assert_eq!(count[0].as_deref(), Some(&*(number + 1).to_string()));
    }
    // Nobody follows the log any more: the store is asked.
    there
        .rows("CALL rekha.pause_component('schema_manager')")
        .await;
    here.rows("ALTER STREAM orders RENAME TO bills").await;
    assert_eq!(there.rows("DESCRIBE STREAM bills").await.len(), 31);
    let error = there.must_fail("DESCRIBE STREAM orders").await;
    assert_eq!(error.code().code(), "42P01");
    let stale = there
        .rows("SELECT stale_reads FROM rekha.cache")
        .await
        .remove(0);
    assert_eq!(stale[0].as_deref(), Some("0"));
}

#[tokio::test]
async fn a_stream_that_was_not_there_is_found_once_the_other_made_it() {
    let store = Store::new();
    let (here, there) = (store.start(), store.start());
    let (here, there) = (here.connect().await, there.connect().await);

    let error = there.must_fail("DESCRIBE STREAM late").await;
    assert_eq!(error.code().code(), "42P01");
    here.rows("CREATE STREAM late (id BIGINT)").await;
    columns_become(&there, "late", &["id"]).await;

    here.rows("DROP STREAM late").await;
    eventually("the drop seen by the other", async || {
        there.try_rows("DESCRIBE STREAM late").await.err()
    })
    .await;
}

#[tokio::test]
async fn a_change_is_judged_by_what_is_stored_not_by_what_is_cached() {
    let store = Store::new();
    let (here, there) = (store.start(), store.start());
    let (here, there) = (here.connect().await, there.connect().await);
    here.rows("CREATE STREAM orders (id BIGINT PRIMARY KEY)")
        .await;
    columns_become(&there, "orders", &["id"]).await;

    // Whatever the cache of the other says: versions never meet.
    for number in 0..20 {
        let (a, b) = (format!("a{number}"), format!("b{number}"));
        here.rows(&format!("ALTER STREAM orders ADD COLUMN {a} INTEGER"))
            .await;
        retry(
            &there,
            &format!("ALTER STREAM orders ADD COLUMN {b} INTEGER"),
        )
        .await;
    }
    let stored: Vec<String> = here
        .rows("SHOW SCHEMA VERSIONS FOR orders")
        .await
        .into_iter()
        .map(|row| row[0].clone().unwrap())
        .collect();
    let dense: Vec<String> = (1..=41).map(|version: i32| version.to_string()).collect();
    assert_eq!(stored, dense);
    let expected = 41;
    eventually("all columns here", async || {
        let rows = here.rows("DESCRIBE STREAM orders").await;
        (rows.len() == expected).then_some(())
    })
    .await;
}

/// Runs a statement until it is not refused for a change of the other process.
async fn retry(client: &Client, sql: &str) -> Vec<Row> {
    eventually(sql, async || match client.try_rows(sql).await {
        Ok(rows) => Some(rows),
        Err(error) => {
            let state = error.code().map(|state| state.code().to_owned());
            assert_eq!(state.as_deref(), Some("40001"), "{error:?}");
            None
        }
    })
    .await
}

async fn columns_become(client: &Client, stream: &str, expected: &[&str]) {
    let sql = format!("DESCRIBE STREAM {stream}");
    eventually(&format!("{expected:?} in {stream}"), async || {
        let rows = client.try_rows(&sql).await.ok()?;
        let columns: Vec<_> = rows.iter().filter_map(|row| row[0].as_deref()).collect();
        (columns == expected).then_some(())
    })
    .await;
}
