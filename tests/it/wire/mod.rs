//! The PostgreSQL protocol, message by message. What is expected here is what
//! PostgreSQL does.

mod lock;
mod notification;
mod query;
mod raw;
mod transaction;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{Rekha, within};

use raw::*;

const VERSION: &str = "SHOW server_version";
const CREATE: &str = "CREATE STREAM s (a BIGINT PRIMARY KEY, b INTEGER NOT NULL, c TEXT)";
const DESCRIBE: &str = "DESCRIBE STREAM s";

/// A server with the stream `s`, and a connection to it.
fn start() -> (Rekha, Raw) {
    let rekha = Rekha::start();
    let mut raw = Raw::connect(rekha.address());
    let answer = raw.ask(&[query(CREATE)]);
    assert_eq!(tags(&answer), ["CREATE STREAM"]);
    (rekha, raw)
}

/// The connection still works.
fn goes_on(raw: &mut Raw) {
    assert_eq!(letters(&raw.ask(&[query(VERSION)])), "TDCZ");
}

#[test]
fn a_client_logs_in() {
    let rekha = Rekha::start();
    let mut raw = Raw::open(rekha.address());
    for request in [80_877_104_u32, 80_877_103] {
        raw.send(&[[8, request].map(u32::to_be_bytes).concat()]);
        assert_eq!(raw.byte(), b'N');
    }
    let parameters = [("application_name", "raw"), ("client_encoding", "UTF8")];
    assert_eq!(letters(&raw.log_in(V3, &parameters)), "RKZ");
    assert_eq!((raw.key.len(), raw.status), (8, 'I'));
    for (name, value) in [
        ("application_name", "raw"),
        ("client_encoding", "UTF8"),
        ("integer_datetimes", "on"),
        ("server_encoding", "UTF8"),
        ("session_authorization", "tester"),
        ("standard_conforming_strings", "on"),
    ] {
        assert_eq!(raw.parameters[name], value, "{name}");
    }
    for name in [
        "server_version",
        "DateStyle",
        "IntervalStyle",
        "TimeZone",
        "is_superuser",
    ] {
        assert!(raw.parameters.contains_key(name), "{name}");
    }
    goes_on(&mut raw);
}

/// Moments are told in the session's zone, as it was when the statement ran.
#[test]
fn moments_are_told_in_the_sessions_zone() {
    let (_rekha, mut raw) = start();
    let offset = |answer: &[Message]| {
        let updated_at = rows(answer).pop().unwrap().pop().unwrap().unwrap();
        let text = String::from_utf8(updated_at).unwrap();
        text[text.find('+').unwrap()..].to_owned()
    };
    const LOCAL: &str = "SET LOCAL TimeZone = 'Asia/Kathmandu'; SHOW STREAMS";
    for (sql, expected) in [
        ("SHOW STREAMS", "+00"),
        (LOCAL, "+05:45"),
        ("SHOW STREAMS", "+00"),
        ("SET TimeZone = 'Asia/Kolkata'; SHOW STREAMS", "+05:30"),
        ("SHOW STREAMS", "+05:30"),
        (
            "BEGIN; SET LOCAL TimeZone = -3.5; ROLLBACK; SHOW STREAMS",
            "+05:30",
        ),
    ] {
        assert_eq!(offset(&raw.ask(&[query(sql)])), expected, "{sql}");
    }
    let pipeline = [
        run("SET TimeZone = 'Asia/Tokyo'"),
        run("SHOW STREAMS"),
        sync(),
    ];
    assert_eq!(offset(&raw.ask(&pipeline)), "+09");

    let binary = || {
        [
            parse("", "SHOW STREAMS"),
            bind("", "", &[1]),
            execute("", 0),
            sync(),
        ]
    };
    let before = rows(&raw.ask(&binary()));
    raw.ask(&[query("SET TimeZone = 'UTC'")]);
    assert_eq!(rows(&raw.ask(&binary())), before);
}

