//! A registry on a file, and a stream in it, for the tests.

use std::path::Path;
use std::sync::Arc;

use super::Registry;
use crate::schema::{Alteration, ColumnSpec, DataType, Schema, StreamName};
use crate::store::Version;

pub(super) async fn registry(path: &Path) -> Arc<Registry> {
    let registry = Registry::builder().sqlite(path).build().await;
    registry.expect("a registry")
}

/// The stream that [`create`] makes.
pub(super) fn name() -> StreamName {
    StreamName::new("public", "s")
}

fn column(name: &str) -> ColumnSpec {
    ColumnSpec {
        name: name.to_owned(),
        data_type: DataType::Text,
        not_null: false,
        default: None,
        comment: None,
    }
}

pub(super) async fn create(registry: &Arc<Registry>) -> Arc<Version> {
    let schema = Schema::new(&[column("a")], &[]).expect("a schema");
    let registered = registry.register_schema(&name(), schema, "me").await;
    registered.expect("a version")
}

/// Gives it another column.
pub(super) async fn alter(registry: &Arc<Registry>) {
    let add = Alteration::AddColumn {
        parent: None,
        column: column("b"),
        if_not_exists: false,
    };
    let evolved = registry.evolve_schema(&name(), vec![add], "me").await;
    evolved.expect("a version");
}
