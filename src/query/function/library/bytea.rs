//! Functions on bytes (PostgreSQL manual, 9.5).

use crate::query::function::{Arguments, Function};
use crate::relation::{Type, Value};

pub(in crate::query) static BYTEA: &[Function] = &[Function::row(
    "length",
    &[Type::BYTEA],
    Type::INT4,
    |_, values| Ok(Value::Int4(values.bytes(0).len() as i32)),
)];
