//! What a mode does not allow, and the statements that lead to it all the same.

use std::sync::Arc;

use super::super::build::*;
use crate::evolution::{Comments, Route, RouteAction, plan, plan_commented};
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
    let stream = StreamName::new("public", "s");
    route
        .steps
        .iter()
        .flat_map(|step| {
            let statements = step.action.statements(&stream);
            match (&step.action, statements.is_empty()) {
                (RouteAction::Create, _) => vec!["another stream".to_owned()],
                (_, true) => vec![format!("-- {}", step.why)],
                _ => statements
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
        // Never NULL: another column, with a default for what was NULL.
        (&[Backward, BackwardTransitive, Full, FullTransitive], &[set_not_null("note"), add("x: integer")], &[
            "DROP INDEX i",
            "ALTER STREAM s ADD COLUMN note_2 text NOT NULL DEFAULT '', ADD COLUMN x integer",
            "CREATE INDEX i ON s (note_2)",
            r#"-- Write both "note" and "note_2", and fill "note_2" of the records there are from "note"."#,
            "ALTER STREAM s DROP COLUMN note",
        ]),
        (&[Backward], &[set_default("note", "'none'"), set_not_null("note")], &[
            "DROP INDEX i",
            "ALTER STREAM s ADD COLUMN note_2 text NOT NULL DEFAULT 'none'",
            "CREATE INDEX i ON s (note_2)",
            r#"-- Write both "note" and "note_2", and fill "note_2" of the records there are from "note"."#,
            "ALTER STREAM s DROP COLUMN note",
        ]),
        (&[Backward, FullTransitive], &[set_not_null("items.element.n")], &[
            "ALTER STREAM s ADD COLUMN items.element.n_2 integer NOT NULL DEFAULT 0",
            r#"-- Write both "items.element.n" and "items.element.n_2", and fill "items.element.n_2" of the records there are from "items.element.n"."#,
            "ALTER STREAM s DROP COLUMN items.element.n",
        ]),
        // What the stream can never be, another one is.
        (&[Full], &[Alteration::DropPrimaryKey, add_unique(None, &["id"]), set_not_null("note")], &[
            "another stream",
            "-- Write both streams, copy the records there are, and move the readers over.",
            "DROP STREAM s",
        ]),
        (&[FullTransitive], &[drop("amount")], &[
            "another stream",
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
fn a_column_keeps_what_is_said_of_it_in_its_new_place() {
    let new = altered(
        &orders(),
        &[
            set_type("amount", "text"),
            rename("note", "remark"),
            set_not_null("tags"),
        ],
    );
    let said = |name: &str| {
        let field = new.field(name).expect(name);
        (field.id, format!("of {name}"))
    };
    let comments = Comments {
        stream: None,
        columns: ["id", "amount", "remark", "tags"].map(said).into(),
    };
    let history = [(1, Arc::new(orders()))];
    let plan = plan_commented(FullTransitive, &Arc::new(new), &history, comments);
    let told = told(&plan.route.expect("a route"));
    assert_eq!(
        told[0],
        "ALTER STREAM s RENAME COLUMN note TO remark, ADD COLUMN amount_2 text COMMENT 'of amount', \
         ADD COLUMN tags_2 text[] NOT NULL DEFAULT '[]' COMMENT 'of tags'"
    );
}

#[test]
fn a_value_to_begin_with_is_to_be_chosen() {
    let before = altered(&orders(), &[add("p: struct<x integer not null>")]);
    for (alteration, why) in [
        (
            set_not_null("tags"),
            "Column \"tags_2\" comes beside \"tags\", instead of \"tags\" being made NOT NULL. \
             Column \"tags_2\" has the default '[]': choose what earlier records are to have.",
        ),
        // Nothing is a value of every struct.
        (
            set_not_null("p"),
            "Column \"p\" stays nullable: earlier records have no value for it.",
        ),
    ] {
        let new = altered(&before, &[alteration, add("more: text")]);
        let plan = plan(Backward, &Arc::new(new), &[(1, Arc::new(before.clone()))]);
        assert_eq!(plan.route.expect("a route").steps[0].why, why);
    }
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