#[test]
fn settings_come_with_the_start_up() {
    let rekha = Rekha::start();
    let mut raw = Raw::open(rekha.address());
    let options = "-c statement_timeout=4321 --application-name=by\\ option";
    raw.log_in(V3, &[("options", options), ("extra_float_digits", "2")]);
    for (setting, value) in [
        ("statement_timeout", "4321ms"),
        ("application_name", "by option"),
        ("extra_float_digits", "2"),
    ] {
        let answer = raw.ask(&[query(&format!("SHOW {setting}"))]);
        assert_eq!(rows(&answer), [[Some(value.into())]], "{setting}");
    }
}

#[test]
fn newer_protocols_are_negotiated() {
    let rekha = Rekha::start();
    for (version, parameters) in [
        (V3 | 2, &[][..]),
        (V3 | 9999, &[]),
        (V3, &[("_pq_.zz", "1")]),
    ] {
        let mut raw = Raw::open(rekha.address());
        assert_eq!(letters(&raw.log_in(version, parameters)), "vRKZ");
        goes_on(&mut raw);
    }
}

#[test]
fn every_error_before_the_first_ready_is_fatal() {
    let rekha = Rekha::start();
    for (version, parameters, refused) in [
        (V3, ("no_such_setting_zz", "1"), "FATAL 42704"),
        (V3, ("statement_timeout", "soon"), "FATAL 22023"),
        (V3, ("options", "-x"), "FATAL 42601"),
        (V3, ("replication", "true"), "FATAL 0A000"),
        (V3, ("user", ""), "FATAL 28000"),
        (2 << 16, ("database", "x"), "FATAL 0A000"),
    ] {
        let mut raw = Raw::open(rekha.address());
        // `log_in` reads to the end: the connection is closed, nobody is in.
        let answer = raw.log_in(version, &[parameters]);
        assert_eq!(letters(&answer), "E");
        assert_eq!(refusal(&answer), refused, "{parameters:?}");
    }
}

#[test]
fn a_simple_query_is_any_number_of_statements() {
    let (_rekha, mut raw) = start();
    for (sql, expected) in [
        ("", "IZ"),
        (" ; ;", "IZ"),
        ("-- nothing", "IZ"),
        (VERSION, "TDCZ"),
        (
            "SHOW server_version; SHOW SCHEMAS; ; DESCRIBE STREAM s",
            "TDCTDCTDDDCZ",
        ),
        // The results before an error are there …
        (
            "SHOW server_version; SHOW no_such_setting_zz; SHOW SCHEMAS",
            "TDCEZ",
        ),
        // … unless the text cannot be read at all.
        ("SHOW server_version; SHO", "EZ"),
        ("CREATE SCHEMA n; DROP SCHEMA n", "CCZ"),
    ] {
        assert_eq!(letters(&raw.ask(&[query(sql)])), expected, "{sql}");
    }
}

#[test]
fn pipelines_answer_in_order() {
    let (_rekha, mut raw) = start();
    let (d_s, d_p) = (describe(b'S', ""), describe(b'P', ""));
    let bound = bind("", "", &[]);
    let cases = [
        (vec![sync(), sync(), sync()], "ZZZ"),
        (
            vec![
                parse("", VERSION),
                d_s.clone(),
                bound.clone(),
                d_p.clone(),
                execute("", 0),
                sync(),
            ],
            "1tT2TDCZ",
        ),
        (
            vec![
                parse("", ""),
                d_s.clone(),
                bound.clone(),
                d_p.clone(),
                execute("", 0),
                sync(),
            ],
            "1tn2nIZ",
        ),
        (
            vec![
                parse("", "BEGIN"),
                d_s,
                bound.clone(),
                d_p,
                execute("", 0),
                sync(),
            ],
            "1tn2nCZ",
        ),
        (vec![query("ROLLBACK"), run(VERSION), sync()], "CZ12DCZ"),
        (vec![[run(VERSION), sync()].concat(); 30], ""),
        (vec![close(b'S', "no"), close(b'P', "no"), sync()], "33Z"),
        (
            vec![
                parse("", VERSION),
                parse("", DESCRIBE),
                bound,
                execute("", 0),
                sync(),
            ],
            "112DDDCZ",
        ),
        // After an error nothing counts until Sync.
        (
            vec![
                run(VERSION),
                run("SHO"),
                run(VERSION),
                flush(),
                sync(),
                run(VERSION),
                sync(),
            ],
            "12DCEZ12DCZ",
        ),
    ];
    for (messages, expected) in cases {
        if expected.is_empty() {
            raw.send(&messages);
            for _ in 0..messages.len() {
                assert_eq!(letters(&raw.until('Z')), "12DCZ");
            }
        } else {
            assert_eq!(letters(&raw.ask(&messages)), expected);
        }
    }
}

