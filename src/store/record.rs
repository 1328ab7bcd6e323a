//! What is stored, as the registry sees it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::position::Position;
use crate::schema::{FieldId, Fingerprint, Mode, Name, ObjectId, Schema, StreamName};

/// Options of a stream or namespace: `WITH (key = value)`. Values are JSON
/// texts, numbers or booleans.
pub type OptionMap = BTreeMap<String, serde_json::Value>;

/// A namespace.
#[derive(Clone, Debug, PartialEq)]
pub struct Namespace {
    /// Its identity.
    pub id: ObjectId,
    /// Its name.
    pub name: Name,
    /// The mode of its streams that have none of their own.
    pub mode: Option<Mode>,
}

/// One column of a stream today: what is not part of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamColumn {
    /// The field of the latest version.
    pub field: FieldId,
    /// Its comment.
    pub comment: Option<String>,
}

/// A stream as it is today.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// Its identity.
    pub id: ObjectId,
    /// The namespace it lives in.
    pub namespace_id: ObjectId,
    /// Its name.
    pub name: StreamName,
    /// The number of its latest version.
    pub version: u32,
    /// Its own compatibility mode.
    pub mode: Option<Mode>,
    /// Its other options.
    pub options: OptionMap,
    /// Its comment.
    pub comment: Option<String>,
    /// Its columns in today's order.
    pub columns: Vec<StreamColumn>,
    /// The last field id that was given.
    pub last_field_id: FieldId,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When anything about it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What the verdict on a version was when it was admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompatibilityStatus {
    /// Every reader the mode names can go on.
    Compatible,
    /// Some cannot: the mode allowed it, or it had happened already.
    Breaking,
    /// Nobody judged.
    Unknown,
}

impl CompatibilityStatus {
    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Compatible => "compatible",
            Self::Breaking => "breaking",
            Self::Unknown => "unknown",
        }
    }

    /// As it was stored.
    pub(super) fn parse(text: &str) -> Self {
        match text {
            "compatible" => Self::Compatible,
            "breaking" => Self::Breaking,
            _ => Self::Unknown,
        }
    }
}

/// The kinds of change that made a version: `create`, `drop`, or kinds of
/// alteration joined by `+`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evolution(pub String);

impl Evolution {
    /// The first version of a stream.
    pub fn create() -> Self {
        Self("create".to_owned())
    }

    /// A stream took a name that has a history of its own.
    pub fn rename() -> Self {
        Self("rename".to_owned())
    }

    /// The closing row of a dropped stream.
    pub fn drop() -> Self {
        Self("drop".to_owned())
    }
}

impl fmt::Display for Evolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One version of a stream. Never changes, but for the name when the stream is
/// renamed.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// The stream.
    pub stream: ObjectId,
    /// The stream's name when the version was registered, or since it was
    /// last renamed.
    pub name: StreamName,
    /// Its number: from 1, dense, never used twice under one name.
    pub number: u32,
    /// The number before it, of the same stream.
    pub previous: Option<u32>,
    /// The schema.
    pub schema: Arc<Schema>,
    /// The schema's fingerprint.
    pub fingerprint: Fingerprint,
    /// What made it.
    pub evolution: Evolution,
    /// What the verdict was.
    pub status: CompatibilityStatus,
    /// The mode under which it was admitted.
    pub mode: Mode,
    /// Who registered it: a user's name, or `external`.
    pub registered_by: String,
    /// When it was registered.
    pub registered_at: DateTime<Utc>,
}

/// One line of a list of streams.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// The stream's identity.
    pub id: ObjectId,
    /// Its name.
    pub name: StreamName,
    /// The number of its latest version.
    pub version: u32,
    /// Its own mode.
    pub mode: Option<Mode>,
    /// Its namespace's mode.
    pub namespace_mode: Option<Mode>,
    /// How many columns it has.
    pub columns: u32,
    /// Its option `datasource`.
    pub datasource: Option<String>,
    /// When anything about it last changed.
    pub updated_at: DateTime<Utc>,
}

/// The rows of a stream in `tables`, `table_columns` and `table_metadata` as
/// they are, whoever wrote them.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    /// The stream as its rows say. Its `version` is the latest registered one,
    /// or 0 when another program inserted the stream.
    pub stream: Stream,
    /// The schema its columns say; fields that another program added have fresh
    /// ids.
    pub schema: Schema,
    /// The state it was read in.
    pub position: Position,
    /// Another program marked it as deleted.
    pub deleted: bool,
}
