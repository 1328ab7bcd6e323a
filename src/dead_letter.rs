//! A change that a component of the change pipeline was not able to take.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::error::{Error, ErrorKind, Fault, Result};
use crate::position::Position;

/// Why an event was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The component refused it to the last attempt.
    Delivery,
    /// The row of the log could not be understood.
    Corruption,
}

impl Failure {
    /// As it is stored: `delivery_failed`, `data_corruption`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivery => "delivery_failed",
            Self::Corruption => "data_corruption",
        }
    }
}

impl FromStr for Failure {
    type Err = Error;

    /// # Errors
    /// XX001
    fn from_str(text: &str) -> Result<Self> {
        let all = [Self::Delivery, Self::Corruption];
        let failure = all.into_iter().find(|failure| failure.as_str() == text);
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
