//! What the change pipeline costs and gives: how fast a backlog is drained, how soon a
//! subscriber is told of a commit, what capturing costs a writer, how much an ALTER
//! STREAM logs, and how much memory a backlog takes.
//!
//!     cargo bench --bench pipeline --no-default-features
//!     cargo bench --bench pipeline --no-default-features -- --rounds 15 drain latency

use std::collections::HashMap;
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures::future::try_join_all;
use parking_lot::Mutex;
use rekha::astha::{Astha, Capture, Component, Config, Health, Refresh, Subscriber, Unit, in_unit};
use rekha::position::Position;
use rekha::registry::{Draft, Operation, Registry};
use rekha::schema::StreamName;
use rekha::session::{Session, SessionOptions};
use rekha::sqlite::{Database, Options};
use rekha::tasks::Tasks;
use rusqlite::Connection;

/// Rows of the backlog that is drained, in commits of ten.
const BACKLOG: usize = 200_000;

/// Rows of the backlog whose memory is measured.
const LARGE_BACKLOG: usize = 1_000_000;

/// Rows of a commit.
const UNIT: usize = 10;

/// Commits whose latency is taken in a round.
const COMMITS: usize = 2_000;

/// Rows that a round writes at NORMAL.
const ROWS: usize = 20_000;

/// Rows that a round writes at FULL, a commit a row.
const DURABLE_ROWS: usize = 4_000;

/// Writers that share a group commit.
const SESSIONS: usize = 16;

/// A table as applications have them.
const TABLE: &str = "CREATE TABLE items (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL, stock INTEGER NOT NULL,
    note TEXT, updated_at TEXT NOT NULL)";

const INSERT: &str = "INSERT INTO items (name, price, stock, note, updated_at)
    VALUES ('a name of some length', 12.5, 100, NULL, '2026-01-01T00:00:00.000Z')";

/// A row of one of the registry's tables.
const INSERT_FILE: &str = "INSERT INTO table_files
    (table_id, file_name, file_path, file_size, file_type, partition_path, row_count, checksum)
    VALUES (1, ?1, 's3://bucket/warehouse/t/' || ?1, 104857600, 'parquet',
            'day=2026-01-01', 1000000, 'b94d27b9934d3e08a52e52d7da7dabfa')";

const NAMES: [&str; 5] = ["one", "two", "three", "four", "five"];

const STREAM_TABLES: &[&str] = &["databases", "tables", "table_columns", "table_metadata"];

/// Notes when it was told of each position, and how many events came.
struct Recorder {
    name: &'static str,
    tables: &'static [&'static str],
    told: Mutex<HashMap<Position, Instant>>,
    events: Mutex<usize>,
}

