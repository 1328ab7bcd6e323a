//! How many there are.

use crate::error::Result;
use crate::query::function::{Aggregate, Function};
use crate::relation::{Type, Value};

pub(super) static COUNTS: &[Function] = &[
    Function::aggregate("count", &[], Type::INT8, |_| Box::new(Count(0))),
    Function::aggregate("count", &[Type::ANY], Type::INT8, |_| Box::new(Count(0))),
    Function::aggregate(
        "regr_count",
        &[Type::FLOAT8, Type::FLOAT8],
        Type::INT8,
        |_| Box::new(Count(0)),
    ),
];

struct Count(i64);

impl Aggregate for Count {
    fn add(&mut self, _values: &[Value]) -> Result<()> {
        self.0 += 1;
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        Ok(Value::Int8(self.0))
    }
}
