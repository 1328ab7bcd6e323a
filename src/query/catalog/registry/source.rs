//! Which relation is which table of the store.

use crate::query::catalog::source::Source;
use crate::query::catalog::table::Table;
use crate::registry::{Cell, RowRequest, RowTest};
use crate::relation::{Column, Filter, Reading, Row, Scan, Style, Test, Timestamp, Type, Value};

/// How many rows are read at a time.
const PAGE: u32 = 512;
/// The most values of a filter that the store is told.
const MOST_VALUES: usize = 1_000;

/// Where the rows of a relation come from. What is not here is not stored yet.
pub(in crate::query::catalog) fn source(table: &Table) -> Source {
    match (table.schema.as_ref(), table.name.as_ref()) {
        ("registry", "databases") => Source::Stored("databases"),
        ("registry", "tables") => Source::Stored("tables"),
        ("registry", "table_columns") => Source::Stored("table_columns"),
        ("registry", "table_metadata") => Source::Stored("table_metadata"),
        ("registry", "table_indexes") => Source::Stored("table_indexes"),
        ("registry", "table_files") => Source::Stored("table_files"),
        ("registry", "table_statistics") => Source::Stored("table_statistics"),
        ("registry", "file_statistics") => Source::Stored("file_statistics"),
        ("registry", "table_snapshots") => Source::Stored("table_snapshots"),
        ("registry", "cdc_log") => Source::Stored("__cdc_log"),
        ("cartridge_warp", "schema_registry") => Source::Stored("cartridge_warp__schema_registry"),
        ("cartridge_warp", "dead_letter_queue") => {
            Source::Stored("cartridge_warp__dead_letter_queue")
        }
        _ => Source::None,
    }
}

/// What is asked of the store first: the filters it can do itself.
pub(in crate::query::catalog) fn request(
    table: &'static str,
    columns: &'static [Column],
    scan: &Scan,
) -> RowRequest {
    let test = |Filter { column, test }: &Filter| {
        let own = columns.get(*column)?;
        let Test::In(values) = test else {
            return None;
        };
        if values.len() > MOST_VALUES {
            return None;
        }
        // Texts and numbers are stored as they are shown.
        let values = values.iter().map(|value| match (&own.column_type, value) {
            (&Type::TEXT, Value::Text(text)) => Some(Cell::Text(text.to_string())),
            (&Type::INT8, Value::Int8(number)) => Some(Cell::Integer(*number)),
            _ => None,
        });
        Some(RowTest {
            column: own.name.to_string(),
            values: values.collect::<Option<_>>()?,
        })
    };
    RowRequest {
        table: table.to_owned(),
        columns: columns
            .iter()
            .map(|column| column.name.to_string())
            .collect(),
        tests: scan.filters.iter().filter_map(test).collect(),
        after: i64::MIN,
        limit: PAGE,
    }
}

/// Stored rows as values of these columns. A time that is none is NULL.
pub(in crate::query::catalog) fn rows(stored: Vec<Vec<Cell>>, columns: &[Column]) -> Vec<Row> {
    let row = |cells: Vec<Cell>| {
        let cells = cells.into_iter().zip(columns);
        cells
            .map(|(cell, column)| value(cell, &column.column_type))
            .collect()
    };
    stored.into_iter().map(row).collect()
}

fn value(cell: Cell, of: &Type) -> Value {
    let reading = Reading {
        style: Style::default(),
        now: Timestamp::INFINITY,
    };
    match (cell, of) {
        (Cell::Integer(number), &Type::BOOL) => Value::Bool(number != 0),
        (Cell::Integer(number), &Type::INT4) => {
            i32::try_from(number).map_or(Value::Null, Value::Int4)
        }
        (Cell::Integer(number), &Type::INT8) => Value::Int8(number),
        (Cell::Real(number), &Type::FLOAT8) => Value::Float8(number),
        (Cell::Text(text), of) => Value::from_text(&text, of, &reading).unwrap_or(Value::Null),
        _ => Value::Null,
    }
}
