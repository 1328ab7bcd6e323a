//! What is written as a construct of its own: arrays and their parts, GREATEST and
//! LEAST, and the numbers of WITH ORDINALITY.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{Array as _, ArrayRef, Int64Array, ListArray, make_comparator};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::compute::{SortOptions, interleave};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::Result as Planned;
use datafusion::common::ScalarValue;
use datafusion::common::cast::as_list_array;
use datafusion::functions_nested::expr_fn::make_array;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::udf::{Bound, scalar};
use super::{Arguments, Call, Function};
use crate::error::{Error, ErrorKind, Limit, Result, Value as Flaw};
use crate::query::catalog::Catalog;
use crate::query::typed::Typed;
use crate::query::types;
use crate::relation::{Array, Dimension, Type, Value};

/// More dimensions than these no array has.
const MAX_DIMENSIONS: usize = 6;

/// What a subscript calls: `a[1]`.
pub(in crate::query) const ELEMENT: &str = "[]";
/// What a slice calls: `a[1:2]`.
pub(in crate::query) const SLICE: &str = "[:]";

/// The functions that such a construct calls.
pub(super) static CONSTRUCTS: &[&[Function]] = &[PARTS];

/// Parts of arrays (PostgreSQL manual, 8.15.3): an index for each dimension, or for
/// a slice two.
static PARTS: &[Function] = &[
    Function::row(
        ELEMENT,
        &[Type::ANYARRAY, Type::INT4],
        Type::ANYELEMENT,
        element,
    )
    .variadic(),
    Function::row(
        ELEMENT,
        &[Type::INT2_VECTOR, Type::INT4],
        Type::INT2,
        element,
    )
    .variadic(),
    Function::row(ELEMENT, &[Type::OID_VECTOR, Type::INT4], Type::OID, element).variadic(),
    Function::row(ELEMENT, &[Type::NAME, Type::INT4], Type::CHAR, letter),
    Function::row(SLICE, &[Type::ANYARRAY, Type::INT4], Type::ANYARRAY, slice)
        .variadic()
        .lenient(),
];

/// Arrays as one of a dimension more.
static STACK: Function = Function::row("array", &[Type::ANYARRAY], Type::ANYARRAY, stacked)
    .variadic()
    .lenient();

fn element(_call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let array = values.array(0);
    if array.dimensions.len() != values.len() - 1 {
        return Ok(Value::Null);
    }
    let mut place = 0;
    for (at, dimension) in array.dimensions.iter().enumerate() {
        let index = i64::from(values.int4(at + 1)) - i64::from(dimension.lower);
        if !(0..i64::from(dimension.length)).contains(&index) {
            return Ok(Value::Null);
        }
        place = place * i64::from(dimension.length) + index;
    }
    let found = usize::try_from(place)
        .ok()
        .and_then(|place| array.values.get(place));
    Ok(found.cloned().unwrap_or(Value::Null))
}

/// A name is an array of 64 bytes from 0 on, filled up with zeros.
fn letter(_call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let (name, place) = (values.text(0).as_bytes(), values.int4(1));
    Ok(match usize::try_from(place) {
        Ok(place @ 0..64) => Value::Char(name.get(place).copied().unwrap_or(0)),
        _ => Value::Null,
    })
}

/// A bound that is left out is that of the array, and so are those of dimensions that
/// have none.
fn slice(_call: &Call<'_>, values: &[Value]) -> Result<Value> {
    if values.is_null(0) {
        return Ok(Value::Null);
    }
    let array = values.array(0);
    let bound = |at: usize, otherwise: i32| match at < values.len() && !values.is_null(at) {
        true => i64::from(values.int4(at)),
        false => i64::from(otherwise),
    };
    let mut ranges = Vec::with_capacity(array.dimensions.len());
    for (nth, Dimension { length, lower }) in array.dimensions.iter().enumerate() {
        let first = bound(2 * nth + 1, *lower).max(i64::from(*lower));
        let end = i64::from(*lower) + i64::from(*length);
        let end = bound(2 * nth + 2, i32::MAX).saturating_add(1).min(end);
        ranges.push(first - i64::from(*lower)..end - i64::from(*lower));
    }
    let none = Array::list(array.element.clone(), Vec::new());
    if values.len() / 2 > ranges.len() || ranges.iter().any(|range| range.is_empty()) {
        return Ok(Value::Array(none.into()));
    }
    let is_in = |place: usize| {
        let mut rest = i64::try_from(place).unwrap_or(i64::MAX);
        array
            .dimensions
            .iter()
            .zip(&ranges)
            .rev()
            .all(|(dimension, range)| {
                let length = i64::from(dimension.length);
                let index = rest % length;
                rest /= length;
                range.contains(&index)
            })
    };
    let taken = array.values.iter().enumerate();
    let taken = taken.filter(|(place, _)| is_in(*place));
    let length = |range: &Range<i64>| i32::try_from(range.end - range.start).unwrap_or(i32::MAX);
    let dimensions = ranges.iter().map(|range| Dimension {
        length: length(range),
        lower: 1,
    });
    Ok(Value::Array(Arc::new(Array {
        element: array.element.clone(),
        dimensions: dimensions.collect(),
        values: taken.map(|(_, value)| value.clone()).collect(),
    })))
}

