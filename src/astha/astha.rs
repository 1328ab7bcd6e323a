//! The pipeline: its subscribers and their workers.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde::Deserialize;

use super::log::{self, ChangeLog};
use super::worker::Worker;
use super::{Component, Health, Subscriber};
use crate::error::Result;
use crate::position::Position;
use crate::sqlite::Database;
use crate::tasks::Tasks;

/// How the log is read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Rows after which a batch ends (with the unit). 256.
    pub batch_size: usize,
    /// How often other programs' commits are looked for. 100 ms, doubled while
    /// nothing happens up to [`Config::max_poll_delay`].
    #[serde(with = "humantime_serde")]
    pub poll_interval: Duration,
    /// The longest time between two looks. 1 s.
    #[serde(with = "humantime_serde")]
    pub max_poll_delay: Duration,
    /// Bytes of the log that a batch holds in memory; a larger unit is told as a
    /// refresh. 100 MB.
    pub max_memory_bytes: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            batch_size: 256,
            poll_interval: Duration::from_millis(100),
            max_poll_delay: Duration::from_secs(1),
            max_memory_bytes: 100_000_000,
        }
    }
}

/// The change pipeline over one database.
pub struct Astha {
    database: Arc<Database>,
    config: Config,
    tasks: Tasks,
    workers: Mutex<Vec<Arc<Worker>>>,
}

impl Astha {
    /// A pipeline without subscribers. Its tasks are those of the group.
    pub fn new(database: Arc<Database>, config: Config, tasks: Tasks) -> Self {
        Self {
            database,
            config,
            tasks,
            workers: Mutex::default(),
        }
    }

    /// Adds a subscriber, which begins at its durable offset, or now when it has
    /// none. It is told nothing but by [`Astha::activate`].
    ///
    /// # Errors
    /// Those of the database.
    pub async fn register(&self, subscriber: Arc<dyn Subscriber>) -> Result<()> {
        self.add(subscriber).await.map(drop)
    }

    /// Adds a subscriber and runs its worker in the background until the tasks
    /// stop.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn subscribe(&self, subscriber: Arc<dyn Subscriber>) -> Result<()> {
        let worker = self.add(subscriber).await?;
        let name = format!("astha {}", worker.subscriber().component().name);
        let (commits, stop) = (self.database.commits(), self.tasks.stopping().clone());
        self.tasks.spawn(name, worker.run(commits, stop));
        Ok(())
    }

    async fn add(&self, subscriber: Arc<dyn Subscriber>) -> Result<Arc<Worker>> {
        let component = subscriber.component();
        let log = ChangeLog::open(&self.database, component.name, component.tables)?;
        let worker = Worker::register(subscriber, log, self.config.clone()).await?;
        let worker = Arc::new(worker);
        self.workers.lock().push(worker.clone());
        Ok(worker)
    }

    /// Forgets a component that will not come back: its offset is removed, and
    /// no longer holds the log back. An offset never expires by itself. One that
    /// is subscribed here or elsewhere takes its place again with its next unit.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn forget(&self, component: &str) -> Result<()> {
        log::forget(&self.database, component).await
    }

    /// Delivers what the log holds now to every subscriber.
    ///
    /// # Errors
    /// The first one's; the others are told all the same.
    pub async fn activate(&self) -> Result<()> {
        let workers = self.workers();
        let outcomes =
            futures::future::join_all(workers.iter().map(|worker| worker.activate())).await;
        outcomes.into_iter().collect()
    }

    /// Waits until every subscriber has come as far as the position.
    pub async fn delivered(&self, position: Position) {
        for worker in self.workers() {
            // An error means that the worker is gone: nobody is left to wait for.
            drop(worker.seen().wait_for(|seen| *seen >= position).await);
        }
    }

    /// How every subscriber is, and how far it has come.
    pub async fn health(&self) -> Vec<(Component, Health, Position)> {
        let mut all = Vec::new();
        for worker in self.workers() {
            let subscriber = worker.subscriber();
            let position = *worker.seen().borrow();
            all.push((
                subscriber.component(),
                subscriber.on_health().await,
                position,
            ));
        }
        all
    }

    fn workers(&self) -> Vec<Arc<Worker>> {
        self.workers.lock().clone()
    }
}
