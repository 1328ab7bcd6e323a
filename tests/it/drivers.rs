//! Real drivers over TCP: the scripts of `tests/clients` and the examples in
//! other languages, each against a server of its own.
//!
//! A script says itself what it asked, expected and was answered; here it only
//! has to end well.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;

use crate::support::Rekha;

/// When a script hangs. Never a criterion: each takes seconds.
const DEADLINE: Duration = Duration::from_secs(300);

/// What runs a script.
#[derive(Clone, Copy)]
enum Program {
    Python,
    Node,
    Java,
}

/// One test a script.
macro_rules! scripts {
    ($($name:ident: $program:ident $file:literal,)*) => {
        const SCRIPTS: &[&str] = &[$($file),*];

        $(#[tokio::test]
        async fn $name() {
            run(Program::$program, $file).await;
        })*
    };
}

scripts! {
    psql: Python "tests/clients/psql.py",
    psycopg3: Python "tests/clients/python_psycopg3.py",
    psycopg2: Python "tests/clients/python_psycopg2.py",
    asyncpg: Python "tests/clients/python_asyncpg.py",
    sqlalchemy: Python "tests/clients/python_sqlalchemy.py",
    odbc: Python "tests/clients/python_odbc.py",
    jdbc: Java "tests/clients/Jdbc.java",
    node_postgres: Node "tests/clients/node_pg.js",
    example_notebook: Python "examples/notebook.py",
    example_sqlalchemy: Python "examples/sqlalchemy_model.py",
    example_jdbc: Java "examples/ReadRegistry.java",
}

/// What lies beside the scripts and is none.
const OTHERS: &[&str] = &["tests/clients/steps.py"];

/// A script that nobody runs proves nothing.
#[test]
fn every_script_is_run() {
    for folder in ["tests/clients", "examples"] {
        for entry in root().join(folder).read_dir().unwrap() {
            let name = entry.unwrap().file_name();
            let file = format!("{folder}/{}", name.to_str().unwrap());
            let is_script = [".py", ".js", ".java"]
                .iter()
                .any(|end| file.ends_with(end));
            let known = [SCRIPTS, OTHERS].concat();
            assert!(!is_script || known.contains(&file.as_str()), "{file}");
        }
    }
}

/// Runs a script against a new server, whose address it finds where libpq looks
/// for it.
async fn run(program: Program, file: &str) {
    let rekha = Rekha::start();
    let address = rekha.address();
    let mut command = program.command();
    command
        .arg(file)
        .current_dir(root())
        .env("PGHOST", address.ip().to_string())
        .env("PGPORT", address.port().to_string())
        .env("PGUSER", "tester")
        .env("PGDATABASE", "rekha")
        .env("PGSSLMODE", "disable")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = match tokio::time::timeout(DEADLINE, command.output()).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => {
            let program = command.as_std().get_program().display().to_string();
            panic!("{program}, for {file}: {error}; {INSTALL}");
        }
        Err(_) => panic!("{file} did not end within {DEADLINE:?}"),
    };
    assert!(output.status.success(), "{file}\n{}", said(&output));
}

fn said(output: &Output) -> String {
    let said = [output.stderr.as_slice(), output.stdout.as_slice()].concat();
    String::from_utf8_lossy(&said).into_owned()
}

/// What a developer is told who has not got a client.
pub(crate) const INSTALL: &str = "tests/clients/install.sh installs what is missing";

impl Program {
    /// The program, with its drivers; without them the test fails.
    fn command(self) -> Command {
        let mut command = match self {
            Self::Python => Command::new(there(home().join("python/bin/python"))),
            Self::Node => Command::new("node"),
            Self::Java => Command::new("java"),
        };
        match self {
            Self::Python => {}
            Self::Node => {
                let modules = there(home().join("node/node_modules"));
                command.env("NODE_PATH", modules);
            }
            Self::Java => {
                let driver = there(PathBuf::from("/usr/share/java/postgresql.jar"));
                // It runs for seconds: no time for the compilers that pay later.
                command.args(["-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp"]);
                command.arg(driver);
            }
        }
        command
    }
}

/// Where the script that installs them puts the drivers.
fn home() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    cache.expect("a home").join("rekha-clients")
}

fn there(path: PathBuf) -> PathBuf {
    assert!(path.exists(), "no {}; {INSTALL}", path.display());
    path
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
