//! A transaction's own changes, and what is seen through them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use imbl::{OrdMap, OrdSet, Vector};

use super::create::no_namespace;
use super::registry::{none_called, shown};
use super::{Known, Registry};
use crate::error::{Error, ErrorKind, Fault, Object, Result};
use crate::position::Position;
use crate::schema::{Field, Mode, ModeSource, Name, ObjectId, Schema, StreamName, next_name, walk};
use crate::store::{Change, Listing, Namespace, Requirement, Search, Stream, Update, Version};

/// What a transaction has changed and not yet committed; empty in autocommit
/// before the statement.
///
/// A clone takes the same little time however much was changed, because the
/// collections share what they have in common: a savepoint is a clone. What they
/// copy when they part is small: pointers.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    requirements: OrdSet<Arc<Requirement>>,
    updates: Vector<Update>,
    /// Where the last of the updates stands that is more than a new version.
    last_state: Option<usize>,
    pub(super) streams: OrdMap<ObjectId, Option<Arc<Known>>>,
    pub(super) names: OrdMap<Arc<StreamName>, Option<ObjectId>>,
    pub(super) namespaces: OrdMap<Name, Option<Namespace>>,
    pub(super) versions: OrdMap<ObjectId, Vector<Arc<Version>>>,
    pub(super) last_versions: OrdMap<Arc<StreamName>, u32>,
    /// Something was asserted.
    has_assertions: bool,
    bytes: usize,
}

impl Draft {
    /// Whether nothing was changed.
    pub fn is_empty(&self) -> bool {
        self.updates.is_empty()
    }

    /// Whether its commit has something to do or to check: what was asserted is
    /// still so then, even when nothing was changed.
    pub(super) fn needs_commit(&self) -> bool {
        !self.is_empty() || self.has_assertions
    }

    /// What the definitions in it take, about (in bytes): each version has all of
    /// its fields, however short the statement was that made it.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn require(&mut self, requirement: Requirement) {
        self.requirements.insert(Arc::new(requirement));
    }

    /// Names a stream as it was when it was read. What this transaction itself
    /// made of it needs no requirement: the first one stands.
    pub(super) fn require_stream(&mut self, found: &Found) {
        let id = found.known.stream.id;
        if !self.streams.contains_key(&id) {
            self.require(Requirement::Stream(id, found.position));
        }
    }

    /// Something was asserted of a stream as it was when it was read.
    pub(super) fn assert_stream(&mut self, found: &Found) {
        self.require_stream(found);
        self.has_assertions = true;
    }

    pub(super) fn update(&mut self, update: Update) {
        if !matches!(update, Update::AddVersion(_)) {
            self.last_state = Some(self.updates.len());
        }
        self.updates.push_back(update);
    }

    /// The stream is this from now on, with a new version if there is one.
    pub(super) fn put(&mut self, known: Known, new_version: bool) {
        let known = Arc::new(known);
        let put = Update::PutStream(Arc::new(known.stream.clone()), known.version.clone());
        match self.superseded(&known) {
            Some(index) => drop(self.updates.set(index, put)),
            None => {
                self.bytes += stream_bytes(&known.stream);
                self.update(put);
            }
        }
        if new_version {
            self.add_version(known.version.clone());
        }
        self.names
            .insert(known.stream.name.clone().into(), Some(known.stream.id));
        self.streams.insert(known.stream.id, Some(known));
    }

    /// Where the last state of this stream stands, if nothing but versions came
    /// after it: only the new one has to be written.
    fn superseded(&self, known: &Known) -> Option<usize> {
        let index = self.last_state?;
        match self.updates.get(index)? {
            Update::PutStream(stream, _)
                if stream.id == known.stream.id && stream.name == known.stream.name =>
            {
                Some(index)
            }
            _ => None,
        }
    }

    /// What is to be committed.
    pub(super) fn into_change(self) -> (Change, Touched) {
        let change = Change {
            requirements: self
                .requirements
                .into_iter()
                .map(Arc::unwrap_or_clone)
                .collect(),
            updates: self.updates.into_iter().collect(),
        };
        let touched = Touched {
            streams: self.streams,
            names: self.names,
            versions: self.versions.into_iter().flat_map(|(_, own)| own).collect(),
        };
        (change, touched)
    }

    pub(super) fn add_version(&mut self, version: Arc<Version>) {
        self.last_versions
            .insert(version.name.clone().into(), version.number);
        self.bytes += schema_bytes(&version.schema);
        let own = self.versions.entry(version.stream).or_default();
        own.push_back(version.clone());
        self.update(Update::AddVersion(version));
    }

    /// The stream is gone from now on.
    pub(super) fn remove(&mut self, known: &Known) {
        self.update(Update::DropStream(known.stream.id));
        self.names.insert(known.stream.name.clone().into(), None);
        self.streams.insert(known.stream.id, None);
    }
}

