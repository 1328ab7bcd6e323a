//! `LISTEN`, `NOTIFY` and `UNLISTEN`: who hears what, and when.

use crate::support::Rekha;

use super::raw::*;

/// A notification: the sender's process id, the channel, the payload.
type Heard = (i32, String, String);

/// The notifications among these messages.
fn notifications(messages: &[Message]) -> Vec<Heard> {
    let messages = messages.iter().filter(|(kind, _)| *kind == 'A');
    let heard = messages.map(|(_, body)| {
        let (pid, rest) = body.split_at(4);
        let mut texts = rest.split(|byte| *byte == 0);
        let mut text = || String::from_utf8(texts.next().unwrap().to_vec()).unwrap();
        (i32::from_be_bytes(pid.try_into().unwrap()), text(), text())
    });
    heard.collect()
}

/// The payloads that the idle client hears up to this one, without it.
fn heard_until(raw: &mut Raw, last: &str) -> Vec<String> {
    let mut heard = Vec::new();
    loop {
        let messages = raw.until('A');
        assert_eq!(letters(&messages), "A", "{messages:?}");
        let (_, _, payload) = notifications(&messages).remove(0);
        if payload == last {
            return heard;
        }
        heard.push(payload);
    }
}

fn pid(raw: &Raw) -> i32 {
    i32::from_be_bytes(raw.key[..4].try_into().unwrap())
}

/// A connection that listens.
fn listener(rekha: &Rekha, channel: &str) -> Raw {
    let mut raw = Raw::connect(rekha.address());
    let answer = raw.ask(&[query(&format!("LISTEN {channel}"))]);
    assert_eq!(tags(&answer), ["LISTEN"]);
    raw
}

#[test]
fn an_idle_client_is_told_at_once() {
    let rekha = Rekha::start();
    let mut idle = listener(&rekha, "chat");
    let mut speaker = Raw::connect(rekha.address());
    let answer = speaker.ask(&[query("NOTIFY chat, 'hello'")]);
    assert_eq!(
        (tags(&answer), letters(&answer).as_str()),
        (vec!["NOTIFY".to_owned()], "CZ")
    );
    let told = idle.until('A');
    let expected = (pid(&speaker), "chat".to_owned(), "hello".to_owned());
    assert_eq!(notifications(&told), [expected]);
    assert_eq!(letters(&idle.ask(&[query("SHOW DateStyle")])), "TDCZ");
}

/// What a transaction says is heard when it commits, and once.
#[test]
fn what_is_said_counts_when_it_is_committed() {
    let rekha = Rekha::start();
    let mut idle = listener(&rekha, "a");
    for (texts, heard) in [
        (&["NOTIFY a"][..], &[""][..]),
        (&["NOTIFY A, 'x'; NOTIFY \"A\", 'y'; NOTIFY b, 'z'"], &["x"]),
        (
            &["NOTIFY a, '1'; NOTIFY a, '2'; NOTIFY a, '1'"],
            &["1", "2"],
        ),
        (&["NOTIFY a, '1'", "NOTIFY a, '1'"], &["1", "1"]),
        (&["NOTIFY a, '1'; DESCRIBE nothing"], &[]),
        (
            &[
                "BEGIN; NOTIFY a, '1'; NOTIFY a, '2'",
                "NOTIFY a, '1'",
                "COMMIT",
            ],
            &["1", "2"],
        ),
        (&["BEGIN; NOTIFY a, '1'", "ROLLBACK"], &[]),
        (&["BEGIN; NOTIFY a, '1'", "DESCRIBE nothing", "COMMIT"], &[]),
        (
            &[
                "BEGIN; NOTIFY a, '1'; SAVEPOINT s; NOTIFY a, '2'; ROLLBACK TO s; NOTIFY a, '3'; COMMIT",
            ],
            &["1", "3"],
        ),
        (
            &["BEGIN; NOTIFY a, '1'; SAVEPOINT s; NOTIFY a, '2'; RELEASE s; COMMIT"],
            &["1", "2"],
        ),
        (
            &[
                "BEGIN; NOTIFY a, '1'; SAVEPOINT s; NOTIFY a, '2'",
                "DESCRIBE nothing",
                "ROLLBACK TO s; COMMIT",
            ],
            &["1"],
        ),
        (&["BEGIN READ ONLY; NOTIFY a, '1'; COMMIT"], &["1"]),
        (&["SELECT pg_notify('a', '1')"], &["1"]),
        (&["BEGIN; SELECT pg_notify('a', '1')", "COMMIT"], &["1"]),
        (&["BEGIN; SELECT pg_notify('a', '1')", "ROLLBACK"], &[]),
        (
            &["SELECT pg_notify('a', x::text) FROM generate_series(1, 3) x"],
            &["1", "2", "3"],
        ),
        (
            &["SELECT pg_notify('a', (1 / (2 - x))::text) FROM generate_series(1, 3) x"],
            &[],
        ),
    ] {
        let mut speaker = Raw::connect(rekha.address());
        for text in texts {
            speaker.ask(&[query(text)]);
        }
        speaker.ask(&[query("NOTIFY a, 'the end'")]);
        assert_eq!(heard_until(&mut idle, "the end"), heard, "{texts:?}");
    }
}

