//! The contract of the module, over the registry's own tables.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use rusqlite::Connection;

use super::{Astha, Circuit, Component, Config, Health, Refresh, Status, Subscriber, Unit};
use crate::error::{Error, Result};
use crate::position::Position;
use crate::sqlite::{Database, Options};
use crate::tasks::Tasks;

/// Notes what it is told, and fails when it is asked to.
struct Recorder {
    name: &'static str,
    told: Mutex<Vec<String>>,
    /// Units it refuses before it takes one.
    refusals: Mutex<usize>,
    /// It panics at the next unit.
    panics: Mutex<bool>,
    /// It never answers what it is told, or asked.
    hangs: Mutex<bool>,
}

impl Recorder {
    fn new(name: &'static str) -> Arc<Self> {
        Arc::new(Self {
            name,
            told: Mutex::default(),
            refusals: Mutex::new(0),
            panics: Mutex::new(false),
            hangs: Mutex::new(false),
        })
    }

    async fn answer(&self) {
        if *self.hangs.lock() {
            std::future::pending::<()>().await;
        }
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.told.lock())
    }
}

#[async_trait]
impl Subscriber for Recorder {
    fn component(&self) -> Component {
        Component {
            name: self.name,
            version: "1",
            tables: &["databases"],
        }
    }

    async fn on_event(&self, unit: &Unit) -> Result<()> {
        if std::mem::take(&mut *self.panics.lock()) {
            panic!("on purpose");
        }
        self.answer().await;
        let mut refusals = self.refusals.lock();
        if *refusals > 0 {
            *refusals -= 1;
            self.told.lock().push("refused".to_owned());
            return Err(Error::internal("on purpose"));
        }
        let names: Vec<_> = unit
            .events
            .iter()
            .map(|event| {
                format!(
                    "{:?} {}",
                    event.operation(),
                    event.data.row()["name"].as_str().unwrap_or("?")
                )
            })
            .collect();
        let whose = if unit.own { "own" } else { "foreign" };
        self.told
            .lock()
            .push(format!("{whose}: {}", names.join(", ")));
        Ok(())
    }

    async fn on_health(&self) -> Health {
        self.answer().await;
        Health::Healthy
    }

    async fn on_refresh(&self, reason: Refresh, _: Position) -> Result<()> {
        self.told.lock().push(format!("{reason:?}"));
        Ok(())
    }
}

struct Fixture {
    _directory: tempfile::TempDir,
    database: Arc<Database>,
    astha: Astha,
}

fn fixture(config: Config) -> Fixture {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("x.db");
    let database = Database::open(
        &Options::new(path),
        |_| Ok(()),
        |connection| {
            connection.execute_batch(include_str!("../../sql/sqlite/0001_registry.sql"))?;
            Ok(connection.execute_batch(include_str!("../../sql/sqlite/capture.sql"))?)
        },
    );
    let database = Arc::new(database.expect("opens"));
    let astha = Astha::new(database.clone(), config, Tasks::new()).expect("opens");
    Fixture {
        _directory: directory,
        database,
        astha,
    }
}

impl Fixture {
    async fn recorder(&self, name: &'static str) -> Arc<Recorder> {
        let recorder = Recorder::new(name);
        self.astha
            .register(recorder.clone())
            .await
            .expect("registers");
        recorder
    }

    /// Writes as another program would: no marker.
    async fn foreign(&self, sql: &str) {
        let sql = sql.to_owned();
        let write = move |connection: &Connection| Ok(connection.execute_batch(&sql)?);
        self.database.write(write).await.expect("is written");
    }

    /// Writes as the registry does: a marker ends the unit.
    async fn own(&self, sql: &str) {
        let sql = sql.to_owned();
        let write = move |connection: &Connection| {
            let first: i64 = connection.query_row(
                "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = '__cdc_log'",
                [],
                |row| row.get(0),
            )?;
            connection.execute_batch(&sql)?;
            connection.execute(
                "INSERT INTO __cdc_log (timestamp, tablename, operation, after)
                 VALUES ('2024-01-01T00:00:00Z', '__commit', 'INSERT', json_object('first', ?1))",
                [first],
            )?;
            Ok(())
        };
        self.database.write(write).await.expect("is written");
    }

