//! What calls and operators mean: tables of functions.

mod arguments;
mod function;
mod library;

pub(super) use arguments::Arguments;
pub(super) use function::{Aggregate, Body, Call, Function, RowBody, SetBody};
