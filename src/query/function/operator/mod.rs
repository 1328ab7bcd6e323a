//! What is written with signs (PostgreSQL manual, chapter 9).

mod arithmetic;
mod array;
mod bits;
mod comparison;
mod concatenation;
mod datetime;
mod json;
mod lsn;
mod money;
mod network;
mod operator;
mod pattern;
mod quantified;

pub(super) use arithmetic::{overflow, whole};
pub(in crate::query) use comparison::{in_list, is_distinct};
pub(super) use lsn::{distance, position};
pub(super) use money::money_overflow;
pub(in crate::query) use operator::{binary, left_operand, unary};
pub(in crate::query) use pattern::like;
pub(in crate::query) use quantified::any_all;

use super::Function;

/// The tables of operators.
pub(super) static TABLES: &[&[&[Function]]] = &[
    arithmetic::TABLES,
    comparison::TABLES,
    money::TABLES,
    pattern::TABLES,
    &[
        array::TABLE,
        bits::TABLE,
        concatenation::TABLE,
        datetime::TABLE,
        json::TABLE,
        lsn::TABLE,
        network::TABLE,
    ],
];
