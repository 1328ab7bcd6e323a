//! What calls and operators mean: tables of functions.
//!
//! ```text
//!  name, arguments ─▶ table    which functions have the name
//!                  ─▶ types    which of them it is (42883, 42725)
//!                  ─▶ udf      how the engine calls it
//! ```
//!
//! [`call`](call()), [`aggregate`](aggregate()), [`window`](window()) and [`within_group`] are
//! for what is written as a call, [`operator`] for what is written with signs. All
//! answer an expression with its type; nothing is left for the engine to coerce.

mod aggregate;
mod arguments;
mod call;
mod construct;
mod function;
mod given;
mod hypothetical;
mod interval;
mod json;
mod library;
mod numeric;
pub(super) mod operator;
mod order;
mod regex;
mod series;
mod table;
#[cfg(test)]
mod tests;
mod udf;
mod window;

pub(super) use aggregate::{all_true, any_true, first, single_value};
pub(super) use arguments::Arguments;
pub(super) use call::{Called, Kind, aggregate, call, column_of, kind_of, within_group};
pub(super) use construct::{ELEMENT, SLICE, array, extreme, ordinality};
pub(super) use function::{Aggregate, Body, Call, Function, RowBody};
pub(super) use given::Given;
pub(super) use json::{Document, Sort};
pub(super) use series::{SERIES, Series};
pub(super) use udf::{Edge, Exclusion, Units};
pub(super) use window::{Distance, Frame, Window, distance, window};
