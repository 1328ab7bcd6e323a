use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::error::{Error, ErrorKind, Limit, Result};
use crate::session::{Addresses, Session, SessionOptions};
use crate::tasks::Tasks;

use super::WireConfig;
use super::cancel::{Cancels, Registration};
use super::client::{Budget, Client};
use super::connection::{Connection, log};
use super::handshake::shake_hands;
use super::stop::{Stop, caught};

/// Opens the session of a client that logs in. Its error is what the client is
/// told before the connection is closed.
pub type OpenSession = Arc<dyn Fn(SessionOptions) -> Result<Session> + Send + Sync>;

/// The PostgreSQL protocol's door to sessions. Cheap to clone; clones share
/// limits and know each other's connections.
#[derive(Clone)]
pub struct Wire(Arc<Shared>);

struct Shared {
    config: Arc<WireConfig>,
    open: OpenSession,
    tasks: Tasks,
    connections: TaskTracker,
    cancels: Arc<Cancels>,
    logging_in: Arc<Semaphore>,
    logged_in: Arc<Semaphore>,
    budget: Budget,
}

impl Wire {
    /// A wire that opens sessions with `open` until the tasks are stopped; its
    /// connections are tasks of the group.
    pub fn new(config: WireConfig, open: OpenSession, tasks: Tasks) -> Self {
        let budget = config
            .large_message_budget_bytes
            .max(config.max_message_bytes);
        let permits =
            |permits: usize| Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS)));
        Self(Arc::new(Shared {
            logging_in: permits(config.max_connections),
            logged_in: permits(config.max_connections),
            budget: permits(budget / 1024 + 1),
            cancels: Arc::new(Cancels::new(config.max_connections)),
            config: Arc::new(config),
            open,
            tasks,
            connections: TaskTracker::new(),
        }))
    }

    /// Accepts connections until the wire is stopped, and returns when the last
    /// of them is closed: a running statement finishes and is answered, whoever
    /// waits is told 57P01. A client that does not read its answer can hold this
    /// up for as long as the caller lets it.
    pub async fn run(&self, listener: TcpListener) {
        let mut pause = Pauses::default();
        loop {
            let accepted = tokio::select! {
                biased;
                () = self.0.tasks.stopping().cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    pause = Pauses::default();
                    self.accept(stream, peer);
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(pause.next(&error)).await;
                }
            }
        }
        drop(listener);
        self.0.connections.close();
        self.0.connections.wait().await;
    }

    /// Serves one connection over any stream of bytes to its end.
    pub async fn serve<S>(&self, stream: S, peer: impl fmt::Display)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        self.converse(stream, peer, None, None).await;
    }

    /// How many connections there are that [`Wire::run`] accepted.
    pub fn connections(&self) -> usize {
        self.0.connections.len()
    }

    fn accept(&self, stream: TcpStream, peer: SocketAddr) {
        // Clients that only connect must not keep those out who log in, nor
        // those who cancel.
        let Ok(permit) = self.0.logging_in.clone().try_acquire_owned() else {
            tracing::warn!(%peer, "too many clients are logging in");
            return;
        };
        if let Err(error) = tune(&stream, self.0.config.keepalive) {
            tracing::debug!(%peer, %error, "cannot tune the socket");
        }
        let wire = self.clone();
        let addresses = stream.local_addr().ok().map(|server| Addresses {
            client: peer,
            server,
        });
        let serving = async move { wire.converse(stream, peer, addresses, Some(permit)).await };
        let serving = self.0.connections.track_future(serving);
        self.0
            .tasks
            .spawn(format!("connection from {peer}"), serving);
    }

    async fn converse<S>(
        &self,
        stream: S,
        peer: impl fmt::Display,
        addresses: Option<Addresses>,
        logging_in: Option<OwnedSemaphorePermit>,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let shared = &self.0;
        let registration = shared.cancels.register(shared.tasks.stopping());
        let span = tracing::info_span!(
            "connection",
            %peer,
            pid = registration.pid,
            user = tracing::field::Empty,
            database = tracing::field::Empty,
            application = tracing::field::Empty,
        );
        let conversation = async {
            let mut client = Client::new(
                stream,
                shared.config.clone(),
                shared.budget.clone(),
                registration.signal.clone(),
                registration.stop.clone(),
            );
            let log_in = timeout(
                shared.config.startup_timeout,
                caught(self.log_in(&mut client, addresses, &registration)),
            );
            let stop = match log_in.await.unwrap_or_else(|_| Err(too_slow())) {
                Ok((session, _permit)) => {
                    drop(logging_in);
                    tracing::debug!("connected");
                    Connection::new(&mut client, session).converse().await
                }
                Err(stop) => stop,
            };
            if let Stop::Session(error) | Stop::Wire(error) | Stop::Fatal(error) = &stop {
                log(error);
            }
            client.close(stop).await;
            tracing::debug!("disconnected");
        };
        conversation.instrument(span).await;
    }

    /// From the first byte to the first ReadyForQuery.
    async fn log_in<S>(
        &self,
        client: &mut Client<S>,
        addresses: Option<Addresses>,
        registration: &Registration,
    ) -> Result<(Session, OwnedSemaphorePermit), Stop>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let startup = shake_hands(client, &self.0.cancels).await?;
        let permit = self.0.logged_in.clone().try_acquire_owned();
        let permit = permit.map_err(|_| Stop::Fatal(too_many_clients()))?;
        let options = SessionOptions {
            process_id: registration.pid,
            addresses,
            peers: Some(self.0.cancels.clone()),
            ..startup.into()
        };
        let span = tracing::Span::current();
        span.record("user", &options.user);
        span.record("database", &options.database);
        let mut settings = options.settings.iter();
        if let Some((_, name)) = settings.rfind(|(name, _)| name == "application_name") {
            span.record("application", name);
        }
        let mut session = (self.0.open)(options).map_err(Stop::Fatal)?;
        client.out.authentication_ok();
        for (name, value) in session.take_reported_settings() {
            client.out.setting(name, value);
        }
        client
            .out
            .backend_key(registration.pid, registration.secret);
        client.out.ready(session.transaction_status());
        client.flush().await?;
        Ok((session, permit))
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire")
            .field("config", &self.0.config)
            .field("connections", &self.0.connections.len())
            .finish_non_exhaustive()
    }
}

