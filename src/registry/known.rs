//! A stream and its latest version, as they are read and cached.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::relation::Rows;
use crate::schema::{Field, FieldId, Schema};
use crate::store::{Stream, StreamColumn, Version};

/// A stream as it is at some state of the registry.
#[derive(Debug)]
pub struct Known {
    /// Its name, options, comments and today's order of columns.
    pub stream: Stream,
    /// Its latest version.
    pub version: Arc<Version>,
    /// Its description, once somebody has asked for it.
    description: OnceLock<Rows>,
}

impl Known {
    /// A stream and its latest version.
    pub fn new(stream: Stream, version: Arc<Version>) -> Self {
        Self {
            stream,
            version,
            description: OnceLock::new(),
        }
    }

    /// What `DESCRIBE` answers, made by whoever asks first. This state never
    /// changes, so the rows do not either.
    pub fn described(&self, describe: impl FnOnce(&Self) -> Rows) -> Rows {
        self.description.get_or_init(|| describe(self)).clone()
    }

    /// The columns in today's order with today's comments.
    pub fn columns(&self) -> impl Iterator<Item = (&Field, Option<&str>)> {
        let schema = &self.version.schema;
        // Nearly always the version's own order; looked up only where it is not.
        let mut by_id: Option<HashMap<FieldId, &Field>> = None;
        self.stream
            .columns
            .iter()
            .enumerate()
            .filter_map(move |(index, column)| {
                let field = match schema.fields.get(index) {
                    Some(field) if field.id == column.field => field,
                    _ => by_id
                        .get_or_insert_with(|| {
                            schema
                                .fields
                                .iter()
                                .map(|field| (field.id, field))
                                .collect()
                        })
                        .get(&column.field)?,
                };
                Some((field, column.comment.as_deref()))
            })
    }

    /// The columns of one of its versions in that version's own order, with
    /// today's comments.
    pub fn columns_of<'a>(
        &'a self,
        version: &'a Version,
    ) -> impl Iterator<Item = (&'a Field, Option<&'a str>)> {
        let comment = |column: &'a StreamColumn| Some((column.field, column.comment.as_deref()?));
        let comments: HashMap<_, _> = self.stream.columns.iter().filter_map(comment).collect();
        let fields = version.schema.fields.iter();
        fields.map(move |field| (field, comments.get(&field.id).copied()))
    }
}

/// Today's columns after a change of schema: those that stay keep their place
/// and comment, new ones come last in the schema's order.
pub(super) fn carry_columns(
    before: &[StreamColumn],
    schema: &Schema,
    comments: Vec<(FieldId, String)>,
) -> Vec<StreamColumn> {
    let fields: std::collections::HashSet<_> = schema.fields.iter().map(|field| field.id).collect();
    let mut columns: Vec<_> = before
        .iter()
        .filter(|column| fields.contains(&column.field))
        .cloned()
        .collect();
    let placed: std::collections::HashSet<_> = columns.iter().map(|column| column.field).collect();
    let mut comments: HashMap<_, _> = comments.into_iter().collect();
    let added = schema
        .fields
        .iter()
        .filter(|field| !placed.contains(&field.id));
    columns.extend(added.map(|field| StreamColumn {
        field: field.id,
        comment: comments.remove(&field.id),
    }));
    columns
}