#[test]
fn flush_and_errors_are_seen_before_sync() {
    let (_rekha, mut raw) = start();
    raw.send(&[parse("", VERSION), describe(b'S', ""), flush()]);
    assert_eq!(letters(&raw.until('T')), "1tT");
    raw.send(&[bind("", "", &[]), execute("", 0), flush()]);
    assert_eq!(letters(&raw.until('C')), "2DC");
    raw.send(&[parse("", "SHO")]);
    assert_eq!(letters(&raw.until('E')), "E");
    assert_eq!(letters(&raw.ask(&[sync()])), "Z");
}

#[test]
fn a_portal_hands_out_as_many_rows_as_are_asked_for() {
    let (_rekha, mut raw) = start();
    let fetch = |rows: &[u32]| {
        let mut messages = vec![parse("", DESCRIBE), bind("", "", &[])];
        messages.extend(rows.iter().map(|rows| execute("", *rows)));
        [messages, vec![sync()]].concat()
    };
    for (fetches, expected) in [
        (&[2, 2][..], "12DDsDCZ"),
        (&[3, 3], "12DDDsCZ"),
        (&[0], "12DDDCZ"),
        (&[1_000_000_000], "12DDDCZ"),
        (&[0x7fff_ffff], "12DDDCZ"),
        (&[0x8000_0000], "12DDDCZ"),
        (&[0xffff_ffff], "12DDDCZ"),
        (&[1, 0x7fff_ffff], "12DsDDCZ"),
    ] {
        assert_eq!(letters(&raw.ask(&fetch(fetches))), expected, "{fetches:x?}");
    }
    // In a transaction a portal lives past Sync, and no longer than it.
    raw.ask(&[query("BEGIN")]);
    let answer = raw.ask(&[
        parse("", DESCRIBE),
        bind("p", "", &[]),
        execute("p", 2),
        sync(),
    ]);
    assert_eq!(letters(&answer), "12DDsZ");
    assert_eq!(letters(&raw.ask(&[execute("p", 0), sync()])), "DCZ");
    raw.ask(&[query("COMMIT")]);
    assert_eq!(refusal(&raw.ask(&[execute("p", 0), sync()])), "ERROR 34000");
}

#[test]
fn formats_are_chosen_by_column() {
    let (_rekha, mut raw) = start();
    let ask = |raw: &mut Raw, formats: &[u16]| {
        let describe = describe(b'P', "");
        raw.ask(&[
            parse("", DESCRIBE),
            bind("", "", formats),
            describe,
            execute("", 0),
            sync(),
        ])
    };
    let text = ask(&mut raw, &[]);
    let expected = [
        ("column", 25),
        ("type", 25),
        ("nullable", 16),
        ("default", 25),
        ("key", 25),
    ];
    for (column, (name, oid)) in columns(&text).iter().zip(expected) {
        assert_eq!(*column, (name.to_owned(), oid, 0));
    }
    for (formats, format, nullable) in [
        (&[][..], 0, [&b"f"[..], b"f", b"t"]),
        (&[0], 0, [b"f", b"f", b"t"]),
        (&[1], 1, [b"\0", b"\0", b"\x01"]),
        (&[0, 0, 1, 0, 0, 0], 1, [b"\0", b"\0", b"\x01"]),
        (&[1, 1, 0, 1, 1, 1], 0, [b"f", b"f", b"t"]),
    ] {
        let answer = ask(&mut raw, formats);
        assert_eq!(columns(&answer)[2].2, format, "{formats:?}");
        for (row, nullable) in rows(&answer).iter().zip(nullable) {
            assert_eq!(row[2].as_deref(), Some(nullable), "{formats:?}");
        }
    }
    for (formats, refused) in [
        (&[1, 1][..], "ERROR 08P01"),
        (&[0; 7], "ERROR 08P01"),
        (&[2], "ERROR 22023"),
    ] {
        assert_eq!(refusal(&ask(&mut raw, formats)), refused, "{formats:?}");
        goes_on(&mut raw);
    }
}

