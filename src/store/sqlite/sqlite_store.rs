//! [`Store`] over a [`Database`].

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use uuid::Uuid;

use super::{apply, codec, dead_letters, find, foreign, load, migrate, projection, rows};
use crate::dead_letter::DeadLetter;
use crate::error::Result;
use crate::position::Position;
use crate::schema::{Name, ObjectId, StreamName};
use crate::sqlite::{Database, Options};
use crate::store::{
    Change, Listing, Loaded, Namespace, Projection, RowPage, RowRequest, Search, Store, Stream,
    Version,
};

/// The store in one SQLite file. Cheap to clone.
#[derive(Clone)]
pub struct SqliteStore {
    database: Arc<Database>,
}

impl SqliteStore {
    /// Opens the file, makes it if it is not there, and brings it up to date.
    ///
    /// # Errors
    /// 22023 when the path is not the name of a file,
    /// 58030 when the file cannot be opened, XX001 when it is no SQLite file,
    /// 55000 when it was written by a newer Rekha or by another program.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let database = Database::open(
            &Options::new(path),
            migrate::refuse_strangers,
            migrate::migrate,
        )?;
        Ok(Self {
            database: Arc::new(database),
        })
    }

    /// The file under it, for whatever keeps its own tables there.
    pub fn database(&self) -> &Arc<Database> {
        &self.database
    }

    async fn load<T, F>(&self, run: F) -> Result<Loaded<T>>
    where
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.database
            .read(|connection| {
                Ok(Loaded {
                    position: codec::position(connection)?,
                    value: run(connection)?,
                })
            })
            .await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn commit(&self, change: Change) -> Result<Position> {
        self.database
            .write(move |connection| apply::apply(connection, &change))
            .await
    }

    async fn reserve_ids(&self, count: u32) -> Result<Range<i64>> {
        self.database
            .write(move |connection| apply::reserve_ids(connection, count))
            .await
    }

    async fn position(&self) -> Result<Position> {
        Ok(self.load(|_| Ok(())).await?.position)
    }

    async fn namespace(&self, name: &str) -> Result<Loaded<Option<Namespace>>> {
        let name = name.to_owned();
        self.load(move |connection| load::namespace(connection, &name))
            .await
    }

    async fn namespaces(&self) -> Result<Loaded<Vec<Namespace>>> {
        self.load(load::namespaces).await
    }

    async fn stream(&self, name: &StreamName) -> Result<Loaded<Option<(Stream, Arc<Version>)>>> {
        let name = name.clone();
        self.load(move |connection| load::stream_by_name(connection, &name))
            .await
    }

    async fn streams(&self, ids: &[ObjectId]) -> Result<Loaded<Vec<(Stream, Arc<Version>)>>> {
        let ids = ids.to_vec();
        self.load(move |connection| {
            ids.iter()
                .filter_map(|id| load::stream_by_id(connection, *id).transpose())
                .collect()
        })
        .await
    }

    async fn unadopted(&self) -> Result<Vec<ObjectId>> {
        Ok(self.load(foreign::all_unadopted).await?.value)
    }

    async fn find(&self, search: &Search) -> Result<Vec<ObjectId>> {
        let search = search.clone();
        let found = self.load(move |connection| find::find(connection, &search));
        Ok(found.await?.value)
    }

    async fn list(&self, namespace: Option<&str>) -> Result<Loaded<Vec<Listing>>> {
        let namespace = namespace.map(ToOwned::to_owned);
        self.load(move |connection| load::list(connection, namespace.as_deref()))
            .await
    }

    async fn version(&self, stream: ObjectId, number: u32) -> Result<Option<Arc<Version>>> {
        let loaded = self
            .load(move |connection| load::version(connection, stream, number))
            .await?;
        Ok(loaded.value.map(Arc::new))
    }

    async fn versions(&self, stream: ObjectId) -> Result<Loaded<Vec<Arc<Version>>>> {
        self.load(move |connection| load::versions(connection, stream))
            .await
    }

    async fn last_version(&self, name: &StreamName) -> Result<Loaded<u32>> {
        let name = name.clone();
        self.load(move |connection| load::last_version(connection, &name))
            .await
    }

    async fn index_owner(&self, namespace: &str, index: &Name) -> Result<Loaded<Option<ObjectId>>> {
        let (namespace, index) = (namespace.to_owned(), index.clone());
        self.load(move |connection| load::index_owner(connection, &namespace, &index))
            .await
    }

    async fn projection(&self, stream: ObjectId) -> Result<Option<Projection>> {
        Ok(self
            .load(move |connection| projection::projection(connection, stream))
            .await?
            .value)
    }

    async fn rows(&self, request: &RowRequest) -> Result<RowPage> {
        let request = request.clone();
        let loaded = self.load(move |connection| rows::rows(connection, &request));
        Ok(loaded.await?.value)
    }

    async fn close(&self) {
        self.database.close().await;
    }

    async fn keep_dead_letters(&self, letters: Vec<DeadLetter>, now: DateTime<Utc>) -> Result<()> {
        self.database
            .write(move |connection| dead_letters::keep(connection, &letters, now))
            .await
    }

    async fn dead_letter(&self, id: Uuid) -> Result<Option<DeadLetter>> {
        self.database
            .read(move |connection| dead_letters::pending(connection, id))
            .await
    }

    async fn resolve_dead_letter(&self, id: Uuid, now: DateTime<Utc>) -> Result<()> {
        self.database
            .write(move |connection| dead_letters::resolve(connection, id, now))
            .await
    }
}
