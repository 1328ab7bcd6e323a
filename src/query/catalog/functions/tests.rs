//! What the functions answer.

use crate::error::Result;
use crate::query::catalog::functions;
use crate::query::catalog::oid::of_constraint;
use crate::query::catalog::tests::{Fixture, fixture};
use crate::query::function::{Body, Call, Function};
use crate::relation::{Style, Type, Value};

/// All functions of the catalog.
fn all() -> impl Iterator<Item = &'static Function> {
    let tables = functions::CATALOG.iter().chain(functions::PRIVILEGES);
    tables.copied().flatten()
}

/// Calls the function whose parameters these are, with values or their texts.
fn called(fixture: &Fixture, name: &str, parameters: &[Type], values: &[Value]) -> Result<Value> {
    let function = all().find(|one| one.name == name && one.parameters == parameters);
    let function = function.unwrap_or_else(|| panic!("no {name}{parameters:?}"));
    let call = Call {
        catalog: &fixture.catalog,
        arguments: parameters,
        returns: &function.returns,
    };
    match &function.body {
        Body::Row(body) => body(&call, values),
        _ => panic!("{name} is no function of rows"),
    }
}

/// The answer as a text, or the error's SQLSTATE and message.
fn shown(fixture: &Fixture, answer: Result<Value>) -> String {
    match answer {
        Ok(Value::Reg { oid, .. }) => oid.to_string(),
        Ok(value) => value
            .to_text(&Style::default())
            .unwrap_or("NULL".to_owned()),
        Err(error) => format!("{} {}", error.sqlstate(), error.message()),
    }
    .replace(&fixture.oid("public.orders").to_string(), "<orders>")
}

impl Fixture {
    fn oid(&self, name: &str) -> u32 {
        self.relation(name).columns()[0]
            .origin
            .expect("a table")
            .table
    }
}

