//! Whether an object is what its name alone means.

use crate::query::catalog::cell::*;
use crate::query::catalog::{oid, schemas, type_catalog};
use crate::query::function::{Arguments, Function};
use crate::relation::Type;

/// All objects of the kind are in `pg_catalog`, where every name is looked for.
macro_rules! always {
    ($name:literal) => {
        Function::row($name, &[Type::OID], Type::BOOL, |_, _| Ok(YES))
    };
}

pub(in crate::query) static VISIBILITY: &[Function] = &[
    Function::row(
        "pg_table_is_visible",
        &[Type::OID],
        Type::BOOL,
        |call, values| {
            let is_visible = call.catalog.is_visible(values.oid(0))?;
            Ok(is_visible.map_or(NULL, boolean))
        },
    ),
    Function::row(
        "pg_type_is_visible",
        &[Type::OID],
        Type::BOOL,
        |call, values| {
            let Some(entry) = type_catalog::of_oid(values.oid(0)) else {
                let stream = oid::stream_of_row(values.oid(0));
                let is_visible = stream.map(|stream| call.catalog.is_visible(stream));
                return Ok(is_visible.transpose()?.flatten().map_or(NULL, boolean));
            };
            let schema = schemas::of_oid(entry.schema).map(|schema| schema.name);
            let path = call.catalog.path();
            Ok(boolean(schema.is_some_and(|schema| path.contains(&schema))))
        },
    ),
    always!("pg_collation_is_visible"),
    always!("pg_conversion_is_visible"),
    always!("pg_function_is_visible"),
    always!("pg_opclass_is_visible"),
    always!("pg_operator_is_visible"),
    always!("pg_opfamily_is_visible"),
    always!("pg_statistics_obj_is_visible"),
    always!("pg_ts_config_is_visible"),
    always!("pg_ts_dict_is_visible"),
    always!("pg_ts_parser_is_visible"),
    always!("pg_ts_template_is_visible"),
];
