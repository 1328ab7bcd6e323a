//! `pg_description`, `pg_namespace`, `pg_database`.

use std::sync::LazyLock;

use crate::query::catalog::cell::*;
use crate::query::catalog::functions::granted;
use crate::query::catalog::oid::{
    self as oids, DATABASE, PG_CLASS, PG_NAMESPACE, TABLESPACE, USER,
};
use crate::query::catalog::schemas;
use crate::query::catalog::source::Maker;
use crate::query::catalog::table::{Attribute, Table};
use crate::registry::Namespace;
use crate::relation::{Row, Type};

/// The comments on PostgreSQL's own objects and on the system's schemas, as COPY
/// writes them.
pub(in crate::query::catalog) static DESCRIPTIONS: LazyLock<String> = LazyLock::new(|| {
    let mut descriptions = include_str!("../postgresql/pg_description.tsv").to_owned();
    for schema in schemas::ALL {
        if let Some(comment) = schema.comment {
            let oid = schema.oid;
            descriptions.push_str(&format!("{oid}\t{PG_NAMESPACE}\t0\t{comment}\n"));
        }
    }
    descriptions
});

/// The schema that is always there.
const PUBLIC: &str = "public";

/// UTF8, by its number (`pg_enc`).
const UTF8: i32 = 6;

/// The comments on a table and its columns.
pub(super) fn pg_description(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    let row = |number: i16, comment: &str| {
        maker.row([
            ("objoid", oid(table.oid)),
            ("classoid", oid(PG_CLASS)),
            ("objsubid", int4(i32::from(number))),
            ("description", text(comment)),
        ])
    };
    let own = table.comment.iter().map(|comment| row(0, comment));
    let columns = table.numbered();
    let columns = columns.filter_map(|(number, _, attribute): (_, _, &Attribute)| {
        Some(row(number, attribute.comment.as_ref()?))
    });
    own.chain(columns).collect()
}

pub(super) fn pg_namespace(maker: &Maker<'_>, namespaces: &[Namespace]) -> Vec<Row> {
    let everybody = |name: &str| {
        // What initdb makes, all may use.
        let is_open = name == PUBLIC || schemas::of_name(name).is_some();
        let user = &maker.context.user;
        match is_open {
            true => array(
                Type::ACLITEM,
                [granted(user, "UC", user), granted("", "U", user)],
            ),
            false => NULL,
        }
    };
    let row = |schema: u32, name: &str| {
        maker.row([
            ("oid", oid(schema)),
            ("nspname", text(name)),
            ("nspowner", oid(USER)),
            ("nspacl", everybody(name)),
        ])
    };
    let own = schemas::ALL
        .iter()
        .map(|schema| row(schema.oid, schema.name));
    let namespaces = namespaces.iter();
    let namespaces = namespaces.map(|namespace| row(oids::of(namespace.id), &namespace.name));
    own.chain(namespaces).collect()
}

pub(super) fn pg_database(maker: &Maker<'_>) -> Vec<Row> {
    vec![maker.row([
        ("oid", oid(DATABASE)),
        ("datname", maker.database()),
        ("datdba", oid(USER)),
        ("encoding", int4(UTF8)),
        ("datlocprovider", char(b'c')),
        ("datistemplate", NO),
        ("datallowconn", YES),
        ("datconnlimit", int4(-1)),
        ("datfrozenxid", oid(0)),
        ("datminmxid", oid(0)),
        ("dattablespace", oid(TABLESPACE)),
        ("datcollate", text("C.UTF-8")),
        ("datctype", text("C.UTF-8")),
    ])]
}
