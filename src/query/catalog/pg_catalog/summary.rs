//! `pg_tables`, `pg_views`, `pg_indexes`.

use super::definition::index_definition;
use crate::query::catalog::cell::*;
use crate::query::catalog::source::Maker;
use crate::query::catalog::table::{Index, Kind, Table};
use crate::relation::Row;

pub(super) fn pg_tables(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    if table.kind != Kind::Table {
        return Vec::new();
    }
    vec![maker.row([
        ("schemaname", text(&table.schema)),
        ("tablename", text(&table.name)),
        ("tableowner", maker.user()),
        ("hasindexes", boolean(!table.indexes.is_empty())),
        ("hasrules", NO),
        ("hastriggers", NO),
        ("rowsecurity", NO),
    ])]
}

/// The system's own views; what they are made of is not told.
pub(super) fn pg_views(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    if table.kind != Kind::View {
        return Vec::new();
    }
    vec![maker.row([
        ("schemaname", text(&table.schema)),
        ("viewname", text(&table.name)),
        ("viewowner", maker.user()),
    ])]
}

pub(super) fn pg_indexes(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    let row = |index: &Index| {
        maker.row([
            ("schemaname", text(&table.schema)),
            ("tablename", text(&table.name)),
            ("indexname", text(&index.name)),
            ("indexdef", text(index_definition(table, index, true))),
        ])
    };
    table.indexes.iter().map(row).collect()
}
