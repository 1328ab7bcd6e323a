//! The spelling of types: one grammar for statements, stored definitions and
//! what other programs write into the store.

use std::str::FromStr;

use super::DataType;
use crate::error::{Error, ErrorKind, Object, Result, Value};

/// PostgreSQL's largest precision and largest scale of a `numeric` (15 and later).
const MAX_NUMERIC: i64 = 1_000;

/// PostgreSQL's largest length of a `character varying`.
const MAX_LENGTH: i64 = 10_485_760;

/// The finest time is a microsecond.
const MAX_TIME_PRECISION: i64 = 6;

/// Every name without its arguments, as it is looked up; those people meet
/// first come first.
const NAMES: &[&str] = &[
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

const FAMILIES: &str = "Types are boolean, smallint, integer, bigint, real, double precision, \
    numeric(p,s), text, varchar(n), char(n), bytea, date, time, timestamp, timestamptz, interval, \
    uuid, json and jsonb.";

impl FromStr for DataType {
    type Err = Error;

    /// Reads a type's name in any case and spacing: PostgreSQL's names, what
    /// [`DataType`] displays, and the aliases users of other engines type
    /// (`INT64`, `STRING`, `DATETIME`, `BLOB`).
    ///
    /// # Errors
    /// 42704 for a name of no type, with the nearest name as the hint; 22023
    /// for a length or precision out of range; 42601 for arguments the type
    /// does not take; 0A000 for nested types and for times of day with a zone.
    fn from_str(text: &str) -> Result<Self> {
        let name = TypeName::parse(text)?;
        name.data_type()
    }
}

/// A name taken apart: `timestamp (3) with  time zone` is the name
/// `timestamp with time zone` with the argument 3.
struct TypeName<'a> {
    /// As it was written.
    text: &'a str,
    /// Words in lower case, one blank between them.
    name: String,
    arguments: Vec<i64>,
}

impl<'a> TypeName<'a> {
    fn parse(text: &'a str) -> Result<Self> {
        let text = text.trim();
        let lower = text.to_ascii_lowercase();
        if is_nested(&lower) {
            return Err(Error::unsupported(
                format!("type {text}"),
                "Use flat columns, or jsonb for nested data.",
            ));
        }
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let Some((head, rest)) = lower.split_once('(') else {
            return Ok(Self {
                text,
                name: words(&lower),
                arguments: Vec::new(),
            });
        };
        let (arguments, tail) = rest.split_once(')').ok_or_else(|| unknown(text, &lower))?;
        let arguments = arguments
            .split(',')
            .map(|argument| argument.trim().parse::<i64>())
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(|_| {
                Error::new(
                    ErrorKind::Syntax,
                    format!("type modifiers must be integers: \"{text}\""),
                )
            })?;
        let (head, tail) = (words(head), words(tail));
        let is_zone = matches!(tail.as_str(), "with time zone" | "without time zone");
        let name = match (head.as_str(), tail.is_empty()) {
            (_, true) => head,
            ("time" | "timestamp", false) if is_zone => format!("{head} {tail}"),
            _ => return Err(unknown(text, &lower)),
        };
        Ok(Self {
            text,
            name,
            arguments,
        })
    }

    fn data_type(&self) -> Result<DataType> {
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
                    format!("type {}", self.text),
                    "An offset without a date has no meaning where clocks change: use timestamptz.",
                ));
            }
            name if name.starts_with("interval ") => {
                return Err(Error::unsupported(
                    format!("type {}", self.text),
                    "Use interval without fields.",
                ));
            }
            name => return Err(unknown(self.text, name)),
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
                format!("invalid type modifier: \"{}\"", self.text),
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

fn is_nested(lower: &str) -> bool {
    let first = lower
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .next();
    matches!(first, Some("struct" | "row" | "map" | "array" | "list"))
        || lower.ends_with(']')
        || lower.ends_with(" array")
        || lower.contains('<')
}

