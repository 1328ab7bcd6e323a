//! Carrying Arrow arrays of types without parts.
//!
//! Arrow's kernels do the work; what they would round, cut or turn into NULL
//! is found and refused. The error is the one that the value has as JSON.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, StringArray, new_null_array};
use arrow_buffer::NullBuffer;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType as ArrowType, TimeUnit};
use serde_json::Value as Json;

use super::arrow::is_live;
use super::json::{no_value_of, not_exact};
use super::resolution::Conversion;
use crate::error::{Error, ErrorKind, Value};
use crate::schema::{DataType, Field, RecordError, RowError};

/// The values of a column in the layout of [`DataType::to_arrow`]; the fields
/// of nested types are left as they are.
///
/// # Errors
/// 22P02 for an Arrow type that has no values of the type, 22003 and 22008 for
/// a value that is not exactly one of the type.
pub(super) fn native(
    data_type: &DataType,
    array: &ArrayRef,
    live: Option<&NullBuffer>,
) -> Result<ArrayRef, RowError> {
    let plain = match array.data_type() {
        ArrowType::Dictionary(_, values) => &exact(data_type, array, values, live)?,
        ArrowType::RunEndEncoded(_, values) => &exact(data_type, array, values.data_type(), live)?,
        _ => array,
    };
    let arrow = plain.data_type();
    match (data_type, arrow) {
        (DataType::Array(_), ArrowType::List(_))
        | (DataType::Map(_), ArrowType::Map(_, _))
        | (DataType::Struct(_), ArrowType::Struct(_)) => Ok(Arc::clone(plain)),
        (
            DataType::Array(_),
            ArrowType::LargeList(element)
            | ArrowType::FixedSizeList(element, _)
            | ArrowType::ListView(element)
            | ArrowType::LargeListView(element),
        ) => exact(
            data_type,
            plain,
            &ArrowType::List(Arc::clone(element)),
            live,
        ),
        _ if data_type.is_nested() => Err(RowError::new(None, no_values_of(data_type, arrow))),
        _ if *arrow == data_type.to_arrow() => Ok(Arc::clone(plain)),
        _ if data_type.is_in_arrow(arrow) => exact(data_type, plain, &data_type.to_arrow(), live),
        _ => Err(RowError::new(None, no_values_of(data_type, arrow))),
    }
}

/// The same values in another Arrow type.
fn exact(
    data_type: &DataType,
    array: &ArrayRef,
    arrow: &ArrowType,
    live: Option<&NullBuffer>,
) -> Result<ArrayRef, RowError> {
    let refused = |row| RowError::new(row, no_room(data_type, array, row));
    let exact = converted(array, arrow, live).map_err(refused)?;
    let may_be_finer = matches!(
        array.data_type(),
        ArrowType::Date64
            | ArrowType::Time64(TimeUnit::Nanosecond)
            | ArrowType::Timestamp(TimeUnit::Nanosecond, _)
    );
    if may_be_finer {
        let back = converted(&exact, array.data_type(), live).map_err(refused)?;
        let differs = |row: &usize| {
            is_live(live, *row) && array.slice(*row, 1).to_data() != back.slice(*row, 1).to_data()
        };
        if array.to_data() != back.to_data()
            && let Some(row) = (0..array.len()).find(differs)
        {
            return Err(refused(Some(row)));
        }
    }
    Ok(exact)
}

