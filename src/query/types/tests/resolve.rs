//! Calls and operators, and which function PostgreSQL 15 takes for each.

use crate::error::Result;
use crate::query::function::{Body, Function};
use crate::query::types::{Resolved, resolve, resolve_operator};
use crate::relation::{Type, Value};

/// A function of this name, parameters and answer that is never called.
const fn function(name: &'static str, parameters: &'static [Type], returns: Type) -> Function {
    declared(name, parameters, false, returns)
}

/// The same that repeats its last parameter.
const fn variadic(name: &'static str, parameters: &'static [Type], returns: Type) -> Function {
    declared(name, parameters, true, returns)
}

const fn declared(
    name: &'static str,
    parameters: &'static [Type],
    is_variadic: bool,
    returns: Type,
) -> Function {
    Function {
        name,
        parameters,
        names: &[],
        defaults: &[],
        is_variadic,
        returns,
        columns: &[],
        is_strict: true,
        is_stable: true,
        body: Body::Row(|_, _| Ok(Value::Null)),
    }
}

static FUNCTIONS: &[Function] = &[
    function("abs", &[Type::INT2], Type::INT2),
    function("abs", &[Type::INT4], Type::INT4),
    function("abs", &[Type::INT8], Type::INT8),
    function("abs", &[Type::FLOAT4], Type::FLOAT4),
    function("abs", &[Type::FLOAT8], Type::FLOAT8),
    function("abs", &[Type::NUMERIC], Type::NUMERIC),
    function("length", &[Type::TEXT], Type::INT4),
    function("length", &[Type::BPCHAR], Type::INT4),
    function("length", &[Type::BYTEA], Type::INT4),
    function("round", &[Type::FLOAT8], Type::FLOAT8),
    function("round", &[Type::NUMERIC], Type::NUMERIC),
    function("round", &[Type::NUMERIC, Type::INT4], Type::NUMERIC),
    function("to_char", &[Type::TIMESTAMPTZ, Type::TEXT], Type::TEXT),
    function("to_char", &[Type::TIMESTAMP, Type::TEXT], Type::TEXT),
    function("to_char", &[Type::NUMERIC, Type::TEXT], Type::TEXT),
    function("to_char", &[Type::INT4, Type::TEXT], Type::TEXT),
    function("to_char", &[Type::FLOAT8, Type::TEXT], Type::TEXT),
    function(
        "date_trunc",
        &[Type::TEXT, Type::TIMESTAMP],
        Type::TIMESTAMP,
    ),
    function(
        "date_trunc",
        &[Type::TEXT, Type::TIMESTAMPTZ],
        Type::TIMESTAMPTZ,
    ),
    function("date_trunc", &[Type::TEXT, Type::INTERVAL], Type::INTERVAL),
    function("array_agg", &[Type::ANYNONARRAY], Type::ANYARRAY),
    function("array_agg", &[Type::ANYARRAY], Type::ANYARRAY),
    function("unnest", &[Type::ANYARRAY], Type::ANYELEMENT),
    function(
        "array_append",
        &[Type::ANYCOMPATIBLEARRAY, Type::ANYCOMPATIBLE],
        Type::ANYCOMPATIBLEARRAY,
    ),
    function("array_upper", &[Type::ANYARRAY, Type::INT4], Type::INT4),
    function("pg_typeof", &[Type::ANY], Type::REGTYPE),
    variadic("concat", &[Type::ANY], Type::TEXT),
    variadic("format", &[Type::TEXT, Type::ANY], Type::TEXT),
    function("format", &[Type::TEXT], Type::TEXT),
    function("sum", &[Type::INT2], Type::INT8),
    function("sum", &[Type::INT4], Type::INT8),
    function("sum", &[Type::INT8], Type::NUMERIC),
    function("sum", &[Type::NUMERIC], Type::NUMERIC),
    function("sum", &[Type::FLOAT8], Type::FLOAT8),
    function("sum", &[Type::INTERVAL], Type::INTERVAL),
    function("pg_get_expr", &[Type::PG_NODE_TREE, Type::OID], Type::TEXT),
    function(
        "pg_get_expr",
        &[Type::PG_NODE_TREE, Type::OID, Type::BOOL],
        Type::TEXT,
    ),
    function(
        "has_table_privilege",
        &[Type::NAME, Type::TEXT, Type::TEXT],
        Type::BOOL,
    ),
    function(
        "has_table_privilege",
        &[Type::NAME, Type::OID, Type::TEXT],
        Type::BOOL,
    ),
    function(
        "has_table_privilege",
        &[Type::OID, Type::TEXT, Type::TEXT],
        Type::BOOL,
    ),
    function(
        "has_table_privilege",
        &[Type::OID, Type::OID, Type::TEXT],
        Type::BOOL,
    ),
    function("has_table_privilege", &[Type::TEXT, Type::TEXT], Type::BOOL),
    function("has_table_privilege", &[Type::OID, Type::TEXT], Type::BOOL),
    function("+", &[Type::INT2, Type::INT2], Type::INT2),
    function("+", &[Type::INT4, Type::INT4], Type::INT4),
    function("+", &[Type::INT2, Type::INT4], Type::INT4),
    function("+", &[Type::INT2, Type::INT8], Type::INT8),
    function("+", &[Type::INT8, Type::INT8], Type::INT8),
    function("+", &[Type::INT8, Type::INT4], Type::INT8),
    function("+", &[Type::INT4, Type::INT8], Type::INT8),
    function("+", &[Type::FLOAT8, Type::FLOAT8], Type::FLOAT8),
    function("+", &[Type::FLOAT4, Type::FLOAT4], Type::FLOAT4),
    function("+", &[Type::NUMERIC, Type::NUMERIC], Type::NUMERIC),
    function("+", &[Type::DATE, Type::INT4], Type::DATE),
    function("+", &[Type::INT4, Type::DATE], Type::DATE),
    function("+", &[Type::DATE, Type::INTERVAL], Type::TIMESTAMP),
    function("+", &[Type::TIMESTAMP, Type::INTERVAL], Type::TIMESTAMP),
    function("+", &[Type::TIMESTAMPTZ, Type::INTERVAL], Type::TIMESTAMPTZ),
    function("+", &[Type::INTERVAL, Type::INTERVAL], Type::INTERVAL),
    function("-", &[Type::INT2], Type::INT2),
    function("-", &[Type::INT4], Type::INT4),
    function("-", &[Type::FLOAT8], Type::FLOAT8),
    function("-", &[Type::INTERVAL], Type::INTERVAL),
    function("=", &[Type::INT4, Type::INT4], Type::BOOL),
    function("=", &[Type::INT8, Type::INT8], Type::BOOL),
    function("=", &[Type::OID, Type::OID], Type::BOOL),
    function("=", &[Type::TEXT, Type::TEXT], Type::BOOL),
    function("=", &[Type::NAME, Type::NAME], Type::BOOL),
    function("=", &[Type::NAME, Type::TEXT], Type::BOOL),
    function("=", &[Type::TEXT, Type::NAME], Type::BOOL),
    function("=", &[Type::BPCHAR, Type::BPCHAR], Type::BOOL),
    function("=", &[Type::CHAR, Type::CHAR], Type::BOOL),
    function("=", &[Type::BOOL, Type::BOOL], Type::BOOL),
    function("=", &[Type::TIMESTAMPTZ, Type::TIMESTAMPTZ], Type::BOOL),
    function("=", &[Type::TIMESTAMP, Type::TIMESTAMP], Type::BOOL),
    function("=", &[Type::DATE, Type::DATE], Type::BOOL),
    function("=", &[Type::ANYARRAY, Type::ANYARRAY], Type::BOOL),
    function("=", &[Type::RECORD, Type::RECORD], Type::BOOL),
    function("||", &[Type::TEXT, Type::TEXT], Type::TEXT),
    function("||", &[Type::TEXT, Type::ANYNONARRAY], Type::TEXT),
    function("||", &[Type::ANYNONARRAY, Type::TEXT], Type::TEXT),
    function(
        "||",
        &[Type::ANYCOMPATIBLEARRAY, Type::ANYCOMPATIBLEARRAY],
        Type::ANYCOMPATIBLEARRAY,
    ),
    function(
        "||",
        &[Type::ANYCOMPATIBLE, Type::ANYCOMPATIBLEARRAY],
        Type::ANYCOMPATIBLEARRAY,
    ),
    function(
        "||",
        &[Type::ANYCOMPATIBLEARRAY, Type::ANYCOMPATIBLE],
        Type::ANYCOMPATIBLEARRAY,
    ),
    function("||", &[Type::JSONB, Type::JSONB], Type::JSONB),
    function("||", &[Type::BYTEA, Type::BYTEA], Type::BYTEA),
    function("~", &[Type::NAME, Type::TEXT], Type::BOOL),
    function("~", &[Type::TEXT, Type::TEXT], Type::BOOL),
    function("~", &[Type::BPCHAR, Type::TEXT], Type::BOOL),
    function("->", &[Type::JSON, Type::TEXT], Type::JSON),
    function("->", &[Type::JSON, Type::INT4], Type::JSON),
];

