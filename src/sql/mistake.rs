//! What is wrong with a text, and where: the tests of every error's words.

use super::{Statement, parse};

/// Each text with its SQLSTATE, position and message.
#[rustfmt::skip]
const MISTAKES: &[(&str, &str, usize, &str)] = &[
    // Words that begin nothing, and texts that end too soon.
    ("SELEC 1", "42601", 1, "syntax error at or near \"SELEC\""),
    ("BEGIN;\n  foo", "42601", 10, "syntax error at or near \"foo\""),
    ("\"begin\"", "42601", 1, "syntax error at or near \"\"begin\"\""),
    ("1", "42601", 1, "syntax error at or near \"1\""),
    ("CREATE STREAM", "42601", 14, "syntax error at end of input"),
    ("CREATE STREAM  ", "42601", 16, "syntax error at end of input"),
    ("CREATE STREAM;", "42601", 14, "syntax error at or near \";\""),
    ("/* žluť */ DROP ☃", "42601", 17, "syntax error at or near \"☃\""),
    ("COMMIT; COMMIT now", "42601", 16, "syntax error at or near \"now\""),
    // Broken tokens.
    ("DESCRIBE 'abc", "42601", 10, "unterminated quoted string at or near \"'abc\""),
    ("SET x = E'a\\'", "42601", 9, "unterminated quoted string at or near \"E'a\\'\""),
    ("SET x = E'\\0'", "42601", 9, "invalid escape string at or near \"E'\\0'\""),
    ("SET x = U&'\\0000'", "22021", 9, "invalid byte sequence for encoding \"UTF8\": 0x00"),
    ("SET x = U&'\\zz'", "42601", 9, "invalid Unicode escape at or near \"U&'\\zz'\""),
    ("DROP STREAM \"a", "42601", 13, "unterminated quoted identifier at or near \"\"a\""),
    ("COMMIT /* a /* b */", "42601", 8, "unterminated /* comment at or near \"/* a /* b */\""),
    ("SET x = $a$ b $", "42601", 9, "unterminated dollar-quoted string at or near \"$a$ b $\""),
    ("SET x = b'1", "42601", 9, "unterminated bit string literal at or near \"b'1\""),
    ("SET x = x'1", "42601", 9, "unterminated hexadecimal string literal at or near \"x'1\""),
    ("SET é\0 = 1", "22021", 6, "invalid byte sequence for encoding \"UTF8\": 0x00"),
    ("SET x = ._a", "42601", 9, "syntax error at or near \"._a\""),
    // Names.
    ("DROP STREAM select", "42601", 13, "syntax error at or near \"select\""),
    ("DROP STREAM \"\"", "42601", 13, "zero-length delimited identifier"),
    ("DROP STREAM a.\"\"", "42601", 15, "zero-length delimited identifier"),
    ("DROP STREAM a.b.C", "0A000", 13, "cross-database references are not implemented: \"a.b.c\""),
    ("DROP STREAM a.", "42601", 15, "syntax error at end of input"),
    ("DROP STREAM a b", "42601", 15, "syntax error at or near \"b\""),
    ("DROP STREAM a,", "42601", 15, "syntax error at end of input"),
    // CREATE STREAM.
    ("CREATE FOO", "42601", 8, "syntax error at or near \"FOO\""),
    ("CREATE UNIQUE STREAM s", "42601", 15, "syntax error at or near \"STREAM\""),
    ("CREATE STREAM IF EXISTS s (a int)", "42601", 18, "syntax error at or near \"EXISTS\""),
    ("CREATE STREAM s", "42601", 16, "syntax error at end of input"),
    ("CREATE OR REPLACE STREAM IF NOT EXISTS s (a int)", "42601", 29, "syntax error at or near \"NOT\""),
    ("CREATE STREAM s LIKE", "42601", 21, "syntax error at end of input"),
    ("CREATE STREAM s LIKE t (a int)", "42601", 24, "syntax error at or near \"(\""),
    ("CREATE STREAM s (a int", "42601", 23, "syntax error at end of input"),
    ("CREATE STREAM s (a int,)", "42601", 24, "syntax error at or near \")\""),
    ("CREATE STREAM s (a)", "42601", 19, "syntax error at or near \")\""),
    ("CREATE STREAM s (a foo)", "42704", 20, "type \"foo\" does not exist"),
    ("CREATE STREAM s (a numeric(x))", "42601", 28, "syntax error at or near \"x\""),
    ("CREATE STREAM s (a numeric(1.5))", "42601", 28, "syntax error at or near \"1.5\""),
    ("CREATE STREAM s (a interval day to second)", "0A000", 29, "a field of an interval is not supported"),
    ("CREATE STREAM s (é STRUCT<b int, c foo>)", "42704", 36, "type \"foo\" does not exist"),
    ("CREATE STREAM s (a STRUCT<b ARRAY<int>>>)", "42601", 40, "syntax error at or near \">\""),
    ("CREATE STREAM s (a STRUCT<b int", "42601", 32, "syntax error at end of input"),
    ("CREATE STREAM s (a STRUCT<b int; COMMIT", "42601", 32, "syntax error at or near \";\""),
    ("CREATE STREAM s (a STRUCT<b int COMMENT 'x'>)", "0A000", 33, "COMMENT inside a type is not supported"),
    ("CREATE STREAM s (a int b int)", "42601", 24, "syntax error at or near \"b\""),
    ("CREATE STREAM s (order int)", "42601", 18, "syntax error at or near \"order\""),
    ("CREATE STREAM s (a int NOT)", "42601", 24, "syntax error at or near \"NOT\""),
    ("CREATE STREAM s (a int, b int, A text)", "42701", 32, "column \"a\" specified more than once"),
    ("CREATE STREAM s (a int NULL NOT NULL)", "42601", 29, "conflicting NULL/NOT NULL declarations for column \"a\" of stream \"s\""),
    ("CREATE STREAM s (a int NULL PRIMARY KEY)", "42601", 29, "conflicting NULL/NOT NULL declarations for column \"a\" of stream \"s\""),
    ("CREATE STREAM s (a int DEFAULT 1 DEFAULT 2)", "42601", 34, "multiple default values specified for column \"a\" of stream \"s\""),
    ("CREATE STREAM s (a int COMMENT 'x' COMMENT 'y')", "42601", 36, "multiple comments specified for column \"a\" of stream \"s\""),
    ("CREATE STREAM s (a int COMMENT x)", "42601", 32, "syntax error at or near \"x\""),
    ("CREATE STREAM s (a int PRIMARY KEY, PRIMARY KEY (a))", "42P16", 37, "multiple primary keys for stream \"s\" are not allowed"),
    ("CREATE STREAM s (a int PRIMARY KEY, b int PRIMARY KEY)", "42P16", 43, "multiple primary keys for stream \"s\" are not allowed"),
    ("CREATE STREAM s (a int, PRIMARY KEY (a, a))", "42701", 41, "column \"a\" appears twice in primary key constraint"),
    ("CREATE STREAM s (a int, UNIQUE (a, a))", "42701", 36, "column \"a\" appears twice in unique constraint"),
    ("CREATE STREAM s (a int, CONSTRAINT c a)", "42601", 38, "syntax error at or near \"a\""),
    ("CREATE STREAM s (a int) WITH (x = 1, X = 2)", "22023", 38, "parameter \"x\" specified more than once"),
    ("CREATE STREAM s (a int) WITH ()", "42601", 31, "syntax error at or near \")\""),
    ("CREATE STREAM s (a int) WITH (x = NULL)", "42601", 35, "syntax error at or near \"NULL\""),
    ("CREATE STREAM s (a int) WITH (x =)", "42601", 34, "syntax error at or near \")\""),
    ("CREATE STREAM s (a int) WITH (format 'json')", "42601", 38, "syntax error at or near \"'json'\""),
    // Defaults.
    ("CREATE STREAM s (a int DEFAULT)", "42601", 31, "syntax error at or near \")\""),
    ("CREATE STREAM s (a int DEFAULT NOT NULL)", "42601", 32, "syntax error at or near \"NOT\""),
    ("CREATE STREAM s (a int DEFAULT (1)", "42601", 35, "syntax error at end of input"),
    ("CREATE STREAM s (a int DEFAULT (1 2))", "42601", 35, "syntax error at or near \"2\""),
    ("CREATE STREAM s (a int DEFAULT 1_000)", "42601", 32, "syntax error at or near \"1_000\""),
    ("CREATE STREAM s (a int DEFAULT 1L)", "42601", 32, "syntax error at or near \"1L\""),
    ("CREATE STREAM s (a int DEFAULT 'x'::foo)", "42704", 37, "type \"foo\" does not exist"),
    ("CREATE STREAM s (a int DEFAULT foo 'x')", "42704", 32, "type \"foo\" does not exist"),
    // ALTER.
    ("ALTER STREAM s", "42601", 15, "syntax error at end of input"),
    ("ALTER STREAM s FOO", "42601", 16, "syntax error at or near \"FOO\""),
    ("ALTER STREAM s ADD COLUMN a", "42601", 28, "syntax error at end of input"),
    ("ALTER STREAM s ADD a int, DROP", "42601", 31, "syntax error at end of input"),
    ("ALTER STREAM s ADD a int, RENAME TO t", "42601", 34, "syntax error at or near \"TO\""),
    ("ALTER STREAM s RENAME TO t, ADD a int", "42601", 27, "syntax error at or near \",\""),
    ("ALTER STREAM s RENAME a b", "42601", 25, "syntax error at or near \"b\""),
    ("ALTER STREAM s ALTER a SET", "42601", 27, "syntax error at end of input"),
    ("ALTER STREAM s ALTER a integer", "42601", 24, "syntax error at or near \"integer\""),
    ("ALTER STREAM s ADD CONSTRAINT c", "42601", 32, "syntax error at end of input"),
    ("ALTER SCHEMA n SET x = 1", "42601", 20, "syntax error at or near \"x\""),
    ("ALTER SCHEMA n DROP", "42601", 16, "syntax error at or near \"DROP\""),
    // The rest of the definitions.
    ("CREATE INDEX IF NOT EXISTS ON s (a)", "42601", 28, "syntax error at or near \"ON\""),
    ("CREATE INDEX n.i ON s (a)", "42601", 15, "syntax error at or near \".\""),
    ("CREATE INDEX i ON s", "42601", 20, "syntax error at end of input"),
    ("CREATE SCHEMA a.b", "42601", 16, "syntax error at or near \".\""),
    ("COMMENT ON COLUMN a IS 'x'", "42601", 19, "column name must be qualified"),
    ("COMMENT ON STREAM a IS x", "42601", 24, "syntax error at or near \"x\""),
    ("COMMENT ON FOO a IS 'x'", "42601", 12, "syntax error at or near \"FOO\""),
    // Inspection.
    ("SHOW", "42601", 5, "syntax error at end of input"),
    ("SHOW STREAMS OF x", "42601", 14, "syntax error at or near \"OF\""),
    ("SHOW STREAMS LIKE x", "42601", 19, "syntax error at or near \"x\""),
    ("SHOW SCHEMA FOO FOR x", "42601", 13, "syntax error at or near \"FOO\""),
    ("SHOW SCHEMA VERSIONS orders", "42601", 22, "syntax error at or near \"orders\""),
    ("SHOW CREATE VIEW x", "42601", 13, "syntax error at or near \"VIEW\""),
    ("DESCRIBE", "42601", 9, "syntax error at end of input"),
    ("DESCRIBE s VERSION", "42601", 19, "syntax error at end of input"),
    ("DESCRIBE s VERSION -1", "42601", 20, "syntax error at or near \"-\""),
    ("DESCRIBE s VERSION 1.5", "42601", 20, "syntax error at or near \"1.5\""),
    ("DESCRIBE s VERSION 4294967296", "42601", 20, "syntax error at or near \"4294967296\""),
    ("DESCRIBE s VERSION latest", "42601", 20, "syntax error at or near \"latest\""),
    ("SHOW SCHEMA DIFF s", "42601", 18, "syntax error at or near \"s\""),
    ("SHOW SCHEMA DIFF FOR s TO 2 FROM 1", "42601", 29, "syntax error at or near \"FROM\""),
    ("ASSERT s", "42601", 8, "syntax error at or near \"s\""),
    ("ASSERT SCHEMA FOR s", "42601", 20, "syntax error at end of input"),
    ("ASSERT SCHEMA FOR s (a foo)", "42704", 24, "type \"foo\" does not exist"),
    ("ASSERT SCHEMA FOR s (a int, A int)", "42701", 29, "column \"a\" specified more than once"),
    ("DESCRIBE TABLE", "42601", 15, "syntax error at end of input"),
    ("DESCRIBE STREAM 'x'", "42601", 17, "syntax error at or near \"'x'\""),
    ("EXPLAIN", "42601", 8, "syntax error at end of input"),
    ("EXPLAIN (SINK) ALTER STREAM s DROP a", "42601", 14, "syntax error at or near \")\""),
    ("EXPLAIN (SINK a b) ALTER STREAM s DROP a", "42601", 17, "syntax error at or near \"b\""),
    ("EXPLAIN (SINK a) EXPLAIN ALTER STREAM s DROP a", "42601", 18, "syntax error at or near \"EXPLAIN\""),
    ("EXPLAIN foo", "42601", 9, "syntax error at or near \"foo\""),
    ("EXPLAIN EXPLAIN ALTER STREAM s DROP a", "42601", 9, "syntax error at or near \"EXPLAIN\""),
    ("EXPLAIN ALTER STREAM s DROP", "42601", 28, "syntax error at end of input"),
    // Transactions and settings.
    ("START", "42601", 6, "syntax error at end of input"),
    ("BEGIN READ", "42601", 7, "syntax error at or near \"READ\""),
    ("BEGIN READ ONLY,", "42601", 17, "syntax error at end of input"),
    ("BEGIN ISOLATION LEVEL HIGH", "42601", 23, "syntax error at or near \"HIGH\""),
    ("COMMIT AND", "42601", 11, "syntax error at end of input"),
    ("SAVEPOINT", "42601", 10, "syntax error at end of input"),
    ("SAVEPOINT 1", "42601", 11, "syntax error at or near \"1\""),
    ("SAVEPOINT 'a'", "42601", 11, "syntax error at or near \"'a'\""),
    ("SAVEPOINT left", "42601", 11, "syntax error at or near \"left\""),
    ("SAVEPOINT a.b", "42601", 12, "syntax error at or near \".\""),
    ("RELEASE", "42601", 8, "syntax error at end of input"),
    ("RELEASE SAVEPOINT 1", "42601", 19, "syntax error at or near \"1\""),
    ("ROLLBACK TO", "42601", 12, "syntax error at end of input"),
    ("ROLLBACK TO SAVEPOINT a b", "42601", 25, "syntax error at or near \"b\""),
    ("ROLLBACK TO a AND CHAIN", "42601", 15, "syntax error at or near \"AND\""),
    ("ROLLBACK SAVEPOINT a", "42601", 10, "syntax error at or near \"SAVEPOINT\""),
    ("ROLLBACK WORK TRANSACTION", "42601", 15, "syntax error at or near \"TRANSACTION\""),
    ("ABORT TO a", "42601", 7, "syntax error at or near \"TO\""),
    ("END TO a", "42601", 5, "syntax error at or near \"TO\""),
    ("SET", "42601", 4, "syntax error at end of input"),
    ("SET x", "42601", 6, "syntax error at end of input"),
    ("SET x 1", "42601", 7, "syntax error at or near \"1\""),
    ("SET x =", "42601", 8, "syntax error at end of input"),
    ("SET x = 1,", "42601", 11, "syntax error at end of input"),
    ("SET user = 1", "42601", 5, "syntax error at or near \"user\""),
    ("SET TRANSACTION", "42601", 16, "syntax error at end of input"),
    ("RESET", "42601", 6, "syntax error at end of input"),
    ("DISCARD x", "42601", 9, "syntax error at or near \"x\""),
    ("CLOSE", "42601", 6, "syntax error at end of input"),
    ("UNLISTEN", "42601", 9, "syntax error at end of input"),
    ("DEALLOCATE", "42601", 11, "syntax error at end of input"),
];

