//! The pipeline: its components and their workers.

use std::sync::Arc;

use parking_lot::RwLock;
use uuid::Uuid;

use super::dead_letter::{DeadLetters, not_pending};
use super::letter_table::LetterTable;
use super::log::{self, LogReader, LogState};
use super::offsets::Offsets;
use super::statistics::Statistics;
use super::tail::Tail;
use super::worker::{Shared, Worker};
use super::{Component, ComponentInfo, Config, Counts, Health, Refresh, Status, Subscriber};
use crate::error::{Error, ErrorKind, Object, Result};
use crate::position::Position;
use crate::sqlite::Database;
use crate::tasks::Tasks;

/// The change pipeline over one database.
pub struct Astha {
    database: Arc<Database>,
    tasks: Tasks,
    shared: Arc<Shared>,
    workers: RwLock<Vec<Arc<Worker>>>,
}

/// What the pipeline did and does.
#[derive(Clone, Debug)]
pub struct SchedulerStatistics {
    /// Components that are told everything.
    pub active_components: usize,
    /// What was counted over all components.
    pub counts: Counts,
    /// Events held in memory (in bytes).
    pub memory: usize,
}

impl Astha {
    /// A pipeline without components. Its tasks are those of the group; dead letters
    /// go to the table `__cdc_dead_letters` beside the log.
    ///
    /// # Errors
    /// 58030 when the log cannot be opened, F0000 for a configuration that makes no
    /// sense ([`Config::check`]).
    pub fn new(database: Arc<Database>, config: Config, tasks: Tasks) -> Result<Self> {
        let letters = Arc::new(LetterTable(database.clone()));
        Self::with_dead_letters(database, config, tasks, letters)
    }

    /// A pipeline whose dead letters go elsewhere.
    ///
    /// # Errors
    /// As [`Astha::new`].
    pub fn with_dead_letters(
        database: Arc<Database>,
        config: Config,
        tasks: Tasks,
        letters: Arc<dyn DeadLetters>,
    ) -> Result<Self> {
        config.check()?;
        let tail = Tail::new(LogReader::open(&database)?, &config);
        Ok(Self {
            database,
            tasks,
            shared: Arc::new(Shared {
                config,
                tail: Arc::new(tail),
                letters,
                statistics: Arc::default(),
            }),
            workers: RwLock::default(),
        })
    }

    /// Adds a component, which begins at its durable offset, or now when it has
    /// none. It is told nothing but by [`Astha::activate`].
    ///
    /// # Errors
    /// 42710 when there is one of its name, and those of the database.
    pub async fn register(&self, subscriber: Arc<dyn Subscriber>) -> Result<()> {
        self.add(subscriber).await.map(drop)
    }

    /// Adds a component and runs its worker in the background until the tasks
    /// stop.
    ///
    /// # Errors
    /// As [`Astha::register`].
    pub async fn subscribe(&self, subscriber: Arc<dyn Subscriber>) -> Result<()> {
        let worker = self.add(subscriber).await?;
        let name = format!("astha {}", worker.component().name);
        let commits = self.database.commits();
        self.tasks.spawn(name, worker.run(commits));
        Ok(())
    }

    async fn add(&self, subscriber: Arc<dyn Subscriber>) -> Result<Arc<Worker>> {
        let component = subscriber.component();
        let name = component.name;
        let exists = || {
            Error::new(
                ErrorKind::AlreadyExists(Object::Other),
                format!("component \"{name}\" already exists"),
            )
        };
        if self.worker(name).is_ok() {
            return Err(exists());
        }
        let config = &self.shared.config;
        let offsets = Offsets::new(
            &self.database,
            &self.shared.statistics,
            name,
            config.max_absence,
        );
        let log = LogReader::open(&self.database)?;
        let stop = self.tasks.stopping().child_token();
        let shared = self.shared.clone();
        let worker = Worker::register(subscriber, shared, log, offsets, stop).await?;
        let worker = Arc::new(worker);
        let is_second = {
            let mut workers = self.workers.write();
            // Another one of the name may have come meanwhile.
            let is_second = workers.iter().any(|it| it.component().name == name);
            if !is_second {
                workers.push(worker.clone());
            }
            is_second
        };
        if is_second {
            worker.unregister().await;
            return Err(exists());
        }
        Ok(worker)
    }

    /// Takes a component away: it is told nothing more, and its changes wait in the
    /// log for [`Config::max_absence`].
    ///
    /// # Errors
    /// 42704 when there is none of the name.
    pub async fn unregister(&self, component: &str) -> Result<()> {
        let worker = self.worker(component)?;
        self.workers
            .write()
            .retain(|other| !Arc::ptr_eq(other, &worker));
        worker.unregister().await;
        Ok(())
    }

