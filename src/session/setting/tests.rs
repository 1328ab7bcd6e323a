//! What PostgreSQL 15 answers, case by case; where Rekha differs it says so.

use std::time::Duration;

use super::{MetadataUpdates, ReadConsistency, Settings};
use crate::error::Error;
use crate::relation::{ByteaOutput, DateOrder, FloatDigits, IntervalStyle, Style, Zone};
use crate::session::Severity;
use crate::sql::{IsolationLevel, SetScope, SetValue, TransactionModes};

fn settings() -> Settings {
    Settings::new("me", []).expect("no start-up settings")
}

fn set(settings: &mut Settings, name: &str, value: &str) -> Result<(), Error> {
    settings.set(SetScope::Session, name, &SetValue::Value(value.to_owned()))
}

fn set_local(settings: &mut Settings, name: &str, value: &str) {
    let value = SetValue::Value(value.to_owned());
    settings.set(SetScope::Local, name, &value).expect(name);
}

fn show(settings: &Settings, name: &str) -> String {
    settings.show(name).expect(name).1
}

#[test]
fn a_value_is_shown_in_its_one_spelling() {
    for (name, written, shown) in [
        ("application_name", "a b", "a b"),
        ("application_name", "žluť", "žluť"),
        (
            "application_name",
            "a-name-of-sixty-two-bytes-that-ends-before-a-letter-of-two-by-žluť",
            "a-name-of-sixty-two-bytes-that-ends-before-a-letter-of-two-by-",
        ),
        ("statement_timeout", "4321", "4321ms"),
        ("statement_timeout", "1234", "1234ms"),
        ("statement_timeout", "3s", "3s"),
        ("statement_timeout", "3 s", "3s"),
        ("statement_timeout", "  7 min ", "7min"),
        ("statement_timeout", "120s", "2min"),
        ("statement_timeout", "1.5s", "1500ms"),
        ("statement_timeout", ".5s", "500ms"),
        ("statement_timeout", "1e3", "1s"),
        ("statement_timeout", "0x10", "16ms"),
        ("statement_timeout", "90min", "90min"),
        ("statement_timeout", "36h", "36h"),
        ("statement_timeout", "2d", "2d"),
        ("statement_timeout", "1500us", "2ms"),
        ("statement_timeout", "4.5ms", "4ms"),
        ("statement_timeout", "5.5ms", "6ms"),
        ("statement_timeout", "0", "0"),
        ("work_mem", "64MB", "64MB"),
        ("work_mem", "5000", "5000kB"),
        ("work_mem", "65536", "64MB"),
        ("work_mem", "1048576 kB", "1GB"),
        ("work_mem", "262144B", "256kB"),
        ("temp_buffers", "8MB", "8MB"),
        ("temp_buffers", "1000", "8000kB"),
        ("effective_cache_size", "524288", "4GB"),
        ("tcp_keepalives_idle", "5min", "5min"),
        ("tcp_keepalives_idle", "90000ms", "90s"),
        ("log_min_duration_statement", "-1", "-1"),
        ("random_page_cost", "1.10", "1.1"),
        ("random_page_cost", "4e0", "4"),
        ("cpu_tuple_cost", " .01", "0.01"),
        ("role", "me", "me"),
        ("role", "NONE", "none"),
        ("extra_float_digits", "-15", "-15"),
        ("extra_float_digits", "+2", "2"),
        ("extra_float_digits", "1.5", "2"),
        ("jit", "1", "on"),
        ("jit", "TRUE", "on"),
        ("jit", "f", "off"),
        ("jit", "of", "off"),
        ("jit", "n", "off"),
        ("IntervalStyle", "ISO_8601", "iso_8601"),
        ("client_min_messages", "debug", "debug2"),
        ("client_min_messages", "info", "info"),
        ("synchronous_commit", "0", "off"),
        (
            "default_transaction_isolation",
            "READ committed",
            "read committed",
        ),
        ("client_encoding", "utf-8", "UTF8"),
        // PostgreSQL shows the word as it was written.
        ("client_encoding", "UNICODE", "UTF8"),
        ("client_encoding", "sql_ascii", "SQL_ASCII"),
        ("DateStyle", "", "ISO, MDY"),
        ("DateStyle", "iso", "ISO, MDY"),
        ("DateStyle", "dmy", "ISO, DMY"),
        ("DateStyle", "ymd, iso", "ISO, YMD"),
        ("DateStyle", "iso,european", "ISO, DMY"),
        ("DateStyle", "DEFAULT, dmy", "ISO, DMY"),
        ("DateStyle", "dmy, default", "ISO, DMY"),
        ("DateStyle", "dmy,dmy", "ISO, DMY"),
        ("DateStyle", "\"ISO\"", "ISO, MDY"),
        ("TimeZone", "europe/paris", "Europe/Paris"),
        ("TimeZone", "America/New_York", "America/New_York"),
        ("TimeZone", "utc", "UTC"),
        ("TimeZone", "gmt", "GMT"),
        ("TimeZone", "EST5EDT", "EST5EDT"),
        ("TimeZone", "+02:00", "+02:00"),
        ("TimeZone", "-08:30", "-08:30"),
        ("TimeZone", "UTC+3", "UTC+3"),
        ("TimeZone", "<+03>-3", "<+03>-3"),
        ("TimeZone", "-8", "<-08>+08"),
        ("TimeZone", "+2", "<+02>-02"),
        ("TimeZone", "0", "<+00>-00"),
        ("TimeZone", "5.5", "<+05:30>-05:30"),
        ("search_path", "public, pg_catalog", "public, pg_catalog"),
        ("search_path", "A, \"B\"", "A, \"B\""),
        ("search_path", "\"\"", "\"\""),
        ("session_authorization", "me", "me"),
        ("standard_conforming_strings", "on", "on"),
        ("my.custom", "1", "1"),
        ("My.CUSTOM", "", ""),
    ] {
        let mut settings = settings();
        set(&mut settings, name, written).unwrap_or_else(|e| panic!("{name} = {written}: {e}"));
        assert_eq!(show(&settings, name), shown, "{name} = {written}");
    }
}

