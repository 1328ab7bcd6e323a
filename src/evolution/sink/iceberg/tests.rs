//! What is said to Iceberg, as a table.
//!
//! The forms are those of Iceberg's documentation, "Spark DDL": `ADD COLUMN
//! points.element.z double`, `RENAME COLUMN location.lat TO latitude`, `ALTER
//! COLUMN measurement TYPE double`, `ALTER COLUMN id DROP NOT NULL`, `SET
//! IDENTIFIER FIELDS id, data`; what is refused is refused by its
//! specification, "Schema Evolution".

use std::sync::Arc;

use sqlparser::dialect::DatabricksDialect;
use sqlparser::parser::Parser;

use crate::evolution::sink::sample::told;
use crate::evolution::tests::build::*;
use crate::evolution::{Comments, Sink, plan};
use crate::schema::{Alteration, Mode, Schema, StreamName};

fn table() -> StreamName {
    StreamName::new("db", "orders")
}

fn orders() -> Schema {
    let schema = schema(
        &[
            "id: bigint",
            "a: integer = 5",
            "t: text",
            "v: varchar(9) ! = 'x'",
            "r: real",
            "n: numeric(10,2)",
            "at: timestamp(3)",
            "tags: integer[]",
            "location: struct<lat real not null, lon real>",
            "points: array<struct<x real, y integer>>",
            "m: map<integer, struct<y smallint>>",
        ],
        &["id"],
    );
    altered(&schema, &[add_index(Some("i"), &["a"])])
}

#[test]
fn tables_are_created_with_identifier_fields() {
    let created = Sink::Iceberg.create_table(&table(), &orders(), &Comments::default());
    let created = created.expect("a table");
    assert_eq!(
        created.statements,
        [
            "CREATE TABLE `db`.`orders` (
    `id` BIGINT NOT NULL,
    `a` INT,
    `t` STRING,
    `v` STRING NOT NULL,
    `r` FLOAT,
    `n` DECIMAL(10,2),
    `at` TIMESTAMP_NTZ,
    `tags` ARRAY<INT>,
    `location` STRUCT<`lat`: FLOAT NOT NULL, `lon`: FLOAT>,
    `points` ARRAY<STRUCT<`x`: FLOAT, `y`: INT>>,
    `m` MAP<INT, STRUCT<`y`: INT>>
) USING iceberg",
            "ALTER TABLE `db`.`orders` SET IDENTIFIER FIELDS `id`"
        ]
    );
    assert_eq!(
        created.caution.as_deref(),
        Some("Iceberg has no defaults, no indexes: who writes must see to them.")
    );
}

#[test]
fn types_have_a_spelling_or_are_refused() {
    for (data_type, spelling) in [
        ("boolean", "BOOLEAN"),
        ("smallint", "INT"),
        ("double precision", "DOUBLE"),
        ("numeric(38,38)", "DECIMAL(38,38)"),
        ("char(5)", "STRING"),
        ("bytea", "BINARY"),
        ("date", "DATE"),
        ("time", "STRING"),
        ("timestamptz", "TIMESTAMP"),
        ("interval", "STRING"),
        ("uuid", "STRING"),
        ("jsonb", "STRING"),
        ("date[][]", "ARRAY<ARRAY<DATE>>"),
    ] {
        let schema = schema(&[&format!("c: {data_type}")], &[]);
        let created = Sink::Iceberg.create_table(&table(), &schema, &Comments::default());
        let create = created.expect(data_type).statements.concat();
        let column = create.lines().nth(1).unwrap_or_default().trim();
        assert_eq!(column, format!("`c` {spelling}"));
    }
    for (columns, key, refused) in [
        (
            &["c: numeric"][..],
            &[][..],
            "column \"c\" of type numeric in Iceberg",
        ),
        (
            &["c: numeric(39,0)"],
            &[],
            "column \"c\" of type numeric(39,0)",
        ),
        (
            &["c: numeric(5,-2)"],
            &[],
            "column \"c\" of type numeric(5,-2)",
        ),
        (
            &["c: numeric(3,5)"],
            &[],
            "column \"c\" of type numeric(3,5)",
        ),
        (
            &["s: struct<x numeric[]>"],
            &[],
            "column \"s.x.element\" of type numeric",
        ),
        (
            &["Id: integer", "id: integer"],
            &[],
            "a second column called \"id\"",
        ),
        (
            &["s: struct<\"X\" integer, x integer>"],
            &[],
            "a second column called \"s.x\"",
        ),
        (&["c: real"], &["c"], "a key over column \"c\" of type real"),
    ] {
        let error = Sink::Iceberg
            .create_table(&table(), &schema(columns, key), &Comments::default())
            .expect_err(refused);
        assert_eq!(error.sqlstate(), "0A000");
        let said = error.detail().unwrap_or_default();
        assert!(
            said.starts_with(&format!("Not supported: {refused}")),
            "{said}"
        );
    }
}