/// Who listens when: whether a session hears itself after these texts.
#[test]
fn a_session_listens_from_its_commit_on() {
    let rekha = Rekha::start();
    for (texts, hears) in [
        (&["LISTEN a"][..], true),
        (&["LISTEN b"], false),
        (&["LISTEN a; LISTEN a"], true),
        (&["LISTEN a; DESCRIBE nothing"], false),
        (&["LISTEN a", "UNLISTEN a"], false),
        (&["LISTEN a", "UNLISTEN b"], true),
        (&["LISTEN a; LISTEN b", "UNLISTEN *"], false),
        (&["BEGIN; LISTEN a", "ROLLBACK"], false),
        (&["BEGIN; LISTEN a", "COMMIT"], true),
        (&["LISTEN a", "BEGIN; UNLISTEN a; ROLLBACK"], true),
        (&["LISTEN a", "BEGIN; UNLISTEN *; LISTEN a; COMMIT"], true),
        (
            &["BEGIN; SAVEPOINT s; LISTEN a; ROLLBACK TO s; COMMIT"],
            false,
        ),
        (
            &["BEGIN; LISTEN a; SAVEPOINT s; UNLISTEN *; ROLLBACK TO s; COMMIT"],
            true,
        ),
        (&["LISTEN a", "DISCARD ALL"], false),
        (&["LISTEN a", "RESET ALL; CLOSE ALL"], true),
    ] {
        let mut raw = Raw::connect(rekha.address());
        for text in texts {
            raw.ask(&[query(text)]);
        }
        let expected = if hears { "CAZ" } else { "CZ" };
        let answer = raw.ask(&[query("NOTIFY a")]);
        assert_eq!(letters(&answer), expected, "{texts:?}");
    }
    // In one transaction, as two.
    let mut raw = Raw::connect(rekha.address());
    let answer = raw.ask(&[query("LISTEN a; NOTIFY a, 'x'")]);
    assert_eq!(letters(&answer), "CCAZ");
    assert_eq!(notifications(&answer)[0].0, pid(&raw));
    // A transaction that does not commit is not listened from either.
    let mut one = Raw::connect(rekha.address());
    one.ask(&[query("CREATE STREAM s (a INT)")]);
    raw.ask(&[query("UNLISTEN *")]);
    let begun = raw.ask(&[query("BEGIN; LISTEN a; ALTER STREAM s ADD b INT")]);
    assert_eq!(raw.status, 'T', "{begun:?}");
    one.ask(&[query("ALTER STREAM s ADD c INT")]);
    assert_eq!(refusal(&raw.ask(&[query("COMMIT")])), "ERROR 40001");
    assert_eq!(letters(&raw.ask(&[query("NOTIFY a")])), "CZ");
}