#[test]
fn what_is_refused_is_refused_in_postgresqls_words() {
    for (name, written, sqlstate, message, more) in [
        (
            "no_such_zz",
            "1",
            "42704",
            "unrecognized configuration parameter \"no_such_zz\"",
            "",
        ),
        (
            "SERVER_VERSION",
            "1",
            "55P02",
            "parameter \"server_version\" cannot be changed",
            "",
        ),
        (
            "is_superuser",
            "on",
            "55P02",
            "parameter \"is_superuser\" cannot be changed",
            "",
        ),
        (
            "jit",
            "maybe",
            "22023",
            "parameter \"jit\" requires a Boolean value",
            "",
        ),
        (
            "jit",
            "o",
            "22023",
            "parameter \"jit\" requires a Boolean value",
            "",
        ),
        (
            "jit",
            "",
            "22023",
            "parameter \"jit\" requires a Boolean value",
            "",
        ),
        (
            "bytea_output",
            "zz",
            "22023",
            "invalid value for parameter \"bytea_output\": \"zz\"",
            "Available values: escape, hex.",
        ),
        (
            "client_min_messages",
            "fatal",
            "22023",
            "invalid value for parameter \"client_min_messages\": \"fatal\"",
            "Available values: debug5, debug4, debug3, debug2, debug1, log, notice, warning, error.",
        ),
        (
            "extra_float_digits",
            "5",
            "22023",
            "5 is outside the valid range for parameter \"extra_float_digits\" (-15 .. 3)",
            "",
        ),
        (
            "extra_float_digits",
            "3ms",
            "22023",
            "invalid value for parameter \"extra_float_digits\": \"3ms\"",
            "",
        ),
        (
            "statement_timeout",
            "-1",
            "22023",
            "-1 ms is outside the valid range for parameter \"statement_timeout\" (0 .. 2147483647)",
            "",
        ),
        (
            "statement_timeout",
            "5S",
            "22023",
            "invalid value for parameter \"statement_timeout\": \"5S\"",
            "Valid units for this parameter are \"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\".",
        ),
        (
            "statement_timeout",
            "1ems",
            "22023",
            "invalid value for parameter \"statement_timeout\": \"1ems\"",
            "Valid units for this parameter are \"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\".",
        ),
        (
            "statement_timeout",
            "25d",
            "22023",
            "invalid value for parameter \"statement_timeout\": \"25d\"",
            "Value exceeds integer range.",
        ),
        (
            "statement_timeout",
            "nan",
            "22023",
            "invalid value for parameter \"statement_timeout\": \"nan\"",
            "",
        ),
        (
            "statement_timeout",
            "",
            "22023",
            "invalid value for parameter \"statement_timeout\": \"\"",
            "",
        ),
        (
            "datestyle",
            "zz",
            "22023",
            "invalid value for parameter \"DateStyle\": \"zz\"",
            "Unrecognized key word: \"zz\".",
        ),
        (
            "datestyle",
            "us,dmy",
            "22023",
            "invalid value for parameter \"DateStyle\": \"us,dmy\"",
            "Conflicting \"datestyle\" specifications.",
        ),
        (
            "datestyle",
            "iso,,dmy",
            "22023",
            "invalid value for parameter \"DateStyle\": \"iso,,dmy\"",
            "List syntax is invalid.",
        ),
        (
            // PostgreSQL would write dates so.
            "datestyle",
            "sql, dmy",
            "0A000",
            "date style \"SQL\" is not supported",
            "Dates are always written in ISO style; SET DateStyle = 'ISO' and, for the order in which they are read, MDY, DMY or YMD.",
        ),
        (
            "TimeZone",
            "zz",
            "22023",
            "invalid value for parameter \"TimeZone\": \"zz\"",
            "",
        ),
        (
            "TimeZone",
            "",
            "22023",
            "invalid value for parameter \"TimeZone\": \"\"",
            "",
        ),
        (
            "TimeZone",
            "PST",
            "22023",
            "invalid value for parameter \"TimeZone\": \"PST\"",
            "",
        ),
        (
            "timezone",
            "200",
            "22023",
            "invalid value for parameter \"TimeZone\": \"200\"",
            "UTC timezone offset is out of range.",
        ),
        (
            "client_encoding",
            "zz",
            "22023",
            "invalid value for parameter \"client_encoding\": \"zz\"",
            "",
        ),
        (
            // PostgreSQL would convert; this is its answer where it cannot.
            "client_encoding",
            "latin1",
            "0A000",
            "invalid value for parameter \"client_encoding\": \"latin1\"",
            "Conversion between LATIN1 and UTF8 is not supported.",
        ),
        (
            "search_path",
            "a b",
            "22023",
            "invalid value for parameter \"search_path\": \"a b\"",
            "List syntax is invalid.",
        ),
        (
            "role",
            "zz",
            "22023",
            "role \"zz\" does not exist",
            "A session keeps the user it connected as.",
        ),
        (
            "work_mem",
            "1 parsec",
            "22023",
            "invalid value for parameter \"work_mem\": \"1 parsec\"",
            "Valid units for this parameter are \"B\", \"kB\", \"MB\", \"GB\", and \"TB\".",
        ),
        (
            "temp_buffers",
            "8kB",
            "22023",
            "1 8kB is outside the valid range for parameter \"temp_buffers\" (100 .. 1073741823)",
            "",
        ),
        (
            "random_page_cost",
            "-1",
            "22023",
            "-1 is outside the valid range for parameter \"random_page_cost\" (0 .. 1.79769e+308)",
            "",
        ),
        (
            "random_page_cost",
            "1.1MB",
            "22023",
            "invalid value for parameter \"random_page_cost\": \"1.1MB\"",
            "",
        ),
        (
            "session_authorization",
            "zz",
            "22023",
            "role \"zz\" does not exist",
            "A session keeps the user it connected as.",
        ),
        (
            "standard_conforming_strings",
            "off",
            "0A000",
            "parameter \"standard_conforming_strings\" cannot be turned off",
            "Write a string with backslash escapes as E'…'.",
        ),
        (
            "1a.b",
            "x",
            "42601",
            "invalid configuration parameter name \"1a.b\"",
            "Custom parameter names must be two or more simple identifiers separated by dots.",
        ),
    ] {
        let mut settings = settings();
        let error = set(&mut settings, name, written).expect_err(name);
        let told = (
            error.sqlstate(),
            error.message(),
            error.detail().or(error.hint()),
        );
        let more = Some(more).filter(|more| !more.is_empty());
        assert_eq!(told, (sqlstate, message, more), "{name} = {written}");
    }
}

