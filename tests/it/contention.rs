//! Many sessions, one stream: every change gets a number of its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::join_all;
use futures::{StreamExt, stream};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::Barrier;

use crate::support::{Client, Rekha, Store};

/// How many sessions alter the stream at once.
const SESSIONS: usize = 1_000;

/// Each session sets another default. Autocommit changes of one process queue
/// on their stream, so every one of them succeeds; 40001 would be allowed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_sessions_alter_one_stream_at_once() {
    raise_open_files();
    let rekha = Store::new().start_with(|command| {
        command.env("REKHA_WIRE__MAX_CONNECTIONS", "2000");
    });
    let first = rekha.connect().await;
    first
        .rows("CREATE STREAM hot (id BIGINT PRIMARY KEY, v INTEGER)")
        .await;

    // Connecting is not what is measured: a few at a time fit the backlog.
    let clients: Vec<Client> = stream::iter(0..SESSIONS)
        .map(|_| rekha.connect())
        .buffer_unordered(32)
        .collect()
        .await;
    let outcomes = join_all(clients.iter().enumerate().map(async |(number, client)| {
        let sql = format!("ALTER STREAM hot ALTER COLUMN v SET DEFAULT {number}");
        match client.try_rows(&sql).await {
            Ok(_) => Some(only_version(client)),
            Err(error) => {
                assert_eq!(sqlstate(&error), "40001", "{error:?}");
                None
            }
        }
    }))
    .await;

    let told: Vec<i32> = outcomes.into_iter().flatten().collect();
    assert!(!told.is_empty());
    assert_versions(&first, "hot", &told).await;
}

/// Transactions do not queue: whoever comes second gets 40001 and tries again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_that_lose_are_told_and_win_later() {
    const TRANSACTIONS: usize = 16;
    let rekha = Rekha::start();
    let first = rekha.connect().await;
    first
        .rows("CREATE STREAM hot (id BIGINT PRIMARY KEY)")
        .await;

    let clients: Vec<Client> = join_all((0..TRANSACTIONS).map(|_| rekha.connect())).await;
    let barrier = Arc::new(Barrier::new(TRANSACTIONS));
    let told = join_all(clients.iter().enumerate().map(async |(number, client)| {
        let alter = format!("ALTER STREAM hot ADD COLUMN c{number} INTEGER");
        client.rows("BEGIN").await;
        client.rows(&alter).await;
        // All have built on version 1; one of them can have version 2.
        barrier.wait().await;
        let mut conflicts = 0;
        while let Err(error) = client.try_rows("COMMIT").await {
            assert_eq!(sqlstate(&error), "40001", "{error:?}");
            conflicts += 1;
            client.rows("ROLLBACK").await;
            client.take_notices();
            client.rows("BEGIN").await;
            client.rows(&alter).await;
        }
        (conflicts, only_version(client))
    }))
    .await;

    let conflicts: usize = told.iter().map(|(conflicts, _)| conflicts).sum();
    assert!(conflicts >= TRANSACTIONS - 1, "only {conflicts} conflicts");
    let versions: Vec<i32> = told.iter().map(|(_, version)| *version).collect();
    assert_versions(&first, "hot", &versions).await;
    let columns = first.rows("DESCRIBE STREAM hot").await.len();
    assert_eq!(columns, TRANSACTIONS + 1);
}

/// The versions told are those that are there, the first one aside: none twice,
/// none lost, no gap.
async fn assert_versions(client: &Client, stream: &str, told: &[i32]) {
    let distinct: BTreeSet<i32> = told.iter().copied().collect();
    assert_eq!(distinct.len(), told.len(), "a version was told twice");
    let sql = format!("SHOW SCHEMA VERSIONS FOR {stream}");
    let stored: Vec<i32> = client
        .rows(&sql)
        .await
        .iter()
        .map(|row| row[0].as_ref().unwrap().parse().unwrap())
        .collect();
    let dense: Vec<i32> = (1..=stored.len() as i32).collect();
    assert_eq!(stored, dense, "versions have a gap");
    assert_eq!(stored[1..], distinct.into_iter().collect::<Vec<_>>());
}

fn only_version(client: &Client) -> i32 {
    match client.take_versions().as_slice() {
        [(_, version)] => *version,
        versions => panic!("one version must be told, not {versions:?}"),
    }
}

fn sqlstate(error: &tokio_postgres::Error) -> &str {
    error.code().map_or("no answer", |state| state.code())
}

/// A socket a session, on either side: the server inherits the limit.
fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = Some(4 * SESSIONS as u64);
    if limit.current.is_some() && limit.current < wanted {
        let raised = Rlimit {
            current: wanted,
            maximum: limit.maximum,
        };
        setrlimit(Resource::Nofile, raised).expect("4,000 files may be open");
    }
}