/// Carries the values of one type without parts to the Arrow type of another.
pub(super) fn cast(
    conversion: &Conversion,
    from: &DataType,
    to: &DataType,
    arrow: &ArrowType,
    array: &ArrayRef,
    live: Option<&NullBuffer>,
) -> Result<ArrayRef, RowError> {
    use DataType as Type;
    let column = Column {
        conversion,
        from,
        to,
        array,
        live,
    };
    match (from, to) {
        _ if matches!(conversion, Conversion::Refuse { .. }) => {
            column.check(|_| false)?;
            Ok(new_null_array(arrow, array.len()))
        }
        (
            Type::SmallInt | Type::Integer | Type::BigInt,
            Type::SmallInt | Type::Integer | Type::BigInt,
        )
        | (Type::Real, Type::Double) => column.converted(arrow),
        (Type::Double, Type::Real) => {
            let reals = column.converted(arrow)?;
            let (before, after) = (
                array.as_primitive::<Float64Type>(),
                reals.as_primitive::<Float32Type>(),
            );
            column.check(|row| {
                let value = before.value(row);
                value.is_nan() || f64::from(after.value(row)) == value
            })?;
            Ok(reals)
        }
        // A decimal of Arrow says all that the type says, unless zeros before
        // its first digit are counted.
        (Type::Numeric(_), Type::Numeric(Some((precision, scale))))
            if array.data_type().is_decimal()
                && arrow.is_decimal()
                && i32::from(*scale) <= i32::from(*precision) =>
        {
            column.converted(arrow)
        }
        (
            Type::Text | Type::Varchar(_) | Type::Char(_),
            Type::Text | Type::Varchar(_) | Type::Char(_),
        ) => column.texts(),
        (Type::Time(_), Type::Time(None))
        | (Type::Timestamp(_), Type::Timestamp(None))
        | (Type::TimestampTz(_), Type::TimestampTz(None)) => Ok(Arc::clone(array)),
        (Type::Time(_), Type::Time(Some(digits)))
        | (Type::Timestamp(_), Type::Timestamp(Some(digits)))
        | (Type::TimestampTz(_), Type::TimestampTz(Some(digits))) => {
            let step = 10_i64.pow(6_u32.saturating_sub(u32::from(*digits)));
            let micros = array.to_data().into_builder().data_type(ArrowType::Int64);
            let micros = arrow_array::make_array(micros.build().expect("times are 64 bits wide"));
            let micros = micros.as_primitive::<Int64Type>();
            column.check(|row| {
                let value = micros.value(row);
                value % step == 0 || value == i64::MAX || value == i64::MIN
            })?;
            Ok(Arc::clone(array))
        }
        _ => column.one_by_one(),
    }
}

/// The values that are cast.
struct Column<'a> {
    conversion: &'a Conversion,
    from: &'a DataType,
    to: &'a DataType,
    array: &'a ArrayRef,
    live: Option<&'a NullBuffer>,
}

impl Column<'_> {
    /// Refuses the first value that does not fit.
    fn check(&self, fits: impl Fn(usize) -> bool) -> Result<(), RowError> {
        match (0..self.array.len()).find(|row| self.is_value(*row) && !fits(*row)) {
            Some(row) => Err(self.refused(row)),
            None => Ok(()),
        }
    }

    fn is_value(&self, row: usize) -> bool {
        self.array.is_valid(row) && is_live(self.live, row)
    }

    fn converted(&self, arrow: &ArrowType) -> Result<ArrayRef, RowError> {
        converted(self.array, arrow, self.live).map_err(|row| match row {
            Some(row) => self.refused(row),
            None => RowError::new(None, no_values_of(self.to, self.array.data_type())),
        })
    }

    /// A text of fixed length has no blanks at its end, even where a writer
    /// has padded it.
    fn texts(&self) -> Result<ArrayRef, RowError> {
        let texts = self.array.as_string::<i32>();
        let is_padded = |text: &str| text.ends_with(' ');
        let is_char = |data_type| matches!(data_type, &DataType::Char(_));
        if is_char(self.from) && texts.iter().flatten().any(is_padded) {
            let trimmed = texts
                .iter()
                .map(|text| text.map(|text| text.trim_end_matches(' ')));
            let array: ArrayRef = Arc::new(trimmed.collect::<StringArray>());
            return Column {
                array: &array,
                ..*self
            }
            .texts();
        }
        if let DataType::Varchar(Some(length)) | DataType::Char(length) = self.to {
            let length = *length as usize;
            let keeps_blanks = !is_char(self.to);
            self.check(|row| {
                let text = texts.value(row);
                (text.len() <= length || text.chars().count() <= length)
                    && (keeps_blanks || !is_padded(text))
            })?;
        }
        Ok(Arc::clone(self.array))
    }

    /// Carries value by value, as JSON.
    fn one_by_one(&self) -> Result<ArrayRef, RowError> {
        let carried = (0..self.array.len()).map(|row| match self.is_value(row) {
            true => self.carried(row).map_err(|error| RowError::new(row, error)),
            false => Ok(Json::Null),
        });
        let carried = carried.collect::<Result<Vec<_>, _>>()?;
        self.to.arrow_array(&carried.iter().collect::<Vec<_>>())
    }

    fn carried(&self, row: usize) -> Result<Json, RecordError> {
        if let Conversion::Refuse { from, to } = self.conversion {
            return Err(no_value_of(from, to).into());
        }
        let mut value = self.from.json_of_text(&text_at(self.array, row))?;
        self.from.read_json(&mut value)?;
        self.conversion.carry(&mut value)?;
        Ok(value)
    }

    /// What is wrong with the value in this row.
    fn refused(&self, row: usize) -> RowError {
        let error = match self.carried(row) {
            Err(error) => error,
            Ok(_) => not_exact(self.from, self.to).into(),
        };
        RowError::new(row, error)
    }
}

