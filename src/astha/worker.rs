//! One component's delivery: unit after unit, at its own pace.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::FutureExt as _;
use tokio::sync::{Mutex, Notify, SemaphorePermit, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::breaker::{Breaker, Circuit, Permit};
use super::dead_letter::{DeadLetters, not_pending};
use super::log::{Batch, LogReader, Malformed};
use super::offsets::Offsets;
use super::statistics::Statistics;
use super::status::{ComponentInfo, Status};
use super::tail::{Reader, Tail};
use super::{Component, Config, Health, Refresh, Subscriber, Unit};
use crate::dead_letter::DeadLetter;
use crate::error::{Error, ErrorKind, Fault, Resource, Result};
use crate::position::Position;

/// How often an idle component says that it is alive: a third of its lease.
const RENEW: Duration = Duration::from_secs(20);

/// What the workers of a pipeline share.
pub(super) struct Shared {
    pub(super) config: Config,
    pub(super) tail: Arc<Tail>,
    pub(super) letters: Arc<dyn DeadLetters>,
    pub(super) statistics: Arc<Statistics>,
}

/// Delivers the log to one component.
pub(super) struct Worker {
    subscriber: Arc<dyn Subscriber>,
    component: Component,
    /// Those of the component.
    tables: Arc<HashSet<String>>,
    reader: Arc<Reader>,
    shared: Arc<Shared>,
    log: LogReader,
    offsets: Offsets,
    /// Held while a batch is delivered, so that two activations cannot deliver out
    /// of order.
    delivery: Mutex<Delivery>,
    /// How often it was told what is next.
    attempts: AtomicU32,
    is_unregistered: AtomicBool,
    seen: watch::Sender<Position>,
    breaker: parking_lot::Mutex<Breaker>,
    /// Told when the breaker opens from outside: what is being delivered is given up.
    tripped: Notify,
    wish: watch::Sender<Wish>,
    condition: parking_lot::Mutex<Condition>,
    statistics: Statistics,
    stop: CancellationToken,
}

/// How far a component has come.
struct Delivery {
    position: Position,
    /// Up to here, what is next is dead letters: the component has to refresh instead.
    given_up: Option<Position>,
}

/// What somebody asked of the component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Wish {
    is_paused: bool,
    /// Why it is to refresh, and the number of the wish.
    refresh: Option<(Refresh, u64)>,
    /// How often something was asked.
    number: u64,
}

/// What is known of the component.
#[derive(Clone, Debug)]
struct Condition {
    health: Health,
    last_seen: DateTime<Utc>,
    last_error: Option<String>,
    /// What is next cannot be read or kept: that is not the component's failure.
    is_stuck: bool,
}

impl Worker {
    pub(super) async fn register(
        subscriber: Arc<dyn Subscriber>,
        shared: Arc<Shared>,
        log: LogReader,
        offsets: Offsets,
        stop: CancellationToken,
    ) -> Result<Self> {
        let position = offsets.begin().await?;
        let component = subscriber.component();
        let tables = component.tables.iter().map(|table| (*table).to_owned());
        let tables: Arc<HashSet<_>> = Arc::new(tables.collect());
        let reader = shared.tail.add_reader(&tables, position).await;
        let config = &shared.config;
        let breaker = Breaker::new(config.breaker_failures, config.breaker_cooldown);
        Ok(Self {
            component,
            tables,
            reader,
            subscriber,
            log,
            offsets,
            delivery: Mutex::new(Delivery {
                position,
                given_up: None,
            }),
            attempts: AtomicU32::new(0),
            is_unregistered: AtomicBool::new(false),
            seen: watch::Sender::new(position),
            breaker: parking_lot::Mutex::new(breaker),
            tripped: Notify::new(),
            wish: watch::Sender::default(),
            condition: parking_lot::Mutex::new(Condition {
                health: Health::Healthy,
                last_seen: Utc::now(),
                last_error: None,
                is_stuck: false,
            }),
            statistics: Statistics::default(),
            stop,
            shared,
        })
    }

    pub(super) fn component(&self) -> &Component {
        &self.component
    }

    /// How far the component has come.
    pub(super) fn seen(&self) -> watch::Receiver<Position> {
        self.seen.subscribe()
    }

