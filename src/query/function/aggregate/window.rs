//! Window functions.

use crate::query::function::Function;
use crate::relation::Type;

pub(super) static WINDOWS: &[Function] = &[
    Function::window("row_number", &[], Type::INT8),
    Function::window("rank", &[], Type::INT8),
    Function::window("dense_rank", &[], Type::INT8),
    Function::window("percent_rank", &[], Type::FLOAT8),
    Function::window("cume_dist", &[], Type::FLOAT8),
    Function::window("ntile", &[Type::INT4], Type::INT4),
    Function::window("lag", &[Type::ANYELEMENT], Type::ANYELEMENT),
    Function::window("lag", &[Type::ANYELEMENT, Type::INT4], Type::ANYELEMENT),
    Function::window("lag", SHIFTED, Type::ANYCOMPATIBLE),
    Function::window("lead", &[Type::ANYELEMENT], Type::ANYELEMENT),
    Function::window("lead", &[Type::ANYELEMENT, Type::INT4], Type::ANYELEMENT),
    Function::window("lead", SHIFTED, Type::ANYCOMPATIBLE),
    Function::window("first_value", &[Type::ANYELEMENT], Type::ANYELEMENT),
    Function::window("last_value", &[Type::ANYELEMENT], Type::ANYELEMENT),
    Function::window(
        "nth_value",
        &[Type::ANYELEMENT, Type::INT4],
        Type::ANYELEMENT,
    ),
];

/// The value, by how many rows, and what is answered where there is no such row.
const SHIFTED: &[Type] = &[Type::ANYCOMPATIBLE, Type::INT4, Type::ANYCOMPATIBLE];
