//! The composition root: the only place where modules are wired to each other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::config::{Config, StoreUrl};
use crate::error::{Error, ErrorKind, Fault, Result};
use crate::http::Http;
#[cfg(feature = "query")]
use crate::query::Engine;
use crate::registry::{Registry, StoreLocation};
use crate::session::{Session, SessionOptions};
use crate::tasks::Tasks;
use crate::wire::{OpenSession, Wire};

/// A running server. Dropping it stops it without waiting for anything;
/// [`Server::shutdown`] lets running statements finish.
pub struct Server {
    address: SocketAddr,
    http_address: Option<SocketAddr>,
    registry: Arc<Registry>,
    tasks: Tasks,
    grace: Duration,
}

impl Server {
    /// Opens the store, listens, and serves in the background of the current
    /// runtime.
    ///
    /// # Errors
    /// F0000 for a configuration that makes no sense, 58030 when the address is
    /// taken or the store cannot be opened, XX001 and 55000 when the store is
    /// not one of ours.
    pub async fn start(config: Config) -> Result<Self> {
        config.check()?;
        // The address first: a second server on it must not touch the store.
        let (listener, address) = listen(config.listen, "--listen").await?;
        let http = listen_http(config.http).await?;
        let StoreUrl::Sqlite(path) = config.store;
        let registry = Registry::builder()
            .store(StoreLocation::Sqlite(path))
            .cache(config.cache)
            .astha(config.astha)
            .compatibility(config.registry.compatibility)
            .build()
            .await?;

        let tasks = Tasks::new();
        #[cfg(feature = "query")]
        let engine = Arc::new(Engine::new(&config.query, Vec::new())?);
        let open: OpenSession = {
            let registry = registry.clone();
            let limits = config.session;
            Arc::new(move |options| {
                let options = SessionOptions { limits, ..options };
                let session = Session::new(registry.clone(), options)?;
                #[cfg(feature = "query")]
                let session = session.with_engine(engine.clone());
                Ok(session)
            })
        };
        let wire = Wire::new(config.wire, open, tasks.clone());
        tasks.spawn("wire", async move { wire.run(listener).await });
        let http_address = http.as_ref().map(|(_, address)| *address);
        if let Some((listener, _)) = http {
            let pages = Http::new(registry.clone(), tasks.clone());
            tasks.spawn("http", pages.run(listener));
        }
        Ok(Self {
            address,
            http_address,
            registry,
            tasks,
            grace: config.shutdown.grace,
        })
    }

    /// Where it listens: the real port when any was asked for.
    pub fn listen_addr(&self) -> SocketAddr {
        self.address
    }

    /// Where it tells health and metrics: the real port when any was asked for.
    /// Nothing when the default address was taken.
    pub fn http_addr(&self) -> Option<SocketAddr> {
        self.http_address
    }

    /// The registry it serves.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// Stops in order, within one grace period: no new connections; running
    /// statements finish and are answered; Astha finishes its batch; the store
    /// closes.
    ///
    /// # Errors
    /// 57P01 with the names of what still ran when the grace period was over.
    pub async fn shutdown(self) -> Result<()> {
        let begun = tokio::time::Instant::now();
        let mut late = self.tasks.stop(self.grace).await;
        let left = self.grace.saturating_sub(begun.elapsed());
        late.extend(self.registry.close(left).await);
        if late.is_empty() {
            tracing::info!("stopped");
            return Ok(());
        }
        let kind = ErrorKind::Unavailable(crate::error::Resource::Server);
        Err(
            Error::new(kind, "the grace period ended before everything had stopped")
                .with_detail(format!("Still running: {}.", late.join(", "))),
        )
    }
}

/// Listens for HTTP. Somebody who runs a second server without saying where its health
/// is told gets the server all the same, and a warning.
async fn listen_http(at: SocketAddr) -> Result<Option<(TcpListener, SocketAddr)>> {
    match listen(at, "--http").await {
        Err(error) if at == Config::default().http => {
            tracing::warn!(%error, "health and metrics are not served; say where with --http");
            Ok(None)
        }
        listening => listening.map(Some),
    }
}

/// Listens at an address.
async fn listen(at: SocketAddr, flag: &str) -> Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(at).await.map_err(|error| {
        let message = format!("cannot listen on {at}: {error}");
        Error::new(ErrorKind::Internal(Fault::Io), message)
            .with_hint(format!(
                "Choose another address with {flag}; port 0 takes a free one."
            ))
            .with_source(error)
    })?;
    let address = listener.local_addr().map_err(|error| {
        Error::new(
            ErrorKind::Internal(Fault::Io),
            "the listener has no address",
        )
        .with_source(error)
    })?;
    Ok((listener, address))
}

/// A server that was not shut down stops listening.
impl Drop for Server {
    fn drop(&mut self) {
        self.tasks.stopping().cancel();
    }
}
