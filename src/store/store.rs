//! What a registry needs of a database.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Change, Listing, Namespace, Projection, RowPage, RowRequest, Search, Stream, Version};
use crate::dead_letter::DeadLetter;
use crate::error::Result;
use crate::position::Position;
use crate::schema::{Name, ObjectId, StreamName};

/// A value and the state of the store it was read in.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded<T> {
    /// The state.
    pub position: Position,
    /// The value.
    pub value: T,
}

/// The durable truth. Every load is one read transaction; the only way to write
/// is [`Store::commit`].
///
/// # Errors
/// All methods: 57P03 when the store cannot be reached or is busy, XX001 when
/// what it holds makes no sense.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Applies a change as a whole and answers the position it made, after it is
    /// durable.
    ///
    /// # Errors
    /// 40001 when a requirement does not hold: nothing was changed.
    async fn commit(&self, change: Change) -> Result<Position>;

    /// Takes identities out of the store's one sequence. They are never given
    /// again, used or not.
    async fn reserve_ids(&self, count: u32) -> Result<Range<i64>>;

    /// The state now.
    async fn position(&self) -> Result<Position>;

    /// The namespace of this name.
    async fn namespace(&self, name: &str) -> Result<Loaded<Option<Namespace>>>;

    /// All namespaces, by name.
    async fn namespaces(&self) -> Result<Loaded<Vec<Namespace>>>;

    /// The stream of this name, with its latest version.
    async fn stream(&self, name: &StreamName) -> Result<Loaded<Option<(Stream, Arc<Version>)>>>;

    /// The streams of these identities, with their latest versions; those that
    /// are gone are left out.
    async fn streams(&self, ids: &[ObjectId]) -> Result<Loaded<Vec<(Stream, Arc<Version>)>>>;

    /// The identities of those streams of which the last version does not say what
    /// their rows say, or that they are gone; and of rows without a version. Some of
    /// them may be no streams, or not differ. Looks at everything.
    async fn unadopted(&self) -> Result<Vec<ObjectId>>;

    /// The identities of those rows of `tables` that are looked for, registered or
    /// not, in order.
    async fn find(&self, search: &Search) -> Result<Vec<ObjectId>>;

    /// One line for every stream, by namespace and name; of one namespace if one
    /// is named.
    async fn list(&self, namespace: Option<&str>) -> Result<Loaded<Vec<Listing>>>;

    /// One version of a stream that is there.
    async fn version(&self, stream: ObjectId, number: u32) -> Result<Option<Arc<Version>>>;

    /// The versions of a stream, oldest first.
    async fn versions(&self, stream: ObjectId) -> Result<Loaded<Vec<Arc<Version>>>>;

    /// The highest version number ever used under this name, by any stream; 0
    /// when there is none.
    async fn last_version(&self, name: &StreamName) -> Result<Loaded<u32>>;

    /// The stream that has an index or constraint of this name.
    async fn index_owner(&self, namespace: &str, index: &Name) -> Result<Loaded<Option<ObjectId>>>;

    /// The rows of a stream as they are; nothing when there are none.
    async fn projection(&self, stream: ObjectId) -> Result<Option<Projection>>;

    /// A page of the rows of one of its tables, as they are.
    async fn rows(&self, request: &RowRequest) -> Result<RowPage>;

    /// Does what is queued and closes the store; later calls fail.
    async fn close(&self);

    /// Keeps dead letters. One that is there already waits again, with the newest
    /// error, and counts its attempts.
    async fn keep_dead_letters(&self, letters: Vec<DeadLetter>, now: DateTime<Utc>) -> Result<()>;

    /// A dead letter that waits.
    async fn dead_letter(&self, id: Uuid) -> Result<Option<DeadLetter>>;

    /// Notes that a dead letter was delivered after all.
    async fn resolve_dead_letter(&self, id: Uuid, now: DateTime<Utc>) -> Result<()>;
}
