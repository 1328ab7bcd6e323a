//! PostgreSQL's values in and out of their carriers.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::BytesMut;
use datafusion::arrow::array::types::{
    ArrowPrimitiveType, Date32Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
    Time64MicrosecondType, TimestampMicrosecondType, UInt32Type, UInt64Type,
};
use datafusion::arrow::array::{
    Array, ArrayRef, ArrowNativeTypeOp, BinaryArray, BinaryBuilder, BooleanArray, ListArray,
    PrimitiveArray, RecordBatch, StringArray, StringBuilder, StructArray,
};
use datafusion::arrow::buffer::{Buffer, NullBuffer, OffsetBuffer};
use datafusion::arrow::datatypes::{DataType, Field, TimeUnit};
use datafusion::common::ScalarValue;
use uuid::Uuid;

use super::carrier::{array_fields, carrier};
use super::category::is_vector;
use super::encoding;
use crate::error::{Error, Result};
use crate::query::catalog::Catalog;
use crate::query::error::translated;
use crate::relation::{
    Array as Elements, Column, Date, Kind, Row, Time, Timestamp, Type, Value, is_reg, type_name,
};

/// A value as a literal of a plan.
///
/// # Errors
/// XX000 for a value that is none of the type.
pub(in crate::query) fn scalar(value: &Value, of: &Type) -> Result<ScalarValue> {
    let array = array(std::slice::from_ref(value), of)?;
    ScalarValue::try_from_array(&array, 0).map_err(translated)
}

/// Values as an array of their carrier.
///
/// # Errors
/// As [`scalar`].
pub(in crate::query) fn array(values: &[Value], of: &Type) -> Result<ArrayRef> {
    let refs: Vec<&Value> = values.iter().collect();
    build(&refs, of)
}

/// The values that an array carries. The name of a `regclass` and the like is
/// left out; [`rows`] looks it up.
///
/// # Errors
/// XX000 for an array that is no carrier of the type.
pub(in crate::query) fn values(array: &dyn Array, of: &Type) -> Result<Vec<Value>> {
    if *array.data_type() == DataType::Null {
        return Ok(vec![Value::Null; array.len()]);
    }
    read(array, of)
}

/// The rows of an answer, with the names of what is told by its OID.
///
/// # Errors
/// As [`values`].
pub(in crate::query) fn rows(
    batch: &RecordBatch,
    columns: &[Column],
    catalog: &Catalog,
) -> Result<Vec<Row>> {
    let mut names = Names::new(catalog);
    let mut rows: Vec<Row> = vec![Row::with_capacity(columns.len()); batch.num_rows()];
    for (array, column) in batch.columns().iter().zip(columns) {
        let values = values(array, &column.column_type)?;
        let values = names.named(values, &column.column_type)?;
        for (row, value) in rows.iter_mut().zip(values) {
            row.push(value);
        }
    }
    Ok(rows)
}

/// The names of objects that were asked for.
pub(super) struct Names<'a> {
    catalog: &'a Catalog,
    known: HashMap<(u32, u32), Arc<str>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(catalog: &'a Catalog) -> Self {
        Self {
            catalog,
            known: HashMap::new(),
        }
    }

    /// The values with the names of what is told by its OID.
    pub(super) fn named(&mut self, values: Vec<Value>, of: &Type) -> Result<Vec<Value>> {
        if !has_names(of) {
            return Ok(values);
        }
        let named = values.into_iter().map(|value| self.named_value(value, of));
        named.collect()
    }

    /// One of them.
    pub(super) fn named_value(&mut self, value: Value, of: &Type) -> Result<Value> {
        Ok(match value {
            Value::Reg { oid, .. } => Value::Reg {
                oid,
                name: self.name(oid, of)?,
            },
            Value::Array(array) => Value::Array(Arc::new(Elements {
                values: self.named(array.values.clone(), &array.element)?,
                element: array.element.clone(),
                dimensions: array.dimensions.clone(),
            })),
            Value::Record(fields) => {
                let named = fields
                    .iter()
                    .map(|(of, value)| Ok((of.clone(), self.named_value(value.clone(), of)?)));
                Value::Record(named.collect::<Result<_>>()?)
            }
            other => other,
        })
    }

    fn name(&mut self, oid: u32, of: &Type) -> Result<Arc<str>> {
        if let Some(name) = self.known.get(&(of.oid(), oid)) {
            return Ok(name.clone());
        }
        let name = self.catalog.name_of(oid, of)?;
        self.known.insert((of.oid(), oid), name.clone());
        Ok(name)
    }
}

