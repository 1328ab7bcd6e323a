use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::error::{Error, ErrorKind, Limit, Resource, Result};
use crate::relation::{Row, Rows, Style};
use crate::session::Submission;

use super::backend::{Gravity, Outgoing};
use super::cancel::CancelSignal;
use super::config::WireConfig;
use super::format::Formats;
use super::frame::{Frame, Incoming, Next, READ_BYTES};
use super::row::encode;
use super::stop::{Stop, violation};

/// A message longer than this takes its part of the budget.
const LARGE_MESSAGE_BYTES: usize = 64 << 10;

/// A longer answer is written in pieces of this size.
const WRITE_BYTES: usize = 64 << 10;

/// A larger output buffer is given back after it has been written.
const KEPT_BYTES: usize = 4 << 10;

/// How long a client that broke the protocol may take to read why.
const FAREWELL: Duration = Duration::from_secs(1);

/// Memory for large messages, in KiB, shared by all clients.
pub(super) type Budget = Arc<Semaphore>;

/// Whether a statement whose answer is being sent can still fail.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ending {
    /// It can be cancelled, and has to be done by then.
    Open(Option<Instant>),
    /// What it did is committed: an error would not be true.
    Settled,
}

/// The client's end of a connection: bytes in, bytes out, and what may happen
/// in between.
pub(super) struct Client<S> {
    pub(super) out: Outgoing,
    stream: S,
    incoming: Incoming,
    /// The part of the budget that the current message holds.
    permit: Option<OwnedSemaphorePermit>,
    cancel: Arc<CancelSignal>,
    config: Arc<WireConfig>,
    budget: Budget,
    /// Made once: it would take a lock for every message otherwise.
    stopping: Pin<Box<WaitForCancellationFutureOwned>>,
    stop: CancellationToken,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Client<S> {
    pub(super) fn new(
        stream: S,
        config: Arc<WireConfig>,
        budget: Budget,
        cancel: Arc<CancelSignal>,
        stop: CancellationToken,
    ) -> Self {
        Self {
            out: Outgoing::default(),
            stream,
            incoming: Incoming::default(),
            permit: None,
            cancel,
            config,
            budget,
            stopping: Box::pin(stop.clone().cancelled_owned()),
            stop,
        }
    }

    /// Whether the server is stopping.
    pub(super) fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// The next packet of the start-up.
    pub(super) async fn packet(&mut self) -> Result<Frame, Stop> {
        loop {
            let next = self.incoming.packet(self.config.max_startup_bytes);
            match next.map_err(Stop::Fatal)? {
                Next::Whole(frame) => return Ok(frame),
                Next::Nothing | Next::Part(_) => self.read().await?,
            }
        }
    }

    /// The next message. The frame before it must have been dropped. `idle` is
    /// how long to wait for its first byte.
    pub(super) async fn message(&mut self, idle: Option<Duration>) -> Result<Frame, Stop> {
        self.settle();
        loop {
            match self.next_message()? {
                Next::Whole(frame) => return Ok(frame),
                Next::Part(total) => return self.rest(total).await,
                Next::Nothing => match idle {
                    None => self.read().await?,
                    Some(idle) => timeout(idle, self.read())
                        .await
                        .unwrap_or_else(|_| Err(idle_in_transaction()))?,
                },
            }
        }
    }

    /// Waits for the next message to begin; likewise. Can be dropped and begun again.
    pub(super) async fn beginning(&mut self) -> Result<(), Stop> {
        self.settle();
        match self.incoming.buffer.is_empty() {
            true => self.read().await,
            false => Ok(()),
        }
    }

    /// Gives back what the last message held.
    fn settle(&mut self) {
        self.incoming.shrink();
        self.permit = None;
    }

    /// The rest of a message that has begun and will have so many bytes, as far
    /// as is known.
    async fn rest(&mut self, total: usize) -> Result<Frame, Stop> {
        let deadline = Instant::now() + self.config.message_timeout;
        let mut total = total;
        loop {
            if total > LARGE_MESSAGE_BYTES && self.permit.is_none() {
                self.permit = Some(self.share(total).await?);
            }
            self.incoming.reserve(total);
            match tokio::time::timeout_at(deadline, self.read()).await {
                Ok(read) => read?,
                Err(_) => return Err(Stop::Fatal(violation("message is not complete in time"))),
            }
            match self.next_message()? {
                Next::Whole(frame) => return Ok(frame),
                Next::Part(part) => total = part,
                Next::Nothing => (),
            }
        }
    }

    fn next_message(&mut self) -> Result<Next, Stop> {
        let limit = self.config.max_message_bytes;
        self.incoming.message(limit).map_err(Stop::Fatal)
    }

    /// A part of the budget for a message of this many bytes.
    async fn share(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Stop> {
        let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        let permit = self.budget.clone().acquire_many_owned(kib);
        match timeout(self.config.large_message_timeout, permit).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(Stop::Fatal(
                Error::new(ErrorKind::LimitExceeded(Limit::Memory), "out of memory")
                    .with_detail(format!(
                        "The server has no room for a message of {bytes} bytes at the moment."
                    ))
                    .with_hint("Try again later, or raise the limit for large messages."),
            )),
        }
    }

    /// Reads once. A cancel that comes while there is nothing to read is forgotten; one
    /// that comes with something is for that: a client that sends a statement and
    /// cancels it at once does so on another connection, which may be heard first.
    async fn read(&mut self) -> Result<(), Stop> {
        self.incoming.make_room();
        let read = loop {
            tokio::select! {
                biased;
                read = self.stream.read_buf(&mut self.incoming.buffer) => break read?,
                () = &mut self.stopping => return Err(Stop::shutdown()),
                () = self.cancel.requested() => {}
            }
        };
        if read == 0 { Err(Stop::Gone) } else { Ok(()) }
    }

    /// Runs a statement, unless the client cancels it or goes away, or its time
    /// is up: then it is dropped where it is. Once its change is submitted, only
    /// its answer says how it ended, and it is waited for.
    pub(super) async fn run<T>(
        &mut self,
        statement: impl Future<Output = Result<T>>,
        deadline: Option<Instant>,
        submission: &Submission,
    ) -> Result<T, Stop> {
        if self.cancel.take() {
            return Err(Stop::asked(&self.stop));
        }
        let Self {
            stream,
            incoming,
            cancel,
            stop,
            ..
        } = self;
        tokio::select! {
            biased;
            result = statement => result.map_err(Stop::Session),
            stop = unless_submitted(submission, interrupted(cancel, stop, deadline)) => Err(stop),
            stop = unless_submitted(submission, vanished(stream, incoming)) => Err(stop),
        }
    }

    /// Whether the client's Sync is the next message, and already here.
    pub(super) fn is_sync_next(&self) -> bool {
        self.incoming.buffer.first() == Some(&b'S')
    }

    /// Sends rows, the last of them perhaps later.
    pub(super) async fn rows(
        &mut self,
        rows: &Rows,
        formats: &Formats,
        style: &Style,
        ending: Ending,
    ) -> Result<(), Stop> {
        let encode = |rows: &[Row]| encode(rows, formats, style);
        if let Some(bytes) = formats.form().and_then(|form| rows.encoded(form, encode)) {
            self.out.encoded(bytes);
            return self.push(ending).await;
        }
        for row in rows {
            self.out.row(row, formats, style);
            self.push(ending).await?;
        }
        Ok(())
    }

    /// Writes what is there, if it is much. A client that does not read it can
    /// still cancel the statement whose answer it is, unless that is settled.
    pub(super) async fn push(&mut self, ending: Ending) -> Result<(), Stop> {
        if self.out.len() < WRITE_BYTES {
            return Ok(());
        }
        let Self {
            stream,
            out,
            cancel,
            stop,
            ..
        } = self;
        let stopped = async {
            match ending {
                Ending::Open(deadline) => interrupted(cancel, stop, deadline).await,
                Ending::Settled => pending().await,
            }
        };
        let written = tokio::select! {
            biased;
            stop = stopped => Err(stop),
            written = stream.write_all_buf(&mut out.bytes) => Ok(written?),
        };
        out.written();
        written
    }

    /// Writes everything.
    pub(super) async fn flush(&mut self) -> Result<(), Stop> {
        if self.out.len() > 0 {
            let is_large = self.out.len() > KEPT_BYTES;
            self.stream.write_all_buf(&mut self.out.bytes).await?;
            if is_large {
                self.out = Outgoing::default();
            }
            self.out.written();
        }
        Ok(self.stream.flush().await?)
    }

    /// Tells the client why, if it is there, and closes the connection.
    pub(super) async fn close(mut self, stop: Stop) {
        let error = stop.into_error();
        if let Some(error) = &error {
            self.out.error(Gravity::Fatal, error);
        }
        let has_more = error.is_some_and(|error| {
            matches!(
                error.kind(),
                ErrorKind::Protocol(_) | ErrorKind::LimitExceeded(_)
            )
        });
        let farewell = async {
            self.flush().await?;
            self.stream.shutdown().await?;
            // Closing while there is something unread resets the connection,
            // and the client may never see what it was told.
            let mut rest = [0; 4096];
            while has_more && self.stream.read(&mut rest).await? > 0 {}
            Ok::<_, Stop>(())
        };
        let _ = timeout(FAREWELL, farewell).await;
    }
}

/// Waits for a reason to stop the statement. While its change is submitted there
/// is none; if that was in vain, the reason stands.
async fn unless_submitted(submission: &Submission, reason: impl Future<Output = Stop>) -> Stop {
    let stop = reason.await;
    submission.ended().await;
    stop
}

/// Waits for the client, another session or the clock to stop the statement.
async fn interrupted(
    cancel: &CancelSignal,
    stop: &CancellationToken,
    deadline: Option<Instant>,
) -> Stop {
    let timed_out = async {
        match deadline {
            Some(deadline) => sleep_until(deadline).await,
            None => pending().await,
        }
    };
    tokio::select! {
        () = cancel.requested() => Stop::asked(stop),
        () = timed_out => Stop::timed_out(),
    }
}

/// Waits for the client to go away. What it sends is kept, up to a point: behind
/// more than that its end is not seen.
async fn vanished<S: AsyncRead + Unpin>(stream: &mut S, incoming: &mut Incoming) -> Stop {
    while incoming.buffer.len() < READ_BYTES {
        incoming.make_room();
        match stream.read_buf(&mut incoming.buffer).await {
            Ok(0) | Err(_) => return Stop::Gone,
            Ok(_) => (),
        }
    }
    pending().await
}

fn idle_in_transaction() -> Stop {
    Stop::Fatal(Error::new(
        ErrorKind::Unavailable(Resource::Transaction),
        "terminating connection due to idle-in-transaction timeout",
    ))
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use proptest::prelude::*;
    use tokio::io::{DuplexStream, duplex};

    use super::*;
    use crate::relation::Value;
    use crate::wire::cancel::Cancels;

    const MIB: usize = 1 << 20;

    struct Server {
        config: Arc<WireConfig>,
        budget: Budget,
        cancel: Arc<CancelSignal>,
        stop: CancellationToken,
    }

    impl Server {
        fn new(config: WireConfig) -> Self {
            Self {
                budget: Arc::new(Semaphore::new(config.large_message_budget_bytes / 1024)),
                config: Arc::new(config),
                cancel: Arc::default(),
                stop: CancellationToken::new(),
            }
        }

        /// A client and its other end, which takes so many bytes unread.
        fn client(&self, room: usize) -> (Client<DuplexStream>, DuplexStream) {
            let (stream, peer) = duplex(room);
            let client = Client::new(
                stream,
                self.config.clone(),
                self.budget.clone(),
                self.cancel.clone(),
                self.stop.clone(),
            );
            (client, peer)
        }

        /// The same, and what asks for its statement to stop.
        fn cancellable(
            &self,
            room: usize,
        ) -> (Client<DuplexStream>, DuplexStream, impl Fn() + use<>) {
            let (mut client, peer) = self.client(room);
            let cancels = Arc::<Cancels>::default();
            let registration = cancels.register(&CancellationToken::new());
            client.cancel = registration.signal.clone();
            let cancel = move || {
                // Whole: it is known to the server for as long as it is there.
                let registration = &registration;
                let heard = cancels.cancel(registration.pid, registration.secret);
                assert!(heard.is_some());
            };
            (client, peer, cancel)
        }
    }

    fn server() -> Server {
        Server::new(WireConfig::default())
    }

    fn query(length: usize) -> Vec<u8> {
        let size = u32::try_from(length + 4).unwrap();
        [b"Q", &size.to_be_bytes()[..], &vec![b'x'; length]].concat()
    }

    fn sqlstate<T: std::fmt::Debug>(result: Result<T, Stop>) -> &'static str {
        match result.unwrap_err().into_error() {
            Some(error) => error.sqlstate(),
            None => "gone",
        }
    }

