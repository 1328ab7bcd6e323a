//! How the registry is.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::probe::Probe;
use crate::registry::{ComponentInfo, LogState};

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
    /// Nothing when the store does not say how far the log goes.
    lag: Option<i64>,
    failures: u32,
    last_seen: DateTime<Utc>,
    last_error: Option<String>,
}

impl Report {
    pub(super) fn is_healthy(&self) -> bool {
        self.status == HEALTHY
    }
}

/// How the registry is now: healthy if the store answers and no component has
/// failed. One that somebody paused has not.
pub(super) async fn report(probe: &Probe) -> Report {
    let log = probe.log_state().await;
    let registry = probe.registry();
    let components = registry.astha().map(|astha| astha.components());
    let components = components.unwrap_or_default().into_iter();
    let components: BTreeMap<_, _> = components
        .map(|info| (info.component.name, component(info, log.as_ref())))
        .collect();
    let failed = |component: &Component| component.status == "error";
    let is_healthy = log.is_some() && !components.values().any(failed);
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

fn component(info: ComponentInfo, log: Option<&LogState>) -> Component {
    Component {
        status: info.status.as_str(),
        version: info.component.version,
        breaker: info.circuit.as_str(),
        position: info.position.0,
        lag: log.map(|log| (log.end.0 - info.position.0).max(0)),
        failures: info.failures,
        last_seen: info.last_seen,
        last_error: info.last_error,
    }
}
