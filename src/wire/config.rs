use std::time::Duration;

use serde::Deserialize;

/// The limits of the wire: a section of the server's configuration.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub struct WireConfig {
    /// How many clients may be logged in at once (a count); one more is refused
    /// with 53300. As many again may be in the middle of logging in.
    pub max_connections: usize,
    /// How long a client may take from the connection to the first
    /// ReadyForQuery.
    #[serde(with = "humantime_serde")]
    pub startup_timeout: Duration,
    /// The longest start-up packet (in bytes); 10,000 as in PostgreSQL.
    pub max_startup_bytes: usize,
    /// The longest message of a client that is logged in (in bytes); a longer
    /// one is refused with 54000 before any of it is kept.
    pub max_message_bytes: usize,
    /// How much all clients together may have in messages longer than 64 KiB
    /// (in bytes, at least [`WireConfig::max_message_bytes`]).
    pub large_message_budget_bytes: usize,
    /// How long a large message waits for its part of the budget before it is
    /// refused with 53200.
    #[serde(with = "humantime_serde")]
    pub large_message_timeout: Duration,
    /// How long a message may take from its first byte to its last.
    #[serde(with = "humantime_serde")]
    pub message_timeout: Duration,
    /// How long a connection is silent before TCP asks whether the client's
    /// machine is still there.
    #[serde(with = "humantime_serde")]
    pub keepalive: Duration,
}

impl Default for WireConfig {
    fn default() -> Self {
        Self {
            max_connections: 1_000,
            startup_timeout: Duration::from_secs(10),
            max_startup_bytes: 10_000,
            max_message_bytes: 8 << 20,
            large_message_budget_bytes: 256 << 20,
            large_message_timeout: Duration::from_secs(10),
            message_timeout: Duration::from_secs(60),
            keepalive: Duration::from_secs(60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_names_what_differs_from_the_default() {
        let config: WireConfig = toml::from_str(
            "max_connections = 3\nstartup_timeout = \"2s\"\nmessage_timeout = \"500ms\"",
        )
        .unwrap();
        let expected = WireConfig {
            max_connections: 3,
            startup_timeout: Duration::from_secs(2),
            message_timeout: Duration::from_millis(500),
            ..WireConfig::default()
        };
        assert_eq!(config, expected);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for text in ["max_conections = 3", "startup_timeout = 2"] {
            assert!(toml::from_str::<WireConfig>(text).is_err(), "{text}");
        }
    }
}
