//! Whether a new schema may follow the versions there are.

use std::sync::Arc;

use super::{Draft, Found, Known, Registry, View};
use crate::error::Result;
use crate::evolution;
use crate::schema::{Mode, ModeSource, Schema};
use crate::store::{CompatibilityStatus, Requirement, Version};

/// One earlier version judged against the latest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The earlier version.
    pub version: u32,
    /// Whether readers of the latest read its data.
    pub backward: bool,
    /// Whether its readers read the latest's data.
    pub forward: bool,
    /// Whether that is enough for the stream's mode.
    pub compatible: bool,
    /// Both directions in words.
    pub reason: String,
}

/// A schema that was let in.
pub(super) struct Admission {
    pub(super) mode: Mode,
    pub(super) status: CompatibilityStatus,
    /// `BACKWARD: compatible`
    pub(super) verdict: String,
}

impl Registry {
    /// How every version of a stream stands to the latest, oldest first, under
    /// the stream's mode.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn check_compatibility(
        &self,
        view: &View<'_>,
        known: &Known,
    ) -> Result<(Mode, ModeSource, Vec<Judgement>)> {
        let (mode, source) = view.mode(&known.stream).await?;
        let versions = view.versions(known).await?;
        // The latest of these: the stream may have moved since it was found.
        let latest = versions.last().unwrap_or(&known.version).schema.clone();
        let judge = |version: &Arc<Version>| {
            let verdict = evolution::compare(&version.schema, &latest);
            Judgement {
                version: version.number,
                backward: verdict.backward(),
                forward: verdict.forward(),
                compatible: verdict.allows(mode),
                reason: verdict.reason(),
            }
        };
        Ok((mode, source, versions.iter().map(judge).collect()))
    }

    /// Judges a new schema of a stream by a mode, over the versions that the
    /// mode names.
    ///
    /// # Errors
    /// 23514 with every violation when the mode does not let it in.
    pub(super) async fn admit(
        &self,
        view: &View<'_>,
        known: &Known,
        schema: &Schema,
        mode: Mode,
    ) -> Result<Admission> {
        let history = match mode.is_transitive() {
            true => view.history(known).await?,
            false => vec![known.version.clone()],
        };
        let history: Vec<(u32, &Schema)> = history
            .iter()
            .map(|version| (version.number, version.schema.as_ref()))
            .collect();
        self.metrics().compatibility_checks.inc();
        let report = evolution::judge(mode, schema, &history);
        if !report.is_compatible() {
            return Err(report.into_error(&super::registry::shown(&known.stream.name)));
        }
        let verdict = match mode {
            Mode::None => "NONE: not checked".to_owned(),
            mode => format!("{mode}: compatible"),
        };
        Ok(Admission {
            mode,
            status: status(mode, &known.version.schema, schema),
            verdict,
        })
    }

    /// The mode that decides over a stream, and the requirement that it stays
    /// what it is.
    pub(super) async fn deciding_mode(&self, draft: &mut Draft, found: &Found) -> Result<Mode> {
        let namespace = &found.known.stream.name.namespace;
        if let Some(mode) = found.known.stream.mode {
            return Ok(mode);
        }
        let namespace = self.view(draft).namespace(namespace).await?;
        if let Some((namespace, Some(position))) = &namespace {
            draft.require(Requirement::Namespace(namespace.id, *position));
        }
        Ok(self
            .inherited_mode(namespace.and_then(|(namespace, _)| namespace.mode))
            .0)
    }
}

/// What the verdict on a change is: whether the directions of the mode work;
/// for NONE, which names none, whether both do.
pub(super) fn status(mode: Mode, latest: &Schema, schema: &Schema) -> CompatibilityStatus {
    let mode = if mode == Mode::None { Mode::Full } else { mode };
    match evolution::compare(latest, schema).allows(mode) {
        true => CompatibilityStatus::Compatible,
        false => CompatibilityStatus::Breaking,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::registry::Draft;
    use crate::schema::{Alteration, ColumnSpec, DataType, StreamName};

    /// What came after the version that was found is for the commit to see.
    #[tokio::test]
    async fn a_change_is_judged_by_what_was_found() {
        let directory = tempfile::tempdir().expect("a directory");
        let registry = Registry::builder()
            .sqlite(directory.path().join("rekha.db"))
            .compatibility(Mode::FullTransitive)
            .build()
            .await
            .expect("a registry");
        let name = StreamName::new("public", "s");
        let column = |name: &str, data_type| ColumnSpec {
            name: name.to_owned(),
            data_type,
            not_null: false,
            default: None,
            comment: None,
        };
        let a = column("a", DataType::Integer);
        let with = |b| Schema::new(&[a.clone(), column("b", b)], &[]).expect("a schema");
        let schema = Schema::new(std::slice::from_ref(&a), &[]).expect("a schema");
        let registered = registry.register_schema(&name, schema, "me").await;
        registered.expect("the first version");
        let draft = Draft::default();
        let view = registry.view(&draft);
        let found = view.stream(&name).await.expect("a read").expect("a stream");
        let add = Alteration::AddColumn {
            parent: None,
            column: column("b", DataType::Text),
            if_not_exists: false,
        };
        let evolved = registry.evolve_schema(&name, vec![add], "other").await;
        assert_eq!(evolved.expect("the second version").version.number, 2);

        let judged = async |known: &Arc<Known>| {
            let schema = with(DataType::Integer);
            let mode = Mode::FullTransitive;
            let admitted = registry.admit(&view, known, &schema, mode).await;
            admitted.map(|_| ()).map_err(|error| error.sqlstate())
        };
        assert_eq!(judged(&found.known).await, Ok(()));
        let found = view.stream(&name).await.expect("a read").expect("a stream");
        assert_eq!(judged(&found.known).await, Err("23514"));
        drop(registry.close(Duration::from_secs(10)).await);
    }
}
