//! Values as arrays of Apache Arrow.

use std::str::FromStr;
use std::sync::Arc;

use arrow_array::types::{
    Date32Type, Decimal128Type, Decimal256Type, Float32Type, Float64Type, Int16Type, Int32Type,
    Int64Type, IntervalMonthDayNano, IntervalMonthDayNanoType, Time64MicrosecondType,
    TimestampMicrosecondType,
};
use arrow_array::{
    ArrayRef, ArrowPrimitiveType, BinaryArray, BooleanArray, FixedSizeBinaryArray, ListArray,
    MapArray, PrimitiveArray, RecordBatch, RecordBatchOptions, StringArray, StructArray,
};
use arrow_buffer::{ArrowNativeType, NullBuffer, OffsetBuffer, i256};
use arrow_schema::{DataType as ArrowType, Fields};
use chrono::NaiveDate;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::{datetime, interval, refusal, text};
use crate::error::{Error, Result};
use crate::schema::format::arrow_entries;
use crate::schema::{DataType, Field, RecordError, RecordStep, Schema};

const UUID_BYTES: i32 = 16;

impl Schema {
    /// The records, each as [`Schema::read_record`] reads it, as a batch of
    /// the Arrow schema that [`Schema::to_arrow`] is.
    ///
    /// # Errors
    /// Those of [`Schema::read_record`], 22003 for a number and 22008 for an
    /// interval that its Arrow type has no room for (`NaN` in a decimal), with
    /// the way to the value: `[7].amount` is in the eighth record.
    pub fn record_batch(&self, records: Vec<Json>) -> Result<RecordBatch, RecordError> {
        let read = records.into_iter().enumerate().map(|(row, record)| {
            self.read_record(record)
                .map_err(|error| error.within(RecordStep::Element(row)))
        });
        let records = read.collect::<Result<Vec<_>, _>>()?;
        let columns = self.fields.iter().map(|field| {
            let values: Vec<&Json> = records.iter().map(|record| &record[&field.name]).collect();
            field
                .data_type
                .arrow_array(&values)
                .map_err(|error| error.within_field(&field.name).in_batch())
        });
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(records.len()));
        let schema = Arc::new(self.to_arrow());
        Ok(RecordBatch::try_new_with_options(schema, columns, &options)
            .expect("records that were read are of the schema"))
    }
}

/// What is wrong with one of many values, and with which.
#[derive(Debug)]
pub(crate) struct RowError {
    /// Its place among them, from 0; nothing when it is wrong with them all.
    row: Option<usize>,
    /// What is wrong, with the way to it from that value.
    error: RecordError,
}

impl RowError {
    /// Something is wrong with the value at this place, or with them all.
    pub(crate) fn new(row: impl Into<Option<usize>>, error: impl Into<RecordError>) -> Self {
        Self {
            row: row.into(),
            error: error.into(),
        }
    }

    /// The same, said of another place.
    pub(crate) fn at(self, row: usize) -> Self {
        Self::new(row, self.error)
    }

    /// The same, said of the struct the field is of.
    pub(crate) fn within_field(self, name: &str) -> Self {
        Self::new(self.row, self.error.within_field(name))
    }

    /// The same, said of the list or the map that these offsets put the value
    /// into. The step is given by its place among all values and in its list.
    pub(crate) fn within_list(
        self,
        offsets: &OffsetBuffer<i32>,
        step: impl Fn(usize, usize) -> RecordStep,
    ) -> Self {
        let Some(place) = self.row else {
            return self;
        };
        // The last list that begins at the place or before; those after it that
        // begin there too would be it, if they were not empty.
        let row = offsets.partition_point(|offset| offset.as_usize() <= place) - 1;
        let index = place - offsets[row].as_usize();
        Self::new(row, self.error.within(step(place, index)))
    }

    /// The same, said of the batch whose column or columns these are.
    pub(crate) fn in_batch(self) -> RecordError {
        match self.row {
            Some(row) => self.error.within(RecordStep::Element(row)),
            None => self.error,
        }
    }
}

