//! A client that remembers the notices.

use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex};

use futures::{StreamExt, stream};
use tokio::task::JoinHandle;
use tokio_postgres::error::DbError;
use tokio_postgres::{AsyncMessage, Config, Error, NoTls, SimpleQueryMessage};

use super::{Table, within};

/// One row: its values as text.
pub(crate) type Row = Vec<Option<String>>;

/// A connection, with what tests ask of it. Everything else is
/// tokio-postgres's.
pub(crate) struct Client {
    postgres: tokio_postgres::Client,
    notices: Arc<Mutex<Vec<DbError>>>,
    connection: JoinHandle<Result<(), Error>>,
}

impl Client {
    /// Connects as the user `tester`.
    pub(crate) async fn connect(address: SocketAddr) -> Result<Self, Error> {
        Self::connect_with(address, Config::new().user("tester")).await
    }

    /// Connects with this configuration.
    pub(crate) async fn connect_with(address: SocketAddr, config: &Config) -> Result<Self, Error> {
        let mut config = config.clone();
        config.host(address.ip().to_string()).port(address.port());
        Self::connect_by(&config).await
    }

    /// Connects to wherever this configuration says.
    pub(crate) async fn connect_by(config: &Config) -> Result<Self, Error> {
        let (postgres, mut connection) = config.connect(NoTls).await?;
        let notices = Arc::<Mutex<Vec<DbError>>>::default();
        let collected = notices.clone();
        let messages = async move {
            let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
            while let Some(message) = messages.next().await {
                if let AsyncMessage::Notice(notice) = message? {
                    collected.lock().unwrap().push(notice);
                }
            }
            Ok(())
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "the client owns the task; it ends with the connection"
        )]
        let connection = tokio::spawn(messages);
        Ok(Self {
            postgres,
            notices,
            connection,
        })
    }

    /// Sends a text of any number of statements by the simple protocol; answers
    /// the rows of all of them.
    pub(crate) async fn try_rows(&self, sql: &str) -> Result<Vec<Row>, Error> {
        Ok(self.try_table(sql).await?.rows)
    }

    /// The rows of a text that must succeed.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<Row> {
        self.table(sql).await.rows
    }

    /// The result of a text that must succeed.
    pub(crate) async fn table(&self, sql: &str) -> Table {
        match within(sql, self.try_table(sql)).await {
            Ok(table) => table,
            Err(error) => panic!("{sql}\n{error:?}"),
        }
    }

    /// The result of a text: column names of its last statement that has some,
    /// rows of all of them.
    pub(crate) async fn try_table(&self, sql: &str) -> Result<Table, Error> {
        let mut table = Table::default();
        for message in self.postgres.simple_query(sql).await? {
            match message {
                SimpleQueryMessage::RowDescription(columns) => {
                    table.columns = columns.iter().map(|c| c.name().to_owned()).collect();
                }
                SimpleQueryMessage::Row(row) => table.rows.push(
                    (0..row.len())
                        .map(|column| row.get(column).map(str::to_owned))
                        .collect(),
                ),
                _ => (),
            }
        }
        Ok(table)
    }

    /// The error of a text that must fail.
    pub(crate) async fn must_fail(&self, sql: &str) -> DbError {
        match within(sql, self.try_rows(sql)).await {
            Ok(rows) => panic!("{sql}\nmust fail, but answers {rows:?}"),
            Err(error) => match error.as_db_error() {
                Some(error) => error.clone(),
                None => panic!("{sql}\n{error:?}"),
            },
        }
    }

    /// The notices since the last call. Those of a statement are there when its
    /// answer is.
    pub(crate) fn take_notices(&self) -> Vec<DbError> {
        std::mem::take(&mut self.notices.lock().unwrap())
    }

    /// The versions told since the last call: `stream "…" is now at version n`.
    pub(crate) fn take_versions(&self) -> Vec<(String, i32)> {
        self.take_notices()
            .iter()
            .filter_map(|notice| version_told(notice.message()))
            .collect()
    }

    /// Waits until the server has closed the connection; answers the error it
    /// gave for it, if it gave one.
    pub(crate) async fn closed(self) -> Option<DbError> {
        let ended = within("the end of the connection", self.connection).await;
        let error = ended.expect("no panic").err()?;
        error.as_db_error().cloned()
    }
}

impl Deref for Client {
    type Target = tokio_postgres::Client;

    fn deref(&self) -> &Self::Target {
        &self.postgres
    }
}

impl DerefMut for Client {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.postgres
    }
}

fn version_told(notice: &str) -> Option<(String, i32)> {
    let (stream, version) = notice
        .strip_prefix("stream \"")?
        .split_once("\" is now at version ")?;
    Some((stream.to_owned(), version.parse().ok()?))
}
