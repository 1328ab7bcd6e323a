//! What values are compared by.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::types::{Float32Type, Float64Type};
use datafusion::arrow::array::{Array, ArrayRef, BinaryArray, ListArray, StringArray, StructArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::cast::{
    as_binary_array, as_float32_array, as_float64_array, as_list_array, as_string_array,
    as_struct_array,
};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::document::document_key;
use super::encoding;
use crate::relation::{Kind, Type};

/// An expression whose carrier is equal and in order exactly as PostgreSQL has it
/// for the values of `expr`, which are of the type `of`: `1.0` is `1.00`, `-0` is
/// `0`, NaN is the greatest of numbers and equal to itself, blanks at the end of a
/// `character` do not count.
pub(in crate::query) fn key(expr: Expr, of: &Type) -> Expr {
    if is_own_key(of) {
        return expr;
    }
    let udf = ScalarUDF::new_from_impl(SortKey { of: of.clone() });
    udf.call(vec![expr])
}

/// Whether values of the type can be compared: not those of `json`, `xml` and most
/// geometric types.
pub(in crate::query) fn has_order(of: &Type) -> bool {
    match of.kind() {
        Kind::Array(element) => return has_order(element),
        Kind::Domain(base) => return has_order(base),
        Kind::Composite(fields) => return fields.iter().all(|field| has_order(field.type_())),
        _ => {}
    }
    !matches!(
        *of,
        Type::JSON
            | Type::XML
            | Type::POINT
            | Type::LSEG
            | Type::PATH
            | Type::BOX
            | Type::POLYGON
            | Type::LINE
            | Type::CIRCLE
            | Type::JSONPATH
            | Type::REFCURSOR
            | Type::TXID_SNAPSHOT
            | Type::PG_SNAPSHOT
            | Type::GTS_VECTOR
    )
}

/// Whether values are compared as they are carried.
fn is_own_key(of: &Type) -> bool {
    match of.kind() {
        Kind::Array(element) => is_own_key(element),
        Kind::Domain(base) => is_own_key(base),
        Kind::Composite(fields) => fields.iter().all(|field| is_own_key(field.type_())),
        _ => !matches!(
            *of,
            Type::NUMERIC
                | Type::INTERVAL
                | Type::FLOAT4
                | Type::FLOAT8
                | Type::BPCHAR
                | Type::JSONB
        ),
    }
}

/// The function from values to keys.
#[derive(Debug, PartialEq, Eq, Hash)]
struct SortKey {
    of: Type,
}

static SIGNATURE: LazyLock<Signature> = LazyLock::new(|| Signature::any(1, Volatility::Immutable));

impl ScalarUDFImpl for SortKey {
    fn name(&self) -> &str {
        "sort_key"
    }

    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        Ok(arguments[0].clone())
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        match &arguments.args[0] {
            ColumnarValue::Array(array) => Ok(ColumnarValue::Array(keys(array, &self.of)?)),
            ColumnarValue::Scalar(scalar) => {
                let keys = keys(&scalar.to_array()?, &self.of)?;
                let key = ScalarValue::try_from_array(&keys, 0)?;
                Ok(ColumnarValue::Scalar(key))
            }
        }
    }
}

