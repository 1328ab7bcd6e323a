//! Statements as SQL that reads back as the same statement.

use std::fmt::{self, Display, Formatter};

use super::call::Call;
use super::copy::{Copy, CopyFormat, CopySource};
use super::portal::{Declare, Direction, Fetch};
use super::prepared::{Execute, Prepare};
use super::statement::{
    Absent, AlterAction, AlterStream, AssertedSchema, CommentTarget, CopyStream, CreateIndex,
    CreateStream, DiscardTarget, DropStreams, Elements, Existing, IsolationLevel, Location,
    ObjectRef, OptionValue, OptionWord, SetScope, SetValue, Spelling, Statement, TransactionModes,
    VersionNumber,
};
use crate::schema::{Name, is_reserved, quote_ident, quote_literal};

impl Display for Statement {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateStream(create) => create.fmt(f),
            Self::CopyStream(copy) => copy.fmt(f),
            Self::AlterStream(alter) => alter.fmt(f),
            Self::DropStreams(drop) => drop.fmt(f),
            Self::CreateIndex(create) => create.fmt(f),
            Self::DropIndexes { if_exists, names } => {
                write!(
                    f,
                    "DROP INDEX {}{}",
                    If(*if_exists, "IF EXISTS "),
                    List(names)
                )
            }
            Self::DropAbsent { sort, names } => {
                write!(f, "DROP {sort} IF EXISTS {}", List(names))
            }
            Self::CreateNamespace {
                if_not_exists,
                name,
                ..
            } => write!(
                f,
                "CREATE SCHEMA {}{}",
                If(*if_not_exists, "IF NOT EXISTS "),
                quote_ident(name)
            ),
            Self::DropNamespaces {
                if_exists,
                names,
                cascade,
            } => write!(
                f,
                "DROP SCHEMA {}{}{}",
                If(*if_exists, "IF EXISTS "),
                idents(names.iter().map(|(name, _)| name)),
                If(*cascade, " CASCADE")
            ),
            Self::SetNamespace { name, options, .. } => {
                write!(
                    f,
                    "ALTER SCHEMA {} SET ({})",
                    quote_ident(name),
                    List(options)
                )
            }
            Self::ResetNamespace { name, keys, .. } => {
                write!(
                    f,
                    "ALTER SCHEMA {} RESET ({})",
                    quote_ident(name),
                    Keys(keys)
                )
            }
            Self::Comment { target, text } => {
                write!(f, "COMMENT ON {target} IS ")?;
                match text {
                    Some(text) => f.write_str(&quote_literal(text)),
                    None => f.write_str("NULL"),
                }
            }
            Self::ShowStreams { namespace, like } => {
                f.write_str("SHOW STREAMS")?;
                if let Some((namespace, _)) = namespace {
                    write!(f, " FROM {}", quote_ident(namespace))?;
                }
                match like {
                    Some(pattern) => write!(f, " LIKE {}", quote_literal(pattern)),
                    None => Ok(()),
                }
            }
            Self::ShowVersions(name) => write!(f, "SHOW SCHEMA VERSIONS FOR {name}"),
            Self::ShowCompatibility(name) => write!(f, "SHOW SCHEMA COMPATIBILITY FOR {name}"),
            Self::ShowDiff { stream, from, to } => {
                let (from, to) = (Version(" FROM", from), Version(" TO", to));
                write!(f, "SHOW SCHEMA DIFF FOR {stream}{from}{to}")
            }
            Self::ShowCreateStream(name, version) => {
                let version = Version(" VERSION", version);
                write!(f, "SHOW CREATE STREAM {name}{version}")
            }
            Self::Describe(name, version) => {
                let version = Version(" VERSION", version);
                write!(f, "DESCRIBE STREAM {name}{version}")
            }
            Self::AssertSchema(name, asserted) => {
                write!(f, "ASSERT SCHEMA FOR {name} ")?;
                match asserted.as_ref() {
                    AssertedSchema::Version((number, _)) => write!(f, "VERSION {number}"),
                    AssertedSchema::Elements(elements) => elements.fmt(f),
                }
            }
            Self::Explain { sink, statement } => {
                f.write_str("EXPLAIN ")?;
                if let Some((sink, _)) = sink {
                    write!(f, "(SINK {}) ", quote_ident(sink))?;
                }
                statement.fmt(f)
            }
            Self::Begin { start, modes } => {
                f.write_str(if *start { "START TRANSACTION" } else { "BEGIN" })?;
                match modes == &TransactionModes::default() {
                    true => Ok(()),
                    false => write!(f, " {modes}"),
                }
            }
            Self::Commit { chain } => write!(f, "COMMIT{}", If(*chain, " AND CHAIN")),
            Self::Rollback { chain } => write!(f, "ROLLBACK{}", If(*chain, " AND CHAIN")),
            Self::Savepoint(name) => write!(f, "SAVEPOINT {}", quote_ident(name)),
            Self::Release(name) => write!(f, "RELEASE SAVEPOINT {}", quote_ident(name)),
            Self::RollbackTo(name) => write!(f, "ROLLBACK TO SAVEPOINT {}", quote_ident(name)),
            Self::SetTransaction(modes) => write!(f, "SET TRANSACTION {modes}"),
            Self::SetCharacteristics(modes) => {
                write!(f, "SET SESSION CHARACTERISTICS AS TRANSACTION {modes}")
            }
            Self::SetConstraints { deferred } => {
                let when = if *deferred { "DEFERRED" } else { "IMMEDIATE" };
                write!(f, "SET CONSTRAINTS ALL {when}")
            }
            Self::Lock(streams) => {
                write!(f, "LOCK TABLE {} IN ACCESS SHARE MODE", List(streams))
            }
            Self::Set {
                scope, name, value, ..
            } => {
                let local = If(*scope == SetScope::Local, "LOCAL ");
                write!(f, "SET {local}{} = ", setting(name))?;
                match value {
                    SetValue::Default => f.write_str("DEFAULT"),
                    SetValue::Value(value) => f.write_str(&quote_literal(value)),
                }
            }
            Self::Reset { name, .. } => write!(f, "RESET {}", setting(name)),
            Self::ResetAll => f.write_str("RESET ALL"),
            Self::Show { name, .. } => {
                // What would be another SHOW without quotes.
                let first = name.split('.').next().unwrap_or(name);
                match ["streams", "schemas", "tables", "schema"]
                    .iter()
                    .any(|word| first.eq_ignore_ascii_case(word))
                {
                    true => write!(f, "SHOW {}", quoted(name)),
                    false => write!(f, "SHOW {}", setting(name)),
                }
            }
            Self::ShowAll => f.write_str("SHOW ALL"),
            Self::Discard(target) => write!(f, "DISCARD {target}"),
            Self::Deallocate(None) => f.write_str("DEALLOCATE ALL"),
            Self::Deallocate(Some(name)) => write!(f, "DEALLOCATE {}", quote_ident(name)),
            Self::Query(query) => f.write_str(&query.text),
            Self::Prepare(prepare) => prepare.fmt(f),
            Self::Execute(execute) => execute.fmt(f),
            Self::Call(call) => call.fmt(f),
            Self::Declare(declare) => declare.fmt(f),
            Self::Fetch(fetch) => fetch.fmt(f),
            Self::Close(name) => write!(f, "CLOSE {}", quote_ident(name)),
            Self::Copy(copy) => copy.fmt(f),
            Self::CloseAll => f.write_str("CLOSE ALL"),
            Self::Listen(channel) => write!(f, "LISTEN {}", quote_ident(channel)),
            Self::Notify { channel, payload } => {
                write!(f, "NOTIFY {}", quote_ident(channel))?;
                match payload.as_str() {
                    "" => Ok(()),
                    payload => write!(f, ", {}", quote_literal(payload)),
                }
            }
            Self::Unlisten(Some(channel)) => write!(f, "UNLISTEN {}", quote_ident(channel)),
            Self::Unlisten(None) => f.write_str("UNLISTEN *"),
            Self::Unsupported { text, .. } => f.write_str(text),
        }
    }
}

