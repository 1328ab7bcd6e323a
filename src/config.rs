//! How a server is set up.
//!
//! A [`Config`] is made of three layers, each winning over the one before it: a
//! TOML file, the environment, the command line. Every key can be said in each:
//!
//! | file | environment | command line |
//! | --- | --- | --- |
//! | `listen = "127.0.0.1:7432"` | `REKHA_LISTEN` | `--listen` |
//! | `[cache]` `size = 1000` | `REKHA_CACHE__SIZE` | |
//!
//! (Two underscores step into a section; only the common keys have a flag.)
//! Times are texts with a unit: `"300s"`, `"100ms"`, `"5min"`. `REKHA_LOG` is
//! short for `REKHA_LOG__FILTER`; the variables that users of the older registry
//! know are read under their own names (`VELO_SCHEMA_CACHE_TTL`, a plain number
//! being seconds), and `REKHA_*` wins over them.
//!
//! A key that is not there or a value that makes no sense stops the start, with
//! the key, where it was said, and what would do.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
use serde::{Deserialize, Deserializer, de};

use crate::error::{Error, ErrorKind, Fault, Result};
use crate::schema::Mode;

/// Everything a server is told when it starts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where clients connect. Port 0 takes a free one.
    #[serde(deserialize_with = "address")]
    pub listen: SocketAddr,
    /// Where health and metrics will be; nothing listens there yet.
    #[serde(deserialize_with = "address")]
    pub http: SocketAddr,
    /// Where the registry is kept.
    pub store: StoreUrl,
    /// Allows [`Config::listen`] to be reached from other machines, although
    /// nobody has to say who they are.
    pub insecure: bool,
    /// `[wire]`
    pub wire: WireConfig,
    /// `[cache]`
    pub cache: CacheConfig,
    /// `[registry]`
    pub registry: RegistryConfig,
    /// `[astha]`
    pub astha: AsthaConfig,
    /// `[discovery]`
    pub discovery: DiscoveryConfig,
    /// `[log]`
    pub log: LogConfig,
    /// `[shutdown]`
    pub shutdown: ShutdownConfig,
}

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
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

/// What the command line says. None of it is needed.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Flags {
    /// Where clients connect; port 0 takes a free one [default: 127.0.0.1:7432]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Where health and metrics will be [default: 127.0.0.1:8081]
    #[arg(long, value_name = "ADDRESS")]
    pub http: Option<String>,
    /// Where the registry is kept [default: sqlite:rekha.db]
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,
    /// A configuration file (TOML)
    #[arg(long, value_name = "FILE", env = "REKHA_CONFIG")]
    pub config: Option<PathBuf>,
    /// Let other machines connect, although there is no authentication
    #[arg(long)]
    pub insecure: bool,
    /// Compatibility mode where nothing else is said [default: BACKWARD]
    #[arg(long, value_name = "MODE")]
    pub compatibility: Option<String>,
    /// What is logged: a level, or directives [default: info]
    #[arg(long, value_name = "FILTER")]
    pub log: Option<String>,
    /// How a line of the log looks: auto, human or json [default: auto]
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<String>,
}

/// The older registry's variables, and the keys they are short for.
const VELO: &[(&str, &str)] = &[
    ("VELO_SCHEMA_REGISTRY_URL", "http"),
    ("VELO_SCHEMA_CACHE_TTL", "cache.ttl"),
    ("VELO_SCHEMA_CACHE_SIZE", "cache.size"),
    ("VELO_SCHEMA_COMPATIBILITY", "registry.compatibility"),
    (
        "VELO_KAFKA_SCHEMA_SAMPLE_SIZE",
        "discovery.kafka_sample_size",
    ),
    ("VELO_FILE_SCHEMA_INFER_LINES", "discovery.file_infer_lines"),
    (
        "VELO_POSTGRES_SCHEMA_INCLUDE_VIEWS",
        "discovery.postgres_include_views",
    ),
];

impl Config {
    /// Puts the layers together. `file` is the name and the text of the file.
    ///
    /// # Errors
    /// F0000 for a key that is not there, a value that makes no sense, and an
    /// address other machines can reach without `insecure`.
    pub fn load(
        flags: &Flags,
        environment: impl IntoIterator<Item = (String, String)>,
        file: Option<(&Path, &str)>,
    ) -> Result<Self> {
        let mut layers = Figment::new();
        if let Some((path, text)) = file {
            layers = layers.merge(Said::in_file(path, text)?);
        }
        let environment: Vec<_> = environment.into_iter().collect();
        let velo = environment.iter().filter_map(Said::in_velo_variable);
        let rekha = environment.iter().filter_map(Said::in_variable);
        for said in velo.chain(rekha).chain(Said::in_flags(flags)) {
            layers = layers.merge(said);
        }
        let config: Self = layers.extract().map_err(|error| refused(error, &layers))?;
        config.check()?;
        Ok(config)
    }

    /// Reads the file that the flags name, and the process's environment.
    ///
    /// # Errors
    /// Those of [`Config::load`], and F0000 when the file cannot be read.
    pub fn from_process(flags: &Flags) -> Result<Self> {
        let file = match &flags.config {
            Some(path) => Some((path.as_path(), read(path)?)),
            None => None,
        };
        // A variable that is not Unicode is none of ours.
        let environment = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self::load(
            flags,
            environment,
            file.as_ref().map(|(path, text)| (*path, text.as_str())),
        )
    }

