//! Small queries over constants.

use super::bench::Bench;

/// A query and its rows, a line each, as PostgreSQL 15 has them.
const CASES: &[(&str, &str)] = &[
    ("SELECT 1", "1"),
    ("SELECT 1 + 1, 'a' || 'b', 2.50 * 2", "2|ab|5.00"),
    ("SELECT 1 / 0", "22012: division by zero"),
    ("SELECT 2147483647 + 1", "22003: integer out of range"),
    ("SELECT x FROM (VALUES (1), (2)) t(x) WHERE x > 1", "2"),
    ("SELECT 1 WHERE NULL", ""),
];

#[tokio::test(flavor = "multi_thread")]
async fn constants() {
    let bench = Bench::new().await;
    for (query, expected) in CASES {
        assert_eq!(bench.told(query).await, *expected, "{query}");
    }
}

/// Reads a query from the environment: for looking at one.
#[tokio::test(flavor = "multi_thread")]
async fn look() {
    let bench = Bench::new().await;
    if let Ok(text) = std::fs::read_to_string("/tmp/wt/look.sql") {
        for query in text.split(";\n").filter(|q| !q.trim().is_empty()) {
            println!("{query}\n=> {}", bench.told(query).await);
        }
    }
}
