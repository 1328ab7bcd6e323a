//! kill -9 in the middle of everything: nothing acknowledged is lost, nothing
//! unacknowledged is half there.
//!
//! Eight sessions create and alter until the server has given so many answers;
//! then it is killed while they are at work. After the restart every stream
//! must be explainable: what was acknowledged is there, versions have no gap,
//! and whatever was one commit is there as a whole or not at all. The same file
//! goes through all rounds.
//!
//! A recorder registered before the first round, and never heard of since,
//! opens the same file after the last one: it is told every acknowledged change
//! at least once, in order, and nothing of what was rolled back.
//!
//! This shows atomicity and recovery. It does not show that a commit was on the
//! disk: the page cache outlives the process.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use fastrand::Rng;
use futures::future::join_all;
use tokio::sync::Notify;
use tokio_postgres::Error;

use crate::support::{
    Client, ColumnRow, Recorder, Store, TableRow, assert_in_order, close, inserted, rows, versions,
    within,
};

const ROUNDS: usize = 20;
const SESSIONS: usize = 8;
/// A round ends after this many answers: some in the middle of the first
/// statements, some after a good while.
const ANSWERS: std::ops::Range<usize> = 1..250;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_change_survives_and_none_is_half_there() {
    let seed = match std::env::var("REKHA_CRASH_SEED") {
        Ok(seed) => seed.parse().expect("REKHA_CRASH_SEED is a number"),
        Err(_) => fastrand::u64(..),
    };
    println!("REKHA_CRASH_SEED={seed}");
    let mut rng = Rng::with_seed(seed);

    let store = Store::new();
    let (registry, _) = Recorder::open(&store.file()).await;
    close(&registry).await;
    let mut acknowledged = Vec::new();
    let mut shown = BTreeMap::new();
    for round in 0..ROUNDS {
        let mut rekha = store.start();
        let address = rekha.address();
        let first = rekha.connect().await;
        first
            .rows(&format!("CREATE STREAM r{round}_shared (id BIGINT)"))
            .await;

        let kill = Trigger::after(rng.usize(ANSWERS));
        let sessions = join_all((0..SESSIONS).map(|number| {
            let session = Session::new(round, number, rng.fork(), &kill);
            session.run(address)
        }));
        let (told, ()) = tokio::join!(sessions, async {
            kill.pulled().await;
            rekha.kill_9();
        });
        acknowledged.extend(told.into_iter().flatten());

        let rekha = store.start();
        let client = rekha.connect().await;
        let streams = Shown::all(&client).await;
        for acknowledged in &acknowledged {
            acknowledged.assert_kept(&streams);
        }
        assert_nothing_is_half_there(&streams, round);
        assert_the_file_agrees(&store, &streams);
        shown = streams;
    }
    assert!(acknowledged.len() > ROUNDS, "the sessions did nothing");
    assert_everything_was_told(&store, &shown).await;
}

/// Pulled by the answer that is one too many.
struct Trigger {
    left: AtomicUsize,
    pulled: Notify,
}

impl Trigger {
    fn after(answers: usize) -> Self {
        Self {
            left: AtomicUsize::new(answers),
            pulled: Notify::new(),
        }
    }

    fn count(&self) {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.pulled.notify_one();
        }
    }

    async fn pulled(&self) {
        within("enough answers", self.pulled.notified()).await;
    }
}

/// The server said that the stream has this version, with these columns new.
#[derive(Debug)]
struct Acknowledged {
    stream: String,
    version: i32,
    columns: Vec<String>,
}

impl Acknowledged {
    fn assert_kept(&self, streams: &BTreeMap<String, Shown>) {
        let Some(stream) = streams.get(&self.stream) else {
            panic!("lost: {self:?}");
        };
        let Some(changes) = stream.changes.get(self.version as usize - 1) else {
            panic!(
                "lost: {self:?}; there are {} versions",
                stream.changes.len()
            );
        };
        for column in &self.columns {
            assert!(
                stream.columns.contains(column),
                "lost: {column} of {self:?}"
            );
            assert!(changes.contains(column.as_str()), "{self:?} is {changes:?}");
        }
    }
}

/// One client at work on two streams of its own and one that all share.
///
/// The first letter of a column says what must be true of it: `t` is on both of
/// the session's streams or on neither, `a` comes with a `b` of the same
/// number, `x` was rolled back.
struct Session<'a> {
    round: usize,
    number: usize,
    rng: Rng,
    kill: &'a Trigger,
    columns: usize,
    acknowledged: Vec<Acknowledged>,
}

