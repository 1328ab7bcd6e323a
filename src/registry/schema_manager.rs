//! The Schema Manager: Astha's events move the cache, and what other programs
//! wrote into the registry's tables becomes versions.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};

use async_trait::async_trait;
use serde::Deserialize;

use super::known::carry_columns;
use super::{Draft, Known, Registry, judgement};
use crate::astha::{Component, Data, Health, Refresh, Subscriber, Unit};
use crate::error::{Error, ErrorKind, Fault, Resource, Result};
use crate::evolution;
use crate::position::Position;
use crate::schema::{Mode, ObjectId, Schema, StreamName};
use crate::store::{
    CompatibilityStatus, Evolution, Projection, Requirement, Stream, StreamColumn, Unadopted,
    Update, Version,
};

/// The component's name.
pub(super) const NAME: &str = "schema_manager";

/// Who registered a version that another program made.
const EXTERNAL: &str = "external";

/// After so many failures in a row the component is unhealthy.
const UNHEALTHY_AFTER: u32 = 5;

/// How often an adoption is tried again when somebody was faster.
const ATTEMPTS: usize = 5;

/// A row of `tables`.
#[derive(Deserialize)]
pub(super) struct TableRow {
    pub(super) id: i64,
    pub(super) name: String,
}

/// A row of a table that belongs to a stream.
#[derive(Deserialize)]
struct OwnedRow {
    table_id: i64,
}

/// A row of `databases`.
#[derive(Deserialize, PartialEq)]
struct NamespaceRow {
    name: String,
}

/// Component `schema_manager`: keeps one registry's cache.
pub(super) struct SchemaManager {
    registry: Weak<Registry>,
    failures: AtomicU32,
}

impl SchemaManager {
    pub(super) fn new(registry: &Arc<Registry>) -> Self {
        Self {
            registry: Arc::downgrade(registry),
            failures: AtomicU32::new(0),
        }
    }

    /// The registry.
    ///
    /// # Errors
    /// 55000 when it was dropped: what is told now is for whoever opens the next one.
    fn registry(&self) -> Result<Arc<Registry>> {
        self.registry.upgrade().ok_or_else(|| {
            Error::new(
                ErrorKind::Unavailable(Resource::Component),
                "the registry is gone",
            )
        })
    }

    fn count(&self, outcome: Result<()>) -> Result<()> {
        match outcome {
            Ok(()) => self.failures.store(0, Ordering::Relaxed),
            Err(_) => drop(self.failures.fetch_add(1, Ordering::Relaxed)),
        }
        outcome
    }
}

#[async_trait]
impl Subscriber for SchemaManager {
    fn component(&self) -> Component {
        Component {
            name: NAME,
            version: "1.0.0",
            // `databases` beside the streams' own tables: a namespace that is
            // renamed takes the names of its streams with it.
            tables: &["databases", "tables", "table_columns", "table_metadata"],
        }
    }

    async fn on_event(&self, unit: &Unit) -> Result<()> {
        let registry = self.registry()?;
        self.count(match registry.follow(unit).await {
            Ok(()) => registry.announce(unit).await,
            Err(error) => Err(error),
        })
    }

    async fn on_health(&self) -> Health {
        match self.failures.load(Ordering::Relaxed) {
            failures if failures >= UNHEALTHY_AFTER => {
                Health::Unhealthy(format!("{failures} failures in a row"))
            }
            _ => Health::Healthy,
        }
    }

    async fn on_refresh(&self, reason: Refresh, _: Position) -> Result<()> {
        let registry = self.registry()?;
        registry.clear_cache();
        if reason.skips_events() {
            registry.notifications.lose_schema_changes();
        }
        self.count(registry.adopt_all().await)
    }
}

