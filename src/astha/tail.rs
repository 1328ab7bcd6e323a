//! The end of the log, read and decoded once for all components, and how much of the
//! log is in memory.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use parking_lot::RwLock;
use tokio::sync::{Mutex, Semaphore, SemaphorePermit};

use super::log::{Batch, Bounds, LogReader};
use super::{Config, Unit};
use crate::error::Result;
use crate::position::Position;

/// The newest units, as many as fit. Components take them at their own pace; whoever
/// is further behind than they reach reads the log for itself, until it has caught up.
/// So one that is slow holds back nobody, and what is in memory is bounded: a quarter of
/// [`Config::max_memory`] is for the newest units, a quarter is shared by those who are
/// reading or being told, and half is for units larger than such a share, one at a time.
pub(super) struct Tail {
    log: LogReader,
    batch_size: usize,
    max_memory: usize,
    /// The tables somebody is told of: rows of others are not decoded.
    tables: RwLock<Arc<HashSet<String>>>,
    readers: RwLock<Vec<Arc<Reader>>>,
    held: Mutex<Held>,
    large: Semaphore,
}

/// Somebody who reads, and the position up to which they need nothing again.
pub(super) struct Reader(AtomicI64);

/// Units without a gap between two positions.
struct Held {
    after: Position,
    through: Position,
    units: VecDeque<(Arc<Unit>, usize)>,
    bytes: usize,
}

impl Held {
    /// The units behind a position, if it is within what is held.
    fn behind(&self, position: Position, most: Bounds) -> Option<(Vec<Arc<Unit>>, Position)> {
        if position < self.after || position >= self.through {
            return None;
        }
        let first = self
            .units
            .partition_point(|(unit, _)| unit.position <= position);
        let mut units: Vec<Arc<Unit>> = Vec::new();
        let (mut rows, mut taken) = (0, 0);
        for (unit, bytes) in self.units.range(first..) {
            if let Some(last) = units.last()
                && (rows >= most.rows || taken + bytes > most.bytes)
            {
                let through = last.position;
                return Some((units, through));
            }
            rows += unit.events.len().max(1);
            taken += bytes;
            units.push(unit.clone());
        }
        Some((units, self.through))
    }

    fn start_at(&mut self, position: Position) {
        *self = Self::empty(position);
    }

    fn empty(position: Position) -> Self {
        Self {
            after: position,
            through: position,
            units: VecDeque::new(),
            bytes: 0,
        }
    }

    fn add(&mut self, units: &[Arc<Unit>], through: Position, most: usize) {
        for unit in units {
            let bytes = unit.bytes();
            self.bytes += bytes;
            self.units.push_back((unit.clone(), bytes));
        }
        self.through = through;
        while self.bytes > most && self.drop_oldest() {}
    }

    /// Drops what nobody needs again.
    fn drop_through(&mut self, position: Position) {
        while let Some((unit, _)) = self.units.front()
            && unit.position <= position
        {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) -> bool {
        let oldest = self.units.pop_front();
        if let Some((unit, bytes)) = &oldest {
            self.bytes -= bytes;
            self.after = unit.position;
        }
        oldest.is_some()
    }
}

impl Tail {
    pub(super) fn new(log: LogReader, config: &Config) -> Self {
        Self {
            log,
            batch_size: config.batch_size,
            max_memory: config.max_memory,
            tables: RwLock::default(),
            readers: RwLock::default(),
            held: Mutex::new(Held::empty(Position(0))),
            large: Semaphore::new(1),
        }
    }

    /// Somebody reads from now on, from this position: rows of these tables are decoded.
    /// What is held has none of theirs.
    pub(super) async fn add_reader(
        &self,
        tables: &HashSet<String>,
        position: Position,
    ) -> Arc<Reader> {
        let mut held = self.held.lock().await;
        let reader = Arc::new(Reader(AtomicI64::new(position.0)));
        self.readers.write().push(reader.clone());
        let mut known = self.tables.write();
        let mut all = HashSet::clone(&known);
        all.extend(tables.iter().cloned());
        *known = Arc::new(all);
        let through = held.through;
        held.start_at(through);
        reader
    }

    /// Nothing is held any more for somebody.
    pub(super) fn remove_reader(&self, reader: &Arc<Reader>) {
        self.readers.write().retain(|it| !Arc::ptr_eq(it, reader));
    }

