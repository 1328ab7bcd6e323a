//! The names of types without parts, and their arguments.

use super::scanner::{Scanner, Token};
use crate::error::{Error, ErrorKind, Object, Result, Value};
use crate::schema::{DataType, nearest};

/// PostgreSQL's largest precision and largest scale of a `numeric` (15 and later).
const MAX_NUMERIC: i64 = 1_000;

/// PostgreSQL's largest length of a `character varying`.
const MAX_LENGTH: i64 = 10_485_760;

/// The finest time is a microsecond.
const MAX_TIME_PRECISION: i64 = 6;

/// Every name without its arguments, as it is looked up; those people meet
/// first come first.
pub(super) const NAMES: &[&str] = &[
    "boolean",
    "bool",
    "smallint",
    "int2",
    "int16",
    "integer",
    "int",
    "int4",
    "int32",
    "bigint",
    "int8",
    "int64",
    "long",
    "real",
    "float4",
    "float32",
    "double precision",
    "double",
    "float8",
    "float64",
    "float",
    "numeric",
    "decimal",
    "dec",
    "text",
    "string",
    "varchar",
    "character varying",
    "char varying",
    "char",
    "character",
    "bytea",
    "blob",
    "binary",
    "varbinary",
    "bytes",
    "date",
    "time",
    "time without time zone",
    "timestamp",
    "timestamp without time zone",
    "datetime",
    "timestamptz",
    "timestamp with time zone",
    "interval",
    "uuid",
    "json",
    "jsonb",
];

/// What PostgreSQL lets follow `interval`.
const INTERVAL_FIELDS: [&str; 6] = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];

pub(super) const FAMILIES: &str = "Types are boolean, smallint, integer, bigint, real, double precision, \
    numeric(p,s), text, varchar(n), char(n), bytea, date, time, timestamp, timestamptz, interval, \
    uuid, json, jsonb, t[], array<t>, map<k, v> and struct<name t, …>.";

/// PostgreSQL's columns that number their rows, and what the numbers are.
const SERIALS: [(&str, &str); 6] = [
    ("smallserial", "smallint"),
    ("serial2", "smallint"),
    ("serial", "integer"),
    ("serial4", "integer"),
    ("bigserial", "bigint"),
    ("serial8", "bigint"),
];

/// The name of a type without parts, taken apart: `timestamp (3) with  time
/// zone` is the name `timestamp with time zone` with the argument 3.
pub(super) struct ScalarName {
    /// Words in lower case, one blank between them.
    name: String,
    arguments: Vec<i64>,
}

impl ScalarName {
    /// Reads a name, known or not, with its arguments.
    ///
    /// # Errors
    /// 42601 when there is none, and for arguments that are no whole numbers.
    pub(super) fn read(scanner: &mut Scanner<'_>) -> Result<Self> {
        catalog(scanner);
        // MySQL's name of a type, and a reserved word of PostgreSQL's.
        let mut name = match scanner.accept("BINARY") {
            true => "binary".to_owned(),
            false => scanner.name("a type")?,
        };
        for word in following(&name) {
            append(scanner, &[word], &mut name);
        }
        let arguments = arguments(scanner)?;
        if matches!(name.as_str(), "time" | "timestamp") {
            append(scanner, &["WITH", "TIME", "ZONE"], &mut name);
            append(scanner, &["WITHOUT", "TIME", "ZONE"], &mut name);
        }
        let is_field = |word: &&str| scanner.is(word);
        if name == "interval" && INTERVAL_FIELDS.iter().any(is_field) {
            let error = Error::unsupported(
                "a field of an interval",
                "Use INTERVAL, which has all fields.",
            );
            return Err(scanner.point(error, scanner.place()));
        }
        Ok(Self { name, arguments })
    }

    /// The type of this name.
    ///
    /// # Errors
    /// 42704 for a name of no type, 22023 for an argument out of range, 42601
    /// for arguments that the type does not take, 0A000 for times of day with
    /// a zone.
    pub(super) fn data_type(&self) -> Result<DataType> {
        let data_type = match self.name.as_str() {
            "boolean" | "bool" => self.plain(DataType::Boolean)?,
            "smallint" | "int2" | "int16" => self.plain(DataType::SmallInt)?,
            "integer" | "int" | "int4" | "int32" => self.plain(DataType::Integer)?,
            "bigint" | "int8" | "int64" | "long" => self.plain(DataType::BigInt)?,
            "real" | "float4" | "float32" => self.plain(DataType::Real)?,
            "double precision" | "double" | "float8" | "float64" => self.plain(DataType::Double)?,
            "float" => self.float()?,
            "numeric" | "decimal" | "dec" => self.numeric()?,
            "text" | "string" => self.plain(DataType::Text)?,
            "varchar" | "character varying" | "char varying" => DataType::Varchar(self.length()?),
            "char" | "character" => DataType::Char(self.length()?.unwrap_or(1)),
            "bytea" | "blob" | "binary" | "varbinary" | "bytes" => self.plain(DataType::Bytea)?,
            "date" => self.plain(DataType::Date)?,
            "time" | "time without time zone" => DataType::Time(self.time_precision()?),
            "timestamp" | "timestamp without time zone" | "datetime" => {
                DataType::Timestamp(self.time_precision()?)
            }
            "timestamptz" | "timestamp with time zone" => {
                DataType::TimestampTz(self.time_precision()?)
            }
            "interval" => self.plain(DataType::Interval)?,
            "uuid" => self.plain(DataType::Uuid)?,
            "json" => self.plain(DataType::Json)?,
            "jsonb" => self.plain(DataType::Jsonb)?,
            "timetz" | "time with time zone" => {
                return Err(Error::unsupported(
                    format!("type {}", self.name),
                    "An offset without a date has no meaning where clocks change: use timestamptz.",
                ));
            }
            name => return Err(unknown(name)),
        };
        Ok(data_type)
    }

