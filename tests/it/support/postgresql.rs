//! A real PostgreSQL, from the installed programs.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use rustix::process::{Pid, Signal, getuid, kill_process};
use tempfile::TempDir;
use tokio_postgres::Config;

use super::{Client, DEADLINE};

/// A running PostgreSQL on an empty directory, reached by a socket in it.
/// Dropping it stops it; a failing test then shows its log.
pub(crate) struct PostgreSql {
    child: Child,
    directory: TempDir,
    log: Arc<Mutex<String>>,
}

/// The user it runs as, since it refuses to run as root.
struct Owner {
    uid: u32,
    gid: u32,
}

impl PostgreSql {
    /// Makes a cluster and waits until it takes connections.
    pub(crate) fn start() -> Self {
        let programs = programs();
        let owner = getuid().is_root().then(Owner::find);
        let directory = tempfile::tempdir().expect("a temporary directory");
        if let Some(owner) = &owner {
            chown(directory.path(), Some(owner.uid), Some(owner.gid)).expect("root may do that");
        }
        let data = directory.path().join("data");
        let made = program(&programs, "initdb", &directory, owner.as_ref())
            .args(["--auth=trust", "--username=tester", "--no-sync"])
            .args(["--encoding=UTF8", "--locale=C", "--pgdata"])
            .arg(&data)
            .output()
            .expect("initdb runs");
        assert!(made.status.success(), "initdb: {made:?}");
        let mut child = program(&programs, "postgres", &directory, owner.as_ref())
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(directory.path())
            .args(["-c", "listen_addresses=", "-c", "fsync=off"])
            .stderr(Stdio::piped())
            .spawn()
            .expect("postgres runs");
        let log = Arc::<Mutex<String>>::default();
        let stderr = child.stderr.take().expect("stderr is piped");
        let ready = follow(stderr, log.clone());
        let started = Self {
            child,
            directory,
            log,
        };
        let is_ready = ready.recv_timeout(DEADLINE).is_ok();
        assert!(is_ready, "PostgreSQL did not start");
        started
    }

    /// Where its socket is.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A client of it, as its superuser.
    pub(crate) async fn connect(&self) -> Client {
        let mut config = Config::new();
        config
            .host_path(self.directory.path())
            .user("tester")
            .dbname("postgres");
        Client::connect_by(&config).await.expect("a connection")
    }
}

impl Drop for PostgreSql {
    fn drop(&mut self) {
        // At once: nothing in it is worth a shutdown. Its processes end with it.
        let _ = kill_process(Pid::from_child(&self.child), Signal::QUIT);
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("---- log of PostgreSQL\n{}", self.log.lock().unwrap());
        }
    }
}

impl Owner {
    /// PostgreSQL's own user where there is one, and who owns nothing elsewhere.
    fn find() -> Self {
        let users = fs::read_to_string("/etc/passwd").expect("a table of users");
        let find = |wanted: &str| {
            let fields =
                |line: &'_ str| -> Vec<String> { line.split(':').map(str::to_owned).collect() };
            let user = users.lines().map(fields).find(|user| user[0] == wanted)?;
            Some(Self {
                uid: user.get(2)?.parse().ok()?,
                gid: user.get(3)?.parse().ok()?,
            })
        };
        find("postgres")
            .or_else(|| find("nobody"))
            .expect("a user that is not root")
    }
}

/// One of the programs, run in the directory and deaf to the settings of whoever
/// runs the tests.
fn program(programs: &Path, name: &str, directory: &TempDir, owner: Option<&Owner>) -> Command {
    let mut command = Command::new(programs.join(name));
    command
        .current_dir(directory.path())
        .env_clear()
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    if let Some(Owner { uid, gid }) = owner {
        command.uid(*uid).gid(*gid);
    }
    command
}

/// The folder of the server's programs: on the path, where `pg_config` says, or
/// where Debian puts them, the newest first.
fn programs() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path);
    let configured = Command::new("pg_config").arg("--bindir").output().ok();
    let configured = configured.map(|output| {
        let folder = String::from_utf8_lossy(&output.stdout);
        PathBuf::from(folder.trim())
    });
    let versions: BTreeSet<u32> = fs::read_dir(DEBIAN)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    let debian = versions
        .iter()
        .rev()
        .map(|version| Path::new(DEBIAN).join(version.to_string()).join("bin"));
    on_path
        .chain(configured)
        .chain(debian)
        .find(|folder| {
            ["initdb", "postgres"]
                .iter()
                .all(|name| folder.join(name).is_file())
        })
        .expect("PostgreSQL's server is installed (Debian's package postgresql)")
}

const DEBIAN: &str = "/usr/lib/postgresql";

/// Keeps the log, and tells when the server is ready.
fn follow(stderr: impl Read + Send + 'static, log: Arc<Mutex<String>>) -> mpsc::Receiver<()> {
    let (ready_tx, ready_rx) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            if line.ends_with("database system is ready to accept connections") {
                // Nobody listens any more when the deadline has passed.
                let _ = ready_tx.send(());
            }
            let mut log = log.lock().unwrap();
            log.push_str(&line);
            log.push('\n');
        }
    });
    ready_rx
}
