//! `table_privileges`, `column_privileges`: the one role may everything.

use crate::query::catalog::cell::*;
use crate::query::catalog::source::Maker;
use crate::query::catalog::table::Table;
use crate::relation::Row;

const TABLE: [&str; 7] = [
    "INSERT",
    "SELECT",
    "UPDATE",
    "DELETE",
    "TRUNCATE",
    "REFERENCES",
    "TRIGGER",
];
const COLUMN: [&str; 4] = ["INSERT", "SELECT", "UPDATE", "REFERENCES"];

/// `table_privileges` and `role_table_grants`
pub(super) fn table_privileges(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    let row = |privilege: &&str| {
        let [catalog, schema, name] = maker.place(table);
        maker.row([
            ("grantor", maker.user()),
            ("grantee", maker.user()),
            ("table_catalog", catalog),
            ("table_schema", schema),
            ("table_name", name),
            ("privilege_type", text(privilege)),
            ("is_grantable", yes_or_no(true)),
            ("with_hierarchy", yes_or_no(*privilege == "SELECT")),
        ])
    };
    TABLE.iter().map(row).collect()
}

/// `column_privileges` and `role_column_grants`
pub(super) fn column_privileges(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    let rows = table.columns.iter().flat_map(|column| {
        COLUMN.iter().map(move |privilege| {
            let [catalog, schema, name] = maker.place(table);
            maker.row([
                ("grantor", maker.user()),
                ("grantee", maker.user()),
                ("table_catalog", catalog),
                ("table_schema", schema),
                ("table_name", name),
                ("column_name", text(&column.name)),
                ("privilege_type", text(privilege)),
                ("is_grantable", yes_or_no(true)),
            ])
        })
    });
    rows.collect()
}
