//! The statements for a sink, run in one.
//!
//! A table is made for the old schema and filled, the statements of the plan
//! are run, and what the catalog says afterwards is compared with a table that
//! was made for the new schema at once.

mod generated;
mod shape;
mod table;

use std::sync::Arc;

use rekha::evolution::{Comments, Sink, plan_commented};
use rekha::schema::{DataType, Mode, StreamName, quote_literal};

use crate::support::PostgreSql;
use shape::{altered, created, plan_of};
use table::{Table, fill};

/// Every type whose values PostgreSQL keeps as they are, in some spelling.
const NATIVE: &[&str] = &[
    "boolean",
    "smallint",
    "integer",
    "bigint",
    "real",
    "double precision",
    "numeric",
    "numeric(10,2)",
    "numeric(12,2)",
    "numeric(3,5)",
    "numeric(5,-2)",
    "text",
    "varchar(5)",
    "varchar(9)",
    "char(5)",
    "bytea",
    "date",
    "time",
    "time(3)",
    "timestamp",
    "timestamp(3)",
    "timestamptz",
    "timestamptz(3)",
    "interval",
    "uuid",
    "json",
    "jsonb",
];

/// Arrays and types that are kept as `jsonb`.
const OTHERS: &[&str] = &[
    "integer[]",
    "bigint[]",
    "varchar(5)[]",
    "date[]",
    "timestamptz[]",
    "jsonb[]",
    "integer[][]",
    "struct<a integer, b text>",
    "struct<a bigint, c date>",
    "map<text, integer>",
    "map<integer, text>",
    "array<struct<a integer>>",
];

#[tokio::test]
async fn every_type_becomes_another_or_postgresql_has_no_way_either() {
    let postgres = PostgreSql::start();
    let client = postgres.connect().await;
    let name = StreamName::new("public", "moved");
    for before in NATIVE.iter().chain(OTHERS) {
        for after in NATIVE.iter().chain(OTHERS) {
            let from = created(&format!("CREATE STREAM s (c {before})"));
            let to = altered(
                &from,
                &format!("ALTER STREAM s ALTER COLUMN c TYPE {after}"),
            );
            client.rows("BEGIN").await;
            let mut moved = Table::create(&client, &name, &from).await;
            match moved.follow(&plan_of(&from, &to)).await {
                Ok(()) => moved.must_be_as_new(&to).await,
                Err(error) => {
                    assert_eq!(error.sqlstate(), "0A000", "{before} to {after}: {error}");
                    // What we cannot, it cannot: by itself or by a cast.
                    if NATIVE.contains(before) && NATIVE.contains(after) {
                        client
                            .must_fail(&format!(
                                "ALTER TABLE moved ALTER COLUMN c TYPE {after} USING c::{after}"
                            ))
                            .await;
                    }
                }
            }
            client.rows("ROLLBACK").await;
        }
    }
}

/// What PostgreSQL has no assignment cast for we do not read in another way.
#[tokio::test]
async fn a_default_that_postgresql_does_not_cast_is_refused() {
    let postgres = PostgreSql::start();
    let client = postgres.connect().await;
    let mut refused = 0;
    for (before, default) in generated::NATIVE {
        for (after, _) in generated::NATIVE {
            let from = created(&format!("CREATE STREAM s (c {before} DEFAULT {default})"));
            let alter = format!("ALTER STREAM s ALTER COLUMN c TYPE {after}");
            client.rows("BEGIN").await;
            let table = format!("CREATE TABLE t (c {before} DEFAULT {default})");
            client.rows(&table).await;
            let cast = format!("ALTER TABLE t ALTER COLUMN c TYPE {after} USING NULL::{after}");
            if let Err(error) = client.try_rows(&cast).await {
                let code = error.code().map(|code| code.code());
                assert_eq!(code, Some("42804"), "{before} to {after}");
                let ours = shape::try_altered(&from, &alter);
                assert!(ours.is_none(), "{before} to {after}");
                refused += 1;
            }
            client.rows("ROLLBACK").await;
        }
    }
    assert!(refused > generated::NATIVE.len(), "{refused}");
}

