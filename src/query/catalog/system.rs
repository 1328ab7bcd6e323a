//! The relations of the system's own: PostgreSQL's and Rekha's.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use super::oid::COLLATION_C;
use super::own;
use super::schemas;
use super::table::{Attribute, Constraint, Index, Kind, Table};
use crate::relation::Type;

/// What `generate.sh` beside it found in PostgreSQL 15.
const FILE: &str = include_str!("postgresql/relations.tsv");

/// All of them.
pub(super) static TABLES: LazyLock<Vec<Arc<Table>>> = LazyLock::new(|| {
    let mut tables = Vec::new();
    for line in FILE.lines() {
        let fields = line.trim_start_matches('\t').split('\t');
        let fields: Vec<&'static str> = fields.collect();
        let table = tables.last_mut();
        match (line.starts_with("\t\t"), line.starts_with('\t'), table) {
            (true, _, Some(table)) => add_index(table, &fields),
            (_, true, Some(table)) => add_column(table, &fields),
            _ => tables.push(table_of(&fields)),
        }
    }
    tables.extend(own::tables());
    tables.into_iter().map(Arc::new).collect()
});

/// The rows of the function `pg_get_keywords`, which is no relation.
pub(super) static KEYWORDS: LazyLock<Table> = LazyLock::new(|| {
    let mut table = table_of(&["pg_catalog", "pg_get_keywords", "v", "0", "0"]);
    for (name, of) in [
        ("word", Type::TEXT),
        ("catcode", Type::CHAR),
        ("barelabel", Type::BOOL),
        ("catdesc", Type::TEXT),
        ("baredesc", Type::TEXT),
    ] {
        let type_oid = of.oid();
        table.add_column(name.into(), (of, -1), Attribute::of_type(type_oid));
        if let Some(column) = table.columns.last_mut() {
            column.origin = None;
        }
    }
    table
});

/// The one of this name.
pub(super) fn of_name(schema: &str, name: &str) -> Option<&'static Table> {
    static BY_NAME: LazyLock<HashMap<(&str, &str), &Table>> = LazyLock::new(|| {
        let tables = TABLES.iter();
        tables
            .map(|table| ((table.schema.as_ref(), table.name.as_ref()), table.as_ref()))
            .collect()
    });
    BY_NAME.get(&(schema, name)).copied()
}

/// The OID of the relation or index of this name.
pub(super) fn oid_of(schema: &str, name: &str) -> Option<u32> {
    static BY_NAME: LazyLock<HashMap<(&str, &str), u32>> = LazyLock::new(|| {
        let mut oids = HashMap::new();
        for table in TABLES.iter() {
            let schema = table.schema.as_ref();
            oids.insert((schema, table.name.as_ref()), table.oid);
            let indexes = table.indexes.iter();
            oids.extend(indexes.map(|index| ((schema, index.name.as_ref()), index.oid)));
        }
        oids
    });
    BY_NAME.get(&(schema, name)).copied()
}

fn number(field: &str) -> u32 {
    field.parse().expect("an OID is a number")
}

/// schema, name, kind, OID, OID of the row type, comment
fn table_of(fields: &[&'static str]) -> Table {
    let schema = schemas::of_name(fields[0]).expect("a system relation is in a system schema");
    Table {
        oid: number(fields[3]),
        schema_oid: schema.oid,
        schema: schema.name.into(),
        name: fields[1].into(),
        kind: match fields[2] {
            "v" => Kind::View,
            _ => Kind::Table,
        },
        row_type: number(fields[4]),
        comment: fields.get(5).copied().map(Cow::Borrowed),
        columns: Vec::new(),
        attributes: Vec::new(),
        key: Vec::new(),
        indexes: Vec::new(),
    }
}

/// name, OID of the type, modifier, whether it is NOT NULL
fn add_column(table: &mut Table, fields: &[&'static str]) {
    let type_oid = number(fields[1]);
    // What has no values of its own is told as text.
    let of = Type::from_oid(type_oid).unwrap_or(Type::TEXT);
    let modifier = fields[2].parse().expect("a modifier is a number");
    let mut attribute = Attribute {
        not_null: fields[3] == "t",
        ..Attribute::of_type(type_oid)
    };
    // The catalogs are the same in every database, whatever its collation is.
    if table.kind == Kind::Table && attribute.collation != 0 {
        attribute.collation = COLLATION_C;
    }
    table.add_column(fields[0].into(), (of, modifier), attribute);
}

/// name, OID, whether it is unique, columns, kind and OID of the constraint
fn add_index(table: &mut Table, fields: &[&'static str]) {
    let columns = fields[3].split(' ');
    table.add_index(Index {
        oid: number(fields[1]),
        name: fields[0].into(),
        columns: columns.filter_map(|column| column.parse().ok()).collect(),
        is_unique: fields[2] == "t",
        constraint: fields.get(5).map(|oid| Constraint {
            oid: number(oid),
            is_primary: fields[4] == "p",
        }),
    });
}
