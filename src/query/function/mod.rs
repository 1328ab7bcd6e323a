//! What calls and operators mean: tables of functions.

mod function;

pub(super) use function::{Aggregate, Body, Call, Function};
