use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use futures::task::AtomicWaker;
use parking_lot::Mutex;
use uuid::Uuid;

/// Who can be cancelled: every connection that is logged in.
#[derive(Debug, Default)]
pub(super) struct Cancels(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    last_pid: i32,
    entries: HashMap<i32, (i32, Arc<CancelSignal>)>,
}

/// A connection's entry, there until it is dropped.
#[derive(Debug)]
pub(super) struct Registration {
    cancels: Arc<Cancels>,
    pub(super) pid: i32,
    pub(super) secret: i32,
    pub(super) signal: Arc<CancelSignal>,
}

/// Whether somebody asked for the connection's statement to stop.
#[derive(Debug, Default)]
pub(super) struct CancelSignal {
    requested: AtomicBool,
    waker: AtomicWaker,
}

impl Cancels {
    /// Gives a connection its process id and its secret key.
    pub(super) fn register(self: &Arc<Self>) -> Registration {
        // The low bits of a version 4 UUID come from the system's generator.
        let secret = Uuid::new_v4().as_u128() as i32;
        let signal = Arc::<CancelSignal>::default();
        let mut table = self.0.lock();
        let pid = loop {
            table.last_pid = table.last_pid.checked_add(1).unwrap_or(1);
            if !table.entries.contains_key(&table.last_pid) {
                break table.last_pid;
            }
        };
        table.entries.insert(pid, (secret, signal.clone()));
        Registration {
            cancels: self.clone(),
            pid,
            secret,
            signal,
        }
    }

    /// Asks for a connection's statement to stop. Nothing happens when the key
    /// is not its key or no statement is running.
    pub(super) fn cancel(&self, pid: i32, secret: i32) {
        let table = self.0.lock();
        if let Some((key, signal)) = table.entries.get(&pid)
            && *key == secret
        {
            signal.requested.store(true, Ordering::Release);
            signal.waker.wake();
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.cancels.0.lock().entries.remove(&self.pid);
    }
}

impl CancelSignal {
    /// Takes the request, if there is one.
    pub(super) fn take(&self) -> bool {
        self.requested.swap(false, Ordering::AcqRel)
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
        let (one, other) = (cancels.register(), cancels.register());
        assert_ne!(one.pid, other.pid);

        cancels.cancel(one.pid, one.secret.wrapping_add(1));
        assert!(!one.signal.take());

        cancels.cancel(one.pid, one.secret);
        assert!(one.signal.take());
        assert!(!one.signal.take(), "a request is taken once");
        assert!(!other.signal.take());

        let (pid, secret, signal) = (one.pid, one.secret, one.signal.clone());
        drop(one);
        cancels.cancel(pid, secret);
        assert!(!signal.take());
    }

    #[test]
    fn a_request_wakes_who_waits_for_it() {
        let cancels = Arc::<Cancels>::default();
        let registration = cancels.register();
        let waiting = registration.signal.requested();
        futures::pin_mut!(waiting);
        assert!(waiting.as_mut().now_or_never().is_none());
        cancels.cancel(registration.pid, registration.secret);
        assert!(waiting.as_mut().now_or_never().is_some());
    }

    #[test]
    fn process_ids_start_again_past_those_in_use() {
        let cancels = Arc::<Cancels>::default();
        let first = cancels.register();
        cancels.0.lock().last_pid = i32::MAX - 1;
        let last = cancels.register();
        let next = cancels.register();
        assert_eq!((first.pid, last.pid, next.pid), (1, i32::MAX, 2));
    }
}