/// As it is written: each part quoted where it must be.
impl Display for ObjectRef {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, "{}.", quote_ident(namespace))?;
        }
        f.write_str(&quote_ident(&self.name))
    }
}

/// `STREAM` or `TABLE`
impl Display for Spelling {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stream => "STREAM",
            Self::Table => "TABLE",
        })
    }
}

impl Display for Absent {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Domain => "DOMAIN",
            Self::ForeignTable => "FOREIGN TABLE",
            Self::MaterializedView => "MATERIALIZED VIEW",
            Self::Sequence => "SEQUENCE",
            Self::Type => "TYPE",
            Self::View => "VIEW",
        })
    }
}

/// In parentheses, on one line; as `{:#}`, each column and key on a line of its
/// own.
impl Display for Elements {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut elements: Vec<String> = self
            .columns
            .iter()
            .map(|(column, _)| column.to_string())
            .collect();
        if !self.primary_key.is_empty() {
            elements.push(format!("PRIMARY KEY ({})", idents(&self.primary_key)));
        }
        for (name, columns) in &self.unique {
            elements.push(unique(name.as_ref(), columns));
        }
        match f.alternate() {
            true => write!(f, "(\n    {}\n)", elements.join(",\n    ")),
            false => write!(f, "({})", elements.join(", ")),
        }
    }
}

