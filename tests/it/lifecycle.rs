//! Start and stop: what is kept, what is refused, what a client sees.

use std::fs;
use std::net::TcpListener;

use crate::support::{Client, Rekha, Store, eventually};

const CREATE: &str = "CREATE STREAM orders (id BIGINT PRIMARY KEY, total DECIMAL(10,2))";
const ALTER: &str = "ALTER STREAM orders ADD COLUMN note TEXT";
const ASKED: &[&str] = &[
    "SHOW STREAMS",
    "DESCRIBE STREAM orders",
    "SHOW SCHEMA VERSIONS FOR orders",
    "SHOW SCHEMA COMPATIBILITY FOR orders",
    "SHOW CREATE STREAM orders",
];

#[tokio::test]
async fn the_first_line_says_where_and_how() {
    let rekha = Rekha::start();
    let banner = rekha.banner();
    let port = rekha.address().port();
    assert!(
        banner.starts_with(&format!("rekha listening on 127.0.0.1:{port}; ")),
        "{banner}"
    );
    assert!(banner.contains("psql"), "{banner}");
    assert!(banner.contains(&port.to_string()), "{banner}");
}

#[tokio::test]
async fn a_second_start_finds_everything() {
    let store = Store::new();
    let mut rekha = store.start();
    let client = rekha.connect().await;
    client.rows(CREATE).await;
    client.rows(ALTER).await;
    let before = answers(&client).await;
    rekha.terminate();
    assert!(rekha.exit().await.success());

    let rekha = store.start();
    assert_eq!(answers(&rekha.connect().await).await, before);
}

async fn answers(client: &Client) -> Vec<String> {
    let mut answers = Vec::new();
    for sql in ASKED {
        answers.push(client.table(sql).await.to_string());
    }
    answers
}

#[tokio::test]
async fn a_newer_file_is_refused() {
    let store = Store::new();
    drop(store.start());
    let outside = store.open_outside();
    outside.pragma_update(None, "user_version", 1_000).unwrap();
    drop(outside);

    let (status, said) = store.start_refused("127.0.0.1:0", |_| ());
    assert!(!status.success());
    assert!(
        said.contains("newer") && said.contains("rekha.db"),
        "{said}"
    );
    // Refused means untouched.
    let version: i64 = store
        .open_outside()
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 1_000);
}

#[tokio::test]
async fn a_file_of_something_else_is_refused() {
    let store = Store::new();
    fs::write(
        store.file(),
        "this is a letter, not a database\n".repeat(100),
    )
    .unwrap();
    let (status, said) = store.start_refused("127.0.0.1:0", |_| ());
    assert!(!status.success());
    assert!(said.contains("rekha.db"), "{said}");
}

#[tokio::test]
async fn stopping_ends_sessions_and_keeps_only_what_was_committed() {
    let store = Store::new();
    let mut rekha = store.start();
    let idle = rekha.connect().await;
    let busy = rekha.connect().await;
    idle.rows(CREATE).await;
    busy.rows("BEGIN").await;
    busy.rows(ALTER).await;

    rekha.terminate();
    for client in [idle, busy] {
        if let Some(error) = client.closed().await {
            assert_eq!(error.code().code(), "57P01", "{error:?}");
        }
    }
    assert_eq!(rekha.exit().await.code(), Some(0));
    // The write-ahead log went into the file.
    let wal = store.file().with_extension("db-wal");
    assert!(fs::metadata(wal).map_or(0, |wal| wal.len()) == 0);

    let rekha = store.start();
    let client = rekha.connect().await;
    assert_eq!(client.rows("DESCRIBE STREAM orders").await.len(), 2);
}

#[tokio::test]
async fn connections_past_the_limit_are_told() {
    let rekha = Store::new().start_with(|command| {
        command.env("REKHA_WIRE__MAX_CONNECTIONS", "2");
    });
    let first = rekha.connect().await;
    let _second = rekha.connect().await;
    let error = match Client::connect(rekha.address()).await {
        Ok(_) => panic!("a third connection"),
        Err(error) => error,
    };
    assert_eq!(
        error.code().map(|state| state.code()),
        Some("53300"),
        "{error:?}"
    );

    drop(first);
    eventually("the freed place", async || {
        Client::connect(rekha.address()).await.ok()
    })
    .await;
}

