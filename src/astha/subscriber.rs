//! Who is told.

use async_trait::async_trait;

use super::Unit;
use crate::error::Result;
use crate::position::Position;

/// Who a subscriber is and what it wants to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Its name, unique in the store: `schema_manager`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The tables whose changes it is told.
    pub tables: &'static [&'static str],
}

/// How a subscriber is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It does its work.
    Healthy,
    /// It does not, and why.
    Unhealthy(String),
}

/// Why a subscriber must look at the source instead of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresh {
    /// Its events are no longer in the log.
    Gone,
    /// A unit was larger than half of the memory bound.
    TooLarge,
    /// A row of the log could not be understood.
    Malformed,
    /// It failed too often and was left alone for a while.
    Recovered,
    /// Events that it refused to the last attempt are dead letters.
    GivenUp,
    /// Somebody asked for it.
    Requested,
}

impl Refresh {
    /// Whether there are events that are not told; otherwise all of them are.
    pub fn skips_events(self) -> bool {
        !matches!(self, Self::Recovered | Self::Requested)
    }
}

/// Somebody who is told of every change, in order, at least once.
///
/// What it is told may be dropped at any `await`: after
/// [`Config::delivery_deadline`](super::Config::delivery_deadline), when it does not say
/// how it is, and at the end of the process. The same then comes again, so that work it
/// has spawned may run beside the second attempt. A dead letter that is replayed comes
/// out of order. Attempts are not counted over a restart.
#[async_trait]
pub trait Subscriber: Send + Sync + 'static {
    /// Who it is and what it wants to know.
    fn component(&self) -> Component;

    /// Takes one unit. The same unit may come again after a crash.
    ///
    /// # Errors
    /// Any: the unit comes again, and nothing after it before it was taken. So it
    /// does after a panic. XX001, as [`Event::decode`](super::Event::decode) answers it:
    /// the unit makes no sense, and is a dead letter at once.
    async fn on_event(&self, unit: &Unit) -> Result<()>;

    /// Says how it is; must answer soon.
    async fn on_health(&self) -> Health;

    /// Looks at the source: changes up to this position are not told any more
    /// ([`Refresh::skips_events`]). What it reads may be newer, and is told all the same.
    ///
    /// # Errors
    /// Any: it is asked again.
    async fn on_refresh(&self, reason: Refresh, through: Position) -> Result<()>;
}
