//! What is told of changes of schemas: from the change log to who listens.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Registry;
use super::notification::{Notification, SCHEMA_CHANGES};
use crate::astha::{Data, Event, Unit};
use crate::error::Result;
use crate::schema::{ObjectId, StreamName};
use crate::store::{Evolution, Version};

/// The evolution that is told of a stream with another name.
const RENAME: &str = "rename";

/// A row of `tables`.
#[derive(Deserialize)]
struct TableRow {
    id: i64,
    name: String,
}

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
        for event in &unit.events {
            match event.table.as_str() {
                "tables" => told.extend(self.renamed(event).await?),
                "table_metadata" => {
                    for version in self.made(event, unit.own).await? {
                        let (name, evolution) = (&version.name, &version.evolution.0);
                        told.extend(notifications(name, name, version.number, evolution));
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

    /// What is told of a stream that got another name: on both channels.
    async fn renamed(&self, event: &Event) -> Result<Vec<Arc<Notification>>> {
        let Data::Update { old, new } = event.decode::<TableRow>()?.data else {
            return Ok(Vec::new());
        };
        let found = match old.name == new.name {
            true => Vec::new(),
            false => self.store.streams(&[ObjectId(new.id)]).await?.value,
        };
        let Some((stream, _)) = found.first() else {
            return Ok(Vec::new());
        };
        let namespace = stream.name.namespace.as_str();
        let (old, new) = (
            StreamName::new(namespace, old.name),
            StreamName::new(namespace, new.name),
        );
        Ok(notifications(&old, &new, stream.version, RENAME))
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
    evolution: &str,
) -> Vec<Arc<Notification>> {
    let payload = Payload {
        namespace: &name.namespace,
        stream: &name.name,
        version,
        evolution,
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
