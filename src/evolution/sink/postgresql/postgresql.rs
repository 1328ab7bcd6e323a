//! The statements.

use super::caution::caution;
use super::column_type::{column_type, is_native};
use super::conversion::{Conversion, conversion};
use super::literal::literal;
use super::{jsonb, limit};
use crate::evolution::assignment::is_text;
use crate::evolution::sink::sink::Dialect;
use crate::evolution::sink::{Hop, Migration, Refusal, SinkStep};
use crate::evolution::{Comments, SchemaChange};
use crate::schema::{
    Constraint, DataType, DefaultValue, Field, FieldPath, Index, Name, Schema, StreamName,
    quote_ident, quote_literal,
};

/// PostgreSQL's way to say it.
pub(in crate::evolution::sink) struct PostgreSql;

impl Dialect for PostgreSql {
    fn create_table(
        &self,
        table: &StreamName,
        schema: &Schema,
        comments: &Comments,
    ) -> Result<SinkStep, Vec<Refusal>> {
        let refusals: Vec<Refusal> = refusals(table, schema).collect();
        if !refusals.is_empty() {
            return Err(refusals);
        }
        let columns = schema.fields.iter().map(|field| {
            let not_null = if field.nullable { "" } else { " NOT NULL" };
            format!("{}{not_null}{}", column(field), default_of(field))
        });
        let key = (!schema.primary_key.is_empty()).then(|| primary_key(table, &schema.primary_key));
        let parts: Vec<String> = columns.chain(key).collect();
        let create = format!("CREATE TABLE {table} (\n    {}\n)", parts.join(",\n    "));
        // In CREATE TABLE, of constraints over the same columns only one is made.
        let unique = schema
            .constraints
            .iter()
            .map(|constraint| format!("ALTER TABLE {table} ADD {}", unique(constraint)));
        let indexes = schema
            .indexes
            .iter()
            .map(|index| create_index(table, index));
        let said = comments.stream.iter().map(|text| {
            let text = quote_literal(text);
            format!("COMMENT ON TABLE {table} IS {text}")
        });
        let of_columns = schema
            .fields
            .iter()
            .filter_map(|field| comment(table, field, comments));
        Ok(SinkStep::statements(
            [create]
                .into_iter()
                .chain(unique)
                .chain(indexes)
                .chain(said)
                .chain(of_columns)
                .collect::<Vec<_>>(),
        ))
    }

    fn step(
        &self,
        migration: &Migration<'_>,
        place: usize,
        change: &SchemaChange,
    ) -> Result<SinkStep, Refusal> {
        limit::check_table(migration.table)?;
        let step = Step { migration, place };
        let done = step.change(change)?;
        Ok(step.carry_default(change, done))
    }

    /// The key is called after the table; indexes and constraints have names of
    /// their own.
    fn rename_table(
        &self,
        from: &StreamName,
        to: &StreamName,
        schema: &Schema,
    ) -> Result<SinkStep, Refusal> {
        if let Some(refusal) = refusals(to, schema).next() {
            return Err(refusal);
        }
        let name = quote_ident(&to.name);
        let mut statements = vec![format!("ALTER TABLE {from} RENAME TO {name}")];
        let (old, new) = (limit::key_name(from), limit::key_name(to));
        if !schema.primary_key.is_empty() && old != new {
            let (old, new) = (quote_ident(&old), quote_ident(&new));
            statements.push(format!("ALTER TABLE {to} RENAME CONSTRAINT {old} TO {new}"));
        }
        Ok(SinkStep::statements(statements))
    }
}

/// Everything in a schema that PostgreSQL has not.
fn refusals(table: &StreamName, schema: &Schema) -> impl Iterator<Item = Refusal> {
    let columns = schema
        .fields
        .iter()
        .map(|field| limit::check_column(&field.name));
    let key = limit::check_key(schema, &schema.primary_key);
    let indexes = schema.indexes.iter().map(|i| (&i.name, &i.columns));
    let constraints = schema.constraints.iter().map(|u| (&u.name, &u.columns));
    let relations = indexes.chain(constraints).map(move |(name, columns)| {
        limit::check_relation(table, schema, name)?;
        limit::check_key(schema, columns)
    });
    [limit::check_table(table), limit::check_column_count(schema)]
        .into_iter()
        .chain(columns)
        .chain([key])
        .chain(relations)
        .filter_map(Result::err)
}

/// One step in a table.
struct Step<'a, 'm> {
    migration: &'a Migration<'m>,
    /// Its place among the steps.
    place: usize,
}

