//! What each statement answers, told before it runs.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use super::{Column, Settings, Type};
use crate::error::Result;
use crate::sql::Statement;

const BOOL: Type = Type::BOOL;
const INT4: Type = Type::INT4;
const TEXT: Type = Type::TEXT;
const TIMESTAMPTZ: Type = Type::TIMESTAMPTZ;

pub(super) type Columns = LazyLock<Arc<[Column]>>;

static NONE: Columns = LazyLock::new(|| [].into());

pub(super) static STREAMS: Columns = LazyLock::new(|| {
    [
        Column::new("namespace", TEXT),
        Column::new("stream", TEXT),
        Column::new("version", INT4),
        Column::new("compatibility", TEXT),
        Column::new("columns", INT4),
        Column::new("datasource", TEXT),
        Column::new("updated_at", TIMESTAMPTZ),
    ]
    .into()
});

pub(super) static DESCRIBE: Columns = LazyLock::new(|| {
    [
        Column::new("column", TEXT),
        Column::new("type", TEXT),
        Column::new("nullable", BOOL),
        Column::new("default", TEXT),
        Column::new("key", TEXT),
        Column::new("comment", TEXT),
    ]
    .into()
});

pub(super) static VERSIONS: Columns = LazyLock::new(|| {
    [
        Column::new("version", INT4),
        Column::new("evolution", TEXT),
        Column::new("changes", TEXT),
        Column::new("schema_hash", TEXT),
        Column::new("compatibility", TEXT),
        Column::new("registered_by", TEXT),
        Column::new("registered_at", TIMESTAMPTZ),
    ]
    .into()
});

pub(super) static COMPATIBILITY: Columns = LazyLock::new(|| {
    [
        Column::new("version", INT4),
        Column::new("mode", TEXT),
        Column::new("mode_source", TEXT),
        Column::new("backward", BOOL),
        Column::new("forward", BOOL),
        Column::new("compatible", BOOL),
        Column::new("reason", TEXT),
    ]
    .into()
});

pub(super) static DIFF: Columns = LazyLock::new(|| {
    [
        Column::new("change", TEXT),
        Column::new("column", TEXT),
        Column::new("before", TEXT),
        Column::new("after", TEXT),
        Column::new("backward", BOOL),
        Column::new("forward", BOOL),
    ]
    .into()
});

pub(super) static EXPLAIN: Columns = LazyLock::new(|| {
    [
        Column::new("step", INT4),
        Column::new("action", TEXT),
        Column::new("column", TEXT),
        Column::new("detail", TEXT),
        Column::new("safety", TEXT),
    ]
    .into()
});

pub(super) static CREATE: Columns =
    LazyLock::new(|| [Column::new("stream", TEXT), Column::new("statement", TEXT)].into());

pub(super) static ALL_SETTINGS: Columns = LazyLock::new(|| {
    [
        Column::new("name", TEXT),
        Column::new("setting", TEXT),
        Column::new("description", TEXT),
    ]
    .into()
});

/// The columns of a statement's answer; none for one that answers no rows, and for
/// those whose columns the session knows.
///
/// # Errors
/// 42704 for a setting that is none.
pub(super) fn columns(statement: &Statement, settings: &Settings) -> Result<Arc<[Column]>> {
    Ok(match statement {
        Statement::ShowStreams { .. } => STREAMS.clone(),
        Statement::Describe(..) => DESCRIBE.clone(),
        Statement::ShowVersions(_) => VERSIONS.clone(),
        Statement::ShowCompatibility(_) => COMPATIBILITY.clone(),
        Statement::ShowDiff { .. } => DIFF.clone(),
        Statement::ShowCreateStream(..) => CREATE.clone(),
        Statement::Explain { .. } => EXPLAIN.clone(),
        Statement::ShowAll => ALL_SETTINGS.clone(),
        Statement::Show { name, location } => {
            let (name, _) = settings.show(name).map_err(|error| error.at(location.0))?;
            of_setting(name)
        }
        Statement::CreateStream(_)
        | Statement::CopyStream(_)
        | Statement::AlterStream(_)
        | Statement::DropStreams(_)
        | Statement::CreateIndex(_)
        | Statement::DropIndexes { .. }
        | Statement::DropAbsent { .. }
        | Statement::CreateNamespace { .. }
        | Statement::DropNamespaces { .. }
        | Statement::SetNamespace { .. }
        | Statement::ResetNamespace { .. }
        | Statement::Comment { .. }
        | Statement::AssertSchema(..)
        | Statement::Begin { .. }
        | Statement::Commit { .. }
        | Statement::Rollback { .. }
        | Statement::Savepoint(_)
        | Statement::Release(_)
        | Statement::RollbackTo(_)
        | Statement::SetTransaction(_)
        | Statement::SetCharacteristics(_)
        | Statement::SetConstraints { .. }
        | Statement::Lock(_)
        | Statement::Set { .. }
        | Statement::Reset { .. }
        | Statement::ResetAll
        | Statement::Discard(_)
        | Statement::Deallocate(_)
        | Statement::CloseAll
        | Statement::Listen(_)
        | Statement::Notify { .. }
        | Statement::Unlisten(_)
        | Statement::Query(_)
        | Statement::Prepare(_)
        | Statement::Execute(_)
        | Statement::Call(_)
        | Statement::Declare(_)
        | Statement::Fetch(_)
        | Statement::Close(_)
        | Statement::Copy(_)
        | Statement::Unsupported { .. } => NONE.clone(),
    })
}

/// The column of `SHOW`: it is headed by the setting's name.
pub(super) fn of_setting(name: Cow<'static, str>) -> Arc<[Column]> {
    [Column::named(name, TEXT)].into()
}
