//! The change pipeline killed at named places: between commit and read, read and
//! delivery, delivery and offset, offset and prune, and in the middle of a refresh.
//!
//! A process of its own commits changes and follows them with four components; each
//! writes what it is told to a file before it says that it has taken it, but for the one
//! that now and then answers an error instead, panics, or does not answer at all.
//! Meanwhile another program, the test itself, writes to the same tables and now and then
//! deletes rows of the log. At a random time one of the places kills the process with
//! SIGKILL, and the next one goes on with the same files. At the end an oracle, a table
//! that a trigger fills as the log is filled, says what was committed: each component saw
//! all of it, in order, and nothing else; of what was deleted it saw everything or was
//! told to refresh.
//!
//! `REKHA_CRASH_ROUNDS` says how many processes die, `REKHA_CRASH_SEED` when.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use fastrand::Rng;
use parking_lot::Mutex;
use rekha::astha::{Astha, Capture, Component, Config, Health, Refresh, Subscriber, Unit, in_unit};
use rekha::error::{Error, Result};
use rekha::position::Position;
use rekha::sqlite::{Database, Options};
use rekha::tasks::Tasks;
use rusqlite::Connection;

const PLACES: [&str; 5] = [
    "astha::read",
    "astha::deliver",
    "astha::offset",
    "astha::prune",
    "astha::refresh",
];

/// The names of the components and the tables that each is told of.
const COMPONENTS: [(&str, &[&str]); 4] = [
    ("both", &["items", "prices"]),
    (UNWELL, &["items", "prices"]),
    ("items", &["items"]),
    ("prices", &["prices"]),
];

/// The component that fails now and then.
const UNWELL: &str = "unwell";

/// What is noted of a component that looked at the source instead.
const REFRESHED: &str = "refreshed";

/// What every process before the last is told by its parent: the directory.
const VICTIM: &str = "REKHA_CRASH_VICTIM";

/// Commits that a process makes if nothing kills it before.
const COMMITS: u32 = 40;

/// The most commits that another program makes meanwhile.
const OTHER_COMMITS: usize = 20;

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().expect(variable))
}

#[test]
fn every_component_sees_every_change_in_order_wherever_the_process_dies() {
    let rounds = number("REKHA_CRASH_ROUNDS").unwrap_or(200);
    let seed = number("REKHA_CRASH_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("REKHA_CRASH_SEED={seed}");
    let mut rng = Rng::with_seed(seed);
    let directory = tempfile::tempdir().unwrap();
    begin_at_the_start(directory.path());
    let mut killed = [0; PLACES.len()];
    for _ in 0..rounds {
        let nth = rng.usize(..PLACES.len());
        // A refresh happens once in a process, others many times.
        let passes = match PLACES[nth] {
            "astha::refresh" => rng.u32(..2),
            _ => rng.u32(..COMMITS),
        };
        let place = format!("{}={passes}*off->return", PLACES[nth]);
        let status = victim(directory.path(), &place, &mut rng);
        if !status.success() {
            killed[nth] += 1;
        }
    }
    // Nobody writes any more what nobody is there to see.
    let last = process(directory.path(), "", rng.u64(..));
    assert!(last.success(), "the last process ends by itself");
    for (place, killed) in PLACES.iter().zip(killed) {
        println!("{place} killed {killed}");
        assert!(killed > 0 || rounds < 50, "{place} was never reached");
    }
    judge(directory.path(), rounds);
}

/// Makes the files, and a place before the first change for every component.
fn begin_at_the_start(directory: &Path) {
    drop(open(directory));
    let connection = Connection::open(directory.join("x.db")).unwrap();
    for (name, _) in COMPONENTS {
        connection
            .execute(
                "INSERT INTO __cdc_offsets (component, instance, position, renewed_at)
                 VALUES (?1, '', 0, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
                [name],
            )
            .unwrap();
    }
}

/// Runs a process that may be killed, and writes beside it.
fn victim(directory: &Path, place: &str, rng: &mut Rng) -> ExitStatus {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (seed, rng) = (rng.u64(..), rng.fork());
        let other = scope.spawn(|| write_beside(directory, rng, &is_over));
        let status = process(directory, place, seed);
        is_over.store(true, Ordering::Relaxed);
        other.join().unwrap();
        status
    })
}