    pub(super) fn info(&self) -> ComponentInfo {
        let (circuit, failures) = {
            let breaker = self.breaker.lock();
            (breaker.circuit(), breaker.failures())
        };
        let condition = self.condition.lock().clone();
        let status = match (circuit, &condition.health) {
            _ if self.wish.borrow().is_paused => Status::Inactive,
            (Circuit::Closed, Health::Healthy) if !condition.is_stuck => Status::Active,
            _ => Status::Error,
        };
        ComponentInfo {
            component: self.component.clone(),
            status,
            health: condition.health,
            circuit,
            failures,
            attempts: self.attempts.load(Ordering::Relaxed),
            position: *self.seen.borrow(),
            last_seen: condition.last_seen,
            last_error: condition.last_error,
            counts: self.statistics.counts(),
        }
    }

    /// Tells it nothing until it is resumed; its changes wait in the log.
    pub(super) fn pause(&self, is_paused: bool) {
        self.wish.send_modify(|wish| {
            wish.number += 1;
            wish.is_paused = is_paused;
        });
    }

    /// Has it look at the source before it is told what is next.
    pub(super) fn wish_refresh(&self, reason: Refresh) {
        self.wish.send_modify(|wish| {
            wish.number += 1;
            wish.refresh = Some((reason, wish.number));
        });
    }

    /// It has looked at the source after this was asked; what was asked meanwhile stays.
    fn fulfil(&self, asked: Wish) {
        self.wish.send_if_modified(|wish| {
            let is_fulfilled = wish.refresh.is_some() && wish.refresh == asked.refresh;
            if is_fulfilled {
                wish.refresh = None;
            }
            is_fulfilled
        });
    }

    /// Delivers what the log holds now. Nothing to do is no error and costs one
    /// read.
    ///
    /// # Errors
    /// The component's or the log's; what was not delivered comes first at the
    /// next activation. 55000 while the breaker is open.
    pub(super) async fn activate(&self) -> Result<()> {
        let mut delivery = self.delivery.lock().await;
        loop {
            if self.is_unregistered() {
                return Ok(());
            }
            let wish = *self.wish.borrow();
            if wish.is_paused {
                return Ok(());
            }
            let permit = self.breaker.lock().permit(Instant::now());
            let reason = match permit {
                Permit::Wait(_) => return Err(self.is_open()),
                Permit::Refresh => Some(Refresh::Recovered),
                Permit::Deliver => wish.refresh.map(|(reason, _)| reason),
            };
            if let Some(reason) = reason {
                self.refresh(reason, delivery.position).await?;
                self.fulfil(wish);
            }
            if permit == Permit::Refresh {
                self.breaker.lock().refreshed();
                tracing::info!(
                    component = self.component.name,
                    position = delivery.position.0,
                    "a component came back"
                );
            }
            let begun = delivery.position;
            let (batch, _room) = self.stuck_unless(self.next(begun).await)?;
            let outcome = match batch {
                Batch::Units(units, through) => self.deliver(&mut delivery, units, through).await,
                Batch::SetBack => {
                    tracing::error!(
                        component = self.component.name,
                        position = begun.0,
                        "another program set the change log back; it is put right"
                    );
                    self.stuck_unless(self.offsets.restore(begun).await)?;
                    // Now it finds that it misses something.
                    continue;
                }
                Batch::Malformed(row, through) => {
                    if delivery.given_up != Some(row.position) {
                        self.give_up_row(&row).await?;
                        delivery.given_up = Some(row.position);
                    }
                    self.refresh_to(&mut delivery, Refresh::Malformed, through)
                        .await
                }
                Batch::Refresh(reason, through) => {
                    self.refresh_to(&mut delivery, reason, through).await
                }
            };
            if delivery.position == begun {
                return outcome;
            }
            crate::failpoint::at("astha::offset");
            self.seen.send_replace(delivery.position);
            self.offsets.advance(delivery.position);
            outcome?;
        }
    }

    /// What is next after a position, and what has to be kept until it is told. A row
    /// that cannot be understood, and one that is too large, is no concern of a component
    /// that is not told of its table.
    async fn next(&self, after: Position) -> Result<(Batch, Option<SemaphorePermit<'_>>)> {
        let tail = &self.shared.tail;
        let shared = tail.next(&self.reader, after, &self.log).await?;
        let is_others = match &shared {
            Batch::Malformed(row, _) => !self.is_told_of(row),
            Batch::Refresh(reason, _) => *reason == Refresh::TooLarge,
            Batch::Units(..) | Batch::SetBack => false,
        };
        if !is_others {
            return Ok((shared, None));
        }
        let own = |bounds| self.log.read(after, bounds, self.tables.clone());
        match own(tail.bounds()).await? {
            Batch::Refresh(Refresh::TooLarge, _) => {
                let (bounds, room) = tail.room_for_one().await;
                Ok((own(bounds).await?, room))
            }
            batch => Ok((batch, None)),
        }
    }

