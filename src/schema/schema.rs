//! A schema: what readers and writers of a stream's data meet.

use std::collections::HashSet;

use super::name::check_name;
use super::shape::{
    check_field, check_identities, check_siblings, check_size, invalid, named_twice,
};
use super::{ColumnSpec, Constraint, DataType, Field, FieldId, FieldPath, Index, Name};
use crate::error::{Error, ErrorKind, Limit, Object, Result};

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
    /// Fields are counted from 1: columns in their order, then their parts. The
    /// columns of the key are NOT NULL.
    ///
    /// # Errors
    /// 42P16 without columns and for a type that cannot be (a struct without
    /// fields), 54011 with more than [`MAX_COLUMNS`] or, counting their parts,
    /// [`MAX_FIELDS`](super::MAX_FIELDS), 54001 when they nest deeper than
    /// [`MAX_DEPTH`](super::MAX_DEPTH), 42701 for a column named twice, there
    /// or in the key, 42703 for a key column that is none, 0A000 for one that
    /// has parts, and what [`Literal::coerce`](super::Literal::coerce) says of
    /// a default.
    pub fn new(columns: &[ColumnSpec], primary_key: &[Name]) -> Result<Self, ColumnError> {
        let whole = |error| ColumnError {
            column: None,
            error,
        };
        check_column_count(columns.len()).map_err(whole)?;
        let mut names = HashSet::new();
        let mut fields = Vec::with_capacity(columns.len());
        for (position, column) in columns.iter().enumerate() {
            let at_column = |error| ColumnError {
                column: Some(position),
                error,
            };
            if !names.insert(&column.name) {
                return Err(at_column(named_twice(&column.name.as_str().into())));
            }
            fields.push(Field::new(column).map_err(at_column)?);
        }
        check_size(&fields).map_err(whole)?;
        for (position, field) in fields.iter().enumerate() {
            check_field(None, field).map_err(|error| ColumnError {
                column: Some(position),
                error,
            })?;
        }
        let mut schema = Self {
            fields,
            ..Self::default()
        };
        schema
            .assign_identities(FieldId::UNASSIGNED)
            .map_err(whole)?;
        schema.set_primary_key(primary_key).map_err(whole)?;
        Ok(schema)
    }

    /// Makes these columns the primary key and NOT NULL.
    ///
    /// # Errors
    /// Those of [`Schema::check_key_columns`].
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
    /// 42703 for a column that is none, 42701 for one that is named twice, 0A000
    /// for one that has parts.
    pub(crate) fn check_key_columns(&self, columns: &[Name]) -> Result<()> {
        for (position, column) in columns.iter().enumerate() {
            let field = self.field(column).ok_or_else(|| {
                Error::new(
                    ErrorKind::NotFound(Object::Column),
                    format!("column \"{column}\" named in key does not exist"),
                )
            })?;
            if field.data_type.is_nested() {
                return Err(nested_key(column, &field.data_type));
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
    /// for a field identity that is zero or given twice among the columns and
    /// their parts, a nullable key column,
    /// and an index or constraint without columns, 42P07 and 42710 for one
    /// that is named twice.
    pub fn validate(&self) -> Result<()> {
        check_column_count(self.fields.len())?;
        check_size(&self.fields)?;
        check_siblings(None, &self.fields)?;
        check_identities(&self.fields)?;
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

    /// The field at the end of this way, to be changed.
    pub(crate) fn field_at_mut(&mut self, path: &FieldPath) -> Option<&mut Field> {
        let (column, parts) = path.names().split_first()?;
        let column = self.fields.iter_mut().find(|field| field.name == *column)?;
        parts.iter().try_fold(column, |field, name| {
            let mut children = field.data_type.children_mut().iter_mut();
            children.find(|child| child.name == *name)
        })
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
    /// The field of a declared column, without an identity yet.
    ///
    /// # Errors
    /// What [`Literal::coerce`](super::Literal::coerce) says of the default.
    pub(crate) fn new(column: &ColumnSpec) -> Result<Self> {
        let default = match &column.default {
            Some(literal) => literal.coerce(&column.data_type)?,
            None => None,
        };
        let mut field = Self {
            id: FieldId::UNASSIGNED,
            name: column.name.clone(),
            data_type: column.data_type.clone(),
            nullable: !column.not_null,
            default,
        };
        field.forget_identities();
        Ok(field)
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

/// The error for a column that has parts in a key, an index or a constraint.
pub(crate) fn nested_key(column: &str, data_type: &DataType) -> Error {
    Error::unsupported(
        format!(
            "a key over column \"{column}\" of type {}",
            data_type.base_name()
        ),
        "Keys, indexes and constraints are over columns without parts.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Literal, MAX_DEPTH, MAX_FIELDS};

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
    fn parts_are_found_by_path_and_never_bring_an_identity() {
        let other = Schema::new(
            &[ColumnSpec {
                data_type: "struct<x int[]>".parse().expect("a type"),
                ..column("s")
            }],
            &[],
        )
        .expect("a schema");
        let like = ColumnSpec {
            data_type: other.fields[0].data_type.clone(),
            ..column("t")
        };
        let schema = Schema::new(&[column("a"), like, column("b")], &[]).expect("a schema");
        let path = FieldPath::from("t").child("x").child("element");
        assert_eq!(
            schema.field_at(&path).map(|field| field.id),
            Some(FieldId(5))
        );
        assert_eq!(schema.field_at(&path.child("y")), None);
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
        let nested = |name: &str, data_type: DataType| ColumnSpec {
            data_type,
            ..column(name)
        };
        let part = |name: &str, data_type: DataType| {
            Field::new(&nested(name, data_type)).expect("a field")
        };
        let wide = |fields: usize| {
            let fields = (0..fields).map(|i| part(&format!("f{i}"), DataType::Integer));
            nested("wide", DataType::Struct(fields.collect()))
        };
        let deep = (0..=MAX_DEPTH).fold(DataType::Integer, |inner, _| DataType::array(inner, true));
        Schema::new(&[wide(MAX_FIELDS - 1)], &[]).expect("as wide as can be");
        for (columns, key, sqlstate, position, message) in [
            (
                vec![column("a"), wide(MAX_FIELDS - 1)],
                names(&[]),
                "54011",
                None,
                "streams can have at most 20000 fields",
            ),
            (
                vec![nested("a", deep)],
                names(&[]),
                "54001",
                None,
                "type is nested too deeply",
            ),
            (
                vec![column("a"), nested("b", DataType::Struct(vec![]))],
                names(&[]),
                "42P16",
                Some(1),
                "struct \"b\" has no fields",
            ),
            (
                vec![nested(
                    "a",
                    DataType::Struct(vec![part("b", DataType::Text), part("b", DataType::Text)]),
                )],
                names(&[]),
                "42701",
                Some(0),
                "column \"a.b\" specified more than once",
            ),
            (
                vec![nested(
                    "a",
                    DataType::map(DataType::Json, DataType::Text, true),
                )],
                names(&[]),
                "0A000",
                Some(0),
                "a map with keys of type json is not supported",
            ),
            (
                vec![nested(
                    "a",
                    DataType::Array(Box::new(part("e", DataType::Text))),
                )],
                names(&[]),
                "42P16",
                Some(0),
                "\"a.e\" must be called \"element\"",
            ),
            (
                vec![nested("a", DataType::array(DataType::Text, true))],
                names(&["a"]),
                "0A000",
                None,
                "a key over column \"a\" of type array is not supported",
            ),
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
