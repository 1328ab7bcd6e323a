//! `columns`, `element_types`, `column_udt_usage`.

use super::place::{Measures, data_type};
use crate::query::catalog::cell::*;
use crate::query::catalog::source::Maker;
use crate::query::catalog::table::{Attribute, Kind, Table};
use crate::relation::{Column, Row};

pub(super) fn columns(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    let is_updatable = table.kind == Kind::Table;
    let row = |(number, column, attribute): (i16, &Column, &Attribute)| {
        let [catalog, schema, name] = maker.place(table);
        let [collation_catalog, collation_schema, collation] = maker.collation(attribute);
        let [udt_catalog, udt_schema, udt] = maker.udt(attribute.type_oid);
        let measures = Measures::new(attribute.type_oid, column.modifier);
        maker.row([
            ("table_catalog", catalog),
            ("table_schema", schema),
            ("table_name", name),
            ("column_name", text(&column.name)),
            ("ordinal_position", int4(i32::from(number))),
            ("column_default", maybe(attribute.default.as_ref())),
            ("is_nullable", yes_or_no(!attribute.not_null)),
            ("data_type", data_type(attribute.type_oid)),
            ("character_maximum_length", measures.length),
            ("character_octet_length", measures.octets),
            ("numeric_precision", measures.precision),
            ("numeric_precision_radix", measures.radix),
            ("numeric_scale", measures.scale),
            ("datetime_precision", measures.seconds),
            ("collation_catalog", collation_catalog),
            ("collation_schema", collation_schema),
            ("collation_name", collation),
            ("udt_catalog", udt_catalog),
            ("udt_schema", udt_schema),
            ("udt_name", udt),
            ("dtd_identifier", text(number.to_string())),
            ("is_self_referencing", yes_or_no(false)),
            ("is_identity", yes_or_no(false)),
            ("identity_cycle", yes_or_no(false)),
            ("is_generated", text("NEVER")),
            ("is_updatable", yes_or_no(is_updatable)),
        ])
    };
    table.numbered().map(row).collect()
}

/// What the elements of arrays are.
pub(super) fn element_types(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    let row = |(number, _, attribute): (i16, &Column, &Attribute)| {
        let element = attribute.type_entry()?.element?;
        let [catalog, schema, name] = maker.place(table);
        let [udt_catalog, udt_schema, udt] = maker.udt(element);
        Some(maker.row([
            ("object_catalog", catalog),
            ("object_schema", schema),
            ("object_name", name),
            ("object_type", text("TABLE")),
            ("collection_type_identifier", text(number.to_string())),
            ("data_type", data_type(element)),
            ("udt_catalog", udt_catalog),
            ("udt_schema", udt_schema),
            ("udt_name", udt),
            ("dtd_identifier", text(format!("a{number}"))),
        ]))
    };
    table.numbered().filter_map(row).collect()
}

pub(super) fn column_udt_usage(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    let row = |(_, column, attribute): (i16, &Column, &Attribute)| {
        let [catalog, schema, name] = maker.place(table);
        let [udt_catalog, udt_schema, udt] = maker.udt(attribute.type_oid);
        maker.row([
            ("udt_catalog", udt_catalog),
            ("udt_schema", udt_schema),
            ("udt_name", udt),
            ("table_catalog", catalog),
            ("table_schema", schema),
            ("table_name", name),
            ("column_name", text(&column.name)),
        ])
    };
    table.numbered().map(row).collect()
}
