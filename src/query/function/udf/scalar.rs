//! Functions of one row, and sets.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, ListArray};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result as EngineResult, ScalarValue};
use datafusion::execution::memory_pool::MemoryReservation;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};

use super::bound::Bound;
use crate::error::Result;
use crate::query::error::{carried, translated};
use crate::query::function::{Body, Call, RowBody};
use crate::query::{names, types};
use crate::relation::{Type, Value};

/// The call of a function of one row, or of a set: that answers a list.
pub(in crate::query::function) fn scalar(bound: Bound, arguments: Vec<Expr>) -> Expr {
    let signature = bound.signature();
    ScalarUDF::new_from_impl(Scalar { bound, signature }).call(arguments)
}

#[derive(Debug)]
struct Scalar {
    bound: Bound,
    signature: Signature,
}

impl PartialEq for Scalar {
    fn eq(&self, other: &Self) -> bool {
        self.bound == other.bound
    }
}

impl Eq for Scalar {}

impl Hash for Scalar {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bound.hash(state);
    }
}

/// The memory that values take.
struct Memory {
    reserved: MemoryReservation,
    /// What is not reserved yet (in bytes).
    more: usize,
}

/// So many bytes are not worth asking for.
const SMALL_BYTES: usize = 64 << 10;

impl Memory {
    /// # Errors
    /// 53200 when there is not as much.
    fn add(&mut self, bytes: usize) -> Result<()> {
        self.more += bytes;
        if self.more > SMALL_BYTES {
            self.reserved.try_grow(self.more).map_err(translated)?;
            self.more = 0;
        }
        Ok(())
    }
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
                let mut memory = self.memory();
                self.each_row(&columns, rows, |row| {
                    let value = match row {
                        Some(row) if self.bound.is_spread => self.spread(&call, body, row)?,
                        Some(row) => body(&call, row)?,
                        None => Value::Null,
                    };
                    memory.add(value.bytes())?;
                    values.push(value);
                    Ok(())
                })?;
                types::array(&values, &self.bound.returns)
            }
            Body::Set(body) => self.sets(&columns, rows, &call, body),
            _ => unreachable!("only rows and sets are called as scalars"),
        }
    }

    /// Calls with the elements of the last argument; NULL if that is no array.
    fn spread(&self, call: &Call<'_>, body: RowBody, row: &[Value]) -> Result<Value> {
        let Some((Value::Array(array), first)) = row.split_last() else {
            return Ok(Value::Null);
        };
        let values: Vec<Value> = first.iter().chain(&array.values).cloned().collect();
        if self.bound.function.is_strict && values.contains(&Value::Null) {
            return Ok(Value::Null);
        }
        let mut arguments = call.arguments[..first.len()].to_vec();
        arguments.resize(values.len(), array.element.clone());
        let arguments = &arguments;
        body(&Call { arguments, ..*call }, &values)
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
        let mut memory = self.memory();
        self.each_row(columns, rows, |row| {
            let before = values.len();
            if let Some(row) = row {
                values.extend(body(call, row)?);
            }
            memory.add(values[before..].iter().map(Value::bytes).sum())?;
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

    /// The memory of the values of a batch, while it is made.
    fn memory(&self) -> Memory {
        Memory {
            reserved: self.bound.catalog.reservation(self.bound.function.name),
            more: 0,
        }
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
