//! Queries over the protocol: portals that run, COPY, cursors, cancel.

use super::raw::*;
use crate::support::Rekha;

const FIVE: &str = "SELECT * FROM (VALUES (1),(2),(3),(4),(5)) v(a) ORDER BY 1";
const MANY: &str = "SELECT a, repeat('x', 100) FROM generate_series(1, 300000) s(a)";

fn connect() -> (Rekha, Raw) {
    let rekha = Rekha::start();
    let raw = Raw::connect(rekha.address());
    (rekha, raw)
}

/// The first column of each row, as text.
fn first(messages: &[Message]) -> Vec<String> {
    let text = |row: Vec<Option<Vec<u8>>>| {
        let value = row.into_iter().next().flatten().unwrap_or_default();
        String::from_utf8(value).unwrap()
    };
    rows(messages).into_iter().map(text).collect()
}

/// A Bind with parameters as text and everything as text.
fn bind_values(statement: &str, values: &[&str]) -> Vec<u8> {
    let mut body = [b"\0", statement.as_bytes(), b"\0\0\0"].concat();
    body.extend(u16::try_from(values.len()).unwrap().to_be_bytes());
    for value in values {
        body.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
        body.extend(value.as_bytes());
    }
    body.extend([0, 0]);
    message(b'B', &body)
}

#[test]
fn a_query_is_answered_in_both_protocols() {
    let (_rekha, mut raw) = connect();
    let answer = raw.ask(&[query("SELECT 1 AS a; SELECT 'x;y'; SELECT 3")]);
    assert_eq!(letters(&answer), "TDCTDCTDCZ");
    assert_eq!(columns(&answer)[0], ("a".to_owned(), 23, 0));
    assert_eq!(tags(&answer), ["SELECT 1"; 3]);
    let answer = raw.ask(&[
        parse("s", "SELECT $1::int4 + 1 AS a"),
        describe(b'S', "s"),
        bind_values("s", &["41"]),
        describe(b'P', ""),
        execute("", 0),
        sync(),
    ]);
    assert_eq!(letters(&answer), "1tT2TDCZ");
    assert_eq!(first(&answer), ["42"]);
    let refused = raw.ask(&[bind_values("s", &["41", "2"]), sync()]);
    assert_eq!(refusal(&refused), "ERROR 08P01");
    let refused = raw.ask(&[bind_values("s", &["x"]), sync()]);
    assert_eq!(refusal(&refused), "ERROR 22P02");
}

/// Objects are told by their names or by their OIDs, and come back as either.
#[test]
fn a_parameter_names_an_object() {
    let (_rekha, mut raw) = connect();
    for (sql, of, given, name) in [
        (
            "SELECT $1::regclass",
            2205_u32,
            "pg_catalog.pg_type",
            "pg_type",
        ),
        ("SELECT $1::regclass", 2205, "1247", "pg_type"),
        ("SELECT $1::regclass", 2205, "-", "-"),
        ("SELECT $1::regtype", 2206, "int4", "integer"),
        ("SELECT $1::regproc", 24, "pg_backend_pid", "pg_backend_pid"),
        ("SELECT $1::regprocedure", 2202, "abs(int4)", "abs(integer)"),
        ("SELECT $1::regnamespace", 4089, "pg_catalog", "pg_catalog"),
        ("SELECT $1::regrole", 4096, "0", "-"),
        (
            "SELECT $1::regclass[]",
            2210,
            "{pg_type,NULL,1259}",
            "{pg_type,NULL,pg_class}",
        ),
    ] {
        let answer = raw.ask(&[
            parse("", sql),
            describe(b'S', ""),
            bind_values("", &[given]),
            execute("", 0),
            sync(),
        ]);
        assert_eq!(letters(&answer), "1tT2DCZ", "{sql}");
        assert_eq!(
            answer[1].1,
            [&[0, 1][..], &of.to_be_bytes()].concat(),
            "{sql}"
        );
        assert_eq!(first(&answer), [name], "{sql}");
    }
    // The format of the parameter, its bytes, and the result in binary.
    for (format, given) in [(0_u16, &b"pg_type"[..]), (1, &1247_u32.to_be_bytes())] {
        let length = u32::try_from(given.len()).unwrap().to_be_bytes();
        let format = [&[0, 1][..], &format.to_be_bytes()].concat();
        let body = [b"\0\0", &format[..], &[0, 1], &length, given, &[0, 1, 0, 1]].concat();
        let declared = [&b"\0SELECT $1\0\0\x01"[..], &2205_u32.to_be_bytes()].concat();
        let answer = raw.ask(&[
            message(b'P', &declared),
            message(b'B', &body),
            execute("", 0),
            sync(),
        ]);
        assert_eq!(letters(&answer), "12DCZ");
        assert_eq!(rows(&answer), [[Some(1247_u32.to_be_bytes().to_vec())]]);
    }
    for (sql, given, expected) in [
        ("SELECT $1::regclass", "no_such", "ERROR 42P01"),
        ("SELECT $1::regtype", "no_such", "ERROR 42704"),
        ("SELECT $1::regnamespace", "no_such", "ERROR 3F000"),
        ("SELECT $1::regclass[]", "{pg_type", "ERROR 22P02"),
    ] {
        let answer = raw.ask(&[parse("", sql), bind_values("", &[given]), sync()]);
        assert_eq!(
            (letters(&answer).as_str(), refusal(&answer).as_str()),
            ("1EZ", expected)
        );
    }
}

