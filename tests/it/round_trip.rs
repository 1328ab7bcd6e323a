//! What `SHOW CREATE STREAM` prints makes the same stream again.

use crate::support::{Client, Rekha};

const STREAMS: &[(&str, &str)] = &[
    ("plain", "CREATE STREAM plain (id BIGINT, v TEXT)"),
    (
        "keyed",
        "CREATE STREAM keyed (b INTEGER, a INTEGER, v TEXT NOT NULL, PRIMARY KEY (a, b))",
    ),
    (
        "\"Weird \"\"name\"\"\"",
        "CREATE STREAM \"Weird \"\"name\"\"\" (\"select\" BIGINT PRIMARY KEY, \"Mixed Case\" TEXT,
             \"žluť\" TEXT COMMENT 'it''s yellow')",
    ),
    (
        "defaults",
        "CREATE STREAM defaults (
             id BIGINT PRIMARY KEY,
             s SMALLINT DEFAULT -1,
             d DECIMAL(5,2) DEFAULT 0.0,
             f DOUBLE PRECISION DEFAULT 1e3,
             b BOOLEAN DEFAULT true,
             t TEXT DEFAULT 'it''s',
             v VARCHAR(7) NOT NULL DEFAULT '',
             at TIMESTAMP(3) DEFAULT '2024-02-29 12:00:00.5',
             atz TIMESTAMPTZ DEFAULT '2024-02-29 12:00:00+02',
             day DATE DEFAULT '2024-02-29',
             u UUID DEFAULT '00000000-0000-0000-0000-00000000000a',
             j JSONB DEFAULT '{\"b\": 1, \"a\": [1, 2]}'
         )",
    ),
    (
        "nested",
        "CREATE STREAM nested (
             id BIGINT PRIMARY KEY,
             items ARRAY<STRUCT<sku: TEXT NOT NULL, \"Unit price\" DECIMAL(10,2) DEFAULT 0>>,
             tags MAP<TEXT, ROW(n INT DEFAULT -1, at TIMESTAMP(3)[] NOT NULL)> NOT NULL COMMENT 'all',
             matrix REAL[][]
         )",
    ),
    (
        "options",
        "CREATE STREAM options (id BIGINT PRIMARY KEY COMMENT 'the key')
         WITH (datasource = 'kafka://localhost:9092/raw-orders', format = 'json',
               compatibility = 'FULL_TRANSITIVE', schema_registry = true, comment = 'all of them')",
    ),
    (
        "constraints",
        "CREATE STREAM constraints (id BIGINT PRIMARY KEY, a TEXT UNIQUE, b TEXT,
             CONSTRAINT a_and_b UNIQUE (a, b))",
    ),
];

#[tokio::test]
async fn a_created_stream_comes_back() {
    let rekha = Rekha::start();
    let client = rekha.connect().await;
    for (name, create) in STREAMS {
        client.rows(create).await;
        assert_comes_back(&client, name).await;
    }
}

#[tokio::test]
async fn an_evolved_stream_comes_back() {
    let rekha = Rekha::start();
    let client = rekha.connect().await;
    client
        .rows(
            "CREATE SCHEMA sales;
             CREATE STREAM sales.orders (id BIGINT PRIMARY KEY, total DECIMAL(10,2), note TEXT);
             ALTER STREAM sales.orders RENAME COLUMN note TO remark, ADD COLUMN currency CHAR(3) DEFAULT 'EUR';
             ALTER STREAM sales.orders ALTER COLUMN total TYPE DECIMAL(12,2);
             ALTER STREAM sales.orders SET (compatibility = 'FULL');
             COMMENT ON STREAM sales.orders IS 'what was sold';
             COMMENT ON COLUMN sales.orders.total IS 'with tax';
             ALTER STREAM sales.orders ADD CONSTRAINT one_remark UNIQUE (remark)",
        )
        .await;
    assert_comes_back(&client, "sales.orders").await;
}

/// Drops the stream, runs the printed statement and compares everything that
/// can be asked of it.
async fn assert_comes_back(client: &Client, name: &str) {
    let show_create = format!("SHOW CREATE STREAM {name}");
    let describe = format!("DESCRIBE STREAM {name}");
    let printed = client.rows(&show_create).await;
    let described = client.table(&describe).await;
    let hash = latest_hash(client, name).await;

    client.rows(&format!("DROP STREAM {name}")).await;
    let statement = printed[0][1].as_ref().unwrap();
    client.rows(statement).await;

    assert_eq!(latest_hash(client, name).await, hash, "{statement}");
    assert_eq!(client.table(&describe).await, described, "{statement}");
    assert_eq!(client.rows(&show_create).await, printed);
}

async fn latest_hash(client: &Client, name: &str) -> Option<String> {
    let sql = format!("SHOW SCHEMA VERSIONS FOR {name}");
    client.rows(&sql).await.pop().unwrap().swap_remove(3)
}
