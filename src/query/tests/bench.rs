//! An engine over a registry of its own.

use std::sync::Arc;

use futures::TryStreamExt;
use tempfile::TempDir;

use crate::error::{Error, Result};
use crate::query::{
    Context, Conversation, Cursor, Engine, Locker, PreparedStatement, QueryConfig, Setting,
};
use crate::registry::{Draft, Registry};
use crate::relation::{Row, Style, Timestamp, Value};
use crate::sql::Query;

/// An engine over a registry of its own.
pub(super) struct Bench {
    engine: Engine,
    context: Context,
    _directory: TempDir,
}

/// Nobody to talk to.
pub(in crate::query) struct Silent;

impl Conversation for Silent {
    fn setting(&self, name: &str) -> Option<String> {
        (name == "server_version").then(|| "15.0".to_owned())
    }

    fn settings(&self) -> Vec<Setting> {
        Vec::new()
    }

    fn set(&self, name: &str, _value: &str, _is_local: bool) -> Result<String> {
        Err(Error::unsupported(
            name,
            "This conversation has no settings.",
        ))
    }

    fn notify(&self, _: &str, _: &str) -> Result<()> {
        Ok(())
    }

    fn cancel(&self, _: i32) -> bool {
        false
    }

    fn terminate(&self, _: i32) -> bool {
        false
    }

    fn channels(&self) -> Vec<String> {
        Vec::new()
    }

    fn prepared_statements(&self) -> Vec<PreparedStatement> {
        Vec::new()
    }

    fn cursors(&self) -> Vec<Cursor> {
        Vec::new()
    }
}

impl Bench {
    pub(super) async fn new() -> Self {
        Self::with_style(Style::default()).await
    }

    pub(super) async fn with_style(style: Style) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let registry = Registry::builder()
            .sqlite(directory.path().join("rekha.db"))
            .build()
            .await
            .unwrap();
        let now = Timestamp::from_micros(0).unwrap();
        let engine = Engine::new(&QueryConfig::default(), Vec::new()).unwrap();
        let locker = Locker::clone(&engine.join_locks(1));
        Self {
            engine,
            context: Context {
                registry,
                draft: Draft::default(),
                user: "rekha".into(),
                database: "rekha".into(),
                search_path: Arc::new(["public".to_owned()]),
                style,
                transaction_start: now,
                statement_start: now,
                process: 1,
                client: None,
                server: None,
                locker,
                lock_timeout: None,
                conversation: Arc::new(Silent),
            },
            _directory: directory,
        }
    }

    pub(super) async fn ask(&self, sql: &str) -> Result<Vec<Row>> {
        let query = Query::parse(sql)?;
        let plan = self.engine.plan(&query, &self.context, &[]).await?;
        let batches: Vec<Vec<Row>> = self.engine.run(&plan, &[], None)?.try_collect().await?;
        Ok(batches.concat())
    }

    /// The rows as text, one a line, or the error.
    pub(super) async fn told(&self, sql: &str) -> String {
        match self.ask(sql).await {
            Ok(rows) => rows
                .iter()
                .map(|row| self.line(row))
                .collect::<Vec<_>>()
                .join("\n"),
            Err(error) => {
                if let Some(source) = std::error::Error::source(&error) {
                    eprintln!("{source}");
                }
                format!("{}: {}", error.sqlstate(), error.message())
            }
        }
    }

    fn line(&self, row: &Row) -> String {
        let shown = row.iter().map(|value| self.shown(value));
        let shown: Vec<_> = shown.map(Option::unwrap_or_default).collect();
        shown.join("|")
    }

    /// As text, nothing for NULL.
    pub(super) fn shown(&self, value: &Value) -> Option<String> {
        value.to_text(&self.context.style)
    }
}
