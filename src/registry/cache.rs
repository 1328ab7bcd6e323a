//! The node's cache of streams: coherent by position.
//!
//! A lookup goes by name to an identity and from there to the stream, so that a
//! rename or a drop and create never leaves two truths. Both maps hold "not
//! found" too. The rules that keep an old state from coming back:
//!
//! * **Entries move forward by position only**: a fill at a lower position than
//!   the entry's is ignored.
//! * **What was overtaken is not cached**: every name has a generation (of a fixed
//!   number of them), which moves when a commit begins and ends. Positions alone
//!   would not do: the newer entry may have been evicted. A loader or a commit
//!   that finds another generation than it began with keeps its state to itself.
//! * **What was followed is not forgotten**: once the changes of all nodes up to a
//!   position have been followed, no state from before it is cached, whoever loaded
//!   it and whatever was evicted since.
//! * **No torn reads**: names a commit touches are pending from before COMMIT
//!   until all of them are filled; a reader of a pending name goes to the store.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use foldhash::quality::RandomState;
use moka::ops::compute::Op;
use moka::sync::Cache as Map;
use parking_lot::Mutex;
use serde::Deserialize;

use super::Known;
use super::draft::schema_bytes;
use crate::error::{Error, ErrorKind, Fault, Result};
use crate::position::Position;
use crate::schema::{ObjectId, StreamName};
use crate::store::Version;

/// Generations: one for each of so many groups of names. Two names of a group
/// only cost each other a cached load.
const GENERATIONS: usize = 4_096;

/// Longer than anybody waits.
const LONGEST_TTL: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Size and age limits of the cache: a section of the server's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CacheConfig {
    /// The most streams. 1,000.
    pub size: u64,
    /// How long an entry lives without being refreshed. 300 s.
    #[serde(with = "humantime_serde")]
    pub ttl: Duration,
    /// How often entries that are in use are refreshed before they expire. 60 s.
    #[serde(with = "humantime_serde")]
    pub refresh_interval: Duration,
    /// How much earlier versions of streams may take (in bytes), estimated. 64
    /// MiB.
    pub max_bytes: u64,
}

impl CacheConfig {
    /// Says what a cache cannot be told.
    ///
    /// # Errors
    /// F0000 for entries that live longer than a century, and for a period that is
    /// nothing.
    pub fn check(&self) -> Result<()> {
        let (name, value, hint) = match () {
            () if self.ttl > LONGEST_TTL => ("ttl", self.ttl, "It is a century at most."),
            () if self.refresh_interval.is_zero() => (
                "refresh_interval",
                self.refresh_interval,
                "It is longer than nothing, as \"60s\".",
            ),
            () => return Ok(()),
        };
        let message = format!("invalid value for \"cache.{name}\": {value:?}");
        Err(Error::new(ErrorKind::Internal(Fault::Config), message).with_hint(hint))
    }
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self {
            size: 1_000,
            ttl: Duration::from_secs(300),
            refresh_interval: Duration::from_secs(60),
            max_bytes: 64 << 20,
        }
    }
}

/// What the cache has done since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheStatistics {
    /// Streams it holds.
    pub entries: u64,
    /// Lookups it answered.
    pub hits: u64,
    /// Lookups the store answered.
    pub misses: u64,
    /// Entries that went for want of room or for age.
    pub evictions: u64,
    /// Entries that were loaded anew before they expired.
    pub refreshes: u64,
    /// Entries that were dropped since somebody changed them.
    pub invalidations: u64,
    /// Streams that were cached when they were made or changed, before anybody
    /// asked.
    pub proactive_loads: u64,
    /// About how much memory its entries take (in bytes).
    pub memory: u64,
    /// Entries that said something else than the store although the cache had come
    /// that far.
    pub stale_reads: u64,
}

impl CacheStatistics {
    /// Hits among all lookups, 0 to 1.
    pub fn hit_ratio(&self) -> f64 {
        let lookups = self.hits + self.misses;
        #[allow(clippy::cast_precision_loss, reason = "a ratio for people")]
        if lookups == 0 {
            0.0
        } else {
            self.hits as f64 / lookups as f64
        }
    }
}

#[derive(Default)]
struct Counters {
    hits: AtomicU64,
    misses: AtomicU64,
    evictions: AtomicU64,
    refreshes: AtomicU64,
    invalidations: AtomicU64,
    proactive_loads: AtomicU64,
}

/// A value and the state it is of.
#[derive(Clone)]
struct Entry<T> {
    position: Position,
    value: T,
}

/// A stream's entry: it, or that it is gone.
#[derive(Clone)]
struct Slot {
    known: Option<Arc<Known>>,
    filled_at: Instant,
    /// Somebody asked for it since it was filled.
    used: Arc<AtomicBool>,
}

