//! What a client can say, as data.

use super::call::Call;
use super::copy::Copy;
use super::portal::{Declare, Fetch};
use super::prepared::{Execute, Prepare};
use super::query::Query;
use crate::schema::{Alteration, ColumnSpec, Name};

/// Where a word stood in the text the client sent: characters from 1, absent
/// in statements that were not parsed. Two locations are always equal, so that
/// statements compare by what they say.
#[derive(Clone, Copy, Debug, Default, Eq)]
pub struct Location(pub Option<usize>);

impl PartialEq for Location {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The word the user chose: `STREAM` or `TABLE`. The answer's tag uses it too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spelling {
    /// `STREAM`
    #[default]
    Stream,
    /// `TABLE`
    Table,
}

/// A sort of object of PostgreSQL that there is none of here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// `DOMAIN`
    Domain,
    /// `FOREIGN TABLE`
    ForeignTable,
    /// `MATERIALIZED VIEW`
    MaterializedView,
    /// `SEQUENCE`
    Sequence,
    /// `TYPE`
    Type,
    /// `VIEW`
    View,
}

/// A name of a stream or index, as written: `name` or `namespace.name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRef {
    /// The namespace, when one was written.
    pub namespace: Option<Name>,
    /// The name.
    pub name: Name,
    /// Where it stood.
    pub location: Location,
}

/// `key = value` of a `WITH (…)` or `SET (…)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionWord {
    /// The key, folded: `datasource`, `compatibility`, `kafka.group.id`.
    pub key: String,
    /// The value.
    pub value: OptionValue,
    /// Where the key stood.
    pub location: Location,
}

/// The value of an option, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionValue {
    /// `'text'` or a bare word
    Text(String),
    /// `true` or `false`
    Boolean(bool),
    /// A number, as written
    Number(String),
}

/// The number of a version, and where it stood.
pub type VersionNumber = (u32, Location);

/// The columns and keys of a stream, in parentheses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elements {
    /// The columns in order, each with the place of its name.
    pub columns: Vec<(ColumnSpec, Location)>,
    /// Names of the primary key's columns, from either spelling.
    pub primary_key: Vec<Name>,
    /// `[CONSTRAINT name] UNIQUE (columns)` and the columns' own `UNIQUE`.
    pub unique: Vec<(Option<Name>, Vec<Name>)>,
}

/// What becomes of a stream that has the name already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    /// It is an error.
    #[default]
    Refused,
    /// `IF NOT EXISTS`: nothing happens.
    Kept,
    /// `OR REPLACE`: it is evolved.
    Replaced,
}

/// `CREATE STREAM`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateStream {
    /// `STREAM` or `TABLE`.
    pub spelling: Spelling,
    /// What becomes of a stream that is there.
    pub existing: Existing,
    /// The stream's name.
    pub name: ObjectRef,
    /// Its columns and keys.
    pub elements: Elements,
    /// `WITH (…)`.
    pub options: Vec<OptionWord>,
}

/// `CREATE STREAM … LIKE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyStream {
    /// `STREAM` or `TABLE`.
    pub spelling: Spelling,
    /// `IF NOT EXISTS` was said.
    pub if_not_exists: bool,
    /// The new stream's name.
    pub name: ObjectRef,
    /// The stream it is to be like.
    pub source: ObjectRef,
    /// `WITH (…)`.
    pub options: Vec<OptionWord>,
}

/// One action of an `ALTER STREAM`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlterAction {
    /// A change of shape, with the place of the column's or constraint's name.
    Shape(Alteration, Location),
    /// `RENAME TO name`; the only action of its statement, as in PostgreSQL.
    RenameTo(Name, Location),
    /// `SET (key = value, …)`
    Set(Vec<OptionWord>),
    /// `RESET (key, …)`
    Reset(Vec<(String, Location)>),
}

/// `ALTER STREAM`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlterStream {
    /// `STREAM` or `TABLE`.
    pub spelling: Spelling,
    /// `IF EXISTS` was said.
    pub if_exists: bool,
    /// The stream's name.
    pub name: ObjectRef,
    /// What to do, in order; at least one.
    pub actions: Vec<AlterAction>,
}

/// `DROP STREAM`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DropStreams {
    /// `STREAM` or `TABLE`.
    pub spelling: Spelling,
    /// `IF EXISTS` was said.
    pub if_exists: bool,
    /// The streams; at least one.
    pub names: Vec<ObjectRef>,
    /// `CASCADE` was said.
    pub cascade: bool,
}

/// `CREATE INDEX`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateIndex {
    /// `UNIQUE` was said.
    pub unique: bool,
    /// `IF NOT EXISTS` was said (then a name is there too).
    pub if_not_exists: bool,
    /// The index's name; it lives in the stream's namespace.
    pub name: Option<Name>,
    /// The stream.
    pub stream: ObjectRef,
    /// The columns in order, each with its place.
    pub columns: Vec<(Name, Location)>,
}

