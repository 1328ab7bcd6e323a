//! The specification of the SQL: `tests/slt/*.slt`, each file against a server
//! of its own.
//!
//! The format is sqllogictest's, with three conventions. A result begins with
//! the names of its columns and separates values with `|`; hashes are numbered
//! in the order they appear and times are `time`. A statement without rows
//! answers its notices, so that `query` shows them and `statement ok` does not
//! care. An error is its SQLSTATE and message, then `DETAIL`, `HINT` and
//! `POSITION` on lines of their own; `statement error (42P01)` asks for the
//! SQLSTATE only, `statement error regex` for a match anywhere in that text.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType, Runner};
use tokio_postgres::error::{DbError, ErrorPosition};

use crate::support::{Client, Masks, Rekha};

/// One test a file.
macro_rules! scripts {
    ($($name:ident),* $(,)?) => {
        const SCRIPTS: &[&str] = &[$(stringify!($name)),*];

        $(#[tokio::test]
        async fn $name() {
            run(stringify!($name)).await;
        })*
    };
}

scripts! {
    advisory_locks,
    alter_stream,
    assert_schema,
    bad_input,
    comments,
    compatibility,
    create_like,
    create_or_replace,
    create_stream,
    cursors,
    defaults,
    describe,
    drop,
    errors,
    evolution,
    explain,
    explain_sink,
    history,
    indexes_constraints,
    names,
    namespaces,
    nested_defaults,
    nested_types,
    notifications,
    options,
    prepared,
    procedures,
    read_only,
    route,
    savepoints,
    select,
    select_aggregate,
    select_analysis,
    select_call,
    select_catalog,
    select_correlated,
    select_document,
    select_explain,
    select_expression,
    select_foreign,
    select_frame,
    select_grouping,
    select_order_kept,
    select_set_operation,
    select_streams,
    select_subquery,
    select_syntax,
    select_window,
    set_config,
    settings,
    show_compatibility,
    show_create,
    show_diff,
    show_schemas,
    show_versions,
    transaction_reads,
    transactions,
    transitive_compatibility,
    types,
    unsupported,
    versions,
}

#[test]
fn every_script_has_a_test() {
    let mut files: Vec<String> = std::fs::read_dir(directory())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    files.sort();
    assert_eq!(files, SCRIPTS);
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slt")
}

async fn run(script: &str) {
    let rekha = Rekha::start();
    let masks = Arc::<Mutex<Masks>>::default();
    let mut runner = Runner::new(|| {
        let (address, masks) = (rekha.address(), masks.clone());
        async move {
            let client = Client::connect(address).await.map_err(Refusal::from)?;
            Ok(Connection { client, masks })
        }
    });
    let path = directory().join(script).with_extension("slt");
    let result = runner.run_file_async(path).await;
    runner.shutdown_async().await;
    if let Err(error) = result {
        panic!("{}", error.display(false));
    }
}

struct Connection {
    client: Client,
    masks: Arc<Mutex<Masks>>,
}

#[async_trait]
impl AsyncDB for Connection {
    type Error = Refusal;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, Refusal> {
        self.client.take_notices();
        let mut table = self.client.try_table(sql).await?;
        if table.columns.is_empty() {
            let notices = self.client.take_notices();
            return Ok(lines(notices.iter().flat_map(notice_lines)));
        }
        self.masks.lock().unwrap().apply(&mut table);
        Ok(lines(table.to_string().lines().map(str::to_owned)))
    }

    async fn shutdown(&mut self) {}

    fn engine_name(&self) -> &str {
        "rekha"
    }

    fn error_sql_state(error: &Refusal) -> Option<String> {
        Some(error.database()?.code().code().to_owned())
    }
}

/// Rows of one column. The runner squeezes blanks, so an expected table may be
/// aligned by eye; it ends at an empty line, so that is `(empty)`.
fn lines(lines: impl Iterator<Item = String>) -> DBOutput<DefaultColumnType> {
    let rows: Vec<_> = lines
        .map(|line| match line.as_str() {
            "" => vec!["(empty)".to_owned()],
            _ => vec![line],
        })
        .collect();
    if rows.is_empty() {
        DBOutput::StatementComplete(0)
    } else {
        let types = vec![DefaultColumnType::Text];
        DBOutput::Rows { types, rows }
    }
}

fn notice_lines(notice: &DbError) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", notice.severity(), notice.message())];
    lines.extend(notice.detail().map(|detail| format!("DETAIL: {detail}")));
    lines.extend(notice.hint().map(|hint| format!("HINT: {hint}")));
    lines
}

/// An error in the form the files expect.
#[derive(Debug)]
struct Refusal(tokio_postgres::Error);

impl Refusal {
    fn database(&self) -> Option<&DbError> {
        self.0.as_db_error()
    }
}

impl From<tokio_postgres::Error> for Refusal {
    fn from(error: tokio_postgres::Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(error) = self.database() else {
            return self.0.fmt(f);
        };
        write!(f, "({}) {}", error.code().code(), error.message())?;
        if let Some(detail) = error.detail() {
            write!(f, "\nDETAIL: {detail}")?;
        }
        if let Some(hint) = error.hint() {
            write!(f, "\nHINT: {hint}")?;
        }
        if let Some(ErrorPosition::Original(position)) = error.position() {
            write!(f, "\nPOSITION: {position}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}
