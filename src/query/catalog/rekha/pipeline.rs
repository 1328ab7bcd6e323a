//! How changes reach the components that follow them.

use crate::query::catalog::cell::*;
use crate::query::catalog::source::Maker;
use crate::registry::{ComponentInfo, Pipeline};
use crate::relation::{Row, Type, Value};

pub(in crate::query::catalog) fn components(maker: &Maker<'_>, pipeline: &Pipeline) -> Vec<Row> {
    let row = |info: &ComponentInfo| {
        let ComponentInfo {
            component,
            status,
            circuit,
            failures,
            position,
            last_seen,
            last_error,
            ..
        } = info;
        maker.row([
            ("name", text(component.name)),
            ("version", text(component.version)),
            ("status", text(status.as_str())),
            (
                "subscriptions",
                array(Type::TEXT, component.tables.iter().map(text)),
            ),
            ("position", int8(position.0)),
            ("lag", int8((pipeline.log.end.0 - position.0).max(0))),
            ("failures", int8(i64::from(*failures))),
            ("breaker", text(circuit.as_str())),
            ("last_error", maybe(last_error.as_deref())),
            ("last_seen_at", Value::TimestampTz((*last_seen).into())),
        ])
    };
    pipeline.components.iter().map(row).collect()
}

pub(in crate::query::catalog) fn cdc(maker: &Maker<'_>, pipeline: &Pipeline) -> Vec<Row> {
    let count = |count: u64| int8(i64::try_from(count).unwrap_or(i64::MAX));
    let counts = &pipeline.statistics.counts;
    let latency = counts.average_processing.as_secs_f64() * 1_000.0;
    vec![maker.row([
        ("log_depth", count(pipeline.log.depth)),
        ("events", count(counts.processed)),
        ("events_failed", count(counts.failed)),
        ("batches", count(counts.batches)),
        ("retries", count(counts.retries)),
        ("latency_ms", Value::Float8(latency)),
    ])]
}
