//! The one error type of the crate.
//!
//! An [`Error`] says what a caller can do about it ([`ErrorKind`]), in words a
//! person can act on: a message in PostgreSQL's style (lower case, no full
//! stop, names in double quotes), and optionally a detail, a hint and the
//! position of the offending word. The kind decides the SQLSTATE, in one
//! exhaustive match. Internal causes are kept as [`source`](std::error::Error::source)
//! for the log and are never shown to a client.

use std::fmt;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What a caller can do about an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Correct the spelling of the statement.
    Syntax,
    /// Name something that exists.
    NotFound(Object),
    /// Pick another name, or use what is there.
    AlreadyExists(Object),
    /// Change the definition: it cannot mean anything as written.
    InvalidDefinition(Definition),
    /// Change the value.
    InvalidValue(Value),
    /// Make the change compatible, or ask for less.
    Incompatible(Demand),
    /// Run the transaction again.
    Conflict,
    /// Drop the dependents first, or say CASCADE.
    Dependents,
    /// Bring the transaction into another state first.
    TransactionState(TransactionState),
    /// Nothing: somebody asked for the statement to stop.
    Canceled,
    /// Correct the client: it broke the wire protocol.
    Protocol(Protocol),
    /// Use another statement: this one is understood, but not offered.
    Unsupported,
    /// Ask for less, or raise a limit.
    LimitExceeded(Limit),
    /// Try again later: something the server needs is not there.
    Unavailable(Resource),
    /// Look at the log: the server or its data is at fault.
    Internal(Fault),
}

/// The sort of thing an error speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Object {
    /// A stream.
    Stream,
    /// A namespace.
    Namespace,
    /// A column.
    Column,
    /// A data type.
    Type,
    /// An index.
    Index,
    /// A constraint.
    Constraint,
    /// A version of a stream.
    Version,
    /// A setting of the session.
    Setting,
    /// A prepared statement.
    PreparedStatement,
    /// A portal or cursor.
    Portal,
    /// A savepoint.
    Savepoint,
    /// A function or operator that takes such arguments.
    Function,
    /// A parameter of a statement.
    Parameter,
    /// An object that has none of the other names.
    Other,
}

/// How a definition can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Definition {
    /// The shape of a stream makes no sense.
    Stream,
    /// A column's default and its type disagree.
    TypeMismatch,
    /// A name is longer than names may be.
    NameTooLong,
    /// A reserved name.
    ReservedName,
    /// A name that more than one column has.
    AmbiguousColumn,
    /// A call that more than one function answers.
    AmbiguousFunction,
    /// A parameter that would have two types.
    AmbiguousParameter,
    /// A parameter whose type nothing tells.
    IndeterminateType,
    /// A name that is given twice in one query.
    DuplicateAlias,
    /// A column that stands where it cannot: ORDER BY 5 of three columns.
    ColumnReference,
    /// An aggregate, or a column beside one, where there can be none.
    Grouping,
    /// A window function, or its window, where there can be none.
    Windowing,
    /// A recursive query that is not of the one form.
    Recursion,
    /// A cast that there is not.
    Cast,
    /// An object of another sort than is asked for.
    ObjectType,
}

/// How a value can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// Text that does not spell a value of the type, or a value that is none
    /// of it.
    Text,
    /// NULL, or nothing, where there must be a value.
    Null,
    /// Binary that is not a value of the type.
    Binary,
    /// A number outside the type's range.
    NumericRange,
    /// Text that does not spell a date, time or interval.
    Datetime,
    /// A date or time outside the type's range.
    DatetimeRange,
    /// An interval outside the type's range.
    IntervalRange,
    /// An offset from UTC that is too large.
    Displacement,
    /// Text longer than the type allows.
    TooLong,
    /// Bytes that are not UTF-8, or a NUL.
    Encoding,
    /// An escape of a character that texts cannot have.
    Untranslatable,
    /// An index of an array that it cannot have.
    Subscript,
    /// A number divided by zero.
    DivisionByZero,
    /// More rows where one can be.
    Cardinality,
    /// The logarithm of a number that has none.
    Logarithm,
    /// Buckets that there cannot be.
    WidthBucket,
    /// A power that is no real number.
    Power,
    /// A pattern that ends within an escape.
    Escape,
    /// An escape where there can be none.
    EscapeUse,
    /// A regular expression that is none.
    RegularExpression,
    /// A part of a text of negative length.
    Substring,
    /// Bit strings of different lengths where they must be the same.
    StringLength,
    /// A negative LIMIT.
    RowCount,
    /// A negative OFFSET.
    RowOffset,
    /// A window's frame of a negative or unknown size.
    Frame,
    /// Which value of a window's frame is asked for.
    NthValue,
    /// In how many parts a window is divided.
    Ntile,
    /// A value that the function cannot work on.
    Unfit,
    /// A value the parameter does not take.
    Parameter,
    /// A setting that cannot be changed (any more).
    ReadOnlyParameter,
}