#[test]
fn the_order_of_a_date_stays_when_only_the_style_is_said() {
    let mut settings = settings();
    set(&mut settings, "datestyle", "dmy").expect("an order");
    set(&mut settings, "datestyle", "iso").expect("a style");
    assert_eq!(show(&settings, "datestyle"), "ISO, DMY");
}

#[test]
fn show_answers_under_postgresqls_spelling() {
    let mut settings = settings();
    for (name, spelled) in [
        ("datestyle", "DateStyle"),
        ("TIMEZONE", "TimeZone"),
        ("SEARCH_path", "search_path"),
    ] {
        assert_eq!(settings.show(name).expect(name).0, spelled);
    }
    for name in ["no_such_zz", "my.custom", "Search Path"] {
        let error = settings.show(name).expect_err(name);
        assert_eq!(error.sqlstate(), "42704");
        assert_eq!(
            error.message(),
            format!("unrecognized configuration parameter \"{name}\"")
        );
    }
    set(&mut settings, "My.Custom", "x").expect("a name of the client's own");
    assert_eq!(settings.show("my.custom").expect("set").0, "my.custom");
    assert!(show(&settings, "server_version").starts_with("15."));
    assert!(settings.all().count() > 40);
    assert!(
        settings
            .all()
            .all(|(_, _, description)| !description.is_empty())
    );
}