#[tokio::test]
async fn an_address_beyond_this_machine_needs_a_flag() {
    let (status, said) = Store::new().start_refused("0.0.0.0:0", |_| ());
    assert!(!status.success());
    assert!(said.contains("--insecure"), "{said}");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (status, said) = Store::new().start_refused(&address, |_| ());
    assert!(!status.success());
    assert!(said.contains(&address), "{said}");
}

#[tokio::test]
async fn a_wrong_setting_stops_the_start_with_its_name() {
    for (name, value) in [
        ("REKHA_WIRE__MAX_CONNECTIONS", "many"),
        ("VELO_SCHEMA_COMPATIBILITY", "SIDEWAYS"),
    ] {
        let (status, said) = Store::new().start_refused("127.0.0.1:0", |command| {
            command.env(name, value);
        });
        assert!(!status.success(), "{name}={value}");
        assert!(said.contains(value), "{said}");
    }
    let store = Store::new();
    let file = store.beside("rekha.toml");
    fs::write(&file, "[wire]\nmax_conections = 3\n").unwrap();
    let (status, said) = store.start_refused("127.0.0.1:0", |command| {
        command.arg("--config").arg(&file);
    });
    assert!(!status.success());
    assert!(said.contains("max_conections"), "{said}");
}

/// A flag or a known variable; the flag wins. The mode judges, and is shown as
/// the server's.
#[tokio::test]
async fn the_server_sets_the_default_mode() {
    for (flag, variable, mode) in [
        (None, Some("FULL"), "FULL"),
        (Some("full_transitive"), None, "FULL_TRANSITIVE"),
        (Some("FORWARD"), Some("NONE"), "FORWARD"),
    ] {
        let rekha = Store::new().start_with(|command| {
            command.args(flag.map(|mode| format!("--compatibility={mode}")));
            command.envs(variable.map(|mode| ("VELO_SCHEMA_COMPATIBILITY", mode)));
        });
        let client = rekha.connect().await;
        client.rows(CREATE).await;
        let rows = client.rows("SHOW SCHEMA COMPATIBILITY FOR orders").await;
        assert_eq!(rows[0][1].as_deref(), Some(mode));
        assert_eq!(rows[0][2].as_deref(), Some("server"));
        let retype = "ALTER STREAM orders ALTER COLUMN total TYPE TEXT";
        let error = client.must_fail(retype).await;
        assert_eq!(error.constraint(), Some(mode));
    }
}

#[tokio::test]
async fn the_command_line_is_a_client() {
    let rekha = Rekha::start();
    let file = rekha.store().beside("script.sql");
    fs::write(&file, format!("-- two statements\n{CREATE};\n{ALTER};\n")).unwrap();
    let ran = rekha.sql(&["-f", file.to_str().unwrap()]);
    assert!(ran.status.success(), "{ran:?}");

    let csv = stdout(&rekha.sql(&["-c", "DESCRIBE STREAM orders", "--format", "csv"]));
    assert_eq!(
        csv.replace("\r\n", "\n"),
        "column,type,nullable,default,key,comment\n\
         id,bigint,f,,PRI,\n\
         total,\"numeric(10,2)\",t,,,\n\
         note,text,t,,,\n"
    );
    let json = stdout(&rekha.sql(&["-c", "DESCRIBE STREAM orders", "--format", "json"]));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[1]["column"], "total");
    assert_eq!(json[1]["comment"], serde_json::Value::Null);
    let table = stdout(&rekha.sql(&["-c", "DESCRIBE STREAM orders", "--format", "table"]));
    assert!(table.contains("numeric(10,2)"), "{table}");

    let failed = rekha.sql(&["-c", "DESCRIBE STREAM nowhere"]);
    assert!(!failed.status.success());
    let said = String::from_utf8_lossy(&failed.stderr);
    assert!(said.contains("\"nowhere\""), "{said}");
}

fn stdout(output: &std::process::Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
