//! A registry on a disk that fails, those who use it, and what must be true of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use disk::Disk;
use fastrand::Rng;
use futures::future::join_all;
use rekha::astha;
use rekha::error::{Error, Result};
use rekha::registry::Registry;
use rekha::schema::StreamName;
use rekha::session::{Session, SessionOptions};
use rusqlite::Connection;

use super::client::{Client, SHARED, Stream, Streams};
use super::follower::{self, Follower};
use super::{Verdict, ensure};
use crate::support::{close, within};

const CLIENTS: usize = 4;

/// Looks of another program at the WAL in the course of one work.
const CHECKPOINTS: usize = 3;

/// Everything that outlives a cut.
pub(super) struct World {
    pub(super) disk: Disk,
    pub(super) rng: Rng,
    clients: Vec<Client>,
    follower: Arc<Follower>,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let clients = (0..CLIENTS).map(|number| Client::new(number, rng.fork()));
        Self {
            clients: clients.collect(),
            disk: Disk::new(rng.u64(..)),
            rng,
            follower: Arc::default(),
        }
    }

    fn file(&self) -> PathBuf {
        self.disk.folder().join("rekha.db")
    }

    /// Opens the registry, with the follower in it.
    pub(super) async fn open(&self) -> Result<Arc<Registry>> {
        let config = astha::Config {
            retry_delay: Duration::from_millis(10),
            max_retry_delay: Duration::from_millis(100),
            ..astha::Config::default()
        };
        let registry = Registry::builder().sqlite(self.file()).astha(config);
        let registry = registry.build().await?;
        let astha = registry.astha().expect("SQLite has a change log");
        let subscribed = astha.subscribe(self.follower.clone()).await;
        if let Err(error) = subscribed {
            close(&registry).await;
            return Err(error);
        }
        Ok(registry)
    }

    /// Opens the registry on what the last cut left, and looks at it.
    pub(super) async fn start(&mut self) -> Verdict<Arc<Registry>> {
        let opened = self.open().await;
        let registry = opened.map_err(|error| format!("the store does not open: {error:?}"))?;
        let inspected = self.inspect(&registry, true).await;
        let made = match &inspected {
            Ok(()) => {
                let sql = format!("CREATE STREAM IF NOT EXISTS {SHARED} (id BIGINT)");
                let session = Session::new(registry.clone(), SessionOptions::default());
                let mut session = session.expect("the default settings are valid");
                let made = session.execute(&sql).await;
                made.map(drop).map_err(|error| format!("{sql}: {error:?}"))
            }
            Err(_) => inspected,
        };
        if let Err(violation) = made {
            close(&registry).await;
            return Err(violation);
        }
        Ok(registry)
    }

    /// All clients work, and another program copies the WAL into the file now and then.
    /// Answers the errors they got.
    pub(super) async fn work(&mut self, registry: &Arc<Registry>, steps: usize) -> Vec<Error> {
        let (disk, file) = (&self.disk, self.file());
        let modes: Vec<_> = (0..CHECKPOINTS)
            .map(|_| {
                *self
                    .rng
                    .choice(&["PASSIVE", "RESTART", "TRUNCATE"])
                    .unwrap()
            })
            .collect();
        let checkpoints = async {
            for mode in modes {
                // Not more often than the clients do something.
                for _ in 0..steps {
                    tokio::task::yield_now().await;
                }
                // It may find the file busy or without power.
                drop(Connection::open(&file).and_then(|other| {
                    other.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()))
                }));
            }
        };
        let clients = self.clients.iter_mut();
        let clients = clients.map(|client| client.work(registry, disk, steps));
        tokio::join!(join_all(clients), checkpoints);
        let errors = self.clients.iter_mut().flat_map(Client::take_errors);
        errors.collect()
    }

    /// Closes the registry, cuts the power if there is any, and lets it come back.
    pub(super) async fn cut(&mut self, registry: Option<Arc<Registry>>) {
        if let Some(registry) = registry {
            close(&registry).await;
        }
        self.disk.cut();
        self.disk.restore();
    }

    /// Whether everything is as it must be, after a cut or before.
    pub(super) async fn inspect(&mut self, registry: &Registry, was_cut: bool) -> Verdict {
        let position = registry
            .position()
            .await
            .map_err(|error| format!("{error:?}"))?;
        let file = Connection::open(self.file()).map_err(|error| error.to_string())?;
        assert_sound(&file)?;
        let stored = streams(&file);
        for client in &mut self.clients {
            match was_cut {
                true => client.settle(&stored)?,
                false => client.compare(&stored)?,
            }
        }
        self.assert_shared(&stored, was_cut)?;
        for (name, stream) in &stored {
            let known = registry
                .get_latest_schema(&StreamName::new("public", name))
                .await;
            let columns = known.ok().map(|known| {
                let columns = known.columns().map(|(field, _)| field.name.to_string());
                columns.collect::<Vec<_>>()
            });
            ensure(columns == stream.columns, || {
                format!("{name} is {stream:?} in the file and {columns:?} in the registry")
            })?;
        }

        self.follower.begin(&file);
        let astha = registry.astha().expect("SQLite has a change log");
        within("all was told", astha.came_to(follower::NAME, position)).await;
        self.follower.compare(&file)
    }

    /// The columns that were answered are there, and none that nobody wanted.
    fn assert_shared(&mut self, stored: &Streams, was_cut: bool) -> Verdict {
        let stream = stored.get(SHARED).cloned().unwrap_or_default();
        let columns = stream.columns.unwrap_or_default();
        ensure(stream.versions == columns.len(), || {
            format!("{} versions of {columns:?}", stream.versions)
        })?;
        let mut unexplained = columns.len().saturating_sub(1);
        for client in &mut self.clients {
            let (certain, possible) = client.shared();
            if was_cut {
                let done = possible.iter().filter(|it| columns.contains(it)).cloned();
                certain.extend(done.collect::<Vec<_>>());
                possible.clear();
            }
            let lost = certain.iter().find(|column| !columns.contains(column));
            ensure(lost.is_none(), || format!("{SHARED} has lost {lost:?}"))?;
            unexplained -= certain.len().min(unexplained);
        }
        ensure(unexplained == 0, || {
            format!("{SHARED} has {unexplained} columns that nobody was promised")
        })
    }

    /// Housekeeping goes on: what everybody has seen leaves the log.
    pub(super) async fn log_empties(&self, registry: &Registry) {
        let file = Connection::open(self.file()).unwrap();
        let count = || -> i64 {
            let sql = "SELECT count(*) FROM __cdc_log";
            file.query_row(sql, [], |row| row.get(0)).unwrap()
        };
        within("the end of the log", async {
            while count() > 0 {
                registry.position().await.unwrap();
            }
        })
        .await;
    }
}