    /// The next units after a position, up to which the reader needs nothing again. It
    /// has a connection of its own for when it is far behind.
    ///
    /// # Errors
    /// Those of the log.
    pub(super) async fn next(
        &self,
        reader: &Reader,
        after: Position,
        own: &LogReader,
    ) -> Result<Batch> {
        let bounds = self.bounds();
        {
            let mut held = self.held.lock().await;
            held.drop_through(self.moved(reader, after));
            if let Some((units, through)) = held.behind(after, bounds) {
                return Ok(Batch::Units(units, through));
            }
            if after >= held.through {
                if after > held.through {
                    held.start_at(after);
                }
                let read = self.log.read(after, bounds, self.tables()).await?;
                if let Batch::Units(units, through) = &read {
                    held.add(units, *through, self.max_memory / 4);
                }
                return Ok(read);
            }
        }
        own.read(after, bounds, self.tables()).await
    }

    /// Notes how far a reader has come; answers up to where nobody needs anything.
    fn moved(&self, reader: &Reader, to: Position) -> Position {
        reader.0.store(to.0, Ordering::Relaxed);
        let readers = self.readers.read();
        let positions = readers.iter().map(|it| it.0.load(Ordering::Relaxed));
        positions.min().map_or(to, Position)
    }

    /// About how much memory is held (in bytes).
    pub(super) async fn bytes(&self) -> usize {
        self.held.lock().await.bytes
    }

    /// What one batch may be: a share of a quarter of the memory, of which there is one
    /// more than readers, since one is being read.
    pub(super) fn bounds(&self) -> Bounds {
        let shares = self.readers.read().len() + 1;
        Bounds {
            rows: self.batch_size,
            bytes: self.max_memory / 4 / shares,
        }
    }

    /// What a unit that is larger than a share may be, for whoever waits for its turn
    /// and keeps it until the unit is told.
    pub(super) async fn room_for_one(&self) -> (Bounds, Option<SemaphorePermit<'_>>) {
        let bounds = Bounds {
            rows: 1,
            bytes: self.max_memory / 2,
        };
        (bounds, self.large.acquire().await.ok())
    }

    fn tables(&self) -> Arc<HashSet<String>> {
        self.tables.read().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(position: i64) -> Arc<Unit> {
        Arc::new(Unit {
            position: Position(position),
            own: true,
            events: Vec::new(),
        })
    }

    fn whole(rows: usize) -> Bounds {
        Bounds {
            rows,
            bytes: usize::MAX,
        }
    }

    fn held() -> Held {
        let mut held = Held::empty(Position(10));
        held.add(&[unit(12), unit(15)], Position(16), usize::MAX);
        held.add(&[unit(20)], Position(20), usize::MAX);
        held
    }

    #[test]
    fn whoever_is_within_is_told_the_rest() {
        for (after, most, positions, through) in [
            (10, 9, &[12, 15, 20][..], 20),
            (12, 9, &[15, 20], 20),
            (13, 9, &[15, 20], 20),
            (16, 9, &[20], 20),
            (10, 1, &[12], 12),
            (10, 2, &[12, 15], 15),
        ] {
            let (units, end) = held().behind(Position(after), whole(most)).unwrap();
            let told: Vec<i64> = units.iter().map(|unit| unit.position.0).collect();
            assert_eq!((&told[..], end), (positions, Position(through)), "{after}");
        }
    }

    #[test]
    fn a_batch_is_as_large_as_its_share_and_one_unit_at_least() {
        let mut held = held();
        for (_, bytes) in &mut held.units {
            *bytes = 100;
        }
        for (bytes, positions) in [
            (0, &[12][..]),
            (199, &[12]),
            (200, &[12, 15]),
            (300, &[12, 15, 20]),
        ] {
            let most = Bounds { rows: 9, bytes };
            let (units, through) = held.behind(Position(10), most).unwrap();
            let told: Vec<i64> = units.iter().map(|unit| unit.position.0).collect();
            assert_eq!(told, positions, "{bytes}");
            assert_eq!(Some(&through.0), positions.last(), "{bytes}");
        }
    }

    #[test]
    fn what_everybody_has_taken_is_dropped() {
        let mut held = held();
        held.drop_through(Position(14));
        assert_eq!(held.after, Position(12));
        assert!(held.behind(Position(11), whole(9)).is_none());
        assert!(held.behind(Position(13), whole(9)).is_some());
        held.drop_through(Position(99));
        assert!(held.units.is_empty());
        assert_eq!((held.after, held.through), (Position(20), Position(20)));
    }

    #[test]
    fn whoever_is_not_within_reads_the_log() {
        for after in [0, 9, 20, 21] {
            assert!(
                held().behind(Position(after), whole(9)).is_none(),
                "{after}"
            );
        }
    }

    #[test]
    fn the_oldest_go_when_there_is_no_room() {
        let mut held = held();
        let most = held.bytes;
        held.add(&[unit(21)], Position(21), most);
        assert_eq!(held.after, Position(12));
        held.add(&[unit(22)], Position(22), 0);
        assert!(held.behind(Position(10), whole(9)).is_none());
        assert_eq!(held.through, Position(22));
        assert!(held.units.is_empty());
    }
}
