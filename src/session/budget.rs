//! What one session may keep.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Deserialize;

use crate::error::{Error, ErrorKind, Limit, Result};

/// What each thing that is kept costs beside its own bytes.
const OVERHEAD_BYTES: usize = 256;

/// The limits of one session: a section of the server's configuration.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub struct SessionConfig {
    /// How many prepared statements a session may have, and as many portals (a
    /// count); one more is refused with 54000.
    pub max_statements: usize,
    /// How much a session may keep (in bytes): texts of prepared statements and
    /// of the changes of an open transaction, the definitions these make, its
    /// savepoints, rows of suspended portals, and settings. Estimated; more is refused with 53200.
    pub max_bytes: usize,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            max_statements: 10_000,
            max_bytes: 64 << 20,
        }
    }
}

/// The account of a session. A clone is the same account.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    config: SessionConfig,
    used: Arc<AtomicUsize>,
}

/// A part of a budget, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Share {
    used: Arc<AtomicUsize>,
    bytes: usize,
}

impl Budget {
    pub(super) fn new(config: SessionConfig) -> Self {
        Self {
            config,
            used: Arc::default(),
        }
    }

    /// A part for something of so many bytes.
    ///
    /// # Errors
    /// 53200 when there is not as much left.
    pub(super) fn take(&self, bytes: usize) -> Result<Share> {
        let mut share = Share {
            used: self.used.clone(),
            bytes: 0,
        };
        self.resize(&mut share, bytes.saturating_add(OVERHEAD_BYTES))?;
        Ok(share)
    }

    /// Adds something of so many bytes to a part.
    ///
    /// # Errors
    /// 53200 when there is not as much left; the part is as it was.
    pub(super) fn add(&self, share: &mut Option<Share>, bytes: usize) -> Result<()> {
        let Some(share) = share else {
            *share = Some(self.take(bytes)?);
            return Ok(());
        };
        let more = bytes.saturating_add(OVERHEAD_BYTES);
        self.resize(share, share.bytes.saturating_add(more))
    }

    /// Makes a part that of something of so many bytes.
    ///
    /// # Errors
    /// 53200 when there is not as much left; the part is as it was.
    pub(super) fn set(&self, share: &mut Option<Share>, bytes: usize) -> Result<()> {
        match share {
            Some(share) => self.resize(share, bytes.saturating_add(OVERHEAD_BYTES)),
            None => self.take(bytes).map(|taken| *share = Some(taken)),
        }
    }

    /// Refuses one statement or portal too many.
    ///
    /// # Errors
    /// 54000 when there are so many already.
    pub(super) fn admit(&self, count: usize, what: &str) -> Result<()> {
        if count < self.config.max_statements {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::LimitExceeded(Limit::Program),
            format!("too many {what}"),
        )
        .with_detail(format!(
            "A session may have {} of them.",
            self.config.max_statements
        ))
        .with_hint("Close those that are no longer needed, or DEALLOCATE ALL."))
    }

    // A session does one thing at a time: nobody else changes the sum.
    fn resize(&self, share: &mut Share, bytes: usize) -> Result<()> {
        let others = self.used.load(Ordering::Relaxed) - share.bytes;
        let sum = others.saturating_add(bytes);
        if sum > self.config.max_bytes {
            return Err(Error::new(
                ErrorKind::LimitExceeded(Limit::Memory),
                "the session keeps too much",
            )
            .with_detail(format!(
                "Prepared statements, suspended portals, settings and the open transaction may take {} bytes.",
                self.config.max_bytes
            ))
            .with_hint(
                "Close portals, DEALLOCATE statements, RESET settings, or commit in smaller parts.",
            ));
        }
        self.used.store(sum, Ordering::Relaxed);
        share.bytes = bytes;
        Ok(())
    }
}

impl Share {
    /// How much it is (in bytes).
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The part with no more than so many bytes; nothing without any.
    pub(super) fn cut(mut self, bytes: usize) -> Option<Self> {
        let surplus = self.bytes.saturating_sub(bytes);
        self.used.fetch_sub(surplus, Ordering::Relaxed);
        self.bytes -= surplus;
        Some(self).filter(|share| share.bytes > 0)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_is_given_back() {
        let budget = Budget::new(SessionConfig {
            max_statements: 2,
            max_bytes: 1_000 + 2 * OVERHEAD_BYTES,
        });
        let one = budget.take(600).unwrap();
        assert_eq!(budget.take(600).unwrap_err().sqlstate(), "53200");
        let mut other = Some(budget.take(100).unwrap());
        drop(one);
        budget.add(&mut other, 900).unwrap();
        assert_eq!(budget.add(&mut other, 1).unwrap_err().sqlstate(), "53200");
        drop(other);
        let mut cut = budget.take(500).unwrap().cut(100 + OVERHEAD_BYTES);
        budget.add(&mut cut, 900).unwrap();
        assert!(cut.unwrap().cut(0).is_none());
        let mut none = None;
        budget.add(&mut none, 1_000).unwrap();
        assert!(none.is_some());
    }

    #[test]
    fn one_too_many_is_refused() {
        let budget = Budget::new(SessionConfig {
            max_statements: 2,
            ..SessionConfig::default()
        });
        budget.admit(1, "portals").unwrap();
        let error = budget.admit(2, "portals").unwrap_err();
        assert_eq!(
            (error.sqlstate(), error.message()),
            ("54000", "too many portals")
        );
    }
}