impl<'a> Session<'a> {
    fn new(round: usize, number: usize, rng: Rng, kill: &'a Trigger) -> Self {
        Self {
            round,
            number,
            rng,
            kill,
            columns: 0,
            acknowledged: Vec::new(),
        }
    }

    /// Works until the server is gone; answers what it was told.
    async fn run(mut self, address: SocketAddr) -> Vec<Acknowledged> {
        let error = match Client::connect(address).await {
            Ok(client) => self.work(&client).await.expect_err("work never ends"),
            Err(error) => error,
        };
        if let Some(error) = error.as_db_error() {
            panic!("session {}: {error:?}", self.number);
        }
        self.acknowledged
    }

    async fn work(&mut self, client: &Client) -> Result<(), Error> {
        let [left, right] =
            ["left", "right"].map(|side| format!("r{}_s{}_{side}", self.round, self.number));
        let shared = format!("r{}_shared", self.round);
        let create = |stream: &String| format!("CREATE STREAM {stream} (id BIGINT)");
        self.together(client, &[create(&left), create(&right)], &[])
            .await?;
        loop {
            self.columns += 1;
            let number = self.columns;
            let add = |stream: &str, column: &str| {
                format!("ALTER STREAM {stream} ADD COLUMN {column}{number} INTEGER")
            };
            match self.rng.usize(0..5) {
                0 => {
                    let both = format!("{}, ADD COLUMN b{number} TEXT", add(&left, "a"));
                    self.send(client, &both).await?;
                    self.acknowledge(client, &[format!("a{number}"), format!("b{number}")]);
                }
                1 | 2 => {
                    let both = [add(&left, "t"), add(&right, "t")];
                    self.together(client, &both, &[format!("t{number}")])
                        .await?;
                }
                3 => {
                    self.send(client, "BEGIN").await?;
                    self.send(client, &add(&right, "x")).await?;
                    self.send(client, "ROLLBACK").await?;
                    client.take_notices();
                }
                _ => {
                    let column = format!("c{}_", self.number);
                    self.send(client, &add(&shared, &column)).await?;
                    self.acknowledge(client, &[format!("{column}{number}")]);
                }
            }
        }
    }

    /// Runs the statements as one commit: a transaction, or one text.
    async fn together(
        &mut self,
        client: &Client,
        statements: &[String],
        columns: &[String],
    ) -> Result<(), Error> {
        if self.rng.bool() {
            self.send(client, "BEGIN").await?;
            for statement in statements {
                self.send(client, statement).await?;
            }
            self.send(client, "COMMIT").await?;
        } else {
            self.send(client, &statements.join(";")).await?;
        }
        self.acknowledge(client, columns);
        Ok(())
    }

    async fn send(&mut self, client: &Client, sql: &str) -> Result<(), Error> {
        client.try_rows(sql).await?;
        self.kill.count();
        Ok(())
    }

    /// Takes down what the answers that just came have promised.
    fn acknowledge(&mut self, client: &Client, columns: &[String]) {
        let versions = client.take_versions().into_iter();
        self.acknowledged
            .extend(versions.map(|(stream, version)| Acknowledged {
                stream,
                version,
                columns: columns.to_vec(),
            }));
    }
}

/// A stream as the server shows it after the restart.
struct Shown {
    /// What each version changed, oldest first.
    changes: Vec<String>,
    /// Names of the columns, in order.
    columns: Vec<String>,
    /// Whether each may be NULL.
    nullable: Vec<bool>,
}

impl Shown {
    async fn all(client: &Client) -> BTreeMap<String, Self> {
        let mut streams = BTreeMap::new();
        for row in client.rows("SHOW STREAMS").await {
            let (name, version) = (row[1].clone().unwrap(), row[2].clone().unwrap());
            let shown = Self::one(client, &name).await;
            assert_eq!(shown.changes.len().to_string(), version, "{name}");
            streams.insert(name, shown);
        }
        streams
    }

    async fn one(client: &Client, name: &str) -> Self {
        let versions = client
            .rows(&format!("SHOW SCHEMA VERSIONS FOR {name}"))
            .await;
        let numbers: Vec<_> = versions.iter().filter_map(|row| row[0].clone()).collect();
        let dense: Vec<_> = (1..=versions.len()).map(|n| n.to_string()).collect();
        assert_eq!(numbers, dense, "the versions of {name}");
        let columns = client.rows(&format!("DESCRIBE STREAM {name}")).await;
        Self {
            changes: versions
                .into_iter()
                .map(|mut row| row.swap_remove(2).unwrap_or_default())
                .collect(),
            nullable: columns
                .iter()
                .map(|row| row[2].as_deref() == Some("t"))
                .collect(),
            columns: columns
                .into_iter()
                .filter_map(|mut row| row.swap_remove(0))
                .collect(),
        }
    }