fn unknown(text: &str, lower: &str) -> Error {
    let name = lower.split('(').next().unwrap_or(lower).trim();
    let nearest = super::nearest(name, NAMES.iter().copied());
    Error::new(
        ErrorKind::NotFound(Object::Type),
        format!("type \"{text}\" does not exist"),
    )
    .with_hint(match nearest {
        Some(nearest) => format!("Perhaps you meant {nearest}."),
        None => FAMILIES.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::schema::sample;

    #[test]
    fn every_spelling_is_one_type() {
        use DataType::*;
        for (spellings, data_type) in [
            (&["BOOLEAN", "bool"][..], Boolean),
            (&["SMALLINT", "int2", "INT16"], SmallInt),
            (&["INTEGER", "int", "INT4", "Int32"], Integer),
            (&["BIGINT", "int8", "INT64", "long"], BigInt),
            (
                &["REAL", "float4", "FLOAT32", "float(1)", "FLOAT( 24 )"],
                Real,
            ),
            (
                &[
                    "DOUBLE  PRECISION",
                    "double",
                    "float8",
                    "FLOAT64",
                    "float",
                    "float(53)",
                ],
                Double,
            ),
            (&["NUMERIC", "decimal", "DEC"], Numeric(None)),
            (&["numeric(10)", "DECIMAL (10, 0)"], Numeric(Some((10, 0)))),
            (&["numeric(3,-2)"], Numeric(Some((3, -2)))),
            (&["text", "STRING"], Text),
            (&["varchar", "CHARACTER VARYING"], Varchar(None)),
            (
                &["varchar(5)", "character\n varying ( 5 )"],
                Varchar(Some(5)),
            ),
            (&["char", "character", "CHAR(1)"], Char(1)),
            (&["bytea", "BLOB", "binary", "varbinary", "BYTES"], Bytea),
            (&["DATE"], Date),
            (&["time", "TIME WITHOUT TIME ZONE"], Time(None)),
            (&["time(3)", "time(3) without time zone"], Time(Some(3))),
            (
                &["timestamp", "DATETIME", "timestamp without time zone"],
                Timestamp(None),
            ),
            (
                &["timestamptz", "timestamp with time zone"],
                TimestampTz(None),
            ),
            (
                &["timestamptz(0)", "TIMESTAMP (0)  WITH TIME ZONE"],
                TimestampTz(Some(0)),
            ),
            (&["interval"], Interval),
            (&["uuid"], Uuid),
            (&["json"], Json),
            (&["JSONB"], Jsonb),
        ] {
            for spelling in spellings {
                assert_eq!(spelling.parse::<DataType>().expect(spelling), data_type);
            }
        }
        for name in NAMES {
            assert!(name.parse::<DataType>().is_ok(), "{name}");
        }
    }

    #[test]
    fn what_is_no_type_says_why() {
        for (text, sqlstate, message) in [
            ("foo", "42704", "type \"foo\" does not exist"),
            ("integre", "42704", "type \"integre\" does not exist"),
            (
                "numeric(0)",
                "22023",
                "NUMERIC precision 0 must be between 1 and 1000",
            ),
            (
                "numeric(5,1001)",
                "22023",
                "NUMERIC scale 1001 must be between -1000 and 1000",
            ),
            (
                "varchar(0)",
                "22023",
                "length for type varchar must be at least 1",
            ),
            (
                "char(10485761)",
                "22023",
                "length for type char cannot exceed 10485760",
            ),
            (
                "timestamp(7)",
                "22023",
                "TIMESTAMP(7) precision must be between 0 and 6",
            ),
            (
                "float(0)",
                "22023",
                "precision for type float must be at least 1 bit",
            ),
            (
                "float(54)",
                "22023",
                "precision for type float must be less than 54 bits",
            ),
            (
                "int(11)",
                "42601",
                "type modifier is not allowed for type \"int\"",
            ),
            (
                "varchar(max)",
                "42601",
                "type modifiers must be integers: \"varchar(max)\"",
            ),
            (
                "time with time zone",
                "0A000",
                "type time with time zone is not supported",
            ),
            ("int[]", "0A000", "type int[] is not supported"),
            (
                "STRUCT<a INT>",
                "0A000",
                "type STRUCT<a INT> is not supported",
            ),
            (
                "map(text, int)",
                "0A000",
                "type map(text, int) is not supported",
            ),
            ("varchar(5", "42704", "type \"varchar(5\" does not exist"),
            (
                "text(5) without time zone",
                "42704",
                "type \"text(5) without time zone\" does not exist",
            ),
            ("", "42704", "type \"\" does not exist"),
        ] {
            let error = text.parse::<DataType>().expect_err(text);
            assert_eq!((error.sqlstate(), error.message()), (sqlstate, message));
        }
        let hint = |text: &str| {
            let error = text.parse::<DataType>().expect_err(text);
            error.hint().map(str::to_owned)
        };
        assert_eq!(
            hint("integre").as_deref(),
            Some("Perhaps you meant integer.")
        );
        assert_eq!(hint("geometry").as_deref(), Some(FAMILIES));
    }

    proptest! {
        #[test]
        fn a_type_reads_back_from_what_it_displays(data_type in sample::data_type()) {
            prop_assert_eq!(data_type.to_string().parse::<DataType>().expect("a type"), data_type);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,40}") {
            let _ = text.parse::<DataType>();
        }
    }
}
