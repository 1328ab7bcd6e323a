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
