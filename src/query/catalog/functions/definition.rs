//! Functions that show definitions as SQL.

use crate::error::{Error, ErrorKind, Object, Result};
use crate::query::catalog::cell::*;
use crate::query::catalog::oid::USER;
use crate::query::catalog::pg_catalog::{constraint_definition, index_definition};
use crate::query::catalog::table::Kind;
use crate::query::catalog::type_catalog;
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Type, Value};
use crate::schema::quote_ident;

const BOOL: Type = Type::BOOL;
const INT4: Type = Type::INT4;
const OID: Type = Type::OID;
const TEXT: Type = Type::TEXT;
const TREE: Type = Type::PG_NODE_TREE;

pub(in crate::query) static DEFINITIONS: &[Function] = &[
    Function::row("format_type", &[OID, INT4], TEXT, |call, values| {
        if values.is_null(0) {
            return Ok(NULL);
        }
        let of = values.oid(0);
        let modifier = if values.is_null(1) {
            None
        } else {
            Some(values.int4(1))
        };
        Ok(text(match modifier {
            // Without a length it is not the standard's type.
            Some(-1) if of == Type::BPCHAR.oid() => "bpchar".to_owned(),
            modifier => {
                let modifier = modifier.unwrap_or(-1);
                let name = call.catalog.type_name(of, modifier)?;
                name.unwrap_or_else(|| type_catalog::spelled(of, modifier))
            }
        }))
    })
    .lenient(),
    // What the catalogs hold in place of a tree is the expression.
    Function::row("pg_get_expr", &[TREE, OID], TEXT, |_, values| {
        Ok(text(values.text(0)))
    }),
    Function::row("pg_get_expr", &[TREE, OID, BOOL], TEXT, |_, values| {
        Ok(text(values.text(0)))
    }),
    Function::row("pg_get_constraintdef", &[OID], TEXT, |call, values| {
        constraint(call, values.oid(0))
    }),
    Function::row(
        "pg_get_constraintdef",
        &[OID, BOOL],
        TEXT,
        |call, values| constraint(call, values.oid(0)),
    ),
    Function::row("pg_get_indexdef", &[OID], TEXT, |call, values| {
        index(call, values.oid(0), 0, false)
    }),
    Function::row(
        "pg_get_indexdef",
        &[OID, INT4, BOOL],
        TEXT,
        |call, values| index(call, values.oid(0), values.int4(1), values.bool(2)),
    ),
    Function::row("pg_get_userbyid", &[OID], Type::NAME, |call, values| {
        Ok(match values.oid(0) {
            USER => text(&call.catalog.context.user),
            other => text(format!("unknown (OID={other})")),
        })
    }),
    Function::row(
        "pg_get_serial_sequence",
        &[TEXT, TEXT],
        TEXT,
        |call, values| {
            let (name, column) = (values.text(0), values.text(1));
            let Some(relation) = call.catalog.oid_of(name, &Type::REGCLASS)? else {
                return Err(call.catalog.missing(name, &Type::REGCLASS));
            };
            let table = call.catalog.table_of(relation)?;
            let is_there =
                table.is_some_and(|table| table.columns.iter().any(|own| own.name == column));
            match is_there {
                // Nothing here is filled from a sequence.
                true => Ok(NULL),
                false => Err(no_column(column, name)),
            }
        },
    ),
    Function::row(
        "pg_relation_is_updatable",
        &[Type::REGCLASS, BOOL],
        INT4,
        |call, values| {
            // INSERT, UPDATE and DELETE, by the numbers of the commands as bits.
            const ALL: i32 = 1 << 3 | 1 << 2 | 1 << 4;
            let is_table = is_table(call, values.oid(0))?;
            Ok(int4(if is_table { ALL } else { 0 }))
        },
    ),
    Function::row(
        "pg_column_is_updatable",
        &[Type::REGCLASS, Type::INT2, BOOL],
        BOOL,
        |call, values| {
            let is_own = values.int(1) > 0;
            Ok(boolean(is_own && is_table(call, values.oid(0))?))
        },
    ),
    Function::row(
        "pg_indexam_has_property",
        &[OID, TEXT],
        BOOL,
        |_, values| Ok(method_property(values.oid(0), values.text(1))),
    ),
    Function::row(
        "pg_index_has_property",
        &[Type::REGCLASS, TEXT],
        BOOL,
        |call, values| {
            let found = call.catalog.table_of(values.oid(0))?;
            let is_index = found.is_some_and(|table| table.oid != values.oid(0));
            Ok(match (is_index, values.text(1)) {
                (true, "clusterable" | "index_scan" | "bitmap_scan" | "backward_scan") => YES,
                _ => NULL,
            })
        },
    ),
    Function::row(
        "pg_index_column_has_property",
        &[Type::REGCLASS, INT4, TEXT],
        BOOL,
        |call, values| {
            let found = call.catalog.table_of(values.oid(0))?;
            let is_column = found.as_ref().is_some_and(|table| {
                let own = table
                    .indexes
                    .iter()
                    .find(|index| index.oid == values.oid(0));
                let count = own.map_or(0, |index| index.columns.len());
                usize::try_from(values.int4(1)).is_ok_and(|number| (1..=count).contains(&number))
            });
            Ok(match (is_column, values.text(2)) {
                (false, _) => NULL,
                (
                    true,
                    "asc" | "nulls_last" | "orderable" | "returnable" | "search_array"
                    | "search_nulls",
                ) => YES,
                (true, "desc" | "nulls_first" | "distance_orderable") => NO,
                _ => NULL,
            })
        },
    ),
];

