//! The statements.

use std::collections::HashSet;

use super::column_type::{column_type, is_promotion};
use super::literal::{literal, quoted};
use crate::evolution::sink::sink::Dialect;
use crate::evolution::sink::{Hop, Migration, Refusal, SinkStep};
use crate::evolution::{Comments, SchemaChange};
use crate::schema::{DataType, Field, FieldPath, Name, Schema, StreamName};

/// Iceberg's way to say it, in Spark SQL.
pub(in crate::evolution::sink) struct Iceberg;

impl Dialect for Iceberg {
    fn create_table(
        &self,
        name: &StreamName,
        schema: &Schema,
        comments: &Comments,
    ) -> Result<SinkStep, Vec<Refusal>> {
        let mut refusals = Vec::new();
        let mut columns = Vec::new();
        for field in &schema.fields {
            let path = FieldPath::from(field.name.as_str());
            match column_type(&path, &field.data_type) {
                Ok(data_type) => {
                    let not_null = if field.nullable { "" } else { " NOT NULL" };
                    let said = comment(comments.of(field));
                    let name = quote(&field.name);
                    columns.push(format!("{name} {data_type}{not_null}{said}"));
                }
                Err(refusal) => refusals.push(refusal),
            }
            refusals.extend(check_members(&path, field.data_type.children()).err());
        }
        refusals.extend(check_names(None, &schema.fields).err());
        refusals.extend(check_key(schema, &schema.primary_key).err());
        if !refusals.is_empty() {
            return Err(refusals);
        }
        let table = table(name);
        let create = format!(
            "CREATE TABLE {table} (\n    {}\n) USING iceberg{}",
            columns.join(",\n    "),
            comment(comments.stream.as_deref())
        );
        let key = (!schema.primary_key.is_empty()).then(|| set_key(&table, &schema.primary_key));
        let step = SinkStep::statements([create].into_iter().chain(key).collect::<Vec<_>>());
        let left_out = left_out(schema);
        Ok(match left_out.is_empty() {
            true => step,
            false => step.with_caution(format!(
                "Iceberg has no {}: who writes must see to them.",
                left_out.join(", no ")
            )),
        })
    }

    fn step(
        &self,
        migration: &Migration<'_>,
        _place: usize,
        change: &SchemaChange,
    ) -> Result<SinkStep, Refusal> {
        let step = Step {
            migration,
            table: table(migration.table),
        };
        match change {
            SchemaChange::AddColumn { column, field } => step.add(column, field),
            SchemaChange::DropColumn { column, .. } => Ok(step
                .alter(format!("DROP COLUMN {}", quote_path(column)))
                .with_caution("The values are found in older snapshots only.")),
            SchemaChange::RenameColumn { column, from } => step.rename(column, from),
            SchemaChange::ChangeType { column, from, to } => step.change_type(column, from, to),
            SchemaChange::SetNotNull(column) => step.set_not_null(column),
            SchemaChange::DropNotNull(column) => step.drop_not_null(column),
            SchemaChange::ChangeDefault { .. } => Ok(SinkStep::nothing(
                "Nothing to do: Iceberg has no defaults, who writes must see to them.",
            )),
            SchemaChange::ChangePrimaryKey { from, to } => step.change_key(from, to),
            SchemaChange::AddIndex(_)
            | SchemaChange::DropIndex(_)
            | SchemaChange::AddUnique(_)
            | SchemaChange::DropUnique(_) => Ok(SinkStep::nothing(
                "Nothing to do: Iceberg has no indexes and no constraints.",
            )),
        }
    }

    /// Spark SQL looks for the new name where a table without a namespace is.
    fn rename_table(
        &self,
        from: &StreamName,
        to: &StreamName,
        _schema: &Schema,
    ) -> Result<SinkStep, Refusal> {
        let (from, to) = (table(from), table(to));
        Ok(SinkStep::statement(format!(
            "ALTER TABLE {from} RENAME TO {to}"
        )))
    }
}

/// One step in a table.
struct Step<'a, 'm> {
    migration: &'a Migration<'m>,
    table: String,
}

impl Step<'_, '_> {
    fn alter(&self, action: String) -> SinkStep {
        SinkStep::statement(format!("ALTER TABLE {} {action}", self.table))
    }