/// The file is whole, and its log and offsets agree.
fn assert_sound(file: &Connection) -> Verdict {
    let text = |sql: &str| -> Verdict<String> {
        let text = file.query_row(sql, [], |row| row.get(0));
        text.map_err(|error| format!("{sql}: {error}"))
    };
    let integrity = text("PRAGMA integrity_check")?;
    ensure(integrity == "ok", || integrity)?;
    for (what, sql) in [
        (
            "rows that refer to none",
            "SELECT count(*) || '' FROM pragma_foreign_key_check",
        ),
        (
            "rows of the log after its end",
            "SELECT count(*) || '' FROM __cdc_log
             WHERE id > (SELECT seq FROM sqlite_sequence WHERE name = '__cdc_log')",
        ),
        (
            "offsets after the end of the log",
            "SELECT count(*) || '' FROM __cdc_offsets WHERE position >
                (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = '__cdc_log')",
        ),
        (
            "offsets before what was pruned",
            "SELECT count(*) || '' FROM __cdc_offsets
             WHERE position < (SELECT pruned_through FROM __cdc_horizon)",
        ),
        (
            "rows of the log that were pruned",
            "SELECT count(*) || '' FROM __cdc_log
             WHERE id <= (SELECT pruned_through FROM __cdc_horizon)",
        ),
        (
            "ids that will be given again",
            "SELECT count(*) || '' FROM tables WHERE id >= (SELECT next_id FROM __object_ids)",
        ),
        (
            "streams that are not at their last version",
            "SELECT count(*) || '' FROM tables t JOIN table_metadata m ON m.table_id = t.id
             WHERE m.schema_version IS NOT (SELECT max(version)
                FROM cartridge_warp__schema_registry v WHERE v.table_id = t.id)",
        ),
        (
            "dead letters",
            "SELECT count(*) || '' FROM cartridge_warp__dead_letter_queue",
        ),
    ] {
        let count = text(sql)?;
        ensure(count == "0", || format!("{count} {what}"))?;
    }
    Ok(())
}

/// The streams there are or were: the versions of each have no gap.
fn streams(file: &Connection) -> Streams {
    let mut streams: BTreeMap<String, Stream> = BTreeMap::new();
    let sql = "SELECT table_name, version FROM cartridge_warp__schema_registry ORDER BY 1, 2";
    for (name, version) in pairs::<u32>(file, sql) {
        let stream = streams.entry(name).or_default();
        stream.versions += 1;
        // A gap shows as a number of versions that nobody expects.
        stream.versions = stream.versions.max(version as usize);
    }
    let sql = "SELECT t.name, c.column_name FROM tables t
               JOIN table_columns c ON c.table_id = t.id ORDER BY t.name, c.ordinal_position";
    for (name, column) in pairs::<String>(file, sql) {
        let stream = streams.entry(name).or_default();
        stream.columns.get_or_insert_default().push(column);
    }
    streams
}

fn pairs<T: rusqlite::types::FromSql>(file: &Connection, sql: &str) -> Vec<(String, T)> {
    let mut statement = file.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.unwrap().map(std::result::Result::unwrap).collect()
}
