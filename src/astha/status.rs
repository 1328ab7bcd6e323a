//! What is known of a component.

use chrono::{DateTime, Utc};

use super::{Circuit, Component, Counts, Health};
use crate::position::Position;

/// Whether a component does its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is told everything.
    Active,
    /// Somebody paused it.
    Inactive,
    /// Its breaker is not closed, it says that it is unhealthy, or what is next can
    /// neither be read nor kept.
    Error,
}

impl Status {
    /// As it is shown: `active`, `inactive`, `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Error => "error",
        }
    }
}

/// What is known of a component.
#[derive(Clone, Debug)]
pub struct ComponentInfo {
    /// Who it is.
    pub component: Component,
    /// Whether it does its work.
    pub status: Status,
    /// What it said of its health.
    pub health: Health,
    /// Whether it is told anything.
    pub circuit: Circuit,
    /// Failures since the last success.
    pub failures: u32,
    /// How often it was told what is next, in vain.
    pub attempts: u32,
    /// How far it has come.
    pub position: Position,
    /// When it last took something or said how it is.
    pub last_seen: DateTime<Utc>,
    /// What went wrong last, if anything has.
    pub last_error: Option<String>,
    /// What it was told.
    pub counts: Counts,
}
