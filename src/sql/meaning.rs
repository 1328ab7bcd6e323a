//! What the spellings mean: each text as the statement that is printed for it.

use sqlparser::ast::{SetExpr, Spanned};

use super::{SetValue, Statement, parse};
use crate::schema::{FieldId, MAX_COLUMNS, Schema};

#[rustfmt::skip]
const MEANINGS: &[(&str, &str)] = &[
    // Streams.
    ("create stream Orders (Id int primary key)",
     "CREATE STREAM orders (id integer NOT NULL, PRIMARY KEY (id))"),
    ("CREATE TABLE IF NOT EXISTS n.\"T\" (a int, b text, CONSTRAINT k PRIMARY KEY (a, b))",
     "CREATE TABLE IF NOT EXISTS n.\"T\" (a integer NOT NULL, b text NOT NULL, PRIMARY KEY (a, b))"),
    ("CREATE STREAM s ()", "CREATE STREAM s ()"),
    ("CREATE STREAM s (a int UNIQUE, b int CONSTRAINT u UNIQUE, CONSTRAINT v UNIQUE (a, b))",
     "CREATE STREAM s (a integer, b integer, UNIQUE (a), CONSTRAINT u UNIQUE (b), CONSTRAINT v UNIQUE (a, b))"),
    ("CREATE STREAM s (stream int, key text COMMENT 'k' NOT NULL, exclude date NULL)",
     "CREATE STREAM s (stream integer, key text NOT NULL COMMENT 'k', exclude date)"),
    ("CREATE STREAM s (a int) WITH (Format = JSON, kafka.group.id = 'g', 'a b' = -1.5, x = true, y)",
     "CREATE STREAM s (a integer) WITH (format = 'json', kafka.group.id = 'g', 'a b' = -1.5, x = true, y = true)"),
    ("create or replace table n.s (a int unique) with (format = json)",
     "CREATE OR REPLACE TABLE n.s (a integer, UNIQUE (a)) WITH (format = 'json')"),
    ("CREATE STREAM s like n.t", "CREATE STREAM s LIKE n.t"),
    ("CREATE TABLE IF NOT EXISTS s (LIKE t INCLUDING ALL) WITH (format = 'json')",
     "CREATE TABLE IF NOT EXISTS s LIKE t WITH (format = 'json')"),
    // Types.
    ("CREATE STREAM s (a double precision, b CHARACTER VARYING(10), c numeric(10 , -2))",
     "CREATE STREAM s (a double precision, b character varying(10), c numeric(10,-2))"),
    ("CREATE STREAM s (a timestamp(3) with time zone, b time without time zone, c pg_catalog.int4)",
     "CREATE STREAM s (a timestamp(3) with time zone, b time without time zone, c integer)"),
    // Defaults.
    ("CREATE STREAM s (a int DEFAULT +1, b real DEFAULT -.5e1, c text DEFAULT $$x'y$$)",
     "CREATE STREAM s (a integer DEFAULT 1, b real DEFAULT -.5e1, c text DEFAULT 'x''y')"),
    ("CREATE STREAM s (a text DEFAULT 'x'::character varying(3), b int DEFAULT ((1)::bigint) NOT NULL)",
     "CREATE STREAM s (a text DEFAULT 'x', b integer NOT NULL DEFAULT 1)"),
    ("CREATE STREAM s (a date DEFAULT DATE '2024-01-01', b interval DEFAULT INTERVAL '1 day', c int DEFAULT null)",
     "CREATE STREAM s (a date DEFAULT '2024-01-01', b interval DEFAULT '1 day', c integer)"),
    ("CREATE STREAM s (a text DEFAULT E'a\\tb', b text DEFAULT U&'\\017E', c text DEFAULT N'n')",
     "CREATE STREAM s (a text DEFAULT 'a\tb', b text DEFAULT 'ž', c text DEFAULT 'n')"),
    // Changes.
    ("alter table if exists s add a int default 1, drop b cascade, rename c to d",
     "ALTER TABLE IF EXISTS s ADD COLUMN a integer DEFAULT 1, DROP COLUMN b CASCADE, RENAME COLUMN c TO d"),
    ("ALTER STREAM s ADD if int, ADD COLUMN IF NOT EXISTS b int, DROP IF EXISTS c RESTRICT",
     "ALTER STREAM s ADD COLUMN if integer, ADD COLUMN IF NOT EXISTS b integer, DROP COLUMN IF EXISTS c"),
    ("ALTER STREAM s ADD a int PRIMARY KEY, ADD b int CONSTRAINT u UNIQUE",
     "ALTER STREAM s ADD COLUMN a integer NOT NULL, ADD PRIMARY KEY (a), ADD COLUMN b integer, ADD CONSTRAINT u UNIQUE (b)"),
    ("ALTER STREAM s ALTER type SET DATA TYPE bigint, ALTER a SET DEFAULT NULL, ALTER COLUMN b DROP NOT NULL",
     "ALTER STREAM s ALTER COLUMN type TYPE bigint, ALTER COLUMN a SET DEFAULT NULL, ALTER COLUMN b DROP NOT NULL"),
    ("ALTER STREAM s ADD CONSTRAINT n PRIMARY KEY (a), DROP CONSTRAINT u, SET (compatibility = full), RESET (Comment)",
     "ALTER STREAM s ADD PRIMARY KEY (a), DROP CONSTRAINT u, SET (compatibility = 'full'), RESET (comment)"),
    ("ALTER STREAM a.s RENAME TO t", "ALTER STREAM a.s RENAME TO t"),
    ("DROP TABLE a, b.c RESTRICT", "DROP TABLE a, b.c"),
    ("CREATE INDEX ON s USING btree (a ASC, b)", "CREATE INDEX ON s (a, b)"),
    ("DROP INDEX IF EXISTS n.i CASCADE", "DROP INDEX IF EXISTS n.i"),
    ("DROP SCHEMA a, b CASCADE", "DROP SCHEMA a, b CASCADE"),
    ("COMMENT ON COLUMN n.s.c IS ''", "COMMENT ON COLUMN n.s.c IS NULL"),
    // Questions.
    ("SHOW SCHEMAS IN n LIKE 'a%'", "SHOW STREAMS FROM n LIKE 'a%'"),
    ("show tables", "SHOW STREAMS"),
    ("DESC stream", "DESCRIBE STREAM stream"),
    ("DESCRIBE stream stream", "DESCRIBE STREAM stream"),
    ("DESCRIBE stream.a", "DESCRIBE STREAM stream.a"),
    ("DESCRIBE TABLE a.select", "DESCRIBE STREAM a.\"select\""),
    ("SHOW CREATE TABLE s", "SHOW CREATE STREAM s"),
    ("SHOW CREATE STREAM s version +2", "SHOW CREATE STREAM s VERSION 2"),
    ("DESC version version 1", "DESCRIBE STREAM version VERSION 1"),
    ("SHOW SCHEMA DIFF FOR s", "SHOW SCHEMA DIFF FOR s"),
    ("show schema diff for n.s to 2", "SHOW SCHEMA DIFF FOR n.s TO 2"),
    ("SHOW SCHEMA DIFF FOR s FROM 3 TO 1", "SHOW SCHEMA DIFF FOR s FROM 3 TO 1"),
    ("assert schema for s version 1", "ASSERT SCHEMA FOR s VERSION 1"),
    ("ASSERT SCHEMA FOR s (Id int primary key, b text UNIQUE)",
     "ASSERT SCHEMA FOR s (id integer NOT NULL, b text, PRIMARY KEY (id), UNIQUE (b))"),
    ("explain alter table s drop a.b, add c int",
     "EXPLAIN ALTER TABLE s DROP COLUMN a.b, ADD COLUMN c integer"),
    ("explain (sink PostgreSQL) ALTER STREAM s DROP a",
     "EXPLAIN (SINK postgresql) ALTER STREAM s DROP COLUMN a"),
    ("EXPLAIN create or replace STREAM s (a int)", "EXPLAIN CREATE OR REPLACE STREAM s (a integer)"),
    // Transactions.
    ("BEGIN WORK", "BEGIN"),
    ("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY, NOT DEFERRABLE",
     "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY, NOT DEFERRABLE"),
    ("START TRANSACTION READ WRITE", "START TRANSACTION READ WRITE"),
    ("END TRANSACTION AND NO CHAIN", "COMMIT"),
    ("ABORT AND CHAIN", "ROLLBACK AND CHAIN"),
    ("savepoint A", "SAVEPOINT a"),
    ("SAVEPOINT savepoint", "SAVEPOINT savepoint"),
    ("RELEASE a", "RELEASE SAVEPOINT a"),
    ("RELEASE savepoint", "RELEASE SAVEPOINT savepoint"),
    ("RELEASE SAVEPOINT \"A b\"", "RELEASE SAVEPOINT \"A b\""),
    ("ROLLBACK TO a", "ROLLBACK TO SAVEPOINT a"),
    ("ROLLBACK TO savepoint", "ROLLBACK TO SAVEPOINT savepoint"),
    ("ROLLBACK WORK TO SAVEPOINT a", "ROLLBACK TO SAVEPOINT a"),
    ("ROLLBACK TRANSACTION TO SAVEPOINT savepoint", "ROLLBACK TO SAVEPOINT savepoint"),
    ("SET LOCAL TRANSACTION READ ONLY", "SET TRANSACTION READ ONLY"),
    ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
     "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"),
    // Settings.
    ("SET SESSION x TO 1", "SET x = '1'"),
    ("SET LOCAL my.Custom = -1.5", "SET LOCAL my.Custom = '-1.5'"),
    ("SET session = on", "SET session = 'on'"),
    ("SET DateStyle = ISO, DMY", "SET DateStyle = 'iso, dmy'"),
    ("SET search_path = '$user', public, \"A b\"", "SET search_path = '\"$user\", public, \"A b\"'"),
    ("SET search_path = \"A\"", "SET search_path = '\"A\"'"),
    ("SET search_path = 'a, b'", "SET search_path = 'a, b'"),
    ("SET SCHEMA 'A'", "SET search_path = '\"A\"'"),
    ("SET application_name = \"A\"", "SET application_name = 'A'"),
    ("SET TIME ZONE UTC", "SET TimeZone = 'utc'"),
    ("SET TIME ZONE -7", "SET TimeZone = '-7'"),
    ("SET TIME ZONE INTERVAL '-08:00' HOUR TO MINUTE", "SET TimeZone = '-08:00'"),
    ("SET LOCAL TIME ZONE LOCAL", "SET LOCAL TimeZone = DEFAULT"),
    ("SET NAMES 'UTF8'", "SET client_encoding = 'UTF8'"),
    ("SET NAMES", "SET client_encoding = DEFAULT"),
    ("SET SESSION AUTHORIZATION DEFAULT", "SET session_authorization = DEFAULT"),
    ("SET ROLE NONE", "SET role = 'none'"),
    ("RESET TIME ZONE", "RESET TimeZone"),
    ("SHOW TIME ZONE", "SHOW TimeZone"),
    ("SHOW TRANSACTION ISOLATION LEVEL", "SHOW transaction_isolation"),
    ("SHOW SESSION AUTHORIZATION", "SHOW session_authorization"),
    ("SHOW \"schemas\"", "SHOW \"schemas\""),
    ("DISCARD TEMPORARY", "DISCARD TEMP"),
    ("DEALLOCATE PREPARE p", "DEALLOCATE p"),
    ("DEALLOCATE prepare", "DEALLOCATE prepare"),
    ("DEALLOCATE PREPARE ALL", "DEALLOCATE ALL"),
    ("UNLISTEN *", "UNLISTEN *"),
    ("UNLISTEN Schema_Changes", "UNLISTEN schema_changes"),
    ("LISTEN \"Schema_Changes\"", "LISTEN \"Schema_Changes\""),
    ("LISTEN listen", "LISTEN listen"),
    ("NOTIFY a, ''", "NOTIFY a"),
    ("NOTIFY a,E'\\x62''c'", "NOTIFY a, 'b''c'"),
    ("CLOSE ALL", "CLOSE ALL"),
    ("CLOSE all_of_them", "CLOSE all_of_them"),
    // Queries are as they were written.
    ("/* a */ SELECT  1 -- b", "SELECT  1"),
    (" ( SELECT 1 ) ;", "( SELECT 1 )"),
    ("PREPARE p (int, text[]) AS SELECT $1", "PREPARE p (int, text[]) AS SELECT $1"),
    ("PREPARE transaction AS SELECT 1", "PREPARE transaction AS SELECT 1"),
    ("EXECUTE p(1,  'a'::text)", "EXECUTE p (1,  'a'::text)"),
    ("DECLARE c INSENSITIVE BINARY NO SCROLL CURSOR WITHOUT HOLD FOR TABLE t",
     "DECLARE c BINARY NO SCROLL CURSOR FOR TABLE t"),
    ("DECLARE c SCROLL CURSOR WITH HOLD FOR VALUES (1)", "DECLARE c SCROLL CURSOR WITH HOLD FOR VALUES (1)"),
    ("FETCH next", "FETCH FORWARD 1 FROM next"),
    ("FETCH NEXT c", "FETCH FORWARD 1 FROM c"),
    ("FETCH PRIOR IN c", "FETCH BACKWARD 1 FROM c"),
    ("FETCH LAST FROM c", "FETCH ABSOLUTE -1 FROM c"),
    ("FETCH -2 c", "FETCH FORWARD -2 FROM c"),
    ("MOVE BACKWARD ALL IN c", "MOVE BACKWARD ALL FROM c"),
    ("COPY t TO STDOUT", "COPY t TO STDOUT WITH (DELIMITER '\t', NULL '\\N', HEADER false)"),
    ("COPY n.t (a, \"B\") TO STDOUT BINARY", "COPY n.t (a, \"B\") TO STDOUT WITH (FORMAT binary)"),
    ("COPY (SELECT 1) TO STDOUT WITH CSV HEADER QUOTE AS '|' FORCE QUOTE a, b",
     "COPY (SELECT 1) TO STDOUT WITH (FORMAT csv, DELIMITER ',', NULL '', HEADER true, QUOTE '|', ESCAPE '|', FORCE_QUOTE (a, b))"),
    ("COPY (SELECT 1) TO STDOUT (FORMAT csv, DELIMITER ';', FORCE_QUOTE *, ENCODING 'UTF-8')",
     "COPY (SELECT 1) TO STDOUT WITH (FORMAT csv, DELIMITER ';', NULL '', HEADER false, QUOTE '\"', ESCAPE '\"', FORCE_QUOTE *)"),
    // Types with parts; what follows them is the column's again.
    ("ALTER STREAM s ADD a ROW(b INT, c LIST<STRUCT<d TEXT>>)NOT NULL", "ALTER STREAM s ADD COLUMN a struct<b integer, c struct<d text>[]> NOT NULL"),
    ("ALTER STREAM s ADD a INT[]DEFAULT '{}', ADD b MAP<INT,INT>-- >", "ALTER STREAM s ADD COLUMN a integer[] DEFAULT '{}', ADD COLUMN b map<integer, integer>"),
    ("ALTER STREAM s ALTER a TYPE ARRAY<ARRAY<ARRAY<INT>>>/* > */", "ALTER STREAM s ALTER COLUMN a TYPE integer[][][]"),
    ("ALTER STREAM s ADD a TEXT DEFAULT '{a}'::TEXT[], ADD b DATE DEFAULT DATE '2024-01-01'", "ALTER STREAM s ADD COLUMN a text DEFAULT '{a}', ADD COLUMN b date DEFAULT '2024-01-01'"),
];

