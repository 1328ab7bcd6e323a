//! Defaults of columns with parts.

use super::build::*;
use crate::error::Error;
use crate::evolution::alter;
use crate::schema::{Alteration, FieldId, ObjectId, Schema};

const ADDRESS: &str =
    "address: struct<street text not null, zip text, floor int default 1> = '{\"street\": \"x\"}'";

fn default(schema: &Schema, column: &str) -> String {
    let field = schema.field_at(&path(column)).expect(column);
    field
        .default
        .as_ref()
        .map_or_else(|| "none".to_owned(), ToString::to_string)
}

fn refused(schema: &Schema, alterations: &[Alteration]) -> Error {
    let altered = alter("orders", schema, FieldId(0), alterations, &mut || {
        ObjectId(1)
    });
    altered.expect_err("no default").into()
}

#[test]
fn a_default_with_parts_has_all_of_them() {
    for (column, expected) in [
        (ADDRESS, r#"'{"floor":1,"street":"x","zip":null}'"#),
        ("a: int[] = '[1, null, 2.0]'", "'[1,null,2]'"),
        (
            "a: map<int, numeric(4,1)> = '{\"01\": 5}'",
            r#"'{"1":"5.0"}'"#,
        ),
        (
            "a: struct<s struct<x int default 3> default '{}'> = '{}'",
            r#"'{"s":{"x":3}}'"#,
        ),
        ("a: text[] = '[\"it''s\"]'", r#"'["it''s"]'"#),
        (
            "a: jsonb[] = '[{\"b\": 1, \"a\": 1.50}]'",
            r#"'[{"a":1.5,"b":1}]'"#,
        ),
    ] {
        let schema = schema(&[column], &[]);
        let name = schema.fields[0].name.clone();
        assert_eq!(default(&schema, &name), expected, "{column}");
        schema.validate().expect("what is built is valid");
    }
}

#[test]
fn what_is_no_value_of_the_parts_is_no_default() {
    let old = schema(&["a: struct<b int not null, c text>", "l: int[]"], &[]);
    for (column, literal, sqlstate, message, detail) in [
        (
            "a",
            "'x'",
            "22P02",
            "invalid input syntax for type struct: \"x\"",
            Some("The JSON reader says: expected value at line 1 column 1."),
        ),
        (
            "a",
            "5",
            "42804",
            "number 5 is not a value of type struct<b integer not null, c text>",
            None,
        ),
        (
            "a",
            "'[]'",
            "22P02",
            "a list is not a value of type struct<b integer not null, c text>",
            None,
        ),
        (
            "a",
            "'{}'",
            "22004",
            "required value is missing",
            Some("It is neither nullable nor has a default. The value is at \"b\"."),
        ),
        (
            "a",
            "'{\"b\": 1, \"d\": 1}'",
            "22P02",
            "there is no such field",
            Some("The value is at \"d\"."),
        ),
        (
            "l",
            "'[1, \"x\"]'",
            "22P02",
            "string \"x\" is not a value of type integer",
            Some("The value is at \"[1]\"."),
        ),
        (
            "l",
            "'[12345678901234567890]'",
            "22003",
            "value \"12345678901234567890\" is out of range for type integer",
            Some("The value is at \"[0]\"."),
        ),
    ] {
        let error = refused(&old, &[set_default(column, literal)]);
        assert_eq!(error.message(), message);
        assert_eq!(
            (error.sqlstate(), error.detail()),
            (sqlstate, detail),
            "{message}"
        );
    }
}

#[test]
fn a_default_is_carried_over_when_its_parts_change() {
    let old = schema(
        &[
            ADDRESS,
            "items: array<struct<sku text, n int>> = '[{\"n\": 1}]'",
        ],
        &[],
    );
    for (alterations, column, expected) in [
        (
            &[rename("address.zip", "code")][..],
            "address",
            r#"'{"code":null,"floor":1,"street":"x"}'"#,
        ),
        (
            &[drop("address.street")],
            "address",
            r#"'{"floor":1,"zip":null}'"#,
        ),
        (
            &[add("address.city: text ! = 'y'")],
            "address",
            r#"'{"city":"y","floor":1,"street":"x","zip":null}'"#,
        ),
        (
            &[set_default("address.floor", "2")],
            "address",
            r#"'{"floor":1,"street":"x","zip":null}'"#,
        ),
        (
            &[set_type(
                "address",
                "struct<zip text default 'z', floor bigint>",
            )],
            "address",
            r#"'{"floor":1,"zip":null}'"#,
        ),
        (
            &[
                set_type("items.element.n", "smallint"),
                rename("items.element.sku", "id"),
            ],
            "items",
            r#"'[{"id":null,"n":1}]'"#,
        ),
        (
            &[set_type("items", "text")],
            "items",
            r#"'[{"n":1,"sku":null}]'"#,
        ),
        (
            &[rename("items", "lines")],
            "lines",
            r#"'[{"n":1,"sku":null}]'"#,
        ),
    ] {
        let new = altered(&old, alterations);
        assert_eq!(default(&new, column), expected, "{alterations:?}");
        new.validate().expect("what is altered is valid");
    }
    // A default within a default's parts is one of its own.
    let old = schema(
        &["a: struct<s struct<x int> default '{\"x\": 1}'> = '{}'"],
        &[],
    );
    let new = altered(&old, &[rename("a.s.x", "y")]);
    assert_eq!(default(&new, "a"), r#"'{"s":{"y":1}}'"#);
    assert_eq!(default(&new, "a.s"), r#"'{"y":1}'"#);
}

#[test]
fn a_default_that_cannot_be_carried_over_is_named() {
    let old = schema(&[ADDRESS], &[]);
    for (alteration, message, detail) in [
        (
            set_type("address.street", "int"),
            "default for column \"address\" cannot be cast automatically to type \
             struct<street integer not null, zip text, floor integer default 1>",
            "The default is '{\"floor\":1,\"street\":\"x\",\"zip\":null}': a value of type text is none of type integer. \
             Neither type is a promotion of the other, so only NULL is carried over. The value is at \"street\".",
        ),
        (
            set_not_null("address.zip"),
            "default for column \"address\" cannot be cast automatically to type \
             struct<street text not null, zip text not null, floor integer default 1>",
            "The default is '{\"floor\":1,\"street\":\"x\",\"zip\":null}': null value not allowed. The value is at \"zip\".",
        ),
        (
            add("address.city: text !"),
            "default for column \"address\" cannot be cast automatically to type \
             struct<street text not null, zip text, floor integer default 1, city text not null>",
            "The default is '{\"floor\":1,\"street\":\"x\",\"zip\":null}': required value is missing. \
             It is neither nullable nor has a default. The value is at \"city\".",
        ),
    ] {
        let error = refused(&old, &[alteration]);
        assert_eq!(error.sqlstate(), "42804");
        assert_eq!((error.message(), error.detail()), (message, Some(detail)));
    }
}

/// As PostgreSQL: `ALTER TABLE … ALTER COLUMN … TYPE` casts the default as a value
/// that is assigned, and refuses where there is no such cast.
#[test]
fn a_default_without_an_assignment_cast_is_refused() {
    for (from, default, to, expected) in [
        ("integer", "5", "bigint", Some("5")),
        ("integer", "5", "text", Some("'5'")),
        ("integer", "5", "numeric(4,1)", Some("5.0")),
        ("bigint", "5", "smallint", Some("5")),
        ("integer", "1", "boolean", None),
        ("integer", "5", "jsonb", None),
        ("text", "'5'", "integer", None),
        ("text", "'5'", "jsonb", None),
        ("text", "'{}'", "text[]", None),
        ("text", "'x'", "varchar(5)", Some("'x'")),
        ("text", "'2024-02-29'", "date", None),
        ("text", "'\\xdead'", "bytea", None),
        ("timestamp", "'2024-02-29 12:00'", "bytea", None),
        ("bytea", "'\\xdead'", "text", Some("'\\xdead'")),
        (
            "uuid",
            "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
            "bytea",
            None,
        ),
        (
            "date",
            "'2024-02-29'",
            "timestamp",
            Some("'2024-02-29 00:00:00'"),
        ),
        ("date", "'2024-02-29'", "interval", None),
        ("time", "'12:00'", "interval", Some("'12:00:00'")),
        (
            "json",
            "'{\"b\":1, \"a\":2}'",
            "jsonb",
            Some("'{\"a\":2,\"b\":1}'"),
        ),
        ("integer[]", "'[1]'", "text", Some("'[1]'")),
        ("integer[]", "'[1]'", "jsonb", None),
        ("jsonb", "'[1]'", "integer[]", None),
        // What PostgreSQL has no type for is JSON there.
        (
            "struct<a integer>",
            "'{\"a\":1}'",
            "jsonb",
            Some("'{\"a\":1}'"),
        ),
        (
            "jsonb",
            "'{\"a\":1}'",
            "struct<a integer>",
            Some("'{\"a\":1}'"),
        ),
        ("text", "'{\"a\":1}'", "struct<a integer>", None),
    ] {
        let old = schema(&[&format!("c: {from} = {default}")], &[]);
        match expected {
            Some(expected) => {
                let new = altered(&old, &[set_type("c", to)]);
                assert_eq!(self::default(&new, "c"), expected, "{from} to {to}");
            }
            None => {
                let error = refused(&old, &[set_type("c", to)]);
                assert_eq!(error.sqlstate(), "42804", "{from} to {to}: {error}");
                let detail = error.detail().expect("a detail");
                assert!(detail.contains("is not assigned to type"), "{detail}");
            }
        }
    }
}