    #[tokio::test]
    async fn a_message_may_come_byte_by_byte() {
        let (mut client, mut peer) = server().client(1);
        let bytes = query(20);
        let (frame, sent) = tokio::join!(client.message(None), peer.write_all(&bytes));
        sent.unwrap();
        assert_eq!(frame.unwrap().body.len(), 20);
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_that_has_begun_must_end() {
        for beginning in [&b"Q"[..], b"Q\0\0", b"Q\0\0\0\x20abc"] {
            let (mut client, mut peer) = server().client(64);
            peer.write_all(beginning).await.unwrap();
            assert_eq!(sqlstate(client.message(None).await), "08P01");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_may_be_idle_unless_told_otherwise() {
        let (mut client, _peer) = server().client(64);
        let idle = Duration::from_secs(1);
        assert_eq!(sqlstate(client.message(Some(idle)).await), "25P03");
        assert!(
            timeout(Duration::from_secs(86_400), client.message(None))
                .await
                .is_err()
        );
    }

    #[tokio::test]
    async fn an_idle_client_is_told_that_the_server_stops() {
        let server = server();
        let (mut client, mut peer) = server.client(1024);
        server.stop.cancel();
        let stop = client.message(None).await.unwrap_err();
        client.close(stop).await;
        let mut told = String::new();
        peer.read_to_string(&mut told).await.unwrap();
        assert!(
            told.contains("SFATAL\0VFATAL\0C57P01\0Mterminating connection"),
            "{told:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn large_messages_share_a_budget() {
        let server = Server::new(WireConfig {
            large_message_budget_bytes: 3 * MIB,
            ..WireConfig::default()
        });
        let (mut one, mut one_peer) = server.client(4 * MIB);
        let (mut other, mut other_peer) = server.client(4 * MIB);
        for peer in [&mut one_peer, &mut other_peer] {
            peer.write_all(&query(2 * MIB)).await.unwrap();
        }
        one_peer.write_all(&query(1)).await.unwrap();

        let frame = one.message(None).await.unwrap();
        assert_eq!(frame.body.len(), 2 * MIB);
        assert_eq!(sqlstate(other.message(None).await), "53200");
        assert!(other.incoming.buffer.capacity() < LARGE_MESSAGE_BYTES);

        drop(frame);
        one.message(None).await.unwrap();
        assert!(one.incoming.buffer.capacity() <= READ_BYTES);
        assert_eq!(other.message(None).await.unwrap().body.len(), 2 * MIB);
    }

    #[tokio::test(start_paused = true)]
    async fn a_running_statement_is_taken_away() {
        let idle = Submission::default();
        let server = server();
        let (mut client, peer) = server.client(64);
        let forever = pending::<Result<()>>;

        let deadline = Instant::now() + Duration::from_secs(1);
        let error = client
            .run(forever(), Some(deadline), &idle)
            .await
            .unwrap_err()
            .into_error()
            .unwrap();
        assert_eq!(error.sqlstate(), "57014");
        assert_eq!(
            error.message(),
            "canceling statement due to statement timeout"
        );

        let cancels = Arc::<Cancels>::default();
        let registration = cancels.register(&CancellationToken::new());
        client.cancel = registration.signal.clone();
        let cancel = async { drop(cancels.cancel(registration.pid, registration.secret)) };
        let (result, ()) = tokio::join!(client.run(forever(), None, &idle), cancel);
        let error = result.unwrap_err().into_error().unwrap();
        assert_eq!(error.message(), "canceling statement due to user request");

        let (result, ()) = tokio::join!(client.run(forever(), None, &idle), async { drop(peer) });
        assert_eq!(sqlstate(result), "gone");
    }

    #[tokio::test]
    async fn a_cancel_of_nothing_is_forgotten() {
        let idle = Submission::default();
        let server = server();
        let (mut client, mut peer, cancel) = server.cancellable(64);
        cancel();
        assert!(client.message(None).now_or_never().is_none());
        peer.write_all(&query(1)).await.unwrap();
        client.message(None).await.unwrap();
        client.run(async { Ok(()) }, None, &idle).await.unwrap();
    }

    #[tokio::test]
    async fn a_cancel_heard_before_the_statement_it_is_for_is_kept() {
        let idle = Submission::default();
        let server = server();
        let (mut client, mut peer, cancel) = server.cancellable(64);
        peer.write_all(&query(1)).await.unwrap();
        cancel();
        client.message(None).await.unwrap();
        let canceled = client.run(async { Ok(()) }, None, &idle).await;
        assert_eq!(sqlstate(canceled), "57014");
    }

    #[tokio::test]
    async fn what_comes_while_a_statement_runs_is_kept() {
        let idle = Submission::default();
        let (mut client, mut peer) = server().client(MIB);
        let (ended_tx, ended_rx) = tokio::sync::oneshot::channel();
        let statement = async { Ok(ended_rx.await.is_ok()) };
        let sending = async {
            peer.write_all(&query(3)).await.unwrap();
            peer.write_all(&query(300_000)).await.unwrap();
            tokio::task::yield_now().await;
            ended_tx.send(()).unwrap();
        };
        let (result, ()) = tokio::join!(client.run(statement, None, &idle), sending);
        assert!(result.unwrap());
        assert!(client.incoming.buffer.capacity() <= 2 * READ_BYTES);
        for length in [3, 300_000] {
            assert_eq!(client.message(None).await.unwrap().body.len(), length);
        }
    }

    #[tokio::test]
    async fn a_slow_reader_costs_no_memory_and_can_cancel() {
        let server = server();
        let (mut client, mut peer, cancel) = server.cancellable(10_000);
        let rows: Rows =
            std::iter::repeat_n(vec![Value::Text("x".repeat(1_000).into())], 1_000).collect();

        let sending = client
            .rows(&rows, &Formats::Text, &Style::default(), Ending::Open(None))
            .now_or_never();
        assert!(sending.is_none(), "nobody reads");
        assert!(client.out.len() <= WRITE_BYTES + 2_000);

        cancel();
        let result = client
            .rows(&rows, &Formats::Text, &Style::default(), Ending::Open(None))
            .now_or_never();
        assert_eq!(sqlstate(result.unwrap()), "57014");

        // What was on its way arrives whole.
        client.out.ready(crate::session::TransactionStatus::Idle);
        let mut received = Vec::new();
        let flushing = async {
            client.flush().await.unwrap();
            drop(client);
        };
        tokio::join!(flushing, async {
            peer.read_to_end(&mut received).await.unwrap()
        });
        let mut rest = &received[..];
        while let [kind, a, b, c, d, ..] = *rest {
            assert!(matches!(kind, b'D' | b'Z'));
            rest = &rest[1 + u32::from_be_bytes([a, b, c, d]) as usize..];
        }
        assert!(rest.is_empty() && received.ends_with(b"Z\0\0\0\x05I"));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_settled_is_told_whatever_happens() {
        let server = server();
        let (mut client, mut peer, cancel) = server.cancellable(10_000);
        let rows: Rows =
            std::iter::repeat_n(vec![Value::Text("x".repeat(1_000).into())], 100).collect();

        let sending = async {
            cancel();
            let sent = client
                .rows(&rows, &Formats::Text, &Style::default(), Ending::Settled)
                .await;
            drop(client);
            sent
        };
        let mut received = Vec::new();
        let (sent, read) = tokio::join!(sending, peer.read_to_end(&mut received));
        sent.unwrap();
        assert!(read.unwrap() >= WRITE_BYTES);

        let (mut client, peer) = server.client(10_000);
        drop(peer);
        let sent = client
            .rows(&rows, &Formats::Text, &Style::default(), Ending::Settled)
            .await;
        assert_eq!(sqlstate(sent), "gone");
    }

    #[tokio::test]
    async fn an_idle_client_holds_little() {
        let (mut client, mut peer) = server().client(MIB);
        let rows: Rows =
            std::iter::repeat_n(vec![Value::Text("x".repeat(1_000).into())], 100).collect();
        client
            .rows(&rows, &Formats::Text, &Style::default(), Ending::Open(None))
            .await
            .unwrap();
        client.flush().await.unwrap();
        peer.write_all(&query(50_000)).await.unwrap();
        drop(client.message(None).await.unwrap());
        assert!(client.message(None).now_or_never().is_none());
        let held = client.incoming.buffer.capacity() + client.out.bytes.capacity();
        assert!(held <= READ_BYTES + KEPT_BYTES, "{held}");
    }

    proptest! {
        /// Whatever is sent, no more is held than one message of the limit.
        #[test]
        fn any_bytes_are_bounded(
            messages in prop::collection::vec(
                (
                    prop::sample::select(&b"QQQPBDSHdXy"[..]),
                    prop_oneof![0u32..40, 0u32..300_000, any::<u32>()],
                    prop::collection::vec(any::<u8>(), 0..40),
                ),
                0..20,
            ),
        ) {
            const LIMIT: usize = 200_000;
            let server = Server::new(WireConfig {
                max_message_bytes: LIMIT,
                ..WireConfig::default()
            });
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .start_paused(true)
                .build()
                .unwrap();
            runtime.block_on(async {
                let (mut client, mut peer) = server.client(MIB);
                for (kind, length, body) in messages {
                    let bytes = [&[kind][..], &length.to_be_bytes(), &body].concat();
                    peer.write_all(&bytes).await.unwrap();
                }
                while client.message(None).now_or_never().is_some_and(|read| read.is_ok()) {
                    assert!(client.incoming.buffer.capacity() <= LIMIT + 1 + READ_BYTES);
                }
                assert!(client.incoming.buffer.capacity() <= LIMIT + 1 + READ_BYTES);
            });
        }
    }
}
