use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout};

use crate::error::{Error, ErrorKind, Resource, Result};
use crate::session::{Count, Notice, Session, Submission, TransactionStatus};

use super::backend::Gravity;
use super::client::{Client, Ending};
use super::format::{Formats, PortalFormats};
use super::frame::Frame;
use super::frontend::Frontend;
use super::stop::{Stop, caught};

/// A client that is logged in, and its session.
pub(super) struct Connection<'a, S> {
    pub(super) client: &'a mut Client<S>,
    pub(super) session: Session,
    pub(super) submission: Submission,
    pub(super) formats: PortalFormats,
    /// After an error of the extended protocol: nothing counts until Sync.
    is_skipping: bool,
    /// The client was told that it is its turn, and has not taken it.
    is_idle: bool,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin + Send> Connection<'a, S> {
    pub(super) fn new(client: &'a mut Client<S>, session: Session) -> Self {
        Self {
            client,
            submission: session.submission(),
            session,
            formats: PortalFormats::default(),
            is_skipping: false,
            is_idle: true,
        }
    }

    /// Handles messages until the connection ends, and says why it did.
    pub(super) async fn converse(mut self) -> Stop {
        loop {
            if let Err(stop) = self.exchange().await {
                return stop;
            }
        }
    }

    /// Tells the client that it is its turn.
    pub(super) async fn ready(&mut self) -> Result<(), Stop> {
        for (name, value) in self.session.take_reported_settings() {
            self.client.out.setting(name, value);
        }
        let status = self.session.transaction_status();
        if status == TransactionStatus::Idle {
            self.formats.clear();
            self.notify().await?;
        }
        self.client.out.ready(status);
        self.flush().await?;
        self.is_idle = status == TransactionStatus::Idle;
        if self.client.is_stopping() {
            return Err(Stop::shutdown());
        }
        Ok(())
    }

    /// Handles one message.
    async fn exchange(&mut self) -> Result<(), Stop> {
        let idle = match self.session.transaction_status() {
            TransactionStatus::Idle => None,
            _ => self.session.idle_in_transaction_timeout(),
        };
        if self.is_idle {
            match self.session.idle_timeout() {
                None => self.wait().await?,
                Some(bound) => timeout(bound, self.wait())
                    .await
                    .unwrap_or_else(|_| Err(idle_session()))?,
            }
            self.is_idle = false;
        }
        let frame = self.client.message(idle).await?;
        if self.is_skipping && !matches!(frame.kind, b'S' | b'X') {
            return Ok(());
        }
        self.is_skipping = false;
        let is_failed = match caught(self.handle(&frame)).await {
            Ok(()) => false,
            Err(Stop::Session(error)) => {
                self.answer(&error);
                true
            }
            Err(Stop::Wire(error)) => {
                self.session.fail();
                self.answer(&error);
                true
            }
            Err(stop) => return Err(stop),
        };
        match frame.kind {
            b'Q' | b'F' | b'S' => self.ready().await,
            // A client may wait for the error before it says Sync.
            _ if is_failed => {
                self.is_skipping = true;
                self.client.flush().await
            }
            _ => Ok(()),
        }
    }

    async fn handle(&mut self, frame: &Frame) -> Result<(), Stop> {
        match Frontend::decode(frame).map_err(Stop::Wire)? {
            Frontend::Query(sql) => self.query(sql).await,
            Frontend::Parse {
                statement,
                sql,
                parameter_types,
            } => self.parse(statement, sql, &parameter_types).await,
            Frontend::Bind(bind) => self.bind(&bind).await,
            Frontend::Describe(target) => self.describe(&target),
            Frontend::Execute { portal, max_rows } => self.execute(portal, max_rows).await,
            Frontend::Close(target) => {
                self.close(&target);
                Ok(())
            }
            Frontend::Flush => self.client.flush().await,
            Frontend::Sync => self.sync().await,
            Frontend::FunctionCall => Err(Stop::Wire(Error::unsupported(
                "the function call message",
                "Use a SELECT statement instead.",
            ))),
            Frontend::Copy => Ok(()),
            Frontend::Terminate => Err(Stop::Gone),
        }?;
        // A pipeline need not end: what it answers must not pile up.
        self.client.push(Ending::Settled).await
    }

    /// Runs a text of any number of statements.
    async fn query(&mut self, sql: &str) -> Result<(), Stop> {
        let statements = self.session.begin_script(sql).map_err(Stop::Session)?;
        for _ in 0..statements {
            let deadline = self.deadline();
            let step = self.session.step();
            let run = self.client.run(step, deadline, &self.submission);
            let Some(mut outcome) = run.await? else {
                break;
            };
            self.notices(&outcome.notices);
            let mut rows = 0;
            if outcome.has_rows() {
                let formats = Formats::from(outcome.form);
                if outcome.copy.is_none() {
                    self.client.out.columns(&outcome.columns, &formats);
                }
                let ending = self.ending(deadline);
                rows = self.send(&mut outcome, &formats, ending, deadline).await?;
            }
            self.client.out.complete(outcome.tag, outcome.count, rows);
            self.client.push(self.ending(deadline)).await?;
        }
        // The end of the text: there is nothing left to cancel.
        self.session.step().await.map_err(Stop::Session)?;
        if statements == 0 {
            self.client.out.complete("", Count::Untold, 0);
        }
        Ok(())
    }

    /// Whether the statement that was answered can still fail: what is committed is
    /// not taken away by a cancel.
    fn ending(&self, deadline: Option<Instant>) -> Ending {
        match self.session.is_settled() {
            true => Ending::Settled,
            false => Ending::Open(deadline),
        }
    }

    pub(super) fn notices(&mut self, notices: &[Notice]) {
        for notice in notices {
            self.client.out.notice(notice);
        }
    }

    /// When the statement that begins now has to be done.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let timeout = self.session.statement_timeout()?;
        Instant::now().checked_add(timeout)
    }

    fn answer(&mut self, error: &Error) {
        self.client.out.drop_partial();
        log(error);
        self.client.out.error(Gravity::Error, error);
    }
}

/// Tells the log what is not told the client.
pub(super) fn log(error: &Error) {
    let cause = std::error::Error::source(error).map(tracing::field::display);
    let sqlstate = error.sqlstate();
    if matches!(error.kind(), ErrorKind::Internal(_)) {
        tracing::error!(sqlstate, %error, cause, "statement failed");
    } else if cause.is_some() {
        tracing::warn!(sqlstate, %error, cause, "statement failed");
    } else {
        tracing::debug!(sqlstate, %error, "statement failed");
    }
}

fn idle_session() -> Stop {
    Stop::Fatal(Error::new(
        ErrorKind::Unavailable(Resource::Client),
        "terminating connection due to idle-session timeout",
    ))
}
