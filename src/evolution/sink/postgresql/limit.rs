//! What PostgreSQL has no room for.

use super::column_type::column_type;
use crate::evolution::sink::Refusal;
use crate::schema::{DataType, Name, Schema, StreamName};

/// The most bytes of a name (`NAMEDATALEN` - 1); PostgreSQL cuts longer ones,
/// so that two can become one.
const MAX_NAME_BYTES: usize = 63;

/// The most columns of a table.
const MAX_COLUMNS: usize = 1_600;

/// The most columns of an index.
const MAX_INDEX_COLUMNS: usize = 32;

/// The columns that every table has.
const SYSTEM_COLUMNS: [&str; 6] = ["cmax", "cmin", "ctid", "tableoid", "xmax", "xmin"];

/// The name of a table's primary key: as PostgreSQL makes it, `orders_pkey`.
pub(super) fn key_name(table: &StreamName) -> String {
    const SUFFIX: &str = "_pkey";
    let mut end = table.name.len().min(MAX_NAME_BYTES - SUFFIX.len());
    while !table.name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{SUFFIX}", &table.name[..end])
}

/// Checks the name of the table itself.
pub(super) fn check_table(table: &StreamName) -> Result<(), Refusal> {
    check_length(&table.namespace)?;
    check_length(&table.name)
}

/// Checks the name of a column.
pub(super) fn check_column(name: &str) -> Result<(), Refusal> {
    if SYSTEM_COLUMNS.contains(&name) {
        return Err(Refusal::new(
            format!("a column called \"{name}\" in PostgreSQL"),
            "Rename it: every table has one of its own.",
        ));
    }
    check_length(name)
}

/// Checks that there is room for so many columns.
pub(super) fn check_column_count(schema: &Schema) -> Result<(), Refusal> {
    match schema.fields.len() {
        0..=MAX_COLUMNS => Ok(()),
        columns => Err(Refusal::new(
            format!("a table of {columns} columns in PostgreSQL"),
            format!(
                "Tables have at most {MAX_COLUMNS}: put columns that belong together into a struct."
            ),
        )),
    }
}

/// Checks the columns of a key, an index or a constraint: their number, and
/// that their values have an order.
pub(super) fn check_key(schema: &Schema, columns: &[Name]) -> Result<(), Refusal> {
    if columns.len() > MAX_INDEX_COLUMNS {
        return Err(Refusal::new(
            format!("a key over {} columns in PostgreSQL", columns.len()),
            format!("Keys, indexes and constraints have at most {MAX_INDEX_COLUMNS} columns."),
        ));
    }
    let unordered = columns
        .iter()
        .filter_map(|column| schema.field(column))
        .find(|field| field.data_type == DataType::Json);
    match unordered {
        Some(field) => Err(Refusal::new(
            format!(
                "a key over column \"{}\" of type {} in PostgreSQL",
                field.name,
                column_type(&field.data_type)
            ),
            "Make the column jsonb, whose values can be compared.",
        )),
        None => Ok(()),
    }
}

/// Checks that an index or a constraint of the schema has a name of its own:
/// PostgreSQL keeps them with the tables of the namespace.
pub(super) fn check_relation(
    table: &StreamName,
    schema: &Schema,
    name: &str,
) -> Result<(), Refusal> {
    check_length(name)?;
    let indexes = schema.indexes.iter().map(|index| index.name.as_str());
    let constraints = schema.constraints.iter().map(|unique| unique.name.as_str());
    let key = (!schema.primary_key.is_empty()).then(|| key_name(table));
    let others = [table.name.as_str()].into_iter().chain(key.as_deref());
    let taken = indexes
        .chain(constraints)
        .chain(others)
        .filter(|other| *other == name)
        .count();
    match taken {
        0 | 1 => Ok(()),
        _ => Err(Refusal::new(
            format!("a second relation called \"{name}\" in PostgreSQL"),
            "A table, its indexes, its key and its constraints each have a name of their own: rename one.",
        )),
    }
}

fn check_length(name: &str) -> Result<(), Refusal> {
    if name.len() <= MAX_NAME_BYTES {
        return Ok(());
    }
    Err(Refusal::new(
        format!("the name \"{name}\" of {} bytes in PostgreSQL", name.len()),
        format!("Names have at most {MAX_NAME_BYTES} bytes there: choose a shorter one."),
    ))
}