    /// A marker belongs to every table.
    fn is_told_of(&self, row: &Malformed) -> bool {
        row.table.starts_with("__") || self.tables.contains(&row.table)
    }

    fn is_open(&self) -> Error {
        let name = self.component.name;
        Error::new(
            ErrorKind::Unavailable(Resource::Component),
            format!("component \"{name}\" failed too often and is left alone for a while"),
        )
        .with_hint("It is told to refresh when the cool-down is over.")
    }

    /// Notes when what is next can neither be read nor kept, and when it can again.
    fn stuck_unless<T>(&self, outcome: Result<T>) -> Result<T> {
        self.condition.lock().is_stuck = outcome.is_err();
        if let Err(error) = &outcome {
            self.noted(error);
        }
        outcome
    }

    fn moved(&self, delivery: &mut Delivery, to: Position) {
        *delivery = Delivery {
            position: to,
            given_up: None,
        };
        self.attempts.store(0, Ordering::Relaxed);
    }

    /// A row that makes no sense is kept where somebody can look at it.
    async fn give_up_row(&self, row: &Malformed) -> Result<()> {
        let letter = DeadLetter::malformed(self.component.name, row);
        self.stuck_unless(self.shared.letters.keep(vec![letter]).await)?;
        self.count(|statistics| statistics.failed.inc());
        Ok(())
    }

    async fn refresh_to(
        &self,
        delivery: &mut Delivery,
        reason: Refresh,
        through: Position,
    ) -> Result<()> {
        tracing::warn!(
            component = self.component.name,
            ?reason,
            from = delivery.position.0,
            to = through.0,
            "a component refreshes from the source"
        );
        self.refresh(reason, through).await?;
        self.moved(delivery, through);
        Ok(())
    }

    async fn refresh(&self, reason: Refresh, through: Position) -> Result<()> {
        crate::failpoint::at("astha::refresh");
        let subscriber = &self.subscriber;
        let refreshed = self
            .told(async { subscriber.on_refresh(reason, through).await })
            .await;
        self.count(|statistics| statistics.refreshes.inc());
        match &refreshed {
            Ok(()) => self.took(),
            Err(error) => self.failed(error),
        }
        refreshed
    }

    async fn deliver(
        &self,
        delivery: &mut Delivery,
        units: Vec<Arc<Unit>>,
        through: Position,
    ) -> Result<()> {
        for unit in units {
            // A unit that is known already: the position is in the middle of it when
            // another program's rows were read before all of them were there.
            if unit.position <= delivery.position {
                continue;
            }
            if let Some(unit) = unit.of_tables(&self.tables, delivery.position) {
                crate::failpoint::at("astha::deliver");
                self.deliver_unit(delivery, &unit).await?;
            }
            self.moved(delivery, unit.position);
            let wish = *self.wish.borrow();
            if wish.is_paused || wish.refresh.is_some() || self.is_unregistered() {
                return Ok(());
            }
        }
        self.moved(delivery, through);
        // With nothing to deliver, the refresh after the cool-down was the probe.
        self.breaker.lock().succeeded();
        Ok(())
    }

    async fn deliver_unit(&self, delivery: &mut Delivery, unit: &Arc<Unit>) -> Result<()> {
        if delivery.given_up != Some(unit.position) {
            let Err(error) = self.try_to_deliver(unit).await else {
                return Ok(());
            };
            let attempts = self.attempts.load(Ordering::Relaxed);
            // What makes no sense makes no more the next time.
            let is_hopeless = error.kind() == ErrorKind::Internal(Fault::Data);
            if attempts < self.shared.config.max_delivery_attempts && !is_hopeless {
                return Err(error);
            }
            self.give_up(unit, &error, attempts).await?;
            delivery.given_up = Some(unit.position);
        }
        // Its position moves only behind this: the component may hold what these events
        // would have changed.
        self.refresh(Refresh::GivenUp, unit.position).await
    }

    async fn try_to_deliver(&self, unit: &Unit) -> Result<()> {
        let begun = Instant::now();
        if self.attempts.fetch_add(1, Ordering::Relaxed) > 0 {
            self.count(|statistics| statistics.retries.inc());
        }
        let told = self.tell(unit).await;
        match &told {
            Ok(()) => {
                let spent = begun.elapsed();
                self.count(|statistics| statistics.took(unit, spent));
                self.took();
                self.breaker.lock().succeeded();
            }
            Err(error) => self.failed(error),
        }
        told
    }

