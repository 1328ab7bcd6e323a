//! One section per module.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

use super::layer::invalid;
use crate::error::{Error, Result};
use crate::schema::Mode;

/// `[wire]`: limits of the connections.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WireConfig {
    /// The most clients at a time.
    pub max_connections: usize,
    /// How long a client may take to log in.
    #[serde(with = "humantime_serde")]
    pub startup_timeout: Duration,
}

/// `[cache]`: how many definitions are kept in memory, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CacheConfig {
    /// The most streams. 1,000.
    pub size: u64,
    /// How long an entry lives without being refreshed. 300 s.
    #[serde(with = "humantime_serde")]
    pub ttl: Duration,
    /// How often entries that are in use are refreshed before they expire. 60 s.
    #[serde(with = "humantime_serde")]
    pub refresh_interval: Duration,
}

/// `[registry]`: rules of the registry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegistryConfig {
    /// The mode of streams when neither they nor their namespace say one. BACKWARD.
    #[serde(deserialize_with = "from_text")]
    pub compatibility: Mode,
}

/// `[astha]`: how the change log is read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AsthaConfig {
    /// Rows after which a batch ends. 256.
    pub batch_size: usize,
    /// The fewest rows worth a batch. 1.
    pub min_batch_size: usize,
    /// How often other programs' commits are looked for. 100 ms.
    #[serde(with = "humantime_serde")]
    pub poll_interval: Duration,
    /// The longest time between two looks. 1 s.
    #[serde(with = "humantime_serde")]
    pub max_poll_delay: Duration,
    /// Bytes of the log that a batch holds in memory. 100,000,000.
    pub max_memory_bytes: usize,
}

/// `[discovery]`: how schemas are found at their sources.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DiscoveryConfig {
    /// Messages of a Kafka topic that are looked at. 100.
    pub kafka_sample_size: usize,
    /// Lines of a file that are looked at. 1,000.
    pub file_infer_lines: usize,
    /// Whether the views of a PostgreSQL database are found, too.
    pub postgres_include_views: bool,
}

/// `[log]`: what is logged, and how.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// A level (`info`) or directives of tracing (`info,rekha::wire=debug`).
    pub filter: String,
    /// How a line looks.
    pub format: LogFormat,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Human on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// Text for people.
    Human,
    /// One JSON object a line.
    Json,
}

/// `[shutdown]`: how the server stops.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShutdownConfig {
    /// How long running work may take to finish. 30 s.
    #[serde(with = "humantime_serde")]
    pub grace: Duration,
}

/// Where the registry is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreUrl {
    /// `sqlite:FILE`
    Sqlite(PathBuf),
}

impl Default for WireConfig {
    fn default() -> Self {
        Self {
            max_connections: 1_000,
            startup_timeout: Duration::from_secs(10),
        }
    }
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self {
            size: 1_000,
            ttl: Duration::from_secs(300),
            refresh_interval: Duration::from_secs(60),
        }
    }
}

impl Default for AsthaConfig {
    fn default() -> Self {
        Self {
            batch_size: 256,
            min_batch_size: 1,
            poll_interval: Duration::from_millis(100),
            max_poll_delay: Duration::from_secs(1),
            max_memory_bytes: 100_000_000,
        }
    }
}

impl Default for DiscoveryConfig {
    fn default() -> Self {
        Self {
            kafka_sample_size: 100,
            file_infer_lines: 1_000,
            postgres_include_views: false,
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            filter: "info".to_owned(),
            format: LogFormat::Auto,
        }
    }
}

impl Default for ShutdownConfig {
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(30),
        }
    }
}

impl Default for StoreUrl {
    fn default() -> Self {
        Self::Sqlite("rekha.db".into())
    }
}

impl FromStr for StoreUrl {
    type Err = Error;

    /// Reads `sqlite:FILE`; `sqlite:///FILE` is the absolute one, too.
    ///
    /// # Errors
    /// 0A000 for `postgres://…`, which is not offered yet, F0000 for anything else.
    fn from_str(text: &str) -> Result<Self> {
        let file = text
            .strip_prefix("sqlite:")
            .map(|file| file.strip_prefix("//").unwrap_or(file));
        match file {
            Some(file) if !file.is_empty() => Ok(Self::Sqlite(file.into())),
            None if text.starts_with("postgres:") || text.starts_with("postgresql:") => {
                Err(Error::unsupported(
                    "a store in PostgreSQL",
                    "It is not offered yet; use sqlite:FILE.",
                ))
            }
            _ => Err(invalid(format!("invalid store: \"{text}\""))
                .with_hint("A store is sqlite:FILE, such as sqlite:rekha.db.")),
        }
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "sqlite:{}", file.display()),
        }
    }
}

impl<'de> Deserialize<'de> for StoreUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

fn from_text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err = Error>,
{
    String::deserialize(deserializer)?
        .parse()
        .map_err(|error: Error| {
            let hint = error
                .hint()
                .map(|hint| format!(". {hint}"))
                .unwrap_or_default();
            de::Error::custom(format!("{error}{hint}"))
        })
}