/// What a `COMMENT ON` speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommentTarget {
    /// `STREAM name` or `TABLE name`
    Stream(Spelling, ObjectRef),
    /// `COLUMN stream.column`
    Column(ObjectRef, Name, Location),
}

/// What an `ASSERT SCHEMA` wants the latest schema to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssertedSchema {
    /// `VERSION n`: that of an earlier version.
    Version(VersionNumber),
    /// `(columns and keys)`: just these columns, and the keys if they are said.
    Elements(Elements),
}

/// `ISOLATION LEVEL …`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsolationLevel {
    /// Treated as READ COMMITTED, as in PostgreSQL.
    ReadUncommitted,
    /// Each statement sees what was committed before it began.
    ReadCommitted,
    /// The transaction sees one state.
    RepeatableRead,
    /// As if transactions ran one after another.
    Serializable,
}

/// The modes of `BEGIN` and `SET TRANSACTION`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TransactionModes {
    /// `ISOLATION LEVEL …`
    pub isolation: Option<IsolationLevel>,
    /// `READ ONLY` (true) or `READ WRITE`
    pub read_only: Option<bool>,
    /// `[NOT] DEFERRABLE`
    pub deferrable: Option<bool>,
}

/// How long a `SET` lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetScope {
    /// `SET` or `SET SESSION`: until the session ends or it is set again.
    Session,
    /// `SET LOCAL`: until the transaction ends.
    Local,
}

/// The right side of a `SET`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetValue {
    /// `DEFAULT`
    Default,
    /// One or more words, numbers or strings; lists are joined as PostgreSQL
    /// does (`public, pg_catalog`), quoted where they must be.
    Value(String),
}

