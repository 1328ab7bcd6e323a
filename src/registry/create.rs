//! Making streams.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::known::carry_columns;
use super::options::Options;
use super::registry::shown;
use super::{Applied, At, Draft, Known, Registry, StreamSpec};
use crate::error::{Error, ErrorKind, Object, Result};
use crate::evolution;
use crate::notice::Notice;
use crate::schema::{Alteration, FieldId, Index, Name, ObjectId, Schema, StreamName};
use crate::store::{CompatibilityStatus, Evolution, Namespace, Requirement, Stream, Version};

impl Registry {
    pub(super) async fn create_stream(
        &self,
        draft: &mut Draft,
        name: &At<StreamName>,
        if_not_exists: bool,
        spec: &StreamSpec,
        user: &str,
    ) -> Result<Applied> {
        let mut applied = Applied::default();
        let Some(namespace) = self
            .vacancy(draft, name, if_not_exists, &mut applied)
            .await?
        else {
            return Ok(applied);
        };
        let unnamed = spec.clone();
        let spec = &self
            .with_names(draft, &name.value, unnamed, std::iter::empty())
            .await?;
        let mut ids = self.take_ids(spec.unique.len()).await?.into_iter();
        let (schema, comments) = schema_of(name, spec, &[], &mut || next_id(&mut ids))?;
        self.check_index_names(draft, &name.value, &Schema::default(), &schema)
            .await?;
        let options = Options::of(&spec.options)?;
        applied.note(
            self.put_new(
                draft,
                &namespace,
                &name.value,
                schema,
                comments,
                options,
                user,
            )
            .await?,
        );
        Ok(applied)
    }

    /// The namespace a new stream goes to; nothing, with a notice, when there is a
    /// stream of the name and that is no error.
    pub(super) async fn vacancy(
        &self,
        draft: &mut Draft,
        name: &At<StreamName>,
        if_not_exists: bool,
        applied: &mut Applied,
    ) -> Result<Option<Namespace>> {
        let namespace = self.must_find_namespace(draft, name).await?;
        if self.view(draft).stream(&name.value).await?.is_none() {
            return Ok(Some(namespace));
        }
        let exists = format!("relation \"{}\" already exists", shown(&name.value));
        if !if_not_exists {
            return Err(
                Error::new(ErrorKind::AlreadyExists(Object::Stream), exists).at(name.position)
            );
        }
        applied.note(Notice::new("42P07", format!("{exists}, skipping")));
        Ok(None)
    }

    /// Adds a new stream to the draft: its first version continues the numbers
    /// of any stream of the name before it.
    #[allow(clippy::too_many_arguments, reason = "the parts of a stream")]
    pub(super) async fn put_new(
        &self,
        draft: &mut Draft,
        namespace: &Namespace,
        name: &StreamName,
        schema: Schema,
        comments: Vec<(FieldId, String)>,
        options: Options,
        user: &str,
    ) -> Result<Notice> {
        let id = self.take_ids(1).await?[0];
        let last = self.view(draft).last_version(name).await?;
        if !draft.last_versions.contains_key(name) {
            draft.require(Requirement::LastVersion(name.clone(), last));
        }
        if !draft.names.contains_key(name) {
            draft.require(Requirement::NoStream(namespace.id, name.name.clone()));
        }
        let now = self.clock.now();
        let number = last + 1;
        let version = Arc::new(Version {
            stream: id,
            name: name.clone(),
            number,
            previous: None,
            fingerprint: schema.fingerprint(),
            schema: Arc::new(schema),
            evolution: Evolution::create(),
            status: CompatibilityStatus::Compatible,
            mode: options
                .mode
                .unwrap_or_else(|| self.inherited_mode(namespace.mode).0),
            registered_by: user.to_owned(),
            registered_at: now,
        });
        let columns = version.schema.fields.len();
        let stream = Stream {
            id,
            namespace_id: namespace.id,
            name: name.clone(),
            version: number,
            mode: options.mode,
            options: options.others,
            comment: options.comment,
            columns: carry_columns(&[], &version.schema, comments),
            last_field_id: version.schema.last_field_id(),
            created_at: now,
            updated_at: now,
        };
        draft.put(Known::new(stream, version), true);
        let columns = if columns == 1 {
            "1 column".to_owned()
        } else {
            format!("{columns} columns")
        };
        Ok(now_at_version(name, number).with_detail(format!("created with {columns}")))
    }

    /// The namespace a new stream goes to, and the requirement that it stays.
    pub(super) async fn must_find_namespace(
        &self,
        draft: &mut Draft,
        name: &At<StreamName>,
    ) -> Result<Namespace> {
        let found = self.view(draft).namespace(&name.value.namespace).await?;
        let (namespace, position) = found.ok_or_else(|| {
            no_namespace(&name.value.namespace)
                .at(name.position)
                .with_hint(format!(
                    "Create it with CREATE SCHEMA {}.",
                    crate::schema::quote_ident(&name.value.namespace)
                ))
        })?;
        if let Some(position) = position {
            draft.require(Requirement::Namespace(namespace.id, position));
        }
        Ok(namespace)
    }

