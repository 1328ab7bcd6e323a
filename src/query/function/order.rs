//! The order of values, which is that of their keys in the engine.

use std::cmp::Ordering;
use std::net::IpAddr;

use super::numeric;
use crate::query::types::document_key;
use crate::relation::{Array, Interval, Network, TimeTz, Value};

/// How one value is to another of the same type. NULL, which is so within arrays
/// only, is larger than all others and equal to itself.
pub(in crate::query::function) fn compare(one: &Value, other: &Value) -> Ordering {
    use Value as V;
    match (one, other) {
        (V::Null, V::Null) => Ordering::Equal,
        (V::Null, _) => Ordering::Greater,
        (_, V::Null) => Ordering::Less,
        (V::Bool(one), V::Bool(other)) => one.cmp(other),
        (V::Char(one), V::Char(other)) => one.cmp(other),
        (V::Int2(one), V::Int2(other)) => one.cmp(other),
        (V::Int4(one), V::Int4(other)) => one.cmp(other),
        (V::Int8(one), V::Int8(other)) => one.cmp(other),
        (V::Float4(one), V::Float4(other)) => float((*one).into(), (*other).into()),
        (V::Float8(one), V::Float8(other)) => float(*one, *other),
        (V::Numeric(one), V::Numeric(other)) => numeric::compare(one, other),
        (V::Bytea(one), V::Bytea(other)) => one.cmp(other),
        (V::Date(one), V::Date(other)) => one.cmp(other),
        (V::Time(one), V::Time(other)) => one.cmp(other),
        (V::TimeTz(one), V::TimeTz(other)) => moment(*one).cmp(&moment(*other)),
        (V::Timestamp(one), V::Timestamp(other)) => one.cmp(other),
        (V::TimestampTz(one), V::TimestampTz(other)) => one.cmp(other),
        (V::Interval(one), V::Interval(other)) => span(*one).cmp(&span(*other)),
        (V::Uuid(one), V::Uuid(other)) => one.cmp(other),
        (V::Money(one), V::Money(other)) => one.cmp(other),
        (V::Xid8(one), V::Xid8(other)) | (V::Lsn(one), V::Lsn(other)) => one.cmp(other),
        (V::Tid { .. }, V::Tid { .. }) => row_place(one).cmp(&row_place(other)),
        (V::Network(one), V::Network(other)) => network(one).cmp(&network(other)),
        (V::Mac(one), V::Mac(other)) => one.cmp(other),
        (V::Mac8(one), V::Mac8(other)) => one.cmp(other),
        (V::Jsonb(one), V::Jsonb(other)) => document_key(one).cmp(&document_key(other)),
        (V::Array(one) | V::Vector(one), V::Array(other) | V::Vector(other)) => array(one, other),
        (V::Record(one), V::Record(other)) => {
            let pairs = one.iter().zip(other.iter());
            let mut orders = pairs.map(|((_, one), (_, other))| compare(one, other));
            orders
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        }
        _ => match (number(one), number(other)) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => text(one).cmp(text(other)),
        },
    }
}

/// NaN is larger than all others and equal to itself; there is one zero.
fn float(one: f64, other: f64) -> Ordering {
    one.partial_cmp(&other)
        .unwrap_or_else(|| one.is_nan().cmp(&other.is_nan()))
}

/// How long an interval is taken for (in microseconds): a month is 30 days of 24
/// hours.
pub(in crate::query::function) fn span(interval: Interval) -> i128 {
    let days = i128::from(interval.months) * 30 + i128::from(interval.days);
    days * 86_400_000_000 + i128::from(interval.micros)
}

/// The moment, and of two of one moment that further east first.
fn moment(time: TimeTz) -> (i64, i32) {
    let utc = time.time().micros() - i64::from(time.offset()) * 1_000_000;
    (utc, -time.offset())
}

/// By the families, then a network before all that is in it.
fn network(network: &Network) -> (IpAddr, u8, IpAddr) {
    (network.masked(), network.bits(), network.address())
}

fn row_place(value: &Value) -> Option<(u32, u16)> {
    match value {
        Value::Tid { block, place } => Some((*block, *place)),
        _ => None,
    }
}

/// By their elements, then by how many there are, then by their dimensions.
fn array(one: &Array, other: &Array) -> Ordering {
    let shape = |array: &Array| -> Vec<(i32, i32)> {
        let dimensions = array.dimensions.iter();
        dimensions
            .map(|dimension| (dimension.length, dimension.lower))
            .collect()
    };
    let pairs = one.values.iter().zip(&other.values);
    let mut orders = pairs.map(|(one, other)| compare(one, other));
    orders
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
        .then_with(|| one.values.len().cmp(&other.values.len()))
        .then_with(|| one.dimensions.len().cmp(&other.dimensions.len()))
        .then_with(|| shape(one).cmp(&shape(other)))
}

fn number(value: &Value) -> Option<u32> {
    match value {
        Value::Oid(oid) | Value::Reg { oid, .. } => Some(*oid),
        _ => None,
    }
}

fn text(value: &Value) -> &str {
    match value {
        Value::Text(text) | Value::Bits(text) | Value::Jsonb(text) => text,
        _ => "",
    }
}