    /// The new column is optional whatever it is in the schema: old files have
    /// no value for it.
    fn add(&self, path: &FieldPath, field: &Field) -> Result<SinkStep, Refusal> {
        let way = self.migration.hops(path)?;
        self.check_name(path)?;
        let data_type = column_type(path, &field.data_type)?;
        check_members(path, field.data_type.children())?;
        let column = quote_path(path);
        let said = comment(self.migration.comments.of(field));
        let step = self.alter(format!("ADD COLUMN {column} {data_type}{said}"));
        let Some(default) = &field.default else {
            return match field.nullable {
                true => Ok(step),
                false => Err(Refusal::new(
                    format!("adding the required column \"{path}\" in Iceberg"),
                    "Add it as nullable, or with a default.",
                )),
            };
        };
        let optional = match field.nullable {
            true => "",
            false => " The column stays optional: Iceberg adds no required ones.",
        };
        let value = literal(path, default, &field.data_type)?;
        if !way.iter().all(|hop| matches!(hop, Hop::Member(_))) {
            return Ok(step.with_caution(format!(
                "Old values of \"{path}\" are read as NULL: rewrite them where {value} is wanted.{optional}"
            )));
        }
        // A struct that is NULL would become one of NULLs.
        let there = path.parent().map_or_else(String::new, |parent| {
            format!("{} IS NOT NULL AND ", quote_path(&parent))
        });
        let mut step = step.with_caution(format!(
            "Iceberg has no defaults: who writes must see to it.{optional}"
        ));
        step.statements.push(format!(
            "UPDATE {} SET {column} = {value} WHERE {}{column} IS NULL",
            self.table, there
        ));
        Ok(step)
    }

    fn rename(&self, path: &FieldPath, from: &str) -> Result<SinkStep, Refusal> {
        self.check_name(path)?;
        let before = match path.parent() {
            Some(parent) => parent.child(from),
            None => FieldPath::from(from),
        };
        let (before, after) = (quote_path(&before), quote(path.leaf()));
        Ok(self.alter(format!("RENAME COLUMN {before} TO {after}")))
    }

    fn change_type(
        &self,
        path: &FieldPath,
        from: &DataType,
        to: &DataType,
    ) -> Result<SinkStep, Refusal> {
        let way = self.migration.hops(path)?;
        let (before, after) = (column_type(path, from)?, column_type(path, to)?);
        if before == after {
            return Ok(SinkStep::nothing(format!(
                "Nothing to do: \"{path}\" stays {after}, which does not tell the difference."
            )));
        }
        if way.contains(&Hop::Key) || !is_promotion(from, to) {
            return Err(Refusal::new(
                format!(
                    "changing the type of column \"{path}\" from {before} to {after} in Iceberg"
                ),
                "Add a column of the new type, fill it, and drop the old one.",
            ));
        }
        let column = quote_path(path);
        Ok(self.alter(format!("ALTER COLUMN {column} TYPE {after}")))
    }

    fn set_not_null(&self, path: &FieldPath) -> Result<SinkStep, Refusal> {
        match self.is_part_of_list(path)? {
            true => Ok(nullable_parts(path)),
            false => Err(Refusal::new(
                format!("making the optional column \"{path}\" required in Iceberg"),
                "Write no NULL there and leave it optional, or copy the table into a new one.",
            )),
        }
    }

    fn drop_not_null(&self, path: &FieldPath) -> Result<SinkStep, Refusal> {
        match self.is_part_of_list(path)? {
            true => Ok(nullable_parts(path)),
            false => Ok(self.alter(format!("ALTER COLUMN {} DROP NOT NULL", quote_path(path)))),
        }
    }

    /// Whether it is the element of an array or the value of a map.
    fn is_part_of_list(&self, path: &FieldPath) -> Result<bool, Refusal> {
        let way = self.migration.hops(path)?;
        Ok(way.last().is_some_and(|hop| !matches!(hop, Hop::Member(_))))
    }

    /// A key that cannot come leaves the one there is: a table that lost it would
    /// have none.
    fn change_key(&self, from: &[Name], to: &[Name]) -> Result<SinkStep, Refusal> {
        let coming = &self.migration.to.primary_key;
        check_key(self.migration.to, coming)?;
        if let Some(column) = self.optional_of(coming) {
            return Err(no_key(column, from, coming));
        }
        Ok(match to {
            [] => self.alter(format!("DROP IDENTIFIER FIELDS {}", list(from))),
            _ => SinkStep::statement(set_key(&self.table, to)),
        })
    }

    /// The first of these columns that is optional in the table: one that was not
    /// there, or was optional.
    fn optional_of<'n>(&self, columns: &'n [Name]) -> Option<&'n Name> {
        columns.iter().find(|column| {
            let before = self.migration.before(column);
            before.is_none_or(|field| field.nullable)
        })
    }

    /// Checks the name of a new or renamed field.
    fn check_name(&self, path: &FieldPath) -> Result<(), Refusal> {
        let parent = path
            .parent()
            .map(|parent| self.migration.to.field_at(&parent));
        let siblings = match &parent {
            None => self.migration.to.fields.as_slice(),
            Some(field) => field.map_or(&[][..], |field| field.data_type.children()),
        };
        let name = path.leaf();
        let is_alike = |other: &Name| other != name && is_same_but_for_case(other, name);
        match siblings.iter().any(|field| is_alike(&field.name)) {
            true => Err(second_name(path)),
            false => Ok(()),
        }
    }
}

