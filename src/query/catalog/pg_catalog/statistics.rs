//! The statistics views: who they are about, and that nothing was counted.

use crate::query::catalog::cell::*;
use crate::query::catalog::oid::DATABASE;
use crate::query::catalog::source::Maker;
use crate::query::catalog::table::{Index, Kind, Table};
use crate::relation::{Row, Value};

/// `pg_stat_all_tables`, `pg_statio_all_tables`
pub(super) fn all_tables(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    if table.kind != Kind::Table {
        return Vec::new();
    }
    vec![maker.counters([
        ("relid", oid(table.oid)),
        ("schemaname", text(&table.schema)),
        ("relname", text(&table.name)),
    ])]
}

/// `pg_stat_user_tables`, `pg_statio_user_tables`
pub(super) fn user_tables(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    if table.is_stream() {
        all_tables(maker, table)
    } else {
        Vec::new()
    }
}

/// `pg_stat_sys_tables`, `pg_statio_sys_tables`
pub(super) fn sys_tables(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    if table.is_stream() {
        Vec::new()
    } else {
        all_tables(maker, table)
    }
}

/// `pg_stat_all_indexes`, `pg_statio_all_indexes`
pub(super) fn all_indexes(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    let row = |index: &Index| {
        maker.counters([
            ("relid", oid(table.oid)),
            ("indexrelid", oid(index.oid)),
            ("schemaname", text(&table.schema)),
            ("relname", text(&table.name)),
            ("indexrelname", text(&index.name)),
        ])
    };
    table.indexes.iter().map(row).collect()
}

/// `pg_stat_user_indexes`, `pg_statio_user_indexes`
pub(super) fn user_indexes(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    if table.is_stream() {
        all_indexes(maker, table)
    } else {
        Vec::new()
    }
}

/// `pg_stat_sys_indexes`, `pg_statio_sys_indexes`
pub(super) fn sys_indexes(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    if table.is_stream() {
        Vec::new()
    } else {
        all_indexes(maker, table)
    }
}

pub(super) fn pg_stat_database(maker: &Maker<'_>) -> Vec<Row> {
    vec![maker.counters([
        ("datid", oid(DATABASE)),
        ("datname", maker.database()),
        ("numbackends", int4(1)),
    ])]
}

impl Maker<'_> {
    /// A row of these values in which everything that is counted is 0.
    fn counters<const N: usize>(&self, cells: [(&str, Value); N]) -> Row {
        let mut row = self.row(cells);
        for (value, column) in row.iter_mut().zip(self.columns()) {
            if *value == NULL && column.column_type == crate::relation::Type::INT8 {
                *value = int8(0);
            }
        }
        row
    }
}