    fn numbers(&self, letter: char) -> BTreeSet<&str> {
        self.columns
            .iter()
            .filter_map(|column| column.strip_prefix(letter))
            .collect()
    }
}

fn assert_nothing_is_half_there(streams: &BTreeMap<String, Shown>, round: usize) {
    for session in 0..SESSIONS {
        let [left, right] =
            ["left", "right"].map(|side| streams.get(&format!("r{round}_s{session}_{side}")));
        assert_eq!(
            left.is_some(),
            right.is_some(),
            "half a CREATE, session {session}"
        );
        if let (Some(left), Some(right)) = (left, right) {
            assert_eq!(left.numbers('t'), right.numbers('t'), "half a transaction");
            assert_eq!(left.numbers('a'), left.numbers('b'), "half a statement");
            assert!(right.numbers('x').is_empty(), "a rolled back column");
        }
    }
}

/// The file, read by another program, says what the server says: the latest
/// version of each stream and its projection.
fn assert_the_file_agrees(store: &Store, streams: &BTreeMap<String, Shown>) {
    let file = store.open_outside();
    let mut columns = file
        .prepare(
            "SELECT c.column_name, c.is_nullable
             FROM table_columns c JOIN tables t ON t.id = c.table_id
             WHERE t.name = ?1 ORDER BY c.ordinal_position",
        )
        .unwrap();
    let mut latest = file
        .prepare(
            "SELECT version, schema_definition FROM cartridge_warp__schema_registry
             WHERE table_name = ?1 ORDER BY version DESC LIMIT 1",
        )
        .unwrap();
    for (name, shown) in streams {
        let stored: (Vec<String>, Vec<bool>) = columns
            .query_map([name], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?))
            })
            .unwrap()
            .map(Result::unwrap)
            .unzip();
        assert_eq!(stored.0, shown.columns, "{name}");
        assert_eq!(stored.1, shown.nullable, "{name}");

        let (version, definition): (i64, String) = latest
            .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        assert_eq!(version, shown.changes.len() as i64, "{name}");
        let definition: serde_json::Value = serde_json::from_str(&definition).unwrap();
        let defined: BTreeSet<_> = definition["columns"]
            .as_array()
            .unwrap_or_else(|| panic!("{name}: {definition}"))
            .iter()
            .filter_map(|column| column["name"].as_str())
            .collect();
        assert_eq!(
            defined,
            shown.columns.iter().map(String::as_str).collect(),
            "{name}"
        );
    }
    let streams_stored: i64 = file
        .query_row("SELECT count(*) FROM tables", [], |row| row.get(0))
        .unwrap();
    assert_eq!(streams_stored, streams.len() as i64);
}

/// Whoever follows the events from the beginning ends where the server is: at
/// the same streams with the same columns, by way of every version.
async fn assert_everything_was_told(store: &Store, streams: &BTreeMap<String, Shown>) {
    let (registry, recorder) = Recorder::open(&store.file()).await;
    registry.astha().unwrap().activate().await.unwrap();
    let units = recorder.take();
    close(&registry).await;

    assert_in_order(&units);
    let mut told: BTreeMap<i64, Told> = BTreeMap::new();
    for unit in &units {
        assert!(unit.own, "nobody else writes: {unit:?}");
        for table in inserted::<TableRow>(unit, "tables") {
            told.entry(table.id).or_default().name = table.name;
        }
        for (id, version) in versions(unit) {
            told.get_mut(&id).unwrap().versions.push(version);
        }
        let mut twins: BTreeMap<String, usize> = BTreeMap::new();
        for column in rows::<ColumnRow>(unit, "table_columns") {
            let column = column.row();
            let told = told.get_mut(&column.table_id).unwrap();
            told.columns.push(column.column_name.clone());
            if column.column_name.starts_with('t') {
                *twins.entry(column.column_name.clone()).or_default() += 1;
            }
        }
        assert!(
            twins.values().all(|count| *count == 2),
            "half a transaction: {unit:?}"
        );
    }
    assert_eq!(told.len(), streams.len());
    for told in told.values() {
        let shown = &streams[&told.name];
        assert_eq!(told.columns, shown.columns, "{}", told.name);
        let dense: Vec<u32> = (1..).take(shown.changes.len()).collect();
        assert_eq!(told.versions, dense, "{}", told.name);
    }
}

/// A stream as its events tell it.
#[derive(Default)]
struct Told {
    name: String,
    versions: Vec<u32>,
    columns: Vec<String>,
}
