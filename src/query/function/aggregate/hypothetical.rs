//! Hypothetical-set aggregates (PostgreSQL manual, 9.21): what a row would be among
//! those of its group. Each row says whether it comes before that one, and whether it
//! is its peer.

use crate::error::Result;
use crate::query::function::{Aggregate, Arguments, Function};
use crate::relation::{Type, Value};

pub(super) static HYPOTHETICAL_SETS: &[Function] = &[
    Function::aggregate("rank", PLACE, Type::INT8, |_| place(|of| of.rank())),
    // Its rows are told apart.
    Function::aggregate("dense_rank", PLACE, Type::INT8, |_| place(|of| of.rank())),
    Function::aggregate("percent_rank", PLACE, Type::FLOAT8, |_| {
        place(|of| {
            Value::Float8(match of.rows {
                0 => 0.0,
                rows => of.before as f64 / rows as f64,
            })
        })
    }),
    Function::aggregate("cume_dist", PLACE, Type::FLOAT8, |_| {
        place(|of| {
            let last = of.before + of.peers + 1;
            Value::Float8(last as f64 / (of.rows + 1) as f64)
        })
    }),
];

const PLACE: &[Type] = &[Type::BOOL, Type::BOOL];

/// How many rows come before, and how many are peers.
struct Place {
    told: fn(&Self) -> Value,
    before: i64,
    peers: i64,
    rows: i64,
}

fn place(told: fn(&Place) -> Value) -> Box<dyn Aggregate> {
    Box::new(Place {
        told,
        before: 0,
        peers: 0,
        rows: 0,
    })
}

impl Place {
    fn rank(&self) -> Value {
        Value::Int8(self.before + 1)
    }
}

impl Aggregate for Place {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        self.before += i64::from(values.bool(0));
        self.peers += i64::from(values.bool(1));
        self.rows += 1;
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        Ok((self.told)(self))
    }
}
