//! Reads a stream's rows as they are, whoever wrote them.

use std::collections::HashMap;

use rusqlite::Connection;

use super::codec::{self, damaged};
use super::columns::{self, ColumnRow};
use super::load;
use crate::error::Result;
use crate::schema::{DataType, DefaultValue, Field, FieldId, Literal, ObjectId, Schema};
use crate::store::{Projection, StreamColumn};

/// The stream and schema that the rows of `tables` and `table_columns` say.
///
/// # Errors
/// XX001 when they say something that is no schema: an unknown type, a default
/// that is no value of it, no columns.
pub(super) fn projection(connection: &Connection, id: ObjectId) -> Result<Option<Projection>> {
    let position = codec::position(connection)?;
    let Some(mut stream) = load::bare_stream(connection, id)? else {
        return Ok(None);
    };
    let deleted = connection
        .prepare_cached("SELECT deleted_at IS NOT NULL FROM tables WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))?;
    let latest = load::latest_version(connection, id)?;
    let rows = columns::stored(connection, id.0)?;

    let known: HashMap<FieldId, &Field> = latest
        .iter()
        .flat_map(|version| version.schema.fields.iter().map(|field| (field.id, field)))
        .collect();
    let mut schema = Schema::default();
    let mut key = Vec::new();
    for (_, row) in &rows {
        let mut field = field(row)?;
        if let Some(before) = known.get(&field.id) {
            field.take_identities(before);
        }
        if row.is_primary {
            key.push((
                row.key_position.unwrap_or(i64::MAX),
                row.ordinal_position,
                field.name.clone(),
            ));
        }
        schema.fields.push(field);
    }
    let last = latest.iter().map(|version| version.schema.last_field_id());
    let last = last.fold(
        stream.last_field_id.max(schema.last_field_id()),
        FieldId::max,
    );
    stream.last_field_id = schema
        .assign_identities(last)
        .map_err(|error| damaged(error.to_string()).with_source(error))?;
    stream.columns = schema
        .fields
        .iter()
        .zip(&rows)
        .map(|(field, (_, row))| StreamColumn {
            field: field.id,
            comment: row.description.clone(),
        })
        .collect();
    key.sort();
    schema.primary_key = key.into_iter().map(|(_, _, name)| name).collect();
    if let Some(version) = &latest {
        keep_indexes(&mut schema, &version.schema);
    }
    stream.version = latest.map_or(0, |version| version.number);
    Ok(Some(Projection {
        stream,
        schema,
        position,
        deleted,
    }))
}

/// The column that a row is, with the identity that the row knows.
fn field(row: &ColumnRow) -> Result<Field> {
    let wrong = |error: crate::error::Error| {
        damaged(format!(
            "the row of column \"{}\" is no column: {error}",
            row.column_name
        ))
        .with_source(error)
    };
    let data_type: DataType = spelled_out(row).parse().map_err(wrong)?;
    let default = row
        .default_value
        .as_deref()
        .map(|text| default(text, &data_type))
        .transpose()
        .map_err(wrong)?;
    Ok(Field {
        id: row.field_id.unwrap_or(FieldId::UNASSIGNED),
        name: row.column_name.clone(),
        data_type,
        nullable: row.is_nullable && !row.is_primary,
        default: default.flatten(),
    })
}

/// The type with the modifiers that other programs keep in columns of their own.
fn spelled_out(row: &ColumnRow) -> String {
    let name = row.data_type.as_str();
    match (
        name.to_ascii_lowercase().as_str(),
        row.max_length,
        row.precision,
        row.scale,
    ) {
        ("numeric" | "decimal", _, Some(precision), scale) => {
            format!("{name}({precision},{})", scale.unwrap_or(0))
        }
        ("varchar" | "character varying" | "char" | "character", Some(length), _, _) => {
            format!("{name}({length})")
        }
        _ => name.to_owned(),
    }
}

/// A default as we spell it (an SQL literal), or the bare text of another
/// program.
fn default(text: &str, data_type: &DataType) -> Result<Option<DefaultValue>> {
    text.parse::<Literal>()
        .and_then(|literal| literal.coerce(data_type))
        .or_else(|error| {
            Literal::String(text.to_owned())
                .coerce(data_type)
                .map_err(|_| error)
        })
}

/// Indexes and constraints have no rows that other programs know: those of the
/// latest version stay, but for those whose columns are gone, and follow the
/// columns' new names.
fn keep_indexes(schema: &mut Schema, latest: &Schema) {
    let renamed = |columns: &[String]| -> Option<Vec<String>> {
        columns
            .iter()
            .map(|name| Some(schema.field_by_id(latest.field(name)?.id)?.name.clone()))
            .collect()
    };
    let indexes = latest
        .indexes
        .iter()
        .filter_map(|index| {
            Some(crate::schema::Index {
                columns: renamed(&index.columns)?,
                ..index.clone()
            })
        })
        .collect();
    let constraints = latest
        .constraints
        .iter()
        .filter_map(|constraint| {
            let columns = renamed(&constraint.columns)?;
            Some(crate::schema::Constraint {
                columns,
                ..constraint.clone()
            })
        })
        .collect();
    schema.indexes = indexes;
    schema.constraints = constraints;
}
