//! What is said to PostgreSQL, as a table.

use std::sync::Arc;

use crate::evolution::sink::sample::told;
use crate::evolution::tests::build::*;
use crate::evolution::{Comments, Sink, plan, plan_commented};
use crate::schema::{Alteration, Index, Mode, ObjectId, Schema, StreamName};

fn table() -> StreamName {
    StreamName::new("public", "orders")
}

fn orders() -> Schema {
    let schema = schema(
        &[
            "id: bigint",
            "a: integer = 5",
            "t: text",
            "v: varchar(9) ! = 'x'",
            "at: timestamp",
            "tags: text[]",
            "s: struct<x integer, p array<struct<q text, r integer>>, m map<text, integer>>",
            "m: map<integer, struct<y integer>>",
        ],
        &["id"],
    );
    altered(
        &schema,
        &[
            add_index(Some("i"), &["a"]),
            add_unique(Some("u"), &["t", "v"]),
        ],
    )
}

#[test]
fn tables_are_created_with_named_keys() {
    let created = Sink::PostgreSql.create_table(&table(), &orders(), &Comments::default());
    assert_eq!(
        created.expect("a table").statements,
        [
            r#"CREATE TABLE public.orders (
    id bigint NOT NULL,
    a integer DEFAULT 5,
    t text,
    v character varying(9) NOT NULL DEFAULT 'x',
    at timestamp without time zone,
    tags text[],
    s jsonb,
    m jsonb,
    CONSTRAINT orders_pkey PRIMARY KEY (id)
)"#,
            "ALTER TABLE public.orders ADD CONSTRAINT u UNIQUE (t, v)",
            "CREATE INDEX i ON public.orders (a)"
        ]
    );
}

#[test]
fn a_table_that_is_not_there_is_created() {
    let to = Arc::new(orders());
    let created = Sink::PostgreSql.create_table(&table(), &to, &Comments::default());
    let rendered = plan(Mode::None, &to, &[]).render(Sink::PostgreSql, &table());
    let [Ok(step)] = rendered.as_slice() else {
        panic!("{rendered:?}");
    };
    assert_eq!(*step, created.expect("a table"));
}

/// What is said of a table and its columns, when they come.
#[test]
fn comments_are_told() {
    let from = Arc::new(schema(&["id: bigint"], &["id"]));
    let to = Arc::new(altered(&from, &[add("n: integer !"), add("t: text")]));
    let comments = Comments {
        stream: Some("all \\ 'that' came".to_owned()),
        columns: [
            (to.fields[1].id, "it's n"),
            (to.fields[0].id, "told before"),
        ]
        .map(|(id, text)| (id, text.to_owned()))
        .into(),
    };
    let told = |sink: Sink, history: &[(u32, Arc<Schema>)]| {
        let plan = plan_commented(Mode::None, &to, history, comments.clone());
        let steps = plan.render(sink, &table()).into_iter().flatten();
        steps
            .flat_map(|step| [step.statements, step.then].concat())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        told(Sink::PostgreSql, &[]),
        [
            "CREATE TABLE public.orders (
    id bigint NOT NULL,
    n integer NOT NULL,
    t text,
    CONSTRAINT orders_pkey PRIMARY KEY (id)
)",
            "COMMENT ON TABLE public.orders IS 'all \\ ''that'' came'",
            "COMMENT ON COLUMN public.orders.id IS 'told before'",
            "COMMENT ON COLUMN public.orders.n IS 'it''s n'",
        ]
    );
    let history = [(1, from.clone())];
    assert_eq!(
        told(Sink::PostgreSql, &history),
        [
            "ALTER TABLE public.orders ADD COLUMN n integer",
            "COMMENT ON COLUMN public.orders.n IS 'it''s n'",
            "ALTER TABLE public.orders ALTER COLUMN n SET NOT NULL",
            "ALTER TABLE public.orders ADD COLUMN t text",
        ]
    );
    assert_eq!(
        told(Sink::Iceberg, &[])[0],
        r"CREATE TABLE `public`.`orders` (
    `id` BIGINT NOT NULL COMMENT 'told before',
    `n` INT NOT NULL COMMENT 'it\'s n',
    `t` STRING
) USING iceberg COMMENT 'all \\ \'that\' came'"
    );
    let nullable = Arc::new(altered(&from, &[add("n: integer")]));
    let plan = plan_commented(Mode::None, &nullable, &history, comments.clone());
    let steps: Vec<_> = plan.render(Sink::Iceberg, &table());
    assert_eq!(
        steps[0].as_ref().expect("a step").statements,
        [r"ALTER TABLE `public`.`orders` ADD COLUMN `n` INT COMMENT 'it\'s n'"]
    );
}