#[test]
fn steps_are_statements() {
    for (alterations, expected) in [
        (vec![add("q: numeric(10,2)"), drop("t")], "ALTER TABLE `db`.`orders` DROP COLUMN `t`
-- The values are found in older snapshots only.
ALTER TABLE `db`.`orders` ADD COLUMN `q` DECIMAL(10,2)"),
        (vec![add("q: text ! = 'it''s \\ here'")], r#"ALTER TABLE `db`.`orders` ADD COLUMN `q` STRING
UPDATE `db`.`orders` SET `q` = 'it\'s \\ here' WHERE `q` IS NULL
-- Iceberg has no defaults: who writes must see to it. The column stays optional: Iceberg adds no required ones."#),
        (
            vec![
                add("q: timestamptz = '2024-02-29 12:00+02'"),
                add("p: bytea = '\\xdead'"),
                add("o: double precision = 'NaN'"),
            ],
            "ALTER TABLE `db`.`orders` ADD COLUMN `q` TIMESTAMP
UPDATE `db`.`orders` SET `q` = CAST('2024-02-29 10:00:00+00:00' AS TIMESTAMP) WHERE `q` IS NULL
-- Iceberg has no defaults: who writes must see to it.
ALTER TABLE `db`.`orders` ADD COLUMN `p` BINARY
UPDATE `db`.`orders` SET `p` = X'dead' WHERE `p` IS NULL
-- Iceberg has no defaults: who writes must see to it.
ALTER TABLE `db`.`orders` ADD COLUMN `o` DOUBLE
UPDATE `db`.`orders` SET `o` = CAST('NaN' AS DOUBLE) WHERE `o` IS NULL
-- Iceberg has no defaults: who writes must see to it.",
        ),
        (vec![add("q: date = 'infinity'")], r#"!! the default 'infinity' of column "q" in Iceberg is not supported"#),
        (vec![add("q: integer !"), add("T: integer")], r#"!! adding the required column "q" in Iceberg is not supported
!! a second column called "T" but for its case in Iceberg is not supported"#),
        (
            vec![
                add("location.alt: real"),
                add("points.element.z: double precision"),
                add("m.value.b: integer = 7"),
            ],
            r#"ALTER TABLE `db`.`orders` ADD COLUMN `location`.`alt` FLOAT
ALTER TABLE `db`.`orders` ADD COLUMN `m`.`value`.`b` INT
-- Old values of "m.value.b" are read as NULL: rewrite them where 7 is wanted.
ALTER TABLE `db`.`orders` ADD COLUMN `points`.`element`.`z` DOUBLE"#,
        ),
        // A default with parts: each is of its own type.
        (
            vec![
                add(r#"s: struct<a smallint, "it's" text, at timestamptz, n numeric(4,1)> = '{"a": 1, "it''s": "\\", "n": 1.5}'"#),
                add("l: date[] = '[\"2024-02-29\", null]'"),
                add(r#"m2: map<bigint, array<double precision>> = '{"7": [0.5], "8": []}'"#),
                add("e: map<text, integer> = '{}'"),
            ],
            r#"ALTER TABLE `db`.`orders` ADD COLUMN `s` STRUCT<`a`: INT, `it's`: STRING, `at`: TIMESTAMP, `n`: DECIMAL(4,1)>
UPDATE `db`.`orders` SET `s` = named_struct('a', 1, 'it\'s', '\\', 'at', CAST(NULL AS TIMESTAMP), 'n', CAST('1.5' AS DECIMAL(4,1))) WHERE `s` IS NULL
-- Iceberg has no defaults: who writes must see to it.
ALTER TABLE `db`.`orders` ADD COLUMN `l` ARRAY<DATE>
UPDATE `db`.`orders` SET `l` = array(CAST('2024-02-29' AS DATE), CAST(NULL AS DATE)) WHERE `l` IS NULL
-- Iceberg has no defaults: who writes must see to it.
ALTER TABLE `db`.`orders` ADD COLUMN `m2` MAP<BIGINT, ARRAY<DOUBLE>>
UPDATE `db`.`orders` SET `m2` = map(CAST('7' AS BIGINT), array(CAST('0.5' AS DOUBLE)), CAST('8' AS BIGINT), CAST(array() AS ARRAY<DOUBLE>)) WHERE `m2` IS NULL
-- Iceberg has no defaults: who writes must see to it.
ALTER TABLE `db`.`orders` ADD COLUMN `e` MAP<STRING, INT>
UPDATE `db`.`orders` SET `e` = CAST(map() AS MAP<STRING, INT>) WHERE `e` IS NULL
-- Iceberg has no defaults: who writes must see to it."#,
        ),
        (vec![add("l: date[] = '[\"infinity\"]'")], r#"!! the default 'infinity' of column "l.element" in Iceberg is not supported"#),
        (vec![add("location.alt: integer = 7")], "ALTER TABLE `db`.`orders` ADD COLUMN `location`.`alt` INT
UPDATE `db`.`orders` SET `location`.`alt` = 7 WHERE `location` IS NOT NULL AND `location`.`alt` IS NULL
-- Iceberg has no defaults: who writes must see to it."),
        (
            vec![
                rename("location.lat", "latitude"),
                rename("a", "b c"),
                drop("points.element.x"),
            ],
            "ALTER TABLE `db`.`orders` RENAME COLUMN `a` TO `b c`
ALTER TABLE `db`.`orders` RENAME COLUMN `location`.`lat` TO `latitude`
ALTER TABLE `db`.`orders` DROP COLUMN `points`.`element`.`x`
-- The values are found in older snapshots only.",
        ),
        (vec![rename("a", "T")], r#"!! a second column called "T" but for its case in Iceberg is not supported"#),
        (
            vec![
                set_type("a", "bigint"),
                set_type("r", "double precision"),
                set_type("n", "numeric(38,2)"),
                set_type("tags.element", "bigint"),
                set_type("m.value.y", "bigint"),
            ],
            "ALTER TABLE `db`.`orders` ALTER COLUMN `a` TYPE BIGINT
ALTER TABLE `db`.`orders` ALTER COLUMN `r` TYPE DOUBLE
ALTER TABLE `db`.`orders` ALTER COLUMN `n` TYPE DECIMAL(38,2)
ALTER TABLE `db`.`orders` ALTER COLUMN `tags`.`element` TYPE BIGINT
ALTER TABLE `db`.`orders` ALTER COLUMN `m`.`value`.`y` TYPE BIGINT",
        ),
        (
            vec![
                set_type("v", "text"),
                set_type("t", "uuid"),
                set_type("at", "timestamp"),
                set_type("m.value.y", "integer"),
            ],
            r#"-- Nothing to do: "t" stays STRING, which does not tell the difference.
-- Nothing to do: "v" stays STRING, which does not tell the difference.
-- Nothing to do: "at" stays TIMESTAMP_NTZ, which does not tell the difference.
-- Nothing to do: "m.value.y" stays INT, which does not tell the difference."#,
        ),
        (
            vec![
                set_type("n", "numeric(12,3)"),
                set_type("id", "integer"),
                set_type("at", "timestamptz"),
                set_type("r", "numeric"),
            ],
            r#"!! changing the type of column "id" from BIGINT to INT in Iceberg is not supported
!! column "r" of type numeric in Iceberg is not supported
!! changing the type of column "n" from DECIMAL(10,2) to DECIMAL(12,3) in Iceberg is not supported
!! changing the type of column "at" from TIMESTAMP_NTZ to TIMESTAMP in Iceberg is not supported"#,
        ),
        (vec![set_type("m.key", "bigint")], r#"!! changing the type of column "m.key" from INT to BIGINT in Iceberg is not supported"#),
        (
            vec![
                set_not_null("t"),
                set_not_null("location.lon"),
                set_not_null("tags.element"),
            ],
            r#"!! making the optional column "t" required in Iceberg is not supported
-- Nothing to do: in Spark SQL "tags.element" can always be NULL.
!! making the optional column "location.lon" required in Iceberg is not supported"#,
        ),
        (
            vec![drop_not_null("v"), drop_not_null("location.lat")],
            "ALTER TABLE `db`.`orders` ALTER COLUMN `v` DROP NOT NULL
ALTER TABLE `db`.`orders` ALTER COLUMN `location`.`lat` DROP NOT NULL",
        ),
        (
            vec![drop_default("a"), drop_index("i"), add_unique(None, &["t"])],
            "-- Nothing to do: Iceberg has no indexes and no constraints.
-- Nothing to do: Iceberg has no defaults, who writes must see to them.
-- Nothing to do: Iceberg has no indexes and no constraints.",
        ),
        (
            vec![Alteration::DropPrimaryKey, add_key(&["v", "id"])],
            "ALTER TABLE `db`.`orders` DROP IDENTIFIER FIELDS `id`
ALTER TABLE `db`.`orders` SET IDENTIFIER FIELDS `v`, `id`",
        ),
        // The table keeps the key it has.
        (vec![Alteration::DropPrimaryKey, add_key(&["t"])], r#"!! a key over the optional column "t" in Iceberg is not supported
!! making the optional column "t" required in Iceberg is not supported
!! a key over the optional column "t" in Iceberg is not supported"#),
    ] {
        let said = told(Sink::Iceberg, &table(), &orders(), &alterations);
        assert_eq!(said, expected, "{alterations:?}");
    }
}

/// What is to be done is told with the key that cannot come, and with the one that
/// stays until then.
#[test]
fn no_table_loses_its_key() {
    let to = altered(
        &orders(),
        &[Alteration::DropPrimaryKey, add_key(&["t", "id"])],
    );
    let plan = plan(Mode::None, &Arc::new(to), &[(1, Arc::new(orders()))]);
    let told = plan.render(Sink::Iceberg, &table());
    let hints: Vec<&str> = told
        .iter()
        .filter_map(|told| told.as_ref().err()?.hint())
        .collect();
    let done = told.iter().flatten().flat_map(|told| &told.statements);
    assert_eq!(done.count(), 0, "{told:?}");
    for hint in [hints[0], hints[2]] {
        assert!(hint.contains("create a table of the new schema"), "{hint}");
        assert!(hint.contains("make `t` required"), "{hint}");
        assert!(hint.contains("identifier fields `t`, `id`"), "{hint}");
    }
    assert!(
        hints[0].ends_with("Keep the identifier fields `id` until then."),
        "{hints:?}"
    );
}

/// A parser of Databricks' dialect knows these forms of Spark SQL, and neither
/// identifier fields nor ways into nested columns.
#[test]
fn what_a_parser_of_spark_knows_it_reads() {
    let from = schema(&["id: bigint", "a: integer", "t: text", "r: real"], &["id"]);
    let actions = [
        add("q: text ! = 'x'"),
        add("s: struct<a integer, l date[]> = '{\"a\": 1}'"),
        drop("t"),
        rename("a", "b"),
        set_type("r", "double precision"),
    ];
    let said = told(Sink::Iceberg, &table(), &from, &actions);
    let statements: Vec<&str> = said
        .lines()
        .filter(|line| !line.starts_with("--"))
        .collect();
    assert_eq!(statements.len(), 7);
    for statement in statements {
        let parsed = Parser::parse_sql(&DatabricksDialect {}, statement);
        assert_eq!(parsed.expect(statement).len(), 1);
    }
}
