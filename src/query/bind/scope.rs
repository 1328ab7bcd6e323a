//! Which columns an expression can name.

use crate::error::{Definition, Error, ErrorKind, Object, Result};
use crate::query::names;
use crate::query::typed::Typed;
use crate::relation::{Origin, Type};

/// A column, as people call it and as the plan does.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// What people call it.
    pub(super) name: String,
    /// Its name in the plan.
    pub(super) column: String,
    pub(super) data_type: Type,
    pub(super) modifier: i32,
    pub(super) origin: Option<Origin>,
}

impl Field {
    /// The column as an expression over its plan.
    pub(super) fn typed(&self) -> Typed {
        Typed {
            expr: names::column(&self.column),
            data_type: self.data_type.clone(),
            modifier: self.modifier,
            origin: self.origin,
        }
    }
}

/// A table of a FROM clause (PostgreSQL calls it a range table entry).
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The schema of a table that has no alias.
    pub(super) schema: Option<String>,
    /// Its alias, or its name; nothing for a join or a sub-query without one.
    pub(super) name: Option<String>,
    pub(super) fields: Vec<Field>,
    /// Whether it is a function that answers values: a row of it is just the value.
    pub(super) is_value: bool,
    /// The OID of a table.
    pub(super) oid: Option<u32>,
    /// The places of the columns of its primary key.
    pub(super) key: Vec<usize>,
}

/// What the tables of a FROM clause offer.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub(super) entries: Vec<Entry>,
    /// What `*` stands for, and a name alone can mean: the columns that USING
    /// merged are there once.
    pub(super) columns: Vec<Field>,
}

impl Scope {
    /// The scope of one table.
    pub(super) fn of(entry: Entry) -> Self {
        Self {
            columns: entry.fields.clone(),
            entries: vec![entry],
        }
    }

    /// All columns there are, whatever they are called.
    pub(super) fn all(&self) -> impl Iterator<Item = &Field> {
        let own = self.entries.iter().flat_map(|entry| &entry.fields);
        own.chain(&self.columns)
    }

    /// What both offer.
    ///
    /// # Errors
    /// 42712 for a name that both have.
    pub(super) fn beside(mut self, other: Self) -> Result<Self> {
        for entry in &other.entries {
            if let Some(name) = &entry.name
                && self.entries.iter().any(|own| own.clashes(entry))
            {
                return Err(Error::new(
                    ErrorKind::InvalidDefinition(Definition::DuplicateAlias),
                    format!("table name \"{name}\" specified more than once"),
                ));
            }
        }
        self.entries.extend(other.entries);
        self.columns.extend(other.columns);
        Ok(self)
    }

    /// The column that a name alone means, if there is one.
    ///
    /// # Errors
    /// 42702 when it could be more than one.
    pub(super) fn column(&self, name: &str) -> Result<Option<&Field>> {
        only(self.columns.iter().filter(|field| field.name == name), name)
    }

    /// The table of this name.
    pub(super) fn entry(&self, schema: Option<&str>, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| {
            entry.name.as_deref() == Some(name)
                && (schema.is_none() || schema == entry.schema.as_deref())
        })
    }
}

impl Entry {
    fn clashes(&self, other: &Self) -> bool {
        self.name == other.name
            && match (&self.schema, &other.schema) {
                (Some(own), Some(other)) => own == other,
                _ => true,
            }
    }

    /// The column of this name, if there is one.
    ///
    /// # Errors
    /// 42702 when there are more.
    pub(super) fn column(&self, name: &str) -> Result<Option<&Field>> {
        only(self.fields.iter().filter(|field| field.name == name), name)
    }
}

/// The one field there is.
pub(super) fn only<'a>(
    mut found: impl Iterator<Item = &'a Field>,
    name: &str,
) -> Result<Option<&'a Field>> {
    let first = found.next();
    match found.next() {
        None => Ok(first),
        Some(_) => Err(Error::new(
            ErrorKind::InvalidDefinition(Definition::AmbiguousColumn),
            format!("column reference \"{name}\" is ambiguous"),
        )),
    }
}

/// 42703
pub(super) fn no_column(table: Option<&str>, name: &str) -> Error {
    let message = match table {
        Some(table) => format!("column {table}.{name} does not exist"),
        None => format!("column \"{name}\" does not exist"),
    };
    Error::new(ErrorKind::NotFound(Object::Column), message)
}

/// 42P01
pub(super) fn no_entry(name: &str) -> Error {
    Error::new(
        ErrorKind::NotFound(Object::Stream),
        format!("missing FROM-clause entry for table \"{name}\""),
    )
}