#[test]
fn every_spelling_has_its_meaning() {
    for (text, printed) in MEANINGS {
        let statements = parse(text).expect(text);
        let found: Vec<_> = statements.iter().map(ToString::to_string).collect();
        assert_eq!(found, [*printed], "{text}");
    }
}

/// What PostgreSQL reads and its clients send.
const QUERIES: &[&str] = &[
    "SELECT 1 WHERE c.relname OPERATOR(pg_catalog.~) '^(x)$' COLLATE pg_catalog.default",
    "SELECT \"t\".\"a\"::text COLLATE \"C\" FROM t ORDER BY 1 COLLATE \"POSIX\" DESC",
    "SELECT a OPERATOR(pg_catalog.=) ANY (ARRAY[1]) FROM t",
    "SELECT 'x'::\"char\", 1::pg_catalog.int4, c::pg_catalog.regclass::pg_catalog.text",
    "SELECT ARRAY(SELECT a FROM t ORDER BY 1)::text[], ARRAY[]::int[], (ARRAY[1,2])[1]",
    "SELECT * FROM t, LATERAL unnest(t.a) WITH ORDINALITY AS u(a, n)",
    "SELECT * FROM t LEFT JOIN LATERAL unnest(t.a) WITH ORDINALITY u(a, n) ON true",
    "SELECT (information_schema._pg_expandarray(i.indkey)).n, (a).b.c FROM t",
    "SELECT INTERVAL '1 day', INTERVAL '1' DAY, '1 day'::interval(3), DATE '2020-01-01'",
    "SELECT a FROM t OFFSET 3 ROWS FETCH FIRST 3 ROWS ONLY",
    "SELECT e'a\\nb', U&'d\\0061t', $$abc$$, N'abc', B'101', X'1F'",
    "SELECT 'a'\n  'b'",
    "SELECT FROM t",
    "SELECT a IS DISTINCT FROM b, a ISNULL, b NOTNULL, a IS NOT UNKNOWN FROM t",
    "SELECT a = ANY ($1), a <> ALL (SELECT 1), a LIKE ANY (ARRAY['a']) FROM t",
    "SELECT ROW(1, 2), (1, 2), ROW() FROM t WHERE (a, b) IN ((1, 2)) AND (a, b) < (1, 2)",
    "SELECT * FROM t FOR UPDATE OF t NOWAIT",
    "SELECT * FROM t FOR NO KEY UPDATE SKIP LOCKED",
    "SELECT * FROM t FOR KEY SHARE",
    "SELECT 1 FOR READ ONLY",
    "SELECT a -> 'x' ->> 'y' #> '{a}' #>> '{b}', a @> b, a ? 'x', a ?| b, a ?& b, a #- '{a}'",
    "SELECT a ~ 'x', a !~ 'x', a ~* 'x', a !~* 'x', a ~~ 'x', a !~~* 'x', a^@'x'",
    "SELECT a LIKE 'x' ESCAPE '!', a SIMILAR TO 'x', a=-1, a<-1, a<@b",
    "SELECT a::timestamp(3) with time zone, a::bit varying(3), a::character varying(10)[]",
    "SELECT EXTRACT(epoch FROM now()), now() AT TIME ZONE 'UTC', TRIM(LEADING FROM ' x')",
    "SELECT SUBSTRING('abc' FROM 1 FOR 2), POSITION('a' IN 'b'), OVERLAY('a' PLACING 'b' FROM 1)",
    "SELECT count(*), sum(a) FILTER (WHERE b), string_agg(a, ',' ORDER BY b DESC NULLS LAST)",
    "SELECT sum(a) OVER (w ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t WINDOW w AS (PARTITION BY b)",
    "SELECT a FROM t GROUP BY GROUPING SETS ((a), ()) HAVING true",
    "SELECT a FROM t ORDER BY a USING <, b USING OPERATOR(pg_catalog.>), c NULLS FIRST",
    "SELECT f(a => 1, b := 2), coalesce(a, b) AS value, b AS select",
    "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v(x, y) JOIN u USING (a) NATURAL JOIN w",
    "WITH RECURSIVE a(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM a) SELECT * FROM a",
    "WITH a AS MATERIALIZED (SELECT 1) TABLE a",
    "(SELECT 1 LIMIT 1) UNION ALL (VALUES (2)) INTERSECT TABLE t ORDER BY 1 LIMIT ALL",
    "SELECT DISTINCT ON (a) a, t.*, s.t.* FROM ONLY t",
];

