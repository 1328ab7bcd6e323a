//! A subscriber that remembers what it was told.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use parking_lot::Mutex;
use rekha::astha::{Component, Health, Refresh, Subscriber, Unit};
use rekha::error::{Error, Result};
use rekha::position::Position;
use rekha::registry::Registry;

use super::DEADLINE;

/// Component `recorder`. Registered, but not run: it is told when a test calls
/// `activate`.
#[derive(Default)]
pub(crate) struct Recorder {
    taken: Mutex<Vec<Unit>>,
    offered: Mutex<Vec<Position>>,
    refusals: AtomicUsize,
}

impl Recorder {
    /// Opens the registry of a file with a recorder in it, which begins at its
    /// durable offset, or now when it has none.
    pub(crate) async fn open(file: &Path) -> (Arc<Registry>, Arc<Self>) {
        let registry = Registry::builder().sqlite(file).build().await.unwrap();
        let recorder = Self::register(&registry).await;
        (registry, recorder)
    }

    /// Adds a recorder to a registry.
    pub(crate) async fn register(registry: &Registry) -> Arc<Self> {
        let recorder = Arc::<Self>::default();
        let astha = registry.astha().expect("SQLite has a change log");
        astha.register(recorder.clone()).await.unwrap();
        recorder
    }

    /// The units taken since the last call.
    pub(crate) fn take(&self) -> Vec<Unit> {
        std::mem::take(&mut self.taken.lock())
    }

    /// Positions of all units that it was told of, refused ones included, since
    /// the last call.
    pub(crate) fn take_offered(&self) -> Vec<Position> {
        std::mem::take(&mut self.offered.lock())
    }

    /// Refuses the next so many units.
    pub(crate) fn refuse(&self, units: usize) {
        self.refusals.store(units, Ordering::Relaxed);
    }
}

/// Closes a registry; all of its tasks end.
pub(crate) async fn close(registry: &Registry) {
    assert_eq!(registry.close(DEADLINE).await, Vec::<String>::new());
}

#[async_trait]
impl Subscriber for Recorder {
    fn component(&self) -> Component {
        Component {
            name: "recorder",
            version: "1.0.0",
            tables: &["databases", "tables", "table_columns", "table_metadata"],
        }
    }

    async fn on_event(&self, unit: &Unit) -> Result<()> {
        self.offered.lock().push(unit.position);
        let refuse = |left: usize| left.checked_sub(1);
        let refused = self
            .refusals
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, refuse);
        if refused.is_ok() {
            return Err(Error::internal("the recorder was told to refuse"));
        }
        self.taken.lock().push(unit.clone());
        Ok(())
    }

    async fn on_health(&self) -> Health {
        Health::Healthy
    }

    async fn on_refresh(&self, reason: Refresh, through: Position) -> Result<()> {
        panic!("the recorder lost events up to {through}: {reason:?}");
    }
}
