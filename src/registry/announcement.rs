//! What is told of changes of schemas: from the change log to who listens.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Registry;
use super::notification::{Notification, SCHEMA_CHANGES};
use super::schema_manager::TableRow;
use crate::astha::{Data, Event, Unit};
use crate::error::Result;
use crate::schema::{ObjectId, StreamName};
use crate::store::{Evolution, Version};

/// A row of `table_metadata`.
#[derive(Deserialize)]
struct MetadataRow {
    table_id: i64,
    /// Nothing where another program left it out.
    schema_version: Option<u32>,
    schema: Option<String>,
}

/// What is told of a change, as JSON.
#[derive(Serialize)]
struct Payload<'a> {
    namespace: &'a str,
    stream: &'a str,
    version: u32,
    evolution: &'a str,
}

impl Registry {
    /// Tells those who listen of the versions and names that a unit of changes
    /// brought, in their order. What another program changed becomes versions first,
    /// in a unit of our own.
    pub(super) async fn announce(&self, unit: &Unit) -> Result<()> {
        if !self.notifications.hears_of_schemas() {
            self.notifications.told(unit.position);
            return Ok(());
        }
        let mut told = Vec::new();
        // The names that streams have then: their histories follow later ones.
        let mut names = HashMap::new();
        for event in &unit.events {
            match event.table.as_str() {
                "tables" => {
                    let event = event.decode::<TableRow>()?;
                    let row = event.data.row();
                    names.insert(ObjectId(row.id), row.name.clone());
                    told.extend(self.renamed(event.data).await?);
                }
                "table_metadata" => {
                    for version in self.made(event, unit.own).await? {
                        let mut name = version.name.clone();
                        if let Some(then) = names.get(&version.stream) {
                            name.name.clone_from(then);
                        }
                        let evolution = &version.evolution;
                        told.extend(notifications(&name, &name, version.number, evolution));
                    }
                }
                _ => {}
            }
        }
        self.notifications.publish_at(unit.position, &told);
        self.notifications.told(unit.position);
        Ok(())
    }

    /// The versions that a change of a stream's latest one brought, oldest first.
    async fn made(&self, event: &Event, own: bool) -> Result<Vec<Arc<Version>>> {
        let mut versions = Vec::new();
        let (id, mut number, before) = match event.decode::<MetadataRow>()?.data {
            Data::Delete(old) => {
                let number = old.schema_version.unwrap_or_default() + 1;
                let closing = self.any_version(ObjectId(old.table_id), number).await?;
                versions.extend(closing.filter(|last| last.evolution == Evolution::drop()));
                return Ok(versions);
            }
            _ if !own => return Ok(versions),
            Data::Insert(new) => (new.table_id, new.schema_version.unwrap_or_default(), 0),
            // Options are no part of a version.
            Data::Update { old, new }
                if old.schema_version == new.schema_version && old.schema == new.schema =>
            {
                return Ok(versions);
            }
            Data::Update { old, new } => {
                let number = new.schema_version.unwrap_or_default();
                let last = number.saturating_sub(1);
                // Another program may have counted, or forgotten, for us.
                (
                    new.table_id,
                    number,
                    old.schema_version.map_or(last, |old| old.min(last)),
                )
            }
        };
        // A transaction may have made several.
        while let Some(version) = self.any_version(ObjectId(id), number).await? {
            let previous = version.previous;
            versions.push(version);
            match previous {
                Some(previous) if previous > before => number = previous,
                _ => break,
            }
        }
        versions.reverse();
        Ok(versions)
    }

    /// What is told of a stream that got another name: on both channels. It may be
    /// gone again.
    async fn renamed(&self, row: Data<TableRow>) -> Result<Vec<Arc<Notification>>> {
        let Data::Update { old, new } = row else {
            return Ok(Vec::new());
        };
        if old.name == new.name {
            return Ok(Vec::new());
        }
        let versions = self.store.versions(ObjectId(new.id)).await?.value;
        let mut versions = versions.iter().rev();
        let Some(latest) = versions.find(|version| version.evolution != Evolution::drop()) else {
            return Ok(Vec::new());
        };
        let namespace = latest.name.namespace.as_str();
        let (old, new) = (
            StreamName::new(namespace, old.name),
            StreamName::new(namespace, new.name),
        );
        Ok(notifications(
            &old,
            &new,
            latest.number,
            &Evolution::rename(),
        ))
    }

    /// A version of a stream, also of one that was dropped.
    async fn any_version(&self, id: ObjectId, number: u32) -> Result<Option<Arc<Version>>> {
        match self.cache.version(id, number) {
            Some(version) => Ok(Some(version)),
            None => self.store.version(id, number).await,
        }
    }
}

/// The change of a stream on every channel that tells of it.
fn notifications(
    old: &StreamName,
    name: &StreamName,
    version: u32,
    evolution: &Evolution,
) -> Vec<Arc<Notification>> {
    let payload = Payload {
        namespace: &name.namespace,
        stream: &name.name,
        version,
        evolution: &evolution.0,
    };
    let payload = serde_json::to_string(&payload).expect("texts and numbers are JSON");
    let of = |name: &StreamName| format!("{SCHEMA_CHANGES}_{}_{}", name.namespace, name.name);
    let mut channels = vec![SCHEMA_CHANGES.to_owned(), of(name)];
    if old != name {
        channels.push(of(old));
    }
    let notification = |channel| {
        Arc::new(Notification {
            channel,
            payload: payload.clone(),
            sender: 0,
        })
    };
    channels.into_iter().map(notification).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::registry::fixture::{alter, create, name, registry};
    use crate::registry::schema_manager;
    use crate::registry::{At, Channels, Operation, StreamAction};

    /// What another node did is read long after, all of it together.
    #[tokio::test]
    async fn a_change_is_told_under_the_name_of_its_time() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("rekha.db");
        let (here, there) = (registry(&path).await, registry(&path).await);
        let (s, t) = (name(), StreamName::new("public", "t"));
        create(&there).await;
        here.catch_up().await.expect("a read");
        let astha = here.astha().expect("a change log");
        astha.pause(schema_manager::NAME).expect("it is there");
        let channel = "schema_changes_public_s";
        let since = here.listened_since(channel).await.expect("a read");
        let listener = here.notifications().join();
        listener.listen(Channels::from([(channel.to_owned(), since)]));

        alter(&there).await;
        let rename = Operation::AlterStream {
            name: s.into(),
            if_exists: false,
            actions: vec![StreamAction::RenameTo(t.name.clone()).into()],
        };
        there.run(&rename, "me").await.expect("renamed");
        let drop_it = Operation::DropStreams {
            names: vec![At::from(t)],
            called: "relation",
            if_exists: false,
        };
        there.run(&drop_it, "me").await.expect("dropped");
        astha.resume(schema_manager::NAME).expect("it is there");
        let end = here.position().await.expect("a read");
        astha.came_to(schema_manager::NAME, end).await;

        let told = |stream: &str, evolution: &str| {
            format!(
                "{{\"namespace\":\"public\",\"stream\":\"{stream}\",\"version\":2,\"evolution\":\"{evolution}\"}}"
            )
        };
        let taken = listener.take().expect("nothing is lost");
        let heard: Vec<_> = taken.iter().map(|own| own.payload.clone()).collect();
        assert_eq!(heard, [told("s", "add_column"), told("t", "rename")]);
        for registry in [here, there] {
            drop(registry.close(Duration::from_secs(60)).await);
        }
    }
}