/// On one line; as `{:#}`, as [`Elements`] are.
impl Display for CreateStream {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "CREATE {}{} {}{} ",
            If(self.existing == Existing::Replaced, "OR REPLACE "),
            self.spelling,
            If(self.existing == Existing::Kept, "IF NOT EXISTS "),
            self.name
        )?;
        self.elements.fmt(f)?;
        With(&self.options).fmt(f)
    }
}

impl Display for CopyStream {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "CREATE {} {}{} LIKE {}{}",
            self.spelling,
            If(self.if_not_exists, "IF NOT EXISTS "),
            self.name,
            self.source,
            With(&self.options)
        )
    }
}

/// The options, if there are any.
struct With<'a>(&'a [OptionWord]);

impl Display for With<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => Ok(()),
            options => write!(f, " WITH ({})", List(options)),
        }
    }
}

impl Display for AlterStream {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ALTER {} {}{} {}",
            self.spelling,
            If(self.if_exists, "IF EXISTS "),
            self.name,
            List(&self.actions)
        )
    }
}

impl Display for AlterAction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape(alteration, _) => alteration.fmt(f),
            Self::RenameTo(name, _) => write!(f, "RENAME TO {}", quote_ident(name)),
            Self::Set(options) => write!(f, "SET ({})", List(options)),
            Self::Reset(keys) => write!(f, "RESET ({})", Keys(keys)),
        }
    }
}

impl Display for DropStreams {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "DROP {} {}{}{}",
            self.spelling,
            If(self.if_exists, "IF EXISTS "),
            List(&self.names),
            If(self.cascade, " CASCADE")
        )
    }
}

impl Display for CreateIndex {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "CREATE {}INDEX {}",
            If(self.unique, "UNIQUE "),
            If(self.if_not_exists, "IF NOT EXISTS ")
        )?;
        if let Some(name) = &self.name {
            write!(f, "{} ", quote_ident(name))?;
        }
        let columns = idents(self.columns.iter().map(|(name, _)| name));
        write!(f, "ON {} ({columns})", self.stream)
    }
}

impl Display for CommentTarget {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream(spelling, name) => write!(f, "{spelling} {name}"),
            Self::Column(stream, column, _) => {
                write!(f, "COLUMN {stream}.{}", quote_ident(column))
            }
        }
    }
}

impl Display for OptionWord {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", Key(&self.key), self.value)
    }
}

impl Display for OptionValue {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&quote_literal(text)),
            Self::Boolean(value) => value.fmt(f),
            Self::Number(number) => f.write_str(number),
        }
    }
}

impl Display for TransactionModes {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let isolation = self.isolation.map(|level| match level {
            IsolationLevel::ReadUncommitted => "ISOLATION LEVEL READ UNCOMMITTED",
            IsolationLevel::ReadCommitted => "ISOLATION LEVEL READ COMMITTED",
            IsolationLevel::RepeatableRead => "ISOLATION LEVEL REPEATABLE READ",
            IsolationLevel::Serializable => "ISOLATION LEVEL SERIALIZABLE",
        });
        let read_only = self.read_only.map(|read_only| match read_only {
            true => "READ ONLY",
            false => "READ WRITE",
        });
        let deferrable = self.deferrable.map(|deferrable| match deferrable {
            true => "DEFERRABLE",
            false => "NOT DEFERRABLE",
        });
        let modes: Vec<_> = [isolation, read_only, deferrable]
            .into_iter()
            .flatten()
            .collect();
        f.write_str(&modes.join(", "))
    }
}

impl Display for DiscardTarget {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "ALL",
            Self::Plans => "PLANS",
            Self::Sequences => "SEQUENCES",
            Self::Temp => "TEMP",
        })
    }
}

impl Display for Prepare {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "PREPARE {}", quote_ident(&self.name))?;
        if let Some(types) = &self.types {
            write!(f, " ({})", types.text)?;
        }
        write!(f, " AS {}", self.query.text)
    }
}

impl Display for Execute {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "EXECUTE {}", quote_ident(&self.name))?;
        match &self.arguments {
            Some(arguments) => write!(f, " ({})", arguments.text),
            None => Ok(()),
        }
    }
}

impl Display for Call {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let arguments = self.arguments.as_ref();
        let arguments = arguments.map_or("", |arguments| &arguments.text);
        write!(f, "CALL {}({arguments})", self.procedure)
    }
}

