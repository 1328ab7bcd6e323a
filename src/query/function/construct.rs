//! What is written as a construct of its own: arrays and their parts, GREATEST and
//! LEAST, and the numbers of WITH ORDINALITY.

use std::cmp::Ordering;
use std::sync::Arc;

use datafusion::arrow::array::{Array as _, ArrayRef, Int64Array, ListArray, make_comparator};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::compute::{SortOptions, interleave};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::Result as Planned;
use datafusion::common::cast::as_list_array;
use datafusion::functions_nested::expr_fn::make_array;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::{Arguments, Call, Function};
use crate::error::{Error, Result};
use crate::query::typed::Typed;
use crate::query::types;
use crate::relation::{Array, Dimension, Kind, Type, Value};

/// What a subscript calls: `a[1]`.
pub(in crate::query) const ELEMENT: &str = "[]";
/// What a slice calls: `a[1:2]`.
pub(in crate::query) const SLICE: &str = "[:]";

/// The functions that such a construct calls.
pub(super) static CONSTRUCTS: &[&[Function]] = &[PARTS];

/// Parts of arrays (PostgreSQL manual, 8.15.3).
static PARTS: &[Function] = &[
    Function::row(
        ELEMENT,
        &[Type::ANYARRAY, Type::INT4],
        Type::ANYELEMENT,
        element,
    ),
    Function::row(
        ELEMENT,
        &[Type::INT2_VECTOR, Type::INT4],
        Type::INT2,
        element,
    ),
    Function::row(ELEMENT, &[Type::OID_VECTOR, Type::INT4], Type::OID, element),
    Function::row(
        SLICE,
        &[Type::ANYARRAY, Type::INT4, Type::INT4],
        Type::ANYARRAY,
        slice,
    )
    .lenient(),
];

fn element(_call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let (array, index) = (values.array(0), values.int4(1));
    let [dimension] = array.dimensions.as_slice() else {
        return Ok(Value::Null);
    };
    let place = i64::from(index) - i64::from(dimension.lower);
    let found = usize::try_from(place)
        .ok()
        .and_then(|place| array.values.get(place));
    Ok(found.cloned().unwrap_or(Value::Null))
}

/// A bound that is left out is that of the array.
fn slice(_call: &Call<'_>, values: &[Value]) -> Result<Value> {
    if values.is_null(0) {
        return Ok(Value::Null);
    }
    let array = values.array(0);
    let Some(Dimension { length, lower }) = array.dimensions.first().copied() else {
        return Ok(values[0].clone());
    };
    let bound = |at: usize, otherwise: i32| match values.is_null(at) {
        true => i64::from(otherwise),
        false => i64::from(values.int4(at)),
    };
    let first = bound(1, lower).max(i64::from(lower)) - i64::from(lower);
    let last = bound(2, lower + length - 1) - i64::from(lower);
    let taken = array.values.iter().enumerate().filter(|(place, _)| {
        i64::try_from(*place).is_ok_and(|place| (first..=last).contains(&place))
    });
    let taken = taken.map(|(_, value)| value.clone()).collect();
    Ok(Value::Array(Arc::new(Array::list(
        array.element.clone(),
        taken,
    ))))
}

/// An array of these elements.
///
/// # Errors
/// 0A000 for elements that are arrays, and for types that there are no arrays of.
pub(in crate::query) fn array(elements: Vec<Typed>, of: &Type) -> Result<Typed> {
    let array = match of.kind() {
        Kind::Array(_) => None,
        _ => types::array_of(of),
    };
    let Some(array) = array else {
        return Err(Error::unsupported(
            format_args!("an array of {}", crate::relation::type_name(of)),
            "Arrays have one dimension, and elements of PostgreSQL's own types.",
        ));
    };
    let expr = match elements.is_empty() {
        true => {
            let none = Value::Array(Arc::new(Array::list(of.clone(), Vec::new())));
            Expr::Literal(types::scalar(&none, &array)?, None)
        }
        false => make_array(elements.into_iter().map(|element| element.expr).collect()),
    };
    Ok(Typed::new(expr, array))
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
            false => {
                datafusion::common::ScalarValue::try_from_array(array, 0)?.to_array_of_size(rows)
            }
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