#[test]
fn no_function_is_there_twice() {
    let mut seen = std::collections::HashSet::new();
    for function in all() {
        let types: Vec<_> = function.parameters.iter().map(Type::oid).collect();
        assert!(seen.insert((function.name, types)), "{}", function.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_tell_of_the_session() {
    let fixture = fixture().await;
    let text = |text: &str| Value::text(text);
    for (name, values, expected) in [
        ("current_database", vec![], "shop"),
        ("current_user", vec![], "ann"),
        ("current_schema", vec![], "public"),
        (
            "current_schemas",
            vec![Value::Bool(true)],
            "{pg_catalog,public}",
        ),
        ("current_schemas", vec![Value::Bool(false)], "{public}"),
        ("current_setting", vec![text("search_path")], "public"),
        (
            "current_setting",
            vec![text("x")],
            "42704 unrecognized configuration parameter \"x\"",
        ),
        (
            "current_setting",
            vec![text("x"), Value::Bool(true)],
            "NULL",
        ),
        ("pg_backend_pid", vec![], "7"),
        ("pg_encoding_to_char", vec![Value::Int4(6)], "UTF8"),
        ("pg_char_to_encoding", vec![text("utf-8")], "6"),
        ("pg_char_to_encoding", vec![text("x")], "-1"),
        ("pg_is_in_recovery", vec![], "f"),
    ] {
        let types: Vec<Type> = values
            .iter()
            .map(|value| match value {
                Value::Bool(_) => Type::BOOL,
                Value::Int4(_) => Type::INT4,
                _ => Type::TEXT,
            })
            .collect();
        let answer = called(&fixture, name, &types, &values);
        assert_eq!(shown(&fixture, answer), expected, "{name}{values:?}");
    }
    let version = called(&fixture, "version", &[], &[]).expect("a version");
    let version = shown(&fixture, Ok(version));
    assert!(
        version.starts_with("PostgreSQL 15.0 (Rekha 1.2) on "),
        "{version}"
    );
    fixture.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_tell_of_tables() {
    let fixture = fixture().await;
    let orders = fixture.oid("public.orders");
    let found = |name: &str| {
        let found = fixture
            .catalog
            .oid_of(name, &Type::REGCLASS)
            .expect("an answer");
        Value::Oid(found.expect(name))
    };
    let key = match found("sales.leads_pkey") {
        Value::Oid(index) => Value::Oid(of_constraint(index)),
        other => other,
    };
    let text = |text: &str| Value::text(text);
    let (oid, int4) = (Type::OID, Type::INT4);
    for (name, types, values, expected) in [
        (
            "pg_get_indexdef",
            vec![oid.clone()],
            vec![found("orders_pkey")],
            "CREATE UNIQUE INDEX orders_pkey ON public.orders USING btree (id)",
        ),
        (
            "pg_get_indexdef",
            vec![oid.clone(), int4.clone(), Type::BOOL],
            vec![found("uq"), Value::Int4(0), Value::Bool(true)],
            "CREATE UNIQUE INDEX uq ON orders USING btree (note, code)",
        ),
        (
            "pg_get_indexdef",
            vec![oid.clone(), int4.clone(), Type::BOOL],
            vec![found("uq"), Value::Int4(2), Value::Bool(true)],
            "code",
        ),
        (
            "pg_get_constraintdef",
            vec![oid.clone()],
            vec![key],
            "PRIMARY KEY (a)",
        ),
        (
            "pg_get_constraintdef",
            vec![oid.clone()],
            vec![Value::Oid(9)],
            "NULL",
        ),
        (
            "obj_description",
            vec![oid.clone(), Type::NAME],
            vec![Value::Oid(orders), text("pg_class")],
            "the orders",
        ),
        (
            "obj_description",
            vec![oid.clone(), Type::NAME],
            vec![Value::Oid(11), text("pg_namespace")],
            "system catalog schema",
        ),
        (
            "obj_description",
            vec![oid.clone(), Type::NAME],
            vec![Value::Oid(16), text("pg_type")],
            "boolean, 'true'/'false'",
        ),
        (
            "col_description",
            vec![oid.clone(), int4.clone()],
            vec![Value::Oid(orders), Value::Int4(1)],
            "its id",
        ),
        (
            "pg_table_is_visible",
            vec![oid.clone()],
            vec![Value::Oid(orders)],
            "t",
        ),
        (
            "pg_table_is_visible",
            vec![oid.clone()],
            vec![found("sales.orders")],
            "f",
        ),
        (
            "pg_table_is_visible",
            vec![oid.clone()],
            vec![Value::Oid(9)],
            "NULL",
        ),
        (
            "to_regclass",
            vec![Type::TEXT],
            vec![text("orders")],
            "<orders>",
        ),
        (
            "to_regclass",
            vec![Type::TEXT],
            vec![text("nosuch")],
            "NULL",
        ),
        ("to_regtype", vec![Type::TEXT], vec![text("int")], "23"),
        (
            "has_table_privilege",
            vec![Type::TEXT, Type::TEXT],
            vec![text("orders"), text("select, INSERT with grant option")],
            "t",
        ),
        (
            "has_table_privilege",
            vec![Type::TEXT, Type::TEXT],
            vec![text("nosuch"), text("select")],
            "42P01 relation \"nosuch\" does not exist",
        ),
        (
            "has_table_privilege",
            vec![Type::TEXT, Type::TEXT],
            vec![text("orders"), text("fly")],
            "22023 unrecognized privilege type: \"fly\"",
        ),
        (
            "has_schema_privilege",
            vec![Type::NAME, Type::TEXT, Type::TEXT],
            vec![text("bob"), text("public"), text("usage")],
            "42704 role \"bob\" does not exist",
        ),
        (
            "has_column_privilege",
            vec![Type::TEXT, Type::TEXT, Type::TEXT],
            vec![text("orders"), text("x"), text("select")],
            "42703 column \"x\" of relation \"orders\" does not exist",
        ),
        (
            "pg_get_serial_sequence",
            vec![Type::TEXT, Type::TEXT],
            vec![text("orders"), text("id")],
            "NULL",
        ),
        (
            "nextval",
            vec![Type::REGCLASS],
            vec![Value::Oid(orders)],
            "42809 \"orders\" is not a sequence",
        ),
        (
            "pg_relation_size",
            vec![Type::REGCLASS],
            vec![Value::Oid(orders)],
            "0",
        ),
        (
            "pg_relation_size",
            vec![Type::REGCLASS],
            vec![Value::Oid(9)],
            "NULL",
        ),
        (
            "pg_get_function_arguments",
            vec![oid.clone()],
            vec![Value::Oid(3464)],
            "years integer DEFAULT 0, months integer DEFAULT 0, weeks integer DEFAULT 0, \
             days integer DEFAULT 0, hours integer DEFAULT 0, mins integer DEFAULT 0, \
             secs double precision DEFAULT 0.0",
        ),
        (
            "pg_get_function_result",
            vec![oid.clone()],
            vec![Value::Oid(1622)],
            "text",
        ),
    ] {
        let answer = called(&fixture, name, &types, &values);
        assert_eq!(shown(&fixture, answer), expected, "{name}{values:?}");
    }
    let modifiers = [
        (1700, Some(655_366), "numeric(10,2)"),
        (1042, Some(-1), "bpchar"),
        (1042, None, "character"),
        (99, None, "???"),
    ];
    for (of, modifier, expected) in modifiers {
        let values = [Value::Oid(of), modifier.map_or(Value::Null, Value::Int4)];
        let answer = called(
            &fixture,
            "format_type",
            &[oid.clone(), int4.clone()],
            &values,
        );
        assert_eq!(shown(&fixture, answer), expected);
    }
    fixture.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_oids_go_both_ways() {
    let fixture = fixture().await;
    for (text, of, name) in [
        ("orders", Type::REGCLASS, "orders"),
        ("public.orders", Type::REGCLASS, "orders"),
        ("shop.public.orders", Type::REGCLASS, "orders"),
        ("sales.\"orders\"", Type::REGCLASS, "sales.orders"),
        ("orders_at", Type::REGCLASS, "orders_at"),
        ("orders_pkey", Type::REGCLASS, "orders_pkey"),
        ("sales.leads_pkey", Type::REGCLASS, "sales.leads_pkey"),
        ("PG_CLASS", Type::REGCLASS, "pg_class"),
        ("pg_class_oid_index", Type::REGCLASS, "pg_class_oid_index"),
        (
            "information_schema.tables",
            Type::REGCLASS,
            "information_schema.tables",
        ),
        ("1259", Type::REGCLASS, "pg_class"),
        ("4", Type::REGCLASS, "4"),
        ("-", Type::REGCLASS, "-"),
        ("int", Type::REGTYPE, "integer"),
        ("_text", Type::REGTYPE, "text[]"),
        ("public", Type::REGNAMESPACE, "public"),
        ("pg_catalog", Type::REGNAMESPACE, "pg_catalog"),
        ("ann", Type::REGROLE, "ann"),
        ("boolin", Type::REGPROC, "boolin"),
        ("2107", Type::REGPROC, "pg_catalog.sum"),
        ("abs(int)", Type::REGPROCEDURE, "abs(integer)"),
        ("551", Type::REGOPER, "pg_catalog.+"),
        ("+(int,int)", Type::REGOPERATOR, "+(integer,integer)"),
        ("\"C\"", Type::REGCOLLATION, "\"C\""),
        ("simple", Type::REGCONFIG, "simple"),
        ("simple", Type::REGDICTIONARY, "simple"),
    ] {
        let oid = fixture.catalog.oid_of(text, &of).expect(text).expect(text);
        let back = fixture.catalog.name_of(oid, &of).expect(text);
        assert_eq!(&*back, name, "{text} as {of}");
    }
    for (text, of, expected) in [
        (
            "leads",
            Type::REGCLASS,
            "42P01 relation \"leads\" does not exist",
        ),
        (
            "no.such",
            Type::REGCLASS,
            "3F000 schema \"no\" does not exist",
        ),
        (
            "nosuch",
            Type::REGTYPE,
            "42704 type \"nosuch\" does not exist",
        ),
        (
            "nosuch",
            Type::REGNAMESPACE,
            "3F000 schema \"nosuch\" does not exist",
        ),
        ("bob", Type::REGROLE, "42704 role \"bob\" does not exist"),
        (
            "nosuch",
            Type::REGPROC,
            "42883 function \"nosuch\" does not exist",
        ),
        (
            "abs",
            Type::REGPROC,
            "42725 more than one function named \"abs\"",
        ),
        (
            "@@@",
            Type::REGOPER,
            "42725 more than one operator named @@@",
        ),
        ("a b", Type::REGCLASS, "42601 invalid name syntax"),
        (
            "x.public.orders",
            Type::REGCLASS,
            "0A000 cross-database references are not implemented: \"x.public.orders\"",
        ),
    ] {
        let error = match fixture.catalog.oid_of(text, &of) {
            Ok(None) => fixture.catalog.missing(text, &of),
            Ok(Some(oid)) => panic!("{text} is {oid}"),
            Err(error) => error,
        };
        let told = format!("{} {}", error.sqlstate(), error.message());
        assert_eq!(told, expected);
    }
    fixture.close().await;
}