impl Recorder {
    fn new(name: &'static str, tables: &'static [&'static str]) -> Arc<Self> {
        Arc::new(Self {
            name,
            tables,
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
            tables: self.tables,
        }
    }

    async fn on_event(&self, unit: &Unit) -> rekha::Result<()> {
        let now = Instant::now();
        if self.tables == STREAM_TABLES {
            self.told.lock().insert(unit.position, now);
        }
        *self.events.lock() += unit.events.len();
        Ok(())
    }

    async fn on_health(&self) -> Health {
        Health::Healthy
    }

    async fn on_refresh(&self, reason: Refresh, _: Position) -> rekha::Result<()> {
        panic!("events were not told: {reason:?}");
    }
}

/// What the command line asks for.
struct Asked {
    rounds: usize,
    questions: Vec<String>,
}

impl Asked {
    fn from_arguments() -> Self {
        let mut asked = Self {
            rounds: 7,
            questions: Vec::new(),
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                // Cargo says so.
                "--bench" => {}
                "--rounds" => {
                    let rounds = arguments.next().and_then(|text| text.parse().ok());
                    asked.rounds = rounds.expect("--rounds has a number");
                }
                question => asked.questions.push(question.to_owned()),
            }
        }
        asked
    }

    fn wants(&self, question: &str) -> bool {
        let is_asked = self.questions.is_empty() || self.questions.iter().any(|it| it == question);
        if is_asked {
            eprintln!("{question}, {} rounds", self.rounds);
        }
        is_asked
    }
}

#[tokio::main]
async fn main() -> rekha::Result<()> {
    let asked = Asked::from_arguments();
    if asked.wants("drain") {
        drain(asked.rounds).await?;
    }
    if asked.wants("latency") {
        latency(asked.rounds).await?;
    }
    if asked.wants("write") {
        write_normal(asked.rounds)?;
    }
    if asked.wants("group") {
        write_in_groups(asked.rounds).await?;
    }
    if asked.wants("log") {
        log_bytes().await?;
    }
    if asked.wants("memory") {
        memory().await?;
    }
    Ok(())
}

/// A table without capture, or with.
fn open(path: &Path, is_captured: bool) -> rekha::Result<Arc<Database>> {
    let database = Database::open(
        &Options::new(path),
        |_| Ok(()),
        |connection| {
            connection.execute_batch(TABLE)?;
            match is_captured {
                true => Capture::of(["items"]).install(connection),
                false => Ok(()),
            }
        },
    );
    database.map(Arc::new)
}

/// Commits of ten rows, each ended by a marker as the registry's are; some hundred of
/// them in one transaction, since it is not the writing that is measured.
async fn make_backlog(database: &Database, rows: usize) -> rekha::Result<()> {
    const AT_ONCE: usize = 20_000;
    for _ in 0..rows / AT_ONCE {
        let fill = |connection: &Connection| {
            let mut insert = connection.prepare_cached(INSERT)?;
            for _ in 0..AT_ONCE / UNIT {
                in_unit(connection, |_| {
                    for _ in 0..UNIT {
                        insert.execute([])?;
                    }
                    Ok(())
                })?;
            }
            Ok(())
        };
        database.write(fill).await?;
    }
    Ok(())
}

/// A backlog that nobody has read, until every component has seen it and it is pruned.
async fn drain(rounds: usize) -> rekha::Result<()> {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(&directory.path().join("drain.db"), true)?;
    let astha = Astha::new(database.clone(), Config::default(), Tasks::new())?;
    let sizes = [1, NAMES.len()];
    let mut rates = [Vec::new(), Vec::new()];
    for round in 1..=rounds {
        for (components, rates) in sizes.into_iter().zip(&mut rates) {
            let mut recorders = Vec::new();
            for name in NAMES.into_iter().take(components) {
                let recorder = Recorder::new(name, &["items"]);
                astha.register(recorder.clone()).await?;
                recorders.push(recorder);
            }
            make_backlog(&database, BACKLOG).await?;
            let begun = Instant::now();
            astha.activate().await?;
            // The housekeeping that waits rides along.
            database.write(|_| Ok(())).await?;
            let rate = per_second(BACKLOG, begun.elapsed());
            for recorder in recorders {
                assert_eq!(*recorder.events.lock(), BACKLOG);
                astha.unregister(recorder.name).await?;
                astha.forget(recorder.name).await?;
            }
            eprintln!("  round {round}, {components} components: {rate:.0} events/s");
            rates.push(rate);
        }
    }
    println!("\n| {BACKLOG} events drained and pruned | events/s | to one component |");
    println!("| --- | --- | --- |");
    let reference = median(&rates[0]);
    for (components, rates) in sizes.iter().zip(&rates) {
        let rate = median(rates);
        println!(
            "| {components} components | {rate:.0} | {:.2} |",
            rate / reference
        );
    }
    Ok(())
}

/// From COMMIT's return to the subscriber, beside a task that the same commit wakes and
/// that has nothing to read.
async fn latency(rounds: usize) -> rekha::Result<()> {
    let directory = tempfile::tempdir().expect("a directory");
    let registry = Registry::builder()
        .sqlite(directory.path().join("latency.db"))
        .build()
        .await?;
    let recorder = Recorder::new("bench", STREAM_TABLES);
    let astha = registry.astha().expect("SQLite has a change log");
    astha.subscribe(recorder.clone()).await?;
    let mut session = Session::new(registry.clone(), SessionOptions::default())?;
    session
        .execute("CREATE STREAM latency (id BIGINT PRIMARY KEY)")
        .await?;

    let bare = open(&directory.path().join("bare.db"), false)?;
    let woken = Arc::new(Mutex::new(Instant::now()));
    let tasks = Tasks::new();
    let (seen, mut is_seen) = tokio::sync::watch::channel(0_u64);
    tasks.spawn("bench", {
        let (woken, mut commits) = (woken.clone(), bare.commits());
        async move {
            while commits.changed().await.is_ok() {
                *woken.lock() = Instant::now();
                seen.send_replace(*commits.borrow_and_update());
            }
        }
    });

    let (mut pipeline, mut reference) = (Vec::new(), Vec::new());
    for round in 1..=rounds {
        for number in 0..COMMITS {
            let operation = Operation::CommentOnStream {
                stream: StreamName::new("public", "latency").into(),
                text: Some(format!("comment {round} {number}")),
            };
            let mut draft = Draft::default();
            registry.apply(&mut draft, &operation, "bench").await?;
            let position = registry.commit(draft).await?;
            let returned = Instant::now();
            astha.delivered(position).await;
            let told = recorder.told.lock().remove(&position);
            let told = told.expect("every commit is told");
            pipeline.push(told.saturating_duration_since(returned));

            bare.write(|connection| Ok(connection.execute(INSERT, [])?))
                .await?;
            let returned = Instant::now();
            drop(is_seen.changed().await);
            reference.push(woken.lock().saturating_duration_since(returned));
        }
        eprintln!(
            "  round {round}: p99 {:.0} µs, bare {:.0} µs",
            percentile(&pipeline[pipeline.len() - COMMITS..], 0.99),
            percentile(&reference[reference.len() - COMMITS..], 0.99)
        );
    }
    println!(
        "\n| µs from COMMIT's return, {} commits | p50 | p99 | p99.9 |",
        pipeline.len()
    );
    println!("| --- | --- | --- | --- |");
    for (name, latencies) in [
        ("a subscriber is told", &pipeline),
        ("a task is woken, nothing read", &reference),
    ] {
        let at = |share| percentile(latencies, share);
        println!(
            "| {name} | {:.0} | {:.0} | {:.0} |",
            at(0.5),
            at(0.99),
            at(0.999)
        );
    }
    registry.close(Duration::from_secs(60)).await;
    Ok(())
}

/// Rows a second of one writer at synchronous NORMAL, in one of the registry's tables,
/// with and without its triggers.
fn write_normal(rounds: usize) -> rekha::Result<()> {
    let directory = tempfile::tempdir().expect("a directory");
    let mut connections = Vec::new();
    for is_captured in [false, true] {
        let path = directory.path().join(format!("{is_captured}.db"));
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.execute_batch(include_str!("../sql/sqlite/0001_registry.sql"))?;
        connection.execute_batch(include_str!("../sql/sqlite/change_log.sql"))?;
        if is_captured {
            connection.execute_batch(include_str!("../sql/sqlite/capture.sql"))?;
        }
        connection.execute_batch(
            "INSERT INTO tables (id, database_id, name)
             VALUES (1, (SELECT id FROM databases), 't')",
        )?;
        connections.push(connection);
    }
    let cases = [
        ("insert, a row a commit", INSERT_FILE, 1),
        ("insert, 100 rows a commit", INSERT_FILE, 100),
        (
            "update, 100 rows a commit",
            "UPDATE table_files SET row_count = row_count + 1 WHERE table_id = 1 AND file_path = 's3://bucket/warehouse/t/' || ?1",
            100,
        ),
        (
            "delete, 100 rows a commit",
            "DELETE FROM table_files WHERE table_id = 1 AND file_path = 's3://bucket/warehouse/t/' || ?1",
            100,
        ),
    ];
    let mut rates = vec![[Vec::new(), Vec::new()]; cases.len()];
    for round in 1..=rounds {
        for (case, rates) in cases.iter().zip(&mut rates) {
            // Whoever is first has a cold cache, or a warm one: in turn.
            let turns = if round % 2 == 0 { [0, 1] } else { [1, 0] };
            for side in turns {
                let rate = write_rows(&connections[side], *case)?;
                rates[side].push(rate);
            }
        }
        for connection in &connections {
            connection.execute_batch("DELETE FROM __cdc_log")?;
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        }
        eprintln!("  round {round}");
    }
    println!("\n| rows/s of table_files at synchronous NORMAL | not captured | captured | cost |");
    println!("| --- | --- | --- | --- |");
    for ((name, ..), [bare, captured]) in cases.iter().zip(&rates) {
        tell_cost(name, bare, captured);
    }
    Ok(())
}

/// Rows a second of one statement for files from 1 on.
fn write_rows(
    connection: &Connection,
    (_, sql, in_commit): (&str, &str, usize),
) -> rekha::Result<f64> {
    if sql == INSERT_FILE {
        connection.execute_batch("DELETE FROM table_files; DELETE FROM __cdc_log")?;
    }
    let mut statement = connection.prepare(sql)?;
    let mut number = 0;
    let begun = Instant::now();
    for _ in 0..ROWS / in_commit {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for _ in 0..in_commit {
            number += 1;
            let changed = statement.execute([format!("part-{number:08}.parquet")])?;
            assert_eq!(changed, 1);
        }
        connection.execute_batch("COMMIT")?;
    }
    Ok(per_second(ROWS, begun.elapsed()))
}

/// Commits a second of 16 sessions at synchronous FULL, in groups.
async fn write_in_groups(rounds: usize) -> rekha::Result<()> {
    let directory = tempfile::tempdir().expect("a directory");
    let bare = open(&directory.path().join("bare.db"), false)?;
    let captured = open(&directory.path().join("captured.db"), true)?;
    let mut rates = [Vec::new(), Vec::new()];
    for round in 1..=rounds {
        let mut turns = vec![(0, &bare), (1, &captured)];
        if round % 2 == 0 {
            turns.reverse();
        }
        for (side, database) in turns {
            let begun = Instant::now();
            try_join_all((0..SESSIONS).map(async |_| {
                for _ in 0..DURABLE_ROWS / SESSIONS {
                    let insert = |connection: &Connection| {
                        Ok(connection.prepare_cached(INSERT)?.execute([])?)
                    };
                    database.write(insert).await?;
                }
                Ok::<_, rekha::Error>(())
            }))
            .await?;
            rates[side].push(per_second(DURABLE_ROWS, begun.elapsed()));
        }
        captured
            .write(|connection| Ok(connection.execute_batch("DELETE FROM __cdc_log")?))
            .await?;
        eprintln!("  round {round}");
    }
    println!("\n| durable commits/s, {SESSIONS} sessions | not captured | captured | cost |");
    println!("| --- | --- | --- | --- |");
    let [bare, captured] = &rates;
    tell_cost("insert, a row a commit", bare, captured);
    Ok(())
}

/// What one ALTER STREAM leaves in the log.
async fn log_bytes() -> rekha::Result<()> {
    println!("\n| an ALTER STREAM ADD COLUMN of | rows of the log | bytes |");
    println!("| --- | --- | --- |");
    for columns in [10, 100, 1_000] {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("log.db");
        let registry = Registry::builder().sqlite(&path).build().await?;
        // Nothing is pruned while somebody has not seen it.
        let astha = registry.astha().expect("SQLite has a change log");
        astha
            .register(Recorder::new("bench", STREAM_TABLES))
            .await?;
        let mut session = Session::new(registry.clone(), SessionOptions::default())?;
        let list: Vec<_> = (0..columns).map(|nth| format!("c{nth} TEXT")).collect();
        session
            .execute(&format!("CREATE STREAM s ({})", list.join(", ")))
            .await?;
        let file = Connection::open(&path)?;
        let measure = || {
            file.query_row(
                "SELECT count(*), coalesce(sum(8 + length(timestamp) + length(tablename)
                    + length(operation) + coalesce(length(before), 0)
                    + coalesce(length(after), 0) + length(created_at)), 0) FROM __cdc_log",
                [],
                |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
            )
        };
        let before = measure()?;
        session
            .execute("ALTER STREAM s ADD COLUMN one_more INTEGER")
            .await?;
        let after = measure()?;
        println!(
            "| {columns} columns | {} | {} |",
            after.0 - before.0,
            after.1 - before.1
        );
        registry.close(Duration::from_secs(60)).await;
    }
    Ok(())
}

