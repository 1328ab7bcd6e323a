//! Every kind of change under every mode.
//!
//! The rules: presence, defaults and nullability as Avro's schema resolution,
//! types by Iceberg's and Avro's promotions, never by SQL's casts.

use crate::support::{Client, Rekha};

/// Who can still read whose data after the change.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reads {
    /// New readers old data, and old readers new data.
    Both,
    /// New readers old data.
    Backward,
    /// Old readers new data.
    Forward,
    Neither,
}
use Reads::{Backward, Both, Forward, Neither};

/// The columns beside `id BIGINT NOT NULL`, the change, who can still read.
const CHANGES: &[(&str, &str, Reads)] = &[
    // Presence.
    ("PRIMARY KEY (id)", "ADD COLUMN c INT", Both),
    (
        "PRIMARY KEY (id)",
        "ADD COLUMN c INT NOT NULL DEFAULT 0",
        Both,
    ),
    ("PRIMARY KEY (id)", "ADD COLUMN c INT NOT NULL", Forward),
    ("c INT", "DROP COLUMN c", Both),
    ("c INT NOT NULL DEFAULT 0", "DROP COLUMN c", Both),
    ("c INT NOT NULL", "DROP COLUMN c", Backward),
    // The old name is an alias that new readers know and old readers do not.
    ("c INT", "RENAME COLUMN c TO d", Both),
    ("c INT NOT NULL DEFAULT 0", "RENAME COLUMN c TO d", Both),
    ("c INT NOT NULL", "RENAME COLUMN c TO d", Backward),
    // Promotions, and their opposites.
    ("c SMALLINT", "ALTER COLUMN c TYPE INT", Backward),
    ("c INT", "ALTER COLUMN c TYPE BIGINT", Backward),
    ("c BIGINT", "ALTER COLUMN c TYPE INT", Forward),
    ("c REAL", "ALTER COLUMN c TYPE DOUBLE PRECISION", Backward),
    ("c DOUBLE PRECISION", "ALTER COLUMN c TYPE REAL", Forward),
    (
        "c DECIMAL(10,2)",
        "ALTER COLUMN c TYPE DECIMAL(12,2)",
        Backward,
    ),
    (
        "c DECIMAL(10,2)",
        "ALTER COLUMN c TYPE DECIMAL(8,2)",
        Forward,
    ),
    (
        "c DECIMAL(10,2)",
        "ALTER COLUMN c TYPE DECIMAL(12,3)",
        Neither,
    ),
    ("c VARCHAR(10)", "ALTER COLUMN c TYPE VARCHAR(20)", Backward),
    ("c VARCHAR(10)", "ALTER COLUMN c TYPE TEXT", Backward),
    ("c TEXT", "ALTER COLUMN c TYPE VARCHAR(10)", Forward),
    // What a cast would do is not what a reader can do.
    ("c INT", "ALTER COLUMN c TYPE TEXT", Neither),
    ("c TEXT", "ALTER COLUMN c TYPE INT", Neither),
    ("c BOOLEAN", "ALTER COLUMN c TYPE INT", Neither),
    ("c DATE", "ALTER COLUMN c TYPE TIMESTAMPTZ", Neither),
    ("c TIMESTAMP", "ALTER COLUMN c TYPE TIMESTAMPTZ", Neither),
    // Nullability.
    ("c INT", "ALTER COLUMN c SET NOT NULL", Forward),
    ("c INT NOT NULL", "ALTER COLUMN c DROP NOT NULL", Backward),
    // A default matters for versions without the column, and the latest has it.
    ("c INT", "ALTER COLUMN c SET DEFAULT 1", Both),
    ("c INT NOT NULL", "ALTER COLUMN c SET DEFAULT 1", Both),
    ("c INT DEFAULT 1", "ALTER COLUMN c DROP DEFAULT", Both),
    (
        "c INT NOT NULL DEFAULT 1",
        "ALTER COLUMN c DROP DEFAULT",
        Both,
    ),
    // Another key is another identity of every record.
    ("PRIMARY KEY (id)", "DROP PRIMARY KEY", Neither),
    ("c INT", "ADD PRIMARY KEY (id)", Neither),
    (
        "c INT NOT NULL, PRIMARY KEY (id)",
        "DROP PRIMARY KEY, ADD PRIMARY KEY (id, c)",
        Neither,
    ),
    // For sinks only.
    ("c INT", "ADD CONSTRAINT once UNIQUE (c)", Both),
    (
        "c INT, CONSTRAINT once UNIQUE (c)",
        "DROP CONSTRAINT once",
        Both,
    ),
    // Several actions are as good as the worst of them.
    (
        "c INT",
        "ADD COLUMN d INT, ALTER COLUMN c TYPE BIGINT",
        Backward,
    ),
    (
        "c INT",
        "ADD COLUMN d INT NOT NULL, ALTER COLUMN c TYPE BIGINT",
        Neither,
    ),
];

