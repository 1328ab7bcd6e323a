//! Copying streams: a new one like another.

use std::collections::HashSet;

use super::create::{next_id, schema_of};
use super::options::Options;
use super::{Applied, At, Draft, Registry, StreamSpec};
use crate::error::Result;
use crate::schema::{ColumnSpec, Index, StreamName};

impl Registry {
    /// Copies the columns with their comments, the primary key, UNIQUE
    /// constraints and indexes; not the options, of which the mode is one. What is
    /// copied has identities of its own, and made names.
    pub(super) async fn copy_stream(
        &self,
        draft: &mut Draft,
        name: &At<StreamName>,
        if_not_exists: bool,
        source: &At<StreamName>,
        options: &[At<(String, serde_json::Value)>],
        user: &str,
    ) -> Result<Applied> {
        let mut applied = Applied::default();
        let Some(namespace) = self
            .vacancy(draft, name, if_not_exists, &mut applied)
            .await?
        else {
            return Ok(applied);
        };
        let source = self.must_find(draft, source).await?;
        draft.require_stream(&source);
        let options = Options::of(options)?;

        let known = &source.known;
        let copied = &known.version.schema;
        let columns = known.columns().map(|(field, comment)| {
            At::from(ColumnSpec {
                comment: comment.map(ToOwned::to_owned),
                ..field.into()
            })
        });
        let mut spec = StreamSpec {
            columns: columns.collect(),
            primary_key: copied.primary_key.clone(),
            unique: Vec::new(),
            options: Vec::new(),
        };
        let mut taken = HashSet::new();
        for constraint in &copied.constraints {
            let columns = constraint.columns.clone();
            let made = self.free_name(draft, &name.value, &columns, "key", &mut taken);
            spec.unique.push((Some(made.await?), columns));
        }
        let count = copied.constraints.len() + copied.indexes.len();
        let mut ids = self.take_ids(count).await?.into_iter();
        let (mut schema, comments) = schema_of(name, &spec, &[], &mut || next_id(&mut ids))?;
        for index in &copied.indexes {
            let columns = index.columns.clone();
            let made = self.free_name(draft, &name.value, &columns, "idx", &mut taken);
            schema.indexes.push(Index {
                id: next_id(&mut ids),
                name: made.await?,
                columns,
                unique: index.unique,
            });
        }
        let made = self.put_new(
            draft,
            &namespace,
            &name.value,
            schema,
            comments,
            options,
            user,
        );
        applied.note(made.await?);
        Ok(applied)
    }
}
