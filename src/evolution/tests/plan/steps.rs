//! Changes and the steps they take.

use std::sync::Arc;

use serde_json::json;

use super::super::build::*;
use crate::evolution::{Plan, Safety, plan};
use crate::schema::{Alteration, Mode, Schema};

fn orders() -> Schema {
    let orders = schema(
        &[
            "id: bigint",
            "a: integer",
            "b: integer",
            "required: integer !",
            "defaulted: integer ! = 1",
            "address: struct<zip text, city text>",
        ],
        &["id"],
    );
    altered(
        &orders,
        &[add_index(Some("i"), &["a"]), add_unique(Some("u"), &["b"])],
    )
}

fn planned(mode: Mode, alterations: &[Alteration]) -> Plan {
    let new = altered(&orders(), alterations);
    plan(mode, &Arc::new(new), &[(1, Arc::new(orders()))])
}

#[test]
fn each_step_can_be_done_after_the_ones_before() {
    #[rustfmt::skip]
    let cases: &[(&[Alteration], &[&str])] = &[
        (&[], &[]),
        (&[add("x: text ! = 'y'")], &["ADD COLUMN x text NOT NULL DEFAULT 'y'"]),
        (&[add("address.x: text")], &["ADD COLUMN address.x text"]),
        // What uses a column goes before it, and comes after those it uses.
        (
            &[drop_cascade("a"), add("x: int"), add_index(Some("i"), &["x"])],
            &["DROP INDEX i", "DROP COLUMN a", "ADD COLUMN x integer", "CREATE INDEX i (x)"],
        ),
        (
            &[drop_cascade("b"), add_unique(Some("u"), &["a"])],
            &["DROP CONSTRAINT u", "DROP COLUMN b", "ADD CONSTRAINT u UNIQUE (a)"],
        ),
        (
            &[drop_cascade("id"), add("key: uuid"), add_key(&["key"])],
            &["DROP PRIMARY KEY", "DROP COLUMN id", "ADD COLUMN key uuid NOT NULL", "ADD PRIMARY KEY (key)"],
        ),
        // A name is free before it is used again.
        (
            &[drop_cascade("b"), rename("a", "b"), add("a: text")],
            &["DROP CONSTRAINT u", "DROP COLUMN b", "RENAME COLUMN a TO b", "ADD COLUMN a text"],
        ),
        (
            &[rename("b", "c"), rename("a", "b")],
            &["RENAME COLUMN b TO c", "RENAME COLUMN a TO b"],
        ),
        (
            &[rename("a", "x"), rename("defaulted", "a"), rename("x", "defaulted")],
            &["RENAME COLUMN a TO a_2", "RENAME COLUMN defaulted TO a", "RENAME COLUMN a_2 TO defaulted"],
        ),
        // Outer names first, so that a way is the new one.
        (
            &[rename("address.zip", "code"), drop("address.city"), rename("address", "place")],
            &["RENAME COLUMN address TO place", "DROP COLUMN place.city", "RENAME COLUMN place.zip TO code"],
        ),
        (
            &[add("address.x: int"), drop("address.zip"), drop("address.city"), add("address.y: int")],
            &["DROP COLUMN address.zip", "ADD COLUMN address.x integer", "DROP COLUMN address.city", "ADD COLUMN address.y integer"],
        ),
        // A default that is no value of the new type gives way.
        (
            &[set_type("defaulted", "bigint")],
            &["ALTER COLUMN defaulted TYPE bigint"],
        ),
        (
            &[drop_default("defaulted"), set_type("defaulted", "text"), set_default("defaulted", "'1'")],
            &["ALTER COLUMN defaulted TYPE text"],
        ),
        (
            &[drop_default("defaulted"), set_type("defaulted", "date"), set_default("defaulted", "'2024-02-29'")],
            &["ALTER COLUMN defaulted DROP DEFAULT", "ALTER COLUMN defaulted TYPE date", "ALTER COLUMN defaulted SET DEFAULT '2024-02-29'"],
        ),
        (
            &[drop_default("defaulted"), set_type("defaulted", "date")],
            &["ALTER COLUMN defaulted DROP DEFAULT", "ALTER COLUMN defaulted TYPE date"],
        ),
        // Nullability after defaults.
        (
            &[set_not_null("a"), set_default("a", "5"), set_type("a", "bigint")],
            &["ALTER COLUMN a TYPE bigint", "ALTER COLUMN a SET DEFAULT 5", "ALTER COLUMN a SET NOT NULL"],
        ),
    ];
    for (alterations, steps) in cases {
        let planned = planned(Mode::Full, alterations);
        let found: Vec<String> = planned
            .alterations()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found, *steps);
    }
}

#[test]
fn what_nobody_reads_across_is_breaking_in_every_mode() {
    for mode in Mode::ALL {
        let retyped = planned(mode, &[set_type("a", "interval")]);
        assert_eq!(retyped.safety(), Safety::Incompatible, "{mode}");
        assert_eq!(retyped.safety().word(), "breaking");
        assert_eq!(retyped.report.is_compatible(), mode == Mode::None);
    }
    // What one side reads is breaking where the mode asks for the other.
    let narrowed = |mode| planned(mode, &[set_type("a", "smallint")]).safety();
    assert_eq!(narrowed(Mode::None), Safety::Risky);
    assert_eq!(narrowed(Mode::Forward), Safety::Risky);
    assert_eq!(narrowed(Mode::Backward), Safety::Dangerous);
}

/// Who misses it already is not told again when its name goes to another column.
#[test]
fn a_dropped_column_is_known_by_the_name_it_had() {
    let first = schema(&["id: bigint", "gone: text !", "b: text !"], &["id"]);
    let second = altered(&first, &[drop("gone")]);
    let third = altered(&second, &[rename("b", "c")]);
    let fourth = altered(&third, &[rename("c", "gone")]);
    let history = [first, second, third].map(Arc::new);
    let history: Vec<_> = (1..).zip(history).collect();
    let planned = plan(Mode::ForwardTransitive, &Arc::new(fourth), &history);
    let [step] = &planned.steps[..] else {
        panic!("{planned:#?}");
    };
    assert!(step.why.contains("against version 1"), "{}", step.why);
    assert!(!step.why.contains("dropped"), "{}", step.why);
}

#[test]
fn a_plan_carries_records_both_ways() {
    let planned = planned(
        Mode::Full,
        &[
            rename("a", "c"),
            drop_cascade("b"),
            add("address.country: text ! = 'CZ'"),
        ],
    );
    let old = json!({
        "id": 1, "a": 2, "b": 3, "required": 4, "defaulted": 5,
        "address": {"zip": "110 00", "city": "Praha"},
    });
    let new = json!({
        "id": 1, "c": 2, "required": 4, "defaulted": 5,
        "address": {"zip": "110 00", "city": "Praha", "country": "CZ"},
    });
    let there = planned.adapter().adapt(old.clone()).expect("carried");
    assert_eq!(there, new);
    let back = planned.reverse_adapter().adapt(there).expect("carried");
    let mut lost = old;
    lost["b"] = json!(null);
    assert_eq!(back, lost);
}
