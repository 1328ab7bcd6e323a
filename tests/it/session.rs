//! A session as an application that embeds it sees it.

use std::sync::Arc;

use rekha::error::Result;
use rekha::registry::Registry;
use rekha::session::{Session, SessionConfig, SessionOptions};

use crate::support::Store;

const KIB: usize = 1 << 10;

async fn registry(store: &Store) -> Arc<Registry> {
    let builder = Registry::builder().sqlite(store.file());
    builder.build().await.unwrap()
}

/// A session that may have three statements and portals, and keep 32 KiB.
async fn small(store: &Store) -> Session {
    limited(store, 32 * KIB).await
}

async fn limited(store: &Store, max_bytes: usize) -> Session {
    let limits = SessionConfig {
        max_statements: 3,
        max_bytes,
    };
    let options = SessionOptions {
        limits,
        ..SessionOptions::default()
    };
    Session::new(registry(store).await, options).unwrap()
}

fn refusal<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    let error = result.unwrap_err();
    assert!(error.detail().is_some(), "{error:?}");
    error.sqlstate()
}

/// A text of so many bytes.
fn long(bytes: usize) -> String {
    format!("SHOW server_version -- {}", "x".repeat(bytes))
}

#[tokio::test]
async fn what_is_committed_is_settled() {
    let store = Store::new();
    let mut session = Session::new(registry(&store).await, SessionOptions::default()).unwrap();
    for (sql, expected) in [
        ("CREATE STREAM s (a INT)", &[true][..]),
        ("SHOW SCHEMAS", &[false]),
        (
            "ALTER STREAM s ADD COLUMN b INT; SHOW SCHEMAS",
            &[false, true],
        ),
        (
            "BEGIN; ALTER STREAM s ADD COLUMN c INT; SHOW SCHEMAS",
            &[false; 3],
        ),
        ("SHOW SCHEMAS; COMMIT; SHOW SCHEMAS", &[false, true, false]),
    ] {
        session.begin_script(sql).unwrap();
        let mut settled = Vec::new();
        while session.step().await.unwrap().is_some() {
            settled.push(session.is_settled());
        }
        assert_eq!(settled, expected, "{sql}");
    }
}

#[tokio::test]
async fn statements_and_portals_are_counted() {
    let store = Store::new();
    let mut session = small(&store).await;
    for name in ["a", "b", "c"] {
        session.prepare(name, "SHOW ALL", &[]).await.unwrap();
        session.bind(name, name, &[]).await.unwrap();
    }
    assert_eq!(
        refusal(session.prepare("d", "SHOW ALL", &[]).await),
        "54000"
    );
    assert_eq!(refusal(session.bind("d", "a", &[]).await), "54000");
    session.close_statement("a");
    session.close_portal("a");
    session.prepare("d", "SHOW ALL", &[]).await.unwrap();
    session.bind("d", "d", &[]).await.unwrap();
}

#[tokio::test]
async fn texts_are_kept_up_to_a_limit() {
    let store = Store::new();
    let mut session = small(&store).await;
    session.prepare("a", &long(20 * KIB), &[]).await.unwrap();
    assert_eq!(
        refusal(session.prepare("b", &long(20 * KIB), &[]).await),
        "53200"
    );
    // A portal keeps the statement that it was made of.
    session.execute("BEGIN").await.unwrap();
    session.bind("a", "a", &[]).await.unwrap();
    session.execute("DEALLOCATE ALL").await.unwrap();
    assert_eq!(
        refusal(session.prepare("b", &long(20 * KIB), &[]).await),
        "53200"
    );
    session.execute("ROLLBACK").await.unwrap();
    for _ in 0..10 {
        session.prepare("", &long(20 * KIB), &[]).await.unwrap();
    }
}

#[tokio::test]
async fn rows_are_kept_only_while_some_are_left() {
    let store = Store::new();
    // The rows of SHOW ALL fit in once, and not twice.
    let mut session = limited(&store, 48 * KIB).await;
    session.prepare("all", "SHOW ALL", &[]).await.unwrap();
    session.execute("BEGIN").await.unwrap();
    for _ in 0..20 {
        session.bind("", "all", &[]).await.unwrap();
        let done = session.execute_portal("", 0, false).await.unwrap();
        assert_eq!(done.tag, "SHOW");
    }
    session.bind("one", "all", &[]).await.unwrap();
    assert_eq!(
        session
            .execute_portal("one", 1, false)
            .await
            .unwrap()
            .rows
            .len(),
        1
    );
    session.prepare("long", &long(4 * KIB), &[]).await.unwrap();
    session.bind("other", "all", &[]).await.unwrap();
    assert_eq!(
        refusal(session.execute_portal("other", 1, false).await),
        "53200"
    );
}