/// The values in another Arrow type, or the first that it has no room for;
/// nothing when there is no way to the type.
fn converted(
    array: &ArrayRef,
    arrow: &ArrowType,
    live: Option<&NullBuffer>,
) -> Result<ArrayRef, Option<usize>> {
    const NULL_FOR_NONE: CastOptions<'_> = CastOptions {
        safe: true,
        format_options: FormatOptions::new(),
    };
    let converted = cast_with_options(array, arrow, &NULL_FOR_NONE).map_err(|_| None)?;
    let nulls = array.logical_nulls();
    let is_lost = |row: &usize| {
        converted.is_null(*row) && is_live(nulls.as_ref(), *row) && is_live(live, *row)
    };
    let had = nulls.as_ref().map_or(0, NullBuffer::null_count);
    match converted.null_count() > had {
        true => match (0..array.len()).find(is_lost) {
            Some(row) => Err(Some(row)),
            None => Ok(converted),
        },
        false => Ok(converted),
    }
}

/// The text of a key of a map, for paths: as records have it.
pub(super) fn key_at(key: &Field, keys: &ArrayRef, row: usize) -> String {
    let text = text_at(keys, row);
    let mut value = key
        .data_type
        .json_of_text(&text)
        .unwrap_or_else(|_| text.clone().into());
    match key.data_type.read_json(&mut value) {
        Ok(()) => key.data_type.text_of_json(&value),
        Err(_) => text,
    }
}

/// A value as text, for messages.
fn text_at(array: &ArrayRef, row: usize) -> String {
    let options = FormatOptions::new();
    match ArrayFormatter::try_new(array, &options) {
        Ok(formatter) => formatter.value(row).to_string(),
        Err(_) => String::new(),
    }
}

fn no_values_of(data_type: &DataType, arrow: &ArrowType) -> Error {
    let message = format!("a column of Arrow type {arrow} has no values of type {data_type}");
    Error::new(ErrorKind::InvalidValue(Value::Text), message)
}

fn no_room(data_type: &DataType, array: &ArrayRef, row: Option<usize>) -> Error {
    let Some(row) = row else {
        return no_values_of(data_type, array.data_type());
    };
    let value = match data_type {
        DataType::Date | DataType::Time(_) | DataType::Timestamp(_) | DataType::TimestampTz(_) => {
            Value::DatetimeRange
        }
        _ => Value::NumericRange,
    };
    let message = format!(
        "{} of Arrow type {} is not exactly a value of type {data_type}",
        text_at(array, row),
        array.data_type(),
    );
    Error::new(ErrorKind::InvalidValue(value), message)
}
