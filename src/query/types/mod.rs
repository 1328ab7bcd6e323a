//! PostgreSQL's types in the engine.
//!
//! The *carrier* of a type is the Arrow type that holds its values in a plan.
//! Two values are equal, and one is less than the other, exactly if PostgreSQL
//! says so of their *keys* ([`key`]): most values are their own key; `1.0` and
//! `1.00`, or `24:00` and `1 day`, are two values with one key.

mod carrier;
mod cast;
mod category;
mod coercion;
mod common;
mod convert;
mod document;
mod encoding;
mod key;
mod modifier;
mod name;
mod polymorphic;
mod resolve;
#[cfg(test)]
mod tests;
mod unoffered;
mod value;

pub(super) use carrier::carrier;
pub(super) use cast::cast;
pub(super) use category::{array_of, base, element_of};
pub(super) use coercion::{Coercion, can_cast};
pub(super) use common::common_type;
pub(super) use convert::named_object;
pub(super) use document::document_key;
pub(super) use key::{has_order, key};
pub(super) use name::{named, plainly_named};
pub(super) use resolve::{Resolved, resolve, resolve_operator, resolve_spread};
pub(super) use value::{array, elements, plain_arrays, rows, scalar, values};
