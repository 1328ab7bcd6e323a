//! What the actions of an `ALTER STREAM` do, and what they refuse.

use super::build::{self, *};
use crate::evolution::{AlterError, Altered, alter};
use crate::schema::{
    Alteration, ColumnSpec, FieldId, MAX_COLUMNS, MAX_DEPTH, MAX_FIELDS, ObjectId, Schema,
};

fn orders() -> Schema {
    schema(
        &[
            "id: bigint",
            "amount: numeric(10,2) = 0",
            "state: text ! = 'new'",
            "note: text",
        ],
        &["id"],
    )
}

fn run(schema: &Schema, last: u32, alterations: &[Alteration]) -> Result<Altered, AlterError> {
    let mut ids = (100..).map(ObjectId);
    alter("orders", schema, FieldId(last), alterations, &mut || {
        ids.next().expect("endless")
    })
}

#[test]
fn a_name_that_comes_again_is_a_new_field() {
    let altered = run(
        &orders(),
        9,
        &[drop("note"), add("note: text"), rename("note", "remark")],
    )
    .expect("altered");
    assert_eq!(altered.last_field_id, FieldId(10));
    assert_eq!(
        altered.schema.field("remark").map(|field| field.id),
        Some(FieldId(10))
    );
    let again = run(&altered.schema, 10, &[drop("remark")]).expect("altered");
    assert_eq!(again.last_field_id, FieldId(10));
}

#[test]
fn comments_follow_the_columns_that_stay() {
    let commented = |text: &str| Alteration::AddColumn {
        parent: None,
        column: ColumnSpec {
            comment: Some(format!("on {text}")),
            ..column(text)
        },
        if_not_exists: false,
    };
    let altered = run(
        &orders(),
        4,
        &[
            commented("a: text"),
            commented("b: text"),
            rename("b", "c"),
            drop("a"),
        ],
    )
    .expect("altered");
    assert_eq!(altered.comments, [(FieldId(6), "on b: text".to_owned())]);
}

#[test]
fn what_exists_or_not_can_be_skipped() {
    let altered = run(
        &orders(),
        4,
        &[
            Alteration::DropColumn {
                column: path("temp_field"),
                if_exists: true,
                cascade: false,
            },
            Alteration::AddColumn {
                parent: None,
                column: column("note: bigint"),
                if_not_exists: true,
            },
        ],
    )
    .expect("altered");
    assert_eq!(altered.schema, orders());
    assert_eq!(
        altered.skipped,
        [
            "column \"temp_field\" of relation \"orders\" does not exist, skipping",
            "column \"note\" of relation \"orders\" already exists, skipping",
        ]
    );
}

#[test]
fn keys_indexes_and_constraints_follow_a_rename_and_go_with_a_cascade() {
    let before = altered(
        &orders(),
        &[add_unique(None, &["id", "note"]), add_index(None, &["id"])],
    );
    assert_eq!(before.constraints[0].name, "orders_id_note_key");
    assert_eq!(before.indexes[0].name, "orders_id_idx");
    let renamed = altered(&before, &[rename("id", "order_id")]);
    assert_eq!(renamed.primary_key, ["order_id"]);
    assert_eq!(renamed.constraints[0].columns, ["order_id", "note"]);
    assert_eq!(renamed.indexes[0].columns, ["order_id"]);
    let dropped = altered(&renamed, &[drop_cascade("order_id")]);
    assert!(dropped.primary_key.is_empty());
    assert!(dropped.constraints.is_empty() && dropped.indexes.is_empty());
}

#[test]
fn made_names_get_a_number_when_taken() {
    let schema = altered(
        &orders(),
        &[
            add_index(Some("orders_note_idx"), &["id"]),
            add_index(None, &["note"]),
            add_index(None, &["note"]),
            add_unique(None, &["note"]),
            add_unique(None, &["note"]),
        ],
    );
    let indexes: Vec<&str> = schema
        .indexes
        .iter()
        .map(|index| index.name.as_str())
        .collect();
    assert_eq!(
        indexes,
        ["orders_note_idx", "orders_note_idx1", "orders_note_idx2"]
    );
    let uniques: Vec<&str> = schema
        .constraints
        .iter()
        .map(|unique| unique.name.as_str())
        .collect();
    assert_eq!(uniques, ["orders_note_key", "orders_note_key1"]);

    let long = "é".repeat(127);
    let wide = build::schema(&[&format!("{long}: text")], &[]);
    let wide = altered(&wide, &[add_index(None, &[&long])]);
    assert!(wide.indexes[0].name.ends_with("é_idx") && wide.indexes[0].name.len() <= 255);
}

