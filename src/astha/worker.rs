//! One subscriber's reader of the log.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;

use super::log::{Batch, Bounds, ChangeLog};
use super::{Config, Refresh, Subscriber};
use crate::error::{Error, Result};
use crate::position::Position;

/// Waits between attempts to deliver: doubled from the first to the last.
const FIRST_RETRY: Duration = Duration::from_millis(100);
const LAST_RETRY: Duration = Duration::from_secs(5);

/// How often an idle subscriber says that it is alive: a third of its lease.
const RENEW: Duration = Duration::from_secs(20);

/// Delivers the log to one subscriber, one unit after another.
pub(super) struct Worker {
    subscriber: Arc<dyn Subscriber>,
    log: ChangeLog,
    config: Config,
    /// How far the subscriber has come. Held while a batch is delivered, so
    /// that two activations cannot deliver out of order.
    position: Mutex<Position>,
    seen: watch::Sender<Position>,
}

impl Worker {
    pub(super) async fn register(
        subscriber: Arc<dyn Subscriber>,
        log: ChangeLog,
        config: Config,
    ) -> Result<Self> {
        let position = log.begin().await?;
        let seen = watch::Sender::new(position);
        Ok(Self {
            subscriber,
            log,
            config,
            position: Mutex::new(position),
            seen,
        })
    }

    pub(super) fn subscriber(&self) -> &Arc<dyn Subscriber> {
        &self.subscriber
    }

    /// How far the subscriber has come.
    pub(super) fn seen(&self) -> watch::Receiver<Position> {
        self.seen.subscribe()
    }

    /// Delivers what the log holds now. Nothing to do is no error and costs one
    /// read.
    ///
    /// # Errors
    /// The subscriber's or the log's; what was not delivered comes first at the
    /// next activation.
    pub(super) async fn activate(&self) -> Result<()> {
        let mut position = self.position.lock().await;
        let bounds = Bounds {
            rows: self.config.batch_size,
            bytes: self.config.max_memory_bytes,
        };
        loop {
            let begun = *position;
            let outcome = match self.log.read(begun, bounds).await? {
                Batch::Units(units, through) => self.deliver(&mut position, &units, through).await,
                Batch::SetBack => {
                    let component = self.subscriber.component().name;
                    tracing::error!(
                        component,
                        position = begun.0,
                        "another program set the change log back; it is put right"
                    );
                    told(self.subscriber.on_refresh(Refresh::Gone, begun)).await?;
                    return self.log.restore(begun).await;
                }
                Batch::Refresh(reason, through) => {
                    tracing::warn!(
                        component = self.subscriber.component().name,
                        ?reason,
                        from = begun.0,
                        to = through.0,
                        "a component refreshes from the source"
                    );
                    let refreshed = told(self.subscriber.on_refresh(reason, through)).await;
                    if refreshed.is_ok() {
                        *position = through;
                    }
                    refreshed
                }
            };
            if *position == begun {
                return outcome;
            }
            self.seen.send_replace(*position);
            self.log.advance(*position);
            outcome?;
        }
    }

    async fn deliver(
        &self,
        position: &mut Position,
        units: &[super::Unit],
        through: Position,
    ) -> Result<()> {
        for unit in units {
            if !unit.events.is_empty() {
                told(self.subscriber.on_event(unit)).await?;
            }
            *position = unit.position;
        }
        *position = through;
        Ok(())
    }

    /// Runs until it is asked to stop: woken by every commit of this process,
    /// and by polling for those of others.
    pub(super) async fn run(
        self: Arc<Self>,
        mut commits: watch::Receiver<u64>,
        stop: CancellationToken,
    ) {
        let mut delay = self.config.poll_interval;
        let mut retry = FIRST_RETRY;
        let mut version = None;
        let mut renewed = tokio::time::Instant::now();
        loop {
            let now = self.log.data_version().ok();
            let changed = now.is_none() || now != version || commits.has_changed().unwrap_or(false);
            commits.mark_unchanged();
            let wait = if changed {
                delay = self.config.poll_interval;
                match self.activate().await {
                    Ok(()) => {
                        version = now;
                        retry = FIRST_RETRY;
                        delay
                    }
                    Err(error) => {
                        self.complain(&error, retry);
                        version = None;
                        let wait = retry;
                        retry = (retry * 2).min(LAST_RETRY);
                        wait
                    }
                }
            } else {
                delay = (delay * 2).min(self.config.max_poll_delay);
                delay
            };
            if renewed.elapsed() >= RENEW {
                renewed = tokio::time::Instant::now();
                self.log.advance(*self.seen.borrow());
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                // A failed delivery waits its time out; commits do not hurry it.
                alive = commits.changed(), if version.is_some() => if alive.is_err() { break },
                () = tokio::time::sleep(wait) => {}
            }
        }
        // What was committed before the stop is delivered before the end.
        if let Err(error) = self.activate().await {
            tracing::warn!(%error, component = self.subscriber.component().name, "a component stops with changes undelivered; they come again");
        }
        let position = *self.position.lock().await;
        if let Err(error) = self.log.end(position).await {
            tracing::warn!(%error, "a component's lease could not be given back; it runs out");
        }
    }

    fn complain(&self, error: &Error, retry: Duration) {
        tracing::error!(
            %error,
            detail = error.detail(),
            cause = ?std::error::Error::source(error),
            component = self.subscriber.component().name,
            position = self.seen.borrow().0,
            retry_ms = u64::try_from(retry.as_millis()).unwrap_or(u64::MAX),
            "delivery failed; it is tried again"
        );
    }
}

/// A subscriber that panics has failed, like one that answers an error: it is
/// told again.
async fn told(telling: impl Future<Output = Result<()>>) -> Result<()> {
    AssertUnwindSafe(telling)
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(Error::internal("a subscriber panicked")))
}
