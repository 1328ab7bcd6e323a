//! How the pipeline works.

use std::time::Duration;

use serde::Deserialize;

/// The settings of a pipeline, each with its default.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Rows after which a batch ends (with the unit). 256.
    pub batch_size: usize,
    /// How often other programs' commits are looked for. 100 ms, doubled while
    /// nothing happens up to [`Config::max_poll_delay`].
    #[serde(with = "humantime_serde")]
    pub poll_interval: Duration,
    /// The longest time between two looks. 1 s.
    #[serde(with = "humantime_serde")]
    pub max_poll_delay: Duration,
    /// Bytes of the log that are held in memory; a larger unit is told as a
    /// refresh. 100 MB.
    pub max_memory_bytes: usize,
    /// How often a unit is delivered before its events are dead letters. 30.
    pub max_delivery_attempts: u32,
    /// How long to wait after the first failed attempt; doubled after each. 100 ms.
    #[serde(with = "humantime_serde")]
    pub retry_delay: Duration,
    /// The longest wait between two attempts. 5 s.
    #[serde(with = "humantime_serde")]
    pub max_retry_delay: Duration,
    /// How long a component may take for one unit or one refresh before that is a
    /// failure. 30 s.
    #[serde(with = "humantime_serde")]
    pub delivery_deadline: Duration,
    /// Failures in a row after which the breaker of a component opens. 5.
    pub breaker_failures: u32,
    /// How long an open breaker stays open. 10 s.
    #[serde(with = "humantime_serde")]
    pub breaker_cooldown: Duration,
    /// How often components are asked for their health. 10 s.
    #[serde(with = "humantime_serde")]
    pub health_interval: Duration,
    /// How long they may take to answer. 2 s.
    #[serde(with = "humantime_serde")]
    pub health_deadline: Duration,
    /// A component that was away for longer no longer holds the log back, and must
    /// refresh when it comes back. 1 day.
    #[serde(with = "humantime_serde")]
    pub max_absence: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            batch_size: 256,
            poll_interval: Duration::from_millis(100),
            max_poll_delay: Duration::from_secs(1),
            max_memory_bytes: 100_000_000,
            max_delivery_attempts: 30,
            retry_delay: Duration::from_millis(100),
            max_retry_delay: Duration::from_secs(5),
            delivery_deadline: Duration::from_secs(30),
            breaker_failures: 5,
            breaker_cooldown: Duration::from_secs(10),
            health_interval: Duration::from_secs(10),
            health_deadline: Duration::from_secs(2),
            max_absence: Duration::from_secs(24 * 60 * 60),
        }
    }
}