fn is_same_but_for_case(name: &str, other: &str) -> bool {
    match name.is_ascii() && other.is_ascii() {
        true => name.eq_ignore_ascii_case(other),
        false => name.to_lowercase() == other.to_lowercase(),
    }
}

fn second_name(path: &FieldPath) -> Refusal {
    Refusal::new(
        format!("a second column called \"{path}\" but for its case in Iceberg"),
        "Rename one of them.",
    )
}

/// Checks that names differ in more than their case: Spark finds columns
/// whatever their case is.
fn check_names(parent: Option<&FieldPath>, fields: &[Field]) -> Result<(), Refusal> {
    let mut names = HashSet::new();
    match fields
        .iter()
        .find(|field| !names.insert(field.name.to_lowercase()))
    {
        None => Ok(()),
        Some(field) => {
            let path = match parent {
                Some(parent) => parent.child(field.name.as_str()),
                None => field.name.as_str().into(),
            };
            Err(second_name(&path))
        }
    }
}

/// As [`check_names`], for the members of every struct.
fn check_members(path: &FieldPath, fields: &[Field]) -> Result<(), Refusal> {
    check_names(Some(path), fields)?;
    fields.iter().try_for_each(|field| {
        let path = path.child(field.name.as_str());
        check_members(&path, field.data_type.children())
    })
}

/// Checks the columns of a key: floats have no identity (Iceberg's
/// specification, "Identifier Field IDs").
fn check_key(schema: &Schema, columns: &[Name]) -> Result<(), Refusal> {
    let float = columns
        .iter()
        .filter_map(|column| schema.field(column))
        .find(|field| matches!(field.data_type, DataType::Real | DataType::Double));
    match float {
        None => Ok(()),
        Some(field) => Err(Refusal::new(
            format!(
                "a key over column \"{}\" of type {} in Iceberg",
                field.name, field.data_type
            ),
            "Make it a numeric of as many digits as you need.",
        )),
    }
}

/// A key over a column that is optional in the table (Iceberg's specification,
/// "Identifier Field IDs": they are required).
fn no_key(column: &str, from: &[Name], to: &[Name]) -> Refusal {
    let keep = match from {
        [] => String::new(),
        from => format!(" Keep the identifier fields {} until then.", list(from)),
    };
    Refusal::new(
        format!("a key over the optional column \"{column}\" in Iceberg"),
        format!(
            "Identifier fields are required, and no statement makes an optional column so: create a table of the new schema, copy the rows into it, and let it take the place of this one. Or make {} required by Iceberg's own API (UpdateSchema: allowIncompatibleChanges, requireColumn), then set the identifier fields {}.{keep}",
            quote(column),
            list(to)
        ),
    )
}

/// What a table of Iceberg cannot hold of the schema.
fn left_out(schema: &Schema) -> Vec<&'static str> {
    let has_default = schema.fields.iter().any(|field| field.default.is_some());
    [
        ("defaults", has_default),
        ("indexes", !schema.indexes.is_empty()),
        ("constraints", !schema.constraints.is_empty()),
    ]
    .into_iter()
    .filter_map(|(what, is_there)| is_there.then_some(what))
    .collect()
}

/// That nothing is to be done about the nullability of elements and values.
fn nullable_parts(path: &FieldPath) -> SinkStep {
    SinkStep::nothing(format!(
        "Nothing to do: in Spark SQL \"{path}\" can always be NULL."
    ))
}

/// What is said of a table or a column, behind the rest of its declaration.
fn comment(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| format!(" COMMENT {}", quoted(text)))
}

fn set_key(table: &str, columns: &[Name]) -> String {
    format!(
        "ALTER TABLE {table} SET IDENTIFIER FIELDS {}",
        list(columns)
    )
}

fn table(name: &StreamName) -> String {
    format!("{}.{}", quote(&name.namespace), quote(&name.name))
}

fn list(columns: &[Name]) -> String {
    let names: Vec<String> = columns.iter().map(|name| quote(name)).collect();
    names.join(", ")
}

fn quote_path(path: &FieldPath) -> String {
    let names: Vec<String> = path.names().iter().map(|name| quote(name)).collect();
    names.join(".")
}

/// A name in backticks: which words Spark reserves is a setting.
pub(super) fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
