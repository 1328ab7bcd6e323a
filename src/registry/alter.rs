//! Altering streams: their shape, name, options, indexes and comments.

use std::sync::Arc;

use super::create::{index_exists, next_id, now_at_version};
use super::known::carry_columns;
use super::options::Options;
use super::registry::shown;
use super::{Applied, At, Draft, Found, Known, Registry, StreamAction};
use crate::error::{Definition, Error, ErrorKind, Object, Result};
use crate::evolution;
use crate::notice::Notice;
use crate::schema::{Alteration, FieldId, Name, ObjectId, Schema, StreamName};
use crate::store::{Evolution, Requirement, Stream, Update, Version};

impl Registry {
    pub(super) async fn alter_stream(
        &self,
        draft: &mut Draft,
        name: &At<StreamName>,
        if_exists: bool,
        actions: &[At<StreamAction>],
        user: &str,
    ) -> Result<Applied> {
        let Some(found) = self.view(draft).stream(&name.value).await? else {
            let error = self.view(draft).missing(&name.value).await?;
            if if_exists {
                let notice = Notice::new("00000", format!("{error}, skipping"));
                return Ok(Applied::noted(notice));
            }
            return Err(error.at(name.position));
        };
        if let [
            At {
                value: StreamAction::RenameTo(to),
                position,
            },
        ] = actions
        {
            return self.rename_stream(draft, &found, to, *position).await;
        }

        let known = found.known.clone();
        let mut stream = known.stream.clone();
        set_options(&mut stream, actions)?;
        let shapes = self.named_shapes(draft, &known, actions).await?;
        let named = shapes.iter().filter(|(alteration, _)| is_named(alteration));
        let mut ids = self.take_ids(named.count()).await?.into_iter();
        let altered = reshape(&known, &shapes, &mut || next_id(&mut ids))?;
        stream.last_field_id = altered.last_field_id;
        self.check_index_names(draft, &name.value, &known.version.schema, &altered.schema)
            .await?;

        let mut applied = Applied::default();
        for skipped in altered.skipped {
            applied.note(Notice::new("00000", skipped));
        }
        let evolved = self
            .put_evolved(
                draft,
                &found,
                stream,
                altered.schema,
                altered.comments,
                user,
            )
            .await?;
        applied.notices.extend(evolved.notices);
        applied.evolved = evolved.evolved;
        Ok(applied)
    }

    /// Adds what became of a stream to the draft: a new version if its schema
    /// differs and its mode lets it in, new options, or nothing with a notice.
    pub(super) async fn put_evolved(
        &self,
        draft: &mut Draft,
        found: &Found,
        mut stream: Stream,
        schema: Schema,
        comments: Vec<(FieldId, String)>,
        user: &str,
    ) -> Result<Applied> {
        let known = &found.known;
        let latest = &known.version;
        let name = &known.stream.name;
        let diff = evolution::diff(&latest.schema, &schema);
        let mut applied = Applied {
            evolved: Some((latest.clone(), latest.clone())),
            ..Applied::default()
        };
        if diff.is_empty() {
            // A column that was added and dropped again was never there.
            stream.last_field_id = known.stream.last_field_id;
            if stream == known.stream {
                let unchanged = format!(
                    "stream \"{}\" is unchanged at version {}",
                    shown(name),
                    latest.number
                );
                applied.note(Notice::new("00000", unchanged));
                return Ok(applied);
            }
            let warning = self
                .warn_of_stream(&self.view(draft), known, &stream)
                .await?;
            applied.notices.extend(warning);
            draft.require_stream(found);
            stream.updated_at = self.clock.now();
            draft.put(Known::new(stream, latest.clone()), false);
            return Ok(applied);
        }

        let judged = Found {
            known: Arc::new(Known::new(stream.clone(), latest.clone())),
            position: found.position,
        };
        let mode = self.deciding_mode(draft, &judged).await?;
        let admission = self.admit(&self.view(draft), known, &schema, mode).await?;
        let now = self.clock.now();
        let version = Arc::new(Version {
            stream: stream.id,
            name: name.clone(),
            number: latest.number + 1,
            previous: Some(latest.number),
            fingerprint: schema.fingerprint(),
            schema: Arc::new(schema),
            evolution: Evolution(diff.evolution()),
            status: admission.status,
            mode: admission.mode,
            registered_by: user.to_owned(),
            registered_at: now,
        });
        stream.version = version.number;
        stream.columns = carry_columns(&stream.columns, &version.schema, comments);
        stream.updated_at = now;
        let detail = format!("{}; {}", diff.describe(), admission.verdict);
        applied.note(now_at_version(name, version.number).with_detail(detail));
        applied.evolved = Some((latest.clone(), version.clone()));
        draft.require_stream(found);
        draft.put(Known::new(stream, version), true);
        Ok(applied)
    }