#[test]
fn a_table_with_a_name_beyond_the_limits_stays() {
    let rename = |to: &str| {
        let to = StreamName::new("public", to);
        Sink::PostgreSql.rename_table(&table(), &to, &orders())
    };
    assert_eq!(
        rename("sales").expect("a name").statements,
        [
            "ALTER TABLE public.orders RENAME TO sales",
            "ALTER TABLE public.sales RENAME CONSTRAINT orders_pkey TO sales_pkey"
        ]
    );
    for to in ["é".repeat(32).as_str(), "i"] {
        assert_eq!(rename(to).expect_err(to).sqlstate(), "0A000", "{to}");
    }
}

#[test]
fn steps_are_statements() {
    for (alterations, expected) in [
        (
            vec![add("discount: numeric(10,2)")],
            r#"ALTER TABLE public.orders ADD COLUMN discount numeric(10,2)"#,
        ),
        (
            vec![add("n: integer ! = 0"), add("Weird: text = 'it''s'")],
            r#"ALTER TABLE public.orders ADD COLUMN n integer NOT NULL DEFAULT 0
ALTER TABLE public.orders ADD COLUMN "Weird" text DEFAULT 'it''s'"#,
        ),
        (
            vec![add("n: integer !")],
            r#"ALTER TABLE public.orders ADD COLUMN n integer
-- Fill column "n" where it is NULL: the next statement fails while a row has NULL there.
ALTER TABLE public.orders ALTER COLUMN n SET NOT NULL"#,
        ),
        (
            vec![drop_constraint("u"), drop("t")],
            r#"ALTER TABLE public.orders DROP CONSTRAINT u
ALTER TABLE public.orders DROP COLUMN t
-- The values are lost."#,
        ),
        (
            vec![rename("t", "x"), rename("v", "t"), rename("x", "v")],
            r#"ALTER TABLE public.orders RENAME COLUMN t TO t_2
ALTER TABLE public.orders RENAME COLUMN v TO t
ALTER TABLE public.orders RENAME COLUMN t_2 TO v"#,
        ),
        (
            vec![set_type("a", "bigint")],
            r#"ALTER TABLE public.orders ALTER COLUMN a DROP DEFAULT, ALTER COLUMN a TYPE bigint, ALTER COLUMN a SET DEFAULT 5"#,
        ),
        (
            vec![set_type("v", "varchar(5)")],
            r#"ALTER TABLE public.orders ALTER COLUMN v DROP DEFAULT, ALTER COLUMN v TYPE character varying(5), ALTER COLUMN v SET DEFAULT 'x'
-- Fails when a value is too long."#,
        ),
        (
            vec![set_type("t", "integer")],
            r#"ALTER TABLE public.orders ALTER COLUMN t TYPE integer USING t::integer
-- Fails when a value cannot be converted."#,
        ),
        (
            vec![
                drop_default("a"),
                set_type("a", "text"),
                set_default("a", "'x'"),
            ],
            r#"ALTER TABLE public.orders ALTER COLUMN a DROP DEFAULT, ALTER COLUMN a TYPE text
ALTER TABLE public.orders ALTER COLUMN a SET DEFAULT 'x'"#,
        ),
        (
            vec![set_type("at", "timestamptz")],
            r#"ALTER TABLE public.orders ALTER COLUMN at TYPE timestamp with time zone USING at AT TIME ZONE 'UTC'"#,
        ),
        (
            vec![set_type("tags", "varchar(5)[]")],
            r#"ALTER TABLE public.orders ALTER COLUMN tags TYPE character varying(5)[]
-- Fails when a value is too long."#,
        ),
        (
            vec![set_type("id", "uuid")],
            r#"!! changing the type of column "id" from bigint to uuid in PostgreSQL is not supported"#,
        ),
        (
            vec![set_type("s", "text")],
            r#"ALTER TABLE public.orders ALTER COLUMN s TYPE text"#,
        ),
        (
            vec![set_not_null("t"), drop_not_null("v"), drop_default("a")],
            r#"ALTER TABLE public.orders ALTER COLUMN a DROP DEFAULT
-- Fill column "t" where it is NULL: the next statement fails while a row has NULL there.
ALTER TABLE public.orders ALTER COLUMN t SET NOT NULL
ALTER TABLE public.orders ALTER COLUMN v DROP NOT NULL"#,
        ),
        (
            vec![Alteration::DropPrimaryKey, add_key(&["v", "id"])],
            r#"ALTER TABLE public.orders DROP CONSTRAINT orders_pkey
ALTER TABLE public.orders ADD CONSTRAINT orders_pkey PRIMARY KEY (v, id)
-- Fails when two rows have the same key."#,
        ),
        (
            vec![
                drop_index("i"),
                add_index(None, &["t"]),
                add_unique(None, &["a"]),
            ],
            r#"DROP INDEX public.i
CREATE INDEX orders_t_idx ON public.orders (t)
ALTER TABLE public.orders ADD CONSTRAINT orders_a_key UNIQUE (a)
-- Fails when two rows have the same values there."#,
        ),
        (
            vec![add("s.n: integer = 5")],
            r#"UPDATE public.orders SET s = CASE WHEN jsonb_typeof(s) = 'object' THEN jsonb_build_object('n', '5'::jsonb) || s ELSE s END WHERE s IS NOT NULL"#,
        ),
        (
            vec![
                add("s.n: integer"),
                add("s.o: integer !"),
                set_not_null("s.x"),
            ],
            r#"-- Column "s" is jsonb: a member that is absent is NULL.
-- Column "s" is jsonb, which does not check its members: fill "s.o" in every row.
-- Nothing to do: the type of column "s" in PostgreSQL does not tell the difference."#,
        ),
        (
            vec![drop("s.x")],
            r#"UPDATE public.orders SET s = CASE WHEN jsonb_typeof(s) = 'object' THEN s - 'x' ELSE s END WHERE s IS NOT NULL
-- The values are lost."#,
        ),
        (
            vec![rename("m.value.y", "z")],
            r#"UPDATE public.orders SET m = CASE WHEN jsonb_typeof(m) = 'object' THEN (SELECT coalesce(jsonb_object_agg(part_1.key, CASE WHEN jsonb_typeof(part_1.value) = 'object' THEN CASE WHEN part_1.value -> 'y' IS NULL THEN part_1.value ELSE part_1.value - 'y' || jsonb_build_object('z', part_1.value -> 'y') END ELSE part_1.value END), '{}') FROM jsonb_each(m) AS part_1(key, value)) ELSE m END WHERE m IS NOT NULL"#,
        ),
        (
            vec![set_type("s.p.element.q", "integer")],
            r#"UPDATE public.orders SET s = CASE WHEN jsonb_typeof((s -> 'p')) = 'array' THEN jsonb_set(s, ARRAY['p'], (SELECT coalesce(jsonb_agg(CASE WHEN jsonb_typeof((part_3.value -> 'q')) <> 'null' THEN jsonb_set(part_3.value, ARRAY['q'], to_jsonb(((part_3.value -> 'q') #>> '{}')::integer)) ELSE part_3.value END ORDER BY part_3.place), '[]') FROM jsonb_array_elements((s -> 'p')) WITH ORDINALITY AS part_3(value, place))) ELSE s END WHERE s IS NOT NULL
-- Fails when a value cannot be converted."#,
        ),
        (
            vec![set_type("s.x", "bigint"), set_type("m.key", "bigint")],
            r#"-- Nothing to do: the type of column "s" in PostgreSQL does not tell the difference.
-- Nothing to do: the type of column "m" in PostgreSQL does not tell the difference."#,
        ),
        (
            vec![set_type("m.key", "date")],
            r#"!! changing the type of column "m.key" from integer to date in PostgreSQL is not supported"#,
        ),
    ] {
        let said = told(Sink::PostgreSql, &table(), &orders(), &alterations);
        assert_eq!(said, expected, "{alterations:?}");
    }
}

