//! What waits for the writer thread.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::error::{Error, ErrorKind, Resource, Result};

/// How long housekeeping waits for a group to ride along with.
pub const LATER: Duration = Duration::from_millis(100);

/// The most closures that wait; more wait for a place before they are queued.
const CAPACITY: usize = 1_024;

/// The most closures that share one transaction: bounds how long the first of
/// them waits, and the size of a transaction.
const GROUP: usize = 256;

/// One closure and whom to answer.
pub(super) trait Job: Send {
    /// Runs it inside its savepoint.
    fn run(&mut self, connection: &Connection) -> Result<()>;
    /// Answers after COMMIT, or with what went wrong.
    fn finish(self: Box<Self>, outcome: Result<()>);
}

/// A [`Job`] made of a closure.
pub(super) struct Closure<F, T> {
    run: Option<F>,
    value: Option<T>,
    answer: Option<oneshot::Sender<Result<T>>>,
    _place: Option<OwnedSemaphorePermit>,
}

impl<F, T> Job for Closure<F, T>
where
    F: FnOnce(&Connection) -> Result<T> + Send,
    T: Send,
{
    fn run(&mut self, connection: &Connection) -> Result<()> {
        let run = self.run.take().expect("a job runs once");
        self.value = Some(run(connection)?);
        Ok(())
    }

    fn finish(mut self: Box<Self>, outcome: Result<()>) {
        let value = outcome.map(|()| self.value.take().expect("a job that succeeded has a value"));
        match (self.answer.take(), value) {
            // A client that no longer waits has lost its answer, not its commit.
            (Some(answer), value) => drop(answer.send(value)),
            (None, Err(error)) => {
                tracing::warn!(error = %error, cause = ?std::error::Error::source(&error), "housekeeping in the store failed; it is tried again");
            }
            (None, Ok(_)) => {}
        }
    }
}

/// The queue between the callers and the writer thread.
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    filled: Condvar,
    places: Arc<Semaphore>,
}

#[derive(Default)]
struct Waiting {
    now: VecDeque<Box<dyn Job>>,
    later: Vec<Box<dyn Job>>,
    /// When the oldest of `later` is due.
    due: Option<Instant>,
    closed: bool,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            waiting: Mutex::default(),
            filled: Condvar::new(),
            places: Arc::new(Semaphore::new(CAPACITY)),
        }
    }

    /// Queues a closure; waits for a place first. The answer comes through the
    /// receiver, also when nobody waits for it.
    pub(super) async fn push<F, T>(&self, run: F) -> Result<oneshot::Receiver<Result<T>>>
    where
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let place = self
            .places
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| closed())?;
        let (answer, answered) = oneshot::channel();
        let job = Closure {
            run: Some(run),
            value: None,
            answer: Some(answer),
            _place: Some(place),
        };
        let mut waiting = self.waiting.lock();
        if waiting.closed {
            return Err(closed());
        }
        waiting.now.push_back(Box::new(job));
        self.filled.notify_one();
        Ok(answered)
    }

    /// Queues housekeeping.
    pub(super) fn push_later<F>(&self, run: F)
    where
        F: FnOnce(&Connection) -> Result<()> + Send + 'static,
    {
        let mut waiting = self.waiting.lock();
        waiting.later.push(Box::new(Closure {
            run: Some(run),
            value: None,
            answer: None,
            _place: None,
        }));
        if waiting.due.is_none() {
            waiting.due = Some(Instant::now() + LATER);
            self.filled.notify_one();
        }
    }

    /// Ends the queue: what waits is still done.
    pub(super) fn close(&self) {
        self.places.close();
        self.waiting.lock().closed = true;
        self.filled.notify_one();
    }

    /// Whether a closure waits.
    pub(super) fn is_busy(&self) -> bool {
        !self.waiting.lock().now.is_empty()
    }

    /// The next group: what waits, with the housekeeping riding along, once
    /// anything waits or housekeeping is due. Nothing at the end of the queue.
    pub(super) fn next_group(&self) -> Option<Vec<Box<dyn Job>>> {
        let mut waiting = self.waiting.lock();
        loop {
            let due = waiting.due.is_some_and(|due| due <= Instant::now());
            if !waiting.now.is_empty() || due || (waiting.closed && !waiting.later.is_empty()) {
                let count = waiting.now.len().min(GROUP);
                let mut group: Vec<_> = waiting.now.drain(..count).collect();
                group.append(&mut waiting.later);
                waiting.due = None;
                return Some(group);
            }
            if waiting.closed {
                return None;
            }
            match waiting.due {
                Some(due) => drop(self.filled.wait_until(&mut waiting, due)),
                None => self.filled.wait(&mut waiting),
            }
        }
    }
}

fn closed() -> Error {
    Error::new(
        ErrorKind::Unavailable(Resource::Store),
        "the store is closed",
    )
}
