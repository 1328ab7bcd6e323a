//! `tables`, `views`, `schemata`.

use crate::query::catalog::cell::*;
use crate::query::catalog::schemas;
use crate::query::catalog::source::Maker;
use crate::query::catalog::table::{Kind, Table};
use crate::registry::Namespace;
use crate::relation::Row;

pub(super) fn tables(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    let [catalog, schema, name] = maker.place(table);
    let is_view = table.kind == Kind::View;
    vec![maker.row([
        ("table_catalog", catalog),
        ("table_schema", schema),
        ("table_name", name),
        (
            "table_type",
            text(if is_view { "VIEW" } else { "BASE TABLE" }),
        ),
        ("is_insertable_into", yes_or_no(!is_view)),
        ("is_typed", yes_or_no(false)),
    ])]
}

/// The system's own views; what they are made of is not told.
pub(super) fn views(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    if table.kind != Kind::View {
        return Vec::new();
    }
    let [catalog, schema, name] = maker.place(table);
    vec![maker.row([
        ("table_catalog", catalog),
        ("table_schema", schema),
        ("table_name", name),
        ("check_option", text("NONE")),
        ("is_updatable", yes_or_no(false)),
        ("is_insertable_into", yes_or_no(false)),
        ("is_trigger_updatable", yes_or_no(false)),
        ("is_trigger_deletable", yes_or_no(false)),
        ("is_trigger_insertable_into", yes_or_no(false)),
    ])]
}

pub(super) fn schemata(maker: &Maker<'_>, namespaces: &[Namespace]) -> Vec<Row> {
    let row = |name: &str| {
        maker.row([
            ("catalog_name", maker.database()),
            ("schema_name", text(name)),
            ("schema_owner", maker.user()),
        ])
    };
    let own = schemas::ALL.iter().map(|schema| row(schema.name));
    let namespaces = namespaces.iter().map(|namespace| row(&namespace.name));
    own.chain(namespaces).collect()
}
