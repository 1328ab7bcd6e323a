//! Aggregates.

use std::sync::Arc;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::compute::SortOptions;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::utils::SingleRowListArrayBuilder;
use datafusion::common::{Result as EngineResult, ScalarValue};
use datafusion::logical_expr::function::AccumulatorArgs;
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, Signature};

use super::accumulator::{Arranged, Gathered, Joined, Running, Sliding};
use super::bound::Bound;
use crate::error::Result;
use crate::query::error::carried;
use crate::query::function::{Aggregate, Body};
use crate::query::types;
use crate::relation::{Type, Value};

/// In which order, and whether once only, an aggregate is given its rows. Its
/// arguments are followed by the keys to order by, and those by the keys by which
/// rows are the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::query::function) struct Arrangement {
    /// Of each key, in which direction.
    pub(in crate::query::function) order: Vec<SortOptions>,
    /// Whether rows of the same keys count once.
    pub(in crate::query::function) is_distinct: bool,
}

/// An aggregate of the engine. It sorts by itself: aggregates over the same group
/// may each have an order.
pub(in crate::query::function) fn aggregate(
    bound: Bound,
    arrangement: Arrangement,
) -> Arc<AggregateUDF> {
    let called = Called::new(bound, arrangement);
    Arc::new(AggregateUDF::new_from_impl(Grouped(Arc::new(called))))
}

/// An aggregate as it was called.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Called {
    bound: Bound,
    pub(super) arrangement: Arrangement,
    name: String,
    signature: Signature,
}

impl Called {
    /// The aggregate over rows as they come.
    pub(super) fn of(bound: Bound) -> Self {
        Self::new(bound, Arrangement::default())
    }

    fn new(bound: Bound, arrangement: Arrangement) -> Self {
        let mut name = bound.function.name.to_owned();
        if arrangement.is_distinct {
            name.push_str(" distinct");
        }
        for order in &arrangement.order {
            name.push_str(&format!(" {order}"));
        }
        let signature = bound.signature();
        Self {
            bound,
            arrangement,
            name,
            signature,
        }
    }

    /// The aggregate over no rows yet.
    pub(super) fn start(&self) -> Box<dyn Aggregate> {
        match self.bound.function.body {
            Body::Aggregate(start) => start(&self.bound.call()),
            _ => unreachable!("only aggregates are called as such"),
        }
    }

    /// How many of the columns are arguments.
    pub(super) fn arity(&self) -> usize {
        self.bound.arguments.len()
    }

    /// The arguments of each row; nothing stands for rows that are passed over.
    pub(super) fn rows(&self, columns: &[ArrayRef]) -> Result<Vec<Option<Vec<Value>>>> {
        let rows = columns.first().map_or(0, |column| column.len());
        let mut columns = columns
            .iter()
            .zip(&*self.bound.arguments)
            .map(|(column, of)| Ok(types::values(column, of)?.into_iter()))
            .collect::<Result<Vec<_>>>()?;
        let is_strict = self.bound.function.is_strict;
        Ok((0..rows)
            .map(|_| {
                let row: Vec<_> = columns.iter_mut().filter_map(Iterator::next).collect();
                (!is_strict || !row.contains(&Value::Null)).then_some(row)
            })
            .collect())
    }

    /// Calls with the arguments of each row that is not passed over.
    pub(super) fn each_row(
        &self,
        columns: &[ArrayRef],
        mut each: impl FnMut(&[Value]) -> Result<()>,
    ) -> Result<()> {
        let rows = columns.first().map_or(0, |column| column.len());
        let columns = columns.iter().zip(&*self.bound.arguments);
        let columns = columns.map(|(column, of)| Ok(types::values(column, of)?.into_iter()));
        let mut columns = columns.collect::<Result<Vec<_>>>()?;
        let is_strict = self.bound.function.is_strict;
        let mut row = Vec::with_capacity(columns.len());
        for _ in 0..rows {
            row.clear();
            row.extend(columns.iter_mut().filter_map(Iterator::next));
            if !is_strict || !row.contains(&Value::Null) {
                each(&row)?;
            }
        }
        Ok(())
    }

    /// Whether its answer is the array of its arguments.
    fn is_array(&self) -> bool {
        self.bound.function.name == "array_agg"
            && types::element_of(&self.bound.arguments[0]).is_none()
    }

    /// Whether its answer is its first argument, again and again, with the second one
    /// between.
    fn is_joined_text(&self) -> bool {
        self.bound.function.name == "string_agg" && self.bound.returns == Type::TEXT
    }

    /// The array of these arguments.
    pub(super) fn gathered(&self, elements: ArrayRef) -> EngineResult<ScalarValue> {
        let lists = SingleRowListArrayBuilder::new(elements).build_list_array();
        let array = types::plain_arrays(lists, &self.bound.arguments[0]);
        ScalarValue::try_from_array(&array, 0)
    }

    /// A value as the engine has it.
    pub(super) fn scalar(&self, value: &Value) -> EngineResult<ScalarValue> {
        types::scalar(value, &self.bound.returns).map_err(carried)
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Grouped(Arc<Called>);

impl AggregateUDFImpl for Grouped {
    fn name(&self) -> &str {
        &self.0.name
    }

    fn signature(&self) -> &Signature {
        &self.0.signature
    }

    fn coerce_types(&self, arguments: &[DataType]) -> EngineResult<Vec<DataType>> {
        Ok(arguments.to_vec())
    }

    fn return_type(&self, _arguments: &[DataType]) -> EngineResult<DataType> {
        Ok(types::carrier(&self.0.bound.returns))
    }

    fn accumulator(&self, _call: AccumulatorArgs<'_>) -> EngineResult<Box<dyn Accumulator>> {
        if self.0.arrangement == Arrangement::default() {
            if self.0.is_array() {
                return Ok(Box::new(Gathered::new(self.0.clone())));
            }
            if self.0.is_joined_text() {
                return Ok(Box::new(Joined::new(self.0.clone())));
            }
            return Ok(Box::new(Running::new(self.0.clone())));
        }
        Ok(Box::new(Arranged::new(self.0.clone())))
    }

    fn create_sliding_accumulator(
        &self,
        _call: AccumulatorArgs<'_>,
    ) -> EngineResult<Box<dyn Accumulator>> {
        Ok(Box::new(Sliding::new(self.0.clone())))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn default_value(&self, _of: &DataType) -> EngineResult<ScalarValue> {
        let nothing = self.0.start().value().map_err(carried)?;
        self.0.scalar(&nothing)
    }
}