/// The type of this name of `pg_type`.
fn named(name: &str) -> Type {
    let mut types = (1..10_000).filter_map(Type::from_oid);
    types.find(|of| of.name() == name).unwrap()
}

fn candidates(name: &str) -> Vec<&'static Function> {
    let all = FUNCTIONS.iter();
    all.filter(|function| function.name == name).collect()
}

/// `int4, text → bool`, or the error.
fn shown(resolved: Result<Resolved>) -> String {
    match resolved {
        Ok(found) => {
            let parameters: Vec<_> = found.parameters.iter().map(Type::name).collect();
            format!("{} → {}", parameters.join(", "), found.returns.name())
        }
        Err(error) => format!("{} {}", error.sqlstate(), error.message()),
    }
}

#[test]
fn calls_mean_what_they_mean_in_postgresql() {
    for (name, arguments, found) in [
        ("abs", "int4", "int4 → int4"),
        ("abs", "unknown", "float8 → float8"),
        ("abs", "text", "42883 function abs(text) does not exist"),
        ("length", "unknown", "text → int4"),
        ("length", "varchar", "text → int4"),
        ("length", "name", "text → int4"),
        ("length", "bpchar", "bpchar → int4"),
        ("round", "int4", "float8 → float8"),
        ("round", "numeric", "numeric → numeric"),
        ("round", "int4 int4", "numeric, int4 → numeric"),
        (
            "round",
            "float8 int4",
            "42883 function round(double precision, integer) does not exist",
        ),
        ("to_char", "date unknown", "timestamptz, text → text"),
        ("to_char", "int8 unknown", "float8, text → text"),
        (
            "to_char",
            "unknown unknown",
            "42725 function to_char(unknown, unknown) is not unique",
        ),
        (
            "date_trunc",
            "unknown date",
            "text, timestamptz → timestamptz",
        ),
        ("array_agg", "name", "name → _name"),
        (
            "array_agg",
            "unknown",
            "42725 function array_agg(unknown) is not unique",
        ),
        ("unnest", "_text", "_text → text"),
        ("unnest", "int2vector", "int2vector → int2"),
        (
            "unnest",
            "unknown",
            "42804 could not determine polymorphic type because input has type unknown",
        ),
        (
            "unnest",
            "int4",
            "42883 function unnest(integer) does not exist",
        ),
        (
            "array_append",
            "_int4 numeric",
            "_numeric, numeric → _numeric",
        ),
        ("array_append", "_text unknown", "_text, text → _text"),
        ("array_append", "unknown int4", "_int4, int4 → _int4"),
        (
            "array_append",
            "int2vector int2",
            "int2vector, int2 → _int2",
        ),
        ("array_append", "int2vector int4", "_int4, int4 → _int4"),
        (
            "array_append",
            "unknown _text",
            "42704 could not find array type for data type text[]",
        ),
        (
            "array_append",
            "_int4 text",
            "42883 function array_append(integer[], text) does not exist",
        ),
        ("array_upper", "int2vector int4", "int2vector, int4 → int4"),
        ("pg_typeof", "unknown", "text → regtype"),
        ("concat", "int4 unknown _text", "int4, text, _text → text"),
        ("concat", "", "42883 function concat() does not exist"),
        ("format", "unknown", "text → text"),
        ("format", "unknown int4 name", "text, int4, name → text"),
        ("sum", "int2", "int2 → int8"),
        ("sum", "float4", "float8 → float8"),
        (
            "pg_get_expr",
            "pg_node_tree oid",
            "pg_node_tree, oid → text",
        ),
        (
            "pg_get_expr",
            "pg_node_tree int4 bool",
            "pg_node_tree, oid, bool → text",
        ),
        (
            "has_table_privilege",
            "unknown unknown",
            "text, text → bool",
        ),
        (
            "has_table_privilege",
            "regclass unknown",
            "oid, text → bool",
        ),
        (
            "has_table_privilege",
            "name oid unknown",
            "name, oid, text → bool",
        ),
    ] {
        let of: Vec<Type> = arguments.split_whitespace().map(named).collect();
        let resolved = resolve(name, &candidates(name), &of);
        assert_eq!(shown(resolved), found, "{name}({arguments})");
    }
}

