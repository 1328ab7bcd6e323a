//! Which relations there are.

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::error::Result;
use crate::query::context::Context;
use crate::relation::Relation;

/// The relations that one query sees.
#[derive(Clone)]
pub(in crate::query) struct Catalog {
    pub(in crate::query) context: Arc<Context>,
    relations: Arc<[Arc<dyn Relation>]>,
}

impl Catalog {
    /// What is seen in this context.
    pub(in crate::query) fn new(
        context: Arc<Context>,
        relations: Arc<[Arc<dyn Relation>]>,
    ) -> Self {
        Self { context, relations }
    }

    /// The relation of this name; without a schema, the first one along
    /// `pg_catalog` and `search_path`. A stream is a relation without rows.
    ///
    /// # Errors
    /// What keeps it from asking the registry. A relation that is not there is none.
    pub(in crate::query) fn relation(
        &self,
        schema: Option<&str>,
        name: &str,
    ) -> Result<Option<Arc<dyn Relation>>> {
        let here = |relation: &&Arc<dyn Relation>| {
            relation.name() == name && schema.is_none_or(|schema| schema == relation.schema())
        };
        Ok(self.relations.iter().find(here).cloned())
    }

    /// What a future of the registry answers. On the engine's own threads only: it
    /// waits.
    pub(in crate::query) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        tokio::task::block_in_place(|| Handle::current().block_on(future))
    }
}
