//! What the layers make together, and what is said of mistakes.

use std::path::Path;
use std::time::Duration;

use super::{
    Config, DiscoveryConfig, Flags, LogConfig, LogFormat, RegistryConfig, ShutdownConfig, StoreUrl,
};
use crate::error::Result;
use crate::schema::Mode;

type Variables<'a> = &'a [(&'a str, &'a str)];

fn load(file: &str, environment: Variables<'_>, flags: &Flags) -> Result<Config> {
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let file = (!file.is_empty()).then_some((Path::new("rekha.toml"), file));
    Config::load(flags, environment, file)
}

fn listen(address: &str) -> Flags {
    Flags {
        listen: Some(address.to_owned()),
        ..Flags::default()
    }
}

#[test]
fn nothing_said_is_the_default() {
    let config = load("", &[], &Flags::default()).expect("the default");
    assert_eq!(config, Config::default());
    assert_eq!(config.listen.to_string(), "127.0.0.1:7432");
    assert_eq!(config.store.to_string(), "sqlite:rekha.db");
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let file = "listen = '127.0.0.1:1'\n[cache]\nsize = 1\nttl = '1min'\n";
    let rekha = ("REKHA_LISTEN", "127.0.0.1:2");
    for (file, environment, flags, address) in [
        (file, &[][..], Flags::default(), "127.0.0.1:1"),
        (file, &[rekha], Flags::default(), "127.0.0.1:2"),
        (file, &[rekha], listen("127.0.0.1:3"), "127.0.0.1:3"),
        ("", &[], listen("localhost:0"), "127.0.0.1:0"),
        ("", &[], listen("[::1]:7"), "[::1]:7"),
    ] {
        let config = load(file, environment, &flags).expect(address);
        assert_eq!(config.listen.to_string(), address);
    }
    let environment = [
        ("REKHA_CACHE__SIZE", "2"),
        ("VELO_SCHEMA_CACHE_SIZE", "3"),
        ("VELO_SCHEMA_CACHE_TTL", "7"),
    ];
    let config = load(file, &environment, &Flags::default()).expect("good");
    assert_eq!(config.cache.size, 2, "REKHA_* wins over VELO_*");
    assert_eq!(
        config.cache.ttl,
        Duration::from_secs(7),
        "VELO_* wins over the file"
    );
    assert_eq!(config.cache.refresh_interval, Duration::from_secs(60));
}

#[test]
fn every_known_variable_has_its_key() {
    let environment = [
        ("VELO_SCHEMA_REGISTRY_URL", "http://localhost:9081/"),
        ("VELO_SCHEMA_CACHE_TTL", "5min"),
        ("VELO_SCHEMA_CACHE_SIZE", "50"),
        ("VELO_SCHEMA_COMPATIBILITY", "full_transitive"),
        ("VELO_KAFKA_SCHEMA_SAMPLE_SIZE", "5"),
        ("VELO_FILE_SCHEMA_INFER_LINES", "6"),
        ("VELO_POSTGRES_SCHEMA_INCLUDE_VIEWS", "true"),
        ("VELO_SOMETHING_ELSE", "is not ours"),
        ("REKHA_WIRE__MAX_CONNECTIONS", "2000"),
        ("REKHA_ASTHA__POLL_INTERVAL", "50ms"),
        ("REKHA_STORE", "sqlite:///var/lib/rekha.db"),
        ("REKHA_LOG", "debug,rekha::wire=trace"),
        ("REKHA_LOG_FORMAT", "json"),
        ("REKHA_COMPATIBILITY", "full_transitive"),
        ("REKHA_SHUTDOWN__GRACE", "5s"),
        // Of the command line.
        ("REKHA_URL", "postgres://127.0.0.1:7432"),
        ("REKHA_CONFIG", "rekha.toml"),
        // Of Kubernetes.
        ("REKHA_SERVICE_HOST", "10.0.0.1"),
        ("REKHA_PORT", "tcp://10.0.0.1:7432"),
        ("REKHA_PORT_7432_TCP_ADDR", "10.0.0.1"),
    ];
    let config = load("", &environment, &Flags::default()).expect("all are good");
    let mut expected = Config {
        http: "127.0.0.1:9081".parse().expect("an address"),
        store: StoreUrl::Sqlite("/var/lib/rekha.db".into()),
        registry: RegistryConfig {
            compatibility: Mode::FullTransitive,
        },
        discovery: DiscoveryConfig {
            kafka_sample_size: 5,
            file_infer_lines: 6,
            postgres_include_views: true,
        },
        log: LogConfig {
            filter: "debug,rekha::wire=trace".to_owned(),
            format: LogFormat::Json,
        },
        shutdown: ShutdownConfig {
            grace: Duration::from_secs(5),
        },
        ..Config::default()
    };
    expected.cache.size = 50;
    expected.wire.max_connections = 2_000;
    expected.astha.poll_interval = Duration::from_millis(50);
    assert_eq!(config, expected);
}