/// How long to wait after failures to accept, such as having no file
/// descriptors left: longer each time, up to a second.
#[derive(Default)]
struct Pauses(u32);

impl Pauses {
    fn next(&mut self, error: &io::Error) -> Duration {
        // The fault of that one connection.
        if error.kind() == io::ErrorKind::ConnectionAborted {
            return Duration::ZERO;
        }
        self.0 = (self.0 + 1).min(8);
        Duration::from_millis(4 << self.0).min(Duration::from_secs(1))
    }
}

fn tune(stream: &TcpStream, keepalive: Duration) -> io::Result<()> {
    // Answers are written whole: waiting for more only delays them.
    stream.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new().with_time(keepalive);
    SockRef::from(stream).set_tcp_keepalive(&keepalive)
}

fn too_many_clients() -> Error {
    Error::new(
        ErrorKind::LimitExceeded(Limit::Connections),
        "sorry, too many clients already",
    )
}

fn too_slow() -> Stop {
    Stop::Fatal(Error::new(
        ErrorKind::Canceled,
        "canceling authentication due to timeout",
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const TLS: &[u8] = b"\0\0\0\x08\x04\xd2\x16\x2f";
    const GSS: &[u8] = b"\0\0\0\x08\x04\xd2\x16\x30";

    fn packet(version: [u8; 4], pairs: &[u8]) -> Vec<u8> {
        let length = u32::try_from(pairs.len() + 9).unwrap();
        [&length.to_be_bytes(), &version, pairs, b"\0"].concat()
    }

    fn wire(config: WireConfig) -> Wire {
        let open: OpenSession = Arc::new(|options| {
            if options.user == "panic" {
                panic!("a secret");
            }
            let settings = format!(
                "{}/{} {:?}",
                options.user, options.database, options.settings
            );
            Err(Error::new(ErrorKind::Unsupported, settings))
        });
        Wire::new(config, open, Tasks::new())
    }

    /// All that the client is told until the connection is closed.
    async fn told(wire: &Wire, bytes: &[u8]) -> Vec<u8> {
        let (stream, mut peer) = duplex(1 << 16);
        let conversation = async {
            peer.write_all(bytes).await.unwrap();
            let mut told = Vec::new();
            peer.read_to_end(&mut told).await.unwrap();
            told
        };
        tokio::join!(wire.serve(stream, "test"), conversation).1
    }

    fn fatal(sqlstate: &str, message: &str) -> Vec<u8> {
        let fields = format!("SFATAL\0VFATAL\0C{sqlstate}\0M{message}\0\0");
        let length = u32::try_from(fields.len() + 4).unwrap();
        [b"E", &length.to_be_bytes()[..], fields.as_bytes()].concat()
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_before_a_session() {
        let v3 = [0, 3, 0, 0];
        let me = packet(v3, b"user\0me\0a\0b\0");
        let refused = fatal("0A000", "me/me [(\"a\", \"b\")]");
        let layout = "invalid startup packet layout: expected terminator as last byte";
        let negotiated = b"v\0\0\0\x14\0\x03\0\0\0\0\0\x01_pq_.zz\0";
        let cases = [
            (me.clone(), refused.clone()),
            ([TLS, &me].concat(), [b"N", &refused[..]].concat()),
            ([GSS, TLS, &me].concat(), [b"NN", &refused[..]].concat()),
            (
                [TLS, TLS].concat(),
                [b"N", &fatal("08P01", "encryption was asked for twice")[..]].concat(),
            ),
            (
                [TLS, b"\x16\x03\x01\x02\0"].concat(),
                [
                    b"N",
                    &fatal("08P01", "invalid length of startup packet")[..],
                ]
                .concat(),
            ),
            (
                b"GET / HTTP/1.1\r\n\r\n".to_vec(),
                fatal("08P01", "invalid length of startup packet"),
            ),
            (
                b"\x7f\xff\xff\xff\0\x03\0\0".to_vec(),
                fatal("08P01", "invalid length of startup packet"),
            ),
            (
                packet([0, 2, 0, 0], b""),
                fatal(
                    "0A000",
                    "unsupported frontend protocol 2.0: server supports 3.0 to 3.0",
                ),
            ),
            (
                packet(v3, b"database\0db\0"),
                fatal(
                    "28000",
                    "no PostgreSQL user name specified in startup packet",
                ),
            ),
            (packet(v3, b"user\0me\0x"), fatal("08P01", layout)),
            (
                packet(v3, b"user\0me\0_pq_.zz\x001\0"),
                [&negotiated[..], &fatal("0A000", "me/me []")].concat(),
            ),
            (
                packet(v3, b"user\0panic\0"),
                fatal("XX000", "internal error"),
            ),
            // Nobody has this key; a cancel request is never answered.
            (
                b"\0\0\0\x10\x04\xd2\x16\x2e\0\0\0\x01\0\0\0\x02".to_vec(),
                Vec::new(),
            ),
            // The client is half there, or not at all.
            (
                Vec::new(),
                fatal("57014", "canceling authentication due to timeout"),
            ),
            (
                me[..9].to_vec(),
                fatal("57014", "canceling authentication due to timeout"),
            ),
        ];
        let wire = wire(WireConfig::default());
        for (bytes, expected) in cases {
            let told = told(&wire, &bytes).await;
            let (told, expected) = (
                String::from_utf8_lossy(&told),
                String::from_utf8_lossy(&expected),
            );
            assert_eq!(told, expected, "{:?}", String::from_utf8_lossy(&bytes));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_client_too_many_is_told() {
        let wire = wire(WireConfig {
            max_connections: 0,
            ..WireConfig::default()
        });
        let bytes = [TLS, &packet([0, 3, 0, 0], b"user\0me\0")].concat();
        let expected = [b"N", &fatal("53300", "sorry, too many clients already")[..]].concat();
        assert_eq!(told(&wire, &bytes).await, expected);
    }

    #[tokio::test]
    async fn a_stopped_wire_lets_go_of_who_is_logging_in() {
        let wire = wire(WireConfig::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let client = async {
            client.write_all(TLS).await.unwrap();
            assert_eq!(client.read_u8().await.unwrap(), b'N');
            assert_eq!(wire.connections(), 1);
            wire.0.tasks.stopping().cancel();
            let mut told = Vec::new();
            client.read_to_end(&mut told).await.unwrap();
            told
        };
        let ((), told) = tokio::join!(wire.run(listener), client);
        let message = "terminating connection due to administrator command";
        assert_eq!(told, fatal("57P01", message));
        assert_eq!(wire.connections(), 0);
    }

    #[test]
    fn failures_to_accept_slow_accepting_down() {
        let mut pauses = Pauses::default();
        let full = io::Error::from_raw_os_error(24);
        let millis: Vec<_> = (0..10).map(|_| pauses.next(&full).as_millis()).collect();
        assert_eq!(millis, [8, 16, 32, 64, 128, 256, 512, 1000, 1000, 1000]);
        let aborted = io::ErrorKind::ConnectionAborted.into();
        assert_eq!(pauses.next(&aborted), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn any_bytes_end(
            start in prop::sample::select(&[TLS, GSS, b"\0\0\0\x20\0\x03\0\0", b""][..]),
            bytes in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .start_paused(true)
                .build()
                .unwrap();
            let wire = wire(WireConfig::default());
            runtime.block_on(told(&wire, &[start, &bytes].concat()));
        }
    }
}
