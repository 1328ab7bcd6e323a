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
    (
        "SELECT format('%1100000000s', 1)",
        "54000: requested length too large",
    ),
    ("SELECT format('%1000000000s', 1)", "53200: out of memory"),
    (
        "SELECT string_agg(n::text, '-'), array_agg(n) FROM generate_series(1, 5) n WHERE n > 2",
        "3-4-5|{3,4,5}",
    ),
    (
        "SELECT k, array_agg(n) FROM (SELECT n % 3, n FROM generate_series(1, 7) n) t(k, n) \
         GROUP BY k ORDER BY k",
        "0|{3,6}\n1|{1,4,7}\n2|{2,5}",
    ),
    (
        "SELECT array_agg(n) FILTER (WHERE n > 9), array_agg(NULLIF(n, 2)) FROM generate_series(1, 3) n",
        "|{1,NULL,3}",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn constants() {
    let bench = Bench::new().await;
    for (query, expected) in CASES {
        assert_eq!(bench.told(query).await, *expected, "{query}");
    }
}
