//! Where the rows of a system relation come from.

use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::cell::text;
use super::table::Table;
use super::wanted::{Key, Wanted};
use super::{copy_text, stream as streams, system};
use crate::error::{Error, Result};
use crate::query::context::Context;
use crate::registry::Namespace;
use crate::relation::{Column, Relation, Row, Scan, Value};
use crate::schema::ObjectId;

/// How many streams are read at a time.
const PAGE: usize = 64;
/// How many rows a batch has, about.
const BATCH: usize = 1_024;

/// Where the rows of a system relation come from.
#[derive(Clone, Copy)]
pub(super) enum Source {
    /// There are none.
    None,
    /// They are PostgreSQL's own and never change: as COPY writes them.
    Fixed(&'static str),
    /// They are made of what the session knows.
    Session(fn(&Maker<'_>) -> Vec<Row>),
    /// They are made of the namespaces; all of them, by name.
    Namespaces(fn(&Maker<'_>, &[Namespace]) -> Vec<Row>),
    /// Every table has some of its own.
    Tables {
        /// What the columns say of the table, by place.
        keys: &'static [(usize, Key)],
        /// The rows of a table.
        rows: fn(&Maker<'_>, &Table) -> Vec<Row>,
        /// Rows that belong to no table: as COPY writes them.
        fixed: &'static str,
    },
}

/// Makes rows of a relation.
pub(super) struct Maker<'a> {
    pub(super) context: &'a Context,
    columns: &'a [Column],
}

impl<'a> Maker<'a> {
    pub(super) fn new(context: &'a Context, columns: &'a [Column]) -> Self {
        Self { context, columns }
    }

    /// A row of these values, told with their columns and in their order; the
    /// other columns are NULL.
    pub(super) fn row<const N: usize>(&self, cells: [(&str, Value); N]) -> Row {
        let mut columns = self.columns.iter();
        let mut row = Vec::with_capacity(columns.len());
        for (name, value) in cells {
            let skipped = columns.position(|column| column.name == name);
            let skipped = skipped.expect("a cell stands in a column, in the columns' order");
            row.extend(std::iter::repeat_n(Value::Null, skipped));
            row.push(value);
        }
        row.resize(self.columns.len(), Value::Null);
        row
    }

    /// The columns of the relation.
    pub(super) fn columns(&self) -> &[Column] {
        self.columns
    }

    /// The name of the one database.
    pub(super) fn database(&self) -> Value {
        text(&self.context.database)
    }

    /// The name of the one role.
    pub(super) fn user(&self) -> Value {
        text(&self.context.user)
    }
}

/// A relation of the system's own.
pub(super) struct SystemRelation {
    pub(super) table: &'static Table,
    pub(super) source: Source,
    pub(super) context: Arc<Context>,
}

impl Relation for SystemRelation {
    fn schema(&self) -> &str {
        &self.table.schema
    }

    fn name(&self) -> &str {
        &self.table.name
    }

    fn columns(&self) -> &[Column] {
        &self.table.columns
    }

    fn scan(&self, scan: Scan) -> BoxStream<'static, Result<Vec<Row>>> {
        let context = self.context.clone();
        let columns: &'static [Column] = &self.table.columns;
        match self.source {
            Source::None => stream::empty().boxed(),
            Source::Fixed(file) => once(async move { copy_text::rows(file, columns) }),
            Source::Session(rows) => once(async move { Ok(rows(&Maker::new(&context, columns))) }),
            Source::Namespaces(rows) => once(async move {
                let namespaces = context.registry.view(&context.draft).namespaces().await?;
                Ok(rows(&Maker::new(&context, columns), &namespaces))
            }),
            Source::Tables { keys, rows, fixed } => {
                let wanted = Wanted::new(&scan, keys);
                let own = context.clone();
                let tables = tables(context, wanted).map_ok(move |tables| {
                    let maker = Maker::new(&own, columns);
                    let rows = tables.iter().flat_map(|table| rows(&maker, table));
                    rows.collect::<Vec<_>>()
                });
                let fixed = once(async move { copy_text::rows(fixed, columns) });
                in_batches(fixed.chain(tables).boxed())
            }
        }
    }
}

/// Rows that are made at once.
fn once(
    rows: impl Future<Output = Result<Vec<Row>>> + Send + 'static,
) -> BoxStream<'static, Result<Vec<Row>>> {
    in_batches(stream::once(rows).boxed())
}

/// The same rows in batches that are not too large.
fn in_batches(rows: BoxStream<'static, Result<Vec<Row>>>) -> BoxStream<'static, Result<Vec<Row>>> {
    let split = |mut rows: Vec<Row>| {
        let mut batches = Vec::new();
        while rows.len() > BATCH {
            let rest = rows.split_off(BATCH);
            batches.push(Ok(std::mem::replace(&mut rows, rest)));
        }
        batches.push(Ok(rows));
        stream::iter(batches)
    };
    rows.map_ok(split).try_flatten().boxed()
}

/// The tables that are asked for: the system's own, then the streams, a page after
/// the other.
pub(super) fn tables(
    context: Arc<Context>,
    wanted: Wanted,
) -> BoxStream<'static, Result<Vec<Arc<Table>>>> {
    let first = wanted.clone();
    let own = stream::once(async move {
        let tables = system::TABLES.iter().filter(|table| first.has(table));
        Ok(tables.cloned().collect::<Vec<_>>())
    });
    let pages = stream::once(async move {
        let view = context.registry.view(&context.draft);
        let namespaces = view.namespaces().await?;
        let ids = match wanted.search(&namespaces) {
            Some(search) => view.find(&search).await?,
            None => Vec::new(),
        };
        Ok::<_, Error>(pages(context, ids))
    });
    own.chain(pages.try_flatten()).boxed()
}

/// Streams as tables, a page after the other.
fn pages(context: Arc<Context>, ids: Vec<ObjectId>) -> BoxStream<'static, Result<Vec<Arc<Table>>>> {
    let ids = ids.chunks(PAGE).map(<[_]>::to_vec).collect::<Vec<_>>();
    let page = move |ids: Vec<ObjectId>| {
        let context = context.clone();
        async move {
            let view = context.registry.view(&context.draft);
            let known = view.streams(&ids).await?;
            Ok(known
                .iter()
                .map(|known| Arc::new(streams::table(known)))
                .collect())
        }
    };
    stream::iter(ids).then(page).boxed()
}
