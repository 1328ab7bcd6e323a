//! Functions that look for objects by name.

use crate::error::Result;
use crate::query::catalog::cell::*;
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Type, Value};

macro_rules! to_reg {
    ($name:literal, $of:expr) => {
        Function::row($name, &[Type::TEXT], $of, |call, values| {
            found(call, values.text(0), &$of)
        })
    };
}

pub(in crate::query) static LOOKUPS: &[Function] = &[
    to_reg!("to_regclass", Type::REGCLASS),
    to_reg!("to_regcollation", Type::REGCOLLATION),
    to_reg!("to_regnamespace", Type::REGNAMESPACE),
    to_reg!("to_regoper", Type::REGOPER),
    to_reg!("to_regoperator", Type::REGOPERATOR),
    to_reg!("to_regproc", Type::REGPROC),
    to_reg!("to_regprocedure", Type::REGPROCEDURE),
    to_reg!("to_regrole", Type::REGROLE),
    to_reg!("to_regtype", Type::REGTYPE),
];

fn found(call: &Call<'_>, name: &str, of: &Type) -> Result<Value> {
    let found = call.catalog.oid_of(name, of)?;
    Ok(found.map_or(NULL, reg))
}
