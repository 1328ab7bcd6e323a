//! The binary: `rekha serve` and its companions.

use std::io::{self, IsTerminal, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use clap::Parser;
use rekha::cli::{self, Arguments, Command};
use rekha::config::{Config, Flags, LogConfig, LogFormat};
use rekha::error::{Error, ErrorKind, Fault, Result};
use rekha::server::Server;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// A server that answers in microseconds spends a good part of them in the
/// allocator: this one is faster than the C library's, above all across threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match Arguments::parse().command() {
        Command::Sql(arguments) => cli::run(arguments).await,
        Command::Serve(flags) => match serve(&flags).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("rekha: {error}");
                for more in [error.detail(), error.hint()].into_iter().flatten() {
                    eprintln!("  {more}");
                }
                ExitCode::FAILURE
            }
        },
    }
}

async fn serve(flags: &Flags) -> Result<()> {
    #[cfg(feature = "failpoints")]
    rekha::failpoint::heed();
    let config = Config::from_process(flags)?;
    start_log(&config.log)?;
    let mut signals = Signals::new()?;
    let server = Server::start(config).await?;
    announce(server.listen_addr(), server.http_addr());

    let (name, _) = signals.next().await;
    tracing::info!(signal = name, "stopping; a second signal stops at once");
    tokio::select! {
        stopped = server.shutdown() => stopped,
        (name, code) = signals.next() => {
            tracing::warn!(signal = name, "stopped at once");
            std::process::exit(code)
        }
    }
}

/// The one line on standard output.
fn announce(address: SocketAddr, http: Option<SocketAddr>) {
    let host = match address.ip() {
        any if any.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        host => host,
    };
    let port = address.port();
    // The server is no worse for nobody reading this.
    let _ = writeln!(
        io::stdout(),
        "rekha listening on {address}; connect with: psql -h {host} -p {port} -U me"
    );
    let http = http.map(tracing::field::display);
    tracing::info!(%address, http, "listening");
}

/// Lines go to standard error.
fn start_log(config: &LogConfig) -> Result<()> {
    let filter = EnvFilter::try_new(&config.filter).map_err(|error| {
        let message = format!(
            "invalid value for \"log.filter\": \"{}\": {error}",
            config.filter
        );
        Error::new(ErrorKind::Internal(Fault::Config), message).with_hint(
            "A filter is a level, such as info, or directives, such as info,rekha=debug.",
        )
    })?;
    let terminal = io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(terminal);
    match config.format {
        LogFormat::Human => lines.init(),
        LogFormat::Auto if terminal => lines.init(),
        LogFormat::Auto | LogFormat::Json => lines.json().flatten_event(true).init(),
    }
    Ok(())
}

/// What asks a server to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Result<Self> {
        let listen = |kind| {
            signal(kind).map_err(|error| {
                let message = "cannot listen for signals";
                Error::new(ErrorKind::Internal(Fault::Io), message).with_source(error)
            })
        };
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    /// The next one's name, and the exit code of a process that dies of it.
    async fn next(&mut self) -> (&'static str, i32) {
        tokio::select! {
            _ = self.terminate.recv() => ("SIGTERM", 143),
            _ = self.interrupt.recv() => ("SIGINT", 130),
        }
    }
}
