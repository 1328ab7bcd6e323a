//! A series of numbers as a relation.

use std::iter;

use datafusion::common::ScalarValue;
use datafusion::logical_expr::Expr;
use futures::stream::{self, BoxStream, StreamExt};

use crate::error::{Error, ErrorKind, Result, Value as Wrong};
use crate::query::typed::Typed;
use crate::relation::{Column, Relation, Row, Scan, Type, Value};

/// The function (PostgreSQL manual, 9.25).
pub(in crate::query) const SERIES: &str = "generate_series";

/// How many rows are made at a time.
const BATCH_ROWS: usize = 1024;

/// The numbers from one to another. As a relation they need not all be there at
/// once.
pub(in crate::query) struct Series {
    next: i64,
    last: i64,
    step: i64,
    columns: [Column; 1],
}

impl Series {
    /// The series of these bounds, if they are whole numbers.
    ///
    /// # Errors
    /// 22023 for a step of zero.
    pub(in crate::query) fn of(bounds: &[Typed]) -> Result<Option<Self>> {
        let whole = bounds.iter().map(|bound| match &bound.expr {
            Expr::Literal(ScalarValue::Int16(Some(value)), _) => Some(i64::from(*value)),
            Expr::Literal(ScalarValue::Int32(Some(value)), _) => Some(i64::from(*value)),
            Expr::Literal(ScalarValue::Int64(Some(value)), _) => Some(*value),
            _ => None,
        });
        let (next, last, step) = match whole.collect::<Option<Vec<_>>>().as_deref() {
            Some([first, last]) => (*first, *last, 1),
            Some([first, last, step]) => (*first, *last, *step),
            _ => return Ok(None),
        };
        if step == 0 {
            return Err(Error::new(
                ErrorKind::InvalidValue(Wrong::Parameter),
                "step size cannot equal zero",
            ));
        }
        let is_long = bounds.iter().any(|bound| bound.data_type == Type::INT8);
        let of = if is_long { Type::INT8 } else { Type::INT4 };
        Ok(Some(Self {
            next,
            last,
            step,
            columns: [Column::new(SERIES, of)],
        }))
    }
}

impl Relation for Series {
    fn schema(&self) -> &str {
        "pg_catalog"
    }

    fn name(&self) -> &str {
        SERIES
    }

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn scan(&self, _scan: Scan) -> BoxStream<'static, Result<Vec<Row>>> {
        let (last, step) = (self.last, self.step);
        let is_long = self.columns[0].column_type == Type::INT8;
        let within = move |number: &i64| match step > 0 {
            true => *number <= last,
            false => *number >= last,
        };
        let after = move |number: &i64| number.checked_add(step).filter(within);
        let mut numbers = iter::successors(Some(self.next).filter(within), after);
        let batches = iter::from_fn(move || {
            let batch = numbers.by_ref().take(BATCH_ROWS);
            let rows: Vec<Row> = batch
                .map(|number| match i32::try_from(number) {
                    Ok(small) if !is_long => vec![Value::Int4(small)],
                    _ => vec![Value::Int8(number)],
                })
                .collect();
            (!rows.is_empty()).then_some(Ok(rows))
        });
        stream::iter(batches).boxed()
    }
}
