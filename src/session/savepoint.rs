//! `SAVEPOINT`, `RELEASE` and `ROLLBACK TO`.
//!
//! A savepoint is a copy of what the transaction has done so far, which costs
//! next to nothing: drivers make one before each statement, and a transaction
//! may have thousands. A name may be given again; the latest of it counts until
//! it is released.

use super::budget::Share;
use super::dispatch::done;
use super::notification::PendingMark;
use super::query::LockMark;
use super::setting::Mark;
use super::transaction::{Transaction, needs_block};
use super::{Outcome, Session};
use crate::error::{Error, ErrorKind, Object, Result};
use crate::registry::Draft;
use crate::schema::Name;

/// What a savepoint takes, about (in bytes): what the draft no longer shares
/// with it after the next change.
const SAVEPOINT_BYTES: usize = 8 << 10;

/// A state of a transaction.
#[derive(Debug)]
pub(super) struct Savepoint {
    name: Name,
    pub(super) draft: Draft,
    /// What its changes take of the budget (in bytes).
    pub(super) changes: usize,
    pub(super) settings: Mark,
    pub(super) pending: PendingMark,
    pub(super) locks: LockMark,
    /// The number of the next portal.
    next_portal: u64,
    _share: Share,
}

impl Session {
    pub(super) fn savepoint(&mut self, name: &Name) -> Result<Outcome> {
        let locks = self.lock_mark();
        let Transaction::Explicit(block) = &mut self.transaction else {
            return Err(needs_block("SAVEPOINT"));
        };
        block.savepoints.push(Savepoint {
            name: name.clone(),
            draft: block.draft.clone(),
            changes: block.changes.as_ref().map_or(0, Share::bytes),
            settings: self.settings.mark(),
            pending: block.pending.mark(),
            locks,
            next_portal: self.next_portal,
            _share: self.budget.take(name.len() + SAVEPOINT_BYTES)?,
        });
        Ok(done("SAVEPOINT"))
    }

    /// Forgets a savepoint and those after it; what was done since stays.
    pub(super) fn release(&mut self, name: &Name) -> Result<Outcome> {
        let index = self.find_savepoint(name, "RELEASE SAVEPOINT")?;
        if let Transaction::Explicit(block) = &mut self.transaction {
            self.settings.release(&block.savepoints[index].settings);
            block.savepoints.truncate(index);
        }
        Ok(done("RELEASE"))
    }

    /// Undoes what was done after a savepoint, and brings a transaction that has
    /// failed since back to life.
    pub(super) fn rollback_to(&mut self, name: &Name) -> Result<Outcome> {
        let index = self.find_savepoint(name, "ROLLBACK TO SAVEPOINT")?;
        if let Transaction::Explicit(mut block) | Transaction::Failed(mut block) =
            std::mem::take(&mut self.transaction)
        {
            block.go_back(index);
            let savepoint = &block.savepoints[index];
            self.settings.go_back(&savepoint.settings);
            self.portals
                .retain(|_, portal| portal.number < savepoint.next_portal);
            let locks = savepoint.locks;
            self.end_locks(locks);
            self.transaction = Transaction::Explicit(block);
            self.settings_moved();
        }
        Ok(done("ROLLBACK"))
    }

    /// Where the latest savepoint of a name is.
    fn find_savepoint(&self, name: &Name, tag: &str) -> Result<usize> {
        let (Transaction::Explicit(block) | Transaction::Failed(block)) = &self.transaction else {
            return Err(needs_block(tag));
        };
        let found = block.savepoints.iter().rposition(|own| own.name == *name);
        found.ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound(Object::Savepoint),
                format!("savepoint \"{name}\" does not exist"),
            )
        })
    }
}
