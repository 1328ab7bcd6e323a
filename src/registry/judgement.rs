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
            true => view.versions(known).await?,
            false => vec![known.version.clone()],
        };
        let history: Vec<(u32, &Schema)> = history
            .iter()
            .map(|version| (version.number, version.schema.as_ref()))
            .collect();
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
