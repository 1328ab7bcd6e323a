//! Dropping streams: the stream goes, its history stays.

use std::sync::Arc;

use super::{Applied, At, Draft, Found, Registry};
use crate::error::Result;
use crate::notice::Notice;
use crate::schema::StreamName;
use crate::store::{CompatibilityStatus, Evolution, Version};

impl Registry {
    pub(super) async fn drop_streams(
        &self,
        draft: &mut Draft,
        names: &[At<StreamName>],
        called: &str,
        if_exists: bool,
        user: &str,
    ) -> Result<Applied> {
        let mut applied = Applied::default();
        for name in names {
            if let Some(found) = self.view(draft).stream(&name.value).await? {
                self.put_dropped(draft, &found, user);
                continue;
            }
            let missing = self.view(draft).missing_called(called, &name.value).await?;
            if !if_exists {
                return Err(missing.at(name.position));
            }
            applied.note(Notice::new("00000", format!("{missing}, skipping")));
        }
        Ok(applied)
    }

    /// Adds the end of a stream to the draft: a closing row in its history, so
    /// that its numbers are never used again.
    pub(super) fn put_dropped(&self, draft: &mut Draft, found: &Found, user: &str) {
        draft.require_stream(found);
        draft.remove(&found.known);
        draft.add_version(Arc::new(self.closing(
            &found.known.version,
            &found.known.stream.name,
            user,
        )));
    }

    /// The closing row after a version.
    pub(super) fn closing(&self, last: &Version, name: &StreamName, user: &str) -> Version {
        Version {
            name: name.clone(),
            number: last.number + 1,
            previous: Some(last.number),
            evolution: Evolution::drop(),
            status: CompatibilityStatus::Unknown,
            registered_by: user.to_owned(),
            registered_at: self.clock.now(),
            ..last.clone()
        }
    }
}