#[tokio::test]
async fn every_default_is_read_back() {
    let postgres = PostgreSql::start();
    let client = postgres.connect().await;
    for (number, (data_type, default, value)) in [
        ("boolean", "TRUE", "t"),
        ("smallint", "-32768", "-32768"),
        ("bigint", "9223372036854775807", "9223372036854775807"),
        ("real", "1e-45", "1e-45"),
        ("real", "3.4028235e38", "3.4028235e+38"),
        ("double precision", "'NaN'", "NaN"),
        ("double precision", "1e300", "1e+300"),
        ("numeric(5,2)", "1.5", "1.50"),
        ("numeric", "'-Infinity'", "-Infinity"),
        ("numeric(5,-2)", "12300", "12300"),
        ("text", r"'it''s a \backslash'", r"it's a \backslash"),
        ("varchar(3)", "''", ""),
        ("char(5)", "'ab'", "ab   "),
        ("bytea", r"'\xdeadbeef'", r"\xdeadbeef"),
        ("date", "'2024-02-29'", "2024-02-29"),
        ("date", "'infinity'", "infinity"),
        ("time(3)", "'24:00'", "24:00:00"),
        (
            "timestamp",
            "'2024-02-29 12:00:00.5'",
            "2024-02-29 12:00:00.5",
        ),
        (
            "timestamptz",
            "'2024-02-29 12:00:00+02'",
            "2024-02-29 10:00:00+00",
        ),
        (
            "interval",
            "'-1 year 2 mons -3 days 04:05:06.789'",
            "-10 mons -3 days +04:05:06.789",
        ),
        (
            "uuid",
            "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        ),
        (
            "json",
            r#"'{"b": 1, "a": [1, 2]}'"#,
            r#"{"b": 1, "a": [1, 2]}"#,
        ),
        (
            "jsonb",
            r#"'{"b":1,"a":[1,2]}'"#,
            r#"{"a": [1, 2], "b": 1}"#,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let schema = created(&format!(
            "CREATE STREAM s (id integer, c {data_type} NOT NULL DEFAULT {default})"
        ));
        let name = StreamName::new("public", format!("t{number}"));
        Table::create(&client, &name, &schema).await;
        let rows = client
            .rows(&format!(
                "INSERT INTO t{number} VALUES (1) RETURNING c::{data_type}"
            ))
            .await;
        assert_eq!(rows, [[Some(value.to_owned())]], "{data_type} {default}");
    }
}

