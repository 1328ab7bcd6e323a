//! `examples/tpch.sql`: real schemas taken through real changes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tokio_postgres::error::DbError;

use crate::clients::{psql, psql_version};
use crate::support::{Client, Masks, Rekha};

/// The questions, each after `> `, and the answers that are expected.
const EXPECTED: &str = include_str!("tpch.txt");

/// How the script marks a statement that is refused, with the SQLSTATE.
const REFUSED: &str = "-- refused, ";

#[tokio::test]
async fn statement_by_statement() {
    let rekha = Rekha::start();
    let client = rekha.connect().await;
    let (mut evolved, mut refused) = (0, BTreeSet::new());
    for statement in statements() {
        let sql = &statement.sql;
        match (client.try_rows(sql).await, &statement.refused) {
            (Ok(_), None) => evolved += usize::from(sql.trim_start().starts_with("ALTER STREAM")),
            (Ok(_), Some(_)) => panic!("line {}: not refused: {sql}", statement.line),
            (Err(error), expected) => {
                let state = error.code().map(|state| state.code().to_owned());
                assert_eq!(&state, expected, "line {}: {error:?}", statement.line);
                // The mode, where it is one that refuses.
                let constraint = error.as_db_error().and_then(DbError::constraint);
                refused.extend(constraint.map(ToOwned::to_owned));
            }
        }
    }
    assert!(evolved >= 12, "{evolved}");
    assert_eq!(refused.len(), 6, "every mode but NONE refuses: {refused:?}");
    assert_answers(&client).await;
}

#[tokio::test]
async fn by_psql() {
    if psql_version().is_none() {
        return;
    }
    let rekha = Rekha::start();
    let path = script();
    let file = path.to_str().unwrap();
    let output = psql(&rekha, &["--set=VERBOSITY=sqlstate", "--file", file]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    // psql:examples/tpch.sql:123: ERROR:  23514
    let errors: Vec<(usize, &str)> = stderr
        .lines()
        .filter_map(|line| line.strip_prefix(&format!("psql:{file}:")))
        .filter_map(|line| line.split_once(": ERROR:  "))
        .map(|(line, state)| (line.parse().unwrap(), state))
        .collect();
    let statements = statements();
    let expected: Vec<(usize, &str)> = statements
        .iter()
        .filter_map(|statement| Some((statement.line, statement.refused.as_deref()?)))
        .collect();
    assert_eq!(errors, expected, "{stderr}");
    assert_answers(&rekha.connect().await).await;
}

async fn assert_answers(client: &Client) {
    let mut masks = Masks::default();
    let mut answers = String::new();
    for question in EXPECTED.lines().filter_map(|line| line.strip_prefix("> ")) {
        let mut table = client.table(question).await;
        masks.apply(&mut table);
        answers += &format!("> {question}\n{table}\n");
    }
    assert!(
        answers.trim() == EXPECTED.trim(),
        "the answers are\n{answers}"
    );
}

/// A statement of the script.
struct Statement {
    /// The line it ends on, from 1: where psql says its error is.
    line: usize,
    sql: String,
    /// The SQLSTATE it is refused with.
    refused: Option<String>,
}

/// The statements of the script: comments stand on lines of their own, and a
/// statement ends with the line.
fn statements() -> Vec<Statement> {
    let mut statements = Vec::new();
    let (mut sql, mut refused) = (String::new(), None);
    for (line, text) in fs::read_to_string(script()).unwrap().lines().enumerate() {
        if let Some(rest) = text.strip_prefix(REFUSED) {
            refused = Some(rest[..5].to_owned());
        }
        if text.starts_with("--") {
            continue;
        }
        sql += text;
        sql.push('\n');
        if text.ends_with(';') {
            statements.push(Statement {
                line: line + 1,
                sql: std::mem::take(&mut sql),
                refused: refused.take(),
            });
        }
    }
    assert_eq!(sql.trim(), "", "the script ends with a semicolon");
    statements
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/tpch.sql")
}
