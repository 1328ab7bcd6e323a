//! What is told, when, and to whom.

use super::fixture::{Recorder, add, fixture};
use crate::astha::{Astha, Config};
use crate::error::{Error, Result};
use crate::tasks::Tasks;

#[tokio::test]
async fn rows_of_one_commit_come_together_and_in_order() {
    let fixture = fixture(Config::default());
    let recorder = fixture.recorder("r").await;
    fixture.own(&(add("a") + &add("b"))).await;
    fixture.own("UPDATE databases SET name = 'c' WHERE name = 'a'; DELETE FROM databases WHERE name = 'b'").await;
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(
        recorder.take(),
        ["own: Insert a, Insert b", "own: Update c, Delete b"]
    );
    fixture.astha.activate().await.expect("delivers");
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn another_programs_rows_are_a_unit_of_their_own() {
    let fixture = fixture(Config::default());
    let recorder = fixture.recorder("r").await;
    fixture.foreign(&add("a")).await;
    fixture.own(&add("b")).await;
    fixture.foreign(&add("c")).await;
    fixture.foreign(&add("d")).await;
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(
        recorder.take(),
        [
            "foreign: Insert a",
            "own: Insert b",
            "foreign: Insert c, Insert d"
        ]
    );
}

#[tokio::test]
async fn what_was_rolled_back_is_told_nobody() {
    let fixture = fixture(Config::default());
    let recorder = fixture.recorder("r").await;
    let fails = |connection: &rusqlite::Connection| -> Result<()> {
        connection.execute_batch("INSERT INTO databases (name) VALUES ('gone')")?;
        Err(Error::internal("on purpose"))
    };
    fixture.database.write(fails).await.expect_err("fails");
    fixture.own(&add("a")).await;
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(recorder.take(), ["own: Insert a"]);
}

#[tokio::test]
async fn a_batch_ends_only_where_a_unit_does() {
    let fixture = fixture(Config {
        batch_size: 1,
        ..Config::default()
    });
    let recorder = fixture.recorder("r").await;
    let many: String = (0..10).map(|n| add(&format!("n{n}"))).collect();
    fixture.own(&many).await;
    fixture.own(&add("last")).await;
    fixture.astha.activate().await.expect("delivers");
    let told = recorder.take();
    assert_eq!(told.len(), 2);
    assert!(
        told[0].starts_with("own: Insert n0") && told[0].ends_with("Insert n9"),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_refused_unit_comes_again_before_anything_after_it() {
    let fixture = fixture(Config::default());
    let (recorder, other) = (fixture.recorder("r").await, fixture.recorder("other").await);
    *recorder.refusals.lock() = 2;
    fixture.own(&add("a")).await;
    fixture.own(&add("b")).await;
    fixture.astha.activate().await.expect_err("is refused");
    fixture.astha.activate().await.expect_err("is refused");
    // The other one waits for nobody.
    assert_eq!(other.take(), ["own: Insert a", "own: Insert b"]);
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(
        recorder.take(),
        ["refused", "refused", "own: Insert a", "own: Insert b"]
    );
}

#[tokio::test]
async fn a_subscriber_that_panics_is_told_again() {
    let fixture = fixture(Config::default());
    let recorder = fixture.recorder("r").await;
    *recorder.panics.lock() = true;
    fixture.own(&add("a")).await;
    let error = fixture.astha.activate().await.expect_err("panics");
    assert_eq!(error.sqlstate(), "XX000");
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(recorder.take(), ["own: Insert a"]);
}

#[tokio::test]
async fn a_component_that_is_forgotten_holds_nothing_back() {
    let fixture = fixture(Config::default());
    let other =
        Astha::new(fixture.database.clone(), Config::default(), Tasks::new()).expect("opens");
    other
        .register(Recorder::new("gone", &["databases"]))
        .await
        .expect("registers");
    drop(other);
    let recorder = fixture.recorder("r").await;
    fixture.own(&add("a")).await;
    fixture.astha.activate().await.expect("delivers");
    fixture.keep_house().await;
    assert_eq!(recorder.take(), ["own: Insert a"]);
    assert_eq!(fixture.number("SELECT count(*) FROM __cdc_log").await, 2);
    fixture.astha.forget("gone").await.expect("forgets");
    assert_eq!(fixture.number("SELECT count(*) FROM __cdc_log").await, 0);
}

#[tokio::test]
async fn a_log_that_went_back_is_a_refresh() {
    let fixture = fixture(Config::default());
    let recorder = fixture.recorder("r").await;
    fixture.own(&add("a")).await;
    fixture.astha.activate().await.expect("delivers");
    recorder.take();
    fixture.keep_house().await;
    fixture
        .foreign("UPDATE sqlite_sequence SET seq = 0 WHERE name = '__cdc_log'")
        .await;
    fixture.astha.activate().await.expect("refreshes");
    assert_eq!(recorder.take(), ["Gone"]);
    fixture.own(&add("b")).await;
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(recorder.take(), ["own: Insert b"]);
    fixture.keep_house().await;
    // The next process begins there too.
    let next =
        Astha::new(fixture.database.clone(), Config::default(), Tasks::new()).expect("opens");
    let recorder = Recorder::new("r", &["databases"]);
    next.register(recorder.clone()).await.expect("registers");
    fixture.own(&add("c")).await;
    next.activate().await.expect("delivers");
    assert_eq!(recorder.take(), ["own: Insert c"]);
}

#[tokio::test]
async fn a_unit_above_the_memory_bound_is_a_refresh() {
    let fixture = fixture(Config {
        max_memory_bytes: 2_000,
        ..Config::default()
    });
    let recorder = fixture.recorder("r").await;
    fixture.own(&add("a")).await;
    let many: String = (0..100).map(|n| add(&format!("n{n}"))).collect();
    fixture.own(&many).await;
    fixture.own(&add("b")).await;
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(
        recorder.take(),
        ["own: Insert a", "TooLarge", "own: Insert b"]
    );
}

#[tokio::test]
async fn a_row_that_cannot_be_understood_blocks_nothing() {
    for broken in [
        "UPDATE __cdc_log SET after = 'no json' WHERE id = 3",
        "UPDATE __cdc_log SET after = NULL WHERE id = 3",
        "UPDATE __cdc_log SET timestamp = 'noon' WHERE id = 3",
        "UPDATE __cdc_log SET after = '{}' WHERE id = 4",
    ] {
        let fixture = fixture(Config::default());
        let recorder = fixture.recorder("r").await;
        for name in ["a", "b", "c"] {
            fixture.own(&add(name)).await;
        }
        fixture.foreign(broken).await;
        fixture.astha.activate().await.expect("delivers");
        assert_eq!(
            recorder.take(),
            ["own: Insert a", "Malformed", "own: Insert c"],
            "{broken}"
        );
    }
}

#[tokio::test]
async fn the_log_keeps_what_the_slowest_needs_and_no_more() {
    let fixture = fixture(Config::default());
    let (_fast, slow) = (
        fixture.recorder("fast").await,
        fixture.recorder("slow").await,
    );
    *slow.refusals.lock() = 1;
    fixture.own(&add("a")).await;
    fixture.astha.activate().await.expect_err("slow refuses");
    fixture.keep_house().await;
    assert_eq!(fixture.number("SELECT count(*) FROM __cdc_log").await, 2);
    fixture.astha.activate().await.expect("delivers");
    fixture.keep_house().await;
    assert_eq!(fixture.number("SELECT count(*) FROM __cdc_log").await, 0);
    assert_eq!(
        fixture
            .number("SELECT pruned_through FROM __cdc_horizon")
            .await,
        2
    );
}

#[tokio::test]
async fn a_component_goes_on_where_it_was_and_refreshes_when_that_is_gone() {
    let fixture = fixture(Config::default());
    fixture.recorder("r").await;
    fixture.own(&add("a")).await;
    // The process ends here; the next one begins at the durable offset.
    let next =
        Astha::new(fixture.database.clone(), Config::default(), Tasks::new()).expect("opens");
    let recorder = Recorder::new("r", &["databases"]);
    next.register(recorder.clone()).await.expect("registers");
    next.activate().await.expect("delivers");
    assert_eq!(recorder.take(), ["own: Insert a"]);

    fixture.own(&add("b")).await;
    fixture
        .foreign("DELETE FROM __cdc_log; UPDATE __cdc_horizon SET pruned_through = 4")
        .await;
    next.activate().await.expect("delivers");
    assert_eq!(recorder.take(), ["Gone"]);
    fixture.own(&add("c")).await;
    next.activate().await.expect("delivers");
    assert_eq!(recorder.take(), ["own: Insert c"]);
}

#[tokio::test]
async fn whoever_does_not_renew_its_lease_holds_nothing_back() {
    let fixture = fixture(Config::default());
    let recorder = fixture.recorder("r").await;
    fixture
        .foreign(
            "INSERT INTO __cdc_offsets (component, instance, position, renewed_at)
             VALUES ('r', 'a process that died', 0, '2024-01-01T00:00:00.000000Z')",
        )
        .await;
    fixture.own(&add("a")).await;
    fixture.astha.activate().await.expect("delivers");
    fixture.keep_house().await;
    assert_eq!(recorder.take(), ["own: Insert a"]);
    assert_eq!(fixture.number("SELECT count(*) FROM __cdc_log").await, 0);
    assert_eq!(
        fixture
            .number("SELECT count(*) FROM __cdc_offsets WHERE instance LIKE 'a process%'")
            .await,
        0
    );
}