    async fn rename_stream(
        &self,
        draft: &mut Draft,
        found: &Found,
        to: &Name,
        position: Option<usize>,
    ) -> Result<Applied> {
        let known = &found.known;
        let old = known.stream.name.clone();
        let new = StreamName::new(old.namespace.clone(), to.clone());
        if self.view(draft).stream(&new).await?.is_some() {
            return Err(Error::new(
                ErrorKind::AlreadyExists(Object::Stream),
                format!("relation \"{}\" already exists", shown(&new)),
            )
            .at(position));
        }
        // The history moves with the name, and a number is never used twice
        // under one name.
        let taken = self.view(draft).last_version(&new).await?;
        let first = self
            .view(draft)
            .versions(known)
            .await?
            .first()
            .map_or(0, |first| first.number);
        if first <= taken {
            return Err(Error::new(
                ErrorKind::AlreadyExists(Object::Stream),
                format!(
                    "name \"{}\" belongs to the history of a dropped stream",
                    shown(&new)
                ),
            )
            .with_detail(format!("It was dropped at version {taken}."))
            .with_hint("Choose another name.")
            .at(position));
        }
        draft.require_stream(found);
        if !draft.names.contains_key(&new) {
            draft.require(Requirement::NoStream(known.stream.namespace_id, to.clone()));
        }
        if !draft.last_versions.contains_key(&new) {
            draft.require(Requirement::LastVersion(new.clone(), taken));
        }
        let mut stream = known.stream.clone();
        stream.name = new.clone();
        stream.updated_at = self.clock.now();
        draft.update(Update::RenameHistory(stream.id, new.clone()));
        draft.names.insert(old.clone().into(), None);
        // What is left under the old name came before the stream's first version.
        draft
            .last_versions
            .insert(old.into(), first.saturating_sub(1));
        draft
            .last_versions
            .insert(new.clone().into(), stream.version);
        let mut version = known.version.as_ref().clone();
        version.name = new;
        draft.put(Known::new(stream, Arc::new(version)), false);
        Ok(Applied::default())
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of a statement")]
    pub(super) async fn create_index(
        &self,
        draft: &mut Draft,
        name: &At<StreamName>,
        index: Option<&Name>,
        columns: &[At<Name>],
        unique: bool,
        if_not_exists: bool,
        user: &str,
    ) -> Result<Applied> {
        self.must_find(draft, name).await?;
        if let Some(index) = index
            && self
                .view(draft)
                .index_owner(&name.value.namespace, index)
                .await?
                .is_some()
        {
            let error = index_exists(index);
            if if_not_exists {
                let notice = Notice::new("42P07", format!("{error}, skipping"));
                return Ok(Applied::noted(notice));
            }
            return Err(error);
        }
        let alteration = Alteration::AddIndex {
            name: index.cloned(),
            columns: columns.iter().map(|column| column.value.clone()).collect(),
            unique,
        };
        let position = columns.first().and_then(|column| column.position);
        let action = At::new(StreamAction::Shape(alteration), position);
        self.alter_stream(draft, name, false, &[action], user).await
    }

    pub(super) async fn drop_indexes(
        &self,
        draft: &mut Draft,
        names: &[At<StreamName>],
        if_exists: bool,
        user: &str,
    ) -> Result<Applied> {
        let mut applied = Applied::default();
        for index in names {
            let StreamName { namespace, name } = &index.value;
            let Some(found) = self.view(draft).index_owner(namespace, name).await? else {
                let missing = format!("index \"{name}\" does not exist");
                if if_exists {
                    applied.note(Notice::new("00000", format!("{missing}, skipping")));
                    continue;
                }
                return Err(
                    Error::new(ErrorKind::NotFound(Object::Index), missing).at(index.position)
                );
            };
            let alteration = Alteration::DropIndex { name: name.clone() };
            let action = At::new(StreamAction::Shape(alteration), index.position);
            let stream = At::from(found.known.stream.name.clone());
            let dropped = self
                .alter_stream(draft, &stream, false, &[action], user)
                .await?;
            applied.notices.extend(dropped.notices);
        }
        Ok(applied)
    }

    pub(super) async fn comment_on_stream(
        &self,
        draft: &mut Draft,
        name: &At<StreamName>,
        text: Option<&String>,
    ) -> Result<Applied> {
        let found = self.must_find(draft, name).await?;
        let mut stream = found.known.stream.clone();
        stream.comment = text.cloned();
        self.put_commented(draft, &found, stream);
        Ok(Applied::default())
    }

    pub(super) async fn comment_on_column(
        &self,
        draft: &mut Draft,
        name: &At<StreamName>,
        column: &At<Name>,
        text: Option<&String>,
    ) -> Result<Applied> {
        let found = self.must_find(draft, name).await?;
        let mut stream = found.known.stream.clone();
        let field = found
            .known
            .version
            .schema
            .field(&column.value)
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::NotFound(Object::Column),
                    format!(
                        "column \"{}\" of relation \"{}\" does not exist",
                        column.value, stream.name.name
                    ),
                )
                .at(column.position)
            })?;
        for own in stream
            .columns
            .iter_mut()
            .filter(|own| own.field == field.id)
        {
            own.comment = text.cloned();
        }
        self.put_commented(draft, &found, stream);
        Ok(Applied::default())
    }

    fn put_commented(&self, draft: &mut Draft, found: &Found, mut stream: Stream) {
        if stream == found.known.stream {
            return;
        }
        draft.require_stream(found);
        stream.updated_at = self.clock.now();
        draft.put(Known::new(stream, found.known.version.clone()), false);
    }
}

