//! Compatibility modes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result, Value};

/// Who must be able to read what after a change.
///
/// The words have the meaning they have in Avro and Kafka: BACKWARD, the new
/// schema can read data written with the old one; FORWARD, the old schema can
/// read data written with the new one; FULL, both. The transitive modes ask it
/// of every earlier version, the others of the latest only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Mode {
    /// No check.
    None,
    /// New readers read the latest version's data.
    #[default]
    Backward,
    /// New readers read every version's data.
    BackwardTransitive,
    /// The latest version's readers read new data.
    Forward,
    /// Every version's readers read new data.
    ForwardTransitive,
    /// Both, with the latest version.
    Full,
    /// Both, with every version.
    FullTransitive,
}

/// Who reads whose data. Displays in these words: `new readers read old data`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// New readers read old data.
    Backward,
    /// Old readers read new data.
    Forward,
}

impl Mode {
    /// All modes.
    pub const ALL: [Self; 7] = [
        Self::None,
        Self::Backward,
        Self::BackwardTransitive,
        Self::Forward,
        Self::ForwardTransitive,
        Self::Full,
        Self::FullTransitive,
    ];

    /// Whether the mode asks that this direction works.
    pub const fn requires(self, direction: Direction) -> bool {
        match direction {
            Direction::Backward => matches!(
                self,
                Self::Backward | Self::BackwardTransitive | Self::Full | Self::FullTransitive
            ),
            Direction::Forward => matches!(
                self,
                Self::Forward | Self::ForwardTransitive | Self::Full | Self::FullTransitive
            ),
        }
    }

    /// Whether the mode asks it of every earlier version.
    pub const fn is_transitive(self) -> bool {
        matches!(
            self,
            Self::BackwardTransitive | Self::ForwardTransitive | Self::FullTransitive
        )
    }

    /// The mode that asks the same of the latest version only.
    pub const fn plain(self) -> Self {
        match self {
            Self::None => Self::None,
            Self::Backward | Self::BackwardTransitive => Self::Backward,
            Self::Forward | Self::ForwardTransitive => Self::Forward,
            Self::Full | Self::FullTransitive => Self::Full,
        }
    }

    /// The mode's name: `BACKWARD_TRANSITIVE`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Backward => "BACKWARD",
            Self::BackwardTransitive => "BACKWARD_TRANSITIVE",
            Self::Forward => "FORWARD",
            Self::ForwardTransitive => "FORWARD_TRANSITIVE",
            Self::Full => "FULL",
            Self::FullTransitive => "FULL_TRANSITIVE",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Backward => "new readers read old data",
            Self::Forward => "old readers read new data",
        })
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Mode {
    type Err = Error;

    /// Reads a mode's name in any case.
    ///
    /// # Errors
    /// 22023 for any other word, with the seven names as the hint.
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::InvalidValue(Value::Parameter),
                    format!("invalid compatibility mode: \"{text}\""),
                )
                .with_hint(format!(
                    "Available modes: {}.",
                    Self::ALL.map(Self::as_str).join(", ")
                ))
            })
    }
}

/// Where a stream's mode comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModeSource {
    /// Its own option.
    Stream,
    /// Its namespace's option.
    Namespace,
    /// The server's default.
    Server,
}

impl fmt::Display for ModeSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stream => "stream",
            Self::Namespace => "namespace",
            Self::Server => "server",
        })
    }
}