fn has_names(of: &Type) -> bool {
    match of.kind() {
        Kind::Array(element) => has_names(element),
        Kind::Composite(fields) => fields.iter().any(|field| has_names(field.type_())),
        Kind::Domain(base) => has_names(base),
        _ => is_reg(of),
    }
}

/// A value that is not one of its type: a defect of whoever made it.
fn stranger(value: &Value, of: &Type) -> Error {
    Error::internal(format!(
        "a value is none of type {}: {value:?}",
        type_name(of)
    ))
}

fn build(values: &[&Value], of: &Type) -> Result<ArrayRef> {
    match of.kind() {
        Kind::Array(element) => return build_arrays(values, element, of),
        Kind::Composite(_) => return build_structs(values, of),
        Kind::Domain(base) => return build(values, base),
        _ => {}
    }
    Ok(match carrier(of) {
        DataType::Boolean => {
            let mut flags = Vec::with_capacity(values.len());
            for value in values {
                flags.push(match value {
                    Value::Null => None,
                    Value::Bool(flag) => Some(*flag),
                    _ => return Err(stranger(value, of)),
                });
            }
            Arc::new(BooleanArray::from(flags))
        }
        DataType::Int16 => primitive::<Int16Type>(values, of, |value| match value {
            Value::Int2(number) => Some(*number),
            _ => None,
        })?,
        DataType::Int32 => primitive::<Int32Type>(values, of, |value| match value {
            Value::Int4(number) => Some(*number),
            _ => None,
        })?,
        DataType::Int64 => primitive::<Int64Type>(values, of, |value| match value {
            Value::Int8(number) | Value::Money(number) => Some(*number),
            _ => None,
        })?,
        DataType::UInt64 => primitive::<UInt64Type>(values, of, |value| match value {
            Value::Xid8(number) | Value::Lsn(number) => Some(*number),
            Value::Tid { block, place } => Some(u64::from(*block) << 16 | u64::from(*place)),
            _ => None,
        })?,
        DataType::Float32 => primitive::<Float32Type>(values, of, |value| match value {
            Value::Float4(number) => Some(*number),
            _ => None,
        })?,
        DataType::Float64 => primitive::<Float64Type>(values, of, |value| match value {
            Value::Float8(number) => Some(*number),
            _ => None,
        })?,
        DataType::UInt32 => primitive::<UInt32Type>(values, of, |value| match value {
            Value::Oid(oid) | Value::Reg { oid, .. } => Some(*oid),
            _ => None,
        })?,
        DataType::Date32 => primitive::<Date32Type>(values, of, |value| match value {
            Value::Date(date) => Some(date.days()),
            _ => None,
        })?,
        DataType::Time64(_) => {
            primitive::<Time64MicrosecondType>(values, of, |value| match value {
                Value::Time(time) => Some(time.micros()),
                _ => None,
            })?
        }
        to @ DataType::Timestamp(..) => {
            let moments =
                primitive_of::<TimestampMicrosecondType>(values, of, |value| match value {
                    Value::Timestamp(at) | Value::TimestampTz(at) => Some(at.micros()),
                    _ => None,
                })?;
            Arc::new(moments.with_data_type(to))
        }
        DataType::Binary => build_bytes(values, of)?,
        _ => build_texts(values, of)?,
    })
}

fn primitive<T: ArrowPrimitiveType>(
    values: &[&Value],
    of: &Type,
    native: impl Fn(&Value) -> Option<T::Native>,
) -> Result<ArrayRef> {
    Ok(Arc::new(primitive_of::<T>(values, of, native)?))
}

fn primitive_of<T: ArrowPrimitiveType>(
    values: &[&Value],
    of: &Type,
    native: impl Fn(&Value) -> Option<T::Native>,
) -> Result<PrimitiveArray<T>> {
    let mut numbers = Vec::with_capacity(values.len());
    for value in values {
        numbers.push(match (value, native(value)) {
            (Value::Null, _) => T::Native::ZERO,
            (_, Some(number)) => number,
            (_, None) => return Err(stranger(value, of)),
        });
    }
    Ok(PrimitiveArray::new(numbers.into(), nulls(values)))
}

fn nulls(values: &[&Value]) -> Option<NullBuffer> {
    let is_there = |value: &&Value| **value != Value::Null;
    let nulls = NullBuffer::from_iter(values.iter().map(is_there));
    (nulls.null_count() > 0).then_some(nulls)
}

