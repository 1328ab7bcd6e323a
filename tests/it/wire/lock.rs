//! Advisory locks between sessions: who waits, for whom, and how that ends.

use super::raw::*;
use crate::support::Rekha;

fn pid(raw: &Raw) -> i32 {
    i32::from_be_bytes(raw.key[..4].try_into().unwrap())
}

/// Some sessions of one server.
fn sessions<const COUNT: usize>() -> (Rekha, [Raw; COUNT]) {
    let rekha = Rekha::start();
    let raws = std::array::from_fn(|_| Raw::connect(rekha.address()));
    (rekha, raws)
}

/// The only value of the answer as text, or the error.
fn told(messages: &[Message]) -> String {
    if letters(messages).contains('E') {
        return refusal(messages);
    }
    let value = rows(messages).pop().and_then(|row| row.into_iter().next());
    String::from_utf8(value.flatten().unwrap_or_default()).unwrap()
}

fn ask(raw: &mut Raw, sql: &str) -> String {
    told(&raw.ask(&[query(sql)]))
}

/// Returns when so many locks are waited for.
fn until_waiting(observer: &mut Raw, count: usize) {
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
    while ask(observer, waiting) != count.to_string() {}
}

#[test]
fn one_waits_for_the_other() {
    let (_rekha, [mut one, mut other, mut observer]) = sessions();
    assert_eq!(ask(&mut one, "SELECT pg_advisory_lock(1)"), "");
    assert_eq!(ask(&mut other, "SELECT pg_try_advisory_lock(1)"), "f");
    assert_eq!(ask(&mut other, "SELECT pg_try_advisory_lock(0, 1)"), "t");
    assert_eq!(ask(&mut other, "SELECT pg_advisory_unlock(1)"), "f");
    other.send(&[query("SELECT pg_advisory_lock(1)")]);
    until_waiting(&mut observer, 1);
    let blocking = format!("SELECT pg_blocking_pids({})", pid(&other));
    assert_eq!(ask(&mut observer, &blocking), format!("{{{}}}", pid(&one)));
    assert_eq!(ask(&mut one, "SELECT pg_advisory_unlock(1)"), "t");
    assert_eq!(told(&other.until('Z')), "");
    assert_eq!(ask(&mut one, "SELECT pg_try_advisory_lock_shared(1)"), "f");
    // What a session holds goes with it.
    one.send(&[query("SELECT pg_advisory_lock_shared(1)")]);
    until_waiting(&mut observer, 1);
    drop(other);
    assert_eq!(told(&one.until('Z')), "");
}

#[test]
fn who_is_terminated_waits_no_longer() {
    let (_rekha, [mut one, mut other, mut observer]) = sessions();
    ask(&mut one, "SELECT pg_advisory_lock(1)");
    other.send(&[query("SELECT pg_advisory_lock(1)")]);
    until_waiting(&mut observer, 1);
    let terminate = format!("SELECT pg_terminate_backend({})", pid(&other));
    assert_eq!(ask(&mut observer, &terminate), "t");
    assert_eq!(refusal(&other.until('E')), "FATAL 57P01");
    until_waiting(&mut observer, 0);
    assert_eq!(ask(&mut one, "SELECT pg_advisory_unlock(1)"), "t");
}

#[test]
fn a_fetch_that_is_given_up_waits_no_longer() {
    let (_rekha, [mut one, mut other, mut observer]) = sessions();
    ask(&mut one, "SELECT pg_advisory_lock(9)");
    let cursor = "BEGIN; DECLARE c CURSOR FOR SELECT pg_advisory_lock(9)";
    other.ask(&[query(cursor)]);
    other.ask(&[query("SET LOCAL statement_timeout = 50")]);
    assert_eq!(ask(&mut other, "FETCH c"), "ERROR 57014");
    until_waiting(&mut observer, 0);
    assert_eq!(ask(&mut one, "SELECT pg_advisory_unlock(9)"), "t");
    assert_eq!(ask(&mut observer, "SELECT count(*) FROM pg_locks"), "0");
}

#[test]
fn those_who_share_come_after_who_came_before() {
    let (_rekha, [mut one, mut two, mut writer, mut late, mut observer]) = sessions();
    for reader in [&mut one, &mut two] {
        assert_eq!(ask(reader, "SELECT pg_try_advisory_lock_shared(1)"), "t");
    }
    writer.send(&[query("SELECT pg_advisory_lock(1)")]);
    until_waiting(&mut observer, 1);
    assert_eq!(ask(&mut late, "SELECT pg_try_advisory_lock_shared(1)"), "f");
    late.send(&[query("SELECT pg_advisory_lock_shared(1)")]);
    until_waiting(&mut observer, 2);
    // Who shares it already does not stand behind the writer.
    assert_eq!(ask(&mut one, "SELECT pg_try_advisory_lock_shared(1)"), "t");
    assert_eq!(ask(&mut one, "SELECT pg_advisory_unlock_all()"), "");
    until_waiting(&mut observer, 2);
    assert_eq!(ask(&mut two, "SELECT pg_advisory_unlock_shared(1)"), "t");
    assert_eq!(told(&writer.until('Z')), "");
    until_waiting(&mut observer, 1);
    assert_eq!(ask(&mut writer, "SELECT pg_advisory_unlock(1)"), "t");
    assert_eq!(told(&late.until('Z')), "");
}

