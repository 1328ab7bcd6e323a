//! Changes of schemas as a stream of values.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::Stream;
use futures::stream::try_unfold;
use serde::Deserialize;

use super::Registry;
use super::notification::{Channels, Listener, Notification, SCHEMA_CHANGES};
use crate::error::{Error, Result};

/// A change of a stream's schema, or of its name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SchemaChange {
    /// The namespace.
    pub namespace: String,
    /// The stream.
    pub stream: String,
    /// The version that it has now.
    pub version: u32,
    /// What happened: `create`, `add_column`, `drop`, …
    pub evolution: String,
}

struct Subscription {
    listener: Listener,
    waiting: VecDeque<Arc<Notification>>,
}

impl Registry {
    /// The changes of schemas that are committed from now on, by this program or
    /// another, in their order. Dropping the stream ends it.
    ///
    /// # Errors
    /// Those of the store. The stream ends with 54000 when more changes have come than
    /// wait for somebody who does not take them, and when some can no longer be told.
    pub async fn subscribe(
        &self,
    ) -> Result<impl Stream<Item = Result<SchemaChange>> + Send + use<>> {
        let since = self.listened_since(SCHEMA_CHANGES).await?;
        let listener = self.notifications.join();
        listener.listen(Channels::from([(SCHEMA_CHANGES.to_owned(), since)]));
        let subscription = Subscription {
            listener,
            waiting: VecDeque::new(),
        };
        Ok(try_unfold(subscription, |mut subscription| async move {
            loop {
                if let Some(next) = subscription.waiting.pop_front() {
                    let change = serde_json::from_str(&next.payload).map_err(|error| {
                        Error::internal("a notification is no change of a schema")
                            .with_source(error)
                    })?;
                    return Ok(Some((change, subscription)));
                }
                subscription.listener.woken().await;
                subscription.waiting.extend(subscription.listener.take()?);
            }
        }))
    }
}