/// What a lookup found.
pub(super) enum Lookup {
    /// The state at a position: the stream, or that there is none.
    Hit(Option<Arc<Known>>, Position),
    /// Ask the store, with a ticket taken before, and offer what it says.
    Miss,
}

/// The generation a load began in.
#[derive(Clone, Copy)]
pub(super) struct Ticket {
    generation: u64,
}

/// Names that are about to change: readers of them go to the store. Dropping it
/// settles them.
pub(super) struct Unsettled<'a> {
    cache: &'a Cache,
    names: Vec<StreamName>,
    tickets: HashMap<StreamName, Ticket>,
}

impl Unsettled<'_> {
    /// The names.
    pub(super) fn names(&self) -> &[StreamName] {
        &self.names
    }

    /// The state of a stream at a position.
    pub(super) fn move_to(&self, known: &Arc<Known>, position: Position) {
        let (id, name) = (known.stream.id, &known.stream.name);
        if !self.cache.streams.contains_key(&id) {
            self.cache
                .counters
                .proactive_loads
                .fetch_add(1, Ordering::Relaxed);
        }
        self.cache
            .put_stream(id, Some(known.clone()), position, || self.is_unmoved(name));
        self.cache
            .put_name(name, Some(id), position, || self.is_unmoved(name));
        self.forget_if_moved(name);
    }

    /// A stream is gone for ever.
    pub(super) fn remove(&self, id: ObjectId, position: Position) {
        self.cache.put_stream(id, None, position, || true);
    }

    /// No stream has this name at a position.
    pub(super) fn vacate(&self, name: &StreamName, position: Position) {
        self.cache
            .put_name(name, None, position, || self.is_unmoved(name));
        self.forget_if_moved(name);
    }

    /// Whether nobody else has begun or ended to change the name meanwhile. If
    /// somebody has, what is known here may be old already, and its newer state
    /// may have been cached and evicted again.
    fn is_unmoved(&self, name: &StreamName) -> bool {
        let now = self.cache.ticket(name).generation;
        self.tickets
            .get(name)
            .is_some_and(|ticket| ticket.generation == now)
    }

    fn forget_if_moved(&self, name: &StreamName) {
        if !self.is_unmoved(name) {
            self.cache.forget(name);
        }
    }
}

impl Drop for Unsettled<'_> {
    fn drop(&mut self) {
        self.cache.settle(&self.names);
    }
}

/// See the module.
pub(super) struct Cache {
    names: Map<StreamName, Entry<Option<ObjectId>>, RandomState>,
    streams: Map<ObjectId, Entry<Slot>, RandomState>,
    versions: Map<(ObjectId, u32), Arc<Version>, RandomState>,
    pending: Mutex<HashMap<StreamName, usize>>,
    /// Whether `pending` is worth a look.
    pending_count: AtomicUsize,
    generations: Box<[AtomicU64]>,
    /// The position up to which changes have been followed.
    followed: AtomicI64,
    hasher: RandomState,
    counters: Arc<Counters>,
}

impl Cache {
    pub(super) fn new(config: &CacheConfig) -> Self {
        let counters = Arc::new(Counters::default());
        let evicted = counters.clone();
        Self {
            names: Map::builder()
                .max_capacity(config.size * 2)
                .time_to_live(config.ttl)
                .build_with_hasher(RandomState::default()),
            streams: Map::builder()
                .max_capacity(config.size)
                .time_to_live(config.ttl)
                .eviction_listener(move |_, _, cause| {
                    if cause.was_evicted() {
                        evicted.evictions.fetch_add(1, Ordering::Relaxed);
                    }
                })
                .build_with_hasher(RandomState::default()),
            // Versions never change: only what they take is bounded.
            versions: Map::builder()
                .max_capacity(config.max_bytes)
                .weigher(|_, version: &Arc<Version>| {
                    let bytes = size_of::<Version>() + schema_bytes(&version.schema);
                    u32::try_from(bytes).unwrap_or(u32::MAX)
                })
                .build_with_hasher(RandomState::default()),
            pending: Mutex::default(),
            pending_count: AtomicUsize::new(0),
            generations: (0..GENERATIONS).map(|_| AtomicU64::new(0)).collect(),
            followed: AtomicI64::new(0),
            hasher: RandomState::default(),
            counters,
        }
    }

    /// What is known of a name.
    pub(super) fn lookup(&self, name: &StreamName) -> Lookup {
        if self.is_pending(name) {
            return self.miss();
        }
        let Some(found) = self.names.get(name) else {
            return self.miss();
        };
        let Some(id) = found.value else {
            return self.hit(None, found.position);
        };
        match self.streams.get(&id) {
            Some(Entry {
                position,
                value:
                    Slot {
                        known: Some(known),
                        used,
                        ..
                    },
            }) if known.stream.name == *name => {
                used.store(true, Ordering::Relaxed);
                self.hit(Some(known), position)
            }
            // Renamed, dropped or evicted: the name must be asked for again.
            _ => self.miss(),
        }
    }