#[test]
fn a_cursor_takes_parameters() {
    let (_rekha, mut raw) = connect();
    raw.ask(&[query("BEGIN")]);
    let declare = "DECLARE c CURSOR FOR SELECT a + $1 FROM generate_series(1, 5) s(a) WHERE a > $2";
    let answer = raw.ask(&[
        parse("d", declare),
        describe(b'S', "d"),
        bind_values("d", &["10", "3"]),
        execute("", 0),
        sync(),
    ]);
    // Two parameters, and no rows of its own.
    assert_eq!(letters(&answer), "1tn2CZ");
    assert_eq!(answer[1].1, [0, 2, 0, 0, 0, 23, 0, 0, 0, 23]);
    assert_eq!(tags(&answer), ["DECLARE CURSOR"]);
    let answer = raw.ask(&[query("FETCH ALL FROM c")]);
    assert_eq!(first(&answer), ["14", "15"]);
    for (text, expected) in [
        ("DECLARE d CURSOR FOR SELECT $1::int", "ERROR 42P02"),
        ("COPY (SELECT $1::int) TO STDOUT", "ERROR 42P02"),
    ] {
        raw.ask(&[query("ROLLBACK; BEGIN")]);
        assert_eq!(refusal(&raw.ask(&[query(text)])), expected, "{text}");
    }
    raw.ask(&[query("ROLLBACK")]);
    let refused = raw.ask(&[
        parse("", "COPY (SELECT $1::int) TO STDOUT"),
        bind_values("", &["1"]),
        sync(),
    ]);
    assert_eq!(refusal(&refused), "ERROR 08P01");
}

#[test]
fn an_error_ends_the_text_and_points_at_its_word() {
    let (_rekha, mut raw) = connect();
    let answer = raw.ask(&[query("SELECT 1; SELECT * FROM no_such; SELECT 3")]);
    assert_eq!(letters(&answer), "TDCEZ");
    assert_eq!(refusal(&answer), "ERROR 42P01");
    let answer = raw.ask(&[query("SELECT 1; SELEC 2")]);
    assert_eq!(
        (letters(&answer), error(&answer, 'P')),
        ("EZ".into(), "11".into())
    );
    let answer = raw.ask(&[query("SELECT 'žluť🐴', no_such FROM pg_catalog.pg_class")]);
    assert_eq!(error(&answer, 'P'), "17");
}