fn build_bytes(values: &[&Value], of: &Type) -> Result<ArrayRef> {
    let mut array = BinaryBuilder::with_capacity(values.len(), values.len() * 16);
    let mut bytes = Vec::new();
    let mut format = BytesMut::new();
    for value in values {
        bytes.clear();
        match value {
            Value::Null => {
                array.append_null();
                continue;
            }
            Value::Numeric(numeric) if *of == Type::NUMERIC => {
                encoding::write_numeric(numeric, &mut bytes);
            }
            Value::Interval(interval) if *of == Type::INTERVAL => {
                encoding::write_interval(*interval, &mut bytes);
            }
            Value::TimeTz(time) if *of == Type::TIMETZ => {
                encoding::write_time_tz(*time, &mut bytes);
            }
            Value::Bytea(own) if *of == Type::BYTEA => bytes.extend(own.iter()),
            Value::Uuid(uuid) if *of == Type::UUID => bytes.extend(uuid.as_bytes()),
            Value::Network(network) => encoding::write_network(network, &mut bytes),
            Value::Mac(octets) if *of == Type::MACADDR => bytes.extend(octets),
            Value::Mac8(octets) if *of == Type::MACADDR8 => bytes.extend(octets),
            Value::Geometry(_) => {
                format.clear();
                value.write_binary(&mut format);
                bytes.extend(&format);
            }
            _ => return Err(stranger(value, of)),
        }
        array.append_value(&bytes);
    }
    Ok(Arc::new(array.finish()))
}

fn build_texts(values: &[&Value], of: &Type) -> Result<ArrayRef> {
    let mut array = StringBuilder::with_capacity(values.len(), values.len() * 16);
    for value in values {
        match value {
            Value::Null => array.append_null(),
            Value::Text(text) | Value::Bits(text) | Value::Jsonb(text) => array.append_value(text),
            // A byte beyond ASCII is the character of its number, so that the order
            // is that of the bytes.
            Value::Char(0) | Value::Void => array.append_value(""),
            Value::Char(byte) => array.append_value(char::from(*byte).encode_utf8(&mut [0; 2])),
            _ => return Err(stranger(value, of)),
        }
    }
    Ok(Arc::new(array.finish()))
}

fn build_arrays(values: &[&Value], element: &Type, of: &Type) -> Result<ArrayRef> {
    let mut elements = Vec::new();
    let mut lengths = Vec::with_capacity(values.len());
    let mut shapes = BinaryBuilder::with_capacity(values.len(), 0);
    let mut shape = Vec::new();
    for value in values {
        let array = match value {
            Value::Null => {
                lengths.push(0);
                shapes.append_null();
                continue;
            }
            Value::Array(array) | Value::Vector(array) => array,
            _ => return Err(stranger(value, of)),
        };
        shape.clear();
        match &array.dimensions[..] {
            [] => {}
            [one] if one.lower == 1 || is_vector(of) => {}
            dimensions => encoding::write_shape(dimensions, &mut shape),
        }
        lengths.push(array.values.len());
        elements.extend(&array.values);
        shapes.append_value(&shape);
    }
    let elements = build(&elements, element)?;
    let field = Arc::new(Field::new_list_field(elements.data_type().clone(), true));
    let offsets = OffsetBuffer::from_lengths(lengths);
    let lists = ListArray::new(field, offsets, elements, nulls(values));
    Ok(Arc::new(StructArray::new(
        array_fields(element),
        vec![Arc::new(lists), Arc::new(shapes.finish())],
        nulls(values),
    )))
}

fn build_structs(values: &[&Value], of: &Type) -> Result<ArrayRef> {
    let DataType::Struct(fields) = carrier(of) else {
        return Err(Error::internal("a composite type is carried by a struct"));
    };
    let types: Vec<&Type> = match of.kind() {
        Kind::Composite(fields) => fields.iter().map(|field| field.type_()).collect(),
        _ => Vec::new(),
    };
    let mut columns: Vec<Vec<&Value>> = vec![Vec::with_capacity(values.len()); types.len()];
    for value in values {
        match value {
            Value::Null => columns
                .iter_mut()
                .for_each(|column| column.push(&Value::Null)),
            Value::Record(record) if record.len() == types.len() => {
                for (column, (_, value)) in columns.iter_mut().zip(record.iter()) {
                    column.push(value);
                }
            }
            _ => return Err(stranger(value, of)),
        }
    }
    let columns = columns.iter().zip(types);
    let arrays = columns
        .map(|(values, of)| build(values, of))
        .collect::<Result<Vec<_>>>()?;
    let array = StructArray::try_new_with_length(fields, arrays, nulls(values), values.len());
    Ok(Arc::new(array.map_err(|error| translated(error.into()))?))
}

