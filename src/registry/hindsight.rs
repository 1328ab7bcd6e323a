//! What a new mode has against the versions that are there already.
//!
//! A transitive mode asks every version, also those that came before it was
//! set. The past is not undone, so it is no error; but every later change is
//! refused for it until it mends it, and that is told when the mode is set.

use super::registry::shown;
use super::{Known, Registry, View};
use crate::error::Result;
use crate::evolution::{self, Report};
use crate::notice::Notice;
use crate::schema::{Mode, ObjectId, Schema};
use crate::store::{Namespace, Stream};

/// How many streams a warning names.
const NAMED: usize = 10;

impl Registry {
    /// The warning (01000) that a stream has versions which the latest violates
    /// under the mode that it gets; nothing when the mode stays what it was, or
    /// asks the latest version only.
    pub(super) async fn warn_of_stream(
        &self,
        view: &View<'_>,
        known: &Known,
        changed: &Stream,
    ) -> Result<Option<Notice>> {
        if changed.mode == known.stream.mode {
            return Ok(None);
        }
        let (mode, _) = view.mode(changed).await?;
        if !mode.is_transitive() || view.mode(&known.stream).await?.0 == mode {
            return Ok(None);
        }
        let report = look_back(view, mode, changed.id).await?;
        if report.is_compatible() {
            return Ok(None);
        }
        let message = format!(
            "versions of stream \"{}\" violate compatibility mode \"{mode}\"",
            shown(&changed.name)
        );
        let notice = Notice::warning("01000", message).with_detail(report.detail());
        Ok(Some(notice.with_hint(way_out(mode))))
    }

    /// The warning (01000) that names streams of a namespace which have versions
    /// that the latest violates, under the mode that they get from it. One
    /// stream is loaded at a time.
    pub(super) async fn warn_of_namespace(
        &self,
        view: &View<'_>,
        before: Option<Mode>,
        namespace: &Namespace,
    ) -> Result<Option<Notice>> {
        let (mode, _) = self.inherited_mode(namespace.mode);
        if !mode.is_transitive() || self.inherited_mode(before).0 == mode {
            return Ok(None);
        }
        let mut lines = Vec::new();
        let mut more = 0;
        for stream in view.list(Some(&namespace.name)).await? {
            // Without an earlier version there is nothing to violate.
            if stream.mode.is_some() || stream.version == 1 {
                continue;
            }
            let report = look_back(view, mode, stream.id).await?;
            match report.violations.as_slice() {
                [] => {}
                _ if lines.len() == NAMED => more += 1,
                [one] => lines.push(format!("stream \"{}\": {one}", shown(&stream.name))),
                [first, rest @ ..] => lines.push(format!(
                    "stream \"{}\": {first}, and {} more",
                    shown(&stream.name),
                    rest.len()
                )),
            }
        }
        let count = lines.len() + more;
        if count == 0 {
            return Ok(None);
        }
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        let streams = if count == 1 { "stream" } else { "streams" };
        let message = format!(
            "versions of {count} {streams} in schema \"{}\" violate compatibility mode \"{mode}\"",
            namespace.name
        );
        let notice = Notice::warning("01000", message).with_detail(lines.join("\n"));
        Ok(Some(notice.with_hint(way_out(mode))))
    }
}

/// The latest version of a stream, judged against all earlier ones.
async fn look_back(view: &View<'_>, mode: Mode, stream: ObjectId) -> Result<Report> {
    let versions = view.versions_of(stream).await?;
    let Some((latest, earlier)) = versions.split_last() else {
        let violations = Vec::new();
        return Ok(Report { mode, violations });
    };
    let earlier: Vec<(u32, &Schema)> = earlier
        .iter()
        .map(|version| (version.number, version.schema.as_ref()))
        .collect();
    Ok(evolution::judge(mode, &latest.schema, &earlier))
}

fn way_out(mode: Mode) -> String {
    format!(
        "A change is refused unless it mends them all. Mode {} asks the latest version only.",
        mode.plain()
    )
}
