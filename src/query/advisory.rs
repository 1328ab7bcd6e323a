//! Advisory locks: numbers whose meaning the clients agree on (PostgreSQL manual,
//! 13.3.5 and 9.27.10). Migration tools take one before they look at anything.
//!
//! They are those of this process: another node on the same store has its own.
//!
//! What somebody else holds is waited for in a queue, behind those who came before;
//! who holds the lock already, in another mode, does not stand behind those who wait
//! for it. A wait that would never end is refused at once.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::error::{Error, ErrorKind, Limit, Resource, Result};

/// The most locks that are held at once.
const MAX_HELD: usize = 100_000;
/// The most that wait at once: each keeps a thread.
const MAX_WAITING: usize = 256;

/// What is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct AdvisoryKey {
    /// The first of two numbers, or the upper half of one.
    pub(super) class: u32,
    /// The second of them, or the lower half.
    pub(super) object: u32,
    /// Whether it is two numbers.
    pub(super) is_pair: bool,
}

/// Who else may have the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Mode {
    /// Those who share it.
    Shared,
    /// Nobody.
    Exclusive,
}

/// When it is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// When it has been unlocked as often as locked, or at the end of the session.
    Session,
    /// At the end of the transaction.
    Transaction,
}

/// A lock that is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Want {
    pub(super) key: AdvisoryKey,
    pub(super) mode: Mode,
    pub(super) scope: Scope,
}

/// A lock that is held or waited for, for `pg_locks`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listed {
    pub(super) key: AdvisoryKey,
    pub(super) mode: Mode,
    pub(super) process: i32,
    pub(super) is_granted: bool,
}

/// The advisory locks of all sessions that ask one engine.
#[derive(Debug, Default)]
pub(super) struct AdvisoryLocks(Mutex<Table>);

/// A session among those that take locks. It gives all back when it is dropped.
#[derive(Debug)]
pub struct LockMember(Locker);

/// Takes locks for a session.
#[derive(Clone, Debug)]
pub struct Locker {
    locks: Arc<AdvisoryLocks>,
    member: u64,
}

/// How many locks a transaction has taken.
pub type LockMark = usize;

#[derive(Debug, Default)]
struct Table {
    /// The last number that was given to a member or a waiter.
    last: u64,
    members: HashMap<u64, Member>,
    locks: HashMap<AdvisoryKey, Lock>,
    held: usize,
    waiting: usize,
}

#[derive(Debug)]
struct Member {
    process: i32,
    /// What it holds for the session.
    session: HashSet<(AdvisoryKey, Mode)>,
    /// What it holds for the transaction, as it was taken.
    transaction: Vec<(AdvisoryKey, Mode)>,
}

#[derive(Debug, Default)]
struct Lock {
    holds: Vec<Hold>,
    queue: VecDeque<Waiter>,
}

#[derive(Debug)]
struct Hold {
    member: u64,
    mode: Mode,
    /// How often it was taken for the session.
    times: usize,
    in_transaction: bool,
}

#[derive(Debug)]
struct Waiter {
    number: u64,
    member: u64,
    want: Want,
    granted: oneshot::Sender<()>,
}

/// Somebody's place in a queue, given up when it is dropped.
#[derive(Debug)]
struct Place {
    locker: Locker,
    number: u64,
    want: Want,
    granted: oneshot::Receiver<()>,
    is_taken: bool,
}

/// One waits for the other.
#[derive(Clone, Copy, Debug)]
struct Edge {
    waiter: u64,
    want: Want,
    blocker: u64,
}

impl AdvisoryKey {
    pub(super) fn of_number(number: i64) -> Self {
        Self {
            class: (number >> 32) as u32,
            object: number as u32,
            is_pair: false,
        }
    }

    pub(super) fn of_pair(class: i32, object: i32) -> Self {
        Self {
            class: class.cast_unsigned(),
            object: object.cast_unsigned(),
            is_pair: true,
        }
    }
}

impl Mode {
    /// What PostgreSQL calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Shared => "ShareLock",
            Self::Exclusive => "ExclusiveLock",
        }
    }

    fn excludes(self, other: Self) -> bool {
        self == Self::Exclusive || other == Self::Exclusive
    }
}

