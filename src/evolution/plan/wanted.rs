//! A schema that is mended, and the places of its columns.

use std::collections::HashMap;

use crate::error::Result;
use crate::schema::{DataType, Field, FieldId, FieldPath, Name, Schema};

/// A schema that is mended. Its columns get other names and more of them come;
/// none goes and none changes its place, so that they are found at once.
pub(super) struct Wanted {
    schema: Schema,
    places: HashMap<Name, usize>,
    /// What is said of columns, by the names they get.
    comments: HashMap<Name, String>,
}

impl Wanted {
    pub(super) fn new(schema: Schema, comments: HashMap<Name, String>) -> Self {
        let places = schema.fields.iter().enumerate();
        let places = places.map(|(place, field)| (field.name.clone(), place));
        Self {
            places: places.collect(),
            schema,
            comments,
        }
    }

    pub(super) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The schema, and what is said of its columns.
    pub(super) fn into_parts(self) -> (Schema, HashMap<Name, String>) {
        (self.schema, self.comments)
    }

    /// Gives identities to the fields that have none.
    pub(super) fn assign_identities(&mut self, last: FieldId) -> Result<FieldId> {
        self.schema.assign_identities(last)
    }

    /// The field at the end of this way.
    pub(super) fn field_at(&self, path: &FieldPath) -> Option<&Field> {
        let (column, parts) = path.names().split_first()?;
        let column = &self.schema.fields[*self.places.get(column)?];
        parts.iter().try_fold(column, |field, name| {
            let mut parts = field.data_type.children().iter();
            parts.find(|part| part.name == *name)
        })
    }

    /// The same, to be changed; not its name.
    pub(super) fn field_at_mut(&mut self, path: &FieldPath) -> Option<&mut Field> {
        let (column, parts) = path.names().split_first()?;
        let column = &mut self.schema.fields[*self.places.get(column)?];
        parts.iter().try_fold(column, |field, name| {
            let mut parts = field.data_type.children_mut().iter_mut();
            parts.find(|part| part.name == *name)
        })
    }

    /// Gives a column or member another name, also where it is used.
    pub(super) fn rename(&mut self, at: &FieldPath, to: &Name) -> Option<()> {
        self.field_at_mut(at)?.name.clone_from(to);
        if !at.is_column() {
            return Some(());
        }
        let place = self.places.remove(at.leaf())?;
        self.places.insert(to.clone(), place);
        if let Some(comment) = self.comments.remove(at.leaf()) {
            self.comments.insert(to.clone(), comment);
        }
        let indexes = self.schema.indexes.iter_mut();
        let constraints = self.schema.constraints.iter_mut();
        let uses = indexes
            .map(|index| &mut index.columns)
            .chain(constraints.map(|unique| &mut unique.columns))
            .flatten();
        uses.filter(|name| *name == at.leaf())
            .for_each(|name| name.clone_from(to));
        Some(())
    }

    /// Adds a column, or a member of the struct there, whose name is free.
    pub(super) fn push(&mut self, parent: Option<&FieldPath>, field: Field) -> Option<()> {
        let Some(parent) = parent else {
            let place = self.schema.fields.len();
            self.places.insert(field.name.clone(), place);
            self.schema.fields.push(field);
            return Some(());
        };
        match &mut self.field_at_mut(parent)?.data_type {
            DataType::Struct(members) => {
                members.push(field);
                Some(())
            }
            _ => None,
        }
    }

    /// The column, or member of a struct, that the field is or is a part of.
    pub(super) fn addable(&self, at: FieldPath) -> FieldPath {
        let parent = at.parent().filter(|parent| {
            let field = self.field_at(parent);
            field.is_some_and(|field| !matches!(field.data_type, DataType::Struct(_)))
        });
        match parent {
            Some(parent) => self.addable(parent),
            None => at,
        }
    }
}
