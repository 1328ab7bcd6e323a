//! Errors of the engine, in PostgreSQL's words.

use std::sync::Arc;

use datafusion::common::DataFusionError;

use crate::error::{Error, ErrorKind, Limit};

/// What a message of ours travels in through the engine.
pub(super) fn carried(error: Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// An error of the engine as the client sees it. What went wrong in a function of
/// ours comes out as it went in; what is the engine's own goes to the log, and the
/// client learns what can be done.
pub(super) fn translated(error: DataFusionError) -> Error {
    match error {
        DataFusionError::External(cause) => match cause.downcast::<Error>() {
            Ok(own) => *own,
            Err(cause) => unforeseen(DataFusionError::External(cause)),
        },
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => {
            translated(*inner)
        }
        DataFusionError::ArrowError(inner, _) => match *inner {
            datafusion::arrow::error::ArrowError::ExternalError(cause) => {
                translated(DataFusionError::External(cause))
            }
            other => unforeseen(DataFusionError::ArrowError(Box::new(other), None)),
        },
        DataFusionError::Shared(inner) => match Arc::try_unwrap(inner) {
            Ok(inner) => translated(inner),
            Err(shared) => held(shared),
        },
        DataFusionError::ResourcesExhausted(_) => {
            Error::new(ErrorKind::LimitExceeded(Limit::Memory), "out of memory")
                .with_detail("The query needs more memory than one query may take.")
                .with_hint("Ask for fewer rows or columns, or raise query.memory.")
                .with_source(error)
        }
        DataFusionError::NotImplemented(_) => {
            Error::unsupported("this form of query", "Write the query in another way.")
                .with_source(error)
        }
        other => unforeseen(other),
    }
}

/// The same error for another one who waits for the same; the first has its cause.
pub(super) fn again(error: &Error) -> Error {
    let mut again = Error::new(error.kind(), error.message()).at(error.position());
    if let Some(detail) = error.detail() {
        again = again.with_detail(detail);
    }
    if let Some(hint) = error.hint() {
        again = again.with_hint(hint);
    }
    if let Some(constraint) = error.constraint() {
        again = again.with_constraint(constraint);
    }
    again
}

/// An error that the engine still holds, to tell others of it.
fn held(error: Arc<DataFusionError>) -> Error {
    let known = match error.as_ref() {
        DataFusionError::External(cause) => cause.downcast_ref::<Error>().map(again),
        DataFusionError::Shared(inner) => Some(held(inner.clone())),
        _ => None,
    };
    known.unwrap_or_else(|| unforeseen(DataFusionError::Shared(error)))
}

fn unforeseen(error: DataFusionError) -> Error {
    Error::internal("the query engine failed").with_source(error)
}