/// What a schema does not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Demand {
    /// A compatibility mode.
    Mode,
    /// What somebody asserts of it.
    Assertion,
}

/// How a transaction's state can be in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransactionState {
    /// An earlier statement failed; only ROLLBACK helps.
    Aborted,
    /// The statement cannot run inside a transaction.
    Active,
    /// The statement needs a transaction.
    Missing,
    /// The transaction is read only.
    ReadOnly,
    /// The portal has done all that it can do.
    PortalDone,
}

/// How a client can break the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// A message that makes no sense where it stands.
    Violation,
    /// A start-up packet without a valid identity.
    Identity,
}

/// A limit that can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Connections.
    Connections,
    /// Columns of one stream.
    Columns,
    /// Arguments of one call.
    Arguments,
    /// The depth or length of one statement.
    StatementComplexity,
    /// Memory.
    Memory,
    /// Room on the disk.
    Disk,
    /// A program limit such as a message's size.
    Program,
}

/// Something the server needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// The store.
    Store,
    /// The server itself, which is stopping.
    Server,
    /// A connection to another system.
    Connection,
    /// The client, which has been silent for too long.
    Client,
    /// A component of the change pipeline, which failed too often.
    Component,
    /// The transaction, which the client has left open for too long.
    Transaction,
    /// A lock that somebody else holds.
    Lock,
    /// A lock whose holder waits for this session.
    Deadlock,
}

/// What is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// A defect in Rekha.
    Defect,
    /// The stored data is damaged.
    Data,
    /// The store was written by a newer Rekha, or is no store of Rekha.
    StoreVersion,
    /// Reading or writing a file failed.
    Io,
    /// A setting of the server is wrong.
    Config,
}

impl ErrorKind {
    /// The five-character SQLSTATE of PostgreSQL for this kind
    /// (PostgreSQL manual, appendix A, "PostgreSQL Error Codes").
    pub const fn sqlstate(self) -> &'static str {
        match self {
            Self::Syntax => "42601",
            Self::NotFound(object) => match object {
                Object::Stream => "42P01",
                Object::Namespace => "3F000",
                Object::Column => "42703",
                Object::Type
                | Object::Index
                | Object::Constraint
                | Object::Version
                | Object::Setting => "42704",
                Object::PreparedStatement => "26000",
                Object::Portal => "34000",
                Object::Savepoint => "3B001",
                Object::Function => "42883",
                Object::Parameter => "42P02",
                Object::Other => "42704",
            },
            Self::AlreadyExists(object) => match object {
                Object::Stream | Object::Index => "42P07",
                Object::Namespace => "42P06",
                Object::Column => "42701",
                Object::Type
                | Object::Constraint
                | Object::Version
                | Object::Setting
                | Object::Parameter
                | Object::Other
                | Object::Savepoint => "42710",
                Object::Function => "42723",
                Object::PreparedStatement => "42P05",
                Object::Portal => "42P03",
            },
            Self::InvalidDefinition(definition) => match definition {
                Definition::Stream => "42P16",
                Definition::TypeMismatch => "42804",
                Definition::NameTooLong => "42622",
                Definition::ReservedName => "42939",
                Definition::AmbiguousColumn => "42702",
                Definition::AmbiguousFunction => "42725",
                Definition::AmbiguousParameter => "42P08",
                Definition::IndeterminateType => "42P18",
                Definition::DuplicateAlias => "42712",
                Definition::ColumnReference => "42P10",
                Definition::Grouping => "42803",
                Definition::Windowing => "42P20",
                Definition::Recursion => "42P19",
                Definition::Cast => "42846",
                Definition::ObjectType => "42809",
            },
            Self::InvalidValue(value) => match value {
                Value::Text => "22P02",
                Value::Null => "22004",
                Value::Binary => "22P03",
                Value::NumericRange => "22003",
                Value::Datetime => "22007",
                Value::DatetimeRange => "22008",
                Value::IntervalRange => "22015",
                Value::Displacement => "22009",
                Value::TooLong => "22001",
                Value::Encoding => "22021",
                Value::Untranslatable => "22P05",
                Value::Subscript => "2202E",
                Value::DivisionByZero => "22012",
                Value::Cardinality => "21000",
                Value::Logarithm => "2201E",
                Value::WidthBucket => "2201G",
                Value::Power => "2201F",
                Value::Escape => "22025",
                Value::EscapeUse => "2200C",
                Value::RegularExpression => "2201B",
                Value::Substring => "22011",
                Value::StringLength => "22026",
                Value::RowCount => "2201W",
                Value::RowOffset => "2201X",
                Value::Frame => "22013",
                Value::NthValue => "22016",
                Value::Ntile => "22014",
                Value::Unfit => "22000",
                Value::Parameter => "22023",
                Value::ReadOnlyParameter => "55P02",
            },
            Self::Incompatible(demand) => match demand {
                Demand::Mode => "23514",
                Demand::Assertion => "P0004",
            },
            Self::Conflict => "40001",
            Self::Dependents => "2BP01",
            Self::TransactionState(state) => match state {
                TransactionState::Aborted => "25P02",
                TransactionState::Active => "25001",
                TransactionState::Missing => "25P01",
                TransactionState::ReadOnly => "25006",
                TransactionState::PortalDone => "55000",
            },
            Self::Canceled => "57014",
            Self::Protocol(protocol) => match protocol {
                Protocol::Violation => "08P01",
                Protocol::Identity => "28000",
            },
            Self::Unsupported => "0A000",
            Self::LimitExceeded(limit) => match limit {
                Limit::Connections => "53300",
                Limit::Columns => "54011",
                Limit::Arguments => "54023",
                Limit::StatementComplexity => "54001",
                Limit::Memory => "53200",
                Limit::Disk => "53100",
                Limit::Program => "54000",
            },
            Self::Unavailable(resource) => match resource {
                Resource::Store => "57P03",
                Resource::Server => "57P01",
                Resource::Connection => "08001",
                Resource::Client => "57P05",
                Resource::Component => "55000",
                Resource::Transaction => "25P03",
                Resource::Lock => "55P03",
                Resource::Deadlock => "40P01",
            },
            Self::Internal(fault) => match fault {
                Fault::Defect => "XX000",
                Fault::Data => "XX001",
                Fault::StoreVersion => "55000",
                Fault::Io => "58030",
                Fault::Config => "F0000",
            },
        }
    }
}

