//! A change that a component of the change pipeline was not able to take.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::error::{Error, ErrorKind, Fault, Limit, Resource, Result};
use crate::position::Position;

/// Why an event was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The component refused it to the last attempt.
    Processing,
    /// The component could not make its own values of the row.
    Conversion,
    /// The component did not answer: it panicked, or took too long.
    Delivery,
    /// A database failed the component.
    Database,
    /// The row of the log could not be understood.
    Corruption,
}

impl Failure {
    const ALL: [Self; 5] = [
        Self::Processing,
        Self::Conversion,
        Self::Delivery,
        Self::Database,
        Self::Corruption,
    ];

    /// As it is stored: `processing_failed`, `conversion_failed`, `delivery_failed`,
    /// `database_error`, `data_corruption`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing_failed",
            Self::Conversion => "conversion_failed",
            Self::Delivery => "delivery_failed",
            Self::Database => "database_error",
            Self::Corruption => "data_corruption",
        }
    }

    /// Why an event is given up whose last attempt failed so.
    pub fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::Unavailable(Resource::Component) => Self::Delivery,
            ErrorKind::Internal(Fault::Data) => Self::Conversion,
            ErrorKind::Internal(Fault::Io)
            | ErrorKind::Unavailable(Resource::Store)
            | ErrorKind::LimitExceeded(Limit::Disk) => Self::Database,
            _ => Self::Processing,
        }
    }
}

impl FromStr for Failure {
    type Err = Error;

    /// # Errors
    /// XX001
    fn from_str(text: &str) -> Result<Self> {
        let failure = Self::ALL
            .into_iter()
            .find(|failure| failure.as_str() == text);
        failure.ok_or_else(|| {
            let message = format!("\"{text}\" is no reason why an event is given up");
            Error::new(ErrorKind::Internal(Fault::Data), message)
        })
    }
}

/// An event that a component was not able to take, with everything needed to
/// deliver it again.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadLetter {
    /// The same for the same event and component, however often it dies.
    pub id: Uuid,
    /// The component.
    pub component: String,
    /// Its place in the log.
    pub position: Position,
    /// The table of the row.
    pub table: String,
    /// `INSERT`, `UPDATE` or `DELETE`; what the log says if it is none.
    pub operation: String,
    /// The images of the row: an object with `before` and `after`. Those of a row
    /// that could not be understood are texts.
    pub record: serde_json::Value,
    /// When the row was changed, if that is known.
    pub timestamp: Option<DateTime<Utc>>,
    /// Why it was given up.
    pub failure: Failure,
    /// How often it was delivered.
    pub attempts: u32,
    /// What went wrong the last time.
    pub error: String,
}
