//! Carrying Arrow arrays over.
//!
//! A value under a NULL is nobody's: a NULL struct has members, and a NULL list
//! may span elements, that can be anything. What is *live* has no NULL above
//! it; only that is looked at. Under structs it is a mask; lists and maps are
//! packed, where they hide something, so that all they hold is live.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ListArray, MapArray, StructArray, UInt32Array, new_null_array};
use arrow_buffer::{ArrowNativeType, NullBuffer, OffsetBuffer};
use arrow_schema::{DataType as ArrowType, Fields};
use arrow_select::take::take;

use super::cast::{cast, key_at, native};
use super::resolution::{Conversion, Resolution, Source};
use crate::error::{Error, ErrorKind, Value};
use crate::schema::{DataType, Field, RecordStep, RowError, no_such_field, null_not_allowed};

/// The columns of a batch, or the members of a struct.
pub(super) struct Columns<'a> {
    arrays: &'a [ArrayRef],
    rows: usize,
    /// The rows that are live; nothing when all are.
    live: Option<&'a NullBuffer>,
    /// Where the arrays are, when they are not those of the schema in its order.
    places: Option<HashMap<&'a str, usize>>,
}

impl<'a> Columns<'a> {
    /// These arrays as columns of the schema with the fields `known`.
    ///
    /// # Errors
    /// 22P02 for a name that is no field, and for one that is there twice.
    pub(super) fn new(
        known: &[Field],
        fields: &'a Fields,
        arrays: &'a [ArrayRef],
        rows: usize,
        live: Option<&'a NullBuffer>,
    ) -> Result<Self, RowError> {
        let names = || fields.iter().map(|field| field.name().as_str());
        let is_in_order = names().eq(known.iter().map(|field| field.name.as_str()));
        let places = match is_in_order {
            true => None,
            false => Some(places(known, names())?),
        };
        Ok(Self {
            arrays,
            rows,
            live,
            places,
        })
    }

    fn find(&self, position: usize, name: &str) -> Option<&'a ArrayRef> {
        match &self.places {
            None => self.arrays.get(position),
            Some(places) => places.get(name).map(|place| &self.arrays[*place]),
        }
    }

    /// What a field has that is absent: its default in each row, or NULL.
    fn absent(&self, field: &Field) -> Result<ArrayRef, RowError> {
        let nulls = || new_null_array(&field.data_type.to_arrow(), self.rows);
        let Some(row) = (0..self.rows).find(|row| is_live(self.live, *row)) else {
            return Ok(nulls());
        };
        let value = field
            .absent_json()
            .map_err(|error| RowError::new(row, error))?;
        if value.is_null() {
            return Ok(nulls());
        }
        let one = field
            .data_type
            .arrow_array(&[&value])
            .map_err(|error| error.at(row))?;
        Ok(taken(&one, &UInt32Array::from_value(0, self.rows)))
    }
}

fn places<'a>(
    known: &[Field],
    names: impl Iterator<Item = &'a str>,
) -> Result<HashMap<&'a str, usize>, RowError> {
    let known_names: HashSet<&str> = known.iter().map(|field| field.name.as_str()).collect();
    let mut places = HashMap::new();
    for (place, name) in names.enumerate() {
        let wrong = |error| Err(RowError::new(None, error).within_field(name));
        if !known_names.contains(name) {
            return wrong(no_such_field(known, name));
        }
        if places.insert(name, place).is_some() {
            let twice = "there is more than one such column";
            return wrong(Error::new(ErrorKind::InvalidValue(Value::Text), twice));
        }
    }
    Ok(places)
}

/// Carries the columns of a batch, or the members of a struct, to the Arrow
/// fields that `to` has.
pub(super) fn carry_fields(
    resolution: &Resolution,
    from: &[Field],
    to: &[Field],
    arrow: &Fields,
    columns: &Columns<'_>,
) -> Result<Vec<ArrayRef>, RowError> {
    let targets = resolution.fields.iter().zip(to).zip(arrow);
    let arrays = targets.map(|((resolved, to), arrow)| {
        let carried = match &resolved.source {
            Source::Field { position, part, .. } => {
                let from = &from[*position];
                let array = match columns.find(*position, &from.name) {
                    Some(array) => Ok(Arc::clone(array)),
                    None => columns.absent(from),
                };
                array.and_then(|array| {
                    carry(
                        &part.conversion,
                        from,
                        to,
                        arrow.data_type(),
                        &array,
                        columns.live,
                    )
                })
            }
            Source::Absent(field) => columns.absent(field),
        };
        carried.map_err(|error| error.within_field(&to.name))
    });
    arrays.collect()
}

