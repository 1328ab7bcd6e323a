//! Positions in the log (PostgreSQL manual, 8.20).

use bigdecimal::ToPrimitive;

use crate::error::{Error, ErrorKind, Result, Value as Flaw};
use crate::query::function::{Arguments, Function, numeric};
use crate::relation::{Numeric, Type, Value};

const LSN: Type = Type::PG_LSN;
const NUMERIC: Type = Type::NUMERIC;

pub(super) static TABLE: &[Function] = &[
    Function::row("-", &[LSN, LSN], NUMERIC, |_, values| Ok(distance(values))),
    Function::row("+", &[LSN, NUMERIC], LSN, |_, values| plus(values, 0, 1)),
    Function::row("+", &[NUMERIC, LSN], LSN, |_, values| plus(values, 1, 0)),
    Function::row("-", &[LSN, NUMERIC], LSN, |_, values| {
        let bytes = values.numeric(1);
        refuse_nan(bytes, "subtract NaN from")?;
        let from = numeric::integer(values.lsn(0));
        position(&numeric::subtract(&from, bytes)?)
    }),
];

/// From the second to the first (in bytes).
pub(in crate::query::function) fn distance(values: &[Value]) -> Value {
    let distance = i128::from(values.lsn(0)) - i128::from(values.lsn(1));
    Value::Numeric(numeric::integer(distance).into())
}

fn plus(values: &[Value], lsn: usize, bytes: usize) -> Result<Value> {
    let bytes = values.numeric(bytes);
    refuse_nan(bytes, "add NaN to")?;
    let from = numeric::integer(values.lsn(lsn));
    position(&numeric::add(&from, bytes)?)
}

/// The position next to a number of bytes.
///
/// # Errors
/// 22003 when there is none, 0A000 for what is no number.
pub(in crate::query::function) fn position(bytes: &Numeric) -> Result<Value> {
    let special = match bytes {
        Numeric::Number(number) => {
            let position = numeric::round(number, 0).to_u64();
            return position.map(Value::Lsn).ok_or_else(|| {
                Error::new(
                    ErrorKind::InvalidValue(Flaw::Parameter),
                    "pg_lsn out of range",
                )
            });
        }
        Numeric::NaN => "NaN",
        Numeric::Infinity | Numeric::NegativeInfinity => "infinity",
    };
    Err(Error::new(
        ErrorKind::Unsupported,
        format!("cannot convert {special} to pg_lsn"),
    ))
}

fn refuse_nan(bytes: &Numeric, what: &str) -> Result<()> {
    match bytes {
        Numeric::NaN => Err(Error::new(
            ErrorKind::Unsupported,
            format!("cannot {what} pg_lsn"),
        )),
        _ => Ok(()),
    }
}
