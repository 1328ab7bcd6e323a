//! Making a registry.

use std::path::PathBuf;
use std::sync::Arc;

use super::dead_letters::StoredLetters;
use super::schema_manager::{self, SchemaManager};
use super::{CacheConfig, Registry};
use crate::astha::{self, Astha};
use crate::error::Result;
use crate::position::Position;
use crate::schema::Mode;
use crate::store::{SqliteStore, Store};
use crate::tasks::{Clock, SystemClock};

/// Where the store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreLocation {
    /// One SQLite file.
    Sqlite(PathBuf),
}

/// How to make a [`Registry`].
pub struct Builder {
    location: StoreLocation,
    cache: CacheConfig,
    astha: astha::Config,
    mode: Mode,
    clock: Arc<dyn Clock>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            location: StoreLocation::Sqlite("rekha.db".into()),
            cache: CacheConfig::default(),
            astha: astha::Config::default(),
            mode: Mode::default(),
            clock: Arc::new(SystemClock),
        }
    }
}

impl Builder {
    /// Keeps everything at this place. `rekha.db` in the working directory.
    #[must_use]
    pub fn store(mut self, location: StoreLocation) -> Self {
        self.location = location;
        self
    }

    /// Keeps everything in this SQLite file.
    #[must_use]
    pub fn sqlite(self, path: impl Into<PathBuf>) -> Self {
        self.store(StoreLocation::Sqlite(path.into()))
    }

    /// The cache's limits.
    #[must_use]
    pub fn cache(mut self, config: CacheConfig) -> Self {
        self.cache = config;
        self
    }

    /// How the change log is read.
    #[must_use]
    pub fn astha(mut self, config: astha::Config) -> Self {
        self.astha = config;
        self
    }

    /// The mode of streams that neither have one nor get one from their
    /// namespace. BACKWARD.
    #[must_use]
    pub fn compatibility(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Where the time comes from.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Opens the store and starts the background work. Runs on the current
    /// runtime until [`Registry::close`], or until the registry is dropped.
    ///
    /// # Errors
    /// 58030 when the file cannot be opened, XX001 when it is no SQLite file,
    /// 55000 when it was written by a newer Rekha or by another program, F0000 when the
    /// change pipeline or the cache cannot be as it is asked to be.
    pub async fn build(self) -> Result<Arc<Registry>> {
        self.astha.check_fixed_capture()?;
        self.cache.check()?;
        let StoreLocation::Sqlite(path) = self.location;
        let store = SqliteStore::open(path)?;
        let database = store.database().clone();
        let store: Arc<dyn Store> = Arc::new(store);
        let registry = Arc::new(Registry::new(store, self.cache, self.mode, self.clock));

        let letters = Arc::new(StoredLetters {
            store: registry.store.clone(),
            clock: registry.clock.clone(),
        });
        let tasks = registry.tasks.clone();
        let astha = Astha::with_dead_letters(database, self.astha, tasks, letters)?;
        astha
            .subscribe(Arc::new(SchemaManager::new(&registry)))
            .await?;
        let astha = Arc::new(astha);
        astha.watch_health();
        drop(registry.astha.set(astha.clone()));
        registry.tell_how_far(astha);
        registry.refresh_on_a_period();
        Ok(registry)
    }
}

impl Registry {
    /// Changes of schemas have been told up to where the Schema Manager has come, also
    /// where a commit changed none.
    fn tell_how_far(&self, astha: Arc<Astha>) {
        let (notifications, stop) = (self.notifications.clone(), self.tasks.stopping().clone());
        self.tasks.spawn("notifications", async move {
            let mut told = Position::default();
            loop {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = astha.came_to(schema_manager::NAME, Position(told.0 + 1)) => {}
                }
                // It is never taken away but at the end.
                let Ok(position) = astha.position(schema_manager::NAME) else {
                    return;
                };
                told = position;
                notifications.told(told);
            }
        });
    }

    fn refresh_on_a_period(self: &Arc<Self>) {
        let registry = Arc::downgrade(self);
        let stop = self.tasks.stopping().clone();
        let period = self.cache_config.refresh_interval;
        self.tasks.spawn("cache refresh", async move {
            loop {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(period) => {}
                }
                let Some(registry) = registry.upgrade() else { return };
                if let Err(error) = registry.refresh_cache().await {
                    tracing::warn!(%error, "the cache could not be refreshed; entries expire instead");
                }
                if let Err(error) = registry.compare_cache().await {
                    tracing::warn!(%error, "the cache could not be compared with the store");
                }
            }
        });
    }
}

/// A registry that was not closed stops its background work.
impl Drop for Registry {
    fn drop(&mut self) {
        self.tasks.stopping().cancel();
    }
}
