//! Replacing streams: the one of the name becomes what is written.

use std::collections::HashSet;

use super::create::schema_of;
use super::options::Options;
use super::{Applied, At, Draft, Known, Registry, StreamSpec};
use crate::error::Result;
use crate::evolution;
use crate::schema::{Name, ObjectId, Schema, StreamName};
use crate::store::{Stream, StreamColumn};

impl Registry {
    pub(super) async fn replace_stream(
        &self,
        draft: &mut Draft,
        name: &At<StreamName>,
        spec: &StreamSpec,
        user: &str,
    ) -> Result<Applied> {
        let Some(found) = self.view(draft).stream(&name.value).await? else {
            return self.create_stream(draft, name, false, spec, user).await;
        };
        let latest = &found.known.version.schema;
        let (stream, schema) = self.replacement(draft, &found.known, name, spec).await?;
        let schema = self.identified(schema, latest).await?;
        self.check_index_names(draft, &name.value, latest, &schema)
            .await?;
        self.put_evolved(draft, &found, stream, schema, Vec::new(), user)
            .await
    }

    /// What a stream is after it was replaced. Columns are those of the same name;
    /// indexes, which no definition speaks of, stay where all of their columns do;
    /// so does the mode, if none is written. Indexes and constraints have no
    /// identities yet.
    ///
    /// # Errors
    /// What is wrong with the definition, where it stood; those of the store.
    pub(super) async fn replacement(
        &self,
        draft: &Draft,
        known: &Known,
        name: &At<StreamName>,
        spec: &StreamSpec,
    ) -> Result<(Stream, Schema)> {
        let latest = &known.version.schema;
        let has = |name: &Name| spec.columns.iter().any(|own| own.value.name == *name);
        let stay = latest
            .indexes
            .iter()
            .filter(|own| own.columns.iter().all(has));
        let names = stay.map(|index| index.name.clone());
        let unnamed = with_known_names(spec, latest);
        let spec = self.with_names(draft, &name.value, unnamed, names).await?;
        let (schema, _) = schema_of(name, &spec, &latest.indexes, &mut || ObjectId(0))?;
        let last = known.stream.last_field_id;
        let (schema, last) = evolution::adopt_identities(schema, latest, last)?;

        let options = Options::of(&spec.options)?;
        let mut stream = known.stream.clone();
        stream.last_field_id = last;
        stream.mode = options.mode.or(stream.mode);
        stream.comment = options.comment;
        stream.options = options.others;
        let columns = schema.fields.iter().zip(&spec.columns);
        stream.columns = columns
            .map(|(field, column)| StreamColumn {
                field: field.id,
                comment: column.value.comment.clone(),
            })
            .collect();
        Ok((stream, schema))
    }
}

/// A definition whose UNIQUE constraints without a name have the names of those
/// that are there over the same columns, each name once.
pub(super) fn with_known_names(spec: &StreamSpec, latest: &Schema) -> StreamSpec {
    let mut spec = spec.clone();
    let written = spec.unique.iter().filter_map(|(name, _)| name.clone());
    let mut used: HashSet<Name> = written.collect();
    let mut named = |columns: &[Name]| {
        let mut constraints = latest.constraints.iter();
        let known = constraints.find(|constraint| {
            constraint.columns == columns && used.insert(constraint.name.clone())
        });
        known.map(|constraint| constraint.name.clone())
    };
    for (name, columns) in &mut spec.unique {
        *name = name.take().or_else(|| named(columns));
    }
    spec
}
