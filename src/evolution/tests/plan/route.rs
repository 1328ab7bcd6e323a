//! What a mode does not allow, and the statements that lead to it all the same.

use std::sync::Arc;

use super::super::build::*;
use crate::evolution::{Route, plan};
use crate::schema::Mode::{
    Backward, BackwardTransitive, Forward, ForwardTransitive, Full, FullTransitive,
};
use crate::schema::{Alteration, Mode, Schema, StreamName};

fn orders() -> Schema {
    let orders = schema(
        &[
            "id: bigint",
            "amount: numeric(10,2) !",
            "note: text",
            "items: array<struct<sku text not null, n integer>>",
            "tags: text[]",
        ],
        &["id"],
    );
    altered(&orders, &[add_index(Some("i"), &["note"])])
}

/// The statements, and in words what is to be done between them.
fn told(route: &Route) -> Vec<String> {
    let (stream, successor) = (
        StreamName::new("public", "s"),
        StreamName::new("public", "s_2"),
    );
    route
        .steps
        .iter()
        .flat_map(|step| {
            let statements = step.action.statements(&stream, &successor);
            match statements.is_empty() {
                true => vec![format!("-- {}", step.why)],
                false => statements
                    .iter()
                    .map(|statement| statement.replace("public.", ""))
                    .collect(),
            }
        })
        .collect()
}

