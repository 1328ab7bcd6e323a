//! What becomes of a record after which change.

use serde_json::{Value as Json, json};

use super::super::build::*;
use crate::evolution::Adapter;
use crate::schema::{Alteration, Schema};

/// A record of `from` as one of `to`, or the SQLSTATE and the place.
fn carried(from: &Schema, to: &Schema, record: &Json) -> Json {
    #[cfg(feature = "arrow")]
    super::batches::agree(from, to, record);
    match Adapter::new(from, to).adapt(record.clone()) {
        Ok(record) => {
            let again = to.read_record(record.clone()).expect("a record");
            assert_eq!(again, record, "what is carried is canonical");
            record
        }
        Err(error) => format!("{} {}", error.problem.sqlstate(), error.path).into(),
    }
}

/// A column, what is done to it, a record before, and what it becomes.
fn check(column: &str, alterations: &[Alteration], cases: &[(Json, Json)]) {
    let old = schema(&[column, "other: int"], &[]);
    let new = altered(&old, alterations);
    for (record, expected) in cases {
        let found = carried(&old, &new, &with_other(record));
        assert_eq!(
            found,
            with_other(expected),
            "{column}: {alterations:?}: {record}"
        );
    }
}

/// As [`check`], from the schema after the actions to the one before.
fn check_back(column: &str, alterations: &[Alteration], cases: &[(Json, Json)]) {
    let old = schema(&[column, "other: int"], &[]);
    let new = altered(&old, alterations);
    for (record, expected) in cases {
        let found = carried(&new, &old, &with_other(record));
        assert_eq!(
            found,
            with_other(expected),
            "{column}: {alterations:?}: {record}"
        );
    }
}

/// The record with a column that nothing happens to; errors as they are.
fn with_other(record: &Json) -> Json {
    let mut record = record.clone();
    if let Json::Object(columns) = &mut record {
        columns.insert("other".to_owned(), json!(7));
    }
    record
}

#[test]
fn columns_come_and_go() {
    check(
        "a: int",
        &[add("b: text")],
        &[(json!({"a": 1}), json!({"a": 1, "b": null}))],
    );
    check(
        "a: int",
        &[add("b: text ! = 'x'")],
        &[(json!({"a": 1}), json!({"a": 1, "b": "x"}))],
    );
    check(
        "a: int",
        &[add("b: text = 'x'")],
        &[(json!({}), json!({"a": null, "b": "x"}))],
    );
    check(
        "a: int",
        &[add("b: text !")],
        &[(json!({"a": 1}), json!("22004 b"))],
    );
    check("a: int", &[drop("a")], &[(json!({"a": 1}), json!({}))]);
    check_back("a: int", &[drop("a")], &[(json!({}), json!({"a": null}))]);
    check_back(
        "a: int ! = 5",
        &[drop("a")],
        &[(json!({}), json!({"a": 5}))],
    );
    check_back("a: int !", &[drop("a")], &[(json!({}), json!("22004 a"))]);
}

#[test]
fn renames_are_carried_both_ways() {
    let renamed = [rename("a", "b")];
    check("a: int !", &renamed, &[(json!({"a": 1}), json!({"b": 1}))]);
    check_back("a: int !", &renamed, &[(json!({"b": 1}), json!({"a": 1}))]);
    // The old name in a new record is no column.
    check_back("a: int", &renamed, &[(json!({"a": 1}), json!("22P02 a"))]);
    // Two columns can change names.
    let old = schema(&["a: text", "b: int"], &[]);
    let new = altered(
        &old,
        &[rename("a", "x"), rename("b", "a"), rename("x", "b")],
    );
    let record = json!({"a": "x", "b": 1});
    assert_eq!(carried(&old, &new, &record), json!({"a": 1, "b": "x"}));
    // Dropped and added again, a name is the same column.
    check(
        "a: int",
        &[drop("a"), add("a: bigint")],
        &[(json!({"a": 1}), json!({"a": 1}))],
    );
}

