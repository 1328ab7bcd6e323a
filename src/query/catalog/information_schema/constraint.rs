//! `table_constraints`, `check_constraints`, `key_column_usage`,
//! `constraint_column_usage`, `constraint_table_usage`.

use crate::query::catalog::cell::*;
use crate::query::catalog::source::Maker;
use crate::query::catalog::table::{Attribute, Constraint, Index, Kind, Table};
use crate::relation::{Column, Row, Value};
use crate::schema::quote_ident;

/// The columns that are NOT NULL, each of which the standard calls a CHECK
/// constraint, with a name made for it.
fn not_null(table: &Table) -> impl Iterator<Item = (String, &Column)> {
    let is_table = table.kind == Kind::Table;
    let columns = table
        .numbered()
        .filter(move |(.., attribute)| is_table && attribute.not_null);
    columns.map(|(number, column, _): (i16, _, &Attribute)| {
        let name = format!("{}_{}_{number}_not_null", table.schema_oid, table.oid);
        (name, column)
    })
}

pub(super) fn table_constraints(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    let row = |constraint: &str, kind: &str, nulls: Value| {
        let [catalog, schema, name] = maker.place(table);
        maker.row([
            ("constraint_catalog", catalog.clone()),
            ("constraint_schema", schema.clone()),
            ("constraint_name", text(constraint)),
            ("table_catalog", catalog),
            ("table_schema", schema),
            ("table_name", name),
            ("constraint_type", text(kind)),
            ("is_deferrable", yes_or_no(false)),
            ("initially_deferred", yes_or_no(false)),
            ("enforced", yes_or_no(true)),
            ("nulls_distinct", nulls),
        ])
    };
    let keys = table
        .constraints()
        .map(|(constraint, index)| match constraint.is_primary {
            true => row(&index.name, "PRIMARY KEY", NULL),
            false => row(&index.name, "UNIQUE", yes_or_no(true)),
        });
    keys.chain(not_null(table).map(|(name, _)| row(&name, "CHECK", NULL)))
        .collect()
}

pub(super) fn check_constraints(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    let row = |(name, column): (String, &Column)| {
        maker.row([
            ("constraint_catalog", maker.database()),
            ("constraint_schema", text(&table.schema)),
            ("constraint_name", text(name)),
            (
                "check_clause",
                text(format!("{} IS NOT NULL", quote_ident(&column.name))),
            ),
        ])
    };
    not_null(table).map(row).collect()
}

pub(super) fn key_column_usage(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    let rows = |(_, index): (Constraint, &Index)| {
        let columns = (1..).zip(index.columns_of(table));
        let rows = columns.map(|(number, (column, _))| {
            let [catalog, schema, name] = maker.place(table);
            maker.row([
                ("constraint_catalog", catalog.clone()),
                ("constraint_schema", schema.clone()),
                ("constraint_name", text(&index.name)),
                ("table_catalog", catalog),
                ("table_schema", schema),
                ("table_name", name),
                ("column_name", text(&column.name)),
                ("ordinal_position", int4(number)),
            ])
        });
        rows.collect::<Vec<_>>()
    };
    table.constraints().flat_map(rows).collect()
}

pub(super) fn constraint_column_usage(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    let row = |column: &Column, constraint: &str| {
        let [catalog, schema, name] = maker.place(table);
        maker.row([
            ("table_catalog", catalog.clone()),
            ("table_schema", schema.clone()),
            ("table_name", name),
            ("column_name", text(&column.name)),
            ("constraint_catalog", catalog),
            ("constraint_schema", schema),
            ("constraint_name", text(constraint)),
        ])
    };
    let keys = table.constraints().flat_map(|(_, index)| {
        let columns = index.columns_of(table);
        columns
            .map(|(column, _)| row(column, &index.name))
            .collect::<Vec<_>>()
    });
    keys.collect()
}

pub(super) fn constraint_table_usage(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    let row = |(_, index): (Constraint, &Index)| {
        let [catalog, schema, name] = maker.place(table);
        maker.row([
            ("table_catalog", catalog.clone()),
            ("table_schema", schema.clone()),
            ("table_name", name),
            ("constraint_catalog", catalog),
            ("constraint_schema", schema),
            ("constraint_name", text(&index.name)),
        ])
    };
    table.constraints().map(row).collect()
}