#[test]
fn what_postgresql_has_not_is_refused() {
    let long = "é".repeat(32);
    let wide: Vec<String> = (0..1601).map(|n| format!("c{n}: integer")).collect();
    let wide: Vec<&str> = wide.iter().map(String::as_str).collect();
    // The table of a stream may have another name than the stream.
    let indexed = |name: &str| Schema {
        indexes: vec![Index {
            id: ObjectId(1),
            name: name.to_owned(),
            columns: names(&["a"]),
            unique: false,
        }],
        ..schema(&["a: integer"], &["a"])
    };
    for (schema, detail) in [
        (
            schema(&["ctid: integer"], &[]),
            "Not supported: a column called \"ctid\" in PostgreSQL. Rename it: every table has one of its own.",
        ),
        (
            schema(&[&format!("{long}: integer")], &[]),
            "Not supported: the name",
        ),
        (schema(&wide, &[]), "Not supported: a table of 1601 columns"),
        (
            schema(&["j: json"], &["j"]),
            "Not supported: a key over column \"j\" of type json",
        ),
        (
            indexed("orders_pkey"),
            "Not supported: a second relation called \"orders_pkey\"",
        ),
        (
            indexed("orders"),
            "Not supported: a second relation called \"orders\"",
        ),
    ] {
        let error = Sink::PostgreSql
            .create_table(&table(), &schema, &Comments::default())
            .expect_err(detail);
        assert_eq!(error.sqlstate(), "0A000");
        assert_eq!(
            error.message(),
            "table public.orders is not supported in postgresql"
        );
        let said = error.detail().unwrap_or_default();
        assert!(said.starts_with(detail), "{said}");
    }
}

#[test]
fn the_text_grows_with_the_depth_only() {
    // Structs and arrays within each other, 30 levels.
    let deep = (0..15).fold("integer".to_owned(), |inner, _| {
        format!("array<struct<a {inner}>>")
    });
    let from = schema(&[&format!("c: {deep}")], &[]);
    let path = format!("c{}", ".element.a".repeat(15));
    let said = told(
        Sink::PostgreSql,
        &table(),
        &from,
        &[set_type(&path, "text")],
    );
    assert!(said.len() < 5_000, "{} bytes", said.len());
}
