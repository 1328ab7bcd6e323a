use std::io;

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

    /// The client asked for the statement to stop.
    pub(super) fn canceled() -> Self {
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

    /// The server stops.
    pub(super) fn shutdown() -> Self {
        Self::Fatal(Error::new(
            ErrorKind::Unavailable(Resource::Server),
            "terminating connection due to administrator command",
        ))
    }

    /// The code that handled a message panicked; the panic's message is for the
    /// log.
    pub(super) fn panicked(panic: &(dyn std::any::Any + Send)) -> Self {
        let cause = panic
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("a panic without a message");
        Self::Wire(
            Error::new(ErrorKind::Internal(Fault::Defect), "internal error").with_source(cause),
        )
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
