//! Notifications: who listens on which channels, and what waits for them.
//!
//! Whoever publishes puts a notification into the queue of every listener and waits
//! for none of them: a queue is bounded, and a listener that lets its queue fill is
//! let go of, which it is told. So nothing is lost silently, and a slow listener
//! slows nobody.
//!
//! There is one order, that of commits, whoever says something: clients say it with
//! their commit, changes of schemas are told when the change log was read, which is
//! later. So a queue is ordered by position, and who listens to changes of schemas is
//! told what was said up to the position to which everything has been said.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::error::{Error, ErrorKind, Limit, Result};
use crate::position::Position;

/// The channel on which every change of a schema is told. What begins so is the
/// channel of one stream: `schema_changes_<namespace>_<stream>`.
pub(super) const SCHEMA_CHANGES: &str = "schema_changes";

/// How much may wait for one listener (in bytes).
const MAX_BYTES: usize = 8 << 20;

/// What a notification takes in a queue beside its texts (in bytes).
const OVERHEAD_BYTES: usize = 64;

/// One notification.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Notification {
    /// The channel's name.
    pub channel: String,
    /// What was said; often nothing.
    pub payload: String,
    /// The process id of the session that said it; 0 for the registry itself.
    pub sender: i32,
}

impl Notification {
    fn bytes(&self) -> usize {
        self.channel.len() + self.payload.len() + OVERHEAD_BYTES
    }
}

/// Channels of a listener, and the state that each was listened to in: changes of
/// schemas up to it are not told.
pub type Channels = BTreeMap<String, Position>;

/// Everybody who listens at one registry. Cheap to clone.
#[derive(Clone, Default)]
pub struct Notifications(Arc<Mutex<Table>>);

#[derive(Default)]
struct Table {
    last: u64,
    channels: BTreeMap<String, BTreeMap<u64, Seat>>,
    /// The newest commit that is known: what is said now comes after it.
    committed: Position,
    /// How far changes of schemas have been told.
    told: Position,
    /// Commits under way that will say something, by number: they come after these.
    under_way: BTreeMap<u64, Position>,
}

/// A listener's place at a channel.
struct Seat {
    since: Position,
    queue: Arc<Queue>,
}

#[derive(Default)]
struct Queue {
    state: Mutex<Waiting>,
    wake: Notify,
}

#[derive(Default)]
struct Waiting {
    /// In the order of commits; the registry before clients.
    notifications: Vec<(Place, Arc<Notification>)>,
    bytes: usize,
    /// Why the listener was let go of.
    lost: Option<Loss>,
}

/// Where something is said: after which commit, and whether a client says it.
type Place = (Position, bool);

#[derive(Clone, Copy, Debug)]
enum Loss {
    /// Its queue was full.
    Full,
    /// Changes happened that nobody can tell of any more.
    Gone,
}

/// A commit under way that will say something: nothing of later commits is told before
/// it has, or is dropped.
pub struct Saying {
    table: Notifications,
    number: u64,
    after: Position,
}

/// Somebody who listens, until it is dropped.
pub struct Listener {
    table: Notifications,
    number: u64,
    channels: Mutex<Channels>,
    queue: Arc<Queue>,
}

impl Notifications {
    /// A listener that listens on no channel yet.
    pub fn join(&self) -> Listener {
        let mut table = self.0.lock();
        table.last += 1;
        Listener {
            table: self.clone(),
            number: table.last,
            channels: Mutex::default(),
            queue: Arc::default(),
        }
    }

    /// Gives notifications to everybody who listens on their channels: all of them
    /// before those of anybody else.
    pub fn publish(&self, notifications: &[Arc<Notification>]) {
        let table = self.0.lock();
        table.publish((table.committed, true), notifications, |_| true);
    }

    /// For a commit that will say something; before it.
    pub fn begin(&self) -> Saying {
        let mut table = self.0.lock();
        table.last += 1;
        let (number, committed) = (table.last, table.committed);
        table.under_way.insert(number, committed);
        Saying {
            table: self.clone(),
            number,
            after: committed,
        }
    }

    /// There is a commit of this program that made this state; before it is answered.
    pub(super) fn committed(&self, position: Position) {
        let mut table = self.0.lock();
        table.committed = table.committed.max(position);
    }

    /// [`Notifications::publish`], for changes that made this state: to those who
    /// listened before.
    pub(super) fn publish_at(&self, position: Position, notifications: &[Arc<Notification>]) {
        let table = self.0.lock();
        table.publish((position, false), notifications, |seat| {
            seat.since < position
        });
    }

    /// All changes of schemas up to this state have been told.
    pub(super) fn told(&self, position: Position) {
        let mut table = self.0.lock();
        if position > table.told {
            table.told = position;
            table.wake_those_of_schemas();
        }
    }

