//! `LISTEN`, `NOTIFY` and `UNLISTEN`.
//!
//! As in PostgreSQL (manual, "LISTEN" and "NOTIFY"): all three count when the
//! transaction commits, and not at all when it is rolled back; what a transaction
//! says twice on a channel is heard once; the client is told between its
//! transactions only; and what is said has the order of the commits, changes of schemas
//! among it.

use std::collections::HashSet;
use std::sync::Arc;

use super::budget::Share;
use super::dispatch::done;
use super::{Notification, Outcome, Session, TransactionStatus};
use crate::error::{Error, ErrorKind, Result, Value};
use crate::registry::{Channels, Listener};
use crate::schema::Name;
use crate::sql::MAX_CHANNEL_BYTES;

/// A payload is shorter than this (in bytes), as in PostgreSQL.
const MAX_PAYLOAD_BYTES: usize = 8_000;

/// What a channel takes beside its name, about (in bytes).
const CHANNEL_BYTES: usize = 128;

/// What a session listens to.
#[derive(Debug, Default)]
pub(super) struct Listening {
    channels: Channels,
    /// Nobody without channels.
    listener: Option<Listener>,
    /// The part of the channels.
    share: Option<Share>,
}

/// What a transaction has said and wants to hear, for its commit.
#[derive(Debug, Default)]
pub(super) struct Pending {
    wishes: Vec<Wish>,
    said: Vec<Arc<Notification>>,
}

#[derive(Debug)]
enum Wish {
    Listen(Name),
    Unlisten(Name),
    UnlistenAll,
}

/// A state of [`Pending`] to go back to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PendingMark {
    wishes: usize,
    said: usize,
}

impl Pending {
    pub(super) fn mark(&self) -> PendingMark {
        PendingMark {
            wishes: self.wishes.len(),
            said: self.said.len(),
        }
    }

    /// What was said, each once.
    pub(super) fn said(&self) -> Vec<Arc<Notification>> {
        let mut seen = HashSet::new();
        let said = self.said.iter().filter(|said| seen.insert(*said));
        said.cloned().collect()
    }

    /// Whether anything was said.
    pub(super) fn says_anything(&self) -> bool {
        !self.said.is_empty()
    }

    /// Forgets what came after the mark.
    pub(super) fn go_back(&mut self, mark: PendingMark) {
        self.wishes.truncate(mark.wishes);
        self.said.truncate(mark.said);
    }
}

/// Refuses what cannot be said.
///
/// # Errors
/// 22023 for a channel without a name or with one that LISTEN would not take, and for a
/// payload that is too long.
pub(super) fn admit(channel: &str, payload: &str) -> Result<()> {
    let message = match () {
        () if channel.is_empty() => "channel name cannot be empty",
        () if channel.len() > MAX_CHANNEL_BYTES => "channel name too long",
        () if payload.len() >= MAX_PAYLOAD_BYTES => "payload string too long",
        () => return Ok(()),
    };
    Err(Error::new(
        ErrorKind::InvalidValue(Value::Parameter),
        message,
    ))
}

impl Session {
    /// What has been notified since the last call, for a client between its
    /// transactions; nothing in one.
    ///
    /// # Errors
    /// 54000 when the session would miss some: it is not to go on.
    pub fn take_notifications(&mut self) -> Result<Vec<Arc<Notification>>> {
        match &self.listening.listener {
            Some(listener) if self.transaction_status() == TransactionStatus::Idle => {
                listener.take()
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Waits until [`Session::take_notifications`] has something to say outside a
    /// transaction. Can be dropped and asked for again.
    pub async fn notified(&self) {
        match &self.listening.listener {
            Some(listener) => listener.woken().await,
            None => std::future::pending().await,
        }
    }

    /// Waits until the session has missed notifications.
    pub async fn missed(&self) {
        match &self.listening.listener {
            Some(listener) => listener.lost().await,
            None => std::future::pending().await,
        }
    }

    pub(super) async fn listen(&mut self, channel: &Name) -> Result<Outcome> {
        self.wish(Wish::Listen(channel.clone())).await?;
        Ok(done("LISTEN"))
    }

    /// All channels, if none is named.
    pub(super) async fn unlisten(&mut self, channel: Option<&Name>) -> Result<Outcome> {
        self.wish(match channel {
            Some(channel) => Wish::Unlisten(channel.clone()),
            None => Wish::UnlistenAll,
        })
        .await?;
        Ok(done("UNLISTEN"))
    }

    pub(super) fn notify(&mut self, channel: &Name, payload: &str) -> Result<Outcome> {
        admit(channel, payload)?;
        let notification = Arc::new(Notification {
            channel: channel.clone(),
            payload: payload.to_owned(),
            sender: self.process_id,
        });
        match self.transaction.open_mut() {
            Some(block) => block.pending.said.push(notification),
            None => self.registry.notifications().publish(&[notification]),
        }
        Ok(done("NOTIFY"))
    }

    /// The channels that are listened to.
    pub(super) fn channels(&self) -> Vec<Name> {
        self.listening.channels.keys().cloned().collect()
    }

    /// Listens to nothing any more, at once.
    pub(super) fn unlisten_all(&mut self) {
        self.listening = Listening::default();
    }

    async fn wish(&mut self, wish: Wish) -> Result<()> {
        match self.transaction.open_mut() {
            Some(block) => {
                block.pending.wishes.push(wish);
                Ok(())
            }
            None => {
                let pending = Pending {
                    wishes: vec![wish],
                    said: Vec::new(),
                };
                self.tune_in(&pending).await.map(drop)
            }
        }
    }

    /// Listens as a transaction wants it, before it commits: nothing that comes
    /// after is missed. Answers the channels from before.
    ///
    /// # Errors
    /// 53200 for too many channels; those of the store.
    pub(super) async fn tune_in(&mut self, pending: &Pending) -> Result<Option<Channels>> {
        if pending.wishes.is_empty() {
            return Ok(None);
        }
        let mut channels = self.listening.channels.clone();
        for wish in &pending.wishes {
            match wish {
                Wish::Unlisten(channel) => drop(channels.remove(channel)),
                Wish::UnlistenAll => channels.clear(),
                Wish::Listen(channel) if channels.contains_key(channel) => {}
                Wish::Listen(channel) => {
                    let since = self.registry.listened_since(channel).await?;
                    channels.insert(channel.clone(), since);
                }
            }
        }
        let bytes = channels.keys().map(|name| name.len() + CHANNEL_BYTES).sum();
        self.budget.set(&mut self.listening.share, bytes)?;
        Ok(Some(self.listen_on(channels)))
    }

    /// Listens on these channels only. Answers those from before.
    pub(super) fn listen_on(&mut self, channels: Channels) -> Channels {
        let Listening { listener, .. } = &mut self.listening;
        if channels.is_empty() {
            *listener = None;
        } else {
            let listener = listener.get_or_insert_with(|| self.registry.notifications().join());
            listener.listen(channels.clone());
        }
        std::mem::replace(&mut self.listening.channels, channels)
    }
}