    /// Events that are refused are kept where somebody can look at them.
    async fn give_up(&self, unit: &Unit, error: &Error, attempts: u32) -> Result<()> {
        let name = self.component.name;
        let letters = unit.events.iter();
        let letters = letters.map(|event| DeadLetter::undelivered(name, event, error, attempts));
        self.stuck_unless(self.shared.letters.keep(letters.collect()).await)?;
        let events = unit.events.len() as u64;
        self.count(|statistics| statistics.failed.inc_by(events));
        tracing::error!(
            component = name,
            position = unit.position.0,
            events,
            attempts,
            %error,
            "a unit of changes was given up; its events are dead letters"
        );
        Ok(())
    }

    async fn tell(&self, unit: &Unit) -> Result<()> {
        let subscriber = &self.subscriber;
        self.told(async { subscriber.on_event(unit).await }).await
    }

    /// Delivers an event again that was given up, if it waits for that. Whether that
    /// goes well says nothing of what is next.
    ///
    /// # Errors
    /// 42704 when it does not wait (any more), XX001 when its row could not be
    /// understood, those of the component and of the letters.
    pub(super) async fn replay(&self, id: Uuid) -> Result<()> {
        let letters = &self.shared.letters;
        // Whoever asks for the same comes after it, and finds it done.
        let _turn = self.delivery.lock().await;
        let letter = letters.pending(id).await?.ok_or_else(|| not_pending(id))?;
        let event = letter.event()?;
        let unit = Unit {
            position: event.position,
            own: false,
            events: vec![Arc::new(event)],
        };
        if let Err(error) = self.tell(&unit).await {
            self.noted(&error);
            let again = DeadLetter {
                attempts: 1,
                error: format!("{}: {}", error.sqlstate(), error.message()),
                ..letter
            };
            letters.keep(vec![again]).await?;
            return Err(error);
        }
        self.took();
        letters.resolve(id).await
    }

    /// Counts for the component, and for the whole pipeline.
    fn count<T>(&self, what: impl Fn(&Statistics) -> T) {
        what(&self.statistics);
        what(&self.shared.statistics);
    }

    fn took(&self) {
        self.condition.lock().last_seen = Utc::now();
    }

    fn noted(&self, error: &Error) {
        self.condition.lock().last_error = Some(error.to_string());
        self.count(|statistics| statistics.erred());
    }

    fn failed(&self, error: &Error) {
        self.noted(error);
        let opened = self.breaker.lock().failed(Instant::now());
        if opened {
            tracing::warn!(
                component = self.component.name,
                %error,
                "a component failed too often in a row; it is left alone for a while"
            );
        }
    }

    /// Asks the component how it is. One that does not answer in time is left alone
    /// for a while, and what it is being told is given up.
    pub(super) async fn check_health(&self) -> Health {
        let deadline = self.shared.config.health_deadline;
        let asked = AssertUnwindSafe(async { self.subscriber.on_health().await }).catch_unwind();
        let missed = |how: &str| {
            self.breaker.lock().trip(Instant::now());
            self.tripped.notify_waiters();
            Health::Unhealthy(how.to_owned())
        };
        let health = match tokio::time::timeout(deadline, asked).await {
            Ok(Ok(health)) => {
                self.took();
                health
            }
            Ok(Err(_)) => missed("it panicked when it was asked how it is"),
            Err(_) => missed("it does not say how it is"),
        };
        if let Health::Unhealthy(why) = &health {
            tracing::warn!(
                component = self.component.name,
                why,
                "a component is unhealthy"
            );
        }
        self.condition.lock().health = health.clone();
        health
    }