/// Neither in a transaction nor in a pipeline.
#[test]
fn a_client_is_told_between_its_transactions_only() {
    let rekha = Rekha::start();
    let mut raw = listener(&rekha, "a");
    let mut speaker = Raw::connect(rekha.address());
    let mut say = |payload: &str| {
        let answer = speaker.ask(&[query(&format!("NOTIFY a, '{payload}'"))]);
        assert_eq!(letters(&answer), "CZ");
    };
    raw.ask(&[query("BEGIN")]);
    say("1");
    assert_eq!(letters(&raw.ask(&[query("SHOW DateStyle")])), "TDCZ");
    assert_eq!(letters(&raw.ask(&[query("DESCRIBE nothing")])), "EZ");
    assert_eq!(letters(&raw.ask(&[query("ROLLBACK")])), "CAZ");

    raw.send(&[run("SHOW DateStyle"), flush()]);
    assert_eq!(letters(&raw.until('C')), "12DC");
    say("2");
    let answer = raw.ask(&[run("SHOW DateStyle"), sync()]);
    assert_eq!(letters(&answer), "12DCAZ");

    // By the extended protocol, too: each as a transaction of its own.
    let answer = raw.ask(&[run("LISTEN b"), sync(), run("NOTIFY b, '3'"), sync()]);
    assert_eq!(letters(&answer), "12CZ12CAZ");
    // In one pipeline they are one.
    let answer = raw.ask(&[run("LISTEN c"), run("NOTIFY c"), run("NOTIFY c"), sync()]);
    assert_eq!(letters(&answer), "12C12C12CAZ");
}

#[test]
fn a_payload_is_short() {
    let rekha = Rekha::start();
    let mut raw = listener(&rekha, "a");
    let long = |bytes| format!("NOTIFY a, '{}'", "x".repeat(bytes));
    let answer = raw.ask(&[query(&long(8_000))]);
    assert_eq!(refusal(&answer), "ERROR 22023");
    assert_eq!(error(&answer, 'M'), "payload string too long");
    let answer = raw.ask(&[query(&long(7_999))]);
    assert_eq!(notifications(&answer)[0].2.len(), 7_999);
}

/// Every version and every new name, in the order of commits; and whoever is told
/// finds it.
#[test]
fn changes_of_schemas_are_told() {
    let rekha = Rekha::start();
    let mut writer = Raw::connect(rekha.address());
    let mut change = |text: &str| {
        let answer = writer.ask(&[query(text)]);
        assert!(answer.iter().all(|(kind, _)| *kind != 'E'), "{answer:?}");
    };
    change("CREATE SCHEMA sales; CREATE STREAM s (a INT, b INT)");
    let mut all = listener(&rekha, "schema_changes");
    let mut one = listener(&rekha, "schema_changes_sales_u");
    change("ALTER STREAM s ADD COLUMN c INT");
    change(
        "BEGIN; ALTER STREAM s ADD d INT; CREATE STREAM sales.t (a INT); ALTER STREAM s ADD e INT; COMMIT",
    );
    change("BEGIN; ALTER STREAM s ADD f INT; ROLLBACK");
    change(
        "ALTER STREAM sales.t SET (retries = 1); COMMENT ON STREAM s IS 'options are no part of it'",
    );
    change("ALTER STREAM s DROP COLUMN c, ADD UNIQUE (a)");
    change("ALTER STREAM sales.t RENAME TO u");
    change("BEGIN; ALTER STREAM sales.u ADD b INT; ALTER STREAM sales.u ADD c INT; COMMIT");
    change("DROP STREAM sales.u; CREATE STREAM sales.u (a INT)");
    change("DROP SCHEMA sales CASCADE; NOTIFY schema_changes, 'the end'");
    let told = |namespace: &str, stream: &str, version: u32, evolution: &str| {
        format!(
            "{{\"namespace\":\"{namespace}\",\"stream\":\"{stream}\",\"version\":{version},\"evolution\":\"{evolution}\"}}"
        )
    };
    let of_u = [
        told("sales", "u", 1, "rename"),
        told("sales", "u", 2, "add_column"),
        told("sales", "u", 3, "add_column"),
        told("sales", "u", 4, "drop"),
        told("sales", "u", 5, "create"),
        told("sales", "u", 6, "drop"),
    ];
    let mut expected = vec![
        told("public", "s", 2, "add_column"),
        told("public", "s", 3, "add_column"),
        told("sales", "t", 1, "create"),
        told("public", "s", 4, "add_column"),
        told("public", "s", 5, "drop_column+add_index"),
    ];
    expected.extend(of_u.clone());
    let mut heard = Vec::new();
    while heard.len() < expected.len() {
        let (sender, channel, payload) = notifications(&all.until('A')).remove(0);
        assert_eq!((sender, channel.as_str()), (0, "schema_changes"));
        heard.push(payload);
    }
    assert_eq!(heard, expected);
    // What a client said after these commits is heard after them.
    assert_eq!(notifications(&all.until('A')).remove(0).2, "the end");
    let mut heard = Vec::new();
    while heard.len() < of_u.len() {
        heard.push(notifications(&one.until('A')).remove(0).2);
    }
    assert_eq!(heard, of_u);
}

