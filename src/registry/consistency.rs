//! Whether the cache says what the store says.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::{Registry, schema_manager};
use crate::error::Result;
use crate::position::Position;
use crate::schema::{Fingerprint, StreamName};
use crate::store::Version;

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
        let mut suspects = Vec::new();
        for known in sample {
            let name = &known.stream.name;
            let stored = self.store.stream(name).await?;
            let stored = Stored {
                version: stored.value.map(|(_, version)| said(&version)),
                position: stored.position,
            };
            if self.is_older(name, &stored) {
                suspects.push((name, stored));
            }
        }
        let Some(end) = suspects.iter().map(|(_, stored)| stored.position).max() else {
            return Ok(());
        };
        if self.cache_comes_to(end).await {
            for (name, stored) in suspects {
                self.judge(name, &stored);
            }
        }
        Ok(())
    }

    /// Waits until the cache has come as far as the position; not for ever, and not
    /// when the registry stops.
    async fn cache_comes_to(&self, position: Position) -> bool {
        let Some(astha) = self.astha() else {
            return true;
        };
        let component = schema_manager::NAME;
        tokio::select! {
            () = self.tasks.stopping().cancelled() => return false,
            () = tokio::time::sleep(PATIENCE) => return false,
            () = astha.came_to(component, position) => {}
        }
        // It may have gone before it came so far.
        astha.position(component).is_ok_and(|came| came >= position)
    }

    /// Counts and forgets what is cached of a name if it is older than what is stored,
    /// now that the cache has come as far as that.
    fn judge(&self, name: &StreamName, stored: &Stored) {
        if !self.is_older(name, stored) {
            return;
        }
        self.looks.stale.fetch_add(1, Ordering::Relaxed);
        tracing::error!(
            stream = %name,
            stored = stored.version.map(|(number, _)| number),
            position = stored.position.0,
            "the cache was stale; the entry is forgotten"
        );
        self.cache.forget(name);
    }

    /// Whether the cache says something else of a stream's latest version than the
    /// store said, and has it from a state that is no newer.
    fn is_older(&self, name: &StreamName, stored: &Stored) -> bool {
        self.cache.glance(name).is_some_and(|(known, position)| {
            position <= stored.position && known.map(|known| said(&known.version)) != stored.version
        })
    }
}

/// What the store said of a name: the latest version, if there is such a stream, and in
/// which state.
struct Stored {
    version: Option<Said>,
    position: Position,
}

/// A version's number and what it is.
type Said = (u32, Fingerprint);

fn said(version: &Version) -> Said {
    (version.number, version.fingerprint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::fixture::{alter, create, name, registry};

    const GRACE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn only_what_is_older_than_the_store_is_stale() {
        let directory = tempfile::tempdir().expect("a directory");
        let registry = registry(&directory.path().join("rekha.db")).await;
        create(&registry).await;
        let is_stored = async || {
            let stored = registry.store.stream(&name()).await.expect("a read");
            let (_, version) = stored.value.expect("is there");
            Stored {
                version: Some(said(&version)),
                position: stored.position,
            }
        };
        let stored = is_stored().await;
        // It goes on while the cache is looked at.
        alter(&registry).await;
        registry.judge(&name(), &stored);
        assert_eq!(registry.looks.stale(), 0);

        // The same number, but another schema.
        let other = Fingerprint([7; 32]);
        let mut stored = is_stored().await;
        stored.version = stored.version.map(|(number, _)| (number, other));
        registry.judge(&name(), &stored);
        assert_eq!(registry.looks.stale(), 1);
        assert!(registry.cache.glance(&name()).is_none());
        drop(registry.close(GRACE).await);
    }

    /// A look that waits for a cache that comes no further.
    #[tokio::test]
    async fn a_look_ends_when_the_registry_stops() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("rekha.db");
        let (here, there) = (registry(&path).await, registry(&path).await);
        create(&here).await;
        let astha = here.astha().expect("a change log");
        astha.pause(schema_manager::NAME).expect("it is there");
        alter(&there).await;
        tokio::time::pause();
        let begun = tokio::time::Instant::now();
        let look = here.compare_cache();
        let stop = async { here.tasks.stopping().cancel() };
        let (looked, ()) = tokio::join!(look, stop);
        looked.expect("a look");
        assert!(begun.elapsed() < PATIENCE);
        assert_eq!(here.looks.stale(), 0);
        tokio::time::resume();
        for registry in [here, there] {
            drop(registry.close(GRACE).await);
        }
    }
}