    /// Runs until it is asked to stop: woken by every commit of this process,
    /// and by polling for those of others.
    pub(super) async fn run(self: Arc<Self>, mut commits: watch::Receiver<u64>) {
        let config = &self.shared.config;
        let mut delay = config.poll_interval;
        let mut retry = config.retry_delay;
        let mut failed_at = None;
        let mut seen = None;
        let mut has_failed = false;
        let mut renewed = Instant::now();
        let mut few_since = None;
        let mut wishes = self.wish.subscribe();
        loop {
            // Noted before they are looked at: what comes in between is seen the next time.
            let news = (
                *commits.borrow_and_update(),
                *wishes.borrow_and_update(),
                self.log.data_version().ok(),
            );
            // A breaker that a missed health check opened is nobody's news.
            let is_open = self.breaker.lock().circuit() == Circuit::Open;
            let changed = news.2.is_none() || is_open || seen != Some(news);
            let wait = if !changed {
                delay = (delay * 2).min(config.max_poll_delay);
                delay
            } else if let Some(wait) = self.wait_for_more(&mut few_since).await {
                wait
            } else {
                delay = config.poll_interval;
                let activated = AssertUnwindSafe(self.activate()).catch_unwind().await;
                let activated = activated
                    .unwrap_or_else(|_| Err(Error::internal("the change pipeline panicked")));
                has_failed = activated.is_err();
                match activated {
                    Ok(()) => {
                        seen = Some(news);
                        delay
                    }
                    Err(error) => {
                        let position = *self.seen.borrow();
                        if failed_at.replace(position) != Some(position) {
                            retry = config.retry_delay;
                        }
                        let cooldown = match self.breaker.lock().permit(Instant::now()) {
                            Permit::Wait(left) => Some(left),
                            Permit::Deliver | Permit::Refresh => None,
                        };
                        let wait = cooldown.unwrap_or(retry);
                        self.complain(&error, wait);
                        seen = None;
                        retry = (retry * 2).min(config.max_retry_delay);
                        wait
                    }
                }
            };
            let mut wait = wait;
            if self.offsets.leaves_rows() {
                wait = wait.min(config.poll_interval);
            }
            if self.offsets.leaves_rows() || renewed.elapsed() >= RENEW {
                renewed = Instant::now();
                self.offsets.advance(*self.seen.borrow());
            }
            tokio::select! {
                biased;
                () = self.stop.cancelled() => break,
                // A failed delivery waits its time out; commits do not hurry it.
                alive = commits.changed(), if !has_failed => if alive.is_err() { break },
                alive = wishes.changed() => if alive.is_err() { break },
                () = tokio::time::sleep(wait) => {}
            }
        }
        if self.is_unregistered() {
            return;
        }
        // What was committed before the stop is delivered before the end.
        if let Err(error) = self.activate().await {
            tracing::warn!(%error, component = self.component.name, "a component stops with changes undelivered; they come again");
        }
        self.end().await;
    }

    /// How long to wait for more rows, while there are some but too few to begin with.
    async fn wait_for_more(&self, since: &mut Option<Instant>) -> Option<Duration> {
        let config = &self.shared.config;
        if config.min_batch_size > 1
            && let Ok(end) = self.log.end().await
            && let Ok(rows @ 1..) = usize::try_from(end.0 - self.seen.borrow().0)
            && rows < config.min_batch_size
        {
            let waited = since.get_or_insert_with(Instant::now).elapsed();
            let left = config.max_poll_delay.saturating_sub(waited);
            if !left.is_zero() {
                return Some(left);
            }
        }
        *since = None;
        None
    }

    /// Takes the component away: it is told nothing after this.
    pub(super) async fn unregister(&self) {
        self.is_unregistered.store(true, Ordering::Relaxed);
        self.stop.cancel();
        self.end().await;
    }

    fn is_unregistered(&self) -> bool {
        self.is_unregistered.load(Ordering::Relaxed)
    }

    /// Gives its lease back.
    async fn end(&self) {
        self.shared.tail.remove_reader(&self.reader);
        let position = self.delivery.lock().await.position;
        if let Err(error) = self.offsets.end(position).await {
            tracing::warn!(%error, "a component's lease could not be given back; it runs out");
        }
    }

    fn complain(&self, error: &Error, retry: Duration) {
        tracing::error!(
            %error,
            detail = error.detail(),
            cause = ?std::error::Error::source(error),
            component = self.component.name,
            position = self.seen.borrow().0,
            retry_ms = u64::try_from(retry.as_millis()).unwrap_or(u64::MAX),
            "delivery failed; it is tried again"
        );
    }

    /// One that panics, hangs or is unresponsive has failed, like one that answers an
    /// error: it is told again.
    async fn told(&self, telling: impl Future<Output = Result<()>>) -> Result<()> {
        let failed = |how: &str| {
            let name = self.component.name;
            Err(Error::new(
                ErrorKind::Unavailable(Resource::Component),
                format!("component \"{name}\" {how}"),
            ))
        };
        let told = tokio::time::timeout(
            self.shared.config.delivery_deadline,
            AssertUnwindSafe(telling).catch_unwind(),
        );
        tokio::select! {
            biased;
            () = self.tripped.notified() => failed("does not say how it is"),
            told = told => match told {
                Ok(Ok(told)) => told,
                Ok(Err(_)) => failed("panicked"),
                Err(_) => failed("took too long"),
            },
        }
    }
}
