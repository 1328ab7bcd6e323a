use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use futures::task::AtomicWaker;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::session::Peers;

/// Who can be cancelled: every connection that is logged in.
#[derive(Debug, Default)]
pub(super) struct Cancels {
    most: usize,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    last_pid: i32,
    entries: HashMap<i32, Entry>,
}

#[derive(Debug)]
struct Entry {
    secret: i32,
    signal: Arc<CancelSignal>,
    stop: CancellationToken,
}

/// A connection's entry, there until it is dropped.
#[derive(Debug)]
pub(super) struct Registration {
    cancels: Arc<Cancels>,
    pub(super) pid: i32,
    pub(super) secret: i32,
    pub(super) signal: Arc<CancelSignal>,
    /// Ends the connection.
    pub(super) stop: CancellationToken,
}

/// Whether somebody asked for the connection's statement to stop.
#[derive(Debug, Default)]
pub(super) struct CancelSignal {
    requested: AtomicBool,
    waker: AtomicWaker,
    /// Told when a request is taken.
    taken: Notify,
}

impl Cancels {
    /// Of so many connections.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            table: Mutex::default(),
        }
    }

    /// Gives a connection its process id and its secret key. It ends with `all`.
    pub(super) fn register(self: &Arc<Self>, all: &CancellationToken) -> Registration {
        // The low bits of a version 4 UUID come from the system's generator.
        let secret = Uuid::new_v4().as_u128() as i32;
        let signal = Arc::<CancelSignal>::default();
        let stop = all.child_token();
        let mut table = self.table.lock();
        let pid = loop {
            table.last_pid = table.last_pid.checked_add(1).unwrap_or(1);
            if !table.entries.contains_key(&table.last_pid) {
                break table.last_pid;
            }
        };
        let entry = Entry {
            secret,
            signal: signal.clone(),
            stop: stop.clone(),
        };
        table.entries.insert(pid, entry);
        Registration {
            cancels: self.clone(),
            pid,
            secret,
            signal,
            stop,
        }
    }

    /// Asks for a connection's statement to stop, and answers what tells when that was
    /// heard. Nothing happens when the key is not its key or no statement is running.
    pub(super) fn cancel(&self, pid: i32, secret: i32) -> Option<Arc<CancelSignal>> {
        let table = self.table.lock();
        let entry = table.entries.get(&pid)?;
        (entry.secret == secret).then(|| {
            entry.signal.request();
            entry.signal.clone()
        })
    }
}

impl Peers for Cancels {
    fn most(&self) -> usize {
        self.most
    }

    fn cancel(&self, process_id: i32) -> bool {
        let table = self.table.lock();
        let entry = table.entries.get(&process_id);
        entry.map(|entry| entry.signal.request()).is_some()
    }

    fn terminate(&self, process_id: i32) -> bool {
        let table = self.table.lock();
        let entry = table.entries.get(&process_id);
        let ended = entry.map(|entry| {
            entry.stop.cancel();
            // Its statement does not go on, as it would when the server stops.
            entry.signal.request();
        });
        ended.is_some()
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.cancels.table.lock().entries.remove(&self.pid);
    }
}

impl CancelSignal {
    fn request(&self) {
        self.requested.store(true, Ordering::Release);
        self.waker.wake();
    }

    /// Takes the request, if there is one.
    pub(super) fn take(&self) -> bool {
        let was_requested = self.requested.swap(false, Ordering::AcqRel);
        if was_requested {
            self.taken.notify_waiters();
        }
        was_requested
    }

    /// Waits until no request is left.
    pub(super) async fn taken(&self) {
        loop {
            let taken = self.taken.notified();
            if !self.requested.load(Ordering::Acquire) {
                return;
            }
            taken.await;
        }
    }

    /// Waits for a request and takes it.
    pub(super) async fn requested(&self) {
        poll_fn(|context| {
            self.waker.register(context.waker());
            if self.take() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn only_the_right_key_of_a_present_connection_cancels() {
        let cancels = Arc::<Cancels>::default();
        let (one, other) = (
            cancels.register(&CancellationToken::new()),
            cancels.register(&CancellationToken::new()),
        );
        assert_ne!(one.pid, other.pid);

        let _ = cancels.cancel(one.pid, one.secret.wrapping_add(1));
        assert!(!one.signal.take());

        let _ = cancels.cancel(one.pid, one.secret);
        assert!(one.signal.take());
        assert!(!one.signal.take(), "a request is taken once");
        assert!(!other.signal.take());

        let (pid, secret, signal) = (one.pid, one.secret, one.signal.clone());
        drop(one);
        let _ = cancels.cancel(pid, secret);
        assert!(!signal.take());
    }

    #[test]
    fn a_request_wakes_who_waits_for_it() {
        let cancels = Arc::<Cancels>::default();
        let registration = cancels.register(&CancellationToken::new());
        let waiting = registration.signal.requested();
        futures::pin_mut!(waiting);
        assert!(waiting.as_mut().now_or_never().is_none());
        let _ = cancels.cancel(registration.pid, registration.secret);
        assert!(waiting.as_mut().now_or_never().is_some());
    }

    #[test]
    fn process_ids_start_again_past_those_in_use() {
        let cancels = Arc::<Cancels>::default();
        let first = cancels.register(&CancellationToken::new());
        cancels.table.lock().last_pid = i32::MAX - 1;
        let last = cancels.register(&CancellationToken::new());
        let next = cancels.register(&CancellationToken::new());
        assert_eq!((first.pid, last.pid, next.pid), (1, i32::MAX, 2));
    }
}
