//! The whole of it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use figment::Figment;
use serde::{Deserialize, Deserializer, de};

use super::layer::{Layer, invalid, refused};
use super::section::{DiscoveryConfig, LogConfig, RegistryConfig, ShutdownConfig, StoreUrl};
use crate::astha;
use crate::error::Result;
use crate::registry::CacheConfig;
use crate::session::SessionConfig;
use crate::wire::WireConfig;

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
    /// `[session]`
    pub session: SessionConfig,
    /// `[query]`
    #[cfg(feature = "query")]
    pub query: crate::query::QueryConfig,
    /// `[cache]`
    pub cache: CacheConfig,
    /// `[registry]`
    pub registry: RegistryConfig,
    /// `[astha]`
    pub astha: astha::Config,
    /// `[discovery]`
    pub discovery: DiscoveryConfig,
    /// `[log]`
    pub log: LogConfig,
    /// `[shutdown]`
    pub shutdown: ShutdownConfig,
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
            layers = layers.merge(Layer::in_file(path, text)?);
        }
        let environment: Vec<_> = environment.into_iter().collect();
        let velo = environment.iter().filter_map(Layer::in_velo_variable);
        let rekha = environment.iter().filter_map(Layer::in_variable);
        for layer in velo.chain(rekha).chain(Layer::in_flags(flags)) {
            layers = layers.merge(layer);
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
    /// F0000 for an address other machines can reach without `insecure`, and for what the
    /// change pipeline cannot be told.
    pub fn check(&self) -> Result<()> {
        self.astha.check_fixed_capture()?;
        self.cache.check()?;
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
            session: SessionConfig::default(),
            #[cfg(feature = "query")]
            query: crate::query::QueryConfig::default(),
            cache: CacheConfig::default(),
            registry: RegistryConfig::default(),
            astha: astha::Config::default(),
            discovery: DiscoveryConfig::default(),
            log: LogConfig::default(),
            shutdown: ShutdownConfig::default(),
        }
    }
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| {
        invalid(format!("cannot read \"{}\": {error}", path.display())).with_source(error)
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
        // A URL may hold a password before the @: it is not repeated.
        let shown = text
            .rsplit_once('@')
            .map_or(text.as_str(), |(_, host)| host);
        de::Error::custom(format!(
            "\"{shown}\" is not an IP address and a port, such as 127.0.0.1:7432"
        ))
    })
}
