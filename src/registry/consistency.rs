//! Whether the cache says what the store says.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::{Known, Registry, schema_manager};
use crate::error::Result;
use crate::schema::StreamName;

/// How many cached streams a look compares.
const SAMPLE: usize = 16;

/// How long a look waits for the cache to come as far as the store was.
const PATIENCE: Duration = Duration::from_secs(30);

/// What looks at the cache have found.
#[derive(Debug, Default)]
pub(super) struct Looks {
    /// Where the next look begins.
    next: AtomicU64,
    stale: AtomicU64,
}

impl Looks {
    /// Entries that said something else than the store although the cache had come
    /// that far. It must stay 0.
    pub(super) fn stale(&self) -> u64 {
        self.stale.load(Ordering::Relaxed)
    }
}

impl Registry {
    /// Brings the cache to the state the store is in now: what was committed before,
    /// here or elsewhere, is seen by every read after. Where the change pipeline
    /// cannot follow (it is paused, or fails), reads go to the store.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn catch_up(&self) -> Result<()> {
        let Some(astha) = self.astha() else {
            return Ok(());
        };
        let now = self.store.position().await?;
        let component = schema_manager::NAME;
        if astha.position(component)? >= now {
            return Ok(());
        }
        let followed = astha.activate_component(component).await;
        if followed.is_err() || astha.position(component)? < now {
            self.clear_cache();
        }
        Ok(())
    }

    /// Compares some cached streams with the store. One that is stale is counted, told
    /// in the log and forgotten. Runs on a period; calling it once more does no harm.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn compare_cache(&self) -> Result<()> {
        let all = self.cache.streams();
        if all.is_empty() {
            return Ok(());
        }
        let begin = self.looks.next.fetch_add(SAMPLE as u64, Ordering::Relaxed);
        let begin = usize::try_from(begin).unwrap_or(0) % all.len();
        let sample = all.iter().cycle().skip(begin).take(SAMPLE.min(all.len()));
        for known in sample {
            self.compare(&known.stream.name).await?;
        }
        Ok(())
    }

    async fn compare(&self, name: &StreamName) -> Result<()> {
        let stored = self.store.stream(name).await?;
        if self.agrees(
            name,
            stored.value.as_ref().map(|(_, version)| version.number),
        ) {
            return Ok(());
        }
        // The change may be on its way: it has come when the cache has come so far.
        if let Some(astha) = self.astha() {
            let came = astha.came_to(schema_manager::NAME, stored.position);
            if tokio::time::timeout(PATIENCE, came).await.is_err() {
                return Ok(());
            }
        }
        let stored = self.store.stream(name).await?;
        let number = stored.value.as_ref().map(|(_, version)| version.number);
        if self.agrees(name, number) || self.cache.is_pending(name) {
            return Ok(());
        }
        self.looks.stale.fetch_add(1, Ordering::Relaxed);
        tracing::error!(
            stream = %name,
            stored = number,
            position = stored.position.0,
            "the cache was stale; the entry is forgotten"
        );
        self.cache.forget(name);
        Ok(())
    }

    /// Whether the cache says this of a stream's latest version, or nothing.
    fn agrees(&self, name: &StreamName, stored: Option<u32>) -> bool {
        match self.cache.glance(name) {
            None => true,
            Some(known) => known.map(|known: Arc<Known>| known.version.number) == stored,
        }
    }
}
