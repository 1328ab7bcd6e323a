//! Sums and averages.

use bigdecimal::BigDecimal;

use crate::error::Result;
use crate::query::function::interval::{added, divided};
use crate::query::function::operator::{money_overflow, overflow, whole};
use crate::query::function::{Aggregate, Arguments, Call, Function, numeric};
use crate::relation::{Interval, Numeric, Type, Value};

pub(super) static SUMS: &[Function] = &[
    Function::aggregate("sum", &[Type::INT2], Type::INT8, whole_sum),
    Function::aggregate("sum", &[Type::INT4], Type::INT8, whole_sum),
    Function::aggregate("sum", &[Type::INT8], Type::NUMERIC, whole_sum),
    Function::aggregate("sum", &[Type::FLOAT4], Type::FLOAT4, float_sum),
    Function::aggregate("sum", &[Type::FLOAT8], Type::FLOAT8, float_sum),
    Function::aggregate("sum", &[Type::NUMERIC], Type::NUMERIC, numeric_sum),
    Function::aggregate("sum", &[Type::MONEY], Type::MONEY, money_sum),
    Function::aggregate("sum", &[Type::INTERVAL], Type::INTERVAL, interval_sum),
];

pub(super) static AVERAGES: &[Function] = &[
    Function::aggregate("avg", &[Type::INT2], Type::NUMERIC, average),
    Function::aggregate("avg", &[Type::INT4], Type::NUMERIC, average),
    Function::aggregate("avg", &[Type::INT8], Type::NUMERIC, average),
    Function::aggregate("avg", &[Type::NUMERIC], Type::NUMERIC, average),
    Function::aggregate("avg", &[Type::FLOAT4], Type::FLOAT8, average),
    Function::aggregate("avg", &[Type::FLOAT8], Type::FLOAT8, average),
    Function::aggregate("avg", &[Type::INTERVAL], Type::INTERVAL, average),
];

fn whole_sum(call: &Call<'_>) -> Box<dyn Aggregate> {
    let returns = call.returns.clone();
    Box::new(WholeSum { returns, sum: None })
}

fn float_sum(call: &Call<'_>) -> Box<dyn Aggregate> {
    Box::new(FloatSum {
        is_narrow: *call.returns == Type::FLOAT4,
        sum: None,
    })
}

fn numeric_sum(_call: &Call<'_>) -> Box<dyn Aggregate> {
    Box::new(NumericSum(None))
}

fn money_sum(_call: &Call<'_>) -> Box<dyn Aggregate> {
    Box::new(MoneySum(None))
}

fn interval_sum(_call: &Call<'_>) -> Box<dyn Aggregate> {
    Box::new(IntervalSum(None))
}

fn average(call: &Call<'_>) -> Box<dyn Aggregate> {
    let sum = match call.arguments[0] {
        Type::NUMERIC => numeric_sum(call),
        Type::FLOAT4 | Type::FLOAT8 => float_sum(call),
        Type::INTERVAL => interval_sum(call),
        _ => whole_sum(call),
    };
    Box::new(Average { count: 0, sum })
}

/// In hundredths.
struct MoneySum(Option<i64>);

impl Aggregate for MoneySum {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        let sum = self.0.unwrap_or(0).checked_add(values.money(0));
        self.0 = Some(sum.ok_or_else(money_overflow)?);
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        Ok(self.0.map_or(Value::Null, Value::Money))
    }
}

struct WholeSum {
    returns: Type,
    sum: Option<i128>,
}

impl Aggregate for WholeSum {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        let sum = self.sum.unwrap_or(0);
        self.sum = Some(sum + i128::from(values.int(0)));
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        match self.sum {
            None => Ok(Value::Null),
            Some(sum) if self.returns == Type::NUMERIC => {
                Ok(Value::Numeric(numeric::integer(sum).into()))
            }
            Some(sum) => whole(&self.returns, sum),
        }
    }
}

struct FloatSum {
    is_narrow: bool,
    sum: Option<f64>,
}

impl Aggregate for FloatSum {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        let (so_far, value) = (self.sum.unwrap_or(0.0), values.float(0));
        let sum = match self.is_narrow {
            true => f64::from((so_far + value) as f32),
            false => so_far + value,
        };
        if sum.is_infinite() && so_far.is_finite() && value.is_finite() {
            return Err(overflow());
        }
        self.sum = Some(sum);
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        Ok(match self.sum {
            None => Value::Null,
            Some(sum) if self.is_narrow => Value::Float4(sum as f32),
            Some(sum) => Value::Float8(sum),
        })
    }
}

struct NumericSum(Option<Numeric>);

impl Aggregate for NumericSum {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        let value = values.numeric(0);
        self.0 = Some(match &self.0 {
            None => value.clone(),
            Some(sum) => numeric::add(sum, value)?,
        });
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        let sum = self.0.clone();
        Ok(sum.map_or(Value::Null, |sum| Value::Numeric(sum.into())))
    }
}

struct IntervalSum(Option<Interval>);

impl Aggregate for IntervalSum {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        let value = values.interval(0);
        self.0 = Some(match self.0 {
            None => value,
            Some(sum) => added(sum, value)?,
        });
        Ok(())
    }

    fn value(&self) -> Result<Value> {
        Ok(self.0.map_or(Value::Null, Value::Interval))
    }
}

struct Average {
    count: i64,
    sum: Box<dyn Aggregate>,
}

impl Aggregate for Average {
    fn add(&mut self, values: &[Value]) -> Result<()> {
        self.count += 1;
        self.sum.add(values)
    }

    fn value(&self) -> Result<Value> {
        Ok(match self.sum.value()? {
            Value::Numeric(sum) => {
                let count = Numeric::Number(BigDecimal::from(self.count));
                Value::Numeric(numeric::divide(&sum, &count)?.into())
            }
            Value::Float8(sum) => Value::Float8(sum / self.count as f64),
            Value::Interval(sum) => Value::Interval(divided(sum, self.count as f64)?),
            none => none,
        })
    }

    fn bytes(&self) -> usize {
        self.sum.bytes()
    }
}