impl AdvisoryLocks {
    /// Takes a session in, which others know by this process id.
    pub(super) fn join(self: &Arc<Self>, process: i32) -> LockMember {
        let mut table = self.0.lock();
        let member = table.next();
        let taken = Member {
            process,
            session: HashSet::new(),
            transaction: Vec::new(),
        };
        table.members.insert(member, taken);
        LockMember(Locker {
            locks: self.clone(),
            member,
        })
    }
}

impl Deref for LockMember {
    type Target = Locker;

    fn deref(&self) -> &Locker {
        &self.0
    }
}

impl LockMember {
    /// What the transaction has taken so far.
    pub fn mark(&self) -> LockMark {
        let table = self.locks.0.lock();
        let member = table.members.get(&self.member);
        member.map_or(0, |member| member.transaction.len())
    }

    /// Gives back what the transaction has taken since, at 0 all of it.
    pub fn end_transaction(&self, mark: LockMark) {
        self.locks.0.lock().end_transaction(self.member, mark);
    }
}

impl Drop for LockMember {
    fn drop(&mut self) {
        let mut table = self.locks.0.lock();
        table.end_transaction(self.member, 0);
        table.unlock_all(self.member);
        table.members.remove(&self.member);
    }
}

impl Locker {
    /// Takes a lock, which may mean to wait for it; no longer than `longest`. `check`
    /// refuses what nobody asks for any more.
    ///
    /// # Errors
    /// That of `check`; 40P01 when it would wait for itself, 55P03 when it has waited
    /// too long, 53200 when there are too many locks.
    pub(super) async fn lock(
        &self,
        want: Want,
        longest: Option<Duration>,
        check: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        let Some(mut place) = self.request(want, check)? else {
            return Ok(());
        };
        let granted = match longest {
            Some(longest) => timeout(longest, &mut place.granted).await,
            None => Ok((&mut place.granted).await),
        };
        match granted {
            Ok(Ok(())) => {
                place.is_taken = true;
                Ok(())
            }
            Ok(Err(_)) => Err(gone()),
            Err(_) => Err(Error::new(
                ErrorKind::Unavailable(Resource::Lock),
                "canceling statement due to lock timeout",
            )),
        }
    }

    /// Takes a lock if nobody has to be waited for.
    ///
    /// # Errors
    /// That of `check`; 53200 when there are too many locks.
    pub(super) fn try_lock(&self, want: Want, check: impl FnOnce() -> Result<()>) -> Result<bool> {
        let mut table = self.locks.0.lock();
        check()?;
        let is_free = table.is_free(self.member, want);
        if is_free {
            table.admit(self.member)?;
            table.hold(self.member, want);
        }
        Ok(is_free)
    }

    /// Gives back a lock that was taken for the session; false if there is none.
    pub(super) fn unlock(&self, key: AdvisoryKey, mode: Mode) -> bool {
        let want = Want {
            key,
            mode,
            scope: Scope::Session,
        };
        self.locks.0.lock().release(self.member, want)
    }

    /// Gives back all that was taken for the session.
    pub fn unlock_all(&self) {
        self.locks.0.lock().unlock_all(self.member);
    }

    /// The locks of all sessions.
    pub(super) fn listed(&self) -> Vec<Listed> {
        let table = self.locks.0.lock();
        let mut listed = Vec::new();
        for (key, lock) in &table.locks {
            let holds = lock.holds.iter().map(|hold| (hold.member, hold.mode, true));
            let queue = lock.queue.iter();
            let queue = queue.map(|waiter| (waiter.member, waiter.want.mode, false));
            listed.extend(holds.chain(queue).map(|(member, mode, is_granted)| Listed {
                key: *key,
                mode,
                process: table.process(member),
                is_granted,
            }));
        }
        listed
    }

    /// The process ids of those whom a session waits for.
    pub(super) fn blocking(&self, process: i32) -> Vec<i32> {
        let table = self.locks.0.lock();
        let edges = table.edges().into_iter();
        let own = edges.filter(|edge| table.process(edge.waiter) == process);
        own.map(|edge| table.process(edge.blocker)).collect()
    }

    /// Takes a lock or a place in its queue.
    fn request(&self, want: Want, check: impl FnOnce() -> Result<()>) -> Result<Option<Place>> {
        let mut table = self.locks.0.lock();
        check()?;
        table.admit(self.member)?;
        if table.is_free(self.member, want) {
            table.hold(self.member, want);
            return Ok(None);
        }
        if table.waiting == MAX_WAITING {
            return Err(too_many("wait for advisory locks"));
        }
        let (sender, granted) = oneshot::channel();
        let number = table.queue(self.member, want, sender);
        if let Some(cycle) = cycle(&table.edges(), self.member) {
            table.give_up(number, self.member, want);
            return Err(table.deadlock(&cycle));
        }
        Ok(Some(Place {
            locker: self.clone(),
            number,
            want,
            granted,
            is_taken: false,
        }))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.is_taken {
            let Locker { locks, member } = &self.locker;
            locks.0.lock().give_up(self.number, *member, self.want);
        }
    }
}

