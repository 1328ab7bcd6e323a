//! Integers, bit by bit.

use crate::error::Result;
use crate::query::function::{Aggregate, Arguments, Function};
use crate::relation::{Type, Value};

/// The rows of an aggregate over integers.
macro_rules! integers {
    ($($name:literal $combine:expr),*) => {
        &[$(
            Function::aggregate($name, &[Type::INT2], Type::INT2, |_| {
                Box::new(Bits::new(|bits| Value::Int2(bits as i16), $combine))
            }),
            Function::aggregate($name, &[Type::INT4], Type::INT4, |_| {
                Box::new(Bits::new(|bits| Value::Int4(bits as i32), $combine))
            }),
            Function::aggregate($name, &[Type::INT8], Type::INT8, |_| {
                Box::new(Bits::new(Value::Int8, $combine))
            }),
        )*]
    };
}

pub(super) static BITS: &[Function] = integers!(
    "bit_and" | one,
    other | one & other,
    "bit_or" | one,
    other | one | other,
    "bit_xor" | one,
    other | one ^ other
);

struct Bits {
    so_far: Option<i64>,
    value: fn(i64) -> Value,
    combine: fn(i64, i64) -> i64,
}

impl Bits {
    fn new(value: fn(i64) -> Value, combine: fn(i64, i64) -> i64) -> Self {
        Self {
            so_far: None,
            value,
            combine,
        }
    }
}

impl Aggregate for Bits {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        let bits = values.int(0);
        self.so_far = Some(
            self.so_far
                .map_or(bits, |so_far| (self.combine)(so_far, bits)),
        );
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        Ok(self.so_far.map_or(Value::Null, self.value))
    }
}