    fn plain(&self, data_type: DataType) -> Result<DataType> {
        if self.arguments.is_empty() {
            return Ok(data_type);
        }
        Err(Error::new(
            ErrorKind::Syntax,
            format!("type modifier is not allowed for type \"{}\"", self.name),
        )
        .with_hint(format!("Write {data_type}.")))
    }

    /// The only argument; nothing without one.
    fn single(&self) -> Result<Option<i64>> {
        match self.arguments[..] {
            [] => Ok(None),
            [argument] => Ok(Some(argument)),
            _ => Err(Error::new(
                ErrorKind::InvalidValue(Value::Parameter),
                format!("invalid type modifier for type \"{}\"", self.name),
            )
            .with_hint("The type takes one.")),
        }
    }

    /// SQL counts the bits of the mantissa.
    fn float(&self) -> Result<DataType> {
        match self.single()? {
            Some(..=0) => Err(parameter("precision for type float must be at least 1 bit")),
            Some(1..=24) => Ok(DataType::Real),
            None | Some(25..=53) => Ok(DataType::Double),
            Some(_) => Err(parameter(
                "precision for type float must be less than 54 bits",
            )),
        }
    }

    fn numeric(&self) -> Result<DataType> {
        let (precision, scale) = match self.arguments[..] {
            [] => return Ok(DataType::Numeric(None)),
            [precision] => (precision, 0),
            [precision, scale] => (precision, scale),
            _ => return Err(parameter("invalid NUMERIC type modifier")),
        };
        if !(1..=MAX_NUMERIC).contains(&precision) {
            return Err(parameter(format!(
                "NUMERIC precision {precision} must be between 1 and {MAX_NUMERIC}"
            )));
        }
        if !(-MAX_NUMERIC..=MAX_NUMERIC).contains(&scale) {
            return Err(parameter(format!(
                "NUMERIC scale {scale} must be between -{MAX_NUMERIC} and {MAX_NUMERIC}"
            )));
        }
        // Both are within a thousand.
        Ok(DataType::Numeric(Some((precision as u16, scale as i16))))
    }

    fn length(&self) -> Result<Option<u32>> {
        let Some(length) = self.single()? else {
            return Ok(None);
        };
        let name = if self.name.ends_with("varying") || self.name == "varchar" {
            "varchar"
        } else {
            "char"
        };
        match length {
            ..=0 => Err(parameter(format!(
                "length for type {name} must be at least 1"
            ))),
            1..=MAX_LENGTH => Ok(u32::try_from(length).ok()),
            _ => Err(
                parameter(format!("length for type {name} cannot exceed {MAX_LENGTH}"))
                    .with_hint("Use text."),
            ),
        }
    }

    fn time_precision(&self) -> Result<Option<u8>> {
        match self.single()? {
            None => Ok(None),
            Some(precision @ 0..=MAX_TIME_PRECISION) => Ok(u8::try_from(precision).ok()),
            Some(precision) => Err(parameter(format!(
                "{}({precision}) precision must be between 0 and {MAX_TIME_PRECISION}",
                self.name
                    .split(' ')
                    .next()
                    .unwrap_or_default()
                    .to_uppercase()
            ))),
        }
    }
}

fn parameter(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidValue(Value::Parameter), message)
}

fn unknown(name: &str) -> Error {
    if let Some((_, integer)) = SERIALS.iter().find(|(serial, _)| *serial == name) {
        let hint = format!("Use {integer} NOT NULL: there are no rows here to be numbered.");
        return Error::unsupported(format_args!("type {name}"), hint);
    }
    let nearest = nearest(name, NAMES.iter().copied());
    Error::new(
        ErrorKind::NotFound(Object::Type),
        format!("type \"{name}\" does not exist"),
    )
    .with_hint(match nearest {
        Some(nearest) => format!("Perhaps you meant {nearest}."),
        None => FAMILIES.to_owned(),
    })
}

/// Moves past the catalog of the types that everybody has, which a dump names.
fn catalog(scanner: &mut Scanner<'_>) {
    let mut ahead = *scanner;
    if ahead.accept("pg_catalog") && ahead.accept_sign('.') {
        *scanner = ahead;
    }
}

/// The words that may follow in a name, each once.
fn following(name: &str) -> &'static [&'static str] {
    match name {
        "double" => &["PRECISION"],
        "character" | "char" | "nchar" | "bit" => &["VARYING"],
        "national" => &["CHARACTER", "CHAR", "VARYING"],
        _ => &[],
    }
}

fn append(scanner: &mut Scanner<'_>, words: &[&str], name: &mut String) {
    if scanner.accept_all(words) {
        for word in words {
            name.push(' ');
            name.push_str(&word.to_ascii_lowercase());
        }
    }
}

/// Reads `(10, 2)`; nothing without it.
fn arguments(scanner: &mut Scanner<'_>) -> Result<Vec<i64>> {
    let mut arguments = Vec::new();
    if !scanner.accept_sign('(') {
        return Ok(arguments);
    }
    loop {
        let mut ahead = *scanner;
        let sign = if ahead.accept_sign('-') { "-" } else { "" };
        let number = match ahead.token() {
            Token::Number(digits) => format!("{sign}{digits}").parse().ok(),
            _ => None,
        };
        arguments.push(number.ok_or_else(|| scanner.unexpected("a whole number"))?);
        ahead.advance();
        *scanner = ahead;
        if !scanner.accept_sign(',') {
            scanner.expect_sign(')')?;
            return Ok(arguments);
        }
    }
}