/// The columns and comments of a stream (in bytes).
fn stream_bytes(stream: &Stream) -> usize {
    let comments = stream.columns.iter().flat_map(|own| &own.comment);
    size_of_val(stream.columns.as_slice()) + comments.map(String::len).sum::<usize>()
}

/// The fields of a schema and all of their parts (in bytes).
pub(super) fn schema_bytes(schema: &Schema) -> usize {
    let field = |(field, _): (&Field, usize)| {
        let default = field.default.as_ref().map_or(0, |own| own.text().len());
        size_of::<Field>() + field.name.len() + default
    };
    walk(&schema.fields).map(field).sum()
}

/// What a commit moves in the cache.
pub(super) struct Touched {
    pub(super) streams: OrdMap<ObjectId, Option<Arc<Known>>>,
    pub(super) names: OrdMap<Arc<StreamName>, Option<ObjectId>>,
    pub(super) versions: Vec<Arc<Version>>,
}

/// A stream and the state it was read in.
#[derive(Clone, Debug)]
pub struct Found {
    /// The stream.
    pub known: Arc<Known>,
    /// The state.
    pub position: Position,
}

/// Definitions as one statement sees them: what is committed, and the
/// transaction's own changes on top.
pub struct View<'a> {
    registry: &'a Registry,
    draft: &'a Draft,
}

impl<'a> View<'a> {
    pub(super) fn new(registry: &'a Registry, draft: &'a Draft) -> Self {
        Self { registry, draft }
    }

    /// The stream of a name.
    ///
    /// # Errors
    /// Those of the store, as of all methods here.
    pub async fn stream(&self, name: &StreamName) -> Result<Option<Found>> {
        let (known, position) = match self.draft.names.get(name) {
            Some(None) => return Ok(None),
            Some(Some(id)) => (
                self.draft.streams.get(id).cloned().flatten(),
                Position::default(),
            ),
            None => self.registry.load(name).await?,
        };
        Ok(known.map(|known| Found { known, position }))
    }

    /// Why there is no stream of this name: no such stream (42P01), or not even
    /// the namespace (3F000).
    ///
    /// # Errors
    /// Those of the store.
    pub async fn missing(&self, name: &StreamName) -> Result<Error> {
        self.missing_called("relation", name).await
    }

    /// The same of what is called so: a `table`, a `view`.
    ///
    /// # Errors
    /// As [`View::missing`].
    pub async fn missing_called(&self, called: &str, name: &StreamName) -> Result<Error> {
        Ok(match self.namespace(&name.namespace).await? {
            Some(_) => none_called(called, name),
            None => no_namespace(&name.namespace),
        })
    }

    /// The namespace of a name, and the state it was read in; none for one that
    /// the transaction itself has changed.
    pub async fn namespace(&self, name: &str) -> Result<Option<(Namespace, Option<Position>)>> {
        if let Some(own) = self.draft.namespaces.get(name) {
            return Ok(own.clone().map(|namespace| (namespace, None)));
        }
        let loaded = self.registry.store.namespace(name).await?;
        Ok(loaded
            .value
            .map(|namespace| (namespace, Some(loaded.position))))
    }

    /// All namespaces, by name.
    ///
    /// # Errors
    /// Those of the store, as of the methods below.
    pub async fn namespaces(&self) -> Result<Vec<Namespace>> {
        let mut namespaces = self.registry.store.namespaces().await?.value;
        namespaces.retain(|namespace| !self.draft.namespaces.contains_key(&namespace.name));
        namespaces.extend(self.draft.namespaces.values().flatten().cloned());
        namespaces.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(namespaces)
    }