/// Empty arrays and NULLs make an empty one if all are; else there must be none.
fn stacked(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let arrays = values.iter().filter_map(|value| match value {
        Value::Array(array) if !array.values.is_empty() => Some(array),
        _ => None,
    });
    let arrays: Vec<_> = arrays.collect();
    let Some(first) = arrays.first() else {
        let element = types::element_of(call.returns)
            .cloned()
            .unwrap_or(Type::TEXT);
        return Ok(Value::Array(Array::list(element, Vec::new()).into()));
    };
    let is_like_first = |array: &&Arc<Array>| array.dimensions == first.dimensions;
    if arrays.len() < values.len() || !arrays.iter().all(is_like_first) {
        return Err(Error::new(
            ErrorKind::InvalidValue(Flaw::Subscript),
            "multidimensional arrays must have array expressions with matching dimensions",
        ));
    }
    let outer = Dimension {
        length: i32::try_from(arrays.len()).unwrap_or(i32::MAX),
        lower: 1,
    };
    let dimensions: Vec<_> = [outer]
        .into_iter()
        .chain(first.dimensions.clone())
        .collect();
    if dimensions.len() > MAX_DIMENSIONS {
        return Err(Error::new(
            ErrorKind::LimitExceeded(Limit::Program),
            format!("number of array dimensions exceeds the maximum allowed ({MAX_DIMENSIONS})"),
        ));
    }
    Ok(Value::Array(Arc::new(Array {
        element: first.element.clone(),
        dimensions,
        values: arrays
            .iter()
            .flat_map(|array| array.values.clone())
            .collect(),
    })))
}

/// An array of these elements; of arrays it is one of a dimension more.
///
/// # Errors
/// 0A000 for types that there are no arrays of.
pub(in crate::query) fn array(elements: Vec<Typed>, of: &Type, catalog: &Catalog) -> Result<Typed> {
    let is_stack = types::element_of(of).is_some();
    let array = match is_stack {
        true => Some(of.clone()),
        false => types::array_of(of),
    };
    let Some(array) = array else {
        return Err(Error::unsupported(
            format_args!("an array of {}", crate::relation::type_name(of)),
            "Elements of arrays are of PostgreSQL's own types.",
        ));
    };
    let members: Vec<Expr> = elements.into_iter().map(|element| element.expr).collect();
    let expr = if members.is_empty() {
        let element = types::element_of(&array).unwrap_or(of).clone();
        let none = Value::Array(Arc::new(Array::list(element, Vec::new())));
        Expr::Literal(types::scalar(&none, &array)?, None)
    } else if is_stack {
        let bound = Bound {
            function: &STACK,
            arguments: vec![of.clone(); members.len()].into(),
            returns: array.clone(),
            catalog: catalog.clone(),
            is_spread: false,
        };
        scalar(bound, members)
    } else {
        let signature = Signature::any(1, Volatility::Immutable);
        let plain = Plain {
            element: of.clone(),
            signature,
        };
        ScalarUDF::from(plain).call(vec![make_array(members)])
    };
    Ok(Typed::new(expr, array))
}

/// Makes arrays of lists.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Plain {
    element: Type,
    signature: Signature,
}

