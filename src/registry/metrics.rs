//! What a registry and the sessions over it count.

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry as Page;

use crate::error::Error;

/// The label of an error: its SQLSTATE.
type Sort = [(&'static str, String); 1];

/// Counters that are shared by whoever counts and whoever shows them.
#[derive(Debug)]
pub struct Metrics {
    /// Schemas judged against the versions before them.
    pub compatibility_checks: Counter,
    /// Versions that followed another one.
    pub migrations: Counter,
    /// Sessions there are.
    pub sessions: Gauge,
    errors: Family<Sort, Gauge>,
    statements: Histogram,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            compatibility_checks: Counter::default(),
            migrations: Counter::default(),
            sessions: Gauge::default(),
            errors: Family::default(),
            // From 10 µs to 84 s.
            statements: Histogram::new(exponential_buckets(0.000_01, 2.0, 24)),
        }
    }
}

impl Metrics {
    /// A statement was answered, or refused.
    pub fn answered<T>(&self, outcome: &Result<T, Error>, after: Duration) {
        self.statements.observe(after.as_secs_f64());
        if let Err(error) = outcome {
            let sort = [("type", error.sqlstate().to_owned())];
            self.errors.get_or_create(&sort).inc();
        }
    }

    /// A session began; it ends when the answer is dropped.
    pub fn session(self: &Arc<Self>) -> Seat {
        self.sessions.inc();
        Seat(self.clone())
    }

    /// Shows them on a metrics page.
    pub fn register(&self, page: &mut Page) {
        page.register(
            "schema_registry_errors",
            "Statements that failed, by SQLSTATE",
            self.errors.clone(),
        );
        page.register(
            "rekha_sessions",
            "Sessions there are",
            self.sessions.clone(),
        );
        page.register(
            "rekha_statement_seconds",
            "How long statements take to be answered",
            self.statements.clone(),
        );
    }
}

/// A session's place among those that are counted.
#[derive(Debug)]
pub struct Seat(Arc<Metrics>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.sessions.dec();
    }
}