/// The array as this one, if it is.
fn known<'a, A: Array + 'static>(array: &'a dyn Array, of: &Type) -> Result<&'a A> {
    array
        .as_any()
        .downcast_ref()
        .ok_or_else(|| foreign(array, of))
}

/// An array that is no carrier of the type: a defect of whoever made it.
fn foreign(array: &dyn Array, of: &Type) -> Error {
    Error::internal(format!(
        "values of type {} are not carried by {}",
        type_name(of),
        array.data_type()
    ))
}

fn read(array: &dyn Array, of: &Type) -> Result<Vec<Value>> {
    match of.kind() {
        Kind::Array(element) => return read_arrays(array, element, of),
        Kind::Composite(fields) => {
            let types: Vec<&Type> = fields.iter().map(|field| field.type_()).collect();
            return read_structs(array, &types, of);
        }
        Kind::Domain(base) => return read(array, base),
        _ => {}
    }
    match carrier(of) {
        DataType::Boolean => {
            let flags = known::<BooleanArray>(array, of)?;
            let value = |flag: Option<bool>| flag.map_or(Value::Null, Value::Bool);
            Ok(flags.iter().map(value).collect())
        }
        DataType::Int16 => numbers::<Int16Type>(array, of, |n| Some(Value::Int2(n))),
        DataType::Int32 => numbers::<Int32Type>(array, of, |n| Some(Value::Int4(n))),
        DataType::Int64 if *of == Type::MONEY => {
            numbers::<Int64Type>(array, of, |n| Some(Value::Money(n)))
        }
        DataType::Int64 => numbers::<Int64Type>(array, of, |n| Some(Value::Int8(n))),
        DataType::UInt64 => numbers::<UInt64Type>(array, of, |n| match *of {
            Type::XID8 => Some(Value::Xid8(n)),
            Type::PG_LSN => Some(Value::Lsn(n)),
            _ => Some(Value::Tid {
                block: u32::try_from(n >> 16).ok()?,
                place: n as u16,
            }),
        }),
        DataType::Float32 => numbers::<Float32Type>(array, of, |n| Some(Value::Float4(n))),
        DataType::Float64 => numbers::<Float64Type>(array, of, |n| Some(Value::Float8(n))),
        DataType::UInt32 if is_reg(of) => {
            let unnamed: Arc<str> = "".into();
            numbers::<UInt32Type>(array, of, |oid| {
                let name = unnamed.clone();
                Some(Value::Reg { oid, name })
            })
        }
        DataType::UInt32 => numbers::<UInt32Type>(array, of, |oid| Some(Value::Oid(oid))),
        DataType::Date32 => numbers::<Date32Type>(array, of, |days| {
            Date::from_days(days).ok().map(Value::Date)
        }),
        DataType::Time64(_) => numbers::<Time64MicrosecondType>(array, of, |micros| {
            Time::from_micros(micros).ok().map(Value::Time)
        }),
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            let value = match zone {
                Some(_) => Value::TimestampTz,
                None => Value::Timestamp,
            };
            numbers::<TimestampMicrosecondType>(array, of, |micros| {
                Timestamp::from_micros(micros).ok().map(value)
            })
        }
        DataType::Binary => {
            let bytes = known::<BinaryArray>(array, of)?;
            each(bytes.iter(), array, of, |bytes| match *of {
                Type::NUMERIC => {
                    encoding::read_numeric(bytes).map(|numeric| Value::Numeric(numeric.into()))
                }
                Type::INTERVAL => encoding::read_interval(bytes).map(Value::Interval),
                Type::TIMETZ => encoding::read_time_tz(bytes).map(Value::TimeTz),
                Type::UUID => Uuid::from_slice(bytes).ok().map(Value::Uuid),
                Type::BYTEA => Some(Value::Bytea(bytes.into())),
                Type::INET | Type::CIDR => encoding::read_network(bytes, of).map(Value::Network),
                // What is carried as it is sent.
                _ => Value::from_binary(bytes, of).ok(),
            })
        }
        _ => {
            let texts = known::<StringArray>(array, of)?;
            each(texts.iter(), array, of, |text| match *of {
                Type::CHAR => char_of(text).map(Value::Char),
                Type::JSONB => Some(Value::Jsonb(text.into())),
                Type::VOID => Some(Value::Void),
                Type::BIT | Type::VARBIT => Some(Value::Bits(text.into())),
                _ => Some(Value::Text(text.into())),
            })
        }
    }
}