fn is_table(call: &Call<'_>, relation: u32) -> Result<bool> {
    let found = call.catalog.table_of(relation)?;
    Ok(found.is_some_and(|table| table.oid == relation && table.kind == Kind::Table))
}

/// What an access method can do; nothing is known of one of tables (PostgreSQL
/// manual, table 9.76).
fn method_property(method: u32, property: &str) -> Value {
    let able: &[&str] = match method {
        // btree, hash, gist, gin, spgist, brin
        403 => &[
            "can_order",
            "can_unique",
            "can_multi_col",
            "can_exclude",
            "can_include",
        ],
        405 => &["can_exclude"],
        783 => &["can_multi_col", "can_exclude", "can_include"],
        2_742 | 3_580 => &["can_multi_col"],
        4_000 => &["can_exclude", "can_include"],
        _ => return NULL,
    };
    match property {
        "can_order" | "can_unique" | "can_multi_col" | "can_exclude" | "can_include" => {
            boolean(able.contains(&property))
        }
        _ => NULL,
    }
}

fn constraint(call: &Call<'_>, constraint: u32) -> Result<Value> {
    let Some(table) = call.catalog.table_of(constraint)? else {
        return Ok(NULL);
    };
    let found = table.constraints().find(|(own, _)| own.oid == constraint);
    Ok(maybe(found.map(|(own, index)| {
        constraint_definition(&table, own, index)
    })))
}

/// An index, or the name of one of its columns.
fn index(call: &Call<'_>, index: u32, column: i32, is_pretty: bool) -> Result<Value> {
    let Some(table) = call.catalog.table_of(index)? else {
        return Ok(NULL);
    };
    let Some(index) = table.indexes.iter().find(|own| own.oid == index) else {
        return Ok(NULL);
    };
    if column != 0 {
        let place = usize::try_from(column - 1).ok();
        let column = place.and_then(|place| index.columns_of(&table).nth(place));
        // PostgreSQL answers an empty text for a column that is none.
        return Ok(text(
            column.map_or(String::new(), |(column, _)| quote_ident(&column.name)),
        ));
    }
    let is_visible = is_pretty && call.catalog.is_visible(table.oid)? == Some(true);
    Ok(text(index_definition(&table, index, !is_visible)))
}

pub(super) fn no_column(column: &str, relation: &str) -> Error {
    Error::new(
        ErrorKind::NotFound(Object::Column),
        format!("column \"{column}\" of relation \"{relation}\" does not exist"),
    )
}