#[test]
fn what_came_before_a_query_that_fails_half_way_is_undone() {
    let (_rekha, mut raw) = connect();
    let text = "CREATE STREAM s (a int); SELECT 1 / (3 - a) FROM generate_series(1, 5) s(a)";
    let answer = raw.ask(&[query(text)]);
    assert_eq!(refusal(&answer), "ERROR 22012");
    assert_eq!(refusal(&raw.ask(&[query("DESCRIBE s")])), "ERROR 42P01");
    let answer = raw.ask(&[query("CREATE STREAM s (a int); SELECT 1")]);
    assert_eq!(tags(&answer), ["CREATE STREAM", "SELECT 1"]);
    assert_eq!(tags(&raw.ask(&[query("DESCRIBE s")])), ["DESCRIBE"]);
}

#[test]
fn a_portal_hands_out_its_rows_in_parts() {
    let (_rekha, mut raw) = connect();
    raw.ask(&[query("BEGIN")]);
    let answer = raw.ask(&[
        parse("ps", FIVE),
        bind("p", "ps", &[]),
        execute("p", 2),
        execute("p", 2),
        execute("p", 2),
        execute("p", 2),
        sync(),
    ]);
    assert_eq!(letters(&answer), "12DDsDDsDCCZ");
    assert_eq!(tags(&answer), ["SELECT 1", "SELECT 0"]);
    let answer = raw.ask(&[bind("q", "ps", &[]), execute("q", 2), sync()]);
    assert_eq!(letters(&answer), "2DDsZ");
    assert_eq!(first(&raw.ask(&[execute("q", 0), sync()])), ["3", "4", "5"]);
    raw.ask(&[query("COMMIT")]);
    assert_eq!(refusal(&raw.ask(&[execute("q", 0), sync()])), "ERROR 34000");
}

/// The end of one portal is not that of another of the same statement.
#[test]
fn two_portals_of_a_statement_run_beside_each_other() {
    let (_rekha, mut raw) = connect();
    let answer = raw.ask(&[
        parse(
            "s",
            "SELECT a, pg_typeof(a) FROM generate_series(1, 3) g(a)",
        ),
        bind("p", "s", &[]),
        bind("q", "s", &[]),
        execute("p", 1),
        execute("q", 0),
        close(b'P', "q"),
        execute("p", 1),
        execute("p", 0),
        sync(),
    ]);
    assert_eq!(letters(&answer), "122DsDDDC3DsDCZ");
}

#[test]
fn a_query_of_no_columns_has_rows() {
    let (_rekha, mut raw) = connect();
    let answer = raw.ask(&[query("SELECT FROM generate_series(1, 2)")]);
    assert_eq!(
        (letters(&answer).as_str(), &tags(&answer)[..]),
        ("TDDCZ", &["SELECT 2".to_owned()][..])
    );
}

#[test]
fn copy_sends_data() {
    let (_rekha, mut raw) = connect();
    let data = |messages: &[Message]| {
        let data = messages.iter().filter(|(kind, _)| *kind == 'd');
        data.flat_map(|(_, body)| body.clone()).collect::<Vec<_>>()
    };
    let answer = raw.ask(&[query("COPY (SELECT 1, 'a\tb'::text, NULL) TO STDOUT")]);
    assert_eq!(letters(&answer), "HdcCZ");
    assert_eq!(answer[0].1, b"\0\0\x03\0\0\0\0\0\0");
    assert_eq!(data(&answer), b"1\ta\\tb\t\\N\n");
    assert_eq!(tags(&answer), ["COPY 1"]);
    let copy = "COPY (SELECT 1::int4) TO STDOUT (FORMAT binary)";
    let answer = raw.ask(&[
        parse("", copy),
        describe(b'S', ""),
        bind("", "", &[]),
        execute("", 1),
        sync(),
    ]);
    assert_eq!(letters(&answer), "1tn2HddcCZ");
    let expected = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\x04\0\0\0\x01\xff\xff";
    assert_eq!(data(&answer), expected);
    assert_eq!(
        refusal(&raw.ask(&[query("COPY no_such TO STDOUT")])),
        "ERROR 42P01"
    );
}