#[test]
fn types_keys_and_defaults_change() {
    let schema = altered(
        &orders(),
        &[
            set_type("amount", "numeric(12,4)"),
            drop_not_null("state"),
            drop_default("state"),
            Alteration::DropPrimaryKey,
            add_key(&["note", "id"]),
            set_default("id", "5.0"),
        ],
    );
    let shown = |name: &str| {
        let field = schema.field(name).expect(name);
        let default = field.default.as_ref().map(ToString::to_string);
        (field.data_type.to_string(), field.nullable, default)
    };
    assert_eq!(
        shown("amount"),
        ("numeric(12,4)".to_owned(), true, Some("0.0000".to_owned()))
    );
    assert_eq!(shown("state"), ("text".to_owned(), true, None));
    assert_eq!(shown("note"), ("text".to_owned(), false, None));
    assert_eq!(
        shown("id"),
        ("bigint".to_owned(), false, Some("5".to_owned()))
    );
    assert_eq!(schema.primary_key, ["note", "id"]);
    let without_key = altered(&schema, &[drop_constraint("orders_pkey")]);
    assert!(without_key.primary_key.is_empty());
    schema.validate().expect("what is altered is valid");
}

#[test]
fn what_cannot_be_done_is_refused_as_postgresql_does() {
    let schema = altered(
        &orders(),
        &[
            add_index(Some("i"), &["note"]),
            add_unique(Some("u"), &["note"]),
        ],
    );
    for (alteration, sqlstate, message) in [
        (
            drop("x"),
            "42703",
            "column \"x\" of relation \"orders\" does not exist",
        ),
        (
            rename("x", "y"),
            "42703",
            "column \"x\" of relation \"orders\" does not exist",
        ),
        (
            set_type("x", "text"),
            "42703",
            "column \"x\" of relation \"orders\" does not exist",
        ),
        (
            rename("id", "note"),
            "42701",
            "column \"note\" of relation \"orders\" already exists",
        ),
        (
            add("note: text"),
            "42701",
            "column \"note\" of relation \"orders\" already exists",
        ),
        (
            drop("id"),
            "2BP01",
            "cannot drop column \"id\" of stream \"orders\" because other objects depend on it",
        ),
        (
            drop_not_null("id"),
            "42P16",
            "column \"id\" is in a primary key",
        ),
        (
            add_key(&["note"]),
            "42P16",
            "multiple primary keys for stream \"orders\" are not allowed",
        ),
        (
            drop_constraint("x"),
            "42704",
            "constraint \"x\" of relation \"orders\" does not exist",
        ),
        (drop_index("x"), "42704", "index \"x\" does not exist"),
        (
            add_unique(Some("u"), &["id"]),
            "42P07",
            "relation \"u\" already exists",
        ),
        (
            add_index(Some("i"), &["id"]),
            "42P07",
            "relation \"i\" already exists",
        ),
        (
            add_index(None, &["x"]),
            "42703",
            "column \"x\" named in key does not exist",
        ),
        (
            add_unique(None, &["id", "id"]),
            "42701",
            "column \"id\" appears twice in key",
        ),
        (
            set_type("state", "integer"),
            "42804",
            "default for column \"state\" cannot be cast automatically to type integer",
        ),
        (
            set_default("amount", "'x'"),
            "22P02",
            "invalid input syntax for type numeric: \"x\"",
        ),
        (
            add("b: integer = 'x'"),
            "22P02",
            "invalid input syntax for type integer: \"x\"",
        ),
    ] {
        let refused = run(&schema, 4, &[add("fine: text"), alteration]).expect_err(message);
        assert_eq!(refused.error.message(), message);
        assert_eq!(
            (refused.error.sqlstate(), refused.index),
            (sqlstate, 1),
            "{message}"
        );
    }
}

