//! What is done to columns and their parts.

use super::alter::{Altering, invalid};
use super::default::carried;
use crate::error::{Error, ErrorKind, Object, Result};
use crate::schema::{
    ColumnSpec, DataType, ELEMENT, Field, FieldPath, KEY, Literal, Name, Schema, VALUE,
    check_column_count, check_field, check_key, check_size, nested_key, no_default, nullable_key,
};

impl Altering<'_> {
    pub(super) fn add_column(
        &mut self,
        parent: Option<&FieldPath>,
        column: &ColumnSpec,
        if_not_exists: bool,
    ) -> Result<()> {
        let path = match parent {
            Some(parent) => parent.child(&*column.name),
            None => column.name.clone().into(),
        };
        if self
            .siblings(parent)?
            .iter()
            .any(|field| field.name == column.name)
        {
            let error = self.column_exists(&path);
            return self.skip_or_fail(if_not_exists, error);
        }
        if !path.is_column() && column.comment.is_some() {
            return Err(Error::unsupported(
                format!("a comment on \"{path}\", a part of a column"),
                "Say it in the comment of the column itself.",
            ));
        }
        let mut field = Field::new(column)?;
        check_size(std::slice::from_ref(&field))?;
        check_field(parent, &field)?;
        self.altered.last_field_id = field.assign_identities(self.altered.last_field_id)?;
        let id = field.id;
        self.siblings(parent)?.push(field);
        check_column_count(self.altered.schema.fields.len())?;
        self.altered
            .comments
            .extend(column.comment.clone().map(|comment| (id, comment)));
        Ok(())
    }

    pub(super) fn drop_column(
        &mut self,
        path: &FieldPath,
        if_exists: bool,
        cascade: bool,
    ) -> Result<()> {
        let id = match self.field(path) {
            Ok(field) => field.id,
            Err(error) => return self.skip_or_fail(if_exists, error),
        };
        let (stream, parent) = (self.stream, path.parent());
        if self.siblings(parent.as_ref())?.len() == 1 {
            return Err(match &parent {
                None => invalid(format!(
                    "cannot drop the only column \"{path}\" of stream \"{stream}\""
                ))
                .with_hint("Add another column first, or use DROP STREAM."),
                Some(parent) => {
                    invalid(format!("cannot drop the only field \"{path}\" of a struct"))
                        .with_hint(format!("Add another field first, or drop \"{parent}\"."))
                }
            });
        }
        if path.is_column() {
            self.drop_dependents(path.leaf(), cascade)?;
        }
        self.siblings(parent.as_ref())?
            .retain(|field| field.id != id);
        self.altered
            .comments
            .retain(|(commented, _)| *commented != id);
        Ok(())
    }

    /// What uses a column goes before it.
    fn drop_dependents(&mut self, column: &str, cascade: bool) -> Result<()> {
        let stream = self.stream;
        let schema = self.schema();
        let dependents = dependents(schema, column);
        if !cascade && !dependents.is_empty() {
            let lines: Vec<String> = dependents
                .iter()
                .map(|dependent| format!("{dependent} depends on column \"{column}\"."))
                .collect();
            return Err(Error::new(
                ErrorKind::Dependents,
                format!(
                    "cannot drop column \"{column}\" of stream \"{stream}\" because other objects depend on it"
                ),
            )
            .with_detail(lines.join("\n"))
            .with_hint("Use DROP COLUMN … CASCADE to drop the dependent objects too."));
        }
        let is_used = |columns: &[Name]| columns.iter().any(|name| name == column);
        if is_used(&schema.primary_key) {
            schema.primary_key.clear();
        }
        schema.indexes.retain(|index| !is_used(&index.columns));
        schema
            .constraints
            .retain(|unique| !is_used(&unique.columns));
        Ok(())
    }

    pub(super) fn rename_column(&mut self, path: &FieldPath, to: &Name) -> Result<()> {
        self.field(path)?;
        let parent = path.parent();
        if self
            .siblings(parent.as_ref())?
            .iter()
            .any(|field| field.name == *to)
        {
            let renamed = parent.map_or_else(|| to.clone().into(), |parent| parent.child(&**to));
            return Err(self.column_exists(&renamed));
        }
        self.field(path)?.name.clone_from(to);
        if path.is_column() {
            self.rename_uses(path.leaf(), to);
        }
        Ok(())
    }

    /// What uses a column uses it by its new name.
    fn rename_uses(&mut self, column: &str, to: &Name) {
        let schema = self.schema();
        let indexes = schema.indexes.iter_mut().map(|index| &mut index.columns);
        let constraints = schema
            .constraints
            .iter_mut()
            .map(|unique| &mut unique.columns);
        for columns in std::iter::once(&mut schema.primary_key)
            .chain(indexes)
            .chain(constraints)
        {
            for name in columns.iter_mut().filter(|name| *name == column) {
                name.clone_from(to);
            }
        }
    }

    pub(super) fn set_type(&mut self, path: &FieldPath, data_type: &DataType) -> Result<()> {
        let is_key = self.is_part(path, KEY)?;
        if is_key {
            check_key(data_type)?;
        }
        if path.is_column() && data_type.is_nested() {
            self.check_unused(path, data_type)?;
        }
        let field = self.field(path)?;
        let mut changed = Field {
            default: None,
            data_type: data_type.clone(),
            ..field.clone()
        };
        changed.take_identities(field);
        changed.default = carried(path, field, data_type)?;
        check_size(std::slice::from_ref(&changed))?;
        check_field(path.parent().as_ref(), &changed)?;
        let last = changed.assign_identities(self.altered.last_field_id)?;
        *self.field(path)? = changed;
        self.altered.last_field_id = last;
        Ok(())
    }

    /// Checks that no key, index or constraint uses a column that gets parts.
    fn check_unused(&self, column: &FieldPath, data_type: &DataType) -> Result<()> {
        let uses = dependents(&self.altered.schema, column.leaf());
        if uses.is_empty() {
            return Ok(());
        }
        let lines: Vec<String> = uses
            .iter()
            .map(|dependent| format!("{dependent} uses column \"{column}\"."))
            .collect();
        Err(nested_key(column.leaf(), data_type).with_detail(lines.join("\n")))
    }

    pub(super) fn set_default(&mut self, path: &FieldPath, default: &Literal) -> Result<()> {
        for part in [ELEMENT, KEY, VALUE] {
            if self.is_part(path, part)? && *default != Literal::Null {
                return Err(no_default(part));
            }
        }
        let field = self.field(path)?;
        field.default = default.coerce(&field.data_type)?;
        Ok(())
    }

    pub(super) fn drop_not_null(&mut self, path: &FieldPath) -> Result<()> {
        if self.is_part(path, KEY)? {
            return Err(nullable_key());
        }
        if path.is_column() && self.altered.schema.is_key(path.leaf()) {
            return Err(invalid(format!("column \"{path}\" is in a primary key")));
        }
        self.field(path)?.nullable = true;
        Ok(())
    }

    /// Whether the field is this part of an array or a map.
    ///
    /// # Errors
    /// 42703 when there is no such field.
    fn is_part(&mut self, path: &FieldPath, part: &str) -> Result<bool> {
        self.field(path)?;
        let parent = path.parent();
        let parent = parent.and_then(|parent| self.altered.schema.field_at(&parent));
        let is_unnamed = parent.is_some_and(|parent| {
            matches!(parent.data_type, DataType::Array(_) | DataType::Map(_))
        });
        Ok(is_unnamed && path.leaf() == part)
    }

    fn column_exists(&self, path: &FieldPath) -> Error {
        Error::new(
            ErrorKind::AlreadyExists(Object::Column),
            format!(
                "column \"{path}\" of relation \"{}\" already exists",
                self.stream
            ),
        )
    }
}

/// What would go with the column, as a detail names it.
fn dependents(schema: &Schema, column: &str) -> Vec<String> {
    let is_used = |columns: &[Name]| columns.iter().any(|name| name == column);
    let key = is_used(&schema.primary_key).then(|| "The primary key".to_owned());
    let indexes = schema
        .indexes
        .iter()
        .filter(|index| is_used(&index.columns));
    let constraints = schema
        .constraints
        .iter()
        .filter(|unique| is_used(&unique.columns));
    key.into_iter()
        .chain(indexes.map(|index| format!("Index \"{}\"", index.name)))
        .chain(constraints.map(|unique| format!("Constraint \"{}\"", unique.name)))
        .collect()
}
