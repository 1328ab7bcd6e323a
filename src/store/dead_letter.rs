//! Changes that a component of the change pipeline was not able to take.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::position::Position;

/// A row of `cartridge_warp.dead_letter_queue` that names a component and an event.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadLetter {
    /// The same for the same event and component.
    pub id: Uuid,
    /// The component.
    pub component: String,
    /// The place of the event in the change log.
    pub position: Position,
    /// The table whose row was changed.
    pub table: String,
    /// What the log says happened: `INSERT`.
    pub operation: String,
    /// The images of the row: an object with `before` and `after`.
    pub record: serde_json::Value,
    /// When the row was changed, if that is known.
    pub timestamp: Option<DateTime<Utc>>,
    /// Why it was given up: `delivery_failed`, `data_corruption`.
    pub failure: String,
    /// How often it was delivered in vain.
    pub attempts: u32,
    /// What went wrong the last time.
    pub error: String,
}
