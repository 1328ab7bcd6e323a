//! What the cache may never do: show a state older than one that was answered,
//! or one stream of a transaction new and then another one old. The registry is
//! embedded, its cache is so small that entries come and go all the time, and
//! somebody throws entries away besides.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use rekha::registry::{CacheConfig, Registry};
use rekha::schema::StreamName;
use rekha::session::{Session, SessionOptions};

/// Transactions that change both streams.
const CHANGES: u32 = 200;

const GRACE: Duration = Duration::from_secs(60);

fn name(stream: &str) -> StreamName {
    StreamName::new("public", stream)
}

async fn registry(path: &std::path::Path) -> Arc<Registry> {
    let cache = CacheConfig {
        size: 1,
        ..CacheConfig::default()
    };
    Registry::builder()
        .sqlite(path)
        .cache(cache)
        .build()
        .await
        .unwrap()
}

fn session(registry: &Arc<Registry>) -> Session {
    Session::new(registry.clone(), SessionOptions::default()).unwrap()
}

async fn version(registry: &Registry, stream: &str) -> u32 {
    registry
        .get_latest_schema(&name(stream))
        .await
        .unwrap()
        .version
        .number
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_go_forward_and_never_see_half_a_transaction() {
    let directory = tempfile::tempdir().unwrap();
    let registry = registry(&directory.path().join("rekha.db")).await;
    session(&registry)
        .execute("CREATE STREAM a (id BIGINT PRIMARY KEY); CREATE STREAM b (id BIGINT PRIMARY KEY)")
        .await
        .unwrap();

    let answered = Arc::new(AtomicU32::new(1));
    let done = Arc::new(AtomicBool::new(false));
    let reader = |first: &'static str, second: &'static str| {
        let (registry, answered, done) = (registry.clone(), answered.clone(), done.clone());
        tokio::task::spawn_blocking(move || {
            tokio::runtime::Handle::current().block_on(async move {
                let (mut last, mut reads) = (0, 0_u32);
                while !done.load(Ordering::Acquire) {
                    let promised = answered.load(Ordering::Acquire);
                    let one = version(&registry, first).await;
                    let two = version(&registry, second).await;
                    assert!(
                        one >= promised,
                        "{first} is at {one}, {promised} was answered"
                    );
                    assert!(one >= last, "{first} went back from {last} to {one}");
                    assert!(
                        two >= one,
                        "{first} is at {one}, and then {second} at {two}"
                    );
                    (last, reads) = (one, reads + 1);
                }
                reads
            })
        })
    };
    let readers = [reader("a", "b"), reader("b", "a"), reader("a", "b")];
    let thrower = {
        let (registry, done) = (registry.clone(), done.clone());
        tokio::task::spawn_blocking(move || {
            while !done.load(Ordering::Acquire) {
                registry.invalidate_schema(&name("a"));
                registry.invalidate_schema(&name("b"));
                std::thread::yield_now();
            }
        })
    };

    let mut writer = session(&registry);
    for change in 0..CHANGES {
        let column = format!("c{change}");
        writer
            .execute(&format!(
                "BEGIN; ALTER STREAM a ADD COLUMN {column} INT; ALTER STREAM b ADD COLUMN {column} INT; COMMIT"
            ))
            .await
            .unwrap();
        answered.store(change + 2, Ordering::Release);
    }
    done.store(true, Ordering::Release);
    for reader in readers {
        assert!(reader.await.unwrap() > 0);
    }
    thrower.await.unwrap();
    assert_eq!(version(&registry, "a").await, CHANGES + 1);
    assert_eq!(registry.close(GRACE).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_name_that_was_not_found_is_found_as_soon_as_it_is_there() {
    let directory = tempfile::tempdir().unwrap();
    let registry = registry(&directory.path().join("rekha.db")).await;
    let mut session = session(&registry);
    for _ in 0..3 {
        assert!(session.execute("DESCRIBE STREAM x").await.is_err());
        session.execute("CREATE STREAM x (id INT)").await.unwrap();
        session.execute("DESCRIBE STREAM x").await.unwrap();
        session.execute("ALTER STREAM x RENAME TO y").await.unwrap();
        assert!(session.execute("DESCRIBE STREAM x").await.is_err());
        session.execute("DESCRIBE STREAM y").await.unwrap();
        session
            .execute("ALTER STREAM y RENAME TO x; DROP STREAM x")
            .await
            .unwrap();
        assert!(session.execute("DESCRIBE STREAM y").await.is_err());
    }
    registry.close(GRACE).await;
}

#[tokio::test]
async fn readers_that_miss_together_load_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("rekha.db");
    let registry = registry(&path).await;
    session(&registry)
        .execute("CREATE STREAM a (id INT)")
        .await
        .unwrap();
    // The change is told before the cache is cleared: nothing moves it later.
    registry.astha().unwrap().activate().await.unwrap();
    registry.clear_cache();
    let before = registry.cache_statistics();
    let name = name("a");
    futures::future::try_join_all((0..100).map(|_| registry.get_latest_schema(&name)))
        .await
        .unwrap();
    let after = registry.cache_statistics();
    // Each of the hundred asked twice at most; all but the first found it cached.
    assert!(after.hits - before.hits >= 99, "{before:?} {after:?}");
    registry.close(GRACE).await;
}

#[tokio::test]
async fn another_registry_on_the_file_follows() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("rekha.db");
    let (one, two) = (registry(&path).await, registry(&path).await);
    session(&one)
        .execute("CREATE STREAM a (id INT)")
        .await
        .unwrap();
    for number in 1..50 {
        // What the other registry has cached by now is old after this.
        session(&one)
            .execute(&format!("ALTER STREAM a ADD COLUMN c{number} INT"))
            .await
            .unwrap();
        two.astha().unwrap().activate().await.unwrap();
        assert_eq!(version(&two, "a").await, number + 1);
        assert_eq!(version(&one, "a").await, number + 1);
    }
    one.close(GRACE).await;
    two.close(GRACE).await;
}