#[test]
fn a_route_for_every_violation() {
    // Lines that begin with `--` say what is done outside of the registry.
    #[rustfmt::skip]
    let cases: &[(&[Mode], &[Alteration], &[&str])] = &[
        // Another type: another column.
        (&[Backward, BackwardTransitive], &[set_type("amount", "numeric(8,2)")], &[
            "ALTER STREAM s ADD COLUMN amount_2 numeric(8,2)",
            r#"-- Write both "amount" and "amount_2", and fill "amount_2" of the records there are from "amount"."#,
            "ALTER STREAM s DROP COLUMN amount",
        ]),
        (&[Forward], &[set_type("amount", "numeric(12,2)")], &[
            "ALTER STREAM s ADD COLUMN amount_2 numeric(12,2) NOT NULL",
            r#"-- Write both "amount" and "amount_2", and fill "amount_2" of the records there are from "amount"."#,
            "ALTER STREAM s ALTER COLUMN amount SET DEFAULT 0.00",
            "ALTER STREAM s DROP COLUMN amount",
        ]),
        (&[ForwardTransitive], &[set_type("amount", "numeric(12,2)")], &[
            "ALTER STREAM s ADD COLUMN amount_2 numeric(12,2) NOT NULL",
            r#"-- Write both "amount" and "amount_2", and fill "amount_2" of the records there are from "amount"."#,
            r#"-- Keep writing "amount": readers of an earlier version cannot do without."#,
        ]),
        (&[Full], &[set_type("amount", "text")], &[
            "ALTER STREAM s ADD COLUMN amount_2 text",
            r#"-- Write both "amount" and "amount_2", and fill "amount_2" of the records there are from "amount"."#,
            "ALTER STREAM s ALTER COLUMN amount SET DEFAULT 0.00",
            "ALTER STREAM s DROP COLUMN amount",
        ]),
        (&[FullTransitive], &[set_type("amount", "text")], &[
            "ALTER STREAM s ADD COLUMN amount_2 text",
            r#"-- Write both "amount" and "amount_2", and fill "amount_2" of the records there are from "amount"."#,
            r#"-- Keep writing "amount": readers of an earlier version cannot do without."#,
        ]),
        // An index goes over to the new column.
        (&[Backward, FullTransitive], &[set_type("note", "jsonb")], &[
            "DROP INDEX i",
            "ALTER STREAM s ADD COLUMN note_2 jsonb",
            "CREATE INDEX i ON s (note_2)",
            r#"-- Write both "note" and "note_2", and fill "note_2" of the records there are from "note"."#,
            "ALTER STREAM s DROP COLUMN note",
        ]),
        (&[Forward], &[drop_not_null("amount")], &[
            "ALTER STREAM s ADD COLUMN amount_2 numeric(10,2)",
            r#"-- Write both "amount" and "amount_2", and fill "amount_2" of the records there are from "amount"."#,
            "ALTER STREAM s ALTER COLUMN amount SET DEFAULT 0.00",
            "ALTER STREAM s DROP COLUMN amount",
        ]),
        // Members of structs by their way, other parts with their column.
        (&[Backward, BackwardTransitive], &[set_type("items.element.sku", "varchar(9)")], &[
            "ALTER STREAM s ADD COLUMN items.element.sku_2 character varying(9)",
            r#"-- Write both "items.element.sku" and "items.element.sku_2", and fill "items.element.sku_2" of the records there are from "items.element.sku"."#,
            "ALTER STREAM s DROP COLUMN items.element.sku",
        ]),
        (&[Full, FullTransitive], &[set_type("tags.element", "jsonb")], &[
            "ALTER STREAM s ADD COLUMN tags_2 jsonb[]",
            r#"-- Write both "tags" and "tags_2", and fill "tags_2" of the records there are from "tags"."#,
            "ALTER STREAM s DROP COLUMN tags",
        ]),
        // Added without a default: nullable.
        (&[Backward, BackwardTransitive, Full, FullTransitive], &[add("x: integer !")], &[
            "ALTER STREAM s ADD COLUMN x integer",
            r#"-- Write "x" in every record."#,
        ]),
        // Dropped while required: with a default first, if that helps.
        (&[Forward, Full], &[drop("amount"), add("x: integer")], &[
            "ALTER STREAM s ADD COLUMN x integer",
            "ALTER STREAM s ALTER COLUMN amount SET DEFAULT 0.00",
            "ALTER STREAM s DROP COLUMN amount",
        ]),
        (&[Forward, Full], &[drop("items.element.sku")], &[
            "ALTER STREAM s ALTER COLUMN items.element.sku SET DEFAULT ''",
            "ALTER STREAM s DROP COLUMN items.element.sku",
        ]),
        (&[ForwardTransitive, FullTransitive], &[drop("amount"), add("x: integer")], &[
            "ALTER STREAM s ADD COLUMN x integer",
            r#"-- Keep writing "amount": readers of an earlier version cannot do without."#,
        ]),
        // Another name: another column.
        (&[Forward], &[rename("amount", "total")], &[
            "ALTER STREAM s ADD COLUMN total numeric(10,2) NOT NULL",
            r#"-- Write both "amount" and "total", and fill "total" of the records there are from "amount"."#,
            "ALTER STREAM s ALTER COLUMN amount SET DEFAULT 0.00",
            "ALTER STREAM s DROP COLUMN amount",
        ]),
        (&[Backward, FullTransitive], &[rename("note", "x"), add("note: integer")], &[
            "DROP INDEX i",
            "ALTER STREAM s ADD COLUMN x text, ADD COLUMN note_2 integer",
            "CREATE INDEX i ON s (x)",
            r#"-- Write both "note" and "x", and fill "x" of the records there are from "note"."#,
            "ALTER STREAM s DROP COLUMN note",
        ]),
        (&[Backward], &[drop_cascade("note"), rename("amount", "note")], &[
            "DROP INDEX i",
            "ALTER STREAM s DROP COLUMN note, ADD COLUMN note_2 numeric(10,2)",
            r#"-- Write both "amount" and "note_2", and fill "note_2" of the records there are from "amount"."#,
            "ALTER STREAM s DROP COLUMN amount",
        ]),
        // What the stream can never be, another one is.
        (&[Backward], &[set_not_null("note")], &[
            "CREATE STREAM s_2 (id bigint NOT NULL, amount numeric(10,2) NOT NULL, note text NOT NULL, \
             items struct<sku text not null, n integer>[], tags text[], PRIMARY KEY (id)) WITH (compatibility = 'BACKWARD')",
            "CREATE INDEX ON s_2 (note)",
            "-- Write both streams, copy the records there are, and move the readers over.",
            "DROP STREAM s",
        ]),
        (&[Full], &[Alteration::DropPrimaryKey, add_unique(None, &["id"])], &[
            "CREATE STREAM s_2 (id bigint NOT NULL, amount numeric(10,2) NOT NULL, note text, \
             items struct<sku text not null, n integer>[], tags text[], UNIQUE (id)) WITH (compatibility = 'FULL')",
            "CREATE INDEX ON s_2 (note)",
            "-- Write both streams, copy the records there are, and move the readers over.",
            "DROP STREAM s",
        ]),
        (&[FullTransitive], &[drop("amount")], &[
            "CREATE STREAM s_2 (id bigint NOT NULL, note text, \
             items struct<sku text not null, n integer>[], tags text[], PRIMARY KEY (id)) WITH (compatibility = 'FULL_TRANSITIVE')",
            "CREATE INDEX ON s_2 (note)",
            "-- Write both streams, copy the records there are, and move the readers over.",
            "DROP STREAM s",
        ]),
    ];
    for (modes, alterations, statements) in cases {
        let new = Arc::new(altered(&orders(), alterations));
        for mode in *modes {
            let plan = plan(*mode, &new, &[(1, Arc::new(orders()))]);
            let route = plan.route.as_ref().expect("a route");
            assert_eq!(told(route), *statements, "{mode}");
        }
    }
}

