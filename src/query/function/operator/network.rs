//! Operators over addresses (PostgreSQL manual, 9.12).

use crate::error::{Error, ErrorKind, Result, Value as Flaw};
use crate::query::function::{Arguments, Function};
use crate::relation::{Network, Type, Value};

const INET: Type = Type::INET;
const TWO: &[Type] = &[INET, INET];
const MAC: Type = Type::MACADDR;
const MAC8: Type = Type::MACADDR8;

pub(super) static TABLE: &[Function] = &[
    Function::row("<<", TWO, Type::BOOL, |_, values| {
        let (one, other) = (values.network(0), values.network(1));
        Ok(Value::Bool(
            is_within(one, other) && one.bits() > other.bits(),
        ))
    }),
    Function::row("<<=", TWO, Type::BOOL, |_, values| {
        Ok(Value::Bool(is_within(values.network(0), values.network(1))))
    }),
    Function::row(">>", TWO, Type::BOOL, |_, values| {
        let (one, other) = (values.network(0), values.network(1));
        Ok(Value::Bool(
            is_within(other, one) && other.bits() > one.bits(),
        ))
    }),
    Function::row(">>=", TWO, Type::BOOL, |_, values| {
        Ok(Value::Bool(is_within(values.network(1), values.network(0))))
    }),
    Function::row("&&", TWO, Type::BOOL, |_, values| {
        let (one, other) = (values.network(0), values.network(1));
        Ok(Value::Bool(is_within(one, other) || is_within(other, one)))
    }),
    Function::row("~", &[INET], INET, |_, values| {
        let address = values.network(0);
        inet(address, !address.number() & address.all(), address.bits())
    }),
    Function::row("&", TWO, INET, |_, values| {
        each(values, "AND", |one, other| one & other)
    }),
    Function::row("|", TWO, INET, |_, values| {
        each(values, "OR", |one, other| one | other)
    }),
    Function::row("+", &[INET, Type::INT8], INET, |_, values| {
        moved(values.network(0), values.int(1).into())
    }),
    Function::row("+", &[Type::INT8, INET], INET, |_, values| {
        moved(values.network(1), values.int(0).into())
    }),
    Function::row("-", &[INET, Type::INT8], INET, |_, values| {
        moved(values.network(0), -i128::from(values.int(1)))
    }),
    Function::row("-", TWO, Type::INT8, |_, values| {
        let (one, other) = (values.network(0), values.network(1));
        refuse_families(one, other, "subtract")?;
        let distance = one.number().abs_diff(other.number());
        let distance =
            i128::try_from(distance)
                .ok()
                .map(|distance| match one.number() < other.number() {
                    true => -distance,
                    false => distance,
                });
        let distance = distance.and_then(|distance| i64::try_from(distance).ok());
        distance.map(Value::Int8).ok_or_else(out_of_range)
    }),
    Function::row("~", &[MAC], MAC, |_, values| {
        Ok(Value::Mac(values.mac(0).map(|octet| !octet)))
    }),
    Function::row("&", &[MAC, MAC], MAC, |_, values| {
        Ok(Value::Mac(both(values.mac(0), values.mac(1), |a, b| a & b)))
    }),
    Function::row("|", &[MAC, MAC], MAC, |_, values| {
        Ok(Value::Mac(both(values.mac(0), values.mac(1), |a, b| a | b)))
    }),
    Function::row("~", &[MAC8], MAC8, |_, values| {
        Ok(Value::Mac8(values.mac8(0).map(|octet| !octet)))
    }),
    Function::row("&", &[MAC8, MAC8], MAC8, |_, values| {
        Ok(Value::Mac8(both(values.mac8(0), values.mac8(1), |a, b| {
            a & b
        })))
    }),
    Function::row("|", &[MAC8, MAC8], MAC8, |_, values| {
        Ok(Value::Mac8(both(values.mac8(0), values.mac8(1), |a, b| {
            a | b
        })))
    }),
];

/// Whether all of the one is in the other, or is the other.
fn is_within(one: Network, other: Network) -> bool {
    one.width() == other.width()
        && one.bits() >= other.bits()
        && (one.number() ^ other.number()) & other.mask() == 0
}

fn each(values: &[Value], what: &str, of: fn(u128, u128) -> u128) -> Result<Value> {
    let (one, other) = (values.network(0), values.network(1));
    refuse_families(one, other, what)?;
    let bits = one.bits().max(other.bits());
    inet(one, of(one.number(), other.number()), bits)
}

/// So many addresses further.
fn moved(from: Network, by: i128) -> Result<Value> {
    let number = from.number().checked_add_signed(by);
    number
        .filter(|number| *number <= from.all())
        .ok_or_else(out_of_range)
        .and_then(|number| inet(from, number, from.bits()))
}

/// An address of the same family.
fn inet(like: Network, number: u128, bits: u8) -> Result<Value> {
    let address = like.with_number(number, bits, &INET);
    address.map(Value::Network).ok_or_else(out_of_range)
}

fn both<const LENGTH: usize>(
    one: [u8; LENGTH],
    other: [u8; LENGTH],
    of: fn(u8, u8) -> u8,
) -> [u8; LENGTH] {
    std::array::from_fn(|place| of(one[place], other[place]))
}

fn refuse_families(one: Network, other: Network, what: &str) -> Result<()> {
    match one.width() == other.width() {
        true => Ok(()),
        false => Err(Error::new(
            ErrorKind::InvalidValue(Flaw::Parameter),
            format!("cannot {what} inet values of different sizes"),
        )),
    }
}

fn out_of_range() -> Error {
    Error::new(
        ErrorKind::InvalidValue(Flaw::NumericRange),
        "result is out of range",
    )
}
