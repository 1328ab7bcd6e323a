//! Operators over bit strings (PostgreSQL manual, 9.6).

use crate::error::{Error, ErrorKind, Result, Value as Flaw};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Type, Value};

const TWO: &[Type] = &[Type::BIT, Type::BIT];

pub(super) static TABLE: &[Function] = &[
    Function::row("&", TWO, Type::BIT, |_, values| {
        each(values, "AND", |one, other| one && other)
    }),
    Function::row("|", TWO, Type::BIT, |_, values| {
        each(values, "OR", |one, other| one || other)
    }),
    Function::row("#", TWO, Type::BIT, |_, values| {
        each(values, "XOR", |one, other| one != other)
    }),
    Function::row("~", &[Type::BIT], Type::BIT, |_, values| {
        Ok(written(bits(values, 0).map(|bit| !bit)))
    }),
    Function::row("<<", &[Type::BIT, Type::INT4], Type::BIT, shift_left),
    Function::row(">>", &[Type::BIT, Type::INT4], Type::BIT, shift_right),
];

fn bits(values: &[Value], at: usize) -> impl Iterator<Item = bool> {
    let text = match &values[at] {
        Value::Bits(text) => text.as_ref(),
        _ => "",
    };
    text.bytes().map(|bit| bit == b'1')
}

fn written(bits: impl Iterator<Item = bool>) -> Value {
    let text: String = bits.map(|bit| if bit { '1' } else { '0' }).collect();
    Value::Bits(text.into())
}

fn each(values: &[Value], what: &str, of: fn(bool, bool) -> bool) -> Result<Value> {
    if bits(values, 0).count() != bits(values, 1).count() {
        return Err(Error::new(
            ErrorKind::InvalidValue(Flaw::StringLength),
            format!("cannot {what} bit strings of different sizes"),
        ));
    }
    let pairs = bits(values, 0).zip(bits(values, 1));
    Ok(written(pairs.map(|(one, other)| of(one, other))))
}

fn shift_left(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    Ok(shifted(values, i64::from(values.int4(1))))
}

fn shift_right(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    Ok(shifted(values, -i64::from(values.int4(1))))
}

/// So many places to the left, or to the right; the length stays.
fn shifted(values: &[Value], places: i64) -> Value {
    let length = bits(values, 0).count();
    let by = usize::try_from(places.unsigned_abs()).map_or(length, |by| by.min(length));
    let none = std::iter::repeat_n(false, by);
    match places > 0 {
        true => written(bits(values, 0).skip(by).chain(none)),
        false => written(none.chain(bits(values, 0)).take(length)),
    }
}
