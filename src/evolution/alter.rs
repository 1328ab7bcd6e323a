//! Applying the actions of an `ALTER STREAM` to a schema.

use crate::error::{Definition, Error, ErrorKind, Object, Result};
use crate::schema::{
    Alteration, ColumnSpec, Constraint, DataType, ELEMENT, Field, FieldId, FieldPath, Index, KEY,
    Literal, MAX_NAME_BYTES, Name, ObjectId, Schema, VALUE, check_column_count, check_field,
    check_key, check_size, nearest, nested_key, no_default, nullable_key,
};

/// What came of the actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Altered {
    /// The schema after all of them.
    pub schema: Schema,
    /// The last identity that was ever given to a field of the stream.
    pub last_field_id: FieldId,
    /// Comments of columns that were added and are still there.
    pub comments: Vec<(FieldId, String)>,
    /// What was skipped for an `IF [NOT] EXISTS`, in PostgreSQL's words for
    /// the notice.
    pub skipped: Vec<String>,
}

/// An action that cannot be done; none of them was.
#[derive(Debug)]
pub struct AlterError {
    /// Where it stands among the actions, from 0.
    pub index: usize,
    /// Why.
    pub error: Error,
}

impl From<AlterError> for Error {
    fn from(alter: AlterError) -> Self {
        alter.error
    }
}

/// Applies the actions to the schema of `stream` in order; each sees the
/// effect of the ones before. Fields get new identities after `last_field_id`,
/// indexes and constraints from `next_object_id`. Whether an index's name is
/// free in the namespace is for the caller to know.
///
/// # Errors
/// As PostgreSQL: 42703 for a column that is none, 42701 for one that is there
/// already, 42P16 for a stream without columns, a second primary key or a
/// nullable key, 2BP01 for dropping a column that a key, an index or a
/// constraint uses, 42704, 42710 and 42P07 for names of indexes and
/// constraints, 42804 for a default that does not fit a new type, 54011 for
/// too many columns, 54001 for types that nest too deep, 0A000 for a key over a
/// column with parts and for what the parts of arrays and maps cannot have, and
/// what [`Literal::coerce`] says of a default.
pub fn alter(
    stream: &str,
    schema: &Schema,
    last_field_id: FieldId,
    alterations: &[Alteration],
    next_object_id: &mut dyn FnMut() -> ObjectId,
) -> Result<Altered, AlterError> {
    let last_field_id = schema.last_field_id().max(last_field_id);
    let mut altering = Altering {
        stream,
        next_object_id,
        altered: Altered {
            schema: schema.clone(),
            last_field_id,
            comments: Vec::new(),
            skipped: Vec::new(),
        },
    };
    for (index, alteration) in alterations.iter().enumerate() {
        altering
            .apply(alteration)
            .map_err(|error| AlterError { index, error })?;
    }
    check_size(&altering.altered.schema.fields).map_err(|error| AlterError {
        index: alterations.iter().rposition(grows).unwrap_or_default(),
        error,
    })?;
    Ok(altering.altered)
}

/// Whether a schema can be too large because of the action.
fn grows(alteration: &Alteration) -> bool {
    matches!(
        alteration,
        Alteration::AddColumn { .. } | Alteration::SetType { .. }
    )
}

struct Altering<'a> {
    stream: &'a str,
    next_object_id: &'a mut dyn FnMut() -> ObjectId,
    altered: Altered,
}

