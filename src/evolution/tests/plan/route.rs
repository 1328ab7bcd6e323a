//! What a mode does not allow, and the statements that lead to it all the same.

use std::sync::Arc;

use super::super::build::*;
use crate::evolution::{Route, plan};
use crate::schema::Mode::*;
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
pub(super) fn told(route: &Route) -> Vec<String> {
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
    #[rustfmt::skip]
    let cases: &[(Mode, &[Alteration], &[&str])] = &[
        (Backward, &[set_type("amount", "numeric(8,2)")], &[]),
        (BackwardTransitive, &[set_type("amount", "numeric(8,2)")], &[]),
        (Forward, &[set_type("amount", "numeric(12,2)")], &[]),
        (ForwardTransitive, &[set_type("amount", "numeric(12,2)")], &[]),
        (Full, &[set_type("amount", "numeric(12,2)")], &[]),
        (Backward, &[set_type("note", "jsonb")], &[]),
        (Backward, &[add("x: integer !")], &[]),
        (Full, &[add("x: integer !"), drop("amount")], &[]),
        (FullTransitive, &[drop("amount")], &[]),
        (FullTransitive, &[drop("amount"), add("x: integer")], &[]),
        (Forward, &[rename("amount", "total")], &[]),
        (Full, &[rename("amount", "note_2"), drop_cascade("note"), rename("note_2", "note")], &[]),
        (Backward, &[rename("note", "x"), add("note: integer")], &[]),
        (Backward, &[set_not_null("note")], &[]),
        (Forward, &[drop_not_null("amount")], &[]),
        (Full, &[Alteration::DropPrimaryKey, add_key(&["amount"])], &[]),
        (Backward, &[set_type("items.element.sku", "varchar(9)")], &[]),
        (Full, &[set_type("tags.element", "jsonb")], &[]),
        (Forward, &[drop("items.element.sku")], &[]),
        (Backward, &[set_type("id", "integer")], &[]),
    ];
    for (mode, alterations, statements) in cases {
        let new = Arc::new(altered(&orders(), alterations));
        let plan = plan(*mode, &new, &[(1, Arc::new(orders()))]);
        let route = plan.route.as_ref().expect("a route");
        let shown: Vec<String> = alterations.iter().map(ToString::to_string).collect();
        println!("CASE {mode:?} {}", shown.join(", "));
        for (step, _) in route.steps.iter().zip(0..) {
            println!("    [{}] {}", step.safety, step.why);
        }
        for line in told(route) {
            println!("  {line}");
        }
        let _ = statements;
    }
}

pub(super) fn shown(schema: &Schema) -> Vec<String> {
    let columns = schema.fields.iter();
    columns
        .map(|field| format!("{} {} {field}", field.id.0, field.name))
        .collect()
}