    /// The identities of the streams that are looked for, and of all that the
    /// transaction itself has changed.
    pub async fn find(&self, search: &Search) -> Result<Vec<ObjectId>> {
        let mut ids = self.registry.store.find(search).await?;
        ids.retain(|id| !self.draft.streams.contains_key(id));
        let own = self.draft.streams.iter();
        ids.extend(own.filter_map(|(id, known)| known.as_ref().map(|_| *id)));
        Ok(ids)
    }

    /// The streams of these identities; those that are gone are left out, and those
    /// whose rows make no sense.
    pub async fn streams(&self, ids: &[ObjectId]) -> Result<Vec<Arc<Known>>> {
        let is_own = |id: &&ObjectId| self.draft.streams.contains_key(*id);
        let others: Vec<_> = ids.iter().filter(|id| !is_own(id)).copied().collect();
        let mut streams = Vec::with_capacity(ids.len());
        let load = async |ids: &[ObjectId]| self.registry.store.streams(ids).await;
        let known = |(stream, version)| Arc::new(Known::new(stream, version));
        match load(&others).await {
            Err(error) if error.kind() == ErrorKind::Internal(Fault::Data) => {
                // One that another program spoiled does not hide all others.
                for id in others {
                    match load(&[id]).await {
                        Err(error) if error.kind() == ErrorKind::Internal(Fault::Data) => {
                            tracing::error!(stream = id.0, %error, detail = error.detail(), "a stream that makes no sense is left out");
                        }
                        one => streams.extend(one?.value.into_iter().map(known)),
                    }
                }
            }
            loaded => streams.extend(loaded?.value.into_iter().map(known)),
        }
        let own = ids.iter().filter(is_own);
        streams.extend(own.filter_map(|id| self.draft.streams.get(id)?.clone()));
        Ok(streams)
    }

    /// The mode of a stream and where it comes from.
    pub async fn mode(&self, stream: &Stream) -> Result<(Mode, ModeSource)> {
        if let Some(mode) = stream.mode {
            return Ok((mode, ModeSource::Stream));
        }
        let namespace = self.namespace(&stream.name.namespace).await?;
        Ok(self
            .registry
            .inherited_mode(namespace.and_then(|(namespace, _)| namespace.mode)))
    }

    /// The versions of a stream, oldest first.
    pub async fn versions(&self, known: &Known) -> Result<Vec<Arc<Version>>> {
        self.versions_of(known.stream.id).await
    }

    /// The versions of a stream up to the one that was found, oldest first. Others
    /// may have added more since: what is decided without them does not commit.
    pub(super) async fn history(&self, known: &Known) -> Result<Vec<Arc<Version>>> {
        if let Some(versions) = self.cached_history(known) {
            return Ok(versions);
        }
        let mut versions = self.versions(known).await?;
        versions.retain(|version| version.number <= known.version.number);
        Ok(versions)
    }

    /// [`View::history`], when all of it is at hand: each version names the one
    /// before it.
    fn cached_history(&self, known: &Known) -> Option<Vec<Arc<Version>>> {
        let own = self.draft.versions.get(&known.stream.id);
        let mut versions = vec![known.version.clone()];
        let mut previous = known.version.previous;
        while let Some(number) = previous {
            let own = own.and_then(|own| own.iter().find(|own| own.number == number));
            let version = own.cloned();
            let version = version.or_else(|| self.cached_version(known, number))?;
            previous = version.previous;
            versions.push(version);
        }
        versions.reverse();
        Some(versions)
    }

    /// A committed version, if the cache has it. A rename since it was cached gave
    /// it another name.
    fn cached_version(&self, known: &Known, number: u32) -> Option<Arc<Version>> {
        let version = self.registry.cache.version(known.stream.id, number)?;
        (version.name == known.stream.name).then_some(version)
    }

