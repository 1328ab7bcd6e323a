//! What somebody asks of a component while it is being told, and what it then is.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt as _;
use parking_lot::Mutex;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::fixture::{Fixture, add, fixture};
use crate::astha::{Component, Config, Health, Refresh, Status, Subscriber, Unit};
use crate::error::{Error, Result};
use crate::position::Position;

/// Takes as many units as it is let, and notes what it is told.
struct Gated {
    gate: Semaphore,
    told: Mutex<Vec<String>>,
    /// It refuses every unit once.
    stumbles: bool,
}

impl Gated {
    fn new(permits: usize, stumbles: bool) -> Arc<Self> {
        Arc::new(Self {
            gate: Semaphore::new(permits),
            told: Mutex::default(),
            stumbles,
        })
    }

    fn note(&self, what: String) {
        self.told.lock().push(what);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.told.lock())
    }

    async fn pass(&self) {
        self.gate.acquire().await.expect("is open").forget();
    }
}

#[async_trait]
impl Subscriber for Gated {
    fn component(&self) -> Component {
        Component {
            name: "gated",
            version: "1",
            tables: &["databases"],
        }
    }

    async fn on_event(&self, unit: &Unit) -> Result<()> {
        self.pass().await;
        let name = unit.events[0].data.row()["name"].to_string();
        let is_first = !self.told.lock().contains(&name);
        self.note(name);
        match self.stumbles && is_first {
            true => Err(Error::internal("on purpose")),
            false => Ok(()),
        }
    }

    async fn on_health(&self) -> Health {
        Health::Healthy
    }

    async fn on_refresh(&self, reason: Refresh, _: Position) -> Result<()> {
        self.pass().await;
        self.note(format!("{reason:?}"));
        Ok(())
    }
}

/// A component that takes nothing until it is let, and three units that wait for it.
async fn three_wait() -> (Fixture, Arc<Gated>) {
    let fixture = fixture(Config::default());
    let gated = Gated::new(0, false);
    let registered = fixture.astha.register(gated.clone()).await;
    registered.expect("registers");
    for name in ["a", "b", "c"] {
        fixture.own(&add(name)).await;
    }
    (fixture, gated)
}

#[tokio::test]
async fn a_pause_holds_from_the_next_unit_on() {
    let (fixture, gated) = three_wait().await;
    let pause = async {
        fixture.astha.pause("gated").expect("is paused");
        gated.gate.add_permits(9);
    };
    let (told, ()) = tokio::join!(fixture.astha.activate(), pause);
    told.expect("nothing fails");
    assert!(gated.take().len() <= 1, "what was being told");
    fixture.astha.resume("gated").expect("goes on");
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(gated.take().last().expect("the rest"), "\"c\"");
}

#[tokio::test]
async fn who_is_unregistered_is_told_nothing_more() {
    let (fixture, gated) = three_wait().await;
    let mut activation = Box::pin(fixture.astha.activate());
    // The log is read, then it is told.
    while fixture.astha.component("gated").unwrap().attempts == 0 {
        assert!((&mut activation).now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    gated.gate.add_permits(1);
    let ((), told) = tokio::join!(
        async { fixture.astha.unregister("gated").await.expect("is there") },
        activation
    );
    told.expect("nothing fails");
    assert_eq!(gated.take(), ["\"a\""]);
    // It comes back where it was.
    gated.gate.add_permits(9);
    fixture.astha.register(gated.clone()).await.expect("again");
    fixture.astha.activate().await.expect("delivers");
    assert_eq!(gated.take(), ["\"b\"", "\"c\""]);
}

#[tokio::test]
async fn a_refresh_that_is_asked_for_during_another_is_one_more() {
    let (fixture, gated) = three_wait().await;
    fixture.astha.refresh("gated").expect("is asked");
    let again = async {
        while fixture.astha.component("gated").unwrap().counts.refreshes == 0 {
            fixture.astha.refresh("gated").expect("is asked");
            gated.gate.add_permits(1);
            tokio::task::yield_now().await;
        }
        gated.gate.add_permits(9);
    };
    let (told, ()) = tokio::join!(fixture.astha.activate(), again);
    told.expect("nothing fails");
    let told = gated.take();
    let refreshes = told.iter().filter(|it| *it == "Requested").count();
    assert!(refreshes > 1, "{told:?}");
    assert_eq!(told.last().expect("all"), "\"c\"");
}

#[tokio::test]
async fn two_of_one_name_are_one() {
    let fixture = fixture(Config::default());
    let register = || fixture.astha.register(Gated::new(0, false));
    let outcomes = futures::future::join_all([register(), register(), register()]).await;
    let refused = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    let refused: Vec<_> = refused.map(Error::sqlstate).collect();
    assert_eq!(refused, ["42710", "42710"]);
    assert_eq!(fixture.astha.components().len(), 1);
}

/// One who fails now and then waits for no longer each time.
#[tokio::test(start_paused = true)]
async fn the_delay_begins_anew_with_each_unit() {
    let fixture = fixture(Config::default());
    let gated = Gated::new(usize::MAX >> 3, true);
    fixture.astha.pause("gated").expect_err("is not there yet");
    let subscribed = fixture.astha.subscribe(gated.clone()).await;
    subscribed.expect("runs");
    for name in 0..20 {
        fixture.own(&add(&format!("n{name}"))).await;
    }
    let begun = Instant::now();
    let end = fixture.astha.log_state().await.expect("is read").end;
    fixture.astha.delivered(end).await;
    assert_eq!(gated.take().len(), 40);
    // Doubled each time it would be more than a minute (of a clock that only waiting moves).
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn two_who_replay_one_letter_deliver_it_once() {
    let fixture = fixture(Config {
        max_delivery_attempts: 1,
        ..Config::default()
    });
    let gated = Gated::new(9, true);
    let registered = fixture.astha.register(gated.clone()).await;
    registered.expect("registers");
    fixture.own(&add("a")).await;
    fixture.astha.activate().await.expect("is given up");
    assert_eq!(gated.take(), ["\"a\"", "GivenUp"]);
    gated.note("\"a\"".to_owned());
    let id = fixture.text("SELECT id FROM __cdc_dead_letters").await;
    let replay = || fixture.astha.replay(id.parse().expect("an id"));
    let (first, second) = tokio::join!(replay(), replay());
    let mut sqlstates = [first, second].map(|it| it.map_err(|error| error.sqlstate()));
    sqlstates.sort_unstable();
    assert_eq!(sqlstates, [Ok(()), Err("42704")]);
    assert_eq!(gated.take(), ["\"a\"", "\"a\""]);
}

#[tokio::test]
async fn what_cannot_be_read_is_seen() {
    let (fixture, gated) = three_wait().await;
    gated.gate.add_permits(9);
    fixture
        .foreign("ALTER TABLE __cdc_horizon RENAME TO hidden")
        .await;
    fixture.astha.activate().await.expect_err("cannot be read");
    let info = fixture.astha.component("gated").expect("is there");
    assert_eq!(info.status, Status::Error);
    assert_eq!(info.counts.errors, 1);
    assert!(info.last_error.is_some());
    fixture
        .foreign("ALTER TABLE hidden RENAME TO __cdc_horizon")
        .await;
    fixture.astha.activate().await.expect("delivers");
    let info = fixture.astha.component("gated").expect("is there");
    assert_eq!(info.status, Status::Active);
    assert_eq!(gated.take(), ["\"a\"", "\"b\"", "\"c\""]);
}
