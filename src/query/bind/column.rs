//! What a name in an expression means (PostgreSQL manual, 4.2.1).

use super::binder::Binder;
use super::literal::constant;
use super::row::record;
use super::scope::{Entry, Field, no_column, no_entry};
use crate::error::{Error, ErrorKind, Result};
use crate::query::typed::Typed;
use crate::relation::{Type, Value};

impl Binder<'_> {
    /// What a name means: a column, or a whole row.
    pub(super) fn column_named(&mut self, names: &[String]) -> Result<Typed> {
        match names {
            [name] => self.column_alone(name),
            [table, name] => self.column_of(None, table, name),
            [schema, table, name] | [_, schema, table, name] => {
                self.column_of(Some(schema), table, name)
            }
            _ => Err(Error::new(
                ErrorKind::Syntax,
                format!(
                    "improper qualified name (too many dotted names): {}",
                    names.join(".")
                ),
            )),
        }
    }

    fn column_alone(&mut self, name: &str) -> Result<Typed> {
        for (level, frame) in self.frames.iter().enumerate().rev() {
            if let Some(field) = frame.scope.column(name)? {
                let field = field.clone();
                return Ok(self.seen(&field, level));
            }
        }
        for (level, frame) in self.frames.iter().enumerate().rev() {
            if let Some(entry) = frame.scope.entry(None, name) {
                if let (true, [value]) = (entry.is_value, entry.fields.as_slice()) {
                    let value = value.clone();
                    return Ok(self.seen(&value, level));
                }
                let fields = entry.fields.clone();
                return Ok(self.whole_row(&fields, level));
            }
            if let [entry] = frame.scope.entries.as_slice()
                && let Some(typed) = self.system_column(entry, name)?
            {
                self.named.insert(level);
                return Ok(typed);
            }
        }
        Err(self.nearest(no_column(None, name), name))
    }

    /// An error about a column, with the one that was perhaps meant.
    fn nearest(&self, error: Error, name: &str) -> Error {
        let entries = self
            .frames
            .iter()
            .rev()
            .flat_map(|frame| &frame.scope.entries);
        let columns = entries.flat_map(|entry| {
            let fields = entry.fields.iter();
            fields.map(|field| (entry.name.as_deref(), field.name.as_str()))
        });
        let near = columns
            .map(|(table, column)| (strsim::levenshtein(column, name), table, column))
            .filter(|(distance, ..)| *distance <= (name.chars().count() / 2).min(3))
            .min_by_key(|(distance, ..)| *distance);
        match near {
            Some((_, Some(table), column)) => error.with_hint(format!(
                "Perhaps you meant to reference the column \"{table}.{column}\"."
            )),
            Some((_, None, column)) => error.with_hint(format!(
                "Perhaps you meant to reference the column \"{column}\"."
            )),
            None => error,
        }
    }

    fn column_of(&mut self, schema: Option<&str>, table: &str, name: &str) -> Result<Typed> {
        for (level, frame) in self.frames.iter().enumerate().rev() {
            let Some(entry) = frame.scope.entry(schema, table) else {
                continue;
            };
            if let Some(field) = entry.column(name)? {
                let field = field.clone();
                return Ok(self.seen(&field, level));
            }
            return match self.system_column(entry, name)? {
                Some(typed) => {
                    self.named.insert(level);
                    Ok(typed)
                }
                None => Err(self.nearest(no_column(Some(table), name), name)),
            };
        }
        Err(no_entry(table))
    }

    /// The columns that every table has beside its own (PostgreSQL manual, 5.5). All
    /// rows are told as written by the latest change, so that who reads on from where
    /// it was reads them again; they have no place.
    fn system_column(&self, entry: &Entry, name: &str) -> Result<Option<Typed>> {
        let Some(oid) = entry.oid else {
            return Ok(None);
        };
        let (value, of) = match name {
            "tableoid" => (Value::Oid(oid), Type::OID),
            "xmin" => (
                Value::Oid(self.catalog.transaction_of_32_bits()?),
                Type::XID,
            ),
            "xmax" => (Value::Oid(0), Type::XID),
            "cmin" | "cmax" => (Value::Oid(0), Type::CID),
            "ctid" => (Value::Tid { block: 0, place: 0 }, Type::TID),
            _ => return Ok(None),
        };
        constant(&value, of).map(Some)
    }

    /// A column of the query at this level, from where we are.
    fn seen(&mut self, field: &Field, level: usize) -> Typed {
        self.named.insert(level);
        let typed = field.typed();
        match level + 1 == self.frames.len() {
            true => typed,
            false => Typed {
                expr: self.outer(&field.column),
                ..typed
            },
        }
    }

    /// A row of a table of the query at this level as one value.
    pub(super) fn whole_row(&mut self, fields: &[Field], level: usize) -> Typed {
        let members = fields.iter().map(|field| {
            let member = self.seen(field, level);
            (field.name.clone(), member)
        });
        record(members.collect())
    }
}