    fn hit(&self, known: Option<Arc<Known>>, position: Position) -> Lookup {
        self.counters.hits.fetch_add(1, Ordering::Relaxed);
        Lookup::Hit(known, position)
    }

    fn miss(&self) -> Lookup {
        self.counters.misses.fetch_add(1, Ordering::Relaxed);
        Lookup::Miss
    }

    /// Offers what a load found. It is taken unless the name moved meanwhile.
    pub(super) fn offer(
        &self,
        ticket: Ticket,
        name: &StreamName,
        known: Option<&Arc<Known>>,
        position: Position,
    ) {
        // Pending first: a change that ends in between has moved the generation.
        let unmoved =
            || !self.is_pending(name) && self.ticket(name).generation == ticket.generation;
        if let Some(known) = known {
            self.put_stream(known.stream.id, Some(known.clone()), position, unmoved);
        }
        self.put_name(name, known.map(|known| known.stream.id), position, unmoved);
    }

    /// Changes up to a position are about to be followed: from now on no state from
    /// before it is cached.
    pub(super) fn follow(&self, position: Position) {
        self.followed.fetch_max(position.0, Ordering::AcqRel);
    }

    /// Marks names as about to change, until the answer is dropped.
    pub(super) fn unsettle(&self, names: Vec<StreamName>) -> Unsettled<'_> {
        {
            let mut pending = self.pending.lock();
            for name in &names {
                *pending.entry(name.clone()).or_default() += 1;
                self.generation(name).fetch_add(1, Ordering::AcqRel);
            }
            self.pending_count.store(pending.len(), Ordering::Release);
        }
        // After all of them: two names may share a generation.
        let tickets = names
            .iter()
            .map(|name| (name.clone(), self.ticket(name)))
            .collect();
        Unsettled {
            cache: self,
            names,
            tickets,
        }
    }

    fn settle(&self, names: &[StreamName]) {
        let mut pending = self.pending.lock();
        for name in names {
            self.generation(name).fetch_add(1, Ordering::AcqRel);
            if let Some(count) = pending.get_mut(name) {
                *count -= 1;
                if *count == 0 {
                    pending.remove(name);
                }
            }
        }
        self.pending_count.store(pending.len(), Ordering::Release);
    }

    /// Forgets a name; the next lookup asks the store.
    pub(super) fn forget(&self, name: &StreamName) {
        self.generation(name).fetch_add(1, Ordering::AcqRel);
        if let Some(entry) = self.names.remove(name) {
            if let Some(id) = entry.value {
                self.streams.invalidate(&id);
            }
            self.counters.invalidations.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        for generation in &self.generations {
            generation.fetch_add(1, Ordering::AcqRel);
        }
        self.names.invalidate_all();
        self.streams.invalidate_all();
        self.versions.invalidate_all();
        self.counters.invalidations.fetch_add(1, Ordering::Relaxed);
    }

    /// The cached state of a stream by identity, whoever asks for it.
    pub(super) fn peek(&self, id: ObjectId) -> Option<(Option<Arc<Known>>, Position)> {
        self.streams
            .get(&id)
            .map(|entry| (entry.value.known, entry.position))
    }

    /// Streams that somebody used and that expire before the next refresh.
    pub(super) fn expiring(&self, config: &CacheConfig) -> Vec<Arc<Known>> {
        let spare = config.refresh_interval * 2;
        let due = config.ttl.saturating_sub(spare);
        let expires_soon =
            |slot: &Slot| slot.used.load(Ordering::Relaxed) && slot.filled_at.elapsed() >= due;
        self.streams
            .iter()
            .filter(|(_, entry)| expires_soon(&entry.value))
            .filter_map(|(_, entry)| entry.value.known)
            .collect()
    }

    /// Takes a ticket for a load that is about to begin.
    pub(super) fn ticket(&self, name: &StreamName) -> Ticket {
        Ticket {
            generation: self.generation(name).load(Ordering::Acquire),
        }
    }

    pub(super) fn count_refreshes(&self, count: u64) {
        self.counters.refreshes.fetch_add(count, Ordering::Relaxed);
    }

    /// A version: they never change.
    pub(super) fn version(&self, stream: ObjectId, number: u32) -> Option<Arc<Version>> {
        self.versions.get(&(stream, number))
    }

    /// Keeps a version.
    pub(super) fn keep_version(&self, version: &Arc<Version>) {
        self.versions
            .insert((version.stream, version.number), version.clone());
    }

    /// The streams it holds.
    pub(super) fn streams(&self) -> Vec<Arc<Known>> {
        let entries = self.streams.iter();
        entries.filter_map(|(_, entry)| entry.value.known).collect()
    }

    /// What [`Cache::lookup`] would find, uncounted; nothing where it would miss.
    pub(super) fn glance(&self, name: &StreamName) -> Option<(Option<Arc<Known>>, Position)> {
        if self.is_pending(name) {
            return None;
        }
        let found = self.names.get(name)?;
        let Some(id) = found.value else {
            return Some((None, found.position));
        };
        let (known, position) = self.peek(id)?;
        let known = known.filter(|known| known.stream.name == *name)?;
        Some((Some(known), position))
    }

    fn memory(&self) -> u64 {
        self.versions.run_pending_tasks();
        let streams = self
            .streams
            .iter()
            .filter_map(|(_, entry)| entry.value.known);
        let bytes = streams.map(|known| size_of::<Known>() + schema_bytes(&known.version.schema));
        self.versions.weighted_size() + bytes.sum::<usize>() as u64
    }

    pub(super) fn statistics(&self) -> CacheStatistics {
        self.streams.run_pending_tasks();
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CacheStatistics {
            entries: self.streams.entry_count(),
            hits: read(&self.counters.hits),
            misses: read(&self.counters.misses),
            evictions: read(&self.counters.evictions),
            refreshes: read(&self.counters.refreshes),
            invalidations: read(&self.counters.invalidations),
            proactive_loads: read(&self.counters.proactive_loads),
            memory: self.memory(),
            stale_reads: 0,
        }
    }

    /// Whether somebody is about to change the name.
    pub(super) fn is_pending(&self, name: &StreamName) -> bool {
        self.pending_count.load(Ordering::Acquire) > 0 && self.pending.lock().contains_key(name)
    }

    fn generation(&self, name: &StreamName) -> &AtomicU64 {
        #[allow(clippy::cast_possible_truncation, reason = "any bits of a hash do")]
        let group = self.hasher.hash_one(name) as usize % GENERATIONS;
        &self.generations[group]
    }

    /// Whether changes behind the position have been followed. Asked while the entry
    /// is held: whoever follows later finds what was put.
    fn is_followed(&self, position: Position) -> bool {
        position.0 < self.followed.load(Ordering::Acquire)
    }

    fn put_stream(
        &self,
        id: ObjectId,
        known: Option<Arc<Known>>,
        position: Position,
        allowed: impl FnOnce() -> bool,
    ) {
        self.streams.entry(id).and_compute_with(|entry| {
            let newer = entry
                .as_ref()
                .is_some_and(|entry| entry.value().position > position);
            if newer || self.is_followed(position) || !allowed() {
                return Op::Nop;
            }
            let slot = Slot {
                known,
                filled_at: Instant::now(),
                used: Arc::default(),
            };
            Op::Put(Entry {
                position,
                value: slot,
            })
        });
    }

    fn put_name(
        &self,
        name: &StreamName,
        id: Option<ObjectId>,
        position: Position,
        allowed: impl FnOnce() -> bool,
    ) {
        self.names.entry_by_ref(name).and_compute_with(|entry| {
            let newer = entry.is_some_and(|entry| entry.value().position > position);
            if newer || self.is_followed(position) || !allowed() {
                Op::Nop
            } else {
                Op::Put(Entry {
                    position,
                    value: id,
                })
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::fixture::{create, name, registry};
    use crate::registry::{At, Operation};

    /// Another node drops a stream while a reader here is at it, and everything that
    /// would tell the reader has been evicted.
    #[tokio::test]
    async fn a_state_from_before_what_was_followed_is_not_cached() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("rekha.db");
        let (here, there) = (registry(&path).await, registry(&path).await);
        let name = name();
        let id = create(&there).await.stream;
        here.catch_up().await.expect("a read");
        here.clear_cache();

        let ticket = here.cache.ticket(&name);
        let loaded = here.store.stream(&name).await.expect("a read");
        let known = loaded
            .value
            .map(|(stream, version)| Known::new(stream, version));
        let drop_it = Operation::DropStreams {
            names: vec![At::from(name.clone())],
            called: "relation",
            if_exists: false,
        };
        there.run(&drop_it, "me").await.expect("dropped");
        here.catch_up().await.expect("a read");
        here.cache.streams.invalidate(&id);
        let known = known.map(Arc::new);
        assert!(known.is_some());
        here.cache
            .offer(ticket, &name, known.as_ref(), loaded.position);

        assert!(matches!(here.cache.lookup(&name), Lookup::Miss));
        for registry in [here, there] {
            drop(registry.close(Duration::from_secs(60)).await);
        }
    }
}
