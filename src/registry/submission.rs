//! The point after which a statement is no longer cancelled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Says whether a change has been submitted and not yet answered. Whoever waits
/// for it then must wait on: the change is done whether or not anybody does,
/// and only its answer says how it ended. Clones are the same mark.
#[derive(Clone, Debug, Default)]
pub struct Submission(Arc<Mark>);

#[derive(Debug, Default)]
struct Mark {
    is_under_way: AtomicBool,
    ended: Notify,
}

/// Ends the mark when the answer is there.
pub(super) struct Submitted<'a>(&'a Submission);

impl Submission {
    /// Whether a change is on its way.
    pub fn is_under_way(&self) -> bool {
        self.0.is_under_way.load(Ordering::Acquire)
    }

    /// Waits until no change is on its way. A change that met a conflict may be
    /// submitted once more: until then it can be cancelled.
    pub async fn ended(&self) {
        loop {
            // Before the mark is looked at, or its end could be missed.
            let ended = self.0.ended.notified();
            if !self.is_under_way() {
                return;
            }
            ended.await;
        }
    }

    pub(super) fn begin(&self) -> Submitted<'_> {
        self.0.is_under_way.store(true, Ordering::Release);
        Submitted(self)
    }
}

impl Drop for Submitted<'_> {
    fn drop(&mut self) {
        let Submission(mark) = self.0;
        mark.is_under_way.store(false, Ordering::Release);
        mark.ended.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn whoever_waits_is_told_of_the_end() {
        let submission = Submission::default();
        assert!(submission.ended().now_or_never().is_some());
        let submitted = submission.begin();
        let waiting = submission.ended();
        futures::pin_mut!(waiting);
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(submitted);
        assert!(waiting.now_or_never().is_some());
    }

    #[test]
    fn a_second_attempt_is_waited_for_too() {
        let submission = Submission::default();
        let waiting = submission.ended();
        futures::pin_mut!(waiting);
        let first = submission.begin();
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(first);
        let _second = submission.begin();
        assert!(waiting.now_or_never().is_none());
    }
}
