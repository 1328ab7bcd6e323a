//! What each statement answers, told before it runs.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use super::{Column, ColumnType, Settings};
use crate::error::Result;
use crate::sql::Statement;

use ColumnType::{Bool, Int4, Text, TimestampTz};

pub(super) type Columns = LazyLock<Arc<[Column]>>;

static NONE: Columns = LazyLock::new(|| [].into());

pub(super) static STREAMS: Columns = LazyLock::new(|| {
    [
        Column::new("namespace", Text),
        Column::new("stream", Text),
        Column::new("version", Int4),
        Column::new("compatibility", Text),
        Column::new("columns", Int4),
        Column::new("datasource", Text),
        Column::new("updated_at", TimestampTz),
    ]
    .into()
});

pub(super) static DESCRIBE: Columns = LazyLock::new(|| {
    [
        Column::new("column", Text),
        Column::new("type", Text),
        Column::new("nullable", Bool),
        Column::new("default", Text),
        Column::new("key", Text),
        Column::new("comment", Text),
    ]
    .into()
});

pub(super) static VERSIONS: Columns = LazyLock::new(|| {
    [
        Column::new("version", Int4),
        Column::new("evolution", Text),
        Column::new("changes", Text),
        Column::new("schema_hash", Text),
        Column::new("compatibility", Text),
        Column::new("registered_by", Text),
        Column::new("registered_at", TimestampTz),
    ]
    .into()
});

pub(super) static COMPATIBILITY: Columns = LazyLock::new(|| {
    [
        Column::new("version", Int4),
        Column::new("mode", Text),
        Column::new("mode_source", Text),
        Column::new("backward", Bool),
        Column::new("forward", Bool),
        Column::new("compatible", Bool),
        Column::new("reason", Text),
    ]
    .into()
});

pub(super) static DIFF: Columns = LazyLock::new(|| {
    [
        Column::new("change", Text),
        Column::new("column", Text),
        Column::new("before", Text),
        Column::new("after", Text),
        Column::new("backward", Bool),
        Column::new("forward", Bool),
    ]
    .into()
});

pub(super) static EXPLAIN: Columns = LazyLock::new(|| {
    [
        Column::new("step", Int4),
        Column::new("action", Text),
        Column::new("column", Text),
        Column::new("detail", Text),
        Column::new("safety", Text),
    ]
    .into()
});

pub(super) static CREATE: Columns =
    LazyLock::new(|| [Column::new("stream", Text), Column::new("statement", Text)].into());

pub(super) static ALL_SETTINGS: Columns = LazyLock::new(|| {
    [
        Column::new("name", Text),
        Column::new("setting", Text),
        Column::new("description", Text),
    ]
    .into()
});

/// The columns of a statement's answer; none for one that answers no rows.
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
        | Statement::Set { .. }
        | Statement::Reset { .. }
        | Statement::ResetAll
        | Statement::Discard(_)
        | Statement::Deallocate(_)
        | Statement::CloseAll
        | Statement::UnlistenAll
        | Statement::Unsupported { .. } => NONE.clone(),
    })
}

/// The column of `SHOW`: it is headed by the setting's name.
pub(super) fn of_setting(name: Cow<'static, str>) -> Arc<[Column]> {
    [Column {
        name,
        column_type: Text,
    }]
    .into()
}