#[test]
fn a_transaction_keeps_its_locks_to_its_end() {
    for end in ["COMMIT", "ROLLBACK", "ROLLBACK TO a", "DESCRIBE no_such"] {
        let (_rekha, [mut one, mut other, mut observer]) = sessions();
        one.ask(&[query("BEGIN; SAVEPOINT a; SELECT pg_advisory_xact_lock(1)")]);
        other.send(&[query("SELECT pg_advisory_xact_lock(1)")]);
        until_waiting(&mut observer, 1);
        one.ask(&[query(end)]);
        assert_eq!(told(&other.until('Z')), "", "{end}");
        // The other's statement was its transaction.
        one.ask(&[query("ROLLBACK")]);
        assert_eq!(
            ask(&mut one, "SELECT pg_try_advisory_lock(1)"),
            "t",
            "{end}"
        );
    }
}

#[test]
fn a_wait_is_stopped() {
    let (rekha, [mut one, mut other, mut observer]) = sessions();
    ask(&mut one, "SELECT pg_advisory_lock(1)");
    for (setting, expected) in [
        ("lock_timeout = '1ms'", "ERROR 55P03"),
        ("statement_timeout = '1ms'", "ERROR 57014"),
    ] {
        other.ask(&[query(&format!("SET {setting}"))]);
        let sql = "SELECT pg_advisory_lock(1)";
        assert_eq!(ask(&mut other, sql), expected, "{setting}");
        other.ask(&[query("RESET ALL")]);
    }
    other.send(&[query("SELECT pg_advisory_lock(1)")]);
    until_waiting(&mut observer, 1);
    let cancel = format!("SELECT pg_cancel_backend({})", pid(&other));
    assert_eq!(ask(&mut observer, &cancel), "t");
    assert_eq!(told(&other.until('Z')), "ERROR 57014");
    until_waiting(&mut observer, 0);
    // A client that goes away waits no longer.
    other.send(&[query("SELECT pg_advisory_lock(1)")]);
    until_waiting(&mut observer, 1);
    drop(other);
    until_waiting(&mut observer, 0);
    assert_eq!(ask(&mut one, "SELECT pg_advisory_unlock(1)"), "t");
    let mut late = Raw::connect(rekha.address());
    assert_eq!(ask(&mut late, "SELECT pg_try_advisory_lock(1)"), "t");
}

#[test]
fn a_wait_for_each_other_is_refused() {
    let (_rekha, [mut one, mut other, mut observer]) = sessions();
    ask(&mut one, "SELECT pg_advisory_lock(1)");
    ask(&mut other, "SELECT pg_advisory_lock_shared(2)");
    one.send(&[query("SELECT pg_advisory_lock(2)")]);
    until_waiting(&mut observer, 1);
    let refused = other.ask(&[query("SELECT pg_advisory_lock(0, 0), pg_advisory_lock(1)")]);
    assert_eq!(refusal(&refused), "ERROR 40P01");
    let (one_pid, other_pid) = (pid(&one), pid(&other));
    assert_eq!(
        error(&refused, 'D'),
        format!(
            "Process {other_pid} waits for ExclusiveLock on advisory lock [0,1,1]; blocked by process {one_pid}.\n\
             Process {one_pid} waits for ExclusiveLock on advisory lock [0,2,1]; blocked by process {other_pid}."
        )
    );
    ask(&mut other, "SELECT pg_advisory_unlock_all()");
    assert_eq!(told(&one.until('Z')), "");

    // Two who share a lock and both want it alone.
    let sql = "SELECT pg_advisory_unlock_all(), pg_advisory_lock_shared(3)";
    one.ask(&[query(sql)]);
    other.ask(&[query(sql)]);
    one.send(&[query("SELECT pg_advisory_lock(3)")]);
    until_waiting(&mut observer, 1);
    assert_eq!(ask(&mut other, "SELECT pg_advisory_lock(3)"), "ERROR 40P01");
    ask(&mut other, "SELECT pg_advisory_unlock_shared(3)");
    assert_eq!(told(&one.until('Z')), "");
}
