//! Events as an application that follows the streams takes them.

use rekha::astha::{Data, Unit};
use rekha::position::Position;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What it wants of `tables`.
#[derive(Debug, Deserialize)]
pub(crate) struct TableRow {
    pub(crate) id: i64,
    pub(crate) name: String,
}

/// … and of `table_columns`.
#[derive(Debug, Deserialize)]
pub(crate) struct ColumnRow {
    pub(crate) table_id: i64,
    pub(crate) column_name: String,
    pub(crate) is_nullable: u8,
    pub(crate) default_value: Option<String>,
}

/// … and of `table_metadata`.
#[derive(Debug, Deserialize)]
pub(crate) struct MetadataRow {
    pub(crate) table_id: i64,
    pub(crate) schema_version: u32,
}

/// The rows of a table in a unit, typed.
pub(crate) fn rows<T: DeserializeOwned>(unit: &Unit, table: &str) -> Vec<Data<T>> {
    unit.events
        .iter()
        .filter(|event| event.table == table)
        .map(|event| event.decode().unwrap().data)
        .collect()
}

/// The new rows of a table in a unit.
pub(crate) fn inserted<T: DeserializeOwned>(unit: &Unit, table: &str) -> Vec<T> {
    rows(unit, table)
        .into_iter()
        .filter_map(|data| match data {
            Data::Insert(row) => Some(row),
            _ => None,
        })
        .collect()
}

/// The versions that streams are at after a unit: ids and numbers.
pub(crate) fn versions(unit: &Unit) -> Vec<(i64, u32)> {
    rows::<MetadataRow>(unit, "table_metadata")
        .iter()
        .map(|data| (data.row().table_id, data.row().schema_version))
        .collect()
}

/// Positions only grow, within a unit and from unit to unit.
pub(crate) fn assert_in_order(units: &[Unit]) {
    let mut last = Position::default();
    for unit in units {
        for event in &unit.events {
            assert!(event.position > last, "{unit:?} comes after {last}");
            last = event.position;
        }
        assert!(unit.position >= last, "{unit:?} ends before {last}");
        last = unit.position;
    }
}
