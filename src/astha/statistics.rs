//! What the pipeline counts.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// The counters of one pipeline, or of one component of it. Cheap to share; a metrics
/// page reads them where they are.
#[derive(Debug)]
pub struct Statistics {
    /// Events that components took.
    pub processed: Counter,
    /// Events that were given up: dead letters.
    pub failed: Counter,
    /// Deliveries after the first attempt.
    pub retries: Counter,
    /// Deliveries that failed.
    pub errors: Counter,
    /// Units delivered.
    pub batches: Counter,
    /// The most events of a unit.
    pub largest_batch: Gauge,
    /// Refreshes asked of components.
    pub refreshes: Counter,
    /// Rows that were removed from the log.
    pub cleaned: Counter,
    /// How long a component takes for a unit (in seconds).
    pub processing: Histogram,
    /// How long removing rows from the log takes (in seconds).
    pub cleanup: Histogram,
    /// Events of units.
    pub batch_sizes: Histogram,
    /// The sum of what [`Statistics::processing`] observed (in microseconds).
    spent: AtomicU64,
    last_error: Mutex<Option<DateTime<Utc>>>,
    tables: Mutex<BTreeMap<String, u64>>,
}

/// What was counted until now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// Events that components took.
    pub processed: u64,
    /// Events that were given up: dead letters.
    pub failed: u64,
    /// Deliveries after the first attempt.
    pub retries: u64,
    /// Deliveries that failed.
    pub errors: u64,
    /// Units delivered.
    pub batches: u64,
    /// The most events of a unit.
    pub largest_batch: u64,
    /// The mean of events of a unit.
    pub average_batch: f64,
    /// The mean time a component took for a unit.
    pub average_processing: Duration,
    /// Refreshes asked of components.
    pub refreshes: u64,
    /// Rows that were removed from the log.
    pub cleaned: u64,
    /// Failed deliveries of all, from 0 to 1.
    pub error_rate: f64,
    /// When a delivery failed last.
    pub last_error: Option<DateTime<Utc>>,
    /// Events that were taken, by table.
    pub events: BTreeMap<String, u64>,
}

impl Default for Statistics {
    fn default() -> Self {
        // From 10 µs to 84 s, and from 1 to 16,384 events.
        let seconds = || Histogram::new(exponential_buckets(0.000_01, 2.0, 24));
        Self {
            processed: Counter::default(),
            failed: Counter::default(),
            retries: Counter::default(),
            errors: Counter::default(),
            batches: Counter::default(),
            largest_batch: Gauge::default(),
            refreshes: Counter::default(),
            cleaned: Counter::default(),
            processing: seconds(),
            cleanup: seconds(),
            batch_sizes: Histogram::new(exponential_buckets(1.0, 2.0, 15)),
            spent: AtomicU64::new(0),
            last_error: Mutex::default(),
            tables: Mutex::default(),
        }
    }
}

impl Statistics {
    /// A unit was taken.
    pub(super) fn took(&self, unit: &super::Unit, after: Duration) {
        let events = unit.events.len();
        self.processed.inc_by(events as u64);
        self.batches.inc();
        let events = i64::try_from(events).unwrap_or(i64::MAX);
        if self.largest_batch.get() < events {
            self.largest_batch.set(events);
        }
        self.batch_sizes.observe(events as f64);
        self.processing.observe(after.as_secs_f64());
        let micros = u64::try_from(after.as_micros()).unwrap_or(u64::MAX);
        self.spent.fetch_add(micros, Ordering::Relaxed);
        let mut tables = self.tables.lock();
        for event in &unit.events {
            match tables.get_mut(&event.table) {
                Some(count) => *count += 1,
                None => drop(tables.insert(event.table.clone(), 1)),
            }
        }
    }

    /// A delivery failed.
    pub(super) fn erred(&self) {
        self.errors.inc();
        *self.last_error.lock() = Some(Utc::now());
    }

    /// Rows were removed from the log.
    pub(super) fn cleaned(&self, rows: usize, after: Duration) {
        self.cleaned.inc_by(rows as u64);
        self.cleanup.observe(after.as_secs_f64());
    }

    /// What was counted until now.
    pub fn counts(&self) -> Counts {
        let (processed, batches) = (self.processed.get(), self.batches.get());
        let ratio = |part: u64, all: u64| match all {
            0 => 0.0,
            all => part as f64 / all as f64,
        };
        Counts {
            processed,
            failed: self.failed.get(),
            retries: self.retries.get(),
            errors: self.errors.get(),
            batches,
            largest_batch: u64::try_from(self.largest_batch.get()).unwrap_or(0),
            average_batch: ratio(processed, batches),
            average_processing: Duration::from_micros(
                self.spent.load(Ordering::Relaxed) / batches.max(1),
            ),
            refreshes: self.refreshes.get(),
            cleaned: self.cleaned.get(),
            error_rate: ratio(self.errors.get(), self.errors.get() + batches),
            last_error: *self.last_error.lock(),
            events: self.tables.lock().clone(),
        }
    }

    /// Shows them on a metrics page.
    pub fn register(&self, page: &mut Registry) {
        let mut counter = |name, help, counter: &Counter| {
            page.register(name, help, counter.clone());
        };
        counter(
            "astha_changes_processed",
            "Changes that components took",
            &self.processed,
        );
        counter(
            "astha_changes_failed",
            "Changes that were given up as dead letters",
            &self.failed,
        );
        counter(
            "astha_delivery_retries",
            "Deliveries after the first attempt",
            &self.retries,
        );
        counter(
            "astha_delivery_errors",
            "Deliveries that failed",
            &self.errors,
        );
        counter("astha_batches", "Units delivered", &self.batches);
        counter(
            "astha_refreshes",
            "Refreshes asked of components",
            &self.refreshes,
        );
        counter(
            "astha_log_rows_cleaned",
            "Rows removed from the change log",
            &self.cleaned,
        );
        page.register(
            "astha_largest_batch",
            "The most events of a unit",
            self.largest_batch.clone(),
        );
        let mut histogram = |name, help, histogram: &Histogram| {
            page.register(name, help, histogram.clone());
        };
        histogram(
            "astha_processing_seconds",
            "How long a component takes for a unit",
            &self.processing,
        );
        histogram(
            "astha_cleanup_seconds",
            "How long removing rows from the change log takes",
            &self.cleanup,
        );
        histogram("astha_batch_events", "Events of units", &self.batch_sizes);
    }
}
