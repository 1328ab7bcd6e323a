//! Functions of one row, and sets.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, ListArray};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result as EngineResult, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};

use super::bound::Bound;
use crate::error::Result;
use crate::query::error::carried;
use crate::query::function::{Body, Call};
use crate::query::{names, types};
use crate::relation::{Type, Value};

/// The call of a function of one row, or of a set: that answers a list.
pub(in crate::query::function) fn scalar(bound: Bound, arguments: Vec<Expr>) -> Expr {
    let signature = bound.signature();
    ScalarUDF::new_from_impl(Scalar { bound, signature }).call(arguments)
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Scalar {
    bound: Bound,
    signature: Signature,
}

/// An argument over the rows of a batch.
enum Argument {
    Constant(Value),
    Column(Vec<Value>),
}

impl Scalar {
    fn is_set(&self) -> bool {
        matches!(self.bound.function.body, Body::Set(_))
    }

    /// Over this many rows.
    fn answer(&self, arguments: &[ColumnarValue], rows: usize) -> Result<ArrayRef> {
        let columns = arguments
            .iter()
            .zip(&*self.bound.arguments)
            .map(|(argument, of)| match argument {
                ColumnarValue::Array(array) => types::values(array, of).map(Argument::Column),
                ColumnarValue::Scalar(scalar) => constant(scalar, of).map(Argument::Constant),
            })
            .collect::<Result<Vec<_>>>()?;
        let call = self.bound.call();
        match self.bound.function.body {
            Body::Row(body) => {
                let mut values = Vec::with_capacity(rows);
                self.each_row(&columns, rows, |row| {
                    values.push(match row {
                        Some(row) => body(&call, row)?,
                        None => Value::Null,
                    });
                    Ok(())
                })?;
                types::array(&values, &self.bound.returns)
            }
            Body::Set(body) => self.sets(&columns, rows, &call, body),
            _ => unreachable!("only rows and sets are called as scalars"),
        }
    }

    /// One list a row.
    fn sets(
        &self,
        columns: &[Argument],
        rows: usize,
        call: &Call<'_>,
        body: fn(&Call<'_>, &[Value]) -> Result<Vec<Value>>,
    ) -> Result<ArrayRef> {
        let mut values = Vec::new();
        let mut lengths = Vec::with_capacity(rows);
        self.each_row(columns, rows, |row| {
            let before = values.len();
            if let Some(row) = row {
                values.extend(body(call, row)?);
            }
            lengths.push(values.len() - before);
            Ok(())
        })?;
        let values = types::array(&values, &self.bound.returns)?;
        let offsets = OffsetBuffer::from_lengths(lengths);
        Ok(Arc::new(ListArray::new(
            self.element(),
            offsets,
            values,
            None,
        )))
    }

    fn element(&self) -> FieldRef {
        Arc::new(Field::new_list_field(
            types::carrier(&self.bound.returns),
            true,
        ))
    }

    /// Does something with the arguments of each row; nothing stands for those of
    /// which the answer is NULL.
    fn each_row(
        &self,
        columns: &[Argument],
        rows: usize,
        mut each: impl FnMut(Option<&[Value]>) -> Result<()>,
    ) -> Result<()> {
        let mut row = Vec::with_capacity(columns.len());
        for nth in 0..rows {
            self.bound.catalog.stop.check()?;
            row.clear();
            row.extend(columns.iter().map(|column| match column {
                Argument::Constant(value) => value.clone(),
                Argument::Column(values) => values[nth].clone(),
            }));
            let is_null = self.bound.function.is_strict && row.contains(&Value::Null);
            each((!is_null).then_some(&row))?;
        }
        Ok(())
    }
}

fn constant(scalar: &ScalarValue, of: &Type) -> Result<Value> {
    let array = scalar.to_array().map_err(crate::query::error::translated)?;
    let mut values = types::values(&array, of)?;
    Ok(values.pop().expect("the array of a scalar has one value"))
}

impl ScalarUDFImpl for Scalar {
    fn name(&self) -> &str {
        self.bound.function.name
    }

    fn schema_name(&self, arguments: &[Expr]) -> EngineResult<String> {
        Ok(names::of_call(self, arguments))
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, arguments: &[DataType]) -> EngineResult<Vec<DataType>> {
        Ok(arguments.to_vec())
    }

    fn return_type(&self, _arguments: &[DataType]) -> EngineResult<DataType> {
        Ok(match self.is_set() {
            true => DataType::List(self.element()),
            false => types::carrier(&self.bound.returns),
        })
    }

    fn invoke_with_args(&self, call: ScalarFunctionArgs) -> EngineResult<ColumnarValue> {
        let is_constant = |argument: &ColumnarValue| matches!(argument, ColumnarValue::Scalar(_));
        if self.bound.function.is_stable && call.args.iter().all(is_constant) {
            let answer = self.answer(&call.args, 1).map_err(carried)?;
            return ScalarValue::try_from_array(&answer, 0).map(ColumnarValue::Scalar);
        }
        self.answer(&call.args, call.number_rows)
            .map(ColumnarValue::Array)
            .map_err(carried)
    }
}
