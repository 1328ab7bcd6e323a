//! A schema: what readers and writers of a stream's data meet.

use std::collections::HashSet;

use super::name::check_name;
use super::{ColumnSpec, Constraint, Field, FieldId, FieldPath, Index, Name};
use crate::error::{Definition, Error, ErrorKind, Limit, Object, Result};

/// The most columns a schema can have.
pub const MAX_COLUMNS: usize = 5_000;

/// The columns, keys, indexes and constraints of one version of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// The columns, in the order of the version.
    pub fields: Vec<Field>,
    /// Names of the primary key's columns, in order; empty without a key.
    pub primary_key: Vec<Name>,
    /// Declared indexes.
    pub indexes: Vec<Index>,
    /// UNIQUE constraints.
    pub constraints: Vec<Constraint>,
}

/// What is wrong with the columns of a new schema, and with which of them.
#[derive(Debug)]
pub struct ColumnError {
    /// Where the column stands among those given, from 0; nothing when the
    /// error is about the key or the whole.
    pub column: Option<usize>,
    /// What is wrong.
    pub error: Error,
}

impl From<ColumnError> for Error {
    fn from(column: ColumnError) -> Self {
        column.error
    }
}

impl Schema {
    /// The schema of these columns with this primary key (empty for none).
    /// Fields are counted from 1 in their order, and columns of the key are
    /// NOT NULL.
    ///
    /// # Errors
    /// 42P16 without columns, 54011 with more than [`MAX_COLUMNS`], 42701 for
    /// a column named twice, there or in the key, 42703 for a key column that
    /// is none, and what [`Literal::coerce`](super::Literal::coerce) says of a
    /// default.
    pub fn new(columns: &[ColumnSpec], primary_key: &[Name]) -> Result<Self, ColumnError> {
        let whole = |error| ColumnError {
            column: None,
            error,
        };
        check_column_count(columns.len()).map_err(whole)?;
        let mut names = HashSet::new();
        let mut fields = Vec::with_capacity(columns.len());
        for (position, (column, id)) in columns.iter().zip(1..).enumerate() {
            let at_column = |error| ColumnError {
                column: Some(position),
                error,
            };
            if !names.insert(&column.name) {
                return Err(at_column(named_twice(&column.name)));
            }
            fields.push(Field::new(FieldId(id), column).map_err(at_column)?);
        }
        let mut schema = Self {
            fields,
            ..Self::default()
        };
        schema.set_primary_key(primary_key).map_err(whole)?;
        Ok(schema)
    }

    /// Gives an identity to every field that has none: columns in their order,
    /// then their parts, as in Iceberg. Returns the last identity ever given;
    /// nothing when there are no more.
    pub(crate) fn assign_identities(&mut self, last: FieldId) -> Option<FieldId> {
        fn assign(fields: &mut [Field], last: &mut u32) -> Option<()> {
            for field in fields.iter_mut() {
                if field.id == FieldId::UNASSIGNED {
                    *last = last.checked_add(1)?;
                    field.id = FieldId(*last);
                }
            }
            fields
                .iter_mut()
                .try_for_each(|field| assign(field.data_type.children_mut(), last))
        }
        let mut last = last.0;
        assign(&mut self.fields, &mut last)?;
        Some(FieldId(last))
    }

    /// Makes these columns the primary key and NOT NULL.
    ///
    /// # Errors
    /// 42703 for a column that is none, 42701 for one that is named twice.
    pub(crate) fn set_primary_key(&mut self, columns: &[Name]) -> Result<()> {
        self.check_key_columns(columns)?;
        for field in &mut self.fields {
            field.nullable &= !columns.contains(&field.name);
        }
        self.primary_key = columns.to_vec();
        Ok(())
    }

    /// Checks the columns of a key, an index or a constraint.
    ///
    /// # Errors
    /// 42703 for a column that is none, 42701 for one that is named twice.
    pub(crate) fn check_key_columns(&self, columns: &[Name]) -> Result<()> {
        for (position, column) in columns.iter().enumerate() {
            if self.field(column).is_none() {
                return Err(Error::new(
                    ErrorKind::NotFound(Object::Column),
                    format!("column \"{column}\" named in key does not exist"),
                ));
            }
            if columns[..position].contains(column) {
                return Err(Error::new(
                    ErrorKind::AlreadyExists(Object::Column),
                    format!("column \"{column}\" appears twice in key"),
                ));
            }
        }
        Ok(())
    }

    /// Checks everything that is true of a schema built by [`Schema::new`]
    /// and altered since, for one that was built by hand.
    ///
    /// # Errors
    /// As [`Schema::new`]; also 42601 and 42622 for names that are none, 42P16
    /// for a field identity that is zero or given twice, a nullable key column,
    /// and an index or constraint without columns, 42P07 and 42710 for one
    /// that is named twice.
    pub fn validate(&self) -> Result<()> {
        check_column_count(self.fields.len())?;
        let (mut names, mut ids) = (HashSet::new(), HashSet::new());
        for field in &self.fields {
            check_name(&field.name)?;
            if !names.insert(&field.name) {
                return Err(named_twice(&field.name));
            }
            if field.id.0 == 0 || !ids.insert(field.id) {
                return Err(invalid(format!(
                    "column \"{}\" has no identity of its own",
                    field.name
                )));
            }
            if let Some(default) = &field.default {
                let coerced = default.literal().coerce(&field.data_type)?;
                if coerced.as_ref() != Some(default) {
                    return Err(invalid(format!(
                        "default of column \"{}\" is not in its canonical form",
                        field.name
                    )));
                }
            }
        }
        self.check_key_columns(&self.primary_key)?;
        if let Some(field) = self
            .fields
            .iter()
            .find(|field| field.nullable && self.is_key(&field.name))
        {
            return Err(invalid(format!(
                "column \"{}\" is in a primary key and must be NOT NULL",
                field.name
            )));
        }
        let indexes = self
            .indexes
            .iter()
            .map(|index| (&index.name, &index.columns));
        self.check_named(Object::Index, "index", indexes)?;
        let constraints = self
            .constraints
            .iter()
            .map(|unique| (&unique.name, &unique.columns));
        self.check_named(Object::Constraint, "constraint", constraints)
    }