/// `DISCARD …`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiscardTarget {
    /// Everything of the session
    All,
    /// Cached plans
    Plans,
    /// Sequence state
    Sequences,
    /// Temporary tables
    Temp,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// `CREATE STREAM …`
    CreateStream(Box<CreateStream>),
    /// `CREATE STREAM … LIKE …`
    CopyStream(Box<CopyStream>),
    /// `ALTER STREAM …`
    AlterStream(Box<AlterStream>),
    /// `DROP STREAM …`
    DropStreams(DropStreams),
    /// `CREATE [UNIQUE] INDEX …`
    CreateIndex(Box<CreateIndex>),
    /// `DROP INDEX [IF EXISTS] name [, …] [CASCADE | RESTRICT]`
    DropIndexes {
        /// `IF EXISTS` was said.
        if_exists: bool,
        /// The indexes; at least one.
        names: Vec<ObjectRef>,
    },
    /// `DROP VIEW IF EXISTS name [, …] [CASCADE | RESTRICT]` and the like: dumps and
    /// migrations clear away first what may be there.
    DropAbsent {
        /// What they would be.
        sort: Absent,
        /// The names; at least one.
        names: Vec<ObjectRef>,
    },
    /// `CREATE SCHEMA [IF NOT EXISTS] name`
    CreateNamespace {
        /// `IF NOT EXISTS` was said.
        if_not_exists: bool,
        /// The name.
        name: Name,
        /// Where it stood.
        location: Location,
    },
    /// `DROP SCHEMA [IF EXISTS] name [, …] [CASCADE | RESTRICT]`
    DropNamespaces {
        /// `IF EXISTS` was said.
        if_exists: bool,
        /// The names, each with its place; at least one.
        names: Vec<(Name, Location)>,
        /// `CASCADE` was said.
        cascade: bool,
    },
    /// `ALTER SCHEMA name SET (…)`
    SetNamespace {
        /// The name.
        name: Name,
        /// Where it stood.
        location: Location,
        /// The options.
        options: Vec<OptionWord>,
    },
    /// `ALTER SCHEMA name RESET (…)`
    ResetNamespace {
        /// The name.
        name: Name,
        /// Where it stood.
        location: Location,
        /// Keys of the options, each with its place.
        keys: Vec<(String, Location)>,
    },
    /// `COMMENT ON … IS …`
    Comment {
        /// What it speaks of.
        target: CommentTarget,
        /// The text; nothing for NULL (an empty text is NULL too).
        text: Option<String>,
    },
    /// `SHOW SCHEMAS` or `SHOW STREAMS`, `[{FROM | IN} ns] [LIKE 'pat']`
    ShowStreams {
        /// Only of this namespace.
        namespace: Option<(Name, Location)>,
        /// Only names that match (SQL's `LIKE`).
        like: Option<String>,
    },
    /// `SHOW SCHEMA VERSIONS FOR name`
    ShowVersions(ObjectRef),
    /// `SHOW SCHEMA COMPATIBILITY FOR name`
    ShowCompatibility(ObjectRef),
    /// `SHOW SCHEMA DIFF FOR name [FROM n] [TO m]`
    ShowDiff {
        /// The stream.
        stream: ObjectRef,
        /// The version to begin with; the one before the other when absent.
        from: Option<VersionNumber>,
        /// The version to end with; the latest when absent.
        to: Option<VersionNumber>,
    },
    /// `SHOW CREATE STREAM name [VERSION n]`
    ShowCreateStream(ObjectRef, Option<VersionNumber>),
    /// `DESCRIBE [STREAM] name [VERSION n]`
    Describe(ObjectRef, Option<VersionNumber>),
    /// `ASSERT SCHEMA FOR name {VERSION n | (columns and keys)}`
    AssertSchema(ObjectRef, Box<AssertedSchema>),
    /// `EXPLAIN [(SINK word)] {ALTER STREAM … | CREATE OR REPLACE STREAM …}`
    Explain {
        /// In the words of which kind of sink; in our own when absent.
        sink: Option<(Name, Location)>,
        /// The change.
        statement: Box<Statement>,
    },
    /// `BEGIN` or `START TRANSACTION`, with the word for the tag
    Begin {
        /// `START TRANSACTION` was said.
        start: bool,
        /// Its modes.
        modes: TransactionModes,
    },
    /// `COMMIT` or `END`
    Commit {
        /// `AND CHAIN` was said.
        chain: bool,
    },
    /// `ROLLBACK` or `ABORT`
    Rollback {
        /// `AND CHAIN` was said.
        chain: bool,
    },
    /// `SAVEPOINT name`
    Savepoint(Name),
    /// `RELEASE [SAVEPOINT] name`
    Release(Name),
    /// `ROLLBACK [WORK | TRANSACTION] TO [SAVEPOINT] name`
    RollbackTo(Name),
    /// `SET TRANSACTION …`
    SetTransaction(TransactionModes),
    /// `SET SESSION CHARACTERISTICS AS TRANSACTION …`
    SetCharacteristics(TransactionModes),
    /// `SET CONSTRAINTS ALL {DEFERRED | IMMEDIATE}`
    SetConstraints {
        /// `DEFERRED` was said.
        deferred: bool,
    },
    /// `LOCK [TABLE] [ONLY] stream, … IN ACCESS SHARE MODE [NOWAIT]`: the lock of a
    /// reader, which says that the streams are there.
    Lock(Vec<ObjectRef>),
    /// `SET [SESSION | LOCAL] name {= | TO} value`, `SET TIME ZONE …`, `SET NAMES …`,
    /// `SET SESSION AUTHORIZATION DEFAULT`
    Set {
        /// How long it lasts.
        scope: SetScope,
        /// The setting's name as written (names of settings ignore case).
        name: String,
        /// The value.
        value: SetValue,
        /// Where the name stood.
        location: Location,
    },
    /// `RESET name`
    Reset {
        /// The setting's name.
        name: String,
        /// Where it stood.
        location: Location,
    },
    /// `RESET ALL`
    ResetAll,
    /// `SHOW name`
    Show {
        /// The setting's name.
        name: String,
        /// Where it stood.
        location: Location,
    },
    /// `SHOW ALL`
    ShowAll,
    /// `DISCARD …`
    Discard(DiscardTarget),
    /// `DEALLOCATE [PREPARE] name`; nothing for `ALL`
    Deallocate(Option<Name>),
    /// `SELECT …`, `VALUES …`, `TABLE …`, `WITH …`
    Query(Query),
    /// `PREPARE …`
    Prepare(Box<Prepare>),
    /// `EXECUTE …`
    Execute(Box<Execute>),
    /// `CALL …`
    Call(Box<Call>),
    /// `DECLARE …`
    Declare(Box<Declare>),
    /// `FETCH …` or `MOVE …`
    Fetch(Fetch),
    /// `CLOSE name`
    Close(Name),
    /// `CLOSE ALL`
    CloseAll,
    /// `COPY … TO STDOUT`
    Copy(Box<Copy>),
    /// `LISTEN channel`
    Listen(Name),
    /// `NOTIFY channel [, 'payload']`
    Notify {
        /// The channel.
        channel: Name,
        /// What is said; empty when nothing was.
        payload: String,
    },
    /// `UNLISTEN channel`; nothing for `*`
    Unlisten(Option<Name>),
    /// Understood, not offered: answers 0A000.
    Unsupported {
        /// What it is, for the message: `INSERT`, `CREATE VIEW`, `CREATE STREAM … LIKE`.
        what: String,
        /// What works instead, in full sentences.
        hint: String,
        /// The statement as it was written, without its semicolon.
        text: String,
        /// Where the words stood that are not offered: its first, or those of
        /// the clause.
        location: Location,
    },
}

impl Statement {
    /// The query that it is or runs, with the parameters of the statement.
    pub fn query(&self) -> Option<&Query> {
        match self {
            Self::Query(query) => Some(query),
            Self::Declare(declare) => Some(&declare.query),
            Self::Call(call) => call.arguments.as_ref(),
            _ => None,
        }
    }
}