impl Registry {
    /// Moves the cache by one unit of changes.
    async fn follow(self: &Arc<Self>, unit: &Unit) -> Result<()> {
        self.cache.follow(unit.position);
        let mut streams = BTreeSet::new();
        for event in &unit.events {
            match event.table.as_str() {
                "tables" => {
                    let event = event.decode::<TableRow>()?;
                    streams.extend(event.data.rows().map(|row| ObjectId(row.id)));
                    if let (false, Data::Insert(row)) = (unit.own, &event.data) {
                        streams.extend(self.replaced(ObjectId(row.id)).await?);
                    }
                }
                "databases" => match event.decode::<NamespaceRow>()?.data {
                    Data::Update { old, new } if old != new => {
                        self.clear_cache();
                        // Their histories follow the name.
                        let moved = self.store.list(Some(&new.name)).await?.value;
                        streams.extend(moved.iter().map(|listing| listing.id));
                    }
                    Data::Delete(_) => self.clear_cache(),
                    Data::Insert(_) | Data::Update { .. } => {}
                },
                _ => {
                    let event = event.decode::<OwnedRow>()?;
                    streams.extend(event.data.rows().map(|row| ObjectId(row.table_id)));
                }
            }
        }
        if !unit.own {
            for id in &streams {
                self.adopt(*id).await?;
            }
        }
        // What the cache knows at this position or later is known already: this
        // node's own commits nearly always are.
        let behind = |id: &ObjectId| {
            self.cache
                .peek(*id)
                .is_none_or(|(_, position)| position < unit.position)
        };
        let behind: Vec<ObjectId> = streams.into_iter().filter(behind).collect();
        if behind.is_empty() {
            return Ok(());
        }
        match self.reload(&behind).await {
            Err(error) if is_damage(&error) => self.reload_each(&behind).await,
            outcome => outcome,
        }
    }

    /// The stream that had the name of another program's new row: INSERT OR
    /// REPLACE deletes the old one without a trace in the log.
    async fn replaced(&self, inserted: ObjectId) -> Result<Option<ObjectId>> {
        let there = match self.store.projection(inserted).await {
            Err(error) if is_damage(&error) => None,
            there => there?,
        };
        let cached = there.and_then(|there| self.cached(&there.stream.name)?);
        let Some(id) = cached.map(|known| known.stream.id) else {
            return Ok(None);
        };
        Ok(Some(id).filter(|id| *id != inserted))
    }

    /// Loads one stream after another: one that makes no sense is forgotten, so
    /// that its readers get the store's error, and the others go on.
    async fn reload_each(&self, ids: &[ObjectId]) -> Result<()> {
        for id in ids {
            match self.reload(&[*id]).await {
                Err(error) if is_damage(&error) => {
                    tracing::error!(stream = id.0, %error, detail = error.detail(), "the rows of a stream make no sense");
                    if let Some((Some(known), _)) = self.cache.peek(*id) {
                        self.cache.forget(&known.stream.name);
                    }
                }
                outcome => outcome?,
            }
        }
        Ok(())
    }

    /// Loads streams in one state and moves the cache there, all at once.
    async fn reload(&self, ids: &[ObjectId]) -> Result<()> {
        let mut names: BTreeSet<StreamName> = ids
            .iter()
            .filter_map(|id| Some(self.cache.peek(*id)?.0?.stream.name.clone()))
            .collect();
        loop {
            // Unsettled before they are loaded, as for a commit.
            let unsettled = self.cache.unsettle(names.iter().cloned().collect());
            let loaded = self.store.streams(ids).await?;
            let before = names.len();
            names.extend(loaded.value.iter().map(|(stream, _)| stream.name.clone()));
            if names.len() > before {
                // A stream is new here, or has a new name: that is unsettled too.
                continue;
            }
            let mut gone: BTreeSet<_> = ids.iter().copied().collect();
            for (stream, version) in loaded.value {
                gone.remove(&stream.id);
                unsettled.move_to(&Arc::new(Known::new(stream, version)), loaded.position);
            }
            gone.into_iter()
                .for_each(|id| unsettled.remove(id, loaded.position));
            return Ok(());
        }
    }

    /// Looks at everything: the log does not say all that other programs did.
    async fn adopt_all(self: &Arc<Self>) -> Result<()> {
        for id in self.store.unadopted().await? {
            self.adopt(id).await?;
        }
        Ok(())
    }

