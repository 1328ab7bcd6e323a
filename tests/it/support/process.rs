//! The server as a process.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::{Client, DEADLINE};

/// A directory with a `rekha.db` in it. Clones share it; the last one removes
/// it.
#[derive(Clone)]
pub(crate) struct Store {
    directory: Arc<TempDir>,
    starts: Arc<AtomicUsize>,
}

impl Store {
    /// An empty store.
    pub(crate) fn new() -> Self {
        Self {
            directory: Arc::new(tempfile::tempdir().expect("a temporary directory")),
            starts: Arc::default(),
        }
    }

    /// The database file.
    pub(crate) fn file(&self) -> PathBuf {
        self.directory.path().join("rekha.db")
    }

    /// A path beside the database file.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The file as another program opens it.
    pub(crate) fn open_outside(&self) -> rusqlite::Connection {
        let connection = rusqlite::Connection::open(self.file()).expect("the store's file");
        connection
            .busy_timeout(DEADLINE)
            .expect("a busy time-out is a setting");
        connection
    }

    /// Starts a server on the store and waits until it listens.
    pub(crate) fn start(&self) -> Rekha {
        self.start_with(|_| ())
    }

    /// Starts a server whose command was changed first: more flags, environment.
    pub(crate) fn start_with(&self, change: impl FnOnce(&mut Command)) -> Rekha {
        let mut command = self.serve("127.0.0.1:0");
        change(&mut command);
        Rekha::spawn(self, command)
    }

    /// Starts a server that is expected to refuse; answers its exit status and
    /// everything it said.
    pub(crate) fn start_refused(
        &self,
        listen: &str,
        change: impl FnOnce(&mut Command),
    ) -> (ExitStatus, String) {
        let mut command = self.serve(listen);
        change(&mut command);
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let output = output_of(child);
        let said = [output.stdout, output.stderr].concat();
        (output.status, String::from_utf8_lossy(&said).into_owned())
    }

    fn serve(&self, listen: &str) -> Command {
        let mut command = rekha(self.directory.path());
        command
            .args([
                "serve",
                "--listen",
                listen,
                "--http",
                "127.0.0.1:0",
                "--store",
            ])
            .arg(format!("sqlite:{}", self.file().display()));
        command
    }
}

/// The built binary, run in a directory, deaf to the settings of whoever runs
/// the tests.
pub(super) fn rekha(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rekha"));
    command.current_dir(directory);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("REKHA_") || text.starts_with("VELO_") {
            command.env_remove(name);
        }
    }
    command
}

/// A running server. Dropping it kills it; a failing test then shows its log.
pub(crate) struct Rekha {
    child: Option<Child>,
    /// Kept open, so that the server can go on writing.
    _stdout: BufReader<ChildStdout>,
    banner: String,
    address: SocketAddr,
    log: PathBuf,
    store: Store,
}

impl Rekha {
    /// A server on a store of its own.
    pub(crate) fn start() -> Self {
        Store::new().start()
    }

    fn spawn(store: &Store, mut command: Command) -> Self {
        let start = store.starts.fetch_add(1, Ordering::Relaxed);
        let log = store.beside(&format!("stderr-{start}.log"));
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).expect("a log file"))
            .spawn()
            .expect("the binary starts");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let (stdout, banner) = first_line(stdout, &mut child, &log);
        Self {
            child: Some(child),
            _stdout: stdout,
            address: listening_address(&banner),
            banner,
            log,
            store: store.clone(),
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The line it printed when it was ready.
    pub(crate) fn banner(&self) -> &str {
        &self.banner
    }

    /// The store it runs on.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// What it wrote to its log so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// A client of it, as the user `tester`.
    pub(crate) async fn connect(&self) -> Client {
        Client::connect(self.address).await.expect("a connection")
    }

    /// `rekha sql` against it, with these arguments.
    pub(crate) fn sql(&self, arguments: &[&str]) -> Output {
        rekha(self.store.directory.path())
            .args(["sql", "--url", &format!("postgres://{}", self.address)])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("the binary runs")
    }

    /// Kills it as `kill -9` does and waits until it is gone.
    pub(crate) fn kill_9(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("a child can be killed");
            child.wait().expect("a child can be awaited");
        }
    }

    /// Asks it to stop (SIGTERM); [`Rekha::exit`] waits for it.
    pub(crate) fn terminate(&self) {
        let child = self.child.as_ref().expect("it runs");
        kill_process(Pid::from_child(child), Signal::TERM).expect("a child can be signalled");
    }

    /// Waits until it has exited.
    pub(crate) async fn exit(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("it runs");
        let pid = Pid::from_child(&child);
        let exited = tokio::task::spawn_blocking(move || child.wait());
        match tokio::time::timeout(DEADLINE, exited).await {
            Ok(status) => status.expect("no panic").expect("a child can be awaited"),
            Err(_) => {
                kill_process(pid, Signal::KILL).expect("a child can be killed");
                panic!("the server did not stop within {DEADLINE:?}");
            }
        }
    }
}

impl Drop for Rekha {
    fn drop(&mut self) {
        self.kill_9();
        if thread::panicking() {
            eprintln!("---- log of the server at {}\n{}", self.address, self.log());
        }
    }
}

/// What a child says until it ends; one that goes on fails the test.
fn output_of(child: Child) -> Output {
    let pid = Pid::from_child(&child);
    let (output_tx, output_rx) = mpsc::channel();
    // Nobody listens any more when the deadline has passed.
    thread::spawn(move || drop(output_tx.send(child.wait_with_output())));
    match output_rx.recv_timeout(DEADLINE) {
        Ok(output) => output.expect("a child can be awaited"),
        Err(_) => {
            kill_process(pid, Signal::KILL).expect("a child can be killed");
            panic!("the server was not refused");
        }
    }
}

/// Reads the line that says the server is ready. A server that ends or hangs
/// before it fails the test with its log.
fn first_line(
    mut stdout: BufReader<ChildStdout>,
    child: &mut Child,
    log: &Path,
) -> (BufReader<ChildStdout>, String) {
    let (line_tx, line_rx) = mpsc::channel();
    thread::spawn(move || {
        let mut line = String::new();
        // An error leaves the line empty, as the end of the output does. Nobody
        // listens any more when the deadline has passed.
        let _ = stdout.read_line(&mut line);
        let _ = line_tx.send((stdout, line));
    });
    match line_rx.recv_timeout(DEADLINE) {
        Ok((stdout, line)) if !line.is_empty() => (stdout, line.trim_end().to_owned()),
        _ => {
            let _ = child.kill();
            let _ = child.wait();
            panic!(
                "the server did not start\n---- its log\n{}",
                fs::read_to_string(log).unwrap_or_default()
            );
        }
    }
}

/// `rekha listening on 127.0.0.1:PORT; …`
fn listening_address(banner: &str) -> SocketAddr {
    banner
        .strip_prefix("rekha listening on ")
        .and_then(|rest| rest.split(';').next())
        .and_then(|address| address.trim().parse().ok())
        .unwrap_or_else(|| panic!("no address in the first line: {banner:?}"))
}
