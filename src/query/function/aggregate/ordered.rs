//! Ordered-set aggregates (PostgreSQL manual, 9.21): the rows come in the order of
//! WITHIN GROUP.

use crate::error::{Error, ErrorKind, Result, Value as Flaw};
use crate::query::function::interval::{added, multiplied, subtracted};
use crate::query::function::order::compare;
use crate::query::function::{Aggregate, Arguments, Call, Function};
use crate::relation::{Array, Type, Value};

pub(super) static ORDERED_SETS: &[Function] = &[
    Function::aggregate("mode", &[Type::ANYELEMENT], Type::ANYELEMENT, |_| {
        Box::new(Mode::default())
    }),
    Function::aggregate("percentile_cont", &[F8, F8], F8, percentiles).lenient(),
    Function::aggregate("percentile_cont", &[F8, SPAN], SPAN, percentiles).lenient(),
    Function::aggregate("percentile_cont", &[F8S, F8], F8S, percentiles).lenient(),
    Function::aggregate(
        "percentile_cont",
        &[F8S, SPAN],
        Type::INTERVAL_ARRAY,
        percentiles,
    )
    .lenient(),
    Function::aggregate(
        "percentile_disc",
        &[F8, Type::ANYELEMENT],
        Type::ANYELEMENT,
        discrete,
    )
    .lenient(),
    Function::aggregate(
        "percentile_disc",
        &[F8S, Type::ANYELEMENT],
        Type::ANYARRAY,
        discrete,
    )
    .lenient(),
];

const F8: Type = Type::FLOAT8;
const F8S: Type = Type::FLOAT8_ARRAY;
const SPAN: Type = Type::INTERVAL;

/// The most frequent value; of several the first.
#[derive(Default)]
struct Mode {
    most: Option<(Value, usize)>,
    now: Option<(Value, usize)>,
}

impl Aggregate for Mode {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        let now = match self.now.take() {
            Some((value, count)) if compare(&value, &values[0]).is_eq() => (value, count + 1),
            _ => (values[0].clone(), 1),
        };
        if self.most.as_ref().is_none_or(|(_, count)| now.1 > *count) {
            self.most = Some(now.clone());
        }
        self.now = Some(now);
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        let most = self.most.as_ref();
        Ok(most.map_or(Value::Null, |(value, _)| value.clone()))
    }

    fn bytes(&self) -> usize {
        let values = self.most.iter().chain(&self.now);
        values.map(|(value, _)| value.bytes()).sum()
    }
}

fn percentiles(call: &Call<'_>) -> Box<dyn Aggregate> {
    Box::new(Percentiles {
        element: call.arguments[1].clone(),
        at: between,
        fraction: Value::Null,
        values: Vec::new(),
        bytes: 0,
    })
}

fn discrete(call: &Call<'_>) -> Box<dyn Aggregate> {
    Box::new(Percentiles {
        element: call.arguments[1].clone(),
        at: at_least,
        fraction: Value::Null,
        values: Vec::new(),
        bytes: 0,
    })
}

/// The values at one fraction of the way through, or at several.
struct Percentiles {
    element: Type,
    at: fn(&[Value], f64) -> Result<Value>,
    fraction: Value,
    values: Vec<Value>,
    bytes: usize,
}

impl Percentiles {
    fn at(&self, fraction: &Value) -> Result<Value> {
        let Value::Float8(fraction) = *fraction else {
            return Ok(Value::Null);
        };
        if !(0.0..=1.0).contains(&fraction) {
            return Err(Error::new(
                ErrorKind::InvalidValue(Flaw::NumericRange),
                format!("percentile value {fraction} is not between 0 and 1"),
            ));
        }
        (self.at)(&self.values, fraction)
    }
}

impl Aggregate for Percentiles {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        self.fraction = values[0].clone();
        if !values.is_null(1) {
            self.bytes += values[1].bytes();
            self.values.push(values[1].clone());
        }
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        if self.values.is_empty() {
            return Ok(Value::Null);
        }
        let Value::Array(fractions) = &self.fraction else {
            return self.at(&self.fraction);
        };
        let values = fractions.values.iter().map(|fraction| self.at(fraction));
        Ok(Value::Array(
            Array {
                element: self.element.clone(),
                dimensions: fractions.dimensions.clone(),
                values: values.collect::<Result<_>>()?,
            }
            .into(),
        ))
    }

    fn bytes(&self) -> usize {
        self.bytes
    }
}

/// The first value at or behind the fraction.
fn at_least(values: &[Value], fraction: f64) -> Result<Value> {
    let place = (fraction * values.len() as f64).ceil().max(1.0);
    Ok(values[place as usize - 1].clone())
}

/// The value at the fraction, between the two that are nearest.
fn between(values: &[Value], fraction: f64) -> Result<Value> {
    let place = fraction * (values.len() - 1) as f64;
    let (low, high) = (
        &values[place.floor() as usize],
        &values[place.ceil() as usize],
    );
    let part = place - place.floor();
    if part == 0.0 {
        return Ok(low.clone());
    }
    Ok(match (low, high) {
        (Value::Interval(low), Value::Interval(high)) => {
            let part = multiplied(subtracted(*high, *low)?, part)?;
            Value::Interval(added(*low, part)?)
        }
        (Value::Float8(low), Value::Float8(high)) => Value::Float8(low + part * (high - low)),
        _ => unreachable!("percentiles are of floats and intervals"),
    })
}
