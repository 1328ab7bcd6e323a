//! How the pipeline works.

use std::time::Duration;

use serde::Deserialize;

use crate::error::{Error, ErrorKind, Fault, Result};

/// The name of the log.
const LOG_TABLE: &str = "__cdc_log";

/// The settings of a pipeline, each with its default.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Rows after which a batch ends (with the unit). 256.
    pub batch_size: usize,
    /// Rows that are waited for before a batch is begun, though no longer than
    /// [`Config::max_poll_delay`]. 1: whatever there is, at once.
    pub min_batch_size: usize,
    /// How often other programs' commits are looked for. 100 ms, doubled while
    /// nothing happens up to [`Config::max_poll_delay`].
    #[serde(with = "humantime_serde")]
    pub poll_interval: Duration,
    /// The longest time between two looks. 1 s.
    #[serde(with = "humantime_serde")]
    pub max_poll_delay: Duration,
    /// The table of the log. `__cdc_log`; other programs know it by this name, so that
    /// it cannot have another.
    pub log_table: String,
    /// Whether the bytes of BLOBs are captured ([`Capture`](super::Capture)). They are
    /// not: a BLOB arrives as NULL.
    pub enable_blobs: bool,
    /// Whether a change's time has parts of a second
    /// ([`Capture`](super::Capture)). It has.
    pub subsecond_time: bool,
    /// Bytes of the log that are held in memory by all together; a unit of more than
    /// half of it is told as a refresh. 100 MB.
    pub max_memory: usize,
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
            min_batch_size: 1,
            poll_interval: Duration::from_millis(100),
            max_poll_delay: Duration::from_secs(1),
            log_table: LOG_TABLE.to_owned(),
            enable_blobs: false,
            subsecond_time: true,
            max_memory: 100_000_000,
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

impl Config {
    /// Says what a pipeline cannot be told.
    ///
    /// # Errors
    /// F0000 for another log, when no batch could have as many rows as are waited for,
    /// and for no time or no memory at all.
    pub fn check(&self) -> Result<()> {
        if self.log_table != LOG_TABLE {
            let found = format!(
                "invalid value for \"astha.log_table\": \"{}\"",
                self.log_table
            );
            return Err(invalid(found).with_hint(format!(
                "The log is \"{LOG_TABLE}\": other programs know it by this name."
            )));
        }
        if self.min_batch_size == 0 || self.min_batch_size > self.batch_size {
            let found = format!(
                "invalid value for \"astha.min_batch_size\": {}",
                self.min_batch_size
            );
            return Err(invalid(found).with_hint(format!(
                "It is 1 to \"astha.batch_size\", which is {}.",
                self.batch_size
            )));
        }
        for (name, time) in [
            ("poll_interval", self.poll_interval),
            ("max_poll_delay", self.max_poll_delay),
            ("retry_delay", self.retry_delay),
            ("max_retry_delay", self.max_retry_delay),
            ("delivery_deadline", self.delivery_deadline),
            ("health_interval", self.health_interval),
            ("health_deadline", self.health_deadline),
        ] {
            if time.is_zero() {
                let found = format!("invalid value for \"astha.{name}\": 0s");
                return Err(invalid(found).with_hint("It is longer than nothing, as \"100ms\"."));
            }
        }
        if self.max_memory == 0 {
            let found = "invalid value for \"astha.max_memory\": 0".to_owned();
            return Err(invalid(found).with_hint("It is a number of bytes, as 100000000."));
        }
        Ok(())
    }

    /// [`Config::check`], for a pipeline whose triggers are not made by
    /// [`Capture`](super::Capture) but are what they are, as the registry's.
    ///
    /// # Errors
    /// As [`Config::check`], and F0000 for other triggers than those.
    pub fn check_fixed_capture(&self) -> Result<()> {
        self.check()?;
        let (found, hint) = match () {
            () if self.enable_blobs => (
                "invalid value for \"astha.enable_blobs\": true",
                "The registry's tables have no BLOBs.",
            ),
            () if !self.subsecond_time => (
                "invalid value for \"astha.subsecond_time\": false",
                "Changes of the registry always have their times to the millisecond.",
            ),
            () => return Ok(()),
        };
        Err(invalid(found.to_owned()).with_hint(hint))
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::Internal(Fault::Config), message)
}
