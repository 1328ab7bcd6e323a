//! The registry: reads through the cache, changes through drafts.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use parking_lot::Mutex;

use super::cache::{Cache, CacheConfig, CacheStatistics, Lookup};
use super::consistency::Looks;
use super::draft::Touched;
use super::notification::is_of_schemas;
use super::options::warn_of_slips;
use super::{
    Applied, At, Builder, Draft, Found, Known, Metrics, Notifications, Operation, Submission, View,
};
use crate::astha::Astha;
use crate::error::{Error, ErrorKind, Object, Resource, Result};
use crate::position::Position;
use crate::schema::{Mode, ModeSource, ObjectId, Schema, StreamName};
use crate::store::{RowPage, RowRequest, Store, Unadopted, Version};
use crate::tasks::{Clock, Tasks};

/// Queues of changes: one for each of so many groups of stream names.
const QUEUES: usize = 1_024;

/// Ids taken from the store at a time.
const ID_BLOCK: u32 = 64;

/// How often a single statement is tried again after a conflict with another
/// process before the client is told.
const ATTEMPTS: usize = 8;

/// The registry of one store. Shared as an [`Arc`]; made by
/// [`Registry::builder`].
pub struct Registry {
    pub(super) store: Arc<dyn Store>,
    pub(super) cache: Cache,
    pub(super) cache_config: CacheConfig,
    pub(super) default_mode: Mode,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) tasks: Tasks,
    started_at: DateTime<Utc>,
    pub(super) astha: std::sync::OnceLock<Arc<Astha>>,
    pub(super) looks: Looks,
    metrics: Arc<Metrics>,
    pub(super) notifications: Notifications,
    queues: Box<[tokio::sync::Mutex<()>]>,
    loads: Box<[tokio::sync::Mutex<()>]>,
    hasher: RandomState,
    ids: Mutex<Range<i64>>,
}

