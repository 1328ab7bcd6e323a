//! What is told, when, and to whom.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::Connection;

use super::fixture::{Fixture, Recorder, add, fixture};
use crate::astha::{Astha, Capture, Component, Config, Health, Refresh, Subscriber, Unit, in_unit};
use crate::error::{Error, Result};
use crate::position::Position;
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
    let fails = |connection: &Connection| -> Result<()> {
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
    assert_eq!(error.sqlstate(), "55000");
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
async fn a_unit_above_half_of_the_memory_bound_is_a_refresh() {
    let fixture = fixture(Config {
        max_memory: 8_000,
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

/// Takes its time, and counts how many are told at once.
struct Lingering {
    name: &'static str,
    inside: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

#[async_trait]
impl Subscriber for Lingering {
    fn component(&self) -> Component {
        Component {
            name: self.name,
            version: "1",
            tables: &["databases"],
        }
    }

    async fn on_event(&self, _: &Unit) -> Result<()> {
        let inside = 1 + self.inside.fetch_add(1, Ordering::Relaxed);
        self.most.fetch_max(inside, Ordering::Relaxed);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        self.inside.fetch_sub(1, Ordering::Relaxed);
        Ok(())
    }

    async fn on_health(&self) -> Health {
        Health::Healthy
    }

    async fn on_refresh(&self, reason: Refresh, _: Position) -> Result<()> {
        panic!("events were not told: {reason:?}");
    }
}

#[tokio::test]
async fn units_that_take_much_memory_are_told_to_one_at_a_time() {
    for (rows, expected) in [(1, 2), (10, 1)] {
        let fixture = fixture(Config {
            max_memory: 40_000,
            ..Config::default()
        });
        let (inside, most) = (Arc::default(), Arc::<AtomicUsize>::default());
        for name in ["a", "b"] {
            let component = Lingering {
                name,
                inside: Arc::clone(&inside),
                most: most.clone(),
            };
            let registered = fixture.astha.register(Arc::new(component)).await;
            registered.expect("registers");
        }
        let unit: String = (0..rows).map(|n| add(&format!("n{n}"))).collect();
        fixture.own(&unit).await;
        fixture.astha.activate().await.expect("delivers");
        assert_eq!(most.load(Ordering::Relaxed), expected, "{rows} rows");
    }
}

#[tokio::test]
async fn a_unit_of_tables_of_others_takes_no_memory() {
    let fixture = fixture(Config {
        max_memory: 8_000,
        ..Config::default()
    });
    let all = fixture.recorder_of("all", &["databases", "tables"]).await;
    let streams = fixture.recorder_of("streams", &["tables"]).await;
    let many: String = (0..100).map(|n| add(&format!("n{n}"))).collect();
    let stream = "INSERT INTO tables (database_id, name) SELECT min(id), 's' FROM databases;";
    fixture.own(&format!("{many}{stream}")).await;
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(all.take(), ["TooLarge"]);
    assert_eq!(streams.take(), ["own: Insert s"]);
}

#[tokio::test]
async fn what_everybody_has_taken_is_not_held() {
    let fixture = fixture(Config::default());
    let (first, second) = (
        fixture.recorder("first").await,
        fixture.recorder("second").await,
    );
    fixture.own(&add("a")).await;
    let told = fixture.astha.activate_component("first").await;
    told.expect("delivers");
    assert!(fixture.astha.scheduler_statistics().await.memory > 0);
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(first.take(), second.take());
    assert_eq!(fixture.astha.scheduler_statistics().await.memory, 0);
}

#[tokio::test]
async fn a_row_that_cannot_be_understood_blocks_nothing() {
    for broken in [
        "UPDATE __cdc_log SET after = 'no json' WHERE id = 3",
        "UPDATE __cdc_log SET after = NULL WHERE id = 3",
        "UPDATE __cdc_log SET timestamp = 'noon' WHERE id = 3",
        "UPDATE __cdc_log SET after = CAST(x'ff' AS TEXT) WHERE id = 3",
        "UPDATE __cdc_log SET tablename = CAST(x'ff' AS TEXT) WHERE id = 3",
        "UPDATE __cdc_log SET after = '{}' WHERE id = 4",
        "UPDATE __cdc_log SET after = '{\"first\": 5}' WHERE id = 4",
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
             VALUES ('r', 'a process that died', 0, '2024-01-01T00:00:00.000000Z'),
                ('r', 'a process before the clock was set back', 0, '9999-01-01T00:00:00.000000Z')",
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

/// Numbers that were given are given again: whoever knows them knows something else.
#[tokio::test]
async fn a_counter_that_was_set_back_is_a_refresh_for_everybody() {
    for (rows, pruned) in [(1, false), (1, true), (9, true)] {
        let fixture = fixture(Config::default());
        let (first, second) = (
            fixture.recorder("first").await,
            fixture.recorder("second").await,
        );
        for name in ["a", "b", "c"] {
            fixture.own(&add(name)).await;
        }
        fixture.astha.activate().await.expect("delivers");
        assert_eq!(first.take(), second.take());
        if pruned {
            fixture.keep_house().await;
        }
        let added: String = (0..rows).map(|n| add(&format!("n{n}"))).collect();
        let set_back =
            "DELETE FROM __cdc_log; UPDATE sqlite_sequence SET seq = 0 WHERE name = '__cdc_log';";
        fixture.foreign(&format!("{set_back} {added}")).await;
        fixture.astha.activate().await.expect("delivers");
        for recorder in [&first, &second] {
            assert!(
                recorder.take().iter().all(|told| told == "Gone"),
                "{rows} {pruned}"
            );
        }
        let missed = fixture.astha.components();
        assert!(missed.iter().all(|info| info.counts.refreshes > 0));
        fixture.own(&add("d")).await;
        fixture.astha.activate().await.expect("delivers");
        assert_eq!(first.take(), ["own: Insert d"]);
        assert_eq!(second.take(), ["own: Insert d"]);
        let end = fixture.astha.log_state().await.expect("is read").end;
        assert!(end > Position(6), "a position is never given twice");
    }
}

#[tokio::test]
async fn a_horizon_that_was_deleted_is_a_refresh() {
    let fixture = fixture(Config::default());
    let recorder = fixture.recorder("r").await;
    fixture.own(&add("a")).await;
    fixture.foreign("DELETE FROM __cdc_horizon").await;
    fixture.astha.activate().await.expect("goes on");
    fixture.own(&add("b")).await;
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(recorder.take(), ["Gone", "own: Insert b"]);
}

/// However many rows are not needed any more, other writers wait for some of them only.
#[tokio::test]
async fn what_nobody_needs_is_removed_bit_by_bit() {
    let fixture = fixture(Config::default());
    let _recorder = fixture.recorder("r").await;
    fixture
        .foreign(
            "INSERT INTO __cdc_log (timestamp, tablename, operation)
             WITH n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10000)
             SELECT '2024-01-01T00:00:00Z', 'others', 'DELETE' FROM n",
        )
        .await;
    let depth = async || fixture.astha.log_state().await.expect("is read").depth;
    fixture.astha.activate().await.expect("has nothing to tell");
    fixture.keep_house().await;
    assert_eq!(depth().await, 10_000 - 4_096);
    fixture.astha.unregister("r").await.expect("is there");
    assert_eq!(depth().await, 10_000 - 2 * 4_096);
    let away = fixture.recorder("away").await;
    fixture.astha.forget("away").await.expect("is forgotten");
    assert_eq!(depth().await, 0);
    assert!(away.take().is_empty());
}

#[tokio::test]
async fn an_application_says_where_a_unit_ends() {
    let fixture = fixture(Config::default());
    let recorder = fixture.recorder("r").await;
    for names in [&["a", "b"][..], &[], &["c"]] {
        let sql: String = names.iter().map(|name| add(name)).collect();
        let write = move |connection: &Connection| {
            in_unit(connection, |connection| Ok(connection.execute_batch(&sql)?))
        };
        fixture.database.write(write).await.expect("is written");
    }
    fixture.foreign(&add("d")).await;
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(
        recorder.take(),
        [
            "own: Insert a, Insert b",
            "own: Insert c",
            "foreign: Insert d"
        ]
    );
}

#[tokio::test]
async fn whoever_misses_rows_that_were_deleted_by_hand_refreshes() {
    for (deleted, expected) in [
        // The rows of a are 1 and 2, those of b 3 and 4, those of c 5 and 6.
        ("DELETE FROM __cdc_log", &["Gone"][..]),
        ("DELETE FROM __cdc_log WHERE id = 3", &["Gone"]),
        ("DELETE FROM __cdc_log WHERE id = 6", &["Gone"]),
        // These were seen.
        (
            "DELETE FROM __cdc_log WHERE id <= 2",
            &["own: Insert b", "own: Insert c"],
        ),
        // A number that was never given is no loss.
        (
            "UPDATE __cdc_log SET id = id + 100 WHERE id > 4;
             UPDATE __cdc_log SET after = '{\"first\": 105}' WHERE id = 106;
             UPDATE sqlite_sequence SET seq = 106 WHERE name = '__cdc_log'",
            &["own: Insert b", "own: Insert c"],
        ),
    ] {
        let fixture = fixture(Config::default());
        let recorder = fixture.recorder("r").await;
        // Somebody who needs all of the log, so that nothing is pruned.
        fixture.recorder("slow").await;
        fixture.astha.pause("slow").expect("is paused");
        fixture.own(&add("a")).await;
        fixture.astha.activate().await.expect("delivers");
        recorder.take();
        fixture.own(&add("b")).await;
        fixture.own(&add("c")).await;
        fixture.foreign(deleted).await;
        fixture.astha.activate().await.expect("delivers");
        assert_eq!(recorder.take(), expected, "{deleted}");
        fixture.own(&add("d")).await;
        fixture.astha.activate().await.expect("delivers");
        assert_eq!(recorder.take(), ["own: Insert d"], "{deleted}");
    }
}

/// What was written while a trigger was missing is not in the log.
#[tokio::test]
async fn a_trigger_that_was_put_right_is_a_refresh() {
    let fixture = fixture(Config::default());
    fixture.foreign("CREATE TABLE t (name)").await;
    let recorder = fixture.recorder_of("r", &["t"]).await;
    let install = async || {
        let path = fixture.database.path().to_owned();
        let mut connection = Connection::open(path).expect("opens");
        Capture::of(["t"])
            .install(&mut connection)
            .expect("installs");
        fixture.astha.activate().await.expect("delivers");
        recorder.take()
    };
    install().await;
    fixture
        .foreign("DROP TRIGGER t__capture_insert; INSERT INTO t VALUES ('missed')")
        .await;
    assert_eq!(install().await, ["Gone"]);
    fixture.foreign("INSERT INTO t VALUES ('told')").await;
    assert_eq!(install().await, ["foreign: Insert told"]);
}

/// What waits for a component waits in the file: neither does it take memory, nor does
/// a snapshot keep the WAL from being emptied.
#[tokio::test(start_paused = true)]
async fn a_slow_component_costs_neither_memory_nor_the_wal() {
    const BOUND: usize = 20_000;
    let fixture = fixture(Config {
        max_memory: BOUND,
        ..Config::default()
    });
    let (slow, quick) = (
        fixture.recorder("slow").await,
        fixture.recorder("quick").await,
    );
    *slow.hangs.lock() = true;
    let activate = fixture.astha.activate_component("slow");
    fixture.own(&add("first")).await;
    let write_and_tell_quick = async {
        for nth in 0..500 {
            fixture.own(&add(&format!("n{nth}"))).await;
            fixture
                .astha
                .activate_component("quick")
                .await
                .expect("delivers");
            let held = fixture.astha.scheduler_statistics().await.memory;
            assert!(held <= BOUND, "{held}");
        }
        let outside = Connection::open(fixture.database.path()).expect("opens");
        let is_busy = outside.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
            row.get::<_, bool>(0)
        });
        assert!(!is_busy.expect("is tried"), "somebody reads");
        *slow.hangs.lock() = false;
    };
    let (hung, ()) = tokio::join!(activate, write_and_tell_quick);
    drop(hung);
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(slow.take(), quick.take());
}

/// A pipeline that waits an hour for six rows, and its component.
async fn waiting_for_six_rows() -> (Fixture, Arc<Recorder>) {
    let fixture = fixture(Config {
        min_batch_size: 6,
        max_poll_delay: Duration::from_secs(3600),
        ..Config::default()
    });
    let recorder = Recorder::new("r", &["databases"]);
    let subscribed = fixture.astha.subscribe(recorder.clone()).await;
    subscribed.expect("runs");
    (fixture, recorder)
}

#[tokio::test(start_paused = true)]
async fn a_batch_begins_with_fewer_rows_than_are_waited_for_when_the_time_is_up() {
    let (fixture, recorder) = waiting_for_six_rows().await;
    fixture.own(&add("a")).await;
    let end = fixture.astha.log_state().await.expect("is read").end;
    fixture.astha.delivered(end).await;
    assert_eq!(recorder.take(), ["own: Insert a"]);
}

#[tokio::test]
async fn a_batch_begins_as_soon_as_there_are_as_many_rows_as_are_waited_for() {
    let (fixture, recorder) = waiting_for_six_rows().await;
    // It may be looking at the log just now.
    fixture.astha.pause("r").expect("is paused");
    for name in ["a", "b", "c"] {
        fixture.own(&add(name)).await;
    }
    fixture.astha.resume("r").expect("goes on");
    let end = fixture.astha.log_state().await.expect("is read").end;
    fixture.astha.delivered(end).await;
    assert_eq!(
        recorder.take(),
        ["own: Insert a", "own: Insert b", "own: Insert c"]
    );
}

#[test]
fn a_pipeline_is_not_told_what_it_cannot_do() {
    for (config, hint) in [
        (
            Config {
                log_table: "log".to_owned(),
                ..Config::default()
            },
            "The log is \"__cdc_log\": other programs know it by this name.",
        ),
        (
            Config {
                min_batch_size: 0,
                ..Config::default()
            },
            "It is 1 to \"astha.batch_size\", which is 256.",
        ),
        (
            Config {
                batch_size: 2,
                min_batch_size: 3,
                ..Config::default()
            },
            "It is 1 to \"astha.batch_size\", which is 2.",
        ),
    ] {
        let error = config.check().expect_err("is refused");
        assert_eq!((error.sqlstate(), error.hint()), ("F0000", Some(hint)));
    }
    // The triggers of the registry are what they are.
    for config in [
        Config {
            enable_blobs: true,
            ..Config::default()
        },
        Config {
            subsecond_time: false,
            ..Config::default()
        },
    ] {
        config.check().expect("an application may");
        let error = config.check_fixed_capture().expect_err("is refused");
        assert_eq!(error.sqlstate(), "F0000");
    }
}
