//! `COPY … TO STDOUT`.

use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed, fold};
use super::query::Query;
use super::select;
use super::statement::{Location, ObjectRef, Statement};
use super::unsupported::{ROWS, is_write};
use crate::error::{Error, ErrorKind, Result, Value};
use crate::schema::{Name, quote_ident};

/// `COPY … TO STDOUT`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// What is copied.
    pub source: CopySource,
    /// How it is written.
    pub format: CopyFormat,
}

/// What a COPY copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopySource {
    /// `(query)`
    Query(Query),
    /// `relation [(columns)]`; no columns for all of them.
    Relation(ObjectRef, Vec<(Name, Location)>),
}

/// How COPY writes rows (PostgreSQL manual, "COPY", File Formats).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyFormat {
    /// A line a row, with backslashes before what would be mistaken.
    Text {
        /// What stands between two values.
        delimiter: u8,
        /// What stands for NULL.
        null: String,
        /// The first line has the names.
        header: bool,
    },
    /// A line a row, with quotes around what would be mistaken.
    Csv {
        /// What stands between two values.
        delimiter: u8,
        /// What stands for NULL.
        null: String,
        /// The first line has the names.
        header: bool,
        /// What stands around a value.
        quote: u8,
        /// What stands before a quote within a value.
        escape: u8,
        /// The columns that are always quoted; all of them when there is no list.
        force_quote: Option<Vec<Name>>,
    },
    /// PGCOPY
    Binary,
}

impl CopySource {
    /// The query that answers the rows.
    ///
    /// # Errors
    /// None for a source that was parsed.
    pub fn query(&self) -> Result<Query> {
        match self {
            Self::Query(query) => Ok(query.clone()),
            Self::Relation(name, columns) => {
                let columns: Vec<_> = columns.iter().map(|(name, _)| quote_ident(name)).collect();
                let columns = match columns.is_empty() {
                    true => "*".to_owned(),
                    false => columns.join(", "),
                };
                Query::parse(&format!("SELECT {columns} FROM {name}"))
            }
        }
    }
}

/// `{(query) | relation [(columns)]} TO STDOUT [[WITH] options]`
pub(super) fn copy(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    let source = source(cursor)?;
    if cursor.is("FROM") {
        return cursor.unsupported("COPY FROM", ROWS);
    }
    cursor.expect("TO")?;
    // Either word is either stream, as in PostgreSQL: the direction says which.
    if !cursor.accept("STDOUT") && !cursor.accept("STDIN") {
        if cursor.is("PROGRAM") || matches!(cursor.token(), Token::SingleQuotedString(_)) {
            let hint = "Use COPY … TO STDOUT, or psql's \\copy.";
            return cursor.unsupported("COPY to a file of the server", hint);
        }
        return Err(cursor.unexpected("STDOUT").into());
    }
    let is_with = cursor.accept("WITH");
    let options = match cursor.token() {
        Token::LParen => options(cursor)?,
        _ => old_options(cursor)?,
    };
    if is_with && options.0.is_empty() {
        return Err(cursor.unexpected("options").into());
    }
    let format = options.format()?;
    Ok(Statement::Copy(Box::new(Copy { source, format })))
}

fn source(cursor: &mut Cursor<'_>) -> Parsed<CopySource> {
    if cursor.accept_sign(&Token::LParen) {
        if let Some(what) = is_write(cursor) {
            return cursor.unsupported(what, ROWS);
        }
        let query = select::query(cursor)?;
        cursor.expect_sign(&Token::RParen)?;
        return Ok(CopySource::Query(query));
    }
    let name = cursor.object("a relation or a query in parentheses")?;
    let columns = match cursor.accept_sign(&Token::LParen) {
        true => {
            let columns = cursor.list(|cursor| Ok(cursor.name("a column")?))?;
            cursor.expect_sign(&Token::RParen)?;
            columns
        }
        false => Vec::new(),
    };
    Ok(CopySource::Relation(name, columns))
}

/// Options as they are written: name, value, place.
struct Options(Vec<(String, Setting, Location)>);

enum Setting {
    /// Nothing, or a word, number or string
    Text(Option<String>),
    /// `(columns)`
    Columns(Vec<Name>),
    /// `*`
    All,
}

/// `(name [value], …)`
fn options(cursor: &mut Cursor<'_>) -> Parsed<Options> {
    cursor.expect_sign(&Token::LParen)?;
    let options = cursor.list(|cursor| {
        let (name, location) = cursor.label("an option of COPY")?;
        Ok((name, setting(cursor)?, location))
    })?;
    cursor.expect_sign(&Token::RParen)?;
    Ok(Options(options))
}