    /// Makes what another program left in a stream's rows the stream's history:
    /// it has happened, so it is judged and told, but not refused.
    pub(super) async fn adopt(self: &Arc<Self>, id: ObjectId) -> Result<()> {
        for _ in 0..ATTEMPTS {
            let draft = match self.plan_adoption(id).await {
                Ok(draft) => draft,
                // The rows make no sense (yet): the last version stays what is
                // shown, and the next change of the rows is looked at again.
                Err(error) if is_damage(&error) => {
                    tracing::error!(stream = id.0, %error, detail = error.detail(), "rows that another program changed are no schema");
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            if draft.is_empty() {
                return Ok(());
            }
            match self.commit_owned(draft).await {
                Err(error) if error.kind() == ErrorKind::Conflict => {
                    // Another one that had the name is gone: that happened before.
                    if let Some(Unadopted(other)) = Unadopted::of(&error)
                        && other != id
                    {
                        Box::pin(self.adopt(other)).await?;
                    }
                }
                outcome => return outcome.map(drop),
            }
        }
        tracing::error!(
            stream = id.0,
            "a stream that another program changed could not be adopted: its name or numbers are taken"
        );
        Ok(())
    }

    async fn plan_adoption(&self, id: ObjectId) -> Result<Draft> {
        let projection = self.store.projection(id).await?;
        let latest = self.store.versions(id).await?.value.pop();
        let mut draft = Draft::default();
        match (projection, latest) {
            (None, Some(latest)) if latest.evolution != Evolution::drop() => {
                draft.require(Requirement::LastVersion(latest.name.clone(), latest.number));
                draft.names.insert(latest.name.clone().into(), None);
                draft.streams.insert(id, None);
                draft.add_version(Arc::new(self.closing(&latest, &latest.name, EXTERNAL)));
                told(&latest, "dropped");
            }
            (None, _) => {}
            (Some(there), Some(latest)) if there.deleted => {
                draft.require(Requirement::Rows(id, there.position));
                draft.remove(&Known::new(there.stream, latest.clone()));
                draft.add_version(Arc::new(self.closing(&latest, &latest.name, EXTERNAL)));
                told(&latest, "dropped");
            }
            (Some(there), None) => self.adopt_new(&mut draft, there).await?,
            (Some(there), Some(latest)) => self.adopt_changed(&mut draft, there, &latest).await?,
        }
        Ok(draft)
    }

    /// A stream that another program inserted.
    async fn adopt_new(&self, draft: &mut Draft, there: Projection) -> Result<()> {
        // Its columns may be on their way.
        if there.deleted || there.schema.fields.is_empty() {
            return Ok(());
        }
        check(&there.schema)?;
        let Projection {
            mut stream,
            schema,
            position,
            ..
        } = there;
        let last = self.store.last_version(&stream.name).await?.value;
        draft.require(Requirement::Rows(stream.id, position));
        draft.require(Requirement::LastVersion(stream.name.clone(), last));
        stream.version = last + 1;
        let (mode, _) = self.view(draft).mode(&stream).await?;
        let version = self.external(
            &stream,
            schema,
            mode,
            None,
            Evolution::create(),
            CompatibilityStatus::Compatible,
        );
        told(&version, "created");
        draft.put(Known::new(stream, Arc::new(version)), true);
        Ok(())
    }

    /// A stream whose rows another program changed.
    async fn adopt_changed(
        &self,
        draft: &mut Draft,
        there: Projection,
        latest: &Arc<Version>,
    ) -> Result<()> {
        check(&there.schema)?;
        let Projection {
            mut stream,
            schema,
            position,
            ..
        } = there;
        let diff = evolution::diff(&latest.schema, &schema);
        let is_renamed = stream.name != latest.name;
        let mut evolution = Evolution(diff.evolution());
        // The numbers go on from the highest of the stream's and the name's.
        let mut last = latest.number;
        if is_renamed {
            let used = self.store.last_version(&stream.name).await?.value;
            draft.require(Requirement::Rows(stream.id, position));
            draft.require(Requirement::LastVersion(stream.name.clone(), used));
            // Two streams may have changed names with each other.
            let holder = self.store.stream(&latest.name).await?.value;
            let holder = holder.map(|(holder, _)| holder.id);
            draft.names.insert(latest.name.clone().into(), holder);
            told(latest, "renamed");
            if used == 0 {
                draft.update(Update::RenameHistory(stream.id, stream.name.clone()));
            } else {
                // A number is never used twice under one name: both histories
                // stay as they are, and this one goes on under the new name.
                last = last.max(used);
                if diff.is_empty() {
                    evolution = Evolution::rename();
                }
            }
        }
        if diff.is_empty() && evolution != Evolution::rename() {
            self.give_identities(draft, stream, &schema, latest, position, is_renamed);
            return Ok(());
        }
        draft.require(Requirement::Rows(stream.id, position));
        let (mode, _) = self.view(draft).mode(&stream).await?;
        let status = judgement::status(mode, &latest.schema, &schema);
        let verdict = evolution::compare(&latest.schema, &schema).reason();
        stream.version = last + 1;
        stream.updated_at = self.clock.now();
        stream.columns = carry_columns(&stream.columns, &schema, Vec::new());
        let version = self.external(
            &stream,
            schema,
            mode,
            Some(latest.number),
            evolution,
            status,
        );
        tracing::warn!(
            stream = %version.name,
            version = version.number,
            changes = %diff,
            mode = mode.as_str(),
            status = status.as_str(),
            verdict,
            "another program changed a schema; the change is now a version"
        );
        draft.put(Known::new(stream, Arc::new(version)), true);
        Ok(())
    }

    /// Rows that say the same schema under another name, or that lost their
    /// fields' identities (a column that was deleted and inserted again) and get
    /// them back by name.
    fn give_identities(
        &self,
        draft: &mut Draft,
        mut stream: Stream,
        schema: &Schema,
        latest: &Arc<Version>,
        position: Position,
        is_renamed: bool,
    ) {
        let is_known = |id| latest.schema.field_by_id(id).is_some();
        if !is_renamed && schema.fields.iter().all(|field| is_known(field.id)) {
            return;
        }
        draft.require(Requirement::Rows(stream.id, position));
        let by_name = |column: &StreamColumn| {
            let name = &schema.field_by_id(column.field)?.name;
            Some(StreamColumn {
                field: latest.schema.field(name)?.id,
                ..column.clone()
            })
        };
        stream.columns = stream.columns.iter().filter_map(by_name).collect();
        stream.updated_at = self.clock.now();
        let mut version = latest.as_ref().clone();
        version.name = stream.name.clone();
        draft.put(Known::new(stream, Arc::new(version)), false);
    }

    fn external(
        &self,
        stream: &Stream,
        schema: Schema,
        mode: Mode,
        previous: Option<u32>,
        evolution: Evolution,
        status: CompatibilityStatus,
    ) -> Version {
        Version {
            stream: stream.id,
            name: stream.name.clone(),
            number: stream.version,
            previous,
            fingerprint: schema.fingerprint(),
            schema: Arc::new(schema),
            evolution,
            status,
            mode,
            registered_by: EXTERNAL.to_owned(),
            registered_at: self.clock.now(),
        }
    }
}

/// What is stored makes no sense: trying again does not help.
fn is_damage(error: &Error) -> bool {
    error.kind() == ErrorKind::Internal(Fault::Data)
}

/// What another program wrote must be a schema (XX001).
fn check(schema: &Schema) -> Result<()> {
    schema.validate().map_err(|error| {
        Error::new(
            ErrorKind::Internal(Fault::Data),
            "the rows of a stream are no schema",
        )
        .with_detail(format!("{error}."))
    })
}

fn told(version: &Version, what: &'static str) {
    tracing::warn!(stream = %version.name, version = version.number, what, "another program changed a stream");
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::astha::Config;
    use crate::registry::fixture::{create, name};

    const GRACE: Duration = Duration::from_secs(60);

    /// One that looks for what others did when it is asked to.
    async fn registry(path: &Path) -> Arc<Registry> {
        let config = Config {
            poll_interval: GRACE,
            max_poll_delay: GRACE,
            ..Config::default()
        };
        let registry = Registry::builder().sqlite(path).astha(config).build().await;
        registry.expect("a registry")
    }

    #[tokio::test]
    async fn what_a_dropped_registry_was_told_comes_again() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("rekha.db");
        let registry_before = registry(&path).await;
        create(&registry_before).await;
        registry_before.catch_up().await.expect("a read");
        let outside = rusqlite::Connection::open(&path).expect("opens");
        outside
            .execute_batch("UPDATE table_columns SET column_name = 'b'")
            .expect("is changed");

        let tasks = registry_before.tasks.clone();
        drop(registry_before);
        assert_eq!(tasks.stop(GRACE).await, Vec::<String>::new());

        let registry = registry(&path).await;
        registry.catch_up().await.expect("a read");
        let known = registry.get_latest_schema(&name()).await.expect("a stream");
        assert_eq!(known.version.number, 2);
        assert_eq!(known.version.registered_by, EXTERNAL);
        drop(registry.close(GRACE).await);
    }
}