    /// Whether anybody listens to changes of schemas.
    pub(super) fn hears_of_schemas(&self) -> bool {
        self.0.lock().of_schemas().next().is_some()
    }

    /// Lets go of everybody who listens to changes of schemas: some cannot be told.
    pub(super) fn lose_schema_changes(&self) {
        let table = self.0.lock();
        for seat in table.of_schemas().flat_map(BTreeMap::values) {
            seat.queue.lose(Loss::Gone);
        }
    }
}

impl fmt::Debug for Notifications {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let channels = self.0.lock().channels.len();
        f.debug_struct("Notifications")
            .field("channels", &channels)
            .finish_non_exhaustive()
    }
}

impl Saying {
    /// Says it, in the place of the commit that made this state.
    pub fn publish(self, position: Position, notifications: &[Arc<Notification>]) {
        // A commit that changes nothing makes no state.
        let position = position.max(self.after);
        let table = self.table.0.lock();
        table.publish((position, true), notifications, |_| true);
    }
}

impl Drop for Saying {
    fn drop(&mut self) {
        let mut table = self.table.0.lock();
        table.under_way.remove(&self.number);
        table.wake_those_of_schemas();
    }
}

impl Listener {
    /// Listens on these channels from now on, and on no others: what waits of others
    /// is forgotten.
    pub fn listen(&self, wanted: Channels) {
        let mut table = self.table.0.lock();
        let mut channels = self.channels.lock();
        for channel in channels.keys().filter(|own| !wanted.contains_key(*own)) {
            table.leave(channel, self.number);
        }
        for (channel, since) in &wanted {
            let seats = table.channels.entry(channel.clone()).or_default();
            seats.entry(self.number).or_insert_with(|| Seat {
                since: *since,
                queue: self.queue.clone(),
            });
        }
        self.queue.retain(&wanted);
        *channels = wanted;
    }

    /// What has come since the last call, in order.
    ///
    /// # Errors
    /// 54000 when more has come than waits for a listener: it is told nothing any
    /// more.
    pub fn take(&self) -> Result<Vec<Arc<Notification>>> {
        let through = self.through();
        let mut waiting = self.queue.state.lock();
        match waiting.lost {
            Some(loss) => Err(lost(loss)),
            None => Ok(waiting.take(through)),
        }
    }

    /// Waits until [`Listener::take`] has something to say. Can be dropped and asked
    /// for again.
    pub async fn woken(&self) {
        self.wait(|| {
            // First, as in `take`: whoever publishes holds the table, then the queue.
            let through = self.through();
            let waiting = self.queue.state.lock();
            waiting.lost.is_some() || waiting.has_any(through)
        })
        .await;
    }

    /// Waits until the listener has been let go of. As [`Listener::woken`].
    pub async fn lost(&self) {
        self.wait(|| self.queue.state.lock().lost.is_some()).await;
    }

    /// Up to where everything has been said that the listener hears.
    fn through(&self) -> Position {
        let table = self.table.0.lock();
        match self.channels.lock().keys().any(|own| is_of_schemas(own)) {
            true => table.through(),
            false => Position(i64::MAX),
        }
    }

    async fn wait(&self, is_due: impl Fn() -> bool) {
        while !is_due() {
            self.queue.wake.notified().await;
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.listen(Channels::new());
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("channels", &*self.channels.lock())
            .finish_non_exhaustive()
    }
}

impl Table {
    /// Those who listen to changes of schemas, by channel.
    fn of_schemas(&self) -> impl Iterator<Item = &BTreeMap<u64, Seat>> {
        let from = self.channels.range(SCHEMA_CHANGES.to_owned()..);
        let channels = from.take_while(|(channel, _)| is_of_schemas(channel));
        channels.map(|(_, seats)| seats)
    }

    fn publish(
        &self,
        place: Place,
        notifications: &[Arc<Notification>],
        is_told: impl Fn(&Seat) -> bool,
    ) {
        for notification in notifications {
            let seats = self.channels.get(&notification.channel);
            for seat in seats.into_iter().flat_map(BTreeMap::values) {
                if is_told(seat) {
                    seat.queue.put(place, notification);
                }
            }
        }
    }

    /// Up to where everything has been said.
    fn through(&self) -> Position {
        let under_way = self.under_way.values().min();
        under_way.map_or(self.told, |first| self.told.min(*first))
    }

    /// More may have its turn now.
    fn wake_those_of_schemas(&self) {
        for seat in self.of_schemas().flat_map(BTreeMap::values) {
            seat.queue.wake.notify_one();
        }
    }