impl Step<'_, '_> {
    fn change(&self, change: &SchemaChange) -> Result<SinkStep, Refusal> {
        match change {
            SchemaChange::AddColumn { column, field } if column.is_column() => self.add(field),
            SchemaChange::AddColumn { column, field } => self.add_member(column, field),
            SchemaChange::DropColumn { column, .. } if column.is_column() => Ok(self
                .alter([format!("DROP COLUMN {}", quote_ident(column.leaf()))])
                .with_caution("The values are lost.")),
            SchemaChange::DropColumn { column, .. } => self.drop_member(column),
            SchemaChange::RenameColumn { column, from } if column.is_column() => {
                self.rename(from, column.leaf())
            }
            SchemaChange::RenameColumn { column, from } => self.rename_member(column, from),
            SchemaChange::ChangeType { column, from, to } => self.change_type(column, from, to),
            SchemaChange::SetNotNull(column) if column.is_column() => {
                Ok(self.set_not_null(SinkStep::default(), column.leaf()))
            }
            SchemaChange::DropNotNull(column) if column.is_column() => {
                Ok(self.alter_column(column.leaf(), ["DROP NOT NULL"]))
            }
            SchemaChange::ChangeDefault { column, to, .. } if column.is_column() => {
                self.change_default(column, to.as_ref())
            }
            SchemaChange::SetNotNull(column)
            | SchemaChange::DropNotNull(column)
            | SchemaChange::ChangeDefault { column, .. } => Ok(unchecked(column)),
            SchemaChange::ChangePrimaryKey { from, to } => self.change_key(from, to),
            SchemaChange::AddIndex(index) => self.add_index(index),
            SchemaChange::DropIndex(index) => Ok(self.drop_index(index)),
            SchemaChange::AddUnique(constraint) => self.add_unique(constraint),
            SchemaChange::DropUnique(unique) => {
                Ok(self.alter([format!("DROP CONSTRAINT {}", quote_ident(&unique.name))]))
            }
        }
    }

    /// Actions of one `ALTER TABLE`.
    fn alter(&self, actions: impl Into<Vec<String>>) -> SinkStep {
        let actions: Vec<String> = actions.into();
        SinkStep::statement(format!(
            "ALTER TABLE {} {}",
            self.migration.table,
            actions.join(", ")
        ))
    }

    /// Actions of one `ALTER TABLE` on one column.
    fn alter_column<A: AsRef<str>>(
        &self,
        column: &str,
        actions: impl IntoIterator<Item = A>,
    ) -> SinkStep {
        let column = quote_ident(column);
        let action = |action: A| format!("ALTER COLUMN {column} {}", action.as_ref());
        self.alter(actions.into_iter().map(action).collect::<Vec<_>>())
    }

    fn add(&self, field: &Field) -> Result<SinkStep, Refusal> {
        limit::check_column(&field.name)?;
        limit::check_column_count(self.migration.to)?;
        let add = format!("ADD COLUMN {}", column(field));
        if field.is_optional() {
            let not_null = if field.nullable { "" } else { " NOT NULL" };
            let step = self.alter([format!("{add}{not_null}{}", default_of(field))]);
            return Ok(self.commented(step, field));
        }
        let step = self.commented(self.alter([add]), field);
        Ok(self.set_not_null(step, &field.name))
    }

    /// With what is said of the column.
    fn commented(&self, mut step: SinkStep, field: &Field) -> SinkStep {
        let comment = comment(self.migration.table, field, self.migration.comments);
        step.statements.extend(comment);
        step
    }

    /// After a step, when nobody has NULL there any more.
    fn set_not_null(&self, step: SinkStep, column: &str) -> SinkStep {
        SinkStep {
            then: self.alter_column(column, ["SET NOT NULL"]).statements,
            ..step.with_caution(format!(
                "Fill column \"{column}\" where it is NULL: the next statement fails while a row has NULL there."
            ))
        }
    }

    fn rename(&self, from: &str, to: &str) -> Result<SinkStep, Refusal> {
        limit::check_column(to)?;
        let (from, to) = (quote_ident(from), quote_ident(to));
        Ok(self.alter([format!("RENAME COLUMN {from} TO {to}")]))
    }