#[tokio::test]
async fn every_default_with_parts_is_read_back() {
    let postgres = PostgreSql::start();
    let client = postgres.connect().await;
    for (number, (data_type, default, value)) in [
        ("integer", "-2147483648", "-2147483648"),
        ("bigint", "-9223372036854775808", "-9223372036854775808"),
        ("integer[]", "'[]'", "{}"),
        ("integer[]", "'{-2147483648,NULL}'", "{-2147483648,NULL}"),
        (
            "text[]",
            r#"'["new","it''s {a}, \\ \"b\"","NULL","",null]'"#,
            r#"{new,"it's {a}, \\ \"b\"","NULL","",NULL}"#,
        ),
        ("boolean[]", "'{t,f}'", "{t,f}"),
        ("numeric(4,1)[]", "'{1.5,NaN}'", "{1.5,NaN}"),
        ("bytea[]", r#"'["\\xdead"]'"#, r#"{"\\xdead"}"#),
        (
            "timestamptz[]",
            r#"'["2024-02-29 12:00+02"]'"#,
            r#"{"2024-02-29 10:00:00+00"}"#,
        ),
        ("jsonb[]", r#"'["x",{"a":1}]'"#, r#"{"\"x\"","{\"a\": 1}"}"#),
        ("integer[][]", "'{{1,2},{}}'", "[[1, 2], []]"),
        (
            "struct<a integer, b numeric(4,1)>",
            r#"'{"a":-2147483648,"b":1.5}'"#,
            r#"{"a": -2147483648, "b": 1.5}"#,
        ),
        (
            "map<text, struct<a date>>",
            r#"'{"it''s":{"a":"2024-02-29"}}'"#,
            r#"{"it's": {"a": "2024-02-29"}}"#,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let schema = created(&format!(
            "CREATE STREAM s (id integer, c {data_type} NOT NULL DEFAULT {default})"
        ));
        let name = StreamName::new("public", format!("t{number}"));
        Table::create(&client, &name, &schema).await;
        let insert = format!("INSERT INTO t{number} VALUES (1) RETURNING c::text");
        let rows = client.rows(&insert).await;
        assert_eq!(rows, [[Some(value.to_owned())]], "{data_type} {default}");
    }
}

/// Rows that are there get a new member, and the default of the column does:
/// both as `to_jsonb` makes it.
#[tokio::test]
async fn a_jsonb_column_has_one_form_of_every_type() {
    let postgres = PostgreSql::start();
    let client = postgres.connect().await;
    client.rows("SET TimeZone = 'UTC'").await;
    let name = StreamName::new("public", "moved");
    let from = created(r#"CREATE STREAM s (c struct<a integer> DEFAULT '{"a":1}')"#);
    for (data_type, text) in [
        ("boolean", "true"),
        ("smallint", "-32768"),
        ("integer", "-2147483648"),
        ("bigint", "-9223372036854775808"),
        ("real", "3.4028235e38"),
        ("double precision", "NaN"),
        ("numeric(5,2)", "-1.50"),
        ("numeric", "0.00000000000000000000000000000000000000001"),
        ("numeric", "-Infinity"),
        ("text", "it's"),
        ("bytea", "\\xdead"),
        ("date", "2024-02-29"),
        ("time(3)", "12:00:00.5"),
        ("timestamp", "2024-02-29 12:00:00.5"),
        ("timestamp", "-infinity"),
        ("timestamptz", "2024-02-29 12:00:00+02"),
        ("interval", "1 day 02:00:00"),
        ("uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("jsonb", r#"{"b": [1]}"#),
    ] {
        let value = quote_literal(text);
        let to = altered(
            &from,
            &format!("ALTER STREAM s ADD COLUMN c.x {data_type} DEFAULT {value}"),
        );
        client.rows("BEGIN").await;
        let mut moved = Table::create(&client, &name, &from).await;
        client.rows("INSERT INTO moved DEFAULT VALUES").await;
        let followed = moved.follow(&plan_of(&from, &to)).await;
        followed.unwrap_or_else(|error| panic!("{data_type} {text}: {error}"));
        client.rows("INSERT INTO moved DEFAULT VALUES").await;
        let rows = client.rows("SELECT c FROM moved").await;
        let expected = format!(
            "SELECT jsonb_build_object('a', 1, 'x', to_jsonb({value}::{data_type})) FROM generate_series(1, 2)"
        );
        assert_eq!(rows, client.rows(&expected).await, "{data_type} {text}");
        client.rows("ROLLBACK").await;
    }
}

#[tokio::test]
async fn comments_come_with_what_they_are_of() {
    let postgres = PostgreSql::start();
    let client = postgres.connect().await;
    let from = created("CREATE STREAM s (a integer)");
    let to = altered(
        &from,
        "ALTER STREAM s ADD COLUMN b text, ADD COLUMN \"it's\" integer NOT NULL",
    );
    let text = r"it's \ 'said'";
    let comments = Comments {
        stream: Some(text.to_owned()),
        columns: to.fields[1..]
            .iter()
            .map(|field| (field.id, format!("{text} of {}", field.name)))
            .collect(),
    };
    let history = [(1, Arc::new(from))];
    for (name, history) in [("made", &[][..]), ("moved", &history)] {
        client.rows("BEGIN; CREATE TABLE moved (a integer)").await;
        let table = StreamName::new("public", name);
        let plan = plan_commented(Mode::None, &Arc::new(to.clone()), history, comments.clone());
        for step in plan.render(Sink::PostgreSql, &table) {
            let step = step.unwrap();
            client
                .rows(&[step.statements, step.then].concat().join(";"))
                .await;
        }
        let said = client
            .rows(&format!(
                "SELECT attname, col_description(attrelid, attnum) FROM pg_attribute
                 WHERE attrelid = '{name}'::regclass AND attnum > 1 ORDER BY attnum;
                 SELECT 'the table', obj_description('{name}'::regclass)"
            ))
            .await;
        let column = |name: &str| vec![Some(name.to_owned()), Some(format!("{text} of {name}"))];
        let mut expected = vec![column("b"), column("it's")];
        // A table that is there was said of when it was made.
        let of_table = (name == "made").then(|| text.to_owned());
        expected.push(vec![Some("the table".to_owned()), of_table]);
        assert_eq!(said, expected, "{name}");
        client.rows("ROLLBACK").await;
    }
}

#[tokio::test]
async fn a_renamed_table_is_as_a_new_one() {
    let postgres = PostgreSql::start();
    let client = postgres.connect().await;
    let schema = created("CREATE STREAM s (a integer PRIMARY KEY, b text UNIQUE)");
    let name = StreamName::new("public", "old");
    let new = StreamName::new("public", "New one");
    let table = Table::create(&client, &name, &schema).await;
    let renamed = Sink::PostgreSql.rename_table(&name, &new, &schema).unwrap();
    client.rows(&renamed.statements.join(";")).await;
    table.called(&new).must_be_as_new(&schema).await;
}

/// A stream, a row of it, what is altered, and the row then, as JSON.
const ROWS: &[(&str, &str, &str, &str)] = &[
    (
        "a integer, b text",
        "(1, '2')",
        "RENAME a TO c, ADD COLUMN n date NOT NULL DEFAULT '2024-02-29', ALTER COLUMN b TYPE integer",
        r#"{"b": 2, "c": 1, "n": "2024-02-29"}"#,
    ),
    (
        "at timestamp, d date, z timestamptz",
        "('2024-02-29 12:00', '2024-02-29', '2024-02-29 23:30+00')",
        "ALTER COLUMN at TYPE timestamptz, ALTER COLUMN d TYPE timestamptz, ALTER COLUMN z TYPE date",
        r#"{"at": "2024-02-29T17:00:00+05:00", "d": "2024-02-29T05:00:00+05:00", "z": "2024-02-29"}"#,
    ),
    (
        "tags integer[], m text[]",
        "('{1,NULL,3}', '{1,2}')",
        "ALTER COLUMN tags TYPE text[], ALTER COLUMN m.element TYPE bigint",
        r#"{"m": [1, 2], "tags": ["1", null, "3"]}"#,
    ),
    (
        "tags integer[], t text, n numeric(5,2)",
        r#"('{1,2}', '{"x":1}', 1.50)"#,
        "ALTER COLUMN tags TYPE jsonb, ALTER COLUMN t TYPE jsonb, ALTER COLUMN n TYPE jsonb",
        r#"{"n": 1.50, "t": {"x": 1}, "tags": [1, 2]}"#,
    ),
    // Members: added with their default, dropped, renamed; what is no object stays.
    (
        "s struct<a integer, b text>",
        r#"('{"a": 1, "b": "x"}')"#,
        "ADD COLUMN s.n date DEFAULT '2024-02-29', ADD COLUMN s.o integer, DROP COLUMN s.a, RENAME s.b TO c",
        r#"{"s": {"c": "x", "n": "2024-02-29"}}"#,
    ),
    (
        "s struct<a integer, b struct<c integer>>",
        r#"('{"a": 1, "b": null}')"#,
        "ADD COLUMN s.b.n integer DEFAULT 5, RENAME s.b.c TO d",
        r#"{"s": {"a": 1, "b": null}}"#,
    ),
    (
        "s struct<a integer>",
        "(NULL)",
        "ADD COLUMN s.n integer DEFAULT 5",
        r#"{"s": null}"#,
    ),
    // Elements keep their order, empty arrays and maps stay empty, nulls null.
    (
        "p array<struct<q integer>>, e array<struct<q integer>>",
        r#"('[{"q": 3}, null, {"q": 1}, {}]', '[]')"#,
        "RENAME p.element.q TO r, ADD COLUMN p.element.n text DEFAULT 'it''s', RENAME e.element.q TO r",
        r#"{"e": [], "p": [{"n": "it's", "r": 3}, null, {"n": "it's", "r": 1}, {"n": "it's"}]}"#,
    ),
    (
        "m map<text, struct<q integer>>, e map<text, struct<q integer>>",
        r#"('{"x": {"q": 3}, "y": null}', '{}')"#,
        "ADD COLUMN m.value.n boolean DEFAULT true, DROP COLUMN m.value.q, RENAME e.value.q TO r",
        r#"{"e": {}, "m": {"x": {"n": true}, "y": null}}"#,
    ),
    // Other types within: texts of numbers, numbers of texts, absent ones absent.
    (
        "s struct<a integer, b text, c numeric(5,2), d text, e integer>",
        r#"('{"a": 1, "b": "2", "c": 1.50, "d": null}')"#,
        "ALTER COLUMN s.a TYPE varchar(9), ALTER COLUMN s.b TYPE integer, ALTER COLUMN s.c TYPE numeric(5,1), ALTER COLUMN s.d TYPE date, ALTER COLUMN s.e TYPE text",
        r#"{"s": {"a": "1", "b": 2, "c": 1.5, "d": null}}"#,
    ),
    (
        "s struct<at timestamp(3), j jsonb, k jsonb>",
        r#"('{"at": "2024-02-29T12:00:00", "j": {"x": 1}, "k": "y"}')"#,
        "ALTER COLUMN s.at TYPE timestamptz, ALTER COLUMN s.j TYPE text, ALTER COLUMN s.k TYPE text",
        r#"{"s": {"j": "{\"x\": 1}", "k": "y", "at": "2024-02-29T17:00:00+05:00"}}"#,
    ),
    (
        "s array<map<text, array<struct<a integer>>>>",
        r#"('[{"x": [{"a": 1}, {"a": 2}], "y": []}, {}]')"#,
        "ALTER COLUMN s.element.value.element.a TYPE text",
        r#"{"s": [{"x": [{"a": "1"}, {"a": "2"}], "y": []}, {}]}"#,
    ),
    (
        "\"it's\" struct<\"a'b\" struct<\"c\"\"d\" integer>>, part_1 array<integer[]>",
        r#"('{"a''b": {"c\"d": 1}}', '[[1], [], null]')"#,
        "RENAME \"it's\".\"a'b\".\"c\"\"d\" TO \"e''f\", ALTER COLUMN part_1.element.element TYPE text",
        r#"{"it's": {"a'b": {"e''f": 1}}, "part_1": [["1"], [], null]}"#,
    ),
];

#[tokio::test]
async fn rows_are_carried_over() {
    let postgres = PostgreSql::start();
    let client = postgres.connect().await;
    // What has no offset is in UTC, wherever the session is.
    client.rows("SET TimeZone = 'Etc/GMT-5'").await;
    for (number, (columns, row, actions, expected)) in ROWS.iter().enumerate() {
        let from = created(&format!("CREATE STREAM s ({columns})"));
        let to = altered(&from, &format!("ALTER STREAM s {actions}"));
        let name = StreamName::new("public", format!("t{number}"));
        let mut moved = Table::create(&client, &name, &from).await;
        client
            .rows(&format!("INSERT INTO {name} VALUES {row}"))
            .await;
        let followed = moved.follow(&plan_of(&from, &to)).await;
        followed.unwrap_or_else(|error| panic!("{columns}, {actions}: {error}"));
        let rows = client
            .rows(&format!("SELECT to_jsonb(the_row) FROM {name} the_row"))
            .await;
        let expected = client.rows(&format!("SELECT $${expected}$$::jsonb")).await;
        assert_eq!(rows, expected, "{columns}, {actions}");
    }
}

#[tokio::test]
async fn values_that_have_no_room_are_never_cut() {
    let postgres = PostgreSql::start();
    let client = postgres.connect().await;
    let name = StreamName::new("public", "t");
    for (before, value, after, sqlstate) in [
        ("text", "'123456'", "varchar(5)", "22001"),
        ("bigint", "5000000000", "integer", "22003"),
        ("integer", "123456", "varchar(5)", "22001"),
        ("numeric(10,2)", "12345.00", "numeric(5,2)", "22003"),
        ("text[]", "'{123456}'", "varchar(5)[]", "22001"),
        ("text", "'x'", "date", "22007"),
    ] {
        let from = created(&format!("CREATE STREAM s (c {before})"));
        let to = altered(
            &from,
            &format!("ALTER STREAM s ALTER COLUMN c TYPE {after}"),
        );
        client.rows("BEGIN").await;
        Table::create(&client, &name, &from).await;
        client
            .rows(&format!("INSERT INTO t VALUES ({value})"))
            .await;
        let steps = plan_of(&from, &to).render(Sink::PostgreSql, &name);
        let [Ok(step)] = steps.as_slice() else {
            panic!("{before} to {after}: {steps:?}");
        };
        assert!(step.caution.is_some(), "{before} to {after}");
        let error = client.must_fail(&step.statements.join(";")).await;
        assert_eq!(error.code().code(), sqlstate, "{before} to {after}");
        client.rows("ROLLBACK").await;
    }
}

/// Streams and what is done to them, with rows in the table.
const CHANGES: &[(&str, &str)] = &[
    (
        "a integer, b text",
        "ALTER STREAM s ADD COLUMN n integer NOT NULL, ADD COLUMN o text NOT NULL DEFAULT 'x'",
    ),
    (
        "a integer, b text",
        "ALTER STREAM s ALTER COLUMN a SET NOT NULL, ALTER COLUMN b SET DEFAULT 'it''s'",
    ),
    (
        "a integer NOT NULL DEFAULT 5, b text",
        "ALTER STREAM s ALTER COLUMN a DROP NOT NULL, ALTER COLUMN a DROP DEFAULT",
    ),
    (
        "a integer DEFAULT 5, b text",
        "ALTER STREAM s ALTER COLUMN a TYPE numeric(10,2), RENAME b TO c",
    ),
    (
        "a integer DEFAULT 5, b text",
        "ALTER STREAM s ALTER COLUMN a DROP DEFAULT, ALTER COLUMN a TYPE text, ALTER COLUMN a SET DEFAULT 'x'",
    ),
    (
        "a integer[] DEFAULT '[1]', b text",
        "ALTER STREAM s ALTER COLUMN a TYPE bigint[]",
    ),
    (
        "a integer[] DEFAULT '[1]', b text",
        "ALTER STREAM s ALTER COLUMN a TYPE bigint[], ALTER COLUMN a DROP DEFAULT",
    ),
    (
        "a integer DEFAULT 5, b text",
        "ALTER STREAM s ALTER COLUMN a TYPE bigint, ALTER COLUMN a DROP DEFAULT",
    ),
    (
        r#"a struct<x integer, y text, z text> DEFAULT '{"x":1,"y":"2","z":"3"}'"#,
        "ALTER STREAM s ADD COLUMN a.n numeric(5,2) DEFAULT 1.5, DROP COLUMN a.x, RENAME a.y TO w, ALTER COLUMN a.z TYPE varchar(9)",
    ),
    (
        r#"a struct<x integer, y text> DEFAULT '{"x":1,"y":"2"}', b text"#,
        "ALTER STREAM s RENAME a TO c, RENAME c.x TO z",
    ),
    (
        r#"a map<text, struct<x integer>> DEFAULT '{"k":{"x":1}}', b text"#,
        "ALTER STREAM s ADD COLUMN a.value.n integer DEFAULT -2147483648",
    ),
    (
        "a integer, b text",
        "ALTER STREAM s RENAME a TO x, RENAME b TO a, RENAME x TO b",
    ),
    (
        "a integer, b text",
        "ALTER STREAM s RENAME a TO x, ADD COLUMN a date",
    ),
    (
        "a integer, b text",
        "ALTER STREAM s DROP COLUMN a, ADD COLUMN a2 integer, RENAME b TO a",
    ),
    (
        "a integer, b text",
        "ALTER STREAM s ADD COLUMN c date, DROP COLUMN a, DROP COLUMN b",
    ),
    (
        "a integer PRIMARY KEY, b text",
        "ALTER STREAM s DROP PRIMARY KEY, ALTER COLUMN a DROP NOT NULL",
    ),
    (
        "a integer PRIMARY KEY, b text",
        "ALTER STREAM s DROP PRIMARY KEY, ADD PRIMARY KEY (b, a)",
    ),
    (
        "a integer PRIMARY KEY, b text",
        "ALTER STREAM s DROP PRIMARY KEY, DROP COLUMN a, ADD PRIMARY KEY (b)",
    ),
    (
        "a integer PRIMARY KEY, b text",
        "ALTER STREAM s RENAME a TO \"Weird \"\"id\"\"\", ALTER COLUMN \"Weird \"\"id\"\"\" TYPE bigint",
    ),
    (
        "a integer, b text UNIQUE",
        "ALTER STREAM s DROP CONSTRAINT s_b_key, ADD CONSTRAINT u UNIQUE (a, b)",
    ),
    (
        "a integer, b text",
        "CREATE INDEX i ON s (b, a); CREATE UNIQUE INDEX \"Unique one\" ON s (a)",
    ),
    (
        "a integer, b text",
        "CREATE INDEX i ON s (a); ALTER STREAM s RENAME a TO c; CREATE UNIQUE INDEX j ON s (c)",
    ),
    (
        "a varchar(5), s struct<x integer, y integer[]>",
        "ALTER STREAM s ADD COLUMN s.z date NOT NULL, ALTER COLUMN s.y TYPE text[], ADD COLUMN m map<text, integer> NOT NULL",
    ),
];

#[tokio::test]
async fn the_table_becomes_what_a_new_one_would_be() {
    let postgres = PostgreSql::start();
    let client = postgres.connect().await;
    let name = StreamName::new("public", "a \"moved\" table");
    for (columns, changes) in CHANGES {
        let from = created(&format!("CREATE STREAM s ({columns})"));
        let to = altered(&from, changes);
        client.rows("BEGIN").await;
        let mut moved = Table::create(&client, &name, &from).await;
        moved.insert(&from).await;
        let followed = moved.follow(&plan_of(&from, &to)).await;
        followed.unwrap_or_else(|error| panic!("{columns}, {changes}: {error}"));
        moved.must_be_as_new(&to).await;
        client.rows("ROLLBACK").await;
    }
}

#[test]
fn there_is_a_value_to_fill_every_type_with() {
    for text in NATIVE.iter().chain(OTHERS) {
        let data_type: DataType = text.parse().unwrap();
        assert_ne!(fill(&data_type, 0), fill(&data_type, 1), "{text}");
    }
}
