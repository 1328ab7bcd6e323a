//! How soon a subscriber is told of a commit, and how fast a backlog is drained.
//!
//!     cargo bench --bench pipeline

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use parking_lot::Mutex;
use rekha::astha::{Component, Health, Refresh, Subscriber, Unit};
use rekha::position::Position;
use rekha::registry::{Draft, Operation, Registry};
use rekha::schema::StreamName;
use rekha::session::{Session, SessionOptions};

/// Commits whose latency is taken.
const COMMITS: usize = 5_000;

/// Streams in the backlog; each is eight rows of the log.
const STREAMS: usize = 10_000;

/// Sessions that make the backlog.
const SESSIONS: usize = 16;

const TABLES: &[&str] = &["databases", "tables", "table_columns", "table_metadata"];

/// Notes when it was told of each position, and how many events came.
struct Recorder {
    name: &'static str,
    told: Mutex<HashMap<Position, Instant>>,
    events: Mutex<usize>,
}

impl Recorder {
    fn new(name: &'static str) -> Arc<Self> {
        Arc::new(Self {
            name,
            told: Mutex::default(),
            events: Mutex::default(),
        })
    }
}

#[async_trait]
impl Subscriber for Recorder {
    fn component(&self) -> Component {
        Component {
            name: self.name,
            version: "1",
            tables: TABLES,
        }
    }

    async fn on_event(&self, unit: &Unit) -> rekha::Result<()> {
        self.told.lock().insert(unit.position, Instant::now());
        *self.events.lock() += unit.events.len();
        Ok(())
    }

    async fn on_health(&self) -> Health {
        Health::Healthy
    }

    async fn on_refresh(&self, _: Refresh, _: Position) -> rekha::Result<()> {
        Ok(())
    }
}

#[tokio::main]
async fn main() -> rekha::Result<()> {
    let directory = tempfile::tempdir().expect("a directory for the store");
    let registry = Registry::builder()
        .sqlite(directory.path().join("bench.db"))
        .build()
        .await?;
    latency(&registry).await?;
    drain(&registry).await?;
    registry.close(Duration::from_secs(60)).await;
    Ok(())
}

/// Commits one after another; each is told before the next is begun.
async fn latency(registry: &Arc<Registry>) -> rekha::Result<()> {
    let recorder = Recorder::new("bench_latency");
    let astha = registry
        .astha()
        .expect("a store in SQLite has a change log");
    astha.subscribe(recorder.clone()).await?;
    let mut session = Session::new(registry.clone(), SessionOptions::default())?;
    session
        .execute("CREATE STREAM latency (id BIGINT PRIMARY KEY)")
        .await?;

    let stream = StreamName::new("public", "latency");
    let mut answered = Vec::with_capacity(COMMITS);
    for number in 0..COMMITS {
        let text = Some(format!("comment {number}"));
        let operation = Operation::CommentOnStream {
            stream: stream.clone().into(),
            text,
        };
        let mut draft = Draft::default();
        registry.apply(&mut draft, &operation, "bench").await?;
        let position = registry.commit(draft).await?;
        answered.push((position, Instant::now()));
        astha.delivered(position).await;
    }
    let told = recorder.told.lock();
    let mut latencies: Vec<Duration> = answered
        .iter()
        .map(|(position, at)| {
            told.get(position)
                .map_or(Duration::MAX, |told| told.saturating_duration_since(*at))
        })
        .collect();
    latencies.sort_unstable();
    let at = |share: f64| {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss
        )]
        let index = ((latencies.len() - 1) as f64 * share) as usize;
        latencies[index].as_secs_f64() * 1e6
    };
    println!("commit to subscriber, from COMMIT's return, {COMMITS} commits:");
    println!(
        "  p50 {:>8.1} µs   p99 {:>8.1} µs   p99.9 {:>8.1} µs",
        at(0.5),
        at(0.99),
        at(0.999)
    );
    Ok(())
}

/// A backlog that nobody has read, then one activation.
async fn drain(registry: &Arc<Registry>) -> rekha::Result<()> {
    let recorder = Recorder::new("bench_drain");
    let astha = registry
        .astha()
        .expect("a store in SQLite has a change log");
    astha.register(recorder.clone()).await?;
    let create = |session: usize| {
        let registry = registry.clone();
        async move {
            let mut client = Session::new(registry, SessionOptions::default())?;
            for number in (session..STREAMS).step_by(SESSIONS) {
                let columns = "id BIGINT PRIMARY KEY, a INTEGER, b TEXT, c TIMESTAMP";
                client
                    .execute(&format!("CREATE STREAM drain_{number} ({columns})"))
                    .await?;
            }
            Ok::<_, rekha::Error>(())
        }
    };
    let begun = Instant::now();
    futures::future::try_join_all((0..SESSIONS).map(create)).await?;
    println!(
        "{STREAMS} streams made by {SESSIONS} sessions in {:.1} s",
        begun.elapsed().as_secs_f64()
    );

    let begun = Instant::now();
    astha.activate().await?;
    let (events, elapsed) = (*recorder.events.lock(), begun.elapsed().as_secs_f64());
    #[allow(clippy::cast_precision_loss)]
    let rate = events as f64 / elapsed;
    println!("backlog drained: {events} events in {elapsed:.2} s, {rate:.0} a second");
    Ok(())
}