impl Display for Declare {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "DECLARE {} {}{}CURSOR {}FOR {}",
            quote_ident(&self.name),
            If(self.is_binary, "BINARY "),
            match self.scroll {
                Some(true) => "SCROLL ",
                Some(false) => "NO SCROLL ",
                None => "",
            },
            If(self.is_holdable, "WITH HOLD "),
            self.query.text
        )
    }
}

impl Display for Fetch {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let verb = if self.is_move { "MOVE" } else { "FETCH" };
        let (word, count) = match self.direction {
            Direction::Forward(count) => ("FORWARD", count),
            Direction::Backward(count) => ("BACKWARD", count),
            Direction::Absolute(row) => ("ABSOLUTE", Some(row)),
            Direction::Relative(row) => ("RELATIVE", Some(row)),
        };
        let count = count.map_or("ALL".to_owned(), |count| count.to_string());
        let name = quote_ident(&self.cursor);
        write!(f, "{verb} {word} {count} FROM {name}")
    }
}

impl Display for Copy {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.source {
            CopySource::Query(query) => write!(f, "COPY ({})", query.text)?,
            CopySource::Relation(name, columns) if columns.is_empty() => write!(f, "COPY {name}")?,
            CopySource::Relation(name, columns) => {
                let columns = idents(columns.iter().map(|(name, _)| name));
                write!(f, "COPY {name} ({columns})")?;
            }
        }
        write!(f, " TO STDOUT WITH ({})", self.format)
    }
}

impl Display for CopyFormat {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let byte = |byte: &u8| quote_literal(&char::from(*byte).to_string());
        match self {
            Self::Text {
                delimiter,
                null,
                header,
            } => {
                let (delimiter, null) = (byte(delimiter), quote_literal(null));
                write!(f, "DELIMITER {delimiter}, NULL {null}, HEADER {header}")
            }
            Self::Csv {
                delimiter,
                null,
                header,
                quote,
                escape,
                force_quote,
            } => {
                let (delimiter, null) = (byte(delimiter), quote_literal(null));
                let (quote, escape) = (byte(quote), byte(escape));
                write!(
                    f,
                    "FORMAT csv, DELIMITER {delimiter}, NULL {null}, HEADER {header}, QUOTE {quote}, ESCAPE {escape}"
                )?;
                match force_quote {
                    None => f.write_str(", FORCE_QUOTE *"),
                    Some(columns) if columns.is_empty() => Ok(()),
                    Some(columns) => write!(f, ", FORCE_QUOTE ({})", idents(columns)),
                }
            }
            Self::Binary => f.write_str("FORMAT binary"),
        }
    }
}

/// A version behind its word, if it is said.
struct Version<'a>(&'static str, &'a Option<VersionNumber>);

impl Display for Version<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.1 {
            Some((number, _)) => write!(f, "{} {number}", self.0),
            None => Ok(()),
        }
    }
}

/// A phrase that is said or not.
struct If(bool, &'static str);

impl Display for If {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 { self.1 } else { "" })
    }
}

/// Things with commas between them.
struct List<'a, T>(&'a [T]);

impl<T: Display> Display for List<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (n, item) in self.0.iter().enumerate() {
            write!(f, "{}{item}", If(n > 0, ", "))?;
        }
        Ok(())
    }
}

fn idents<'a>(names: impl IntoIterator<Item = &'a Name>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| quote_ident(name)).collect();
    names.join(", ")
}

/// The key of an option: bare when each of its parts is a word.
struct Key<'a>(&'a str);

impl Display for Key<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let is_bare = self.0.split('.').all(|part| {
            part.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        });
        match is_bare {
            true => f.write_str(self.0),
            false => f.write_str(&quote_literal(self.0)),
        }
    }
}

struct Keys<'a>(&'a [(String, Location)]);

impl Display for Keys<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (n, (key, _)) in self.0.iter().enumerate() {
            write!(f, "{}{}", If(n > 0, ", "), Key(key))?;
        }
        Ok(())
    }
}

/// A setting's name: bare when each of its parts is a word that is not
/// reserved. Its case is kept, so it is not [`quote_ident`] that decides.
fn setting(name: &str) -> String {
    let is_bare = name.split('.').all(|part| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !is_reserved(&part.to_ascii_lowercase())
    });
    match is_bare {
        true => name.to_owned(),
        false => quoted(name),
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A UNIQUE constraint as it is declared.
fn unique(name: Option<&Name>, columns: &[Name]) -> String {
    let name = name.map_or(String::new(), |name| {
        format!("CONSTRAINT {} ", quote_ident(name))
    });
    format!("{name}UNIQUE ({})", idents(columns))
}
