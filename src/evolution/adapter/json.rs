//! Carrying JSON values over. All of them are canonical, before and after.

use std::mem;

use serde_json::{Map, Value as Json};

use super::resolution::{Conversion, Part, Resolution, Resolved, Source};
use crate::error::{Error, ErrorKind, Result, Value};
use crate::schema::{DataType, RecordError, RecordStep, null_not_allowed};

/// Carries the columns of a record, or the members of a struct.
pub(super) fn carry_fields(
    resolution: &Resolution,
    fields: &mut Map<String, Json>,
) -> Result<(), RecordError> {
    if resolution.is_identity {
        return Ok(());
    }
    let mut old = mem::take(fields);
    for Resolved { name, source } in &resolution.fields {
        let (name, value) = match source {
            Source::Field {
                name: before, part, ..
            } => {
                let (old_name, mut value) = old
                    .remove_entry(before)
                    .expect("a canonical record has every field");
                carry(part, &mut value).map_err(|error| error.within_field(name))?;
                let name = if *before == *name {
                    old_name
                } else {
                    name.clone()
                };
                (name, value)
            }
            Source::Absent(field) => {
                let value = field.absent_json();
                let value =
                    value.map_err(|problem| RecordError::from(problem).within_field(name))?;
                (name.clone(), value)
            }
        };
        fields.insert(name, value);
    }
    Ok(())
}

fn carry(part: &Part, value: &mut Json) -> Result<(), RecordError> {
    match value {
        Json::Null if part.refuses_null => Err(null_not_allowed().into()),
        Json::Null => Ok(()),
        value => part.conversion.carry(value),
    }
}

impl Conversion {
    /// Carries a value that is not NULL.
    pub(in crate::evolution) fn carry(&self, value: &mut Json) -> Result<(), RecordError> {
        match (self, value) {
            (Self::Refuse { from, to }, _) => Err(no_value_of(from, to).into()),
            (Self::Cast { from, to }, value) => cast(from, to, value),
            (Self::Struct(members), Json::Object(object)) => carry_fields(members, object),
            (Self::Array(element), Json::Array(list)) => {
                for (index, value) in list.iter_mut().enumerate() {
                    carry(element, value)
                        .map_err(|error| error.within(RecordStep::Element(index)))?;
                }
                Ok(())
            }
            (Self::Map(entry), Json::Object(object)) => carry_entries(entry, object),
            // A canonical value of a type with parts is of no other kind.
            (Self::Keep | Self::Struct(_) | Self::Array(_) | Self::Map(_), _) => Ok(()),
        }
    }
}

fn carry_entries(entry: &[Part; 2], object: &mut Map<String, Json>) -> Result<(), RecordError> {
    let [key, value] = entry;
    for (text, mut carried) in mem::take(object) {
        let within = |error: RecordError| error.within(RecordStep::Key(text.clone()));
        carry(value, &mut carried).map_err(within)?;
        let text = carry_key(&key.conversion, &text).map_err(within)?;
        object.insert(text, carried);
    }
    Ok(())
}

/// Carries the text that a key of a map is. Different keys stay different,
/// because a cast loses nothing.
fn carry_key(conversion: &Conversion, text: &str) -> Result<String, RecordError> {
    let (Conversion::Cast { from, to } | Conversion::Refuse { from, to }) = conversion else {
        return Ok(text.to_owned());
    };
    let mut value = from.json_of_text(text)?;
    conversion.carry(&mut value)?;
    Ok(to.text_of_json(&value))
}

/// Carries a value to a wider or narrower type that has it, exactly.
fn cast(from: &DataType, to: &DataType, value: &mut Json) -> Result<(), RecordError> {
    if let (DataType::Real, DataType::Double, Some(number)) = (from, to, value.as_f64()) {
        *value = real(number).into();
        return Ok(());
    }
    let mut read = value.clone();
    to.read_json(&mut read)?;
    let is_kept = match (from, to, read.as_f64()) {
        (DataType::Double, DataType::Real, Some(number)) => value.as_f64() == Some(real(number)),
        _ => read == *value,
    };
    if !is_kept {
        return Err(not_exact(from, to).into());
    }
    *value = read;
    Ok(())
}

/// The number that a `real` is. JSON has its shortest text, which is the text
/// of another `double precision`: 0.1 of the one is not 0.1 of the other.
#[expect(clippy::cast_possible_truncation, reason = "it is the text of an f32")]
fn real(shortest: f64) -> f64 {
    f64::from(shortest as f32)
}

fn no_value_of(from: &DataType, to: &DataType) -> Error {
    let message = format!("a value of type {from} is none of type {to}");
    Error::new(ErrorKind::InvalidValue(Value::Text), message)
        .with_detail("Neither type is a promotion of the other, so only NULL is carried over.")
}

pub(super) fn not_exact(from: &DataType, to: &DataType) -> Error {
    let kind = match to {
        DataType::Real => Value::NumericRange,
        _ => Value::TooLong,
    };
    let message = format!("a value of type {from} does not fit type {to} exactly");
    Error::new(ErrorKind::InvalidValue(kind), message)
        .with_detail("Numbers are not rounded, and blanks at the end of a text are not lost.")
}
