//! Two servers with the same tables.

use tokio_postgres::Config;

use super::differences;
use crate::support::{Client, PostgreSql, Rekha};

/// PostgreSQL and ours.
pub(super) struct Pair {
    postgres: PostgreSql,
    pub(super) rekha: Rekha,
}

impl Pair {
    /// Starts both and makes the tables.
    pub(super) async fn start() -> Self {
        let pair = Self {
            postgres: PostgreSql::start(),
            rekha: Rekha::start(),
        };
        let streams = include_str!("streams.sql");
        let tables = streams.replace("STREAM", "TABLE") + differences::UNDONE;
        pair.theirs().await.rows(&tables).await;
        pair.ours().await.rows(streams).await;
        pair
    }

    /// A client of PostgreSQL.
    pub(super) async fn theirs(&self) -> Client {
        self.postgres.connect().await
    }

    /// A client of ours, of a database of the same name.
    pub(super) async fn ours(&self) -> Client {
        let mut config = Config::new();
        config.user("tester").dbname("postgres");
        let connected = Client::connect_with(self.rekha.address(), &config).await;
        connected.expect("a connection")
    }

    /// Where libpq finds PostgreSQL.
    pub(super) fn postgres_host(&self) -> String {
        self.postgres.directory().display().to_string()
    }
}
