//! SQLite's errors in the crate's words.

use rusqlite::ErrorCode;

use crate::error::{Error, ErrorKind, Fault, Limit, Resource};

/// Every failure of the file: busy is 57P03 (try again), full 53100, damaged or
/// a value that its column should not hold XX001, unreadable 58030; whatever
/// else is a defect, XX000.
impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        if matches!(
            error,
            rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::Utf8Error(..)
        ) {
            let kind = ErrorKind::Internal(Fault::Data);
            return Self::new(kind, "the store holds a value that makes no sense")
                .with_detail(format!("{error}."))
                .with_source(error);
        }
        let (kind, message) = match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
                ErrorKind::Unavailable(Resource::Store),
                "the store is busy: another process holds its write lock",
            ),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => (
                ErrorKind::Internal(Fault::Data),
                "the store's file is damaged or is no SQLite file",
            ),
            Some(ErrorCode::DiskFull) => (
                ErrorKind::LimitExceeded(Limit::Disk),
                "the store's disk is full",
            ),
            Some(
                ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::ReadOnly,
            ) => (
                ErrorKind::Internal(Fault::Io),
                "the store's file cannot be read or written",
            ),
            _ => (ErrorKind::Internal(Fault::Defect), "the store failed"),
        };
        Self::new(kind, message).with_source(error)
    }
}

/// Whether the file, or what a connection knows of it, cannot be relied on.
pub(super) fn is_of_the_file(error: &Error) -> bool {
    let source = std::error::Error::source(error);
    let code = source
        .and_then(|source| source.downcast_ref::<rusqlite::Error>())
        .and_then(rusqlite::Error::sqlite_error_code);
    error.kind() == ErrorKind::Internal(Fault::Io)
        || matches!(
            code,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
        )
}
