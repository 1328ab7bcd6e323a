//! The end of the log, read and decoded once for all components.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use parking_lot::RwLock;
use tokio::sync::Mutex;

use super::Unit;
use super::log::{Batch, Bounds, LogReader};
use crate::error::Result;
use crate::position::Position;

/// The newest units, as many as fit. Components take them at their own pace; whoever
/// is further behind than they reach reads the log for itself, until it has caught up.
/// So one that is slow holds back nobody, and what is in memory is bounded.
pub(super) struct Tail {
    log: LogReader,
    bounds: Bounds,
    /// The tables somebody is told of: rows of others are not decoded.
    tables: RwLock<Arc<HashSet<String>>>,
    held: Mutex<Held>,
}

/// Units without a gap between two positions.
struct Held {
    after: Position,
    through: Position,
    units: VecDeque<(Arc<Unit>, usize)>,
    bytes: usize,
}

impl Held {
    /// The units behind a position, if it is within what is held.
    fn behind(&self, position: Position, most: usize) -> Option<(Vec<Arc<Unit>>, Position)> {
        if position < self.after || position >= self.through {
            return None;
        }
        let first = self
            .units
            .partition_point(|(unit, _)| unit.position <= position);
        let mut units = Vec::new();
        let mut rows = 0;
        for (unit, _) in self.units.range(first..) {
            if rows >= most {
                let through = units
                    .last()
                    .map_or(position, |unit: &Arc<Unit>| unit.position);
                return Some((units, through));
            }
            rows += unit.events.len().max(1);
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
        while self.bytes > most
            && let Some((unit, bytes)) = self.units.pop_front()
        {
            self.bytes -= bytes;
            self.after = unit.position;
        }
    }
}

impl Tail {
    pub(super) fn new(log: LogReader, bounds: Bounds) -> Self {
        Self {
            log,
            bounds,
            tables: RwLock::default(),
            held: Mutex::new(Held::empty(Position(0))),
        }
    }

    /// Rows of these tables are decoded from now on. What is held has none of theirs.
    pub(super) async fn add_tables(&self, tables: &[&str]) {
        let mut held = self.held.lock().await;
        let mut known = self.tables.write();
        let mut all = HashSet::clone(&known);
        all.extend(tables.iter().map(|table| (*table).to_owned()));
        *known = Arc::new(all);
        let through = held.through;
        held.start_at(through);
    }

    /// The next units after a position, for somebody with a reader of its own.
    ///
    /// # Errors
    /// Those of the log.
    pub(super) async fn next(&self, after: Position, own: &LogReader) -> Result<Batch> {
        {
            let mut held = self.held.lock().await;
            if let Some((units, through)) = held.behind(after, self.bounds.rows) {
                return Ok(Batch::Units(units, through));
            }
            if after >= held.through {
                if after > held.through {
                    held.start_at(after);
                }
                let read = self.log.read(after, self.bounds, self.tables()).await?;
                if let Batch::Units(units, through) = &read {
                    held.add(units, *through, self.bounds.bytes);
                }
                return Ok(read);
            }
        }
        own.read(after, self.bounds, self.tables()).await
    }

    /// About how much memory is held (in bytes).
    pub(super) async fn bytes(&self) -> usize {
        self.held.lock().await.bytes
    }

    pub(super) fn bounds(&self) -> Bounds {
        self.bounds
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
            let (units, end) = held().behind(Position(after), most).unwrap();
            let told: Vec<i64> = units.iter().map(|unit| unit.position.0).collect();
            assert_eq!((&told[..], end), (positions, Position(through)), "{after}");
        }
    }

    #[test]
    fn whoever_is_not_within_reads_the_log() {
        for after in [0, 9, 20, 21] {
            assert!(held().behind(Position(after), 9).is_none(), "{after}");
        }
    }

    #[test]
    fn the_oldest_go_when_there_is_no_room() {
        let mut held = held();
        held.bytes = 1_000;
        held.add(&[unit(21)], Position(21), 999);
        assert!(held.behind(Position(10), 9).is_none());
        assert_eq!(held.through, Position(21));
        assert!(held.units.is_empty());
    }
}