    async fn number(&self, sql: &'static str) -> i64 {
        let read =
            move |connection: &Connection| Ok(connection.query_row(sql, [], |row| row.get(0))?);
        self.database.read(read).await.expect("is read")
    }

    async fn text(&self, sql: &'static str) -> String {
        let read =
            move |connection: &Connection| Ok(connection.query_row(sql, [], |row| row.get(0))?);
        self.database.read(read).await.expect("is read")
    }

    /// Lets the housekeeping that waits ride along with a write.
    async fn keep_house(&self) {
        self.database.write(|_| Ok(())).await.expect("is written");
    }
}

fn add(name: &str) -> String {
    format!("INSERT INTO databases (name) VALUES ('{name}');")
}

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
        .register(Recorder::new("gone"))
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
    let recorder = Recorder::new("r");
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
    let recorder = Recorder::new("r");
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

/// Tries until nothing is left to try, with the time passing as it must.
async fn insist(fixture: &Fixture) {
    while fixture.astha.activate().await.is_err() {
        tokio::time::advance(Duration::from_secs(10)).await;
    }
}

fn careless(attempts: u32) -> Config {
    Config {
        max_delivery_attempts: attempts,
        ..Config::default()
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_to_the_last_attempt_is_a_dead_letter() {
    let fixture = fixture(careless(3));
    let recorder = fixture.recorder("r").await;
    *recorder.refusals.lock() = 3;
    fixture.own(&add("a")).await;
    fixture.own(&add("b")).await;
    insist(&fixture).await;
    assert_eq!(
        recorder.take(),
        ["refused", "refused", "refused", "GivenUp", "own: Insert b"]
    );
    let letters = fixture
        .text("SELECT component || ' ' || operation || ' ' || attempts || ' ' || json_extract(record, '$.after.name') || ' ' || failure FROM __cdc_dead_letters")
        .await;
    assert_eq!(letters, "r INSERT 3 a delivery_failed");
    let counts = fixture.astha.component("r").unwrap().counts;
    let told = (
        counts.processed,
        counts.failed,
        counts.retries,
        counts.errors,
    );
    assert_eq!(told, (1, 1, 2, 3));
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_is_replayed_once() {
    let fixture = fixture(careless(1));
    let recorder = fixture.recorder("r").await;
    *recorder.refusals.lock() = 2;
    fixture.own(&add("a")).await;
    insist(&fixture).await;
    let id = fixture.text("SELECT id FROM __cdc_dead_letters").await;
    let id = id.parse().unwrap();
    let refused = fixture.astha.replay(id).await.expect_err("is refused");
    assert_eq!(refused.sqlstate(), "XX000");
    fixture.astha.replay(id).await.expect("is taken");
    assert_eq!(
        recorder.take(),
        ["refused", "GivenUp", "refused", "foreign: Insert a"]
    );
    let gone = fixture.astha.replay(id).await.expect_err("is resolved");
    assert_eq!(gone.sqlstate(), "42704");
}

#[tokio::test(start_paused = true)]
async fn the_breaker_opens_and_the_component_refreshes_before_it_goes_on() {
    let fixture = fixture(Config::default());
    let recorder = fixture.recorder("r").await;
    *recorder.refusals.lock() = 5;
    fixture.own(&add("a")).await;
    for _ in 0..5 {
        fixture.astha.activate().await.expect_err("is refused");
    }
    let error = fixture.astha.activate().await.expect_err("is open");
    assert_eq!(error.sqlstate(), "55000");
    let info = fixture.astha.component("r").unwrap();
    assert_eq!((info.status, info.circuit), (Status::Error, Circuit::Open));
    tokio::time::advance(Duration::from_secs(10)).await;
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(recorder.take()[5..], ["Recovered", "own: Insert a"]);
    let info = fixture.astha.component("r").unwrap();
    assert_eq!(
        (info.status, info.circuit),
        (Status::Active, Circuit::Closed)
    );
}

#[tokio::test(start_paused = true)]
async fn one_that_hangs_has_failed_and_holds_back_nobody() {
    let fixture = fixture(Config::default());
    let (recorder, other) = (fixture.recorder("r").await, fixture.recorder("other").await);
    *recorder.hangs.lock() = true;
    fixture.own(&add("a")).await;
    let error = fixture.astha.activate().await.expect_err("takes too long");
    assert_eq!(error.message(), "component \"r\" took too long");
    assert_eq!(other.take(), ["own: Insert a"]);
    *recorder.hangs.lock() = false;
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(recorder.take(), ["own: Insert a"]);
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_say_how_it_is_is_left_alone() {
    let fixture = fixture(Config::default());
    let recorder = fixture.recorder("r").await;
    *recorder.hangs.lock() = true;
    fixture.own(&add("a")).await;
    let (health, delivered) = tokio::join!(fixture.astha.health(), fixture.astha.activate());
    assert!(matches!(&health[0].1, Health::Unhealthy(_)), "{health:?}");
    let error = delivered.expect_err("is given up");
    assert_eq!(error.message(), "component \"r\" does not say how it is");
    *recorder.hangs.lock() = false;
    fixture.astha.health().await;
    tokio::time::advance(Duration::from_secs(10)).await;
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(recorder.take(), ["Recovered", "own: Insert a"]);
}

#[tokio::test]
async fn a_pause_keeps_changes_in_the_log() {
    let fixture = fixture(Config::default());
    let recorder = fixture.recorder("r").await;
    fixture.astha.pause("r").expect("is paused");
    fixture.own(&add("a")).await;
    fixture.astha.activate().await.expect("has nothing to do");
    assert!(recorder.take().is_empty());
    assert_eq!(
        fixture.astha.component("r").unwrap().status,
        Status::Inactive
    );
    fixture.astha.resume("r").expect("goes on");
    fixture.astha.refresh("r").expect("is noted");
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(recorder.take(), ["Requested", "own: Insert a"]);
    let error = fixture.astha.pause("no").expect_err("is not there");
    assert_eq!(error.sqlstate(), "42704");
}

#[tokio::test]
async fn one_that_is_taken_away_finds_its_changes_when_it_comes_back() {
    let fixture = fixture(Config::default());
    let recorder = fixture.recorder("r").await;
    let twice = fixture.astha.register(recorder.clone()).await;
    assert_eq!(twice.expect_err("is there").sqlstate(), "42710");
    fixture.astha.unregister("r").await.expect("goes");
    fixture.own(&add("a")).await;
    fixture.astha.activate().await.expect("has nothing to do");
    assert!(recorder.take().is_empty());
    fixture
        .astha
        .register(recorder.clone())
        .await
        .expect("comes back");
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(recorder.take(), ["own: Insert a"]);
}

#[tokio::test]
async fn one_that_is_away_for_too_long_holds_nothing_back_and_refreshes() {
    let fixture = fixture(Config::default());
    let (away, _other) = (fixture.recorder("away").await, fixture.recorder("r").await);
    fixture.astha.unregister("away").await.expect("goes");
    fixture
        .foreign("UPDATE __cdc_offsets SET renewed_at = '2024-01-01T00:00:00.000000Z' WHERE component = 'away'")
        .await;
    fixture.own(&add("a")).await;
    fixture.astha.activate().await.expect("delivers");
    fixture.keep_house().await;
    assert_eq!(fixture.number("SELECT count(*) FROM __cdc_log").await, 0);
    fixture
        .astha
        .register(away.clone())
        .await
        .expect("comes back");
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(away.take(), ["Gone"]);
}

#[tokio::test]
async fn a_row_that_cannot_be_understood_is_a_dead_letter() {
    let fixture = fixture(Config::default());
    fixture.recorder("r").await;
    fixture.own(&add("a")).await;
    fixture
        .foreign("UPDATE __cdc_log SET after = 'no json' WHERE id = 1")
        .await;
    fixture.astha.activate().await.expect("delivers");
    let letters = fixture
        .text("SELECT component || ' ' || tablename || ' ' || json_extract(record, '$.after') || ' ' || failure FROM __cdc_dead_letters")
        .await;
    assert_eq!(letters, "r databases no json data_corruption");
    let id = fixture.text("SELECT id FROM __cdc_dead_letters").await;
    let error = fixture.astha.replay(id.parse().unwrap()).await;
    assert_eq!(error.expect_err("makes no sense").sqlstate(), "XX001");
}
