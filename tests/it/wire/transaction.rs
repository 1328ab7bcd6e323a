//! Transactions and savepoints over the wire: ReadyForQuery, pipelines, portals.

use super::raw::*;
use super::{CREATE, VERSION, start};
use crate::support::Rekha;
use crate::transaction::CONVERSATIONS;

/// The tags and SQLSTATEs of an answer.
fn words(messages: &[Message]) -> Vec<String> {
    let mut words = Vec::new();
    for message in messages {
        match message.0 {
            'C' => words.extend(tags(std::slice::from_ref(message))),
            'E' => words.push(error(std::slice::from_ref(message), 'C')),
            _ => {}
        }
    }
    words
}

#[test]
fn conversations_go_as_in_postgresql() {
    let rekha = Rekha::start();
    for conversation in CONVERSATIONS {
        let mut raw = Raw::connect(rekha.address());
        for (text, expected) in *conversation {
            let mut answer = words(&raw.ask(&[query(text)]));
            answer.push(raw.status.to_string());
            assert_eq!(answer.join(" "), *expected, "{text}");
        }
    }
}

#[test]
fn pipelines_have_savepoints_in_a_block_only() {
    let (_rekha, mut raw) = start();
    let other = "CREATE STREAM t (a INT)";
    for (texts, expected, status) in [
        (&["SAVEPOINT a"][..], "25P01", 'I'),
        (&[VERSION, "SAVEPOINT a"], "SHOW 25P01", 'I'),
        (&[other, "RELEASE a"], "CREATE STREAM 25P01", 'I'),
        (&[other, "ROLLBACK TO a"], "CREATE STREAM 25P01", 'I'),
        (
            &[
                "BEGIN",
                "SAVEPOINT a",
                other,
                "ROLLBACK TO a",
                "RELEASE a",
                "COMMIT",
            ],
            "BEGIN SAVEPOINT CREATE STREAM ROLLBACK RELEASE COMMIT",
            'I',
        ),
        (
            &[VERSION, "BEGIN", "SAVEPOINT a", CREATE, "ROLLBACK TO a"],
            "SHOW BEGIN SAVEPOINT 42P07",
            'E',
        ),
        // Parse, Bind and Execute of it are heard in a failed transaction.
        (&["RELEASE a"], "25P02", 'E'),
        (
            &["ROLLBACK TO a", other, "COMMIT"],
            "ROLLBACK CREATE STREAM COMMIT",
            'I',
        ),
    ] {
        let mut messages: Vec<_> = texts.iter().map(|text| run(text)).collect();
        messages.push(sync());
        let answer = raw.ask(&messages);
        assert_eq!(
            (words(&answer).join(" ").as_str(), raw.status),
            (expected, status),
            "{texts:?}"
        );
    }
}

#[test]
fn portals_die_with_the_savepoint_they_came_after() {
    let (_rekha, mut raw) = start();
    let all = |portal: &str| bind(portal, "all", &[]);
    let fetch = |portal: &str| [execute(portal, 1), sync()];
    raw.ask(&[
        parse("all", "SHOW ALL"),
        sync(),
        query("BEGIN"),
        all("before"),
        sync(),
    ]);
    raw.ask(&[query("SAVEPOINT a"), all("within"), sync()]);
    raw.ask(&[
        query("SAVEPOINT b"),
        all("deeper"),
        sync(),
        query("RELEASE b"),
    ]);
    let mut ask = |messages: &[Vec<u8>]| {
        let answer = raw.ask(messages);
        // What fails is undone at once, so that the next question can be asked.
        if raw.status == 'E' {
            raw.ask(&[query("ROLLBACK TO a")]);
        }
        match words(&answer).last() {
            Some(word) => word.clone(),
            None => letters(&answer),
        }
    };
    for portal in ["before", "within", "deeper"] {
        assert_eq!(ask(&fetch(portal)), "DsZ", "{portal}");
    }
    assert_eq!(ask(&[query("ROLLBACK TO a")]), "ROLLBACK");
    assert_eq!(ask(&fetch("before")), "DsZ");
    assert_eq!(ask(&fetch("within")), "34000");
    assert_eq!(ask(&fetch("deeper")), "34000");
    assert_eq!(ask(&[query("DESCRIBE nothing")]), "42P01");
    assert_eq!(ask(&fetch("before")), "DsZ");

    // Statements that were prepared stay, whenever that was.
    assert_eq!(ask(&[parse("late", "SHOW ALL"), sync()]), "1Z");
    assert_eq!(ask(&[query("ROLLBACK TO a")]), "ROLLBACK");
    assert_eq!(
        ask(&[bind("", "late", &[]), execute("", 1), sync()]),
        "2DsZ"
    );

    // A portal runs once, whether it goes with what it undoes or not.
    for (text, again) in [("SAVEPOINT c", "55000"), ("ROLLBACK TO a", "34000")] {
        let (once, twice) = (execute("p", 0), execute("p", 0));
        let answer = ask(&[parse("", text), bind("p", "", &[]), once, twice, sync()]);
        assert_eq!(answer, again, "{text}");
    }
}

#[test]
fn a_setting_is_reported_as_it_goes_back() {
    let rekha = Rekha::start();
    let mut raw = Raw::connect(rekha.address());
    for (text, reported) in [
        ("SET application_name = 'x'", "x"),
        ("BEGIN; SET application_name = 'y'", "y"),
        ("SAVEPOINT a; SET application_name = 'z'", "z"),
        ("DESCRIBE nothing", "y"),
        (
            "ROLLBACK TO a; SET application_name = 'z'; ROLLBACK TO a",
            "y",
        ),
        ("RELEASE a", "y"),
        ("DESCRIBE nothing", "x"),
        ("ROLLBACK", "x"),
    ] {
        raw.ask(&[query(text)]);
        assert_eq!(raw.parameters["application_name"], reported, "{text}");
    }
}