    /// Registers a whole schema: a new stream, or an evolution of the one there
    /// is.
    pub(super) async fn register(
        &self,
        draft: &mut Draft,
        name: &At<StreamName>,
        schema: &Schema,
        user: &str,
    ) -> Result<Applied> {
        schema.validate()?;
        let Some(found) = self.view(draft).stream(&name.value).await? else {
            let namespace = self.must_find_namespace(draft, name).await?;
            let schema = self.identified(schema.clone(), &Schema::default()).await?;
            self.check_index_names(draft, &name.value, &Schema::default(), &schema)
                .await?;
            let (comments, options) = (Vec::new(), Options::default());
            let notice = self
                .put_new(
                    draft,
                    &namespace,
                    &name.value,
                    schema,
                    comments,
                    options,
                    user,
                )
                .await?;
            return Ok(Applied::noted(notice));
        };
        let (stream, latest) = (&found.known.stream, &found.known.version.schema);
        let (schema, last) =
            evolution::adopt_identities(schema.clone(), latest, stream.last_field_id)?;
        let schema = self.identified(schema, latest).await?;
        self.check_index_names(draft, &name.value, latest, &schema)
            .await?;
        let mut stream = stream.clone();
        stream.last_field_id = last;
        self.put_evolved(draft, &found, stream, schema, Vec::new(), user)
            .await
    }

    /// Gives indexes and constraints of a schema that was made elsewhere the
    /// identities that those of the same kind and name have in the latest version,
    /// and new ones to others.
    pub(super) async fn identified(&self, mut schema: Schema, latest: &Schema) -> Result<Schema> {
        let indexes = latest.indexes.iter().map(|index| (&index.name, index.id));
        let indexes: HashMap<&Name, ObjectId> = indexes.collect();
        let constraints = latest.constraints.iter().map(|own| (&own.name, own.id));
        let constraints: HashMap<&Name, ObjectId> = constraints.collect();
        let count = schema.indexes.len() + schema.constraints.len();
        let mut ids = self.take_ids(count).await?.into_iter();
        let mut identity = |known: Option<&ObjectId>| {
            let new = || next_id(&mut ids);
            known.copied().unwrap_or_else(new)
        };
        for index in &mut schema.indexes {
            index.id = identity(indexes.get(&index.name));
        }
        for constraint in &mut schema.constraints {
            constraint.id = identity(constraints.get(&constraint.name));
        }
        Ok(schema)
    }

    /// Names of indexes and constraints are unique in their namespace: those that
    /// the stream has not had so far must be free.
    pub(super) async fn check_index_names(
        &self,
        draft: &Draft,
        name: &StreamName,
        latest: &Schema,
        schema: &Schema,
    ) -> Result<()> {
        let known: HashSet<&Name> = names_of_indexes(latest).collect();
        for index in names_of_indexes(schema).filter(|index| !known.contains(index)) {
            if self
                .view(draft)
                .index_owner(&name.namespace, index)
                .await?
                .is_some()
            {
                return Err(index_exists(index));
            }
        }
        Ok(())
    }
}

/// The schema a definition means, and the comments on its fields. Those of the
/// indexes stay whose columns it has; no constraint gets the name of one.
///
/// # Errors
/// What is wrong with a column, a key or a constraint, where it stood.
pub(super) fn schema_of(
    name: &At<StreamName>,
    spec: &StreamSpec,
    indexes: &[Index],
    next_object_id: &mut dyn FnMut() -> ObjectId,
) -> Result<(Schema, Vec<(FieldId, String)>)> {
    let columns: Vec<_> = spec
        .columns
        .iter()
        .map(|column| column.value.clone())
        .collect();
    let mut schema = Schema::new(&columns, &spec.primary_key).map_err(|wrong| {
        let column = wrong
            .column
            .and_then(|index| spec.columns.get(index)?.position);
        wrong.error.at(name.position).at(column)
    })?;
    let has_columns = |index: &&Index| schema.check_key_columns(&index.columns).is_ok();
    schema.indexes = indexes.iter().filter(has_columns).cloned().collect();
    let comments = schema
        .fields
        .iter()
        .zip(&columns)
        .filter_map(|(field, column)| Some((field.id, column.comment.clone()?)))
        .collect();
    if spec.unique.is_empty() {
        return Ok((schema, comments));
    }
    let uniques: Vec<_> = spec
        .unique
        .iter()
        .map(|(name, columns)| Alteration::AddUnique {
            name: name.clone(),
            columns: columns.clone(),
        })
        .collect();
    let altered = evolution::alter(
        &name.value.name,
        &schema,
        FieldId::UNASSIGNED,
        &uniques,
        next_object_id,
    )
    .map_err(|wrong| wrong.error.at(name.position))?;
    Ok((altered.schema, comments))
}

pub(super) fn names_of_indexes(schema: &Schema) -> impl Iterator<Item = &Name> {
    let indexes = schema.indexes.iter().map(|index| &index.name);
    indexes.chain(schema.constraints.iter().map(|constraint| &constraint.name))
}

/// There is an index or constraint of this name (42P07).
pub(super) fn index_exists(index: &Name) -> Error {
    Error::new(
        ErrorKind::AlreadyExists(Object::Index),
        format!("relation \"{index}\" already exists"),
    )
}

/// There is no such namespace (3F000).
pub(super) fn no_namespace(name: &str) -> Error {
    Error::new(
        ErrorKind::NotFound(Object::Namespace),
        format!("schema \"{name}\" does not exist"),
    )
}

/// Takes the next of the ids that were reserved for an alteration.
pub(super) fn next_id(ids: &mut impl Iterator<Item = ObjectId>) -> ObjectId {
    ids.next().expect("an id was reserved for each alteration")
}

/// The notice of a new version.
pub(super) fn now_at_version(name: &StreamName, number: u32) -> Notice {
    Notice::new(
        "00000",
        format!("stream \"{}\" is now at version {number}", shown(name)),
    )
}