/// The modes and whether each asks for (backward, forward). With one earlier
/// version a transitive mode is its plain one.
const MODES: &[(&str, bool, bool)] = &[
    ("NONE", false, false),
    ("BACKWARD", true, false),
    ("BACKWARD_TRANSITIVE", true, false),
    ("FORWARD", false, true),
    ("FORWARD_TRANSITIVE", false, true),
    ("FULL", true, true),
    ("FULL_TRANSITIVE", true, true),
];

#[tokio::test]
async fn every_change_under_every_mode() {
    let rekha = Rekha::start();
    let client = rekha.connect().await;
    let mut wrong = Vec::new();
    for (number, (columns, action, reads)) in CHANGES.iter().enumerate() {
        for (mode, asks_backward, asks_forward) in MODES {
            let stream = format!("s{number}_{mode}").to_lowercase();
            client
                .rows(&format!(
                    "CREATE STREAM {stream} (id BIGINT NOT NULL, {columns})
                     WITH (compatibility = '{mode}')"
                ))
                .await;
            let answer = client
                .try_rows(&format!("ALTER STREAM {stream} {action}"))
                .await;

            let backward = matches!(reads, Both | Backward);
            let forward = matches!(reads, Both | Forward);
            let allowed = (backward || !asks_backward) && (forward || !asks_forward);
            match (answer, allowed) {
                (Ok(_), true) => {
                    let directions = directions_of_version_1(&client, &stream).await;
                    if directions != (backward, forward) {
                        wrong.push(format!(
                            "{columns}: {action}: shown as {directions:?}, expected {reads:?}"
                        ));
                    }
                }
                (Ok(_), false) => wrong.push(format!("{columns}: {action}: allowed by {mode}")),
                (Err(error), true) => wrong.push(format!(
                    "{columns}: {action}: refused by {mode}: {:?}",
                    error.as_db_error()
                )),
                (Err(error), false) => {
                    let error = error.as_db_error().expect("an answer");
                    assert_eq!(
                        error.code().code(),
                        "23514",
                        "{action} under {mode}: {error:?}"
                    );
                    assert_eq!(error.constraint(), Some(*mode), "{error:?}");
                    assert!(
                        error.detail().is_some() && error.hint().is_some(),
                        "{error:?}"
                    );
                }
            }
            // Names of constraints are taken as long as their stream is there.
            client.rows(&format!("DROP STREAM {stream}")).await;
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// What SHOW SCHEMA COMPATIBILITY says of version 1 and the latest.
async fn directions_of_version_1(client: &Client, stream: &str) -> (bool, bool) {
    let rows = client
        .rows(&format!("SHOW SCHEMA COMPATIBILITY FOR {stream}"))
        .await;
    let is_true = |column: usize| rows[0][column].as_deref() == Some("t");
    (is_true(3), is_true(4))
}

/// A namespace's new mode warns of ten streams and counts the others.
#[tokio::test]
async fn a_warning_names_ten_streams() {
    let rekha = Rekha::start();
    let client = rekha.connect().await;
    for number in 10..22 {
        client
            .rows(&format!(
                "CREATE STREAM s{number} (id BIGINT NOT NULL, c INT);
                 ALTER STREAM s{number} ALTER COLUMN c TYPE BIGINT"
            ))
            .await;
    }
    client.take_notices();
    client
        .rows("ALTER SCHEMA public SET (compatibility = 'FULL_TRANSITIVE')")
        .await;
    let [warning] = client.take_notices().try_into().expect("one warning");
    assert_eq!(
        (warning.severity(), warning.code().code()),
        ("WARNING", "01000")
    );
    assert_eq!(
        warning.message(),
        "versions of 12 streams in schema \"public\" violate compatibility mode \"FULL_TRANSITIVE\""
    );
    let lines: Vec<&str> = warning.detail().unwrap_or_default().lines().collect();
    assert_eq!((lines.len(), lines[10]), (11, "and 2 more"));
    for (line, number) in lines[..10].iter().zip(10..) {
        assert!(line.starts_with(&format!("stream \"s{number}\": column \"c\": widened")));
    }
    let rows = client.rows("SHOW SCHEMA COMPATIBILITY FOR s10").await;
    assert_eq!(rows[0][1].as_deref(), Some("FULL_TRANSITIVE"));
}