impl Registry {
    /// Begins to make a registry.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(super) fn new(
        store: Arc<dyn Store>,
        cache_config: CacheConfig,
        default_mode: Mode,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            cache: Cache::new(&cache_config),
            cache_config,
            default_mode,
            started_at: clock.now(),
            clock,
            tasks: Tasks::new(),
            astha: std::sync::OnceLock::new(),
            notifications: Notifications::default(),
            looks: Looks::default(),
            metrics: Arc::default(),
            queues: std::iter::repeat_with(Default::default)
                .take(QUEUES)
                .collect(),
            loads: std::iter::repeat_with(Default::default)
                .take(QUEUES)
                .collect(),
            hasher: RandomState::new(),
            ids: Mutex::new(0..0),
        }
    }

    // ---- asking ----

    /// Definitions as they are now, with a transaction's own changes on top.
    pub fn view<'a>(&'a self, draft: &'a Draft) -> View<'a> {
        View::new(self, draft)
    }

    /// The cached state of a stream, if the cache can answer at once; touches no
    /// store and waits for nobody. The inner nothing means that there is no such
    /// stream.
    pub fn cached(&self, name: &StreamName) -> Option<Option<Arc<Known>>> {
        match self.cache.lookup(name) {
            Lookup::Hit(known, _) => Some(known),
            Lookup::Miss => None,
        }
    }

    /// A stream and its latest version.
    ///
    /// # Errors
    /// 42P01 when there is no such stream; those of the store.
    pub async fn get_latest_schema(&self, name: &StreamName) -> Result<Arc<Known>> {
        self.load(name).await?.0.ok_or_else(|| no_stream(name))
    }

    /// One version of a stream.
    ///
    /// # Errors
    /// 42P01 when there is no such stream, 42704 when it has no such version;
    /// those of the store.
    pub async fn get_schema(&self, name: &StreamName, number: u32) -> Result<Arc<Version>> {
        let known = self.get_latest_schema(name).await?;
        let draft = Draft::default();
        self.view(&draft).version(&known, number).await
    }

    /// What the cache has done since the start.
    pub fn cache_statistics(&self) -> CacheStatistics {
        CacheStatistics {
            stale_reads: self.looks.stale(),
            ..self.cache.statistics()
        }
    }

    /// What this registry and the sessions over it count.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// When this registry was opened.
    pub fn started_at(&self) -> DateTime<Utc> {
        self.started_at
    }

    /// The server's compatibility mode.
    pub fn default_mode(&self) -> Mode {
        self.default_mode
    }

    /// The store's state now.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn position(&self) -> Result<Position> {
        self.store.position().await
    }

    /// A page of the rows of one of the store's tables, as they are.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn stored_rows(&self, request: &RowRequest) -> Result<RowPage> {
        self.store.rows(request).await
    }

    /// Who listens, to what clients tell each other and to changes of schemas: each
    /// is told as JSON once this node knows it, in the order of commits.
    pub fn notifications(&self) -> &Notifications {
        &self.notifications
    }

    /// The state from which on somebody who begins to listen on a channel is told of
    /// changes. They are told when the log is read, which may be later than this:
    /// those of before are not for it.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn listened_since(&self, channel: &str) -> Result<Position> {
        match is_of_schemas(channel) {
            true => self.position().await,
            false => Ok(Position::default()),
        }
    }

    // ---- changing ----

    /// Does one operation and commits it. Waits for changes to the same stream
    /// that came before; tries again when another process was faster.
    ///
    /// # Errors
    /// Those of [`Registry::apply`] and [`Registry::commit`].
    pub async fn run(self: &Arc<Self>, operation: &Operation, user: &str) -> Result<Applied> {
        self.run_marked(operation, user, &Submission::default())
            .await
    }

    /// [`Registry::run`], with a mark that says when there is no way back.
    ///
    /// # Errors
    /// Those of [`Registry::run`].
    pub async fn run_marked(
        self: &Arc<Self>,
        operation: &Operation,
        user: &str,
        submission: &Submission,
    ) -> Result<Applied> {
        let _turn = self.turn(operation).await;
        let mut attempt = 1;
        loop {
            let mut draft = Draft::default();
            let applied = self.apply(&mut draft, operation, user).await?;
            match self.commit_marked(draft, submission).await {
                Ok(_) => return Ok(applied),
                Err(error) if error.kind() == ErrorKind::Conflict && attempt < ATTEMPTS => {
                    tracing::debug!(attempt, detail = error.detail(), "a change is tried again");
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Adds an operation to a transaction's draft: decides whether it may be
    /// done and what it means, and commits nothing.
    ///
    /// # Errors
    /// What is wrong with the operation. The draft may hold a part of it then and
    /// is not to be committed: a failed statement fails its transaction.
    pub async fn apply(
        &self,
        draft: &mut Draft,
        operation: &Operation,
        user: &str,
    ) -> Result<Applied> {
        let mut applied = self.decide(draft, operation, user).await?;
        applied.notices.extend(warn_of_slips(operation.options()));
        Ok(applied)
    }

    /// Commits a draft as one change and answers the position it made. Once it
    /// has begun it is done, whoever waits for it.
    ///
    /// # Errors
    /// 40001 when something the draft was built on is no longer so; those of
    /// the store. Nothing was changed, except that after an error of the store
    /// during its COMMIT the outcome is what the next read says.
    pub async fn commit(self: &Arc<Self>, draft: Draft) -> Result<Position> {
        self.commit_marked(draft, &Submission::default()).await
    }

    /// [`Registry::commit`], with a mark that says when there is no way back.
    ///
    /// # Errors
    /// Those of [`Registry::commit`].
    pub async fn commit_marked(
        self: &Arc<Self>,
        draft: Draft,
        submission: &Submission,
    ) -> Result<Position> {
        if !draft.needs_commit() {
            return Ok(Position::default());
        }
        let _submitted = submission.begin();
        let registry = self.clone();
        let commit = self.tasks.spawn("commit", async move {
            let outcome = registry.commit_owned(draft).await;
            // What another program did happened before this, and is a version first:
            // the next attempt finds it.
            if let Err(error) = &outcome
                && let Some(Unadopted(id)) = Unadopted::of(error)
                && let Err(error) = registry.adopt(id).await
            {
                tracing::warn!(stream = id.0, %error, "a change of another program is adopted later");
            }
            outcome
        });
        commit.await.map_err(|error| match error.is_cancelled() {
            true => Error::new(
                ErrorKind::Unavailable(Resource::Server),
                "the server stopped before the commit was answered",
            ),
            false => Error::internal("a commit panicked").with_source(error),
        })?
    }

    pub(super) async fn commit_owned(&self, draft: Draft) -> Result<Position> {
        let (
            change,
            Touched {
                streams,
                names,
                versions,
            },
        ) = draft.into_change();
        let touched = names.keys().map(|name| name.as_ref().clone());
        let unsettled = self.cache.unsettle(touched.collect());
        let outcome = self.store.commit(change).await;
        match &outcome {
            Ok(position) => {
                self.notifications.committed(*position);
                for version in &versions {
                    if version.previous.is_some() {
                        self.metrics.migrations.inc();
                    }
                    self.cache.keep_version(version);
                }
                for (id, known) in &streams {
                    match known {
                        Some(known) => unsettled.move_to(known, *position),
                        None => unsettled.remove(*id, *position),
                    }
                }
                for (name, _) in names.iter().filter(|(_, id)| id.is_none()) {
                    unsettled.vacate(name, *position);
                }
            }
            // Somebody was faster, or the outcome is not known: the store says.
            Err(_) => unsettled
                .names()
                .iter()
                .for_each(|name| self.cache.forget(name)),
        }
        outcome
    }

    async fn decide(
        &self,
        draft: &mut Draft,
        operation: &Operation,
        user: &str,
    ) -> Result<Applied> {
        match operation {
            Operation::CreateNamespace {
                name,
                if_not_exists,
            } => self.create_namespace(draft, name, *if_not_exists).await,
            Operation::DropNamespaces {
                names,
                if_exists,
                cascade,
            } => {
                self.drop_namespaces(draft, names, *if_exists, *cascade, user)
                    .await
            }
            Operation::AlterNamespace { name, options } => {
                self.alter_namespace(draft, name, options).await
            }
            Operation::CreateStream {
                name,
                if_not_exists,
                spec,
            } => {
                self.create_stream(draft, name, *if_not_exists, spec, user)
                    .await
            }
            Operation::ReplaceStream { name, spec } => {
                self.replace_stream(draft, name, spec, user).await
            }
            Operation::CopyStream {
                name,
                if_not_exists,
                source,
                options,
            } => {
                self.copy_stream(draft, name, *if_not_exists, source, options, user)
                    .await
            }
            Operation::AlterStream {
                name,
                if_exists,
                actions,
            } => {
                self.alter_stream(draft, name, *if_exists, actions, user)
                    .await
            }
            Operation::DropStreams {
                names,
                called,
                if_exists,
            } => {
                self.drop_streams(draft, names, called, *if_exists, user)
                    .await
            }
            Operation::CreateIndex {
                stream,
                index,
                columns,
                unique,
                if_not_exists,
            } => {
                let index = index.as_ref();
                self.create_index(draft, stream, index, columns, *unique, *if_not_exists, user)
                    .await
            }
            Operation::DropIndexes { names, if_exists } => {
                self.drop_indexes(draft, names, *if_exists, user).await
            }
            Operation::CommentOnStream { stream, text } => {
                self.comment_on_stream(draft, stream, text.as_ref()).await
            }
            Operation::CommentOnColumn {
                stream,
                column,
                text,
            } => {
                self.comment_on_column(draft, stream, column, text.as_ref())
                    .await
            }
            Operation::Register { stream, schema } => {
                self.register(draft, stream, schema, user).await
            }
        }
    }

    /// Registers a schema: creates the stream, or evolves it by its mode. A
    /// schema identical to the latest changes nothing.
    ///
    /// # Errors
    /// 23514 when the stream's mode does not allow the change, 3F000 when there
    /// is no such namespace; what is wrong with the schema; those of the store.
    pub async fn register_schema(
        self: &Arc<Self>,
        name: &StreamName,
        schema: Schema,
        user: &str,
    ) -> Result<Arc<Version>> {
        let stream = At::from(name.clone());
        self.run(
            &Operation::Register {
                stream,
                schema: Box::new(schema),
            },
            user,
        )
        .await?;
        Ok(self.get_latest_schema(name).await?.version.clone())
    }

    // ---- the cache ----

    /// Forgets a cached stream; the next read asks the store.
    pub fn invalidate_schema(&self, name: &StreamName) {
        self.cache.forget(name);
    }

    /// Forgets every cached stream.
    pub fn clear_cache(&self) {
        self.cache.clear();
    }

    /// Loads anew what is in use and about to expire. Runs on a period; calling
    /// it once more does no harm.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn refresh_cache(&self) -> Result<()> {
        let mut outcome = Ok(());
        for known in self.cache.expiring(&self.cache_config) {
            let name = &known.stream.name;
            let ticket = self.cache.ticket(name);
            match self.store.stream(name).await {
                Ok(loaded) => {
                    let fresh = loaded
                        .value
                        .map(|(stream, version)| Arc::new(Known::new(stream, version)));
                    self.cache
                        .offer(ticket, name, fresh.as_ref(), loaded.position);
                    self.cache.count_refreshes(1);
                }
                // One that cannot be read keeps nobody else from being refreshed.
                Err(error) => outcome = Err(error),
            }
        }
        outcome
    }

    /// Stops the background work and closes the store, within the grace period.
    /// Answers the names of tasks that still ran at its end.
    pub async fn close(&self, grace: Duration) -> Vec<String> {
        let late = self.tasks.stop(grace).await;
        self.store.close().await;
        late
    }

    // ---- within the registry ----

    /// A stream by name through the cache, with single flight: readers that miss
    /// the same name at the same time load it once.
    pub(super) async fn load(&self, name: &StreamName) -> Result<(Option<Arc<Known>>, Position)> {
        if let Lookup::Hit(known, position) = self.cache.lookup(name) {
            return Ok((known, position));
        }
        // What a pending name loads is not cached: waiting in line for it is no use.
        let _flight = match self.cache.is_pending(name) {
            true => None,
            false => Some(self.loads[self.group(name)].lock().await),
        };
        if let Lookup::Hit(known, position) = self.cache.lookup(name) {
            return Ok((known, position));
        }
        let ticket = self.cache.ticket(name);
        let loaded = self.store.stream(name).await?;
        let known = loaded
            .value
            .map(|(stream, version)| Arc::new(Known::new(stream, version)));
        self.cache
            .offer(ticket, name, known.as_ref(), loaded.position);
        Ok((known, loaded.position))
    }

    /// The stream a statement names, or the error that there is none.
    pub(super) async fn must_find(&self, draft: &Draft, name: &At<StreamName>) -> Result<Found> {
        let view = self.view(draft);
        match view.stream(&name.value).await? {
            Some(found) => Ok(found),
            None => Err(view.missing(&name.value).await?.at(name.position)),
        }
    }

    /// The mode of a stream without one of its own.
    pub(super) fn inherited_mode(&self, namespace: Option<Mode>) -> (Mode, ModeSource) {
        namespace.map_or((self.default_mode, ModeSource::Server), |mode| {
            (mode, ModeSource::Namespace)
        })
    }

    /// Takes ids from the store's sequence.
    pub(super) async fn take_ids(&self, count: usize) -> Result<Vec<ObjectId>> {
        let mut taken = Vec::with_capacity(count);
        while taken.len() < count {
            let id = self.ids.lock().next();
            match id {
                Some(id) => taken.push(ObjectId(id)),
                None => {
                    let block = self.store.reserve_ids(ID_BLOCK).await?;
                    // Two tasks may have found the block empty: the ids of one of
                    // them are lost, which is a gap and no harm.
                    *self.ids.lock() = block;
                }
            }
        }
        Ok(taken)
    }

    /// Waits for this operation's turn among the changes to its streams.
    async fn turn(&self, operation: &Operation) -> Vec<tokio::sync::MutexGuard<'_, ()>> {
        let mut groups: Vec<_> = operation
            .streams()
            .into_iter()
            .map(|name| self.group(name))
            .collect();
        // In one order for everybody, so that no two wait for each other.
        groups.sort_unstable();
        groups.dedup();
        let mut turns = Vec::with_capacity(groups.len());
        for group in groups {
            turns.push(self.queues[group].lock().await);
        }
        turns
    }

    fn group(&self, name: &StreamName) -> usize {
        #[allow(clippy::cast_possible_truncation, reason = "any bits of a hash do")]
        let hash = self.hasher.hash_one(name) as usize;
        hash % QUEUES
    }
}

/// There is no such stream (42P01).
pub(crate) fn no_stream(name: &StreamName) -> Error {
    none_called("relation", name)
}

/// There is nothing of this sort and this name (42P01).
pub(super) fn none_called(called: &str, name: &StreamName) -> Error {
    Error::new(
        ErrorKind::NotFound(Object::Stream),
        format!("{called} \"{}\" does not exist", shown(name)),
    )
}

/// A stream's name as PostgreSQL shows it in messages: without the default
/// namespace.
pub(super) fn shown(name: &StreamName) -> String {
    match name.namespace.as_str() {
        "public" => name.name.clone(),
        namespace => format!("{namespace}.{}", name.name),
    }
}