    fn leave(&mut self, channel: &str, number: u64) {
        if let Some(seats) = self.channels.get_mut(channel) {
            seats.remove(&number);
            if seats.is_empty() {
                self.channels.remove(channel);
            }
        }
    }
}

impl Queue {
    fn put(&self, place: Place, notification: &Arc<Notification>) {
        let mut waiting = self.state.lock();
        if waiting.lost.is_some() {
            return;
        }
        waiting.bytes += notification.bytes();
        if waiting.bytes > MAX_BYTES {
            waiting.lose(Loss::Full);
        } else {
            waiting.put(place, notification.clone());
        }
        self.wake.notify_one();
    }

    fn lose(&self, loss: Loss) {
        self.state.lock().lose(loss);
        self.wake.notify_one();
    }

    fn retain(&self, channels: &Channels) {
        let mut waiting = self.state.lock();
        let notifications = &mut waiting.notifications;
        notifications.retain(|(_, own)| channels.contains_key(&own.channel));
        waiting.count();
    }
}

impl Waiting {
    fn put(&mut self, place: Place, notification: Arc<Notification>) {
        let notifications = &mut self.notifications;
        let after = notifications.partition_point(|(other, _)| *other <= place);
        notifications.insert(after, (place, notification));
    }

    fn has_any(&self, through: Position) -> bool {
        let first = self.notifications.first();
        first.is_some_and(|((position, _), _)| *position <= through)
    }

    fn take(&mut self, through: Position) -> Vec<Arc<Notification>> {
        let notifications = &mut self.notifications;
        let end = notifications.partition_point(|((position, _), _)| *position <= through);
        let rest = notifications.split_off(end);
        let taken = std::mem::replace(notifications, rest);
        self.count();
        taken.into_iter().map(|(_, own)| own).collect()
    }

    fn count(&mut self) {
        let notifications = self.notifications.iter();
        self.bytes = notifications.map(|(_, own)| own.bytes()).sum();
    }