fn setting(cursor: &mut Cursor<'_>) -> Parsed<Setting> {
    if let Some(text) = cursor.string()? {
        return Ok(Setting::Text(Some(text)));
    }
    if let Some(number) = cursor.number() {
        return Ok(Setting::Text(Some(number)));
    }
    if cursor.accept_sign(&Token::Mul) {
        return Ok(Setting::All);
    }
    if cursor.accept_sign(&Token::LParen) {
        let columns = cursor.list(|cursor| Ok(cursor.name("a column")?.0))?;
        cursor.expect_sign(&Token::RParen)?;
        return Ok(Setting::Columns(columns));
    }
    match cursor.token() {
        Token::Word(word) => {
            cursor.advance();
            Ok(Setting::Text(Some(fold(word))))
        }
        _ => Ok(Setting::Text(None)),
    }
}

/// `[BINARY] [DELIMITER [AS] '…'] [NULL [AS] '…'] [CSV [HEADER] [QUOTE [AS] '…'] …]`: the
/// spelling of PostgreSQL 7.3 to 8.4.
fn old_options(cursor: &mut Cursor<'_>) -> Parsed<Options> {
    let mut options = Vec::new();
    while !cursor.is_at_end() {
        let location = cursor.location();
        let (name, _) = cursor.label("an option of COPY")?;
        let (name, value) = match name.as_str() {
            "binary" | "csv" => ("format".to_owned(), Setting::Text(Some(name))),
            "header" => (name, Setting::Text(None)),
            "delimiter" | "delimiters" | "null" | "quote" | "escape" | "encoding" => {
                cursor.accept("AS");
                let value = cursor.expect_string()?;
                let name = name.replace("delimiters", "delimiter");
                (name, Setting::Text(Some(value)))
            }
            "force" => {
                cursor.expect("QUOTE")?;
                let value = match cursor.accept_sign(&Token::Mul) {
                    true => Setting::All,
                    false => {
                        Setting::Columns(cursor.list(|cursor| Ok(cursor.name("a column")?.0))?)
                    }
                };
                ("force_quote".to_owned(), value)
            }
            _ => {
                let message = format!("syntax error at or near \"{name}\"");
                return Err(Error::new(ErrorKind::Syntax, message).at(location.0).into());
            }
        };
        options.push((name, value, location));
    }
    Ok(Options(options))
}

/// What the options of COPY say, one by one.
#[derive(Default)]
struct Said {
    format: Option<String>,
    delimiter: Option<String>,
    null: Option<String>,
    header: Option<bool>,
    quote: Option<String>,
    escape: Option<String>,
    force_quote: Option<Option<Vec<Name>>>,
    encoding: Option<String>,
}

impl Options {
    /// What they mean together; the rules and their order are those of PostgreSQL's
    /// `ProcessCopyOptions`.
    fn format(self) -> Result<CopyFormat> {
        let mut said = Said::default();
        for (name, value, location) in self.0 {
            said.take(&name, value)
                .map_err(|error| error.at(location.0))?;
        }
        said.format()
    }
}

impl Said {
    fn take(&mut self, name: &str, value: Setting) -> Result<()> {
        match name {
            "format" => once(&mut self.format, known_format(text(name, value)?)?),
            "delimiter" => once(&mut self.delimiter, text(name, value)?),
            "null" => once(&mut self.null, text(name, value)?),
            "header" => once(&mut self.header, boolean(value)?),
            "quote" => once(&mut self.quote, text(name, value)?),
            "escape" => once(&mut self.escape, text(name, value)?),
            "encoding" => once(&mut self.encoding, known_encoding(text(name, value)?)?),
            "force_quote" => match value {
                Setting::Columns(columns) => once(&mut self.force_quote, Some(columns)),
                Setting::All => once(&mut self.force_quote, None),
                Setting::Text(_) => Err(invalid(
                    "argument to option \"force_quote\" must be a list of column names",
                )),
            },
            "freeze" | "force_not_null" | "force_null" => Err(unsupported(format!(
                "COPY {} only available using COPY FROM",
                name.replace('_', " ")
            ))),
            _ => Err(wrong(format!("option \"{name}\" not recognized"))),
        }
    }