/// What went wrong, for whom to fix, and how.
///
/// Cheap to move: one pointer.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    detail: Option<String>,
    hint: Option<String>,
    position: Option<usize>,
    constraint: Option<String>,
    source: Option<Cause>,
}

impl Error {
    /// An error of this kind with this message (PostgreSQL's style: lower
    /// case, no full stop, names in double quotes).
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            detail: None,
            hint: None,
            position: None,
            constraint: None,
            source: None,
        }))
    }

    /// The statement is understood, but not offered (0A000).
    pub fn unsupported(what: impl fmt::Display, hint: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, format!("{what} is not supported")).with_hint(hint)
    }

    /// A defect of the server, with its cause for the log (XX000).
    pub fn internal(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal(Fault::Defect), what)
    }

    /// Adds the detail: full sentences on what happened.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Adds the hint: full sentences on what would work.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Adds the position of the offending word: a count of characters from 1
    /// in the text the client sent.
    #[must_use]
    pub fn at(mut self, position: impl Into<Option<usize>>) -> Self {
        if let Some(position) = position.into() {
            self.0.position = Some(position);
        }
        self
    }

    /// The error without a place, when it was in another text than the client's.
    #[must_use]
    pub fn nowhere(mut self) -> Self {
        self.0.position = None;
        self
    }

    /// Adds the name of the constraint that was violated.
    #[must_use]
    pub fn with_constraint(mut self, name: impl Into<String>) -> Self {
        self.0.constraint = Some(name.into());
        self
    }

    /// Adds the cause, for the log only.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Cause>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What a caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The SQLSTATE of [`Error::kind`].
    pub fn sqlstate(&self) -> &'static str {
        self.0.kind.sqlstate()
    }

    /// What went wrong, in one line.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// More on what went wrong.
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// What would work.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Where in the client's text the offending word begins, counted in
    /// characters from 1.
    pub fn position(&self) -> Option<usize> {
        self.0.position
    }

    /// The constraint that was violated: a compatibility mode.
    pub fn constraint(&self) -> Option<&str> {
        self.0.constraint.as_deref()
    }

    /// True when the same request may succeed if it is made again.
    pub fn is_retryable(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Conflict | ErrorKind::Unavailable(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
