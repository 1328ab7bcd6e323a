//! Stored rows as they are, a page at a time.

use std::fmt::Write;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use super::codec::damaged;
use crate::error::Result;
use crate::store::{Cell, RowPage, RowRequest};

/// A page of a table's rows, by row id.
pub(super) fn rows(connection: &Connection, request: &RowRequest) -> Result<RowPage> {
    let mut sql = "SELECT rowid".to_owned();
    for column in &request.columns {
        sql.push_str(", ");
        sql.push_str(&quoted(column));
    }
    let mut values = vec![
        Cell::Integer(request.after),
        Cell::Integer(i64::from(request.limit)),
    ];
    // Writing to a text does not fail.
    let _ = write!(sql, " FROM {} WHERE rowid > ?1", quoted(&request.table));
    for test in &request.tests {
        let first = values.len() + 1;
        values.extend(test.values.iter().cloned());
        let places = (first..=values.len()).map(|place| format!("?{place}"));
        let places = places.collect::<Vec<_>>().join(", ");
        let _ = write!(sql, " AND {} IN ({places})", quoted(&test.column));
    }
    sql.push_str(" ORDER BY rowid LIMIT ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = statement.query(params_from_iter(values))?;
    let mut page = RowPage::default();
    let mut last = request.after;
    while let Some(row) = found.next()? {
        last = row.get(0)?;
        let cells = (1..=request.columns.len()).map(|place| cell(row.get_ref(place)?));
        page.rows.push(cells.collect::<Result<_>>()?);
    }
    let is_full = u32::try_from(page.rows.len()) == Ok(request.limit);
    page.next = is_full.then_some(last);
    Ok(page)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn cell(value: ValueRef<'_>) -> Result<Cell> {
    Ok(match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Integer(number),
        ValueRef::Real(number) => Cell::Real(number),
        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(_) => return Err(damaged("a stored value is neither text nor number")),
    })
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Value::Null),
            Self::Integer(number) => (*number).into(),
            Self::Real(number) => (*number).into(),
            Self::Text(text) => text.as_str().into(),
        })
    }
}