    fn format(self) -> Result<CopyFormat> {
        let format = self.format.as_deref().unwrap_or("text");
        let (is_binary, is_csv) = (format == "binary", format == "csv");
        if is_binary && self.delimiter.is_some() {
            return Err(wrong("cannot specify DELIMITER in BINARY mode"));
        }
        if is_binary && self.null.is_some() {
            return Err(wrong("cannot specify NULL in BINARY mode"));
        }
        let null = self.null.unwrap_or(match is_csv {
            true => String::new(),
            false => "\\N".to_owned(),
        });
        let delimiter = one_byte(
            self.delimiter,
            if is_csv { b',' } else { b'\t' },
            "delimiter",
        )?;
        if matches!(delimiter, b'\r' | b'\n') {
            return Err(invalid(
                "COPY delimiter cannot be newline or carriage return",
            ));
        }
        if null.contains(['\r', '\n']) {
            return Err(invalid(
                "COPY null representation cannot use newline or carriage return",
            ));
        }
        const TAKEN: &[u8] = b"\\.abcdefghijklmnopqrstuvwxyz0123456789";
        if !is_csv && TAKEN.contains(&delimiter) {
            let delimiter = char::from(delimiter);
            return Err(invalid(format!("COPY delimiter cannot be \"{delimiter}\"")));
        }
        let header = self.header.unwrap_or(false);
        if is_binary && header {
            return Err(unsupported("cannot specify HEADER in BINARY mode"));
        }
        if !is_csv && self.quote.is_some() {
            return Err(unsupported("COPY quote available only in CSV mode"));
        }
        let quote = one_byte(self.quote, b'"', "quote")?;
        if is_csv && delimiter == quote {
            return Err(invalid("COPY delimiter and quote must be different"));
        }
        if !is_csv && self.escape.is_some() {
            return Err(unsupported("COPY escape available only in CSV mode"));
        }
        let escape = one_byte(self.escape, quote, "escape")?;
        if !is_csv && self.force_quote.is_some() {
            return Err(unsupported("COPY force quote available only in CSV mode"));
        }
        if !is_binary && null.as_bytes().contains(&delimiter) {
            return Err(unsupported(
                "COPY delimiter must not appear in the NULL specification",
            ));
        }
        if is_csv && null.as_bytes().contains(&quote) {
            return Err(unsupported(
                "CSV quote character must not appear in the NULL specification",
            ));
        }
        Ok(match format {
            "binary" => CopyFormat::Binary,
            "csv" => CopyFormat::Csv {
                delimiter,
                null,
                header,
                quote,
                escape,
                force_quote: self.force_quote.unwrap_or(Some(Vec::new())),
            },
            _ => CopyFormat::Text {
                delimiter,
                null,
                header,
            },
        })
    }
}

fn once<T>(place: &mut Option<T>, value: T) -> Result<()> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(wrong("conflicting or redundant options")),
    }
}

fn text(name: &str, value: Setting) -> Result<String> {
    match value {
        Setting::Text(Some(text)) => Ok(text),
        _ => Err(wrong(format!("{name} requires a parameter"))),
    }
}

fn boolean(value: Setting) -> Result<bool> {
    let Setting::Text(text) = value else {
        return Err(wrong("header requires a Boolean value"));
    };
    match text.map(|text| text.to_ascii_lowercase()).as_deref() {
        None | Some("true" | "on" | "1") => Ok(true),
        Some("false" | "off" | "0") => Ok(false),
        Some("match") => Err(unsupported("cannot use \"match\" with HEADER in COPY TO")),
        Some(_) => Err(wrong("header requires a Boolean value or \"match\"")),
    }
}

fn known_format(format: String) -> Result<String> {
    match ["text", "csv", "binary"].contains(&format.as_str()) {
        true => Ok(format),
        false => Err(invalid(format!("COPY format \"{format}\" not recognized"))),
    }
}

/// Everything is written in UTF-8.
fn known_encoding(encoding: String) -> Result<String> {
    let plain: String = encoding
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    match ["utf8", "unicode"].contains(&plain.to_ascii_lowercase().as_str()) {
        true => Ok(encoding),
        false => Err(unsupported(format!(
            "COPY in the encoding \"{encoding}\" is not supported"
        ))
        .with_hint("Use UTF8.")),
    }
}

fn one_byte(said: Option<String>, default: u8, what: &str) -> Result<u8> {
    let Some(text) = said else {
        return Ok(default);
    };
    match text.as_bytes() {
        [byte] => Ok(*byte),
        _ => Err(unsupported(format!(
            "COPY {what} must be a single one-byte character"
        ))),
    }
}

fn wrong(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Syntax, message)
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidValue(Value::Parameter), message)
}

fn unsupported(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Unsupported, message)
}
