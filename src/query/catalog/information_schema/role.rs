//! The catalog, its characters and its one role.

use crate::query::catalog::cell::*;
use crate::query::catalog::source::Maker;
use crate::query::catalog::{objects, schemas};
use crate::relation::Row;

pub(super) fn catalog_name(maker: &Maker<'_>) -> Vec<Row> {
    vec![maker.row([("catalog_name", maker.database())])]
}

pub(super) fn enabled_roles(maker: &Maker<'_>) -> Vec<Row> {
    vec![maker.row([("role_name", maker.user())])]
}

pub(super) fn character_sets(maker: &Maker<'_>) -> Vec<Row> {
    vec![maker.row([
        ("character_set_name", text("UTF8")),
        ("character_repertoire", text("UCS")),
        ("form_of_use", text("UTF8")),
        ("default_collate_catalog", maker.database()),
    ])]
}

pub(super) fn collations(maker: &Maker<'_>) -> Vec<Row> {
    let row = |name| {
        maker.row([
            ("collation_catalog", maker.database()),
            ("collation_schema", text(schemas::PG_CATALOG.name)),
            ("collation_name", text(name)),
            ("pad_attribute", text("NO PAD")),
        ])
    };
    objects::ORDERS.names().into_iter().map(row).collect()
}

pub(super) fn collation_character_sets(maker: &Maker<'_>) -> Vec<Row> {
    let row = |name| {
        maker.row([
            ("collation_catalog", maker.database()),
            ("collation_schema", text(schemas::PG_CATALOG.name)),
            ("collation_name", text(name)),
            ("character_set_name", text("UTF8")),
        ])
    };
    objects::ORDERS.names().into_iter().map(row).collect()
}
