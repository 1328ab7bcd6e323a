//! Which relations there are.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use datafusion::execution::memory_pool::{
    MemoryConsumer, MemoryPool, MemoryReservation, UnboundedMemoryPool,
};
use parking_lot::Mutex;
use tokio::runtime::Handle;

use super::source::{Source, SystemRelation};
use super::stream::{self, StreamRelation};
use super::table::Table;
use super::{information_schema, pg_catalog, registry, rekha, system};
use crate::error::Result;
use crate::query::advisory::Want;
use crate::query::context::Context;
use crate::query::parameters::Parameters;
use crate::query::stop::Stop;
use crate::relation::Relation;
use crate::schema::StreamName;

/// What one query sees: the session, the registry and the relations there are.
/// Cheap to clone.
#[derive(Clone)]
pub(in crate::query) struct Catalog {
    pub(in crate::query) context: Arc<Context>,
    relations: Arc<[Arc<dyn Relation>]>,
    /// The tables that were asked about last.
    pub(super) recent: Arc<Mutex<VecDeque<Arc<Table>>>>,
    /// What is known of the parameters of the query.
    pub(in crate::query) parameters: Arc<Parameters>,
    /// Whether anybody waits for the query.
    pub(in crate::query) stop: Stop,
    memory: Arc<dyn MemoryPool>,
}

impl Catalog {
    /// What is seen in this context.
    pub(in crate::query) fn new(
        context: Arc<Context>,
        relations: Arc<[Arc<dyn Relation>]>,
    ) -> Self {
        Self {
            context,
            relations,
            recent: Arc::default(),
            parameters: Arc::default(),
            stop: Stop::default(),
            memory: Arc::new(UnboundedMemoryPool::default()),
        }
    }

    /// The same with this memory for what its functions make.
    pub(in crate::query) fn within(self, memory: Arc<dyn MemoryPool>) -> Self {
        Self { memory, ..self }
    }

    /// A part of the memory, nothing at first; it is given back when it is dropped.
    pub(in crate::query) fn reservation(&self, function: &str) -> MemoryReservation {
        MemoryConsumer::new(function).register(&self.memory)
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
        let schemas = match schema {
            Some(schema) => vec![schema],
            None => self.path(),
        };
        for schema in schemas {
            let found = match self.system_relation(schema, name) {
                Some(found) => Some(found),
                None => self.stream(schema, name)?.map(|stream| {
                    let stream: Arc<dyn Relation> = Arc::new(StreamRelation(stream));
                    stream
                }),
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The schemas in which a name without one is looked for: `pg_catalog` first,
    /// unless `search_path` gives it a place.
    pub(super) fn path(&self) -> Vec<&str> {
        let path = self.context.search_path.iter().map(String::as_str);
        let mut path: Vec<_> = path.collect();
        if !path.contains(&PG_CATALOG) {
            path.insert(0, PG_CATALOG);
        }
        path
    }

    /// A relation of the system's own. One that a module offers comes before one
    /// that is only known here.
    fn system_relation(&self, schema: &str, name: &str) -> Option<Arc<dyn Relation>> {
        let mut offered = self.relations.iter();
        let offered = offered.find(|one| one.schema() == schema && one.name() == name);
        if let Some(offered) = offered {
            return Some(offered.clone());
        }
        let table = system::of_name(schema, name)?;
        Some(Arc::new(SystemRelation {
            table,
            source: source(table),
            context: self.context.clone(),
        }))
    }

    /// A stream as a table.
    pub(super) fn stream(&self, schema: &str, name: &str) -> Result<Option<Arc<Table>>> {
        let name = StreamName::new(schema, name);
        let view = self.context.registry.view(&self.context.draft);
        let found = self.wait(view.stream(&name))?;
        Ok(found.map(|found| Arc::new(stream::table(&found.known))))
    }

    /// The rows of a function of this name without arguments, for a query that
    /// names it behind FROM.
    pub(in crate::query) fn function_rows(&self, name: &str) -> Option<Arc<dyn Relation>> {
        let relation = match name {
            "pg_cursor" => "pg_cursors",
            "pg_get_replication_slots" => "pg_replication_slots",
            "pg_lock_status" => "pg_locks",
            "pg_prepared_statement" => "pg_prepared_statements",
            "pg_prepared_xact" => "pg_prepared_xacts",
            "pg_show_all_settings" => "pg_settings",
            "pg_show_all_file_settings" => "pg_file_settings",
            "pg_available_extensions"
            | "pg_available_extension_versions"
            | "pg_hba_file_rules"
            | "pg_timezone_abbrevs"
            | "pg_timezone_names" => name,
            "pg_get_keywords" => {
                return Some(Arc::new(SystemRelation {
                    table: &system::KEYWORDS,
                    source: Source::Fixed(include_str!("postgresql/pg_get_keywords.tsv")),
                    context: self.context.clone(),
                }));
            }
            _ => return None,
        };
        self.system_relation(PG_CATALOG, relation)
    }

    /// What stands for the id of the transaction: the changes of the registry are
    /// counted, and this is the latest.
    ///
    /// # Errors
    /// What keeps it from asking the registry.
    pub(in crate::query) fn transaction(&self) -> Result<u64> {
        let position = self.wait(self.context.registry.position())?;
        Ok(position.0.cast_unsigned())
    }

    /// The same as an `xid`: PostgreSQL's, too, begin again behind the last one.
    ///
    /// # Errors
    /// As [`Catalog::transaction`].
    pub(in crate::query) fn transaction_of_32_bits(&self) -> Result<u32> {
        Ok(self.transaction()? as u32)
    }

    /// Waits for so long, for `pg_sleep`. On the engine's own threads only.
    ///
    /// # Errors
    /// 57014 when nobody waits for the query any more.
    pub(in crate::query) fn sleep(&self, time: Duration) -> Result<()> {
        let stopped = self.wait(tokio::time::timeout(time, self.stop.stopped()));
        match stopped {
            Err(_elapsed) => Ok(()),
            Ok(error) => Err(error),
        }
    }

    /// Takes an advisory lock, which may mean to wait for it. On the engine's own
    /// threads only.
    ///
    /// # Errors
    /// Those of [`Locker::lock`](crate::query::Locker); 57014 when nobody waits for the
    /// query any more.
    pub(in crate::query) fn lock(&self, want: Want) -> Result<()> {
        let Context {
            locker,
            lock_timeout,
            ..
        } = &*self.context;
        let locked = locker.lock(want, *lock_timeout, || self.stop.check());
        self.wait(async {
            tokio::select! {
                biased;
                error = self.stop.stopped() => Err(error),
                locked = locked => locked,
            }
        })
    }

    /// What a future of the registry answers. On the engine's own threads only: it
    /// waits.
    pub(in crate::query) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        tokio::task::block_in_place(|| Handle::current().block_on(future))
    }
}

const PG_CATALOG: &str = "pg_catalog";

/// Where the rows of a relation of the system's own come from.
pub(super) fn source(table: &Table) -> Source {
    match table.schema.as_ref() {
        PG_CATALOG => pg_catalog::source(&table.name),
        "information_schema" => information_schema::source(&table.name),
        "rekha" => rekha::source(&table.name),
        _ => registry::source(table),
    }
}
