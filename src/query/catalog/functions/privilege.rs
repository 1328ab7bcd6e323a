//! Functions about privileges. The one role there is owns everything and may
//! everything; what is asked about has to be there.

use crate::error::{Error, ErrorKind, Object, Result, Value as Fault};
use crate::query::catalog::cell::*;
use crate::query::catalog::oid::{DATABASE, USER};
use crate::query::catalog::{schemas, type_catalog};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Type, Value};

use super::definition::no_column;

const BOOL: Type = Type::BOOL;
const INT2: Type = Type::INT2;
const NAME: Type = Type::NAME;
const OID: Type = Type::OID;
const TEXT: Type = Type::TEXT;

/// An object by its name or its OID, as PostgreSQL has a function for each.
#[derive(Clone, Copy)]
enum Named<'a> {
    Name(&'a str),
    Oid(u32),
}

fn named(value: &Value) -> Named<'_> {
    match value {
        Value::Oid(oid) | Value::Reg { oid, .. } => Named::Oid(*oid),
        Value::Text(text) => Named::Name(text),
        _ => Named::Oid(0),
    }
}

/// The sort of object that a function asks about.
type Sort = fn(&Call<'_>, Named<'_>) -> Result<bool>;

/// `has_x_privilege(object, privilege)`, with and without a role, by name and OID.
macro_rules! has {
    ($name:literal, $sort:expr, $privileges:expr) => {
        [
            has!($name, $sort, $privileges, [TEXT, TEXT]),
            has!($name, $sort, $privileges, [OID, TEXT]),
            has!($name, $sort, $privileges, [NAME, TEXT, TEXT]),
            has!($name, $sort, $privileges, [NAME, OID, TEXT]),
            has!($name, $sort, $privileges, [OID, TEXT, TEXT]),
            has!($name, $sort, $privileges, [OID, OID, TEXT]),
        ]
    };
    ($name:literal, $sort:expr, $privileges:expr, $parameters:expr) => {
        Function::row($name, &$parameters, BOOL, |call, values| {
            let (role, rest) = values.split_at(values.len() - 2);
            check_role(call, role)?;
            check_privileges(values.text(values.len() - 1), $privileges)?;
            let sort: Sort = $sort;
            // An OID that is none is nothing to have a privilege on.
            Ok(if sort(call, named(&rest[0]))? {
                YES
            } else {
                NULL
            })
        })
    };
}

const TABLE: &[&str] = &[
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "TRUNCATE",
    "REFERENCES",
    "TRIGGER",
];
const COLUMN: &[&str] = &["SELECT", "INSERT", "UPDATE", "REFERENCES"];

/// `has_column_privilege(table, column, privilege)`
macro_rules! has_column {
    ($parameters:expr) => {
        Function::row(
            "has_column_privilege",
            &$parameters,
            BOOL,
            |call, values| {
                let (role, rest) = values.split_at(values.len() - 3);
                check_role(call, role)?;
                check_privileges(values.text(values.len() - 1), COLUMN)?;
                column(call, named(&rest[0]), &rest[1])
            },
        )
    };
}

pub(in crate::query) static PRIVILEGES: &[&[Function]] = &[
    &has!("has_table_privilege", relation, TABLE),
    &has!("has_any_column_privilege", relation, COLUMN),
    &has!(
        "has_sequence_privilege",
        relation,
        &["USAGE", "SELECT", "UPDATE"]
    ),
    &has!("has_schema_privilege", schema, &["CREATE", "USAGE"]),
    &has!(
        "has_database_privilege",
        database,
        &["CREATE", "CONNECT", "TEMPORARY", "TEMP"]
    ),
    &has!("has_function_privilege", function, &["EXECUTE"]),
    &has!("has_language_privilege", any, &["USAGE"]),
    &has!("has_tablespace_privilege", any, &["CREATE"]),
    &has!("has_type_privilege", data_type, &["USAGE"]),
    &has!("has_foreign_data_wrapper_privilege", none, &["USAGE"]),
    &has!("has_server_privilege", none, &["USAGE"]),
    &has!("pg_has_role", role, &["MEMBER", "USAGE"]),
    &[
        has_column!([TEXT, TEXT, TEXT]),
        has_column!([TEXT, INT2, TEXT]),
        has_column!([OID, TEXT, TEXT]),
        has_column!([OID, INT2, TEXT]),
        has_column!([NAME, TEXT, TEXT, TEXT]),
        has_column!([NAME, TEXT, INT2, TEXT]),
        has_column!([NAME, OID, TEXT, TEXT]),
        has_column!([NAME, OID, INT2, TEXT]),
        has_column!([OID, TEXT, TEXT, TEXT]),
        has_column!([OID, TEXT, INT2, TEXT]),
        has_column!([OID, OID, TEXT, TEXT]),
        has_column!([OID, OID, INT2, TEXT]),
    ],
];