/// A refresh that misses nothing cuts off nobody.
#[test]
fn whoever_hears_of_schemas_hears_on_after_a_refresh() {
    let rekha = Rekha::start();
    let mut idle = listener(&rekha, "schema_changes");
    let mut writer = Raw::connect(rekha.address());
    writer.ask(&[query("CREATE STREAM s (a INT)")]);
    writer.ask(&[query("CALL rekha.refresh_component('schema_manager')")]);
    writer.ask(&[query("ALTER STREAM s ADD b INT")]);
    for number in 1..=2 {
        let (_, _, payload) = notifications(&idle.until('A')).remove(0);
        let version = format!("\"version\":{number},");
        assert!(payload.contains(&version), "{payload}");
    }
    assert_eq!(letters(&idle.ask(&[query("SELECT 1")])), "TDCZ");
}

/// Whoever hears of a version of another server's sees it.
#[test]
fn changes_of_other_servers_are_told() {
    let rekha = Rekha::start();
    let other = rekha.store().start();
    let mut idle = listener(&rekha, "schema_changes");
    let mut writer = Raw::connect(other.address());
    for number in 1..=5 {
        let change = match number {
            1 => "CREATE STREAM s (a INT)".to_owned(),
            number => format!("ALTER STREAM s ADD c{number} INT"),
        };
        writer.ask(&[query(&change)]);
        let (_, _, payload) = notifications(&idle.until('A')).remove(0);
        assert!(
            payload.contains(&format!("\"version\":{number},")),
            "{payload}"
        );
        let described = idle.ask(&[query("DESCRIBE s")]);
        assert_eq!(rows(&described).len(), number);
    }
}

/// A listener that does not listen is let go of; nobody waits for it.
#[test]
fn a_slow_listener_is_let_go_of() {
    let rekha = Rekha::start();
    let mut slow = listener(&rekha, "a");
    let mut quick = listener(&rekha, "a");
    slow.ask(&[query("BEGIN")]);
    let mut speaker = Raw::connect(rekha.address());
    let long = query(&format!("NOTIFY a, '{}'", "x".repeat(7_999)));
    let many = vec![long; 55];
    for _ in 0..20 {
        let answer = speaker.ask(&many);
        assert_eq!(letters(&answer), "CZ".repeat(many.len()));
        for _ in 0..many.len() {
            assert_eq!(letters(&quick.until('A')), "A");
        }
    }
    slow.send(&[query("COMMIT")]);
    let told = slow.until('Z');
    assert_eq!(letters(&told), "CE");
    assert_eq!(refusal(&told), "FATAL 54000");
    assert_eq!(letters(&quick.ask(&[query("NOTIFY a")])), "CAZ");
}