fn char_of(text: &str) -> Option<u8> {
    let first = text.chars().next().unwrap_or('\0');
    u8::try_from(u32::from(first)).ok()
}

fn numbers<T: ArrowPrimitiveType>(
    array: &dyn Array,
    of: &Type,
    value: impl Fn(T::Native) -> Option<Value>,
) -> Result<Vec<Value>> {
    let numbers = known::<PrimitiveArray<T>>(array, of)?;
    each(numbers.iter(), array, of, value)
}

/// What each part of an array is as a value.
fn each<T>(
    parts: impl Iterator<Item = Option<T>>,
    array: &dyn Array,
    of: &Type,
    value: impl Fn(T) -> Option<Value>,
) -> Result<Vec<Value>> {
    let mut values = Vec::with_capacity(array.len());
    for part in parts {
        values.push(match part {
            None => Value::Null,
            Some(part) => value(part).ok_or_else(|| foreign(array, of))?,
        });
    }
    Ok(values)
}

/// The lists of elements that arrays have; NULL where the array is.
///
/// # Errors
/// XX000 for what carries no arrays.
pub(in crate::query) fn elements(arrays: &dyn Array) -> Result<ListArray> {
    let no_array = || Error::internal(format!("no arrays: {}", arrays.data_type()));
    let structs = arrays.as_any().downcast_ref::<StructArray>();
    let structs = structs.ok_or_else(no_array)?;
    let lists = structs.columns().first();
    let lists = lists.and_then(|lists| lists.as_any().downcast_ref::<ListArray>());
    let (field, offsets, elements, nulls) = lists.ok_or_else(no_array)?.clone().into_parts();
    let nulls = NullBuffer::union(nulls.as_ref(), structs.nulls());
    Ok(ListArray::new(field, offsets, elements, nulls))
}

/// Arrays of one dimension with the elements of these lists.
pub(in crate::query) fn plain_arrays(lists: ListArray, element: &Type) -> ArrayRef {
    let nulls = lists.nulls().cloned();
    let no_shapes = BinaryArray::new(
        OffsetBuffer::new_zeroed(lists.len()),
        Buffer::from_vec(Vec::<u8>::new()),
        nulls.clone(),
    );
    let columns: Vec<ArrayRef> = vec![Arc::new(lists), Arc::new(no_shapes)];
    Arc::new(StructArray::new(array_fields(element), columns, nulls))
}

fn read_arrays(array: &dyn Array, element: &Type, of: &Type) -> Result<Vec<Value>> {
    let lists = elements(array)?;
    let shapes = known::<StructArray>(array, of)?.column(1);
    let shapes = known::<BinaryArray>(shapes, of)?;
    let offsets = lists.value_offsets();
    let (start, end) = match offsets {
        [start, .., end] => (*start as usize, *end as usize),
        _ => (0, 0),
    };
    let mut elements = values(&lists.values().slice(start, end - start), element)?.into_iter();
    let mut result = Vec::with_capacity(lists.len());
    for (place, bounds) in offsets.windows(2).enumerate() {
        let length = (bounds[1] - bounds[0]) as usize;
        let own: Vec<Value> = elements.by_ref().take(length).collect();
        let element = element.clone();
        result.push(match shapes.value(place) {
            _ if lists.is_null(place) => Value::Null,
            [] if is_vector(of) => Value::Vector(Arc::new(Elements::vector(element, own))),
            [] => Value::Array(Arc::new(Elements::list(element, own))),
            shape => Value::Array(Arc::new(Elements {
                element,
                dimensions: encoding::read_shape(shape).ok_or_else(|| foreign(array, of))?,
                values: own,
            })),
        });
    }
    Ok(result)
}

fn read_structs(array: &dyn Array, types: &[&Type], of: &Type) -> Result<Vec<Value>> {
    let structs = known::<StructArray>(array, of)?;
    if structs.num_columns() != types.len() {
        return Err(foreign(array, of));
    }
    let columns = structs.columns().iter().zip(types);
    let mut columns = columns
        .map(|(column, of)| Ok(values(column, of)?.into_iter()))
        .collect::<Result<Vec<_>>>()?;
    let mut result = Vec::with_capacity(structs.len());
    for place in 0..structs.len() {
        let fields = columns.iter_mut().zip(types);
        let fields =
            fields.map(|(column, of)| ((*of).clone(), column.next().unwrap_or(Value::Null)));
        let record = fields.collect();
        result.push(match structs.is_null(place) {
            true => Value::Null,
            false => Value::Record(record),
        });
    }
    Ok(result)
}
