//! Namespaces.

use super::create::no_namespace;
use super::options::Options;
use super::{Applied, At, Draft, Registry};
use crate::error::{Definition, Error, ErrorKind, Object, Result, Value};
use crate::notice::Notice;
use crate::schema::{Name, StreamName};
use crate::store::{Namespace, Requirement, Update};

/// Namespaces that are the catalogs' own, or will be.
const RESERVED: [&str; 5] = [
    "information_schema",
    "rekha",
    "registry",
    "cartridge_warp",
    "system",
];

/// How many dependents an error names.
const DEPENDENTS: usize = 20;

impl Registry {
    pub(super) async fn create_namespace(
        &self,
        draft: &mut Draft,
        name: &At<Name>,
        if_not_exists: bool,
    ) -> Result<Applied> {
        let mut applied = Applied::default();
        if RESERVED.contains(&name.value.as_str()) || name.value.starts_with("pg_") {
            let kind = ErrorKind::InvalidDefinition(Definition::ReservedName);
            return Err(
                Error::new(kind, format!("unacceptable schema name \"{}\"", name.value))
                    .with_detail("The name is reserved for the system's own relations.")
                    .at(name.position),
            );
        }
        if self.view(draft).namespace(&name.value).await?.is_some() {
            let exists = format!("schema \"{}\" already exists", name.value);
            if !if_not_exists {
                return Err(
                    Error::new(ErrorKind::AlreadyExists(Object::Namespace), exists)
                        .at(name.position),
                );
            }
            applied.note(Notice::new("42P06", format!("{exists}, skipping")));
            return Ok(applied);
        }
        let id = self.take_ids(1).await?[0];
        if !draft.namespaces.contains_key(&name.value) {
            draft.require(Requirement::NoNamespace(name.value.clone()));
        }
        put(
            draft,
            Namespace {
                id,
                name: name.value.clone(),
                mode: None,
            },
        );
        Ok(applied)
    }

    pub(super) async fn drop_namespaces(
        &self,
        draft: &mut Draft,
        names: &[At<Name>],
        if_exists: bool,
        cascade: bool,
        user: &str,
    ) -> Result<Applied> {
        let mut applied = Applied::default();
        for name in names {
            let Some((namespace, position)) = self.view(draft).namespace(&name.value).await? else {
                let missing = no_namespace(&name.value);
                if !if_exists {
                    return Err(missing.at(name.position));
                }
                applied.note(Notice::new("00000", format!("{missing}, skipping")));
                continue;
            };
            let streams = self.view(draft).list(Some(&name.value)).await?;
            let streams: Vec<StreamName> =
                streams.into_iter().map(|listing| listing.name).collect();
            if !streams.is_empty() && !cascade {
                return Err(others_depend(&name.value, &streams).at(name.position));
            }
            for stream in &streams {
                if let Some(found) = self.view(draft).stream(stream).await? {
                    self.put_dropped(draft, &found, user);
                }
            }
            match streams.as_slice() {
                [] => {}
                [stream] => applied.note(Notice::new(
                    "00000",
                    format!("drop cascades to stream {stream}"),
                )),
                streams => {
                    let message = format!("drop cascades to {} other objects", streams.len());
                    let detail = lines("drop cascades to stream", streams, "");
                    applied.note(Notice::new("00000", message).with_detail(detail));
                }
            }
            if let Some(position) = position {
                draft.require(Requirement::Namespace(namespace.id, position));
            }
            draft.update(Update::DropNamespace(namespace.id));
            draft.namespaces.insert(name.value.clone(), None);
        }
        Ok(applied)
    }

    pub(super) async fn alter_namespace(
        &self,
        draft: &mut Draft,
        name: &At<Name>,
        options: &[At<(String, Option<serde_json::Value>)>],
    ) -> Result<Applied> {
        let found = self.view(draft).namespace(&name.value).await?;
        let (mut namespace, position) =
            found.ok_or_else(|| no_namespace(&name.value).at(name.position))?;
        let before = namespace.mode;
        for option in options {
            let (key, value) = &option.value;
            if key != "compatibility" {
                let kind = ErrorKind::InvalidValue(Value::Parameter);
                return Err(
                    Error::new(kind, format!("unrecognized option \"{key}\" of a schema"))
                        .with_hint("The option of a schema is compatibility.")
                        .at(option.position),
                );
            }
            let mut parsed = Options::default();
            parsed
                .set(key, value.as_ref())
                .map_err(|error| error.at(option.position))?;
            namespace.mode = parsed.mode;
        }
        if let Some(position) = position {
            draft.require(Requirement::Namespace(namespace.id, position));
        }
        let view = self.view(draft);
        let warning = self.warn_of_namespace(&view, before, &namespace).await?;
        put(draft, namespace);
        Ok(Applied {
            notices: warning.into_iter().collect(),
            ..Applied::default()
        })
    }
}

fn put(draft: &mut Draft, namespace: Namespace) {
    draft.update(Update::PutNamespace(namespace.clone()));
    draft
        .namespaces
        .insert(namespace.name.clone(), Some(namespace));
}

/// Streams live in the namespace (2BP01).
fn others_depend(name: &str, streams: &[StreamName]) -> Error {
    Error::new(
        ErrorKind::Dependents,
        format!("cannot drop schema {name} because other objects depend on it"),
    )
    .with_detail(lines(
        "stream",
        streams,
        &format!(" depends on schema {name}"),
    ))
    .with_hint("Use DROP ... CASCADE to drop the dependent objects too.")
}

fn lines(before: &str, streams: &[StreamName], after: &str) -> String {
    let mut lines: Vec<String> = streams
        .iter()
        .take(DEPENDENTS)
        .map(|stream| format!("{before} {stream}{after}"))
        .collect();
    if streams.len() > DEPENDENTS {
        lines.push(format!("and {} other objects", streams.len() - DEPENDENTS));
    }
    lines.join("\n")
}
