//! Health and metrics over HTTP, as probes and Prometheus ask for them.

use std::net::SocketAddr;
use std::time::Duration;

use rekha::config::{Config, StoreUrl};
use rekha::server::Server;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::Store;

async fn start(store: &Store) -> Server {
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let config = Config {
        listen: any,
        http: any,
        store: StoreUrl::Sqlite(store.file()),
        ..Config::default()
    };
    Server::start(config).await.unwrap()
}

/// The status and the body of a page.
async fn get(server: &Server, path: &str) -> (u16, String) {
    let address = server.http_addr().unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}

async fn health(server: &Server) -> (u16, Value) {
    let (status, body) = get(server, "/health/schema-registry").await;
    (status, serde_json::from_str(&body).expect(&body))
}

async fn run(server: &Server, sql: &str) -> rekha::error::Result<()> {
    let options = rekha::session::SessionOptions::default();
    let mut session = rekha::session::Session::new(server.registry().clone(), options)?;
    session.execute(sql).await.map(drop)
}

#[tokio::test]
async fn health_has_all_its_keys_from_the_start() {
    let store = Store::new();
    let server = start(&store).await;
    let (status, health) = health(&server).await;
    assert_eq!(status, 200);
    assert_eq!(health["status"], "healthy");
    assert_eq!(health["providers"], json!({}));
    assert_eq!(health["last_discovery"], Value::Null);
    for number in ["entries", "hit_rate", "memory_mb"] {
        assert!(health["cache"][number].is_number(), "{health}");
    }
    let manager = &health["components"]["schema_manager"];
    assert_eq!(manager["status"], "active", "{health}");
    assert_eq!(manager["breaker"], "closed");
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_paused_component_is_inactive_and_that_is_no_failure() {
    let store = Store::new();
    let server = start(&store).await;
    server
        .registry()
        .astha()
        .unwrap()
        .pause("schema_manager")
        .unwrap();
    let (status, health) = health(&server).await;
    assert_eq!(status, 200);
    assert_eq!(health["components"]["schema_manager"]["status"], "inactive");
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_server_is_alive_and_ready() {
    let store = Store::new();
    let server = start(&store).await;
    assert_eq!(get(&server, "/livez").await, (200, "ok\n".to_owned()));
    assert_eq!(get(&server, "/readyz").await, (200, "ok\n".to_owned()));
    assert_eq!(get(&server, "/nothing").await.0, 404);
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn without_the_store_it_is_alive_but_not_healthy() {
    let store = Store::new();
    let server = start(&store).await;
    server.registry().close(Duration::from_secs(10)).await;
    for suffix in ["", "-wal", "-shm"] {
        let mut file = store.file().into_os_string();
        file.push(suffix);
        std::fs::remove_file(&file).ok();
    }
    std::fs::create_dir(store.file()).unwrap();
    assert_eq!(get(&server, "/livez").await.0, 200);
    let (status, health) = health(&server).await;
    assert_eq!(
        (status, &health["status"]),
        (503, &json!("unhealthy")),
        "{health}"
    );
    // What is known without it.
    assert!(health["components"]["schema_manager"]["position"].is_number());
    assert_eq!(get(&server, "/readyz").await.0, 503);
    let (status, page) = get(&server, "/metrics").await;
    assert_eq!(status, 200);
    assert!(page.contains("astha_component_active{component=\"schema_manager\"}"));
}

/// Slower than slow: it will never have asked.
#[tokio::test]
async fn a_client_that_does_not_go_on_is_let_go_of() {
    let store = Store::new();
    let server = start(&store).await;
    let address = server.http_addr().unwrap();
    for begun in ["", "GET /livez HTTP/1.1\r\nHost: "] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        tokio::time::pause();
        let mut answer = Vec::new();
        let ended = stream.read_to_end(&mut answer);
        let ended = tokio::time::timeout(Duration::from_secs(24 * 60 * 60), ended).await;
        ended.expect("it is let go of").ok();
        tokio::time::resume();
    }
    assert_eq!(get(&server, "/livez").await.0, 200);
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn what_is_counted_is_told_under_the_names_that_dashboards_know() {
    let store = Store::new();
    let server = start(&store).await;
    run(&server, "CREATE STREAM orders (id BIGINT)")
        .await
        .unwrap();
    run(&server, "ALTER STREAM orders ADD COLUMN a INT")
        .await
        .unwrap();
    run(&server, "DESCRIBE STREAM nosuch").await.unwrap_err();
    let position = server.registry().position().await.unwrap();
    server.registry().astha().unwrap().delivered(position).await;
    let (status, page) = get(&server, "/metrics").await;
    assert_eq!(status, 200);
    let told = |name: &str| {
        let mut lines = page.lines().filter_map(|line| line.split_once(' '));
        let line = lines.find(|(told, _)| *told == name);
        line.map(|(_, value)| value)
            .unwrap_or_else(|| panic!("{name} is not in\n{page}"))
            .to_owned()
    };
    assert_eq!(told("schema_registry_discoveries_total"), "0");
    assert_eq!(told("schema_evolution_compatibility_checks"), "1");
    assert_eq!(told("schema_evolution_migrations"), "1");
    assert_eq!(told("schema_registry_errors{type=\"42P01\"}"), "1");
    assert_eq!(told("schema_registry_stale_reads"), "0");
    assert_eq!(told("rekha_sessions"), "0");
    assert_eq!(told("rekha_statement_seconds_count"), "3");
    assert_eq!(
        told("astha_component_active{component=\"schema_manager\"}"),
        "1"
    );
    assert_eq!(told("astha_queue_depth{component=\"schema_manager\"}"), "0");
    for name in [
        "schema_registry_cache_hits",
        "schema_registry_cache_misses",
        "astha_changes_processed_total",
        "astha_changes_failed_total",
        "astha_delivery_retries_total",
        "astha_error_rate",
        "astha_processing_seconds_count",
        "astha_cleanup_seconds_count",
        "astha_batch_events_count",
        "astha_log_rows",
        "astha_held_bytes",
    ] {
        assert!(told(name).parse::<f64>().is_ok(), "{name}");
    }
    assert!(page.ends_with("# EOF\n"));
    server.shutdown().await.unwrap();
}

/// What the dashboard asks for is told.
#[tokio::test]
async fn the_dashboard_knows_no_other_names() {
    let store = Store::new();
    let server = start(&store).await;
    // What has labels is told once there is one.
    run(&server, "DESCRIBE STREAM nosuch").await.unwrap_err();
    let (_, page) = get(&server, "/metrics").await;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/grafana.json");
    let dashboard: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut asked = 0;
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().unwrap() {
            let expr = target["expr"].as_str().unwrap();
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let words = expr.split(|c| !is_part(c));
            let metrics = ["rekha_", "schema_", "astha_"];
            for name in words.filter(|word| metrics.iter().any(|with| word.starts_with(with))) {
                let is_told = |line: &str| {
                    let rest = line.strip_prefix(name);
                    rest.is_some_and(|rest| rest.starts_with([' ', '{']))
                };
                assert!(page.lines().any(is_told), "{expr}: {name}");
                asked += 1;
            }
        }
    }
    assert!(asked > 15);
    server.shutdown().await.unwrap();
}