#[test]
fn operators_mean_what_they_mean_in_postgresql() {
    for (symbol, operands, found) in [
        ("+", "int4 int4", "int4, int4 → int4"),
        ("+", "int4 unknown", "int4, int4 → int4"),
        ("+", "int2 int8", "int2, int8 → int8"),
        ("+", "int4 numeric", "numeric, numeric → numeric"),
        ("+", "numeric float8", "float8, float8 → float8"),
        ("+", "date interval", "date, interval → timestamp"),
        (
            "+",
            "timestamptz unknown",
            "timestamptz, interval → timestamptz",
        ),
        ("+", "interval unknown", "interval, interval → interval"),
        (
            "+",
            "unknown unknown",
            "42725 operator is not unique: unknown + unknown",
        ),
        (
            "+",
            "text int4",
            "42883 operator does not exist: text + integer",
        ),
        ("-", "int2", "int2 → int2"),
        ("-", "text", "42883 operator does not exist: - text"),
        ("=", "oid unknown", "oid, oid → bool"),
        ("=", "oid int4", "oid, oid → bool"),
        ("=", "regclass oid", "oid, oid → bool"),
        ("=", "name unknown", "name, name → bool"),
        ("=", "name varchar", "name, text → bool"),
        ("=", "char unknown", "char, char → bool"),
        ("=", "unknown unknown", "text, text → bool"),
        ("=", "varchar varchar", "text, text → bool"),
        ("=", "bpchar unknown", "bpchar, bpchar → bool"),
        ("=", "date timestamptz", "timestamptz, timestamptz → bool"),
        (
            "=",
            "int4 text",
            "42883 operator does not exist: integer = text",
        ),
        (
            "=",
            "_int2 int2vector",
            "42883 operator does not exist: smallint[] = int2vector",
        ),
        ("=", "_name unknown", "_name, _name → bool"),
        ("||", "text unknown", "text, text → text"),
        ("||", "unknown int4", "text, int4 → text"),
        ("||", "name unknown", "text, text → text"),
        ("||", "name text", "text, text → text"),
        ("||", "_int4 int4", "_int4, int4 → _int4"),
        ("||", "_text unknown", "_text, _text → _text"),
        (
            "||",
            "int4 int4",
            "42883 operator does not exist: integer || integer",
        ),
        ("||", "unknown unknown", "text, text → text"),
        ("~", "name unknown", "name, text → bool"),
        ("~", "varchar unknown", "text, text → bool"),
        ("->", "json unknown", "json, text → json"),
    ] {
        let of: Vec<Type> = operands.split(' ').map(named).collect();
        let resolved = match &of[..] {
            [operand] => resolve_operator(symbol, &candidates(symbol), None, Some(operand)),
            [left, right] => resolve_operator(symbol, &candidates(symbol), Some(left), Some(right)),
            _ => unreachable!("an operator has two operands"),
        };
        assert_eq!(shown(resolved), found, "{symbol} {operands}");
    }
}
