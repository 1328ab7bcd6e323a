//! Where the change pipeline's dead letters go: `cartridge_warp.dead_letter_queue`.

use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use crate::astha::{self, DeadLetters, Failure};
use crate::error::Result;
use crate::store::{DeadLetter, Store};
use crate::tasks::Clock;

/// The dead letters of a store.
pub(super) struct StoredLetters {
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
}

#[async_trait]
impl DeadLetters for StoredLetters {
    async fn keep(&self, letters: Vec<astha::DeadLetter>) -> Result<()> {
        let letters = letters.into_iter().map(stored).collect();
        self.store
            .keep_dead_letters(letters, self.clock.now())
            .await
    }

    async fn pending(&self, id: Uuid) -> Result<Option<astha::DeadLetter>> {
        Ok(self.store.dead_letter(id).await?.map(told))
    }

    async fn resolve(&self, id: Uuid) -> Result<()> {
        self.store.resolve_dead_letter(id, self.clock.now()).await
    }
}

fn stored(letter: astha::DeadLetter) -> DeadLetter {
    DeadLetter {
        id: letter.id,
        component: letter.component,
        position: letter.position,
        table: letter.table,
        operation: letter.operation,
        record: letter.record,
        timestamp: letter.timestamp,
        failure: letter.failure.as_str().to_owned(),
        attempts: letter.attempts,
        error: letter.error,
    }
}

fn told(letter: DeadLetter) -> astha::DeadLetter {
    let failure = match letter.failure == Failure::Corruption.as_str() {
        true => Failure::Corruption,
        false => Failure::Delivery,
    };
    astha::DeadLetter {
        id: letter.id,
        component: letter.component,
        position: letter.position,
        table: letter.table,
        operation: letter.operation,
        record: letter.record,
        timestamp: letter.timestamp,
        failure,
        attempts: letter.attempts,
        error: letter.error,
    }
}
