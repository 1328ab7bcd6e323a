//! `table_columns` and `table_indexes`: written as a difference.

use std::collections::HashMap;

use rusqlite::{Connection, Row, params};

use crate::error::Result;
use crate::schema::{DataType, FieldId, Schema};
use crate::store::Stream;

/// A row of `table_columns`, as far as it is the registry's.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ColumnRow {
    pub(super) column_name: String,
    pub(super) data_type: String,
    pub(super) is_nullable: bool,
    pub(super) is_primary: bool,
    pub(super) is_unique: bool,
    pub(super) default_value: Option<String>,
    pub(super) description: Option<String>,
    pub(super) ordinal_position: i64,
    pub(super) max_length: Option<i64>,
    pub(super) precision: Option<i64>,
    pub(super) scale: Option<i64>,
    pub(super) field_id: Option<FieldId>,
    pub(super) key_position: Option<i64>,
}

/// What is there, by row id.
pub(super) fn stored(connection: &Connection, table: i64) -> Result<Vec<(i64, ColumnRow)>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, column_name, data_type, is_nullable, is_primary, is_unique, default_value, description,
                ordinal_position, max_length, precision, scale, field_id, key_position
         FROM table_columns WHERE table_id = ?1 ORDER BY ordinal_position, id",
    )?;
    let rows = statement.query_map([table], |row| Ok((row.get(0)?, column_row(row)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn column_row(row: &Row<'_>) -> rusqlite::Result<ColumnRow> {
    Ok(ColumnRow {
        column_name: row.get(1)?,
        data_type: row.get(2)?,
        is_nullable: row.get(3)?,
        is_primary: row.get(4)?,
        is_unique: row.get(5)?,
        default_value: row.get(6)?,
        description: row.get(7)?,
        ordinal_position: row.get(8)?,
        max_length: row.get(9)?,
        precision: row.get(10)?,
        scale: row.get(11)?,
        field_id: row.get::<_, Option<u32>>(12)?.map(FieldId),
        key_position: row.get(13)?,
    })
}

/// What should be there.
fn wanted(stream: &Stream, schema: &Schema) -> Vec<ColumnRow> {
    let fields: HashMap<_, _> = schema
        .fields
        .iter()
        .map(|field| (field.id, field))
        .collect();
    let keys: HashMap<&str, i64> = schema
        .primary_key
        .iter()
        .zip(1..)
        .map(|(name, position)| (name.as_str(), position))
        .collect();
    let uniques = schema
        .constraints
        .iter()
        .map(|constraint| &constraint.columns);
    let uniques = uniques.chain(
        schema
            .indexes
            .iter()
            .filter(|index| index.unique)
            .map(|index| &index.columns),
    );
    let unique_alone: Vec<&str> = uniques
        .filter(|columns| columns.len() == 1)
        .map(|columns| columns[0].as_str())
        .collect();
    let row = |(column, ordinal_position): (&crate::store::StreamColumn, i64)| {
        let field = fields.get(&column.field)?;
        let (max_length, precision, scale) = modifiers(&field.data_type);
        Some(ColumnRow {
            column_name: field.name.clone(),
            data_type: field.data_type.to_string(),
            is_nullable: field.nullable,
            is_primary: keys.contains_key(field.name.as_str()),
            is_unique: unique_alone.contains(&field.name.as_str()),
            default_value: field.default.as_ref().map(ToString::to_string),
            description: column.comment.clone(),
            ordinal_position,
            max_length,
            precision,
            scale,
            field_id: Some(field.id),
            key_position: keys.get(field.name.as_str()).copied(),
        })
    };
    stream.columns.iter().zip(1..).filter_map(row).collect()
}

/// `max_length`, `precision` and `scale` of a type.
fn modifiers(data_type: &DataType) -> (Option<i64>, Option<i64>, Option<i64>) {
    match data_type {
        DataType::Varchar(Some(length)) | DataType::Char(length) => {
            (Some((*length).into()), None, None)
        }
        DataType::Numeric(Some((precision, scale))) => {
            (None, Some((*precision).into()), Some((*scale).into()))
        }
        DataType::Time(precision)
        | DataType::Timestamp(precision)
        | DataType::TimestampTz(precision) => (None, precision.map(i64::from), None),
        _ => (None, None, None),
    }
}

/// Writes the difference between what is there and what should be.
pub(super) fn put(
    connection: &Connection,
    stream: &Stream,
    schema: &Schema,
    now: &str,
) -> Result<()> {
    let table = stream.id.0;
    let stored = stored(connection, table)?;
    let wanted = wanted(stream, schema);

    let by_field: HashMap<_, _> = stored
        .iter()
        .filter_map(|(id, row)| Some((row.field_id?, (*id, row))))
        .collect();
    let by_name: HashMap<_, _> = stored
        .iter()
        .map(|(id, row)| (row.column_name.as_str(), (*id, row)))
        .collect();
    let mut kept = std::collections::HashSet::new();
    let (mut updates, mut inserts) = (Vec::new(), Vec::new());
    for row in &wanted {
        let same_name = by_name.get(row.column_name.as_str());
        let before = row
            .field_id
            .and_then(|field| by_field.get(&field))
            .or_else(|| same_name.filter(|(_, stored)| stored.field_id.is_none()));
        match before {
            // A name that another row still has cannot be taken by an update.
            Some((id, _)) if same_name.is_none_or(|(other, _)| other == id) => {
                kept.insert(*id);
                updates.push((*id, row));
            }
            _ => inserts.push(row),
        }
    }
    let changed: HashMap<_, _> = stored.iter().map(|(id, row)| (*id, row)).collect();

    for (id, _) in stored.iter().filter(|(id, _)| !kept.contains(id)) {
        connection
            .prepare_cached("DELETE FROM table_columns WHERE id = ?1")?
            .execute([id])?;
    }
    for (id, row) in updates
        .into_iter()
        .filter(|(id, row)| changed.get(id) != Some(row))
    {
        write(
            connection,
            "UPDATE table_columns SET column_name = ?2, data_type = ?3, is_nullable = ?4, is_primary = ?5,
                is_unique = ?6, default_value = ?7, description = ?8, ordinal_position = ?9, max_length = ?10,
                precision = ?11, scale = ?12, field_id = ?13, key_position = ?14, updated_at = ?15
             WHERE id = ?1",
            id,
            row,
            now,
        )?;
    }
    for row in inserts {
        write(
            connection,
            "INSERT INTO table_columns (table_id, column_name, data_type, is_nullable, is_primary, is_unique,
                default_value, description, ordinal_position, max_length, precision, scale, field_id, key_position,
                created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?15)",
            table,
            row,
            now,
        )?;
    }
    put_indexes(connection, stream, schema)
}

fn write(connection: &Connection, sql: &str, id: i64, row: &ColumnRow, now: &str) -> Result<()> {
    connection.prepare_cached(sql)?.execute(params![
        id,
        row.column_name,
        row.data_type,
        row.is_nullable,
        row.is_primary,
        row.is_unique,
        row.default_value,
        row.description,
        row.ordinal_position,
        row.max_length,
        row.precision,
        row.scale,
        row.field_id.map(|field| field.0),
        row.key_position,
        now
    ])?;
    Ok(())
}

type IndexRow = (i64, String, bool, bool, String);

fn put_indexes(connection: &Connection, stream: &Stream, schema: &Schema) -> Result<()> {
    let columns = |columns: &[String]| serde_json::Value::from(columns).to_string();
    let indexes = schema.indexes.iter().map(|index| {
        (
            index.id.0,
            index.name.clone(),
            index.unique,
            false,
            columns(&index.columns),
        )
    });
    let constraints = schema.constraints.iter().map(|constraint| {
        (
            constraint.id.0,
            constraint.name.clone(),
            true,
            true,
            columns(&constraint.columns),
        )
    });
    let mut wanted: Vec<IndexRow> = indexes.chain(constraints).collect();
    wanted.sort();

    let mut statement = connection.prepare_cached(
        "SELECT id, name, is_unique, is_constraint, columns FROM table_indexes WHERE table_id = ?1 ORDER BY id",
    )?;
    let rows = statement.query_map([stream.id.0], |row| {
        Ok((
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
        ))
    })?;
    let stored: Vec<IndexRow> = rows.collect::<rusqlite::Result<_>>()?;
    if stored == wanted {
        return Ok(());
    }
    connection
        .prepare_cached("DELETE FROM table_indexes WHERE table_id = ?1")?
        .execute([stream.id.0])?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO table_indexes (id, database_id, table_id, name, is_unique, is_constraint, columns)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for (id, name, unique, constraint, columns) in wanted {
        statement.execute(params![
            id,
            stream.namespace_id.0,
            stream.id.0,
            name,
            unique,
            constraint,
            columns
        ])?;
    }
    Ok(())
}