#[test]
fn numbers_and_times_are_binary_too() {
    let (_rekha, mut raw) = start();
    let show = [
        parse("", "SHOW SCHEMAS"),
        bind("", "", &[1]),
        execute("", 0),
        sync(),
    ];
    let answer = rows(&raw.ask(&show)).remove(0);
    assert_eq!(answer[1].as_deref(), Some(&b"s"[..]));
    assert_eq!(answer[2].as_deref(), Some(&[0, 0, 0, 1][..]), "version");
    assert_eq!(answer[4].as_deref(), Some(&[0, 0, 0, 3][..]), "columns");
    assert_eq!(answer[6].as_ref().map(Vec::len), Some(8), "updated_at");
}

#[test]
fn names_of_statements_and_portals() {
    let (_rekha, mut raw) = start();
    let unnamed = bind("", "", &[]);
    let cases = [
        (
            vec![parse("d", VERSION), parse("d", VERSION), sync()],
            "42P05",
        ),
        (vec![close(b'S', "d"), bind("", "d", &[]), sync()], "26000"),
        (vec![bind("", "nope", &[]), sync()], "26000"),
        (vec![describe(b'S', "nope"), sync()], "26000"),
        (vec![describe(b'P', "nope"), sync()], "34000"),
        (vec![execute("nope", 0), sync()], "34000"),
        (
            vec![
                parse("", VERSION),
                bind("x", "", &[]),
                bind("x", "", &[]),
                sync(),
            ],
            "42P03",
        ),
        (
            vec![
                parse("", VERSION),
                unnamed,
                close(b'P', ""),
                execute("", 0),
                sync(),
            ],
            "34000",
        ),
        (
            vec![parse("", "SHOW server_version; SHOW SCHEMAS"), sync()],
            "42601",
        ),
        (vec![parse("t", "SHO"), sync()], "42601"),
    ];
    for (messages, sqlstate) in cases {
        let answer = raw.ask(&messages);
        assert_eq!(refusal(&answer), format!("ERROR {sqlstate}"), "{answer:?}");
        goes_on(&mut raw);
    }
    raw.ask(&[parse("", VERSION), bind("gone", "", &[]), sync()]);
    assert_eq!(
        refusal(&raw.ask(&[execute("gone", 0), sync()])),
        "ERROR 34000"
    );
    // A prepared statement outlives errors and transactions.
    raw.ask(&[parse("kept", VERSION), sync()]);
    raw.ask(&[query("BEGIN"), query("SHO"), query("ROLLBACK")]);
    assert_eq!(
        letters(&raw.ask(&[bind("", "kept", &[]), execute("", 0), sync()])),
        "2DCZ"
    );
}

