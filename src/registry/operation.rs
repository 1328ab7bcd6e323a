//! What can be done to a registry, as data.

use std::sync::Arc;

use crate::notice::Notice;
use crate::schema::{Alteration, ColumnSpec, Name, Schema, StreamName};
use crate::store::Version;

/// Something and where the client wrote it: characters from 1, for errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// The thing.
    pub value: T,
    /// Its place, if it came from a text.
    pub position: Option<usize>,
}

impl<T> At<T> {
    /// The thing at a place.
    pub fn new(value: T, position: Option<usize>) -> Self {
        Self { value, position }
    }
}

/// A thing without a place.
impl<T> From<T> for At<T> {
    fn from(value: T) -> Self {
        Self {
            value,
            position: None,
        }
    }
}

/// The definition of a new stream.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamSpec {
    /// The columns, in order.
    pub columns: Vec<At<ColumnSpec>>,
    /// Names of the primary key's columns; empty for none.
    pub primary_key: Vec<Name>,
    /// UNIQUE constraints: a name or one made from the columns', and the columns.
    pub unique: Vec<(Option<Name>, Vec<Name>)>,
    /// Options; `compatibility` and `comment` have a meaning of their own.
    pub options: Vec<At<(String, serde_json::Value)>>,
}

/// One action of an alteration of a stream.
#[derive(Clone, Debug, PartialEq)]
pub enum StreamAction {
    /// A change of the shape of its data.
    Shape(Alteration),
    /// Another name in the same namespace.
    RenameTo(Name),
    /// An option's new value; nothing takes it away.
    SetOption(String, Option<serde_json::Value>),
}

/// One thing to do, as a whole or not at all.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// Makes a namespace.
    CreateNamespace {
        /// Its name.
        name: At<Name>,
        /// Nothing happens when it is there.
        if_not_exists: bool,
    },
    /// Drops namespaces.
    DropNamespaces {
        /// Their names.
        names: Vec<At<Name>>,
        /// Those that are not there are passed over.
        if_exists: bool,
        /// Their streams go too.
        cascade: bool,
    },
    /// Sets or resets options of a namespace.
    AlterNamespace {
        /// Its name.
        name: At<Name>,
        /// Keys and new values; nothing takes the option away.
        options: Vec<At<(String, Option<serde_json::Value>)>>,
    },
    /// Makes a stream.
    CreateStream {
        /// Its name.
        name: At<StreamName>,
        /// Nothing happens when it is there.
        if_not_exists: bool,
        /// What it is.
        spec: Box<StreamSpec>,
    },
    /// Makes a stream, or evolves the one of the name into what is written: one
    /// version, admitted by its mode. Columns are matched by name.
    ReplaceStream {
        /// Its name.
        name: At<StreamName>,
        /// What it is. The mode of a stream that is there stays, if none is
        /// written; its indexes stay where their columns do.
        spec: Box<StreamSpec>,
    },
    /// Makes a stream with the columns, comments, keys and indexes of another.
    CopyStream {
        /// Its name.
        name: At<StreamName>,
        /// Nothing happens when it is there.
        if_not_exists: bool,
        /// The other stream.
        source: At<StreamName>,
        /// Its own options.
        options: Vec<At<(String, serde_json::Value)>>,
    },
    /// Alters a stream: all actions make one version.
    AlterStream {
        /// Its name.
        name: At<StreamName>,
        /// Nothing happens when it is not there.
        if_exists: bool,
        /// What to do, in order.
        actions: Vec<At<StreamAction>>,
    },
    /// Drops streams.
    DropStreams {
        /// Their names.
        names: Vec<At<StreamName>>,
        /// What one that is not there is called: `relation` or `table`.
        called: &'static str,
        /// Those that are not there are passed over.
        if_exists: bool,
    },
    /// Declares an index.
    CreateIndex {
        /// The stream.
        stream: At<StreamName>,
        /// The index's name; one made from the columns' when absent.
        index: Option<Name>,
        /// The columns, in order.
        columns: Vec<At<Name>>,
        /// Whether two rows may not agree in the columns.
        unique: bool,
        /// Nothing happens when there is an index of this name.
        if_not_exists: bool,
    },
    /// Drops declared indexes.
    DropIndexes {
        /// Their names, each with its namespace.
        names: Vec<At<StreamName>>,
        /// Those that are not there are passed over.
        if_exists: bool,
    },
    /// Says something of a stream.
    CommentOnStream {
        /// The stream.
        stream: At<StreamName>,
        /// The text; nothing takes it away.
        text: Option<String>,
    },
    /// Says something of a column.
    CommentOnColumn {
        /// The stream.
        stream: At<StreamName>,
        /// The column.
        column: At<Name>,
        /// The text; nothing takes it away.
        text: Option<String>,
    },
    /// Makes the stream's schema this one: creates the stream or evolves it.
    Register {
        /// The stream.
        stream: At<StreamName>,
        /// The schema. Field ids are the stream's own business: fields are
        /// matched by name.
        schema: Box<Schema>,
    },
}

impl Operation {
    /// The keys of the options that it sets on a stream.
    pub(super) fn options(&self) -> Vec<&str> {
        let written = match self {
            Self::CreateStream { spec, .. } | Self::ReplaceStream { spec, .. } => &spec.options,
            Self::CopyStream { options, .. } => options,
            Self::AlterStream { actions, .. } => {
                let set = actions.iter().filter_map(|action| match &action.value {
                    StreamAction::SetOption(key, Some(_)) => Some(key.as_str()),
                    _ => None,
                });
                return set.collect();
            }
            _ => return Vec::new(),
        };
        written
            .iter()
            .map(|option| option.value.0.as_str())
            .collect()
    }

    /// The streams it will read and then write: changes to one stream wait for
    /// each other on these names.
    pub(super) fn streams(&self) -> Vec<&StreamName> {
        match self {
            Self::CreateStream { name, .. }
            | Self::ReplaceStream { name, .. }
            | Self::AlterStream { name, .. } => vec![&name.value],
            Self::CopyStream { name, source, .. } => vec![&name.value, &source.value],
            Self::DropStreams { names, .. } => names.iter().map(|name| &name.value).collect(),
            Self::CreateIndex { stream, .. }
            | Self::CommentOnStream { stream, .. }
            | Self::CommentOnColumn { stream, .. }
            | Self::Register { stream, .. } => vec![&stream.value],
            Self::CreateNamespace { .. }
            | Self::DropNamespaces { .. }
            | Self::AlterNamespace { .. }
            | Self::DropIndexes { .. } => Vec::new(),
        }
    }
}

/// What an operation did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applied {
    /// What the client should know: new versions, things passed over.
    pub notices: Vec<Notice>,
    /// For an altered stream, the version it had and the one it has; the same
    /// when its schema did not change.
    pub evolved: Option<(Arc<Version>, Arc<Version>)>,
}

impl Applied {
    /// Nothing but a notice.
    pub(super) fn noted(notice: Notice) -> Self {
        Self {
            notices: vec![notice],
            evolved: None,
        }
    }

    pub(super) fn note(&mut self, notice: Notice) {
        self.notices.push(notice);
    }
}
