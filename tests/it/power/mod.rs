//! The disk fails: the power is cut, a read, a write or a sync fails, there is no room.
//!
//! `crash` kills the process, whose writes the system's cache outlives. Here the
//! registry runs in the test, on a [`disk::Disk`] that loses what was not synced. A
//! round is one life of the registry: several clients change schemas, group commit,
//! Astha and its housekeeping at work, another program copies the WAL into the file,
//! and the power is cut in the middle of any of the disk's operations: a write, a sync,
//! the opening, the closing. Then the registry is opened on what is left:
//!
//! * what was acknowledged is there;
//! * what was not is there as a whole or not at all;
//! * versions have no gap, the file is sound, its log and offsets agree;
//! * a component with a memory of its own, told what it missed, knows exactly the
//!   tables: it was told everything, in order, and **nothing before the cut that was
//!   lost by it**.
//!
//! The same file goes through [`ROUNDS_A_DISK`] rounds. `REKHA_POWER_SEED` repeats a run
//! (as far as threads do), `REKHA_POWER_ROUNDS` says how many rounds there are.

mod client;
mod follower;
mod world;

use std::ops::Range;
use std::sync::Arc;

use disk::{Disk, Operation};
use fastrand::Rng;
use rekha::error::Error;
use rekha::registry::Registry;
use rusqlite::Connection;

use crate::support::close;
use world::World;

/// What must be true; if not, what is.
type Verdict<T = ()> = Result<T, String>;

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(otherwise()) }
}

const ROUNDS: usize = 40;
const ROUNDS_A_DISK: usize = 10;

/// How often something fails.
const FAULTS: usize = 12;

/// The most statements or transactions of one client in a round.
const STEPS: usize = 12;

/// The most operations of the disk until the power is cut: a round has about so many.
const OPERATIONS: u64 = 3_000;

fn seed() -> u64 {
    let seed = match std::env::var("REKHA_POWER_SEED") {
        Ok(seed) => seed.parse().expect("REKHA_POWER_SEED is a number"),
        Err(_) => fastrand::u64(..),
    };
    println!("REKHA_POWER_SEED={seed}");
    seed
}

