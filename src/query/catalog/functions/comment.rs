//! Functions that show comments.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::error::Result;
use crate::query::catalog::cell::*;
use crate::query::catalog::oid::PG_CLASS;
use crate::query::catalog::pg_catalog::DESCRIPTIONS;
use crate::query::catalog::{copy_text, system};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Type, Value};

const TEXT: Type = Type::TEXT;

pub(in crate::query) static COMMENTS: &[Function] = &[
    Function::row(
        "obj_description",
        &[Type::OID, Type::NAME],
        TEXT,
        |call, values| {
            let class = system::of_name("pg_catalog", values.text(1));
            class.map_or(Ok(NULL), |class| described(call, values.oid(0), class.oid))
        },
    ),
    Function::row(
        "obj_description",
        &[Type::OID],
        TEXT,
        |call, values| match described(call, values.oid(0), PG_CLASS)? {
            NULL => Ok(maybe(any_class(values.oid(0)))),
            comment => Ok(comment),
        },
    ),
    Function::row(
        "col_description",
        &[Type::OID, Type::INT4],
        TEXT,
        |call, values| {
            let number = i16::try_from(values.int4(1)).unwrap_or(0);
            let table = call.catalog.table_of(values.oid(0))?;
            let comment = table.as_ref().filter(|table| table.oid == values.oid(0));
            let comment = comment.and_then(|table| table.column(number)?.1.comment.clone());
            Ok(maybe(comment))
        },
    ),
    // Databases, roles and tablespaces have none.
    Function::row(
        "shobj_description",
        &[Type::OID, Type::NAME],
        TEXT,
        |_, _| Ok(NULL),
    ),
];

fn described(call: &Call<'_>, object: u32, class: u32) -> Result<Value> {
    if class == PG_CLASS {
        let table = call.catalog.table_of(object)?;
        let table = table.filter(|table| table.oid == object);
        return Ok(maybe(table.and_then(|table| table.comment.clone())));
    }
    Ok(maybe(OWN.get(&(object, class)).cloned()))
}

/// What is said of the system's own objects: by OID and class.
static OWN: LazyLock<HashMap<(u32, u32), Cow<'static, str>>> = LazyLock::new(|| {
    let row = |line| {
        let fields: Vec<_> = copy_text::fields(line).collect();
        let number = |place: usize| fields[place].as_deref()?.parse().ok();
        Some(((number(0)?, number(1)?), fields[3].clone()?))
    };
    DESCRIPTIONS.lines().filter_map(row).collect()
});

fn any_class(object: u32) -> Option<Cow<'static, str>> {
    let mut own = OWN.iter();
    own.find_map(|((oid, _), comment)| (*oid == object).then(|| comment.clone()))
}