/// The actions that change the shape of the data, each with its place.
///
/// # Errors
/// 42P16 when the stream is to be renamed too.
pub(super) fn shapes(actions: &[At<StreamAction>]) -> Result<Vec<(Alteration, Option<usize>)>> {
    let is_rename = |action: &At<_>| matches!(action.value, StreamAction::RenameTo(_));
    if actions.len() > 1 && actions.iter().any(is_rename) {
        let kind = ErrorKind::InvalidDefinition(Definition::Stream);
        return Err(
            Error::new(kind, "a stream is renamed by an action of its own")
                .with_hint("Rename it before or after the other actions."),
        );
    }
    let shape = |action: &At<_>| match &action.value {
        StreamAction::Shape(alteration) => Some((alteration.clone(), action.position)),
        _ => None,
    };
    Ok(actions.iter().filter_map(shape).collect())
}

/// Whether the action makes something that has an identity and a name.
fn is_named(alteration: &Alteration) -> bool {
    matches!(
        alteration,
        Alteration::AddUnique { .. } | Alteration::AddIndex { .. }
    )
}

/// The stream's schema after these actions; an error has the place of the
/// action that is wrong.
pub(super) fn reshape(
    known: &Known,
    shapes: &[(Alteration, Option<usize>)],
    next_object_id: &mut dyn FnMut() -> ObjectId,
) -> Result<evolution::Altered> {
    let alterations: Vec<_> = shapes
        .iter()
        .map(|(alteration, _)| alteration.clone())
        .collect();
    evolution::alter(
        &known.stream.name.name,
        &known.version.schema,
        known.stream.last_field_id,
        &alterations,
        next_object_id,
    )
    .map_err(|wrong| {
        let place = shapes.get(wrong.index).and_then(|(_, position)| *position);
        wrong.error.at(place)
    })
}

pub(super) fn set_options(stream: &mut Stream, actions: &[At<StreamAction>]) -> Result<()> {
    let mut options = Options {
        mode: stream.mode,
        comment: stream.comment.take(),
        others: std::mem::take(&mut stream.options),
    };
    for action in actions {
        if let StreamAction::SetOption(key, value) = &action.value {
            options
                .set(key, value.as_ref())
                .map_err(|error| error.at(action.position))?;
        }
    }
    stream.mode = options.mode;
    stream.comment = options.comment;
    stream.options = options.others;
    Ok(())
}