    /// The versions of the stream of this identity, oldest first; none when there
    /// is no such stream.
    pub(super) async fn versions_of(&self, id: ObjectId) -> Result<Vec<Arc<Version>>> {
        let mut versions = self.registry.store.versions(id).await?.value;
        for version in &versions {
            self.registry.cache.keep_version(version);
        }
        if let Some(own) = self.draft.versions.get(&id)
            && let Some(first) = own.front()
        {
            // Others may have committed numbers that this transaction wants: it
            // will fail, and until then sees its own.
            versions.retain(|version| version.number < first.number);
            versions.extend(own.iter().cloned());
        }
        Ok(versions)
    }

    /// One version of a stream.
    ///
    /// # Errors
    /// 42704 when it has no such version.
    pub async fn version(&self, known: &Known, number: u32) -> Result<Arc<Version>> {
        if known.version.number == number {
            return Ok(known.version.clone());
        }
        let id = known.stream.id;
        if let Some(own) = self.draft.versions.get(&id)
            && own.front().is_some_and(|first| first.number <= number)
        {
            let version = own.iter().find(|version| version.number == number);
            return match version {
                Some(version) => Ok(version.clone()),
                None => Err(self.no_version(known, number).await?),
            };
        }
        if let Some(version) = self.cached_version(known, number) {
            return Ok(version);
        }
        let Some(version) = self.registry.store.version(id, number).await? else {
            return Err(self.no_version(known, number).await?);
        };
        self.registry.cache.keep_version(&version);
        Ok(version)
    }

    /// The stream has no such version (42704).
    async fn no_version(&self, known: &Known, number: u32) -> Result<Error> {
        let name = shown(&known.stream.name);
        let versions = self.versions(known).await?;
        let first = versions.first().map(|first| first.number);
        let hint = match (first, known.version.number) {
            (Some(first), last) if first < last => format!("Its versions are {first} to {last}."),
            (_, only) => format!("Its only version is {only}."),
        };
        Ok(Error::new(
            ErrorKind::NotFound(Object::Version),
            format!("stream \"{name}\" has no version {number}"),
        )
        .with_hint(hint))
    }

    /// The next name after a stream's that no stream has: `orders_2`.
    pub async fn next_name(&self, name: &StreamName) -> Result<StreamName> {
        let mut taken: HashSet<Name> = HashSet::new();
        loop {
            let next = next_name(&name.name, |next| taken.contains(next));
            let next = StreamName::new(name.namespace.as_str(), next);
            if self.stream(&next).await?.is_none() {
                return Ok(next);
            }
            taken.insert(next.name);
        }
    }

    /// One line a stream, by namespace and name; of one namespace if one is
    /// named.
    pub async fn list(&self, namespace: Option<&str>) -> Result<Vec<Listing>> {
        let mut streams = self.registry.store.list(namespace).await?.value;
        if self.draft.is_empty() {
            return Ok(streams);
        }
        streams.retain(|listing| !self.draft.streams.contains_key(&listing.id));
        for known in self.draft.streams.values().flatten() {
            if namespace.is_none_or(|namespace| namespace == known.stream.name.namespace) {
                streams.push(listing(known));
            }
        }
        let mut modes: HashMap<Name, Option<Mode>> = HashMap::new();
        for stream in &mut streams {
            let name = &stream.name.namespace;
            if !modes.contains_key(name) {
                let found = self.namespace(name).await?;
                modes.insert(
                    name.clone(),
                    found.and_then(|(namespace, _)| namespace.mode),
                );
            }
            stream.namespace_mode = modes.get(name).copied().flatten();
        }
        streams.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(streams)
    }

    /// The stream that has an index or constraint of this name.
    pub async fn index_owner(&self, namespace: &str, index: &Name) -> Result<Option<Found>> {
        let has = |known: &Known| {
            let schema = &known.version.schema;
            schema.indexes.iter().any(|own| own.name == *index)
                || schema.constraints.iter().any(|own| own.name == *index)
        };
        let mut own = self.draft.streams.values().flatten();
        if let Some(known) =
            own.find(|known| known.stream.name.namespace == namespace && has(known))
        {
            return Ok(Some(Found {
                known: known.clone(),
                position: Position::default(),
            }));
        }
        let owner = self
            .registry
            .store
            .index_owner(namespace, index)
            .await?
            .value;
        let Some(id) = owner.filter(|id| !self.draft.streams.contains_key(id)) else {
            return Ok(None);
        };
        let loaded = self.registry.store.streams(&[id]).await?;
        let found = loaded.value.into_iter().next();
        Ok(found.map(|(stream, version)| Found {
            known: Arc::new(Known::new(stream, version)),
            position: loaded.position,
        }))
    }

