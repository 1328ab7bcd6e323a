//! A catalog over a registry without streams, in the zone America/New_York.

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use crate::query::Context;
use crate::query::advisory::{AdvisoryLocks, Locker};
use crate::query::catalog::Catalog;
use crate::query::tests::Silent;
use crate::registry::{Draft, Registry};
use crate::relation::{Style, Timestamp};

pub(super) struct Registered {
    pub(super) catalog: Catalog,
    registry: Arc<Registry>,
    _directory: TempDir,
}

impl Registered {
    pub(super) async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rekha.db");
        let registry = Registry::builder().sqlite(path).build().await.unwrap();
        Self {
            catalog: catalog(registry.clone()),
            registry,
            _directory: directory,
        }
    }

    pub(super) async fn close(self) {
        self.registry.close(Duration::from_secs(10)).await;
    }
}

fn catalog(registry: Arc<Registry>) -> Catalog {
    let start = Timestamp::from_micros(777_777_777_777_777).unwrap();
    let context = Context {
        registry,
        draft: Draft::default(),
        user: "me".into(),
        database: "here".into(),
        search_path: vec!["public".to_owned()].into(),
        style: Style {
            zone: "America/New_York".parse().unwrap(),
            ..Style::default()
        },
        transaction_start: start,
        statement_start: start,
        process: 1,
        client: None,
        server: None,
        locker: Locker::clone(&Arc::<AdvisoryLocks>::default().join(1)),
        lock_timeout: None,
        conversation: Arc::new(Silent),
    };
    Catalog::new(Arc::new(context), [].into())
}
