//! What could not be delivered.

use async_trait::async_trait;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid, Variant, Version};

use super::log::Malformed;
use super::{Data, Event, Operation, RowData};
use crate::dead_letter::{DeadLetter, Failure};
use crate::error::{Error, ErrorKind, Object, Result};
use crate::position::Position;

impl DeadLetter {
    pub(super) fn undelivered(
        component: &str,
        event: &Event,
        error: &Error,
        attempts: u32,
    ) -> Self {
        let (before, after) = match &event.data {
            Data::Insert(row) => (None, Some(row)),
            Data::Update { old, new } => (Some(old), Some(new)),
            Data::Delete(row) => (Some(row), None),
        };
        Self {
            id: id(component, event.position),
            component: component.to_owned(),
            position: event.position,
            table: event.table.clone(),
            operation: event.operation().as_str().to_owned(),
            record: json!({ "before": before, "after": after }),
            timestamp: Some(event.timestamp),
            failure: Failure::of(error),
            attempts,
            error: format!("{}: {}", error.sqlstate(), error.message()),
        }
    }

    pub(super) fn malformed(component: &str, row: &Malformed) -> Self {
        Self {
            id: id(component, row.position),
            component: component.to_owned(),
            position: row.position,
            table: row.table.clone(),
            operation: row.operation.clone(),
            record: json!({ "before": row.before, "after": row.after }),
            timestamp: None,
            failure: Failure::Corruption,
            attempts: 0,
            error: row.error.clone(),
        }
    }

    /// The event, to be delivered again.
    ///
    /// # Errors
    /// XX001 when its row could not be understood.
    pub(super) fn event(&self) -> Result<Event> {
        let operation: Operation = self.operation.parse()?;
        let image = |name: &str| -> Result<RowData> {
            self.record[name]
                .as_object()
                .cloned()
                .ok_or_else(|| super::event::malformed(format!("it has no image {name}")))
        };
        let data = match operation {
            Operation::Insert => Data::Insert(image("after")?),
            Operation::Update => Data::Update {
                old: image("before")?,
                new: image("after")?,
            },
            Operation::Delete => Data::Delete(image("before")?),
        };
        let timestamp = self
            .timestamp
            .ok_or_else(|| super::event::malformed("it has no time".to_owned()))?;
        Ok(Event {
            table: self.table.clone(),
            data,
            timestamp,
            created_at: timestamp,
            position: self.position,
        })
    }
}

/// No such letter waits (42704).
pub(super) fn not_pending(id: Uuid) -> Error {
    Error::new(
        ErrorKind::NotFound(Object::Other),
        format!("no dead letter \"{id}\" waits to be replayed"),
    )
}

/// A UUID of version 8 (RFC 9562): of the component's name and the position.
fn id(component: &str, position: Position) -> Uuid {
    let digest = Sha256::digest(format!("{component} {}", position.0));
    let bytes = digest.first_chunk().expect("a digest has 32 bytes");
    Builder::from_bytes(*bytes)
        .with_variant(Variant::RFC4122)
        .with_version(Version::Custom)
        .into_uuid()
}

/// Where dead letters are kept.
#[async_trait]
pub trait DeadLetters: Send + Sync + 'static {
    /// Keeps letters durably. A letter that is there already is kept once, and tells
    /// the newest error.
    ///
    /// # Errors
    /// Those of the store: whoever asked tries again before it goes on.
    async fn keep(&self, letters: Vec<DeadLetter>) -> Result<()>;

    /// One that waits to be delivered again; nothing if there is none, or it was
    /// already.
    ///
    /// # Errors
    /// Those of the store.
    async fn pending(&self, id: Uuid) -> Result<Option<DeadLetter>>;

    /// Notes that one was delivered after all.
    ///
    /// # Errors
    /// Those of the store.
    async fn resolve(&self, id: Uuid) -> Result<()>;
}
