//! What the catalogs say of a table: a stream, or a relation of the system's.

use std::borrow::Cow;

use super::{cell, type_catalog};
use crate::relation::{Column, Origin, Type, Value};

/// A table as all catalogs tell it.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) oid: u32,
    pub(super) schema_oid: u32,
    pub(super) schema: Cow<'static, str>,
    pub(super) name: Cow<'static, str>,
    pub(super) kind: Kind,
    /// The OID of the type of its rows; 0 for a stream, which has none.
    pub(super) row_type: u32,
    pub(super) comment: Option<Cow<'static, str>>,
    /// The columns, as a query meets them.
    pub(super) columns: Vec<Column>,
    /// What else there is to each of them.
    pub(super) attributes: Vec<Attribute>,
    /// The places of the primary key's columns.
    pub(super) key: Vec<usize>,
    /// The primary key's index, constraints' indexes and the others.
    pub(super) indexes: Vec<Index>,
}

/// `relkind`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `r`
    Table,
    /// `v`
    View,
}

impl Kind {
    pub(super) const fn letter(self) -> u8 {
        match self {
            Self::Table => b'r',
            Self::View => b'v',
        }
    }
}

/// What is known of a column beside its name and type.
#[derive(Debug)]
pub(super) struct Attribute {
    /// The OID of its type, which may be one without values of its own.
    pub(super) type_oid: u32,
    pub(super) not_null: bool,
    /// The OID of its collation; 0 where nothing is collated.
    pub(super) collation: u32,
    /// The expression of its default.
    pub(super) default: Option<String>,
    pub(super) comment: Option<String>,
}

/// An index of a table.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) oid: u32,
    pub(super) name: Cow<'static, str>,
    /// The numbers of its columns in the table.
    pub(super) columns: Vec<i16>,
    pub(super) is_unique: bool,
    /// The constraint that it is there for.
    pub(super) constraint: Option<Constraint>,
}

/// A constraint that has an index of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Constraint {
    pub(super) oid: u32,
    /// Whether it is the primary key, and not a UNIQUE constraint.
    pub(super) is_primary: bool,
}

impl Table {
    /// Adds a column behind the others.
    pub(super) fn add_column(
        &mut self,
        name: Cow<'static, str>,
        (of, modifier): (Type, i32),
        attribute: Attribute,
    ) {
        // A stream has at most 5,000 columns.
        let number = i16::try_from(self.columns.len() + 1).unwrap_or(i16::MAX);
        self.columns.push(Column {
            modifier,
            origin: Some(Origin {
                table: self.oid,
                column: number,
            }),
            ..Column::named(name, of)
        });
        self.attributes.push(attribute);
    }

    /// Adds an index behind the others.
    pub(super) fn add_index(&mut self, index: Index) {
        if index.is_primary() {
            let places = index.columns.iter();
            let places = places.filter_map(|number| usize::try_from(number - 1).ok());
            self.key = places.collect();
        }
        self.indexes.push(index);
    }

    /// Its columns with their numbers and what else there is to them.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (i16, &Column, &Attribute)> {
        let columns = self.columns.iter().zip(&self.attributes);
        (1..)
            .zip(columns)
            .map(|(number, (column, attribute))| (number, column, attribute))
    }

    /// The column of this number.
    pub(super) fn column(&self, number: i16) -> Option<(&Column, &Attribute)> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        Some((self.columns.get(place)?, self.attributes.get(place)?))
    }

    /// Whether the OID is its own, or that of one of its indexes and constraints.
    pub(super) fn has(&self, oid: u32) -> bool {
        let is_it = |index: &Index| {
            index.oid == oid
                || index
                    .constraint
                    .is_some_and(|constraint| constraint.oid == oid)
        };
        self.oid == oid || self.indexes.iter().any(is_it)
    }

    /// The constraints with their indexes.
    pub(super) fn constraints(&self) -> impl Iterator<Item = (Constraint, &Index)> {
        let indexes = self.indexes.iter();
        indexes.filter_map(|index| Some((index.constraint?, index)))
    }

    /// Whether it is a stream and not a relation of the system's.
    pub(super) fn is_stream(&self) -> bool {
        super::schemas::of_oid(self.schema_oid).is_none()
    }
}

impl Index {
    pub(super) fn is_primary(&self) -> bool {
        self.constraint
            .is_some_and(|constraint| constraint.is_primary)
    }

    /// Its columns as they are in the table.
    pub(super) fn columns_of<'a>(
        &'a self,
        table: &'a Table,
    ) -> impl Iterator<Item = (&'a Column, &'a Attribute)> {
        self.columns
            .iter()
            .filter_map(|number| table.column(*number))
    }

    /// The numbers of its columns, as an array of `int2`.
    pub(super) fn key(&self) -> Value {
        cell::array(Type::INT2, self.columns.iter().copied().map(Value::Int2))
    }
}

impl Attribute {
    /// That of a column of which nothing else is said.
    pub(super) fn of_type(type_oid: u32) -> Self {
        Self {
            type_oid,
            not_null: false,
            collation: type_catalog::of_oid(type_oid).map_or(0, |entry| entry.collation),
            default: None,
            comment: None,
        }
    }

    /// The column's type, if there is such a type.
    pub(super) fn type_entry(&self) -> Option<&'static type_catalog::TypeEntry> {
        type_catalog::of_oid(self.type_oid)
    }
}
