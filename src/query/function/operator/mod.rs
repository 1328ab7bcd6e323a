//! What is written with signs (PostgreSQL manual, chapter 9).

mod comparison;
mod operator;
mod pattern;
mod quantified;

use crate::query::function::Function;

pub(in crate::query) use comparison::{in_list, is_distinct};
pub(in crate::query) use operator::{binary, unary};
pub(in crate::query) use pattern::like;
pub(in crate::query) use quantified::{all_true, any_all, any_true, first, single_value};

/// The tables of operators.
pub(super) static TABLES: &[&[Function]] = &[];