impl DataType {
    /// These canonical values of the type, some NULL, as an array of
    /// [`DataType::to_arrow`].
    ///
    /// # Errors
    /// 22003 and 22008 as [`Schema::record_batch`] has them.
    pub(crate) fn arrow_array(&self, values: &[&Json]) -> Result<ArrayRef, RowError> {
        Ok(match self {
            Self::Boolean => {
                let values = values.iter().map(|value| value.as_bool());
                Arc::new(values.collect::<BooleanArray>())
            }
            Self::SmallInt => self.primitive::<Int16Type>(values, parsed)?,
            Self::Integer => self.primitive::<Int32Type>(values, parsed)?,
            Self::BigInt => self.primitive::<Int64Type>(values, parsed)?,
            Self::Real => self.primitive::<Float32Type>(values, parsed)?,
            Self::Double => self.primitive::<Float64Type>(values, parsed)?,
            Self::Date => self.primitive::<Date32Type>(values, days)?,
            Self::Time(_) => self.primitive::<Time64MicrosecondType>(values, micros_of_day)?,
            Self::Timestamp(_) | Self::TimestampTz(_) => {
                self.primitive::<TimestampMicrosecondType>(values, micros)?
            }
            Self::Interval => self.primitive::<IntervalMonthDayNanoType>(values, |text| {
                let interval = interval::read(text).ok()?;
                let nanos = interval.micros.checked_mul(1_000)?;
                Some(IntervalMonthDayNano::new(
                    interval.months,
                    interval.days,
                    nanos,
                ))
            })?,
            Self::Numeric(_) => match self.to_arrow() {
                // The canonical text has all digits of the scale.
                ArrowType::Decimal128(_, _) => {
                    self.primitive::<Decimal128Type>(values, |text| parsed(&text.replace('.', "")))?
                }
                ArrowType::Decimal256(_, _) => self
                    .primitive::<Decimal256Type>(values, |text| {
                        i256::from_string(&text.replace('.', ""))
                    })?,
                _ => self.texts(values),
            },
            Self::Text | Self::Varchar(_) | Self::Char(_) | Self::Json | Self::Jsonb => {
                self.texts(values)
            }
            Self::Bytea => {
                let bytes = self.read(values, text::read_bytes)?;
                Arc::new(bytes.into_iter().collect::<BinaryArray>())
            }
            Self::Uuid => {
                let bytes = |text: &str| Some(Uuid::try_parse(text).ok()?.into_bytes());
                let uuids = self.read(values, bytes)?.into_iter();
                let uuids = FixedSizeBinaryArray::try_from_sparse_iter_with_size(uuids, UUID_BYTES);
                Arc::new(uuids.expect("UUIDs are of one size"))
            }
            Self::Array(element) => list(element, values)?,
            Self::Map(entry) => map(entry, values)?,
            Self::Struct(members) => Arc::new(structs(members, values)?),
        })
    }

    fn primitive<T: ArrowPrimitiveType>(
        &self,
        values: &[&Json],
        read: impl Fn(&str) -> Option<T::Native>,
    ) -> Result<ArrayRef, RowError> {
        let array: PrimitiveArray<T> = self.read(values, read)?.into_iter().collect();
        Ok(Arc::new(array.with_data_type(self.to_arrow())))
    }

    fn texts(&self, values: &[&Json]) -> ArrayRef {
        let texts = values.iter().map(|value| self.text(value));
        Arc::new(texts.collect::<StringArray>())
    }

    /// Reads the texts of the values.
    fn read<V>(
        &self,
        values: &[&Json],
        read: impl Fn(&str) -> Option<V>,
    ) -> Result<Vec<Option<V>>, RowError> {
        let read = values.iter().enumerate().map(|(row, value)| {
            let Some(text) = self.text(value) else {
                return Ok(None);
            };
            match read(&text) {
                Some(value) => Ok(Some(value)),
                None => Err(RowError::new(row, self.no_room(&text))),
            }
        });
        read.collect()
    }

    fn text(&self, value: &Json) -> Option<String> {
        (!value.is_null()).then(|| self.text_of_json(value))
    }

