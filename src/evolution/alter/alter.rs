//! One action after another.

use crate::error::{Definition, Error, ErrorKind, Object, Result};
use crate::schema::{
    Alteration, DataType, Field, FieldId, FieldPath, Literal, Name, ObjectId, Schema, check_size,
    nearest,
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
/// constraint uses, 42704 and 42P07 for names of indexes and
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

/// The schema between two actions.
pub(super) struct Altering<'a> {
    /// The stream's name, for messages and made names.
    pub(super) stream: &'a str,
    /// Where indexes and constraints get their identities from.
    pub(super) next_object_id: &'a mut dyn FnMut() -> ObjectId,
    /// What came of the actions so far.
    pub(super) altered: Altered,
}

impl Altering<'_> {
    fn apply(&mut self, alteration: &Alteration) -> Result<()> {
        let defaults = self.defaults_above(alteration);
        self.act(alteration)?;
        self.carry_defaults(defaults)
    }

    fn act(&mut self, alteration: &Alteration) -> Result<()> {
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

    /// The schema, to be changed.
    pub(super) fn schema(&mut self) -> &mut Schema {
        &mut self.altered.schema
    }

    /// The field at the end of the way, to be changed.
    ///
    /// # Errors
    /// 42703 when there is none.
    pub(super) fn field(&mut self, path: &FieldPath) -> Result<&mut Field> {
        if self.altered.schema.field_at(path).is_none() {
            return Err(self.no_such_column(path));
        }
        let field = self.altered.schema.field_at_mut(path);
        Ok(field.expect("there is such a field"))
    }

    /// The fields among which a part of `parent` is, or the columns.
    ///
    /// # Errors
    /// 42703 when there is no such parent, 42804 when its parts cannot be
    /// added, dropped and renamed: it is no struct.
    pub(super) fn siblings(&mut self, parent: Option<&FieldPath>) -> Result<&mut Vec<Field>> {
        let Some(parent) = parent else {
            return Ok(&mut self.altered.schema.fields);
        };
        match &mut self.field(parent)?.data_type {
            DataType::Struct(members) => Ok(members),
            other => Err(not_a_struct(parent, other)),
        }
    }

    /// With an `IF [NOT] EXISTS`, what would have been the error is a notice.
    pub(super) fn skip_or_fail(&mut self, skip: bool, error: Error) -> Result<()> {
        if !skip {
            return Err(error);
        }
        self.altered.skipped.push(format!("{error}, skipping"));
        Ok(())
    }

    fn no_such_column(&self, path: &FieldPath) -> Error {
        let error = Error::new(
            ErrorKind::NotFound(Object::Column),
            format!(
                "column \"{path}\" of relation \"{}\" does not exist",
                self.stream
            ),
        );
        let mut siblings = self.altered.schema.fields.as_slice();
        let is_missing = |name: &&Name| match siblings.iter().find(|field| field.name == **name) {
            Some(field) => {
                siblings = field.data_type.children();
                false
            }
            None => true,
        };
        let Some(missing) = path.names().iter().find(is_missing) else {
            return error;
        };
        let names = siblings.iter().map(|field| field.name.as_str());
        match nearest(missing, names) {
            Some(name) => error.with_hint(format!("Perhaps you meant column \"{name}\".")),
            None => error,
        }
    }
}

fn not_a_struct(path: &FieldPath, data_type: &DataType) -> Error {
    let error = Error::new(
        ErrorKind::InvalidDefinition(Definition::TypeMismatch),
        format!(
            "column \"{path}\" is of type {}, which is no struct",
            data_type.base_name()
        ),
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

/// The error for a stream that cannot be (42P16).
pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidDefinition(Definition::Stream), message)
}
