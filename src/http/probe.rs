//! What the store says, and how long anybody waits for it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use crate::registry::{LogState, Registry};
use crate::tasks::Tasks;

/// How long the store may take to answer.
const DEADLINE: Duration = Duration::from_secs(2);

/// Asks the store for those who look from outside. One question is under way at a
/// time, also when nobody waits for its answer any more: however often somebody looks,
/// the readers of a store that does not answer are left to others.
#[derive(Clone)]
pub(super) struct Probe {
    registry: Arc<Registry>,
    tasks: Tasks,
    turn: Arc<Mutex<()>>,
}

impl Probe {
    pub(super) fn new(registry: Arc<Registry>, tasks: Tasks) -> Self {
        Self {
            registry,
            tasks,
            turn: Arc::default(),
        }
    }

    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// What is in the change log; nothing when the store does not say so in time.
    pub(super) async fn log_state(&self) -> Option<LogState> {
        in_time(async {
            let turn = self.turn.clone().lock_owned().await;
            let registry = self.registry.clone();
            let asked = self.tasks.spawn("store probe", async move {
                let _turn = turn;
                registry.log_state().await
            });
            asked.await.ok()?.ok()
        })
        .await?
    }
}

/// The answer, if it comes in time.
pub(super) async fn in_time<T>(answer: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(DEADLINE, answer).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{health, metrics};

    /// The store does not answer whoever asked first.
    #[tokio::test]
    async fn without_the_store_what_is_known_is_told_in_time() {
        let directory = tempfile::tempdir().expect("a directory");
        let registry = Registry::builder().sqlite(directory.path().join("rekha.db"));
        let registry = registry.build().await.expect("a registry");
        let probe = Probe::new(registry.clone(), Tasks::new());
        let turn = probe.turn.clone().lock_owned().await;
        tokio::time::pause();
        let page = metrics::page(&probe).await.expect("a page");
        assert!(page.contains("astha_component_active{component=\"schema_manager\"} 1"));
        assert!(!page.contains("astha_log_rows "));
        let report = serde_json::to_value(health::report(&probe).await).expect("JSON");
        assert_eq!(report["status"], "unhealthy");
        assert_eq!(report["components"]["schema_manager"]["status"], "active");
        assert!(report["components"]["schema_manager"]["lag"].is_null());

        tokio::time::resume();
        drop(turn);
        assert!(probe.log_state().await.is_some());
        drop(registry.close(Duration::from_secs(60)).await);
    }
}
