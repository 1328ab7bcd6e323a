//! `pg_class`, `pg_attribute`, `pg_attrdef`, `pg_index`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::query::catalog::cell::*;
use crate::query::catalog::copy_text;
use crate::query::catalog::oid::{self as oids, USER};
use crate::query::catalog::source::Maker;
use crate::query::catalog::table::{Attribute, Index, Kind as TableKind, Table};
use crate::relation::{Column, Kind, Row, Type, Value};

/// The access method of tables, `heap`.
const HEAP: u32 = 2;
/// The access method of indexes, `btree`.
const BTREE: u32 = 403;

pub(super) const CLASSES: &str = include_str!("../postgresql/pg_opclass.tsv");

/// A table and its indexes.
pub(super) fn pg_class(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    let mut rows = Vec::with_capacity(1 + table.indexes.len());
    rows.push(class(maker, table, None));
    rows.extend(
        table
            .indexes
            .iter()
            .map(|index| class(maker, table, Some(index))),
    );
    rows
}

fn class(maker: &Maker<'_>, table: &Table, index: Option<&Index>) -> Row {
    let is_table = index.is_none() && table.kind.letter() == b'r';
    let columns = index.map_or(table.columns.len(), |index| index.columns.len());
    let object = index.map_or(table.oid, |index| index.oid);
    maker.row([
        ("oid", oid(object)),
        (
            "relname",
            text(index.map_or(&table.name, |index| &index.name)),
        ),
        ("relnamespace", oid(table.schema_oid)),
        (
            "reltype",
            oid(if index.is_none() { table.row_type } else { 0 }),
        ),
        ("reloftype", oid(0)),
        ("relowner", oid(USER)),
        (
            "relam",
            oid(match index {
                Some(_) => BTREE,
                None if is_table => HEAP,
                None => 0,
            }),
        ),
        (
            "relfilenode",
            oid(if is_table || index.is_some() {
                object
            } else {
                0
            }),
        ),
        ("reltablespace", oid(0)),
        ("relpages", int4(0)),
        // PostgreSQL's word for "nobody has counted yet".
        (
            "reltuples",
            Value::Float4(if is_table { -1.0 } else { 0.0 }),
        ),
        ("relallvisible", int4(0)),
        ("reltoastrelid", oid(0)),
        (
            "relhasindex",
            boolean(index.is_none() && !table.indexes.is_empty()),
        ),
        ("relisshared", NO),
        ("relpersistence", char(b'p')),
        ("relkind", char(index.map_or(table.kind.letter(), |_| b'i'))),
        ("relnatts", int2(i16::try_from(columns).unwrap_or(i16::MAX))),
        ("relchecks", int2(0)),
        ("relhasrules", boolean(index.is_none() && !is_table)),
        ("relhastriggers", NO),
        ("relhassubclass", NO),
        ("relrowsecurity", NO),
        ("relforcerowsecurity", NO),
        ("relispopulated", YES),
        (
            "relreplident",
            char(if table.is_stream() && is_table {
                b'd'
            } else {
                b'n'
            }),
        ),
        ("relispartition", NO),
        ("relrewrite", oid(0)),
        ("relfrozenxid", oid(0)),
        ("relminmxid", oid(0)),
    ])
}

/// The type of a stream's rows; those of the system's tables stand with the other types.
pub(super) fn pg_type(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    if !table.is_stream() {
        return Vec::new();
    }
    vec![maker.row([
        ("oid", oid(table.row_type)),
        ("typname", text(&table.name)),
        ("typnamespace", oid(table.schema_oid)),
        ("typowner", oid(USER)),
        ("typlen", int2(-1)),
        ("typbyval", NO),
        ("typtype", char(b'c')),
        ("typcategory", char(b'C')),
        ("typispreferred", NO),
        ("typisdefined", YES),
        ("typdelim", char(b',')),
        ("typrelid", oid(table.oid)),
        ("typsubscript", reg(0)),
        ("typelem", oid(0)),
        ("typarray", oid(0)),
        ("typinput", reg(2290)),
        ("typoutput", reg(2291)),
        ("typreceive", reg(2402)),
        ("typsend", reg(2403)),
        ("typmodin", reg(0)),
        ("typmodout", reg(0)),
        ("typanalyze", reg(0)),
        ("typalign", char(b'd')),
        ("typstorage", char(b'x')),
        ("typnotnull", NO),
        ("typbasetype", oid(0)),
        ("typtypmod", int4(-1)),
        ("typndims", int4(0)),
        ("typcollation", oid(0)),
    ])]
}

/// The columns of a table and of its indexes.
pub(super) fn pg_attribute(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    let own = table.numbered().map(|(number, column, attribute)| {
        attribute_row(maker, table.oid, number, column, attribute, true)
    });
    let of_indexes = table.indexes.iter().flat_map(|index| {
        (1..)
            .zip(index.columns_of(table))
            .map(|(number, (column, attribute))| {
                attribute_row(maker, index.oid, number, column, attribute, false)
            })
    });
    let of_system = SYSTEM.iter().filter(|_| table.kind == TableKind::Table);
    let of_system = of_system.map(|(number, name, of)| {
        let attribute = Attribute {
            not_null: true,
            ..Attribute::of_type(of.oid())
        };
        let column = Column::named((*name).into(), of.clone());
        attribute_row(maker, table.oid, *number, &column, &attribute, true)
    });
    of_system.chain(own).chain(of_indexes).collect()
}