#[test]
fn broken_messages_cost_an_error() {
    let (_rekha, mut raw) = start();
    let parsed = parse("", VERSION);
    let cases: [(Vec<Vec<u8>>, &str); 11] = [
        // Five formats announced, none sent.
        (
            vec![parsed.clone(), message(b'B', b"\0\0\0\0\0\x05"), sync()],
            "08P01",
        ),
        (vec![message(b'B', b"\0\0\0\0\0\0\0\x05"), sync()], "08P01"),
        (
            vec![message(b'B', b"\0\0\0\0\xff\xff\xff\xff"), sync()],
            "08P01",
        ),
        // Two parameter formats for three parameters; a parameter too many.
        (
            vec![
                message(
                    b'B',
                    b"\0\0\0\x02\0\0\0\0\0\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0",
                ),
                sync(),
            ],
            "08P01",
        ),
        (
            vec![
                parsed,
                message(b'B', b"\0\0\0\0\0\x01\0\0\0\x011\0\0"),
                sync(),
            ],
            "08P01",
        ),
        (vec![message(b'D', b"x\0"), sync()], "08P01"),
        (vec![message(b'E', b"\0\0\0"), sync()], "08P01"),
        (vec![message(b'Q', b"SHOW server_version")], "08P01"),
        (vec![message(b'Q', b"SHOW \xff\xfe\0")], "22021"),
        (vec![message(b'P', b"\0SHOW \xc3\0\0\0"), sync()], "22021"),
        (vec![message(b'F', b"\0\0\x04\xd2\0\0\0\0\0\0")], "0A000"),
    ];
    for (messages, sqlstate) in cases {
        let answer = raw.ask(&messages);
        assert_eq!(
            refusal(&answer),
            format!("ERROR {sqlstate}"),
            "{messages:?}"
        );
        assert!(letters(&answer).ends_with("EZ"), "{answer:?}");
        goes_on(&mut raw);
    }
    // Parts of a copy that nobody asked for are not even that.
    raw.send(&[
        message(b'd', b"abc"),
        message(b'c', b""),
        message(b'f', b"x\0"),
    ]);
    goes_on(&mut raw);
}

#[test]
fn what_cannot_be_understood_ends_the_connection() {
    let (rekha, _) = start();
    let lengths = |kind: u8, length: u32| [&[kind][..], &length.to_be_bytes()].concat();
    for (bytes, refused) in [
        (message(b'y', b"zzz"), "FATAL 08P01"),
        (message(b'p', b"password\0"), "FATAL 08P01"),
        (lengths(b'Q', 2), "FATAL 08P01"),
        (lengths(b'Q', 0x3fff_ffff), "FATAL 54000"),
        (lengths(b'Q', 0x7fff_ffff), "FATAL 54000"),
        (lengths(b'B', 0xffff_ffff), "FATAL 54000"),
        (lengths(b'D', 20_000), "FATAL 54000"),
    ] {
        let mut raw = Raw::connect(rekha.address());
        raw.send(std::slice::from_ref(&bytes));
        let answer = raw.until('Z');
        assert_eq!(refusal(&answer), refused, "{bytes:?}");
        assert_eq!(letters(&answer), "E", "{bytes:?}");
    }
    goes_on(&mut Raw::connect(rekha.address()));
}

#[test]
fn ready_tells_the_state_of_the_transaction() {
    let (_rekha, mut raw) = start();
    for (sql, status) in [
        (VERSION, 'I'),
        ("SHO", 'I'),
        ("BEGIN", 'T'),
        (VERSION, 'T'),
        ("SHO", 'E'),
        ("ROLLBACK", 'I'),
    ] {
        raw.ask(&[query(sql)]);
        assert_eq!(raw.status, status, "{sql}");
    }
    // An error the session never saw fails the transaction all the same.
    raw.ask(&[query("BEGIN"), message(b'B', b"\0\0\0\0\0\x05"), sync()]);
    assert_eq!(raw.status, 'E');
    assert_eq!(refusal(&raw.ask(&[query(VERSION)])), "ERROR 25P02");
    raw.ask(&[query("ROLLBACK")]);
    let answer = raw.ask(&[run("BEGIN"), run(VERSION), run("COMMIT"), sync()]);
    assert_eq!(tags(&answer), ["BEGIN", "SHOW", "COMMIT"]);
    assert_eq!(raw.status, 'I');
}

#[test]
fn changed_settings_are_reported() {
    let (_rekha, mut raw) = start();
    raw.ask(&[query("SET application_name = 'one'")]);
    assert_eq!(raw.parameters["application_name"], "one");
    raw.ask(&[run("SET application_name = 'two'"), sync()]);
    assert_eq!(raw.parameters["application_name"], "two");
}

#[test]
fn an_error_has_the_fields_of_postgresql() {
    let (_rekha, mut raw) = start();
    let answer = raw.ask(&[query("DESCRIBE STREAM no_such_zz")]);
    assert_eq!(error(&answer, 'S'), "ERROR");
    assert_eq!(error(&answer, 'V'), "ERROR");
    assert_eq!(error(&answer, 'C'), "42P01");
    assert!(error(&answer, 'M').contains("\"no_such_zz\""));
    assert_eq!(
        error(&raw.ask(&[query("SHOW server_version; SHO x")]), 'P'),
        "22"
    );
}

