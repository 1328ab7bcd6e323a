//! The page for Prometheus.

use std::fmt;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry as Page;

use super::probe::{Probe, in_time};

/// OpenMetrics 1.0.
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A component's name as a label.
type Name = [(&'static str, &'static str); 1];

/// What is counted until now.
///
/// The names without `_total` are those that dashboards of this family know; they
/// are told as gauges, since OpenMetrics gives every counter that ending.
///
/// # Errors
/// None that a text could have.
pub(super) async fn page(probe: &Probe) -> Result<String, fmt::Error> {
    let mut page = Page::default();
    let registry = probe.registry();
    let cache = registry.cache_statistics();
    let metrics = registry.metrics();
    let number = |page: &mut Page, name: &str, help: &str, value: u64| {
        let gauge = Gauge::<i64>::default();
        gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        page.register(name, help, gauge);
    };
    // Nothing is discovered yet.
    page.register(
        "schema_registry_discoveries",
        "Schemas that were discovered",
        Counter::<u64>::default(),
    );
    for (name, help, value) in [
        (
            "schema_registry_cache_hits",
            "Lookups the cache answered",
            cache.hits,
        ),
        (
            "schema_registry_cache_misses",
            "Lookups the store answered",
            cache.misses,
        ),
        (
            "schema_registry_cache_entries",
            "Streams in the cache",
            cache.entries,
        ),
        (
            "schema_registry_cache_bytes",
            "Memory of the cache",
            cache.memory,
        ),
        (
            "schema_registry_cache_evictions",
            "Entries that went for want of room or for age",
            cache.evictions,
        ),
        (
            "schema_registry_stale_reads",
            "Entries that said something else than the store; must stay 0",
            cache.stale_reads,
        ),
        (
            "schema_evolution_compatibility_checks",
            "Schemas judged against the versions before them",
            metrics.compatibility_checks.get(),
        ),
        (
            "schema_evolution_migrations",
            "Versions that followed another one",
            metrics.migrations.get(),
        ),
    ] {
        number(&mut page, name, help, value);
    }
    metrics.register(&mut page);
    // Without the store nobody knows how far the log goes; the rest is told all the same.
    let log = probe.log_state().await;
    if let Some(log) = &log {
        number(
            &mut page,
            "astha_log_rows",
            "Rows of the change log that somebody still needs",
            log.depth,
        );
    }
    if let Some(astha) = registry.astha() {
        astha.statistics().register(&mut page);
        if let Some(statistics) = in_time(astha.scheduler_statistics()).await {
            let rate = Gauge::<f64, std::sync::atomic::AtomicU64>::default();
            rate.set(statistics.counts.error_rate);
            page.register("astha_error_rate", "Failed deliveries of all, 0 to 1", rate);
            number(
                &mut page,
                "astha_held_bytes",
                "Events held in memory",
                statistics.memory as u64,
            );
        }
        let (lag, up) = (
            Family::<Name, Gauge>::default(),
            Family::<Name, Gauge>::default(),
        );
        for info in astha.components() {
            let name = [("component", info.component.name)];
            if let Some(log) = &log {
                let behind = log.end.0 - info.position.0;
                lag.get_or_create(&name).set(behind.max(0));
            }
            let is_active = info.status.as_str() == "active";
            up.get_or_create(&name).set(i64::from(is_active));
        }
        page.register("astha_queue_depth", "How far components are behind", lag);
        page.register(
            "astha_component_active",
            "Whether components do their work",
            up,
        );
    }
    let mut text = String::new();
    encode(&mut text, &page)?;
    Ok(text)
}
