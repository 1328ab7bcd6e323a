//! Literals and the values they are.

use std::fmt;
use std::str::FromStr;

use super::{datetime, interval, json, number, refusal, text};
use crate::error::{Error, ErrorKind, Result};
use crate::schema::{DataType, quote_literal};

/// A constant as a statement spells it, before it meets a type. Displays so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `NULL`
    Null,
    /// `TRUE` or `FALSE`
    Boolean(bool),
    /// `-12.5e3`, as written
    Number(String),
    /// `'text'`, without its quotes
    String(String),
}

/// A value of a column's type in the one canonical spelling of that type, so
/// that equal values are equal texts.
///
/// Displays as the SQL literal that [`Literal::coerce`] turns into it again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DefaultValue {
    text: String,
    quoted: bool,
}

impl Literal {
    /// The value this literal is when it meets the type; nothing for NULL.
    ///
    /// # Errors
    /// 42804 when a literal of its kind is never a value of the type (a number
    /// for a text, a fraction for an integer), 22P02 and 22007 when the text
    /// does not spell one, 22003 and 22008 when it is out of range or finer
    /// than the type can hold, 22001 when it is too long, 0A000 for JSON's
    /// `null`, which records cannot tell from NULL.
    pub fn coerce(&self, data_type: &DataType) -> Result<Option<DefaultValue>> {
        match self {
            Self::Null => Ok(None),
            Self::Boolean(value) => boolean(*value, data_type).map(Some),
            Self::Number(number) => from_number(number, data_type).map(Some),
            Self::String(string) => from_string(string, data_type).map(Some),
        }
    }
}

/// Reads the SQL literal that is the whole text: `NULL`, `true`, `-1.5`, `'it''s'`.
impl FromStr for Literal {
    type Err = Error;

    /// # Errors
    /// 42601 when the text is not one literal.
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("null") {
            return Ok(Self::Null);
        }
        if let Some(value) = ["false", "true"]
            .iter()
            .position(|word| text.eq_ignore_ascii_case(word))
        {
            return Ok(Self::Boolean(value == 1));
        }
        let quoted = text
            .strip_prefix('\'')
            .and_then(|rest| rest.strip_suffix('\''));
        if let Some(inner) = quoted {
            let unquoted = inner.replace("''", "");
            if !unquoted.contains('\'') {
                return Ok(Self::String(inner.replace("''", "'")));
            }
        } else if number::is_number(text) {
            return Ok(Self::Number(text.to_owned()));
        }
        Err(Error::new(
            ErrorKind::Syntax,
            format!("\"{}\" is not a literal", refusal::shown(text)),
        ))
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Boolean(true) => f.write_str("TRUE"),
            Self::Boolean(false) => f.write_str("FALSE"),
            Self::Number(number) => f.write_str(number),
            Self::String(text) => f.write_str(&quote_literal(text)),
        }
    }
}

impl DefaultValue {
    /// The canonical text, without quotes.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The literal it is written as.
    pub fn literal(&self) -> Literal {
        match self.text.as_str() {
            text if self.quoted => Literal::String(text.to_owned()),
            "true" => Literal::Boolean(true),
            "false" => Literal::Boolean(false),
            number => Literal::Number(number.to_owned()),
        }
    }

    fn bare(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            quoted: false,
        }
    }

    pub(super) fn quoted(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            quoted: true,
        }
    }

    /// A number, in quotes when SQL has no bare spelling of it (`NaN`).
    fn number(text: String) -> Self {
        let quoted = !number::is_number(&text);
        Self { text, quoted }
    }
}

impl fmt::Display for DefaultValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.quoted {
            f.write_str(&quote_literal(&self.text))
        } else {
            f.write_str(&self.text)
        }
    }
}

fn boolean(value: bool, data_type: &DataType) -> Result<DefaultValue> {
    match data_type {
        DataType::Boolean => Ok(DefaultValue::bare(value.to_string())),
        _ => Err(with_quoting_hint(
            refusal::mismatch(&format!("boolean {value}"), data_type),
            &value.to_string(),
            data_type,
        )),
    }
}

fn from_number(number: &str, data_type: &DataType) -> Result<DefaultValue> {
    match data_type {
        DataType::SmallInt | DataType::Integer | DataType::BigInt => {
            number::integer_from_number(number, data_type).map(DefaultValue::bare)
        }
        DataType::Real | DataType::Double => {
            number::float_from_number(number, data_type).map(DefaultValue::bare)
        }
        DataType::Numeric(bounds) => {
            number::numeric_from_number(number, *bounds).map(DefaultValue::bare)
        }
        _ => Err(with_quoting_hint(
            refusal::mismatch(&format!("number {}", refusal::shown(number)), data_type),
            number,
            data_type,
        )),
    }
}

pub(super) fn from_string(string: &str, data_type: &DataType) -> Result<DefaultValue> {
    let quoted = |text: Result<String>| text.map(DefaultValue::quoted);
    match data_type {
        DataType::Boolean => {
            text::boolean(string).map(|value| DefaultValue::bare(value.to_string()))
        }
        DataType::SmallInt | DataType::Integer | DataType::BigInt => {
            number::integer_from_string(string, data_type).map(DefaultValue::bare)
        }
        DataType::Real | DataType::Double => {
            number::float_from_string(string, data_type).map(DefaultValue::number)
        }
        DataType::Numeric(bounds) => {
            number::numeric_from_string(string, *bounds).map(DefaultValue::number)
        }
        DataType::Text | DataType::Varchar(None) => Ok(DefaultValue::quoted(string)),
        DataType::Varchar(Some(length)) => quoted(text::varchar(string, *length)),
        DataType::Char(length) => quoted(text::char(string, *length)),
        DataType::Bytea => quoted(text::bytea(string)),
        DataType::Uuid => quoted(text::uuid(string)),
        DataType::Json => quoted(text::json(string)),
        DataType::Jsonb => quoted(text::jsonb(string)),
        DataType::Date => quoted(datetime::date(string)),
        DataType::Time(precision) => quoted(datetime::time(string, *precision)),
        DataType::Timestamp(precision) => quoted(datetime::timestamp(string, *precision)),
        DataType::TimestampTz(precision) => quoted(datetime::timestamptz(string, *precision)),
        DataType::Interval => quoted(interval::interval(string)),
        DataType::Array(_) | DataType::Map(_) | DataType::Struct(_) => {
            quoted(json::nested(string, data_type))
        }
    }
}

/// Types that are written in quotes get the hint to do so, when it would help.
fn with_quoting_hint(error: Error, text: &str, data_type: &DataType) -> Error {
    match from_string(text, data_type) {
        Ok(_) if *data_type != DataType::Boolean => {
            error.with_hint(format!("Write it in quotes: {}.", quote_literal(text)))
        }
        _ => error,
    }
}