/// The columns that every table has beside its own (PostgreSQL manual, 5.5).
const SYSTEM: [(i16, &str, Type); 6] = [
    (-6, "tableoid", Type::OID),
    (-5, "cmax", Type::CID),
    (-4, "xmax", Type::XID),
    (-3, "cmin", Type::CID),
    (-2, "xmin", Type::XID),
    (-1, "ctid", Type::TID),
];

fn attribute_row(
    maker: &Maker<'_>,
    relation: u32,
    number: i16,
    column: &Column,
    attribute: &Attribute,
    is_own: bool,
) -> Row {
    let entry = attribute.type_entry();
    maker.row([
        ("attrelid", oid(relation)),
        ("attname", text(&column.name)),
        ("atttypid", oid(attribute.type_oid)),
        ("attstattarget", int4(if number < 0 { 0 } else { -1 })),
        ("attlen", int2(entry.map_or(-1, |entry| entry.length))),
        ("attnum", int2(number)),
        ("attndims", int4(dimensions(&column.column_type))),
        ("attcacheoff", int4(-1)),
        ("atttypmod", int4(column.modifier)),
        (
            "attbyval",
            boolean(entry.is_some_and(|entry| entry.is_by_value)),
        ),
        (
            "attalign",
            char(entry.map_or(b'i', |entry| entry.alignment)),
        ),
        (
            "attstorage",
            char(entry.map_or(b'x', |entry| entry.storage)),
        ),
        ("attcompression", char(0)),
        ("attnotnull", boolean(is_own && attribute.not_null)),
        ("atthasdef", boolean(is_own && attribute.default.is_some())),
        ("atthasmissing", NO),
        ("attidentity", char(0)),
        ("attgenerated", char(0)),
        ("attisdropped", NO),
        ("attislocal", YES),
        ("attinhcount", int4(0)),
        ("attcollation", oid(attribute.collation)),
    ])
}

fn dimensions(of: &Type) -> i32 {
    i32::from(matches!(of.kind(), Kind::Array(_)))
}

/// The defaults of a table. An expression stands in place of PostgreSQL's tree.
pub(super) fn pg_attrdef(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    let row = |(number, _, attribute): (i16, _, &Attribute)| {
        let default = attribute.default.as_ref()?;
        Some(maker.row([
            ("oid", oid(oids::of_default(table.oid, number))),
            ("adrelid", oid(table.oid)),
            ("adnum", int2(number)),
            ("adbin", text(default)),
        ]))
    };
    table.numbered().filter_map(row).collect()
}

/// The indexes of a table.
pub(super) fn pg_index(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    let row = |index: &Index| {
        let count = i16::try_from(index.columns.len()).unwrap_or(i16::MAX);
        let entries = || {
            let columns = index.columns_of(table);
            columns.map(|(_, attribute)| attribute.type_entry())
        };
        maker.row([
            ("indexrelid", oid(index.oid)),
            ("indrelid", oid(table.oid)),
            ("indnatts", int2(count)),
            ("indnkeyatts", int2(count)),
            ("indisunique", boolean(index.is_unique)),
            ("indnullsnotdistinct", NO),
            ("indisprimary", boolean(index.is_primary())),
            ("indisexclusion", NO),
            ("indimmediate", YES),
            ("indisclustered", NO),
            ("indisvalid", YES),
            ("indcheckxmin", NO),
            ("indisready", YES),
            ("indislive", YES),
            ("indisreplident", NO),
            (
                "indkey",
                vector(Type::INT2, index.columns.iter().copied().map(int2)),
            ),
            (
                "indcollation",
                vector(
                    Type::OID,
                    index.columns_of(table).map(|(_, own)| oid(own.collation)),
                ),
            ),
            (
                "indclass",
                vector(
                    Type::OID,
                    entries().map(|entry| oid(entry.map_or(0, |entry| class_of(entry.oid)))),
                ),
            ),
            (
                "indoption",
                vector(Type::INT2, index.columns.iter().map(|_| int2(0))),
            ),
        ])
    };
    table.indexes.iter().map(row).collect()
}

/// The operator class by which a btree orders a type, arrays in one of their own.
fn class_of(type_oid: u32) -> u32 {
    static DEFAULTS: LazyLock<HashMap<u32, u32>> = LazyLock::new(|| {
        // oid, method, name, namespace, owner, family, type, default
        let class = |line| {
            let fields: Vec<_> = copy_text::fields(line)
                .map(Option::unwrap_or_default)
                .collect();
            let number = |place: usize| fields[place].parse::<u32>().ok();
            let is_default = number(1) == Some(BTREE) && fields[7] == "t";
            is_default.then(|| Some((number(6)?, number(0)?))).flatten()
        };
        CLASSES.lines().filter_map(class).collect()
    });
    let array = Type::from_oid(type_oid).is_some_and(|of| dimensions(&of) > 0);
    let ordered_as = match type_oid {
        // What PostgreSQL coerces without a cast.
        _ if type_oid == Type::VARCHAR.oid() => Type::TEXT.oid(),
        _ if array => Type::ANYARRAY.oid(),
        other => other,
    };
    DEFAULTS.get(&ordered_as).copied().unwrap_or(0)
}
