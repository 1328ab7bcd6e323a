//! What operators, aggregates and window functions answer: `cases/` holds
//! expressions with the answers of PostgreSQL 15, in the zone America/New_York.
//!
//! ```text
//! 7 / 2 => 3
//! 1 / 0 => ERROR 22012: division by zero
//! -- a int4, b text: (1, 'x'), (2, NULL)
//! count(b) => 1
//! lag(a) over (order by b) => NULL ; 1
//! ```
//!
//! What stands behind a line with columns is asked over their rows, and a value for
//! each row is apart by ` ; `.

mod binder;
mod table;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Expr, lit};
use table::Table;
use tempfile::TempDir;

use crate::error::{Error, ErrorKind, Object, Result};
use crate::query::catalog::Catalog;
use crate::query::function::{aggregate, operator};
use crate::query::typed::Typed;
use crate::query::types::carrier;
use crate::query::{Context, Conversation, Cursor, PreparedStatement, Setting};
use crate::registry::{Draft, Registry};
use crate::relation::{Style, Timestamp, Type, Value};

const CASES: &[(&str, &str)] = &[
    ("aggregates", include_str!("cases/aggregates.txt")),
    ("arithmetic", include_str!("cases/arithmetic.txt")),
    ("comparisons", include_str!("cases/comparisons.txt")),
    ("datetime", include_str!("cases/datetime.txt")),
    ("json", include_str!("cases/json.txt")),
    ("texts", include_str!("cases/texts.txt")),
    ("windows", include_str!("cases/windows.txt")),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn operators_and_aggregates_answer_what_postgresql_answers() {
    let (registry, _directory) = registry().await;
    let catalog = catalog(registry.clone());
    let mut differences = Vec::new();
    for (file, cases) in CASES {
        let mut table = Table::default();
        for line in cases.lines() {
            if let Some(columns) = line.strip_prefix("-- ") {
                table = Table::read(columns, &catalog);
            }
            let Some((written, expected)) = line.rsplit_once(" => ") else {
                continue;
            };
            let answer = match table.answer(written, &catalog).await {
                Ok(values) => shown(&values, &catalog.context.style),
                Err(error) => format!("ERROR {}: {}", error.sqlstate(), error.message()),
            };
            if answer != expected {
                differences.push(format!(
                    "{file}: {written}\n   is {answer}\n  not {expected}"
                ));
            }
        }
    }
    registry.close(Duration::from_secs(10)).await;
    let count = differences.len();
    assert!(count == 0, "{}\n{count} differ", differences.join("\n"));
}

/// Where a sub-query has no rows, its aggregate is what this says.
#[tokio::test]
async fn an_aggregate_tells_what_it_is_over_nothing() {
    let (registry, _directory) = registry().await;
    let catalog = catalog(registry.clone());
    for (name, nothing) in [
        ("count", ScalarValue::Int64(Some(0))),
        ("max", ScalarValue::Int32(None)),
    ] {
        let argument = Typed::new(lit(1), Type::INT4);
        let typed = aggregate(name, vec![argument], false, Vec::new(), None, &catalog).unwrap();
        let Expr::AggregateFunction(call) = typed.expr else {
            panic!("{name} is no aggregate");
        };
        let of = carrier(&typed.data_type);
        assert_eq!(call.func.default_value(&of).unwrap(), nothing, "{name}");
    }
    registry.close(Duration::from_secs(10)).await;
}

#[test]
fn no_two_operators_or_aggregates_have_the_same_parameters() {
    let families = operator::TABLES.iter().copied().flatten();
    let families = families.chain(aggregate::FUNCTIONS);
    let mut seen = HashSet::new();
    for function in families.copied().flatten() {
        let (name, parameters) = (function.name, function.parameters);
        assert!(seen.insert((name, parameters)), "{name} {parameters:?}");
    }
}

async fn registry() -> (Arc<Registry>, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("rekha.db");
    let registry = Registry::builder().sqlite(path).build().await;
    (registry.unwrap(), directory)
}

fn shown(values: &[Value], style: &Style) -> String {
    let texts = values.iter().map(|value| value.to_text(style));
    let texts: Vec<_> = texts
        .map(|text| text.unwrap_or_else(|| "NULL".to_owned()))
        .collect();
    texts.join(" ; ").replace('\n', "\\n")
}

fn catalog(registry: Arc<Registry>) -> Catalog {
    let start = Timestamp::from_micros(777_777_777_777_777).unwrap();
    let context = Context {
        registry,
        draft: Draft::default(),
        user: "me".into(),
        database: "here".into(),
        search_path: vec!["public".to_owned()].into(),
        style: Style {
            zone: "America/New_York".parse().unwrap(),
            ..Style::default()
        },
        transaction_start: start,
        statement_start: start,
        process: 1,
        conversation: Arc::new(Silence),
    };
    Catalog::new(Arc::new(context), Arc::new([]))
}

/// Nobody to talk to.
struct Silence;

impl Conversation for Silence {
    fn setting(&self, _: &str) -> Option<String> {
        None
    }

    fn settings(&self) -> Vec<Setting> {
        Vec::new()
    }

    fn set(&self, name: &str, _: &str, _: bool) -> Result<String> {
        Err(Error::new(ErrorKind::NotFound(Object::Setting), name))
    }

    fn prepared_statements(&self) -> Vec<PreparedStatement> {
        Vec::new()
    }

    fn cursors(&self) -> Vec<Cursor> {
        Vec::new()
    }
}
