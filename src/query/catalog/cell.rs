//! Values, briefly: rows of thirty columns are written out in these words.

use std::net::SocketAddr;

use crate::relation::{Array, Network, Type, Value};

pub(super) const NULL: Value = Value::Null;
pub(super) const YES: Value = Value::Bool(true);
pub(super) const NO: Value = Value::Bool(false);

pub(super) fn text(text: impl AsRef<str>) -> Value {
    Value::text(text)
}

pub(super) fn maybe(text: Option<impl AsRef<str>>) -> Value {
    Value::optional_text(text)
}

pub(super) const fn oid(oid: u32) -> Value {
    Value::Oid(oid)
}

/// An object of a `regproc` and the like. Its name is looked up when it is shown.
pub(super) fn reg(oid: u32) -> Value {
    Value::Reg {
        oid,
        name: "".into(),
    }
}

pub(super) const fn boolean(value: bool) -> Value {
    Value::Bool(value)
}

pub(super) const fn int2(value: i16) -> Value {
    Value::Int2(value)
}

pub(super) const fn int4(value: i32) -> Value {
    Value::Int4(value)
}

pub(super) const fn int8(value: i64) -> Value {
    Value::Int8(value)
}

/// A `"char"`; 0 for the empty one.
pub(super) const fn char(value: u8) -> Value {
    Value::Char(value)
}

/// An `inet`, or nothing.
pub(super) fn inet(address: Option<SocketAddr>) -> Value {
    let address = address.map(|address| address.ip().to_canonical());
    address.map_or(NULL, |address| Value::Network(Network::host(address)))
}

/// The `int4` of a port, or nothing.
pub(super) fn port(address: Option<SocketAddr>) -> Value {
    address.map_or(NULL, |address| int4(address.port().into()))
}

/// `YES` or `NO`, as the information schema says it.
pub(super) fn yes_or_no(value: bool) -> Value {
    Value::text(if value { "YES" } else { "NO" })
}

pub(super) fn array(element: Type, values: impl IntoIterator<Item = Value>) -> Value {
    let values = values.into_iter().collect();
    Value::Array(Array::list(element, values).into())
}

pub(super) fn vector(element: Type, values: impl IntoIterator<Item = Value>) -> Value {
    let values = values.into_iter().collect();
    Value::Vector(Array::vector(element, values).into())
}
