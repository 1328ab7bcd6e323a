//! Stands in for the composition root.

use std::net::SocketAddr;

use crate::config::Config;
use crate::error::{Error, ErrorKind, Fault, Result};

/// A running server.
pub struct Server {
    listener: tokio::net::TcpListener,
}

impl Server {
    /// Starts it.
    pub async fn start(config: Config) -> Result<Self> {
        let listener = tokio::net::TcpListener::bind(config.listen)
            .await
            .map_err(|error| {
                Error::new(
                    ErrorKind::Internal(Fault::Io),
                    format!("cannot listen on {}: {error}", config.listen),
                )
            })?;
        Ok(Self { listener })
    }

    /// Where it listens.
    pub fn listen_addr(&self) -> SocketAddr {
        self.listener
            .local_addr()
            .expect("a bound listener has an address")
    }

    /// Stops it.
    pub async fn shutdown(self) -> Result<()> {
        Ok(())
    }
}
