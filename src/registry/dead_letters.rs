//! Where the change pipeline's dead letters go: `cartridge_warp.dead_letter_queue`.

use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use crate::astha::DeadLetters;
use crate::dead_letter::DeadLetter;
use crate::error::Result;
use crate::store::Store;
use crate::tasks::Clock;

/// The dead letters of a store.
pub(super) struct StoredLetters {
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
}

#[async_trait]
impl DeadLetters for StoredLetters {
    async fn keep(&self, letters: Vec<DeadLetter>) -> Result<()> {
        self.store
            .keep_dead_letters(letters, self.clock.now())
            .await
    }

    async fn pending(&self, id: Uuid) -> Result<Option<DeadLetter>> {
        self.store.dead_letter(id).await
    }

    async fn resolve(&self, id: Uuid) -> Result<()> {
        self.store.resolve_dead_letter(id, self.clock.now()).await
    }
}
