use std::future::Future;
use std::io;
use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use tokio_util::sync::CancellationToken;

use crate::error::{Error, ErrorKind, Fault, Protocol, Resource};

/// Why a message was not handled to its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// The session refused; it knows.
    Session(Error),
    /// The wire refused, or took the statement away: the session has to be told.
    Wire(Error),
    /// The conversation cannot go on.
    Fatal(Error),
    /// Nobody is there to be told.
    Gone,
}

impl Stop {
    /// What to say when the connection is closed for it.
    pub(super) fn into_error(self) -> Option<Error> {
        match self {
            Self::Session(error) | Self::Wire(error) | Self::Fatal(error) => Some(error),
            Self::Gone => None,
        }
    }

    /// Somebody asked for the connection to end, or for its statement to stop.
    pub(super) fn asked(connection: &CancellationToken) -> Self {
        if connection.is_cancelled() {
            return Self::shutdown();
        }
        Self::Wire(Error::new(
            ErrorKind::Canceled,
            "canceling statement due to user request",
        ))
    }

    /// The statement took longer than it may.
    pub(super) fn timed_out() -> Self {
        Self::Wire(Error::new(
            ErrorKind::Canceled,
            "canceling statement due to statement timeout",
        ))
    }

    /// The server stops, or the session was told to end.
    pub(super) fn shutdown() -> Self {
        Self::Fatal(Error::new(
            ErrorKind::Unavailable(Resource::Server),
            "terminating connection due to administrator command",
        ))
    }
}

/// A client that cannot be read from or written to is gone.
impl From<io::Error> for Stop {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

/// A message that makes no sense where it stands (08P01).
pub(super) fn violation(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Protocol(Protocol::Violation), message)
}

/// Runs the future; a panic in it is an error (XX000) whose cause, for the log
/// only, is what the panic said.
pub(super) async fn caught<T>(future: impl Future<Output = Result<T, Stop>>) -> Result<T, Stop> {
    let result = AssertUnwindSafe(future).catch_unwind().await;
    result.unwrap_or_else(|panic| {
        let cause = panic
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("a panic without a message");
        let error = Error::new(ErrorKind::Internal(Fault::Defect), "internal error");
        Err(Stop::Wire(error.with_source(cause)))
    })
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_whose_message_is_for_the_log() {
        let ten = 10;
        let panicking = [
            caught(async { if ten > 1 { panic!("plain") } else { Ok(()) } }).await,
            caught(async { if ten > 1 { panic!("{ten}") } else { Ok(()) } }).await,
        ];
        for (result, cause) in panicking.into_iter().zip(["plain", "10"]) {
            let error = result.unwrap_err().into_error().unwrap();
            assert_eq!(
                (error.sqlstate(), error.message()),
                ("XX000", "internal error")
            );
            assert_eq!(error.source().unwrap().to_string(), cause);
        }
    }
}