#[test]
fn reset_goes_back_to_what_the_session_began_with() {
    let startup = [
        ("statement_timeout", "4321"),
        ("DateStyle", "ISO, DMY"),
        ("my.x", "1"),
    ];
    let mut settings = Settings::new("me", startup).expect("good settings");
    for name in ["statement_timeout", "DateStyle", "my.x", "search_path"] {
        let before = show(&settings, name);
        let other = if name == "DateStyle" { "ymd" } else { "7" };
        for reset in [
            (|settings, name| Settings::reset(settings, name).expect(name)) as fn(&mut _, &str),
            |settings, _| settings.reset_all(),
            |settings, name| {
                settings
                    .set(SetScope::Session, name, &SetValue::Default)
                    .expect(name);
            },
        ] {
            set(&mut settings, name, other).expect(name);
            assert_ne!(show(&settings, name), before);
            reset(&mut settings, name);
            assert_eq!(show(&settings, name), before);
        }
    }
    assert_eq!(show(&settings, "session_authorization"), "me");
    assert!(settings.reset("no.such").is_ok());
    assert_eq!(
        settings.reset("no_such").expect_err("unknown").sqlstate(),
        "42704"
    );
    assert_eq!(
        settings
            .reset("server_version")
            .expect_err("internal")
            .sqlstate(),
        "55P02"
    );
    let refused = Settings::new("me", [("no_such_zz", "1")]).expect_err("unknown");
    assert_eq!(refused.sqlstate(), "42704");
}

#[test]
fn a_transaction_ends_what_was_local_and_a_rollback_undoes_the_rest() {
    // What is said in the transaction; the value in it, after COMMIT, after ROLLBACK.
    type Step = fn(&mut Settings);
    let session: Step = |s| set(s, "statement_timeout", "8s").expect("set");
    let local: Step = |s| set_local(s, "statement_timeout", "9s");
    let local_default: Step = |s| {
        s.set(SetScope::Local, "statement_timeout", &SetValue::Default)
            .expect("set");
    };
    let reset: Step = |s| s.reset("statement_timeout").expect("reset");
    let reset_all: Step = Settings::reset_all;
    for (steps, within, committed, rolled_back) in [
        (&[local][..], "9s", "1s", "1s"),
        (&[session], "8s", "8s", "1s"),
        (&[session, local], "9s", "8s", "1s"),
        (&[local, session], "8s", "8s", "1s"),
        (&[local_default], "0", "1s", "1s"),
        (&[local, reset], "0", "0", "1s"),
        (&[local, reset_all], "0", "0", "1s"),
    ] {
        let mut settings = settings();
        set(&mut settings, "statement_timeout", "1s").expect("set");
        settings.begin();
        steps.iter().for_each(|step| step(&mut settings));
        assert_eq!(show(&settings, "statement_timeout"), within);
        let mut other = settings.clone();
        settings.commit();
        assert_eq!(show(&settings, "statement_timeout"), committed);
        other.rollback();
        assert_eq!(show(&other, "statement_timeout"), rolled_back);
    }
    let mut settings = settings();
    set_local(&mut settings, "statement_timeout", "9s");
    assert_eq!(
        show(&settings, "statement_timeout"),
        "0",
        "local to no transaction"
    );
}

#[test]
fn a_transaction_has_modes() {
    let modes = |settings: &Settings| {
        let modes = settings.transaction_modes();
        (
            modes.isolation.expect("known"),
            modes.read_only.expect("known"),
        )
    };
    let mut settings = settings();
    assert_eq!(modes(&settings), (IsolationLevel::ReadCommitted, false));

    settings.begin();
    settings.set_transaction_modes(TransactionModes {
        isolation: Some(IsolationLevel::RepeatableRead),
        ..TransactionModes::default()
    });
    assert_eq!(show(&settings, "transaction_isolation"), "repeatable read");
    set(&mut settings, "default_transaction_read_only", "on").expect("set");
    assert_eq!(
        show(&settings, "transaction_read_only"),
        "off",
        "this one has begun"
    );
    set(&mut settings, "transaction_read_only", "on").expect("set");
    assert_eq!(modes(&settings), (IsolationLevel::RepeatableRead, true));
    settings.rollback();
    assert_eq!(modes(&settings), (IsolationLevel::ReadCommitted, false));

    settings.set_default_transaction_modes(TransactionModes {
        isolation: Some(IsolationLevel::Serializable),
        read_only: Some(true),
        deferrable: None,
    });
    assert_eq!(
        show(&settings, "default_transaction_isolation"),
        "serializable"
    );
    assert_eq!(show(&settings, "transaction_isolation"), "serializable");
    set(&mut settings, "transaction_isolation", "read committed").expect("a good value");
    settings.begin();
    assert_eq!(modes(&settings), (IsolationLevel::Serializable, true));
    settings.reset_all();
    assert_eq!(modes(&settings), (IsolationLevel::Serializable, true));
}

