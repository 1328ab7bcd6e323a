//! One section per module.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

use super::layer::invalid;
use crate::error::{Error, Result};
use crate::schema::Mode;

/// `[registry]`: rules of the registry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegistryConfig {
    /// The mode of streams when neither they nor their namespace say one. BACKWARD.
    #[serde(deserialize_with = "from_text")]
    pub compatibility: Mode,
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
            // The rest of a URL may hold a password: it is not repeated.
            _ => Err(invalid(format!("invalid store: \"{}\"", scheme(text)))
                .with_hint("A store is sqlite:FILE, such as sqlite:rekha.db.")),
        }
    }
}

/// What stands before the first colon of a URL.
fn scheme(text: &str) -> String {
    match text.split_once(':') {
        Some((scheme, _)) => format!("{scheme}:…"),
        None => text.to_owned(),
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
