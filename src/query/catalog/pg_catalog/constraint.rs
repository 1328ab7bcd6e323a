//! `pg_constraint`, `pg_depend`.

use crate::query::catalog::cell::*;
use crate::query::catalog::oid::{self as oids, PG_ATTRDEF, PG_CLASS, PG_CONSTRAINT, PG_NAMESPACE};
use crate::query::catalog::source::Maker;
use crate::query::catalog::table::{Attribute, Constraint, Index, Table};
use crate::relation::Row;

/// The constraints of a table.
pub(super) fn pg_constraint(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    let row = |(constraint, index): (Constraint, &Index)| {
        maker.row([
            ("oid", oid(constraint.oid)),
            ("conname", text(&index.name)),
            ("connamespace", oid(table.schema_oid)),
            (
                "contype",
                char(if constraint.is_primary { b'p' } else { b'u' }),
            ),
            ("condeferrable", NO),
            ("condeferred", NO),
            ("convalidated", YES),
            ("conrelid", oid(table.oid)),
            ("contypid", oid(0)),
            ("conindid", oid(index.oid)),
            ("conparentid", oid(0)),
            ("confrelid", oid(0)),
            ("confupdtype", char(b' ')),
            ("confdeltype", char(b' ')),
            ("confmatchtype", char(b' ')),
            ("conislocal", YES),
            ("coninhcount", int4(0)),
            ("connoinherit", YES),
            ("conkey", index.key()),
        ])
    };
    table.constraints().map(row).collect()
}

/// What a stream and its parts depend on. Those of the system's own relations, which
/// cannot be dropped, are left out, as PostgreSQL leaves out what is pinned.
pub(super) fn pg_depend(maker: &Maker<'_>, table: &Table) -> Vec<Row> {
    if !table.is_stream() {
        return Vec::new();
    }
    let row = |(class, object): (u32, u32), (on_class, on, column): (u32, u32, i16), kind: u8| {
        maker.row([
            ("classid", oid(class)),
            ("objid", oid(object)),
            ("objsubid", int4(0)),
            ("refclassid", oid(on_class)),
            ("refobjid", oid(on)),
            ("refobjsubid", int4(i32::from(column))),
            ("deptype", char(kind)),
        ])
    };
    let column = |number: i16| (PG_CLASS, table.oid, number);
    let mut rows = vec![row(
        (PG_CLASS, table.oid),
        (PG_NAMESPACE, table.schema_oid, 0),
        b'n',
    )];
    let defaults = table.numbered();
    rows.extend(
        defaults.filter_map(|(number, _, attribute): (_, _, &Attribute)| {
            attribute.default.as_ref()?;
            let default = (PG_ATTRDEF, oids::of_default(table.oid, number));
            Some(row(default, column(number), b'a'))
        }),
    );
    for index in &table.indexes {
        let dependent = match index.constraint {
            Some(constraint) => {
                let constraint = (PG_CONSTRAINT, constraint.oid);
                let on = (constraint.0, constraint.1, 0);
                rows.push(row((PG_CLASS, index.oid), on, b'i'));
                constraint
            }
            None => (PG_CLASS, index.oid),
        };
        let numbers = index.columns.iter();
        rows.extend(numbers.map(|number| row(dependent, column(*number), b'a')));
    }
    rows
}