/// Resident memory while five components drain a large backlog.
async fn memory() -> rekha::Result<()> {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(&directory.path().join("memory.db"), true)?;
    let astha = Astha::new(database.clone(), Config::default(), Tasks::new())?;
    for name in NAMES {
        astha.register(Recorder::new(name, &["items"])).await?;
    }
    make_backlog(&database, LARGE_BACKLOG).await?;
    let before = resident();
    let draining = astha.activate();
    let mut peak = before;
    let watching = async {
        loop {
            peak = peak.max(resident());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let begun = Instant::now();
    tokio::select! {
        drained = draining => drained?,
        () = watching => {}
    }
    let rate = per_second(LARGE_BACKLOG, begun.elapsed());
    let held = astha.scheduler_statistics().await.memory;
    println!("\n| {LARGE_BACKLOG} rows drained by 5 components | MB |");
    println!("| --- | --- |");
    for (name, bytes) in [
        ("resident before", before),
        ("resident at most while they are drained", peak),
        ("of it units held, at the end", held),
    ] {
        println!("| {name} | {} |", bytes / 1_000_000);
    }
    println!("\n{rate:.0} events/s while it was watched");
    Ok(())
}

/// Memory that the process has resident (in bytes), as Linux tells it.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kibibytes = kibibytes.and_then(|number| number.parse::<usize>().ok());
    kibibytes.unwrap_or_default() * 1024
}

fn tell_cost(name: impl Display, bare: &[f64], captured: &[f64]) {
    let (bare, captured) = (median(bare), median(captured));
    println!(
        "| {name} | {bare:.0} | {captured:.0} | {:.0} % |",
        (1.0 - captured / bare) * 100.0
    );
}

#[allow(clippy::cast_precision_loss)]
fn per_second(count: usize, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// The time that a share of them did not exceed (in µs).
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)]
fn percentile(latencies: &[Duration], share: f64) -> f64 {
    let mut sorted = latencies.to_vec();
    sorted.sort_unstable();
    let place = ((sorted.len() - 1) as f64 * share) as usize;
    sorted[place].as_secs_f64() * 1e6
}
