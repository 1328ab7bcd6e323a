//! The smallest and the largest.

use std::cmp::Ordering;

use crate::error::Result;
use crate::query::function::order::compare;
use crate::query::function::{Aggregate, Call, Function};
use crate::relation::{Type, Value};

/// The rows of `min` and `max`, for types that have an order of their own.
macro_rules! extremes {
    ($($of:ident),*) => {
        &[$(
            Function::aggregate("min", &[Type::$of], Type::$of, least),
            Function::aggregate("max", &[Type::$of], Type::$of, greatest),
        )*]
    };
}

pub(super) static EXTREMES: &[Function] = extremes!(
    INT2,
    INT4,
    INT8,
    FLOAT4,
    FLOAT8,
    NUMERIC,
    OID,
    TEXT,
    BPCHAR,
    DATE,
    TIME,
    TIMETZ,
    TIMESTAMP,
    TIMESTAMPTZ,
    INTERVAL,
    ANYARRAY,
    TID,
    XID8,
    INET,
    MONEY,
    PG_LSN,
    ANYENUM
);

fn least(call: &Call<'_>) -> Box<dyn Aggregate> {
    extreme(call, Ordering::Less)
}

fn greatest(call: &Call<'_>) -> Box<dyn Aggregate> {
    extreme(call, Ordering::Greater)
}

fn extreme(call: &Call<'_>, wanted: Ordering) -> Box<dyn Aggregate> {
    Box::new(Extreme {
        is_padded: *call.returns == Type::BPCHAR,
        wanted,
        so_far: None,
    })
}

struct Extreme {
    /// Whether blanks at the end do not count.
    is_padded: bool,
    wanted: Ordering,
    so_far: Option<Value>,
}

impl Extreme {
    fn compare(&self, one: &Value, other: &Value) -> Ordering {
        match (one, other) {
            (Value::Text(one), Value::Text(other)) if self.is_padded => {
                one.trim_end_matches(' ').cmp(other.trim_end_matches(' '))
            }
            _ => compare(one, other),
        }
    }
}

impl Aggregate for Extreme {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        let is_beyond = match &self.so_far {
            None => true,
            Some(so_far) => self.compare(&values[0], so_far) == self.wanted,
        };
        if is_beyond {
            self.so_far = Some(values[0].clone());
        }
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        Ok(self.so_far.clone().unwrap_or(Value::Null))
    }

    fn bytes(&self) -> usize {
        self.so_far.as_ref().map_or(0, Value::bytes)
    }
}
