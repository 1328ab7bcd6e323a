//! What the tools that people have ask a server, asked of ours and of PostgreSQL.
//!
//! `tests/clients/tools` has a file a tool. The same tables are made in both
//! servers, and every query must answer the same names, types and rows. What must
//! differ, whoever answers, is said in [`differences`].

mod differences;
mod pair;
mod psql;
mod query;
mod server;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use pair::Pair;
use query::Query;
use server::{Answer, Server};

#[tokio::test]
async fn tools_get_the_answers_of_postgresql() {
    let pair = Pair::start().await;
    let theirs = Server::new(pair.theirs().await).await;
    let ours = Server::new(pair.ours().await).await;
    let mut failures = String::new();
    for file in files() {
        let text = std::fs::read_to_string(&file).unwrap();
        let queries = query::parse(&text);
        assert!(!queries.is_empty(), "{}", file.display());
        for query in queries {
            let difference = match (ours.ask(&query).await, theirs.ask(&query).await) {
                (Ok(found), Ok(expected)) => difference(&query, &found, &expected),
                (Err(error), Ok(_)) => Some(error),
                (_, Err(error)) => Some(format!("PostgreSQL fails: {error}")),
            };
            if let Some(difference) = difference {
                let name = file.file_name().unwrap_or_default().display();
                let _ = writeln!(failures, "---- {name}: {}\n{difference}", query.title);
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

/// The files of queries, by name.
fn files() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/tools");
    let entries = std::fs::read_dir(directory).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// What an answer has that is not expected, and the other way round.
fn difference(query: &Query, found: &Answer, expected: &Answer) -> Option<String> {
    if found.columns != expected.columns {
        let (found, expected) = (&found.columns, &expected.columns);
        return Some(format!("columns {found:?}\nnot     {expected:?}"));
    }
    if query.rows_differ || found.rows == expected.rows {
        return None;
    }
    let lacks = |rows: &[Vec<String>], others: &[Vec<String>], sign| {
        let missing = rows.iter().filter(|row| !others.contains(row));
        let lines = missing.map(|row| format!("{sign} {}\n", row.join(" | ")));
        lines.collect::<String>()
    };
    let more = lacks(&found.rows, &expected.rows, '+');
    let less = lacks(&expected.rows, &found.rows, '-');
    if more.is_empty() && less.is_empty() {
        return Some(format!(
            "the same rows in another number or order\n{:?}\nnot\n{:?}",
            found.rows, expected.rows
        ));
    }
    let names: Vec<_> = found
        .columns
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    Some(format!("  {}\n{more}{less}", names.join(" | ")))
}
