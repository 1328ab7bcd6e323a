//! What functions, operators, aggregates and window functions answer: `functions/`
//! and `expressions/` hold them with the answers of PostgreSQL 15, in the zone
//! America/New_York.
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
//! each row is apart by ` ; `, as are the rows of a function that returns a set.

use super::bench::Bench;
use crate::relation::Style;

const CASES: &[(&str, &str)] = &[
    ("aggregates", include_str!("expressions/aggregates.txt")),
    ("arithmetic", include_str!("expressions/arithmetic.txt")),
    ("comparisons", include_str!("expressions/comparisons.txt")),
    ("conditions", include_str!("expressions/conditions.txt")),
    ("constants", include_str!("expressions/constants.txt")),
    ("datetime", include_str!("expressions/datetime.txt")),
    ("json", include_str!("expressions/json.txt")),
    ("money", include_str!("expressions/money.txt")),
    (
        "positions of the log",
        include_str!("expressions/positions.txt"),
    ),
    ("rarer types", include_str!("expressions/rarer.txt")),
    ("recursion", include_str!("expressions/recursion.txt")),
    ("rows", include_str!("expressions/rows.txt")),
    ("sets", include_str!("expressions/sets.txt")),
    ("subqueries", include_str!("expressions/subqueries.txt")),
    ("texts", include_str!("expressions/texts.txt")),
    ("windows", include_str!("expressions/windows.txt")),
    ("functions of arrays", include_str!("functions/arrays.txt")),
    ("functions of bytea", include_str!("functions/bytea.txt")),
    (
        "functions of datetime",
        include_str!("functions/datetime.txt"),
    ),
    (
        "functions of formatting",
        include_str!("functions/formatting.txt"),
    ),
    ("functions of json", include_str!("functions/json.txt")),
    ("functions of math", include_str!("functions/math.txt")),
    ("functions of misc", include_str!("functions/misc.txt")),
    (
        "functions of networks",
        include_str!("functions/network.txt"),
    ),
    (
        "functions of patterns",
        include_str!("functions/patterns.txt"),
    ),
    (
        "functions of quoting",
        include_str!("functions/quoting.txt"),
    ),
    ("functions of sets", include_str!("functions/sets.txt")),
    (
        "functions of strings",
        include_str!("functions/strings.txt"),
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn expressions_answer_what_postgresql_answers() {
    let bench = Bench::with_style(Style {
        zone: "America/New_York".parse().unwrap(),
        ..Style::default()
    })
    .await;
    let mut differences = Vec::new();
    for (file, cases) in CASES {
        let mut from = String::new();
        for line in cases.lines() {
            if let Some(rows) = line.strip_prefix("-- ") {
                from = from_clause(rows);
            }
            let Some((written, expected)) = line.rsplit_once(" => ") else {
                continue;
            };
            let answer = answer(&bench, &format!("SELECT {written}{from}")).await;
            if answer != expected {
                differences.push(format!(
                    "{file}: {written}\n   is {answer}\n  not {expected}"
                ));
            }
        }
    }
    let count = differences.len();
    assert!(count == 0, "{}\n{count} differ", differences.join("\n"));
}

/// `a int4, b text: (1, 'x'), (2, NULL)` as what a query reads.
fn from_clause(rows: &str) -> String {
    let (columns, rows) = rows.split_once(": ").unwrap();
    let columns = columns
        .split(", ")
        .map(|column| column.split_once(' ').unwrap());
    let (names, casts): (Vec<_>, Vec<_>) = columns
        .map(|(name, of)| (name, format!("CAST({name} AS {of}) AS {name}")))
        .unzip();
    let (names, casts) = (names.join(", "), casts.join(", "));
    format!(" FROM (SELECT {casts} FROM (VALUES {rows}) AS v ({names})) AS t")
}

async fn answer(bench: &Bench, query: &str) -> String {
    match bench.ask(query).await {
        Ok(rows) => {
            let values = rows.iter().map(|row| bench.shown(&row[0]));
            let texts: Vec<_> = values
                .map(|text| text.unwrap_or_else(|| "NULL".to_owned()))
                .collect();
            texts.join(" ; ").replace('\n', "\\n")
        }
        Err(error) => {
            let mut shown = format!("ERROR {}: {}", error.sqlstate(), error.message());
            for (what, said) in [("DETAIL", error.detail()), ("HINT", error.hint())] {
                shown.extend(said.map(|said| format!(" {what}: {said}")));
            }
            shown
        }
    }
}