#[test]
fn a_mistake_is_told_where_it_stands() {
    for (text, sqlstate, position, message) in MISTAKES {
        let error = parse(text).expect_err(text);
        let told = (error.sqlstate(), error.position(), error.message());
        assert_eq!(told, (*sqlstate, Some(*position), *message), "{text}");
    }
}

#[test]
fn a_syntax_error_says_what_was_expected() {
    for (text, detail) in [
        ("SELEC 1", "Expected the first word of a statement."),
        ("DROP STREAM 1", "Expected a stream name."),
        ("CREATE STREAM s (a int", "Expected \")\"."),
        ("SHOW SCHEMA VERSIONS x", "Expected FOR."),
        ("SHOW STREAMS x", "Expected FROM, IN or LIKE."),
        ("COMMIT x", "Expected the end of the statement."),
    ] {
        assert_eq!(
            parse(text).expect_err(text).detail(),
            Some(detail),
            "{text}"
        );
    }
}

/// Each text with what is not offered in it, and where that stands.
#[rustfmt::skip]
const UNSUPPORTED: &[(&str, &str, usize)] = &[
    ("SELECT 1", "SELECT", 1),
    ("((SELECT 1))", "SELECT", 1),
    ("WITH x AS (SELECT 1) SELECT", "WITH", 1),
    ("TABLE x", "TABLE", 1),
    ("PREPARE p AS SELECT 1", "PREPARE", 1),
    ("PREPARE TRANSACTION 'x'", "PREPARE TRANSACTION", 1),
    ("COMMIT PREPARED 'x'", "COMMIT PREPARED", 8),
    ("CLOSE c", "CLOSE of a cursor", 7),
    ("UNLISTEN c", "UNLISTEN of a channel", 10),
    ("EXPLAIN SELECT 1", "SELECT", 9),
    ("EXPLAIN DESCRIBE s", "EXPLAIN of this statement", 9),
    ("EXPLAIN CREATE STREAM s (a int)", "EXPLAIN of this statement", 9),
    ("EXPLAIN ALTER SCHEMA n SET (compatibility = full)", "EXPLAIN of this statement", 9),
    ("EXPLAIN ALTER STREAM s OWNER TO me", "ALTER STREAM … OWNER", 24),
    ("EXPLAIN ANALYZE ALTER STREAM s DROP a", "an option of EXPLAIN", 9),
    ("EXPLAIN (SINK postgresql, FORMAT json) ALTER STREAM s DROP a", "an option of EXPLAIN", 9),
    ("EXPLAIN (FORMAT json) ALTER STREAM s DROP a", "an option of EXPLAIN", 9),
    ("CREATE VIEW v AS SELECT 1", "CREATE VIEW", 8),
    ("CREATE OR REPLACE FUNCTION f()", "CREATE OR REPLACE FUNCTION", 8),
    ("CREATE TEMP TABLE t (a int)", "CREATE TEMP TABLE", 8),
    ("CREATE MATERIALIZED VIEW v", "CREATE MATERIALIZED VIEW", 8),
    ("CREATE OR REPLACE STREAM s LIKE t", "CREATE OR REPLACE STREAM … LIKE", 28),
    ("CREATE OR REPLACE STREAM s (LIKE t INCLUDING ALL)", "LIKE for a part of a stream", 29),
    ("CREATE STREAM s (LIKE t)", "LIKE for a part of a stream", 17),
    ("CREATE STREAM s (LIKE t INCLUDING DEFAULTS)", "LIKE for a part of a stream", 17),
    ("CREATE STREAM s (LIKE t INCLUDING ALL, a int)", "LIKE for a part of a stream", 17),
    ("CREATE STREAM s (a int, LIKE t)", "LIKE for a part of a stream", 25),
    ("CREATE STREAM s LIKE t PARTITION BY HASH (a)", "PARTITION BY", 24),
    ("CREATE STREAM s AS SELECT 1", "CREATE STREAM … AS SELECT", 17),
    ("CREATE STREAM s WITH (a = 1) AS SELECT 1", "CREATE STREAM … AS SELECT", 30),
    ("CREATE STREAM s (a int) PARTITION BY HASH (a)", "PARTITION BY", 25),
    ("CREATE STREAM s (a int CHECK (a > 0))", "a CHECK constraint", 24),
    ("CREATE STREAM s (a int, CHECK (a > 0))", "a CHECK constraint", 25),
    ("CREATE STREAM s (a int REFERENCES t)", "a foreign key", 24),
    ("CREATE STREAM s (a int, FOREIGN KEY (a) REFERENCES t)", "a foreign key", 25),
    ("CREATE STREAM s (a int GENERATED ALWAYS AS IDENTITY)", "a generated column", 24),
    ("CREATE STREAM s (a text COLLATE \"C\")", "a collation", 25),
    ("CREATE STREAM s (a date DEFAULT now())", "a default that is an expression", 33),
    ("CREATE STREAM s (a date DEFAULT CURRENT_DATE)", "a default that is an expression", 33),
    ("CREATE STREAM s (a interval DEFAULT INTERVAL '1' DAY)", "a default that is an expression", 37),
    ("CREATE STREAM s (a int DEFAULT 1 + 1)", "a default that is an expression", 32),
    ("CREATE STREAM s (a int DEFAULT (1 + 1))", "a default that is an expression", 32),
    ("CREATE STREAM s (a text DEFAULT foo)", "a default that is an expression", 33),
    ("ALTER STREAM s ADD a.b int UNIQUE", "a key of a part of column \"a\"", 20),
    ("ALTER STREAM s ADD PRIMARY KEY (a.b)", "a part of a nested column here", 33),
    ("ALTER STREAM s RENAME a.b TO c.b", "moving a column into or out of another one", 30),
    ("ALTER STREAM s ALTER a TYPE int USING a::int", "ALTER COLUMN … TYPE … USING", 33),
    ("ALTER STREAM s ADD CONSTRAINT c CHECK (a > 0)", "a CHECK constraint", 33),
    ("ALTER STREAM s DROP CONSTRAINT IF EXISTS c", "DROP CONSTRAINT IF EXISTS", 32),
    ("ALTER STREAM s RENAME CONSTRAINT a TO b", "RENAME CONSTRAINT", 23),
    ("ALTER STREAM s SET SCHEMA x", "ALTER STREAM … SET SCHEMA", 16),
    ("ALTER STREAM s OWNER TO me", "ALTER STREAM … OWNER", 16),
    ("ALTER STREAM s ALTER a SET STATISTICS 1", "ALTER COLUMN … SET", 24),
    ("ALTER SCHEMA a RENAME TO b", "ALTER SCHEMA … RENAME TO", 16),
    ("CREATE SCHEMA AUTHORIZATION me", "CREATE SCHEMA … AUTHORIZATION", 15),
    ("CREATE INDEX ON s (lower(a))", "an index over an expression", 20),
    ("CREATE INDEX ON s (a DESC)", "DESC in an index", 22),
    ("CREATE INDEX ON s USING gin (a)", "an index method", 25),
    ("CREATE INDEX ON s (a) WHERE a > 0", "CREATE INDEX … WHERE", 23),
    ("DROP VIEW v", "DROP VIEW", 6),
    ("COMMENT ON SCHEMA s IS 'x'", "COMMENT ON SCHEMA", 12),
    ("COMMENT ON COLUMN a.b.c.d IS 'x'", "a path into a nested column", 19),
    ("DESCRIBE 'kafka://h/t'", "DESCRIBE of a source", 10),
    ("SET CONSTRAINTS ALL DEFERRED", "SET CONSTRAINTS", 5),
    ("SET TRANSACTION SNAPSHOT 'x'", "SET TRANSACTION SNAPSHOT", 17),
];

#[test]
fn what_is_not_offered_is_named_and_has_a_hint() {
    for (words, name, position) in UNSUPPORTED {
        let all = format!("COMMIT; {words} ;COMMIT");
        match parse(&all).expect(words).as_slice() {
            [
                Statement::Commit { .. },
                Statement::Unsupported {
                    what,
                    hint,
                    text,
                    location,
                },
                Statement::Commit { .. },
            ] => {
                assert_eq!((what.as_str(), text.as_str()), (*name, *words));
                assert_eq!(location.0, Some(position + 8), "{words}");
                assert!(hint.ends_with('.'), "{words}: {hint}");
            }
            other => panic!("{words}: {other:?}"),
        }
    }
}