#[test]
fn refusals_help() {
    let refuse =
        |schema: &Schema, alteration| run(schema, 0, &[alteration]).expect_err("refused").error;
    let error = refuse(&orders(), drop("amuont"));
    assert_eq!(error.hint(), Some("Perhaps you meant column \"amount\"."));

    let schema = altered(
        &orders(),
        &[
            add_index(Some("i"), &["id"]),
            add_unique(Some("u"), &["id"]),
        ],
    );
    assert_eq!(
        refuse(&schema, drop("id")).detail(),
        Some(
            "The primary key depends on column \"id\".\nIndex \"i\" depends on column \"id\".\nConstraint \"u\" depends on column \"id\"."
        )
    );

    let one = build::schema(&["a: text"], &[]);
    assert_eq!(refuse(&one, drop("a")).sqlstate(), "42P16");
    assert_eq!(refuse(&one, Alteration::DropPrimaryKey).sqlstate(), "42704");

    let columns: Vec<String> = (0..MAX_COLUMNS).map(|i| format!("c{i}: text")).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    assert_eq!(
        refuse(&build::schema(&columns, &[]), add("one: text")).sqlstate(),
        "54011"
    );
}

/// id 1, items 2, address 3; element 4, sku 5, tags 6, key 7, value 8; zip 9.
fn nested() -> Schema {
    schema(
        &[
            "id: bigint",
            "items: array<struct<sku text not null, tags map<text, int>>>",
            "address: struct<zip text default '0'>",
        ],
        &["id"],
    )
}

/// Where the identity of a part is, or nothing.
fn id(schema: &Schema, at: &str) -> u32 {
    schema.field_at(&path(at)).map_or(0, |field| field.id.0)
}

#[test]
fn parts_change_by_path() {
    let all = [
        add("address.city: struct<name text, since date>"),
        add("items.element.count: integer ! = 1"),
        drop("address.zip"),
        rename("address.city.name", "label"),
        rename("items.element.sku", "code"),
        set_type("items.element.tags.value", "bigint"),
        set_type("address.city.since", "timestamp"),
        set_default("address.city.label", "'?'"),
        set_not_null("items.element"),
        set_not_null("address.city"),
        drop_not_null("items.element.code"),
    ];
    let altered = run(&nested(), 20, &all).expect("altered");
    let shown: Vec<String> = altered
        .schema
        .fields
        .iter()
        .map(|field| format!("{} {field}", field.name))
        .collect();
    assert_eq!(
        shown,
        [
            "id bigint not null",
            "items array<struct<code text, tags map<text, bigint>, count integer not null default 1> not null>",
            "address struct<city struct<label text default '?', since timestamp without time zone> not null>",
        ]
    );
    assert_eq!(id(&altered.schema, "items.element.code"), 5);
    assert_eq!(id(&altered.schema, "items.element.tags.value"), 8);
    assert_eq!(id(&altered.schema, "address.city"), 21);
    assert_eq!(id(&altered.schema, "address.city.label"), 22);
    assert_eq!(id(&altered.schema, "items.element.count"), 24);
    assert_eq!(altered.last_field_id, FieldId(24));
    altered.schema.validate().expect("what is altered is valid");
}

#[test]
fn a_part_that_comes_again_is_a_new_field() {
    let first = run(&nested(), 0, &[set_type("address", "text")]).expect("altered");
    assert_eq!(first.last_field_id, FieldId(9));
    let back = [set_type("address", "struct<zip text>")];
    let second = run(&first.schema, first.last_field_id.0, &back).expect("altered");
    assert_eq!(id(&second.schema, "address.zip"), 10);
    let third = run(
        &second.schema,
        10,
        &[add("address.x: text"), drop("address.x")],
    );
    assert_eq!(third.expect("altered").last_field_id, FieldId(11));
}