    /// Forgets a component that will not come back: its offset is removed, and
    /// no longer holds the log back. One that is subscribed here or elsewhere takes
    /// its place again with its next unit.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn forget(&self, component: &str) -> Result<()> {
        let (statistics, config) = (&self.shared.statistics, &self.shared.config);
        Offsets::forget(&self.database, statistics, component, config.max_absence).await
    }

    /// Tells a component nothing more until it is resumed; its changes wait.
    ///
    /// # Errors
    /// 42704 when there is none of the name.
    pub fn pause(&self, component: &str) -> Result<()> {
        self.worker(component).map(|worker| worker.pause(true))
    }

    /// Ends a pause.
    ///
    /// # Errors
    /// 42704 when there is none of the name.
    pub fn resume(&self, component: &str) -> Result<()> {
        self.worker(component).map(|worker| worker.pause(false))
    }

    /// Has a component look at the source before it is told what is next.
    ///
    /// # Errors
    /// 42704 when there is none of the name.
    pub fn refresh(&self, component: &str) -> Result<()> {
        self.worker(component)
            .map(|worker| worker.wish_refresh(Refresh::Requested))
    }

    /// Delivers a dead letter again, to the component it was for.
    ///
    /// # Errors
    /// 42704 when no letter of the id waits or its component is not here,
    /// XX001 when its row could not be understood, and those of the component: then it
    /// stays as it is, with one attempt more.
    pub async fn replay(&self, id: Uuid) -> Result<()> {
        let letter = self.shared.letters.pending(id).await?;
        let letter = letter.ok_or_else(|| not_pending(id))?;
        self.worker(&letter.component)?.replay(id).await
    }

    /// Delivers what the log holds now to every component.
    ///
    /// # Errors
    /// The first one's; the others are told all the same.
    pub async fn activate(&self) -> Result<()> {
        let workers = self.workers();
        let outcomes =
            futures::future::join_all(workers.iter().map(|worker| worker.activate())).await;
        outcomes.into_iter().collect()
    }

    /// Delivers what the log holds now to one component.
    ///
    /// # Errors
    /// 42704 when there is none of the name, and the component's.
    pub async fn activate_component(&self, name: &str) -> Result<()> {
        let worker = self.worker(name)?;
        // Whoever asks may give up waiting; the component is told to the end.
        let activation = self.tasks.spawn(format!("astha {name}, now"), async move {
            worker.activate().await
        });
        activation.await.unwrap_or_else(|error| {
            Err(Error::internal("the change pipeline panicked").with_source(error))
        })
    }

    /// How far a component has come.
    ///
    /// # Errors
    /// 42704 when there is none of the name.
    pub fn position(&self, component: &str) -> Result<Position> {
        Ok(*self.worker(component)?.seen().borrow())
    }

    /// Waits until a component has come as far as the position, or is gone.
    pub async fn came_to(&self, component: &str, position: Position) {
        if let Ok(worker) = self.worker(component) {
            drop(worker.seen().wait_for(|seen| *seen >= position).await);
        }
    }

    /// Waits until every component has come as far as the position.
    pub async fn delivered(&self, position: Position) {
        for worker in self.workers() {
            // An error means that the worker is gone: nobody is left to wait for.
            drop(worker.seen().wait_for(|seen| *seen >= position).await);
        }
    }

    /// Asks every component how it is.
    pub async fn health(&self) -> Vec<(Component, Health, Position)> {
        let workers = self.workers();
        let asked = workers.iter().map(|worker| async {
            let health = worker.check_health().await;
            (worker.component().clone(), health, *worker.seen().borrow())
        });
        futures::future::join_all(asked).await
    }

    /// Asks for health on a period, until the tasks stop.
    pub fn watch_health(self: &Arc<Self>) {
        let (astha, stop) = (Arc::downgrade(self), self.tasks.stopping().clone());
        let period = self.shared.config.health_interval;
        self.tasks.spawn("astha health", async move {
            loop {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(period) => {}
                }
                let Some(astha) = astha.upgrade() else { return };
                astha.health().await;
            }
        });
    }

    /// What is known of every component, in the order they were added.
    pub fn components(&self) -> Vec<ComponentInfo> {
        self.workers().iter().map(|worker| worker.info()).collect()
    }

    /// What is known of one component.
    ///
    /// # Errors
    /// 42704 when there is none of the name.
    pub fn component(&self, name: &str) -> Result<ComponentInfo> {
        self.worker(name).map(|worker| worker.info())
    }

    /// The components that are told of a table.
    pub fn subscribers(&self, table: &str) -> Vec<Component> {
        let workers = self.workers();
        let components = workers.iter().map(|worker| worker.component());
        let told = components.filter(|component| component.tables.contains(&table));
        told.cloned().collect()
    }

    /// What the pipeline did and does.
    pub async fn scheduler_statistics(&self) -> SchedulerStatistics {
        let components = self.components().into_iter();
        let is_active = |info: &ComponentInfo| info.status == Status::Active;
        SchedulerStatistics {
            active_components: components.filter(is_active).count(),
            counts: self.shared.statistics.counts(),
            memory: self.shared.tail.bytes().await,
        }
    }

    /// What is in the log.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn log_state(&self) -> Result<LogState> {
        self.database.read(log::state).await
    }

    /// The counters, for a metrics page.
    pub fn statistics(&self) -> &Arc<Statistics> {
        &self.shared.statistics
    }

    fn worker(&self, component: &str) -> Result<Arc<Worker>> {
        let workers = self.workers.read();
        let found = workers.iter().find(|it| it.component().name == component);
        found.cloned().ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound(Object::Other),
                format!("component \"{component}\" does not exist"),
            )
            .with_hint("SELECT name FROM rekha.components lists them.")
        })
    }

    fn workers(&self) -> Vec<Arc<Worker>> {
        self.workers.read().clone()
    }
}
