//! Amounts of money (PostgreSQL manual, 8.2).

use crate::error::{Error, ErrorKind, Result, Value as Flaw};
use crate::query::function::numeric::division_by_zero;
use crate::query::function::{Arguments, Function};
use crate::relation::{Type, Value};

const MONEY: Type = Type::MONEY;

/// An amount by a number of each type, and each number by an amount.
macro_rules! multiplied {
    ($($of:expr => $product:ident),*) => {
        &[
            $(
                Function::row("*", &[MONEY, $of], MONEY, |_, values| $product(values, 0, 1)),
                Function::row("*", &[$of, MONEY], MONEY, |_, values| $product(values, 1, 0)),
            )*
        ]
    };
}

/// An amount through a number of each type.
macro_rules! divided {
    ($($of:expr => $quotient:ident),*) => {
        &[$(Function::row("/", &[MONEY, $of], MONEY, |_, values| $quotient(values))),*]
    };
}

pub(super) static TABLES: &[&[Function]] = &[
    &[
        Function::row("+", &[MONEY, MONEY], MONEY, |_, values| {
            amount(values.money(0).checked_add(values.money(1)))
        }),
        Function::row("-", &[MONEY, MONEY], MONEY, |_, values| {
            amount(values.money(0).checked_sub(values.money(1)))
        }),
        Function::row(
            "/",
            &[MONEY, MONEY],
            Type::FLOAT8,
            |_, values| match values.money(1) {
                0 => Err(division_by_zero()),
                divisor => Ok(Value::Float8(values.money(0) as f64 / divisor as f64)),
            },
        ),
    ],
    multiplied!(
        Type::INT2 => whole_product,
        Type::INT4 => whole_product,
        Type::INT8 => whole_product,
        Type::FLOAT4 => product,
        Type::FLOAT8 => product
    ),
    divided!(
        Type::INT2 => whole_quotient,
        Type::INT4 => whole_quotient,
        Type::INT8 => whole_quotient,
        Type::FLOAT4 => quotient,
        Type::FLOAT8 => quotient
    ),
];

fn whole_product(values: &[Value], money: usize, number: usize) -> Result<Value> {
    amount(values.money(money).checked_mul(values.int(number)))
}

fn product(values: &[Value], money: usize, number: usize) -> Result<Value> {
    rounded(values.money(money) as f64 * values.float(number))
}

/// What is left over is lost.
fn whole_quotient(values: &[Value]) -> Result<Value> {
    match values.int(1) {
        0 => Err(division_by_zero()),
        divisor => amount(values.money(0).checked_div(divisor)),
    }
}

fn quotient(values: &[Value]) -> Result<Value> {
    match values.float(1) {
        0.0 => Err(division_by_zero()),
        divisor => rounded(values.money(0) as f64 / divisor),
    }
}

/// The amount next to a number of hundredths, of two the even one.
fn rounded(hundredths: f64) -> Result<Value> {
    let hundredths = hundredths.round_ties_even();
    // The next float after the largest integer is 2^63.
    let range = i64::MIN as f64..i64::MAX as f64;
    amount(range.contains(&hundredths).then_some(hundredths as i64))
}

fn amount(hundredths: Option<i64>) -> Result<Value> {
    hundredths.map(Value::Money).ok_or_else(money_overflow)
}

/// There is no such amount (22003).
pub(in crate::query::function) fn money_overflow() -> Error {
    Error::new(
        ErrorKind::InvalidValue(Flaw::NumericRange),
        "money out of range",
    )
}
