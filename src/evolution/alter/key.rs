//! What is done to the primary key, constraints and indexes.

use super::alter::{Altering, invalid};
use crate::error::{Error, ErrorKind, Object, Result};
use crate::schema::{Constraint, Index, Name, Schema, free_name};

impl Altering<'_> {
    pub(super) fn add_primary_key(&mut self, columns: &[Name]) -> Result<()> {
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

    pub(super) fn drop_primary_key(&mut self) -> Result<()> {
        if self.altered.schema.primary_key.is_empty() {
            return Err(Error::new(
                ErrorKind::NotFound(Object::Constraint),
                format!("relation \"{}\" has no primary key", self.stream),
            ));
        }
        self.schema().primary_key.clear();
        Ok(())
    }

    pub(super) fn add_unique(&mut self, name: Option<&Name>, columns: &[Name]) -> Result<()> {
        self.altered.schema.check_key_columns(columns)?;
        let name = match name {
            Some(name) if self.is_taken(name) => {
                return Err(name_taken(name));
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

    pub(super) fn drop_constraint(&mut self, name: &str) -> Result<()> {
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

    pub(super) fn add_index(
        &mut self,
        name: Option<&Name>,
        columns: &[Name],
        unique: bool,
    ) -> Result<()> {
        self.altered.schema.check_key_columns(columns)?;
        let name = match name {
            Some(name) if self.is_taken(name) => {
                return Err(name_taken(name));
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

    pub(super) fn drop_index(&mut self, name: &str) -> Result<()> {
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

    fn free_name(&self, columns: &[Name], suffix: &str) -> Name {
        made_name(self.stream, columns, suffix, |name| self.is_taken(name))
    }
}

/// There is an index or constraint of this name (42P07): as in PostgreSQL, both are
/// relations.
fn name_taken(name: &Name) -> Error {
    Error::new(
        ErrorKind::AlreadyExists(Object::Index),
        format!("relation \"{name}\" already exists"),
    )
}

/// A name for an index or a constraint as PostgreSQL makes it:
/// `orders_a_b_key`, with a number when it is taken; cut where names end.
pub(crate) fn made_name(
    stream: &str,
    columns: &[Name],
    suffix: &str,
    is_taken: impl Fn(&str) -> bool,
) -> Name {
    let stem = format!("{stream}_{}", columns.join("_"));
    let numbers = std::iter::once(String::new()).chain((1u32..).map(|number| number.to_string()));
    let suffixes = numbers.map(|number| format!("_{suffix}{number}"));
    free_name(&stem, suffixes, is_taken).expect("there are more numbers than names in a schema")
}