#[test]
fn a_change_is_told_in_a_notice() {
    let (_rekha, mut raw) = start();
    for messages in [
        vec![query("ALTER STREAM s ADD COLUMN d TEXT")],
        vec![run("ALTER STREAM s ADD COLUMN e TEXT"), sync()],
    ] {
        let answer = raw.ask(&messages);
        let kinds: String = answer.iter().map(|(kind, _)| *kind).collect();
        assert!(kinds.ends_with("NCZ"), "{kinds}");
        assert_eq!(tags(&answer), ["ALTER STREAM"]);
    }
}

#[test]
fn a_cancel_of_nothing_changes_nothing() {
    let (rekha, mut raw) = start();
    let cancel = |key: &[u8]| {
        let head = [16, 80_877_102_u32].map(u32::to_be_bytes).concat();
        let mut other = Raw::open(rekha.address());
        other.send(&[head, key.to_vec()]);
        assert_eq!(other.until('Z'), []);
    };
    let wrong: Vec<u8> = raw.key.iter().map(|byte| byte ^ 0xff).collect();
    for key in [
        raw.key.clone(),
        [&raw.key[..4], &wrong[4..]].concat(),
        wrong,
    ] {
        cancel(&key);
        goes_on(&mut raw);
    }
}

#[test]
fn clients_come_and_go_as_they_like() {
    let (rekha, mut raw) = start();
    raw.send(&[query(VERSION), message(b'X', b"")]);
    assert_eq!(letters(&raw.until('Z')), "TDCZ");
    assert_eq!(raw.until('Z'), [], "closed");
    for _ in 0..20 {
        Raw::open(rekha.address()).send(&[vec![0, 0]]);
        Raw::connect(rekha.address()).send(&[query("SHOW SCHEMAS")]);
    }
    let mut raw = Raw::connect(rekha.address());
    for byte in query(VERSION) {
        raw.send(&[vec![byte]]);
    }
    assert_eq!(letters(&raw.until('Z')), "TDCZ");
    let long = format!("{VERSION} -- {}", "x".repeat(1_000_000));
    assert_eq!(letters(&raw.ask(&[query(&long)])), "TDCZ");
}

#[test]
fn a_thousand_statements_may_be_prepared() {
    let (_rekha, mut raw) = start();
    let names: Vec<String> = (0..1_000).map(|n| format!("s{n}")).collect();
    let mut messages: Vec<_> = names.iter().map(|name| parse(name, VERSION)).collect();
    messages.push(sync());
    assert_eq!(letters(&raw.ask(&messages)), "1".repeat(1_000) + "Z");
    assert_eq!(
        letters(&raw.ask(&[bind("", "s777", &[]), execute("", 0), sync()])),
        "2DCZ"
    );
}

#[test]
fn any_messages_leave_the_server_standing() {
    let (rekha, _) = start();
    let kind = prop::sample::select(&b"QPBDECHSXFdcfpy\0"[..]);
    let body = prop::collection::vec(prop::sample::select(&b"\0\0\0\x01\x02\xffSPa "[..]), 0..24);
    let length = prop::option::weighted(0.1, any::<u32>());
    let messages = prop::collection::vec((kind, length, body), 0..20);
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(100)
    });
    let result = runner.run(&messages, |messages| {
        let mut raw = Raw::connect(rekha.address());
        for (kind, length, body) in messages {
            let mut bytes = message(kind, &body);
            if let Some(length) = length {
                bytes[1..5].copy_from_slice(&length.to_be_bytes());
            }
            raw.send(&[bytes]);
        }
        raw.send(&[message(b'X', b"")]);
        drop(raw);
        goes_on(&mut Raw::connect(rekha.address()));
        Ok(())
    });
    result.unwrap();
}

#[tokio::test]
async fn idle_clients_are_told_that_the_server_stops() {
    let (mut rekha, mut raw) = start();
    rekha.terminate();
    assert_eq!(refusal(&raw.until('Z')), "FATAL 57P01");
    assert!(within("the exit", rekha.exit()).await.success());
}