impl Table {
    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn process(&self, member: u64) -> i32 {
        self.members.get(&member).map_or(0, |member| member.process)
    }

    /// Takes requests of those who are there only, and not for too many locks.
    fn admit(&self, member: u64) -> Result<()> {
        match () {
            () if !self.members.contains_key(&member) => Err(gone()),
            () if self.held >= MAX_HELD => Err(too_many("hold advisory locks")),
            () => Ok(()),
        }
    }

    /// Whether a lock is to be had at once.
    fn is_free(&self, member: u64, want: Want) -> bool {
        let Some(lock) = self.locks.get(&want.key) else {
            return true;
        };
        let holds = |hold: &Hold| hold.member == member;
        if lock
            .holds
            .iter()
            .any(|hold| holds(hold) && hold.mode == want.mode)
        {
            return true;
        }
        // Who holds it already passes by those who wait.
        let before = match lock.holds.iter().any(holds) {
            true => 0,
            false => lock.queue.len(),
        };
        lock.blockers(member, want.mode, before).next().is_none()
    }

    fn hold(&mut self, member: u64, want: Want) {
        let Want { key, mode, scope } = want;
        let Some(taken) = self.members.get_mut(&member) else {
            return;
        };
        let holds = &mut self.locks.entry(key).or_default().holds;
        let found = holds
            .iter()
            .position(|hold| (hold.member, hold.mode) == (member, mode));
        let place = found.unwrap_or_else(|| {
            self.held += 1;
            holds.push(Hold {
                member,
                mode,
                times: 0,
                in_transaction: false,
            });
            holds.len() - 1
        });
        let hold = &mut holds[place];
        match scope {
            Scope::Session => {
                hold.times += 1;
                taken.session.insert((key, mode));
            }
            Scope::Transaction => {
                if !std::mem::replace(&mut hold.in_transaction, true) {
                    taken.transaction.push((key, mode));
                }
            }
        }
    }

    /// Gives back what was taken once; false if there is no such thing.
    fn release(&mut self, member: u64, want: Want) -> bool {
        let Want { key, mode, scope } = want;
        let Some(lock) = self.locks.get_mut(&key) else {
            return false;
        };
        let mut holds = lock.holds.iter();
        let found = holds.position(|hold| (hold.member, hold.mode) == (member, mode));
        let Some(place) = found else {
            return false;
        };
        let hold = &mut lock.holds[place];
        match scope {
            Scope::Session if hold.times == 0 => return false,
            Scope::Session => {
                hold.times -= 1;
                if let (0, Some(taken)) = (hold.times, self.members.get_mut(&member)) {
                    taken.session.remove(&(key, mode));
                }
            }
            Scope::Transaction => hold.in_transaction = false,
        }
        if hold.times == 0 && !hold.in_transaction {
            lock.holds.swap_remove(place);
            self.held -= 1;
            self.serve(key);
        }
        true
    }

    fn unlock_all(&mut self, member: u64) {
        let taken = self.members.get_mut(&member);
        let taken = taken.map(|taken| std::mem::take(&mut taken.session));
        for (key, mode) in taken.unwrap_or_default() {
            let want = Want {
                key,
                mode,
                scope: Scope::Session,
            };
            while self.release(member, want) {}
        }
    }

    fn end_transaction(&mut self, member: u64, mark: LockMark) {
        let Some(taken) = self.members.get_mut(&member) else {
            return;
        };
        let since = mark.min(taken.transaction.len());
        for (key, mode) in taken.transaction.split_off(since) {
            let want = Want {
                key,
                mode,
                scope: Scope::Transaction,
            };
            self.release(member, want);
        }
    }

    /// Gives a waiter a place in the queue, and the number that it has there.
    fn queue(&mut self, member: u64, want: Want, granted: oneshot::Sender<()>) -> u64 {
        let number = self.next();
        let waiter = Waiter {
            number,
            member,
            want,
            granted,
        };
        let lock = self.locks.entry(want.key).or_default();
        match lock.holds.iter().any(|hold| hold.member == member) {
            true => lock.queue.push_front(waiter),
            false => lock.queue.push_back(waiter),
        }
        self.waiting += 1;
        number
    }

