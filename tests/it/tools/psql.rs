//! The commands of psql that show what there is, in both servers.

use std::process::Command;

use super::pair::Pair;

/// The tables of a test, described, and PostgreSQL's own objects.
const COMMANDS: &[&str] = &[
    r"\d orders",
    r"\d sales.customers",
    r"\d sales.order_lines",
    r#"\d "Mixed Case"."Daily Totals""#,
    r"\d sales.*",
    r"\d+ sales.customers",
    r"\d sales.customers_email",
    r"\d sales.nothing",
    r"\d pg_class",
    r"\d pg_catalog.pg_am_oid_index",
    r"\d+ pg_description",
    r"\dt",
    r"\dt sales.*",
    r"\dt sales.c*",
    r"\di sales.*",
    r"\dv sales.*",
    r"\ds",
    r"\dm",
    r"\dE",
    r"\dn sales",
    r"\dn public",
    r"\dp sales.*",
    r"\ddp",
    r"\dd sales.*",
    r"\dT sales.*",
    r"\dT pg_catalog.int4",
    r"\dT+ pg_catalog.numeric",
    r"\df sales.*",
    r"\df pg_catalog.pg_get_keywords",
    r"\df+ pg_catalog.pg_get_viewdef",
    r"\da pg_catalog.string_agg",
    r"\do pg_catalog.<=",
    r"\dO pg_catalog.ucs_basic",
    r"\dc pg_catalog.utf8_to_koi8_r",
    r"\dC numeric",
    r"\dA",
    r"\dA+ btree",
    r"\dAc btree numeric",
    r"\dAf btree numeric",
    r"\dAo btree numeric_ops",
    r"\dAp btree numeric_ops",
    r"\db",
    r"\des",
    r"\det",
    r"\deu",
    r"\dew",
    r"\dD",
    r"\dF simple",
    r"\dFd simple",
    r"\dFp",
    r"\dFt",
    r"\dP",
    r"\drds",
    r"\dRp",
    r"\dRs",
    r"\dX",
    r"\dy",
    r"\dg tester",
    r"\dconfig search_path",
    r"\sf pg_catalog.pg_get_keywords",
];

#[tokio::test]
async fn psql_shows_what_it_shows_of_postgresql() {
    let pair = Pair::start().await;
    let mut failures = String::new();
    for command in COMMANDS {
        let expected = shown(command, &pair.postgres_host(), None);
        let port = pair.rekha.address().port().to_string();
        let found = shown(command, "127.0.0.1", Some(&port));
        if found != expected {
            failures += &format!("---- {command}\n{found}\n---- not\n{expected}\n");
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

/// What psql prints for a command.
fn shown(command: &str, host: &str, port: Option<&str>) -> String {
    let port = port.unwrap_or("5432");
    let output = Command::new("psql")
        .args(["--no-psqlrc", "--username=tester", "--dbname=postgres"])
        .args(["--host", host, "--port", port, "--command", command])
        .env_remove("PGOPTIONS")
        .output()
        .expect("psql runs");
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}