    fn no_room(&self, text: &str) -> Error {
        let error = match self {
            Self::Interval => refusal::datetime_range(text),
            _ => refusal::number_range(self, text),
        };
        error.with_detail(format!("Arrow's {} has no room for it.", self.to_arrow()))
    }
}

fn parsed<V: FromStr>(text: &str) -> Option<V> {
    text.parse().ok()
}

/// Days since 1970-01-01; `infinity` is the last one.
fn days(text: &str) -> Option<i32> {
    match datetime::infinity(text) {
        Some("infinity") => Some(i32::MAX),
        Some(_) => Some(i32::MIN),
        None => {
            let days = datetime::read_date(text).ok()? - NaiveDate::default();
            i32::try_from(days.num_days()).ok()
        }
    }
}

fn micros_of_day(text: &str) -> Option<i64> {
    datetime::read_time(text, None).ok()
}

/// Microseconds since 1970-01-01, in UTC where the text says so; `infinity` is
/// the last one.
fn micros(text: &str) -> Option<i64> {
    match datetime::infinity(text) {
        Some("infinity") => Some(i64::MAX),
        Some(_) => Some(i64::MIN),
        None => {
            let (local, _) = datetime::read_timestamp(text, None).ok()?;
            Some(local.and_utc().timestamp_micros())
        }
    }
}

fn list(element: &Field, values: &[&Json]) -> Result<ArrayRef, RowError> {
    let lists = values.iter().map(|value| value.as_array());
    let elements: Vec<&Json> = lists.clone().flatten().flatten().collect();
    let offsets = OffsetBuffer::from_lengths(lists.map(|list| list.map_or(0, Vec::len)));
    let elements = element
        .data_type
        .arrow_array(&elements)
        .map_err(|error| error.within_list(&offsets, |_, index| RecordStep::Element(index)))?;
    let element = Arc::new(element.to_arrow());
    Ok(Arc::new(ListArray::new(
        element,
        offsets,
        elements,
        nulls(values),
    )))
}

fn map(entry: &[Field; 2], values: &[&Json]) -> Result<ArrayRef, RowError> {
    let [key, value] = entry;
    let maps = values.iter().map(|value| value.as_object());
    let offsets = OffsetBuffer::from_lengths(maps.clone().map(|map| map.map_or(0, Map::len)));
    let entries = || maps.clone().flatten().flatten();
    let keys: Result<Vec<Json>> = entries()
        .map(|(text, _)| key.data_type.json_of_text(text))
        .collect();
    let keys = keys.map_err(|problem| RowError::new(0, problem))?;
    let texts: Vec<&String> = entries().map(|(text, _)| text).collect();
    let within = |error: RowError| {
        error.within_list(&offsets, |entry, _| RecordStep::Key(texts[entry].clone()))
    };
    let keys: Vec<&Json> = keys.iter().collect();
    let keys = key.data_type.arrow_array(&keys).map_err(within)?;
    let carried: Vec<&Json> = entries().map(|(_, value)| value).collect();
    let carried = value.data_type.arrow_array(&carried).map_err(within)?;
    let fields: Fields = entry.iter().map(Field::to_arrow).collect();
    let entries = StructArray::new(fields.clone(), vec![keys, carried], None);
    let field = Arc::new(arrow_entries(fields));
    Ok(Arc::new(MapArray::new(
        field,
        offsets,
        entries,
        nulls(values),
        false,
    )))
}

fn structs(members: &[Field], values: &[&Json]) -> Result<StructArray, RowError> {
    const NULL: Json = Json::Null;
    let columns = members.iter().map(|member| {
        let values: Vec<&Json> = values
            .iter()
            .map(|value| value.get(&member.name).unwrap_or(&NULL))
            .collect();
        member
            .data_type
            .arrow_array(&values)
            .map_err(|error| error.within_field(&member.name))
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let fields: Fields = members.iter().map(Field::to_arrow).collect();
    Ok(StructArray::new(fields, columns, nulls(values)))
}

fn nulls(values: &[&Json]) -> Option<NullBuffer> {
    let nulls: NullBuffer = values.iter().map(|value| !value.is_null()).collect();
    (nulls.null_count() > 0).then_some(nulls)
}
