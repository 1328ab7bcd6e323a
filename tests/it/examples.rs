//! The scripts in `examples/`, statement by statement and by psql: real schemas
//! taken through real changes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tokio_postgres::error::DbError;

use crate::clients::psql;
use crate::support::{Client, Masks, Rekha};

/// A script, and what is asked behind it.
struct Example {
    /// The file's name.
    file: &'static str,
    /// The questions, each after `> `, and the answers that are expected.
    expected: &'static str,
    /// How many of its statements alter a stream.
    alters: usize,
    /// How many modes refuse something.
    modes: usize,
}

const TPCH: Example = Example {
    file: "tpch.sql",
    expected: include_str!("tpch.txt"),
    alters: 16,
    modes: 6,
};

const EVOLUTION: Example = Example {
    file: "evolution.sql",
    expected: include_str!("evolution.txt"),
    alters: 6,
    modes: 2,
};

/// How a script marks a statement that is refused, with the SQLSTATE.
const REFUSED: &str = "-- refused, ";

#[tokio::test]
async fn tpch_statement_by_statement() {
    TPCH.statement_by_statement().await;
}

#[tokio::test]
async fn tpch_by_psql() {
    TPCH.by_psql().await;
}

#[tokio::test]
async fn evolution_statement_by_statement() {
    EVOLUTION.statement_by_statement().await;
}

#[tokio::test]
async fn evolution_by_psql() {
    EVOLUTION.by_psql().await;
}

impl Example {
    async fn statement_by_statement(&self) {
        let rekha = Rekha::start();
        let client = rekha.connect().await;
        let (mut alters, mut modes) = (0, BTreeSet::new());
        for statement in self.statements() {
            let sql = &statement.sql;
            match (client.try_rows(sql).await, &statement.refused) {
                (Ok(_), None) => {
                    alters += usize::from(sql.trim_start().starts_with("ALTER STREAM"));
                }
                (Ok(_), Some(_)) => panic!("line {}: not refused: {sql}", statement.line),
                (Err(error), expected) => {
                    let state = error.code().map(|state| state.code().to_owned());
                    assert_eq!(&state, expected, "line {}: {error:?}", statement.line);
                    let constraint = error.as_db_error().and_then(DbError::constraint);
                    modes.extend(constraint.map(ToOwned::to_owned));
                }
            }
        }
        assert_eq!(alters, self.alters);
        assert_eq!(modes.len(), self.modes, "{modes:?}");
        self.assert_answers(&client).await;
    }

    async fn by_psql(&self) {
        let rekha = Rekha::start();
        let path = self.path();
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
        let statements = self.statements();
        let expected: Vec<(usize, &str)> = statements
            .iter()
            .filter_map(|statement| Some((statement.line, statement.refused.as_deref()?)))
            .collect();
        assert_eq!(errors, expected, "{stderr}");
        self.assert_answers(&rekha.connect().await).await;
    }

    async fn assert_answers(&self, client: &Client) {
        let mut masks = Masks::default();
        let mut answers = String::new();
        let lines = self.expected.lines();
        for question in lines.filter_map(|line| line.strip_prefix("> ")) {
            let mut table = client.table(question).await;
            masks.apply(&mut table);
            answers += &format!("> {question}\n{table}\n");
        }
        assert!(
            answers.trim() == self.expected.trim(),
            "the answers are\n{answers}"
        );
    }

    /// The statements of the script: comments stand on lines of their own, and a
    /// statement ends with the line.
    fn statements(&self) -> Vec<Statement> {
        let mut statements = Vec::new();
        let (mut sql, mut refused) = (String::new(), None);
        let script = fs::read_to_string(self.path()).unwrap();
        for (line, text) in script.lines().enumerate() {
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

    fn path(&self) -> PathBuf {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        examples.join(self.file)
    }
}

/// A statement of a script.
struct Statement {
    /// The line it ends on, from 1: where psql says its error is.
    line: usize,
    sql: String,
    /// The SQLSTATE it is refused with.
    refused: Option<String>,
}