#[test]
fn no_name_is_used_that_a_column_ever_had() {
    let first = altered(&orders(), &[add("amount_2: text"), add("tags_2: text[]")]);
    let second = altered(
        &first,
        &[drop("amount_2"), drop("tags_2"), add("x: integer")],
    );
    let new = altered(
        &second,
        &[
            set_type("amount", "text"),
            add("amount_3: date"),
            rename("x", "amount_2"),
        ],
    );
    let history = [(1, Arc::new(first)), (2, Arc::new(second))];
    let plan = plan(BackwardTransitive, &Arc::new(new), &history);
    let route = plan.route.expect("a route");
    assert_eq!(
        told(&route),
        [
            "ALTER STREAM s ADD COLUMN amount_4 text, ADD COLUMN amount_2_2 integer, ADD COLUMN amount_3 date",
            r#"-- Write both "amount" and "amount_4", and fill "amount_4" of the records there are from "amount". Write both "x" and "amount_2_2", and fill "amount_2_2" of the records there are from "x"."#,
            "ALTER STREAM s DROP COLUMN amount, DROP COLUMN x",
        ]
    );
}

#[test]
fn a_member_leaves_the_default_of_its_struct_too() {
    let item = "item: struct<n bigint not null, m text> = '{\"n\": 1, \"m\": \"x\"}'";
    let old = schema(&["id: bigint", item], &["id"]);
    let new = altered(&old, &[set_type("item.n", "integer")]);
    let plan = plan(Backward, &Arc::new(new), &[(1, Arc::new(old))]);
    let told = told(&plan.route.expect("a route"));
    assert_eq!(
        told.last().expect("a step"),
        "ALTER STREAM s DROP COLUMN item.n"
    );
}

#[test]
fn a_step_says_what_it_is_for() {
    let new = altered(&orders(), &[set_type("amount", "numeric(8,2)")]);
    let plan = plan(Backward, &Arc::new(new), &[(1, Arc::new(orders()))]);
    let steps = plan.route.expect("a route").steps;
    let said: Vec<(&str, &str)> = steps
        .iter()
        .map(|step| (step.safety.word(), step.why.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (
                "safe",
                "Column \"amount_2\" comes beside \"amount\", instead of \"amount\" being narrowed from numeric(10,2) to numeric(8,2). Column \"amount_2\" is nullable: earlier records have no value for it."
            ),
            (
                "safe",
                "Write both \"amount\" and \"amount_2\", and fill \"amount_2\" of the records there are from \"amount\"."
            ),
            ("risky", "When nobody reads \"amount\" any more."),
        ]
    );
}

#[test]
fn what_is_allowed_needs_no_route() {
    let new = Arc::new(altered(&orders(), &[drop("amount"), add("x: text")]));
    for (mode, has_route) in [(Mode::None, false), (Backward, false), (Forward, true)] {
        let plan = plan(mode, &new, &[(1, Arc::new(orders()))]);
        assert_eq!(plan.route.is_some(), has_route, "{mode}");
    }
}

#[test]
fn a_long_chain_of_names_ends_in_another_stream() {
    let columns: Vec<String> = (0..3_000).map(|n| format!("d{n}: integer")).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let before = schema(&columns, &[]);
    let chain: Vec<Alteration> = (1..3_000)
        .map(|n| rename(&format!("d{n}"), &format!("d{}", n - 1)))
        .collect();
    let chain = [vec![drop("d0")], chain].concat();
    let new = Arc::new(altered(&before, &chain));
    let plan = plan(Full, &new, &[(1, Arc::new(before))]);
    assert!(plan.route.expect("a route").has_successor());
}