    /// Takes a waiter out of the queue, or what it was given back.
    fn give_up(&mut self, number: u64, member: u64, want: Want) {
        let lock = self.locks.get_mut(&want.key);
        let place = lock.and_then(|lock| {
            let place = lock
                .queue
                .iter()
                .position(|waiter| waiter.number == number)?;
            lock.queue.remove(place)
        });
        match place {
            Some(_) => {
                self.waiting -= 1;
                self.serve(want.key);
            }
            None => {
                self.release(member, want);
            }
        }
    }

    /// Gives a lock to those in its queue who need not wait any more.
    fn serve(&mut self, key: AdvisoryKey) {
        while let Some(lock) = self.locks.get_mut(&key) {
            let mut queue = lock.queue.iter().enumerate();
            let next = queue.find(|(place, waiter)| {
                let (member, mode) = (waiter.member, waiter.want.mode);
                lock.blockers(member, mode, *place).next().is_none()
            });
            let next = next.map(|(place, _)| place);
            let Some(waiter) = next.and_then(|place| lock.queue.remove(place)) else {
                if lock.holds.is_empty() && lock.queue.is_empty() {
                    self.locks.remove(&key);
                }
                return;
            };
            self.waiting -= 1;
            self.hold(waiter.member, waiter.want);
            // Who has stopped waiting gives it back.
            let _ = waiter.granted.send(());
        }
    }

    fn edges(&self) -> Vec<Edge> {
        let mut edges = Vec::new();
        for lock in self.locks.values() {
            for (place, waiter) in lock.queue.iter().enumerate() {
                let blockers = lock.blockers(waiter.member, waiter.want.mode, place);
                edges.extend(blockers.map(|blocker| Edge {
                    waiter: waiter.member,
                    want: waiter.want,
                    blocker,
                }));
            }
        }
        edges
    }

    fn deadlock(&self, cycle: &[Edge]) -> Error {
        let waits = cycle.iter().map(|edge| {
            let Want { key, mode, .. } = edge.want;
            format!(
                "Process {} waits for {} on advisory lock [{},{},{}]; blocked by process {}.",
                self.process(edge.waiter),
                mode.name(),
                key.class,
                key.object,
                if key.is_pair { 2 } else { 1 },
                self.process(edge.blocker)
            )
        });
        let waits: Vec<String> = waits.collect();
        Error::new(
            ErrorKind::Unavailable(Resource::Deadlock),
            "deadlock detected",
        )
        .with_detail(waits.join("\n"))
    }
}

impl Lock {
    /// The others that a member waits for who wants this mode: those who hold the lock
    /// and the first so many of its queue.
    fn blockers(&self, member: u64, mode: Mode, before: usize) -> impl Iterator<Item = u64> {
        let holds = self.holds.iter().map(|hold| (hold.member, hold.mode));
        let queue = self.queue.iter().take(before);
        let queue = queue.map(|waiter| (waiter.member, waiter.want.mode));
        let others = holds.chain(queue);
        let others = others.filter(move |(other, held)| *other != member && held.excludes(mode));
        others.map(|(other, _)| other)
    }
}

/// A way from a member back to itself.
fn cycle(edges: &[Edge], member: u64) -> Option<Vec<Edge>> {
    fn find(
        edges: &[Edge],
        from: u64,
        to: u64,
        seen: &mut HashSet<u64>,
        path: &mut Vec<Edge>,
    ) -> bool {
        for edge in edges.iter().filter(|edge| edge.waiter == from) {
            path.push(*edge);
            let is_new = seen.insert(edge.blocker);
            if edge.blocker == to || is_new && find(edges, edge.blocker, to, seen, path) {
                return true;
            }
            path.pop();
        }
        false
    }
    let mut path = Vec::new();
    find(edges, member, member, &mut HashSet::new(), &mut path).then_some(path)
}

/// The session has ended.
fn gone() -> Error {
    Error::new(
        ErrorKind::Canceled,
        "canceling statement due to user request",
    )
}

fn too_many(what: &str) -> Error {
    Error::new(
        ErrorKind::LimitExceeded(Limit::Memory),
        "out of shared memory",
    )
    .with_hint(format!("Too many {what}: take fewer at once."))
}
