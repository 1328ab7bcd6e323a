//! The server of these pages.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;

use super::connection::Connections;
use super::probe::Probe;
use super::{health, metrics};
use crate::registry::Registry;
use crate::tasks::Tasks;

/// How long pages that are being made, or asked for, are waited for at the end.
const LAST_PAGES: Duration = Duration::from_secs(2);

/// Answers HTTP until its tasks stop.
pub struct Http {
    registry: Arc<Registry>,
    tasks: Tasks,
}

impl Http {
    /// The pages of a registry.
    pub fn new(registry: Arc<Registry>, tasks: Tasks) -> Self {
        Self { registry, tasks }
    }

    /// Serves until the tasks are asked to stop.
    pub async fn run(self, listener: TcpListener) {
        let stop = self.tasks.stopping().clone();
        // A page that is being made is still answered; whoever never ends a request is
        // not waited for.
        let over = async {
            stop.cancelled().await;
            tokio::time::sleep(LAST_PAGES).await;
        };
        let pages = Router::new()
            .route("/health/schema-registry", get(health_page))
            .route("/livez", get(|| async { "ok\n" }))
            .route("/readyz", get(ready_page))
            .route("/metrics", get(metrics_page))
            .with_state(Probe::new(self.registry, self.tasks));
        let served = axum::serve(Connections::new(listener), pages)
            .with_graceful_shutdown(stop.clone().cancelled_owned());
        tokio::select! {
            served = served.into_future() => if let Err(error) = served {
                tracing::error!(%error, "HTTP is no longer served");
            },
            () = over => {}
        }
    }
}

async fn health_page(State(probe): State<Probe>) -> Response {
    let report = health::report(&probe).await;
    let status = match report.is_healthy() {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, Json(report)).into_response()
}

async fn ready_page(State(probe): State<Probe>) -> Response {
    // The store can be read.
    match probe.log_state().await {
        Some(_) => (StatusCode::OK, "ok\n").into_response(),
        None => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the store does not answer\n",
        )
            .into_response(),
    }
}

async fn metrics_page(State(probe): State<Probe>) -> Response {
    match metrics::page(&probe).await {
        Ok(text) => {
            let content = [(header::CONTENT_TYPE, metrics::CONTENT_TYPE)];
            (content, text).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the metrics cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
