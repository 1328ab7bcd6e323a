//! The point after which a statement is no longer cancelled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Says whether a change has been submitted and not yet answered. Whoever waits
/// for it then must wait on: the change is done whether or not anybody does,
/// and only its answer says how it ended. Clones are the same mark.
#[derive(Clone, Debug, Default)]
pub struct Submission(Arc<AtomicBool>);

/// Ends the mark when the answer is there.
pub(super) struct Submitted<'a>(&'a Submission);

impl Submission {
    /// Whether a change is on its way.
    pub fn is_under_way(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub(super) fn begin(&self) -> Submitted<'_> {
        self.0.store(true, Ordering::Release);
        Submitted(self)
    }
}

impl Drop for Submitted<'_> {
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::Release);
    }
}