    fn lose(&mut self, loss: Loss) {
        self.lost.get_or_insert(loss);
        self.notifications = Vec::new();
        self.bytes = 0;
    }
}

/// Whether changes of schemas are told on the channel.
pub(super) fn is_of_schemas(channel: &str) -> bool {
    channel.starts_with(SCHEMA_CHANGES)
}

/// The listener missed something (54000).
fn lost(loss: Loss) -> Error {
    let detail = match loss {
        Loss::Full => format!("More than {MAX_BYTES} bytes of notifications waited for it."),
        Loss::Gone => "The change log does not hold all changes of schemas any more.".to_owned(),
    };
    Error::new(
        ErrorKind::LimitExceeded(Limit::Program),
        "terminating connection because it would miss notifications",
    )
    .with_detail(detail)
    .with_hint("Listen again, then look at what you were to be told of.")
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn note(channel: &str, payload: &str) -> Arc<Notification> {
        Arc::new(Notification {
            channel: channel.to_owned(),
            payload: payload.to_owned(),
            sender: 1,
        })
    }

    fn listener(all: &Notifications, channels: &[(&str, i64)]) -> Listener {
        let listener = all.join();
        let channels = channels.iter();
        let channels = channels.map(|(name, since)| ((*name).to_owned(), Position(*since)));
        listener.listen(channels.collect());
        listener
    }

    fn payloads(listener: &Listener) -> Vec<String> {
        let taken = listener.take().expect("nothing is lost");
        taken.iter().map(|own| own.payload.clone()).collect()
    }

    #[test]
    fn everybody_hears_their_channels_in_order() {
        let all = Notifications::default();
        let (both, one) = (
            listener(&all, &[("a", 0), ("b", 0)]),
            listener(&all, &[("b", 0)]),
        );
        all.publish(&[note("a", "1"), note("b", "2"), note("c", "3")]);
        all.publish(&[note("b", "4")]);
        assert_eq!(payloads(&both), ["1", "2", "4"]);
        assert_eq!(payloads(&both), [] as [&str; 0]);
        all.publish(&[note("b", "5")]);
        assert_eq!(payloads(&one), ["2", "4", "5"]);
        // What waits of a channel that is left is forgotten.
        both.listen(Channels::from([("a".to_owned(), Position(0))]));
        assert_eq!(payloads(&both), [] as [&str; 0]);
        drop((both, one));
        assert!(all.0.lock().channels.is_empty());
    }

    #[test]
    fn changes_from_before_are_not_told() {
        let all = Notifications::default();
        let listener = listener(&all, &[("schema_changes", 7)]);
        assert!(all.hears_of_schemas());
        all.publish_at(Position(7), &[note("schema_changes", "before")]);
        all.publish_at(Position(8), &[note("schema_changes", "after")]);
        all.told(Position(8));
        assert_eq!(payloads(&listener), ["after"]);
    }

    /// What clients and the registry say has one order, that of commits.
    #[tokio::test]
    async fn who_hears_of_schemas_hears_all_in_the_order_of_commits() {
        let all = Notifications::default();
        let both = listener(&all, &[("schema_changes", 0), ("a", 0)]);
        let client = listener(&all, &[("a", 0)]);
        // Commit 2 changes a schema and says something, 3 changes another.
        let saying = all.begin();
        all.committed(Position(3));
        all.publish_at(Position(3), &[note("schema_changes", "of 3")]);
        all.told(Position(3));
        assert_eq!(
            payloads(&both),
            [] as [&str; 0],
            "2 has not said anything yet"
        );
        saying.publish(Position(2), &[note("a", "with 2")]);
        all.publish(&[note("a", "after 3")]);
        assert_eq!(payloads(&both), ["with 2", "of 3", "after 3"]);
        assert_eq!(payloads(&client), ["with 2", "after 3"]);

        // Commit 5 is answered before the change log was read.
        all.committed(Position(5));
        all.publish(&[note("a", "after 5")]);
        assert_eq!(payloads(&client), ["after 5"]);
        assert_eq!(payloads(&both), [] as [&str; 0]);
        assert!(both.woken().now_or_never().is_none());
        all.publish_at(Position(5), &[note("schema_changes", "of 5")]);
        assert!(both.woken().now_or_never().is_none());
        all.told(Position(5));
        both.woken().await;
        assert_eq!(payloads(&both), ["of 5", "after 5"]);

        // A commit that fails says nothing, and holds back nobody any more.
        let saying = all.begin();
        all.publish_at(Position(7), &[note("schema_changes", "of 7")]);
        all.told(Position(7));
        assert!(both.woken().now_or_never().is_none());
        drop(saying);
        both.woken().await;
        assert_eq!(payloads(&both), ["of 7"]);
        assert!(all.0.lock().under_way.is_empty());
    }

    #[tokio::test]
    async fn a_listener_is_woken() {
        let all = Notifications::default();
        let listener = listener(&all, &[("a", 0)]);
        assert!(listener.woken().now_or_never().is_none());
        all.publish(&[note("a", "1")]);
        listener.woken().await;
        // It has not been taken: who asks again is not made to wait.
        listener.woken().await;
        assert!(listener.lost().now_or_never().is_none());
        assert_eq!(payloads(&listener), ["1"]);
        assert!(listener.woken().now_or_never().is_none());
    }

    /// The table and the queues are locked in one order by whoever speaks and hears.
    #[test]
    fn who_speaks_and_who_hears_never_wait_for_each_other() {
        const TIMES: usize = 20_000;
        let all = Notifications::default();
        let (ended, end) = std::sync::mpsc::channel();
        for channel in ["a", "schema_changes"] {
            let (all, ended) = (all.clone(), ended.clone());
            let listener = listener(&all, &[(channel, 0)]);
            std::thread::spawn(move || {
                let mut heard = 0;
                while heard < TIMES {
                    futures::executor::block_on(listener.woken());
                    heard += payloads(&listener).len();
                }
                ended.send(channel)
            });
        }
        let changes = all.clone();
        std::thread::spawn(move || {
            for position in (1..).map(Position).take(TIMES) {
                changes.publish_at(position, &[note("schema_changes", "")]);
                changes.told(position);
            }
        });
        for _ in 0..TIMES {
            all.publish(&[note("a", "")]);
        }
        let mut heard: Vec<_> = end.iter().take(2).collect();
        heard.sort_unstable();
        assert_eq!(heard, ["a", "schema_changes"]);
    }

    #[tokio::test]
    async fn who_lets_its_queue_fill_is_let_go_of() {
        let all = Notifications::default();
        let (slow, quick) = (listener(&all, &[("a", 0)]), listener(&all, &[("a", 0)]));
        let long = note("a", &"x".repeat(7_999));
        for _ in 0..=MAX_BYTES / long.bytes() {
            all.publish(std::slice::from_ref(&long));
            assert_eq!(quick.take().expect("all of them").len(), 1);
        }
        slow.lost().await;
        assert_eq!(slow.take().expect_err("lost").sqlstate(), "54000");
        assert_eq!(slow.queue.state.lock().notifications.capacity(), 0);
    }

    #[tokio::test]
    async fn changes_that_cannot_be_told_are_not_lost_silently() {
        let all = Notifications::default();
        let (schemas, others) = (
            listener(&all, &[("schema_changes_public_s", 0)]),
            listener(&all, &[("a", 0)]),
        );
        all.lose_schema_changes();
        schemas.woken().await;
        assert_eq!(schemas.take().expect_err("lost").sqlstate(), "54000");
        assert!(others.take().is_ok());
    }
}
