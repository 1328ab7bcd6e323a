//! What the server knows of itself.

use crate::query::catalog::cell::*;
use crate::query::catalog::source::Maker;
use crate::query::context::Setting;
use crate::relation::{Row, Value};

pub(super) fn cache(maker: &Maker<'_>) -> Vec<Row> {
    let statistics = maker.context.registry.cache_statistics();
    let count = |count: u64| int8(i64::try_from(count).unwrap_or(i64::MAX));
    vec![maker.row([
        ("entries", count(statistics.entries)),
        ("hits", count(statistics.hits)),
        ("misses", count(statistics.misses)),
        ("hit_ratio", Value::Float8(statistics.hit_ratio())),
        ("evictions", count(statistics.evictions)),
        ("refreshes", count(statistics.refreshes)),
        ("invalidations", count(statistics.invalidations)),
        ("memory_bytes", count(statistics.memory)),
        ("stale_reads", count(statistics.stale_reads)),
    ])]
}

pub(super) fn settings(maker: &Maker<'_>) -> Vec<Row> {
    let row = |setting: Setting| {
        maker.row([
            ("name", text(setting.name)),
            ("value", text(setting.value)),
            ("unit", maybe(setting.unit)),
            ("source", text(setting.source)),
            ("description", text(setting.description)),
        ])
    };
    maker
        .context
        .conversation
        .settings()
        .into_iter()
        .map(row)
        .collect()
}