#[tokio::test]
async fn settings_are_kept_up_to_a_limit() {
    let store = Store::new();
    let mut session = small(&store).await;
    let set = |name: &str, bytes: usize| format!("SET my.{name} = '{}'", "x".repeat(bytes));
    session.execute(&set("a", 20 * KIB)).await.unwrap();
    session.execute(&set("a", 21 * KIB)).await.unwrap();
    assert_eq!(refusal(session.execute(&set("b", 20 * KIB)).await), "53200");
    assert_eq!(
        session.execute("SHOW my.b").await.unwrap_err().sqlstate(),
        "42704"
    );
    assert_eq!(refusal(session.execute(&set("a", 64 * KIB)).await), "54000");
    session.execute("RESET my.a").await.unwrap();
    session.execute(&set("b", 20 * KIB)).await.unwrap();
}

#[tokio::test]
async fn savepoints_are_kept_up_to_a_limit_and_give_back_what_they_undo() {
    let store = Store::new();
    let mut session = small(&store).await;
    session.execute("CREATE STREAM s (a INT)").await.unwrap();
    let change = format!("COMMENT ON STREAM s IS '{}'", "x".repeat(10 * KIB));
    session.execute("BEGIN; SAVEPOINT a").await.unwrap();
    for _ in 0..10 {
        session.execute(&change).await.unwrap();
        session.execute("ROLLBACK TO a").await.unwrap();
    }
    // The one that is refused fails the transaction like any other statement.
    for _ in 0..10 {
        session.execute("SAVEPOINT b; SAVEPOINT c").await.unwrap();
        assert_eq!(refusal(session.execute("SAVEPOINT d").await), "53200");
        session.execute("ROLLBACK TO a").await.unwrap();
        session.execute("SAVEPOINT b; SAVEPOINT c").await.unwrap();
        session.execute("RELEASE b").await.unwrap();
    }
    // What stays is kept: of the changes and of what the savepoints hold of them.
    session.execute(&change).await.unwrap();
    session.execute("SAVEPOINT b").await.unwrap();
    assert_eq!(refusal(session.execute(&change).await), "53200");
    session.execute("ROLLBACK TO b; RELEASE b").await.unwrap();
    session.execute(&change).await.unwrap();
    session.execute("COMMIT").await.unwrap();
    session.prepare("a", &long(20 * KIB), &[]).await.unwrap();
}

#[tokio::test]
async fn a_savepoint_a_statement_is_no_burden() {
    let store = Store::new();
    let options = SessionOptions::default();
    let mut session = Session::new(registry(&store).await, options).unwrap();
    session.execute("CREATE STREAM s (a INT)").await.unwrap();
    session.execute("BEGIN").await.unwrap();
    for number in 0..4_000 {
        // As drivers do, under one name and without a release.
        session.execute("SAVEPOINT driver").await.unwrap();
        let change = format!("COMMENT ON STREAM s IS '{number}'");
        session.execute(&change).await.unwrap();
    }
    session.execute("ROLLBACK TO driver; COMMIT").await.unwrap();
    let outcomes = session.execute("SHOW CREATE STREAM s").await.unwrap();
    let shown = format!("{:?}", outcomes[0].rows);
    assert!(shown.contains("comment = '3998'"), "{shown}");
}

#[tokio::test]
async fn changes_are_kept_up_to_a_limit() {
    let store = Store::new();
    let mut session = small(&store).await;
    let change = format!("COMMENT ON STREAM s IS '{}'", "x".repeat(10 * KIB));
    session.execute("CREATE STREAM s (a INT)").await.unwrap();
    for _ in 0..5 {
        session.execute(&change).await.unwrap();
    }
    session.execute("BEGIN").await.unwrap();
    session.execute(&change).await.unwrap();
    session.execute(&change).await.unwrap();
    assert_eq!(refusal(session.execute(&change).await), "53200");
    session.execute("ROLLBACK").await.unwrap();
    session.execute("BEGIN").await.unwrap();
    session.execute(&change).await.unwrap();
    session.execute("COMMIT").await.unwrap();
}

#[tokio::test]
async fn a_short_statement_that_makes_much_takes_much() {
    let store = Store::new();
    let columns: Vec<String> = (0..500).map(|i| format!("c{i} INT")).collect();
    let wide = format!("CREATE STREAM wide ({})", columns.join(", "));
    let mut session = small(&store).await;
    session.execute(&wide).await.unwrap();
    for change in [
        "CREATE STREAM narrow LIKE wide",
        "ALTER STREAM wide ADD COLUMN d INT",
        "COMMENT ON STREAM wide IS 'a'; CREATE STREAM narrow LIKE wide",
    ] {
        // By itself it is not kept.
        session.execute("BEGIN").await.unwrap();
        session.execute("CREATE STREAM a (b INT)").await.unwrap();
        assert_eq!(refusal(session.execute(change).await), "53200", "{change}");
        session.execute("ROLLBACK").await.unwrap();
    }
    session
        .execute("CREATE STREAM narrow LIKE wide")
        .await
        .unwrap();
}