/// The keys of values.
fn keys(array: &ArrayRef, of: &Type) -> Result<ArrayRef> {
    if is_own_key(of) || *array.data_type() == DataType::Null {
        return Ok(array.clone());
    }
    Ok(match of.kind() {
        Kind::Domain(base) => keys(array, base)?,
        Kind::Array(element) => {
            let arrays = as_struct_array(array)?;
            let (field, offsets, elements, nulls) =
                as_list_array(arrays.column(0))?.clone().into_parts();
            let keys = ListArray::new(field, offsets, keys(&elements, element)?, nulls);
            let (fields, mut columns, nulls) = arrays.clone().into_parts();
            columns[0] = Arc::new(keys);
            Arc::new(StructArray::new(fields, columns, nulls))
        }
        Kind::Composite(fields) => {
            let structs = as_struct_array(array)?;
            let columns = structs.columns().iter().zip(fields);
            let columns = columns.map(|(column, field)| keys(column, field.type_()));
            let columns = columns.collect::<Result<_>>()?;
            let nulls = structs.nulls().cloned();
            Arc::new(StructArray::new(structs.fields().clone(), columns, nulls))
        }
        _ => match *of {
            Type::FLOAT4 => {
                let floats = as_float32_array(array)?;
                Arc::new(floats.unary::<_, Float32Type>(|float| match float {
                    _ if float.is_nan() => f32::NAN,
                    _ => float + 0.0,
                }))
            }
            Type::FLOAT8 => {
                let floats = as_float64_array(array)?;
                Arc::new(floats.unary::<_, Float64Type>(|float| match float {
                    _ if float.is_nan() => f64::NAN,
                    _ => float + 0.0,
                }))
            }
            Type::BPCHAR => {
                let texts = as_string_array(array)?.iter();
                let keys = texts.map(|text| text.map(|text| text.trim_end_matches(' ')));
                Arc::new(keys.collect::<StringArray>())
            }
            Type::JSONB => {
                let texts = as_string_array(array)?.iter();
                let keys = texts.map(|text| text.map(document_key));
                Arc::new(keys.collect::<StringArray>())
            }
            _ => {
                let values = as_binary_array(array)?.iter();
                let keys = values.map(|bytes| bytes.map(|bytes| encoding::key_part(bytes, of)));
                Arc::new(keys.collect::<BinaryArray>())
            }
        },
    })
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::compute::kernels::cmp;

    use super::*;
    use crate::query::types::array;
    use crate::relation::{Reading, Style, Timestamp, Value};

    fn keys_of(texts: [&str; 2], of: &Type) -> [ArrayRef; 2] {
        let reading = Reading {
            style: Style::default(),
            now: Timestamp::from_micros(0).unwrap(),
        };
        texts.map(|text| {
            let value = Value::from_text(text, of, &reading).unwrap();
            keys(&array(&[value], of).unwrap(), of).unwrap()
        })
    }

    #[test]
    fn values_that_are_equal_have_one_key() {
        for (of, one, other) in [
            (Type::NUMERIC, "1.0", "1.00"),
            (Type::NUMERIC, "NaN", "nan"),
            (Type::NUMERIC_ARRAY, "{1.0,NULL}", "{1,NULL}"),
            (Type::INTERVAL, "24:00", "1 day"),
            (Type::INTERVAL, "1 month", "30 days"),
            (Type::FLOAT8, "-0", "0"),
            (Type::FLOAT4, "NaN", "NaN"),
            (Type::BPCHAR, "a", "a  "),
            (Type::BPCHAR_ARRAY, "{a}", r#"{"a "}"#),
            (Type::JSONB, "[1.0]", "[1]"),
            (Type::TEXT, "a", "a"),
        ] {
            let [a, b] = keys_of([one, other], &of);
            assert_eq!(a.to_data(), b.to_data(), "{one} = {other} as {of}");
        }
    }

    #[test]
    fn values_that_are_less_have_lesser_keys() {
        for (of, less, more) in [
            (Type::NUMERIC, "9.99", "10"),
            (Type::NUMERIC, "-10", "-9.99"),
            (Type::NUMERIC, "Infinity", "NaN"),
            (Type::INTERVAL, "29 days", "1 month"),
            (Type::INTERVAL, "-1 day", "00:00:01"),
            (Type::FLOAT8, "Infinity", "NaN"),
            (Type::FLOAT4, "-1", "-0"),
            (Type::BPCHAR, "a ", "b"),
            (Type::TEXT, "a", "a "),
            (Type::TIMETZ, "12:00+02", "12:00+01"),
            (Type::INET, "10.0.0.2", "10.0.0.10"),
            (Type::INET, "10.255.0.1/8", "10.0.0.0/16"),
            (Type::INET, "255.255.255.255", "::"),
            (Type::CIDR, "10/8", "10.0/16"),
            (Type::MONEY, "-$10", "-9"),
            (Type::PG_LSN, "F/0", "10/0"),
            (Type::XID8, "9", "18446744073709551615"),
            (Type::TID, "(9,65535)", "(10,0)"),
            (Type::VARBIT, "1", "10"),
            (
                Type::MACADDR8,
                "08:00:2b:01:02:03",
                "08:00:2b:ff:ff:01:02:03",
            ),
            (Type::DATE, "-infinity", "4713-01-01 BC"),
            (Type::TIMESTAMP, "294276-12-31", "infinity"),
        ] {
            let [a, b] = keys_of([less, more], &of);
            assert!(cmp::lt(&a, &b).unwrap().value(0), "{less} < {more} as {of}");
        }
    }

    #[test]
    fn what_cannot_be_compared_has_no_order() {
        for of in [Type::JSON, Type::XML, Type::POINT, Type::JSON_ARRAY] {
            assert!(!has_order(&of), "{of}");
        }
        for of in [Type::JSONB, Type::TEXT, Type::UUID, Type::NUMERIC_ARRAY] {
            assert!(has_order(&of), "{of}");
        }
    }
}
