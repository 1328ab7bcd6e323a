//! Which relation of `rekha` has which rows.

use super::{pipeline, server, stream};
use crate::query::catalog::source::{History, Source};
use crate::query::catalog::wanted::Key::{Name, SchemaName};

/// Where the rows of a relation of `rekha` come from. What is not here has none,
/// or is offered by the module that knows.
pub(in crate::query::catalog) fn source(name: &str) -> Source {
    let streams = |rows, history| Source::Streams {
        keys: &[(0, SchemaName), (1, Name)],
        rows,
        history,
    };
    match name {
        "streams" => streams(stream::streams, History::Latest),
        "columns" => streams(stream::columns, History::Latest),
        "schema_versions" => streams(stream::schema_versions, History::All),
        "cache" => Source::Session(server::cache),
        "components" => Source::Pipeline(pipeline::components),
        "cdc" => Source::Pipeline(pipeline::cdc),
        "settings" => Source::Session(server::settings),
        _ => Source::None,
    }
}
