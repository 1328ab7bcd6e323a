//! Where the rows of a system relation come from.

use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::cell::text;
use super::stream::table;
use super::table::Table;
use super::wanted::{Key, Wanted};
use super::{copy_text, registry, system};
use crate::error::{Error, Result};
use crate::query::context::Context;
use crate::registry::{Known, Namespace, Pipeline, RowRequest, Version};
use crate::relation::{Column, Relation, Row, Scan, Value};
use crate::schema::{Mode, ModeSource, ObjectId};

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
    /// They are made of what the change pipeline does.
    Pipeline(fn(&Maker<'_>, &Pipeline) -> Vec<Row>),
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
    /// Every stream has some of its own.
    Streams {
        /// What the columns say of the stream, by place.
        keys: &'static [(usize, Key)],
        /// The rows of a stream.
        rows: fn(&Maker<'_>, &Told) -> Vec<Row>,
        /// Which versions of it are told.
        history: History,
    },
    /// They are those of a table of the store.
    Stored(&'static str),
}

/// Which versions of a stream are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum History {
    /// The latest.
    Latest,
    /// All of them.
    All,
}

/// A stream with what is known of it.
pub(super) struct Told {
    pub(super) known: Arc<Known>,
    /// The mode that holds for it.
    pub(super) mode: Mode,
    /// Where the mode comes from.
    pub(super) mode_source: ModeSource,
    /// Its versions, oldest first, if all of them are told.
    pub(super) versions: Vec<Arc<Version>>,
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

    fn primary_key(&self) -> &[usize] {
        &self.table.key
    }

    fn is_indexed(&self, column: usize) -> bool {
        let (Source::Tables { keys, .. } | Source::Streams { keys, .. }) = self.source else {
            return false;
        };
        keys.iter()
            .any(|(place, key)| *place == column && matches!(key, Key::Object | Key::Name))
    }

    fn is_empty(&self) -> bool {
        matches!(self.source, Source::None)
    }

    fn scan(&self, scan: Scan) -> BoxStream<'static, Result<Vec<Row>>> {
        let context = self.context.clone();
        let columns: &'static [Column] = &self.table.columns;
        match self.source {
            Source::None => stream::empty().boxed(),
            Source::Fixed(file) => once(async move { copy_text::rows(file, columns) }),
            Source::Session(rows) => once(async move { Ok(rows(&Maker::new(&context, columns))) }),
            Source::Pipeline(rows) => once(async move {
                let pipeline = context.registry.pipeline().await?;
                let maker = Maker::new(&context, columns);
                Ok(pipeline.map_or_else(Vec::new, |pipeline| rows(&maker, &pipeline)))
            }),
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
            Source::Streams {
                keys,
                rows,
                history,
            } => {
                let wanted = Wanted::new(&scan, keys);
                let own = context.clone();
                let streams = streams(context.clone(), wanted).and_then(move |page| {
                    let context = context.clone();
                    async move { told(&context, page, history).await }
                });
                let rows = streams.map_ok(move |page| {
                    let maker = Maker::new(&own, columns);
                    let rows = page.iter().flat_map(|told| rows(&maker, told));
                    rows.collect::<Vec<_>>()
                });
                in_batches(rows.boxed())
            }
            Source::Stored(table) => {
                stored(context, registry::request(table, columns, &scan), columns)
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
    let tables = |page: Vec<Arc<Known>>| {
        let tables = page.iter().map(|known| Arc::new(table(known)));
        tables.collect::<Vec<_>>()
    };
    own.chain(streams(context, wanted).map_ok(tables)).boxed()
}

/// The streams that are asked for, a page after the other.
fn streams(context: Arc<Context>, wanted: Wanted) -> BoxStream<'static, Result<Vec<Arc<Known>>>> {
    let pages = stream::once(async move {
        let view = context.registry.view(&context.draft);
        let namespaces = view.namespaces().await?;
        let ids = match wanted.search(&namespaces) {
            Some(search) => view.find(&search).await?,
            None => Vec::new(),
        };
        let pages: Vec<_> = ids.chunks(PAGE).map(<[_]>::to_vec).collect();
        let page = move |ids: Vec<ObjectId>| {
            let context = context.clone();
            async move { context.registry.view(&context.draft).streams(&ids).await }
        };
        Ok::<_, Error>(stream::iter(pages).then(page))
    });
    pages.try_flatten().boxed()
}

/// Streams with their modes, and with their versions if all are told.
async fn told(context: &Context, page: Vec<Arc<Known>>, history: History) -> Result<Vec<Told>> {
    let view = context.registry.view(&context.draft);
    let namespaces = view.namespaces().await?;
    let mut streams = Vec::with_capacity(page.len());
    for known in page {
        let namespace = namespaces
            .iter()
            .find(|own| own.id == known.stream.namespace_id);
        let inherited = namespace.and_then(|namespace| namespace.mode);
        let (mode, mode_source) = match (known.stream.mode, inherited) {
            (Some(own), _) => (own, ModeSource::Stream),
            (None, Some(mode)) => (mode, ModeSource::Namespace),
            (None, None) => (context.registry.default_mode(), ModeSource::Server),
        };
        let versions = match history {
            History::Latest => Vec::new(),
            History::All => view.versions(&known).await?,
        };
        streams.push(Told {
            known,
            mode,
            mode_source,
            versions,
        });
    }
    Ok(streams)
}

/// The rows of a table of the store, a page after the other.
fn stored(
    context: Arc<Context>,
    first: RowRequest,
    columns: &'static [Column],
) -> BoxStream<'static, Result<Vec<Row>>> {
    let pages = stream::try_unfold(Some(first), move |request| {
        let context = context.clone();
        async move {
            let Some(request) = request else {
                return Ok(None);
            };
            let page = context.registry.stored_rows(&request).await?;
            let next = page.next.map(|after| RowRequest { after, ..request });
            Ok(Some((registry::rows(page.rows, columns), next)))
        }
    });
    pages.boxed()
}