/// Whether the role, if one is told, is there.
fn check_role(call: &Call<'_>, role: &[Value]) -> Result<()> {
    match role.first().map(named) {
        Some(Named::Name(name)) if *name != *call.catalog.context.user && name != "public" => {
            Err(call.catalog.missing(name, &Type::REGROLE))
        }
        _ => Ok(()),
    }
}

/// Whether the privileges, between commas, are some that such an object has.
fn check_privileges(privileges: &str, known: &[&str]) -> Result<()> {
    const GRANT: &str = " WITH GRANT OPTION";
    const ADMIN: &str = " WITH ADMIN OPTION";
    for privilege in privileges.split(',') {
        let word = privilege.trim().to_uppercase();
        let plain = word
            .strip_suffix(GRANT)
            .or_else(|| word.strip_suffix(ADMIN));
        if !known.contains(&plain.unwrap_or(&word)) {
            return Err(Error::new(
                ErrorKind::InvalidValue(Fault::Parameter),
                format!("unrecognized privilege type: \"{}\"", privilege.trim()),
            ));
        }
    }
    Ok(())
}

/// The OID of an object, which a name must have.
fn found(call: &Call<'_>, object: Named<'_>, of: &Type) -> Result<u32> {
    match object {
        Named::Oid(oid) => Ok(oid),
        Named::Name(name) => {
            let found = call.catalog.oid_of(name, of)?;
            found.ok_or_else(|| call.catalog.missing(name, of))
        }
    }
}

fn relation(call: &Call<'_>, object: Named<'_>) -> Result<bool> {
    let oid = found(call, object, &Type::REGCLASS)?;
    Ok(call.catalog.relation_of(oid)?.is_some())
}

fn schema(call: &Call<'_>, object: Named<'_>) -> Result<bool> {
    match object {
        Named::Oid(oid) => Ok(call.catalog.schema_name(oid)?.is_some()),
        Named::Name(name) => match call.catalog.schema_oid(name)? {
            Some(_) => Ok(true),
            None => Err(call.catalog.missing(name, &Type::REGNAMESPACE)),
        },
    }
}

fn database(call: &Call<'_>, object: Named<'_>) -> Result<bool> {
    match object {
        Named::Oid(oid) => Ok(oid == DATABASE),
        Named::Name(name) if *name == *call.catalog.context.database => Ok(true),
        Named::Name(name) => Err(Error::new(
            ErrorKind::NotFound(Object::Other),
            format!("database \"{name}\" does not exist"),
        )),
    }
}

fn function(call: &Call<'_>, object: Named<'_>) -> Result<bool> {
    found(call, object, &Type::REGPROCEDURE).map(|_| true)
}

fn data_type(call: &Call<'_>, object: Named<'_>) -> Result<bool> {
    let oid = found(call, object, &Type::REGTYPE)?;
    Ok(type_catalog::of_oid(oid).is_some_and(|entry| schemas::of_oid(entry.schema).is_some()))
}

fn any(_: &Call<'_>, _: Named<'_>) -> Result<bool> {
    Ok(true)
}

fn none(_: &Call<'_>, object: Named<'_>) -> Result<bool> {
    match object {
        Named::Oid(_) => Ok(false),
        Named::Name(name) => Err(Error::new(
            ErrorKind::NotFound(Object::Other),
            format!("server \"{name}\" does not exist"),
        )),
    }
}

fn role(call: &Call<'_>, object: Named<'_>) -> Result<bool> {
    Ok(found(call, object, &Type::REGROLE)? == USER)
}

fn column(call: &Call<'_>, table: Named<'_>, column: &Value) -> Result<Value> {
    let oid = found(call, table, &Type::REGCLASS)?;
    let Some(table) = call.catalog.table_of(oid)? else {
        return Ok(NULL);
    };
    match column {
        Value::Text(name) if !table.columns.iter().any(|own| own.name == **name) => {
            Err(no_column(name, &table.name))
        }
        Value::Int2(number) if table.column(*number).is_none() => Ok(NULL),
        _ => Ok(YES),
    }
}