impl ScalarUDFImpl for Plain {
    fn name(&self) -> &str {
        "array"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Planned<DataType> {
        let array = types::array_of(&self.element).expect("there are arrays of it");
        Ok(types::carrier(&array))
    }

    fn invoke_with_args(&self, call: ScalarFunctionArgs) -> Planned<ColumnarValue> {
        let plain = |lists: &ArrayRef| -> Planned<ArrayRef> {
            let lists = as_list_array(lists)?.clone();
            Ok(types::plain_arrays(lists, &self.element))
        };
        Ok(match &call.args[0] {
            ColumnarValue::Array(lists) => ColumnarValue::Array(plain(lists)?),
            ColumnarValue::Scalar(list) => {
                let arrays = plain(&list.to_array()?)?;
                ColumnarValue::Scalar(ScalarValue::try_from_array(&arrays, 0)?)
            }
        })
    }
}

/// The greatest or the least of values of one type; NULLs are passed over.
/// The type has an order.
pub(in crate::query) fn extreme(members: Vec<Expr>, of: &Type, greatest: bool) -> Expr {
    let keys = members.iter().map(|member| types::key(member.clone(), of));
    let arguments = keys.collect::<Vec<_>>().into_iter().chain(members);
    ScalarUDF::from(Extreme::new(types::carrier(of), greatest)).call(arguments.collect())
}

/// The numbers of the elements of lists, side by side: 1, 2, … to the end of the longest.
pub(in crate::query) fn ordinality(lists: Vec<Expr>) -> Expr {
    let signature = Signature::variadic_any(Volatility::Immutable);
    ScalarUDF::from(Ordinality(signature)).call(lists)
}

/// Picks the value whose key is greatest: the first half of its arguments are keys,
/// the second values.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Extreme {
    signature: Signature,
    carrier: DataType,
    greatest: bool,
}

impl Extreme {
    fn new(carrier: DataType, greatest: bool) -> Self {
        Self {
            signature: Signature::variadic_any(Volatility::Immutable),
            carrier,
            greatest,
        }
    }
}

impl ScalarUDFImpl for Extreme {
    fn name(&self) -> &str {
        match self.greatest {
            true => "greatest",
            false => "least",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Planned<DataType> {
        Ok(self.carrier.clone())
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Planned<ColumnarValue> {
        let rows = arguments.number_rows;
        let arrays = ColumnarValue::values_to_arrays(&arguments.args)?;
        let arrays = arrays.iter().map(|array| match array.len() == rows {
            true => Ok(array.clone()),
            false => ScalarValue::try_from_array(array, 0)?.to_array_of_size(rows),
        });
        let arrays = arrays.collect::<Planned<Vec<ArrayRef>>>()?;
        let (keys, values) = arrays.split_at(arrays.len() / 2);
        let mut best: Vec<usize> = vec![0; rows];
        let wanted = match self.greatest {
            true => Ordering::Greater,
            false => Ordering::Less,
        };
        for (nth, key) in keys.iter().enumerate().skip(1) {
            let known: Vec<_> = keys[..nth]
                .iter()
                .map(|before| make_comparator(key, before, SortOptions::default()))
                .collect::<std::result::Result<_, _>>()?;
            for (row, best) in best.iter_mut().enumerate() {
                let is_better = key.is_valid(row)
                    && (keys[*best].is_null(row) || known[*best](row, row) == wanted);
                if is_better {
                    *best = nth;
                }
            }
        }
        let values: Vec<&dyn datafusion::arrow::array::Array> =
            values.iter().map(AsRef::as_ref).collect();
        let chosen: Vec<(usize, usize)> = best
            .into_iter()
            .enumerate()
            .map(|(row, nth)| (nth, row))
            .collect();
        Ok(ColumnarValue::Array(interleave(&values, &chosen)?))
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Ordinality(Signature);

impl ScalarUDFImpl for Ordinality {
    fn name(&self) -> &str {
        "ordinality"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, _arguments: &[DataType]) -> Planned<DataType> {
        Ok(DataType::new_list(DataType::Int64, true))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Planned<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&arguments.args)?;
        let lists = arrays.iter().map(|array| as_list_array(array));
        let lists = lists.collect::<Planned<Vec<&ListArray>>>()?;
        let rows = lists.first().map_or(0, |list| list.len());
        let length = |row: usize| {
            let lengths = lists.iter().filter(|list| list.is_valid(row));
            lengths
                .map(|list| list.value_length(row))
                .max()
                .unwrap_or(0)
        };
        let numbers = (0..rows).flat_map(|row| 1..=i64::from(length(row)));
        let numbers: Int64Array = numbers.collect();
        let lengths = (0..rows).map(|row| usize::try_from(length(row)).unwrap_or(0));
        let offsets = OffsetBuffer::from_lengths(lengths);
        let field = Arc::new(Field::new_list_field(DataType::Int64, true));
        Ok(ColumnarValue::Array(Arc::new(ListArray::try_new(
            field,
            offsets,
            Arc::new(numbers),
            None,
        )?)))
    }
}
