//! Background tasks with a name and an owner, and the clock.
//!
//! A [`Tasks`] owns what it spawned: it can ask all of it to stop, waits for a
//! bounded time, and then says by name what still ran. Nothing in the crate
//! spawns a task in another way.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A group of tasks that stop together. Cheap to clone; clones are the same
/// group.
#[derive(Clone, Debug, Default)]
pub struct Tasks(Arc<Group>);

#[derive(Debug, Default)]
struct Group {
    tracker: TaskTracker,
    stop: CancellationToken,
    running: Mutex<BTreeMap<u64, Cow<'static, str>>>,
    next: AtomicU64,
}

/// Takes a task off the list of running ones however it ends, and tells when
/// that is a panic: nobody may ever ask for its result.
struct Running {
    group: Arc<Group>,
    id: u64,
}

impl Drop for Running {
    fn drop(&mut self) {
        let name = self.group.running.lock().remove(&self.id);
        if std::thread::panicking() {
            tracing::error!(task = name.as_deref(), "a task ended in a panic");
        }
    }
}

impl Tasks {
    /// An empty group.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs the future as a task of this group, on the current runtime.
    pub fn spawn<F>(&self, name: impl Into<Cow<'static, str>>, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        self.0.running.lock().insert(id, name.into());
        let running = Running {
            group: self.0.clone(),
            id,
        };
        self.0.tracker.spawn(async move {
            let _running = running;
            future.await
        })
    }

    /// Cancelled when the group has been asked to stop.
    pub fn stopping(&self) -> &CancellationToken {
        &self.0.stop
    }

    /// How many tasks are running.
    pub fn len(&self) -> usize {
        self.0.tracker.len()
    }

    /// Whether no task is running.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Asks every task to stop and waits for all of them, at most for the grace
    /// period. Answers the names of those that still ran at its end.
    pub async fn stop(&self, grace: Duration) -> Vec<String> {
        self.0.stop.cancel();
        self.0.tracker.close();
        if tokio::time::timeout(grace, self.0.tracker.wait())
            .await
            .is_ok()
        {
            return Vec::new();
        }
        self.0
            .running
            .lock()
            .values()
            .map(ToString::to_string)
            .collect()
    }
}

/// Where the time comes from, so that a test can hold it still.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> DateTime<Utc>;
}

/// The system's clock, in the microseconds PostgreSQL's timestamps have.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        let now = Utc::now();
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn stop_waits_for_tasks_that_heed_it() {
        let tasks = Tasks::new();
        let stopping = tasks.stopping().clone();
        let task = tasks.spawn("heeds", async move { stopping.cancelled().await });
        assert_eq!(
            tasks.stop(Duration::from_secs(60)).await,
            Vec::<String>::new()
        );
        task.await.expect("ended by itself");
        assert!(tasks.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn stop_names_what_still_runs() {
        let tasks = Tasks::new();
        tasks.spawn("deaf", std::future::pending::<()>());
        assert_eq!(tasks.stop(Duration::from_secs(1)).await, ["deaf"]);
    }
}
