//! What the change pipeline does, for those who look.

use std::sync::Arc;

use super::Registry;
use crate::astha::{Astha, ComponentInfo, LogState, SchedulerStatistics};
use crate::error::Result;

/// The change pipeline at one moment.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// Its components, in the order they were added.
    pub components: Vec<ComponentInfo>,
    /// What it did.
    pub statistics: SchedulerStatistics,
    /// What is in the log.
    pub log: LogState,
}

impl Registry {
    /// The change pipeline that keeps the cache coherent; an application adds
    /// subscribers of its own to it. Nothing over a store that has none.
    pub fn astha(&self) -> Option<&Arc<Astha>> {
        self.astha.get()
    }

    /// What is in the change log; over a store that has none, where it is.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn log_state(&self) -> Result<LogState> {
        match self.astha() {
            Some(astha) => astha.log_state().await,
            None => Ok(LogState {
                end: self.position().await?,
                depth: 0,
            }),
        }
    }

    /// What the change pipeline does. Nothing over a store that has none.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn pipeline(&self) -> Result<Option<Pipeline>> {
        let Some(astha) = self.astha() else {
            return Ok(None);
        };
        Ok(Some(Pipeline {
            components: astha.components(),
            statistics: astha.scheduler_statistics().await,
            log: astha.log_state().await?,
        }))
    }
}