/// Parse, Bind and Execute of CREATE STREAM.
fn creates(name: &str) -> Vec<u8> {
    run(&format!("CREATE STREAM {name} (a INTEGER)"))
}

fn exists(raw: &mut Raw, name: &str) -> bool {
    let answer = raw.ask(&[query(&format!("SHOW SCHEMAS LIKE '{name}'"))]);
    !rows(&answer).is_empty()
}

#[test]
fn an_error_of_any_message_undoes_the_pipeline() {
    let (_rekha, mut raw) = start();
    let unknown = parse("", "SHOW no_such_setting_zz");
    let messages = [
        (vec![describe(b'S', "nope")], "26000"),
        (vec![describe(b'P', "nope")], "34000"),
        (vec![unknown.clone(), describe(b'S', "")], "42704"),
        (
            vec![unknown.clone(), bind("", "", &[]), describe(b'P', "")],
            "42704",
        ),
        (vec![unknown, bind("", "", &[0, 0])], "42704"),
        (vec![execute("nope", 0)], "34000"),
        (vec![execute("", 0)], "55000"),
        (vec![bind("", "nope", &[])], "26000"),
        (vec![parse("", "SHO")], "42601"),
    ];
    for (n, (failing, sqlstate)) in messages.into_iter().enumerate() {
        let name = format!("undone_{n}");
        let pipeline = [vec![creates(&name)], failing.clone(), vec![sync()]].concat();
        let answer = raw.ask(&pipeline);
        assert_eq!(refusal(&answer), format!("ERROR {sqlstate}"));
        assert!(!exists(&mut raw, &name), "{failing:?}");

        raw.ask(&[query("BEGIN")]);
        raw.ask(&[creates(&name), failing.concat(), sync()]);
        assert_eq!(raw.status, 'E', "{failing:?}");
        assert_eq!(
            tags(&raw.ask(&[query("COMMIT")])),
            ["ROLLBACK"],
            "{failing:?}"
        );
    }
}

#[test]
fn a_query_ends_the_pipeline_before_it() {
    let (_rekha, mut raw) = start();
    for (n, (sql, expected)) in [("", "IZ"), (VERSION, "TDCZ"), ("; ;", "IZ")]
        .into_iter()
        .enumerate()
    {
        let name = format!("ended_{n}");
        let answer = raw.ask(&[creates(&name), query(sql)]);
        assert_eq!(letters(&answer), format!("12C{expected}"), "{sql}");
        let answer = raw.ask(&[execute("nope", 0), sync()]);
        assert_eq!(refusal(&answer), "ERROR 34000");
        assert!(exists(&mut raw, &name), "{sql}");
    }
    let answer = raw.ask(&[creates("undone"), query("SHO")]);
    assert_eq!(letters(&answer), "12CEZ");
    assert!(!exists(&mut raw, "undone"));
}

#[test]
fn nothing_goes_on_in_a_failed_transaction() {
    let (_rekha, mut raw) = start();
    raw.ask(&[query("BEGIN")]);
    let begun = [parse("d", DESCRIBE), bind("p", "d", &[]), execute("p", 1)];
    assert_eq!(letters(&raw.ask(&[begun.concat(), sync()])), "12DsZ");
    raw.ask(&[query("SHO")]);
    for message in [
        execute("p", 1),
        describe(b'P', "p"),
        describe(b'S', "d"),
        bind("q", "d", &[]),
        parse("", VERSION),
    ] {
        let answer = raw.ask(&[message, sync()]);
        assert_eq!(refusal(&answer), "ERROR 25P02");
    }
    assert_eq!(letters(&raw.ask(&[run("ROLLBACK"), sync()])), "12CZ");
}

#[test]
fn a_failed_parse_leaves_no_unnamed_statement() {
    let (_rekha, mut raw) = start();
    raw.ask(&[parse("", VERSION), sync()]);
    raw.ask(&[parse("", "SHO"), sync()]);
    let answer = raw.ask(&[bind("", "", &[]), sync()]);
    assert_eq!(refusal(&answer), "ERROR 26000");
}
