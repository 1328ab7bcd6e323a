//! Indexes and constraints as SQL, in PostgreSQL's words.

use crate::query::catalog::table::{Constraint, Index, Table};
use crate::schema::quote_ident;

/// `CREATE UNIQUE INDEX i ON public.orders USING btree (a, b)`; the table without
/// its schema when it is seen without.
pub(in crate::query::catalog) fn index_definition(
    table: &Table,
    index: &Index,
    is_qualified: bool,
) -> String {
    let unique = if index.is_unique { "UNIQUE " } else { "" };
    let schema = match is_qualified {
        true => format!("{}.", quote_ident(&table.schema)),
        false => String::new(),
    };
    format!(
        "CREATE {unique}INDEX {} ON {schema}{} USING btree ({})",
        quote_ident(&index.name),
        quote_ident(&table.name),
        columns(table, index),
    )
}

/// `PRIMARY KEY (a, b)`
pub(in crate::query::catalog) fn constraint_definition(
    table: &Table,
    constraint: Constraint,
    index: &Index,
) -> String {
    let kind = if constraint.is_primary {
        "PRIMARY KEY"
    } else {
        "UNIQUE"
    };
    format!("{kind} ({})", columns(table, index))
}

fn columns(table: &Table, index: &Index) -> String {
    let names = index
        .columns_of(table)
        .map(|(column, _)| quote_ident(&column.name));
    names.collect::<Vec<_>>().join(", ")
}