#[test]
fn a_mistake_is_named_with_its_place_and_what_would_do() {
    let flags = Flags::default;
    let store = |store: &str| Flags {
        store: Some(store.to_owned()),
        ..flags()
    };
    for (file, environment, flags, words) in [
        (
            "[wire]\nmax_conections = 3",
            &[][..],
            flags(),
            &[
                "unknown setting \"wire.max_conections\" in file rekha.toml",
                "max_connections",
            ][..],
        ),
        (
            "lisen = 3",
            &[],
            flags(),
            &["unknown setting \"lisen\" in file rekha.toml", "listen"],
        ),
        (
            "",
            &[("REKHA_CACHE__SIZ", "3")],
            flags(),
            &[
                "unknown setting \"cache.siz\" in environment variable REKHA_CACHE__SIZ",
                "size, ttl",
            ],
        ),
        (
            "",
            &[("REKHA_WIRE__MAX_CONNECTIONS", "many")],
            flags(),
            &[
                "invalid value for \"wire.max_connections\" in environment variable REKHA_WIRE__MAX_CONNECTIONS",
                "many",
            ],
        ),
        (
            "",
            &[("VELO_SCHEMA_COMPATIBILITY", "SIDEWAYS")],
            flags(),
            &[
                "invalid value for \"registry.compatibility\" in environment variable VELO_SCHEMA_COMPATIBILITY",
                "SIDEWAYS",
                "FORWARD_TRANSITIVE",
            ],
        ),
        (
            "[astha]\nlog_table = 'changes'",
            &[],
            flags(),
            &["invalid value for \"astha.log_table\": \"changes\""],
        ),
        (
            "",
            &[("REKHA_ASTHA__ENABLE_BLOBS", "true")],
            flags(),
            &["invalid value for \"astha.enable_blobs\": true"],
        ),
        (
            "[cache]\nttl = 'soon'",
            &[],
            flags(),
            &["invalid value for \"cache.ttl\" in file rekha.toml", "soon"],
        ),
        (
            "[cache]\nttl = 300",
            &[],
            flags(),
            &["\"cache.ttl\" in file rekha.toml", "300"],
        ),
        (
            "[cache\n",
            &[],
            flags(),
            &["cannot read \"rekha.toml\"", "line 1"],
        ),
        (
            "",
            &[],
            listen("here"),
            &["invalid value for \"listen\" in --listen", "127.0.0.1:7432"],
        ),
        (
            "",
            &[],
            store("postgres://host/db"),
            &["\"store\" in --store", "not offered yet", "sqlite:FILE"],
        ),
        (
            "",
            &[],
            store("rekha.db"),
            &["\"store\" in --store", "sqlite:rekha.db"],
        ),
        (
            "",
            &[],
            store("sqlite:"),
            &["\"store\" in --store", "sqlite:rekha.db"],
        ),
        (
            "[log]\nformat = 'xml'",
            &[],
            flags(),
            &["\"log.format\"", "xml", "human"],
        ),
        (
            "",
            &[],
            listen("0.0.0.0:7432"),
            &["0.0.0.0:7432", "authentication"],
        ),
        (
            "",
            &[],
            listen("[::]:7432"),
            &["[::]:7432", "authentication"],
        ),
    ] {
        let error = load(file, environment, &flags).expect_err(words[0]);
        assert_eq!(error.sqlstate(), "F0000");
        for word in words {
            assert!(error.message().contains(word), "{word}: {error}");
        }
    }
}

#[test]
fn an_address_beyond_this_machine_needs_insecure() {
    let refused = load("", &[], &listen("0.0.0.0:7432")).expect_err("reachable");
    assert!(
        refused
            .hint()
            .is_some_and(|hint| hint.contains("--insecure"))
    );
    let flags = Flags {
        insecure: true,
        ..listen("0.0.0.0:7432")
    };
    assert!(load("", &[], &flags).expect("allowed").insecure);
    assert!(load("insecure = true", &[], &listen("0.0.0.0:7432")).is_ok());
}

#[test]
fn what_makes_no_sense_together_is_refused_at_the_start() {
    for (file, message) in [
        (
            "cache.ttl = '2000000years'",
            "invalid value for \"cache.ttl\": 63115200000000s",
        ),
        (
            "cache.refresh_interval = '0s'",
            "invalid value for \"cache.refresh_interval\": 0ns",
        ),
        (
            "astha.poll_interval = '0s'",
            "invalid value for \"astha.poll_interval\": 0s",
        ),
        (
            "astha.health_interval = '0s'",
            "invalid value for \"astha.health_interval\": 0s",
        ),
        (
            "astha.max_memory = 0",
            "invalid value for \"astha.max_memory\": 0",
        ),
    ] {
        let error = load(file, &[], &Flags::default()).expect_err(file);
        assert_eq!((error.sqlstate(), error.message()), ("F0000", message));
        assert!(error.hint().is_some(), "{file}");
    }
}