    /// The highest version number ever used under a name.
    pub(super) async fn last_version(&self, name: &StreamName) -> Result<u32> {
        match self.draft.last_versions.get(name) {
            Some(own) => Ok(*own),
            None => Ok(self.registry.store.last_version(name).await?.value),
        }
    }
}

/// A stream's line, but for the mode of its namespace.
fn listing(known: &Known) -> Listing {
    let stream = &known.stream;
    let datasource = stream
        .options
        .get("datasource")
        .and_then(serde_json::Value::as_str);
    Listing {
        id: stream.id,
        name: stream.name.clone(),
        version: stream.version,
        mode: stream.mode,
        namespace_mode: None,
        columns: u32::try_from(known.version.schema.fields.len()).unwrap_or(u32::MAX),
        datasource: datasource.map(ToOwned::to_owned),
        updated_at: stream.updated_at,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::schema::{Alteration, ColumnSpec, DataType};

    /// The history is read once; after that the versions that are made are added to
    /// what is at hand.
    #[tokio::test]
    async fn a_history_is_read_once() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("rekha.db");
        let registry = Registry::builder().sqlite(&path).build().await;
        let registry = registry.expect("a registry");
        let name = StreamName::new("public", "s");
        let column = |name: &str| ColumnSpec {
            name: name.to_owned(),
            data_type: DataType::Text,
            not_null: false,
            default: None,
            comment: None,
        };
        let add = async |number: u32| {
            let add = Alteration::AddColumn {
                parent: None,
                column: column(&format!("c{number}")),
                if_not_exists: false,
            };
            let evolved = registry.evolve_schema(&name, vec![add], "me").await;
            assert_eq!(evolved.expect("a version").version.number, number);
        };
        let schema = Schema::new(&[column("a")], &[]).expect("a schema");
        let registered = registry.register_schema(&name, schema, "me").await;
        registered.expect("the first version");
        add(2).await;
        add(3).await;

        let draft = Draft::default();
        let view = registry.view(&draft);
        let found = async |name: &StreamName| {
            let found = view.stream(name).await.expect("a read");
            found.expect("a stream").known
        };
        let numbers = |versions: &[Arc<Version>]| -> Vec<u32> {
            versions.iter().map(|version| version.number).collect()
        };
        let at_hand = |known: &Known| view.cached_history(known).map(|own| numbers(&own));
        // Commits keep what they made.
        assert_eq!(at_hand(&*found(&name).await), Some(vec![1, 2, 3]));
        registry.clear_cache();
        let known = found(&name).await;
        assert_eq!(at_hand(&known), None);
        let read = view.history(&known).await.expect("a history");
        assert_eq!(numbers(&read), [1, 2, 3]);
        assert_eq!(at_hand(&known), Some(vec![1, 2, 3]));
        add(4).await;
        assert_eq!(at_hand(&*found(&name).await), Some(vec![1, 2, 3, 4]));
        // What was found before does not know of what came after.
        assert_eq!(at_hand(&known), Some(vec![1, 2, 3]));

        // The versions have another name after a rename.
        let to = StreamName::new("public", "t");
        let rename = crate::registry::Operation::AlterStream {
            name: name.clone().into(),
            if_exists: false,
            actions: vec![crate::registry::StreamAction::RenameTo(to.name.clone()).into()],
        };
        registry.run(&rename, "me").await.expect("a rename");
        let known = found(&to).await;
        assert_eq!(at_hand(&known), None);
        let read = view.history(&known).await.expect("a history");
        assert!(read.iter().all(|version| version.name == to));
        assert_eq!(at_hand(&known), Some(vec![1, 2, 3, 4]));
        drop(registry.close(Duration::from_secs(10)).await);
    }
}