impl Altering<'_> {
    fn apply(&mut self, alteration: &Alteration) -> Result<()> {
        match alteration {
            Alteration::AddColumn {
                parent,
                column,
                if_not_exists,
            } => self.add_column(parent.as_ref(), column, *if_not_exists),
            Alteration::DropColumn {
                column,
                if_exists,
                cascade,
            } => self.drop_column(column, *if_exists, *cascade),
            Alteration::RenameColumn { column, to } => self.rename_column(column, to),
            Alteration::SetType { column, data_type } => self.set_type(column, data_type),
            Alteration::SetDefault { column, default } => self.set_default(column, default),
            Alteration::DropDefault { column } => self.set_default(column, &Literal::Null),
            Alteration::SetNotNull { column } => {
                self.field(column)?.nullable = false;
                Ok(())
            }
            Alteration::DropNotNull { column } => self.drop_not_null(column),
            Alteration::AddPrimaryKey { columns } => self.add_primary_key(columns),
            Alteration::DropPrimaryKey => self.drop_primary_key(),
            Alteration::AddUnique { name, columns } => self.add_unique(name.as_ref(), columns),
            Alteration::DropConstraint { name } => self.drop_constraint(name),
            Alteration::AddIndex {
                name,
                columns,
                unique,
            } => self.add_index(name.as_ref(), columns, *unique),
            Alteration::DropIndex { name } => self.drop_index(name),
        }
    }

    fn schema(&mut self) -> &mut Schema {
        &mut self.altered.schema
    }

    fn field(&mut self, path: &FieldPath) -> Result<&mut Field> {
        if self.altered.schema.field_at(path).is_none() {
            return Err(self.no_such_column(path));
        }
        let mut names = path.names().iter();
        let position = |fields: &[Field], name: &Name| {
            fields
                .iter()
                .position(|field| field.name == *name)
                .expect("there is such a field")
        };
        let fields = &mut self.altered.schema.fields;
        let first = position(fields, path.column());
        names.next();
        let mut field = &mut fields[first];
        for name in names {
            let children = field.data_type.children_mut();
            let next = position(children, name);
            field = &mut children[next];
        }
        Ok(field)
    }

    /// The fields among which a part of `parent` is, or the columns.
    ///
    /// # Errors
    /// 42703 when there is no such parent, 42804 when its parts cannot be
    /// added, dropped and renamed: it is no struct.
    fn siblings(&mut self, parent: Option<&FieldPath>) -> Result<&mut Vec<Field>> {
        let Some(parent) = parent else {
            return Ok(&mut self.altered.schema.fields);
        };
        match &mut self.field(parent)?.data_type {
            DataType::Struct(members) => Ok(members),
            other => Err(not_a_struct(parent, other)),
        }
    }

    fn add_column(
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

    fn drop_column(&mut self, path: &FieldPath, if_exists: bool, cascade: bool) -> Result<()> {
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

    fn rename_column(&mut self, path: &FieldPath, to: &Name) -> Result<()> {
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

    fn set_type(&mut self, path: &FieldPath, data_type: &DataType) -> Result<()> {
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
        if let Some(default) = &field.default {
            changed.default = default.literal().coerce(data_type).map_err(|cause| {
                Error::new(
                    ErrorKind::InvalidDefinition(Definition::TypeMismatch),
                    format!(
                        "default for column \"{path}\" cannot be cast automatically to type {data_type}"
                    ),
                )
                .with_detail(format!("The default is {default}: {cause}."))
                .with_hint("Drop the default in the same ALTER before the type, and set one after it.")
            })?;
        }
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

    fn set_default(&mut self, path: &FieldPath, default: &Literal) -> Result<()> {
        for part in [ELEMENT, KEY, VALUE] {
            if self.is_part(path, part)? && *default != Literal::Null {
                return Err(no_default(part));
            }
        }
        let field = self.field(path)?;
        field.default = default.coerce(&field.data_type)?;
        Ok(())
    }

    fn drop_not_null(&mut self, path: &FieldPath) -> Result<()> {
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

    fn add_primary_key(&mut self, columns: &[Name]) -> Result<()> {
        let stream = self.stream;
        let schema = self.schema();
        if !schema.primary_key.is_empty() {
            return Err(invalid(format!(
                "multiple primary keys for stream \"{stream}\" are not allowed"
            ))
            .with_hint("Use DROP PRIMARY KEY first."));
        }
        schema.set_primary_key(columns)
    }

    fn drop_primary_key(&mut self) -> Result<()> {
        if self.altered.schema.primary_key.is_empty() {
            return Err(Error::new(
                ErrorKind::NotFound(Object::Constraint),
                format!("relation \"{}\" has no primary key", self.stream),
            ));
        }
        self.schema().primary_key.clear();
        Ok(())
    }

    fn add_unique(&mut self, name: Option<&Name>, columns: &[Name]) -> Result<()> {
        self.altered.schema.check_key_columns(columns)?;
        let name = match name {
            Some(name) if self.is_taken(name) => {
                return Err(Error::new(
                    ErrorKind::AlreadyExists(Object::Constraint),
                    format!(
                        "constraint \"{name}\" for relation \"{}\" already exists",
                        self.stream
                    ),
                ));
            }
            Some(name) => name.clone(),
            None => self.free_name(columns, "key"),
        };
        let id = (self.next_object_id)();
        self.schema().constraints.push(Constraint {
            id,
            name,
            columns: columns.to_vec(),
        });
        Ok(())
    }

    fn drop_constraint(&mut self, name: &str) -> Result<()> {
        let constraints = &mut self.altered.schema.constraints;
        if let Some(position) = constraints.iter().position(|unique| unique.name == name) {
            constraints.remove(position);
            return Ok(());
        }
        if self.is_primary_key_name(name) {
            return self.drop_primary_key();
        }
        Err(Error::new(
            ErrorKind::NotFound(Object::Constraint),
            format!(
                "constraint \"{name}\" of relation \"{}\" does not exist",
                self.stream
            ),
        ))
    }

    fn add_index(&mut self, name: Option<&Name>, columns: &[Name], unique: bool) -> Result<()> {
        self.altered.schema.check_key_columns(columns)?;
        let name = match name {
            Some(name) if self.is_taken(name) => {
                return Err(Error::new(
                    ErrorKind::AlreadyExists(Object::Index),
                    format!("relation \"{name}\" already exists"),
                ));
            }
            Some(name) => name.clone(),
            None => self.free_name(columns, "idx"),
        };
        let id = (self.next_object_id)();
        self.schema().indexes.push(Index {
            id,
            name,
            columns: columns.to_vec(),
            unique,
        });
        Ok(())
    }

    fn drop_index(&mut self, name: &str) -> Result<()> {
        let Schema {
            indexes,
            constraints,
            ..
        } = &mut self.altered.schema;
        let Some(position) = indexes.iter().position(|index| index.name == name) else {
            if constraints.iter().any(|constraint| constraint.name == name) {
                return Err(Error::new(
                    ErrorKind::Dependents,
                    format!("cannot drop index \"{name}\" because a constraint requires it"),
                )
                .with_hint(format!(
                    "You can drop constraint \"{name}\" of stream \"{}\" instead.",
                    self.stream
                )));
            }
            return Err(Error::new(
                ErrorKind::NotFound(Object::Index),
                format!("index \"{name}\" does not exist"),
            ));
        };
        indexes.remove(position);
        Ok(())
    }

    /// With an `IF [NOT] EXISTS`, what would have been the error is a notice.
    fn skip_or_fail(&mut self, skip: bool, error: Error) -> Result<()> {
        if !skip {
            return Err(error);
        }
        self.altered.skipped.push(format!("{error}, skipping"));
        Ok(())
    }

    /// PostgreSQL's name for the constraint that is the primary key.
    fn is_primary_key_name(&self, name: &str) -> bool {
        !self.altered.schema.primary_key.is_empty() && name == format!("{}_pkey", self.stream)
    }

    fn is_taken(&self, name: &str) -> bool {
        let schema = &self.altered.schema;
        schema.indexes.iter().any(|index| index.name == name)
            || schema.constraints.iter().any(|unique| unique.name == name)
            || self.is_primary_key_name(name)
    }

    /// A name as PostgreSQL makes it: `orders_a_b_key`, with a number when it
    /// is taken; cut where names end.
    fn free_name(&self, columns: &[Name], suffix: &str) -> Name {
        let stem = format!("{}_{}", self.stream, columns.join("_"));
        let numbers =
            std::iter::once(String::new()).chain((1u32..).map(|number| number.to_string()));
        numbers
            .map(|number| {
                let suffix = format!("_{suffix}{number}");
                let longest = stem.len().min(MAX_NAME_BYTES - suffix.len());
                let end = (0..=longest)
                    .rev()
                    .find(|end| stem.is_char_boundary(*end))
                    .unwrap_or(0);
                format!("{}{suffix}", &stem[..end])
            })
            .find(|name| !self.is_taken(name))
            .expect("there are more numbers than names in a schema")
    }

    fn no_such_column(&self, path: &FieldPath) -> Error {
        let error = Error::new(
            ErrorKind::NotFound(Object::Column),
            format!(
                "column \"{path}\" of relation \"{}\" does not exist",
                self.stream
            ),
        );
        let siblings = match path.parent() {
            None => self.altered.schema.fields.as_slice(),
            Some(parent) => match self.altered.schema.field_at(&parent) {
                Some(field) => field.data_type.children(),
                None => &[],
            },
        };
        let names = siblings.iter().map(|field| field.name.as_str());
        match nearest(path.leaf(), names) {
            Some(name) => error.with_hint(format!("Perhaps you meant column \"{name}\".")),
            None => error,
        }
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

fn not_a_struct(path: &FieldPath, data_type: &DataType) -> Error {
    let error = Error::new(
        ErrorKind::InvalidDefinition(Definition::TypeMismatch),
        format!("column \"{path}\" is of type {data_type}, which is no struct"),
    )
    .with_detail("Only the fields of a struct can be added, dropped and renamed.");
    let structs = data_type
        .children()
        .iter()
        .find(|part| matches!(part.data_type, DataType::Struct(_)));
    match structs {
        Some(part) => error.with_hint(format!(
            "Perhaps you meant \"{}\".",
            path.child(part.name.as_str())
        )),
        None => error,
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

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidDefinition(Definition::Stream), message)
}