    fn change_type(
        &self,
        path: &FieldPath,
        from: &DataType,
        to: &DataType,
    ) -> Result<SinkStep, Refusal> {
        let way = self.migration.hops(path)?;
        // The elements of an array that is, or becomes, one of PostgreSQL's own.
        let is_array = way == [Hop::Element] && (is_native_part(from) || is_native_part(to));
        let (from, to) = match way.as_slice() {
            [] => (from.clone(), to.clone()),
            _ if is_array => (
                DataType::array(from.clone(), true),
                DataType::array(to.clone(), true),
            ),
            _ => return self.retype_part(path, &way, from, to),
        };
        let name = path.column();
        let conversion = conversion(&quote_ident(name), &from, &to)
            .ok_or_else(|| no_conversion(path, &from, &to))?;
        let target = column_type(&to);
        let set_type = match conversion {
            Conversion::Keep => return Ok(unchecked(path)),
            Conversion::Assign => format!("TYPE {target}"),
            Conversion::Using(expression) => format!("TYPE {target} USING {expression}"),
        };
        // A default keeps its type, from which PostgreSQL may not come to the
        // new one.
        let has_default = self.migration.has_default(name, self.place);
        let drop = has_default.then(|| "DROP DEFAULT".to_owned());
        let carried = self.migration.carries_default(name, self.place);
        let set = carried.and_then(|(_, after)| set_default(after));
        let actions = drop.into_iter().chain([set_type]).chain(set);
        let step = self.alter_column(name, actions);
        Ok(step.minding(caution(&from, &to)))
    }

    fn change_default(
        &self,
        path: &FieldPath,
        to: Option<&DefaultValue>,
    ) -> Result<SinkStep, Refusal> {
        let action = match (to, self.migration.column(path.leaf())) {
            (None, _) => "DROP DEFAULT".to_owned(),
            (Some(to), Some(field)) => format!("SET DEFAULT {}", literal(to, &field.data_type)),
            (Some(_), None) => return Err(Refusal::unknown_column(path)),
        };
        Ok(self.alter_column(path.leaf(), [action]))
    }

    /// The default of a `jsonb` column has the parts that its values have: it is
    /// written anew after the last step that changes them.
    fn carry_default(&self, change: &SchemaChange, mut step: SinkStep) -> SinkStep {
        let name = change.column().map_or("", |path| path.column().as_str());
        let Some((before, after)) = self.migration.carries_default(name, self.place) else {
            return step;
        };
        let is_same_type = column_type(&before.data_type) == column_type(&after.data_type);
        let (old, new) = (set_default(before), set_default(after));
        let Some(set) = new.filter(|new| is_same_type && old.as_ref() != Some(new)) else {
            return step;
        };
        let set = self.alter_column(name, [set]);
        match change {
            // There is something to do after all.
            SchemaChange::ChangeType { .. } if step.statements.is_empty() => {
                set.with_caution("Only the default changes, with the parts of the column.")
            }
            _ => {
                step.statements.extend(set.statements);
                step
            }
        }
    }

    fn change_key(&self, from: &[Name], to: &[Name]) -> Result<SinkStep, Refusal> {
        limit::check_key(self.migration.to, to)?;
        let table = self.migration.table;
        let drop = (!from.is_empty())
            .then(|| format!("DROP CONSTRAINT {}", quote_ident(&limit::key_name(table))));
        let add = (!to.is_empty()).then(|| format!("ADD {}", primary_key(table, to)));
        let step = self.alter(drop.into_iter().chain(add).collect::<Vec<_>>());
        Ok(match to {
            [] => step,
            _ => step.with_caution("Fails when two rows have the same key."),
        })
    }

    fn add_unique(&self, constraint: &Constraint) -> Result<SinkStep, Refusal> {
        limit::check_relation(self.migration.table, self.migration.to, &constraint.name)?;
        limit::check_key(self.migration.to, &constraint.columns)?;
        Ok(self
            .alter([format!("ADD {}", unique(constraint))])
            .with_caution("Fails when two rows have the same values there."))
    }

    fn add_index(&self, index: &Index) -> Result<SinkStep, Refusal> {
        limit::check_relation(self.migration.table, self.migration.to, &index.name)?;
        limit::check_key(self.migration.to, &index.columns)?;
        let step = SinkStep::statement(create_index(self.migration.table, index));
        Ok(match index.unique {
            true => step.with_caution("Fails when two rows have the same values there."),
            false => step,
        })
    }

    fn drop_index(&self, index: &Index) -> SinkStep {
        let name = StreamName::new(self.migration.table.namespace.as_str(), index.name.as_str());
        SinkStep::statement(format!("DROP INDEX {name}"))
    }

    fn add_member(&self, path: &FieldPath, field: &Field) -> Result<SinkStep, Refusal> {
        let way = self.migration.hops(path)?;
        match &field.default {
            Some(default) => {
                let add = |object: &str| {
                    jsonb::add_member(object, path.leaf(), default, &field.data_type)
                };
                Ok(self.update_members(path, &way, add))
            }
            None if field.nullable => Ok(SinkStep::nothing(format!(
                "Column \"{}\" is jsonb: a member that is absent is NULL.",
                path.column()
            ))),
            None => Ok(SinkStep::nothing(format!(
                "Column \"{}\" is jsonb, which does not check its members: fill \"{path}\" in every row.",
                path.column()
            ))),
        }
    }