/// Runs a process that a place may kill.
fn process(directory: &Path, place: &str, seed: u64) -> ExitStatus {
    let test = "delivery::a_process_that_may_be_killed";
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(VICTIM, directory)
        .env("FAILPOINTS", place)
        .env("REKHA_CRASH_SEED", seed.to_string())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    use std::os::unix::process::ExitStatusExt as _;
    let is_killed = output.status.signal() == Some(9);
    assert!(
        output.status.success() || is_killed,
        "{place}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output.status
}

/// Another program's writes, from the first commit of the process on.
fn write_beside(directory: &Path, mut rng: Rng, is_over: &AtomicBool) {
    let connection = Connection::open(directory.join("x.db")).unwrap();
    connection.busy_timeout(crate::support::DEADLINE).unwrap();
    let version = || -> i64 {
        let version = connection.query_row("PRAGMA data_version", [], |row| row.get(0));
        version.unwrap()
    };
    let is_over = || is_over.load(Ordering::Relaxed);
    let before = version();
    while !is_over() && version() == before {
        std::thread::yield_now();
    }
    for _ in 0..OTHER_COMMITS {
        if is_over() {
            return;
        }
        let changes: String = (0..rng.u32(1..4)).map(|_| change(&mut rng)).collect();
        let end = if rng.u32(..8) == 0 {
            "ROLLBACK"
        } else {
            "COMMIT"
        };
        let sql = format!("BEGIN IMMEDIATE; {changes} {end}");
        connection.execute_batch(&sql).unwrap();
        if rng.u32(..20) == 0 {
            connection
                .execute_batch(
                    "DELETE FROM __cdc_log WHERE id IN
                        (SELECT id FROM __cdc_log ORDER BY id DESC LIMIT 3)",
                )
                .unwrap();
        }
    }
}

/// The process itself; without a directory there is nothing to do.
#[test]
fn a_process_that_may_be_killed() {
    let Some(directory) = std::env::var_os(VICTIM) else {
        return;
    };
    rekha::failpoint::heed();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(work(&PathBuf::from(directory)));
}

async fn work(directory: &Path) {
    let database = open(directory);
    let tasks = Tasks::new();
    let config = Config {
        batch_size: 8,
        retry_delay: Duration::from_millis(1),
        // Whoever does not answer is waited for so long.
        delivery_deadline: Duration::from_millis(20),
        // It never fails so often that its events were given up.
        max_delivery_attempts: u32::MAX,
        breaker_failures: u32::MAX,
        ..Config::default()
    };
    let astha = Astha::new(database.clone(), config, tasks.clone()).unwrap();
    let mut rng = Rng::with_seed(number("REKHA_CRASH_SEED").unwrap());
    for (name, tables) in COMPONENTS {
        let journal = Journal::open(directory, name, tables, rng.fork());
        astha.subscribe(Arc::new(journal)).await.unwrap();
    }
    for commit in 0..COMMITS {
        if rng.u32(..COMMITS) == 0 || commit == COMMITS / 2 {
            astha
                .refresh(COMPONENTS[rng.usize(..COMPONENTS.len())].0)
                .unwrap();
        }
        let sql: String = (0..rng.u32(1..6)).map(|_| change(&mut rng)).collect();
        let fails = rng.u32(..8) == 0;
        let written = database.write(move |connection| {
            in_unit(connection, |connection| Ok(connection.execute_batch(&sql)?))?;
            match fails {
                true => Err(Error::new(rekha::error::ErrorKind::Conflict, "on purpose")),
                false => Ok(()),
            }
        });
        assert_eq!(written.await.is_err(), fails);
    }
    let end = astha.log_state().await.unwrap().end;
    astha.delivered(end).await;
    tasks.stop(crate::support::DEADLINE).await;
    database.close().await;
}

fn change(rng: &mut Rng) -> String {
    let table = ["items", "prices"][rng.usize(..2)];
    let id = rng.u32(..20);
    match rng.u32(..3) {
        0 => format!("INSERT INTO {table} (value) VALUES ({id});"),
        1 => format!("UPDATE {table} SET value = value + 1 WHERE id % 20 = {id};"),
        _ => format!("DELETE FROM {table} WHERE id % 20 = {id};"),
    }
}

/// The file with two tables, the log, and the oracle.
fn open(directory: &Path) -> Arc<Database> {
    let opened = Database::open(
        &Options::new(directory.join("x.db")),
        |_| Ok(()),
        |connection| {
            connection.execute_batch(
                "CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY AUTOINCREMENT, value);
                 CREATE TABLE IF NOT EXISTS prices (id INTEGER PRIMARY KEY AUTOINCREMENT, value);",
            )?;
            Capture::of(["items", "prices"]).install(connection)?;
            Ok(connection.execute_batch(
                "CREATE TABLE IF NOT EXISTS oracle (id INTEGER PRIMARY KEY, said TEXT, tablename TEXT);
                 CREATE TRIGGER IF NOT EXISTS oracle_hears AFTER INSERT ON __cdc_log BEGIN
                    INSERT INTO oracle VALUES (NEW.id, NEW.tablename || ' ' || NEW.operation || ' '
                        || json_extract(coalesce(NEW.after, NEW.before), '$.id'), NEW.tablename);
                 END;",
            )?)
        },
    );
    Arc::new(opened.unwrap())
}

/// Writes what it is told to a file: a line an event, and one a refresh.
struct Journal {
    name: &'static str,
    tables: &'static [&'static str],
    file: Mutex<File>,
    rng: Mutex<Rng>,
}