#[test]
fn the_client_is_told_once_of_what_has_changed() {
    let mut settings = Settings::new("me", [("application_name", "psql")]).expect("good");
    let mut names: Vec<_> = settings
        .take_reported()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "DateStyle",
            "IntervalStyle",
            "TimeZone",
            "application_name",
            "client_encoding",
            "default_transaction_read_only",
            "in_hot_standby",
            "integer_datetimes",
            "is_superuser",
            "server_encoding",
            "server_version",
            "session_authorization",
            "standard_conforming_strings",
        ]
    );
    let told = |name, value: &str| vec![(name, value.to_owned())];
    assert_eq!(settings.take_reported(), []);
    set(&mut settings, "application_name", "ps").expect("set");
    set(&mut settings, "statement_timeout", "1").expect("set");
    assert_eq!(settings.take_reported(), told("application_name", "ps"));
    set(&mut settings, "application_name", "ps").expect("set");
    assert_eq!(settings.take_reported(), [], "the same value is no news");
    settings.begin();
    set_local(&mut settings, "timezone", "asia/tokyo");
    assert_eq!(settings.take_reported(), told("TimeZone", "Asia/Tokyo"));
    settings.commit();
    assert_eq!(settings.take_reported(), told("TimeZone", "UTC"));
    settings.reset_all();
    assert_eq!(settings.take_reported(), told("application_name", "psql"));
}

#[test]
fn the_session_acts_on_typed_values() {
    let mut settings = settings();
    assert_eq!(settings.search_path(), ["public"]);
    assert_eq!(settings.statement_timeout(), None);
    assert_eq!(settings.metadata_updates(), MetadataUpdates::Sync);
    assert_eq!(settings.read_consistency(), ReadConsistency::Local);
    assert!(settings.admits(Severity::Notice));
    for (name, value) in [
        ("search_path", "Sales, \"Raw Data\", \"$user\", pg_catalog"),
        ("statement_timeout", "1min"),
        ("idle_in_transaction_session_timeout", "10"),
        ("idle_session_timeout", "1s"),
        ("metadata_updates", "async"),
        ("read_consistency", "strict"),
        ("client_min_messages", "warning"),
    ] {
        set(&mut settings, name, value).expect(name);
    }
    assert_eq!(settings.search_path(), ["sales", "Raw Data", "pg_catalog"]);
    assert_eq!(settings.statement_timeout(), Some(Duration::from_secs(60)));
    assert_eq!(
        settings.idle_in_transaction_session_timeout(),
        Some(Duration::from_millis(10))
    );
    assert_eq!(
        settings.idle_session_timeout(),
        Some(Duration::from_secs(1))
    );
    assert_eq!(settings.metadata_updates(), MetadataUpdates::Async);
    assert_eq!(settings.read_consistency(), ReadConsistency::Strict);
    assert!(!settings.admits(Severity::Notice) && settings.admits(Severity::Warning));
    set(&mut settings, "search_path", "\"\"").expect("nowhere");
    assert_eq!(settings.search_path(), [""]);
}

#[test]
fn the_style_of_values_follows_the_settings() {
    let mut s = settings();
    assert_eq!(s.style(), Style::default());
    for (name, value) in [
        ("TimeZone", "<x>-2"),
        ("DateStyle", "DMY"),
        ("IntervalStyle", "iso_8601"),
        ("bytea_output", "escape"),
        ("extra_float_digits", "-3"),
    ] {
        set(&mut s, name, value).expect(name);
    }
    let expected = Style {
        zone: Zone::Fixed(7_200),
        date_order: DateOrder::Dmy,
        interval: IntervalStyle::Iso8601,
        bytea: ByteaOutput::Escape,
        float_digits: FloatDigits::Fewer(3),
    };
    assert_eq!(s.style(), expected);
    set(&mut s, "TimeZone", "europe/paris").expect("a zone");
    assert_eq!(s.style().zone, "Europe/Paris".parse().expect("a zone"));
    s.reset_all();
    assert_eq!(s.style(), Style::default());
}