fn rounds(default: usize) -> usize {
    std::env::var("REKHA_POWER_ROUNDS").map_or(default, |rounds| {
        rounds.parse().expect("REKHA_POWER_ROUNDS is a number")
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_when_the_power_is_cut() {
    let mut rng = Rng::with_seed(seed());
    for _ in 0..rounds(ROUNDS).div_ceil(ROUNDS_A_DISK) {
        let seed = rng.u64(..);
        let mut world = World::new(seed);
        for round in 0..ROUNDS_A_DISK {
            let lived = live(&mut world).await;
            lived.unwrap_or_else(|violation| panic!("disk {seed}, round {round}: {violation}"));
        }
        let registry = world.start().await;
        let registry = registry.unwrap_or_else(|violation| panic!("disk {seed}: {violation}"));
        world.cut(Some(registry)).await;
    }
}

/// Whoever says that nothing is lost sees it when it is: on a disk that answers syncs
/// and does nothing, as if there were none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_does_not_sync_is_found_out() {
    let mut world = World::new(seed());
    world.disk.ignore_syncs();
    for _ in 0..ROUNDS_A_DISK {
        if let Err(violation) = live(&mut world).await {
            println!("found: {violation}");
            return;
        }
    }
    panic!("nothing was lost in {ROUNDS_A_DISK} rounds without a sync");
}

/// What SQLite syncs is what the disk keeps.
#[test]
fn a_commit_survives_as_far_as_it_is_synced() {
    let seed = seed();
    let survives = |synchronous: &str| {
        let mut survived = [false; 2];
        for round in 0..40 {
            let mut disk = Disk::new(seed.wrapping_add(round));
            let file = Connection::open(disk.folder().join("x.db")).unwrap();
            let made = format!(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous};
                 CREATE TABLE t (a); PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (1)"
            );
            file.execute_batch(&made).unwrap();
            disk.cut();
            file.execute_batch("INSERT INTO t VALUES (2)").unwrap_err();
            drop(file);
            disk.restore();
            let file = Connection::open(disk.folder().join("x.db")).unwrap();
            let count = file.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0));
            survived[usize::from(count == Ok(1))] = true;
        }
        survived
    };
    assert_eq!(survives("FULL"), [false, true]);
    assert_eq!(survives("NORMAL"), [true, true]);
    assert!(survives("OFF")[0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_fails_what_it_was_for_and_nothing_else() {
    let mut world = World::new(seed());
    let mut met = 0;
    for round in 0..rounds(FAULTS) {
        let (operation, numbers) = match round % 3 {
            0 => (Operation::Write, 1_000),
            1 => (Operation::Sync, 30),
            _ => (Operation::Read, 100),
        };
        let first = world.rng.u64(0..numbers);
        let last = world.rng.u64(first..first + numbers / 2);
        met += suffer_round(&mut world, &Fault::Failing(operation, first..last + 1)).await;
    }
    assert!(met > 0, "nobody met a fault");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_an_error_until_there_is_room_again() {
    let mut world = World::new(seed());
    let mut met = 0;
    for _ in 0..rounds(FAULTS) {
        let room = world.rng.u64(0..300_000);
        met += suffer_round(&mut world, &Fault::Full(room)).await;
    }
    assert!(met > 0, "nobody met the end of the disk");
}

/// A store that cannot be made says why, and is made when it can be.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opening_a_store_can_be_tried_again() {
    let mut rng = Rng::with_seed(seed());
    for attempt in 0..20 {
        let disk = Disk::new(rng.u64(..));
        let expected = match attempt % 2 {
            0 => {
                disk.limit(Some(rng.u64(0..200_000)));
                "53100"
            }
            _ => {
                let first = rng.u64(0..100);
                disk.fail(Operation::Write, first..first + 1);
                "58030"
            }
        };
        let open = || {
            Registry::builder()
                .sqlite(disk.folder().join("rekha.db"))
                .build()
        };
        match open().await {
            Ok(registry) => close(&registry).await,
            Err(error) => assert_eq!(error.sqlstate(), expected, "{error:?}"),
        }
        disk.limit(None);
        disk.repair();
        close(&open().await.expect("there is room")).await;
    }
}

/// One life of the registry, and the cut that ends it.
async fn live(world: &mut World) -> Verdict {
    if world.rng.u8(0..4) == 0 {
        world.disk.cut_after(world.rng.u64(0..OPERATIONS / 10));
        let registry = world.open().await.ok();
        world.cut(registry).await;
    }
    let registry = world.start().await?;
    world.disk.cut_after(world.rng.u64(0..OPERATIONS));
    let steps = world.rng.usize(1..=STEPS);
    let errors = world.work(&registry, steps).await;
    world.cut(Some(registry)).await;
    all_are(&errors, "58030")
}

/// What is wrong with the disk for a while.
#[derive(Debug)]
enum Fault {
    /// Operations of these numbers fail.
    Failing(Operation, Range<u64>),
    /// There is room for so many bytes more.
    Full(u64),
}

impl Fault {
    fn begin(&self, disk: &Disk) {
        match self {
            Self::Failing(operation, numbers) => disk.fail(*operation, numbers.clone()),
            Self::Full(room) => disk.limit(Some(*room)),
        }
    }

    fn end(&self, disk: &Disk) {
        match self {
            Self::Failing(..) => disk.repair(),
            Self::Full(_) => disk.limit(None),
        }
    }

    /// What a client is told.
    fn sqlstate(&self) -> &'static str {
        match self {
            Self::Failing(..) => "58030",
            Self::Full(_) => "53100",
        }
    }

    fn stops_reads(&self) -> bool {
        matches!(self, Self::Failing(Operation::Read, _))
    }
}

async fn suffer_round(world: &mut World, fault: &Fault) -> usize {
    let suffered = match world.start().await {
        Ok(registry) => {
            let suffered = suffer(world, &registry, fault).await;
            world.cut(Some(registry)).await;
            suffered
        }
        Err(violation) => Err(violation),
    };
    suffered.unwrap_or_else(|violation| panic!("{fault:?}: {violation}"))
}

/// Something fails while the clients work, and then no longer: they are told, the
/// registry is read and the log followed all the time, and everything goes on without a
/// restart. Answers how many statements failed.
async fn suffer(world: &mut World, registry: &Arc<Registry>, fault: &Fault) -> Verdict<usize> {
    fault.begin(&world.disk);
    let errors = world.work(registry, STEPS).await;
    all_are(&errors, fault.sqlstate())?;
    if !fault.stops_reads() {
        world.inspect(registry, false).await?;
    }
    fault.end(&world.disk);
    let more = world.work(registry, 2).await;
    ensure(more.is_empty(), || format!("it does not go on: {more:?}"))?;
    world.inspect(registry, false).await?;
    world.log_empties(registry).await;
    Ok(errors.len())
}

fn all_are(errors: &[Error], sqlstate: &str) -> Verdict {
    let other = errors.iter().find(|error| error.sqlstate() != sqlstate);
    ensure(other.is_none(), || format!("{other:?}"))
}