#[test]
fn types_are_carried_by_value() {
    let same = |value: Json| (json!({"a": value.clone()}), json!({"a": value}));
    let fails = |value: Json, error: &str| (json!({"a": value}), json!(error));
    for (before, after, values, failures) in [
        ("smallint", "bigint", vec![json!(-5), json!(null)], vec![]),
        (
            "bigint",
            "smallint",
            vec![json!(32_767), json!(null)],
            vec![(json!(32_768), "22003 a")],
        ),
        (
            "double precision",
            "real",
            vec![json!(0.5), json!("NaN")],
            vec![(json!(0.1), "22003 a"), (json!(1e300), "22003 a")],
        ),
        (
            "real",
            "double precision",
            vec![json!(0.5), json!("-Infinity")],
            vec![],
        ),
        (
            "numeric(12,2)",
            "numeric(4,2)",
            vec![json!("99.50"), json!("NaN")],
            vec![(json!("100.00"), "22003 a")],
        ),
        (
            "text",
            "varchar(3)",
            vec![json!("žlu"), json!("")],
            vec![(json!("abcd"), "22001 a"), (json!("abc "), "22001 a")],
        ),
        (
            "varchar(3)",
            "char(3)",
            vec![json!("ab")],
            vec![(json!("a "), "22001 a")],
        ),
        ("char(3)", "text", vec![json!("ab")], vec![]),
        (
            "timestamp",
            "timestamp(3)",
            vec![json!("2024-02-29 12:00:00.123")],
            vec![(json!("2024-02-29 12:00:00.1234"), "22008 a")],
        ),
        (
            "integer",
            "text",
            vec![json!(null)],
            vec![(json!(5), "22P02 a")],
        ),
        (
            "date",
            "timestamp",
            vec![json!(null)],
            vec![(json!("2024-02-29"), "22P02 a")],
        ),
        (
            "numeric(4,2)",
            "numeric(5,3)",
            vec![json!(null)],
            vec![(json!("1.50"), "22P02 a")],
        ),
        (
            "integer",
            "integer[]",
            vec![json!(null)],
            vec![(json!(5), "22P02 a")],
        ),
    ] {
        let cases: Vec<_> = values
            .into_iter()
            .map(same)
            .chain(
                failures
                    .into_iter()
                    .map(|(value, error)| fails(value, error)),
            )
            .collect();
        check(&format!("a: {before}"), &[set_type("a", after)], &cases);
    }
    // The same number is another text as a number of 64 bits.
    check(
        "a: real",
        &[set_type("a", "double precision")],
        &[(json!({"a": 0.1}), json!({"a": 0.100_000_001_490_116_12}))],
    );
}

#[test]
fn null_never_becomes_a_value() {
    let required = [set_not_null("a")];
    check(
        "a: int = 5",
        &required,
        &[
            (json!({"a": 1}), json!({"a": 1})),
            (json!({}), json!({"a": 5})),
            (json!({"a": null}), json!("22004 a")),
        ],
    );
    check_back("a: int", &required, &[(json!({"a": 1}), json!({"a": 1}))]);
    check(
        "a: int !",
        &[drop_not_null("a")],
        &[(json!({"a": 1}), json!({"a": 1}))],
    );
    check_back(
        "a: int !",
        &[drop_not_null("a")],
        &[(json!({"a": null}), json!("22004 a"))],
    );
}

#[test]
fn parts_are_carried_wherever_they_are() {
    let column = "a: array<struct<b int, c map<int, struct<d text not null>>>>";
    let record =
        json!({"a": [null, {"b": 1, "c": {"7": {"d": "x"}, "8": null}}, {"b": null, "c": {}}]});
    for (alterations, expected) in [
        (
            &[rename("a.element.b", "z")][..],
            json!({"a": [null, {"z": 1, "c": {"7": {"d": "x"}, "8": null}}, {"z": null, "c": {}}]}),
        ),
        (
            &[add("a.element.c.value.e: int = 5"), drop("a.element.b")],
            json!({"a": [null, {"c": {"7": {"d": "x", "e": 5}, "8": null}}, {"c": {}}]}),
        ),
        (&[set_not_null("a.element")], json!("22004 a[0]")),
        (&[set_not_null("a.element.b")], json!("22004 a[2].b")),
        (
            &[set_not_null("a.element.c.value")],
            json!("22004 a[1].c[\"8\"]"),
        ),
        (
            &[set_type("a.element.c.value.d", "int")],
            json!("22P02 a[1].c[\"7\"].d"),
        ),
        (
            &[set_type("a.element.c.key", "text")],
            json!("22P02 a[1].c[\"7\"]"),
        ),
        (
            &[add("a.element.c.value.e: int !")],
            json!("22004 a[1].c[\"7\"].e"),
        ),
        (&[set_type("a.element.c.key", "bigint")], record.clone()),
    ] {
        check(column, alterations, &[(record.clone(), expected)]);
    }
    check(
        "a: map<real, int>",
        &[set_type("a.key", "double precision")],
        &[(
            json!({"a": {"0.5": 1, "0.1": 2, "nan": 3}}),
            json!({"a": {"0.5": 1, "0.10000000149011612": 2, "NaN": 3}}),
        )],
    );
}

#[test]
fn a_record_of_another_schema_is_refused() {
    for (record, expected) in [
        (json!([1]), "22P02 "),
        (json!({"a": "x"}), "22P02 a"),
        (json!({"a": 1, "b": 2}), "22P02 b"),
        (json!({"a": null}), "22004 a"),
    ] {
        check("a: int !", &[drop("a")], &[(record, json!(expected))]);
    }
}