#[test]
fn a_binary_cursor_answers_binary() {
    let (_rekha, mut raw) = connect();
    raw.ask(&[query("BEGIN; DECLARE c BINARY CURSOR FOR SELECT 1::int2")]);
    let answer = raw.ask(&[query("FETCH c")]);
    assert_eq!(columns(&answer)[0].2, 1);
    assert_eq!(rows(&answer)[0][0].as_deref(), Some(&b"\0\x01"[..]));
    // It is a portal as any other.
    let answer = raw.ask(&[describe(b'P', "c"), execute("c", 0), sync()]);
    assert_eq!(letters(&answer), "TCZ");
}

#[test]
fn a_statement_of_the_protocol_is_one_of_sql() {
    let (_rekha, mut raw) = connect();
    raw.ask(&[parse("p", "SELECT $1::int * 2"), sync()]);
    assert_eq!(first(&raw.ask(&[query("EXECUTE p(21)")])), ["42"]);
    let answer = raw.ask(&[
        parse("", "EXECUTE p(1)"),
        describe(b'S', ""),
        bind("", "", &[]),
        execute("", 0),
        sync(),
    ]);
    assert_eq!(letters(&answer), "1tT2DCZ");
    raw.ask(&[query("DEALLOCATE p")]);
    assert_eq!(
        refusal(&raw.ask(&[bind_values("p", &["1"]), sync()])),
        "ERROR 26000"
    );
}

#[test]
fn a_query_is_cancelled_while_its_rows_are_sent() {
    let (rekha, mut raw) = connect();
    raw.send(&[query(MANY)]);
    raw.until('D');
    let mut other = Raw::open(rekha.address());
    other.send(&[[
        &16_u32.to_be_bytes()[..],
        &80_877_102_u32.to_be_bytes(),
        &raw.key,
    ]
    .concat()]);
    let answer = raw.until('Z');
    assert_eq!(refusal(&answer), "ERROR 57014");
    assert_eq!(first(&raw.ask(&[query("SELECT 1")])), ["1"]);
}

/// An expression is as deep as it is long: PostgreSQL answers these at once.
#[test]
fn long_expressions_are_answered() {
    let (_rekha, mut raw) = connect();
    let of = |term: &str, sign: &str| vec![term; 2_000].join(sign);
    for (text, expected) in [
        (format!("SELECT {}", of("1", " + ")), "2000"),
        (
            format!(
                "SELECT count(*) FROM generate_series(1, 9) a WHERE {}",
                of("a = 3", " OR ")
            ),
            "1",
        ),
        (
            format!(
                "SELECT count(*) FROM generate_series(1, 9) a WHERE {}",
                of("a <> 3", " AND ")
            ),
            "8",
        ),
        (
            format!(
                "SELECT count(*) FROM generate_series(1, 9) a WHERE a IN ({})",
                of("3", ", ")
            ),
            "1",
        ),
    ] {
        let answer = raw.ask(&[query(&text)]);
        assert_eq!(first(&answer), [expected], "{}", &text[..60]);
    }
    let refused = raw.ask(&[query(&format!("SELECT {}", of("1", ", ")))]);
    assert_eq!(refusal(&refused), "ERROR 54011");
}

#[test]
fn a_query_that_takes_too_long_is_stopped() {
    let (_rekha, mut raw) = connect();
    raw.ask(&[query("SET statement_timeout = '50ms'")]);
    assert_eq!(
        refusal(&raw.ask(&[query("SELECT pg_sleep(60)")])),
        "ERROR 57014"
    );
    assert_eq!(raw.status, 'I');
    assert_eq!(
        refusal(&raw.ask(&[run("SELECT pg_sleep(60)"), sync()])),
        "ERROR 57014"
    );
    raw.ask(&[query("SET statement_timeout = 0")]);
    assert_eq!(first(&raw.ask(&[query("SELECT 1")])), ["1"]);
}
