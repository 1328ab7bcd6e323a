//! What happens when a component fails.

use std::time::Duration;

use super::fixture::{Fixture, Recorder, add, fixture};
use crate::astha::{Circuit, Config, Health, Status};
use crate::dead_letter::Failure;
use crate::error::Error;

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
    assert_eq!(letters, "r INSERT 3 a processing_failed");
    let counts = fixture.astha.component("r").unwrap().counts;
    let told = (
        counts.processed,
        counts.failed,
        counts.retries,
        counts.errors,
    );
    assert_eq!(told, (1, 1, 2, 3));
}

#[tokio::test]
async fn what_makes_no_sense_is_a_dead_letter_at_once() {
    let fixture = fixture(Config::default());
    let recorder = fixture.recorder("r").await;
    *recorder.doubts.lock() = true;
    fixture.own(&add("a")).await;
    fixture.own(&add("b")).await;
    fixture.astha.activate().await.expect("goes on");
    assert_eq!(recorder.take(), ["GivenUp", "own: Insert b"]);
    let letters = fixture
        .text("SELECT attempts || ' ' || failure FROM __cdc_dead_letters")
        .await;
    assert_eq!(letters, "1 conversion_failed");
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

#[tokio::test]
async fn a_row_that_cannot_be_understood_concerns_those_who_are_told_of_its_table() {
    let fixture = fixture(Config::default());
    let told = fixture.recorder_of("told", &["databases", "tables"]).await;
    let other = fixture.recorder("other").await;
    let table = "INSERT INTO tables (database_id, name, table_type) VALUES ((SELECT max(id) FROM databases), 't', 'user');";
    fixture.own(&(add("a") + table + &add("b"))).await;
    fixture
        .foreign("UPDATE __cdc_log SET after = 'no json' WHERE tablename = 'tables'")
        .await;
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(told.take(), ["Malformed"]);
    assert_eq!(other.take(), ["own: Insert a, Insert b"]);
    assert_eq!(
        fixture
            .number("SELECT count(*) FROM __cdc_dead_letters")
            .await,
        1
    );
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_says_what_failed() {
    use crate::error::{ErrorKind, Fault, Limit, Resource};
    for (kind, expected) in [
        (ErrorKind::Conflict, "processing_failed"),
        (ErrorKind::Internal(Fault::Data), "conversion_failed"),
        (ErrorKind::Internal(Fault::Io), "database_error"),
        (ErrorKind::Unavailable(Resource::Store), "database_error"),
        (ErrorKind::LimitExceeded(Limit::Disk), "database_error"),
    ] {
        let failure = Failure::of(&Error::new(kind, "on purpose"));
        assert_eq!(failure.as_str(), expected, "{kind:?}");
        assert_eq!(expected.parse::<Failure>().expect("is known"), failure);
    }
    // One that does not answer.
    let fixture = fixture(careless(1));
    let recorder = fixture.recorder("r").await;
    *recorder.hangs.lock() = true;
    fixture.own(&add("a")).await;
    insist(&fixture).await;
    let letter = fixture
        .text("SELECT failure || ' ' || error FROM __cdc_dead_letters")
        .await;
    let expected = "delivery_failed 55000: component \"r\" took too long";
    assert_eq!(letter, expected);
}

/// The log is looked for again and again; nobody starts anything anew.
#[tokio::test(start_paused = true)]
async fn a_log_that_cannot_be_read_is_read_as_soon_as_it_is_there() {
    let fixture = fixture(Config::default());
    let recorder = Recorder::new("r", &["databases"]);
    let subscribed = fixture.astha.subscribe(recorder.clone()).await;
    subscribed.expect("runs");
    let rename = |from: &str, to: &str| format!("ALTER TABLE {from} RENAME TO {to}");
    fixture.foreign(&rename("__cdc_horizon", "away")).await;
    fixture.own(&add("a")).await;
    let end = fixture.astha.log_state().await.expect("is read").end;
    let error = fixture.astha.activate_component("r").await;
    error.expect_err("cannot be read");
    assert!(recorder.take().is_empty());
    fixture.foreign(&rename("away", "__cdc_horizon")).await;
    fixture.astha.delivered(end).await;
    assert_eq!(recorder.take(), ["own: Insert a"]);
}