    fn drop_member(&self, path: &FieldPath) -> Result<SinkStep, Refusal> {
        let way = self.migration.hops(path)?;
        let drop = |object: &str| jsonb::drop_member(object, path.leaf());
        Ok(self
            .update_members(path, &way, drop)
            .with_caution("The values are lost."))
    }

    fn rename_member(&self, path: &FieldPath, from: &str) -> Result<SinkStep, Refusal> {
        let way = self.migration.hops(path)?;
        let rename = |object: &str| jsonb::rename_member(object, from, path.leaf());
        Ok(self.update_members(path, &way, rename))
    }

    /// Another object for every one that has a member at the end of the way.
    fn update_members(
        &self,
        path: &FieldPath,
        way: &[Hop<'_>],
        change: impl Fn(&str) -> String,
    ) -> SinkStep {
        let objects = &way[..way.len() - 1];
        let column = quote_ident(path.column());
        let change = |object: &str| Some(change(object));
        let rewritten = jsonb::rewrite(&column, objects, Some("object"), &change);
        let rewritten = rewritten.unwrap_or_else(|| column.clone());
        self.update(&column, &rewritten)
    }

    fn retype_part(
        &self,
        path: &FieldPath,
        way: &[Hop<'_>],
        from: &DataType,
        to: &DataType,
    ) -> Result<SinkStep, Refusal> {
        if jsonb::is_same_json(from, to) {
            return Ok(unchecked(path));
        }
        let refused = || no_conversion(path, from, to);
        // Two keys could become one.
        if way.contains(&Hop::Key) {
            return Err(refused());
        }
        let column = quote_ident(path.column());
        let change = |json: &str| jsonb::retype(json, from, to);
        let rewritten = jsonb::rewrite(&column, way, None, &change).ok_or_else(refused)?;
        let step = self.update(&column, &rewritten);
        // JSON knows no lengths.
        let to = if is_text(to) { &DataType::Text } else { to };
        Ok(step.minding(caution(from, to)))
    }

    fn update(&self, column: &str, value: &str) -> SinkStep {
        SinkStep::statement(format!(
            "UPDATE {} SET {column} = {value} WHERE {column} IS NOT NULL",
            self.migration.table
        ))
    }
}

/// Whether arrays of it are arrays of PostgreSQL.
fn is_native_part(element: &DataType) -> bool {
    is_native(&DataType::array(element.clone(), true))
}

fn no_conversion(path: &FieldPath, from: &DataType, to: &DataType) -> Refusal {
    Refusal::new(
        format!("changing the type of column \"{path}\" from {from} to {to} in PostgreSQL"),
        "Add a column of the new type, fill it, and drop the old one.",
    )
}

/// Nothing to do, since the column does not know such things.
fn unchecked(path: &FieldPath) -> SinkStep {
    SinkStep::nothing(format!(
        "Nothing to do: the type of column \"{}\" in PostgreSQL does not tell the difference.",
        path.column()
    ))
}

fn column(field: &Field) -> String {
    let name = quote_ident(&field.name);
    format!("{name} {}", column_type(&field.data_type))
}

/// What is said of a column, if anything.
fn comment(table: &StreamName, field: &Field, comments: &Comments) -> Option<String> {
    let text = quote_literal(comments.of(field)?);
    let column = quote_ident(&field.name);
    Some(format!("COMMENT ON COLUMN {table}.{column} IS {text}"))
}

fn default_of(field: &Field) -> String {
    let default = field.default.as_ref();
    default.map_or_else(String::new, |default| {
        format!(" DEFAULT {}", literal(default, &field.data_type))
    })
}

/// What gives a column its default.
fn set_default(field: &Field) -> Option<String> {
    let default = field.default.as_ref()?;
    Some(format!(
        "SET DEFAULT {}",
        literal(default, &field.data_type)
    ))
}

fn primary_key(table: &StreamName, columns: &[Name]) -> String {
    let name = quote_ident(&limit::key_name(table));
    format!("CONSTRAINT {name} PRIMARY KEY ({})", list(columns))
}

fn unique(constraint: &Constraint) -> String {
    let name = quote_ident(&constraint.name);
    format!("CONSTRAINT {name} UNIQUE ({})", list(&constraint.columns))
}

fn create_index(table: &StreamName, index: &Index) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let (name, columns) = (quote_ident(&index.name), list(&index.columns));
    format!("CREATE {unique}INDEX {name} ON {table} ({columns})")
}

fn list(columns: &[Name]) -> String {
    let names: Vec<String> = columns.iter().map(|name| quote_ident(name)).collect();
    names.join(", ")
}
