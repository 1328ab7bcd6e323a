//! How the registry is.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::registry::{Pipeline, Registry};

/// How long the store may take to answer.
const DEADLINE: Duration = Duration::from_secs(2);

const HEALTHY: &str = "healthy";
const UNHEALTHY: &str = "unhealthy";

/// The page of health.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    status: &'static str,
    cache: Cache,
    /// Where schemas are discovered: there are none yet.
    providers: BTreeMap<String, String>,
    last_discovery: Option<DateTime<Utc>>,
    components: BTreeMap<&'static str, Component>,
}

#[derive(Debug, Serialize)]
struct Cache {
    entries: u64,
    hit_rate: f64,
    memory_mb: f64,
}

#[derive(Debug, Serialize)]
struct Component {
    status: &'static str,
    version: &'static str,
    breaker: &'static str,
    position: i64,
    lag: i64,
    failures: u32,
    last_seen: DateTime<Utc>,
    last_error: Option<String>,
}

impl Report {
    pub(super) fn is_healthy(&self) -> bool {
        self.status == HEALTHY
    }
}

/// Whether the store can be read.
pub(super) async fn is_ready(registry: &Registry) -> bool {
    let asked = tokio::time::timeout(DEADLINE, registry.position()).await;
    matches!(asked, Ok(Ok(_)))
}

/// How the registry is now: healthy if the store answers and no component has
/// failed. One that somebody paused has not.
pub(super) async fn report(registry: &Registry) -> Report {
    let asked = tokio::time::timeout(DEADLINE, registry.pipeline()).await;
    let answered = matches!(asked, Ok(Ok(_)));
    let pipeline = asked.ok().and_then(Result::ok).flatten();
    let components = pipeline.map(components).unwrap_or_default();
    let failed = |component: &Component| component.status == "error";
    let is_healthy = answered && !components.values().any(failed);
    let cache = registry.cache_statistics();
    Report {
        status: if is_healthy { HEALTHY } else { UNHEALTHY },
        cache: Cache {
            entries: cache.entries,
            hit_rate: cache.hit_ratio(),
            #[allow(clippy::cast_precision_loss, reason = "a number for people")]
            memory_mb: cache.memory as f64 / 1_000_000.0,
        },
        providers: BTreeMap::new(),
        last_discovery: None,
        components,
    }
}

fn components(pipeline: Pipeline) -> BTreeMap<&'static str, Component> {
    let end = pipeline.log.end.0;
    let each = pipeline.components.into_iter().map(|info| {
        let component = Component {
            status: info.status.as_str(),
            version: info.component.version,
            breaker: info.circuit.as_str(),
            position: info.position.0,
            lag: (end - info.position.0).max(0),
            failures: info.failures,
            last_seen: info.last_seen,
            last_error: info.last_error,
        };
        (info.component.name, component)
    });
    each.collect()
}