    /// Says what is wrong with a configuration as a whole.
    ///
    /// # Errors
    /// F0000 for an address other machines can reach without `insecure`.
    pub fn check(&self) -> Result<()> {
        if self.insecure || self.listen.ip().is_loopback() {
            return Ok(());
        }
        Err(invalid(format!(
            "refusing to listen on {}: other machines could reach it, and there is no authentication yet",
            self.listen
        ))
        .with_hint(format!(
            "Listen on 127.0.0.1:{}, or say --insecure when only trusted clients can reach the address.",
            self.listen.port()
        )))
    }
}

impl Default for Config {
    fn default() -> Self {
        let local = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        Self {
            listen: local(7432),
            http: local(8081),
            store: StoreUrl::default(),
            insecure: false,
            wire: WireConfig::default(),
            cache: CacheConfig::default(),
            registry: RegistryConfig::default(),
            astha: AsthaConfig::default(),
            discovery: DiscoveryConfig::default(),
            log: LogConfig::default(),
            shutdown: ShutdownConfig::default(),
        }
    }
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

/// One place that says something: the file, a variable or a flag.
struct Said {
    place: String,
    values: Dict,
}

impl Said {
    fn new(place: String, key: &str, value: Value) -> Self {
        let values = figment::util::nest(key, value)
            .into_dict()
            .unwrap_or_default();
        Self { place, values }
    }

    fn in_file(path: &Path, text: &str) -> Result<Self> {
        let values = toml::from_str(text).map_err(|error| {
            invalid(format!(
                "cannot read \"{}\": {}",
                path.display(),
                error.to_string().trim_end()
            ))
        })?;
        Ok(Self {
            place: format!("file {}", path.display()),
            values,
        })
    }

    fn in_variable((name, text): &(String, String)) -> Option<Self> {
        let key = match name.strip_prefix("REKHA_")? {
            "LOG" => "log.filter".to_owned(),
            // Of the command line.
            "CONFIG" | "URL" => return None,
            // Kubernetes puts these there for a service called rekha.
            name if name.starts_with("SERVICE_") || name == "PORT" || name.starts_with("PORT_") => {
                return None;
            }
            name => name.to_ascii_lowercase().replace("__", "."),
        };
        Some(Self::new(
            format!("environment variable {name}"),
            &key,
            value(text),
        ))
    }

    fn in_velo_variable((name, text): &(String, String)) -> Option<Self> {
        let (_, key) = VELO.iter().find(|(velo, _)| velo == name)?;
        let value = match *key {
            "cache.ttl" if text.bytes().all(|b| b.is_ascii_digit()) => format!("{text}s").into(),
            _ => value(text),
        };
        Some(Self::new(
            format!("environment variable {name}"),
            key,
            value,
        ))
    }

    fn in_flags(flags: &Flags) -> impl Iterator<Item = Self> {
        let texts = [
            ("--listen", "listen", &flags.listen),
            ("--http", "http", &flags.http),
            ("--store", "store", &flags.store),
            (
                "--compatibility",
                "registry.compatibility",
                &flags.compatibility,
            ),
            ("--log", "log.filter", &flags.log),
            ("--log-format", "log.format", &flags.log_format),
        ];
        let texts = texts.into_iter().filter_map(|(flag, key, text)| {
            Some(Self::new(flag.to_owned(), key, text.clone()?.into()))
        });
        let insecure = flags
            .insecure
            .then(|| Self::new("--insecure".to_owned(), "insecure", true.into()));
        texts.chain(insecure)
    }
}

impl Provider for Said {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.place.clone())
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

/// A variable's text as the value it spells: `true`, `7`, or itself.
fn value(text: &str) -> Value {
    match text.parse::<Value>() {
        Ok(value @ (Value::Bool(..) | Value::Num(..))) => value,
        _ => text.into(),
    }
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| {
        invalid(format!("cannot read \"{}\": {error}", path.display())).with_source(error)
    })
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::Internal(Fault::Config), message)
}

/// Names the key, where it was said and what would do.
fn refused(error: figment::Error, layers: &Figment) -> Error {
    let mut path = error.path.clone();
    let message = match &error.kind {
        figment::error::Kind::UnknownField(name, known) => {
            if path.last() != Some(name) {
                path.push(name.clone());
            }
            format!("unknown setting \"{}\"", path.join("."))
                + &place(&path, layers)
                + &format!(": expected one of {}", known.join(", "))
        }
        kind => format!(
            "invalid value for \"{}\"{}: {kind}",
            path.join("."),
            place(&path, layers)
        ),
    };
    invalid(message)
}

fn place(path: &[String], layers: &Figment) -> String {
    match layers.find_metadata(&path.join(".")) {
        Some(metadata) => format!(" in {}", metadata.name),
        None => String::new(),
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

/// `host:port`, or `http://host:port`, where the host is an IP address or `localhost`.
fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    let address = text
        .strip_prefix("http://")
        .unwrap_or(&text)
        .trim_end_matches('/');
    let address = match address.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => address.to_owned(),
    };
    address.parse().map_err(|_| {
        de::Error::custom(format!(
            "\"{text}\" is not an IP address and a port, such as 127.0.0.1:7432"
        ))
    })
}

#[cfg(test)]
mod tests;