    /// The column of this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field at the end of this way.
    pub fn field_at(&self, path: &FieldPath) -> Option<&Field> {
        let mut fields = self.fields.as_slice();
        let mut found = None;
        for name in path.names() {
            let field = fields.iter().find(|field| field.name == *name)?;
            fields = field.data_type.children();
            found = Some(field);
        }
        found
    }

    /// The column of this identity.
    pub fn field_by_id(&self, id: FieldId) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// Whether the column is part of the primary key.
    pub fn is_key(&self, name: &str) -> bool {
        self.primary_key.iter().any(|column| column == name)
    }

    fn check_named<'a>(
        &self,
        object: Object,
        word: &str,
        named: impl Iterator<Item = (&'a Name, &'a Vec<Name>)>,
    ) -> Result<()> {
        let mut names = HashSet::new();
        for (name, columns) in named {
            check_name(name)?;
            if !names.insert(name) {
                return Err(Error::new(
                    ErrorKind::AlreadyExists(object),
                    format!("{word} \"{name}\" already exists"),
                ));
            }
            if columns.is_empty() {
                return Err(invalid(format!("{word} \"{name}\" has no columns")));
            }
            self.check_key_columns(columns)?;
        }
        Ok(())
    }
}

impl Field {
    /// The field of a declared column.
    ///
    /// # Errors
    /// What [`Literal::coerce`](super::Literal::coerce) says of the default.
    pub(crate) fn new(id: FieldId, column: &ColumnSpec) -> Result<Self> {
        let default = match &column.default {
            Some(literal) => literal.coerce(&column.data_type)?,
            None => None,
        };
        Ok(Self {
            id,
            name: column.name.clone(),
            data_type: column.data_type.clone(),
            nullable: !column.not_null,
            default,
        })
    }
}

/// Checks that a stream can have so many columns (42P16, 54011).
pub(crate) fn check_column_count(columns: usize) -> Result<()> {
    match columns {
        0 => Err(invalid("stream must have at least one column")),
        1..=MAX_COLUMNS => Ok(()),
        _ => Err(Error::new(
            ErrorKind::LimitExceeded(Limit::Columns),
            format!("streams can have at most {MAX_COLUMNS} columns"),
        )),
    }
}

fn named_twice(column: &str) -> Error {
    Error::new(
        ErrorKind::AlreadyExists(Object::Column),
        format!("column \"{column}\" specified more than once"),
    )
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidDefinition(Definition::Stream), message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{DataType, Literal};

    fn column(name: &str) -> ColumnSpec {
        ColumnSpec {
            name: name.to_owned(),
            data_type: DataType::Integer,
            not_null: false,
            default: None,
            comment: None,
        }
    }

    fn names(names: &[&str]) -> Vec<Name> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn fields_are_counted_and_keys_are_not_null() {
        let schema = Schema::new(&[column("a"), column("b")], &names(&["b"])).expect("a schema");
        assert_eq!(schema.field("b").map(|field| field.id), Some(FieldId(2)));
        assert_eq!(schema.field("a").map(|field| field.nullable), Some(true));
        assert_eq!(schema.field("b").map(|field| field.nullable), Some(false));
        assert!(schema.is_key("b") && !schema.is_key("a"));
        schema.validate().expect("what is built is valid");
    }

    #[test]
    fn what_cannot_be_a_schema_is_refused() {
        let bad_default = ColumnSpec {
            default: Some(Literal::String("x".to_owned())),
            ..column("b")
        };
        let many: Vec<_> = (0..=MAX_COLUMNS)
            .map(|i| column(&format!("c{i}")))
            .collect();
        for (columns, key, sqlstate, position, message) in [
            (
                vec![],
                names(&[]),
                "42P16",
                None,
                "stream must have at least one column",
            ),
            (
                many,
                names(&[]),
                "54011",
                None,
                "streams can have at most 5000 columns",
            ),
            (
                vec![column("a"), column("a")],
                names(&[]),
                "42701",
                Some(1),
                "column \"a\" specified more than once",
            ),
            (
                vec![column("a"), bad_default],
                names(&[]),
                "22P02",
                Some(1),
                "invalid input syntax for type integer: \"x\"",
            ),
            (
                vec![column("a")],
                names(&["x"]),
                "42703",
                None,
                "column \"x\" named in key does not exist",
            ),
            (
                vec![column("a")],
                names(&["a", "a"]),
                "42701",
                None,
                "column \"a\" appears twice in key",
            ),
        ] {
            let refused = Schema::new(&columns, &key).expect_err(message);
            assert_eq!(refused.error.message(), message);
            assert_eq!(refused.error.sqlstate(), sqlstate);
            assert_eq!(refused.column, position);
        }
    }
}