#[test]
fn what_clients_send_is_read() {
    for text in QUERIES {
        let statements = parse(text).expect(text);
        assert!(
            matches!(statements.as_slice(), [Statement::Query(_)]),
            "{text}"
        );
    }
}

#[test]
fn the_words_of_a_query_know_where_they_stood() {
    let statements = parse("COMMIT; SELECT\n 'é', b.c").expect("two");
    let Statement::Query(query) = &statements[1] else {
        panic!("{statements:?}");
    };
    let SetExpr::Select(select) = query.tree.body.as_ref() else {
        panic!("{query:?}");
    };
    let corner = select.projection[1].span().start;
    assert_eq!((corner.line, corner.column), (1, 22));
}

#[test]
fn a_deep_query_is_refused_and_a_long_one_is_not() {
    let chain = |count: usize| format!("SELECT {}", vec!["$1::int"; count].join(" + "));
    let nested = |count: usize| format!("SELECT {}1{}", "f(".repeat(count), ")".repeat(count));
    let list = format!("SELECT a IN ({}) FROM t", vec!["-1"; 50_000].join(", "));
    for text in [chain(2_000), nested(100), list] {
        assert!(parse(&text).is_ok(), "{}", &text[..30]);
    }
    let unions = format!("SELECT 1{}", " UNION SELECT 1".repeat(6_000));
    let negations = format!("SELECT {} true", "NOT ".repeat(2_000));
    let arrays = |count: usize, inner: &str| {
        format!(
            "SELECT {}{inner}{}",
            "array[".repeat(count),
            "]".repeat(count)
        )
    };
    let ceilings = format!("SELECT {}1 1{}", "ceil(".repeat(60), ")".repeat(60));
    // With a mistake in the middle, each level could be read in two ways.
    for text in [arrays(60, "1 1"), ceilings] {
        let error = parse(&text).map(drop).expect_err("a mistake");
        assert!(["42601", "54001"].contains(&error.sqlstate()), "{error}");
    }
    for text in [
        chain(10_000),
        nested(1_500),
        unions,
        negations,
        arrays(1_000, "1"),
    ] {
        let error = parse(&text).map(drop).expect_err("too deep");
        assert_eq!(error.sqlstate(), "54001", "{}", &text[..30]);
    }
}