impl Journal {
    fn open(
        directory: &Path,
        name: &'static str,
        tables: &'static [&'static str],
        rng: Rng,
    ) -> Self {
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(directory.join(name));
        let mut file = file.unwrap();
        // A line that was half written ends here.
        file.write_all(b"\nbegin\n").unwrap();
        Self {
            name,
            tables,
            file: Mutex::new(file),
            rng: Mutex::new(rng),
        }
    }

    /// Half of what goes wrong is before a unit is written, half is after.
    async fn fails_now_and_then(&self) -> Result<()> {
        if self.name != UNWELL {
            return Ok(());
        }
        let what = self.rng.lock().u32(..24);
        match what {
            0 => Err(Error::internal("on purpose")),
            1 => panic!("on purpose"),
            2 => std::future::pending().await,
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Subscriber for Journal {
    fn component(&self) -> Component {
        Component {
            name: self.name,
            version: "1",
            tables: self.tables,
        }
    }

    async fn on_event(&self, unit: &Unit) -> Result<()> {
        let lines = unit.events.iter().map(|event| {
            let id = &event.data.row()["id"];
            let operation = event.operation().as_str();
            format!("{} {} {operation} {id}\n", event.position.0, event.table)
        });
        let lines: String = lines.collect();
        self.fails_now_and_then().await?;
        self.file.lock().write_all(lines.as_bytes()).unwrap();
        self.fails_now_and_then().await
    }

    async fn on_health(&self) -> Health {
        Health::Healthy
    }

    async fn on_refresh(&self, reason: Refresh, through: Position) -> Result<()> {
        if reason != Refresh::Requested {
            assert_eq!(reason, Refresh::Gone, "up to {}", through.0);
            let line = format!("{} {REFRESHED}\n", through.0);
            self.file.lock().write_all(line.as_bytes()).unwrap();
        }
        Ok(())
    }
}

/// What each component saw is what was committed.
fn judge(directory: &Path, rounds: u64) {
    let connection = Connection::open(directory.join("x.db")).unwrap();
    for (name, tables) in COMPONENTS {
        let mut statement = connection
            .prepare("SELECT id, said FROM oracle WHERE instr(?1, tablename) > 0 ORDER BY id")
            .unwrap();
        let committed = statement.query_map([tables.join(" ")], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        });
        let committed: Vec<_> = committed.unwrap().map(|row| row.unwrap()).collect();
        let mut seen = BTreeMap::new();
        // Up to where it knows everything, and what it was told last.
        let (mut known, mut last) = (0, 0);
        let mut refreshes = 0;
        let missed = |known: i64, before: i64| {
            let first = committed.partition_point(|(position, _)| *position <= known);
            committed[first..].first().filter(|row| row.0 < before)
        };
        let file = File::open(directory.join(name)).unwrap();
        for line in BufReader::new(file).lines() {
            let line = line.unwrap();
            if line == "begin" {
                last = 0;
                continue;
            }
            let Some((position, said)) = line.split_once(' ') else {
                continue;
            };
            let position: i64 = position.parse().unwrap();
            if said == REFRESHED {
                refreshes += 1;
                known = known.max(position);
                continue;
            }
            // Who failed is told the same again, in the same process.
            let is_in_order = position > last || name == UNWELL;
            assert!(is_in_order, "{name}: {position} after {last}");
            last = position;
            // What comes again is what came before, or goes on from it.
            if position <= known {
                let before = seen.get(&position);
                assert_eq!(before, Some(&said.to_owned()), "{name}: {position}");
                continue;
            }
            assert_eq!(missed(known, position), None, "{name}: {position} came");
            seen.insert(position, said.to_owned());
            known = position;
        }
        assert!(!committed.is_empty());
        assert_eq!(missed(known, i64::MAX), None, "{name}");
        for (position, said) in &seen {
            let place = committed.binary_search_by_key(position, |row| row.0);
            assert_eq!(place.map(|place| &committed[place].1), Ok(said), "{name}");
        }
        println!(
            "{name} was told {} and refreshed {refreshes} times",
            seen.len()
        );
        assert!(refreshes > 0 || rounds < 50, "{name} never missed anything");
    }
}
