//! A pipeline over the registry's own tables, and somebody who is told.

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use rusqlite::Connection;

use crate::astha::{Astha, Component, Config, Health, Refresh, Subscriber, Unit};
use crate::error::{Error, Result};
use crate::position::Position;
use crate::sqlite::{Database, Options};
use crate::tasks::Tasks;

/// Notes what it is told, and fails when it is asked to.
pub(super) struct Recorder {
    pub(super) name: &'static str,
    pub(super) tables: &'static [&'static str],
    pub(super) told: Mutex<Vec<String>>,
    /// Units it refuses before it takes one.
    pub(super) refusals: Mutex<usize>,
    /// It finds that the next unit makes no sense.
    pub(super) doubts: Mutex<bool>,
    /// It panics at the next unit.
    pub(super) panics: Mutex<bool>,
    /// It never answers what it is told, or asked.
    pub(super) hangs: Mutex<bool>,
}

impl Recorder {
    pub(super) fn new(name: &'static str, tables: &'static [&'static str]) -> Arc<Self> {
        Arc::new(Self {
            name,
            tables,
            told: Mutex::default(),
            refusals: Mutex::new(0),
            doubts: Mutex::new(false),
            panics: Mutex::new(false),
            hangs: Mutex::new(false),
        })
    }

    async fn answer(&self) {
        if *self.hangs.lock() {
            std::future::pending::<()>().await;
        }
    }

    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.told.lock())
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

    async fn on_event(&self, unit: &Unit) -> Result<()> {
        if std::mem::take(&mut *self.panics.lock()) {
            panic!("on purpose");
        }
        self.answer().await;
        if std::mem::take(&mut *self.doubts.lock()) {
            unit.events[0].decode::<()>()?;
        }
        let mut refusals = self.refusals.lock();
        if *refusals > 0 {
            *refusals -= 1;
            self.told.lock().push("refused".to_owned());
            return Err(Error::internal("on purpose"));
        }
        let names: Vec<_> = unit
            .events
            .iter()
            .map(|event| {
                format!(
                    "{:?} {}",
                    event.operation(),
                    event.data.row()["name"].as_str().unwrap_or("?")
                )
            })
            .collect();
        let whose = if unit.own { "own" } else { "foreign" };
        self.told
            .lock()
            .push(format!("{whose}: {}", names.join(", ")));
        Ok(())
    }

    async fn on_health(&self) -> Health {
        self.answer().await;
        Health::Healthy
    }

    async fn on_refresh(&self, reason: Refresh, _: Position) -> Result<()> {
        self.told.lock().push(format!("{reason:?}"));
        Ok(())
    }
}

pub(super) struct Fixture {
    _directory: tempfile::TempDir,
    pub(super) database: Arc<Database>,
    pub(super) astha: Astha,
}

pub(super) fn fixture(config: Config) -> Fixture {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("x.db");
    let database = Database::open(
        &Options::new(path),
        |_| Ok(()),
        |connection| {
            connection.execute_batch(include_str!("../../../sql/sqlite/0001_registry.sql"))?;
            connection.execute_batch(include_str!("../../../sql/sqlite/change_log.sql"))?;
            Ok(connection.execute_batch(include_str!("../../../sql/sqlite/capture.sql"))?)
        },
    );
    let database = Arc::new(database.expect("opens"));
    let astha = Astha::new(database.clone(), config, Tasks::new()).expect("opens");
    Fixture {
        _directory: directory,
        database,
        astha,
    }
}

impl Fixture {
    pub(super) async fn recorder(&self, name: &'static str) -> Arc<Recorder> {
        self.recorder_of(name, &["databases"]).await
    }

    pub(super) async fn recorder_of(
        &self,
        name: &'static str,
        tables: &'static [&'static str],
    ) -> Arc<Recorder> {
        let recorder = Recorder::new(name, tables);
        self.astha
            .register(recorder.clone())
            .await
            .expect("registers");
        recorder
    }

    /// Writes as another program would: no marker.
    pub(super) async fn foreign(&self, sql: &str) {
        let sql = sql.to_owned();
        let write = move |connection: &Connection| Ok(connection.execute_batch(&sql)?);
        self.database.write(write).await.expect("is written");
    }

    /// Writes as the registry does: a marker ends the unit.
    pub(super) async fn own(&self, sql: &str) {
        let sql = sql.to_owned();
        let write = move |connection: &Connection| {
            let first: i64 = connection.query_row(
                "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = '__cdc_log'",
                [],
                |row| row.get(0),
            )?;
            connection.execute_batch(&sql)?;
            connection.execute(
                "INSERT INTO __cdc_log (timestamp, tablename, operation, after)
                 VALUES ('2024-01-01T00:00:00Z', '__commit', 'INSERT', json_object('first', ?1))",
                [first],
            )?;
            Ok(())
        };
        self.database.write(write).await.expect("is written");
    }

    pub(super) async fn number(&self, sql: &'static str) -> i64 {
        let read =
            move |connection: &Connection| Ok(connection.query_row(sql, [], |row| row.get(0))?);
        self.database.read(read).await.expect("is read")
    }

    pub(super) async fn text(&self, sql: &'static str) -> String {
        let read =
            move |connection: &Connection| Ok(connection.query_row(sql, [], |row| row.get(0))?);
        self.database.read(read).await.expect("is read")
    }

    /// Lets the housekeeping that waits ride along with a write.
    pub(super) async fn keep_house(&self) {
        self.database.write(|_| Ok(())).await.expect("is written");
    }
}

pub(super) fn add(name: &str) -> String {
    format!("INSERT INTO databases (name) VALUES ('{name}');")
}