#[test]
fn a_new_type_keeps_the_parts_it_names() {
    let to = "array<struct<tags map<text, struct<n int>>, price numeric, sku varchar(9)>>";
    let altered = run(&nested(), 0, &[set_type("items", to)]).expect("altered");
    let ids = [
        ("items", 2),
        ("items.element", 4),
        ("items.element.sku", 5),
        ("items.element.tags", 6),
        ("items.element.tags.key", 7),
        ("items.element.tags.value", 8),
        ("items.element.price", 10),
        ("items.element.tags.value.n", 11),
    ];
    for (at, wanted) in ids {
        assert_eq!(id(&altered.schema, at), wanted, "{at}");
    }
}

#[test]
fn what_parts_cannot_is_refused() {
    let schema = altered(
        &nested(),
        &[add("tag: text"), add_index(Some("i"), &["tag"])],
    );
    let deep = format!(
        "address.x: {}int{}",
        "array<".repeat(MAX_DEPTH),
        ">".repeat(MAX_DEPTH)
    );
    let fields: Vec<String> = (0..MAX_FIELDS).map(|i| format!("f{i} int")).collect();
    let wide = format!("struct<{}>", fields.join(", "));
    let commented = Alteration::AddColumn {
        parent: Some(path("address")),
        column: ColumnSpec {
            comment: Some("x".to_owned()),
            ..column("c: text")
        },
        if_not_exists: false,
    };
    #[rustfmt::skip]
    let refusals = [
        (add("adress.x: int"), "42703", "column \"adress\" of relation \"orders\" does not exist"),
        (add("address.zip: int"), "42701", "column \"address.zip\" of relation \"orders\" already exists"),
        (add("id.x: int"), "42804", "column \"id\" is of type bigint, which is no struct"),
        (add("items.x: int"), "42804", "column \"items\" is of type array, which is no struct"),
        (add(&deep), "54001", "type is nested too deeply"),
        (set_type("address", &wide), "54011", "streams can have at most 20000 fields"),
        (commented, "0A000", "a comment on \"address.c\", a part of a column is not supported"),
        (drop("address.zap"), "42703", "column \"address.zap\" of relation \"orders\" does not exist"),
        (drop("address.zip"), "42P16", "cannot drop the only field \"address.zip\" of a struct"),
        (drop("items.element"), "42804", "column \"items\" is of type array, which is no struct"),
        (rename("items.element.tags.key", "k"), "42804", "column \"items.element.tags\" is of type map, which is no struct"),
        (rename("items.element.sku", "tags"), "42701", "column \"items.element.tags\" of relation \"orders\" already exists"),
        (set_default("items.element.tags.value", "5"), "0A000", "a default of the value of a type is not supported"),
        (set_default("address.zip", "5"), "42804", "number 5 is not a value of type text"),
        (set_type("address.zip", "integer[]"), "42804", "default for column \"address.zip\" cannot be cast automatically to type integer[]"),
        (set_type("items.element.tags.key", "jsonb"), "0A000", "a map with keys of type jsonb is not supported"),
        (drop_not_null("items.element.tags.key"), "42P16", "keys of a map are never null"),
        (set_type("id", "bigint[]"), "0A000", "a key over column \"id\" of type array is not supported"),
        (set_type("tag", "text[]"), "0A000", "a key over column \"tag\" of type array is not supported"),
        (add_unique(None, &["address"]), "0A000", "a key over column \"address\" of type struct is not supported"),
        (add_index(None, &["items"]), "0A000", "a key over column \"items\" of type array is not supported"),
    ];
    for (alteration, sqlstate, message) in refusals {
        let refused = run(&schema, 20, &[add("fine: text"), alteration]).expect_err(message);
        assert_eq!(refused.error.message(), message);
        let told = (refused.error.sqlstate(), refused.index);
        assert_eq!(told, (sqlstate, 1), "{message}");
    }
    let hint = |alteration| {
        let refused = run(&schema, 20, &[alteration]).expect_err("refused");
        refused.error.hint().map(str::to_owned)
    };
    let meant = |name: &str| Some(format!("Perhaps you meant {name}."));
    assert_eq!(hint(add("items.x: int")), meant("\"items.element\""));
    assert_eq!(hint(drop("items.elemant.sku")), meant("column \"element\""));
    assert_eq!(hint(drop("items.element.suk")), meant("column \"sku\""));
}
