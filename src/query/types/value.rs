//! PostgreSQL's values in and out of their carriers.

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch};
use datafusion::common::ScalarValue;

use crate::error::{Error, Result};
use crate::query::catalog::Catalog;
use crate::relation::{Column, Row, Type, Value};

/// A value as a literal of a plan.
///
/// # Errors
/// 0A000 for arrays of more than one dimension.
pub(in crate::query) fn scalar(_value: &Value, _of: &Type) -> Result<ScalarValue> {
    Err(Error::internal("not yet"))
}

/// Values as an array of their carrier.
///
/// # Errors
/// As [`scalar`].
pub(in crate::query) fn array(_values: &[Value], _of: &Type) -> Result<ArrayRef> {
    Err(Error::internal("not yet"))
}

/// The values that an array carries. The name of a `regclass` and the like is
/// left out; [`rows`] looks it up.
///
/// # Errors
/// XX000 for an array that is no carrier of the type.
pub(in crate::query) fn values(_array: &dyn Array, _of: &Type) -> Result<Vec<Value>> {
    Err(Error::internal("not yet"))
}

/// The rows of an answer, with the names of what is told by its OID.
///
/// # Errors
/// As [`values`].
pub(in crate::query) fn rows(
    _batch: &RecordBatch,
    _columns: &[Column],
    _catalog: &Catalog,
) -> Result<Vec<Row>> {
    Err(Error::internal("not yet"))
}