#[test]
fn words_know_where_they_stood() {
    let statements = parse("COMMIT; ALTER STREAM n.s\n ADD é int UNIQUE").expect("two");
    let Statement::AlterStream(alter) = &statements[1] else {
        panic!("{statements:?}");
    };
    assert_eq!(alter.name.location.0, Some(22));
    for action in &alter.actions {
        assert!(matches!(action, super::AlterAction::Shape(_, location) if location.0 == Some(31)));
    }
}

#[test]
fn one_string_is_a_setting_s_whole_value() {
    let statements = parse("SET search_path = ''; SET x = DEFAULT").expect("two");
    let values: Vec<_> = statements
        .into_iter()
        .map(|statement| match statement {
            Statement::Set { value, .. } => value,
            other => panic!("{other}"),
        })
        .collect();
    assert_eq!(values, [SetValue::Value(String::new()), SetValue::Default]);
}

#[test]
fn the_largest_schemas_are_read() {
    let columns = |count: usize, declaration: &str| {
        let columns: Vec<_> = (0..count).map(|n| format!("c{n} {declaration}")).collect();
        columns.join(", ")
    };
    let part = columns(999, "varchar(9) DEFAULT 'x'");
    for (columns, count) in [
        (
            columns(MAX_COLUMNS, "numeric(10,2) NOT NULL DEFAULT 0"),
            MAX_COLUMNS,
        ),
        (columns(20, &format!("struct<{part}>")), 20),
        (columns(MAX_COLUMNS, "array<map<int, date>>"), MAX_COLUMNS),
    ] {
        let statements = parse(&format!("CREATE STREAM s ({columns})")).expect("a statement");
        let [Statement::CreateStream(create)] = statements.as_slice() else {
            panic!("{}", statements.len());
        };
        let columns: Vec<_> = create
            .elements
            .columns
            .iter()
            .map(|(column, _)| column.clone())
            .collect();
        let schema = Schema::new(&columns, &[]).expect("a schema");
        assert_eq!(schema.fields.len(), count);
        assert!(schema.last_field_id() <= FieldId(20_000));
    }
}