/// Carries the values of a field to the Arrow type that `to` has.
fn carry(
    conversion: &Conversion,
    from: &Field,
    to: &Field,
    arrow: &ArrowType,
    array: &ArrayRef,
    live: Option<&NullBuffer>,
) -> Result<ArrayRef, RowError> {
    let array = native(&from.data_type, array, live)?;
    if !to.nullable {
        let is_null = |row: &usize| array.is_null(*row) && is_live(live, *row);
        if array.null_count() > 0
            && let Some(row) = (0..array.len()).find(is_null)
        {
            return Err(RowError::new(row, null_not_allowed()));
        }
    }
    if *conversion == Conversion::Keep && array.data_type() == arrow {
        return Ok(array);
    }
    match (&from.data_type, &to.data_type, arrow) {
        (DataType::Struct(before), DataType::Struct(after), ArrowType::Struct(fields)) => {
            let array = array.as_struct();
            let nulls = NullBuffer::union(array.nulls(), live);
            let (rows, live) = (array.len(), nulls.as_ref());
            let columns = Columns::new(before, array.fields(), array.columns(), rows, live)?;
            let members = match conversion {
                Conversion::Struct(members) => {
                    carry_fields(members, before, after, fields, &columns)?
                }
                _ => {
                    let members = Resolution::new(before, after);
                    carry_fields(&members, before, after, fields, &columns)?
                }
            };
            Ok(Arc::new(StructArray::new(fields.clone(), members, nulls)))
        }
        (DataType::Array(before), DataType::Array(after), ArrowType::List(field)) => {
            let conversion = match conversion {
                Conversion::Array(element) => &element.conversion,
                kept => kept,
            };
            let list = array.as_list::<i32>();
            let (offsets, packed) = pack(list.offsets(), [list.values()], list.nulls(), live);
            let [elements] = &packed;
            let elements = carry(conversion, before, after, field.data_type(), elements, None)
                .map_err(|error| {
                    error.within_list(&offsets, |_, index| RecordStep::Element(index))
                })?;
            let nulls = list.nulls().cloned();
            Ok(Arc::new(ListArray::new(
                Arc::clone(field),
                offsets,
                elements,
                nulls,
            )))
        }
        (DataType::Map(before), DataType::Map(after), ArrowType::Map(entries, _)) => {
            let map = array.as_map();
            let columns = [map.keys(), map.values()];
            let (offsets, packed) = pack(map.offsets(), columns, map.nulls(), live);
            let ArrowType::Struct(fields) = entries.data_type() else {
                unreachable!("the entries of a map are structs");
            };
            let key = &before[0];
            let part = |part: usize| {
                let conversion = match conversion {
                    Conversion::Map(entry) => &entry[part].conversion,
                    kept => kept,
                };
                let (before, after) = (&before[part], &after[part]);
                carry(
                    conversion,
                    before,
                    after,
                    fields[part].data_type(),
                    &packed[part],
                    None,
                )
                .map_err(|error| {
                    let step = |entry, _| RecordStep::Key(key_at(key, &packed[0], entry));
                    error.within_list(&offsets, step)
                })
            };
            let carried = StructArray::new(fields.clone(), vec![part(0)?, part(1)?], None);
            let nulls = map.nulls().cloned();
            let entries = Arc::clone(entries);
            Ok(Arc::new(MapArray::new(
                entries, offsets, carried, nulls, false,
            )))
        }
        _ => cast(
            conversion,
            &from.data_type,
            &to.data_type,
            arrow,
            &array,
            live,
        ),
    }
}

pub(super) fn is_live(live: Option<&NullBuffer>, row: usize) -> bool {
    live.is_none_or(|live| live.is_valid(row))
}

/// The values of lists, or of maps, from the first one that a live list has to
/// the last one, without any that none has; and the lists' offsets into them.
fn pack<const N: usize>(
    offsets: &OffsetBuffer<i32>,
    values: [&ArrayRef; N],
    nulls: Option<&NullBuffer>,
    live: Option<&NullBuffer>,
) -> (OffsetBuffer<i32>, [ArrayRef; N]) {
    let live = NullBuffer::union(nulls, live);
    let is_hidden = |row: usize| !is_live(live.as_ref(), row);
    let ranges = offsets.windows(2).map(|ends| ends[0]..ends[1]).enumerate();
    let hides = live.is_some()
        && ranges
            .clone()
            .any(|(row, range)| is_hidden(row) && !range.is_empty());
    if hides {
        let kept = ranges.map(|(row, range)| match is_hidden(row) {
            true => 0..0,
            false => range,
        });
        let indices = kept.clone().flatten().map(i32::cast_unsigned);
        let offsets = OffsetBuffer::from_lengths(kept.map(|range| range.len()));
        let indices = UInt32Array::from_iter_values(indices);
        return (offsets, values.map(|values| taken(values, &indices)));
    }
    let (first, last) = (offsets[0].as_usize(), offsets[offsets.len() - 1].as_usize());
    let values = values.map(|values| values.slice(first, last - first));
    let offsets = match first {
        0 => offsets.clone(),
        _ => OffsetBuffer::from_lengths(offsets.lengths()),
    };
    (offsets, values)
}

fn taken(values: &ArrayRef, indices: &UInt32Array) -> ArrayRef {
    take(values, indices, None).expect("the indices are within the values")
}
